//! Pages made of lines placed by hand, for the tests of what reads them. Knows nothing of what the lines say.

use crate::geometry::Segment;
use crate::ocr::{Glyph, PageText, TextLine};
use crate::reader::page::frame::{Frame, Span};
use crate::reader::values::builder::ReadingBuilder;
use crate::report::{PageInfo, Reading};

/// A text with its left edge and its middle height. The print is 20 high, a Han character 20 wide, any other 10.
pub(super) type Placed<'t> = (&'t str, f32, f32);

const PRINT: f32 = 20.0;

/// One line, upright and read with certainty.
pub(super) fn line(placed: Placed<'_>) -> TextLine {
    tall(placed, PRINT)
}

/// As [`line`], in print of another height.
pub(super) fn tall((text, left, middle): Placed<'_>, height: f32) -> TextLine {
    let widths: Vec<f32> = text.chars().map(|c| if c.is_ascii() { 0.5 * height } else { height }).collect();
    let width: f32 = widths.iter().sum();
    let mut pen = 0.0;
    let glyphs = widths.iter().map(|w| {
        pen += w;
        Glyph { at: (pen - 0.5 * w) / width, confidence: 1.0 }
    });
    let (top, bottom, right) = (middle - 0.5 * height, middle + 0.5 * height, left + width);
    TextLine {
        quad: [left, top, right, top, right, bottom, left, bottom],
        text: text.to_owned(),
        confidence: 1.0,
        glyphs: glyphs.collect(),
    }
}

/// A page of 1200 x 800.
pub(super) fn page(lines: Vec<TextLine>) -> PageText {
    PageText { width: 1200, height: 800, lines, ..PageText::default() }
}

/// Such a page set straight.
pub(super) fn frame(lines: &[Placed<'_>]) -> Frame {
    Frame::new(&page(lines.iter().copied().map(line).collect()))
}

/// What one part of the reader finds on such a page.
pub(super) fn found(lines: &[Placed<'_>], read: impl FnOnce(&mut ReadingBuilder<'_>, &[Span])) -> Reading {
    found_on(lines, &[], read)
}

/// As [`found`], on a page with ruled lines.
pub(super) fn found_on(
    lines: &[Placed<'_>],
    rules: &[Segment],
    read: impl FnOnce(&mut ReadingBuilder<'_>, &[Span]),
) -> Reading {
    let page = page(lines.iter().copied().map(line).collect());
    let frame = Frame::new(&PageText { rules: rules.to_vec(), ..page });
    let mut builder = ReadingBuilder::new(&frame, PageInfo::default());
    read(&mut builder, &frame.spans);
    builder.reading
}
