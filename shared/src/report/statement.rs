//! What a Report says in sentences, and how all of it is said anew in another language. Knows nothing of why it is said.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::{ProviderInfo, Report};
use crate::sentence::{Lang, Sentence, report as says};

/// Something said to a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Statement {
    /// Which sentence of the catalogue it is, and its parameters.
    #[serde(flatten)]
    pub said: Sentence,
    /// The sentence, in the Report's language.
    pub message: String,
}

impl Report {
    /// Says everything in that language, as far as the catalogue has it.
    pub fn say_in(&mut self, lang: Lang) {
        let of_invoices = self.invoices.iter_mut().flat_map(|invoice| &mut invoice.reasons);
        self.reasons.iter_mut().chain(of_invoices).for_each(|reason| say(&reason.said, &mut reason.message, lang));
        for check in self.invoices.iter_mut().flat_map(|invoice| &mut invoice.checks) {
            say(&check.said, &mut check.detail, lang);
        }
        let of_invoices = self.invoices.iter_mut().map(|invoice| &mut invoice.provider);
        let of_others = self.others.iter_mut().filter_map(|other| other.provider.as_mut());
        of_invoices.chain(of_others).for_each(|provider| provider.say_in(lang));
        for other in &mut self.others {
            say(&other.said, &mut other.message, lang);
            let hint = Sentence { id: other.hint_id.clone(), params: other.hint_params.clone() };
            say(&hint, &mut other.hint, lang);
        }
        self.error.iter_mut().for_each(|error| error.say_in(lang));
    }
}

impl ProviderInfo {
    fn say_in(&mut self, lang: Lang) {
        self.adapted.iter_mut().for_each(|adapted| say(&adapted.said, &mut adapted.message, lang));
        for attempt in &mut self.attempts {
            attempt.message.iter_mut().for_each(|message| say(&attempt.said, message, lang));
        }
    }
}

fn say(said: &Sentence, text: &mut String, lang: Lang) {
    if let Some(said) = said.say(lang) {
        *text = said;
    }
}

impl Statement {
    /// The same, said of one of several invoices.
    #[must_use]
    pub fn of_invoice(&self, index: u32) -> Self {
        // What was said before there was a catalogue.
        let is_known = self.said.say(Lang::En).is_some();
        let reason = if is_known { self.said.clone() } else { Sentence::verbatim(&self.message) };
        says::of_invoice(index, reason).into()
    }
}

impl From<Sentence> for Statement {
    /// In English.
    fn from(said: Sentence) -> Self {
        Self { message: said.say(Lang::En).unwrap_or_default(), said }
    }
}

/// Reports of before had the sentence alone.
impl<'de> Deserialize<'de> for Statement {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Text(String),
            Said {
                #[serde(flatten)]
                said: Sentence,
                message: String,
            },
        }
        Ok(match Form::deserialize(deserializer)? {
            Form::Text(message) => Self { said: Sentence::default(), message },
            Form::Said { said, message } => Self { said, message },
        })
    }
}
