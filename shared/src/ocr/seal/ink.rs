//! How much of a seal's ink a pixel holds. Knows nothing of shapes.

use image::RgbImage;

/// A pixel with more than this much red ink is surely red.
const RED: f32 = 40.0;
/// A page with a smaller share of red pixels has no red seal.
const RED_SHARE: f32 = 0.0004;

/// The colour of a page's seals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Red: everything black is left out.
    Red,
    /// Grey, where the page has no colour: a seal is as dark as print.
    Grey,
}

impl Ink {
    /// Red unless the page has none.
    pub fn of(page: &RgbImage) -> Self {
        let step = (page.len() / 3 / 500_000).max(1);
        let pixels: Vec<bool> = page.pixels().step_by(step).map(|p| redness(p.0.map(f32::from)) > RED).collect();
        let red = pixels.iter().filter(|is_red| **is_red).count();
        if red as f32 > RED_SHARE * pixels.len() as f32 { Self::Red } else { Self::Grey }
    }

    /// 0 for paper, up to 255.
    pub fn strength(self, colour: [f32; 3]) -> f32 {
        match self {
            Self::Red => redness(colour),
            Self::Grey => 255.0 - (colour[0] + 2.0 * colour[1] + colour[2]) / 4.0,
        }
    }
}

/// How much redder than anything else. The brown and orange of frames counts little: it has more green than blue.
fn redness([r, g, b]: [f32; 3]) -> f32 {
    (r - g.max(b) - (g - b).max(0.0)).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    #[test]
    fn seals_are_strong_and_print_and_frames_weak() {
        let strength = |r, g, b| Ink::Red.strength([r, g, b]);
        assert!(strength(215.0, 40.0, 50.0) > 150.0 && strength(235.0, 165.0, 170.0) > 50.0);
        assert!(strength(20.0, 20.0, 25.0) == 0.0 && strength(255.0, 255.0, 250.0) < 1.0);
        assert!(strength(190.0, 120.0, 60.0) < 20.0);
    }

    #[test]
    fn a_page_without_red_is_read_by_its_grey() {
        let page = |seal| RgbImage::from_fn(100, 100, |x, y| if x == y { seal } else { Rgb([240; 3]) });
        assert_eq!(Ink::of(&page(Rgb([210, 50, 60]))), Ink::Red);
        assert_eq!(Ink::of(&page(Rgb([110; 3]))), Ink::Grey);
    }
}
