//! What an invoice is in sight of the others: the same one under another name, or with another total.
//! Knows nothing of how a list is written.

use std::collections::{BTreeMap, BTreeSet};

use super::column::{Cell, Column, Value};
use super::row::Row;
use super::{First, Line, label};
use crate::pipeline::{Elsewhere, Identity, duplicate_message};
use crate::report::Verdict;
use crate::sentence::{Lang, Sentence, screen as says};

/// A row, and what the others make of it.
pub(super) struct Judged<'a> {
    row: &'a Row,
    lang: Lang,
    pub(super) verdict: Option<Verdict>,
    /// What is said of it when it is there twice.
    repeats: Option<Sentence>,
    /// What is said beside its Report's own reasons.
    added: Option<Sentence>,
    /// Where the same invoice stood first.
    first: Option<String>,
}

/// Where each invoice stands first. A bucket's Reports know themselves who came first; a file that came later is not
/// made the first by its name.
pub(super) fn firsts(rows: &[&Row], lang: Lang) -> BTreeMap<Identity, First> {
    let mut firsts = BTreeMap::new();
    for row in rows.iter().filter(|row| row.duplicate_of.is_none()) {
        if let Some(identity) = row.identity.clone() {
            firsts.entry(identity).or_insert_with(|| First { place: row.place(lang), total: row.total });
        }
    }
    firsts
}

/// The invoices that the list holds with different totals: one is altered or misread, and nobody knows which.
pub(super) fn doubted(rows: &[&Row]) -> BTreeSet<Identity> {
    let mut totals = BTreeMap::new();
    let known = rows.iter().filter_map(|row| Some((row.identity.clone()?, row.total)));
    let differing = known.filter(|(identity, total)| totals.entry(identity.clone()).or_insert(*total) != total);
    differing.map(|(identity, _)| identity).collect()
}

/// A row in sight of the one that stood first; `is_doubted` when it is the first and another one has another total.
pub(super) fn judged<'a>(row: &'a Row, first: Option<&First>, is_doubted: bool, lang: Lang) -> Judged<'a> {
    let told = row.duplicate_of.as_ref();
    let again = |place: &str, theirs, mine| duplicate_message(&Elsewhere::File(place.to_owned()), theirs, mine);
    let message = first.filter(|_| told.is_none()).map(|first| again(&first.place, first.total, row.total));
    let added = message.clone().or_else(|| is_doubted.then(says::another_total_here));
    Judged {
        row,
        lang,
        // The same invoice twice in one list is nobody's to book unseen.
        verdict: row.verdict.map(|own| if told.is_none() && added.is_none() { own } else { Verdict::Review }),
        repeats: message.or_else(|| told.map(|first| again(first, None, None))),
        added,
        first: told.cloned().or_else(|| first.map(|first| first.place.clone())),
    }
}

impl Judged<'_> {
    /// What is said of it on the screen when it is there twice.
    pub(super) fn repeated(&self) -> Option<String> {
        says::to_review_because(self.row.place(self.lang), self.repeats.clone()?).say(self.lang)
    }

    /// As it is shown.
    pub(super) fn line(self) -> Line {
        let cells = Column::ALL.iter().enumerate().map(|(at, column)| self.cell(at, *column)).collect();
        let Row { source, report, status, .. } = self.row;
        Line { source: source.clone(), report: report.clone(), status, verdict: self.verdict, cells }
    }

    fn cell(&self, at: usize, column: Column) -> Cell {
        let row = self.row;
        let name = |text: &str| if text.is_empty() { Value::Empty } else { Value::Name(text.to_owned()) };
        let value = match column {
            Column::File => name(&row.file),
            Column::Index if row.index == 0 => Value::Empty,
            Column::Index => Value::Count(row.index),
            Column::Report => name(&row.report),
            Column::Status => Value::Text(label::status(row.status, self.lang)),
            Column::Verdict => self.verdict.map_or(Value::Empty, |own| Value::Text(label::verdict(own, self.lang))),
            Column::Reasons => self.reasons(),
            Column::DuplicateOf => name(self.first.as_deref().unwrap_or_default()),
            _ => return row.cells.get(at).map(|cell| cell.say(self.lang)).unwrap_or_default(),
        };
        Cell { value, verified: None }
    }

    fn reasons(&self) -> Value {
        let said: Vec<String> =
            self.row.reasons.iter().chain(&self.added).filter_map(|reason| reason.say(self.lang)).collect();
        if said.is_empty() { Value::Empty } else { Value::Sentences(said) }
    }
}
