//! QR codes on a page. Knows nothing of what an invoice's code holds.

use std::borrow::Cow;
use std::collections::HashSet;

use image::imageops;
use image::{GrayImage, RgbImage};
use rxing::common::HybridBinarizer;
use rxing::multi::MultipleBarcodeReader;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{BarcodeFormat, BinaryBitmap, DecodeHints, Luma8LuminanceSource, RXingResult};

use super::{QrCode, resize};
use crate::geometry::{Corners, Point};

/// Up to this many pixels a page is a screenshot: its codes may have modules of two pixels.
const SMALL: u64 = 1_500_000;
/// From this many on it is a photo, whose codes are large and noisy.
const LARGE: u64 = 6_000_000;

/// A page that is darker than this on average may be a screen in dark mode.
const DARK: u64 = 96;

/// Finds and decodes every QR code of a picture, corners in its pixels; a code that cannot be decoded is left out.
pub(crate) fn find(page: &RgbImage) -> Vec<QrCode> {
    let mut grey = imageops::grayscale(page);
    let attempts = scales(u64::from(page.width()) * u64::from(page.height()));
    let find = |grey: &GrayImage| {
        let found = attempts.iter().map(|&scale| decode(&resized(grey, scale), page));
        found.into_iter().find(|codes| !codes.is_empty()).unwrap_or_default()
    };
    let found = find(&grey);
    if !found.is_empty() || !is_dark(&grey) {
        return found;
    }
    // A screen in dark mode shows a code the other way round.
    imageops::invert(&mut grey);
    find(&grey)
}

fn is_dark(grey: &GrayImage) -> bool {
    let sum: u64 = grey.as_raw().iter().map(|&light| u64::from(light)).sum();
    sum < DARK * grey.as_raw().len() as u64
}

/// The sizes at which a page of so many pixels is looked at, one after the other until a code is found.
fn scales(pixels: u64) -> [f32; 2] {
    match pixels {
        0..=SMALL => [1.0, 2.0],
        LARGE.. => [0.5, 0.25],
        // Half the size is a quarter of the work, and shows the code of an ordinary page as well.
        _ => [0.5, 1.0],
    }
}

fn resized(grey: &GrayImage, scale: f32) -> Cow<'_, GrayImage> {
    let side = |s: u32| ((s as f32 * scale) as u32).max(1);
    let (width, height) = (side(grey.width()), side(grey.height()));
    if scale < 1.0 {
        Cow::Owned(imageops::thumbnail(grey, width, height))
    } else if scale > 1.0 {
        Cow::Owned(resize::resized_grey(grey, width, height))
    } else {
        Cow::Borrowed(grey)
    }
}

/// Decodes the codes of the page as it is in this size.
fn decode(grey: &GrayImage, page: &RgbImage) -> Vec<QrCode> {
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
    let scale = (page.width() as f32 / grey.width() as f32, page.height() as f32 / grey.height() as f32);
    results.iter().filter_map(|r| code(r, scale, page)).collect()
}

fn code(result: &RXingResult, (x, y): (f32, f32), page: &RgbImage) -> Option<QrCode> {
    // The decoder gives them row by row.
    let [top_left, top_right, bottom_left, bottom_right] = *result.getPoints().first_chunk()?;
    let corners = Corners([top_left, top_right, bottom_right, bottom_left].map(|p| Point::new(p.x, p.y)));
    Some(QrCode { text: result.getText().to_owned(), quad: corners.scaled(x, y).to_quad(page.width(), page.height()) })
}

#[cfg(test)]
mod tests {
    use image::imageops::FilterType;

    use super::*;

    const TEXT: &str = "01,04,3700161320,12345678,100.00,20200101,,ABCD,";

    /// `TEXT` as a QR code.
    const MODULES: [&str; 29] = [
        "#######...#.#.#....#..#######",
        "#.....#.#.#....#.#..#.#.....#",
        "#.###.#.....#.....#.#.#.###.#",
        "#.###.#.###.##.####.#.#.###.#",
        "#.###.#..#....#....#..#.###.#",
        "#.....#.##.##..#.#....#.....#",
        "#######.#.#.#.#.#.#.#.#######",
        ".........###...#....#........",
        "#####.####.###.####.##.#.#.#.",
        "####......#.#.#..#.#..#.#...#",
        "#.#.###.#.#.#..#..#.##.....#.",
        "#....#.##.....#...##...##..#.",
        "##..#.#..#####.####.##.#.##.#",
        "....##...#.##.#..###..#.##.##",
        "..##.####...#..#.....#.##..#.",
        "#..#.#.#.##....##.##..#.#....",
        "####.###..#.##...##.##.#..##.",
        "#..##...#.....#....#..#.###.#",
        "#.##.###..#....#..#.##..#..#.",
        "#.#..#.....##.##.....##.#..#.",
        "##.#..##.##.##.####.########.",
        "........###..#.....##...#...#",
        "#######.#.#.#.##..###.#.####.",
        "#.....#..####..#..#.#...#..#.",
        "#.###.#.##..##.####.########.",
        "#.###.#.##...#.......#.#.#..#",
        "#.###.#.#.#...##..###.#.####.",
        "#.....#.#.#.#...#.#.##..#..#.",
        "#######.##..#.#..##..#..###..",
    ];

    fn blank(width: u32, height: u32) -> RgbImage {
        RgbImage::from_pixel(width, height, image::Rgb([250, 248, 245]))
    }

    fn draw(page: &mut RgbImage, left: u32, top: u32, module: u32) {
        for (y, row) in MODULES.iter().enumerate() {
            for (x, _) in row.bytes().enumerate().filter(|&(_, b)| b == b'#') {
                let (x, y) = (left + x as u32 * module, top + y as u32 * module);
                for (dx, dy) in (0..module).flat_map(|dx| (0..module).map(move |dy| (dx, dy))) {
                    page.put_pixel(x + dx, y + dy, image::Rgb([20, 20, 30]));
                }
            }
        }
    }

    #[track_caller]
    fn assert_found(page: &RgbImage, centres: &[(f32, f32)]) {
        let mut found = find(page);
        found.sort_by(|a, b| a.quad[0].total_cmp(&b.quad[0]));
        assert_eq!(found.len(), centres.len());
        for (code, &(x, y)) in found.iter().zip(centres) {
            assert_eq!(code.text, TEXT);
            let centre = Point::new((code.quad[0] + code.quad[4]) / 2.0, (code.quad[1] + code.quad[5]) / 2.0);
            assert!(centre.distance(Point::new(x, y)) < 6.0, "{centre:?} is not {x}, {y}");
        }
    }

    #[test]
    fn every_code_is_found_with_its_place() {
        let mut page = blank(900, 500);
        draw(&mut page, 40, 30, 4);
        draw(&mut page, 600, 300, 3);
        assert_found(&page, &[(98.0, 88.0), (643.5, 343.5)]);
    }

    #[test]
    fn corners_run_clockwise_from_the_code_s_own_top_left() {
        let mut page = blank(300, 200);
        draw(&mut page, 50, 40, 4);
        let quad = find(&imageops::rotate180(&page))[0].quad;
        assert!(quad[0] > quad[4] && quad[1] > quad[5] && quad[2] < quad[0] && quad[7] < quad[1], "{quad:?}");
    }

    #[test]
    fn turned_and_blurred_codes_are_found() {
        let mut page = blank(600, 400);
        draw(&mut page, 60, 60, 4);
        assert_found(&imageops::rotate90(&page), &[(282.0, 118.0)]);
        assert_found(&imageops::blur(&page, 1.2), &[(118.0, 118.0)]);
    }

    #[test]
    fn a_tiny_code_is_found_by_enlarging() {
        let mut page = blank(400, 300);
        draw(&mut page, 100, 100, 4);
        let small = imageops::resize(&page, 200, 150, FilterType::Triangle);
        assert_found(&small, &[(79.0, 79.0)]);
    }

    #[test]
    fn a_code_on_a_dark_screen_is_found() {
        let mut page = blank(600, 400);
        draw(&mut page, 60, 60, 4);
        imageops::invert(&mut page);
        assert_found(&page, &[(118.0, 118.0)]);
    }

    #[test]
    fn pages_without_a_code_have_none() {
        for (width, height) in [(1, 1), (3, 200), (640, 480)] {
            assert!(find(&blank(width, height)).is_empty());
        }
    }
}
