//! Where text stands on a page: the page made fit for the detector, and its probability map turned into
//! rectangles (DB post-processing). Knows nothing of what the text says.

use image::RgbImage;

use super::components;
use super::hull::min_area_rect;
use super::model::{Array, Model};
use super::resize;
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Corners, Point, bounds};

/// The network halves the page five times.
const STRIDE: u32 = 32;
/// The most pixels that the detector looks at: 1280 x 960.
const MAX_PIXELS: f32 = 1280.0 * 960.0;
/// No page is shrunk below this short side: long receipts keep their letters.
const MIN_SHORT_SIDE: f32 = 480.0;
/// What that may cost at most.
const MAX_PIXELS_LONG: f32 = 2.0 * MAX_PIXELS;
/// Small pictures are enlarged up to this short side...
const ENLARGE_SHORT_SIDE: f32 = 736.0;
/// ...and this long side.
const ENLARGE_LONG_SIDE: f32 = 1280.0;
/// A pixel above this probability belongs to text.
const PIXEL_THRESHOLD: f32 = 0.3;
/// A rectangle whose mean probability is below this is dropped.
const BOX_THRESHOLD: f32 = 0.5;
/// The detector draws text slimmer than it is: rectangles grow by area / perimeter times this.
const UNCLIP_RATIO: f32 = 1.6;
/// Regions with a shorter side are specks.
const MIN_SIDE: f32 = 3.0;
/// More regions than any invoice has; what follows is noise.
const MAX_REGIONS: usize = 2000;

/// Finds the text of a page: rectangles in page pixels, each starting at the corner that is top left on the page.
pub(crate) fn detect(model: &dyn Model, page: &RgbImage) -> Result<Vec<Corners>> {
    let (width, height) = input_size(page.width(), page.height());
    let shape = [1, 3, height as usize, width as usize];
    let map = model.run(shape, input(page, width, height))?;
    if map.shape != [1, 1, height as usize, width as usize] {
        return Err(Error::new(ErrorKind::Internal, format!("the detector answered {:?} to {shape:?}", map.shape)));
    }
    let (x, y) = (page.width() as f32 / width as f32, page.height() as f32 / height as f32);
    Ok(boxes(&map, width as usize).iter().map(|b| b.scaled(x, y)).collect())
}

/// The size at which the detector sees a page of this size.
pub(super) fn input_size(width: u32, height: u32) -> (u32, u32) {
    let (w, h) = (width as f32, height as f32);
    let (short, long) = (w.min(h), w.max(h));
    let fit = (MAX_PIXELS / (w * h)).sqrt();
    let legible = (MIN_SHORT_SIDE / short).min((MAX_PIXELS_LONG / (w * h)).sqrt());
    let enlarge = (ENLARGE_SHORT_SIDE / short).min(ENLARGE_LONG_SIDE / long).max(1.0);
    let scale = fit.max(legible).min(enlarge);
    let side = |s: f32| ((s * scale / STRIDE as f32).round() as u32).max(1) * STRIDE;
    (side(w), side(h))
}

/// The page as the network wants it: planes of blue, green, red from -1 to 1.
fn input(page: &RgbImage, width: u32, height: u32) -> Vec<f32> {
    let resized;
    let small = if page.dimensions() == (width, height) {
        page
    } else {
        resized = resize::resized(page, width, height);
        &resized
    };
    let plane = (width * height) as usize;
    let mut values = vec![0.0; 3 * plane];
    for (i, pixel) in small.pixels().enumerate() {
        for channel in 0..3 {
            values[channel * plane + i] = f32::from(pixel.0[2 - channel]) / 127.5 - 1.0;
        }
    }
    values
}

/// The rectangles of a probability map, in its own pixels.
fn boxes(map: &Array, width: usize) -> Vec<Corners> {
    let mask = dilated(&map.data, width);
    let regions = components::regions(&mask, width).into_iter().take(MAX_REGIONS);
    regions.filter_map(|region| text_box(&components::outline(&region), &map.data, width)).collect()
}

/// The pixels that belong to text, grown by one to the right and down: closes the gaps inside characters.
fn dilated(map: &[f32], width: usize) -> Vec<bool> {
    let set = |i: usize| map[i] > PIXEL_THRESHOLD;
    (0..map.len())
        .map(|i| {
            let (left, above) = (i % width > 0, i >= width);
            set(i) || (left && set(i - 1)) || (above && set(i - width)) || (left && above && set(i - width - 1))
        })
        .collect()
}

fn text_box(outline: &[Point], map: &[f32], width: usize) -> Option<Corners> {
    let core = min_area_rect(outline)?;
    let (w, h) = (core.width(), core.height());
    if w.min(h) < MIN_SIDE || mean_inside(&core, map, width) < BOX_THRESHOLD {
        return None;
    }
    let grown = core.grown(w * h * UNCLIP_RATIO / (2.0 * (w + h)));
    (grown.width().min(grown.height()) >= MIN_SIDE + 2.0).then_some(grown)
}

/// The mean probability inside a rectangle.
fn mean_inside(corners: &Corners, map: &[f32], width: usize) -> f32 {
    let [left, top, right, bottom] = bounds([&corners.quad()]).unwrap_or_default();
    let span =
        |low: f32, high: f32, size: usize| low.floor() as usize..(high.ceil() as usize).min(size.saturating_sub(1)) + 1;
    let (mut sum, mut count) = (0.0, 0.0);
    for y in span(top, bottom, map.len() / width) {
        for x in span(left, right, width) {
            if corners.contains(Point::new(x as f32, y as f32)) {
                sum += map[y * width + x];
                count += 1.0;
            }
        }
    }
    if count > 0.0 { sum / count } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_input_size_suits_the_page() {
        struct Case(&'static str, (u32, u32), (u32, u32));
        let cases = [
            Case("a form at 200 dpi", (1950, 1130), (1472, 864)),
            Case("a photo of 12 megapixels", (4000, 3000), (1280, 960)),
            Case("a small screenshot is enlarged", (635, 352), (1280, 704)),
            Case("a roll keeps its letters", (600, 2400), (544, 2208)),
            Case("a very long roll too", (600, 6000), (480, 4800)),
            Case("one pixel", (1, 1), (736, 736)),
            Case("one row of pixels", (16_000, 1), (16_000, 32)),
        ];
        for Case(name, (w, h), want) in cases {
            let got = input_size(w, h);
            assert!(got.0.abs_diff(want.0) <= 32 && got.1.abs_diff(want.1) <= 32, "{name}: {got:?} is not {want:?}");
        }
    }

    #[test]
    fn the_input_is_blue_first_from_minus_one_to_one() {
        let page = RgbImage::from_pixel(32, 32, image::Rgb([255, 128, 0]));
        let values = input(&page, 32, 32);
        assert_eq!((values[0], values[2 * 1024]), (-1.0, 1.0));
        assert!(values[1024].abs() < 0.01);
    }

    fn map_with_bar(probability: f32) -> Array {
        let mut data = vec![0.0; 64 * 128];
        for y in 20..30 {
            for x in 40..100 {
                data[y * 128 + x] = probability;
            }
        }
        Array { shape: vec![1, 1, 64, 128], data }
    }

    #[test]
    fn a_bar_becomes_one_grown_box() {
        let found = boxes(&map_with_bar(0.9), 128);
        assert_eq!(found.len(), 1);
        let [tl, _, br, _] = found[0].0;
        assert!((30.0..36.0).contains(&tl.x) && (10.0..16.0).contains(&tl.y), "{tl:?}");
        assert!((104.0..111.0).contains(&br.x) && (34.0..41.0).contains(&br.y), "{br:?}");
    }

    #[test]
    fn a_faint_bar_is_dropped() {
        assert!(boxes(&map_with_bar(0.4), 128).is_empty());
    }

    #[test]
    fn specks_are_dropped() {
        let mut map = map_with_bar(0.0);
        map.data[500] = 1.0;
        assert!(boxes(&map, 128).is_empty());
    }

    struct BarAt(usize, usize);

    impl Model for BarAt {
        fn run(&self, shape: [usize; 4], _: Vec<f32>) -> Result<Array> {
            let [_, _, h, w] = shape;
            let mut data = vec![0.0; h * w];
            for y in self.1..self.1 + 10 {
                data[y * w + self.0..y * w + self.0 + 100].fill(1.0);
            }
            Ok(Array { shape: vec![1, 1, h, w], data })
        }
    }

    #[test]
    fn boxes_come_back_in_page_pixels() {
        let page = RgbImage::new(2560, 1920);
        let found = detect(&BarAt(640, 480), &page).unwrap();
        let centre = found[0].0[0].towards(found[0].0[2], 0.5);
        assert!(centre.distance(Point::new(1380.0, 970.0)) < 6.0, "{centre:?}");
    }

    struct WrongShape;

    impl Model for WrongShape {
        fn run(&self, _: [usize; 4], _: Vec<f32>) -> Result<Array> {
            Ok(Array { shape: vec![1], data: vec![0.0] })
        }
    }

    #[test]
    fn an_answer_of_another_shape_is_an_error() {
        assert!(detect(&WrongShape, &RgbImage::new(64, 64)).is_err());
    }
}
