//! The list that is booked from: one line an invoice of many Reports, the same invoice under two names told.
//! Knows nothing of files, buckets and programs that show lists: it is given names and Reports, and gives cells.
//!
//! What the columns are is said once, in [`Column`]; [`csv`] writes them as the file that spreadsheets open.

mod cell;
mod column;
pub mod csv;
mod extract;
mod label;
mod order;
mod row;
mod step;
mod twice;

use std::collections::BTreeMap;

pub use self::cell::{Cell, Trust, Value};
pub use self::column::Column;
use self::row::Row;
use crate::error::ErrorInfo;
use crate::report::{Report, Verdict};
use crate::sentence::Lang;

/// The rows of many files, which may come in any order and be replaced.
#[derive(Clone, Debug, Default)]
pub struct List(BTreeMap<String, Vec<Row>>);

/// A list as it is shown: judged as a whole, in the order of the files' names as people read them,
/// and in each file's own order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// In which its sentences and words are said.
    pub lang: Lang,
    /// One an invoice, one a part that could not be read, one a file without any.
    pub lines: Vec<Line>,
    /// What is said of all of them.
    pub summary: Summary,
}

/// One line of a [`Table`].
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The file as the list was told it, without the name of what is inside it.
    pub source: String,
    /// The Report's name; empty where there is none.
    pub report: String,
    /// `read`, `rejected`, `failed`, `withdrawn` or `skipped`.
    pub status: &'static str,
    /// Of an invoice, in sight of all the others.
    pub verdict: Option<Verdict>,
    /// As many as there are columns, in their order.
    pub cells: Vec<Cell>,
}

/// How many invoices stand in a list, and how many of them a person has to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Confirmed in all that a booking needs, and the first of their kind in the list.
    pub verified: usize,
    /// All others.
    pub review: usize,
    /// A sentence for each that is there twice; they are among those to review.
    pub repeated: Vec<String>,
}

impl List {
    /// Notes a file's Report, and the name under which it is kept: its invoices, and what of it could not be read. What
    /// was noted of that file before is forgotten.
    pub fn set(&mut self, file: &str, name: &str, report: &Report) {
        self.0.insert(file.to_owned(), row::of_report(file, name, report));
    }

    /// Notes a file that has no Report, and why. `status` is `skipped` or `failed`.
    pub fn set_without_report(&mut self, file: &str, status: &'static str, why: &ErrorInfo) {
        self.0.insert(file.to_owned(), vec![Row::without_report(file, status, why)]);
    }

    /// Forgets a file.
    pub fn remove(&mut self, file: &str) {
        self.0.remove(file);
    }

    /// The lines, each judged in sight of all the others, in the words of a language.
    pub fn table(&self, lang: Lang) -> Table {
        let mut files: Vec<(&String, &Vec<Row>)> = self.0.iter().collect();
        files.sort_by_cached_key(|(name, _)| order::key(name));
        let rows: Vec<&Row> = files.into_iter().flat_map(|(_, rows)| rows).collect();
        let mut table = Table { lang, ..Table::default() };
        for judged in twice::Rows::new(&rows, lang).judged() {
            table.summary.count(&judged);
            table.lines.push(judged.line());
        }
        table
    }
}

impl Table {
    /// What stands above each column.
    pub fn heads(&self) -> impl Iterator<Item = String> {
        let lang = self.lang;
        Column::ALL.into_iter().map(move |column| column.head(lang))
    }
}

impl Summary {
    fn count(&mut self, row: &twice::Judged<'_>) {
        match row.verdict {
            Some(Verdict::Verified) => self.verified += 1,
            Some(Verdict::Review) => self.review += 1,
            None => {}
        }
        self.repeated.extend(row.repeated());
    }
}

#[cfg(test)]
mod tests;
