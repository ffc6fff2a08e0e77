//! Red ink faded out of a page, so that print under a seal can be read. Knows nothing of what seals say.

use image::RgbImage;

/// Below this, red is print: the dark red of labels, not the bright red of a seal.
const BRIGHT: u8 = 130;

/// How much redder than its other colours a pixel must be.
const REDNESS: u8 = 30;

/// How far from pure red towards yellow a seal's colour may lie: the share of `green - blue` in the redness. Labels
/// printed in brown lie beyond.
const YELLOWNESS: f32 = 0.12;

/// No seal's ink is darker in red than this; what is, are labels.
const DARKEST_INK: u8 = 190;

/// A seal's blurred edge is at least this bright; what is darker beside a seal is print.
const EDGE: u8 = 150;

/// What the paper under a seal comes out as.
const PAPER: f32 = 245.0;

/// A copy in which seals vanish into the paper. Ink lets red through, so in red alone a seal is nearly paper and black
/// print under it stays black; the rest of the way is made up by lightening.
pub fn without_seals(page: &RgbImage) -> RgbImage {
    let mut faded = page.clone();
    let width = page.width() as usize;
    let inked: Vec<bool> = page.pixels().map(|p| is_seal(p.0)).collect();
    let reds = page.pixels().zip(&inked).filter(|(_, inked)| **inked).map(|(p, _)| p.0[0]);
    let Some(ink) = median(reds).map(|red| red.max(DARKEST_INK)) else { return faded };
    let beside = |i: usize| {
        let near = [i.checked_sub(1), Some(i + 1), i.checked_sub(width), Some(i + width)];
        near.into_iter().flatten().any(|j| inked.get(j).copied().unwrap_or(false))
    };
    for (i, pixel) in faded.pixels_mut().enumerate() {
        let red = pixel.0[0];
        if inked[i] || red > EDGE && beside(i) {
            pixel.0 = [(f32::from(red) * PAPER / f32::from(ink)).min(255.0) as u8; 3];
        }
    }
    faded
}

/// The middle one of many brightnesses.
fn median(values: impl Iterator<Item = u8>) -> Option<u8> {
    let mut counts = [0_usize; 256];
    values.for_each(|v| counts[usize::from(v)] += 1);
    let half = counts.iter().sum::<usize>().div_ceil(2);
    let mut seen = 0;
    let reached = |count: &usize| {
        seen += count;
        seen >= half
    };
    if half == 0 { None } else { counts.iter().position(reached).and_then(|at| u8::try_from(at).ok()) }
}

fn is_seal([r, g, b]: [u8; 3]) -> bool {
    let redness = 2.0 * f32::from(r) - f32::from(g) - f32::from(b);
    let yellow = f32::from(g) - f32::from(b) > YELLOWNESS * redness;
    r > BRIGHT && r.saturating_sub(g.max(b)) > REDNESS && !yellow
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
