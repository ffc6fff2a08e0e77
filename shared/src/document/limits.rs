//! How much a document may ask of us. Checked on headers, before anything is decoded.

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::sentence::{Sentence, fault};

/// How much a document may ask of us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// So many pages may be as large as a page can be: fifty scans of A4 at 600 dpi are fewer.
const FILLED_PAGES: u64 = 20;

impl Default for Limits {
    fn default() -> Self {
        Self { max_bytes: 50_000_000, max_side: 16_000, max_pixels: 120_000_000, max_pages: 50 }
    }
}

impl Limits {
    pub(super) fn check_bytes(&self, bytes: u64) -> Result<()> {
        at_most(self.max_bytes, bytes, fault::too_many_bytes)
    }

    pub(super) fn check_pages(&self, pages: u32) -> Result<()> {
        at_most(self.max_pages.into(), pages.into(), fault::too_many_pages)
    }

    pub(super) fn check_dimensions(&self, (width, height): (u32, u32)) -> Result<()> {
        let pixels = u64::from(width) * u64::from(height);
        let message = if pixels == 0 {
            fault::no_pixel(width, height)
        } else if width.max(height) > self.max_side {
            fault::side_too_long(width, height, self.max_side)
        } else if pixels > self.max_pixels {
            fault::too_many_pixels(width, height, self.max_pixels)
        } else {
            return Ok(());
        };
        Err(Error::new(ErrorKind::BadDimensions, message))
    }

    /// A file's pages that are pictures, together.
    pub(super) fn check_frames(&self, frames: &[(u32, u32)]) -> Result<()> {
        let pixels: u64 = frames.iter().map(|(width, height)| u64::from(*width) * u64::from(*height)).sum();
        let allowed = self.max_pixels.saturating_mul(FILLED_PAGES);
        if pixels <= allowed {
            return Ok(());
        }
        let message = fault::pages_too_large(pixels, allowed);
        Err(Error::new(ErrorKind::TooComplex, message))
    }
}

fn at_most(allowed: u64, has: u64, say: fn(u64, u64) -> Sentence) -> Result<()> {
    if has <= allowed {
        return Ok(());
    }
    Err(Error::new(ErrorKind::TooLarge, say(has, allowed)))
}
