//! QR codes on a page. Knows nothing of what an invoice's code holds.

use std::collections::HashSet;

use image::imageops::{self, FilterType};
use image::{GrayImage, RgbImage};
use rxing::common::HybridBinarizer;
use rxing::multi::MultipleBarcodeReader;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{BarcodeFormat, BinaryBitmap, DecodeHints, Luma8LuminanceSource, RXingResult};

use super::QrCode;
use super::geometry::{Corners, Point};

/// Finds and decodes every QR code; a code that cannot be decoded is left out.
pub(crate) fn find(page: &RgbImage) -> Vec<QrCode> {
    let grey = imageops::grayscale(page);
    let found = decode(&grey, 1.0, page);
    if !found.is_empty() {
        return found;
    }
    let half = imageops::resize(&grey, grey.width().div_ceil(2), grey.height().div_ceil(2), FilterType::Triangle);
    decode(&half, 2.0, page)
}

/// Decodes the codes of a picture of which one pixel is `scale` pixels of the page.
fn decode(grey: &GrayImage, scale: f32, page: &RgbImage) -> Vec<QrCode> {
    let Ok(source) = Luma8LuminanceSource::new(grey.as_raw().clone(), grey.width(), grey.height()) else {
        return Vec::new();
    };
    let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
    let hints = DecodeHints {
        TryHarder: Some(true),
        PossibleFormats: Some(HashSet::from([BarcodeFormat::QR_CODE])),
        ..DecodeHints::default()
    };
    let results = QrReader.decode_multiple_with_hints(&mut bitmap, &hints).unwrap_or_default();
    results.iter().filter_map(|r| code(r, scale, page)).collect()
}

fn code(result: &RXingResult, scale: f32, page: &RgbImage) -> Option<QrCode> {
    // The decoder gives them row by row.
    let [top_left, top_right, bottom_left, bottom_right] = *result.getPoints().first_chunk()?;
    let corners = Corners([top_left, top_right, bottom_right, bottom_left].map(|p| Point::new(p.x, p.y)));
    Some(QrCode {
        text: result.getText().to_owned(),
        quad: corners.scaled(scale, scale).to_quad(page.width(), page.height()),
    })
}
