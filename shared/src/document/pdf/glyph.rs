//! Where a character of a PDF stands and how large it is, from how the page draws it. Knows nothing of pages.

use hayro::hayro_interpret::font::{Glyph, PositionedGlyph};
use hayro::kurbo::{Affine, Point};

use crate::document::text::TextGlyph;

/// Where a glyph stands.
pub(super) struct GlyphPlace {
    pub(super) x: f32,
    pub(super) y: f32,
    /// Direction of writing, of length 1.
    pub(super) along: (f32, f32),
    pub(super) angle: f32,
    pub(super) width: f32,
    pub(super) size: f32,
}

impl GlyphPlace {
    pub(super) fn of(glyph: &PositionedGlyph<'_>, next: Option<&PositionedGlyph<'_>>, transform: Affine) -> GlyphPlace {
        let whole = transform * glyph.transform();
        let [a, b, c, d, x, y] = whole.as_coeffs();
        let (across, down) = (a.hypot(b), c.hypot(d));
        let advance = match &**glyph {
            Glyph::Outline(outline) => outline.advance_width(),
            Glyph::Type3(type3) => type3.advance_width(),
        };
        let advance = f64::from(advance.filter(|w| *w > 0.0).unwrap_or(500.0));
        // A font that stands in for another is stretched to the other's widths; they are the file's already.
        let mut width = advance * across.max(down);
        let step = next.map(|next| (transform * next.transform()).as_coeffs());
        let step = step.map(|[.., nx, ny]| (nx - x).hypot(ny - y)).filter(|step| *step > 0.1 * across * 1000.0);
        if across < down * 0.999 || down < across * 0.999 {
            width = step.map_or(advance * across.min(down), |step| step.min(width));
        }
        let length = across.max(f64::MIN_POSITIVE);
        GlyphPlace {
            x: x as f32,
            y: y as f32,
            along: ((a / length) as f32, (b / length) as f32),
            angle: b.atan2(a).to_degrees() as f32,
            width: width as f32,
            size: (down * 1000.0) as f32,
        }
    }

    /// Finite, and large enough to be read.
    pub(super) fn is_sound(&self) -> bool {
        [self.x, self.y, self.angle, self.width].iter().all(|v| v.is_finite()) && (1.5..=400.0).contains(&self.size)
    }

    pub(super) fn middle(&self) -> Point {
        let glyph = TextGlyph { text: ' ', x: self.x, y: self.y, width: self.width };
        middle(&glyph, self.size, self.angle)
    }

    /// A glyph may stand for several characters, which share its width.
    pub(super) fn glyphs(&self, text: &str) -> Vec<TextGlyph> {
        let width = self.width / text.chars().count().max(1) as f32;
        let at = |(i, c): (usize, char)| {
            let shift = width * i as f32;
            TextGlyph { text: c, x: self.x + self.along.0 * shift, y: self.y + self.along.1 * shift, width }
        };
        text.chars().enumerate().map(at).collect()
    }
}

/// The middle of a character's body.
pub(super) fn middle(glyph: &TextGlyph, size: f32, angle: f32) -> Point {
    let (sin, cos) = angle.to_radians().sin_cos();
    let (along, up) = (0.5 * glyph.width, 0.35 * size);
    Point::new(f64::from(glyph.x + cos * along + sin * up), f64::from(glyph.y + sin * along - cos * up))
}

/// Neither a control character nor one of a font's private ones.
pub(super) fn is_readable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fffd}' | '\u{f0000}'..)
}
