//! Whether an invoice can be booked without a human look, and if not, why.
//! Knows the rules' results, not the rules.

use crate::invoice::{Field, plain};
use crate::report::{Check, CheckStatus, Reading, Statement};
use crate::sentence::{Sentence, report as says};

use super::case::tax_is_starred;

/// What still needs a look; empty when the invoice is verified.
pub fn reasons(reading: &Reading, checks: &[Check]) -> Vec<Statement> {
    let failed: Vec<&Check> = checks.iter().filter(|check| check.status == CheckStatus::Fail).collect();
    // A rule that failed has said already what is to be done about its fields.
    let is_named = |field: Field| failed.iter().any(|check| check.fields.contains(&field.to_string()));
    let needed = Field::KEYS.into_iter().filter(|field| is_needed(reading, *field));
    let unproven = needed.filter_map(|field| match reading.fields.get(&field) {
        None => Some(says::field_not_found(field)),
        Some(e) if !e.verified && !is_named(field) => Some(unconfirmed(reading, field)),
        Some(_) => None,
    });
    let failed = failed.iter().map(|check| says::check_failed(&check.rule, check.said.clone()));
    failed.chain(unproven).map(Statement::from).collect()
}

fn unconfirmed(reading: &Reading, field: Field) -> Sentence {
    let value = reading.invoice.get(field).map(|value| value.to_string());
    says::field_unconfirmed(field, value.unwrap_or_default())
}

/// Whether this invoice prints what a booking needs.
fn is_needed(reading: &Reading, field: Field) -> bool {
    let invoice = &reading.invoice;
    match field {
        Field::InvoiceCode => !invoice.r#type.is_digital(),
        Field::TotalAmount => !invoice.amounts_include_tax,
        Field::TotalTax => !invoice.amounts_include_tax && !tax_is_starred(invoice),
        Field::BuyerTaxId => invoice.buyer.tax_id.is_some() || !may_lack_buyer_id(reading),
        _ => true,
    }
}

/// What the tax platform prints behind a private buyer's name.
const PRIVATE: &str = "(个人)";

/// A private buyer has no id; on a special invoice every buyer has.
fn may_lack_buyer_id(reading: &Reading) -> bool {
    let name = plain(reading.invoice.buyer.name.as_deref().unwrap_or_default());
    !reading.invoice.r#type.is_special() && (name.ends_with(PRIVATE) || name.chars().count() <= 4)
}
