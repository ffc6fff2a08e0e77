//! Points, turned rectangles and quarter turns. Knows nothing of pixels or models.

use crate::report::Quad;

/// A place on the page, in pixels; x to the right, y down.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Point {
    pub x: f32,
    pub y: f32,
}

impl Point {
    pub fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    pub fn distance(self, other: Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// The point at share `t` of the way to `other`.
    pub fn towards(self, other: Self, t: f32) -> Self {
        Self::new(self.x + (other.x - self.x) * t, self.y + (other.y - self.y) * t)
    }
}

/// A quarter turn, clockwise: what makes a page upright.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Turn {
    #[default]
    None,
    Quarter,
    Half,
    ThreeQuarters,
}

impl Turn {
    pub fn degrees(self) -> u16 {
        match self {
            Self::None => 0,
            Self::Quarter => 90,
            Self::Half => 180,
            Self::ThreeQuarters => 270,
        }
    }

    /// How many corners further (clockwise) the text's own top left lies.
    fn corner_offset(self) -> usize {
        match self {
            Self::None => 0,
            Self::Quarter => 3,
            Self::Half => 2,
            Self::ThreeQuarters => 1,
        }
    }
}

/// A rectangle at any angle: corners clockwise, the first being the top left of whatever it holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Corners(pub [Point; 4]);

impl Corners {
    /// The corners of a quad, in its order.
    pub fn from_quad(quad: &Quad) -> Self {
        Self([0, 2, 4, 6].map(|i| Point::new(quad[i], quad[i + 1])))
    }

    /// Length along the first edge.
    pub fn width(&self) -> f32 {
        self.0[0].distance(self.0[1]).max(self.0[3].distance(self.0[2]))
    }

    /// Length across.
    pub fn height(&self) -> f32 {
        self.0[0].distance(self.0[3]).max(self.0[1].distance(self.0[2]))
    }

    /// The same rectangle, its first corner being the top left once the page has been turned.
    pub fn turned(&self, turn: Turn) -> Self {
        let mut corners = self.0;
        corners.rotate_left(turn.corner_offset());
        Self(corners)
    }

    pub fn scaled(&self, x: f32, y: f32) -> Self {
        Self(self.0.map(|p| Point::new(p.x * x, p.y * y)))
    }

    /// Every edge moved outwards by `distance`.
    pub fn grown(&self, distance: f32) -> Self {
        let [tl, tr, br, bl] = self.0;
        let along = unit(tl, tr).or_else(|| unit(bl, br)).unwrap_or(Point::new(1.0, 0.0));
        let across = Point::new(-along.y, along.x);
        let moved = |p: Point, a: f32, c: f32| {
            Point::new(p.x + distance * (a * along.x + c * across.x), p.y + distance * (a * along.y + c * across.y))
        };
        Self([moved(tl, -1.0, -1.0), moved(tr, 1.0, -1.0), moved(br, 1.0, 1.0), moved(bl, -1.0, 1.0)])
    }

    /// Inside or on the edge, for corners that run clockwise.
    pub fn contains(&self, p: Point) -> bool {
        (0..4).all(|i| cross(self.0[i], self.0[(i + 1) % 4], p) >= -1e-3)
    }

    /// As it stands in a Report, kept on the page.
    pub fn to_quad(self, width: u32, height: u32) -> Quad {
        let mut quad = [0.0; 8];
        for (pair, p) in quad.chunks_exact_mut(2).zip(self.0) {
            pair[0] = p.x.clamp(0.0, width as f32);
            pair[1] = p.y.clamp(0.0, height as f32);
        }
        quad
    }
}

fn unit(from: Point, to: Point) -> Option<Point> {
    let length = from.distance(to);
    (length > f32::EPSILON).then(|| Point::new((to.x - from.x) / length, (to.y - from.y) / length))
}

/// Positive when `c` lies to the right of the way from `a` to `b`, as seen on a screen.
fn cross(a: Point, b: Point, c: Point) -> f32 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

/// The convex hull, without repeated points (Andrew's monotone chain).
fn convex_hull(points: &[Point]) -> Vec<Point> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    sorted.dedup();
    if sorted.len() < 3 {
        return sorted;
    }
    let mut hull = half_hull(sorted.iter().copied());
    hull.pop();
    let mut other = half_hull(sorted.iter().rev().copied());
    other.pop();
    hull.append(&mut other);
    hull
}

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
        .filter_map(|i| unit(hull[i], hull[(i + 1) % hull.len()]))
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
fn from_top_left(corners: [Point; 4]) -> Corners {
    let rightwards = |i: usize| {
        let (from, to) = (corners[i], corners[(i + 1) % 4]);
        (to.x - from.x) / from.distance(to).max(f32::EPSILON)
    };
    let start = (0..4).max_by(|&a, &b| rightwards(a).total_cmp(&rightwards(b))).unwrap_or(0);
    let mut ordered = corners;
    ordered.rotate_left(start);
    Corners(ordered)
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

    #[test]
    fn growing_moves_every_edge_outwards() {
        let rect =
            Corners([Point::new(10.0, 10.0), Point::new(20.0, 10.0), Point::new(20.0, 14.0), Point::new(10.0, 14.0)]);
        assert_near(rect.grown(2.0), &[(8.0, 8.0), (22.0, 8.0), (22.0, 16.0), (8.0, 16.0)]);
    }

    #[test]
    fn the_first_corner_is_the_text_s_own_top_left() {
        let rect = Corners([Point::new(0.0, 0.0), Point::new(2.0, 0.0), Point::new(2.0, 9.0), Point::new(0.0, 9.0)]);
        // A page to be turned clockwise by 90 degrees has its text's start at the bottom.
        assert_eq!(rect.turned(Turn::Quarter).0[0], Point::new(0.0, 9.0));
        assert_eq!(rect.turned(Turn::Half).0[0], Point::new(2.0, 9.0));
        assert_eq!(rect.turned(Turn::ThreeQuarters).0[0], Point::new(2.0, 0.0));
        assert_eq!(rect.turned(Turn::Quarter).width(), 9.0);
    }

    #[test]
    fn containment_includes_the_edge() {
        let rect = min_area_rect(&points(&[(0.0, 0.0), (10.0, 0.0), (10.0, 4.0), (0.0, 4.0)])).unwrap();
        assert!(rect.contains(Point::new(5.0, 2.0)) && rect.contains(Point::new(10.0, 4.0)));
        assert!(!rect.contains(Point::new(5.0, 4.5)) && !rect.contains(Point::new(-0.1, 0.0)));
    }
}
