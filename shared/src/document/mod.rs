//! Untrusted bytes made safe: format told by content, limits, pages, pixels.
//! Knows nothing of invoices or providers.

mod archive;
pub mod fit;
mod format;
mod limits;
pub mod markup;
mod pdf;
mod raster;

use std::sync::OnceLock;

use bytes::Bytes;
use image::RgbImage;
use sha2::{Digest, Sha256};

pub use self::format::Format;
pub use self::limits::Limits;
use crate::error::Result;

/// A file within the limits, of a format we open.
#[derive(Clone, Debug)]
pub struct Document {
    bytes: Bytes,
    format: Format,
    pages: u32,
    dimensions: (u32, u32),
    sha256: OnceLock<String>,
}

impl Document {
    /// Opens a file by its content: cheap, no pixels are decoded yet.
    ///
    /// # Errors
    /// `empty`, `unsupported_format`, `too_large`, `bad_dimensions`, `undecodable`, `encrypted`.
    pub fn open(bytes: Bytes, limits: &Limits) -> Result<Self> {
        limits.check_bytes(bytes.len() as u64)?;
        let format = Format::of(&bytes)?;
        let (pages, dimensions) = match format {
            Format::Pdf => pdf::inspect(&bytes)?,
            _ => raster::inspect(&bytes, format)?,
        };
        limits.check_pages(pages)?;
        limits.check_dimensions(dimensions)?;
        Ok(Self { bytes, format, pages, dimensions, sha256: OnceLock::new() })
    }

    /// The file's bytes, untouched.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// What it is.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The media type of the content, e.g. `image/jpeg`.
    pub fn media_type(&self) -> &'static str {
        self.format.media_type()
    }

    /// The hex digest of the bytes, computed on first need and kept by the document and its clones made after.
    pub fn sha256(&self) -> &str {
        self.sha256.get_or_init(|| hex::encode(Sha256::digest(&self.bytes)))
    }

    /// How many pages the file has.
    pub fn pages(&self) -> u32 {
        self.pages
    }

    /// Width and height of the first page in pixels, after the EXIF turn; a PDF's are those of [`Self::pixels`].
    pub fn dimensions(&self) -> (u32, u32) {
        self.dimensions
    }

    /// The first page's pixels, EXIF-turned, transparency laid on white.
    ///
    /// # Errors
    /// `undecodable` when the content is damaged.
    pub fn pixels(&self) -> Result<RgbImage> {
        match self.format {
            Format::Pdf => pdf::decode(&self.bytes),
            _ => raster::decode(&self.bytes, self.format, self.dimensions),
        }
    }
}

#[cfg(test)]
mod tests;
