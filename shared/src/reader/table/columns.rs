//! The head of the table of goods: which columns there are, and where.
//! Knows nothing of the rows below it.

use crate::invoice::Column;
use crate::reader::page::frame::{Mark, Span};
use crate::reader::page::label;

/// Every spelling of the heads, longest first, so that a short one does not match inside a long one.
/// Single characters come last: what is left of a head when a stain or the seal took the other.
const HEADS: [(&str, Column); 26] = [
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

/// What only some kinds of service print and we do not take: where it was built, whose deed.
const OTHERS: [&str; 3] = ["产权证书/不动产权证号", "建筑服务发生地", "建筑项目名称"];

/// A form's columns with the places of their heads: 0 at the second head's centre, 1 at the last one's.
type Form = [(Column, f32); 8];
/// The printed form. Printers keep to its places within a character's width.
const FORM: Form = [
    (Column::Name, -0.31),
    (Column::Specification, 0.0),
    (Column::Unit, 0.15),
    (Column::Quantity, 0.287),
    (Column::UnitPrice, 0.463),
    (Column::Amount, 0.672),
    (Column::TaxRate, 0.837),
    (Column::TaxAmount, 1.0),
];
/// The printed form for tolls.
const TOLL: Form = [
    (Column::Name, -0.27),
    (Column::PlateNumber, 0.0),
    (Column::VehicleType, 0.15),
    (Column::PassageStart, 0.3),
    (Column::PassageEnd, 0.485),
    (Column::Amount, 0.7),
    (Column::TaxRate, 0.85),
    (Column::TaxAmount, 1.0),
];
/// The digital invoice, as the platform draws it in a PDF.
const DIGITAL: Form = [
    (Column::Name, -0.238),
    (Column::Specification, 0.0),
    (Column::Unit, 0.137),
    (Column::Quantity, 0.31),
    (Column::UnitPrice, 0.489),
    (Column::Amount, 0.677),
    (Column::TaxRate, 0.788),
    (Column::TaxAmount, 1.0),
];
/// The same as an OFD has it.
const DIGITAL_OFD: Form = [
    (Column::Name, -0.175),
    (Column::Specification, 0.0),
    (Column::Unit, 0.152),
    (Column::Quantity, 0.323),
    (Column::UnitPrice, 0.488),
    (Column::Amount, 0.66),
    (Column::TaxRate, 0.78),
    (Column::TaxAmount, 1.0),
];

/// Where a column's head stands.
#[derive(Clone, Copy, Debug)]
pub(in crate::reader) struct Head {
    /// Which one; none of one that we do not take.
    pub(in crate::reader) column: Option<Column>,
    /// Left edge of the printed head.
    pub(in crate::reader) x0: f32,
    /// Right edge of the printed head.
    pub(in crate::reader) x1: f32,
}

/// The table's head row.
#[derive(Clone, Debug)]
pub(in crate::reader) struct TableHead {
    /// Its vertical centre.
    pub(in crate::reader) y: f32,
    /// The columns from left to right.
    pub(in crate::reader) heads: Vec<Head>,
}

impl TableHead {
    /// Finds the row with the most column heads; none with fewer than three.
    pub(in crate::reader) fn find(spans: &[Span], unit: f32) -> Option<TableHead> {
        let best = Self::best(spans, unit)?;
        (best.heads.len() >= 3).then(|| best.with_name(unit))
    }

    /// As [`Self::find`] on a form, whose columns have known places: two heads are enough, and those that were not
    /// read are put where they must stand. A digital invoice has other columns for some services, so that a head of
    /// goods must have been read on it.
    pub(in crate::reader) fn find_on_form(spans: &[Span], unit: f32, digital: bool) -> Option<TableHead> {
        use Column::{Quantity, Specification, Unit, UnitPrice};
        let best = Self::best(spans, unit)?;
        let is_of_goods = |h: &Head| matches!(h.column, Some(Specification | Unit | Quantity | UnitPrice));
        let forms: &[&Form] = match () {
            () if best.heads.iter().any(is_of_toll) => &[&TOLL],
            () if !digital => &[&FORM],
            () if best.heads.iter().any(is_of_goods) => &[&DIGITAL, &DIGITAL_OFD],
            () => &[],
        };
        let fits = forms.iter().filter_map(|form| best.clone().fitted(form, unit));
        let nearest = fits.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(head, _)| head);
        nearest.or_else(|| (best.heads.len() >= 3).then(|| best.with_name(unit)))
    }

    fn best(spans: &[Span], unit: f32) -> Option<TableHead> {
        let has_head = |span: &Span| spellings().any(|(text, _)| label::find(&span.marks, text).is_some());
        let rows = spans.iter().filter(|s| !s.vertical && has_head(s));
        let candidates = rows.map(|row| TableHead { y: row.y, heads: heads(&row_marks(spans, row.y, unit)) });
        candidates.max_by(|a, b| a.heads.len().cmp(&b.heads.len()).then(b.y.total_cmp(&a.y)))
    }

    /// All columns of the form on which the heads that were read stand, and how far they stray from it on average; none
    /// when they stand otherwise. A single character that strays is no head: it was left of another label.
    fn fitted(mut self, form: &Form, unit: f32) -> Option<(TableHead, f32)> {
        let place = |column: Option<Column>| form.iter().find(|(c, _)| Some(*c) == column).map(|(_, at)| *at);
        let known = |heads: &[Head]| -> Vec<(f32, f32)> {
            heads.iter().filter_map(|h| Some((place(h.column)?, h.centre()))).collect()
        };
        let whole: Vec<Head> = self.heads.iter().filter(|h| h.x1 > h.x0).copied().collect();
        if let Some(line) = fitted_line(&known(if whole.len() > 1 { &whole } else { &self.heads })) {
            self.heads.retain(|h| {
                h.x1 > h.x0 || place(h.column).is_some_and(|at| (line(at) - h.centre()).abs() <= 2.5 * unit)
            });
        }
        let known = known(&self.heads);
        let line = fitted_line(&known)?;
        let stretch =
            known.iter().map(|k| k.0).fold(f32::MIN, f32::max) - known.iter().map(|k| k.0).fold(f32::MAX, f32::min);
        let astray = |(at, x): &(f32, f32)| (line(*at) - x).abs();
        let strays = known.iter().filter(|k| astray(k) > 2.5 * unit).count();
        if known.len() < 2 || known.len() != self.heads.len() || strays > 0 || stretch < 0.3 {
            return None;
        }
        let half = 1.2 * unit;
        let stand_in = |column: Column, at: f32| {
            let x = line(at);
            let half = if column == Column::Name { 4.0 * half } else { half };
            Head { column: Some(column), x0: x - half, x1: x + half }
        };
        let whole = |column: Column| self.head(column).filter(|h| h.x1 > h.x0);
        let heads = form.iter().map(|&(column, at)| whole(column).unwrap_or_else(|| stand_in(column, at)));
        let mean = known.iter().map(astray).sum::<f32>() / known.len() as f32;
        Some((TableHead { y: self.y, heads: heads.collect() }, mean))
    }

    /// Names always stand first; where their head was not read, the room left of the other heads is theirs.
    fn with_name(mut self, unit: f32) -> TableHead {
        if let (None, Some(first)) = (self.head(Column::Name), self.heads.first().copied()) {
            let name = Head { column: Some(Column::Name), x0: first.x0 - 20.0 * unit, x1: first.x0 - 3.0 * unit };
            self.heads.insert(0, name);
        }
        self
    }

    /// The middle of the row.
    pub(in crate::reader) fn middle(&self) -> f32 {
        let edges = || self.heads.iter().flat_map(|h| [h.x0, h.x1]);
        f32::midpoint(edges().fold(f32::MAX, f32::min), edges().fold(f32::MIN, f32::max))
    }

    /// Where the table must have ended to the right: its last head stands in the middle of its column, which begins
    /// behind the head before. Known where the last column is that of taxes, as on every form.
    pub(super) fn right_edge(&self, unit: f32) -> Option<f32> {
        let [.., before, last] = self.heads.as_slice() else { return None };
        let known = last.column == Some(Column::TaxAmount) && last.x1 > last.x0;
        known.then(|| (2.0 * last.centre() - before.x1).max(last.x1 + 3.0 * unit))
    }

    /// A column's head.
    pub(in crate::reader) fn head(&self, column: Column) -> Option<Head> {
        self.heads.iter().find(|h| h.column == Some(column)).copied()
    }
}

impl Head {
    fn centre(&self) -> f32 {
        f32::midpoint(self.x0, self.x1)
    }
}

fn is_of_toll(head: &Head) -> bool {
    use Column::{PassageEnd, PassageStart, PlateNumber, VehicleType};
    matches!(head.column, Some(PlateNumber | VehicleType | PassageStart | PassageEnd))
}

/// A straight line through points, by least squares.
fn fitted_line(points: &[(f32, f32)]) -> Option<impl Fn(f32) -> f32> {
    let n = points.len() as f32;
    let (mx, my) = (points.iter().map(|p| p.0).sum::<f32>() / n, points.iter().map(|p| p.1).sum::<f32>() / n);
    let spread = points.iter().map(|p| (p.0 - mx).powi(2)).sum::<f32>();
    let slope = points.iter().map(|p| (p.0 - mx) * (p.1 - my)).sum::<f32>() / spread;
    let start = my - slope * mx;
    (spread > 0.0 && slope > 0.0).then_some(move |x| start + slope * x)
}

/// Every head that is printed, those first that we do not take: ours are parts of them.
fn spellings() -> impl Iterator<Item = (&'static str, Option<Column>)> {
    let ours = HEADS.into_iter().map(|(text, column)| (text, Some(column)));
    OTHERS.into_iter().map(|text| (text, None)).chain(ours)
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
    for (text, column) in spellings() {
        if column.is_some() && found.iter().any(|h| h.column == column) {
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
    found.sort_by(|a, b| a.centre().total_cmp(&b.centre()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(column: Column, centre: f32) -> Head {
        Head { column: Some(column), x0: centre - 20.0, x1: centre + 20.0 }
    }

    #[test]
    fn heads_that_were_not_read_are_put_where_the_form_has_them() {
        let read =
            vec![head(Column::Specification, 500.0), head(Column::Amount, 1172.0), head(Column::TaxAmount, 1500.0)];
        let whole = TableHead { y: 0.0, heads: read }.fitted(&FORM, 20.0).unwrap().0;
        assert_eq!(whole.heads.len(), FORM.len());
        assert!((whole.head(Column::TaxRate).unwrap().centre() - 1337.0).abs() < 5.0);
    }

    #[test]
    fn a_single_character_of_another_label_is_no_head() {
        let stray = Head { column: Some(Column::TaxAmount), x0: 300.0, x1: 300.0 };
        let read = vec![
            stray,
            head(Column::Specification, 500.0),
            head(Column::UnitPrice, 963.0),
            head(Column::TaxRate, 1337.0),
        ];
        let whole = TableHead { y: 0.0, heads: read }.fitted(&FORM, 20.0).unwrap().0;
        assert!((whole.head(Column::TaxAmount).unwrap().centre() - 1500.0).abs() < 5.0);
    }

    #[test]
    fn a_table_of_another_make_is_left_as_it_is() {
        let read =
            vec![head(Column::Specification, 500.0), head(Column::Amount, 700.0), head(Column::TaxAmount, 1500.0)];
        assert!(TableHead { y: 0.0, heads: read }.fitted(&FORM, 20.0).is_none());
    }
}
