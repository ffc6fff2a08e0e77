//! Pictures of a page to pixels: PNG, JPEG, BMP and the like, and JBIG2, which QR codes often are.
//! Knows nothing of what they show.

use hayro_jbig2::{DecodeSettings, Decoder, DecoderContext, File};
use image::{Rgb, RgbImage};

use crate::document::format::Format;
use crate::document::{jbig2, raster};

/// Pixels of a QR code's picture that is worth decoding; real ones have some hundred a side.
const MAX_PIXELS: u64 = 4_000_000;
/// The first bytes of a JBIG2 file.
const JBIG2: &[u8] = jbig2::SIGNATURE;

/// A picture's pixels; none when it is damaged, enormous or of another kind.
pub fn decode(bytes: &[u8]) -> Option<RgbImage> {
    if bytes.starts_with(JBIG2) {
        return bilevel(bytes);
    }
    let format = Format::recognise(bytes).filter(|f| f.is_picture())?;
    let (width, height) = raster::inspect(bytes, format).ok()?.dimensions;
    is_sane(width, height).then(|| raster::decode(bytes, format, (width, height)).ok()).flatten()
}

/// Whether a place (left, top, right, bottom, in points) may be a QR code's: square, from 1 to 6 cm.
pub fn may_be_code([x0, y0, x1, y1]: [f32; 4]) -> bool {
    let (width, height) = (x1 - x0, y1 - y0);
    let square = width < 1.3 * height && height < 1.3 * width;
    square && (28.0..170.0).contains(&width)
}

fn is_sane(width: u32, height: u32) -> bool {
    let pixels = u64::from(width) * u64::from(height);
    pixels > 0 && pixels <= MAX_PIXELS
}

fn bilevel(bytes: &[u8]) -> Option<RgbImage> {
    if jbig2::largest(bytes) > MAX_PIXELS {
        return None;
    }
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
