//! Text as a file carries it: characters with places and colours, and values kept beside the pages.
//! Knows nothing of the file's format, nor of invoices.

use image::RgbImage;

use super::markup::Element;
use crate::error::Error;

/// What a file says without anybody looking at its pixels.
#[derive(Clone, Debug, Default)]
pub struct TextLayer {
    /// One per page, in order; a page without text has no runs.
    pub pages: Vec<TextPage>,
    /// Named values that belong to the whole file, as it spells them: a PDF's info dictionary, an OFD's CustomData.
    pub values: Vec<(String, String)>,
    /// Files inside the file that may carry an invoice's data, most trusted first.
    pub attachments: Vec<Attachment>,
    /// Trees of labels over pieces of the pages' text: an OFD's custom tags.
    pub tags: Vec<Element>,
}

/// A file inside a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attachment {
    /// Its name there.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// One page. Lengths are points (1/72 inch), the origin is the top left corner of what is visible, y runs down.
#[derive(Clone, Debug, Default)]
pub struct TextPage {
    /// Of the visible page, after the turn that the file asks for.
    pub width: f32,
    /// Of the visible page.
    pub height: f32,
    /// In the order of drawing, which is no reading order. Only what is visible: nothing outside the page, invisible,
    /// white or covered.
    pub runs: Vec<TextRun>,
    /// Straight lines that part cells.
    pub rules: Vec<Rule>,
    /// Pictures that may be a QR code.
    pub pictures: Vec<Picture>,
    /// Whether characters were drawn that nobody can name, or that are not to be trusted: a scanner's own text under
    /// or over its picture. Counted, not kept.
    pub unnamed: usize,
    /// The share of the page that its largest picture covers, 0 to 1.
    pub picture_share: f32,
    /// Why the page was given up before its end; its pixels then cannot be had either.
    pub given_up: Option<Error>,
}

/// Characters drawn together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TextRun {
    /// In the order of writing; white space is left in.
    pub glyphs: Vec<TextGlyph>,
    /// Size of the print in points.
    pub size: f32,
    /// Red, green, blue.
    pub color: [u8; 3],
    /// Direction of writing in degrees clockwise, 0 for upright text, -180 to 180.
    pub angle: f32,
}

/// One character.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextGlyph {
    /// The character; radicals are ordinary characters already, everything else is as the file has it.
    pub text: char,
    /// Where it begins on the baseline.
    pub x: f32,
    /// The baseline.
    pub y: f32,
    /// How far it moves the pen along the baseline.
    pub width: f32,
}

/// A straight line parallel to a side of the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Left end.
    pub x0: f32,
    /// Upper end.
    pub y0: f32,
    /// Right end; that of a vertical line equals the left end.
    pub x1: f32,
    /// Lower end.
    pub y1: f32,
}

impl Rule {
    /// Whether it runs downwards.
    pub fn is_vertical(&self) -> bool {
        self.y1 - self.y0 > self.x1 - self.x0
    }
}

/// A picture on the page.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Its pixels.
    pub pixels: RgbImage,
    /// Left, top, right, bottom.
    pub place: [f32; 4],
}

impl TextRun {
    /// What it says.
    pub fn text(&self) -> String {
        self.glyphs.iter().map(|g| g.text).collect()
    }
}

impl TextPage {
    /// Whether the page says in characters what it shows: enough of them, nearly all with a name, and no picture that
    /// may show something else.
    pub fn is_trusted(&self) -> bool {
        let solid = self.runs.iter().flat_map(|r| &r.glyphs).filter(|g| !g.text.is_whitespace()).count();
        solid >= 20 && 20 * self.unnamed <= solid
    }
}

/// The character that a reader sees: producers write radicals (U+2F26 for 子) and compatibility forms that look alike.
/// Full-width and other printed forms stay.
pub fn plain(c: char) -> char {
    use unicode_normalization::UnicodeNormalization;
    match c {
        '\u{2f00}'..='\u{2fd5}' | '\u{f900}'..='\u{faff}' | '\u{2e9f}' | '\u{2ef3}' => {
            std::iter::once(c).nfkc().next().unwrap_or(c)
        }
        '\u{2e80}'..='\u{2ef2}' => {
            RADICALS.split(' ').find_map(|pair| pair.strip_prefix(c)?.chars().next()).unwrap_or(c)
        }
        '\u{a0}' | '\u{3000}' | '\u{2000}'..='\u{200a}' => ' ',
        _ => c,
    }
}

/// Simplified forms among the radicals' supplement, each before its character; Unicode gives them no decomposition.
const RADICALS: &str = "⺁厂 ⺌小 ⺎兀 ⺏尣 ⺑尢 ⺒巳 ⺓幺 ⺛旡 ⺝月 ⺟母 ⺠民 ⺬示 ⺮竹 ⺼肉 ⻁虎 ⻄西 ⻅见 \
    ⻆角 ⻉贝 ⻋车 ⻓长 ⻔门 ⻘青 ⻙韦 ⻚页 ⻛风 ⻜飞 ⻝食 ⻢马 ⻥鱼 ⻦鸟 ⻩黄 ⻰龙";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn radicals_become_characters_and_printed_forms_stay() {
        for (from, to) in
            [('⼦', '子'), ('⻋', '车'), ('⻓', '长'), ('金', '金'), ('（', '（'), ('￥', '￥'), ('Ａ', 'Ａ')]
        {
            assert_eq!(plain(from), to);
        }
    }
}
