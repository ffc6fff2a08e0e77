//! The lines' cells: quantity times price makes the amount, amount times rate the tax.

use rust_decimal::Decimal;

use crate::geometry::Quad;
use crate::invoice::arithmetic::{CENT, HALF_CENT, LINE_TAX_TOLERANCE, divides, product_gap, tax_gap};
use crate::invoice::{Column, Field, Item, Money, Quantity, TaxRate, plain};
use crate::reader::values::builder::{Match, ReadingBuilder};
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

/// The three readings whose gap is the least, no wider than that; of equals the first.
fn agreeing<A: Copy, B: Copy, C: Copy>(
    a: &[Candidate<A>],
    b: &[Candidate<B>],
    c: &[Candidate<C>],
    gap: impl Fn(A, B, C) -> Option<Decimal>,
    within: Decimal,
) -> Option<(Candidate<A>, Candidate<B>, Candidate<C>)> {
    let pairs = a.iter().flat_map(|a| b.iter().map(move |b| (a, b)));
    let triples = pairs.flat_map(|(a, b)| c.iter().map(move |c| (a, b, c)));
    let close = triples.filter_map(|t| Some((gap(t.0.0, t.1.0, t.2.0).filter(|off| *off <= within)?, t)));
    close.min_by_key(|(off, _)| *off).map(|(_, (a, b, c))| (a.clone(), b.clone(), c.clone()))
}

fn fill_tax(builder: &mut ReadingBuilder<'_>, seen: &Seen, row: usize) {
    let item = &builder.reading.invoice.items[row];
    if tax_holds(item) {
        return;
    }
    let cell = |column| Field::Cell(row, column);
    // An amount that quantity and price make stands.
    let again = if amount_holds(item) { &Seen::new() } else { seen };
    let amounts = candidates(again, cell(Column::Amount), item.amount, value_parsers::money);
    let rates = candidates(seen, cell(Column::TaxRate), item.tax_rate, rate);
    let mut taxes = candidates(seen, cell(Column::TaxAmount), item.tax_amount, value_parsers::money);
    taxes.extend(with_sign(builder, cell(Column::TaxAmount), item));
    let Some((amount, rate, tax)) = agreeing(&amounts, &rates, &taxes, tax_gap, LINE_TAX_TOLERANCE) else { return };
    put(builder, cell(Column::Amount), amount);
    put(builder, cell(Column::TaxRate), rate);
    put(builder, cell(Column::TaxAmount), tax);
}

/// The tax of a negative amount with the sign that its faint print lost: signs are lost, not invented.
fn with_sign(builder: &ReadingBuilder<'_>, field: Field, item: &Item) -> Option<Candidate<Money>> {
    let (amount, tax) = (item.amount?, item.tax_amount?);
    let print = builder.reading.fields.get(&field)?;
    let found =
        Match { text: format!("-{}", print.text.as_deref()?), confidence: print.confidence?, quads: vec![print.quad?] };
    (amount.0 < Decimal::ZERO && tax.0 > Decimal::ZERO).then_some((Money(-tax.0), Some(found)))
}

/// A rate, its percent sign read or not, or lost.
fn rate(text: &str) -> Option<TaxRate> {
    let bare = || value_parsers::rate(&format!("{}%", plain(text)));
    value_parsers::rate(text).or_else(|| value_parsers::rate_without_sign(text)).or_else(bare)
}

fn fill_amount(builder: &mut ReadingBuilder<'_>, seen: &Seen, row: usize) {
    let item = &builder.reading.invoice.items[row];
    if amount_holds(item) {
        return;
    }
    let [quantity, price, amount] = [Column::Quantity, Column::UnitPrice, Column::Amount].map(|c| Field::Cell(row, c));
    let mut quantities = candidates(seen, quantity, item.quantity, value_parsers::quantity);
    let mut prices = candidates(seen, price, item.unit_price, value_parsers::quantity);
    // An amount that its tax confirms stands.
    let again = if tax_holds(item) { &Seen::new() } else { seen };
    let amounts = candidates(again, amount, item.amount, value_parsers::money);
    let mut agreed = agreeing(&quantities, &prices, &amounts, product_gap, HALF_CENT);
    if agreed.is_none() {
        quantities.extend(cut_short(seen, quantity));
        prices.extend(cut_short(seen, price).into_iter().filter(|_| item.unit_price.is_none()));
        let parts = || parted(item, seen, places(builder, row));
        agreed = agreeing(&quantities, &prices, &amounts, product_gap, CENT).or_else(parts);
    }
    let Some(agreed) = agreed else { return };
    // What the product chose it cannot confirm.
    if agreed.0.1.is_some() || agreed.1.1.is_some() {
        builder.reading.dependencies.push(Dependency { field: quantity, on: amount });
    }
    put(builder, quantity, agreed.0);
    put(builder, price, agreed.1);
    put(builder, amount, agreed.2);
}

/// The cells of quantity and price in the order in which they are printed: on rolls the price may come first.
fn places(builder: &ReadingBuilder<'_>, row: usize) -> [Field; 2] {
    let [quantity, price] = [Column::Quantity, Column::UnitPrice].map(|column| Field::Cell(row, column));
    let place = |field: Field| {
        let read = builder.reading.fields.get(&field).and_then(|evidence| evidence.quad);
        read.or_else(|| builder.places.get(&field)?.quads.first().copied())
    };
    let behind = |a: Quad, b: Quad| (b[0] - a[0]) * (a[2] - a[0]) + (b[1] - a[1]) * (a[3] - a[1]) > 0.0;
    match place(quantity).zip(place(price)) {
        Some((a, b)) if behind(b, a) => [price, quantity],
        _ => [quantity, price],
    }
}

/// Quantity and price that stand so close that one look read both, parted where their product is the amount. What the
/// first pass read of them stands.
fn parted(
    item: &Item,
    seen: &Seen,
    cells: [Field; 2],
) -> Option<(Candidate<Quantity>, Candidate<Quantity>, Candidate<Money>)> {
    let amount = item.amount?;
    let price_first = matches!(cells, [Field::Cell(_, Column::UnitPrice), _]);
    let looks = cells.into_iter().filter_map(|cell| seen.get(&cell)).flatten();
    // A price that goes into the amount a whole number of times is a price alone, whose quantity was not read.
    let is_price = |look: &&Match| value_parsers::quantity(&look.text).is_some_and(|price| divides(amount, price));
    looks.filter(|look| !is_price(look)).find_map(|look| {
        let text = plain(&look.text);
        let cuts = text.char_indices().skip(1).map(|(at, _)| text.split_at(at));
        let cuts = cuts.map(|(a, b)| if price_first { (b, a) } else { (a, b) });
        let read = |part: &str| Some((value_parsers::quantity(part)?, Some(look.with_text(part))));
        let mut parts = cuts.filter_map(|(quantity, price)| Some((read(quantity)?, read(price)?)));
        let stands = |read: Option<Quantity>, part: Quantity| read.is_none_or(|read| read == part);
        let (quantity, price) = parts.find(|((quantity, _), (price, _))| {
            let holds = product_gap(*quantity, *price, amount).is_some_and(|off| off <= CENT);
            holds && stands(item.quantity, *quantity) && stands(item.unit_price, *price)
        })?;
        Some((quantity, price, (amount, None)))
    })
}

/// Quantities or prices without their last stroke: the rule beside the cell may read as a one.
fn cut_short(seen: &Seen, field: Field) -> Vec<Candidate<Quantity>> {
    let readings = seen.get(&field).into_iter().flatten();
    let shorter = readings.filter_map(|found| {
        let plain = plain(&found.text);
        let (last, _) = plain.char_indices().last()?;
        Some((value_parsers::quantity(&plain[..last])?, Some(found.with_text(&plain[..last]))))
    });
    shorter.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CELLS: [Field; 2] = [Field::Cell(0, Column::Quantity), Field::Cell(0, Column::UnitPrice)];

    fn looks(column: Column, text: &str) -> Seen {
        Seen::from([(Field::Cell(0, column), vec![Match { text: text.to_owned(), ..Match::default() }])])
    }

    fn item(amount: &str, unit_price: Option<&str>) -> Item {
        let unit_price = unit_price.and_then(value_parsers::quantity);
        Item { amount: value_parsers::money(amount), unit_price, ..Item::default() }
    }

    #[test]
    fn one_look_at_quantity_and_price_is_parted_where_their_product_is_the_amount() {
        let parts = |item: &Item, text: &str| {
            let (quantity, price, _) = parted(item, &looks(Column::UnitPrice, text), CELLS)?;
            Some((quantity.0.to_string(), price.0.to_string()))
        };
        let own = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(parts(&item("7.00", None), "17"), own("1", "7"));
        let priced = item("15437.59", Some("15437.59406"));
        assert_eq!(parts(&priced, "115437.59406"), own("1", "15437.59406"));
        // What was read as the price stands, and a price that goes into the amount is no pair.
        assert_eq!(parts(&item("7.00", Some("17")), "17"), None);
        assert_eq!(parts(&item("44.00", None), "22"), None);
    }

    #[test]
    fn on_a_roll_the_price_may_come_first() {
        let [quantity, price] = CELLS;
        let found = parted(&item("1273.96", None), &looks(Column::UnitPrice, "7.52169.41"), [price, quantity]).unwrap();
        assert_eq!((found.0.0.0.to_string().as_str(), found.1.0.0.to_string().as_str()), ("169.41", "7.52"));
    }
}
