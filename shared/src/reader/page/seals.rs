//! Which seal is which, and what the seller's says. Knows nothing of pixels.
//!
//! A seal is known by its own words; over the title there can only be the supervision seal. What the seller's seal
//! says is taken from the seal alone: the print only settles characters that the seal itself leaves in doubt.

use crate::geometry::{Corners, Quad, Turn, Upright, bounds};
use crate::invoice::{Field, TaxId, plain};
use crate::ocr::{PageText, SealText, TextLine};
use crate::reader::values::builder::{Match, ReadingBuilder};
use crate::reader::values::value_parsers;

use super::frame;

/// The words of a supervision seal, old and new: round the rim and in the middle.
const SUPERVISION: [&str; 2] = ["全国统一监制", "国家税务总局"];
/// The words of the seller's seal.
const INVOICE: &str = "发票专用章";
/// The mean confidence at which a name needs no help.
const SURE: f32 = 0.92;
/// The same for its weakest character.
const SURE_CHARACTER: f32 = 0.75;
/// A character below this may be settled by the print.
const DOUBTFUL: f32 = 0.8;
/// One character in so many may be settled by the print.
const HELPED: usize = 6;
/// Characters of a 统一社会信用代码.
const CREDIT_CODE: usize = 18;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Supervision,
    Invoice,
    Other,
    Illegible,
}

/// Fills `invoice.seals`; leaves it alone where nobody looked for seals.
pub(super) fn read(builder: &mut ReadingBuilder<'_>, page: &PageText, title: Option<&Match>) {
    let Some(seals) = &page.seals else { return };
    let title = title.and_then(|t| bounds(&t.quads));
    let kinds: Vec<Kind> = seals.iter().map(|s| kind(s, title)).collect();
    let of_kind = |want: Kind| seals.iter().zip(&kinds).find(|(_, k)| **k == want).map(|(s, _)| s);
    let supervision = of_kind(Kind::Supervision);
    let invoice = of_kind(Kind::Invoice);
    let place = SellersPlace::of(builder, page);
    let illegible = seals.iter().zip(&kinds).filter(|(_, kind)| **kind == Kind::Illegible).map(|(seal, _)| seal);
    let unread = illegible.into_iter().find(|seal| place.as_ref().is_some_and(|place| place.has(seal)));

    let found = &mut builder.reading.invoice.seals;
    // A seal that nobody can read may be any: then a kind that was not found is not known to be absent.
    let known = |seal: Option<&SealText>| match seal {
        Some(_) => Some(true),
        None if kinds.contains(&Kind::Illegible) => None,
        None => Some(false),
    };
    found.supervision = known(supervision);
    found.invoice = known(invoice.or(unread));
    found.any = Some(!seals.is_empty());
    if let Some(seal) = supervision {
        builder.prove(Field::SupervisionSeal, &seen(&seal.arc, &seal.quad));
    }
    if let Some(seal) = invoice {
        let caption = seal.lines.last().unwrap_or(&seal.arc);
        builder.prove(Field::InvoiceSeal, &seen(caption, &seal.quad));
        read_seller(builder, seal);
    } else if let Some(seal) = unread {
        builder.prove(Field::InvoiceSeal, &Match::blank(seal.quad));
    }
}

/// Where the seller's seal stands: below the grand total, over the seller's part of the paper.
struct SellersPlace {
    upright: Upright,
    total: f32,
}

impl SellersPlace {
    /// None where nobody knows where the grand total stands.
    fn of(builder: &ReadingBuilder<'_>, page: &PageText) -> Option<SellersPlace> {
        let upright = Upright { turn: Turn::of_degrees(page.rotation), size: (page.width as f32, page.height as f32) };
        let printed = |field| builder.reading.fields.get(&field).and_then(|evidence| evidence.quad);
        let total = printed(Field::GrandTotalWords).or_else(|| printed(Field::GrandTotal))?;
        Some(SellersPlace { total: middle(&upright, &total), upright })
    }

    /// Whether a seal stands there that has the seller's shape: an oval of 40 x 30 mm, where others are round or square.
    fn has(&self, seal: &SealText) -> bool {
        let [a, b, c, _] = Corners::from_quad(&seal.quad).0;
        let (width, height) = (a.distance(b), b.distance(c));
        let is_oval = width > OVAL.start * height && width < OVAL.end * height;
        is_oval && middle(&self.upright, &seal.quad) > self.total
    }
}

/// How much wider than high the seller's seal is, as a camera may show it.
const OVAL: std::ops::Range<f32> = 1.15..1.7;

/// How far down the upright page something stands.
fn middle(upright: &Upright, quad: &Quad) -> f32 {
    let points = Corners::from_quad(quad).0.map(|p| upright.point((p.x, p.y)).1);
    points.iter().sum::<f32>() / points.len() as f32
}

fn read_seller(builder: &mut ReadingBuilder<'_>, seal: &SealText) {
    let seller = builder.reading.invoice.seller.clone();
    let line = seal.lines.first();
    let id = line.and_then(|line| Some(seen(line, &line.quad).with_text(tax_id(line, seller.tax_id.as_deref())?)));
    let name = name(&seal.arc, seller.name.as_deref(), id.is_some());
    let name = name.map(|name| seen(&seal.arc, &seal.quad).with_text(name));
    builder.put_as(Field::SealedSellerTaxId, id, value_parsers::non_empty);
    builder.put_as(Field::SealedSellerName, name, value_parsers::non_empty);
}

fn seen(line: &TextLine, quad: &Quad) -> Match {
    Match { text: line.text.clone(), confidence: line.confidence, quads: vec![*quad] }
}

fn kind(seal: &SealText, title: Option<[f32; 4]>) -> Kind {
    let texts: Vec<String> = seal.lines.iter().chain([&seal.arc]).map(|line| plain(&line.text)).collect();
    // Other seals (财务专用章) share characters with the caption: both of 发票 or all but one must be there.
    let caption = |t: &String| {
        let has = |c: char| t.contains(c);
        let all = common(t, INVOICE);
        all >= 4 || (all >= 3 && (has('发') || has('票')) && (has('专') || has('用')))
    };
    if texts.iter().any(caption) {
        return Kind::Invoice;
    }
    let speaks = texts.iter().any(|t| SUPERVISION.iter().any(|words| common(t, words) >= 3));
    let on_title = title.zip(bounds(&[seal.quad])).is_some_and(|(t, s)| overlap(t, s));
    match speaks || on_title {
        true => Kind::Supervision,
        false if legible(seal) => Kind::Other,
        false => Kind::Illegible,
    }
}

/// How many of the words' characters the text has.
fn common(text: &str, words: &str) -> usize {
    words.chars().filter(|c| text.contains(*c)).count()
}

/// Whether an unknown seal says so clearly what it is that it cannot be another.
fn legible(seal: &SealText) -> bool {
    seal.lines.iter().chain([&seal.arc]).any(|l| l.confidence > 0.8 && l.text.chars().count() >= 4)
}

/// Boxes as [`bounds`] gives them.
fn overlap(a: [f32; 4], b: [f32; 4]) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

/// A character that was read, and how surely.
type Sign = (char, f32);

fn signs(line: &TextLine, keep: impl Fn(char) -> bool) -> Vec<Sign> {
    let read = line.text.chars().map(frame::fold).zip(&line.glyphs);
    read.map(|(c, glyph)| (c, glyph.confidence)).filter(|(c, _)| keep(*c)).collect()
}

/// The seal's tax id: its check digit holds, or it is the printed one up to characters that the seal leaves in doubt.
fn tax_id(line: &TextLine, printed: Option<&str>) -> Option<String> {
    let read = signs(line, |c| c.is_ascii_alphanumeric());
    let upper: Vec<Sign> = read.into_iter().map(|(c, s)| (c.to_ascii_uppercase(), s)).collect();
    // The rim and the arc's ends may leave a stray stroke before or behind it.
    let part = |length: usize, fits: &dyn Fn(&[Sign]) -> bool| upper.windows(length.max(1)).any(fits);
    if let Some(printed) = printed.filter(|p| part(p.len(), &|signs| differs_only_where_unsure(signs, p))) {
        return Some(printed.to_owned());
    }
    let mut valid = upper.windows(CREDIT_CODE).filter_map(|signs| {
        let text: String = signs.iter().map(|(c, _)| c).collect();
        (TaxId::is_valid(&text) && signs.iter().all(|(_, s)| *s > SURE_CHARACTER)).then_some(text)
    });
    valid.next()
}

/// The seal's seller name. Without the print's help it needs a seal that is read surely throughout, its tax id
/// included; a part of the printed name is a seal half read.
fn name(line: &TextLine, printed: Option<&str>, has_id: bool) -> Option<String> {
    let read = signs(line, |c| value_parsers::is_han(c) || c.is_ascii_alphanumeric() || matches!(c, '(' | ')'));
    if let Some(printed) = printed {
        let solid: String = printed.chars().map(frame::fold).filter(|c| !c.is_whitespace()).collect();
        if differs_only_where_unsure(&read, &solid) {
            return Some(printed.to_owned());
        }
        let text: String = read.iter().map(|(c, _)| c).collect();
        if solid.contains(&text) {
            return None;
        }
    }
    let sure = line.confidence > SURE && read.iter().all(|(_, s)| *s > SURE_CHARACTER);
    (has_id && sure && read.len() >= 4).then(|| read.iter().map(|(c, _)| c).collect())
}

/// Whether what was read is the printed text but for a few characters, each of them in doubt.
fn differs_only_where_unsure(read: &[Sign], printed: &str) -> bool {
    let printed: Vec<char> = printed.chars().collect();
    if read.is_empty() || read.len() != printed.len() {
        return false;
    }
    let differing: Vec<&Sign> = read.iter().zip(&printed).filter(|(r, p)| r.0 != **p).map(|(r, _)| r).collect();
    differing.len() <= read.len() / HELPED && differing.iter().all(|(_, s)| *s < DOUBTFUL)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocr::Glyph;

    fn line(text: &str, confidence: f32) -> TextLine {
        let glyphs = text.chars().map(|_| Glyph { at: 0.5, confidence }).collect();
        TextLine { text: text.to_owned(), confidence, glyphs, ..TextLine::default() }
    }

    fn doubting(text: &str, at: usize, confidence: f32) -> TextLine {
        let mut line = line(text, 0.98);
        line.glyphs[at].confidence = confidence;
        line
    }

    fn seal(arc: &str, middle: &str, below: &str) -> SealText {
        SealText { arc: line(arc, 0.95), lines: vec![line(middle, 0.95), line(below, 0.95)], ..SealText::default() }
    }

    #[test]
    fn seals_are_told_by_their_words() {
        let kind = |arc, middle, below| super::kind(&seal(arc, middle, below), None);
        assert!(kind("某某有限公司", "91310000834486035U", "发票专用章") == Kind::Invoice);
        assert!(kind("某某有限公司", "", "发要专用音") == Kind::Invoice);
        assert!(kind("全国统一发票监制章", "国家税务总局", "上海市税务局") == Kind::Supervision);
        assert!(kind("全国视支票监制准", "", "") == Kind::Supervision);
        assert!(kind("某某有限公司", "", "财务专用章") == Kind::Other);
        assert!(kind("某某有限公司", "", "合同专用章") == Kind::Other);
    }

    #[test]
    fn an_illegible_seal_over_the_title_is_the_supervision_seal() {
        let blurred = SealText { quad: [40.0, 0.0, 90.0, 0.0, 90.0, 30.0, 40.0, 30.0], ..SealText::default() };
        assert!(kind(&blurred, Some([0.0, 10.0, 130.0, 20.0])) == Kind::Supervision);
        assert!(kind(&blurred, Some([0.0, 40.0, 130.0, 50.0])) == Kind::Illegible);
    }

    #[test]
    fn an_illegible_oval_below_the_total_is_the_sellers() {
        let page = PageText { width: 600, height: 1000, ..PageText::default() };
        let upright = Upright { turn: Turn::of_degrees(0), size: (600.0, 1000.0) };
        let place = SellersPlace { upright, total: 500.0 };
        let seal = |width: f32, y: f32| SealText {
            quad: [40.0, y, 40.0 + width, y, 40.0 + width, y + 90.0, 40.0, y + 90.0],
            ..SealText::default()
        };
        assert!(place.has(&seal(120.0, 600.0)));
        assert!(!place.has(&seal(120.0, 200.0)), "above the total");
        assert!(!place.has(&seal(90.0, 600.0)), "round");
        let frame = frame::Frame::new(&page);
        let builder = ReadingBuilder::new(&frame, crate::report::PageInfo::default());
        assert!(SellersPlace::of(&builder, &page).is_none(), "nobody knows where the total is");
    }

    #[test]
    fn a_tax_id_needs_its_check_digit_or_the_print() {
        let id = "91310000834486035U";
        assert_eq!(tax_id(&line(id, 0.97), None).as_deref(), Some(id));
        assert_eq!(tax_id(&line("91310000834486036U", 0.97), None), None);
        assert_eq!(tax_id(&doubting("91310000834486036U", 16, 0.5), Some(id)).as_deref(), Some(id));
        assert_eq!(tax_id(&line("91310000834486036U", 0.97), Some(id)), None);
        assert_eq!(tax_id(&line("K91310000834486035U", 0.97), None).as_deref(), Some(id));
        assert_eq!(tax_id(&line("310104123456789", 0.97), Some("310104123456789")).as_deref(), Some("310104123456789"));
    }

    #[test]
    fn a_name_is_the_seal_s_own() {
        let printed = Some("上海某某商贸有限公司");
        assert_eq!(name(&line("北京另一商贸有限公司", 0.98), printed, true).as_deref(), Some("北京另一商贸有限公司"));
        assert_eq!(name(&line("北京另一商贸有限公司", 0.98), printed, false), None);
        assert_eq!(name(&doubting("上海某某商贺有限公司", 5, 0.4), printed, false).as_deref(), printed);
        assert_eq!(name(&doubting("上海某某商贺有限公司", 5, 0.95), printed, false), None);
        assert_eq!(name(&line("某某商贸有限公司", 0.99), printed, true), None);
    }
}
