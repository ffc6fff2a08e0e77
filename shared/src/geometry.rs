//! Points, quads, turned rectangles and quarter turns of a page. Knows nothing of what stands there.

/// Corners in pixels of the page as uploaded, clockwise from the text's top left: x1 y1 x2 y2 x3 y3 x4 y4.
pub type Quad = [f32; 8];

/// A straight stroke from one point to another: x1, y1, x2, y2.
pub type Segment = [f32; 4];

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

    /// How far it is.
    pub fn distance(self, other: Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// Of length 1, towards `other`; none when both are the same.
    pub fn direction(self, other: Self) -> Option<Self> {
        let length = self.distance(other);
        (length > f32::EPSILON).then(|| Self::new((other.x - self.x) / length, (other.y - self.y) / length))
    }

    /// The point at share `t` of the way to `other`.
    pub fn towards(self, other: Self, t: f32) -> Self {
        Self::new(self.x + (other.x - self.x) * t, self.y + (other.y - self.y) * t)
    }
}

/// Quarter turns, clockwise: what makes a page upright.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Turn {
    #[default]
    None,
    Quarter,
    Half,
    ThreeQuarters,
}

impl Turn {
    /// The turn of so many degrees; none for anything between the quarters.
    pub fn of_degrees(degrees: u16) -> Self {
        let turns = [Self::Quarter, Self::Half, Self::ThreeQuarters];
        turns.into_iter().find(|turn| turn.degrees() == degrees).unwrap_or_default()
    }

    pub fn degrees(self) -> u16 {
        self as u16 * 90
    }

    /// The turn that takes it back.
    fn back(self) -> Self {
        match self {
            Self::Quarter => Self::ThreeQuarters,
            Self::ThreeQuarters => Self::Quarter,
            same => same,
        }
    }

    /// Width and height of the turned page.
    pub fn turned_size<N>(self, (width, height): (N, N)) -> (N, N) {
        if matches!(self, Self::Quarter | Self::ThreeQuarters) { (height, width) } else { (width, height) }
    }

    /// Where a point of a page of that size lies once it is turned.
    fn turned_point(self, (x, y): (f32, f32), (width, height): (f32, f32)) -> (f32, f32) {
        match self {
            Self::None => (x, y),
            Self::Quarter => (height - y, x),
            Self::Half => (width - x, height - y),
            Self::ThreeQuarters => (y, width - x),
        }
    }

    /// The direction in which text runs on the page before it is turned.
    pub fn text_direction(self) -> Point {
        let (x, y) = self.back().turned_point((1.0, 0.0), (0.0, 0.0));
        Point::new(x, y)
    }
}

/// A page and the turn that sets it upright.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Upright {
    pub turn: Turn,
    /// Width and height before the turn.
    pub size: (f32, f32),
}

impl Upright {
    /// A point of the page, on the upright page.
    pub fn point(&self, point: (f32, f32)) -> (f32, f32) {
        self.turn.turned_point(point, self.size)
    }

    /// A point of the upright page, on the page.
    pub fn back(&self, point: (f32, f32)) -> (f32, f32) {
        self.turn.back().turned_point(point, self.turn.turned_size(self.size))
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
        corners.rotate_left(turn.back() as usize);
        Self(corners)
    }

    /// The same on a page that was made larger or smaller.
    pub fn scaled(&self, x: f32, y: f32) -> Self {
        Self(self.0.map(|p| Point::new(p.x * x, p.y * y)))
    }

    /// Every edge moved outwards by `distance`.
    pub fn grown(&self, distance: f32) -> Self {
        let [tl, tr, br, bl] = self.0;
        let along = tl.direction(tr).or_else(|| bl.direction(br)).unwrap_or(Point::new(1.0, 0.0));
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

    /// The same corners as they stand in a Report.
    pub fn quad(&self) -> Quad {
        let [a, b, c, d] = self.0;
        [a.x, a.y, b.x, b.y, c.x, c.y, d.x, d.y]
    }

    /// The same, kept on the page.
    pub fn to_quad(self, width: u32, height: u32) -> Quad {
        let kept = |p: Point| Point::new(p.x.clamp(0.0, width as f32), p.y.clamp(0.0, height as f32));
        Self(self.0.map(kept)).quad()
    }
}

/// Positive when `c` lies to the right of the way from `a` to `b`, as seen on a screen.
pub(crate) fn cross(a: Point, b: Point, c: Point) -> f32 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

/// The upright quad of a box: left, top, right, bottom.
pub(crate) fn quad_of([left, top, right, bottom]: [f32; 4]) -> Quad {
    [left, top, right, top, right, bottom, left, bottom]
}

/// The same quad further to the right and down.
pub(crate) fn moved(quad: &Quad, x: f32, y: f32) -> Quad {
    std::array::from_fn(|i| quad[i] + if i % 2 == 0 { x } else { y })
}

/// The box around quads: left, top, right, bottom; none around none.
pub(crate) fn bounds<'a>(quads: impl IntoIterator<Item = &'a Quad>) -> Option<[f32; 4]> {
    let boxed = |quad: &Quad| {
        let side = |first: usize, pick: fn(f32, f32) -> f32| {
            quad.iter().skip(first).step_by(2).copied().reduce(pick).unwrap_or_default()
        };
        [side(0, f32::min), side(1, f32::min), side(0, f32::max), side(1, f32::max)]
    };
    let around = |a: [f32; 4], b: [f32; 4]| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])];
    quads.into_iter().map(boxed).reduce(around)
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
    fn a_point_goes_to_the_upright_page_and_back() {
        for (turn, point) in [
            (Turn::None, (10.0, 20.0)),
            (Turn::Quarter, (80.0, 10.0)),
            (Turn::Half, (190.0, 80.0)),
            (Turn::ThreeQuarters, (20.0, 190.0)),
        ] {
            let upright = Upright { turn, size: (200.0, 100.0) };
            assert_eq!(upright.point((10.0, 20.0)), point);
            assert_eq!(upright.back(point), (10.0, 20.0));
            assert_eq!(Turn::of_degrees(turn.degrees()), turn);
        }
    }

    #[test]
    fn containment_includes_the_edge() {
        let rect = Corners::from_quad(&quad_of([0.0, 0.0, 10.0, 4.0]));
        assert!(rect.contains(Point::new(5.0, 2.0)) && rect.contains(Point::new(10.0, 4.0)));
        assert!(!rect.contains(Point::new(5.0, 4.5)) && !rect.contains(Point::new(-0.1, 0.0)));
    }

    #[test]
    fn a_box_around_quads_and_the_quad_of_a_box_belong_together() {
        let quads = [quad_of([1.0, 2.0, 5.0, 4.0]), quad_of([3.0, -1.0, 4.0, 9.0])];
        assert_eq!(bounds(&quads), Some([1.0, -1.0, 5.0, 9.0]));
        assert_eq!(bounds(&[]), None);
        assert_eq!(bounds(&[Corners::from_quad(&quads[0]).scaled(2.0, 3.0).quad()]), Some([2.0, 6.0, 10.0, 12.0]));
    }
}
