//! The smallest rectangle around a cloud of points. Knows nothing of pixels or models.

use crate::geometry::{Corners, Point, cross};

/// The convex hull, without repeated points (Andrew's monotone chain).
fn convex_hull(points: &[Point]) -> Vec<Point> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    sorted.dedup();
    if sorted.len() < 3 {
        return sorted;
    }
    let mut hull = half_hull(sorted.iter().copied());
    hull.extend(half_hull(sorted.iter().rev().copied()));
    hull
}

/// One side of the hull without its last point, with which the other side begins.
fn half_hull(points: impl Iterator<Item = Point>) -> Vec<Point> {
    let mut chain: Vec<Point> = Vec::new();
    for p in points {
        while let [.., a, b] = chain[..] {
            if cross(a, b, p) > 0.0 {
                break;
            }
            chain.pop();
        }
        chain.push(p);
    }
    chain.pop();
    chain
}

/// The smallest rectangle at any angle around the points; none when there are no points.
///
/// Its corners run clockwise from the one that is top left on the page.
pub(crate) fn min_area_rect(points: &[Point]) -> Option<Corners> {
    let hull = convex_hull(points);
    let first = *hull.first()?;
    if hull.len() == 1 {
        return Some(Corners([first; 4]));
    }
    // One side of the smallest rectangle lies on an edge of the hull.
    (0..hull.len())
        .filter_map(|i| hull[i].direction(hull[(i + 1) % hull.len()]))
        .map(|along| bounding_rect(&hull, along))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, corners)| from_top_left(corners))
}

/// The rectangle around the points with one side along `along`, and its area.
fn bounding_rect(points: &[Point], along: Point) -> (f32, [Point; 4]) {
    let (mut a0, mut a1, mut c0, mut c1) = (f32::MAX, f32::MIN, f32::MAX, f32::MIN);
    for p in points {
        let a = p.x * along.x + p.y * along.y;
        let c = p.y * along.x - p.x * along.y;
        (a0, a1, c0, c1) = (a0.min(a), a1.max(a), c0.min(c), c1.max(c));
    }
    let place = |a: f32, c: f32| Point::new(a * along.x - c * along.y, a * along.y + c * along.x);
    ((a1 - a0) * (c1 - c0), [place(a0, c0), place(a1, c0), place(a1, c1), place(a0, c1)])
}

/// The same clockwise corners, starting with the top left: that start whose first edge runs most to the right.
fn from_top_left(mut corners: [Point; 4]) -> Corners {
    let rightwards = |i: usize| {
        let (from, to) = (corners[i], corners[(i + 1) % 4]);
        (to.x - from.x) / from.distance(to).max(f32::EPSILON)
    };
    let start = (0..4).max_by(|&a, &b| rightwards(a).total_cmp(&rightwards(b))).unwrap_or(0);
    corners.rotate_left(start);
    Corners(corners)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(list: &[(f32, f32)]) -> Vec<Point> {
        list.iter().map(|&(x, y)| Point::new(x, y)).collect()
    }

    #[track_caller]
    fn assert_near(got: Corners, want: &[(f32, f32)]) {
        for (g, w) in got.0.iter().zip(points(want)) {
            assert!(g.distance(w) < 0.01, "{got:?} is not {want:?}");
        }
    }

    #[test]
    fn an_upright_rectangle_starts_at_its_top_left() {
        let rect = min_area_rect(&points(&[(10.0, 5.0), (50.0, 5.0), (50.0, 15.0), (10.0, 15.0), (30.0, 9.0)]));
        assert_near(rect.unwrap(), &[(10.0, 5.0), (50.0, 5.0), (50.0, 15.0), (10.0, 15.0)]);
    }

    #[test]
    fn a_slanted_rectangle_keeps_its_angle() {
        let corners = [(0.0, 3.0), (40.0, 0.0), (41.0, 13.333), (1.0, 16.333)];
        assert_near(min_area_rect(&points(&corners)).unwrap(), &corners);
    }

    #[test]
    fn degenerate_points_make_flat_rectangles_without_panic() {
        assert!(min_area_rect(&[]).is_none());
        assert_eq!(min_area_rect(&points(&[(3.0, 4.0)])).unwrap().width(), 0.0);
        let flat = min_area_rect(&points(&[(0.0, 0.0), (5.0, 0.0), (9.0, 0.0)])).unwrap();
        assert_eq!((flat.width(), flat.height()), (9.0, 0.0));
    }
}
