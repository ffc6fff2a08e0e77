//! One row of the table: spans cut where cells meet, and each piece given to its column by place and shape together.
//! Knows nothing of which rows make an item.

use crate::invoice::Column;
use crate::reader::page::frame::{Mark, Span, median};
use crate::reader::values::builder::Match;
use crate::reader::values::value_parsers;

use super::Row;
use super::columns::{Head, TableHead};

/// A span cut where cells meet: at wide gaps, where shapes change, where the specification begins; and a downward run
/// into its single characters. Where specifications begin, other rows may have shown.
pub(super) fn pieces(span: &Span, head: &TableHead, edge: Option<Edge>) -> Vec<Span> {
    if span.vertical {
        return downward(span);
    }
    let n = span.marks.len();
    let advance = |i: usize| span.marks[i].x - span.marks[i - 1].x;
    let gap = 1.9 * span.height;
    let specification = match edge {
        Some(edge) => start_at(span, edge),
        None => start_near_head(span, head),
    };
    let cut = |i: &usize| advance(*i) > gap || shapes_part(span, *i) || specification == Some(*i);
    let ends: Vec<usize> = std::iter::once(0).chain((1..n).filter(cut)).chain([n]).collect();
    ends.windows(2).map(|ends| span.slice(ends[0]..ends[1])).filter(|s| !s.marks.is_empty()).collect()
}

/// Where the specification begins in a span that runs from the name's column into the next: at the space that is
/// nearest to the specification's head.
fn start_near_head(span: &Span, head: &TableHead) -> Option<usize> {
    let (name, next) = (head.head(Column::Name)?, head.head(Column::Specification)?);
    if span.x0 > name.x1 || span.x1 < next.x0 {
        return None;
    }
    let spaces = (1..span.marks.len()).filter(|&i| span.marks[i - 1].folded.is_whitespace());
    let beyond_name = spaces.filter(|&i| span.marks[i].x > f32::midpoint(name.x0, name.x1));
    let distance = |i: usize| (span.marks[i].x - next.x0).abs();
    beyond_name.min_by(|a, b| distance(*a).total_cmp(&distance(*b)))
}

/// Where the specification begins in a span that runs across its column's left edge: at the border between two
/// characters that is nearest to the edge. A space there, or a change of script, draws it, because an engine tells the
/// places of characters only roughly; an edge that only the form tells needs one.
fn start_at(span: &Span, edge: Edge) -> Option<usize> {
    let (at, shown) = match edge {
        Edge::Shown(at) => (at, true),
        Edge::OfForm(at) => (at, false),
    };
    let reach = if shown { 0.8 } else { 0.5 } * span.height;
    if span.x0 > at - span.height || span.x1 < at + 0.4 * span.height {
        return None;
    }
    let solid: Vec<usize> = (0..span.marks.len()).filter(|&i| !span.marks[i].folded.is_whitespace()).collect();
    let borders = solid.windows(2).map(|pair| {
        let (before, next) = (&span.marks[pair[0]], &span.marks[pair[1]]);
        let spaced = pair[1] - pair[0] > 1;
        let x = if spaced { next.x - 0.25 * span.height } else { f32::midpoint(before.x, next.x) };
        let scripts = (script(before.folded), script(next.folded));
        let weak = match scripts {
            _ if spaced => 0.0,
            (a, b) if a == b => 0.5,
            (Script::Han, _) | (_, Script::Han) => 0.0,
            _ => 0.2,
        };
        (pair[1], (x - at).abs(), weak)
    });
    let near = borders.filter(|(_, off, weak)| *off < reach && (shown || *weak < 0.5));
    near.min_by(|a, b| (a.1 + a.2 * reach).total_cmp(&(b.1 + b.2 * reach))).map(|(at, ..)| at)
}

/// Where the specifications' column begins, and who says so.
#[derive(Clone, Copy, Debug)]
pub(super) enum Edge {
    /// Other rows.
    Shown(f32),
    /// The form alone.
    OfForm(f32),
}

#[derive(Clone, Copy, PartialEq)]
enum Script {
    Han,
    Digit,
    Letter,
    Mark,
}

fn script(c: char) -> Script {
    match c {
        c if value_parsers::is_han(c) => Script::Han,
        c if c.is_ascii_digit() => Script::Digit,
        c if c.is_alphabetic() => Script::Letter,
        _ => Script::Mark,
    }
}

/// The left edge of the specifications: they are printed from the left, so that all rows' begin at one place. None where
/// they do not. Those that were read by themselves tell it best.
pub(super) fn specification_edge(rows: &[Row], spans: &[Span], unit: f32) -> Option<f32> {
    let cells = rows.iter().flat_map(|row| &row.cells).filter(|(c, _)| *c == Some(Column::Specification));
    let firsts: Vec<&Span> = cells.filter_map(|(_, spans)| spans.first()).collect();
    let is_whole = |cell: &&&Span| spans.iter().any(|span| span.quad == cell.quad);
    let whole: Vec<f32> = firsts.iter().filter(is_whole).map(|s| s.x0).collect();
    let starts: Vec<f32> = firsts.iter().map(|s| s.x0).collect();
    let middle = median(if whole.is_empty() { starts.clone() } else { whole })?;
    starts.iter().all(|x| (x - middle).abs() < 0.8 * unit).then_some(middle)
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
    // A number whose point has a space behind it goes on.
    let two_numbers = is_digits_and_dots(lead.trim()) && is_digits_and_dots(&rest) && !lead.trim().ends_with('.');
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
        Span { vertical: false, run: (span.x0, span.x1), y, height, ..span.slice(i..i + 1) }
    };
    (0..span.marks.len()).filter(|&i| !span.marks[i].folded.is_whitespace()).map(piece).collect()
}

/// A cell's pieces as one print. What stands on one row is parted by a space where there is a gap, but not between two
/// Han characters; a print that wraps goes on without one, because lines break inside words.
pub(super) fn joined(spans: &[Span], column: Column) -> Option<Match> {
    let mut whole = Match::join(spans, "")?;
    let gap = |a: &Span, b: &Span| {
        let han = |mark: Option<&Mark>| mark.is_some_and(|m| value_parsers::is_han(m.folded));
        let apart = column != Column::Name || b.x0 - a.x1 > 0.2 * a.height;
        a.same_row(b, 0.6) && apart && !(han(a.marks.last()) && han(b.marks.first()))
    };
    whole.text = String::new();
    for (i, span) in spans.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| spans.get(i));
        whole.text.push_str(if before.is_some_and(|before| gap(before, span)) { " " } else { "" });
        whole.text.push_str(&span.text());
    }
    Some(whole)
}

/// The number of a cell: of several prints on its row those that are none are strangers. Two numbers on one row are not
/// one, so that there is no value, only a place.
pub(super) fn number(spans: &[Span], column: Column) -> (Option<Match>, bool) {
    let fits = |s: &&Span| Shape::of(s).cost(column) == 0.0;
    let fitting: Vec<Span> = spans.iter().filter(fits).cloned().collect();
    let kept = if fitting.is_empty() { spans } else { &fitting };
    let two = kept.windows(2).any(|pair| pair[0].same_row(&pair[1], 0.6));
    (joined(kept, column), !two)
}

/// Gives each token of a row to a column, keeping their order, at the least cost.
pub(super) fn assign(tokens: Vec<Span>, head: &TableHead, unit: f32) -> Vec<(Option<Column>, Vec<Span>)> {
    let (n, m) = (tokens.len(), head.heads.len());
    let shapes: Vec<Shape> = tokens.iter().map(Shape::of).collect();
    // best[i][j]: the least cost of the tokens from i on, when columns before j are closed.
    let mut best = vec![vec![0.0_f32; m + 1]; n + 1];
    let mut choice = vec![vec![0_usize; m + 1]; n];
    for i in (0..n).rev() {
        best[i][m] = f32::INFINITY;
        for j in (0..m).rev() {
            let next = (best[i + 1][j] + crowding(head.heads[j].column)).min(best[i + 1][j + 1]);
            let here = cost(&tokens[i], &shapes[i], &head.heads[j], unit) + next;
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
fn cost(token: &Span, shape: &Shape, head: &Head, unit: f32) -> f32 {
    let gap = (head.x0 - token.x1).max(token.x0 - head.x1).max(0.0) / unit;
    gap + head.column.map_or(0.0, |column| shape.cost(column))
}

/// What a token looks like, told once for all columns.
struct Shape {
    text: String,
    number: bool,
    rate: bool,
    money: bool,
    length: usize,
}

impl Shape {
    fn of(token: &Span) -> Self {
        let text = token.folded();
        // Two numbers read as one have two points, and are still numbers.
        let number = (value_parsers::quantity(&text).is_some() || is_digits_and_dots(&text)) && !text.ends_with('%');
        let (rate, money) = (value_parsers::is_rate_like(&text), value_parsers::money(&text).is_some());
        Self { number, rate, money, length: text.chars().count(), text }
    }

    /// What it costs in a column; 0 where it belongs.
    fn cost(&self, column: Column) -> f32 {
        let Self { ref text, number, rate, money, length } = *self;
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
            Column::Amount => unless(money && text.contains('.'), 6.0),
            Column::TaxRate if rate => 0.0,
            Column::TaxRate if value_parsers::rate_without_sign(text).is_some() => 1.0,
            // A rate whose percent sign was lost.
            Column::TaxRate if value_parsers::rate(&format!("{text}%")).is_some() => 2.0,
            Column::TaxRate => 8.0,
            Column::TaxAmount => unless(money || value_parsers::is_stars(text) || rate, 6.0),
            Column::PassageStart | Column::PassageEnd => unless(value_parsers::digits(text).len() == 8, 4.0),
            Column::PlateNumber => unless(!number || length <= 7, 3.0),
            Column::VehicleType => unless(!number, 4.0),
        }
    }
}
