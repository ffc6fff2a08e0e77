//! The outer rims of seals: ellipses among the borders of ink. Knows nothing of what stands inside.
//!
//! Opposite points of an ellipse have parallel tangents, and their middle is the centre: pairs of borders vote.
//! Counting directions, not pairs, keeps ruled lines from winning; a fit that most of the rim supports is a seal.

use image::{RgbImage, imageops};

use super::conic::Oval;
use super::edges::{Edge, Map, edges};
use super::ink::Ink;
use crate::geometry::{Corners, Point, Turn};

/// The pixels at which rims are searched for: enough to see them, few enough to be quick.
const PIXELS: f32 = 800_000.0;
/// The shortest long axis of a seal, as a share of the page's mean side.
const MIN_AXIS: f32 = 0.07;
/// The longest, as a share of the page's short side.
const MAX_AXIS: f32 = 0.75;
/// Ink weaker than this is paper.
const THRESHOLD: f32 = 24.0;
/// As THRESHOLD, on a page without colour.
const GREY_THRESHOLD: f32 = 45.0;
/// Directions of borders that are told apart; half as many of tangents.
const DIRECTIONS: usize = 32;
/// Pixels of a cell in which votes for a centre are counted.
const CELL: f32 = 4.0;
/// Votes of one direction that count.
const MAX_VOTES: u16 = 24;
/// Votes of all directions that make a centre worth looking at.
const MIN_VOTES: u16 = 48;
/// Centres that are looked at.
const MAX_CENTRES: usize = 48;
/// Samples of three points each.
const TRIALS: usize = 120;
/// Borders that samples are judged by.
const JURY: usize = 400;
/// Parts of the rim that are asked for support.
const PARTS: usize = 72;
/// The share of them that makes a seal.
const MIN_SUPPORT: f32 = 0.5;
/// The same where ink is as dark as print, which makes arcs of its own.
const MIN_GREY_SUPPORT: f32 = 0.6;
/// The share that leaves no room for another seal inside.
const SURE_SUPPORT: f32 = 0.75;
/// The longest axis in terms of the shortest: 4:3 and 3:2 as made, more on a slanted photo.
const MAX_RATIO: f64 = 2.1;
/// Grey circles are logos and buttons.
const MIN_GREY_RATIO: f64 = 1.15;

/// A seal's rim in page pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ellipse {
    pub centre: Point,
    /// Half its width and half its height, as the seal's own text runs.
    pub semi: (f32, f32),
    /// Unit vector along its text.
    pub right: Point,
    /// The share of the rim that is there.
    pub support: f32,
}

impl Ellipse {
    /// The same seal with its text running as on a page that the turn makes upright.
    pub fn facing(&self, turn: Turn) -> Self {
        let page = turn.text_direction();
        // A circle has no long axis to go by.
        if self.semi.0 < 1.08 * self.semi.1 {
            return Self { right: page, ..*self };
        }
        let along = self.right.x * page.x + self.right.y * page.y;
        let sign = if along < 0.0 { -1.0 } else { 1.0 };
        Self { right: Point::new(sign * self.right.x, sign * self.right.y), ..*self }
    }

    /// The place at `u` along the text and `v` down, in pixels from the centre.
    pub fn at(&self, u: f32, v: f32) -> Point {
        let r = self.right;
        Point::new(self.centre.x + u * r.x - v * r.y, self.centre.y + u * r.y + v * r.x)
    }

    fn rectangle(&self, (left, right): (f32, f32), (top, bottom): (f32, f32)) -> Corners {
        let (a, b) = self.semi;
        let corner = |u: f32, v: f32| self.at(u * a, v * b);
        Corners([corner(left, top), corner(right, top), corner(right, bottom), corner(left, bottom)])
    }

    /// The rectangle around it.
    pub fn around(&self) -> Corners {
        self.rectangle((-1.0, 1.0), (-1.0, 1.0))
    }

    /// A straight row inside, given in shares of its axes.
    pub fn row(&self, row: &super::strip::SealRow) -> Corners {
        self.rectangle((-row.half_width, row.half_width), (row.top, row.bottom))
    }
}

/// Finds the rims on a page, best first.
pub(crate) fn find(page: &RgbImage, ink: Ink) -> Vec<Ellipse> {
    let scale = (PIXELS / (page.width() as f32 * page.height() as f32)).sqrt().min(1.0);
    let map = ink_map(page, ink, scale).smoothed();
    let mean_side = ((map.width * map.height) as f32).sqrt();
    let sizes = (MIN_AXIS * mean_side, MAX_AXIS * map.width.min(map.height) as f32);
    let threshold = if ink == Ink::Red { THRESHOLD } else { GREY_THRESHOLD };
    let edges = edges(&map, threshold, (0.35 * sizes.0) as usize);
    let taken = Taken::of(&edges, &map);
    let mut found: Vec<(Oval, f32)> = Vec::new();
    for centre in centres(&edges, &map, sizes) {
        if !found.iter().any(|(oval, support)| *support >= SURE_SUPPORT && holds(oval, centre)) {
            found.extend(fit(&edges, &taken, centre, sizes));
        }
    }
    let shaped = |(oval, support): &(Oval, f32)| {
        ink == Ink::Red || (oval.semi.0 > MIN_GREY_RATIO * oval.semi.1 && *support >= MIN_GREY_SUPPORT)
    };
    found.retain(shaped);
    distinct(found).into_iter().map(|(oval, support)| on_page(&oval, support, scale)).collect()
}

fn ink_map(page: &RgbImage, ink: Ink, scale: f32) -> Map {
    let side = |s: u32| ((s as f32 * scale) as u32).max(1);
    let small;
    let page = if scale < 1.0 {
        small = imageops::thumbnail(page, side(page.width()), side(page.height()));
        &small
    } else {
        page
    };
    let values = page.pixels().map(|p| ink.strength(p.0.map(f32::from))).collect();
    Map { width: page.width() as usize, height: page.height() as usize, values }
}

fn on_page(oval: &Oval, support: f32, scale: f32) -> Ellipse {
    let page = |v: f64| v as f32 / scale;
    let (sin, cos) = oval.angle.sin_cos();
    Ellipse {
        centre: Point::new(page(oval.x + 0.5), page(oval.y + 0.5)),
        semi: (page(oval.semi.0), page(oval.semi.1)),
        right: Point::new(cos as f32, sin as f32),
        support,
    }
}

fn holds(oval: &Oval, p: Point) -> bool {
    oval.offset(p.x.into(), p.y.into()).0 < 0.0
}

/// Of rims that overlap, the best: seals often have a second line inside the first, and characters make arcs.
fn distinct(mut found: Vec<(Oval, f32)>) -> Vec<(Oval, f32)> {
    let worth = |(oval, support): &(Oval, f32)| support * (oval.semi.0 as f32).sqrt();
    found.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
    let centre = |oval: &Oval| Point::new(oval.x as f32, oval.y as f32);
    let mut kept: Vec<(Oval, f32)> = Vec::new();
    for (oval, support) in found {
        let apart = |(k, _): &(Oval, f32)| !holds(k, centre(&oval)) && !holds(&oval, centre(k));
        if kept.iter().all(apart) {
            kept.push((oval, support));
        }
    }
    kept
}

fn direction(edge: &Edge) -> usize {
    let turn = edge.ny.atan2(edge.nx) / std::f32::consts::TAU;
    ((turn + 1.0) * DIRECTIONS as f32).round() as usize % DIRECTIONS
}

/// The places that most directions agree on as a centre, best first.
fn centres(edges: &[Edge], map: &Map, sizes: (f32, f32)) -> Vec<Point> {
    const HALF: usize = DIRECTIONS / 2;
    let mut by_direction: Vec<Vec<Edge>> = vec![Vec::new(); DIRECTIONS];
    edges.iter().for_each(|e| by_direction[direction(e)].push(*e));
    let (columns, rows) = ((map.width as f32 / CELL) as usize + 1, (map.height as f32 / CELL) as usize + 1);
    let mut votes = vec![[0_u16; HALF]; columns * rows];
    for (d, from) in by_direction.iter().take(HALF).enumerate() {
        for opposite in [d + HALF - 1, d + HALF, d + HALF + 1] {
            let to = &by_direction[opposite % DIRECTIONS];
            for (p, q) in from.iter().flat_map(|p| to.iter().map(move |q| (p, q))) {
                if face(p, q, sizes) {
                    let (x, y) = ((p.x + q.x) / 2.0, (p.y + q.y) / 2.0);
                    let cell = &mut votes[(y / CELL) as usize * columns + (x / CELL) as usize][d];
                    *cell = cell.saturating_add(1);
                }
            }
        }
    }
    peaks(&votes, columns)
}

/// Whether two borders could be opposite ends of one seal, each looking at the other.
fn face(p: &Edge, q: &Edge, (min, max): (f32, f32)) -> bool {
    let (dx, dy) = (q.x - p.x, q.y - p.y);
    let square = dx * dx + dy * dy;
    if square < 0.2 * min * min || square > max * max {
        return false;
    }
    let least = 0.8 * square.sqrt();
    p.nx * dx + p.ny * dy > least && -(q.nx * dx + q.ny * dy) > least
}

fn peaks<const N: usize>(votes: &[[u16; N]], columns: usize) -> Vec<Point> {
    let rows = votes.len() / columns;
    let score = |x: usize, y: usize| -> u16 {
        let mut sums = [0_u16; N];
        for cell in (y - 1..=y + 1).flat_map(|y| &votes[y * columns + x - 1..=y * columns + x + 1]) {
            sums.iter_mut().zip(cell).for_each(|(s, c)| *s = s.saturating_add(*c));
        }
        sums.iter().map(|s| (*s).min(MAX_VOTES)).sum()
    };
    let inner = (1..rows.saturating_sub(1)).flat_map(|y| (1..columns.saturating_sub(1)).map(move |x| (x, y)));
    let mut scored: Vec<(u16, usize, usize)> =
        inner.map(|(x, y)| (score(x, y), x, y)).filter(|s| s.0 >= MIN_VOTES).collect();
    scored.sort_by(|a, b| b.cmp(a));
    let mut kept: Vec<Point> = Vec::new();
    for (_, x, y) in scored {
        let p = Point::new((x as f32 + 0.5) * CELL, (y as f32 + 0.5) * CELL);
        if kept.len() < MAX_CENTRES && kept.iter().all(|k| k.distance(p) > 2.0 * CELL) {
            kept.push(p);
        }
    }
    kept
}

/// Where borders are, in cells of two pixels.
struct Taken {
    columns: usize,
    cells: Vec<bool>,
}

impl Taken {
    fn of(edges: &[Edge], map: &Map) -> Self {
        let (columns, rows) = (map.width / 2 + 1, map.height / 2 + 1);
        let mut cells = vec![false; columns * rows];
        for e in edges {
            cells[e.y as usize / 2 * columns + e.x as usize / 2] = true;
        }
        Self { columns, cells }
    }

    fn near(&self, x: f32, y: f32) -> bool {
        let around = |v: f32| ((v / 2.0) as isize - 1..=(v / 2.0) as isize + 1).filter(|v| *v >= 0);
        around(y).any(|row| {
            around(x).any(|column| {
                let column = column as usize;
                column < self.columns && self.cells.get(row as usize * self.columns + column) == Some(&true)
            })
        })
    }
}

/// The best rim around a centre and the share of it that is there; none when too little of it is.
fn fit(edges: &[Edge], taken: &Taken, centre: Point, (min, max): (f32, f32)) -> Option<(Oval, f32)> {
    let inward = |e: &&Edge| {
        let (dx, dy) = (centre.x - e.x, centre.y - e.y);
        let distance = dx.hypot(dy);
        distance < max / 2.0 && distance > 0.2 * min && e.nx * dx + e.ny * dy > 0.75 * distance
    };
    let near: Vec<Edge> = edges.iter().filter(inward).copied().collect();
    let mirrored = |e: &&Edge| taken.near(2.0 * centre.x - e.x, 2.0 * centre.y - e.y);
    let paired: Vec<Edge> = near.iter().filter(mirrored).copied().collect();
    let fits = |oval: &Oval| {
        let (long, short) = oval.semi;
        long <= MAX_RATIO * short && (min / 2.0..=max / 2.0).contains(&(long as f32))
    };
    let mut best = sampled(&paired, centre, fits)?;
    for tolerance in [4.0, 2.5, 2.0, 1.5] {
        let rim: Vec<(f64, f64)> = near.iter().filter(|e| on_rim(&best, e, tolerance)).map(place).collect();
        best = Oval::near(best.x, best.y, &rim).filter(fits)?;
    }
    let support = support(&best, &near, 2.0);
    (support >= MIN_SUPPORT).then_some((best, support))
}

fn place(edge: &Edge) -> (f64, f64) {
    (f64::from(edge.x), f64::from(edge.y))
}

fn on_rim(oval: &Oval, edge: &Edge, tolerance: f64) -> bool {
    let (distance, nx, ny) = oval.offset(edge.x.into(), edge.y.into());
    distance.abs() < tolerance && -(nx * f64::from(edge.nx) + ny * f64::from(edge.ny)) > 0.85
}

/// The ellipse through three borders that most others lie on.
fn sampled(edges: &[Edge], centre: Point, fits: impl Fn(&Oval) -> bool) -> Option<Oval> {
    let mut state = 0x9E37_79B9_u32;
    let mut pick = || {
        // Numbers that look random and are the same for every run.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        edges.get((state >> 8) as usize % edges.len().max(1)).map(place)
    };
    let jury: Vec<Edge> = edges.iter().step_by(edges.len().div_ceil(JURY).max(1)).copied().collect();
    let mut best: Option<(f32, Oval)> = None;
    for _ in 0..TRIALS {
        let three = [pick()?, pick()?, pick()?];
        let Some(oval) = Oval::around(centre.x.into(), centre.y.into(), &three).filter(&fits) else { continue };
        let support = support(&oval, &jury, 2.5);
        if best.is_none_or(|(most, _)| support > most) {
            best = Some((support, oval));
        }
    }
    best.map(|(_, oval)| oval)
}

/// The share of the rim's parts that have a border on them.
fn support(oval: &Oval, edges: &[Edge], tolerance: f64) -> f32 {
    let mut parts = [false; PARTS];
    for e in edges.iter().filter(|e| on_rim(oval, e, tolerance)) {
        parts[(oval.turn(e.x.into(), e.y.into()) * PARTS as f64) as usize % PARTS] = true;
    }
    parts.iter().filter(|p| **p).count() as f32 / PARTS as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    const SEAL: Rgb<u8> = Rgb([215, 50, 60]);

    /// A page with a table, print, and an oval rim around 700, 300 that leans by `angle`.
    fn page(ink: Rgb<u8>, angle: f32) -> RgbImage {
        let (sin, cos) = angle.sin_cos();
        RgbImage::from_fn(1000, 650, |x, y| {
            let (dx, dy) = (x as f32 - 700.0, y as f32 - 300.0);
            let (u, v) = ((dx * cos + dy * sin) / 90.0, (dy * cos - dx * sin) / 66.0);
            let ruled = (60..940).contains(&x) && matches!(y, 150..=151 | 310..=311 | 500..=501);
            let print = (100..400).contains(&x) && (200..220).contains(&y) && x % 24 < 14;
            match u.hypot(v) {
                0.96..1.0 => ink,
                _ if ruled => Rgb([150, 40, 40]),
                _ if print => Rgb([20; 3]),
                _ => Rgb([250; 3]),
            }
        })
    }

    #[track_caller]
    fn assert_seal(page: &RgbImage, angle: f32) {
        let found = find(page, Ink::of(page));
        assert_eq!(found.len(), 1, "{found:?}");
        let Ellipse { centre, semi, right, support } = found[0];
        assert!(centre.distance(Point::new(700.0, 300.0)) < 2.5, "{centre:?}");
        assert!((semi.0 - 90.0).abs() < 3.0 && (semi.1 - 66.0).abs() < 3.0 && support > 0.8, "{semi:?} {support}");
        assert!((right.x * angle.sin() - right.y * angle.cos()).abs() < 0.06, "{right:?}");
    }

    #[test]
    fn a_seal_is_found_across_ruled_lines_and_however_it_leans() {
        for angle in [0.0, 0.2, -0.3] {
            assert_seal(&page(SEAL, angle), angle);
        }
    }

    #[test]
    fn a_grey_seal_is_found_on_a_page_without_colour() {
        let mut page = page(Rgb([120; 3]), 0.1);
        page.pixels_mut().for_each(|p| p.0 = [p.0[1]; 3]);
        assert_seal(&page, 0.1);
    }

    #[test]
    fn tables_print_and_blank_pages_hold_no_seal() {
        let bare = page(Rgb([250; 3]), 0.0);
        assert!(find(&bare, Ink::Red).is_empty() && find(&bare, Ink::Grey).is_empty());
        for (width, height) in [(1, 1), (2, 900), (400, 3)] {
            assert!(find(&RgbImage::new(width, height), Ink::Grey).is_empty());
        }
    }

    #[test]
    fn a_page_full_of_specks_and_strokes_is_done_in_time() {
        let start = std::time::Instant::now();
        let noisy = RgbImage::from_fn(3000, 2000, |x, y| {
            if (x * 7919 + y * 104_729 + x * y / 7) % 11 < 4 || x % 40 < 3 { SEAL } else { Rgb([250; 3]) }
        });
        find(&noisy, Ink::Red);
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    }

    #[test]
    fn text_runs_as_the_page_does() {
        let seal = find(&page(SEAL, 0.0), Ink::Red)[0];
        for (turn, right) in [(Turn::None, (1.0, 0.0)), (Turn::Half, (-1.0, 0.0))] {
            let facing = seal.facing(turn).right;
            assert!(facing.distance(Point::new(right.0, right.1)) < 0.05, "{turn:?}: {facing:?}");
        }
    }
}
