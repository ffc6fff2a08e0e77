//! Marks: what is printed beside the title of invoices for certain goods (成品油, 通行费, 收购), and what says that a tax
//! office issued the invoice for somebody (代开). Knows nothing of parties and goods.

use crate::invoice::Field;
use crate::reader::values::builder::{Match, ReadingBuilder};

use super::frame::Span;
use super::kind::{TOLL, toll_heads};
use super::label;

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
/// What such an invoice says besides: behind the seller's name, id and account, in the remarks, in the office's stamp.
const BY_OFFICE: [&str; 5] = ["(代开机关)", "(完税凭证号)", "代开企业税号", "代开企业名称", "代开发票专用章"];

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

/// Notes that a tax office issued the invoice for the seller, wherever the paper says so. That it does not say so is no
/// proof of the contrary.
pub(super) fn agent(builder: &mut ReadingBuilder<'_>) {
    let spans = &builder.frame.spans;
    let says = |span: &&Span| {
        let said = BY_OFFICE.iter().any(|words| label::find(&span.marks, words).is_some());
        !span.vertical && (said || span.folded() == AGENT)
    };
    let said = spans.iter().find(says).map(Match::of);
    builder.put_as(Field::AgentIssued, said, |_| Some(true));
}

/// The mark of tolls as early files have it: three glyphs of a font of their own, which shows 通行费, under characters
/// that mean nothing.
fn is_drawn(span: &Span) -> bool {
    let printed = || span.marks.iter().map(|m| m.printed).filter(|c| !c.is_whitespace());
    let means_nothing = |c: char| matches!(c, '\u{fe49}'..='\u{fe4f}' | '\u{e000}'..='\u{f8ff}');
    printed().count() == TOLL.chars().count() && printed().all(means_nothing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoice::Invoice;
    use crate::reader::testing::{Placed, found};

    fn marked(lines: &[Placed<'_>]) -> Invoice {
        let reading = found(lines, |builder, spans| {
            read(builder, spans);
            agent(builder);
        });
        reading.invoice
    }

    #[test]
    fn a_mark_stands_alone() {
        for (text, mark) in
            [("通行费", Some("通行费")), ("成品油", Some("成品油")), ("稀土", Some("稀土")), ("高速公路通行费", None)]
        {
            assert_eq!(marked(&[(text, 60.0, 40.0)]).special_mark.as_deref(), mark, "{text}");
        }
    }

    #[test]
    fn the_mark_of_tolls_may_be_drawn_with_glyphs_of_its_own() {
        let heads = [("车牌号", 300.0, 300.0), ("通行日期起", 500.0, 300.0), ("通行日期止", 700.0, 300.0)];
        for glyphs in ["\u{fe4a}\u{fe4b}\u{fe4c}", "\u{e001}\u{e002}\u{e003}"] {
            let with = |heads: &[Placed<'static>]| marked(&[&[(glyphs, 60.0, 40.0)], heads].concat()).special_mark;
            assert_eq!(with(&heads).as_deref(), Some("通行费"));
            assert_eq!(with(&[]), None, "nothing else speaks of tolls");
        }
    }

    #[test]
    fn a_tax_office_that_issued_it_says_so_in_many_places() {
        for text in [
            "代开",
            "(代开机关)",
            "雨花自助代开二十(代开机关)",
            "343019468924054852(完税凭证号)",
            "代开企业税号:92430108MA34L3BL04",
        ] {
            assert_eq!(marked(&[(text, 60.0, 40.0)]).agent_issued, Some(true), "{text}");
        }
        for text in ["雨花自助代开二十", "代开发票须知", "完税"] {
            assert_eq!(marked(&[(text, 60.0, 40.0)]).agent_issued, None, "{text}");
        }
    }
}
