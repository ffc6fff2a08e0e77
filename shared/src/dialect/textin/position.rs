//! The vendor's `position`: eight numbers whose order differs between its page and its answers.
//! Knows nothing of what stands there.

use std::str::FromStr;

use serde::Deserialize;
use serde_json::Value;

use crate::geometry::Quad;

/// Our clockwise quad from a position in either order; none for eight zeros, and for what is no eight numbers.
///
/// The page lists the lower left corner before the lower right one, the answers run clockwise. Walking
/// clockwise the bottom edge runs against the top edge; in the page's order both run alike.
pub(super) fn from_position(position: &Value) -> Option<Quad> {
    let p = <[f64; 8]>::deserialize(position).ok()?;
    if p.iter().all(|&v| v == 0.0) {
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

/// In which order a position lists a quad's corners.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QuadOrder {
    /// Left top, right top, left bottom, right bottom: as the interface page lists them.
    #[default]
    Rows,
    /// Left top, right top, right bottom, left bottom: as the vendor's own samples have them.
    Clockwise,
}

impl FromStr for QuadOrder {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name {
            "rows" => Ok(Self::Rows),
            "clockwise" => Ok(Self::Clockwise),
            _ => Err(()),
        }
    }
}

/// A position: whole pixels; eight zeros for an unknown place.
pub(super) fn to_position(quad: Option<&Quad>, order: QuadOrder) -> [i64; 8] {
    let Some(&[x0, y0, x1, y1, x2, y2, x3, y3]) = quad else {
        return [0; 8];
    };
    let ordered = match order {
        QuadOrder::Rows => [x0, y0, x1, y1, x3, y3, x2, y2],
        QuadOrder::Clockwise => [x0, y0, x1, y1, x2, y2, x3, y3],
    };
    #[allow(clippy::cast_possible_truncation)]
    ordered.map(|v| v.round() as i64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const CLOCKWISE: Quad = [10., 10., 90., 12., 90., 30., 10., 28.];

    #[test]
    fn both_orders_become_clockwise() {
        let page_order = json!([10, 10, 90, 12, 10, 28, 90, 30]);
        assert_eq!(from_position(&json!(CLOCKWISE)), Some(CLOCKWISE));
        assert_eq!(from_position(&page_order), Some(CLOCKWISE));
    }

    #[test]
    fn text_that_stands_on_end_is_told_apart_too() {
        let clockwise = json!([30, 10, 30, 90, 10, 90, 10, 10]);
        let page_order = json!([30, 10, 30, 90, 10, 10, 10, 90]);
        assert_eq!(from_position(&clockwise), from_position(&page_order));
    }

    #[test]
    fn no_place_is_none() {
        for position in [
            json!([0, 0, 0, 0, 0, 0, 0, 0]),
            json!([1, 2, 3]),
            json!([1, 2, 3, 4, 5, 6, 7, 8, 9]),
            json!(""),
            json!(null),
        ] {
            assert_eq!(from_position(&position), None, "{position}");
        }
        assert_eq!(to_position(None, QuadOrder::Rows), [0; 8]);
    }

    #[test]
    fn the_pages_order_has_the_left_corners_first() {
        assert_eq!(to_position(Some(&CLOCKWISE), QuadOrder::default()), [10, 10, 90, 12, 10, 28, 90, 30]);
        assert_eq!(to_position(Some(&CLOCKWISE), QuadOrder::Clockwise), [10, 10, 90, 12, 90, 30, 10, 28]);
        assert_eq!(
            ["rows", "clockwise", "x"].map(|name| name.parse().ok()),
            [Some(QuadOrder::Rows), Some(QuadOrder::Clockwise), None]
        );
    }

    #[test]
    fn a_position_survives_the_way_through() {
        for order in [QuadOrder::Rows, QuadOrder::Clockwise] {
            assert_eq!(from_position(&json!(to_position(Some(&CLOCKWISE), order))), Some(CLOCKWISE));
        }
    }
}
