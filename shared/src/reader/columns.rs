//! The head of the table of goods: which columns there are, and where.
//! Knows nothing of the rows below it.

use super::frame::{Mark, Span};
use super::label;

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
    /// What only some kinds of service print and we do not take: where it was built, whose deed.
    Other,
}

/// Every spelling of the heads, longest first, so that a short one does not match inside a long one.
/// Single characters come last: what is left of a head when a stain or the seal took the other.
const HEADS: [(&str, Column); 29] = [
    ("产权证书/不动产权证号", Column::Other),
    ("建筑服务发生地", Column::Other),
    ("建筑项目名称", Column::Other),
    ("面积单位", Column::Unit),
    ("货物(劳务)名称", Column::Name),
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
        if column != Column::Other && found.iter().any(|h| h.column == column) {
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
