//! The wide form: special, common, electronic, toll and blockchain invoices, and the digital one, whose
//! parties stand side by side. Knows nothing of rolls.

use crate::invoice::{self, Column, Field, PageSubtotal, Subtotal};
use crate::reader::table::{self, columns::TableHead};
use crate::reader::values::builder::{Match, ReadingBuilder};
use crate::reader::values::value_parsers;

use super::areas::{Areas, PARTY};
use super::frame::Span;
use super::grid::Cell;
use super::{foot, head, label, parties};

/// The captions of the cipher area and of the remarks, whole or in pieces: they are printed downwards.
const CIPHER: [&str; 5] = ["密码区", "密码", "密", "码", "区"];
pub(super) const REMARKS: [&str; 3] = ["备注", "备", "注"];

/// The heights that divide the page, in the straight frame.
pub(super) struct Sections {
    head: TableHead,
    /// Where the goods end: 小计, a second table for the kind of service, or the sum.
    goods_end: f32,
    /// 小计, on each page of several.
    subtotal: Option<f32>,
    /// 合计.
    sum: f32,
    /// 价税合计.
    pub(super) words: f32,
    /// Whether the totals are on this page.
    has_totals: bool,
    /// 收款人, 复核, 开票人.
    foot: f32,
}

impl Sections {
    /// Where the seller's block and the remarks end: at the frame, else at the names of those who signed.
    pub(super) fn foot(&self, areas: &Areas) -> f32 {
        areas.bottom().map_or(self.foot, |bottom| bottom + 0.8 * areas.unit())
    }
}

/// Reads a page of either wide layout; false when it has no table of goods.
pub(super) fn read(builder: &mut ReadingBuilder<'_>, digital: bool) -> bool {
    let (frame, unit) = (builder.frame, builder.frame.unit);
    let Some(head) = TableHead::find_on_form(&frame.spans, unit, digital) else { return false };
    let (x, y) = (head.middle(), head.y);
    let Some(rough) = sections(&frame.spans, head.clone(), unit) else { return false };
    let areas = Areas::around(frame, x, y).with_rows(frame, x, y, rough.words);
    let spans = areas.own(&frame.spans);
    let Some(sections) = sections(&spans, head, unit) else { return false };
    let above = band(&spans, f32::MIN, sections.head.y - 0.7 * unit);
    head::read(builder, &above);
    if digital {
        side_by_side(builder, &above, &sections);
    } else {
        cipher(builder, &above);
        buyer(builder, &above, &areas);
        seller(builder, &spans, &sections, &areas);
    }
    table::read(builder, &sections.head, &item_spans(&spans, &sections, &areas, unit));
    totals(builder, &spans, &sections);
    foot::people(builder, &spans, &sections, &areas);
    foot::remarks(builder, &spans, &sections, &areas);
    true
}

pub(super) fn band(spans: &[Span], top: f32, bottom: f32) -> Vec<Span> {
    spans.iter().filter(|s| s.y > top && s.y < bottom).cloned().collect()
}

fn sections(spans: &[Span], head: TableHead, unit: f32) -> Option<Sections> {
    let below: Vec<Span> = band(spans, head.y + 0.5 * unit, f32::MAX);
    let words = label::all(&below, &["价税合计", "(小写)", "(大写)"]).first().map(|l| l.label.y);
    let is_words = |s: &&Span| invoice::words::parse(&s.folded()).is_some() && s.marks.len() >= 3;
    let words = words.or_else(|| below.iter().find(is_words).map(|s| s.y));
    let subtotal = below.iter().find(|s| s.folded() == "小计").map(|s| s.y);
    let has_totals = words.is_some();
    // On all but the last of several pages only the subtotal closes the table.
    let words = words.or(subtotal.map(|y| y + 1.5 * unit))?;
    let sum = sum_row(&below, words, unit).unwrap_or(words - 1.5 * unit);
    let second = below.iter().filter(|s| is_second_table(s)).map(|s| s.y).reduce(f32::min);
    let goods_end = [subtotal, second].into_iter().flatten().fold(sum, f32::min);
    let foot = label::all(&below, &["收款人", "开票人", "复核:"])
        .iter()
        .map(|l| l.label.y)
        .filter(|y| *y > words + unit)
        .reduce(f32::max);
    Some(Sections { head, goods_end, subtotal, sum, words, has_totals, foot: foot.unwrap_or(f32::MAX) })
}

/// The heads of what transport services print below their goods: travellers, vehicles.
fn is_second_table(span: &Span) -> bool {
    let text = span.folded();
    ["出行人", "有效身份证件号", "运输工具种类", "运输工具牌号"].contains(&text.as_str())
}

/// The row of 合计: by its label, or by the currency signs above the words.
fn sum_row(below: &[Span], words: f32, unit: f32) -> Option<f32> {
    let above: Vec<&Span> = below.iter().filter(|s| s.y < words - 0.5 * unit && !s.vertical).collect();
    let signs = above.iter().filter(|s| s.folded().starts_with('¥')).map(|s| s.y).reduce(f32::max);
    let label =
        above.iter().filter(|s| matches!(s.folded().as_str(), "合计" | "合" | "计")).map(|s| s.y).reduce(f32::max);
    signs.or(label)
}

/// The cipher area's lines; blank in the new e-invoices.
fn cipher(builder: &mut ReadingBuilder<'_>, above: &[Span]) {
    let lines: Vec<Span> = above.iter().filter(|s| value_parsers::is_cipher(&s.folded())).cloned().collect();
    builder.put(Field::CipherText, Match::join(&lines, "\n"));
}

fn buyer(builder: &mut ReadingBuilder<'_>, above: &[Span], areas: &Areas) {
    let top = block_top(above, builder.frame.unit);
    let block = cut(above, top, cipher_edge(above, top));
    let block = areas.buyer(builder.frame, above).map_or(block.clone(), |cell| in_cell(&block, &cell));
    parties::read(builder, parties::BUYER, &block);
}

fn seller(builder: &mut ReadingBuilder<'_>, spans: &[Span], sections: &Sections, areas: &Areas) {
    let unit = builder.frame.unit;
    let below = band(spans, sections.words + 0.8 * unit, sections.foot(areas) - 0.6 * unit);
    let block = match areas.seller(builder.frame, spans) {
        Some(cell) => {
            in_cell(&cut(&below, f32::MIN, caption_edge(&below, &REMARKS, f32::MIN).unwrap_or(f32::MAX)), &cell)
        }
        None => cut(&below, f32::MIN, remarks_edge(builder, &below, &sections.head)),
    };
    parties::read(builder, parties::SELLER, &block);
}

pub(super) fn in_cell(spans: &[Span], cell: &Cell) -> Vec<Span> {
    spans.iter().filter_map(|s| cell.part(s)).filter(|s| !s.marks.is_empty()).collect()
}

/// The first line of the buyer's block: the row of its first label.
fn block_top(above: &[Span], unit: f32) -> f32 {
    let name = above.iter().filter(|s| {
        matches!(s.folded().as_str(), "名" | "称" | "称:" | "名称:")
            || s.folded().starts_with("称:")
            || s.folded().starts_with("名称")
    });
    let id = label::all(above, &["纳税人识别号"]);
    let by_id = id.first().map(|l| l.label.y - 2.2 * unit);
    let top = name.map(|s| s.y - 1.1 * unit).filter(|y| by_id.is_none_or(|id| *y > id - 1.5 * unit)).reduce(f32::min);
    top.or(by_id).unwrap_or(f32::MIN)
}

/// Where the column right of the buyer's block begins: its caption, else the cipher's lines.
fn cipher_edge(above: &[Span], top: f32) -> f32 {
    let cipher =
        above.iter().filter(|s| value_parsers::is_cipher(&s.folded())).map(|s| s.x0 - s.height).reduce(f32::min);
    caption_edge(above, &CIPHER, top).or(cipher).unwrap_or(f32::MAX)
}

fn remarks_edge(builder: &ReadingBuilder<'_>, below: &[Span], head: &TableHead) -> f32 {
    // Both captions stand in one column, so the cipher area's edge serves when 备注 is not read; and both stand under
    // the unit price.
    let own = caption_edge(below, &REMARKS, f32::MIN);
    let edge = own.or_else(|| caption_edge(&builder.frame.spans, &CIPHER, f32::MIN));
    let price = || head.head(Column::UnitPrice).map(|h| f32::midpoint(h.x0, h.x1));
    edge.or_else(price).unwrap_or(f32::MAX)
}

/// The left edge of the captions right of the parties' labels, as far as they stand below a height.
fn caption_edge(spans: &[Span], captions: &[&str], top: f32) -> Option<f32> {
    let labels = label::all(spans, &PARTY).into_iter().map(|l| l.label.x1).reduce(f32::max).unwrap_or(f32::MIN);
    let is_caption = |s: &&Span| s.x0 > labels && captions.contains(&s.folded().as_str());
    spans.iter().filter(|s| s.y > top).filter(is_caption).map(|s| s.x0).reduce(f32::min)
}

/// The spans below a height and left of an edge; those that reach well across the edge are cut there.
fn cut(spans: &[Span], top: f32, right: f32) -> Vec<Span> {
    let inside = spans.iter().filter(|s| s.y > top && s.x0 < right);
    inside.map(|s| s.slice(0..cut_at(s, right))).filter(|s| !s.marks.is_empty()).collect()
}

/// How many characters stay: a long value may run a little over the edge, a neighbour's cell does not.
fn cut_at(span: &Span, right: f32) -> usize {
    let n = span.marks.len();
    let left = span.marks.iter().take_while(|m| m.x < right).count();
    if span.vertical || n - left < 3 { n } else { left }
}

/// The digital invoice: the buyer on the left, the seller on the right, two lines each.
fn side_by_side(builder: &mut ReadingBuilder<'_>, above: &[Span], sections: &Sections) {
    let unit = builder.frame.unit;
    let ids = label::all(above, &["统一社会信用代码", "纳税人识别号"]);
    let names = label::all(above, &["名称"]);
    let labels: Vec<&Span> = ids.iter().chain(&names).map(|l| &l.label).collect();
    let second = |l: &&Span| labels.iter().any(|other| other.x1 < l.x0 && other.same_row(l, 0.8));
    let right = labels.iter().copied().filter(second).map(|l| l.x0).reduce(f32::min);
    let middle = right.map_or(sections.head.middle(), |x| x - 0.5 * unit);
    let top = names.iter().chain(&ids).map(|l| l.label.y).reduce(f32::min).map_or(f32::MIN, |y| y - unit);
    let block: Vec<Span> = above.iter().filter(|s| s.y > top).cloned().collect();
    let buyer = cut(&block, top, middle);
    let seller: Vec<Span> =
        block.iter().filter(|s| s.x1 > middle).map(|s| from_x(s, middle)).filter(|s| !s.marks.is_empty()).collect();
    parties::read(builder, parties::BUYER, &buyer);
    parties::read(builder, parties::SELLER, &seller);
}

fn from_x(span: &Span, left: f32) -> Span {
    if span.vertical {
        return span.clone();
    }
    let start = span.marks.iter().take_while(|m| m.x < left).count();
    span.slice(start..span.marks.len())
}

/// What lies between the head and the sum: cells, without edge prints and seals.
fn item_spans(spans: &[Span], sections: &Sections, areas: &Areas, unit: f32) -> Vec<Span> {
    let left = table_left(spans, unit);
    let inside = band(spans, sections.head.y + 0.55 * unit, sections.goods_end - 0.55 * unit);
    let in_frame = |s: &Span| areas.sides().map_or(s.cx() > left, |sides| s.cx() > sides.left.at(s.y));
    let inside = inside.into_iter().filter(|s| !s.slanted && in_frame(s));
    inside.filter(|s| !s.vertical || under_a_head(s, &sections.head, unit)).collect()
}

/// The table's left edge: the captions 购买方 and 销售方 stand just inside it.
fn table_left(spans: &[Span], unit: f32) -> f32 {
    let caption = spans.iter().filter(|s| is_party_caption(&s.folded())).map(|s| s.x0).reduce(f32::min);
    let labels = label::all(spans, &["纳税人识别号"]);
    let label = labels.iter().filter_map(|l| spans.get(l.span)).map(|s| s.x0).reduce(f32::min);
    // On a digital invoice the seller's caption stands in the middle of the page.
    let label = label.map(|x| x - 3.0 * unit);
    caption.into_iter().chain(label).reduce(f32::min).map_or(f32::MIN, |x| x - unit)
}

/// 购买方 or 销售方, or what was read of it: one of several characters may be wrong.
fn is_party_caption(text: &str) -> bool {
    let length = text.chars().count();
    let own = text.chars().filter(|c| "购买方销售信息".contains(*c)).count();
    (1..=5).contains(&length) && own > 0 && length - own <= usize::from(length >= 3)
}

/// Whether a downward run is a stack of one column's cells rather than a print down the page's edge.
fn under_a_head(span: &Span, head: &TableHead, unit: f32) -> bool {
    let text = span.folded();
    let edge_print = ["联", "税总", "印制", "印钞", "凭证"].iter().any(|w| text.contains(w));
    !edge_print && head.heads.iter().any(|h| span.cx() > h.x0 - unit && span.cx() < h.x1 + unit)
}

/// Amount and tax on a row of sums, under their heads.
fn sums_at(spans: &[Span], y: f32, head: &TableHead, unit: f32) -> (Option<Match>, Option<Match>) {
    let row: Vec<Span> =
        spans.iter().filter(|s| (s.y - y).abs() < 0.8 * unit && !s.vertical && !s.slanted).cloned().collect();
    let cell = |column: Column| {
        let head = head.head(column)?;
        let near = row.iter().filter(|s| {
            value_parsers::money(&s.folded()).is_some() && s.x1 > head.x0 - 3.0 * unit && s.x0 < head.x1 + 3.0 * unit
        });
        near.min_by(|a, b| reach(a, head.x0, head.x1).total_cmp(&reach(b, head.x0, head.x1))).map(Match::of)
    };
    (cell(Column::Amount), cell(Column::TaxAmount))
}

fn subtotal(builder: &mut ReadingBuilder<'_>, spans: &[Span], sections: &Sections) {
    let Some(y) = sections.subtotal else { return };
    let (amount, tax) = sums_at(spans, y, &sections.head, builder.frame.unit);
    builder.reading.invoice.page_subtotals = vec![PageSubtotal::default()];
    builder.put(Field::Subtotal(0, Subtotal::Amount), amount);
    builder.put(Field::Subtotal(0, Subtotal::Tax), tax);
}

/// Notes where the sums must stand, for a second look.
fn expect_sums(builder: &mut ReadingBuilder<'_>, spans: &[Span], sections: &Sections) {
    let unit = builder.frame.unit;
    let on_row = |s: &&Span| (s.y - sections.sum).abs() < 0.8 * unit && !s.vertical && !s.slanted;
    let Some(near) = spans.iter().rev().find(on_row) else { return };
    for (field, column) in [(Field::TotalAmount, Column::Amount), (Field::TotalTax, Column::TaxAmount)] {
        if let Some(head) = sections.head.head(column) {
            let quad = near.quad_at(head.x0 - 3.0 * unit, head.x1 + 3.0 * unit);
            builder.places.insert(field, Match::blank(quad));
        }
    }
}

fn totals(builder: &mut ReadingBuilder<'_>, spans: &[Span], sections: &Sections) {
    subtotal(builder, spans, sections);
    if !sections.has_totals {
        return;
    }
    let unit = builder.frame.unit;
    let (amount, tax) = sums_at(spans, sections.sum, &sections.head, unit);
    expect_sums(builder, spans, sections);
    builder.put(Field::TotalAmount, amount);
    builder.put(Field::TotalTax, tax);
    let band: Vec<Span> =
        spans.iter().filter(|s| (s.y - sections.words).abs() < 1.2 * unit && !s.vertical).cloned().collect();
    let label = label::all(&band, &["(小写)", "小写"]).into_iter().next();
    if let Some(l) = &label {
        let (left, right) = (l.label.x1 + 0.1 * unit, l.label.x1 + 9.0 * unit);
        builder.places.insert(Field::GrandTotal, Match::blank(l.label.quad_at(left, right)));
    }
    let digits = label.and_then(|l| label::value(&band, &l, 14.0 * unit));
    let digits = digits.or_else(|| band.iter().rev().find_map(from_sign));
    builder.put(Field::GrandTotal, digits.map(|s| Match::of(&behind_bracket(&s))));
    let words = band.iter().filter_map(words_part).max_by_key(|s| s.marks.len());
    builder.put(Field::GrandTotalWords, words.map(|s| Match::of(&s)));
}

fn reach(span: &Span, x0: f32, x1: f32) -> f32 {
    (x0 - span.x1).max(span.x0 - x1).max(0.0) + 0.01 * (span.cx() - f32::midpoint(x0, x1)).abs()
}

/// An amount from its currency sign on.
fn from_sign(span: &Span) -> Option<Span> {
    let sign = span.marks.iter().position(|m| m.folded == '¥')?;
    Some(span.slice(sign..span.marks.len()))
}

/// What follows a closing bracket left over from a label.
fn behind_bracket(span: &Span) -> Span {
    let start = span.marks.iter().take_while(|m| matches!(m.folded, ')' | ':' | ' ')).count();
    span.slice(start..span.marks.len())
}

/// The part of a span that is an amount in words, without label and mark.
pub(super) fn words_part(span: &Span) -> Option<Span> {
    const WORDS: &str = "零壹贰貳叁參肆伍陆陸柒捌玖拾佰仟万萬亿億元圆角分整正";
    let is_word = |c: char| WORDS.contains(c);
    let behind_label = label::find_with(&span.marks, "(大写)", 0).map_or(0, |r| r.end);
    let minus = label::find_with(&span.marks[behind_label..], "(负数)", 0).map(|r| r.start + behind_label);
    let first = (behind_label..span.marks.len()).find(|&i| is_word(span.marks[i].folded))?;
    let negative_sign = first.checked_sub(1).filter(|&i| span.marks[i].folded == '负');
    let start = minus.or(negative_sign).unwrap_or(first).min(first);
    let end = (start..span.marks.len()).rev().find(|&i| is_word(span.marks[i].folded))? + 1;
    let part = span.slice(start..end);
    let solid = part.marks.iter().filter(|m| is_word(m.folded)).count();
    (solid >= 3 && 10 * solid >= 6 * part.marks.len()).then_some(part)
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
