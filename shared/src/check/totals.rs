//! The totals: in words and in digits, amount and tax and both together, and their signs.
//! Source: the tax platform's rule sheet (total + tax = grand total, one cent of tolerance).

use rust_decimal::Decimal;

use crate::invoice::arithmetic::{CENT, gap};
use crate::invoice::words;

use super::case::{Case, number, sum, tax_is_starred};
use super::outcome::Outcome;

/// No lawful rate is higher than 17 %; a little more allows for rounding.
const HIGHEST_RATE: Decimal = Decimal::from_parts(18, 0, 0, false, 2);

/// Digits and words of the total are two sources: other characters in another place.
pub fn words_match_digits(case: &Case<'_>) -> Outcome {
    const RULE: &str = "words_match_digits";
    const FIELDS: [&str; 2] = ["grand_total", "grand_total_words"];
    let invoice = case.invoice();
    let (Some(digits), Some(spoken)) = (invoice.grand_total, case.spoken()) else {
        return Outcome::skip(RULE, &FIELDS, "digits or words of the total are missing");
    };
    if digits.0 != spoken {
        let detail = format!("the total is {digits} in digits but {spoken} in words");
        return Outcome::fail(RULE, &FIELDS, detail);
    }
    if case.reading.leans("grand_total", "grand_total_words") {
        let detail =
            format!("the total is {digits}; its digits were read with the words' help, so these prove nothing");
        return Outcome::pass(RULE, &FIELDS, detail);
    }
    let detail = format!("the total in words is {digits}");
    let outcome = Outcome::pass(RULE, &FIELDS, detail);
    // Words may lose a 零 or 整 without changing their amount: only the fullest form shows that none is lost.
    let text = invoice.grand_total_words.as_deref().unwrap_or_default();
    if words::is_fullest_form(text, digits) { outcome.proving(&FIELDS) } else { outcome.proving(&["grand_total"]) }
}

/// 合计金额 + 合计税额 = 价税合计. The sum alone proves nothing, because one eye may misread the same digit twice; it
/// must be anchored by words, QR code or a file's text.
pub fn total_plus_tax(case: &Case<'_>) -> Outcome {
    const RULE: &str = "total_plus_tax";
    const FIELDS: [&str; 3] = ["total_amount", "total_tax", "grand_total"];
    let invoice = case.invoice();
    let starred = tax_is_starred(invoice);
    let tax = number(invoice.total_tax).or(starred.then_some(Decimal::ZERO));
    let (Some(amount), Some(tax), Some(grand)) = (number(invoice.total_amount), tax, number(invoice.grand_total))
    else {
        return Outcome::skip(RULE, &FIELDS, "not all of amount, tax and total are printed");
    };
    let Some(whole) = sum([amount, tax]) else {
        return Outcome::fail(RULE, &FIELDS, "amount and tax are no amounts of money");
    };
    let detail = format!("amount {amount} + tax {tax} = {whole}, the total is {grand}");
    match gap(whole, grand) {
        Some(off) if off.is_zero() => {
            let anchored = case.proof.holds("grand_total") || case.spoken() == Some(grand);
            let contradicted = FIELDS.iter().any(|path| case.proof.is_refuted(path));
            let outcome = Outcome::pass(RULE, &FIELDS, detail);
            if anchored && !contradicted && is_plausible(amount, tax) { outcome.proving(&FIELDS) } else { outcome }
        }
        Some(off) if off <= CENT => Outcome::warn(RULE, &FIELDS, detail),
        _ => Outcome::fail(RULE, &FIELDS, detail),
    }
}

/// Amount and tax in each other's place have the same sum.
fn is_plausible(amount: Decimal, tax: Decimal) -> bool {
    amount.checked_mul(HIGHEST_RATE).is_some_and(|most| tax.abs() <= most.abs() + CENT)
}

/// Blue invoices are positive throughout, red-letter ones negative.
pub fn signs_agree(case: &Case<'_>) -> Outcome {
    const RULE: &str = "signs_agree";
    let invoice = case.invoice();
    let totals = [
        ("total_amount", invoice.total_amount),
        ("total_tax", invoice.total_tax),
        ("grand_total", invoice.grand_total),
    ];
    let signed = totals.iter().filter_map(|(path, money)| Some((*path, number(*money)?))).filter(|(_, n)| !n.is_zero());
    let (negative, positive): (Vec<_>, Vec<_>) = signed.partition(|(_, n)| n.is_sign_negative());
    let paths: Vec<&str> = negative.iter().chain(&positive).map(|(path, _)| *path).collect();
    match (negative.is_empty(), positive.is_empty()) {
        (true, true) => Outcome::skip(RULE, &paths, "there is no amount"),
        (true, false) => Outcome::pass(RULE, &paths, "every total is positive"),
        (false, true) => Outcome::pass(RULE, &paths, "it is a red-letter invoice: every total is negative"),
        (false, false) => Outcome::fail(RULE, &paths, "some totals are negative and some are not"),
    }
}
