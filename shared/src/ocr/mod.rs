//! Pixels to text lines with places and scores, and QR codes. Knows nothing of invoices.

mod components;
mod crop;
mod detect;
mod geometry;
mod ink;
mod model;
mod orient;
mod qr;
mod recognise;
mod threads;

use std::path::Path;
use std::thread;

use image::RgbImage;
use serde::{Deserialize, Serialize};

use self::geometry::Corners;
use self::model::{DETECTOR, Model, OnnxModel, RECOGNISER};
use self::recognise::{ReadLine, Recogniser};
use self::threads::Threads;
use crate::error::{Error, ErrorKind, Result};
use crate::report::Quad;

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
    /// The QR codes.
    pub qr_codes: Vec<QrCode>,
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
    recogniser: Recogniser,
    threads: Threads,
}

impl Engine {
    /// Loads the models from a directory that `make models` filled.
    ///
    /// # Errors
    /// `internal`, naming the file and the command that fetches it.
    pub fn load(models: &Path) -> Result<Self> {
        let detector = OnnxModel::load(models, &DETECTOR)?;
        let recogniser = OnnxModel::load(models, &RECOGNISER)?;
        let characters = recogniser
            .metadata("character")
            .ok_or_else(|| Error::new(ErrorKind::Internal, "the recogniser carries no alphabet"))?
            .to_owned();
        Ok(Self {
            detector: Box::new(detector),
            recogniser: Recogniser::new(Box::new(recogniser), &characters),
            threads: Threads::available(),
        })
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
            let codes = scope.spawn(|| qr::find(page));
            let (rotation, lines) = self.read_lines(&ink::without_seals(page))?;
            Ok(PageText {
                width: page.width(),
                height: page.height(),
                rotation,
                lines,
                // A decoder that trips over one picture must not cost us its text.
                qr_codes: codes.join().unwrap_or_default(),
            })
        })
    }

    /// Reads single places of a page again, without searching for lines; one answer per place, in their order.
    ///
    /// # Errors
    /// `internal` when the engine fails; an illegible place is an empty line.
    pub fn look(&self, page: &RgbImage, places: &[Quad]) -> Result<Vec<TextLine>> {
        let corners: Vec<Corners> = places.iter().map(Corners::from_quad).collect();
        let lines = self.recogniser.read(&ink::without_seals(page), &corners, &self.threads.single)?;
        let answer = |(place, line): (&Quad, ReadLine)| TextLine {
            quad: *place,
            confidence: line.confidence(),
            text: line.text,
            glyphs: line.glyphs,
        };
        Ok(places.iter().zip(lines).map(answer).collect())
    }

    fn read_lines(&self, page: &RgbImage) -> Result<(u16, Vec<TextLine>)> {
        let read = |lines: &[Corners]| self.recogniser.read(page, lines, &self.threads.single);
        let boxes = detect::detect(&*self.detector, page, &self.threads.all)?;
        let turn = orient::upright_turn(&boxes, read)?;
        let places: Vec<Corners> = boxes.iter().map(|b| crop::reading_direction(b.turned(turn))).collect();
        let lines = read(&places)?;
        let legible = places.iter().zip(lines).filter_map(|(place, line)| text_line(place, line, page));
        Ok((turn.degrees(), legible.collect()))
    }
}

fn text_line(place: &Corners, line: ReadLine, page: &RgbImage) -> Option<TextLine> {
    let confidence = line.confidence();
    (confidence >= MIN_CONFIDENCE).then(|| TextLine {
        quad: place.to_quad(page.width(), page.height()),
        text: line.text,
        confidence,
        glyphs: line.glyphs,
    })
}
