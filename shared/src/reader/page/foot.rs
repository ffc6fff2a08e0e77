//! What stands at the form's foot: the remarks, and below the frame those who signed.
//! Knows nothing of parties and goods.

use crate::invoice::{self, Field, plain};
use crate::reader::values::builder::{Match, ReadingBuilder};
use crate::reader::values::value_parsers;
use crate::report::DoubtReason;

use super::areas::Areas;
use super::form::{REMARKS, Sections, band, in_cell};
use super::frame::{Frame, Mark, Span, Stamp};
use super::grid::Cell;
use super::label::{self, Labelled};
use super::reprints;

/// Print between the rim's letters is read with more confidence than these.
const SURE: f32 = 0.97;

/// Those who signed, from the line below the frame. The remarks may name others, or the same; those who signed stand in
/// one row.
pub(super) fn people(builder: &mut ReadingBuilder<'_>, spans: &[Span], sections: &Sections, areas: &Areas) {
    let unit = builder.frame.unit;
    let top = areas.bottom().map_or(sections.words + unit, |bottom| bottom - 0.3 * unit);
    let foot: Vec<Span> = band(spans, top, f32::MAX);
    let drawers = label::all(&foot, &["开票人"]);
    // Below a frame that is seen the first row is theirs, else the remarks may come before it.
    let row = if areas.bottom().is_some() { drawers.first() } else { drawers.last() }.map(|l| l.label.y);
    for (field, spellings) in
        [(Field::Payee, &["收款人"][..]), (Field::Reviewer, &["复核人", "复核"]), (Field::Drawer, &["开票人"])]
    {
        let mut hits = label::all(&foot, spellings);
        // Below the frame nobody else has a label.
        if hits.is_empty() && areas.bottom().is_some() {
            hits = spellings.iter().flat_map(|label| worn(&foot, label)).collect();
        }
        let own = hits.iter().filter(|l| row.is_none_or(|y| (l.label.y - y).abs() < 2.0 * unit));
        let names: Vec<Span> = own.rev().filter_map(|l| signed(&foot, l, unit)).collect();
        doubt_several(builder, field, &names);
        builder.put(field, names.first().map(Match::of));
    }
}

/// A label before a colon of which at most half of the characters were misread.
fn worn(foot: &[Span], label: &str) -> Vec<Labelled> {
    let is_worn = |(span, hit): (usize, &Span)| {
        let colon = hit.marks.iter().position(|m| m.folded == ':')?;
        let read = hit.slice(0..colon).folded();
        let same = read.chars().zip(label.chars()).filter(|(a, b)| a == b).count();
        let is_label = read.chars().count() == label.chars().count() && 2 * same >= label.chars().count();
        is_label.then(|| {
            let (label, rest) = (hit.slice(0..colon + 1), hit.slice(colon + 1..hit.marks.len()));
            Labelled { span, label, rest }
        })
    };
    foot.iter().enumerate().filter_map(is_worn).collect()
}

/// The name behind a label, without the next one's.
fn signed(foot: &[Span], labelled: &Labelled, unit: f32) -> Option<Span> {
    // With their colons, as a specimen's cashier may be called 收款人.
    const OTHERS: [&str; 6] = ["收款人:", "复核:", "复核人:", "开票人:", "销售方:", "(章)"];
    let value = label::value(foot, labelled, 8.0 * unit)?;
    Some(label::until(&value, &OTHERS)).filter(|v| !v.marks.is_empty())
}

/// An invoice is signed once in each role.
fn doubt_several(builder: &mut ReadingBuilder<'_>, field: Field, names: &[Span]) {
    let mut texts: Vec<String> = names.iter().map(Span::text).collect();
    texts.dedup();
    if texts.len() > 1 {
        builder.reading.doubt(field, DoubtReason::Several(texts));
    }
}

/// What stands in the remarks' cell, or right of 备注; seals left out.
pub(super) fn remarks(builder: &mut ReadingBuilder<'_>, spans: &[Span], sections: &Sections, areas: &Areas) {
    let unit = builder.frame.unit;
    let below = band(spans, sections.words + 0.7 * unit, sections.foot(areas) - 0.6 * unit);
    let inside = match areas.remarks(builder.frame, spans).zip(areas.foot_rows()) {
        Some((cell, (top, bottom))) => {
            let inside = in_cell(&band(spans, top - 0.2 * unit, bottom + 0.2 * unit), &cell);
            inside.iter().map(|s| without_caption(s, &cell)).collect()
        }
        None => right_of_caption(&below, unit),
    };
    let seller = builder.reading.invoice.seller.clone();
    // Print of twice the form's size was stamped on it.
    let is_print = |s: &Span| !s.slanted && !s.vertical && s.height < 2.0 * unit;
    let is_text = |s: &Span| is_print(s) && !is_seal_text(s, &seller) && s.confidence() > 0.8;
    let print = inside.iter().map(without_office).filter(|s| !s.marks.is_empty() && !stamped(builder.frame, s));
    let lines: Vec<Span> = print.filter(is_text).collect();
    reprints::check_code_in_remarks(builder, &lines);
    builder.put(Field::Remarks, Match::join(&in_reading_order(lines), "\n"));
}

fn right_of_caption(below: &[Span], unit: f32) -> Vec<Span> {
    let captions = below.iter().filter(|s| REMARKS.contains(&s.folded().as_str()));
    let Some(edge) = captions.map(|s| s.x1).reduce(f32::max) else { return Vec::new() };
    below.iter().filter(|s| s.cx() > edge && s.x0 > edge - unit).cloned().collect()
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

/// Without a character of 备注 that was read together with the remark right of it.
fn without_caption(span: &Span, cell: &Cell) -> Span {
    let caption = |m: &Mark| m.x < cell.left.at(span.y) && REMARKS.contains(&m.folded.to_string().as_str());
    let start = span.marks.iter().take_while(|m| caption(m)).count();
    span.slice(start..span.marks.len())
}

/// A remark ends where the seal of the tax office begins that issued the invoice for another.
fn without_office(span: &Span) -> Span {
    let name = || label::find(&span.marks, "国家税务总局");
    let whole = span.folded();
    let office = name().filter(|_| whole.ends_with("税务局") || whole.contains("税务局("));
    office.map_or_else(|| span.clone(), |at| span.slice(0..at.start))
}

/// Whether a text lies inside a seal and is a part of what that says, or runs along its rim.
fn stamped(frame: &Frame, span: &Span) -> bool {
    let text = span.folded();
    let said = |words: &str| text.chars().filter(|c| words.contains(*c)).count();
    let part = |seal: &Stamp| 3 * said(&seal.words) >= 2 * text.chars().count();
    // What runs along the rim is read with effort.
    let rim = |seal: &Stamp| span.confidence() < SURE && seal.has_on_rim(span);
    frame.seals.iter().any(|seal| seal.holds(span) && (part(seal) || rim(seal)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::testing::frame;

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
