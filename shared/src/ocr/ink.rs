//! Red ink faded out of a page, so that print under a seal can be read. Knows nothing of what seals say.

use image::RgbImage;

/// Below this, red is print: the dark red of labels, not the bright red of a seal.
const BRIGHT: u8 = 130;

/// How much redder than its other colours a pixel must be.
const REDNESS: u8 = 30;

/// How far from pure red towards yellow a seal's colour may lie: the share of `green - blue` in the redness. Labels
/// printed in brown lie beyond.
const YELLOWNESS: f32 = 0.12;

/// Seals are judged in cells of this side, in pixels: labels printed in red stand beside them.
const CELL: u32 = 32;

/// Ink through which at least this much red comes is a seal's, and is lightened to paper; darker red is a label's, whose
/// thin strokes would be lost.
const SEAL_INK: u8 = 188;

/// A cell whose ink is less red than this holds blurred labels; they are left alone.
const SEAL_REDNESS: u8 = 50;

/// A seal's blurred edge is at least this bright; what is darker beside a seal is print.
const EDGE: u8 = 150;

/// What the paper under a seal comes out as.
const PAPER: f32 = 245.0;

/// A copy in which seals vanish into the paper. Ink lets red through, so in red alone a seal is nearly paper and black
/// print under it stays black; the rest of the way is made up by lightening.
pub fn without_seals(page: &RgbImage) -> RgbImage {
    let mut faded = page.clone();
    let inked: Vec<bool> = page.pixels().map(|p| is_seal(p.0)).collect();
    if !inked.contains(&true) {
        return faded;
    }
    for top in (0..page.height()).step_by(CELL as usize) {
        for left in (0..page.width()).step_by(CELL as usize) {
            fade_cell(page, &inked, (left, top), &mut faded);
        }
    }
    faded
}

fn fade_cell(page: &RgbImage, inked: &[bool], (left, top): (u32, u32), faded: &mut RgbImage) {
    let width = page.width() as usize;
    let is_inked = |x: u32, y: u32| inked.get(y as usize * width + x as usize).copied().unwrap_or(false);
    let (right, bottom) = ((left + CELL).min(page.width()), (top + CELL).min(page.height()));
    let rows = (top..bottom).filter_map(|y| inked.get(y as usize * width..)?.get(left as usize..right as usize));
    if !rows.flatten().any(|is_inked| *is_inked) {
        return;
    }
    let cell = || (top..bottom).flat_map(|y| (left..right).map(move |x| (x, y)));
    let pixels = || cell().filter(|&(x, y)| is_inked(x, y)).map(|(x, y)| page.get_pixel(x, y).0);
    let Some(ink) = median(pixels().map(|[red, ..]| red)) else { return };
    if median(pixels().map(redness)).is_none_or(|redness| redness < SEAL_REDNESS) {
        return;
    }
    let lift = if ink >= SEAL_INK { PAPER / f32::from(ink) } else { 1.0 };
    let beside = |x: u32, y: u32| {
        x > 0 && is_inked(x - 1, y)
            || y > 0 && is_inked(x, y - 1)
            || x + 1 < right && is_inked(x + 1, y)
            || is_inked(x, y + 1)
    };
    for (x, y) in cell() {
        let red = page.get_pixel(x, y).0[0];
        if is_inked(x, y) || lift > 1.0 && red > EDGE && beside(x, y) {
            faded.put_pixel(x, y, image::Rgb([(f32::from(red) * lift).min(255.0) as u8; 3]));
        }
    }
}

/// The middle one of many brightnesses.
fn median(values: impl Iterator<Item = u8>) -> Option<u8> {
    let mut values: Vec<u8> = values.collect();
    let middle = values.len().checked_sub(1)? / 2;
    Some(*values.select_nth_unstable(middle).1)
}

/// How much redder a pixel is than its other colours.
fn redness([r, g, b]: [u8; 3]) -> u8 {
    r.saturating_sub(g.max(b))
}

fn is_seal([r, g, b]: [u8; 3]) -> bool {
    if r <= BRIGHT || redness([r, g, b]) <= REDNESS {
        return false;
    }
    let weight = 2.0 * f32::from(r) - f32::from(g) - f32::from(b);
    f32::from(g) - f32::from(b) <= YELLOWNESS * weight
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    #[test]
    fn print_under_a_seal_stays_dark_and_its_blurred_edge_goes() {
        let (seal, print, edge) = (Rgb([225, 40, 50]), Rgb([90, 20, 20]), Rgb([225, 205, 205]));
        let page = RgbImage::from_fn(4, 1, |x, _| [seal, seal, edge, print][x as usize]);
        let faded = without_seals(&page);
        assert!(faded.get_pixel(2, 0).0[1] > 240 && faded.get_pixel(3, 0).0[0] < 110);
    }

    #[test]
    fn labels_in_dark_red_are_no_seal() {
        let (core, edge) = (Rgb([150, 40, 40]), Rgb([200, 140, 140]));
        let page = RgbImage::from_fn(3, 1, |x, _| [core, core, edge][x as usize]);
        assert!(without_seals(&page).pixels().all(|p| p.0[0] <= 200));
    }

    #[test]
    fn a_page_without_red_is_left_alone() {
        let page = RgbImage::from_pixel(3, 3, Rgb([200, 190, 180]));
        assert_eq!(without_seals(&page), page);
    }

    #[test]
    fn a_seal_fades_and_print_stays() {
        let seal = Rgb([225, 40, 50]);
        let label = Rgb([170, 120, 90]);
        let print = Rgb([20, 20, 25]);
        let page = RgbImage::from_fn(3, 1, |x, _| [seal, print, label][x as usize]);
        let faded = without_seals(&page);
        assert_eq!(faded.pixels().copied().collect::<Vec<_>>(), [Rgb([245; 3]), print, label]);
    }
}
