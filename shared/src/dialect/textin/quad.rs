//! The vendor's `position`: eight numbers whose order differs between its page and its answers.
//! Knows nothing of what stands there.

use crate::report::Quad;

/// Our clockwise quad from a position in either order; none for eight zeros.
///
/// The page lists the lower left corner before the lower right one, the answers run clockwise. Walking
/// clockwise the bottom edge runs against the top edge; in the page's order both run alike.
pub fn from_position(p: &[f64; 8]) -> Option<Quad> {
    if p.iter().all(|&v| v == 0.0) || p.iter().any(|v| !v.is_finite()) {
        return None;
    }
    let top = (p[2] - p[0], p[3] - p[1]);
    let bottom = (p[6] - p[4], p[7] - p[5]);
    let clockwise = top.0 * bottom.0 + top.1 * bottom.1 <= 0.0;
    let order = if clockwise { [0, 1, 2, 3, 4, 5, 6, 7] } else { [0, 1, 2, 3, 6, 7, 4, 5] };
    // Pixel positions fit a float exactly.
    #[allow(clippy::cast_possible_truncation)]
    Some(order.map(|i| p[i] as f32))
}

/// A position as the vendor's answers have it: whole pixels, clockwise; eight zeros for an unknown place.
pub fn to_position(quad: Option<&Quad>) -> [i64; 8] {
    #[allow(clippy::cast_possible_truncation)]
    quad.map_or([0; 8], |q| q.map(|v| v.round() as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOCKWISE: [f64; 8] = [10., 10., 90., 12., 90., 30., 10., 28.];

    #[test]
    fn both_orders_become_clockwise() {
        let page_order = [10., 10., 90., 12., 10., 28., 90., 30.];
        let expected = CLOCKWISE.map(|v| v as f32);
        assert_eq!(from_position(&CLOCKWISE), Some(expected));
        assert_eq!(from_position(&page_order), Some(expected));
    }

    #[test]
    fn text_that_stands_on_end_is_told_apart_too() {
        let clockwise = [30., 10., 30., 90., 10., 90., 10., 10.];
        let page_order = [30., 10., 30., 90., 10., 10., 10., 90.];
        assert_eq!(from_position(&clockwise), from_position(&page_order));
    }

    #[test]
    fn no_place_is_none() {
        assert_eq!(from_position(&[0.; 8]), None);
        assert_eq!(to_position(None), [0; 8]);
    }

    #[test]
    fn a_position_survives_the_way_through() {
        let quad = from_position(&CLOCKWISE).unwrap();
        assert_eq!(to_position(Some(&quad)).map(|v| v as f64), CLOCKWISE);
    }
}
