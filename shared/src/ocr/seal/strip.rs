//! A seal's text laid out straight: the upper arc unrolled, the rows inside turned level, black print left out.
//! Knows nothing of characters.

use image::{Rgb, RgbImage};

use super::ellipse::Ellipse;
use super::ink::Ink;
use crate::geometry::{Corners, Point};
use crate::ocr::crop::{HEIGHT, sample};

/// A band along the rim, in shares of half the seal's height.
pub(crate) struct Arc {
    /// How far inside the rim it begins.
    pub outer: f32,
    /// How far inside it ends.
    pub inner: f32,
}

/// The band of large characters.
pub(crate) const WIDE_ARC: Arc = Arc { outer: 0.05, inner: 0.46 };
/// The band of small characters.
pub(crate) const SLIM_ARC: Arc = Arc { outer: 0.06, inner: 0.38 };

/// How far below the middle a band begins and ends, in radians.
const BELOW: f32 = 0.55;

/// A straight row, in shares of half the seal's width and height.
pub(crate) struct SealRow {
    pub half_width: f32,
    pub top: f32,
    pub bottom: f32,
}

/// The rows that straight text stands in: across the middle and below it.
pub(crate) const ROWS: [SealRow; 2] =
    [SealRow { half_width: 0.80, top: -0.17, bottom: 0.17 }, SealRow { half_width: 0.66, top: 0.22, bottom: 0.66 }];

/// The longest strip in pixels.
const MAX_WIDTH: usize = 1600;

/// `HEIGHT` rows of pixels.
type Strip = Vec<Vec<u8>>;

/// Strips one below the other, ready for the recogniser.
pub(crate) struct Sheet<'a> {
    page: &'a RgbImage,
    ink: Ink,
    strips: Vec<Strip>,
}

impl<'a> Sheet<'a> {
    pub fn new(page: &'a RgbImage, ink: Ink) -> Self {
        Self { page, ink, strips: Vec::new() }
    }

    /// Adds strips of a seal: an arc, then rows.
    pub fn add(&mut self, seal: &Ellipse, arc: &Arc, rows: &[SealRow]) {
        let (page, ink) = (self.page, self.ink);
        let full = full_strength(page, seal, ink);
        let shade = |p: Point| {
            let strength = ink.strength(sample(page, p)) / full;
            (255.0 - 235.0 * strength.clamp(0.0, 1.0)) as u8
        };
        self.strips.push(unrolled(seal, arc, shade));
        for row in rows {
            self.strips.push(levelled(&seal.row(row), shade));
        }
    }

    /// The picture of all strips, and the place of each.
    pub fn finish(self) -> (RgbImage, Vec<Corners>) {
        let length = |strip: &Strip| strip.first().map_or(0, Vec::len);
        let width = self.strips.iter().map(length).max().unwrap_or(0);
        let mut picture = RgbImage::from_pixel(width as u32, (self.strips.len() * HEIGHT) as u32, Rgb([255; 3]));
        let mut places = Vec::new();
        for (i, strip) in self.strips.iter().enumerate() {
            for (y, row) in strip.iter().enumerate() {
                for (x, &value) in row.iter().enumerate() {
                    picture.put_pixel(x as u32, (i * HEIGHT + y) as u32, Rgb([value; 3]));
                }
            }
            let (right, top) = (length(strip) as f32, (i * HEIGHT) as f32);
            let bottom = top + HEIGHT as f32;
            let corners = [(0.0, top), (right, top), (right, bottom), (0.0, bottom)];
            places.push(Corners(corners.map(|(x, y)| Point::new(x, y))));
        }
        (picture, places)
    }
}

/// The ink that counts as full: what the stronger parts of the seal have.
fn full_strength(page: &RgbImage, seal: &Ellipse, ink: Ink) -> f32 {
    const STEPS: i16 = 40;
    let grid = (-STEPS..=STEPS).flat_map(|v| (-STEPS..=STEPS).map(move |u| (f32::from(u), f32::from(v))));
    let inside = grid.map(|(u, v)| (u / f32::from(STEPS), v / f32::from(STEPS))).filter(|(u, v)| u * u + v * v < 0.9);
    let place = |(u, v): (f32, f32)| seal.at(u * seal.semi.0, v * seal.semi.1);
    let mut values: Vec<f32> = inside.map(|p| ink.strength(sample(page, place(p)))).collect();
    values.sort_by(f32::total_cmp);
    values.get(values.len() * 95 / 100).copied().unwrap_or(0.0).max(20.0)
}

/// The place at angle `t` of the rim (clockwise from its right end), `depth` pixels inside.
fn inside_rim(seal: &Ellipse, t: f32, depth: f32) -> Point {
    let (a, b) = seal.semi;
    let (sin, cos) = t.sin_cos();
    let (nu, nv) = (cos * b, sin * a);
    let length = nu.hypot(nv).max(f32::EPSILON);
    seal.at(a * cos - depth * nu / length, b * sin - depth * nv / length)
}

fn unrolled(seal: &Ellipse, arc: &Arc, shade: impl Fn(Point) -> u8) -> Strip {
    const STEPS: usize = 360;
    let b = seal.semi.1;
    let (start, end) = (std::f32::consts::PI - BELOW, std::f32::consts::TAU + BELOW);
    let angle = |i: usize| start + (end - start) * i as f32 / STEPS as f32;
    let middle = b * (arc.outer + arc.inner) / 2.0;
    // How long the way is up to each angle, so that characters keep their width round the bends.
    let mut way = vec![0.0];
    for i in 1..=STEPS {
        let (p, q) = (inside_rim(seal, angle(i - 1), middle), inside_rim(seal, angle(i), middle));
        way.push(way[i - 1] + p.distance(q));
    }
    let length = way[STEPS].max(1.0);
    let width = (HEIGHT as f32 * length / (b * (arc.inner - arc.outer)).max(1.0)) as usize;
    let width = width.clamp(HEIGHT, MAX_WIDTH);
    let angles: Vec<f32> = (0..width)
        .map(|x| {
            let want = (x as f32 + 0.5) / width as f32 * length;
            let i = way.partition_point(|w| *w < want).clamp(1, STEPS);
            let share = (want - way[i - 1]) / (way[i] - way[i - 1]).max(f32::EPSILON);
            start + (end - start) * (i as f32 - 1.0 + share) / STEPS as f32
        })
        .collect();
    let depth = |y: usize| b * (arc.outer + (arc.inner - arc.outer) * (y as f32 + 0.5) / HEIGHT as f32);
    (0..HEIGHT).map(|y| angles.iter().map(|&t| shade(inside_rim(seal, t, depth(y)))).collect()).collect()
}

fn levelled(corners: &Corners, shade: impl Fn(Point) -> u8) -> Strip {
    let width = (HEIGHT as f32 * corners.width() / corners.height().max(1.0)) as usize;
    let width = width.clamp(HEIGHT, MAX_WIDTH);
    let [tl, tr, br, bl] = corners.0;
    let row = |y: usize| {
        let v = (y as f32 + 0.5) / HEIGHT as f32;
        let (left, right) = (tl.towards(bl, v), tr.towards(br, v));
        (0..width).map(|x| shade(left.towards(right, (x as f32 + 0.5) / width as f32))).collect()
    };
    (0..HEIGHT).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Black marks at the left end, the top and the right end of a red-rimmed oval.
    fn page() -> RgbImage {
        RgbImage::from_fn(300, 200, |x, y| {
            let (x, y) = (x as f32 - 150.0, y as f32 - 100.0);
            match (x, y) {
                _ if x.hypot(y + 62.0) < 8.0 => Rgb([210, 40, 40]),
                _ if (x + 90.0).hypot(y) < 8.0 => Rgb([20, 20, 20]),
                _ => Rgb([250; 3]),
            }
        })
    }

    fn seal() -> Ellipse {
        Ellipse { centre: Point::new(150.0, 100.0), semi: (108.0, 80.0), right: Point::new(1.0, 0.0), support: 1.0 }
    }

    #[test]
    fn the_arc_runs_over_the_top_and_black_print_is_gone() {
        let page = page();
        let mut sheet = Sheet::new(&page, Ink::Red);
        sheet.add(&seal(), &WIDE_ARC, &[]);
        let (picture, places) = sheet.finish();
        let width = places[0].width();
        let dark: Vec<u32> = (0..picture.width()).filter(|&x| picture.get_pixel(x, 20).0[0] < 128).collect();
        assert!(!dark.is_empty() && dark.iter().all(|&x| (x as f32 / width - 0.5).abs() < 0.06), "{dark:?} of {width}");
    }

    #[test]
    fn seals_without_extent_do_no_harm() {
        let page = RgbImage::new(1, 1);
        let mut sheet = Sheet::new(&page, Ink::Grey);
        sheet.add(&Ellipse { semi: (0.0, 0.0), ..seal() }, &SLIM_ARC, &ROWS);
        let (picture, places) = sheet.finish();
        assert_eq!((places.len(), picture.height() as usize), (3, 3 * HEIGHT));
        assert_eq!(Sheet::new(&page, Ink::Red).finish().1.len(), 0);
    }
}
