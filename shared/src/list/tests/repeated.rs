//! The same invoice under several names, and several times in one file.

use super::*;

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
    assert_eq!(
        list.table(Lang::En).summary.repeated,
        ["a.jpg: to review: the same invoice is already in z.jpg: do not pay it twice"]
    );
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
        assert_eq!(
            table.summary.repeated[0],
            "m.zip/丙.pdf第2张：待复核：发票重复：m.zip/乙.pdf中已有此发票，请勿重复入账"
        );
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
