//! What a rule looks at: the Reading, what is known so far, and the few questions that several rules ask.
//! Knows no rule.

use rust_decimal::Decimal;

use crate::invoice::{Field, Invoice, InvoiceCode, Item, Money, words};
use crate::report::Reading;

use super::Rules;
use super::outcome::Proof;

/// One invoice before one rule.
pub struct Case<'a> {
    /// What was read.
    pub reading: &'a Reading,
    /// What we were told beforehand.
    pub rules: &'a Rules,
    /// What earlier rules found.
    pub proof: &'a Proof,
}

impl<'a> Case<'a> {
    /// What it means.
    pub fn invoice(&self) -> &'a Invoice {
        &self.reading.invoice
    }

    /// The total in words, as a number.
    pub fn total_in_words(&self) -> Option<Decimal> {
        self.invoice().grand_total_words.as_deref().and_then(words::parse).map(|money| money.0)
    }

    /// As [`Self::total_in_words`], where the words were read without the digits' help, so that they confirm them.
    pub fn total_confirmed_in_words(&self) -> Option<Decimal> {
        let completed = self.reading.depends_on(Field::GrandTotalWords, Field::GrandTotal);
        self.total_in_words().filter(|_| !completed)
    }

    /// The invoice code, when it is one.
    pub fn code(&self) -> Option<InvoiceCode<'a>> {
        self.invoice().invoice_code.as_deref().and_then(InvoiceCode::parse)
    }

    /// 差额征税: tax is due on the difference between two prices, so rate times amount does not give it.
    pub fn taxes_the_difference(&self) -> bool {
        let remarks = self.invoice().remarks.as_deref().unwrap_or_default();
        remarks.trim_start_matches(['(', '（', ' ']).starts_with("差额征税")
    }
}

/// Stars stand for the tax where every line is exempt or untaxed.
pub fn tax_is_starred(invoice: &Invoice) -> bool {
    // A rate of 0 % is printed with stars too.
    let free = |item: &Item| item.tax_rate.and_then(|rate| rate.fraction()).is_none_or(|rate| rate.is_zero());
    let untaxed = |item: &Item| item.tax_amount.is_none() && free(item);
    invoice.total_tax.is_none() && !invoice.items.is_empty() && invoice.items.iter().all(untaxed)
}

/// A sum; none when it leaves the range of decimals, as only nonsense does.
pub fn sum(values: impl IntoIterator<Item = Decimal>) -> Option<Decimal> {
    values.into_iter().try_fold(Decimal::ZERO, Decimal::checked_add)
}

/// The number in a money.
pub fn number(money: Option<Money>) -> Option<Decimal> {
    money.map(|money| money.0)
}
