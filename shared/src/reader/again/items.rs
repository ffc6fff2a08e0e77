//! The lines' cells: quantity times price makes the amount, amount times rate the tax.

use crate::invoice::arithmetic::{CENT, LINE_TAX_TOLERANCE, product_gap, tax_gap};
use crate::invoice::{Item, Money, Quantity, TaxRate};
use crate::reader::draft::{Draft, Found};
use crate::reader::shape;

use super::totals::MONEY;
use super::{Doubt, Seen, doubt, prove, readings};

/// What can stand in a quantity or a price.
const NUMBER: &str = "0123456789.-";
/// What can stand in a rate.
const RATE: &str = "0123456789.%免不征税";

fn path(index: usize, leaf: &str) -> String {
    format!("items[{index}].{leaf}")
}

/// The cells of every product that does not hold.
pub(super) fn doubts(draft: &Draft<'_>) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    for (index, item) in draft.reading.invoice.items.iter().enumerate() {
        let mut add = |leaf: &str, only| doubts.extend(doubt(draft, path(index, leaf), only));
        if !amount_holds(item) {
            add("quantity", NUMBER);
            add("unit_price", NUMBER);
        }
        if !tax_holds(item) {
            add("tax_rate", RATE);
            add("tax_amount", MONEY);
        }
        if item.amount.is_none() || !amount_holds(item) && !tax_holds(item) {
            add("amount", MONEY);
        }
    }
    doubts
}

fn amount_holds(item: &Item) -> bool {
    item.product_gap().is_some_and(|off| off <= CENT)
}

fn is_product(quantity: &Quantity, price: &Quantity, amount: &Money) -> bool {
    product_gap(*quantity, *price, *amount).is_some_and(|off| off <= CENT)
}

fn tax_holds(item: &Item) -> bool {
    item.tax_gap().is_some_and(|off| off <= LINE_TAX_TOLERANCE)
}

fn is_tax(amount: &Money, rate: &TaxRate, tax: &Money) -> bool {
    tax_gap(*amount, *rate, *tax).is_some_and(|off| off <= LINE_TAX_TOLERANCE)
}

pub(super) fn settle(draft: &mut Draft<'_>, seen: &Seen) {
    for index in 0..draft.reading.invoice.items.len() {
        settle_tax(draft, seen, index);
        settle_amount(draft, seen, index);
    }
}

/// Three readings that belong together.
struct Triple<A, B, C>((A, Option<Found>), (B, Option<Found>), (C, Option<Found>));

/// The first three readings of which the rule holds.
fn agreeing<A: Copy, B: Copy, C: Copy>(
    a: &[(A, Option<Found>)],
    b: &[(B, Option<Found>)],
    c: &[(C, Option<Found>)],
    holds: impl Fn(&A, &B, &C) -> bool,
) -> Option<Triple<A, B, C>> {
    let pairs = a.iter().flat_map(|a| b.iter().map(move |b| (a, b)));
    let mut triples = pairs.flat_map(|(a, b)| c.iter().map(move |c| (a, b, c)));
    triples.find(|(a, b, c)| holds(&a.0, &b.0, &c.0)).map(|(a, b, c)| Triple(a.clone(), b.clone(), c.clone()))
}

fn settle_tax(draft: &mut Draft<'_>, seen: &Seen, index: usize) {
    let item = &draft.reading.invoice.items[index];
    if tax_holds(item) {
        return;
    }
    let amounts = readings(seen, &path(index, "amount"), item.amount, shape::money);
    let rates = readings(seen, &path(index, "tax_rate"), item.tax_rate, rate);
    let taxes = readings(seen, &path(index, "tax_amount"), item.tax_amount, shape::money);
    let Some(Triple(amount, rate, tax)) = agreeing(&amounts, &rates, &taxes, is_tax) else { return };
    prove(draft, &path(index, "amount"), amount.1.as_ref());
    prove(draft, &path(index, "tax_rate"), rate.1.as_ref());
    prove(draft, &path(index, "tax_amount"), tax.1.as_ref());
    let item = &mut draft.reading.invoice.items[index];
    (item.amount, item.tax_rate, item.tax_amount) = (Some(amount.0), Some(rate.0), Some(tax.0));
}

/// A rate, its percent sign read or not.
fn rate(text: &str) -> Option<TaxRate> {
    shape::rate(text).or_else(|| shape::rate_without_sign(text))
}

fn settle_amount(draft: &mut Draft<'_>, seen: &Seen, index: usize) {
    let item = &draft.reading.invoice.items[index];
    if amount_holds(item) {
        return;
    }
    let quantities = readings(seen, &path(index, "quantity"), item.quantity, shape::quantity);
    let shorter = cut_short(seen, index);
    let quantities: Vec<_> = quantities.into_iter().chain(shorter).collect();
    let prices = readings(seen, &path(index, "unit_price"), item.unit_price, shape::quantity);
    // An amount that its tax confirms stands.
    let again = if tax_holds(item) { &Seen::new() } else { seen };
    let amounts = readings(again, &path(index, "amount"), item.amount, shape::money);
    let Some(Triple(quantity, price, amount)) = agreeing(&quantities, &prices, &amounts, is_product) else { return };
    // What the product chose it cannot confirm.
    if quantity.1.is_some() || price.1.is_some() {
        draft.reading.lean(path(index, "quantity"), path(index, "amount"));
    }
    prove(draft, &path(index, "quantity"), quantity.1.as_ref());
    prove(draft, &path(index, "unit_price"), price.1.as_ref());
    prove(draft, &path(index, "amount"), amount.1.as_ref());
    let item = &mut draft.reading.invoice.items[index];
    (item.quantity, item.unit_price, item.amount) = (Some(quantity.0), Some(price.0), Some(amount.0));
}

/// Quantities without their last stroke: the rule beside the cell may read as a one.
fn cut_short(seen: &Seen, index: usize) -> Vec<(Quantity, Option<Found>)> {
    let readings = seen.get(&path(index, "quantity")).into_iter().flatten();
    let shorter = readings.filter_map(|found| {
        let plain = shape::plain(&found.text);
        let (last, _) = plain.char_indices().last()?;
        Some((shape::quantity(&plain[..last])?, Some(found.with_text(&plain[..last]))))
    });
    shorter.collect()
}
