//! The list for spreadsheets: `invoices.csv`, one line an invoice, made to open rightly in Excel and WPS by a double
//! click. Knows nothing of how an invoice was read.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use csv::{Terminator, WriterBuilder};
use fapiao::error::{Error, ErrorKind};
use fapiao::invoice::{Field, FieldKind, Invoice, Money};
use fapiao::pipeline::{Elsewhere, Identity, duplicate_message};
use fapiao::report::{CheckedInvoice, Other, Report, Status, Verdict};
use fapiao::sentence::Lang;

/// The list's name in the output folder.
pub const NAME: &str = "invoices.csv";

/// Without it Excel takes the file for the system's own encoding, and Chinese becomes noise.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What stands above the columns that are the file's, each as the invoice has it and as the Report has it.
const OF_THE_FILE: [&str; 7] = [
    "文件 file",
    "第几张 index",
    "识别结果 report",
    "状态 status",
    "结论 verdict",
    "原因 reasons",
    "重复于 duplicate_of",
];

/// The columns that are the invoice's: each field, and how the invoice calls it.
const OF_THE_INVOICE: [(&str, Field); 11] = [
    ("发票类型", Field::Type),
    ("发票代码", Field::InvoiceCode),
    ("发票号码", Field::InvoiceNumber),
    ("开票日期", Field::IssueDate),
    ("购买方名称", Field::BuyerName),
    ("购买方税号", Field::BuyerTaxId),
    ("销售方名称", Field::SellerName),
    ("销售方税号", Field::SellerTaxId),
    ("合计金额", Field::TotalAmount),
    ("合计税额", Field::TotalTax),
    ("价税合计", Field::GrandTotal),
];

/// What is told from them: what it was for, and what the tax bureau's verification page asks for besides code and number.
const TOLD_FROM_THEM: [&str; 4] =
    ["消费类型 expense_category", "查验日期 verify_date", "查验金额 verify_amount", "校验码后六位 verify_check_code"];

const COLUMNS: usize = OF_THE_FILE.len() + OF_THE_INVOICE.len() + TOLD_FROM_THEM.len();

fn heads() -> Vec<String> {
    let fields = OF_THE_INVOICE.iter().map(|(name, field)| format!("{name} {field}"));
    OF_THE_FILE.map(str::to_owned).into_iter().chain(fields).chain(TOLD_FROM_THEM.map(str::to_owned)).collect()
}

/// The lines so far; many threads may add to it.
#[derive(Debug, Default)]
pub struct List(Mutex<Vec<ListRow>>);

/// How many invoices stand in a list, and how many of them a person has to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Confirmed in all that a booking needs, and the first of their kind in the folder.
    pub verified: usize,
    /// All others.
    pub review: usize,
    /// A sentence for each that is there twice; they are among those to review.
    pub repeated: Vec<String>,
}

#[derive(Clone, Debug, Default)]
struct ListRow {
    file: String,
    /// Which of the file's invoices; 0 where it is none.
    index: u32,
    /// The Report's name; empty where there is none.
    report: String,
    identity: Option<Identity>,
    total: Option<Money>,
    verdict: Option<Verdict>,
    reasons: Vec<String>,
    status: &'static str,
    /// The columns that are the invoice's own: from the type on.
    cells: Vec<String>,
}

impl List {
    /// Notes a file that has no Report, and why.
    pub fn add_without_report(&self, file: &str, status: &'static str, reason: &str) {
        self.push(ListRow { file: file.to_owned(), status, reasons: vec![reason.to_owned()], ..ListRow::default() });
    }

    /// Notes a file's Report, and the name under which it is kept: its invoices, and what of it could not be read.
    pub fn add(&self, file: &str, name: &str, report: &Report) {
        let row = |member: Option<&String>, status| ListRow {
            file: member.map_or_else(|| file.to_owned(), |member| format!("{file}/{member}")),
            report: name.to_owned(),
            status: status_name(status),
            ..ListRow::default()
        };
        for invoice in &report.invoices {
            self.push(row(invoice.place.member.as_ref(), Status::Read).with_invoice(invoice));
        }
        if let (Some(error), true) = (&report.error, report.invoices.is_empty()) {
            self.push(ListRow {
                reasons: vec![format!("{}: {}", error.code, error.message)],
                ..row(None, report.status)
            });
            return;
        }
        for other in report.others.iter().filter(|other| !other.needs_no_review()) {
            let status = if report.status == Status::Failed { Status::Failed } else { Status::Rejected };
            self.push(ListRow { reasons: vec![reason(other)], ..row(other.place.member.as_ref(), status) });
        }
    }

    fn push(&self, row: ListRow) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(row);
    }

    /// Writes the list, in the order of the files' names, aside and renamed as Reports are.
    ///
    /// # Errors
    /// `storage`.
    pub fn write(&self, output: &Path) -> Result<Summary, Error> {
        let (target, aside) = (output.join(NAME), output.join(format!("{NAME}.part")));
        let written = self.table().and_then(|(table, summary)| std::fs::write(&aside, table).map(|()| summary));
        written.and_then(|summary| std::fs::rename(&aside, &target).map(|()| summary)).map_err(|error| {
            Error::new(ErrorKind::Storage, format!("cannot write {}: {error}", target.display()))
                .with_hint("Close it where it is open, and check the disk and your rights.")
        })
    }

    fn table(&self) -> io::Result<(Vec<u8>, Summary)> {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        rows.sort_by(|a, b| (&a.file, a.index).cmp(&(&b.file, b.index)));
        let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(BYTE_ORDER_MARK.to_vec());
        writer.write_record(heads())?;
        let doubted = doubted(&rows);
        let (mut firsts, mut summary) = (BTreeMap::new(), Summary::default());
        for mut row in rows {
            let first = row.identity.clone().and_then(|identity| {
                let first: &First =
                    firsts.entry(identity).or_insert_with(|| First { place: row.place(), total: row.total });
                (first.place != row.place()).then(|| first.clone())
            });
            if first.is_none() && row.identity.as_ref().is_some_and(|identity| doubted.contains(identity)) {
                row.doubt();
            }
            summary.count(&row, first.as_ref());
            writer.write_record(row.record(first))?;
        }
        writer.into_inner().map(|table| (table, summary)).map_err(|error| error.into_error())
    }
}

/// The invoices that the folder holds with different totals: one is altered or misread, and nobody knows which.
fn doubted(rows: &[ListRow]) -> BTreeSet<Identity> {
    let mut totals = BTreeMap::new();
    let known = rows.iter().filter_map(|row| Some((row.identity.clone()?, row.total)));
    let differing = known.filter(|(identity, total)| totals.entry(identity.clone()).or_insert(*total) != total);
    differing.map(|(identity, _)| identity).collect()
}

impl Summary {
    fn count(&mut self, row: &ListRow, first: Option<&First>) {
        match row.verdict_beside(first) {
            Some(Verdict::Verified) => self.verified += 1,
            Some(Verdict::Review) => self.review += 1,
            None => {}
        }
        self.repeated.extend(first.map(|first| format!("{}: to review: {}", row.place(), row.repeats(first))));
    }
}

/// Where an invoice stood first.
#[derive(Clone, Debug)]
struct First {
    place: String,
    total: Option<Money>,
}

impl ListRow {
    fn with_invoice(self, invoice: &CheckedInvoice) -> Self {
        Self {
            index: invoice.index,
            identity: Identity::of(invoice),
            total: invoice.invoice.grand_total,
            verdict: Some(invoice.verdict),
            reasons: invoice.reasons.iter().map(|reason| reason.message.clone()).collect(),
            cells: cells(&invoice.invoice),
            ..self
        }
    }

    fn place(&self) -> String {
        if self.index > 1 { format!("{}, invoice {}", self.file, self.index) } else { self.file.clone() }
    }

    /// The first of several, where another one has the same code and number and another total.
    fn doubt(&mut self) {
        self.verdict = Some(Verdict::Review);
        let reason = "another file here has this invoice with another total: one of them is altered or misread";
        self.reasons.push(reason.to_owned());
    }

    /// The same invoice twice in one folder is nobody's to book unseen.
    fn verdict_beside(&self, first: Option<&First>) -> Option<Verdict> {
        self.verdict.map(|verdict| if first.is_some() { Verdict::Review } else { verdict })
    }

    fn repeats(&self, first: &First) -> String {
        let first_place = Elsewhere::File(first.place.clone());
        duplicate_message(&first_place, first.total, self.total).say(Lang::En).unwrap_or_default()
    }

    fn record(self, first: Option<First>) -> Vec<String> {
        let verdict = match self.verdict_beside(first.as_ref()) {
            None => "",
            Some(Verdict::Verified) => "verified",
            Some(Verdict::Review) => "review",
        };
        let duplicate = first.as_ref().map(|first| self.repeats(first));
        let reasons: Vec<String> = self.reasons.into_iter().chain(duplicate).collect();
        let mut record = vec![
            safe(&self.file),
            if self.index > 0 { self.index.to_string() } else { String::new() },
            safe(&self.report),
            self.status.to_owned(),
            verdict.to_owned(),
            safe(&reasons.join("; ")),
            safe(&first.map(|first| first.place).unwrap_or_default()),
        ];
        record.extend(self.cells);
        record.resize(COLUMNS, String::new());
        record
    }
}

fn reason(other: &Other) -> String {
    let page = other.place.pages.first().map(|page| format!("page {page}: ")).unwrap_or_default();
    format!("{page}{}: {}", other.code, other.message)
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::Read => "read",
        Status::Rejected => "rejected",
        Status::Failed => "failed",
        Status::Withdrawn => "withdrawn",
    }
}

/// From the type on.
fn cells(invoice: &Invoice) -> Vec<String> {
    // Of a digital invoice the page asks for the total with tax, of all others for the amount without.
    let asked = if invoice.r#type.is_digital() { Field::GrandTotal } else { Field::TotalAmount };
    let told = [
        invoice.expense_category.map(|category| category.to_string()),
        invoice.issue_date.map(|date| verbatim(&date.strftime("%Y%m%d").to_string())),
        Some(cell(invoice, asked)),
        invoice.check_code.as_deref().map(last_six).map(verbatim),
    ];
    OF_THE_INVOICE.iter().map(|(_, field)| cell(invoice, *field)).chain(told.map(Option::unwrap_or_default)).collect()
}

fn cell(invoice: &Invoice, field: Field) -> String {
    if field == Field::Type {
        return invoice.r#type.to_string();
    }
    let text = invoice.get(field).map(|value| value.to_string()).unwrap_or_default();
    match field.kind() {
        _ if text.is_empty() => text,
        FieldKind::Digits | FieldKind::TaxId => verbatim(&text),
        FieldKind::Line => safe(&text),
        _ => text,
    }
}

fn last_six(code: &str) -> &str {
    let from = code.char_indices().rev().nth(5).map_or(0, |(at, _)| at);
    &code[from..]
}

/// A code that is no number, though it may look like one: `="0310"` keeps its leading zeros and all of its 20 digits in
/// Excel and in WPS, and is copied from the cell without a mark. Amounts stay numbers, so that they can be added up.
fn verbatim(code: &str) -> String {
    let plain = !code.is_empty() && code.bytes().all(|b| b.is_ascii_alphanumeric());
    if plain { format!("=\"{code}\"") } else { safe(code) }
}

/// Free text on one line. A spreadsheet runs what begins like a formula, and a name on an invoice is anybody's to choose.
fn safe(text: &str) -> String {
    let line = text.split(['\r', '\n', '\t']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let formula = line.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if formula { format!("'{line}") } else { line }
}

#[cfg(test)]
mod tests {
    use fapiao::report::{ErrorInfo, Evidence, Place, SCHEMA, Source};
    use fapiao::sentence::Sentence;

    use super::*;

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
        CheckedInvoice {
            index: 1,
            verdict: Verdict::Verified,
            invoice,
            fields: fields.into(),
            ..CheckedInvoice::default()
        }
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
    fn records(list: &List) -> Vec<BTreeMap<String, String>> {
        let (table, _) = list.table().unwrap();
        let table = table.strip_prefix(BYTE_ORDER_MARK).expect("the mark of UTF-8");
        csv::Reader::from_reader(table).deserialize().map(Result::unwrap).collect()
    }

    #[test]
    fn codes_stay_text_and_amounts_numbers() {
        let list = List::default();
        list.add("a.jpg", "a.jpg.json", &report("00012345", "某公司"));
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
    fn no_text_is_run_as_a_formula() {
        for (text, cell) in [
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("\t@SUM(A1)", "'@SUM(A1)"),
            (" ＝1", "' ＝1"),
            ("甲公司,\n乙部", "甲公司, 乙部"),
        ] {
            assert_eq!(safe(text), cell);
            let list = List::default();
            list.add("a.jpg", "a.jpg.json", &report("00012345", text));
            assert_eq!(records(&list)[0]["销售方名称 seller.name"], cell);
        }
        // A number that is none stays free text.
        assert_eq!(verbatim("12\"&A1&\"34"), "12\"&A1&\"34");
        assert_eq!(verbatim("=1+1"), "'=1+1");
    }

    #[test]
    fn the_same_invoice_twice_is_told_in_the_order_of_the_files() {
        let list = List::default();
        for (file, number) in [("c.jpg", "11111111"), ("a.jpg", "11111111"), ("b.jpg", "22222222")] {
            list.add(file, "", &report(number, "某公司"));
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
        let list = List::default();
        for (file, total) in [("a.jpg", "1130.00"), ("b.jpg", "1017.00")] {
            let mut report = report("11111111", "某公司");
            report.invoices[0].invoice.grand_total = total.parse().ok();
            list.add(file, "", &report);
        }
        let records = records(&list);
        let reasons = &records[1]["原因 reasons"];
        assert!(reasons.contains("1130.00") && reasons.contains("altered"), "{reasons}");
        // Nobody knows which of the two is right.
        assert!(records[0]["原因 reasons"].contains("another total"), "{records:?}");
        let Summary { verified, review, repeated } = list.table().unwrap().1;
        assert_eq!((verified, review), (0, 2));
        assert_eq!(repeated, [format!("b.jpg: to review: {reasons}")]);
    }

    #[test]
    fn a_file_without_a_report_has_a_line_too() {
        let list = List::default();
        list.add_without_report("IMG_1.HEIC", "skipped", "not opened");
        let record = &records(&list)[0];
        assert_eq!(
            (&*record["状态 status"], &*record["原因 reasons"], &*record["识别结果 report"]),
            ("skipped", "not opened", "")
        );
    }

    #[test]
    fn a_file_without_an_invoice_has_a_line_that_says_why() {
        let list = List::default();
        let mut rejected = report("1", "x");
        rejected.status = Status::Rejected;
        rejected.invoices.clear();
        rejected.error = Some(Error::new(ErrorKind::NoInvoice, "a ticket").info());
        list.add("ticket.jpg", "ticket.jpg.json", &rejected);
        let record = &records(&list)[0];
        assert_eq!(
            (record["状态 status"].as_str(), record["原因 reasons"].as_str()),
            ("rejected", "no_invoice: a ticket")
        );
    }

    #[test]
    fn every_invoice_of_a_file_has_a_line_and_so_has_what_could_not_be_read() {
        let list = List::default();
        let mut bundle = report("11111111", "某公司");
        let in_member = |member: &str| Place { pages: vec![1], member: Some(member.to_owned()), quad: None };
        bundle.invoices[0].place = in_member("1.pdf");
        bundle
            .invoices
            .push(CheckedInvoice { index: 2, place: in_member("2.pdf"), ..invoice("11111111", "某公司") });
        let other = |code: &str| {
            let info = ErrorInfo::new(code, Sentence::verbatim("as told"), Sentence::default());
            Other::new(in_member("3.pdf"), info, None)
        };
        bundle.others = vec![other("no_invoice"), other("undecodable")];
        list.add("a.zip", "a.zip.json", &bundle);
        let told: Vec<[String; 5]> = records(&list)
            .iter()
            .map(|r| {
                ["文件 file", "第几张 index", "状态 status", "结论 verdict", "重复于 duplicate_of"]
                    .map(|c| r[c].clone())
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
}
