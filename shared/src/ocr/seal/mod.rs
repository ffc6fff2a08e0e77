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
use crate::geometry::{Corners, Quad, Turn};

/// More seals than any page has; what follows is noise.
const MAX_SEALS: usize = 6;

/// Arcs that are read this surely may read better with another width of band; worse ones are blurred.
const DOUBTFUL: std::ops::Range<f32> = 0.5..0.95;

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

/// Finds the seals of a page, and what colour they are.
pub(crate) fn find(page: &RgbImage) -> (Ink, Vec<Ellipse>) {
    let ink = Ink::of(page);
    (ink, ellipse::find(page, ink).into_iter().take(MAX_SEALS).collect())
}

/// Reads the seals that were found on a page, which the turn makes upright.
///
/// # Errors
/// What `read` fails with.
pub(crate) fn read(
    page: &RgbImage,
    (ink, found): (Ink, Vec<Ellipse>),
    turn: Turn,
    read: impl Fn(&RgbImage, &[Corners]) -> Result<Vec<ReadLine>>,
) -> Result<Vec<SealText>> {
    let seals: Vec<Ellipse> = found.iter().map(|e| e.facing(turn)).collect();
    let mut sheet = Sheet::new(page, ink);
    for seal in &seals {
        sheet.add(seal, &strip::WIDE_ARC, &strip::ROWS);
    }
    let (picture, places) = sheet.finish();
    let mut lines = read(&picture, &places)?.into_iter();
    let mut texts: Vec<SealText> = seals.iter().map(|seal| seal_text(page, seal, &mut lines)).collect();

    let in_doubt = |text: &SealText| DOUBTFUL.contains(&text.arc.confidence);
    let again: Vec<usize> = (0..texts.len()).filter(|&i| in_doubt(&texts[i])).collect();
    let mut sheet = Sheet::new(page, ink);
    again.iter().for_each(|&i| sheet.add(&seals[i], &strip::SLIM_ARC, &[]));
    let (picture, places) = sheet.finish();
    for (&i, line) in again.iter().zip(read(&picture, &places)?) {
        if line.confidence() > texts[i].arc.confidence {
            texts[i].arc = line.at(texts[i].quad);
        }
    }
    Ok(texts)
}

fn seal_text(page: &RgbImage, seal: &Ellipse, lines: &mut impl Iterator<Item = ReadLine>) -> SealText {
    let on_page = |corners: Corners| corners.to_quad(page.width(), page.height());
    let mut next = |quad: Quad| lines.next().unwrap_or_default().at(quad);
    let quad = on_page(seal.around());
    let arc = next(quad);
    SealText { quad, arc, lines: strip::ROWS.iter().map(|row| next(on_page(seal.row(row)))).collect() }
}
