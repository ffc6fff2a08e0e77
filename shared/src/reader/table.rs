//! The table of goods: columns from its head, rows from its amounts, cells by place and shape together.
//! Knows nothing of which layout it stands in.

use rust_decimal::Decimal;

use crate::invoice::Item;

use crate::report::Quad;

use super::again::BlankQuantity;
use super::draft::{Draft, Found};
use super::frame::{Mark, Span};
use super::label;
use super::shape;

/// A column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// 货物或应税劳务、服务名称, 项目名称.
    Name,
    /// 规格型号.
    Specification,
    /// 车牌号.
    PlateNumber,
    /// 类型.
    VehicleType,
    /// 通行日期起.
    PassageStart,
    /// 通行日期止.
    PassageEnd,
    /// 单位.
    Unit,
    /// 数量.
    Quantity,
    /// 单价.
    UnitPrice,
    /// 金额.
    Amount,
    /// 税率.
    TaxRate,
    /// 税额.
    TaxAmount,
}

/// Every spelling of the heads, longest first, so that a short one does not match inside a long one.
/// Single characters come last: what is left of a head when a stain or the seal took the other.
const HEADS: [(&str, Column); 24] = [
    ("货物或应税劳务、服务名称", Column::Name),
    ("货物或应税劳务名称", Column::Name),
    ("项目名称", Column::Name),
    ("规格型号", Column::Specification),
    ("通行日期起", Column::PassageStart),
    ("通行日期止", Column::PassageEnd),
    ("税率/征收率", Column::TaxRate),
    ("车牌号", Column::PlateNumber),
    ("类型", Column::VehicleType),
    ("单位", Column::Unit),
    ("数量", Column::Quantity),
    ("单价", Column::UnitPrice),
    ("金额", Column::Amount),
    ("税率", Column::TaxRate),
    ("征收率", Column::TaxRate),
    ("税额", Column::TaxAmount),
    ("项目", Column::Name),
    ("型号", Column::Specification),
    ("数", Column::Quantity),
    ("量", Column::Quantity),
    ("价", Column::UnitPrice),
    ("金", Column::Amount),
    ("率", Column::TaxRate),
    ("税", Column::TaxAmount),
];

/// Where a column's head stands.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// Which one.
    pub column: Column,
    /// Left edge of the printed head.
    pub x0: f32,
    /// Right edge of the printed head.
    pub x1: f32,
}

/// The table's head row.
#[derive(Clone, Debug)]
pub struct TableHead {
    /// Its vertical centre.
    pub y: f32,
    /// The columns from left to right.
    pub heads: Vec<Head>,
}

impl TableHead {
    /// Finds the row with the most column heads; none with fewer than three.
    pub fn find(spans: &[Span], unit: f32) -> Option<TableHead> {
        let rows = spans.iter().filter(|s| !s.vertical && has_head(s));
        let candidates = rows.map(|row| TableHead { y: row.y, heads: heads(&row_marks(spans, row.y, unit)) });
        let best = candidates.max_by(|a, b| a.heads.len().cmp(&b.heads.len()).then(b.y.total_cmp(&a.y)))?;
        (best.heads.len() >= 3).then(|| best.with_name(unit))
    }

    /// Names always stand first; where their head was not read, the room left of the other heads is theirs.
    fn with_name(mut self, unit: f32) -> TableHead {
        if let (None, Some(first)) = (self.head(Column::Name), self.heads.first().copied()) {
            let name = Head { column: Column::Name, x0: first.x0 - 20.0 * unit, x1: first.x0 - 3.0 * unit };
            self.heads.insert(0, name);
        }
        self
    }

    /// A column's head.
    pub fn head(&self, column: Column) -> Option<Head> {
        self.heads.iter().find(|h| h.column == column).copied()
    }
}

fn has_head(span: &Span) -> bool {
    HEADS.iter().any(|(text, _)| label::has(span, text))
}

/// The characters around one height, from left to right.
fn row_marks(spans: &[Span], y: f32, unit: f32) -> Vec<Mark> {
    let row = spans.iter().filter(|s| !s.vertical && !s.slanted && (s.y - y).abs() < 0.6 * unit);
    let mut marks: Vec<Mark> = row.flat_map(|s| s.marks.iter().copied()).collect();
    marks.retain(|m| !m.folded.is_whitespace());
    marks.sort_by(|a, b| a.x.total_cmp(&b.x));
    marks
}

/// The heads in a row of characters. A character belongs to one head only.
fn heads(marks: &[Mark]) -> Vec<Head> {
    let mut taken = vec![false; marks.len()];
    let mut found: Vec<Head> = Vec::new();
    for (text, column) in HEADS {
        if found.iter().any(|h| h.column == column) {
            continue;
        }
        let free: Vec<usize> = (0..marks.len()).filter(|&i| !taken[i]).collect();
        let row: Vec<Mark> = free.iter().map(|&i| marks[i]).collect();
        let Some(range) = label::find(&row, text) else { continue };
        let (first, last) = (row[range.start], row[range.end - 1]);
        let half = (last.x - first.x) / (2.0 * (range.len() as f32 - 1.0).max(1.0));
        let half = half.min(40.0);
        found.push(Head { column, x0: first.x - half, x1: last.x + half });
        for i in range {
            taken[free[i]] = true;
        }
    }
    found.sort_by(|a, b| f32::midpoint(a.x0, a.x1).total_cmp(&f32::midpoint(b.x0, b.x1)));
    found
}

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
    let tokens: Vec<Span> = spans.iter().flat_map(|s| pieces(s, head)).collect();
    let rows = rows(tokens, unit).into_iter().map(|row| assign(row, head, unit));
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

/// A span cut where cells meet: at wide gaps, where shapes change, at a space between name and specification;
/// and a downward run into its single characters.
fn pieces(span: &Span, head: &TableHead) -> Vec<Span> {
    if span.vertical {
        return downward(span);
    }
    let n = span.marks.len();
    let advance = |i: usize| span.marks[i].x - span.marks[i - 1].x;
    let gap = 1.9 * span.height;
    let specification = specification_start(span, head);
    let cut = |i: &usize| advance(*i) > gap || shapes_part(span, *i) || specification == Some(*i);
    let cuts: Vec<usize> = (1..n).filter(cut).collect();
    let starts = std::iter::once(0).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain(std::iter::once(n));
    starts.zip(ends).map(|(a, b)| span.slice(a..b)).filter(|s| !s.marks.is_empty()).collect()
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

/// Whether a cell surely ends before a character: behind a percent sign, between two numbers, between an amount and the words that
/// stand for a rate, or between a Han character and a number with decimals that runs to the end.
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
    let number = rest.contains('.') && shape::quantity(&rest).is_some() && is_digits_and_dots(&rest);
    number && shape::is_han(before)
}

fn is_digits_and_dots(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-')) && text.contains(|c: char| c.is_ascii_digit())
}

/// One span per character of a downward run, each at its own height.
fn downward(span: &Span) -> Vec<Span> {
    let piece = |i: usize| {
        let mut one = span.slice(i..i + 1);
        one.vertical = false;
        one.x0 = span.x0;
        one.x1 = span.x1;
        one.y = span.marks[i].x;
        one.height = span.height.min(span.x1 - span.x0);
        one
    };
    (0..span.marks.len()).filter(|&i| !span.marks[i].folded.is_whitespace()).map(piece).collect()
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

/// Gives each token of a row to a column, keeping their order, at the least cost.
fn assign(tokens: Vec<Span>, head: &TableHead, unit: f32) -> Row {
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
    let mut row = Row::default();
    let mut open = 0;
    for (i, token) in tokens.into_iter().enumerate() {
        let at = choice[i].get(open).copied().unwrap_or(m.saturating_sub(1));
        let column = head.heads[at].column;
        match row.cells.iter_mut().find(|(c, _)| *c == column) {
            Some((_, spans)) => spans.push(token),
            None => row.cells.push((column, vec![token])),
        }
        let apart = best[i + 1].get(at + 1).copied().unwrap_or(f32::INFINITY);
        let shares = i + 1 < n && best[i + 1][at] + crowding(column) < apart;
        open = if shares { at } else { at + 1 };
    }
    row
}

/// What a second token in the same cell costs: texts may come in pieces, numbers do not.
fn crowding(column: Column) -> f32 {
    match column {
        Column::Name | Column::Specification => 0.3,
        _ => 4.0,
    }
}

/// How badly a token fits a column: its distance from the head in units, and how strange its shape is there.
fn cost(token: &Span, head: &Head, unit: f32) -> f32 {
    let gap = (head.x0 - token.x1).max(token.x0 - head.x1).max(0.0) / unit;
    gap + strangeness(&token.folded(), head.column)
}

fn strangeness(text: &str, column: Column) -> f32 {
    // Two numbers read as one have two points, and are still numbers.
    let number = (shape::quantity(text).is_some() || is_digits_and_dots(text)) && !text.ends_with('%');
    let han = text.chars().filter(|c| shape::is_han(*c)).count();
    let length = text.chars().count();
    match column {
        Column::Name => {
            if number {
                3.0
            } else {
                0.0
            }
        }
        Column::Specification => {
            if shape::is_rate_like(text) {
                3.0
            } else if number {
                0.8
            } else {
                0.0
            }
        }
        Column::Unit => {
            if length > 4 {
                6.0
            } else if number {
                3.0
            } else if han == 0 {
                0.5
            } else {
                0.0
            }
        }
        Column::Quantity | Column::UnitPrice => {
            if number {
                0.0
            } else {
                6.0
            }
        }
        Column::Amount => {
            if shape::money(text).is_some() && text.contains('.') {
                0.0
            } else {
                6.0
            }
        }
        Column::TaxRate => {
            if shape::is_rate_like(text) {
                0.0
            } else {
                8.0
            }
        }
        Column::TaxAmount => {
            if shape::money(text).is_some() || shape::is_stars(text) || shape::is_rate_like(text) {
                0.0
            } else {
                6.0
            }
        }
        Column::PassageStart | Column::PassageEnd => {
            if shape::digits(text).len() == 8 {
                0.0
            } else {
                4.0
            }
        }
        Column::PlateNumber => {
            if number && length > 7 {
                3.0
            } else {
                0.0
            }
        }
        Column::VehicleType => {
            if number {
                4.0
            } else {
                0.0
            }
        }
    }
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
