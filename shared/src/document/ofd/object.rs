//! Text objects of a page as runs with places. Knows nothing of pages.

use super::delta::{number, numbers, parse};
use crate::document::markup::Element;

/// How far characters reach above and below their baseline, in units of their size.
const ASCENT: f32 = 0.88;
const DESCENT: f32 = 0.12;

/// Characters on one baseline, as they were meant to be seen together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TextRun {
    /// The text object's id, which custom tags point to; not every producer gives one.
    pub id: Option<String>,
    /// What it says.
    pub text: String,
    /// Each character's centre along the run, 0 to 1.
    pub at: Vec<f32>,
    /// Corners in millimetres of the page, clockwise from the text's own top left.
    pub quad: [f32; 8],
    /// Height of the print in millimetres.
    pub size: f32,
    /// Red, green, blue.
    pub colour: [u8; 3],
}

/// Where an object's own coordinates lie on the page: `x' = a x + c y + e`, `y' = b x + d y + f`.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    a: f32,
    b: f32,
    c: f32,
    d: f32,
    e: f32,
    f: f32,
}

impl Place {
    /// An object's place, by its `CTM` and `Boundary`; none without a boundary.
    pub fn of(object: &Element) -> Option<Self> {
        let [x, y, ..] = numbers::<4>(object.attribute("Boundary")?)?;
        let [a, b, c, d, e, f] =
            object.attribute("CTM").and_then(numbers::<6>).unwrap_or([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
        Some(Self { a, b, c, d, e: e + x, f: f + y })
    }

    /// The same, seen from a page whose corner is not at zero.
    pub fn moved(mut self, (x, y): (f32, f32)) -> Self {
        self.e -= x;
        self.f -= y;
        self
    }

    fn point(&self, x: f32, y: f32) -> [f32; 2] {
        [self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f]
    }

    /// The corners of a box of the object's own coordinates, on the page.
    pub fn quad(&self, [x0, y0, x1, y1]: [f32; 4]) -> [f32; 8] {
        let [a, b, c, d] = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)].map(|(x, y)| self.point(x, y));
        [a[0], a[1], b[0], b[1], c[0], c[1], d[0], d[1]]
    }
}

/// The runs of a `TextObject`: one for each row of each `TextCode`. `colour` is what the layer draws in.
pub fn runs(object: &Element, origin: (f32, f32), colour: [u8; 3]) -> Vec<TextRun> {
    let Some(place) = Place::of(object).map(|p| p.moved(origin)) else { return Vec::new() };
    let Some(size) = object.attribute("Size").and_then(number).filter(|s| *s > 0.0) else { return Vec::new() };
    if object.attribute("Visible").is_some_and(|v| v.eq_ignore_ascii_case("false")) {
        return Vec::new();
    }
    let colour = object.child("FillColor").and_then(self::colour).unwrap_or(colour);
    let id = object.attribute("ID").map(str::to_owned);
    let mut start = (0.0, 0.0);
    let mut runs = Vec::new();
    for code in object.all("TextCode") {
        let coordinate = |name: &str, inherited: f32| code.attribute(name).and_then(number).unwrap_or(inherited);
        start = (coordinate("X", start.0), coordinate("Y", start.1));
        for row in rows(&glyphs(code, start, size), size) {
            runs.extend(run(row, &place, size, id.clone(), colour));
        }
    }
    runs
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
struct Glyph {
    printed: char,
    x: f32,
    y: f32,
}

fn glyphs(code: &Element, start: (f32, f32), size: f32) -> Vec<Glyph> {
    // A line end belongs to the file's own layout, not to the text.
    let text: Vec<char> = code.raw_text().chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    let steps = |name: &str| code.attribute(name).and_then(|list| parse(list, text.len().saturating_sub(1)));
    let (across, down) = (steps("DeltaX"), steps("DeltaY"));
    let (mut x, mut y) = start;
    let mut glyphs = Vec::with_capacity(text.len());
    for (i, &printed) in text.iter().enumerate() {
        glyphs.push(Glyph { printed, x, y });
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
fn rows(glyphs: &[Glyph], size: f32) -> Vec<&[Glyph]> {
    let goes_on = |a: &Glyph, b: &Glyph| (b.y - a.y).abs() < 0.4 * size && b.x - a.x > -0.5 * size;
    glyphs.chunk_by(goes_on).collect()
}

fn run(row: &[Glyph], place: &Place, size: f32, id: Option<String>, colour: [u8; 3]) -> Option<TextRun> {
    let start = row.iter().position(|g| !g.printed.is_whitespace())?;
    let end = row.iter().rposition(|g| !g.printed.is_whitespace())? + 1;
    let row = &row[start..end];
    let (first, last) = (row.first()?, row.last()?);
    let x1 = last.x + natural_width(last.printed, size);
    let length = (x1 - first.x).max(size / 4.0);
    let centre = |g: &Glyph| ((g.x + natural_width(g.printed, size) / 2.0 - first.x) / length).clamp(0.0, 1.0);
    let quad = place.quad([first.x, first.y - ASCENT * size, first.x + length, first.y + DESCENT * size]);
    let height = (quad[6] - quad[0]).hypot(quad[7] - quad[1]);
    // Nobody sees what has no size.
    (height > 0.1 && quad.iter().all(|v| v.is_finite())).then(|| TextRun {
        id,
        text: row.iter().map(|g| g.printed).collect(),
        at: row.iter().map(centre).collect(),
        quad,
        size: height,
        colour,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(xml: &str) -> Vec<TextRun> {
        runs(&Element::parse(xml.as_bytes()).unwrap(), (0.0, 0.0), [0; 3])
    }

    fn texts(runs: &[TextRun]) -> Vec<&str> {
        runs.iter().map(|r| r.text.as_str()).collect()
    }

    #[test]
    fn characters_stand_where_the_deltas_say() {
        let runs = read(
            r#"<TextObject ID="7" Boundary="10 20 40 5" Size="4"><TextCode X="1" Y="4" DeltaX="g 2 2 6">12金元</TextCode></TextObject>"#,
        );
        assert_eq!((texts(&runs), runs[0].id.as_deref()), (vec!["12金元"], Some("7")));
        let quad = runs[0].quad;
        assert!((quad[0] - 11.0).abs() < 1e-4 && (quad[2] - 25.0).abs() < 1e-4, "{quad:?}");
        assert!((quad[1] - (24.0 - 3.52)).abs() < 1e-4 && (quad[7] - 24.48).abs() < 1e-4, "{quad:?}");
        assert!((runs[0].at[0] - 1.0 / 14.0).abs() < 1e-4 && (runs[0].at[3] - 12.0 / 14.0).abs() < 1e-4);
    }

    #[test]
    fn a_text_that_wraps_is_parted_into_its_rows() {
        let runs = read(
            r#"<TextObject Boundary="0 0 40 9" Size="4"><TextCode X="0" Y="4" DeltaX="4 -4 4" DeltaY="0 5 0">一二三四</TextCode></TextObject>"#,
        );
        assert_eq!(texts(&runs), ["一二", "三四"]);
        assert!(runs[1].quad[1] > runs[0].quad[1] + 4.9);
    }

    #[test]
    fn codes_without_deltas_or_places_go_on_from_the_last() {
        let runs = read(
            r#"<TextObject Boundary="0 0 40 9" Size="4"><TextCode X="2" Y="4">一1二</TextCode><TextCode Y="8">三</TextCode></TextObject>"#,
        );
        assert_eq!(texts(&runs), ["一1二", "三"]);
        assert!((runs[0].quad[2] - 12.0).abs() < 1e-4 && (runs[1].quad[0] - 2.0).abs() < 1e-4);
    }

    #[test]
    fn turned_objects_keep_their_corners_in_reading_order() {
        let runs = read(
            r#"<TextObject Boundary="207 30 20 20" CTM="0 1 -1 0 0 0" Size="4"><TextCode X="0" Y="0" DeltaX="4">下载</TextCode></TextObject>"#,
        );
        let quad = runs[0].quad;
        assert!((quad[3] - quad[1] - 8.0).abs() < 1e-4 && quad[0] > quad[6], "{quad:?}");
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
        assert!((runs[0].quad[0] - 4.0).abs() < 1e-4 && runs[0].at.len() == 2);
    }

    #[test]
    fn colours_come_from_the_object_before_the_layer() {
        let coloured = |value: &str| {
            let xml = format!(
                r#"<TextObject Boundary="0 0 9 9" Size="4"><FillColor Value="{value}"/><TextCode X="0" Y="4">1</TextCode></TextObject>"#
            );
            read(&xml)[0].colour
        };
        assert_eq!([coloured("128 0 0"), coloured("40"), coloured("0 255 255 0")], [[128, 0, 0], [40; 3], [255, 0, 0]]);
        assert_eq!(coloured(""), [0; 3]);
    }
}
