//! A buyer's or a seller's block: four labels on the left, their values on the right.
//! Values are told apart by label, row and shape together, because prints are often shifted by half a line.

use std::ops::Range;

use crate::invoice::{Field, FieldKind, plain};
use crate::reader::values::builder::{Match, ReadingBuilder};
use crate::reader::values::value_parsers;
use crate::report::DoubtReason;

use super::frame::{Mark, Span, median};
use super::{head, label};

/// What a line of the block says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Name,
    TaxId,
    Address,
    Bank,
}

/// In the order of the block, with the spellings of their labels.
const SLOTS: [(Slot, &[&str]); 4] = [
    (Slot::Name, &["名称:", "名称"]),
    (Slot::TaxId, &["统一社会信用代码/纳税人识别号", "纳税人识别号", "统一社会信用代码"]),
    (Slot::Address, &["地址、电话", "地址"]),
    (Slot::Bank, &["开户行及账号", PAYMENT_ID]),
];

/// What Shenzhen's form asks for in the bank's place.
const PAYMENT_ID: &str = "电子支付标识";
/// What has fewer characters is dirt.
const SHORTEST_PAYMENT_ID: usize = 6;

/// What an invoice that a tax office issued for another prints behind its own name, and behind the number that stands
/// in the account's place.
const OFFICE_MARKS: [&str; 2] = ["(代开机关)", "(完税凭证号)"];

/// The characters of the captions that are printed downwards beside the blocks.
const CAPTIONS: &str = "购买销售方信息密码区备注单位:";

/// The share of a label's characters that must be left of it when it is worn.
const WORN: f32 = 0.65;

impl Slot {
    /// How little a text looks like this slot's values; 0 when it does.
    fn mismatch_cost(self, text: &str) -> f32 {
        let id = value_parsers::is_id_like(text);
        let long_number = value_parsers::longest_run(text) >= 8;
        let bank = ["银行", "支行", "分行", "信用社", "营业部"].iter().any(|word| text.contains(word));
        let place =
            ["市", "省", "区", "路", "号", "县", "街", "镇"].iter().filter(|word| text.contains(**word)).count();
        match self {
            Slot::TaxId => f32::from(u8::from(!id)),
            _ if id => 0.8,
            Slot::Name if bank && long_number => 0.8,
            Slot::Name if long_number => 0.5,
            Slot::Name => 0.0,
            Slot::Address if bank && long_number => 0.6,
            Slot::Address if place == 0 && !long_number => 0.2,
            Slot::Address => 0.0,
            Slot::Bank if bank => 0.0,
            Slot::Bank => 0.3,
        }
    }
}

/// The block's lines sorted into slots.
#[derive(Default)]
struct Block {
    /// Where each slot's label stands, by vertical centre.
    rows: [Option<f32>; 4],
    /// The values, in reading order.
    values: [Vec<Span>; 4],
    /// Lines that carry no label.
    loose: Vec<Span>,
}

/// The buyer's fields, in the order of the lines.
pub(super) const BUYER: [Field; 4] =
    [Field::BuyerName, Field::BuyerTaxId, Field::BuyerAddressPhone, Field::BuyerBankAccount];
/// The seller's.
pub(super) const SELLER: [Field; 4] =
    [Field::SellerName, Field::SellerTaxId, Field::SellerAddressPhone, Field::SellerBankAccount];

/// Reads one block into the fields of its party.
pub(super) fn read(builder: &mut ReadingBuilder<'_>, party: [Field; 4], spans: &[Span]) {
    let mut block = sort(spans);
    assign_loose(&mut block);
    for (field, values) in party.into_iter().zip(block.values) {
        let mut values: Vec<Span> = values.iter().map(without_marks).filter(|s| !s.marks.is_empty()).collect();
        values.sort_by(|a, b| if a.same_row(b, 0.5) { a.x0.total_cmp(&b.x0) } else { a.y.total_cmp(&b.y) });
        let is_id = field.kind() == FieldKind::TaxId;
        doubt_several(builder, field, &values);
        if field == party[3] && payment_id(builder, spans, &values) {
            continue;
        }
        if let Some(mut found) = Match::join(&values, if is_id { "" } else { glue(&values) }) {
            if !is_id {
                found.text = clean(without_label_rest(&found.text));
            }
            builder.put(field, Some(found));
        }
    }
}

/// On Shenzhen's form the last row is the payment's id instead of a bank and its account; whether that is what stands there.
fn payment_id(builder: &mut ReadingBuilder<'_>, spans: &[Span], values: &[Span]) -> bool {
    let is_asked_for = spans.iter().any(|s| label::find(&s.marks, PAYMENT_ID).is_some());
    let is_id = |text: &str| text.len() >= SHORTEST_PAYMENT_ID && text.bytes().all(|b| b.is_ascii_alphanumeric());
    let found = Match::join(values, "").map(|found| found.with_text(clean(&found.text)));
    let found = found.filter(|found| is_asked_for && is_id(&plain(&found.text)));
    found.is_some() && builder.put_as(Field::ElectronicPaymentId, found, |text| FieldKind::Compact.parse(text))
}

/// A party has one id and one name; a name whose parts stand apart in one row may be two.
fn doubt_several(builder: &mut ReadingBuilder<'_>, field: Field, values: &[Span]) {
    let apart = |pair: &[Span]| pair[0].same_row(&pair[1], 0.5) && pair[1].x0 - pair[0].x1 > 3.0 * pair[0].height;
    let several = match field.kind() {
        FieldKind::TaxId => values.iter().filter(|s| value_parsers::is_id_like(&s.folded())).count() > 1,
        _ => [BUYER[0], SELLER[0]].contains(&field) && values.windows(2).any(apart),
    };
    if several {
        builder.reading.doubt(field, DoubtReason::Several(values.iter().map(Span::text).collect()));
    }
}

/// Pieces of one row keep a space where the print has one; wrapped rows are joined without.
fn glue(values: &[Span]) -> &'static str {
    let one_row = values.windows(2).all(|pair| pair[0].same_row(&pair[1], 0.5));
    if one_row { " " } else { "" }
}

/// What follows the last part of a label, where the first was read apart: `、电 话:`, `及账号:`.
fn without_label_rest(text: &str) -> &str {
    const LETTERS: &str = "地址、,，电话开户行及账帐号名称 ";
    let behind = text.find([':', '：']).and_then(|at| text.split_at_checked(at));
    let only_label =
        |(before, _): &(&str, &str)| before.chars().count() <= 8 && before.chars().all(|c| LETTERS.contains(c));
    behind.filter(only_label).map_or(text, |(_, rest)| rest)
}

/// Cuts off what a tax office prints behind its values when it issues an invoice for another.
fn without_marks(span: &Span) -> Span {
    let found = OFFICE_MARKS.iter().filter_map(|mark| {
        // Two characters may be misread, but not the one that the mark is about.
        let range = label::find_with(&span.marks, mark, 2)?;
        span.slice(range.clone()).folded().contains(['关', '凭']).then_some(range.start)
    });
    found.min().map_or_else(|| span.clone(), |at| span.slice(0..at))
}

/// Drops colons left over from a label.
fn clean(text: &str) -> String {
    text.trim_start_matches([':', '：', '.', '·', ' ']).trim().to_owned()
}

/// Without a label of the form's head and its number, when those come first: they slid down from above the block.
fn without_head(span: &Span) -> Span {
    let found = head::LABELS.iter().filter_map(|label| label::find(&span.marks, label)).find(|range| range.start == 0);
    let Some(range) = found else { return span.clone() };
    let is_number = |m: &&Mark| m.folded.is_ascii_digit() || m.folded.is_whitespace();
    let number = span.marks.iter().skip(range.end).take_while(is_number).count();
    span.slice(range.end + number..span.marks.len())
}

/// Tells labels, labelled values and loose lines apart.
fn sort(spans: &[Span]) -> Block {
    let mut block = Block::default();
    let own = spans.iter().filter(|s| !s.vertical && !s.slanted && !is_caption(s));
    for span in &own.map(without_head).filter(|s| !s.marks.is_empty()).collect::<Vec<_>>() {
        let found = labelled(span).or_else(|| second_half(span, spans)).or_else(|| worn_label(span));
        match found {
            Some((slot, label_row, rest)) => {
                block.rows[slot as usize].get_or_insert(label_row);
                if !rest.marks.is_empty() {
                    block.values[slot as usize].push(rest);
                }
            }
            None => block.loose.push(span.clone()),
        }
    }
    block
}

/// 购买方 and 销售方, printed downwards at the block's edge, come as single characters; so does other edge print.
fn is_caption(span: &Span) -> bool {
    let text = span.folded();
    let lone = text.chars().count() == 1 && !matches!(text.as_str(), "名" | "称");
    lone || text.chars().all(|c| CAPTIONS.contains(c))
}

fn labelled(span: &Span) -> Option<(Slot, f32, Span)> {
    let n = span.marks.len();
    for (slot, spellings) in SLOTS {
        let begins = |r: &Range<usize>| r.start <= 3 && is_caption_or_mark(span, r.start);
        let hit = spellings.iter().find_map(|l| label::find(&span.marks, l)).filter(begins);
        if let Some(range) = hit {
            return Some((slot, span.y, span.slice(range.end..n)));
        }
    }
    // 名 and 称 stand so far apart that they are often two lines.
    let text = span.folded();
    if text == "名" {
        return Some((Slot::Name, span.y, span.slice(n..n)));
    }
    // No other label ends in one character before its colon, so a misread one is 称 too.
    let lone = text.chars().nth(1) == Some(':') && text.chars().next().is_some_and(is_lone_label);
    let value = span.marks.iter().position(|m| m.folded == ':').map_or(n, |colon| colon + 1);
    (lone || text == "称").then(|| (Slot::Name, span.y, span.slice(value..n)))
}

/// Whether nothing stands before a label but a caption's character or a stroke: 项目名称 is no 名称.
fn is_caption_or_mark(span: &Span, before: usize) -> bool {
    let own = |m: &Mark| !value_parsers::is_han(m.folded) || CAPTIONS.contains(m.folded);
    span.marks.iter().take(before).all(own)
}

/// 称 without its colon, right of a 名 that stands alone.
fn second_half(span: &Span, spans: &[Span]) -> Option<(Slot, f32, Span)> {
    let first = span.marks.iter().position(|m| !m.folded.is_whitespace())?;
    let alone = |s: &Span| s.folded() == "名" && s.x1 < span.x0 && s.same_row(span, 0.8);
    let is_half = span.marks[first].folded == '称' && spans.iter().any(alone);
    is_half.then(|| (Slot::Name, span.y, span.slice(first + 1..span.marks.len())))
}

/// A label before a colon of which some characters are missing or misread.
fn worn_label(span: &Span) -> Option<(Slot, f32, Span)> {
    let colon = span.marks.iter().position(|m| m.folded == ':')?;
    let before: Vec<char> = span.marks[..colon].iter().map(|m| m.folded).filter(|c| !c.is_whitespace()).collect();
    let share = |label: &&str| {
        let label: Vec<char> = label.chars().collect();
        common(&before, &label) as f32 / label.len().max(before.len()) as f32
    };
    let spellings = SLOTS.iter().flat_map(|(slot, labels)| labels.iter().map(move |label| (*slot, label)));
    let long = spellings.filter(|(_, label)| label.chars().count() >= 4);
    let (slot, best) = long.map(|(slot, label)| (slot, share(label))).max_by(|a, b| a.1.total_cmp(&b.1))?;
    (best >= WORN).then(|| (slot, span.y, span.slice(colon + 1..span.marks.len())))
}

/// How many characters of both stand in the same order.
fn common(a: &[char], b: &[char]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if x == y { diagonal + 1 } else { above.max(row[j]) };
            diagonal = above;
        }
    }
    row[b.len()]
}

/// Whether a character before a colon may be what is left of 名称: the other labels end otherwise.
fn is_lone_label(c: char) -> bool {
    c.is_alphanumeric() && !"号话址行".contains(c)
}

/// Gives every loose line to the slot it fits best, for the shift that fits all of them best.
fn assign_loose(block: &mut Block) {
    let loose = std::mem::take(&mut block.loose);
    if loose.is_empty() {
        return;
    }
    let Some(rows) = rows(&block.rows, &loose) else { return };
    let pitch = ((rows[3] - rows[0]) / 3.0).max(1.0);
    let cost = |span: &Span, slot: usize, shift: f32| {
        (span.y - rows[slot] - shift).abs() / pitch + SLOTS[slot].0.mismatch_cost(&span.folded())
    };
    let best = |span: &Span, shift: f32| {
        let costs = (0..4).map(|slot| (cost(span, slot, shift), slot));
        costs.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((f32::MAX, 0))
    };
    let total = |shift: f32| loose.iter().map(|s| best(s, shift).0.min(2.0)).sum::<f32>() + 0.5 * (shift / pitch).abs();
    let shifts = (-14..=14).map(|step| step as f32 * 0.05 * pitch);
    let shift = shifts.min_by(|a, b| total(*a).total_cmp(&total(*b))).unwrap_or(0.0);
    for span in loose {
        let (cost, slot) = best(&span, shift);
        // A lone stroke far from any row is dirt, not a value.
        if cost < 1.2 {
            block.values[slot].push(span);
        }
    }
}

/// The four rows, evenly spaced through the labels that were found; none with fewer than two labels.
fn rows(found: &[Option<f32>; 4], loose: &[Span]) -> Option<[f32; 4]> {
    let known: Vec<(f32, f32)> = found.iter().enumerate().filter_map(|(i, y)| y.map(|y| (i as f32, y))).collect();
    let (first, last) = (known.first()?, known.last()?);
    let pitch = if last.0 > first.0 {
        (last.1 - first.1) / (last.0 - first.0)
    } else {
        1.5 * median(loose.iter().map(|s| s.height).collect())?
    };
    let row = |i: usize| found[i].unwrap_or(first.1 + (i as f32 - first.0) * pitch);
    Some([row(0), row(1), row(2), row(3)])
}

#[cfg(test)]
#[path = "parties_tests.rs"]
mod tests;
