//! One line of text cut out of the full-resolution page, upright and of the recogniser's height.
//! Knows nothing of networks or characters.

use image::RgbImage;

use crate::geometry::{Corners, Point, Turn};

/// The recogniser's line height in pixels.
pub(crate) const HEIGHT: usize = 48;
/// The recogniser looks at steps of this width.
pub(crate) const STEP: usize = 8;
/// A line that is longer than this is squeezed: 50 characters across a page fit well.
const MAX_WIDTH: usize = 3200;
/// A box this much taller than wide holds text that runs downwards.
const DOWNWARDS: f32 = 1.5;

/// A line's pixels: planes of blue, green, red from -1 to 1, each `HEIGHT` rows of `width`.
#[derive(Clone, Debug)]
pub(crate) struct Crop {
    pub width: usize,
    pub planes: Vec<f32>,
}

/// The corners in reading direction: text that runs downwards starts at the box's top right.
pub(crate) fn reading_direction(corners: Corners) -> Corners {
    if corners.height() >= DOWNWARDS * corners.width() { corners.turned(Turn::ThreeQuarters) } else { corners }
}

/// The width that a line has at the recogniser's height, in pixels.
pub(crate) fn width_of(corners: &Corners) -> usize {
    let ratio = corners.width() / corners.height().max(1.0);
    ((HEIGHT as f32 * ratio).round() as usize).clamp(STEP, MAX_WIDTH)
}

/// Cuts out the rectangle, its first corner at the top left.
pub(crate) fn cut(page: &RgbImage, corners: &Corners) -> Crop {
    let width = width_of(corners);
    // Where the page is finer than the crop, several samples make one pixel: no line of a glyph is skipped.
    let per_pixel = |length: f32, pixels: usize| ((length / pixels as f32).ceil() as usize).clamp(1, 8);
    let (nx, ny) = (per_pixel(corners.width(), width), per_pixel(corners.height(), HEIGHT));
    let weight = 1.0 / (nx * ny) as f32 / 127.5;

    let mut planes = vec![-1.0; 3 * HEIGHT * width];
    let [tl, tr, br, bl] = corners.0;
    for sub_y in 0..HEIGHT * ny {
        let v = (sub_y as f32 + 0.5) / (HEIGHT * ny) as f32;
        let (left, right) = (tl.towards(bl, v), tr.towards(br, v));
        for sub_x in 0..width * nx {
            let u = (sub_x as f32 + 0.5) / (width * nx) as f32;
            let [red, green, blue] = sample(page, left.towards(right, u));
            let at = sub_y / ny * width + sub_x / nx;
            planes[at] += blue * weight;
            planes[HEIGHT * width + at] += green * weight;
            planes[2 * HEIGHT * width + at] += red * weight;
        }
    }
    Crop { width, planes }
}

/// The two of `size` pixels between whose centres a place lies, and its share of the way to the second.
pub(super) fn between(place: f32, size: u32) -> (u32, u32, f32) {
    let clamped = (place - 0.5).clamp(0.0, (size - 1) as f32);
    let low = clamped as u32;
    (low, (low + 1).min(size - 1), clamped - low as f32)
}

/// The colour between pixels (bilinear); beyond the page its edge goes on.
pub(super) fn sample(page: &RgbImage, p: Point) -> [f32; 3] {
    let (x0, x1, fx) = between(p.x, page.width());
    let (y0, y1, fy) = between(p.y, page.height());
    let pixel = |x, y| page.get_pixel(x, y).0;
    let (a, b, c, d) = (pixel(x0, y0), pixel(x1, y0), pixel(x0, y1), pixel(x1, y1));
    std::array::from_fn(|i| {
        let top = f32::from(a[i]) * (1.0 - fx) + f32::from(b[i]) * fx;
        let bottom = f32::from(c[i]) * (1.0 - fx) + f32::from(d[i]) * fx;
        top * (1.0 - fy) + bottom * fy
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(x0: f32, y0: f32, x1: f32, y1: f32) -> Corners {
        Corners([Point::new(x0, y0), Point::new(x1, y0), Point::new(x1, y1), Point::new(x0, y1)])
    }

    /// Red on the left half, black on the right.
    fn half_red(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, _| image::Rgb([if x < width / 2 { 255 } else { 0 }, 0, 0]))
    }

    fn red_at(crop: &Crop, x: usize) -> f32 {
        crop.planes[2 * HEIGHT * crop.width + 24 * crop.width + x]
    }

    #[test]
    fn a_crop_has_the_line_height_and_keeps_the_ratio() {
        let crop = cut(&half_red(400, 100), &rect(0.0, 0.0, 400.0, 100.0));
        assert_eq!(crop.width, 192);
        assert!(red_at(&crop, 10) > 0.99 && red_at(&crop, 180) < -0.99);
    }

    #[test]
    fn a_crop_upside_down_is_mirrored() {
        let crop = cut(&half_red(400, 100), &rect(0.0, 0.0, 400.0, 100.0).turned(Turn::Half));
        assert!(red_at(&crop, 10) < -0.99 && red_at(&crop, 180) > 0.99);
    }

    #[test]
    fn a_tall_box_is_read_downwards() {
        let tall = reading_direction(rect(10.0, 10.0, 30.0, 90.0));
        assert_eq!(tall.0[0], Point::new(30.0, 10.0));
        assert_eq!((tall.width(), tall.height()), (80.0, 20.0));
        let square = rect(0.0, 0.0, 20.0, 25.0);
        assert_eq!(reading_direction(square), square);
    }

    #[test]
    fn boxes_beyond_the_page_or_without_area_do_no_harm() {
        let page = half_red(4, 4);
        for corners in [rect(-50.0, -9.0, 70.0, 40.0), rect(2.0, 2.0, 2.0, 2.0), rect(0.0, 0.0, 1e6, 0.1)] {
            let crop = cut(&page, &corners);
            assert_eq!(crop.planes.len(), 3 * HEIGHT * crop.width);
            assert!(crop.planes.iter().all(|v| (-1.01..=1.01).contains(v)));
        }
    }
}
