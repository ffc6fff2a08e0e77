//! The list as a whole: what stands in it of single Reports, and what the others make of that.

mod repeated;

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
    for words in ["原因", "待复核", "办公", "未能识别价税合计", "已核实", ",是,", "纯文本"] {
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
    bundle.invoices[0].reasons = vec![says::field_unconfirmed(Field::IssueDate, "2019-01-14").into()];
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
        ["", "Do not pay or book it twice.", "Compare issue date with the page.", export, export, export]
    );
    let chinese = list.table(Lang::Zh);
    let at = Column::ALL.iter().position(|column| *column == Column::NextStep).unwrap();
    for (line, said) in [(1, "请勿重复付款或入账。"), (2, "请将开票日期与票面核对。"), (3, "请将文件导出为PDF后上传。")]
    {
        assert_eq!(chinese.lines[line].cells[at].value, Value::Sentences(vec![said.to_owned()]));
    }
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
