//! What an invoice is in sight of the others: the same one under another name, or with another total.
//! Knows nothing of how a list is written.

use std::collections::BTreeMap;

use super::cell::{Cell, Value};
use super::column::Column;
use super::row::Row;
use super::{Line, label, step};
use crate::pipeline::{Elsewhere, Identity, duplicate_message};
use crate::report::Verdict;
use crate::sentence::{Lang, Sentence, screen as says};

/// All rows of a list in its order, and which of them hold the same invoice.
pub(super) struct Rows<'a> {
    rows: &'a [&'a Row],
    same: BTreeMap<&'a Identity, Vec<&'a Row>>,
    lang: Lang,
}

/// A row, and what the others make of it.
pub(super) struct Judged<'a> {
    row: &'a Row,
    lang: Lang,
    pub(super) verdict: Option<Verdict>,
    /// What is said of it when it is there twice.
    repeats: Option<Sentence>,
    /// What is said, and to be done, beside its Report's own reasons.
    added: Option<(Sentence, Sentence)>,
    /// Where the same invoice stood first.
    first: Option<String>,
    /// Where else it stands, of the first one.
    also_in: Vec<String>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(rows: &'a [&'a Row], lang: Lang) -> Self {
        let mut same: BTreeMap<&Identity, Vec<&Row>> = BTreeMap::new();
        for &row in rows {
            if let Some(identity) = &row.identity {
                same.entry(identity).or_default().push(row);
            }
        }
        Self { rows, same, lang }
    }

    /// Each in sight of all the others.
    pub(super) fn judged(&self) -> impl Iterator<Item = Judged<'a>> {
        self.rows.iter().map(|row| self.judge(row))
    }

    fn judge(&self, row: &'a Row) -> Judged<'a> {
        let again = |place: String, theirs, mine| duplicate_message(&Elsewhere::File(place), theirs, mine);
        let first = self.first_of(row);
        let place = first.map(|first| first.place(self.lang));
        let told = row.told.as_ref().map(|key| place.clone().unwrap_or_else(|| key.clone()));
        let message =
            first.filter(|_| told.is_none()).map(|first| again(first.place(self.lang), first.total, row.total));
        let is_first = told.is_none() && first.is_none();
        let others = if is_first { self.others(row) } else { Vec::new() };
        // One with another total is altered or misread, and nobody knows which. What stands in one file its Report tells.
        let is_doubted = others.iter().any(|other| other.source != row.source && differ(other, row));
        let has_another_total = is_doubted || first.is_some_and(|first| differ(first, row));
        let added = message.clone().or_else(|| is_doubted.then(says::another_total_here));
        Judged {
            row,
            lang: self.lang,
            // The same invoice twice in one list is nobody's to book unseen.
            verdict: row.verdict.map(|own| if told.is_none() && added.is_none() { own } else { Verdict::Review }),
            repeats: message.or_else(|| told.clone().map(|first| again(first, None, None))),
            added: added.map(|said| (said, step::of_repeated(has_another_total))),
            first: told.or(place),
            also_in: others.iter().map(|other| other.place(self.lang)).collect(),
        }
    }

    /// Where the same invoice stood first; none where it did here. A bucket's Reports know themselves who came first; a file
    /// that came later is not made the first by its name.
    fn first_of(&self, row: &Row) -> Option<&'a Row> {
        let mut same = self.same(row).iter().copied();
        let first = match &row.told {
            Some(key) => same.find(|other| other.source == *key),
            None => same.find(|other| other.told.is_none()),
        };
        first.filter(|first| !std::ptr::eq(*first, row))
    }

    fn others(&self, row: &Row) -> Vec<&'a Row> {
        self.same(row).iter().copied().filter(|other| !std::ptr::eq(*other, row)).collect()
    }

    fn same(&self, row: &Row) -> &[&'a Row] {
        row.identity.as_ref().and_then(|identity| self.same.get(identity)).map_or(&[], Vec::as_slice)
    }
}

/// Whether both have a total, and not the same.
fn differ(a: &Row, b: &Row) -> bool {
    a.total.zip(b.total).is_some_and(|(a, b)| a != b)
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
            Column::Reasons => self.said(&row.reasons, self.added.as_ref().map(|(reason, _)| reason)),
            Column::NextStep => {
                // Its Report may have asked for the same.
                let step = self.added.as_ref().map(|(_, step)| step);
                self.said(&row.steps, step.filter(|step| !row.steps.contains(step)))
            }
            Column::DuplicateOf => name(self.first.as_deref().unwrap_or_default()),
            Column::AlsoIn => name(&self.also_in.join("; ")),
            _ => return row.cells.get(at).map(|cell| cell.say(self.lang)).unwrap_or_default(),
        };
        Cell { value, trust: None }
    }

    fn said(&self, own: &[Sentence], added: Option<&Sentence>) -> Value {
        let said: Vec<String> = own.iter().chain(added).filter_map(|sentence| sentence.say(self.lang)).collect();
        if said.is_empty() { Value::Empty } else { Value::Sentences(said) }
    }
}
