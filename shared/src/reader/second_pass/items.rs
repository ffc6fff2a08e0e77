//! The lines' cells: quantity times price makes the amount, amount times rate the tax.

use rust_decimal::Decimal;

use crate::invoice::arithmetic::{CENT, LINE_TAX_TOLERANCE, product_gap, tax_gap};
use crate::invoice::{Column, Field, Item, Quantity, TaxRate, plain};
use crate::reader::values::builder::ReadingBuilder;
use crate::reader::values::value_parsers;
use crate::report::Dependency;

use super::totals::MONEY;
use super::{Candidate, Seen, Uncertain, candidates, put, uncertain as uncertain_field};

/// What can stand in a quantity or a price.
const NUMBER: &str = "0123456789.-";
/// What can stand in a rate.
const RATE: &str = "0123456789.%免不征税";

/// The cells of every product that does not hold.
pub(super) fn uncertain(builder: &ReadingBuilder<'_>) -> Vec<Uncertain> {
    let mut uncertain = Vec::new();
    for (row, item) in builder.reading.invoice.items.iter().enumerate() {
        let mut add = |column, only| uncertain.extend(uncertain_field(builder, Field::Cell(row, column), only));
        if !amount_holds(item) {
            add(Column::Quantity, NUMBER);
            add(Column::UnitPrice, NUMBER);
        }
        if !tax_holds(item) {
            add(Column::TaxRate, RATE);
            add(Column::TaxAmount, MONEY);
        }
        if item.amount.is_none() || !amount_holds(item) && !tax_holds(item) {
            add(Column::Amount, MONEY);
        }
    }
    uncertain
}

fn amount_holds(item: &Item) -> bool {
    item.product_gap().is_some_and(|off| off <= CENT)
}

fn tax_holds(item: &Item) -> bool {
    item.tax_gap().is_some_and(|off| off <= LINE_TAX_TOLERANCE)
}

pub(super) fn fill(builder: &mut ReadingBuilder<'_>, seen: &Seen) {
    for row in 0..builder.reading.invoice.items.len() {
        fill_tax(builder, seen, row);
        fill_amount(builder, seen, row);
    }
}

/// The first three readings whose gap is no wider than that.
fn agreeing<A: Copy, B: Copy, C: Copy>(
    a: &[Candidate<A>],
    b: &[Candidate<B>],
    c: &[Candidate<C>],
    gap: impl Fn(A, B, C) -> Option<Decimal>,
    within: Decimal,
) -> Option<(Candidate<A>, Candidate<B>, Candidate<C>)> {
    let pairs = a.iter().flat_map(|a| b.iter().map(move |b| (a, b)));
    let mut triples = pairs.flat_map(|(a, b)| c.iter().map(move |c| (a, b, c)));
    triples
        .find(|(a, b, c)| gap(a.0, b.0, c.0).is_some_and(|off| off <= within))
        .map(|(a, b, c)| (a.clone(), b.clone(), c.clone()))
}

fn fill_tax(builder: &mut ReadingBuilder<'_>, seen: &Seen, row: usize) {
    let item = &builder.reading.invoice.items[row];
    if tax_holds(item) {
        return;
    }
    let cell = |column| Field::Cell(row, column);
    let amounts = candidates(seen, cell(Column::Amount), item.amount, value_parsers::money);
    let rates = candidates(seen, cell(Column::TaxRate), item.tax_rate, rate);
    let taxes = candidates(seen, cell(Column::TaxAmount), item.tax_amount, value_parsers::money);
    let Some((amount, rate, tax)) = agreeing(&amounts, &rates, &taxes, tax_gap, LINE_TAX_TOLERANCE) else { return };
    put(builder, cell(Column::Amount), amount);
    put(builder, cell(Column::TaxRate), rate);
    put(builder, cell(Column::TaxAmount), tax);
}

/// A rate, its percent sign read or not.
fn rate(text: &str) -> Option<TaxRate> {
    value_parsers::rate(text).or_else(|| value_parsers::rate_without_sign(text))
}

fn fill_amount(builder: &mut ReadingBuilder<'_>, seen: &Seen, row: usize) {
    let item = &builder.reading.invoice.items[row];
    if amount_holds(item) {
        return;
    }
    let [quantity, price, amount] = [Column::Quantity, Column::UnitPrice, Column::Amount].map(|c| Field::Cell(row, c));
    let mut quantities = candidates(seen, quantity, item.quantity, value_parsers::quantity);
    quantities.extend(cut_short(seen, quantity));
    let prices = candidates(seen, price, item.unit_price, value_parsers::quantity);
    // An amount that its tax confirms stands.
    let again = if tax_holds(item) { &Seen::new() } else { seen };
    let amounts = candidates(again, amount, item.amount, value_parsers::money);
    let Some(agreed) = agreeing(&quantities, &prices, &amounts, product_gap, CENT) else { return };
    // What the product chose it cannot confirm.
    if agreed.0.1.is_some() || agreed.1.1.is_some() {
        builder.reading.dependencies.push(Dependency { field: quantity, on: amount });
    }
    put(builder, quantity, agreed.0);
    put(builder, price, agreed.1);
    put(builder, amount, agreed.2);
}

/// Quantities without their last stroke: the rule beside the cell may read as a one.
fn cut_short(seen: &Seen, quantity: Field) -> Vec<Candidate<Quantity>> {
    let readings = seen.get(&quantity).into_iter().flatten();
    let shorter = readings.filter_map(|found| {
        let plain = plain(&found.text);
        let (last, _) = plain.char_indices().last()?;
        Some((value_parsers::quantity(&plain[..last])?, Some(found.with_text(&plain[..last]))))
    });
    shorter.collect()
}
