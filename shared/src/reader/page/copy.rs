//! Which copy of a set a paper is (发票联, 抵扣联, 记账联): under the title, where the supervision seal lies over it, or down
//! the right edge. Knows nothing of other fields.

use crate::geometry::{Corners, Quad};
use crate::invoice::{Field, InvoiceType, plain};
use crate::ocr::Region;
use crate::reader::second_pass::Reread;
use crate::reader::values::builder::{Match, ReadingBuilder};

use super::frame::Span;
use super::head;

/// The copies' names.
const SHEETS: [&str; 6] = ["发票联", "抵扣联", "记账联", "存根联", "报销联", "记帐联"];

/// The bands of the supervision seal in which the copy's name stands, as shares of its height: on rolls, on the form.
const BANDS: [(f32, f32); 2] = [(0.55, 0.98), (0.62, 1.05)];
/// What only paper has: an electronic invoice has neither copies nor a number that was there before its print.
const ON_PAPER: [Field; 3] = [Field::Sheet, Field::ReprintedSheet, Field::LargeNumber];
/// How sure a second look under the seal must be.
const SURE: f32 = 0.8;

/// Reads the copy's name from what stands above the table, and from the edge. Where both say the same, the edge's is the
/// form's own and the title's the reprint; else the title's, which is larger, is believed.
pub(super) fn read(builder: &mut ReadingBuilder<'_>, above: &[Span]) {
    let all = &builder.frame.spans;
    let in_title = above.iter().find_map(under_title);
    let at_edge = all.iter().find_map(on_edge).or_else(|| all.iter().find_map(|s| piece_on_edge(s, all)));
    let agreed = at_edge.filter(|edge| in_title.as_ref().is_none_or(|title| title.text == edge.text));
    builder.put(Field::Sheet, agreed.or_else(|| in_title.clone()));
    builder.put(Field::ReprintedSheet, in_title);
}

/// A copy's name on a line of its own; the supervision seal often covers one of its three characters or
/// puts its own between them.
pub(super) fn under_title(span: &Span) -> Option<Match> {
    let text = span.folded();
    let short = !span.vertical && text.chars().count() <= 8 && text.ends_with('联');
    let best = nearest(&text)?;
    short.then(|| Match::of(span).with_text(best))
}

/// The copy's name of which a text has at least two characters.
fn nearest(text: &str) -> Option<&'static str> {
    let read = |sheet: &str| sheet.chars().filter(|c| text.contains(*c)).count();
    SHEETS.into_iter().max_by_key(|sheet| read(sheet)).filter(|best| read(best) >= 2)
}

/// `第二联：抵扣联` down the right edge.
fn on_edge(span: &Span) -> Option<Match> {
    let text = span.folded();
    let sheet = SHEETS.iter().find(|sheet| text.contains(**sheet) && text.contains('第'))?;
    Some(Match::of(span).with_text(*sheet))
}

/// The name down the edge where it was read apart from its ordinal: whole, or but for a character below one.
fn piece_on_edge(span: &Span, all: &[Span]) -> Option<Match> {
    let text = span.folded();
    if !span.vertical || text.chars().count() != 3 || !text.ends_with('联') {
        return None;
    }
    let best = nearest(&text)?;
    let is_ordinal = |other: &&Span| {
        let ordinal = other.folded();
        other.vertical && ordinal.starts_with('第') && ordinal.ends_with('联')
    };
    // What a vertical line has for its height is the width of its column.
    let above = |other: &Span| {
        let (aside, down) = ((span.cx() - other.cx()).abs(), span.y - other.y);
        aside < other.height && down > 0.0 && down < 6.0 * other.height
    };
    let is_read = text == best || all.iter().filter(is_ordinal).any(above);
    is_read.then(|| Match::of(span).with_text(best))
}

/// Looks again where the supervision seal lies over the name of a paper's copy, so that no line was seen there. An
/// electronic invoice has no copies: what names one is another paper's.
pub(super) fn look_again(builder: &mut ReadingBuilder<'_>, reread: Reread<'_>) {
    let has_copies =
        matches!(builder.reading.invoice.r#type, InvoiceType::Special | InvoiceType::Common | InvoiceType::Roll);
    if !has_copies {
        head::take_out(builder, &ON_PAPER);
        return;
    }
    let seal = builder.reading.fields.get(&Field::SupervisionSeal).and_then(|evidence| evidence.quad);
    let Some(seal) = seal.filter(|_| builder.reading.invoice.sheet.is_none()) else { return };
    let places = BANDS.map(|(top, bottom)| Region { quad: band(&seal, top, bottom), only: None });
    let seen = reread(&places);
    let read = seen.iter().zip(&places).find_map(|(line, place)| {
        let whole = SHEETS.into_iter().find(|sheet| *sheet == plain(&line.text))?;
        let found = Match { text: whole.to_owned(), confidence: line.confidence, quads: vec![place.quad] };
        (line.confidence >= SURE).then_some(found)
    });
    if builder.reading.invoice.r#type != InvoiceType::Roll {
        builder.put(Field::ReprintedSheet, read.clone());
    }
    builder.put(Field::Sheet, read);
}

fn band(seal: &Quad, top: f32, bottom: f32) -> Quad {
    let [a, b, c, d] = Corners::from_quad(seal).0;
    Corners([a.towards(d, top), b.towards(c, top), b.towards(c, bottom), a.towards(d, bottom)]).quad()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocr::TextLine;
    use crate::reader::page::frame::Frame;
    use crate::reader::testing::{found, line, page};
    use crate::report::{Evidence, PageInfo};

    fn sheet(lines: Vec<TextLine>) -> Option<String> {
        let frame = Frame::new(&page(lines));
        let mut builder = ReadingBuilder::new(&frame, PageInfo::default());
        read(&mut builder, &frame.spans);
        builder.reading.invoice.sheet
    }

    #[test]
    fn the_copy_is_known_by_two_of_its_characters_or_by_the_edge() {
        for (text, sheet) in [
            ("发票联", Some("发票联")),
            ("抵扌联", Some("抵扣联")),
            ("发国票联", Some("发票联")),
            ("第二联:抵扣联购买方扣税凭证", Some("抵扣联")),
            ("中国联", None),
            ("物联网", None),
        ] {
            assert_eq!(self::sheet(vec![line((text, 500.0, 40.0))]).as_deref(), sheet, "{text}");
        }
    }

    #[test]
    fn where_the_edge_says_the_same_the_titles_is_the_reprint() {
        let down = |text| {
            let line = line((text, 0.0, 0.0));
            TextLine { quad: [1120.0, 300.0, 1120.0, 500.0, 1100.0, 500.0, 1100.0, 300.0], ..line }
        };
        for (edge, own) in [("第二联:抵扣联", 1100.0), ("第三联:发票联", 500.0)] {
            let frame = Frame::new(&page(vec![line(("抵扣联", 500.0, 40.0)), down(edge)]));
            let mut builder = ReadingBuilder::new(&frame, PageInfo::default());
            read(&mut builder, &frame.spans);
            let left = |field| builder.reading.fields[&field].quad.unwrap()[6];
            assert_eq!((left(Field::Sheet), left(Field::ReprintedSheet)), (own, 500.0), "{edge}");
            assert_eq!(builder.reading.invoice.sheet.as_deref(), Some("抵扣联"));
        }
    }

    #[test]
    fn the_copy_at_the_edge_may_be_read_apart_from_its_ordinal() {
        let down = |text: &str, top: f32| {
            let length = 20.0 * text.chars().count() as f32;
            let (left, right, bottom) = (1100.0, 1120.0, top + length);
            let line = line((text, 0.0, 0.0));
            TextLine { quad: [right, top, right, bottom, left, bottom, left, top], ..line }
        };
        assert_eq!(sheet(vec![down("第三联", 300.0), down("发票联", 370.0)]).as_deref(), Some("发票联"));
        assert_eq!(sheet(vec![down("第二联", 300.0), down("抵扌联", 370.0)]).as_deref(), Some("抵扣联"));
        assert_eq!(sheet(vec![down("抵扌联", 370.0)]), None, "without its ordinal");
        assert_eq!(sheet(vec![down("第三联", 300.0)]), None);
    }

    #[test]
    fn a_name_under_the_seal_is_looked_for_again() {
        let seen = |kind: InvoiceType, text: &str, confidence: f32| {
            let reading = found(&[], |builder, _| {
                builder.reading.invoice.r#type = kind;
                let quad = Some([400.0, 0.0, 600.0, 0.0, 600.0, 100.0, 400.0, 100.0]);
                builder.reading.fields.insert(Field::SupervisionSeal, Evidence { quad, ..Evidence::default() });
                look_again(builder, &|places| {
                    assert!(places.iter().all(|place| place.quad[1] > 50.0), "the lower half");
                    vec![TextLine { text: text.to_owned(), confidence, ..TextLine::default() }; places.len()]
                });
            });
            reading.invoice.sheet
        };
        assert_eq!(seen(InvoiceType::Roll, "发票联", 0.98).as_deref(), Some("发票联"));
        assert_eq!(seen(InvoiceType::Roll, "发票联", 0.6), None, "not sure");
        assert_eq!(seen(InvoiceType::Roll, "发要联", 0.98), None, "not whole");
        assert_eq!(seen(InvoiceType::ElectronicCommon, "发票联", 0.98), None, "it has no copies");
    }
}
