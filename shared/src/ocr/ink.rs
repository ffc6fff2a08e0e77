//! Red ink faded out of a page, so that print under a seal can be read. Knows nothing of what seals say.

use image::RgbImage;

/// Below this, red is print: the dark red of labels, not the bright red of a seal.
const BRIGHT: u8 = 130;

/// How much redder than its other colours a pixel must be.
const REDNESS: u8 = 30;

/// How far from pure red towards yellow a seal's colour may lie: the share of `green - blue` in the redness. Labels
/// printed in brown lie beyond.
const YELLOWNESS: f32 = 0.12;

/// A copy in which bright red is as light as its red: on paper it all but vanishes, and black under it stays black.
pub fn without_seals(page: &RgbImage) -> RgbImage {
    let mut faded = page.clone();
    for pixel in faded.pixels_mut() {
        let [r, g, b] = pixel.0;
        if is_seal([r, g, b]) {
            pixel.0 = [r, r, r];
        }
    }
    faded
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
    fn a_seal_fades_and_print_stays() {
        let seal = Rgb([225, 40, 50]);
        let label = Rgb([170, 120, 90]);
        let print = Rgb([20, 20, 25]);
        let page = RgbImage::from_fn(3, 1, |x, _| [seal, label, print][x as usize]);
        let faded = without_seals(&page);
        assert_eq!(faded.pixels().copied().collect::<Vec<_>>(), [Rgb([225, 225, 225]), label, print]);
    }
}
