//! The table of goods: rows from its lines, items from rows.
//! Knows nothing of which layout it stands in.
//!
//! - [`columns`]: the table's head, which columns there are and where
//! - [`cells`]: one row's spans given to their columns
//! - [`names`]: marks in names and sizes that small print makes engines misread

mod cells;
pub(super) mod columns;
mod names;
#[cfg(test)]
mod tests;

use rust_decimal::Decimal;

use crate::geometry::Quad;
use crate::invoice::arithmetic::{CENT, product_gap};
use crate::invoice::{Column, Field, Item};
use crate::reader::page::frame::Span;
use crate::reader::values::builder::{Match, ReadingBuilder};
use crate::reader::values::value_parsers::{self, is_rate_like};

use columns::TableHead;
use names::{millilitres, starred};

/// How far below a line the next one of the same cell stands at most, in units.
const NEXT_LINE: f32 = 2.2;

/// One printed row of the table.
#[derive(Clone, Debug, Default)]
struct Row {
    cells: Vec<(Option<Column>, Vec<Span>)>,
}

impl Row {
    fn has(&self, column: Column) -> bool {
        self.cells.iter().any(|(c, _)| *c == Some(column))
    }

    /// Whether it holds a number that only an item's first line has, or the words or stars in place of one.
    fn has_numbers(&self) -> bool {
        let is_number = |s: &Span| s.marks.iter().any(|m| m.folded.is_ascii_digit()) || is_rate_like(&s.folded());
        let columns = [Column::Amount, Column::TaxAmount, Column::TaxRate, Column::UnitPrice].map(Some);
        self.cells.iter().any(|(column, spans)| columns.contains(column) && spans.iter().any(is_number))
    }

    /// Its height on the page; none without text.
    fn y(&self) -> Option<f32> {
        let spans = || self.cells.iter().flat_map(|(_, spans)| spans);
        Some(spans().map(|s| s.y).sum::<f32>() / spans().count() as f32).filter(|y| y.is_finite())
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
pub(super) fn read(builder: &mut ReadingBuilder<'_>, head: &TableHead, spans: &[Span]) {
    let unit = builder.frame.unit;
    let right = head.right_edge(unit).unwrap_or(f32::MAX);
    let cut = |edge: Option<f32>| -> Vec<Row> {
        let inside = spans.iter().filter(|s| s.x0 < right);
        let tokens = inside.flat_map(|s| cells::pieces(s, head, edge)).collect();
        rows(tokens, unit).into_iter().map(|row| Row { cells: cells::assign(row, head, unit) }).collect()
    };
    let mut rows = cut(None);
    if let Some(edge) = cells::specification_edge(&rows, unit) {
        rows = cut(Some(edge));
    }
    for row in join_wrapped(rows, unit) {
        let index = builder.reading.invoice.items.len();
        builder.reading.invoice.items.push(Item::default());
        item(builder, index, &row);
        // Dirt between the rules makes rows without a value.
        if builder.reading.invoice.items[index] == Item::default() {
            builder.reading.invoice.items.pop();
        } else {
            blank_cells(builder, index, &row, head);
        }
    }
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

/// Rows without numbers continue the item above; on rolls with the name on a line of its own, the item below. What stands
/// further off than the next line is a stamp, and continues nothing.
fn join_wrapped(rows: Vec<Row>, unit: f32) -> Vec<Row> {
    let name_first = rows.first().is_some_and(|r| r.has(Column::Name) && !r.has_numbers());
    let mut items: Vec<Row> = Vec::new();
    let mut waiting: Option<Row> = None;
    let mut end = f32::MAX;
    for row in rows {
        let y = row.y().unwrap_or(end);
        let follows = y - end < NEXT_LINE * unit;
        if row.has_numbers() {
            let mut whole = waiting.take().unwrap_or_default();
            whole.absorb(row);
            items.push(whole);
        } else if name_first || items.is_empty() {
            waiting.get_or_insert_default().absorb(row);
        } else if let (Some(item), true) = (items.last_mut(), follows) {
            item.absorb(row);
        } else {
            continue;
        }
        end = y;
    }
    // A name that nothing follows still belongs to the last item.
    if let (Some(rest), Some(item)) = (waiting, items.last_mut()) {
        item.absorb(rest);
    }
    items
}

fn item(builder: &mut ReadingBuilder<'_>, index: usize, row: &Row) {
    for (column, spans) in &row.cells {
        let Some(column) = *column else { continue };
        let field = Field::Cell(index, column);
        let text = value_parsers::non_empty;
        match column {
            Column::Name => builder.put_as(field, cells::joined(spans, column), |name| {
                text(name).map(|name| millilitres(&starred(&name)))
            }),
            Column::Specification => {
                builder.put_as(field, cells::joined(spans, column), |size| text(size).map(|size| millilitres(&size)))
            }
            _ if NUMBERS.contains(&column) => {
                let (found, single) = cells::number(spans, column);
                builder.put_as(field, found, |print| single.then(|| value_parsers::value(field, print)).flatten())
            }
            _ => builder.put(field, Match::join(spans, "")),
        };
    }
    part_price(builder, index, row);
}

/// The cells that arithmetic can tell when they were not read.
const NUMBERS: [Column; 5] = [Column::Quantity, Column::UnitPrice, Column::Amount, Column::TaxRate, Column::TaxAmount];

/// Notes where the numbers that were not read must stand: between their neighbours, around their heads.
fn blank_cells(builder: &mut ReadingBuilder<'_>, index: usize, row: &Row, head: &TableHead) {
    for column in NUMBERS.into_iter().filter(|column| !row.has(*column)) {
        if let Some(quad) = blank_cell(builder, row, head, column) {
            builder.places.insert(Field::Cell(index, column), Match::blank(quad));
        }
    }
}

/// A cell's place on the row of the number nearest to it.
fn blank_cell(builder: &ReadingBuilder<'_>, row: &Row, head: &TableHead, column: Column) -> Option<Quad> {
    let unit = builder.frame.unit;
    let own = head.head(column)?;
    let centre = f32::midpoint(own.x0, own.x1);
    let cells: Vec<&Span> = row.cells.iter().flat_map(|(_, spans)| spans).filter(|s| !s.vertical).collect();
    let numbers = row.cells.iter().filter(|(c, _)| c.is_none_or(|c| c >= Column::Quantity)).flat_map(|(_, s)| s);
    let near = numbers.min_by(|a, b| (a.cx() - centre).abs().total_cmp(&(b.cx() - centre).abs()))?;
    let on_row = || cells.iter().filter(|s| s.same_row(near, 0.6));
    let at = head.heads.iter().position(|h| h.column == Some(column))?;
    let before = at.checked_sub(1).and_then(|i| head.heads.get(i)).map_or(own.x0 - 3.0 * unit, |h| h.x1);
    let after = head.heads.get(at + 1).map_or(own.x1 + 4.0 * unit, |h| h.x0);
    let left = on_row().filter(|s| s.cx() < centre).map(|s| s.x1 + 0.1 * unit).fold(before, f32::max);
    let right = on_row().filter(|s| s.cx() > centre).map(|s| s.x0 - 0.1 * unit).fold(after, f32::min);
    (right - left > 0.5 * unit).then(|| near.quad_at(left, right))
}

/// Quantity and price that stand so close that they were read as one number: parted where their product
/// is the amount.
fn part_price(builder: &mut ReadingBuilder<'_>, index: usize, row: &Row) {
    let item = &builder.reading.invoice.items[index];
    let (Some(amount), true) = (item.amount, item.quantity.is_none() || item.unit_price.is_none()) else {
        return;
    };
    let columns = [Column::Quantity, Column::UnitPrice].map(Some);
    let Some((_, spans)) = row.cells.iter().find(|(c, _)| columns.contains(c)) else {
        return;
    };
    let [span] = spans.as_slice() else { return };
    // A price that goes into the amount a whole number of times is a price alone: its quantity was not read.
    let whole = value_parsers::quantity(&span.folded()).and_then(|price| amount.0.checked_div(price.0));
    if whole.is_some_and(|times| (times - times.round()).abs() < Decimal::new(1, 3) && times.round() != Decimal::ZERO) {
        return;
    }
    let parts = (1..span.marks.len()).map(|at| (span.slice(0..at), span.slice(at..span.marks.len())));
    let number = |span: &Span| value_parsers::quantity(&span.folded());
    let is_amount = |(a, b): &(Span, Span)| {
        let gap = number(a).zip(number(b)).and_then(|(a, b)| product_gap(a, b, amount));
        gap.is_some_and(|off| off <= CENT)
    };
    if let Some((quantity, price)) = parts.into_iter().find(is_amount) {
        for (column, part) in [(Column::Quantity, &quantity), (Column::UnitPrice, &price)] {
            builder.put_as(Field::Cell(index, column), Some(Match::of(part)), |_| number(part));
        }
    }
}
