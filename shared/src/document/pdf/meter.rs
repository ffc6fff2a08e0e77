//! What a page asks of the renderer, added up before anything is painted: the renderer itself cannot be stopped. Patterns,
//! masks and drawn characters count as often as they are used. Knows nothing of what the page says.

use std::any::Any;
use std::collections::HashMap;
use std::ops::{Add, Mul, Sub};
use std::panic::resume_unwind;
use std::time::Instant;

use hayro::hayro_interpret::font::{Glyph, GlyphRun};
use hayro::hayro_interpret::pattern::{Pattern, TilingPattern};
use hayro::hayro_interpret::{
    BlendMode, CacheKey, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, Paint, SoftMask, StrokeProps,
};
use hayro::kurbo::{Affine, BezPath, PathEl, Point, Rect, Shape};

use super::{streams, too_complex};
use crate::error::Error;

/// Work of one kind each.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    /// Things drawn, clipped and grouped.
    steps: f64,
    /// Points and dashes of their outlines.
    points: f64,
    /// Pixels painted, and pictures' own pixels.
    pixels: f64,
}

/// What an honest page does at the most, drawings of many lines included: a page of A4 painted a thousand times over.
const MAX: Cost = Cost { steps: 300_000.0, points: 10_000_000.0, pixels: 4e9 };

/// Points of a character's outline.
const GLYPH: f64 = 30.0;
/// Pixels that a group costs for each that is painted in it: it is a layer of its own, and laid down.
const GROUP: f64 = 16.0;
/// Pixels that a clip costs for each that it covers.
const CLIP: f64 = 1.0 / 16.0;
/// Pixels that a mask costs for each of the page's: it is painted, turned to grey and kept.
const MASK: f64 = 16.0;
/// Pixels that a shading costs for each that it paints: a function is asked for each.
const SHADING: f64 = 8.0;
/// Pixels that a line costs for each that it is long.
const LINE: f64 = 4.0;

impl Add for Cost {
    type Output = Cost;
    fn add(self, other: Cost) -> Cost {
        let (steps, points) = (self.steps + other.steps, self.points + other.points);
        Cost { steps, points, pixels: self.pixels + other.pixels }
    }
}

impl Sub for Cost {
    type Output = Cost;
    fn sub(self, other: Cost) -> Cost {
        self + other * -1.0
    }
}

impl Mul<f64> for Cost {
    type Output = Cost;
    fn mul(self, times: f64) -> Cost {
        Cost { steps: self.steps * times, points: self.points * times, pixels: self.pixels * times }
    }
}

/// Why a page was left: thrown, because nothing else ends the interpreter.
struct Excess(Error);

/// The error of a page that was left, among whatever else may unwind.
pub(super) fn excess(thrown: Box<dyn Any + Send>) -> Error {
    match thrown.downcast::<Excess>() {
        Ok(excess) => excess.0,
        Err(other) => resume_unwind(other),
    }
}

/// Adds up what one page asks for.
pub(super) struct Meter {
    /// The page in points.
    page: Rect,
    /// Pixels a point.
    scale: f64,
    until: Instant,
    /// Pixels of one picture.
    max_pixels: u64,
    spent: Cost,
    /// For every open group, the pixels that were painted before it.
    groups: Vec<f64>,
    /// What each pattern, mask and drawn character costs once.
    known: HashMap<u128, Cost>,
}

impl Meter {
    pub(super) fn new(page: Rect, scale: f64, until: Instant, max_pixels: u64) -> Meter {
        Meter { page, scale, until, max_pixels, spent: Cost::default(), groups: Vec::new(), known: HashMap::new() }
    }

    fn charge(&mut self, cost: Cost) {
        self.spent = self.spent + cost;
        let Cost { steps, points, pixels } = self.spent;
        if steps > MAX.steps {
            leave(&format!("a page in it draws more than {} things", MAX.steps));
        } else if points > MAX.points {
            leave(&format!("a page in it draws lines of more than {} points", MAX.points));
        } else if pixels > MAX.pixels {
            leave(&format!("a page in it paints more than {} pixels", MAX.pixels));
        } else if Instant::now() > self.until {
            leave("a page in it takes too long to go through");
        }
    }

    pub(super) fn step(&mut self) {
        self.charge(Cost { steps: 1.0, ..Cost::default() });
    }

    /// Pixels of a part of the page in points.
    fn pixels(&self, area: Rect, clip: Rect) -> f64 {
        let area = area.intersect(clip).area().min(self.page.area());
        if area.is_finite() { area.max(0.0) * self.scale * self.scale } else { 0.0 }
    }

    /// One that is no rectangle is laid over those before it.
    pub(super) fn clip(&mut self, path: &BezPath, clip: Rect) {
        let pixels = LINE * self.length(path, Affine::IDENTITY) + CLIP * self.pixels(path.bounding_box(), clip);
        self.charge(Cost { steps: 1.0, points: path.elements().len() as f64, pixels });
    }

    pub(super) fn begin_group(&mut self, mask: Option<&SoftMask<'_>>) {
        self.step();
        self.mask(mask);
        self.groups.push(self.spent.pixels);
    }

    pub(super) fn end_group(&mut self) {
        let Some(before) = self.groups.pop() else { return };
        let painted = (self.spent.pixels - before).min(self.pixels(self.page, self.page));
        self.charge(Cost { pixels: GROUP * painted, ..Cost::default() });
    }

    /// A mask is made once, however often it is used.
    fn mask(&mut self, mask: Option<&SoftMask<'_>>) {
        let Some(mask) = mask else { return };
        let key = mask.cache_key();
        if self.known.contains_key(&key) {
            return;
        }
        self.known.insert(key, Cost::default());
        let pixels = MASK * self.pixels(self.page, self.page);
        self.charge(Cost { steps: 1.0, points: 0.0, pixels });
        mask.interpret(&mut Gauge(self));
    }

    pub(super) fn path(&mut self, path: &BezPath, props: &DrawProps<'_>, mode: &DrawMode, clip: Rect) {
        let bounds = props.transform.transform_rect_bbox(path.bounding_box());
        let length = self.length(path, props.transform);
        let mut cost = Cost { steps: 1.0, points: path.elements().len() as f64, pixels: LINE * length };
        let mut painted = bounds;
        if let DrawMode::Stroke(stroke) | DrawMode::FillAndStroke(_, stroke) = mode {
            let width = f64::from(stroke.line_width) * widening(props.transform);
            painted = bounds.inflate(width, width);
            cost.points += dashes(path, stroke);
            cost.pixels += (length * width * self.scale).min(self.pixels(painted, clip));
        }
        if matches!(mode, DrawMode::Fill(_) | DrawMode::FillAndStroke(..)) {
            cost.pixels += self.pixels(bounds, clip);
        }
        self.charge(cost);
        self.paint(&props.paint, painted, clip);
        self.mask(props.soft_mask.as_ref());
    }

    /// How long a path is on the page, in pixels; what lies far outside is not painted.
    fn length(&self, path: &BezPath, transform: Affine) -> f64 {
        let near = self.page.inflate(self.page.width(), self.page.height());
        let clamped = |p: Point| Point::new(p.x.clamp(near.x0, near.x1), p.y.clamp(near.y0, near.y1));
        length(path, |p| clamped(transform * p)) * self.scale
    }

    /// What the paint costs beside the area that it covers.
    fn paint(&mut self, paint: &Paint<'_>, area: Rect, clip: Rect) {
        let Paint::Pattern(pattern) = paint else { return };
        let area = area.intersect(self.page);
        match &**pattern {
            Pattern::Shading(_) => {
                let pixels = SHADING * self.pixels(area, clip);
                self.charge(Cost { pixels, ..Cost::default() });
            }
            Pattern::Tiling(tiling) => self.tiles(tiling, area),
        }
    }

    /// The pattern's cell is drawn anew for each area, as often as its copies overlap or stand beside each other.
    fn tiles(&mut self, tiling: &TilingPattern<'_>, area: Rect) {
        let inverse = tiling.matrix.inverse();
        let area = inverse.transform_rect_bbox(area);
        let copies = |cell: f64, step: f32, visible: f64| {
            let step = f64::from(step.abs());
            let beside = if visible < step { visible / step } else { 0.0 };
            (cell.abs() / step + beside + 1.0).max(1.0)
        };
        let times = copies(tiling.bbox.width(), tiling.x_step, area.width())
            * copies(tiling.bbox.height(), tiling.y_step, area.height());
        let matrix = tiling.matrix;
        let once = self.once(tiling.cache_key(), |gauge| {
            tiling.interpret(gauge, matrix, false);
        });
        self.charge(once * if times.is_finite() { times } else { f64::MAX });
    }

    pub(super) fn glyphs<'a>(&mut self, run: &GlyphRun<'_, 'a>, props: &DrawProps<'a>, mode: &DrawMode) {
        self.step();
        if matches!(mode, DrawMode::Invisible) {
            return;
        }
        for positioned in run.glyphs() {
            let transform = props.transform * positioned.transform();
            match &**positioned {
                Glyph::Outline(_) => {
                    let [a, b, c, d, ..] = transform.as_coeffs();
                    let square = (a * d - b * c).abs() * 1e6 * self.scale * self.scale;
                    let pixels = square.min(self.pixels(self.page, self.page));
                    self.charge(Cost { steps: 0.0, points: GLYPH, pixels });
                }
                Glyph::Type3(drawn) => {
                    let cost = self.once(drawn.cache_key(), |gauge| {
                        drawn.interpret(gauge, props.transform, positioned.transform(), &props.paint);
                    });
                    self.charge(cost);
                }
            }
        }
        self.paint(&props.paint, self.page, self.page);
        self.mask(props.soft_mask.as_ref());
    }

    pub(super) fn image(&mut self, image: &Image<'_, '_>, props: &ImageDrawProps<'_>, clip: Rect) {
        let (width, height) = (f64::from(image.width()), f64::from(image.height()));
        let place = props.transform.transform_rect_bbox(Rect::new(0.0, 0.0, width, height));
        let stream = match image {
            Image::Raster(raster) => raster.stream(),
            Image::Stencil(stencil) => stencil.stream(),
        };
        // The file's objects were looked through before; this one stands in the page's own text.
        if stream.dict().obj_id().is_none()
            && let Err(error) = streams::check_stream(stream, self.max_pixels)
        {
            resume_unwind(Box::new(Excess(error)));
        }
        let pixels = width * height + self.pixels(place, clip);
        self.charge(Cost { steps: 1.0, points: 0.0, pixels });
        self.mask(props.soft_mask.as_ref());
    }

    /// What drawing something costs once; it is gone through once only, and counts once itself.
    fn once(&mut self, key: u128, draw: impl FnOnce(&mut Gauge<'_>)) -> Cost {
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let before = self.spent;
        self.step();
        draw(&mut Gauge(self));
        let cost = self.spent - before;
        self.known.insert(key, cost);
        cost
    }
}

fn leave(why: &str) -> ! {
    resume_unwind(Box::new(Excess(too_complex(why))))
}

/// How much wider a line becomes.
fn widening(transform: Affine) -> f64 {
    let [a, b, c, d, ..] = transform.as_coeffs();
    a.hypot(b).max(c.hypot(d))
}

/// The length of the lines between a path's points, each seen through a function.
fn length(path: &BezPath, seen: impl Fn(Point) -> Point) -> f64 {
    let (mut start, mut at, mut length) = (Point::ZERO, Point::ZERO, 0.0);
    let mut to = |at: &mut Point, next: Point| {
        length += at.distance(next);
        *at = next;
    };
    for element in path.elements() {
        match *element {
            PathEl::MoveTo(p) => {
                start = seen(p);
                at = start;
            }
            PathEl::LineTo(p) => to(&mut at, seen(p)),
            PathEl::QuadTo(a, p) => [a, p].into_iter().for_each(|p| to(&mut at, seen(p))),
            PathEl::CurveTo(a, b, p) => [a, b, p].into_iter().for_each(|p| to(&mut at, seen(p))),
            PathEl::ClosePath => to(&mut at, start),
        }
    }
    if length.is_finite() { length } else { 0.0 }
}

/// The dashes of a stroke, which are cut over the path's whole length, visible or not.
fn dashes(path: &BezPath, stroke: &StrokeProps) -> f64 {
    let count = stroke.dash_array.len() as f64;
    let round: f64 = stroke.dash_array.iter().map(|dash| f64::from(dash.abs())).sum();
    if count == 0.0 {
        return 0.0;
    }
    // A pattern that goes nowhere is no pattern.
    let rounds = length(path, |p| p) / round;
    count + if rounds.is_nan() { 0.0 } else { (rounds * count).min(f64::MAX) }
}

/// Counts what a pattern, a mask or a character draws.
struct Gauge<'m>(&'m mut Meter);

impl<'a> Device<'a> for Gauge<'_> {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        self.0.path(path, &props, mode, EVERYWHERE);
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        self.0.clip(&clip.path, EVERYWHERE);
    }

    fn push_transparency_group(&mut self, _: f32, mask: Option<SoftMask<'a>>, _: BlendMode) {
        self.0.begin_group(mask.as_ref());
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        self.0.glyphs(run, &props, mode);
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        self.0.image(&image, &props, EVERYWHERE);
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {
        self.0.end_group();
    }
}

/// Where a pattern's cell lies on the page is not known.
const EVERYWHERE: Rect = Rect::new(f64::MIN, f64::MIN, f64::MAX, f64::MAX);
