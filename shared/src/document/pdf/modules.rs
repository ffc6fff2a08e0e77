//! A code drawn as many small dark areas rather than as a picture, made a picture again. Knows nothing of codes but
//! that they are square and made of squares.

use hayro::kurbo::Rect;
use image::{Rgb, RgbImage};

use crate::document::text::Picture;

/// No code has more areas, even with one a module.
pub(super) const MAX: usize = 20_000;
/// A code has no fewer.
const MIN: usize = 60;
/// Sides in points: of one area, in which neighbours may be joined, and of the whole.
const AREA: std::ops::Range<f64> = 0.2..40.0;
const WHOLE: std::ops::Range<f64> = 25.0..250.0;
/// Pixels a point: a module of an invoice's code is a point wide at least.
const SCALE: f64 = 5.0;
/// Pixels of paper around it.
const MARGIN: f64 = 20.0;

/// Whether an area can be part of a code.
pub(super) fn may_be(area: Rect) -> bool {
    AREA.contains(&area.width()) && AREA.contains(&area.height()) && area.width().min(area.height()) < 8.0
}

/// No page has more codes.
const MAX_CODES: usize = 8;

/// The codes that these areas make.
pub(super) fn pictures(areas: &[Rect]) -> Vec<Picture> {
    let mut left = areas.to_vec();
    let mut found = Vec::new();
    for _ in 0..MAX_CODES {
        let (near, others) = parted(&left);
        if near.len() < MIN {
            break;
        }
        found.extend(picture(&near));
        left = others;
    }
    found
}

/// The code that these areas make, when they make one.
fn picture(areas: &[Rect]) -> Option<Picture> {
    let whole = areas.iter().copied().reduce(|a, b| a.union(b))?;
    let square = (0.85..1.18).contains(&(whole.width() / whole.height().max(0.1)));
    if !square || !WHOLE.contains(&whole.width()) {
        return None;
    }
    let side = |length: f64| (length * SCALE + 2.0 * MARGIN).ceil() as u32;
    let mut pixels = RgbImage::from_pixel(side(whole.width()), side(whole.height()), Rgb([255; 3]));
    for area in areas {
        let at = |v: f64, origin: f64| ((v - origin) * SCALE + MARGIN).round().max(0.0) as u32;
        for y in at(area.y0, whole.y0)..at(area.y1, whole.y0).min(pixels.height()) {
            for x in at(area.x0, whole.x0)..at(area.x1, whole.x0).min(pixels.width()) {
                pixels.put_pixel(x, y, Rgb([0; 3]));
            }
        }
    }
    let place = [whole.x0, whole.y0, whole.x1, whole.y1].map(|side| side as f32);
    Some(Picture { pixels, place })
}

/// Those around the middle one, and the others: ticks and dots elsewhere on the page, or another code.
fn parted(areas: &[Rect]) -> (Vec<Rect>, Vec<Rect>) {
    let middle = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(0.0)
    };
    let y = middle(areas.iter().map(|a| a.center().y).collect());
    let is_level = |a: &&Rect| (a.center().y - y).abs() < WHOLE.end / 2.0;
    // Of what stands on one level, so that codes in two rows and columns have their middle in one of them.
    let x = middle(areas.iter().filter(is_level).map(|a| a.center().x).collect());
    let near = |a: &Rect| (a.center().x - x).abs() < WHOLE.end / 2.0 && (a.center().y - y).abs() < WHOLE.end / 2.0;
    areas.iter().copied().partition(near)
}
