//! The table of goods: rows from its lines, items from rows.
//! Knows nothing of which layout it stands in.
//!
//! - [`columns`]: the table's head, which columns there are and where
//! - [`blank`]: where cells without text must stand
//! - [`cells`]: one row's spans given to their columns
//! - [`names`]: marks in names and sizes that small print makes engines misread

mod blank;
mod cells;
pub(super) mod columns;
mod names;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::invoice::arithmetic::{CENT, divides, product_gap};
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
    let lines = join_wrapped(rows, unit);
    let print = blank::Print::of(&lines);
    for row in &lines {
        let index = builder.reading.invoice.items.len();
        builder.reading.invoice.items.push(Item::default());
        item(builder, index, row, head);
        // Dirt between the rules makes rows without a value.
        if builder.reading.invoice.items[index] == Item::default() {
            builder.reading.invoice.items.pop();
        } else {
            blank::note(builder, index, row, head, &print);
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

fn item(builder: &mut ReadingBuilder<'_>, index: usize, row: &Row, head: &TableHead) {
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
            _ if blank::NUMBERS.contains(&column) => {
                let (found, single) = cells::number(spans, column);
                builder.put_as(field, found, |print| single.then(|| value_parsers::value(field, print)).flatten())
            }
            _ => builder.put(field, Match::join(spans, "")),
        };
    }
    part_price(builder, index, row, head);
}

/// Quantity and price that stand so close that they were read as one number, or with dirt between them: parted where
/// their product is the amount.
fn part_price(builder: &mut ReadingBuilder<'_>, index: usize, row: &Row, head: &TableHead) {
    let item = &builder.reading.invoice.items[index];
    let (Some(amount), true) = (item.amount, item.quantity.is_none() || item.unit_price.is_none()) else {
        return;
    };
    let mut columns = [Column::Quantity, Column::UnitPrice];
    let Some((_, spans)) = row.cells.iter().find(|(c, _)| columns.map(Some).contains(c)) else {
        return;
    };
    let [span] = spans.as_slice() else { return };
    let number = |span: &Span| value_parsers::quantity(&span.folded());
    // A price that goes into the amount a whole number of times is a price alone: its quantity was not read.
    if number(span).is_some_and(|price| divides(amount, price)) {
        return;
    }
    let parts = (1..span.marks.len()).map(|at| (digits_of(span, 0..at), digits_of(span, at..span.marks.len())));
    let gap = |(a, b): &(Span, Span)| product_gap(number(a)?, number(b)?, amount).filter(|off| *off <= CENT);
    let nearest = parts.filter_map(|parts| Some((gap(&parts)?, parts))).min_by_key(|(off, _)| *off);
    let Some((_, (left, right))) = nearest else { return };
    // On rolls the price may come first.
    columns.sort_by_key(|c| head.heads.iter().position(|h| h.column == Some(*c)));
    for (column, part) in columns.into_iter().zip([&left, &right]) {
        builder.put_as(Field::Cell(index, column), Some(Match::of(part)), |_| number(part));
    }
}

/// A part of a span without what is no digit at its ends.
fn digits_of(span: &Span, range: Range<usize>) -> Span {
    let is_digit = |i: &usize| span.marks.get(*i).is_some_and(|m| m.folded.is_ascii_digit());
    let first = range.clone().find(is_digit).unwrap_or(range.end);
    let last = range.clone().rev().find(is_digit).map_or(first, |i| i + 1);
    span.slice(first..last)
}
