//! The totals: words against digits, and amount plus tax against both.

use rust_decimal::Decimal;

use crate::invoice::{Money, words};
use crate::reader::draft::Draft;
use crate::reader::shape;

use super::{Doubt, Seen, doubt, prove, readings};

/// What can stand in an amount in words.
const WORDS: &str = "零壹贰貳叁參肆伍陆陸柒捌玖拾佰仟万萬亿億元圆圓角分整正负数()（）";
/// What can stand in an amount in digits.
pub(super) const MONEY: &str = "0123456789.,-¥￥";

const GRAND: &str = "grand_total";
const SPOKEN: &str = "grand_total_words";
const AMOUNT: &str = "total_amount";
const TAX: &str = "total_tax";

/// The total when words and digits do not agree; amount and tax when they do not make the total.
pub(super) fn doubts(draft: &Draft<'_>) -> Vec<Doubt> {
    let invoice = &draft.reading.invoice;
    let spoken = invoice.grand_total_words.as_deref().and_then(words::parse);
    let agreed = spoken.is_some() && spoken == invoice.grand_total;
    let sum = invoice.total_amount.zip(invoice.total_tax).and_then(|(amount, tax)| amount.0.checked_add(tax.0));
    let closes = sum.is_some() && sum == invoice.grand_total.map(|m| m.0);
    let mut doubts = Vec::new();
    if !agreed {
        doubts.extend(doubt(draft, GRAND, MONEY));
        doubts.extend(doubt(draft, SPOKEN, WORDS));
    }
    if !closes {
        doubts.extend(doubt(draft, AMOUNT, MONEY));
        doubts.extend(doubt(draft, TAX, MONEY));
    }
    doubts
}

pub(super) fn settle(draft: &mut Draft<'_>, seen: &Seen) {
    settle_grand(draft, seen);
    settle_parts(draft, seen);
}

/// The digits and the words that say the same.
fn settle_grand(draft: &mut Draft<'_>, seen: &Seen) {
    let invoice = &draft.reading.invoice;
    let first = invoice.grand_total_words.clone();
    let parsed = |text: &str| words::parse(text).map(|value| (text.to_owned(), value));
    let spoken = readings(seen, SPOKEN, first.as_deref().and_then(parsed), |text| parsed(&shape::plain(text)));
    let digits = readings(seen, GRAND, invoice.grand_total, shape::money);
    let pairs = digits.iter().flat_map(|d| spoken.iter().map(move |s| (d, s)));
    let agreed = pairs.into_iter().find(|((digits, _), ((_, value), _))| digits == value);
    let Some(((total, total_found), ((text, _), text_found))) = agreed else { return };
    prove(draft, GRAND, total_found.as_ref());
    prove(draft, SPOKEN, text_found.as_ref());
    draft.reading.invoice.grand_total = Some(*total);
    draft.reading.invoice.grand_total_words = Some(text.clone());
}

/// The amount and the tax that make the total.
fn settle_parts(draft: &mut Draft<'_>, seen: &Seen) {
    let invoice = &draft.reading.invoice;
    let Some(total) = invoice.grand_total else { return };
    let amounts = readings(seen, AMOUNT, invoice.total_amount, shape::money);
    let taxes = readings(seen, TAX, invoice.total_tax, shape::money);
    let makes = |amount: &Money, tax: &Money| amount.0.checked_add(tax.0) == Some(total.0) && tax.0 != Decimal::ZERO;
    let pairs = amounts.iter().flat_map(|a| taxes.iter().map(move |t| (a, t)));
    let Some(((amount, amount_found), (tax, tax_found))) = pairs.into_iter().find(|(a, t)| makes(&a.0, &t.0)) else {
        return;
    };
    prove(draft, AMOUNT, amount_found.as_ref());
    prove(draft, TAX, tax_found.as_ref());
    draft.reading.invoice.total_amount = Some(*amount);
    draft.reading.invoice.total_tax = Some(*tax);
}
