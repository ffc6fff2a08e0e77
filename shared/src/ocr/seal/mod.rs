//! Seals: ovals of red ink (grey on a black-and-white page), found, unrolled and read.
//! Knows nothing of invoices or of what seals there are.

mod conic;
mod edges;
mod ellipse;
mod ink;
mod strip;

use image::RgbImage;
use serde::{Deserialize, Serialize};

use self::ellipse::Ellipse;
use self::ink::Ink;
use self::strip::Sheet;
use super::TextLine;
use super::recognise::ReadLine;
use crate::error::Result;
use crate::report::Quad;

use super::geometry::Corners;

/// More seals than any page has; what follows is noise.
const MAX_SEALS: usize = 6;

/// What one seal says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SealText {
    /// The rectangle around it, in pixels of the page as uploaded, clockwise from the seal's own top left.
    pub quad: Quad,
    /// The text along its upper arc, clockwise from the left; its quad is the seal's.
    pub arc: TextLine,
    /// The straight lines inside, from top to bottom.
    pub lines: Vec<TextLine>,
}

/// Finds the seals of a page; `rotation` turns it upright (degrees clockwise).
pub(crate) fn find(page: &RgbImage) -> Seals {
    let ink = Ink::of(page);
    let ellipses = ellipse::find(page, ink).into_iter().take(MAX_SEALS).collect();
    Seals { ink, ellipses }
}

/// The seals of a page, not yet read.
pub(crate) struct Seals {
    ink: Ink,
    ellipses: Vec<Ellipse>,
}

impl Seals {
    /// Reads them on a page that `rotation` degrees clockwise make upright.
    ///
    /// # Errors
    /// What `read` fails with.
    pub fn read(
        &self,
        page: &RgbImage,
        rotation: u16,
        read: impl Fn(&RgbImage, &[Corners]) -> Result<Vec<ReadLine>>,
    ) -> Result<Vec<SealText>> {
        let mut sheet = Sheet::default();
        let seals: Vec<Ellipse> = self.ellipses.iter().map(|e| e.facing(rotation)).collect();
        for seal in &seals {
            sheet.add(page, seal, self.ink);
        }
        let (picture, places) = sheet.finish();
        let mut lines = read(&picture, &places)?.into_iter();
        Ok(seals.iter().map(|seal| seal_text(page, seal, &mut lines)).collect())
    }
}

fn seal_text(page: &RgbImage, seal: &Ellipse, lines: &mut impl Iterator<Item = ReadLine>) -> SealText {
    let on_page = |corners: Corners| corners.to_quad(page.width(), page.height());
    let quad = on_page(seal.around());
    let mut next = |quad: Quad| {
        let line = lines.next().unwrap_or_default();
        TextLine { quad, confidence: line.confidence(), text: line.text, glyphs: line.glyphs }
    };
    let arcs: Vec<TextLine> = strip::ARCS.iter().map(|_| next(quad)).collect();
    let straight = strip::ROWS.iter().map(|row| next(on_page(seal.row(row)))).collect();
    let arc = arcs.into_iter().max_by(|a, b| a.confidence.total_cmp(&b.confidence)).unwrap_or_default();
    SealText { quad, arc, lines: straight }
}
