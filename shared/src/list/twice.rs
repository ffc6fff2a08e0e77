//! What an invoice is in sight of the others: the same one under another name, or with another total.
//! Knows nothing of how a list is written.

use std::collections::{BTreeMap, BTreeSet};

use super::column::{Cell, Column, Value};
use super::row::Row;
use super::{First, Line};
use crate::pipeline::{Identity, duplicate_message};
use crate::report::Verdict;

/// A row, and what the others make of it.
pub(super) struct Judged<'a> {
    pub(super) row: &'a Row,
    pub(super) verdict: Option<Verdict>,
    /// What is said of it when it is there twice.
    pub(super) repeats: Option<String>,
    reasons: Vec<String>,
    /// Where the same invoice stood first.
    first: Option<String>,
}

/// Where each invoice stands first. A bucket's Reports know themselves who came first; a file that came later is not
/// made the first by its name.
pub(super) fn firsts(rows: &[&Row]) -> BTreeMap<Identity, First> {
    let mut firsts = BTreeMap::new();
    for row in rows.iter().filter(|row| row.duplicate_of.is_none()) {
        if let Some(identity) = row.identity.clone() {
            firsts.entry(identity).or_insert_with(|| First { place: row.place(), total: row.total });
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
pub(super) fn judged<'a>(row: &'a Row, first: Option<&First>, is_doubted: bool) -> Judged<'a> {
    let told = row.duplicate_of.as_ref();
    let message = first.filter(|_| told.is_none()).map(|first| duplicate_message(&first.place, first.total, row.total));
    let doubt = is_doubted
        .then(|| "another file here has this invoice with another total: one of them is altered or misread".to_owned());
    let is_unseen = told.is_none() && message.is_none() && doubt.is_none();
    Judged {
        row,
        // The same invoice twice in one list is nobody's to book unseen.
        verdict: row.verdict.map(|verdict| if is_unseen { verdict } else { Verdict::Review }),
        reasons: row.reasons.iter().cloned().chain(message.clone()).chain(doubt).collect(),
        first: told.cloned().or_else(|| first.map(|first| first.place.clone())),
        repeats: message.or_else(|| told.map(|first| duplicate_message(first, None, None))),
    }
}

impl Judged<'_> {
    /// As it is shown.
    pub(super) fn line(self) -> Line {
        let cells = Column::ALL.iter().enumerate().map(|(at, column)| self.cell(at, *column)).collect();
        let Row { source, report, status, .. } = self.row;
        Line { source: source.clone(), report: report.clone(), status, verdict: self.verdict, cells }
    }

    fn cell(&self, at: usize, column: Column) -> Cell {
        let value = match column {
            Column::Verdict => self.verdict.map_or(Value::Empty, |verdict| Value::Text(name(verdict).to_owned())),
            Column::Reasons if self.reasons.is_empty() => Value::Empty,
            Column::Reasons => Value::Sentences(self.reasons.clone()),
            Column::DuplicateOf => self.first.clone().map_or(Value::Empty, Value::Name),
            column => match self.row.of_the_file(column) {
                Some(value) => value,
                None => return self.row.cells.get(at).cloned().unwrap_or_default(),
            },
        };
        Cell { value, verified: None }
    }
}

fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Verified => "verified",
        Verdict::Review => "review",
    }
}
