//! The goods table: rows in newer answers, newline-joined columns in older ones. Both are written,
//! rows are preferred when read. Knows nothing of the other fields.

use serde_json::{Value, json};

use super::answer::{Entry, List};
use super::quad::to_position;
use crate::dialect::field;
use crate::invoice::Item;
use crate::report::{Quad, Reading};

/// A column, its key in the rows, and the newer answers' other name for that key.
pub const COLUMNS: [(&str, &str, &str); 8] = [
    ("name", "vat_invoice_goods", "vat_invoice_product_name"),
    ("specification", "vat_invoice_plate_specific", "vat_invoice_specification"),
    ("unit", "vat_invoice_electrans_unit", "vat_invoice_unit"),
    ("quantity", "vat_invoice_electrans_quantity", "vat_invoice_quantity"),
    ("unit_price", "vat_invoice_electrans_unit_price", "vat_invoice_unit_price"),
    ("amount", "vat_invoice_price", "vat_invoice_price_list"),
    ("tax_rate", "vat_invoice_tax_rate", "vat_invoice_tax_rate_list"),
    ("tax_amount", "vat_invoice_tax", "vat_invoice_tax_list"),
];

/// More lines than any invoice has: a longer answer is cut, not followed.
const MAX_ROWS: usize = 2000;

/// Takes the rows of `product_list`; false when there are none.
pub(super) fn take_rows(reading: &mut Reading, rows: &[List<Entry<'_>>]) -> bool {
    for row in rows.iter().take(MAX_ROWS) {
        let at = reading.invoice.items.len();
        reading.invoice.items.push(Item::default());
        for entry in &row.0 {
            let column = COLUMNS.iter().find(|(_, key, newer)| *key == entry.key() || *newer == entry.key());
            if let (Some((column, ..)), Some(print)) = (column, entry.print()) {
                field::take_cell(reading, at, column, &print, entry.place());
            }
        }
    }
    !reading.invoice.items.is_empty()
}

/// A column, what is printed in all of it, and where.
pub(super) type Printed<'a> = (&'static str, &'a str, Option<Quad>);

/// Takes the newline-joined columns. Only the amounts have exactly one line for each row, so they decide how
/// many rows there are; a column that cannot be laid against them is kept whole, as evidence of `items.<column>`.
pub(super) fn take_columns(reading: &mut Reading, columns: &[Printed<'_>]) {
    let count = row_count(columns).min(MAX_ROWS);
    reading.invoice.items = vec![Item::default(); count];
    for (column, print, quad) in columns {
        match lay(column, print, count) {
            Some(cells) => {
                for (row, cell) in cells.iter().enumerate() {
                    // Of a single row the column's place is the cell's own.
                    let place = quad.filter(|_| count == 1);
                    field::take_cell(reading, row, column, cell, place);
                }
            }
            None if print.trim().is_empty() => {}
            None => {
                let kept = field::evidence(print, *quad);
                field::keep(reading, &whole_column(column), kept);
            }
        }
    }
}

fn whole_column(column: &str) -> String {
    format!("items.{column}")
}

fn lines(print: &str) -> Vec<&str> {
    print.split('\n').map(|line| line.trim_end_matches('\r')).collect()
}

fn filled(print: &str) -> Vec<&str> {
    lines(print).into_iter().filter(|line| !line.trim().is_empty()).collect()
}

fn row_count(columns: &[Printed<'_>]) -> usize {
    let column =
        |wanted: &str| columns.iter().find(|(name, ..)| *name == wanted).map_or(0, |(_, print, _)| filled(print).len());
    [column("amount"), column("tax_amount"), column("tax_rate")]
        .into_iter()
        .find(|count| *count > 0)
        .unwrap_or_else(|| usize::from(columns.iter().any(|(_, print, _)| !print.trim().is_empty())))
}

/// One cell for each row, or nothing when that would be a guess.
fn lay(column: &str, print: &str, count: usize) -> Option<Vec<String>> {
    let owned = |cells: Vec<&str>| cells.into_iter().map(str::to_owned).collect();
    let all = lines(print);
    if all.len() == count {
        return Some(owned(all));
    }
    let filled = filled(print);
    if filled.len() == count {
        return Some(owned(filled));
    }
    if count == 1 && matches!(column, "name" | "specification") {
        return Some(vec![print.to_owned()]);
    }
    // A wrapped name goes on until the next one, which opens with its category between stars.
    let starred = filled.iter().filter(|line| line.starts_with('*')).count();
    if column == "name" && starred == count && filled.first().is_some_and(|line| line.starts_with('*')) {
        let mut names: Vec<String> = Vec::with_capacity(count);
        for line in filled {
            match names.last_mut() {
                Some(name) if !line.starts_with('*') => {
                    name.push('\n');
                    name.push_str(line);
                }
                _ => names.push(line.to_owned()),
            }
        }
        return Some(names);
    }
    None
}

/// One column, its lines joined; rows without a value leave an empty line, so that the lines still match.
pub(super) fn render_column(reading: &Reading, column: &str) -> String {
    if let Some(print) = field::printed(reading, &whole_column(column)) {
        return print.to_owned();
    }
    let rows = reading.invoice.items.len();
    let cells: Vec<String> = (0..rows).map(|row| field::cell_text(reading, row, column).unwrap_or_default()).collect();
    if cells.iter().all(String::is_empty) {
        return String::new();
    }
    cells.join("\n")
}

/// The place of a column: the box around its cells.
pub(super) fn column_quad(reading: &Reading, column: &str) -> Option<Quad> {
    if let Some(whole) = field::at(reading, &whole_column(column)) {
        return whole.quad;
    }
    let quads: Vec<Quad> = (0..reading.invoice.items.len())
        .filter_map(|row| field::at(reading, &field::cell_path(row, column))?.quad)
        .collect();
    match quads.as_slice() {
        [] => None,
        [one] => Some(*one),
        many => {
            let axis = |offset: usize| many.iter().flat_map(move |q| q.iter().skip(offset).step_by(2).copied());
            let (left, right) = (axis(0).fold(f32::MAX, f32::min), axis(0).fold(f32::MIN, f32::max));
            let (top, bottom) = (axis(1).fold(f32::MAX, f32::min), axis(1).fold(f32::MIN, f32::max));
            Some([left, top, right, top, right, bottom, left, bottom])
        }
    }
}

/// The rows. Empty when a column could not be laid against the others, as rows would then claim too much.
pub(super) fn render_rows(reading: &Reading) -> Vec<Value> {
    if COLUMNS.iter().any(|(column, ..)| field::at(reading, &whole_column(column)).is_some()) {
        return Vec::new();
    }
    (0..reading.invoice.items.len())
        .map(|row| COLUMNS.iter().map(|(column, key, _)| cell(reading, row, column, key)).collect())
        .collect()
}

fn cell(reading: &Reading, row: usize, column: &str, key: &str) -> Value {
    let quad = field::at(reading, &field::cell_path(row, column)).and_then(|evidence| evidence.quad.as_ref());
    let description = super::FIELDS
        .iter()
        .find(|f| matches!(f.holds, super::Holds::Column(name) if name == column))
        .map_or("", |f| f.description);
    json!({
        "key": key,
        "value": field::cell_text(reading, row, column).unwrap_or_default(),
        "position": to_position(quad),
        "description": description,
    })
}
