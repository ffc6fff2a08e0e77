//! What one file brings into the list, before it is seen beside the others. Knows nothing of the others.

use super::cell::Draft;
use super::column::Column;
use super::step;
use crate::error::ErrorInfo;
use crate::invoice::Money;
use crate::pipeline::Identity;
use crate::report::{CheckedInvoice, Other, Place, Report, Statement, Status, Verdict};
use crate::sentence::{Lang, Param, Params, Sentence, list as says, screen};

/// One line to be, as its own Report has it.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    /// The file, without the name of what is inside it.
    pub(super) source: String,
    /// The same with that name.
    pub(super) file: String,
    /// Which of the file's invoices; 0 where it is none.
    pub(super) index: u32,
    /// Which of those that one document has, where it has several.
    pub(super) nth: Option<usize>,
    /// The Report's name; empty where there is none.
    pub(super) report: String,
    pub(super) status: &'static str,
    pub(super) verdict: Option<Verdict>,
    pub(super) reasons: Vec<Sentence>,
    /// What a person does next.
    pub(super) steps: Vec<Sentence>,
    pub(super) identity: Option<Identity>,
    pub(super) total: Option<Money>,
    /// The file that brought the same invoice before, it may be this one, where the Report itself says so; its reasons then
    /// say it, too.
    pub(super) told: Option<String>,
    /// The invoice's own cells, in the order of the columns; empty where it is none.
    pub(super) cells: Vec<Draft>,
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
        let reason = says::coded(&error.code, known(&error.said, &error.message));
        let steps = hint(&error.hint_id, &error.hint_params, &error.hint);
        return vec![Row { reasons: vec![reason], steps, ..row(None, report.status) }];
    }
    let of_invoice = |invoice: &CheckedInvoice| Row {
        nth: nth(report, invoice),
        ..row(invoice.place.member.as_ref(), Status::Read).with_invoice(invoice)
    };
    let invoices = report.invoices.iter().map(of_invoice);
    let status = if report.status == Status::Failed { Status::Failed } else { Status::Rejected };
    let others = report.others.iter().filter(|other| !other.needs_no_review());
    let others = others.map(|other| Row {
        reasons: vec![reason(other)],
        steps: hint(&other.hint_id, &other.hint_params, &other.hint),
        ..row(other.place.member.as_ref(), status)
    });
    invoices.chain(others).collect()
}

/// Which of its document's invoices it is, where that has several.
fn nth(report: &Report, invoice: &CheckedInvoice) -> Option<usize> {
    let mut beside = report.invoices.iter().filter(|other| other.place.member == invoice.place.member);
    let at = beside.clone().position(|other| other.index == invoice.index)?;
    beside.nth(1).map(|_| at.saturating_add(1))
}

/// What was read of a deleted file stays to be seen, and is nobody's to book.
fn withdrawn(report: &Report, row: &impl Fn(Option<&String>, Status) -> Row) -> Vec<Row> {
    let shown = |invoice: &CheckedInvoice| {
        let row = row(invoice.place.member.as_ref(), Status::Withdrawn).with_invoice(invoice);
        Row { verdict: None, identity: None, told: None, reasons: Vec::new(), steps: Vec::new(), ..row }
    };
    match report.invoices.as_slice() {
        [] => vec![row(None, Status::Withdrawn)],
        invoices => invoices.iter().map(shown).collect(),
    }
}

impl Row {
    /// Of a file that has no Report.
    pub(super) fn without_report(file: &str, status: &'static str, why: &ErrorInfo) -> Self {
        let reasons = vec![known(&why.said, &why.message)];
        let steps = hint(&why.hint_id, &why.hint_params, &why.hint);
        Self { source: file.to_owned(), file: file.to_owned(), status, reasons, steps, ..Self::default() }
    }

    fn with_invoice(self, invoice: &CheckedInvoice) -> Self {
        Self {
            index: invoice.index,
            identity: Identity::of(invoice),
            total: invoice.invoice.grand_total,
            verdict: Some(invoice.verdict),
            reasons: invoice.reasons.iter().map(|reason| known(&reason.said, &reason.message)).collect(),
            steps: step::of_reasons(&invoice.reasons),
            told: told(&self.source, invoice),
            cells: Column::ALL.iter().map(|column| column.of(invoice)).collect(),
            ..self
        }
    }

    /// What a person calls it.
    pub(super) fn place(&self, lang: Lang) -> String {
        let several = self.nth.and_then(|nth| screen::place_in_file(&self.file, nth).say(lang));
        several.unwrap_or_else(|| self.file.clone())
    }
}

/// The file that brought it before, as the Report says; this one where it is there twice in it.
fn told(file: &str, invoice: &CheckedInvoice) -> Option<String> {
    let is_here = |reason: &Statement| match reason.said.params.get("detail") {
        Some(Param::Sentence(detail)) => detail.id.starts_with("earlier_here"),
        _ => false,
    };
    match &invoice.duplicate_of {
        Some(first) => Some(first.key.clone()),
        None => invoice.reasons.iter().any(is_here).then(|| file.to_owned()),
    }
}

fn reason(other: &Other) -> Sentence {
    let message = known(&other.said, &other.message);
    match other.place.pages.first() {
        Some(page) => {
            let place = Place { pages: vec![*page], ..Place::default() };
            says::coded_in(place.sentence(), &other.code, message)
        }
        None => says::coded(&other.code, message),
    }
}

/// What was said; where no catalogue of ours has it, its text as it stands in the Report.
fn known(said: &Sentence, text: &str) -> Sentence {
    if said.say(Lang::En).is_some() { said.clone() } else { Sentence::verbatim(text) }
}

/// What to do next, where anything is said of it.
fn hint(id: &str, params: &Params, text: &str) -> Vec<Sentence> {
    if text.is_empty() {
        return Vec::new();
    }
    vec![known(&Sentence { id: id.to_owned(), params: params.clone() }, text)]
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::Read => "read",
        Status::Rejected => "rejected",
        Status::Failed => "failed",
        Status::Withdrawn => "withdrawn",
    }
}
