//! Pixels to text lines with places and scores, and QR codes. Knows nothing of invoices.

use std::path::Path;

use image::RgbImage;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::report::Quad;

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
pub struct Engine {}

impl Engine {
    /// Loads the models from a directory that `make models` filled.
    ///
    /// # Errors
    /// `internal`, naming the file and the command that fetches it.
    pub fn load(_models: &Path) -> Result<Self> {
        Err(Error::new(ErrorKind::Internal, "wip"))
    }

    /// Reads one page.
    ///
    /// # Errors
    /// `internal` when the engine fails; a page without text is no error.
    pub fn read(&self, _page: &RgbImage) -> Result<PageText> {
        Err(Error::new(ErrorKind::Internal, "wip"))
    }
}
