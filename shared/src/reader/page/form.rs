//! The wide form: special, common, electronic, toll and blockchain invoices, and the digital one, whose
//! parties stand side by side. Knows nothing of rolls.

use crate::invoice::{self, Column, Field, PageSubtotal, Subtotal, plain};
use crate::reader::table::{self, columns::TableHead};
use crate::reader::values::builder::{Match, ReadingBuilder};
use crate::reader::values::value_parsers;

use super::frame::Span;
use super::{head, label, parties};

/// The captions of the cipher area and of the remarks, whole or in pieces: they are printed downwards.
const CIPHER: [&str; 5] = ["密码区", "密码", "密", "码", "区"];
const REMARKS: [&str; 3] = ["备注", "备", "注"];

/// The heights that divide the page, in the straight frame.
struct Sections {
    head: TableHead,
    /// Where the goods end: 小计, a second table for the kind of service, or the sum.
    goods_end: f32,
    /// 小计, on each page of several.
    subtotal: Option<f32>,
    /// 合计.
    sum: f32,
    /// 价税合计.
    words: f32,
    /// Whether the totals are on this page.
    has_totals: bool,
    /// 收款人, 复核, 开票人.
    foot: f32,
}

/// Reads a page of either wide layout; false when it has no table of goods.
pub(super) fn read(builder: &mut ReadingBuilder<'_>, digital: bool) -> bool {
    let spans: Vec<Span> = builder.frame.spans.clone();
    let Some(sections) = sections(&spans, builder.frame.unit, digital) else {
        return false;
    };
    let unit = builder.frame.unit;
    let above = band(&spans, f32::MIN, sections.head.y - 0.7 * unit);
    head::read(builder, &above);
    if digital {
        side_by_side(builder, &above);
    } else {
        cipher(builder, &above);
        buyer(builder, &above);
        seller(builder, &spans, &sections);
    }
    table::read(builder, &sections.head, &item_spans(&spans, &sections, unit));
    totals(builder, &spans, &sections);
    people(builder, &spans, &sections);
    remarks(builder, &spans, &sections);
    true
}

fn band(spans: &[Span], top: f32, bottom: f32) -> Vec<Span> {
    spans.iter().filter(|s| s.y > top && s.y < bottom).cloned().collect()
}

fn sections(spans: &[Span], unit: f32, digital: bool) -> Option<Sections> {
    let head = TableHead::find_on_form(spans, unit, digital)?;
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

fn buyer(builder: &mut ReadingBuilder<'_>, above: &[Span]) {
    let top = block_top(above, builder.frame.unit);
    let block = cut(above, top, cipher_edge(builder, above, top));
    parties::read(builder, parties::BUYER, &block);
}

fn seller(builder: &mut ReadingBuilder<'_>, spans: &[Span], sections: &Sections) {
    let unit = builder.frame.unit;
    let below = band(spans, sections.words + 0.8 * unit, sections.foot - 0.6 * unit);
    let block = cut(&below, f32::MIN, remarks_edge(builder, &below));
    parties::read(builder, parties::SELLER, &block);
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
fn cipher_edge(builder: &ReadingBuilder<'_>, above: &[Span], top: f32) -> f32 {
    let cipher =
        above.iter().filter(|s| value_parsers::is_cipher(&s.folded())).map(|s| s.x0 - s.height).reduce(f32::min);
    caption_edge(builder, above, &CIPHER, top).or(cipher).unwrap_or(f32::MAX)
}

fn remarks_edge(builder: &ReadingBuilder<'_>, below: &[Span]) -> f32 {
    // Both captions stand in one column, so the cipher area's edge serves when 备注 is not read.
    let own = caption_edge(builder, below, &REMARKS, f32::MIN);
    let edge = own.or_else(|| caption_edge(builder, &builder.frame.spans, &CIPHER, f32::MIN));
    edge.unwrap_or(0.6 * builder.frame.width)
}

/// The left edge of the captions right of the parties, as far as they stand below a height.
fn caption_edge(builder: &ReadingBuilder<'_>, spans: &[Span], captions: &[&str], top: f32) -> Option<f32> {
    let is_caption = |s: &&Span| s.x0 > 0.35 * builder.frame.width && captions.contains(&s.folded().as_str());
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
fn side_by_side(builder: &mut ReadingBuilder<'_>, above: &[Span]) {
    let unit = builder.frame.unit;
    let ids = label::all(above, &["统一社会信用代码", "纳税人识别号"]);
    let names = label::all(above, &["名称"]);
    let starts: Vec<f32> = ids.iter().chain(&names).map(|l| l.label.x0).collect();
    let left = starts.iter().copied().reduce(f32::min).unwrap_or(0.0);
    let right = starts.iter().copied().filter(|x| *x > left + 0.3 * builder.frame.width).reduce(f32::min);
    let middle = right.map_or(0.5 * builder.frame.width, |x| x - 0.5 * unit);
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
fn item_spans(spans: &[Span], sections: &Sections, unit: f32) -> Vec<Span> {
    let left = table_left(spans, unit);
    let inside = band(spans, sections.head.y + 0.55 * unit, sections.goods_end - 0.55 * unit);
    let inside = inside.into_iter().filter(|s| !s.slanted && s.cx() > left);
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

fn people(builder: &mut ReadingBuilder<'_>, spans: &[Span], sections: &Sections) {
    let unit = builder.frame.unit;
    let foot: Vec<Span> = band(spans, sections.words + unit, f32::MAX);
    // With their colons, as a specimen's cashier may be called 收款人.
    let others = ["收款人:", "复核:", "复核人:", "开票人:", "销售方:", "(章)"];
    for (field, spellings) in
        [(Field::Payee, &["收款人"][..]), (Field::Reviewer, &["复核人", "复核"]), (Field::Drawer, &["开票人"])]
    {
        let hits = label::all(&foot, spellings);
        let value = hits.iter().rev().find_map(|l| label::value(&foot, l, 8.0 * unit));
        let value = value.map(|v| label::until(&v, &others)).filter(|v| !v.marks.is_empty());
        builder.put(field, value.map(|v| Match::of(&v)));
    }
}

/// What stands right of 备注, seals left out.
fn remarks(builder: &mut ReadingBuilder<'_>, spans: &[Span], sections: &Sections) {
    let unit = builder.frame.unit;
    let below = band(spans, sections.words + 0.7 * unit, sections.foot - 0.6 * unit);
    let captions = below.iter().filter(|s| REMARKS.contains(&s.folded().as_str()));
    let Some(edge) = captions.map(|s| s.x1).reduce(f32::max) else { return };
    let seller = builder.reading.invoice.seller.clone();
    let lines: Vec<Span> = below
        .iter()
        .filter(|s| s.cx() > edge && s.x0 > edge - unit && !s.slanted && !s.vertical)
        .filter(|s| !is_seal_text(s, &seller) && s.confidence() > 0.8)
        .cloned()
        .collect();
    builder.put(Field::Remarks, Match::join(&in_reading_order(lines), "\n"));
}

/// Rows from top to bottom, each from left to right, whichever of its pieces stands a hair higher.
fn in_reading_order(mut lines: Vec<Span>) -> Vec<Span> {
    lines.sort_by(|a, b| a.y.total_cmp(&b.y));
    for row in lines.chunk_by_mut(|a, b| a.same_row(b, 0.5)) {
        row.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    }
    lines
}

/// Text that belongs to a red seal: its captions, the seller's id or part of its name.
pub(super) fn is_seal_text(span: &Span, seller: &invoice::Party) -> bool {
    let text = span.folded();
    let stamped = "发票财务专用章".chars().filter(|c| text.contains(*c)).count();
    let caption = stamped >= 3 && text.chars().count() <= 8;
    let short = text.chars().count() <= 1 || text.ends_with("章)") || text == "章" || is_seal_number(&text);
    let solid: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    let id = value_parsers::is_id_like(&solid) && seller.tax_id.as_deref().is_none_or(|own| alike(&solid, own));
    let name = seller.name.as_deref().is_some_and(|own| plain(own).contains(&text));
    caption || short || id || name
}

/// `(1)`: a seal's number.
fn is_seal_number(text: &str) -> bool {
    text.starts_with('(')
        && text.ends_with(')')
        && text.chars().count() <= 4
        && text.chars().any(|c| c.is_ascii_digit())
}

/// Whether two ids agree in most characters.
fn alike(a: &str, b: &str) -> bool {
    let same = a.chars().zip(b.chars()).filter(|(x, y)| x == y).count();
    let same_back = a.chars().rev().zip(b.chars().rev()).filter(|(x, y)| x == y).count();
    same.max(same_back) >= 8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoice::Invoice;
    use crate::reader::testing::{Placed, found, frame};

    const BUYER: [Placed<'_>; 4] = [
        ("名称:上海甲乙丙有限公司", 100.0, 150.0),
        ("纳税人识别号:91310000834486035U", 100.0, 185.0),
        ("地址、电话:上海市丁路1号", 100.0, 220.0),
        ("开户行及账号:戊银行上海支行", 100.0, 255.0),
    ];
    const HEADS: [Placed<'_>; 8] = [
        ("货物或应税劳务、服务名称", 80.0, 300.0),
        ("规格型号", 360.0, 300.0),
        ("单位", 480.0, 300.0),
        ("数量", 580.0, 300.0),
        ("单价", 700.0, 300.0),
        ("金额", 840.0, 300.0),
        ("税率", 960.0, 300.0),
        ("税额", 1080.0, 300.0),
    ];
    const GOODS: [Placed<'_>; 7] = [
        ("*餐饮服务*餐费", 70.0, 330.0),
        ("次", 490.0, 330.0),
        ("2", 590.0, 330.0),
        ("100.5", 690.0, 330.0),
        ("201.00", 830.0, 330.0),
        ("6%", 965.0, 330.0),
        ("12.06", 1070.0, 330.0),
    ];
    const TOTALS: [Placed<'_>; 7] = [
        ("合", 120.0, 450.0),
        ("计", 220.0, 450.0),
        ("¥201.00", 820.0, 450.0),
        ("¥12.06", 1060.0, 450.0),
        ("价税合计(大写)", 80.0, 490.0),
        ("贰佰壹拾叁圆零陆分", 400.0, 490.0),
        ("(小写)¥213.06", 860.0, 490.0),
    ];
    const SELLER: [Placed<'_>; 4] = [
        ("名称:杭州丁戊己饭店", 100.0, 540.0),
        ("纳税人识别号:91310104MA1FR7C72G", 100.0, 575.0),
        ("地址、电话:杭州市庚路1号", 100.0, 610.0),
        ("开户行及账号:辛银行杭州支行", 100.0, 645.0),
    ];
    const REMARKS: [Placed<'_>; 3] = [("备", 680.0, 560.0), ("注", 680.0, 620.0), ("订单123", 730.0, 560.0)];
    const FOOT: [Placed<'_>; 4] = [
        ("收款人:王一", 80.0, 700.0),
        ("复核:李二", 380.0, 700.0),
        ("开票人:张三", 680.0, 700.0),
        ("销售方:(章)", 950.0, 700.0),
    ];

    fn whole() -> Vec<Placed<'static>> {
        [&BUYER[..], &HEADS, &GOODS, &TOTALS, &SELLER, &REMARKS, &FOOT].concat()
    }

    fn read_form(lines: &[Placed<'_>]) -> Invoice {
        found(lines, |builder, _| assert!(read(builder, false))).invoice
    }

    fn text(value: Option<&impl ToString>) -> Option<String> {
        value.map(ToString::to_string)
    }

    #[test]
    fn every_part_of_a_form_is_read_from_its_place() {
        let read = read_form(&whole());
        assert_eq!(read.buyer.name.as_deref(), Some("上海甲乙丙有限公司"));
        assert_eq!(read.buyer.bank_account.as_deref(), Some("戊银行上海支行"));
        assert_eq!(read.seller.name.as_deref(), Some("杭州丁戊己饭店"));
        assert_eq!(read.seller.tax_id.as_deref(), Some("91310104MA1FR7C72G"));
        let [item] = read.items.as_slice() else { panic!("{:?}", read.items) };
        assert_eq!((item.name.as_deref(), item.unit.as_deref()), (Some("*餐饮服务*餐费"), Some("次")));
        assert_eq!(text(item.unit_price.as_ref()).as_deref(), Some("100.5"));
        assert_eq!(text(read.total_amount.as_ref()).as_deref(), Some("201.00"));
        assert_eq!(text(read.total_tax.as_ref()).as_deref(), Some("12.06"));
        assert_eq!(text(read.grand_total.as_ref()).as_deref(), Some("213.06"));
        assert_eq!(read.grand_total_words.as_deref(), Some("贰佰壹拾叁圆零陆分"));
        assert_eq!(read.remarks.as_deref(), Some("订单123"));
        let people = [read.payee, read.reviewer, read.drawer];
        assert_eq!(people.each_ref().map(Option::as_deref), [Some("王一"), Some("李二"), Some("张三")]);
    }

    #[test]
    fn a_page_without_a_table_or_without_an_end_of_it_is_no_form() {
        for lines in [BUYER.to_vec(), [&BUYER[..], &HEADS, &GOODS].concat()] {
            assert!(found(&lines, |builder, _| assert!(!read(builder, false))).invoice.items.is_empty());
        }
    }

    #[test]
    fn the_first_of_several_pages_has_a_subtotal_and_no_total() {
        let subtotal = [("小计", 120.0, 450.0), ("¥201.00", 820.0, 450.0), ("¥12.06", 1060.0, 450.0)];
        let read = read_form(&[&BUYER[..], &HEADS, &GOODS, &subtotal].concat());
        assert_eq!((read.total_amount, read.grand_total), (None, None));
        let [sums] = read.page_subtotals.as_slice() else { panic!("{:?}", read.page_subtotals) };
        assert_eq!(text(sums.amount.as_ref()).as_deref(), Some("201.00"));
        assert_eq!(text(sums.tax.as_ref()).as_deref(), Some("12.06"));
        assert_eq!(read.items.len(), 1);
    }

    #[test]
    fn a_second_table_below_the_goods_is_no_goods() {
        let travellers = [("出行人", 80.0, 370.0), ("有效身份证件号", 400.0, 370.0), ("赵六", 80.0, 400.0)];
        let read = read_form(&[&whole()[..], &travellers].concat());
        assert_eq!(read.items.len(), 1);
        assert_eq!(read.items[0].name.as_deref(), Some("*餐饮服务*餐费"));
    }

    #[test]
    fn the_cipher_is_no_part_of_the_buyer() {
        let cipher = "03*<>8-1/6+95*7<2>40-3/8";
        let lines = [("密", 650.0, 150.0), ("码", 650.0, 185.0), ("区", 650.0, 220.0), (cipher, 700.0, 150.0)];
        let read = read_form(&[&whole()[..], &lines].concat());
        assert_eq!(read.cipher_text.as_deref(), Some(cipher));
        assert_eq!(read.buyer.name.as_deref(), Some("上海甲乙丙有限公司"));
    }

    #[test]
    fn what_a_line_has_right_of_the_remarks_edge_is_not_the_sellers() {
        let mut lines = whole();
        let address = lines.iter_mut().find(|(text, ..)| text.starts_with("地址、电话:杭州")).unwrap();
        address.0 = "地址、电话:杭州市庚路1号                                       红冲专用";
        assert_eq!(read_form(&lines).seller.address_phone.as_deref(), Some("杭州市庚路1号"));
    }

    #[test]
    fn seals_are_no_remarks() {
        let stamped = [("发票专用章", 800.0, 590.0), ("91310104MA1FR7C72G", 780.0, 620.0), ("(1)", 840.0, 645.0)];
        let read = read_form(&[&whole()[..], &stamped].concat());
        assert_eq!(read.remarks.as_deref(), Some("订单123"));
    }

    #[test]
    fn remarks_keep_their_rows() {
        let more = [("合同", 730.0, 590.0), ("HT-7", 800.0, 588.0)];
        let read = read_form(&[&whole()[..], &more].concat());
        assert_eq!(read.remarks.as_deref(), Some("订单123\n合同\nHT-7"));
    }

    #[test]
    fn a_total_without_its_label_is_known_by_its_sign() {
        let unlabelled = |line: &Placed<'static>| match line.0 {
            "(小写)¥213.06" => ("¥213.06", line.1, line.2),
            "价税合计(大写)" => ("价税合计", line.1, line.2),
            _ => *line,
        };
        let lines: Vec<_> = whole().iter().map(unlabelled).collect();
        assert_eq!(text(read_form(&lines).grand_total.as_ref()).as_deref(), Some("213.06"));
    }

    #[test]
    fn side_by_side_the_left_one_is_the_buyer() {
        let parties = [
            ("名称:上海甲乙丙有限公司", 100.0, 150.0),
            ("名称:杭州丁戊己饭店", 650.0, 150.0),
            ("统一社会信用代码/纳税人识别号:91310000834486035U", 100.0, 200.0),
            ("统一社会信用代码/纳税人识别号:91310104MA1FR7C72G", 650.0, 200.0),
        ];
        let lines = [&parties[..], &HEADS, &GOODS, &TOTALS].concat();
        let read = found(&lines, |builder, _| assert!(read(builder, true))).invoice;
        assert_eq!(read.buyer.name.as_deref(), Some("上海甲乙丙有限公司"));
        assert_eq!(read.buyer.tax_id.as_deref(), Some("91310000834486035U"));
        assert_eq!(read.seller.name.as_deref(), Some("杭州丁戊己饭店"));
        assert_eq!(read.seller.tax_id.as_deref(), Some("91310104MA1FR7C72G"));
    }

    #[test]
    fn words_are_cut_out_of_their_line() {
        for (line, words) in [
            ("价税合计(大写)壹佰圆整", Some("壹佰圆整")),
            ("⊗壹佰圆整", Some("壹佰圆整")),
            ("(大写)(负数)叁仟贰佰壹拾圆整", Some("(负数)叁仟贰佰壹拾圆整")),
            ("负壹佰圆整(小写)", Some("负壹佰圆整")),
            ("圆整", None),
            ("万达广场零售柒号店", None),
        ] {
            let span = &frame(&[(line, 100.0, 100.0)]).spans[0];
            assert_eq!(words_part(span).map(|part| part.text()).as_deref(), words, "{line}");
        }
    }

    #[test]
    fn a_seal_is_known_by_its_words_or_by_the_sellers_own() {
        let seller = invoice::Party {
            name: Some("杭州丁戊己饭店".into()),
            tax_id: Some("91310104MA1FR7C72G".into()),
            ..invoice::Party::default()
        };
        for (text, is_seal) in [
            ("发票专用章", true),
            ("发粟专用章", true),
            ("(章)", true),
            ("(2)", true),
            ("丁戊己饭店", true),
            ("91310104MA1FR7C72G", true),
            ("91310000834486035U", false),
            ("订单123", false),
            ("发票专用章请勿遮盖印刷号码", false),
        ] {
            assert_eq!(is_seal_text(&frame(&[(text, 100.0, 100.0)]).spans[0], &seller), is_seal, "{text}");
        }
    }
}
