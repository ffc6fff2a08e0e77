//! The table of goods: rows from its lines, items from rows.
//! Knows nothing of which layout it stands in.

use rust_decimal::Decimal;

use crate::invoice::Item;
use crate::report::Quad;

use super::again::BlankQuantity;
use super::cells;
use super::columns::{Column, TableHead};
use super::draft::{Draft, Found};
use super::frame::Span;
use super::shape;

/// One printed row of the table.
#[derive(Clone, Debug, Default)]
struct Row {
    cells: Vec<(Column, Vec<Span>)>,
}

impl Row {
    fn has(&self, column: Column) -> bool {
        self.cells.iter().any(|(c, _)| *c == column)
    }

    /// Whether it holds a number that only an item's first line has.
    fn has_numbers(&self) -> bool {
        [Column::Amount, Column::TaxAmount, Column::TaxRate, Column::UnitPrice].iter().any(|c| self.has(*c))
    }

    /// Puts another row's text behind this one's, cell by cell.
    fn absorb(&mut self, other: Row) {
        for (column, spans) in other.cells {
            match self.cells.iter_mut().find(|(c, _)| *c == column) {
                Some((_, mine)) => mine.extend(spans),
                None => self.cells.push((column, spans)),
            }
        }
    }
}

/// Reads the rows that lie between the head and a lower edge.
pub fn read(draft: &mut Draft<'_>, head: &TableHead, spans: &[Span]) -> Vec<BlankQuantity> {
    let mut blanks = Vec::new();
    let unit = draft.frame.unit;
    let tokens: Vec<Span> = spans.iter().flat_map(|s| cells::pieces(s, head)).collect();
    let rows = rows(tokens, unit).into_iter().map(|row| Row { cells: cells::assign(row, head, unit) });
    for row in join_wrapped(rows.collect()) {
        let index = draft.reading.invoice.items.len();
        let item = item(draft, index, &row);
        // Dirt between the rules makes rows without a value.
        if item != Item::default() {
            let blank = if item.quantity.is_none() { blank_quantity(&row, head, unit) } else { None };
            blanks.extend(blank.map(|place| BlankQuantity { item: index, place }));
            draft.reading.invoice.items.push(item);
        }
    }
    blanks
}

/// Tokens gathered into rows from top to bottom, each from left to right.
fn rows(mut tokens: Vec<Span>, unit: f32) -> Vec<Vec<Span>> {
    tokens.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut rows: Vec<Vec<Span>> = Vec::new();
    for token in tokens {
        let fits = |row: &Vec<Span>| {
            let y = row.iter().map(|s| s.y).sum::<f32>() / row.len() as f32;
            (token.y - y).abs() < 0.55 * unit
        };
        match rows.last_mut().filter(|row| fits(row)) {
            Some(row) => row.push(token),
            None => rows.push(vec![token]),
        }
    }
    for row in &mut rows {
        row.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    }
    rows
}

/// Rows without numbers continue the item above; on rolls with the name on a line of its own, the item below.
fn join_wrapped(rows: Vec<Row>) -> Vec<Row> {
    let name_first = rows.first().is_some_and(|r| r.has(Column::Name) && !r.has_numbers());
    let mut items: Vec<Row> = Vec::new();
    let mut waiting: Option<Row> = None;
    for row in rows {
        if row.has_numbers() {
            let mut whole = waiting.take().unwrap_or_default();
            whole.absorb(row);
            items.push(whole);
        } else if name_first || items.is_empty() {
            match &mut waiting {
                Some(name) => name.absorb(row),
                None => waiting = Some(row),
            }
        } else if let Some(item) = items.last_mut() {
            item.absorb(row);
        }
    }
    // A name that nothing follows still belongs to the last item.
    if let (Some(rest), Some(item)) = (waiting, items.last_mut()) {
        item.absorb(rest);
    }
    items
}

fn item(draft: &mut Draft<'_>, index: usize, row: &Row) -> Item {
    let mut item = Item::default();
    for (column, spans) in &row.cells {
        let glue = if matches!(column, Column::Specification) && one_row(spans) { " " } else { "" };
        let found = Found::join(spans, glue);
        let path = |leaf: &str| format!("items[{index}].{leaf}");
        match column {
            Column::Name => item.name = draft.take_text(&path("name"), found).map(with_both_stars),
            Column::Specification => {
                item.specification = draft.take_text(&path("specification"), found).map(|text| millilitres(&text));
            }
            Column::Unit => item.unit = draft.take_text(&path("unit"), found),
            Column::Quantity => item.quantity = draft.take(&path("quantity"), found, shape::quantity),
            Column::UnitPrice => item.unit_price = draft.take(&path("unit_price"), found, shape::quantity),
            Column::Amount => item.amount = draft.take(&path("amount"), found, shape::money),
            Column::TaxRate => item.tax_rate = draft.take(&path("tax_rate"), found, shape::rate),
            Column::TaxAmount => item.tax_amount = draft.take(&path("tax_amount"), found, shape::money),
            Column::PlateNumber => item.plate_number = draft.take_text(&path("plate_number"), found),
            Column::VehicleType => item.vehicle_type = draft.take_text(&path("vehicle_type"), found),
            Column::PassageStart => item.passage_start = draft.take_text(&path("passage_start"), found),
            Column::Other => {}
            Column::PassageEnd => item.passage_end = draft.take_text(&path("passage_end"), found),
        }
    }
    part_price(draft, index, row, &mut item);
    item
}

/// Where the quantity must stand: between its neighbours, from its head's left edge to the price.
fn blank_quantity(row: &Row, head: &TableHead, unit: f32) -> Option<Quad> {
    let (_, prices) = row.cells.iter().find(|(c, _)| *c == Column::UnitPrice)?;
    let price = prices.first()?;
    let own = head.head(Column::Quantity)?;
    let beyond =
        |x: f32| row.cells.iter().flat_map(|(_, s)| s).filter(|s| s.x0 < x - unit).map(|s| s.x1).reduce(f32::max);
    let quantity_first = own.x0 < price.x0;
    if !quantity_first {
        return None;
    }
    let neighbour = beyond(price.x0).unwrap_or(f32::MIN);
    let left = neighbour.max(own.x0 - 2.0 * unit) + 0.2 * unit;
    let right = (price.x0 - 0.1 * unit).min(own.x1 + 3.0 * unit);
    (right - left > 0.5 * unit).then(|| price.quad_at(left, right))
}

/// Quantity and price that stand so close that they were read as one number: parted where their product
/// is the amount.
fn part_price(draft: &mut Draft<'_>, index: usize, row: &Row, item: &mut Item) {
    let (Some(amount), true) = (item.amount, item.quantity.is_none() || item.unit_price.is_none()) else {
        return;
    };
    let columns = [Column::Quantity, Column::UnitPrice];
    let Some((_, spans)) = row.cells.iter().find(|(c, _)| columns.contains(c)) else {
        return;
    };
    let [span] = spans.as_slice() else { return };
    // A price that goes into the amount a whole number of times is a price alone: its quantity was not read.
    let whole = shape::quantity(&span.folded()).and_then(|price| amount.0.checked_div(price.0));
    if whole.is_some_and(|times| (times - times.round()).abs() < Decimal::new(1, 3) && times.round() != Decimal::ZERO) {
        return;
    }
    let parts = (1..span.marks.len()).map(|at| (span.slice(0..at), span.slice(at..span.marks.len())));
    let product = |a: &Span, b: &Span| {
        let (a, b) = (shape::quantity(&a.folded())?, shape::quantity(&b.folded())?);
        a.0.checked_mul(b.0).filter(|p| (p - amount.0).abs() <= Decimal::new(1, 2)).map(|_| (a, b))
    };
    let parted = parts.into_iter().find_map(|(a, b)| product(&a, &b).map(|values| (a, b, values)));
    if let Some((quantity, price, values)) = parted {
        draft.prove(format!("items[{index}].quantity"), &Found::of(&quantity));
        draft.prove(format!("items[{index}].unit_price"), &Found::of(&price));
        (item.quantity, item.unit_price) = (Some(values.0), Some(values.1));
    }
}

/// A name's category stands between two stars; where only the second was read, the first is at the edge.
fn with_both_stars(name: String) -> String {
    let stars = name.matches('*').count();
    if stars == 1 && !name.starts_with('*') && !name.ends_with('*') { format!("*{name}") } else { name }
}

/// `500m1` is `500ml`: behind a number the unit is never a digit.
fn millilitres(text: &str) -> String {
    let marks: Vec<char> = text.chars().collect();
    let is_unit = |i: usize| {
        let before = i >= 2 && marks[i - 1] == 'm' && marks[i - 2].is_ascii_digit();
        marks[i] == '1' && before && marks.get(i + 1).is_none_or(|c| !c.is_ascii_alphanumeric())
    };
    (0..marks.len()).map(|i| if is_unit(i) { 'l' } else { marks[i] }).collect()
}

fn one_row(spans: &[Span]) -> bool {
    spans.windows(2).all(|pair| pair[0].same_row(&pair[1], 0.6))
}
