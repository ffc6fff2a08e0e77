//! What stands in one column of one line, and how it is looked at. Knows nothing of columns and lines.

use rust_decimal::Decimal;

use super::label;
use crate::invoice::{ExpenseCategory, InvoiceType};
use crate::sentence::{Lang, Sentence};

/// What stands in one column of one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// The content.
    pub value: Value,
    /// Whether it is to be looked at; none where there is nothing to confirm.
    pub trust: Option<Trust>,
}

/// How a value of an invoice is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// A second source confirms it.
    Confirmed,
    /// Nothing confirms it, or a check speaks against it, and the verdict waits for it: a person compares it with the page.
    ToCheck,
    /// Nothing confirms it, and no verdict asks for it.
    NotAsked,
}

/// The content of a cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    #[default]
    Empty,
    /// Anybody's text.
    Text(String),
    /// Sentences of ours, which may quote anybody's text.
    Sentences(Vec<String>),
    /// The name of a file.
    Name(String),
    /// A code that is no number, though it may look like one.
    Code(String),
    /// An amount in yuan.
    Amount(Decimal),
    /// A count.
    Count(u32),
    /// A day.
    Day(jiff::civil::Date),
}

/// A cell before it is said in a language.
#[derive(Clone, Debug)]
pub(super) enum Draft {
    /// The same in every language.
    Cell(Cell),
    Kind(InvoiceType),
    Category(ExpenseCategory),
    Verified(bool, Trust),
    Said(Sentence),
}

impl Draft {
    pub(super) fn say(&self, lang: Lang) -> Cell {
        let (text, trust) = match self {
            Self::Cell(cell) => return cell.clone(),
            Self::Kind(kind) => (label::kind(*kind, lang), None),
            Self::Category(category) => (label::category(*category, lang), None),
            Self::Verified(verified, trust) => (label::flag(*verified, lang), Some(*trust)),
            Self::Said(said) => (said.say(lang).unwrap_or_default(), None),
        };
        Cell { value: text_of(text), trust }
    }
}

impl From<Value> for Draft {
    fn from(value: Value) -> Self {
        Self::Cell(Cell { value, trust: None })
    }
}

fn text_of(text: String) -> Value {
    if text.is_empty() { Value::Empty } else { Value::Text(text) }
}
