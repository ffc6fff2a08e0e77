//! The totals: digits, words, amount and tax, where they do not agree or are not all there.

use crate::invoice::{Field, Money, words};
use crate::reader::values::builder::{Match, ReadingBuilder};
use crate::report::{Dependency, EvidenceSource};

use super::accounts::{Accounts, How, Look};
use super::{Seen, Uncertain, uncertain as uncertain_field};

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

/// One print is one cell's: what was taken for amount and tax alike is the one's whose column it stands in.
pub(super) fn part_shared_print(builder: &mut ReadingBuilder<'_>) {
    let place = |field| builder.reading.evidence(field).and_then(|evidence| evidence.quad);
    let (Some(shared), Some(other)) = (place(Field::TotalAmount), place(Field::TotalTax)) else { return };
    let middle = |quad: &[f32; 8]| ((quad[0] + quad[4]) / 2.0, (quad[1] + quad[5]) / 2.0);
    let distance = |field| {
        let expected = middle(builder.places.get(&field)?.quads.first()?);
        let printed = middle(&shared);
        Some((expected.0 - printed.0).hypot(expected.1 - printed.1))
    };
    let Some((to_amount, to_tax)) = distance(Field::TotalAmount).zip(distance(Field::TotalTax)) else { return };
    if shared == other {
        let stranger = if to_amount <= to_tax { Field::TotalTax } else { Field::TotalAmount };
        builder.reading.invoice.set(stranger, None);
        builder.reading.fields.remove(&stranger);
    }
}

/// Takes of every total the reading that the others support.
pub(super) fn fill(builder: &mut ReadingBuilder<'_>, seen: &Seen) {
    let accounts = Accounts::of(builder, seen);
    let total = accounts.total().map(|look| look.value);
    if let Some(look) = accounts.total() {
        let on = if accounts.words(Some(look.value)).is_some() { Field::GrandTotalWords } else { Field::TotalAmount };
        take(builder, Field::GrandTotal, look, on);
    }
    if let Some(Look { value: (text, _), how: How::Again(found) }) = accounts.words(total) {
        builder.put_as(Field::GrandTotalWords, Some(found.clone()), |_| Some(text.as_str()));
    }
    if !accounts.has_words() {
        complete_words(builder, seen, total.filter(|total| accounts.support(*total) > 0));
    }
    let Some((amount, tax)) = total.and_then(|total| accounts.parts(total)) else { return };
    take(builder, Field::TotalAmount, amount, Field::GrandTotal);
    if let Some(tax) = tax {
        take(builder, Field::TotalTax, tax, Field::GrandTotal);
    }
}

/// Puts a reading in place of the first one; one that was mended depends on what decided.
fn take(builder: &mut ReadingBuilder<'_>, field: Field, look: &Look<Money>, on: Field) {
    match &look.how {
        How::First => {}
        How::Again(found) => {
            builder.put_as(field, Some(found.clone()), |_| Some(look.value));
        }
        How::WithoutSign => {
            builder.reading.invoice.set(field, Some(look.value.into()));
            builder.reading.dependencies.push(Dependency { field, on });
        }
    }
}

/// Completes words of which one character was read as none of theirs: where only one can stand there, or only one that makes
/// the total, which others support. What was guessed confirms nothing.
fn complete_words(builder: &mut ReadingBuilder<'_>, seen: &Seen, total: Option<Money>) {
    if builder.source != EvidenceSource::Print {
        return;
    }
    let first = builder.reading.invoice.grand_total_words.clone();
    let place = builder.places.get(&Field::GrandTotalWords).cloned();
    let printed = builder.reading.evidence(Field::GrandTotalWords).cloned();
    let first = first.map(|text| Match {
        text,
        confidence: printed.as_ref().and_then(|evidence| evidence.confidence).unwrap_or_default(),
        quads: printed.and_then(|evidence| evidence.quad).into_iter().collect(),
    });
    let again = seen.get(&Field::GrandTotalWords).into_iter().flatten().cloned();
    for found in first.into_iter().chain(again).chain(place) {
        let completed = words::completions(&found.text);
        let meant = match completed.as_slice() {
            [only] => Some(only),
            several => several.iter().find(|(_, amount)| Some(*amount) == total),
        };
        if let Some((text, _)) = meant {
            builder.put_as(Field::GrandTotalWords, Some(found), |_| Some(text.clone()));
            let dependency = Dependency { field: Field::GrandTotalWords, on: Field::GrandTotal };
            builder.reading.dependencies.push(dependency);
            return;
        }
    }
}
