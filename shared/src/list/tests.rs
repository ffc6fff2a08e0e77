//! The list as a whole: what stands in it of single Reports, and what the others make of that.

use super::*;
use crate::error::{Error, ErrorKind};
use crate::invoice::Invoice;
use crate::report::{CheckedInvoice, DuplicateOf, Evidence, Other, Place, SCHEMA, Source, Status};
use crate::sentence::Sentence;

/// What a program sees that reads the list.
type Record = BTreeMap<String, String>;

fn invoice(number: &str, seller: &str) -> CheckedInvoice {
    let mut invoice = Invoice {
        invoice_code: Some("031001900111".into()),
        invoice_number: Some(number.into()),
        check_code: Some("70497714341554009588".into()),
        issue_date: "2019-01-14".parse().ok(),
        total_amount: "-442.48".parse().ok(),
        ..Invoice::default()
    };
    invoice.seller.name = Some(seller.into());
    let verified = || Evidence { verified: true, ..Evidence::default() };
    let fields = ["invoice_code", "invoice_number"].map(|path| (path.to_owned(), verified()));
    CheckedInvoice { index: 1, verdict: Verdict::Verified, invoice, fields: fields.into(), ..CheckedInvoice::default() }
}

fn report(number: &str, seller: &str) -> Report {
    Report {
        schema: SCHEMA.to_owned(),
        engine: String::new(),
        status: Status::Read,
        source: Source::default(),
        error: None,
        verdict: Some(Verdict::Verified),
        reasons: Vec::new(),
        invoices: vec![invoice(number, seller)],
        others: Vec::new(),
    }
}

/// The list's records as a spreadsheet parses them, its head left out.
fn records(list: &List) -> Vec<Record> {
    let mut written = Vec::new();
    csv::write(&list.table(Lang::En), &mut written).unwrap();
    let table = written.strip_prefix("\u{feff}".as_bytes()).expect("the mark of UTF-8");
    ::csv::Reader::from_reader(table).deserialize().map(Result::unwrap).collect()
}

#[test]
fn codes_stay_text_and_amounts_numbers() {
    let mut list = List::default();
    list.set("a.jpg", "a.jpg.json", &report("00012345", "某公司"));
    let record = &records(&list)[0];
    for (column, cell) in [
        ("文件 file", "a.jpg"),
        ("结论 verdict", "verified"),
        ("发票代码 invoice_code", "=\"031001900111\""),
        ("发票号码 invoice_number", "=\"00012345\""),
        ("开票日期 issue_date", "2019-01-14"),
        ("合计金额 total_amount", "-442.48"),
        ("查验日期 verify_date", "=\"20190114\""),
        ("查验金额 verify_amount", "-442.48"),
        ("校验码后六位 verify_check_code", "=\"009588\""),
    ] {
        assert_eq!(record[column], cell, "{column}");
    }
}

#[test]
fn the_key_values_say_whether_they_are_confirmed() {
    let mut list = List::default();
    list.set("a.jpg", "a.jpg.json", &report("00012345", "某公司"));
    let record = &records(&list)[0];
    for (column, cell) in [
        ("发票代码已核实 invoice_code.verified", "yes"),
        ("发票号码已核实 invoice_number.verified", "yes"),
        ("开票日期已核实 issue_date.verified", "no"),
        ("合计金额已核实 total_amount.verified", "no"),
        // It has none.
        ("价税合计已核实 grand_total.verified", ""),
    ] {
        assert_eq!(record[column], cell, "{column}");
    }
    let cells = &list.table(Lang::En).lines[0].cells;
    let mark = |field| cells[Column::ALL.iter().position(|column| *column == Column::Value(field)).unwrap()].trust;
    assert_eq!(
        (mark(crate::invoice::Field::InvoiceNumber), mark(crate::invoice::Field::IssueDate)),
        (Some(Trust::Confirmed), Some(Trust::NotAsked))
    );
}

#[test]
fn every_key_field_has_a_column_and_one_that_says_whether_it_is_confirmed() {
    for key in crate::invoice::Field::KEYS {
        for column in [Column::Value(key), Column::Verified(key)] {
            assert!(Column::ALL.contains(&column), "{column:?}");
            assert!(!column.chinese().is_empty() && !column.chinese().starts_with("已"), "{column:?}");
        }
    }
}

#[test]
fn the_same_invoice_twice_is_told_in_the_order_of_the_files() {
    let mut list = List::default();
    for (file, number) in [("c.jpg", "11111111"), ("a.jpg", "11111111"), ("b.jpg", "22222222")] {
        list.set(file, "", &report(number, "某公司"));
    }
    let told: Vec<_> = records(&list)
        .iter()
        .map(|r| (r["文件 file"].clone(), r["结论 verdict"].clone(), r["重复于 duplicate_of"].clone()))
        .collect();
    let row = |file: &str, verdict: &str, first: &str| (file.into(), verdict.into(), first.into());
    assert_eq!(told, [row("a.jpg", "verified", ""), row("b.jpg", "verified", ""), row("c.jpg", "review", "a.jpg")]);
}

#[test]
fn the_same_number_with_another_total_is_called_what_it_is() {
    let mut list = List::default();
    for (file, total) in [("a.jpg", "1130.00"), ("b.jpg", "1017.00")] {
        let mut report = report("11111111", "某公司");
        report.invoices[0].invoice.grand_total = total.parse().ok();
        list.set(file, "", &report);
    }
    let records = records(&list);
    let reasons = &records[1]["原因 reasons"];
    assert!(reasons.contains("1130.00") && reasons.contains("altered"), "{reasons}");
    // Nobody knows which of the two is right.
    assert!(records[0]["原因 reasons"].contains("another total"), "{records:?}");
    let Summary { verified, review, repeated } = list.table(Lang::En).summary;
    assert_eq!((verified, review), (0, 2));
    assert_eq!(repeated, [format!("b.jpg: to review: {reasons}")]);
}

#[test]
fn a_file_without_a_report_has_a_line_too() {
    let mut list = List::default();
    list.set_without_report("IMG_1.avif", "skipped", &Error::new(ErrorKind::UnsupportedFormat, "not opened").info());
    let record = &records(&list)[0];
    assert_eq!(
        (&*record["状态 status"], &*record["原因 reasons"], &*record["识别结果 report"]),
        ("skipped", "not opened", "")
    );
}

#[test]
fn a_file_without_an_invoice_has_a_line_that_says_why() {
    let mut list = List::default();
    let mut rejected = report("1", "x");
    rejected.status = Status::Rejected;
    rejected.invoices.clear();
    rejected.error = Some(Error::new(ErrorKind::NoInvoice, "a ticket").info());
    list.set("ticket.jpg", "ticket.jpg.json", &rejected);
    let record = &records(&list)[0];
    assert_eq!((record["状态 status"].as_str(), record["原因 reasons"].as_str()), ("rejected", "no_invoice: a ticket"));
}

#[test]
fn every_invoice_of_a_file_has_a_line_and_so_has_what_could_not_be_read() {
    let mut list = List::default();
    let mut bundle = report("11111111", "某公司");
    let in_member = |member: &str| Place { pages: vec![1], member: Some(member.to_owned()), quad: None };
    bundle.invoices[0].place = in_member("1.pdf");
    bundle.invoices.push(CheckedInvoice { index: 2, place: in_member("2.pdf"), ..invoice("11111111", "某公司") });
    let other = |code: &str| {
        let info = ErrorInfo::new(code, Sentence::verbatim("as told"), Sentence::default());
        Other::new(in_member("3.pdf"), info, None)
    };
    bundle.others = vec![other("no_invoice"), other("undecodable")];
    list.set("a.zip", "a.zip.json", &bundle);
    let told: Vec<[String; 5]> = records(&list)
        .iter()
        .map(|r| {
            ["文件 file", "第几张 index", "状态 status", "结论 verdict", "重复于 duplicate_of"].map(|c| r[c].clone())
        })
        .collect();
    assert_eq!(
        told,
        [
            ["a.zip/1.pdf", "1", "read", "verified", ""],
            ["a.zip/2.pdf", "2", "read", "review", "a.zip/1.pdf"],
            ["a.zip/3.pdf", "", "rejected", "", ""],
        ]
    );
    assert_eq!(records(&list)[2]["原因 reasons"], "page 1: undecodable: as told");
}

#[test]
fn what_is_noted_of_a_file_takes_the_place_of_what_was() {
    let mut list = List::default();
    list.set("a.jpg", "a.jpg.json", &report("11111111", "某公司"));
    list.set("b.jpg", "b.jpg.json", &report("11111111", "某公司"));
    list.set("a.jpg", "a.jpg.json", &report("22222222", "某公司"));
    assert_eq!(list.table(Lang::En).summary, Summary { verified: 2, ..Summary::default() });
    list.remove("a.jpg");
    assert_eq!(list.table(Lang::En).lines.len(), 1);
}

#[test]
fn a_bucket_knows_itself_who_came_first() {
    let mut list = List::default();
    let mut later = report("11111111", "某公司");
    later.invoices[0].verdict = Verdict::Review;
    later.invoices[0].reasons =
        vec![Sentence::verbatim("not_seen_before: z.jpg has brought this invoice before").into()];
    later.invoices[0].duplicate_of = Some(DuplicateOf { key: "z.jpg".to_owned(), etag: "e".to_owned() });
    list.set("a.jpg", "a.jpg.json", &later);
    list.set("z.jpg", "z.jpg.json", &report("11111111", "某公司"));
    let told: Vec<_> = records(&list)
        .iter()
        .map(|r| [r["文件 file"].clone(), r["结论 verdict"].clone(), r["重复于 duplicate_of"].clone()])
        .collect();
    assert_eq!(told, [["a.jpg", "review", "z.jpg"], ["z.jpg", "verified", ""]]);
    // Said once.
    assert_eq!(records(&list)[0]["原因 reasons"], later.invoices[0].reasons[0].message);
    assert_eq!(list.table(Lang::En).summary.repeated, ["a.jpg: to review: z.jpg has brought this invoice before"]);
}

#[test]
fn what_a_deleted_file_held_is_nobody_s_to_book() {
    let mut list = List::default();
    let mut gone = report("11111111", "某公司");
    (gone.status, gone.verdict) = (Status::Withdrawn, None);
    list.set("a.jpg", "a.jpg.json", &gone);
    list.set("b.jpg", "b.jpg.json", &report("11111111", "某公司"));
    let table = list.table(Lang::En);
    assert_eq!(table.summary, Summary { verified: 1, ..Summary::default() });
    assert_eq!((table.lines[0].status, table.lines[0].verdict), ("withdrawn", None));
    assert_eq!(records(&list)[0]["发票号码 invoice_number"], "=\"11111111\"");
}

#[test]
fn a_list_in_chinese_has_no_english_but_names() {
    let mut list = List::default();
    let mut sent = report("11111111", "某公司");
    sent.invoices[0].invoice.expense_category = Some(crate::invoice::ExpenseCategory::Office);
    sent.invoices[0].reasons = vec![crate::sentence::report::field_not_found(crate::invoice::Field::GrandTotal).into()];
    list.set("一.jpg", "一.jpg.json", &sent);
    list.set("二.jpg", "二.jpg.json", &sent);
    list.set_without_report(
        "三.txt",
        "skipped",
        &crate::error::ErrorInfo {
            hint: String::new(),
            ..crate::document::Format::by_first_bytes(b"hello").unwrap_err().info()
        },
    );
    let table = list.table(Lang::Zh);
    let mut written = Vec::new();
    csv::write(&table, &mut written).unwrap();
    let text = String::from_utf8(written).unwrap().replace(".jpg.json", "").replace(".jpg", "").replace(".txt", "");
    assert!(!text.contains(|letter: char| letter.is_ascii_alphabetic()), "{text}");
    for words in ["原因", "待复核", "办公", "未找到价税合计", "已核实", ",是,", "纯文本"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(table.summary.repeated[0].starts_with("二.jpg：待复核：发票重复：一.jpg"), "{:?}", table.summary);
}

#[test]
fn every_line_says_what_to_do_next_and_nothing_where_nothing_is_to_be_done() {
    use crate::invoice::Field;
    use crate::sentence::{next, report as says};
    let mut list = List::default();
    list.set("a.jpg", "", &report("11111111", "某公司"));
    list.set("b.jpg", "", &report("11111111", "某公司"));
    let mut bundle = report("22222222", "某公司");
    bundle.invoices[0].verdict = Verdict::Review;
    bundle.invoices[0].reasons = vec![says::field_unconfirmed(Field::IssueDate).into()];
    let place = Place { pages: vec![2], ..Place::default() };
    let info = |code: &str| ErrorInfo::new(code, Sentence::verbatim("as told"), next::export_as_pdf());
    bundle.others = vec![Other::new(place, info("undecodable"), None)];
    list.set("c.pdf", "", &bundle);
    let mut rejected = report("1", "x");
    (rejected.status, rejected.error) = (Status::Rejected, Some(info("no_invoice")));
    rejected.invoices.clear();
    list.set("d.pdf", "", &rejected);
    list.set_without_report("e.txt", "skipped", &info("unsupported_format"));
    let steps: Vec<String> = records(&list).iter().map(|record| record["下一步 next_step"].clone()).collect();
    let export = "Export the file as a PDF and send that.";
    assert_eq!(
        steps,
        ["", "Do not pay or book it twice.", "Compare issue_date with the page.", export, export, export]
    );
    let chinese = list.table(Lang::Zh);
    let at = Column::ALL.iter().position(|column| *column == Column::NextStep).unwrap();
    for (line, said) in [(1, "请勿重复付款或入账。"), (2, "请将开票日期与票面核对。"), (3, "请将文件导出为PDF后上传。")]
    {
        assert_eq!(chinese.lines[line].cells[at].value, Value::Sentences(vec![said.to_owned()]));
    }
}

#[test]
fn the_first_of_two_is_the_one_without_a_mark_in_its_name_and_says_where_the_other_is() {
    let mut list = List::default();
    for file in ["a(1).pdf", "a 10.pdf", "a.pdf", "a 2.pdf"] {
        list.set(file, "", &report("11111111", "某公司"));
    }
    list.set("b.pdf", "", &report("22222222", "某公司"));
    let told: Vec<[String; 4]> = records(&list)
        .iter()
        .map(|r| ["文件 file", "结论 verdict", "重复于 duplicate_of", "另见 also_in"].map(|column| r[column].clone()))
        .collect();
    assert_eq!(
        told,
        [
            ["a.pdf", "verified", "", "a 2.pdf; a 10.pdf; a(1).pdf"],
            ["a 2.pdf", "review", "a.pdf", ""],
            ["a 10.pdf", "review", "a.pdf", ""],
            ["a(1).pdf", "review", "a.pdf", ""],
            ["b.pdf", "verified", "", ""],
        ]
    );
}

/// Documents of an archive, in its order.
fn archive(members: &[(&str, &str)]) -> Report {
    let mut all = report("1", "某公司");
    all.invoices = (1..)
        .zip(members)
        .map(|(index, (member, number))| {
            let place = Place { pages: vec![1], member: Some((*member).to_owned()), quad: None };
            CheckedInvoice { index, place, ..invoice(number, "某公司") }
        })
        .collect();
    all
}

#[test]
fn of_two_in_one_archive_the_one_that_stands_earlier_is_the_first_and_parts_are_named() {
    use crate::sentence::{check, report as says};
    let plain =
        archive(&[("乙.pdf", "11111111"), ("丙.pdf", "33333333"), ("丙.pdf", "11111111"), ("乙(1).pdf", "11111111")]);
    let mut told = plain.clone();
    for again in &mut told.invoices[2..] {
        again.verdict = Verdict::Review;
        again.reasons = vec![says::check_failed("not_seen_before", check::earlier_here(1)).into()];
    }
    let mut in_bucket = told.clone();
    for again in &mut in_bucket.invoices[2..] {
        again.duplicate_of = Some(DuplicateOf { key: "m.zip".to_owned(), etag: "e".to_owned() });
    }
    for report in [plain, told, in_bucket] {
        let mut list = List::default();
        list.set("m.zip", "", &report);
        let table = list.table(Lang::Zh);
        let text = |line: usize, column: Column| {
            let at = Column::ALL.iter().position(|other| *other == column).unwrap();
            match &table.lines[line].cells[at].value {
                Value::Name(name) => name.clone(),
                Value::Sentences(said) => said.join("\n"),
                _ => String::new(),
            }
        };
        let firsts: Vec<String> = (0..4).map(|line| text(line, Column::DuplicateOf)).collect();
        assert_eq!(firsts, ["", "", "m.zip/乙.pdf", "m.zip/乙.pdf"]);
        assert_eq!(text(0, Column::AlsoIn), "m.zip/丙.pdf第2张; m.zip/乙(1).pdf");
        assert_eq!(text(3, Column::Reasons).lines().count(), 1, "said once");
        assert_eq!(text(3, Column::NextStep), "请勿重复付款或入账。");
        assert_eq!(table.summary.repeated[0], "m.zip/丙.pdf第2张：待复核：发票重复：m.zip/乙.pdf中已有此发票");
        assert_eq!((table.summary.verified, table.summary.review), (2, 2));
    }
}

#[test]
fn a_copy_inside_an_archive_does_not_take_the_first_place_of_a_file_before_it() {
    let mut list = List::default();
    list.set("a.pdf", "", &report("11111111", "某公司"));
    list.set("m.zip", "", &archive(&[("1.pdf", "11111111"), ("2.pdf", "11111111")]));
    let firsts: Vec<String> = records(&list).iter().map(|r| r["重复于 duplicate_of"].clone()).collect();
    assert_eq!(firsts, ["", "a.pdf", "a.pdf"]);
}

#[test]
fn what_no_verdict_asks_for_does_not_look_like_work() {
    use crate::invoice::Field;
    let trusts = |checked: &CheckedInvoice, fields: &[Field]| -> Vec<Option<Trust>> {
        let mut sent = report("11111111", "某公司");
        sent.invoices = vec![checked.clone()];
        let mut list = List::default();
        list.set("a.jpg", "", &sent);
        let table = list.table(Lang::En);
        let at = |field: &Field| Column::ALL.iter().position(|column| *column == Column::Value(*field)).unwrap();
        fields.iter().map(|field| table.lines[0].cells[at(field)].trust).collect()
    };
    let fields = [Field::InvoiceNumber, Field::IssueDate, Field::SellerName, Field::GrandTotal];
    let mut checked = invoice("11111111", "某公司");
    let (sure, open, quiet) = (Some(Trust::Confirmed), Some(Trust::ToCheck), Some(Trust::NotAsked));
    assert_eq!(trusts(&checked, &fields), [sure, quiet, quiet, None]);
    checked.verdict = Verdict::Review;
    checked.reasons = vec![crate::sentence::report::field_not_found(Field::GrandTotal).into()];
    assert_eq!(trusts(&checked, &fields), [sure, open, quiet, open]);
    checked.checks = vec![crate::report::Check {
        rule: "seal_matches_seller".to_owned(),
        status: crate::report::CheckStatus::Fail,
        fields: vec!["seller.name".to_owned()],
        said: Sentence::default(),
        detail: String::new(),
    }];
    assert_eq!(trusts(&checked, &fields), [sure, open, open, open]);
}

#[test]
fn what_a_bookkeeper_asks_beside_the_key_values_has_columns_behind_the_others() {
    let mut list = List::default();
    let mut red = report("11111111", "某公司");
    let item = |name: &str| crate::invoice::Item {
        name: Some(name.to_owned()),
        tax_rate: "13%".parse().ok(),
        ..crate::invoice::Item::default()
    };
    red.invoices[0].invoice.items = vec![item("*办公用品*纸"), item("*办公用品*笔")];
    red.invoices[0].invoice.remarks = Some("=1+1\n合同2".into());
    red.invoices[0].invoice.original_invoice_number = Some("87654321".into());
    list.set("a.jpg", "", &red);
    let record = &records(&list)[0];
    for (column, cell) in [
        ("标记 marks", "red letter for 87654321"),
        ("税率 tax_rates", "13%"),
        ("货物或服务名称 goods", "*办公用品*纸; *办公用品*笔"),
        ("备注 remarks", "'=1+1 合同2"),
    ] {
        assert_eq!(record[column], cell, "{column}");
    }
    // Whoever has a program that reads the list finds what it had before where it was.
    assert_eq!(Column::ALL.iter().position(|column| *column == Column::NextStep), Some(30));
}
