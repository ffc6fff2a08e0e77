//! What makes an invoice the same invoice, and what is said when it comes twice. Knows nothing of files and where they are.

use serde::Deserialize;
use serde_json::Value;

use crate::invoice::{Field, InvoiceType, Money};
use crate::report::CheckedInvoice;
use crate::sentence::{Sentence, check as says};

/// What makes an invoice the same invoice: code and number, on a digital one the number alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity(String);

impl Identity {
    /// Of an invoice whose code and number are verified: a misread number must accuse nobody.
    pub fn of(invoice: &CheckedInvoice) -> Option<Self> {
        let verified = |field: Field| {
            let evidence = invoice.fields.get(&field.to_string())?;
            invoice.invoice.text(field).filter(|_| evidence.verified)
        };
        Self::of_verified(invoice.invoice.r#type, verified(Field::InvoiceCode), verified(Field::InvoiceNumber))
    }

    /// The same, of an invoice in a stored Report that may hold more than we know.
    pub(super) fn of_json(invoice: &Value) -> Option<Self> {
        let printed = &invoice["invoice"];
        let verified = |field: Field| {
            let path = field.to_string();
            printed[&path].as_str().filter(|_| invoice["fields"][&path]["verified"] == true)
        };
        let kind = InvoiceType::deserialize(&printed["type"]).unwrap_or_default();
        Self::of_verified(kind, verified(Field::InvoiceCode), verified(Field::InvoiceNumber))
    }

    /// One that a Report has kept.
    pub(super) fn of_str(text: &str) -> Option<Self> {
        let is_one = text.split('-').all(is_digits) && text.split('-').count() <= 2;
        is_one.then(|| Self(text.to_owned()))
    }

    /// As a Report keeps it.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    fn of_verified(kind: InvoiceType, code: Option<&str>, number: Option<&str>) -> Option<Self> {
        let number = number.filter(|text| is_digits(text))?;
        if kind.is_digital() {
            return Some(Self(number.to_owned()));
        }
        code.filter(|text| is_digits(text)).map(|code| Self(format!("{code}-{number}")))
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether two totals of one invoice cannot both be right.
pub(super) fn differ(a: Option<Money>, b: Option<Money>) -> bool {
    a.zip(b).is_some_and(|(a, b)| a != b)
}

/// Who else brings an invoice.
#[derive(Clone, Debug)]
pub enum Elsewhere {
    /// Another file.
    File(String),
    /// Another invoice of this file, by its index.
    Here(u64),
}

/// What is to be said of an invoice whose code and number `first` has brought before: with another total it is no copy,
/// and worse.
pub fn duplicate_message(first: &Elsewhere, first_total: Option<Money>, total: Option<Money>) -> Sentence {
    let other_total = first_total.zip(total).filter(|(theirs, mine)| theirs != mine);
    match (first, other_total) {
        (Elsewhere::File(key), None) => says::brought_before(key),
        (Elsewhere::File(key), Some((theirs, mine))) => says::brought_before_otherwise(key, theirs, mine),
        (Elsewhere::Here(index), None) => says::earlier_here(*index),
        (Elsewhere::Here(index), Some((theirs, mine))) => says::earlier_here_otherwise(*index, theirs, mine),
    }
}

/// What is to be said of the one that came first, when `other` has brought it with another total.
pub(super) fn rival_message(other: &Elsewhere, theirs: Option<Money>, mine: Option<Money>) -> Sentence {
    let [theirs, mine] = [theirs, mine].map(|total| total.map_or_else(|| "none".to_owned(), |total| total.to_string()));
    match other {
        Elsewhere::File(key) => says::rival(key, theirs, mine),
        Elsewhere::Here(index) => says::rival_here(*index, theirs, mine),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_as_text_comes_back_and_nothing_else_does() {
        for text in ["031001900111-11111111", "24362000000591953989"] {
            assert_eq!(Identity::of_str(text).unwrap().as_str(), text);
        }
        for text in ["", "-", "1-2-3", "../1", "1-", "a"] {
            assert_eq!(Identity::of_str(text), None, "{text}");
        }
    }
}
