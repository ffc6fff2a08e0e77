//! The sentences that people read, in English and in Chinese. A [`Sentence`] is an id and its parameters; what it says in a
//! language stands in the catalogue, one row an id. So whoever has a Report can say it anew in the other language.
//! Knows nothing of who says something, nor of what invoices and files are: fields, kinds and rules come by their names.
//!
//! - [`check`]: what a rule found; [`report`]: what a Report says of a file, and where in it
//! - [`list`]: what a list says of an invoice beside others; [`step`]: what to do about a reason
//! - [`fault`]: what went wrong; [`broken`]: what is wrong inside a file; [`next`]: what to do next; [`request`]: what is wrong with a
//!   request to the API
//! - [`screen`]: what a terminal shows
//! - `labels`: what fields, kinds, sources and rules are called

pub mod broken;
mod catalogue;
pub mod check;
pub mod fault;
mod json;
mod labels;
mod lang;
pub mod list;
pub mod next;
mod param;
pub mod report;
pub mod request;
pub mod screen;
pub mod step;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use catalogue::{Row, row};

pub use json::say_in;
pub use labels::invoice_kind;
pub use lang::Lang;
pub use param::{Param, Params};

/// Something that is said to a person, in no language yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sentence {
    /// Which sentence of the catalogue it is, e.g. `field_not_found`; empty where a text is in no catalogue.
    #[serde(default)]
    pub id: String,
    /// What stands in its gaps, by name.
    #[serde(default)]
    pub params: Params,
}

impl Sentence {
    fn of<const N: usize>(id: &str, params: [(&str, Param); N]) -> Self {
        let params: BTreeMap<String, Param> =
            params.into_iter().map(|(name, param)| (name.to_owned(), param)).collect();
        Self { id: id.to_owned(), params }
    }

    /// A text that is said as it is in every language.
    pub fn verbatim(text: impl Into<String>) -> Self {
        report::verbatim(text.into())
    }

    /// Whether it is a text as somebody else has said it.
    pub fn is_verbatim(&self) -> bool {
        self.id == "verbatim"
    }

    /// What it says; none when no catalogue of ours has it, as when a newer release has said it, or when its parameters are
    /// not those of its row.
    pub fn say(&self, lang: Lang) -> Option<String> {
        let row = row(&self.id)?;
        catalogue::fill(row.text(lang), |name| self.param(row, name, lang))
    }

    fn param(&self, row: &Row, name: &str, lang: Lang) -> Option<String> {
        let (_, kind) = row.params.iter().find(|(own, _)| *own == name)?;
        self.params.get(name)?.say(*kind, lang)
    }

    /// A parameter that is a text or a name.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.params.get(name)? {
            Param::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it says that this rule failed.
    pub fn is_failure_of(&self, rule: &str) -> bool {
        self.id == "check_failed" && self.text("rule") == Some(rule)
    }

    /// The same with every text in it changed, however deep.
    #[must_use]
    pub fn map_texts(self, change: &impl Fn(&str) -> String) -> Self {
        let params = self.params.into_iter().map(|(name, param)| (name, param.map_texts(change)));
        Self { id: self.id, params: params.collect() }
    }

    /// The same, if it comes from the catalogue and has nothing but what its row asks for. For what a stranger says.
    pub fn known(self) -> Option<Self> {
        let is_own = |name: &String| row(&self.id).is_some_and(|row| row.params.iter().any(|(own, _)| own == name));
        let holds = self.params.keys().all(is_own) && self.say(Lang::En).is_some();
        holds.then_some(self)
    }
}

impl From<&str> for Sentence {
    fn from(text: &str) -> Self {
        Self::verbatim(text)
    }
}

impl From<String> for Sentence {
    fn from(text: String) -> Self {
        Self::verbatim(text)
    }
}
