//! Pictures of a page to pixels: PNG, JPEG, BMP and the like, and JBIG2, which QR codes often are.
//! Knows nothing of what they show.

use hayro_jbig2::{DecodeSettings, Decoder, DecoderContext, File};
use image::{Rgb, RgbImage};

use super::Package;
use crate::document::format::Format;
use crate::document::raster;

/// Pixels of a picture that is worth decoding; an A4 page at 300 dpi has nine million.
const MAX_PIXELS: u64 = 20_000_000;
/// The first bytes of a JBIG2 file.
const JBIG2: &[u8] = b"\x97JB2\r\n\x1a\n";

/// A picture with its place.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// Corners in millimetres of the page, clockwise from its own top left.
    pub quad: [f32; 8],
    /// Its file, as the package has it; empty when it could not be read.
    pub bytes: Vec<u8>,
    /// Where that file is.
    pub(super) path: String,
}

impl Picture {
    /// Takes the file out of the package.
    pub(super) fn load(&mut self, package: &mut Package) {
        if let Some(bytes) = package.bytes(&[""], &self.path) {
            self.bytes = bytes;
        }
    }

    /// Width and height on the page in millimetres.
    pub fn size(&self) -> (f32, f32) {
        let q = &self.quad;
        ((q[2] - q[0]).hypot(q[3] - q[1]), (q[6] - q[0]).hypot(q[7] - q[1]))
    }

    /// Its pixels; none when it is damaged, enormous or of another kind.
    pub fn decode(&self) -> Option<RgbImage> {
        if self.bytes.starts_with(JBIG2) {
            return jbig2(&self.bytes);
        }
        let format = Format::of(&self.bytes).ok().filter(|f| f.is_picture())?;
        let (_, (width, height)) = raster::inspect(&self.bytes, format).ok()?;
        let fits = is_sane(width, height);
        fits.then(|| raster::decode(&self.bytes, format, (width, height)).ok()).flatten()
    }
}

fn is_sane(width: u32, height: u32) -> bool {
    let pixels = u64::from(width) * u64::from(height);
    pixels > 0 && pixels <= MAX_PIXELS
}

fn jbig2(bytes: &[u8]) -> Option<RgbImage> {
    let file = File::new(bytes, &DecodeSettings::default()).ok()?;
    let page = file.page(0)?;
    if !is_sane(page.width(), page.height()) {
        return None;
    }
    let mut canvas = Canvas { picture: RgbImage::new(page.width(), page.height()), x: 0, y: 0 };
    page.decode_with(&mut canvas, &mut DecoderContext::default()).ok()?;
    Some(canvas.picture)
}

/// Takes a bilevel picture pixel by pixel.
struct Canvas {
    picture: RgbImage,
    x: u32,
    y: u32,
}

impl Decoder for Canvas {
    fn push_pixel(&mut self, black: bool) {
        if let Some(pixel) = self.picture.get_pixel_mut_checked(self.x, self.y) {
            *pixel = Rgb([if black { 0 } else { 255 }; 3]);
        }
        self.x = self.x.saturating_add(1);
    }

    fn push_pixel_chunk(&mut self, black: bool, chunk_count: u32) {
        // A row's end bounds the work, whatever the count says.
        let pixels = chunk_count.saturating_mul(8).min(self.picture.width().saturating_sub(self.x));
        for _ in 0..pixels {
            self.push_pixel(black);
        }
    }

    fn next_line(&mut self) {
        self.x = 0;
        self.y = self.y.saturating_add(1);
    }
}
