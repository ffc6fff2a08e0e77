//! Which part of a form stands where: its outer frame, the parties' cells and the remarks', as its ruled lines part them.
//! Knows no value; where lines are not seen, it has no answer, and labels must do.

use super::frame::{Frame, Span};
use super::grid::{Cell, Outline};
use super::label;

/// The labels of a party's block.
pub(super) const PARTY: [&str; 6] =
    ["纳税人识别号", "统一社会信用代码", "名称:", "地址、电话", "开户行及账号", "电子支付标识"];

/// How far above and below the frame, and beside it there, a form's own print may stand, in units of print height.
const AROUND: f32 = 6.0;
/// How far print slides over the frame's sides.
const SLID: f32 = 1.0;
/// A block of parties or remarks is at least so high, and so wide.
const BLOCK: f32 = 3.5;
/// A party's cell is at least so wide.
const WIDE: f32 = 8.0;
/// A caption that is printed downwards has a column no wider than this.
const CAPTION: f32 = 3.5;

/// The places of a form's parts.
#[derive(Clone, Debug, Default)]
pub(super) struct Areas {
    outline: Option<Outline>,
    unit: f32,
    /// The upper edge of the table of goods' head.
    goods: f32,
    /// The lower edge of 价税合计.
    totals: Option<f32>,
}

impl Areas {
    /// Of the form whose table of goods has its head around a point.
    pub(super) fn around(frame: &Frame, x: f32, y: f32) -> Areas {
        Areas { outline: frame.grid.outline(x, y), unit: frame.unit, goods: y - 0.7 * frame.unit, totals: None }
    }

    /// Finds the edges of the rows that hold the goods' head and 价税合计, too.
    pub(super) fn with_rows(mut self, frame: &Frame, x: f32, head: f32, words: f32) -> Areas {
        let grid = &frame.grid;
        let near = |line: f32, y: f32| (line - y).abs() < 3.0 * self.unit;
        if self.outline.is_some() {
            self.goods = grid.above(x, head).map(|l| l.at(x)).filter(|l| near(*l, head)).unwrap_or(self.goods);
            self.totals = grid.below(x, words).map(|l| l.at(x)).filter(|l| near(*l, words));
        }
        self
    }

    /// The frame's upper edge, when there is room for the parties below it.
    fn top(&self) -> Option<f32> {
        self.outline.as_ref().map(|o| o.top).filter(|top| *top < self.goods - BLOCK * self.unit)
    }

    /// The frame's lower edge, when there is room for the remarks above it.
    pub(super) fn bottom(&self) -> Option<f32> {
        let totals = self.totals?;
        self.outline.as_ref().map(|o| o.bottom).filter(|bottom| *bottom > totals + BLOCK * self.unit)
    }

    /// The height of print.
    pub(super) fn unit(&self) -> f32 {
        self.unit
    }

    /// The frame's sides.
    pub(super) fn sides(&self) -> Option<&Cell> {
        self.outline.as_ref().map(|o| &o.sides)
    }

    /// Without what stands beside the form: another program's text, a viewer's panels, another paper.
    pub(super) fn own(&self, spans: &[Span]) -> Vec<Span> {
        let Some(sides) = self.sides() else { return spans.to_vec() };
        let (top, bottom) = (self.top(), self.bottom());
        let is_own = |s: &&Span| {
            let above = top.is_none_or(|top| s.y < top);
            let below = bottom.is_some_and(|bottom| s.y > bottom);
            let reach = self.unit * if above || below { AROUND } else { SLID };
            let beside = s.cx() < sides.left.at(s.y) - reach || s.cx() > sides.right.at(s.y) + reach;
            !beside && bottom.is_none_or(|bottom| s.y < bottom + AROUND * self.unit)
        };
        spans.iter().filter(is_own).cloned().collect()
    }

    /// The buyer's cell on a form: around its labels.
    pub(super) fn buyer(&self, frame: &Frame, spans: &[Span]) -> Option<Cell> {
        Some(self.block(frame, spans, self.buyer_rows()?)?.party)
    }

    /// The seller's cell on a form. Both blocks have the same columns, so where its right edge is not seen, the buyer's
    /// serves.
    pub(super) fn seller(&self, frame: &Frame, spans: &[Span]) -> Option<Cell> {
        let own = self.block(frame, spans, self.foot_rows()?)?;
        let other = || self.block(frame, spans, self.buyer_rows()?).filter(|block| !block.is_last);
        let right = if own.is_last { other().map(|block| block.party.right) } else { None };
        Some(Cell { right: right.unwrap_or(own.party.right), ..own.party })
    }

    fn block(&self, frame: &Frame, spans: &[Span], (top, bottom): (f32, f32)) -> Option<Block> {
        let outline = self.outline.as_ref()?;
        let inside = |l: &label::Labelled| l.label.y > top - self.unit && l.label.y < bottom + self.unit;
        // The remarks, which stand right of the seller, may hold labels like these.
        let labels = label::all(spans, &PARTY).into_iter().filter(inside).map(|l| l.label);
        let found = labels.min_by(|a, b| a.x0.total_cmp(&b.x0))?;
        let (x, y) = (found.cx(), f32::midpoint(top, bottom));
        let cells = frame.grid.cells(outline, (top, bottom), spans);
        let at = cells.iter().position(|cell| cell.holds(x, y))?;
        let cell = cells.get(at).filter(|cell| cell.width(y) > WIDE * self.unit)?;
        let next = cells.get(at + 1);
        Some(Block {
            // What slid to the left stands over the caption, which is known by its characters.
            party: Cell { left: outline.sides.left.clone(), right: cell.right.clone() },
            caption: next.filter(|cell| self.is_caption(cell, y)).cloned(),
            is_last: next.is_none(),
        })
    }

    /// Whether a cell is only wide enough for a caption that is printed downwards.
    fn is_caption(&self, cell: &Cell, y: f32) -> bool {
        cell.width(y) < CAPTION * self.unit
    }

    /// The remarks' cell: all that is right of their caption's column, which follows the seller's cell, or stands first
    /// where there is none.
    pub(super) fn remarks(&self, frame: &Frame, spans: &[Span]) -> Option<Cell> {
        let (top, bottom) = self.foot_rows()?;
        let y = f32::midpoint(top, bottom);
        let caption = match self.block(frame, spans, (top, bottom)) {
            Some(own) if own.is_last => self.block(frame, spans, self.buyer_rows()?)?.caption,
            Some(own) => own.caption,
            None => {
                let cells = frame.grid.cells(self.outline.as_ref()?, (top, bottom), spans);
                cells.into_iter().next().filter(|cell| self.is_caption(cell, y))
            }
        };
        let found = Cell { left: caption?.right, right: self.sides()?.right.clone() };
        Some(found).filter(|cell| cell.width(y) > BLOCK * self.unit)
    }

    /// From the frame's upper edge to the head of the table of goods.
    fn buyer_rows(&self) -> Option<(f32, f32)> {
        Some((self.top()?, self.goods))
    }

    /// From the lower edge of 价税合计 to the frame's.
    pub(super) fn foot_rows(&self) -> Option<(f32, f32)> {
        Some((self.totals?, self.bottom()?))
    }
}

/// A party's cell in its row of cells.
struct Block {
    party: Cell,
    /// The narrow cell right of it.
    caption: Option<Cell>,
    /// Whether no line parts it from the frame's right side.
    is_last: bool,
}
