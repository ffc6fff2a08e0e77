//! The totals: in words and in digits, amount and tax and both together, and their signs.
//! Source: the tax platform's rule sheet (total + tax = grand total, one cent of tolerance).

use rust_decimal::Decimal;

use crate::invoice::arithmetic::{CENT, gap};
use crate::invoice::{Field, words};
use crate::sentence::check as says;

use super::case::{Case, number, sum, tax_is_starred};
use super::outcome::Outcome;

/// No lawful rate is higher than 17 %; a little more allows for rounding.
const HIGHEST_RATE: Decimal = Decimal::from_parts(18, 0, 0, false, 2);

/// Digits and words of the total are two sources: other characters in another place.
pub fn words_match_digits(case: &Case<'_>) -> Outcome {
    const FIELDS: [Field; 2] = [Field::GrandTotal, Field::GrandTotalWords];
    let invoice = case.invoice();
    let (Some(digits), Some(in_words)) = (invoice.grand_total, case.total_in_words()) else {
        return Outcome::skip(&FIELDS, says::words_or_digits_missing());
    };
    if digits.0 != in_words {
        return Outcome::fail(&FIELDS, says::words_differ(digits, in_words));
    }
    if case.reading.depends_on(Field::GrandTotal, Field::GrandTotalWords) {
        return Outcome::pass(&FIELDS, says::digits_read_by_words(digits));
    }
    if case.total_confirmed_in_words().is_none() {
        return Outcome::pass(&FIELDS, says::words_completed(digits));
    }
    let outcome = Outcome::pass(&FIELDS, says::words_agree(digits));
    // Words may lose a 零 or 整 without changing their amount: only the fullest form shows that none is lost.
    let text = invoice.grand_total_words.as_deref().unwrap_or_default();
    if words::is_fullest_form(text, digits) { outcome.proving(&FIELDS) } else { outcome.proving(&[Field::GrandTotal]) }
}

/// 合计金额 + 合计税额 = 价税合计. The sum alone proves nothing, because one eye may misread the same digit twice; it
/// must be anchored by words, QR code or a file's text.
pub fn total_plus_tax(case: &Case<'_>) -> Outcome {
    const FIELDS: [Field; 3] = [Field::TotalAmount, Field::TotalTax, Field::GrandTotal];
    let invoice = case.invoice();
    let starred = tax_is_starred(invoice);
    let tax = number(invoice.total_tax).or(starred.then_some(Decimal::ZERO));
    let (Some(amount), Some(tax), Some(grand)) = (number(invoice.total_amount), tax, number(invoice.grand_total))
    else {
        return Outcome::skip(&FIELDS, says::totals_missing());
    };
    let Some(whole) = sum([amount, tax]) else {
        return Outcome::fail(&FIELDS, says::totals_no_money());
    };
    let detail = says::totals_add_up(amount, tax, whole, grand);
    match gap(whole, grand) {
        Some(off) if off.is_zero() => {
            let anchored = case.proof.holds(Field::GrandTotal) || case.total_confirmed_in_words() == Some(grand);
            let contradicted = FIELDS.iter().any(|field| case.proof.is_refuted(*field));
            // What the total helped to read does not confirm it in turn.
            let chosen = FIELDS.iter().any(|field| case.reading.depends_on(*field, Field::GrandTotal));
            let outcome = Outcome::pass(&FIELDS, detail);
            if anchored && !contradicted && !chosen && is_plausible(amount, tax) {
                outcome.proving(&FIELDS)
            } else {
                outcome
            }
        }
        Some(off) if off <= CENT => Outcome::warn(&FIELDS, detail),
        _ => Outcome::fail(&FIELDS, detail),
    }
}

/// Amount and tax in each other's place have the same sum.
fn is_plausible(amount: Decimal, tax: Decimal) -> bool {
    amount.checked_mul(HIGHEST_RATE).is_some_and(|most| tax.abs() <= most.abs() + CENT)
}

/// Blue invoices are positive throughout, red-letter ones negative.
pub fn signs_agree(case: &Case<'_>) -> Outcome {
    let invoice = case.invoice();
    let totals = [Field::TotalAmount, Field::TotalTax, Field::GrandTotal];
    let signed = totals.into_iter().filter_map(|field| Some((field, invoice.get(field)?.number()?)));
    let signed = signed.filter(|(_, amount)| !amount.is_zero());
    let (negative, positive): (Vec<_>, Vec<_>) = signed.partition(|(_, n)| n.is_sign_negative());
    let fields: Vec<Field> = negative.iter().chain(&positive).map(|(field, _)| *field).collect();
    match (negative.is_empty(), positive.is_empty()) {
        (true, true) => Outcome::skip(&fields, says::no_amount()),
        (true, false) => Outcome::pass(&fields, says::all_positive()),
        (false, true) => Outcome::pass(&fields, says::red_letter()),
        (false, false) => Outcome::fail(&fields, says::signs_mixed()),
    }
}
