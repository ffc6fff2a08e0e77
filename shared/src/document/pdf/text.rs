//! A PDF page's characters with places and colours: the page is drawn on a device that listens instead of painting.
//! Knows nothing of invoices.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hayro::hayro_interpret::font::{Glyph, GlyphRun, PositionedGlyph};
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::util::TransformExt;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageData, ImageDrawProps, InterpreterCache,
    InterpreterSettings, Paint, SoftMask, interpret_page,
};
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, BezPath, PathEl, Point, Rect, Shape};
use image::RgbImage;

use super::glyph::{GlyphPlace, is_readable, middle};
use super::meter::{self, Meter};
use super::names::Names;
use super::{Bounds, modules, size};
use crate::document::text::{Picture, Rule, TextPage, TextRun, plain};
use crate::error::{Error, Result};

/// No honest page has more characters.
const MAX_GLYPHS: usize = 20_000;
/// Nor more rules.
const MAX_RULES: usize = 1_000;
/// The QR codes of a page's invoices are among the first pictures of their shape.
const MAX_PICTURES: usize = 8;
/// Pixels a side of a picture that may be a QR code.
const MAX_PICTURE_SIDE: u32 = 1_500;
/// Points a side of such a picture on the page.
const MIN_PICTURE: f64 = 25.0;
/// A filled area with sides of at least so many points hides what it lies on; rules are thinner.
const MIN_COVER: f64 = 3.0;
/// A page that covers its own text more often plays games; its pixels say what is left.
const MAX_COVERS: usize = 3_000;
/// A color component from which on print cannot be told from paper.
const PAPER: u8 = 245;

/// Listens to one page, for so long at the most. A page that asks for too much, as one whose forms draw themselves, is
/// left by unwinding: nothing else ends the interpreter.
///
/// # Errors
/// `too_complex`.
pub(super) fn page<'a>(page: &'a Page<'a>, cache: &InterpreterCache<'a>, bounds: &Bounds) -> Result<TextPage> {
    let (width, height) = page.render_dimensions();
    let visible = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let scale = size((width, height)).map_or(1.0, |(pixels, _)| f64::from(pixels) / f64::from(width));
    let mut listener = Listener {
        page: TextPage { width, height, ..TextPage::default() },
        meter: Meter::new(visible, scale, bounds.until, bounds.max_pixels),
        visible,
        clips: Vec::new(),
        faint: Vec::new(),
        names: Names::new(page),
        glyphs: 0,
        covers: 0,
        modules: Vec::new(),
    };
    let transform = page.initial_transform(true).to_kurbo();
    let mut context = Context::new(transform, visible, cache, page.xref(), InterpreterSettings::default());
    let listened = catch_unwind(AssertUnwindSafe(|| interpret_page(page, &mut context, &mut listener)));
    listened.map_err(meter::excess)?;
    listener.page.runs.retain(|run| !run.glyphs.is_empty());
    listener.page.pictures.extend(modules::pictures(&listener.modules));
    Ok(listener.page)
}

/// A page that was given up: it says nothing.
pub(super) fn given_up(page: &Page<'_>, why: Option<Error>) -> TextPage {
    let (width, height) = page.render_dimensions();
    TextPage { width, height, unnamed: DISTRUSTED, given_up: why, ..TextPage::default() }
}

/// More characters without a name than any page can have with one.
const DISTRUSTED: usize = usize::MAX / 64;

struct Listener<'a> {
    page: TextPage,
    meter: Meter,
    visible: Rect,
    /// Each within those before it.
    clips: Vec<Rect>,
    /// For every open group, whether it is too faint to be seen.
    faint: Vec<bool>,
    names: Names<'a>,
    glyphs: usize,
    covers: usize,
    /// Small dark areas: a code's modules, where the code is no picture.
    modules: Vec<Rect>,
}

impl Listener<'_> {
    fn clip(&self) -> Rect {
        self.clips.last().copied().unwrap_or(self.visible)
    }

    /// More than we follow: nothing that this page says counts.
    fn distrust(&mut self) {
        self.page.unnamed = DISTRUSTED;
        self.page.runs.clear();
    }

    fn is_hidden(&self) -> bool {
        self.faint.contains(&true)
    }

    /// The color, unless it is that of paper or of nothing.
    fn ink(paint: &Paint<'_>) -> Option<[u8; 3]> {
        let [r, g, b, a] = match paint {
            Paint::Color(color) => color.to_rgba().to_rgba8(),
            Paint::Pattern(_) => [0, 0, 0, 255],
        };
        (a >= 25 && r.min(g).min(b) < PAPER).then_some([r, g, b])
    }

    fn run(&mut self, run: &GlyphRun<'_, '_>, transform: Affine, color: [u8; 3]) {
        let glyphs = run.glyphs();
        let mut open: Option<TextRun> = None;
        for (i, glyph) in glyphs.iter().enumerate() {
            self.glyphs += 1;
            if self.glyphs > MAX_GLYPHS {
                self.distrust();
                break;
            }
            let Some(text) = self.name(glyph) else { continue };
            let place = GlyphPlace::of(glyph, glyphs.get(i + 1), transform);
            if !place.is_sound() || !self.clip().contains(place.middle()) {
                continue;
            }
            let target =
                open.get_or_insert_with(|| TextRun { size: place.size, color, angle: place.angle, glyphs: Vec::new() });
            target.glyphs.extend(place.glyphs(&text));
        }
        self.page.runs.extend(open);
    }

    /// What a glyph stands for; a blank one without a name is no loss.
    fn name(&mut self, glyph: &PositionedGlyph<'_>) -> Option<String> {
        let named = glyph.as_unicode().or_else(|| self.names.of(glyph)).map(|name| match name {
            BfString::Char(c) => c.to_string(),
            BfString::String(text) => text,
        });
        let text: Option<String> = named.map(|text| text.chars().map(plain).collect());
        let is_name = |text: &String| !text.is_empty() && text.chars().all(is_readable);
        let text = text.filter(is_name);
        let is_blank = matches!(&**glyph, Glyph::Outline(outline) if outline.outline().elements().is_empty());
        if text.is_none() && !is_blank {
            self.page.unnamed += 1;
        }
        text
    }

    /// Takes away what an opaque area now hides.
    fn cover(&mut self, area: Rect) {
        let area = area.intersect(self.clip());
        if area.width() < MIN_COVER || area.height() < MIN_COVER || self.is_hidden() || self.page.runs.is_empty() {
            return;
        }
        self.covers += 1;
        if self.covers > MAX_COVERS {
            self.distrust();
            return;
        }
        for run in &mut self.page.runs {
            let (size, angle) = (run.size, run.angle);
            run.glyphs.retain(|glyph| !area.contains(middle(glyph, size, angle)));
        }
        self.page.runs.retain(|run| !run.glyphs.is_empty());
    }

    fn rule(&mut self, a: Point, b: Point) {
        let (across, down) = ((a.x - b.x).abs(), (a.y - b.y).abs());
        let straight = across.min(down) < 0.7 && across.max(down) > 4.0;
        if straight && self.page.rules.len() < MAX_RULES {
            let rule = Rect::from_points(a, b);
            let [x0, y0, x1, y1] = [rule.x0, rule.y0, rule.x1, rule.y1].map(|side| side as f32);
            self.page.rules.push(Rule { x0, y0, x1, y1 });
        }
    }

    fn stroke(&mut self, path: &BezPath, transform: Affine) {
        let (mut start, mut at) = (Point::ZERO, Point::ZERO);
        for element in path.elements() {
            let next = match element {
                PathEl::MoveTo(p) => {
                    start = transform * *p;
                    at = start;
                    continue;
                }
                PathEl::LineTo(p) => transform * *p,
                PathEl::ClosePath => start,
                PathEl::QuadTo(_, p) | PathEl::CurveTo(_, _, p) => {
                    at = transform * *p;
                    continue;
                }
            };
            self.rule(at, next);
            at = next;
        }
    }

    /// A thin area is a rule, a large one hides what is under it.
    fn fill(&mut self, path: &BezPath, props: &DrawProps<'_>) {
        let bounds = props.transform.transform_rect_bbox(path.bounding_box());
        let dark = Self::ink(&props.paint).is_some_and(|color| color.iter().all(|c| *c < 100));
        if dark && modules::may_be(bounds) && self.modules.len() < modules::MAX {
            self.modules.push(bounds);
        }
        if bounds.width().min(bounds.height()) < 2.0 {
            let (a, b) = if bounds.width() < bounds.height() {
                (Point::new(bounds.center().x, bounds.y0), Point::new(bounds.center().x, bounds.y1))
            } else {
                (Point::new(bounds.x0, bounds.center().y), Point::new(bounds.x1, bounds.center().y))
            };
            self.rule(a, b);
            return;
        }
        let opaque = matches!(&props.paint, Paint::Color(color) if color.to_rgba().to_rgba8()[3] > 250);
        let solid = opaque && props.blend_mode == BlendMode::Normal && props.soft_mask.is_none();
        let area = path.area().abs() * props.transform.determinant().abs();
        if solid && area > 0.9 * bounds.area() {
            self.cover(bounds);
        }
    }

    fn picture(&mut self, image: &Image<'_, '_>, place: Rect) {
        let shape = place.width() / place.height().max(0.1);
        let fits = (0.8..1.25).contains(&shape)
            && place.width() > MIN_PICTURE
            && place.area() < 0.25 * self.visible.area()
            && image.width().max(image.height()) <= MAX_PICTURE_SIDE;
        if !fits || self.page.pictures.len() >= MAX_PICTURES {
            return;
        }
        if let Some(pixels) = pixels(image) {
            let place = [place.x0, place.y0, place.x1, place.y1].map(|side| side as f32);
            self.page.pictures.push(Picture { pixels, place });
        }
    }
}

impl<'a> Device<'a> for Listener<'_> {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, draw_mode: &DrawMode) {
        self.meter.path(path, &props, draw_mode, self.clip());
        if matches!(draw_mode, DrawMode::Fill(_) | DrawMode::FillAndStroke(..)) {
            self.fill(path, &props);
        }
        if matches!(draw_mode, DrawMode::Stroke(_) | DrawMode::FillAndStroke(..)) {
            self.stroke(path, props.transform);
        }
    }

    fn push_clip_path(&mut self, clip_path: &ClipPath) {
        self.meter.clip(&clip_path.path, self.clip());
        self.push_clip_rect(&clip_path.path.bounding_box());
    }

    fn push_clip_rect(&mut self, rect: &Rect) {
        self.meter.step();
        let inside = self.clip().intersect(*rect);
        self.clips.push(inside);
    }

    fn push_transparency_group(&mut self, opacity: f32, mask: Option<SoftMask<'a>>, _: BlendMode) {
        self.meter.begin_group(mask.as_ref());
        self.faint.push(opacity < 0.1);
    }

    fn draw_glyph_run(&mut self, glyph_run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, draw_mode: &DrawMode) {
        self.meter.glyphs(glyph_run, &props, draw_mode);
        if matches!(draw_mode, DrawMode::Invisible) || self.is_hidden() {
            return;
        }
        if let Some(color) = Self::ink(&props.paint) {
            self.run(glyph_run, props.transform, color);
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        self.meter.image(&image, &props, self.clip());
        let (width, height) = (f64::from(image.width()), f64::from(image.height()));
        let place = props.transform.transform_rect_bbox(Rect::new(0.0, 0.0, width, height));
        let place = place.intersect(self.clip());
        let share = (place.area() / self.visible.area().max(1.0)) as f32;
        self.page.picture_share = self.page.picture_share.max(share.min(1.0));
        self.picture(&image, place);
        if let Image::Raster(raster) = &image {
            let dict = raster.stream().dict();
            let see_through =
                dict.contains_key(b"SMask") || dict.contains_key(b"Mask") || dict.contains_key(b"SMaskInData");
            if !see_through && props.blend_mode == BlendMode::Normal && props.soft_mask.is_none() {
                self.cover(place);
            }
        }
    }

    fn pop_clip(&mut self) {
        self.clips.pop();
    }

    fn pop_transparency_group(&mut self) {
        self.meter.end_group();
        self.faint.pop();
    }
}

fn pixels(image: &Image<'_, '_>) -> Option<RgbImage> {
    let mut taken = None;
    match image {
        Image::Raster(raster) => raster.with_rgba(
            |data, _| {
                taken = match data {
                    ImageData::Rgb(rgb) => RgbImage::from_raw(rgb.width, rgb.height, rgb.data),
                    ImageData::Luma(luma) => from_luma(luma.width, luma.height, &luma.data, false),
                };
            },
            None,
        ),
        Image::Stencil(stencil) => {
            stencil.with_stencil(|luma, _| taken = from_luma(luma.width, luma.height, &luma.data, true), None)
        }
    }
    taken
}

/// Grey pixels as colored ones; of a stencil what is painted is dark.
fn from_luma(width: u32, height: u32, data: &[u8], stencil: bool) -> Option<RgbImage> {
    let shade = |v: &u8| if stencil { 255 - v } else { *v };
    RgbImage::from_raw(width, height, data.iter().flat_map(|v| [shade(v); 3]).collect())
}

#[cfg(test)]
mod tests {
    use crate::document::tests::pdf;
    use crate::document::text::{Rule, TextPage};

    /// A page of 400 x 200 points, its content, and what else its dictionary says.
    fn page_with(content: &str, more: &str) -> TextPage {
        let page = format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] {more} /Contents 4 0 R \
             /Resources << /Font << /F 5 0 R >> >> >>"
        );
        let stream = format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len());
        let font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";
        let pages = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>";
        let file = pdf(&["<< /Type /Catalog /Pages 2 0 R >>", pages, &page, &stream, font], "");
        super::super::layer(&file.into(), u64::MAX).unwrap().pages.remove(0)
    }

    fn page(content: &str) -> TextPage {
        page_with(content, "")
    }

    fn texts(page: &TextPage) -> Vec<String> {
        page.runs.iter().map(|run| run.text()).collect()
    }

    /// `taken` at the left, `left` at the right, with what stands around the latter.
    #[track_caller]
    fn assert_left_out(what: &str, before: &str, after: &str) {
        let page = page(&format!(
            "BT /F 10 Tf 20 100 Td (taken) Tj ET q {before} BT /F 10 Tf 200 100 Td (left) Tj ET {after} Q"
        ));
        assert_eq!(texts(&page), ["taken"], "{what}");
    }

    #[test]
    fn characters_have_places_sizes_and_colours() {
        let page = page("0.5 0.2 0 rg BT /F 10 Tf 20 150 Td (A1) Tj ET");
        let [run] = page.runs.as_slice() else { panic!("{:?}", page.runs) };
        assert_eq!((run.text().as_str(), run.size.round(), run.angle), ("A1", 10.0, 0.0));
        assert_eq!(run.color, [128, 51, 0]);
        let [a, one] = [run.glyphs[0], run.glyphs[1]];
        assert!((a.x - 20.0).abs() < 0.1 && (a.y - 50.0).abs() < 0.1, "{a:?}");
        assert!((one.x - a.x - a.width).abs() < 0.1 && (a.width - 6.67).abs() < 0.1, "{a:?} {one:?}");
        assert_eq!((page.width, page.height, page.unnamed), (400.0, 200.0, 0));
    }

    #[test]
    fn what_nobody_sees_is_not_taken() {
        for (what, before, after) in [
            ("invisible", "3 Tr", ""),
            ("white", "1 g", ""),
            ("almost white", "0.97 g", ""),
            ("outside the page", "1 0 0 1 300 0 cm", ""),
            ("above the page", "1 0 0 1 0 150 cm", ""),
            ("outside a clip", "0 0 150 200 re W n", ""),
            ("outside the inner of two clips", "0 0 400 200 re W n 0 0 150 200 re W n", ""),
            ("covered afterwards", "", "1 g 190 90 60 30 re f"),
            ("covered by a picture", "", "60 0 0 30 190 90 cm BI /W 1 /H 1 /CS /G /BPC 8 ID a EI"),
            ("too small to be read", "0.1 0 0 0.1 150 50 cm", ""),
        ] {
            assert_left_out(what, before, after);
        }
    }

    #[test]
    fn what_is_seen_stays() {
        for (what, before, after) in [
            ("light grey", "0.9 g", ""),
            ("inside a clip", "0 0 400 200 re W n", ""),
            ("on a ground that was laid before", "0.8 g 190 90 60 30 re f 0 g", ""),
            ("beside a later area", "", "190 20 60 30 re f"),
            ("under a line", "", "190 104 60 1 re f"),
            ("in a frame", "", "190 90 60 30 re S"),
        ] {
            let page = page(&format!("q {before} BT /F 10 Tf 200 100 Td (seen) Tj ET {after} Q"));
            assert_eq!(texts(&page), ["seen"], "{what}");
        }
    }

    #[test]
    fn straight_lines_and_thin_areas_are_rules() {
        let vertical = Rule { x0: 100.0, y0: 20.0, x1: 100.0, y1: 180.0 };
        for (what, content) in [("a line", "100 20 m 100 180 l S"), ("a thin area", "99.5 20 1 160 re f")] {
            assert_eq!(page(content).rules, [vertical], "{what}");
        }
        assert!(vertical.is_vertical());
        assert_eq!(page("20 20 100 50 re S").rules.len(), 4);
        for (what, content) in [
            ("aslant", "20 20 m 100 90 l S"),
            ("short", "20 20 m 20 22 l S"),
            ("a curve", "20 20 m 30 90 40 90 50 20 c S"),
            ("a wide area", "20 20 50 50 re f"),
            ("never painted", "20 20 m 20 90 l n"),
        ] {
            assert_eq!(page(content).rules, [], "{what}");
        }
    }

    #[test]
    fn a_page_that_is_shown_turned_has_its_text_turned() {
        let page = page_with("BT /F 10 Tf 20 150 Td (A) Tj ET", "/Rotate 90");
        assert_eq!((page.width, page.height), (200.0, 400.0));
        assert_eq!((page.runs[0].angle.round(), page.runs[0].text().as_str()), (90.0, "A"));
    }

    #[test]
    fn a_picture_that_may_be_a_code_is_kept_and_a_large_one_told() {
        let picture = |width: u32, height: u32| {
            page(&format!("q {width} 0 0 {height} 10 10 cm BI /W 1 /H 1 /CS /G /BPC 8 ID a EI Q"))
        };
        assert_eq!(picture(60, 60).pictures.len(), 1);
        for (width, height) in [(60, 20), (20, 20), (190, 180)] {
            assert_eq!(picture(width, height).pictures.len(), 0, "{width} x {height}");
        }
        assert!((picture(200, 100).picture_share - 0.25).abs() < 0.01);
    }
}
