//! The light on a page evened out: paper in the shade becomes as white as paper in the sun, whatever the lamp's
//! colour. Knows nothing of text or seals.

use image::{Rgb, RgbImage, imageops};

use super::crop::between;

/// Pixels a side of the cells in which the paper's colour is taken.
const CELL: u32 = 16;
/// How many of a cell's pixels are looked at.
const CELL_VALUES: usize = (CELL * CELL / 4) as usize;
/// Of a cell's pixels, this share is darker than its paper: print covers less than the rest, and a speck is brighter.
const PAPER_SHARE: f32 = 0.8;
/// What paper comes out as.
const WHITE: f32 = 245.0;
/// A table top is dark of its own: nothing is lightened more than this.
const MAX_GAIN: f32 = 2.2;
/// How far the paper's colour is smoothed, in cells.
const SMOOTHING: f32 = 2.0;

/// A copy whose paper is white all over, as far as light and shadow changed it.
pub(crate) fn evened(page: &RgbImage) -> RgbImage {
    let paper = paper(page);
    let mut even = page.clone();
    let in_cells = |pixel: u32, cells: u32| between((pixel as f32 + 0.5) / CELL as f32, cells);
    let across: Vec<_> = (0..page.width()).map(|x| in_cells(x, paper.width())).collect();
    let lines: Vec<Vec<f32>> = (0..paper.height()).map(|line| spread(&paper, line, &across)).collect();
    for (y, row) in even.chunks_exact_mut(3 * across.len().max(1)).enumerate() {
        let (above, below, share) = in_cells(y as u32, paper.height());
        if let Some((above, below)) = lines.get(above as usize).zip(lines.get(below as usize)) {
            for ((value, above), below) in row.iter_mut().zip(above).zip(below) {
                let light = above + (below - above) * share;
                let gain = (WHITE / light.max(1.0)).clamp(1.0, MAX_GAIN);
                *value = (f32::from(*value) * gain).min(255.0) as u8;
            }
        }
    }
    even
}

/// The paper's colour along one row of cells, for every pixel across the page: each channel of each.
fn spread(paper: &RgbImage, line: u32, across: &[(u32, u32, f32)]) -> Vec<f32> {
    let at = |x| paper.get_pixel(x, line).0.map(f32::from);
    let mixed = |&(left, right, share): &(u32, u32, f32)| -> [f32; 3] {
        let (left, right) = (at(left), at(right));
        std::array::from_fn(|c| left[c] + (right[c] - left[c]) * share)
    };
    across.iter().flat_map(mixed).collect()
}

/// The paper's colour, one pixel a cell: the brightest of the neighbourhood, smoothed.
fn paper(page: &RgbImage) -> RgbImage {
    let (columns, rows) = (page.width().div_ceil(CELL), page.height().div_ceil(CELL));
    let cells = RgbImage::from_fn(columns, rows, |x, y| Rgb(cell(page, x * CELL, y * CELL)));
    let around = |at: u32, size: u32| at.saturating_sub(1)..(at + 2).min(size);
    let brightest = RgbImage::from_fn(columns, rows, |x, y| {
        let near = around(y, rows).flat_map(|j| around(x, columns).map(move |i| (i, j)));
        let lighter = |a: [u8; 3], b: [u8; 3]| std::array::from_fn(|c| a[c].max(b[c]));
        Rgb(near.map(|(i, j)| cells.get_pixel(i, j).0).fold([0; 3], lighter))
    });
    imageops::blur(&brightest, SMOOTHING)
}

/// The paper's colour in one cell, each channel by itself; every other pixel is enough.
fn cell(page: &RgbImage, left: u32, top: u32) -> [u8; 3] {
    let (right, bottom) = ((left + CELL).min(page.width()), (top + CELL).min(page.height()));
    let pixels = (top..bottom).step_by(2).flat_map(|y| (left..right).step_by(2).map(move |x| (x, y)));
    let (mut values, mut count) = ([[0; CELL_VALUES]; 3], 0);
    for ((x, y), at) in pixels.zip(0..CELL_VALUES) {
        let colour = page.get_pixel(x, y).0;
        (0..3).for_each(|channel| values[channel][at] = colour[channel]);
        count = at + 1;
    }
    let at = ((count as f32 * PAPER_SHARE) as usize).min(count.saturating_sub(1));
    values.map(|mut channel| channel.get_mut(..count).map_or(0, |all| *all.select_nth_unstable(at).1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Black print on paper that the lamp lights yellow, from half in shade on the left to fully bright on the right.
    fn shaded() -> RgbImage {
        RgbImage::from_fn(640, 160, |x, y| {
            let light = 0.55 + 0.45 * x as f32 / 640.0;
            let paper = if x % 8 < 2 && y % 16 < 10 { [30.0, 30.0, 30.0] } else { [240.0, 230.0, 210.0] };
            Rgb(paper.map(|c| (c * light) as u8))
        })
    }

    #[test]
    fn paper_in_the_shade_becomes_white_and_print_stays_dark() {
        let even = evened(&shaded());
        for x in [20, 324, 620] {
            let (paper, print) = (even.get_pixel(x, 12).0, even.get_pixel(x / 8 * 8, 4).0);
            assert!(paper.iter().all(|c| *c > 220), "{x}: {paper:?}");
            assert!(print.iter().all(|c| *c < 70), "{x}: {print:?}");
        }
    }

    #[test]
    fn a_dark_table_top_stays_dark() {
        let even = evened(&RgbImage::from_pixel(64, 64, Rgb([40, 40, 40])));
        assert!(even.pixels().all(|p| p.0[0] < 100));
    }

    #[test]
    fn one_pixel_is_a_page_too() {
        assert_eq!(evened(&RgbImage::from_pixel(1, 1, Rgb([255; 3]))).dimensions(), (1, 1));
    }
}
