//! What stands in a sentence's gaps, and how each kind of it is said.

use std::collections::BTreeMap;
use std::fmt::Display;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Lang, Sentence, labels};

/// Parameters by name.
pub type Params = BTreeMap<String, Param>;

/// One parameter: a number, a text or a name, a sentence within the sentence, or several of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Param {
    /// A count or a number of a line or page.
    Number(i64),
    /// A text, an amount, a date, or the name of a field, kind, source or rule.
    Text(String),
    /// A sentence, as `{"id", "params"}`.
    Sentence(Sentence),
    /// Several.
    List(Vec<Param>),
}

/// What a row of the catalogue says of a parameter: how it is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As it is.
    Text,
    /// A number.
    Number,
    /// A field's path.
    Field,
    /// Several.
    Fields,
    /// Where a value came from.
    Source,
    /// A kind of invoice.
    InvoiceType,
    /// An error's code, for programs: a language may leave it out.
    Code,
    /// What somebody else says, in their language: quoted as a detail.
    Detail,
    /// A sentence.
    Said,
    /// Several.
    All,
}

/// What may be given for a parameter of a kind `K`.
pub trait Gives<K> {
    /// As it is kept.
    fn param(self) -> Param;
}

/// The kinds as types, so that a sentence cannot be given what it does not ask for.
pub(super) mod kinds {
    /// Anything that can be written.
    #[derive(Debug)]
    pub struct Text;
    /// Any integer.
    #[derive(Debug)]
    pub struct Number;
    /// A field, written as its path.
    #[derive(Debug)]
    pub struct Field;
    /// Fields, written as their paths.
    #[derive(Debug)]
    pub struct Fields;
    /// A source, by its name in JSON.
    #[derive(Debug)]
    pub struct Source;
    /// A kind of invoice, by its name in JSON.
    #[derive(Debug)]
    pub struct InvoiceType;
    /// A code, as it is.
    #[derive(Debug)]
    pub struct Code;
    /// A detail, as it is.
    #[derive(Debug)]
    pub struct Detail;
    /// A sentence.
    #[derive(Debug)]
    pub struct Said;
    /// Sentences.
    #[derive(Debug)]
    pub struct All;
}

macro_rules! written {
    ($($kind:ident)+) => {
        $(impl<T: Display> Gives<kinds::$kind> for T {
            fn param(self) -> Param {
                Param::Text(self.to_string())
            }
        })+
    };
}

written! { Text Field Source InvoiceType Code Detail }

impl<T: TryInto<i64>> Gives<kinds::Number> for T {
    fn param(self) -> Param {
        Param::Number(self.try_into().unwrap_or(i64::MAX))
    }
}

impl<T: Display> Gives<kinds::Fields> for &[T] {
    fn param(self) -> Param {
        Param::List(self.iter().map(|field| Param::Text(field.to_string())).collect())
    }
}

impl<T: Into<Sentence>> Gives<kinds::Said> for T {
    fn param(self) -> Param {
        Param::Sentence(self.into())
    }
}

impl Gives<kinds::All> for Vec<Sentence> {
    fn param(self) -> Param {
        Param::List(self.into_iter().map(Param::Sentence).collect())
    }
}

impl Param {
    /// As a parameter of that kind; none when it is of another.
    pub(super) fn say(&self, kind: Form, lang: Lang) -> Option<String> {
        match (self, kind) {
            (Self::Number(number), Form::Number) => Some(number.to_string()),
            (Self::Text(text), Form::Text | Form::Code | Form::Detail) => Some(text.clone()),
            (Self::Text(name), Form::Field) => Some(labels::field(name, lang)),
            (Self::Text(name), Form::Source) => Some(labels::source(name, lang)),
            (Self::Text(name), Form::InvoiceType) => Some(labels::invoice_kind(name, lang)),
            (Self::Sentence(sentence), Form::Said) => sentence.say(lang),
            (Self::List(list), Form::Fields) => joined(list, Form::Field, lang, [", ", "、"]),
            (Self::List(list), Form::All) => joined(list, Form::Said, lang, ["; ", "；"]),
            _ => None,
        }
    }

    pub(super) fn map_texts(self, change: &impl Fn(&str) -> String) -> Self {
        match self {
            Self::Text(text) => Self::Text(change(&text)),
            Self::Sentence(sentence) => Self::Sentence(sentence.map_texts(change)),
            Self::List(list) => Self::List(list.into_iter().map(|param| param.map_texts(change)).collect()),
            number @ Self::Number(_) => number,
        }
    }
}

fn joined(list: &[Param], kind: Form, lang: Lang, [en, zh]: [&str; 2]) -> Option<String> {
    let parts = list.iter().map(|param| param.say(kind, lang)).collect::<Option<Vec<_>>>()?;
    Some(parts.join(if lang == Lang::En { en } else { zh }))
}
