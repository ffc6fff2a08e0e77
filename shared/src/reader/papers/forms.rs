//! The forms on a page: each has one row of column heads, and below it one sum in words and digits (价税合计).
//! Knows nothing of cuts.

use super::cut::Side;
use super::piece::{Lay, Piece, What};

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
        let sums: Vec<usize> = (0..lay.pieces.len()).filter(|&i| lay.pieces[i].is_sum).collect();
        let mut tables = tables(&lay.pieces);
        if sums.len() > 1 && tables.len() < sums.len() {
            let stand_ins = without_table(&lay.pieces, &tables, &sums).filter_map(|sum| stand_in(&lay.pieces, sum));
            let stand_ins: Vec<Vec<usize>> = stand_ins.map(|piece| vec![piece]).collect();
            tables.extend(stand_ins);
        }
        Forms { tables, sums }
    }

    /// Whether one of them lies on a side.
    pub(super) fn is_on(&self, side: &Side) -> bool {
        self.sums.iter().any(|&sum| side.has(sum))
    }
}

/// The sums of several whose column heads were not seen, as small print is not: each table goes to the nearest sum below.
fn without_table(pieces: &[Piece], tables: &[Vec<usize>], sums: &[usize]) -> impl Iterator<Item = usize> {
    let mut pairs: Vec<(f32, usize, usize)> = Vec::new();
    for (number, table) in tables.iter().enumerate() {
        let heads = table.first().into_iter();
        pairs.extend(
            heads.flat_map(|&head| sums.iter().filter_map(move |&sum| Some((above(pieces, head, sum)?, number, sum)))),
        );
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut used, mut left) = (vec![false; tables.len()], sums.to_vec());
    for (_, table, sum) in pairs {
        if !used[table] && left.contains(&sum) {
            used[table] = true;
            left.retain(|&other| other != sum);
        }
    }
    left.into_iter()
}

/// What else a form has once above its sum: its title, its number, its QR code.
fn stand_in(pieces: &[Piece], sum: usize) -> Option<usize> {
    let is_once = |&i: &usize| {
        let piece = &pieces[i];
        piece.is_head || piece.is_title && !piece.is_other_title || matches!(piece.what, What::Code(_))
    };
    let near = (0..pieces.len()).filter(is_once).filter_map(|i| Some((above(pieces, i, sum)?, i)));
    near.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, i)| i)
}

/// How far a piece stands from a sum that is below it; none where it is not.
fn above(pieces: &[Piece], piece: usize, sum: usize) -> Option<f32> {
    let (p, q) = (pieces[piece].center(), pieces[sum].center());
    (p.y < q.y).then(|| (q.x - p.x).abs() + q.y - p.y)
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
