//! Cuts places out of pages, for a person to see what was misread: behind `make accuracy`. Takes a JSON list of
//! `{"file", "quad", "crop"}` on standard input; what cannot be cut is left out.

use std::io::Read;
use std::path::Path;

use fapiao::document::{Document, Limits};
use image::{RgbImage, imageops};
use serde_json::Value;

/// What is shown around a place, in shares of its height.
const MARGIN: f32 = 0.6;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let wanted: Vec<Value> = serde_json::from_str(&text)?;
    let mut open: Option<(&str, Option<RgbImage>)> = None;
    for place in &wanted {
        let Some(file) = place["file"].as_str() else { continue };
        if open.as_ref().is_none_or(|(name, _)| *name != file) {
            open = Some((file, page(Path::new(file))));
        }
        if let (Some((_, Some(page))), Some(crop)) = (&open, place["crop"].as_str()) {
            cut(page, &place["quad"]).save(crop)?;
        }
    }
    Ok(())
}

fn page(file: &Path) -> Option<RgbImage> {
    let bytes = std::fs::read(file).ok()?;
    Document::open(bytes.into(), &Limits::default()).and_then(|document| document.pixels()).ok()
}

/// The upright box around a quad, with some of what stands around it.
fn cut(page: &RgbImage, quad: &Value) -> RgbImage {
    let point = |i: usize| quad[i].as_f64().unwrap_or(0.0) as f32;
    let side = |first: usize| {
        let values = || (0..4).map(|i| point(2 * i + first));
        (values().fold(f32::MAX, f32::min), values().fold(0.0, f32::max))
    };
    let ((left, right), (top, bottom)) = (side(0), side(1));
    let margin = MARGIN * (right - left).min(bottom - top);
    let start = |value: f32| (value - margin).max(0.0) as u32;
    let (x, y) = (start(left), start(top));
    let length = |end: f32, start: u32| ((end + margin).max(0.0) as u32).saturating_sub(start).max(1);
    imageops::crop_imm(page, x, y, length(right, x), length(bottom, y)).to_image()
}
