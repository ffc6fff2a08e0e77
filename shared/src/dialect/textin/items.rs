//! The goods table: rows in newer answers, newline-joined columns in older ones. Both are written,
//! rows are preferred when read. Knows nothing of the other fields.

use serde_json::Value;

use super::keys::KEYS;
use super::position::{QuadOrder, to_position};
use super::response::{self, Printed};
use crate::dialect::{field, json};
use crate::geometry::{Quad, bounds, quad_of};
use crate::invoice::{Column, Field, Item};
use crate::report::Reading;

/// A column, its key in the rows, and the newer answers' other name for that key.
pub(super) const COLUMNS: [(Column, &str, &str); 8] = [
    (Column::Name, "vat_invoice_goods", "vat_invoice_product_name"),
    (Column::Specification, "vat_invoice_plate_specific", "vat_invoice_specification"),
    (Column::Unit, "vat_invoice_electrans_unit", "vat_invoice_unit"),
    (Column::Quantity, "vat_invoice_electrans_quantity", "vat_invoice_quantity"),
    (Column::UnitPrice, "vat_invoice_electrans_unit_price", "vat_invoice_unit_price"),
    (Column::Amount, "vat_invoice_price", "vat_invoice_price_list"),
    (Column::TaxRate, "vat_invoice_tax_rate", "vat_invoice_tax_rate_list"),
    (Column::TaxAmount, "vat_invoice_tax", "vat_invoice_tax_list"),
];

/// More lines than any invoice has: a longer answer is cut, not followed.
const MAX_ROWS: usize = 2000;

/// Takes the rows of `product_list`; false when there are none.
pub(super) fn take_rows(reading: &mut Reading, rows: &[Value]) -> bool {
    for row in rows.iter().filter(|row| row.is_array()).take(MAX_ROWS) {
        let at = reading.invoice.items.len();
        reading.invoice.items.push(Item::default());
        for (key, (print, quad)) in json::list(row).iter().filter_map(response::printed) {
            if let Some((column, ..)) = COLUMNS.iter().find(|(_, older, newer)| *older == key || *newer == key) {
                field::take(reading, Field::Cell(at, *column), &print, quad);
            }
        }
    }
    !reading.invoice.items.is_empty()
}

/// Takes the newline-joined columns. Only the amounts have exactly one line for each row, so they decide how
/// many rows there are; a column that cannot be laid against them is kept whole, as evidence of the
/// column.
pub(super) fn take_columns(reading: &mut Reading, columns: &[(Column, &Printed<'_>)]) {
    let count = row_count(columns).min(MAX_ROWS);
    reading.invoice.items = vec![Item::default(); count];
    for (column, (print, quad)) in columns {
        let Some(cells) = lay(*column, print, count) else {
            field::take(reading, Field::Column(*column), print, *quad);
            continue;
        };
        for (row, cell) in cells.iter().enumerate() {
            // Of a single row the column's place is the cell's own.
            field::take(reading, Field::Cell(row, *column), cell, quad.filter(|_| count == 1));
        }
    }
}

fn lines(print: &str) -> Vec<&str> {
    print.split('\n').map(|line| line.trim_end_matches('\r')).collect()
}

fn filled(print: &str) -> Vec<&str> {
    lines(print).into_iter().filter(|line| !line.trim().is_empty()).collect()
}

fn row_count(columns: &[(Column, &Printed<'_>)]) -> usize {
    let column = |wanted: Column| {
        columns.iter().find(|(name, _)| *name == wanted).map_or(0, |(_, (print, _))| filled(print).len())
    };
    [column(Column::Amount), column(Column::TaxAmount), column(Column::TaxRate)]
        .into_iter()
        .find(|count| *count > 0)
        .unwrap_or_else(|| usize::from(columns.iter().any(|(_, (print, _))| !print.trim().is_empty())))
}

/// One cell for each row, or nothing when that would be a guess.
fn lay(column: Column, print: &str, count: usize) -> Option<Vec<String>> {
    let owned = |cells: Vec<&str>| cells.into_iter().map(str::to_owned).collect();
    let all = lines(print);
    if all.len() == count {
        return Some(owned(all));
    }
    let filled = filled(print);
    if filled.len() == count {
        return Some(owned(filled));
    }
    if count == 1 && matches!(column, Column::Name | Column::Specification) {
        return Some(vec![print.to_owned()]);
    }
    // A wrapped name goes on until the next one, which opens with its category between stars.
    let starred = filled.iter().filter(|line| line.starts_with('*')).count();
    if column == Column::Name && starred == count && filled.first().is_some_and(|line| line.starts_with('*')) {
        return Some(filled.chunk_by(|_, next| !next.starts_with('*')).map(|name| name.join("\n")).collect());
    }
    None
}

/// One column, its lines joined; rows without a value leave an empty line, so that the lines still match.
pub(super) fn render_column(reading: &Reading, column: Column) -> String {
    if let Some(print) = field::printed(reading, Field::Column(column)) {
        return print.to_owned();
    }
    let rows = reading.invoice.items.len();
    let cells: Vec<String> =
        (0..rows).map(|row| field::text(reading, Field::Cell(row, column)).unwrap_or_default()).collect();
    if cells.iter().all(String::is_empty) {
        return String::new();
    }
    cells.join("\n")
}

/// The place of a column: the box around its cells.
pub(super) fn column_quad(reading: &Reading, column: Column) -> Option<Quad> {
    if let Some(whole) = reading.evidence(Field::Column(column)) {
        return whole.quad;
    }
    let cells = (0..reading.invoice.items.len()).map(|row| Field::Cell(row, column));
    let quads: Vec<Quad> = cells.filter_map(|cell| field::quad(reading, cell)).collect();
    if let [one] = quads.as_slice() { Some(*one) } else { bounds(&quads).map(quad_of) }
}

/// The rates that the lines have, each once, and where they stand: what an invoice with one rate prints beside its table.
pub(super) fn rates(reading: &Reading) -> (String, Option<Quad>) {
    let joined = render_column(reading, Column::TaxRate);
    let mut rates: Vec<&str> = Vec::new();
    for rate in joined.lines().filter(|rate| !rate.trim().is_empty()) {
        if !rates.contains(&rate) {
            rates.push(rate);
        }
    }
    (rates.join("\n"), column_quad(reading, Column::TaxRate))
}

/// The rows. Empty when a column could not be laid against the others, as rows would then claim too much.
pub(super) fn render_rows(reading: &Reading, order: QuadOrder) -> Vec<Value> {
    if COLUMNS.iter().any(|(column, ..)| reading.evidence(Field::Column(*column)).is_some()) {
        return Vec::new();
    }
    (0..reading.invoice.items.len())
        .map(|row| COLUMNS.iter().map(|(column, key, _)| cell(reading, row, *column, key, order)).collect())
        .collect()
}

fn cell(reading: &Reading, row: usize, column: Column, key: &str, order: QuadOrder) -> Value {
    let own = Some(Field::Column(column));
    let cell = Field::Cell(row, column);
    serde_json::json!({
        "key": key,
        "value": field::text(reading, cell).unwrap_or_default(),
        "position": to_position(field::quad(reading, cell).as_ref(), order),
        "description": KEYS.iter().find(|key| key.holds == own).map_or("", |key| key.description),
    })
}
