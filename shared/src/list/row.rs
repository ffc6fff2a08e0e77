//! What one file brings into the list, before it is seen beside the others. Knows nothing of the others.

use super::column::{Cell, Column, Value};
use crate::invoice::Money;
use crate::pipeline::Identity;
use crate::report::{CheckedInvoice, Other, Report, Status, Verdict};

/// One line to be, as its own Report has it.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    /// The file, without the name of what is inside it.
    pub(super) source: String,
    /// The same with that name.
    pub(super) file: String,
    /// Which of the file's invoices; 0 where it is none.
    pub(super) index: u32,
    /// The Report's name; empty where there is none.
    pub(super) report: String,
    pub(super) status: &'static str,
    pub(super) verdict: Option<Verdict>,
    pub(super) reasons: Vec<String>,
    pub(super) identity: Option<Identity>,
    pub(super) total: Option<Money>,
    /// The file that brought the same invoice before, where the Report itself says so; its reasons then say it, too.
    pub(super) duplicate_of: Option<String>,
    /// The invoice's own cells, in the order of the columns; empty where it is none.
    pub(super) cells: Vec<Cell>,
}

/// The rows of a Report that is kept under a name.
pub(super) fn of_report(file: &str, name: &str, report: &Report) -> Vec<Row> {
    let row = |member: Option<&String>, status| Row {
        source: file.to_owned(),
        file: member.map_or_else(|| file.to_owned(), |member| format!("{file}/{member}")),
        report: name.to_owned(),
        status: status_name(status),
        ..Row::default()
    };
    if report.status == Status::Withdrawn {
        return withdrawn(report, &row);
    }
    if let (Some(error), true) = (&report.error, report.invoices.is_empty()) {
        let reasons = vec![format!("{}: {}", error.code, error.message)];
        return vec![Row { reasons, ..row(None, report.status) }];
    }
    let invoices =
        report.invoices.iter().map(|invoice| row(invoice.place.member.as_ref(), Status::Read).with_invoice(invoice));
    let status = if report.status == Status::Failed { Status::Failed } else { Status::Rejected };
    let others = report.others.iter().filter(|other| !other.needs_no_review());
    let others = others.map(|other| Row { reasons: vec![reason(other)], ..row(other.place.member.as_ref(), status) });
    invoices.chain(others).collect()
}

/// What was read of a deleted file stays to be seen, and is nobody's to book.
fn withdrawn(report: &Report, row: &impl Fn(Option<&String>, Status) -> Row) -> Vec<Row> {
    let shown = |invoice: &CheckedInvoice| {
        let row = row(invoice.place.member.as_ref(), Status::Withdrawn).with_invoice(invoice);
        Row { verdict: None, identity: None, duplicate_of: None, reasons: Vec::new(), ..row }
    };
    match report.invoices.as_slice() {
        [] => vec![row(None, Status::Withdrawn)],
        invoices => invoices.iter().map(shown).collect(),
    }
}

impl Row {
    /// Of a file that has no Report.
    pub(super) fn without_report(file: &str, status: &'static str, reason: &str) -> Self {
        Self {
            source: file.to_owned(),
            file: file.to_owned(),
            status,
            reasons: vec![reason.to_owned()],
            ..Self::default()
        }
    }

    fn with_invoice(self, invoice: &CheckedInvoice) -> Self {
        Self {
            index: invoice.index,
            identity: Identity::of(invoice),
            total: invoice.invoice.grand_total,
            verdict: Some(invoice.verdict),
            reasons: invoice.reasons.clone(),
            duplicate_of: invoice.duplicate_of.as_ref().map(|first| first.key.clone()),
            cells: Column::ALL.iter().map(|column| column.of(invoice)).collect(),
            ..self
        }
    }

    /// What a person calls it.
    pub(super) fn place(&self) -> String {
        if self.index > 1 { format!("{}, invoice {}", self.file, self.index) } else { self.file.clone() }
    }

    /// What stands in a column that is the file's; none in those that are the invoice's.
    pub(super) fn of_the_file(&self, column: Column) -> Option<Value> {
        Some(match column {
            Column::File => Value::Name(self.file.clone()),
            Column::Index if self.index > 0 => Value::Count(self.index),
            Column::Report if !self.report.is_empty() => Value::Name(self.report.clone()),
            Column::Status => Value::Text(self.status.to_owned()),
            _ => return None,
        })
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
