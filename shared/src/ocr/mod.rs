//! Pixels to text lines with places and scores, and QR codes. Knows nothing of invoices.

mod cascade;
mod clean;
mod components;
mod crop;
mod detect;
mod doubt;
mod gaps;
mod hull;
mod ink;
mod light;
mod model;
mod orient;
mod qr;
mod recognise;
mod resize;
mod rules;
mod seal;
mod threads;

use std::path::Path;
use std::thread;

use image::RgbImage;
use serde::{Deserialize, Serialize};
use tracing::debug_span;

use self::cascade::Cascade;
use self::clean::Cleaned;
use self::model::{ALPHABET, DETECTOR, Model, QUICK_RECOGNISER, RECOGNISER, Runtime};
pub use self::model::{MODEL_FILES, require as require_models};
pub(crate) use self::qr::find as find_codes;
use self::recognise::Recogniser;
pub use self::rules::find_rules;
pub use self::seal::SealText;
use self::threads::Share;
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Corners, Quad, Segment, Turn};

/// A line whose characters are less sure than this on average is noise.
const MIN_CONFIDENCE: f32 = 0.5;

/// Everything legible on one page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PageText {
    /// Pixels, as uploaded.
    pub width: u32,
    /// Pixels, as uploaded.
    pub height: u32,
    /// Degrees clockwise that make it upright: 0, 90, 180 or 270.
    pub rotation: u16,
    /// The lines, in no promised order.
    pub lines: Vec<TextLine>,
    /// Where something stands that could not be read: print that lies otherwise than the page, or is no print.
    #[serde(default)]
    pub unread: Vec<Quad>,
    /// The QR codes.
    pub qr_codes: Vec<QrCode>,
    /// The seals; none when nobody looked for them.
    #[serde(default)]
    pub seals: Option<Vec<SealText>>,
    /// The ruled lines of the form, in pixels of the page as uploaded; a bent one comes in pieces.
    #[serde(default)]
    pub rules: Vec<Segment>,
}

/// One detected run of text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TextLine {
    /// Corners in pixels of the page as uploaded, clockwise from the text's own top left.
    pub quad: Quad,
    /// What it says.
    pub text: String,
    /// 0 to 1: the mean over its characters.
    pub confidence: f32,
    /// One per character of `text`, in order.
    pub glyphs: Vec<Glyph>,
}

/// Where a character stands in its line, and how sure it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Glyph {
    /// The character's centre along the line: 0 at the line's left edge, 1 at its right.
    pub at: f32,
    /// 0 to 1.
    pub confidence: f32,
}

/// A part of a page that is to be read again.
#[derive(Clone, Copy, Debug)]
pub struct Region {
    /// Corners in pixels of the page as uploaded, clockwise from the text's own top left.
    pub quad: Quad,
    /// The only characters that can stand there; none when any can.
    pub only: Option<&'static str>,
}

/// A QR code that could be decoded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct QrCode {
    /// Its content.
    pub text: String,
    /// Corners in pixels of the page as uploaded.
    pub quad: Quad,
}

/// The loaded engine; one per process, used from many threads.
pub struct Engine {
    detector: Box<dyn Model>,
    lines: Cascade,
    runtime: Runtime,
    cleaned: Cleaned,
}

impl Engine {
    /// Loads the models from a directory that `make models` filled.
    ///
    /// # Errors
    /// `internal`, naming the file and the command that fetches it.
    pub fn load(models: &Path) -> Result<Self> {
        match Runtime::available(models) {
            Runtime::Onnxruntime => Self::load_on(Runtime::Onnxruntime, models).or_else(|error| {
                tracing::warn!(why = error.message(), "onnxruntime does not take the models: rten is tried");
                Self::load_plain(models)
            }),
            Runtime::Rten => Self::load_plain(models),
        }
    }

    /// As [`Self::load`], without a library that this program does not hold: slower.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_plain(models: &Path) -> Result<Self> {
        Self::load_on(Runtime::Rten, models)
    }

    fn load_on(runtime: Runtime, models: &Path) -> Result<Self> {
        let single = Share::single();
        let detector = runtime.load(models, &DETECTOR, Share::whole())?;
        let quick = runtime.load(models, &QUICK_RECOGNISER, single)?;
        let quick = Recogniser::new(quick, &model::text(models, &ALPHABET)?, single.runs).judged();
        let models = models.to_owned();
        let thorough = move || {
            let network = runtime.load(&models, &RECOGNISER, single)?;
            let characters = network
                .metadata("character")
                .ok_or_else(|| Error::new(ErrorKind::Internal, "the recogniser carries no alphabet"))?;
            Ok(Recogniser::new(network, &characters, single.runs))
        };
        Ok(Self { detector, lines: Cascade::new(quick, thorough), runtime, cleaned: Cleaned::default() })
    }

    /// What does the arithmetic: `onnxruntime`, or `rten` where that does not load.
    pub fn name(&self) -> &'static str {
        self.runtime.name()
    }

    /// Reads one page.
    ///
    /// # Errors
    /// `internal` when the engine fails; a page without text is no error.
    pub fn read(&self, page: &RgbImage) -> Result<PageText> {
        if page.width() == 0 || page.height() == 0 {
            return Ok(PageText::default());
        }
        thread::scope(|scope| {
            let codes = scope.spawn(|| debug_span!("codes").in_scope(|| qr::find(page)));
            let seals = scope.spawn(|| debug_span!("seals").in_scope(|| seal::find(page)));
            let rules = scope.spawn(|| debug_span!("ruled lines").in_scope(|| find_rules(page)));
            let (turn, lines, unread) = self.read_lines(&self.cleaned.first(page))?;
            // Digits in a seal are guarded by nothing around them.
            let read = |sheet: &RgbImage, strips: &[Corners]| self.lines.read_thoroughly(sheet, strips, &[]);
            let read_seals = |found| debug_span!("seals").in_scope(|| seal::read(page, found, turn, read));
            let seals = seals.join().ok().map(read_seals).transpose()?;
            Ok(PageText {
                width: page.width(),
                height: page.height(),
                rotation: turn.degrees(),
                lines,
                unread,
                // A decoder that trips over one picture must not cost us its text.
                qr_codes: codes.join().unwrap_or_default(),
                seals,
                rules: rules.join().unwrap_or_default(),
            })
        })
    }

    /// Reads single regions of a page again, without searching for lines; one answer per region, in their order.
    ///
    /// # Errors
    /// `internal` when the engine fails; an illegible region is an empty line.
    pub fn reread(&self, page: &RgbImage, regions: &[Region]) -> Result<Vec<TextLine>> {
        let corners: Vec<Corners> = regions.iter().map(|region| Corners::from_quad(&region.quad)).collect();
        let only: Vec<Option<&str>> = regions.iter().map(|region| region.only).collect();
        let _span = debug_span!("second pass").entered();
        let lines = self.lines.read_thoroughly(&self.cleaned.again(page), &corners, &only)?;
        Ok(regions.iter().zip(lines).map(|(region, line)| line.at(region.quad)).collect())
    }

    /// The turn that makes a page upright, its lines, and where there is something illegible.
    fn read_lines(&self, page: &RgbImage) -> Result<(Turn, Vec<TextLine>, Vec<Quad>)> {
        let boxes = debug_span!("detect").in_scope(|| detect::detect(&*self.detector, page))?;
        let turn = debug_span!("orient")
            .in_scope(|| orient::upright_turn(&boxes, |lines| self.lines.read_quickly(page, lines)))?;
        let _span = debug_span!("recognise").entered();
        let places: Vec<Corners> = boxes.iter().map(|b| crop::reading_direction(b.turned(turn))).collect();
        let (mut lines, mut unread) = (Vec::new(), Vec::new());
        for (place, line) in places.iter().zip(self.lines.read(page, &places)?) {
            let quad = place.to_quad(page.width(), page.height());
            if line.confidence() >= MIN_CONFIDENCE { lines.push(line.at(quad)) } else { unread.push(quad) }
        }
        Ok((turn, lines, unread))
    }
}

/// How much larger or smaller the detector sees a page of this size.
pub(crate) fn seen_scale(width: u32, height: u32) -> f32 {
    detect::input_size(width, height).0 as f32 / width.max(1) as f32
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::model::Array;
    use super::*;

    /// Takes dark pixels for text.
    struct DarkIsText;

    impl Model for DarkIsText {
        fn run(&self, shape: [usize; 4], input: Vec<f32>) -> Result<Array> {
            let [_, _, h, w] = shape;
            let data = input[..h * w].iter().map(|&blue| if blue < 0.0 { 1.0 } else { 0.0 }).collect();
            Ok(Array { shape: vec![1, 1, h, w], data })
        }
    }

    /// Reads "a" with a score that says whether red or green comes first on the line.
    struct RedFirst;

    impl Model for RedFirst {
        fn run(&self, shape: [usize; 4], input: Vec<f32>) -> Result<Array> {
            let [n, _, h, w] = shape;
            let answer = input.chunks_exact(3 * h * w).flat_map(|line| {
                let red = line[2 * h * w + h / 2 * w + w / 8] > 0.0;
                [0.0, if red { 0.95 } else { 0.55 }, 0.0]
            });
            Ok(Array { shape: vec![n, 1, 3], data: answer.collect() })
        }
    }

    fn engine() -> Engine {
        Engine {
            detector: Box::new(DarkIsText),
            lines: Cascade::new(Recogniser::new(Box::new(RedFirst), "a", 2), || {
                Ok(Recogniser::new(Box::new(RedFirst), "a", 2))
            }),
            runtime: Runtime::Rten,
            cleaned: Cleaned::default(),
        }
    }

    /// Three bars on white, their left half yellow and their right half green: only yellow has red in it.
    fn page() -> RgbImage {
        RgbImage::from_fn(640, 480, |x, y| match (x, y) {
            (100..200, 40..60 | 140..160 | 240..260) => Rgb([255, 255, 0]),
            (200..300, 40..60 | 140..160 | 240..260) => Rgb([0, 255, 0]),
            _ => Rgb([255; 3]),
        })
    }

    #[test]
    fn a_page_is_read_whichever_way_it_lies() {
        use image::imageops::{rotate90, rotate180, rotate270};
        // Where the text begins, on the page as it was uploaded.
        let cases = [
            (page(), 0, (100.0, 50.0)),
            (rotate270(&page()), 90, (50.0, 540.0)),
            (rotate180(&page()), 180, (540.0, 430.0)),
            (rotate90(&page()), 270, (430.0, 100.0)),
        ];
        for (page, rotation, start) in cases {
            let read = engine().read(&page).unwrap();
            assert_eq!((read.width, read.height, read.rotation), (page.width(), page.height(), rotation));
            assert_eq!(read.lines.len(), 3);
            let near = |line: &TextLine| {
                let middle_left = ((line.quad[0] + line.quad[6]) / 2.0, (line.quad[1] + line.quad[7]) / 2.0);
                (middle_left.0 - start.0).hypot(middle_left.1 - start.1) < 25.0
            };
            assert!(read.lines.iter().any(near), "{rotation}: {:?}", read.lines);
            assert!(read.lines.iter().all(|l| l.text == "a" && l.glyphs.len() == 1 && l.confidence > 0.9));
        }
    }

    #[test]
    fn pages_without_text_are_no_error() {
        for (width, height) in [(1, 1), (3, 900), (640, 480)] {
            let read = engine().read(&RgbImage::from_pixel(width, height, Rgb([255; 3]))).unwrap();
            assert_eq!((read.width, read.rotation, read.lines.len(), read.qr_codes.len()), (width, 0, 0, 0));
        }
        assert_eq!(engine().read(&RgbImage::new(0, 0)).unwrap(), PageText::default());
    }

    #[test]
    fn a_recorded_page_is_read_back_unchanged() {
        let read = engine().read(&page()).unwrap();
        let recorded = serde_json::to_string(&read).unwrap();
        assert_eq!(serde_json::from_str::<PageText>(&recorded).unwrap(), read);
    }

    #[test]
    fn one_engine_serves_many_threads() {
        let engine = engine();
        thread::scope(|scope| {
            let reads: Vec<_> = (0..4).map(|_| scope.spawn(|| engine.read(&page()).unwrap().lines.len())).collect();
            assert!(reads.into_iter().all(|r| r.join().unwrap() == 3));
        });
    }
}
