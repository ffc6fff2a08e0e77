//! The till's narrow roll: labelled lines one below the other, then goods, then the sum.
//! Knows nothing of the wide form.

use crate::invoice::{Field, Party};
use crate::reader::table::{self, columns::TableHead};
use crate::reader::values::builder::{Match, ReadingBuilder};
use crate::reader::values::value_parsers;

use super::foot::is_seal_text;
use super::form::words_part;
use super::frame::Span;
use super::{copy, label};

/// Labels and what stands behind them. Whose a tax id is, its place tells.
const LABELS: [(&str, Field); 16] = [
    ("合计金额(小写)", Field::GrandTotal),
    ("合计金额(大写)", Field::GrandTotalWords),
    ("销售方名称", Field::SellerName),
    ("购买方名称", Field::BuyerName),
    ("销货单位", Field::SellerName),
    ("付款单位", Field::BuyerName),
    ("纳税人识别号", Field::SellerTaxId),
    ("发票代码", Field::InvoiceCode),
    ("发票号码", Field::InvoiceNumber),
    ("机打号码", Field::PrintedNumber),
    ("机器编号", Field::MachineNumber),
    ("开票日期", Field::IssueDate),
    ("收款员", Field::Payee),
    ("校验码", Field::CheckCode),
    ("(小写)", Field::GrandTotal),
    ("(大写)", Field::GrandTotalWords),
];

/// What has a place at the foot.
const SUMS: [Field; 2] = [Field::GrandTotal, Field::GrandTotalWords];

/// A label with its value's pieces.
struct RollLine {
    field: Field,
    label: Span,
    values: Vec<Span>,
}

/// Reads a roll.
pub(super) fn read(builder: &mut ReadingBuilder<'_>) {
    let spans: Vec<Span> = builder.frame.spans.iter().filter(|s| !s.vertical && !s.slanted).cloned().collect();
    let unit = builder.frame.unit;
    let (mut lines, loose) = lines(&spans);
    let head = TableHead::find(&spans, unit);
    let goods = goods_band(&lines, head.as_ref(), &spans);
    attach(&mut lines, &loose, goods, unit);
    fill(builder, &lines, goods);
    if let Some(head) = head {
        let seller = builder.reading.invoice.seller.clone();
        let inside =
            |s: &&Span| s.y > goods.0 + 0.55 * unit && s.y < goods.1 - 0.5 * unit && !is_seal_text_in_goods(s, &seller);
        let cells: Vec<Span> = spans.iter().filter(inside).cloned().collect();
        table::read(builder, &head, &cells);
    }
    builder.reading.invoice.amounts_include_tax = true;
    builder.put(Field::Sheet, spans.iter().find_map(copy::under_title));
}

/// One-character pieces are names' last characters here, not dirt.
fn is_seal_text_in_goods(span: &Span, seller: &Party) -> bool {
    span.marks.len() > 1 && is_seal_text(span, seller) && value_parsers::quantity(&span.folded()).is_none()
}

/// Cuts every span at its labels.
fn lines(spans: &[Span]) -> (Vec<RollLine>, Vec<Span>) {
    let (mut lines, mut loose) = (Vec::new(), Vec::new());
    for span in spans {
        let cuts = cuts(span);
        let lead = cuts.first().map_or(span.marks.len(), |(range, _)| range.start);
        loose.extend(Some(span.slice(0..lead)).filter(|before| !before.marks.is_empty()));
        for (i, (range, field)) in cuts.iter().enumerate() {
            let end = cuts.get(i + 1).map_or(span.marks.len(), |(next, _)| next.start);
            let value = span.slice(range.end..end);
            let values = if value.marks.is_empty() { Vec::new() } else { vec![value] };
            lines.push(RollLine { field: *field, label: span.slice(range.clone()), values });
        }
    }
    (lines, loose)
}

/// The labels in a span, in order, none inside another. Well-read ones claim their place first, as many
/// differ by one character only.
fn cuts(span: &Span) -> Vec<(std::ops::Range<usize>, Field)> {
    let mut found: Vec<(std::ops::Range<usize>, Field)> = Vec::new();
    let exact = LABELS.iter().map(|label| (label, 0));
    let forgiving = LABELS.iter().map(|label| (label, label::allowance(label.0)));
    for ((text, field), allowed) in exact.chain(forgiving) {
        let Some(range) = label::find_with(&span.marks, text, allowed) else { continue };
        let free = found.iter().all(|(other, _)| range.end <= other.start || range.start >= other.end);
        if free {
            found.push((range, *field));
        }
    }
    // A seal often swallows the bracket that tells digits from words.
    if let (true, Some(range)) = (found.is_empty(), label::find_with(&span.marks, "合计金额", 0)) {
        found.push((range, Field::GrandTotal));
    }
    found.sort_by_key(|(range, _)| range.start);
    found
}

/// The heights between which the goods stand.
fn goods_band(lines: &[RollLine], head: Option<&TableHead>, spans: &[Span]) -> (f32, f32) {
    let top = head.map_or(f32::MAX, |h| h.y);
    let totals = lines.iter().filter(|l| SUMS.contains(&l.field) && l.label.y > top);
    let by_label = totals.map(|l| l.label.y).reduce(f32::min);
    let by_sign = spans.iter().filter(|s| s.y > top && s.folded().starts_with('¥')).map(|s| s.y).reduce(f32::min);
    (top, by_label.or(by_sign).unwrap_or(f32::MAX))
}

/// Gives loose spans to the label left of them, or, where a value wraps, to the label above.
fn attach(lines: &mut [RollLine], loose: &[Span], goods: (f32, f32), unit: f32) {
    for span in loose.iter().filter(|s| s.y < goods.0 - 0.5 * unit || s.y > goods.1 - 0.5 * unit) {
        let on_row = |l: &&mut RollLine| l.label.same_row(span, 0.6) && l.label.x1 < span.x0 + unit;
        let beside = lines.iter_mut().filter(on_row).max_by(|a, b| a.label.x1.total_cmp(&b.label.x1));
        if let Some(line) = beside {
            line.values.push(span.clone());
            continue;
        }
        let wraps = |l: &&mut RollLine| {
            let wrapping = matches!(l.field, Field::SellerName | Field::BuyerName | Field::GrandTotalWords);
            let last = l.values.iter().map(|v| v.y).fold(l.label.y, f32::max);
            wrapping && span.y > last && span.y - last < 2.0 * unit && span.x0 > l.label.x0 + 2.0 * unit
        };
        if let Some(line) = lines.iter_mut().rev().find(wraps) {
            line.values.push(span.clone());
        } else if let Some(line) = lines.iter_mut().find(|line| is_check_code_below(line, span, unit)) {
            line.values.push(span.clone());
        }
    }
}

/// The check code is as often printed in the row below its label, from the left edge on.
fn is_check_code_below(line: &RollLine, span: &Span, unit: f32) -> bool {
    let below = span.y - line.label.y;
    let empty = line.field == Field::CheckCode && line.values.is_empty();
    let text = span.folded();
    let is_code = text.len() == 20 && text.bytes().all(|b| b.is_ascii_digit());
    empty && is_code && (0.0..2.5 * unit).contains(&below) && span.x0 < line.label.x1
}

fn fill(builder: &mut ReadingBuilder<'_>, lines: &[RollLine], goods: (f32, f32)) {
    // Whose an id is and which sum is meant, their neighbours tell.
    let is_single = |field: &Field| !SUMS.contains(field) && *field != Field::SellerTaxId;
    for field in LABELS.map(|(_, field)| field).into_iter().filter(is_single) {
        let glue = if field == Field::CheckCode { " " } else { "" };
        let line = lines.iter().find(|l| l.field == field && !l.values.is_empty());
        let found = line.and_then(|l| Match::join(&l.values, glue));
        match field {
            Field::InvoiceCode => builder.put_as(field, found, |text| value_parsers::digits_of(text, &[12])),
            Field::InvoiceNumber => builder.put_as(field, found, |text| value_parsers::digits_of(text, &[8])),
            Field::CheckCode => builder.put_as(field, found, |text| value_parsers::digits_of(text, &[20])),
            _ => builder.put(field, found),
        };
    }
    tax_ids(builder, lines);
    sums(builder, lines, goods);
}

/// The first id on the roll is the seller's, the second, below the buyer's name, the buyer's.
fn tax_ids(builder: &mut ReadingBuilder<'_>, lines: &[RollLine]) {
    let buyer_y = lines.iter().find(|l| l.field == Field::BuyerName).map(|l| l.label.y);
    for (i, line) in lines.iter().filter(|l| l.field == Field::SellerTaxId).enumerate() {
        let is_buyer = buyer_y.map_or(i > 0, |y| line.label.y > y);
        let field = if is_buyer { Field::BuyerTaxId } else { Field::SellerTaxId };
        builder.put(field, Match::join(&line.values, ""));
    }
}

fn sums(builder: &mut ReadingBuilder<'_>, lines: &[RollLine], goods: (f32, f32)) {
    for field in SUMS {
        if let Some(line) = lines.iter().find(|l| l.field == field) {
            let (left, right) = (line.label.x1 + 0.1 * builder.frame.unit, line.label.x1 + 11.0 * builder.frame.unit);
            builder.places.insert(field, Match::blank(line.label.quad_at(left, right)));
        }
    }
    let total = lines.iter().find(|l| l.field == Field::GrandTotal).and_then(|l| Match::join(&l.values, ""));
    if !builder.put(Field::GrandTotal, total) {
        let below = builder.frame.spans.iter().filter(|s| s.y > goods.1 - builder.frame.unit);
        let signed = below.into_iter().find(|s| s.folded().starts_with('¥')).map(Match::of);
        builder.put(Field::GrandTotal, signed);
    }
    let words = lines.iter().find(|l| l.field == Field::GrandTotalWords).map(|l| l.values.clone()).unwrap_or_default();
    let parts: Vec<Span> =
        words.iter().filter_map(|s| words_part(s).or_else(|| is_rest_of_words(s).then(|| s.clone()))).collect();
    builder.put(Field::GrandTotalWords, Match::join(&parts, ""));
}

/// The wrapped end of the words, too short to be words of its own: `分`, `角整`.
fn is_rest_of_words(span: &Span) -> bool {
    let text = span.folded();
    text.chars().count() <= 3 && text.chars().all(|c| "零壹贰叁肆伍陆柒捌玖拾佰仟万元圆角分整正".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoice::Invoice;
    use crate::reader::testing::{Placed, found};

    const GOODS: [Placed<'_>; 5] = [
        ("项目", 40.0, 300.0),
        ("单价", 180.0, 300.0),
        ("数量", 280.0, 300.0),
        ("金额", 380.0, 300.0),
        ("*餐饮服务*餐费", 40.0, 330.0),
    ];

    fn read_roll(lines: &[Placed<'_>]) -> Invoice {
        found(lines, |builder, _| read(builder)).invoice
    }

    fn text(value: Option<&impl ToString>) -> Option<String> {
        value.map(ToString::to_string)
    }

    #[test]
    fn labels_and_values_are_read_one_below_the_other() {
        let read = read_roll(&[
            ("发票代码:031001750107", 40.0, 60.0),
            ("发票号码", 40.0, 90.0),
            ("03574125", 160.0, 91.0),
            ("机打号码:03574125机器编号:661559759665", 40.0, 120.0),
            ("开票日期:2019-01-14收款员:王一", 40.0, 150.0),
            ("校验码:70497 71434 15541 89588", 40.0, 600.0),
        ]);
        assert_eq!(read.invoice_code.as_deref(), Some("031001750107"));
        assert_eq!(read.invoice_number.as_deref(), Some("03574125"));
        assert_eq!(read.printed_number.as_deref(), Some("03574125"));
        assert_eq!(read.machine_number.as_deref(), Some("661559759665"));
        assert_eq!(text(read.issue_date.as_ref()).as_deref(), Some("2019-01-14"));
        assert_eq!(read.payee.as_deref(), Some("王一"));
        assert_eq!(read.check_code.as_deref(), Some("70497714341554189588"));
        assert!(read.amounts_include_tax);
    }

    #[test]
    fn names_go_on_in_the_next_row_and_other_values_do_not() {
        let read = read_roll(&[
            ("销售方名称:上海甲乙丙丁戊己", 40.0, 60.0),
            ("庚辛有限公司", 180.0, 90.0),
            ("收款员:王一", 40.0, 140.0),
            ("李二", 180.0, 170.0),
        ]);
        assert_eq!(read.seller.name.as_deref(), Some("上海甲乙丙丁戊己庚辛有限公司"));
        assert_eq!(read.payee.as_deref(), Some("王一"));
    }

    #[test]
    fn the_id_below_the_buyers_name_is_the_buyers() {
        let (seller, buyer) = ("91310104MA1FR7C72G", "91310000834486035U");
        let ids = |lines: &[Placed<'_>]| {
            let read = read_roll(lines);
            (read.seller.tax_id, read.buyer.tax_id)
        };
        let both = ids(&[
            ("销售方名称:甲", 40.0, 60.0),
            ("纳税人识别号:91310104MA1FR7C72G", 40.0, 90.0),
            ("购买方名称:乙", 40.0, 120.0),
            ("纳税人识别号:91310000834486035U", 40.0, 150.0),
        ]);
        assert_eq!(both, (Some(seller.into()), Some(buyer.into())));
        // The buyer's name was not read: the second one is the buyer's.
        let unnamed =
            ids(&[("纳税人识别号:91310104MA1FR7C72G", 40.0, 90.0), ("纳税人识别号:91310000834486035U", 40.0, 150.0)]);
        assert_eq!(unnamed, (Some(seller.into()), Some(buyer.into())));
        let private = ids(&[("纳税人识别号:91310104MA1FR7C72G", 40.0, 90.0), ("购买方名称:个人", 40.0, 150.0)]);
        assert_eq!(private, (Some(seller.into()), None));
    }

    #[test]
    fn goods_stand_between_their_head_and_the_total() {
        let rows = [
            ("250.00", 180.0, 360.0),
            ("2", 290.0, 360.0),
            ("500.00", 380.0, 360.0),
            ("合计金额(小写):¥500.00", 40.0, 420.0),
            ("合计金额(大写):伍佰圆整", 40.0, 450.0),
        ];
        let read = read_roll(&[&GOODS[..], &rows].concat());
        let [item] = read.items.as_slice() else { panic!("{:?}", read.items) };
        assert_eq!(item.name.as_deref(), Some("*餐饮服务*餐费"));
        assert_eq!(text(item.unit_price.as_ref()).as_deref(), Some("250.00"));
        assert_eq!(text(item.quantity.as_ref()).as_deref(), Some("2"));
        assert_eq!(text(item.amount.as_ref()).as_deref(), Some("500.00"));
        assert_eq!(text(read.grand_total.as_ref()).as_deref(), Some("500.00"));
        assert_eq!(read.grand_total_words.as_deref(), Some("伍佰圆整"));
    }

    #[test]
    fn a_total_without_its_label_is_known_by_its_sign() {
        let read = read_roll(&[&GOODS[..], &[("500.00", 380.0, 330.0), ("¥500.00", 200.0, 420.0)]].concat());
        assert_eq!(text(read.grand_total.as_ref()).as_deref(), Some("500.00"));
        assert_eq!(read.items.len(), 1);
    }

    #[test]
    fn a_check_code_may_stand_below_its_label() {
        let code = |below: Placed<'_>| read_roll(&[("校验码", 40.0, 600.0), below]).check_code;
        let want = Some("70497714341554189588".to_owned());
        assert_eq!(code(("70497 71434 15541 89588", 50.0, 640.0)), want);
        assert_eq!(code(("70497714341554189588", 220.0, 640.0)), None, "under the bar code");
        assert_eq!(code(("70497714341554189588", 50.0, 700.0)), None, "too far");
        assert_eq!(code(("7049771434155418", 50.0, 640.0)), None, "too short");
    }

    #[test]
    fn words_may_wrap_in_the_middle_of_an_amount() {
        let read = read_roll(&[
            ("合计金额(大写):叁仟贰佰壹拾圆伍角", 40.0, 420.0),
            ("陆分", 240.0, 450.0),
            ("合计金额(小写):¥3210.56", 40.0, 490.0),
        ]);
        assert_eq!(read.grand_total_words.as_deref(), Some("叁仟贰佰壹拾圆伍角陆分"));
    }

    #[test]
    fn a_seal_among_the_goods_is_no_item() {
        let seal = [("500.00", 380.0, 330.0), ("发票专用章", 60.0, 360.0), ("合计金额(小写):¥500.00", 40.0, 420.0)];
        let read = read_roll(&[&GOODS[..], &seal].concat());
        assert_eq!(read.items.len(), 1);
        assert_eq!(read.items[0].name.as_deref(), Some("*餐饮服务*餐费"));
    }
}
