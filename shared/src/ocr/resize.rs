//! A page at another size, to the bit what `image` makes of it with its triangle filter, but cheaper: one line of sums
//! instead of a page of them, and loops that run over neighbours. Knows nothing of what the page is for.

use image::{GrayImage, RgbImage};

/// The pixels along one axis that make one pixel of the result: the first, and what it and each further one counts.
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

/// The page at another size: enlarged between its pixels, or made small by weighted means of them.
pub(super) fn resized(page: &RgbImage, width: u32, height: u32) -> RgbImage {
    let mut other = RgbImage::new(width, height);
    fill::<3>(&mut other, width, page, page.dimensions());
    other
}

/// As [`resized`], without colour.
pub(super) fn resized_grey(page: &GrayImage, width: u32, height: u32) -> GrayImage {
    let mut other = GrayImage::new(width, height);
    fill::<1>(&mut other, width, page, page.dimensions());
    other
}

/// Fills a page of this width from another's pixels, of `CHANNELS` numbers each.
fn fill<const CHANNELS: usize>(other: &mut [u8], width: u32, page: &[u8], (from_width, from_height): (u32, u32)) {
    let width_in_numbers = CHANNELS * width.max(1) as usize;
    let height = (other.len() / width_in_numbers) as u32;
    let (across, down) = (taps(from_width, width), taps(from_height, height));
    let stride = CHANNELS * from_width.max(1) as usize;
    let mut line = vec![0.0; stride];
    for (row, taps) in other.chunks_exact_mut(width_in_numbers).zip(&down) {
        line.fill(0.0);
        for (source, weight) in page.chunks_exact(stride).skip(taps.first).zip(&taps.weights) {
            line.iter_mut().zip(source).for_each(|(sum, value)| *sum += f32::from(*value) * weight);
        }
        for (pixel, taps) in row.chunks_exact_mut(CHANNELS).zip(&across) {
            pixel.copy_from_slice(&mean::<CHANNELS>(&line, taps));
        }
    }
}

/// The colour that these pixels of a line make.
fn mean<const CHANNELS: usize>(line: &[f32], taps: &Taps) -> [u8; CHANNELS] {
    let mut sums = [0.0; CHANNELS];
    for (pixel, weight) in line.chunks_exact(CHANNELS).skip(taps.first).zip(&taps.weights) {
        sums.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += value * weight);
    }
    sums.map(|sum: f32| (sum + 0.5) as u8)
}

/// For every pixel along an axis of the result. A triangle around the place that it comes from, wide enough to miss no pixel.
fn taps(from: u32, to: u32) -> Vec<Taps> {
    let ratio = from as f32 / to as f32;
    let reach = ratio.max(1.0);
    let tap = |at: u32| {
        let centre = (at as f32 + 0.5) * ratio;
        let first = ((centre - reach).floor().max(0.0) as u32).min(from.saturating_sub(1));
        let end = ((centre + reach).ceil() as u32).clamp(first + 1, from.max(first + 1));
        let weights = (first..end).map(|i| (1.0 - ((i as f32 - (centre - 0.5)) / reach).abs()).max(0.0));
        let weights: Vec<f32> = weights.collect();
        let sum: f32 = weights.iter().sum();
        Taps { first: first as usize, weights: weights.iter().map(|weight| weight / sum).collect() }
    };
    (0..to).map(tap).collect()
}

#[cfg(test)]
mod tests {
    use image::Rgb;
    use image::imageops::{self, FilterType};

    use super::*;

    #[test]
    fn every_size_comes_out_as_image_makes_it() {
        let page = RgbImage::from_fn(97, 61, |x, y| Rgb([(x * 7 + y * 3) as u8, (x * y) as u8, (x ^ (5 * y)) as u8]));
        for (width, height) in [(96, 64), (32, 32), (64, 32), (192, 128), (97, 32), (1, 1), (160, 32)] {
            let wanted = imageops::resize(&page, width, height, FilterType::Triangle);
            assert!(resized(&page, width, height) == wanted, "{width} x {height}");
            let grey = imageops::grayscale(&page);
            let wanted = imageops::resize(&grey, width, height, FilterType::Triangle);
            assert!(resized_grey(&grey, width, height) == wanted, "{width} x {height}, grey");
        }
    }

    #[test]
    fn a_line_of_pixels_is_a_page_too() {
        let page = RgbImage::from_pixel(300, 1, Rgb([9, 90, 200]));
        assert!(resized(&page, 64, 32).pixels().all(|pixel| pixel.0 == [9, 90, 200]));
    }
}
