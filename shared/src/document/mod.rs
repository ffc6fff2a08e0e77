//! Untrusted bytes made safe: format told by content, limits, pages, pixels.
//! Knows nothing of invoices or providers.

pub mod fit;

use bytes::Bytes;
use image::RgbImage;

use crate::error::{Error, ErrorKind, Result};

/// What we open, told by content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// JPEG, baseline or progressive, RGB, grey or CMYK.
    Jpeg,
    /// PNG.
    Png,
    /// Windows bitmap.
    Bmp,
    /// TIFF, first page.
    Tiff,
    /// GIF, first frame.
    Gif,
    /// WebP.
    WebP,
    /// PDF, first page.
    Pdf,
}

/// How much a document may ask of us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub max_bytes: u64,
    /// Pixels a side.
    pub max_side: u32,
    /// Pixels in all.
    pub max_pixels: u64,
    /// Pages of a file.
    pub max_pages: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 50_000_000,
            max_side: 16_000,
            max_pixels: 120_000_000,
            max_pages: 50,
        }
    }
}

/// A file within the limits, of a format we open.
#[derive(Clone, Debug)]
pub struct Document {
    bytes: Bytes,
    format: Format,
    pages: u32,
    dimensions: (u32, u32),
}

impl Document {
    /// Opens a file by its content: cheap, no pixels are decoded yet.
    ///
    /// # Errors
    /// `empty`, `unsupported_format`, `too_large`, `bad_dimensions`, `undecodable`, `encrypted`.
    pub fn open(bytes: Bytes, _limits: &Limits) -> Result<Self> {
        if bytes.is_empty() {
            return Err(Error::new(ErrorKind::Empty, "the file has no bytes"));
        }
        Err(Error::new(
            ErrorKind::UnsupportedFormat,
            "the content is of no format we open",
        ))
    }

    /// The file's bytes, untouched.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// What it is.
    pub fn format(&self) -> Format {
        self.format
    }

    /// How many pages the file has.
    pub fn pages(&self) -> u32 {
        self.pages
    }

    /// Width and height of the first page in pixels, after the EXIF turn.
    pub fn dimensions(&self) -> (u32, u32) {
        self.dimensions
    }

    /// The first page's pixels, EXIF-turned, transparency laid on white.
    ///
    /// # Errors
    /// `undecodable` when the content is damaged.
    pub fn pixels(&self) -> Result<RgbImage> {
        Err(Error::new(ErrorKind::Undecodable, "wip"))
    }
}
