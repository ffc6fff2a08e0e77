//! Where the cells without text must stand, so that somebody may look there again: a lone narrow character is easily passed
//! over. Knows nothing of what is read there.

use std::collections::BTreeMap;

use crate::geometry::Quad;
use crate::invoice::{Column, Field};
use crate::reader::page::frame::Span;
use crate::reader::values::builder::{Match, ReadingBuilder};

use super::Row;
use super::columns::TableHead;

/// The cells that arithmetic can tell when they were not read.
pub(super) const NUMBERS: [Column; 5] =
    [Column::Quantity, Column::UnitPrice, Column::Amount, Column::TaxRate, Column::TaxAmount];

/// What a table's lines show of its columns.
pub(super) struct Print {
    /// From where to where each is printed.
    edges: BTreeMap<Column, (f32, f32)>,
    /// Whether most lines with a price or a quantity have a specification.
    has_specifications: bool,
}

impl Print {
    /// As its lines show.
    pub(super) fn of(lines: &[Row]) -> Print {
        let mut edges: BTreeMap<Column, (f32, f32)> = BTreeMap::new();
        for (column, spans) in lines.iter().flat_map(|line| &line.cells) {
            let Some(column) = *column else { continue };
            for span in spans {
                let (left, right) = edges.entry(column).or_insert((f32::MAX, f32::MIN));
                (*left, *right) = (left.min(span.x0), right.max(span.x1));
            }
        }
        let counted = || lines.iter().filter(|line| is_counted(line));
        let specified = counted().filter(|line| line.has(Column::Specification)).count();
        Print { edges, has_specifications: 2 * specified >= counted().count().max(1) }
    }
}

fn is_counted(row: &Row) -> bool {
    row.has(Column::Quantity) || row.has(Column::UnitPrice)
}

/// Notes where the cells that were not read must stand: between their neighbours, around their heads; and, where other
/// rows show it, where the column is printed.
pub(super) fn note(builder: &mut ReadingBuilder<'_>, index: usize, row: &Row, head: &TableHead, print: &Print) {
    let words = [Column::Unit, Column::Specification].into_iter().filter(|column| is_due(row, *column, print));
    for column in NUMBERS.into_iter().chain(words).filter(|column| !row.has(*column)) {
        let Some(cell) = cell(builder, row, head, column) else { continue };
        // Units stand under their head where no row shows them.
        let under_head = || head.head(column).filter(|_| column == Column::Unit).map(|h| (h.x0, h.x1));
        let edges = print.edges.get(&column).copied().or_else(under_head);
        let narrow = edges.and_then(|edges| cell.narrow(edges, column, builder.frame.unit));
        let quads = std::iter::once(cell.whole()).chain(narrow).collect();
        builder.places.insert(Field::Cell(index, column), Match { quads, ..Match::default() });
    }
}

/// Whether a word is to be expected: a unit where there is a price or a quantity, a specification there too when most
/// lines have one.
fn is_due(row: &Row, column: Column, print: &Print) -> bool {
    is_counted(row) && (column == Column::Unit || print.has_specifications)
}

/// A blank cell: the row on which it stands, and its sides.
struct Cell<'a> {
    near: &'a Span,
    left: f32,
    right: f32,
}

impl Cell<'_> {
    fn whole(&self) -> Quad {
        self.near.quad_at(self.left, self.right)
    }

    /// The part of it where the other rows' print stands; numbers are printed from the right and may be short ones.
    fn narrow(&self, (from, to): (f32, f32), column: Column, unit: f32) -> Option<Quad> {
        let from = if NUMBERS.contains(&column) { from.min(to - 2.0 * unit) } else { from };
        let (left, right) = ((from - 0.3 * unit).max(self.left), (to + 0.3 * unit).min(self.right));
        (right - left > 0.5 * unit).then(|| self.near.quad_at(left, right))
    }
}

/// A cell's place on the row of the number nearest to it.
fn cell<'a>(builder: &ReadingBuilder<'_>, row: &'a Row, head: &TableHead, column: Column) -> Option<Cell<'a>> {
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
    (right - left > 0.5 * unit).then_some(Cell { near, left, right })
}
