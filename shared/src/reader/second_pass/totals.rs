//! The totals: words against digits, and amount plus tax against both.

use rust_decimal::Decimal;

use crate::invoice::{Field, Money, plain, words};
use crate::reader::values::builder::ReadingBuilder;
use crate::reader::values::value_parsers;
use crate::report::Dependency;

use super::{Seen, Uncertain, candidates, put, uncertain as uncertain_field};

/// What can stand in an amount in words.
const WORDS: &str = "零壹贰貳叁參肆伍陆陸柒捌玖拾佰仟万萬亿億元圆圓角分整正负数()（）";
/// What can stand in an amount in digits.
pub(super) const MONEY: &str = "0123456789.,-¥￥";

/// The total when words and digits do not agree; amount and tax when they do not make the total.
pub(super) fn uncertain(builder: &ReadingBuilder<'_>) -> Vec<Uncertain> {
    let invoice = &builder.reading.invoice;
    let in_words = invoice.grand_total_words.as_deref().and_then(words::parse);
    let agreed = in_words.is_some() && in_words == invoice.grand_total;
    let sum = invoice.total_amount.zip(invoice.total_tax).and_then(|(amount, tax)| amount.0.checked_add(tax.0));
    let closes = sum.is_some() && sum == invoice.grand_total.map(|m| m.0);
    let total = [(Field::GrandTotal, MONEY), (Field::GrandTotalWords, WORDS)];
    let parts = [(Field::TotalAmount, MONEY), (Field::TotalTax, MONEY)];
    let open = total.into_iter().filter(|_| !agreed).chain(parts.into_iter().filter(|_| !closes));
    open.filter_map(|(field, only)| uncertain_field(builder, field, only)).collect()
}

pub(super) fn fill(builder: &mut ReadingBuilder<'_>, seen: &Seen) {
    fill_grand_total(builder, seen);
    fill_parts(builder, seen);
}

/// The digits and the words that say the same.
fn fill_grand_total(builder: &mut ReadingBuilder<'_>, seen: &Seen) {
    let invoice = &builder.reading.invoice;
    let first = invoice.grand_total_words.clone();
    let parsed = |text: &str| words::parse(text).map(|value| (text.to_owned(), value));
    let in_words =
        candidates(seen, Field::GrandTotalWords, first.as_deref().and_then(parsed), |text| parsed(&plain(text)));
    let digits = candidates(seen, Field::GrandTotal, invoice.grand_total, value_parsers::money);
    let mut pairs = digits.iter().flat_map(|d| in_words.iter().map(move |w| (d, w)));
    let agreed = pairs.find(|((digits, _), ((_, value), _))| digits == value);
    let Some((total, ((text, _), found))) = agreed else { return };
    put(builder, Field::GrandTotal, total.clone());
    put(builder, Field::GrandTotalWords, (text.as_str(), found.clone()));
}

/// The amount and the tax that make the total.
fn fill_parts(builder: &mut ReadingBuilder<'_>, seen: &Seen) {
    let invoice = &builder.reading.invoice;
    let Some(total) = invoice.grand_total else { return };
    let amounts = candidates(seen, Field::TotalAmount, invoice.total_amount, value_parsers::money);
    let taxes = candidates(seen, Field::TotalTax, invoice.total_tax, value_parsers::money);
    let makes = |amount: &Money, tax: &Money| amount.0.checked_add(tax.0) == Some(total.0) && tax.0 != Decimal::ZERO;
    let mut pairs = amounts.iter().flat_map(|a| taxes.iter().map(move |t| (a, t)));
    let Some((amount, tax)) = pairs.find(|(a, t)| makes(&a.0, &t.0)) else { return };
    put(builder, Field::TotalAmount, amount.clone());
    put(builder, Field::TotalTax, tax.clone());
}

/// The currency sign before an amount is often read as a digit. Where the words say the amount without that
/// digit, the words and the rest of the digits agree, and the digit is the sign.
pub(super) fn mend_currency_sign(builder: &mut ReadingBuilder<'_>) {
    let invoice = &builder.reading.invoice;
    let in_words = invoice.grand_total_words.as_deref().and_then(words::parse);
    let (Some(in_words), Some(digits)) = (in_words, invoice.grand_total) else { return };
    let rest = digits.to_string().get(1..).and_then(|rest| rest.parse::<Money>().ok());
    if digits.0 != in_words.0 && rest.is_some_and(|rest| rest.0 == in_words.0) {
        builder.reading.invoice.grand_total = rest;
        builder.reading.dependencies.push(Dependency { field: Field::GrandTotal, on: Field::GrandTotalWords });
    }
}
