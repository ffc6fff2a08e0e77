//! The objects of a page as runs of text and ruled lines, in points of the page. Knows nothing of pages.

use hayro::kurbo::{Affine, Point};

use super::delta::{number, numbers, parse};
use crate::document::markup::Element;
use crate::document::text::{Rule, TextGlyph, TextRun, plain};

/// Points a millimetre; an OFD measures in the latter.
pub const POINTS: f32 = 72.0 / 25.4;
/// How far from level or upright a ruled line may be, in points.
const STRAIGHT: f32 = 0.5;
/// Path commands that are looked at in one object.
const MAX_COMMANDS: usize = 400;

/// Where an object's own coordinates lie on a page whose corner is at `origin` (millimetres), by its `CTM` and
/// `Boundary`, in points; none without a boundary.
pub fn place(object: &Element, origin: (f32, f32)) -> Option<Affine> {
    let [x, y, ..] = numbers::<4>(object.attribute("Boundary")?)?;
    let own = object.attribute("CTM").and_then(numbers::<6>).map(|ctm| Affine::new(ctm.map(f64::from)));
    let corner = (f64::from(x - origin.0), f64::from(y - origin.1));
    Some(own.unwrap_or_default().then_translate(corner.into()).then_scale(POINTS.into()))
}

fn point(place: Affine, x: f32, y: f32) -> [f32; 2] {
    let point = place * Point::new(x.into(), y.into());
    [point.x as f32, point.y as f32]
}

/// The runs of a `TextObject`: one for each row of each `TextCode`. `colour` is what the layer draws in.
pub fn runs(object: &Element, origin: (f32, f32), colour: [u8; 3]) -> Vec<TextRun> {
    let Some(place) = place(object, origin) else { return Vec::new() };
    let Some(size) = object.attribute("Size").and_then(number).filter(|s| *s > 0.0) else { return Vec::new() };
    if object.attribute("Visible").is_some_and(|v| v.eq_ignore_ascii_case("false")) {
        return Vec::new();
    }
    let colour = object.child("FillColor").and_then(self::colour).unwrap_or(colour);
    let mut start = (0.0, 0.0);
    let mut runs = Vec::new();
    for code in object.all("TextCode") {
        let coordinate = |name: &str, inherited: f32| code.attribute(name).and_then(number).unwrap_or(inherited);
        start = (coordinate("X", start.0), coordinate("Y", start.1));
        runs.extend(rows(&glyphs(code, start, size), size).into_iter().filter_map(|row| run(row, place, size, colour)));
    }
    runs
}

/// How many pieces of a `TextObject` nobody can read: places without characters, and characters of a font's own.
pub fn unnamed(object: &Element) -> usize {
    let is_private = |c: &char| matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fffd}');
    let count = |code: &Element| match code.raw_text() {
        "" => usize::from(code.attribute("DeltaX").or(code.attribute("DeltaY")).is_some()),
        text => text.chars().filter(is_private).count(),
    };
    object.all("TextCode").map(count).sum()
}

/// The level and upright lines of a `PathObject`.
pub fn rules(object: &Element, origin: (f32, f32)) -> Vec<Rule> {
    let place = place(object, origin);
    let (Some(place), Some(path)) = (place, object.child_text("AbbreviatedData")) else { return Vec::new() };
    let mut rules = Vec::new();
    let mut pen: Option<[f32; 2]> = None;
    let mut words = path.split_whitespace();
    for _ in 0..MAX_COMMANDS {
        let Some(command) = words.next() else { break };
        let mut next = || Some(point(place, number(words.next()?)?, number(words.next()?)?));
        match command {
            "M" | "S" => pen = next(),
            "L" => {
                let end = next();
                rules.extend(pen.zip(end).and_then(|(a, b)| rule(a, b)));
                pen = end;
            }
            // Curves and arcs draw no rules.
            _ => pen = None,
        }
    }
    rules
}

fn rule(a: [f32; 2], b: [f32; 2]) -> Option<Rule> {
    let straight = (a[0] - b[0]).abs() < STRAIGHT || (a[1] - b[1]).abs() < STRAIGHT;
    let finite = a.iter().chain(&b).all(|v| v.is_finite());
    (straight && finite).then(|| Rule {
        x0: a[0].min(b[0]),
        y0: a[1].min(b[1]),
        x1: a[0].max(b[0]),
        y1: a[1].max(b[1]),
    })
}

/// A colour's red, green and blue; greys and inks are turned into them.
pub fn colour(fill: &Element) -> Option<[u8; 3]> {
    let value = fill.attribute("Value")?;
    let byte = |v: f32| v.clamp(0.0, 255.0) as u8;
    if let Some([c, m, y, k]) = numbers::<4>(value) {
        // Four parts are inks; some write them in hundredths, most in bytes.
        return Some([c, m, y].map(|ink| byte(255.0 - ink - k)));
    }
    numbers::<3>(value).map(|rgb| rgb.map(byte)).or_else(|| numbers::<1>(value).map(|[grey]| [byte(grey); 3]))
}

/// A character at its baseline, in the object's own coordinates.
#[derive(Clone, Copy, Debug)]
struct PlacedChar {
    printed: char,
    x: f32,
    y: f32,
}

fn glyphs(code: &Element, start: (f32, f32), size: f32) -> Vec<PlacedChar> {
    // A line end belongs to the file's own layout, not to the text.
    let text: Vec<char> = code.raw_text().chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    let steps = |name: &str| code.attribute(name).and_then(|list| parse(list, text.len().saturating_sub(1)));
    let (across, down) = (steps("DeltaX"), steps("DeltaY"));
    let (mut x, mut y) = start;
    let mut glyphs = Vec::with_capacity(text.len());
    for (i, &printed) in text.iter().enumerate() {
        glyphs.push(PlacedChar { printed, x, y });
        let natural = if down.is_some() { 0.0 } else { natural_width(printed, size) };
        x += across.as_ref().map_or(natural, |d| d.get(i).copied().unwrap_or(0.0));
        y += down.as_ref().and_then(|d| d.get(i).copied()).unwrap_or(0.0);
    }
    glyphs
}

/// Without a font at hand: Han characters are square, others half as wide.
fn natural_width(c: char, size: f32) -> f32 {
    if c.is_ascii() || matches!(c, '¥' | '·') { size / 2.0 } else { size }
}

/// Parts a text where it goes back or leaves its baseline: cells that wrap come as one text.
fn rows(glyphs: &[PlacedChar], size: f32) -> Vec<&[PlacedChar]> {
    let goes_on = |a: &PlacedChar, b: &PlacedChar| (b.y - a.y).abs() < 0.4 * size && b.x - a.x > -0.5 * size;
    glyphs.chunk_by(goes_on).collect()
}

fn run(row: &[PlacedChar], place: Affine, size: f32, color: [u8; 3]) -> Option<TextRun> {
    let start = row.iter().position(|g| !g.printed.is_whitespace())?;
    let end = row.iter().rposition(|g| !g.printed.is_whitespace())? + 1;
    let row = &row[start..end];
    // A character's pen moves on to the next one, but leaves no more than its own width behind.
    let width = |i: usize| {
        let natural = natural_width(row[i].printed, size);
        row.get(i + 1).map_or(natural, |next| (next.x - row[i].x).clamp(0.0, natural).max(0.05 * size))
    };
    let [a, b, c, d, ..] = place.as_coeffs().map(|n| n as f32);
    let (along, up) = (a.hypot(b), c.hypot(d));
    let glyph = |i: usize| {
        let [x, y] = point(place, row[i].x, row[i].y);
        TextGlyph { text: plain(row[i].printed), x, y, width: width(i) * along }
    };
    let glyphs: Vec<TextGlyph> = (0..row.len()).map(glyph).collect();
    let size = size * up;
    // Nobody sees what has no size.
    let visible = size > 0.3 && size < 500.0 && glyphs.iter().all(|g| g.x.is_finite() && g.y.is_finite());
    visible.then(|| TextRun { glyphs, size, color, angle: b.atan2(a).to_degrees() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_without_characters_are_counted_and_blanks_are_not() {
        for (code, pieces) in [
            (r#"<TextCode X="0" Y="1" DeltaX="1 1"></TextCode>"#, 1),
            (r#"<TextCode X="0" Y="1" DeltaX="1 1">   </TextCode>"#, 0),
            (r#"<TextCode X="0" Y="1"></TextCode>"#, 0),
            ("<TextCode X=\"0\" Y=\"1\">\u{e123}甲\u{e124}</TextCode>", 2),
        ] {
            let object = format!(r#"<TextObject Size="3" Boundary="0 0 9 9">{code}</TextObject>"#);
            assert_eq!(unnamed(&Element::parse(object.as_bytes()).unwrap()), pieces, "{code}");
        }
    }

    fn read(xml: &str) -> Vec<TextRun> {
        runs(&Element::parse(xml.as_bytes()).unwrap(), (0.0, 0.0), [0; 3])
    }

    fn texts(runs: &[TextRun]) -> Vec<String> {
        runs.iter().map(TextRun::text).collect()
    }

    /// Where characters begin, in millimetres.
    fn starts(run: &TextRun) -> Vec<(f32, f32)> {
        let tenths = |points: f32| (points / POINTS * 10.0).round() / 10.0;
        run.glyphs.iter().map(|g| (tenths(g.x), tenths(g.y))).collect()
    }

    #[test]
    fn characters_stand_where_the_deltas_say() {
        let runs = read(
            r#"<TextObject ID="7" Boundary="10 20 40 5" Size="4"><TextCode X="1" Y="4" DeltaX="g 2 2 6">12金元</TextCode></TextObject>"#,
        );
        assert_eq!(texts(&runs), ["12金元"]);
        assert_eq!(starts(&runs[0]), [(11.0, 24.0), (13.0, 24.0), (15.0, 24.0), (21.0, 24.0)]);
        assert!((runs[0].size / POINTS - 4.0).abs() < 1e-4 && (runs[0].glyphs[0].width / POINTS - 2.0).abs() < 1e-4);
    }

    #[test]
    fn a_text_that_wraps_is_parted_into_its_rows() {
        let runs = read(
            r#"<TextObject Boundary="0 0 40 9" Size="4"><TextCode X="0" Y="4" DeltaX="4 -4 4" DeltaY="0 5 0">一二三四</TextCode></TextObject>"#,
        );
        assert_eq!(texts(&runs), ["一二", "三四"]);
        assert_eq!(starts(&runs[1]), [(0.0, 9.0), (4.0, 9.0)]);
    }

    #[test]
    fn codes_without_deltas_or_places_go_on_from_the_last() {
        let runs = read(
            r#"<TextObject Boundary="0 0 40 9" Size="4"><TextCode X="2" Y="4">一1二</TextCode><TextCode Y="8">三</TextCode></TextObject>"#,
        );
        assert_eq!(texts(&runs), ["一1二", "三"]);
        assert_eq!(starts(&runs[0]), [(2.0, 4.0), (6.0, 4.0), (8.0, 4.0)]);
        assert_eq!(starts(&runs[1]), [(2.0, 8.0)]);
    }

    #[test]
    fn turned_objects_run_along_their_direction() {
        let runs = read(
            r#"<TextObject Boundary="207 30 20 20" CTM="0 1 -1 0 0 0" Size="4"><TextCode X="0" Y="0" DeltaX="4">下载</TextCode></TextObject>"#,
        );
        assert_eq!(starts(&runs[0]), [(207.0, 30.0), (207.0, 34.0)]);
        assert!((runs[0].angle - 90.0).abs() < 1e-3);
    }

    #[test]
    fn what_is_blank_hidden_or_without_size_is_left_out() {
        for xml in [
            r#"<TextObject Boundary="0 0 9 9" Size="4"><TextCode X="0" Y="4">   </TextCode></TextObject>"#,
            r#"<TextObject Boundary="0 0 9 9" Size="4" Visible="false"><TextCode X="0" Y="4">1</TextCode></TextObject>"#,
            r#"<TextObject Boundary="0 0 9 9" Size="0"><TextCode X="0" Y="4">1</TextCode></TextObject>"#,
            r#"<TextObject Boundary="0 0 9 9" CTM="0 0 0 0 0 0" Size="4"><TextCode X="0" Y="4">1</TextCode></TextObject>"#,
            r#"<TextObject Size="4"><TextCode X="0" Y="4">1</TextCode></TextObject>"#,
        ] {
            assert!(read(xml).is_empty(), "{xml}");
        }
    }

    #[test]
    fn leading_blanks_move_the_run() {
        let runs = read(
            r#"<TextObject Boundary="0 0 9 9" Size="4"><TextCode X="0" Y="4" DeltaX="g 3 2">  12</TextCode></TextObject>"#,
        );
        assert_eq!(starts(&runs[0]), [(4.0, 4.0), (6.0, 4.0)]);
    }

    #[test]
    fn colours_come_from_the_object_before_the_layer() {
        let coloured = |value: &str| {
            let xml = format!(
                r#"<TextObject Boundary="0 0 9 9" Size="4"><FillColor Value="{value}"/><TextCode X="0" Y="4">1</TextCode></TextObject>"#
            );
            read(&xml)[0].color
        };
        assert_eq!([coloured("128 0 0"), coloured("40"), coloured("0 255 255 0")], [[128, 0, 0], [40; 3], [255, 0, 0]]);
        assert_eq!(coloured(""), [0; 3]);
    }

    #[test]
    fn straight_lines_are_rules_and_curves_are_not() {
        let xml = r#"<PathObject Boundary="10 20 9 9"><AbbreviatedData>M 0 1 L 5 1 L 5 9 L 0 0 B 1 1 2 2 3 3 L 3 9</AbbreviatedData></PathObject>"#;
        let rules = rules(&Element::parse(xml.as_bytes()).unwrap(), (0.0, 0.0));
        let corners: Vec<[f32; 4]> =
            rules.iter().map(|r| [r.x0, r.y0, r.x1, r.y1].map(|n| (n / POINTS).round())).collect();
        assert_eq!(corners, [[10.0, 21.0, 15.0, 21.0], [15.0, 21.0, 15.0, 29.0]]);
    }
}
