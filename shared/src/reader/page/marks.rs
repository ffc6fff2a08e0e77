//! Marks: what is printed beside the title of invoices for certain goods (成品油, 通行费, 收购), and what says that a tax
//! office issued the invoice for somebody (代开). Knows nothing of parties and goods.

use crate::invoice::Field;
use crate::reader::values::builder::{Match, ReadingBuilder};

use super::frame::Span;
use super::kind::{TOLL, toll_heads};

/// What is printed at the top left of invoices for certain goods.
const MARKS: [&str; 21] = [
    TOLL,
    "成品油",
    "收购",
    "农产品收购",
    "自产农产品销售",
    "农产品",
    "机动车",
    "旅客运输服务",
    "建筑服务",
    "货物运输服务",
    "不动产经营租赁服务",
    "不动产经营租赁",
    "不动产销售",
    "不动产",
    "稀土",
    "卷烟",
    "矿产品",
    "拖拉机和联合收割机",
    "二手车",
    "光伏收购",
    "差额征税",
];

/// The mark of an invoice that a tax office issued.
const AGENT: &str = "代开";

/// Whether a line is a mark, which is no part of the title beside it.
pub(super) fn is_mark(span: &Span) -> bool {
    let text = span.folded();
    let bare = text.trim_matches(['(', ')', '"', '“', '”']);
    MARKS.contains(&bare) || bare == AGENT
}

/// Reads the marks above the table.
pub(super) fn read(builder: &mut ReadingBuilder<'_>, above: &[Span]) {
    let mark = above.iter().find(|s| !s.vertical && MARKS.contains(&s.folded().as_str())).map(Match::of);
    if builder.put(Field::SpecialMark, mark) {
        return;
    }
    let drawn = above.iter().find(|s| is_drawn(s)).filter(|_| toll_heads(&builder.frame.spans) >= 2);
    builder.put_as(Field::SpecialMark, drawn.map(Match::of), |_| Some(TOLL.to_owned()));
}

/// The mark of tolls as early files have it: three glyphs of a font of their own, which shows 通行费, under characters
/// that mean nothing.
fn is_drawn(span: &Span) -> bool {
    let printed = || span.marks.iter().map(|m| m.printed).filter(|c| !c.is_whitespace());
    let means_nothing = |c: char| matches!(c, '\u{fe49}'..='\u{fe4f}' | '\u{e000}'..='\u{f8ff}');
    printed().count() == TOLL.chars().count() && printed().all(means_nothing)
}
