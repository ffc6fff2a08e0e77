//! The workbook, read back by another's code.

use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use fapiao::invoice::Invoice;
use fapiao::list::List;
use fapiao::report::{CheckedInvoice, Evidence, Report, SCHEMA, Source, Status};

use fapiao::sentence::Sentence;

use super::*;
use crate::write::Folder;

fn report(seller: &str, total: &str) -> Report {
    let mut invoice = Invoice {
        invoice_code: Some("031001900111".into()),
        invoice_number: Some("00012345".into()),
        issue_date: "2019-01-14".parse().ok(),
        grand_total: total.parse().ok(),
        ..Invoice::default()
    };
    invoice.seller.name = Some(seller.into());
    let verified = Evidence { verified: true, ..Evidence::default() };
    let invoice = CheckedInvoice {
        index: 1,
        verdict: Verdict::Review,
        reasons: ["one", "two"].map(|text| Sentence::verbatim(text).into()).to_vec(),
        invoice,
        fields: [("invoice_number".to_owned(), verified)].into(),
        ..CheckedInvoice::default()
    };
    Report {
        schema: SCHEMA.to_owned(),
        engine: String::new(),
        status: Status::Read,
        source: Source::default(),
        error: None,
        verdict: Some(Verdict::Review),
        reasons: Vec::new(),
        invoices: vec![invoice],
        others: Vec::new(),
    }
}

fn links() -> Links {
    Links { files: None, reports: Some("".into()) }
}

fn rows(list: &List) -> Vec<Vec<Data>> {
    let workbook = workbook(&list.table(fapiao::sentence::Lang::En), &links()).unwrap();
    let mut workbook: Xlsx<_> = open_workbook_from_rs(std::io::Cursor::new(workbook)).unwrap();
    workbook.worksheet_range(NAME).unwrap().rows().map(<[Data]>::to_vec).collect()
}

fn at(column: Column) -> usize {
    Column::ALL.iter().position(|other| *other == column).unwrap()
}

#[test]
fn numbers_are_numbers_and_codes_are_text() {
    use fapiao::invoice::Field;
    let mut list = List::default();
    list.set("a.jpg", "a.jpg.json", &report("=HYPERLINK(\"http://x\")", "-442.48"));
    let rows = rows(&list);
    assert_eq!(rows[0][at(Column::Verdict)], Data::String("结论 verdict".to_owned()));
    for (column, cell) in [
        (Column::File, Data::String("a.jpg".to_owned())),
        (Column::Verdict, Data::String("review".to_owned())),
        (Column::Reasons, Data::String("one\ntwo".to_owned())),
        (Column::Value(Field::InvoiceNumber), Data::String("00012345".to_owned())),
        (Column::Verified(Field::InvoiceNumber), Data::String("yes".to_owned())),
        (Column::Verified(Field::GrandTotal), Data::String("no".to_owned())),
        // No formula, as it stands in a cell of text.
        (Column::Value(Field::SellerName), Data::String("=HYPERLINK(\"http://x\")".to_owned())),
        (Column::Value(Field::GrandTotal), Data::Float(-442.48)),
    ] {
        assert_eq!(rows[1][at(column)], cell, "{column:?}");
    }
    assert!(matches!(rows[1][at(Column::Value(Field::IssueDate))], Data::DateTime(_)), "{:?}", rows[1]);
}

/// The colours of the first line's cells: paper (none where it has none) and ink.
fn looks(list: &List, columns: &[Column]) -> Vec<Option<Look>> {
    let table = list.table(Lang::En);
    let line = &table.lines[0];
    columns.iter().map(|column| look(*column, &line.cells[at(*column)], line)).collect()
}

#[test]
fn green_is_confirmed_yellow_is_work_and_a_second_sheet_says_so() {
    use fapiao::invoice::Field;
    let columns = [
        Column::Verdict,
        Column::Value(Field::InvoiceNumber),
        Column::Value(Field::SellerName),
        Column::Value(Field::IssueDate),
        Column::Status,
    ];
    let mut sent = report("甲", "1.00");
    let mut list = List::default();
    list.set("a.jpg", "", &sent);
    assert_eq!(looks(&list, &columns), [Some(UNSURE), Some(GOOD), Some(QUIET), Some(UNSURE), None]);
    sent.invoices[0].verdict = Verdict::Verified;
    list.set("a.jpg", "", &sent);
    assert_eq!(looks(&list, &columns), [Some(GOOD), Some(GOOD), Some(QUIET), Some(QUIET), None]);
    sent.status = Status::Withdrawn;
    list.set("a.jpg", "", &sent);
    assert_eq!(looks(&list, &columns), [None, None, None, None, Some(BAD)]);
    for (lang, name, said) in [(Lang::En, "Legend", "Nothing has to be done."), (Lang::Zh, "说明", "无需处理")] {
        let workbook = workbook(&list.table(lang), &links()).unwrap();
        let mut workbook: Xlsx<_> = open_workbook_from_rs(std::io::Cursor::new(workbook)).unwrap();
        assert_eq!(workbook.sheet_names(), [NAME, name]);
        let legend = workbook.worksheet_range(name).unwrap();
        assert!(legend.rows().flatten().any(|cell| cell.to_string().contains(said)), "{name}");
    }
}

#[test]
fn an_amount_that_a_number_cannot_hold_stands_as_text() {
    let mut list = List::default();
    list.set("a.jpg", "a.jpg.json", &report("甲", "12345678901234567.89"));
    let column = at(Column::Value(fapiao::invoice::Field::GrandTotal));
    assert_eq!(rows(&list)[1][column], Data::String("12345678901234567.89".to_owned()));
}

#[test]
fn links_lead_from_the_list_to_the_files() {
    let mut list = List::default();
    let input = tempfile::tempdir().unwrap();
    std::fs::create_dir(input.path().join("sub")).unwrap();
    for name in ["发票 1%20.jpg", "a#b.jpg", "sub/=c.jpg"] {
        std::fs::write(input.path().join(name), "x").unwrap();
        list.set(name, &format!("{name}.json"), &report("甲", "1.00"));
    }
    let links = Links { files: Some(Folder { seen: "../in".into(), real: input.path().to_owned() }), ..links() };
    let workbook = workbook(&list.table(Lang::En), &links).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(workbook)).unwrap();
    let relations = archive.by_name("xl/worksheets/_rels/sheet1.xml.rels").unwrap();
    let relations = std::io::read_to_string(relations).unwrap();
    for target in ["../in/发票%201%2520.jpg", "发票%201%2520.jpg.json", "../in/sub/=c.jpg", "sub/=c.jpg.json"] {
        assert!(relations.contains(&format!("Target=\"{target}\"")), "{target}: {relations}");
    }
    // The name is there all the same.
    assert!(!relations.contains("a#b") && rows(&list)[1][0] == Data::String("a#b.jpg".to_owned()));
}

#[test]
fn ten_thousand_lines_are_written_in_seconds() {
    let mut list = List::default();
    let report = report("甲公司", "1130.00");
    for file in 0..10_000 {
        list.set(&format!("{file}.jpg"), &format!("{file}.jpg.json"), &report);
    }
    let start = std::time::Instant::now();
    let workbook = workbook(&list.table(fapiao::sentence::Lang::En), &links()).unwrap();
    assert!(start.elapsed().as_secs() < 60 && workbook.len() < 20 << 20, "{:?}, {}", start.elapsed(), workbook.len());
}
