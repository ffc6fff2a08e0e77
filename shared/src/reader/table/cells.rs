//! One row of the table: spans cut where cells meet, and each piece given to its column by place and shape together.
//! Knows nothing of which rows make an item.

use crate::invoice::Column;
use crate::reader::page::frame::Span;
use crate::reader::values::value_parsers;

use super::columns::{Head, TableHead};

/// A span cut where cells meet: at wide gaps, where shapes change, at a space between name and specification;
/// and a downward run into its single characters.
pub(super) fn pieces(span: &Span, head: &TableHead) -> Vec<Span> {
    if span.vertical {
        return downward(span);
    }
    let n = span.marks.len();
    let advance = |i: usize| span.marks[i].x - span.marks[i - 1].x;
    let gap = 1.9 * span.height;
    let specification = specification_start(span, head);
    let cut = |i: &usize| advance(*i) > gap || shapes_part(span, *i) || specification == Some(*i);
    let ends: Vec<usize> = std::iter::once(0).chain((1..n).filter(cut)).chain([n]).collect();
    ends.windows(2).map(|ends| span.slice(ends[0]..ends[1])).filter(|s| !s.marks.is_empty()).collect()
}

/// Where the specification begins in a span that runs from the name's column into the next: at the space that is
/// nearest to the specification's head.
fn specification_start(span: &Span, head: &TableHead) -> Option<usize> {
    let (name, next) = (head.head(Column::Name)?, head.head(Column::Specification)?);
    if span.x0 > name.x1 || span.x1 < next.x0 {
        return None;
    }
    let spaces = (1..span.marks.len()).filter(|&i| span.marks[i - 1].folded.is_whitespace());
    let beyond_name = spaces.filter(|&i| span.marks[i].x > f32::midpoint(name.x0, name.x1));
    let distance = |i: usize| (span.marks[i].x - next.x0).abs();
    beyond_name.min_by(|a, b| distance(*a).total_cmp(&distance(*b)))
}

/// Whether a cell surely ends before a character: behind a percent sign, between two numbers, between an amount and
/// the words that stand for a rate, or between a Han character and a number with decimals that runs to the end.
fn shapes_part(span: &Span, at: usize) -> bool {
    let before = span.marks[at - 1].folded;
    let rest: String = span.marks[at..].iter().map(|m| m.folded).filter(|c| !c.is_whitespace()).collect();
    if before == '%' {
        return rest.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    }
    let lead: String = span.marks[..at].iter().map(|m| m.folded).collect();
    let two_numbers = is_digits_and_dots(lead.trim()) && is_digits_and_dots(&rest);
    if two_numbers && (before.is_whitespace() || rest.starts_with('-')) {
        return true;
    }
    if before.is_ascii_digit() {
        return rest.starts_with("不征税") || rest.starts_with("免税");
    }
    let number = rest.contains('.') && value_parsers::quantity(&rest).is_some() && is_digits_and_dots(&rest);
    number && value_parsers::is_han(before)
}

fn is_digits_and_dots(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-')) && text.contains(|c: char| c.is_ascii_digit())
}

/// One span per character of a downward run, each at its own height.
fn downward(span: &Span) -> Vec<Span> {
    let piece = |i: usize| {
        let (y, height) = (span.marks[i].x, span.height.min(span.x1 - span.x0));
        Span { vertical: false, x0: span.x0, x1: span.x1, y, height, ..span.slice(i..i + 1) }
    };
    (0..span.marks.len()).filter(|&i| !span.marks[i].folded.is_whitespace()).map(piece).collect()
}

/// Gives each token of a row to a column, keeping their order, at the least cost.
pub(super) fn assign(tokens: Vec<Span>, head: &TableHead, unit: f32) -> Vec<(Option<Column>, Vec<Span>)> {
    let (n, m) = (tokens.len(), head.heads.len());
    // best[i][j]: the least cost of the tokens from i on, when columns before j are closed.
    let mut best = vec![vec![0.0_f32; m + 1]; n + 1];
    let mut choice = vec![vec![0_usize; m + 1]; n];
    for i in (0..n).rev() {
        best[i][m] = f32::INFINITY;
        for j in (0..m).rev() {
            let next = (best[i + 1][j] + crowding(head.heads[j].column)).min(best[i + 1][j + 1]);
            let here = cost(&tokens[i], &head.heads[j], unit) + next;
            let later = best[i][j + 1];
            (best[i][j], choice[i][j]) =
                if here <= later { (here, j) } else { (later, choice[i].get(j + 1).copied().unwrap_or(j)) };
        }
    }
    let mut row: Vec<(Option<Column>, Vec<Span>)> = Vec::new();
    let mut open = 0;
    for (i, token) in tokens.into_iter().enumerate() {
        let at = choice[i].get(open).copied().unwrap_or(m.saturating_sub(1));
        let column = head.heads[at].column;
        match row.iter_mut().find(|(c, _)| *c == column) {
            Some((_, spans)) => spans.push(token),
            None => row.push((column, vec![token])),
        }
        let apart = best[i + 1].get(at + 1).copied().unwrap_or(f32::INFINITY);
        let shares = i + 1 < n && best[i + 1][at] + crowding(column) < apart;
        open = if shares { at } else { at + 1 };
    }
    row
}

/// What a second token in the same cell costs: texts may come in pieces, numbers do not.
fn crowding(column: Option<Column>) -> f32 {
    match column {
        Some(Column::Name | Column::Specification) | None => 0.3,
        _ => 4.0,
    }
}

/// How badly a token fits a column: its distance from the head in units, and what its shape costs there.
fn cost(token: &Span, head: &Head, unit: f32) -> f32 {
    let gap = (head.x0 - token.x1).max(token.x0 - head.x1).max(0.0) / unit;
    gap + head.column.map_or(0.0, |column| mismatch_cost(&token.folded(), column))
}

/// What a shape costs in a column; 0 where it belongs.
fn mismatch_cost(text: &str, column: Column) -> f32 {
    // Two numbers read as one have two points, and are still numbers.
    let number = (value_parsers::quantity(text).is_some() || is_digits_and_dots(text)) && !text.ends_with('%');
    let rate = value_parsers::is_rate_like(text);
    let length = text.chars().count();
    let unless = |fits: bool, cost: f32| if fits { 0.0 } else { cost };
    match column {
        Column::TaxCategoryCode => 0.0,
        Column::Name => unless(!number, 3.0),
        Column::Specification if rate => 3.0,
        Column::Specification => unless(!number, 0.8),
        Column::Unit if length > 4 => 6.0,
        Column::Unit if number => 3.0,
        Column::Unit => unless(text.chars().any(value_parsers::is_han), 0.5),
        Column::Quantity | Column::UnitPrice => unless(number, 6.0),
        Column::Amount => unless(value_parsers::money(text).is_some() && text.contains('.'), 6.0),
        Column::TaxRate if rate => 0.0,
        Column::TaxRate => unless(value_parsers::rate_without_sign(text).is_some(), 8.0).max(1.0),
        Column::TaxAmount => unless(value_parsers::money(text).is_some() || value_parsers::is_stars(text) || rate, 6.0),
        Column::PassageStart | Column::PassageEnd => unless(value_parsers::digits(text).len() == 8, 4.0),
        Column::PlateNumber => unless(!number || length <= 7, 3.0),
        Column::VehicleType => unless(!number, 4.0),
    }
}
