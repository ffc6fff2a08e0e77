//! The forms on a page: each has one row of column heads, and below it one sum in words and digits (价税合计).
//! Knows nothing of cuts.

use super::cut::Side;
use super::piece::{Lay, Piece};

/// A row of heads has so many at least.
const MIN_COLUMNS: u32 = 3;

/// The rows that every form has once.
#[derive(Clone, Debug, Default)]
pub(super) struct Forms {
    /// Each row of column heads: the pieces in it.
    pub(super) tables: Vec<Vec<usize>>,
    /// Each sum.
    pub(super) sums: Vec<usize>,
}

impl Forms {
    pub(super) fn of(lay: &Lay) -> Forms {
        let sums = (0..lay.pieces.len()).filter(|&i| lay.pieces[i].is_sum).collect();
        Forms { tables: tables(&lay.pieces), sums }
    }

    /// Whether one of them lies on a side.
    pub(super) fn is_on(&self, side: &Side) -> bool {
        self.sums.iter().any(|&sum| side.has(sum))
    }
}

/// Whether two pieces stand in one row, as the print leans there.
fn same_row(a: &Piece, b: &Piece) -> bool {
    let (p, q) = (a.center(), b.center());
    let drift = (q.x - p.x) * (a.slope + b.slope) / 2.0;
    (q.y - p.y - drift).abs() < 0.8 * a.height.max(b.height)
}

/// The rows of column heads, from left to right: a head that stands further left on a form begins the next one.
fn tables(pieces: &[Piece]) -> Vec<Vec<usize>> {
    let mut heads: Vec<usize> = (0..pieces.len()).filter(|&i| pieces[i].columns != 0).collect();
    heads.sort_by(|&a, &b| pieces[a].center().x.total_cmp(&pieces[b].center().x));
    let mut rows: Vec<(u32, Vec<usize>)> = Vec::new();
    for head in heads {
        let columns = pieces[head].columns;
        let goes_on = |row: &&mut (u32, Vec<usize>)| {
            row.0 < 2 * (columns & columns.wrapping_neg())
                && row.1.last().is_some_and(|&last| same_row(&pieces[last], &pieces[head]))
        };
        match rows.iter_mut().rev().find(goes_on) {
            Some(row) => {
                row.0 |= columns;
                row.1.push(head);
            }
            None => rows.push((columns, vec![head])),
        }
    }
    let is_table = |row: &(u32, Vec<usize>)| {
        row.0.count_ones() >= MIN_COLUMNS && row.1.iter().any(|&i| pieces[i].has_tax_column())
    };
    rows.into_iter().filter(is_table).map(|(_, row)| row).collect()
}
