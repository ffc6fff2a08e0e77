//! Pictures: dimensions from the header, pixels with the EXIF turn applied and transparency laid on white.
//! Knows nothing of what they show.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, RgbImage};

use super::format::Format;
use crate::error::{Error, ErrorKind, Result};

/// What a decoder may allocate for each pixel: sixteen bits in four channels, and as much again to work in.
const BYTES_PER_PIXEL: u64 = 16;

/// The marker that ends a JPEG.
const END_OF_IMAGE: u8 = 0xd9;

/// What a picture's headers say.
pub(super) struct Header {
    pub(super) pages: u32,
    /// The first page's width and height in pixels, after the EXIF turn.
    pub(super) dimensions: (u32, u32),
    /// Whether there is an EXIF turn.
    pub(super) is_turned: bool,
}

/// Reads the headers alone.
pub(super) fn inspect(bytes: &[u8], format: Format) -> Result<Header> {
    let ((width, height), turn) = guarded(|| {
        let mut decoder = decoder(bytes, format, u64::MAX)?;
        Ok((decoder.dimensions(), orientation(&mut decoder)))
    })?;
    if format == Format::Jpeg && !is_complete(bytes) {
        return Err(damaged("the JPEG ends before its picture does"));
    }
    Ok(Header {
        pages: if format == Format::Tiff { count_tiff_pages(bytes) } else { 1 },
        dimensions: if is_sideways(turn) { (height, width) } else { (width, height) },
        is_turned: turn != Orientation::NoTransforms,
    })
}

/// The first page's pixels; `dimensions` are those that were inspected and found within the limits.
pub(super) fn decode(bytes: &[u8], format: Format, dimensions: (u32, u32)) -> Result<RgbImage> {
    let max_alloc = u64::from(dimensions.0) * u64::from(dimensions.1) * BYTES_PER_PIXEL + (16 << 20);
    guarded(|| {
        let mut decoder = decoder(bytes, format, max_alloc)?;
        let turn = orientation(&mut decoder);
        let mut picture = DynamicImage::from_decoder(decoder)?;
        picture.apply_orientation(turn);
        Ok(on_white(picture))
    })
}

fn decoder(bytes: &[u8], format: Format, max_alloc: u64) -> image::ImageResult<impl ImageDecoder + '_> {
    let format = ImageFormat::from_mime_type(format.media_type()).unwrap_or(ImageFormat::Pnm);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = image::Limits::no_limits();
    limits.max_alloc = Some(max_alloc);
    reader.limits(limits);
    reader.into_decoder()
}

/// Broken metadata does not spoil a good picture.
fn orientation(decoder: &mut impl ImageDecoder) -> Orientation {
    decoder.orientation().unwrap_or(Orientation::NoTransforms)
}

fn is_sideways(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}

fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let rgba = picture.into_rgba8();
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [r, g, b, alpha] = rgba.get_pixel(x, y).0.map(u32::from);
        let blend = |c: u32| ((c * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        image::Rgb([blend(r), blend(g), blend(b)])
    })
}

/// Runs a decoder on hostile bytes: neither its errors nor its bugs get past here.
fn guarded<T>(decode: impl FnOnce() -> image::ImageResult<T>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(decode)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(ImageError::Limits(e))) => Err(Error::new(ErrorKind::BadDimensions, e.to_string())),
        Ok(Err(ImageError::Unsupported(e))) => Err(Error::new(ErrorKind::UnsupportedFormat, e.to_string())),
        Ok(Err(e)) => Err(damaged(&e.to_string())),
        Err(_) => Err(damaged("the decoder gave up")),
    }
}

fn damaged(what: &str) -> Error {
    Error::new(ErrorKind::Undecodable, format!("the picture cannot be decoded: {what}"))
}

/// Whether a JPEG reaches its end marker. Decoders fill a cut picture up with grey, and half an invoice is none.
fn is_complete(bytes: &[u8]) -> bool {
    // Most do, and a cut one ends in these two bytes once in tens of thousands of times.
    if bytes.ends_with(&[0xff, END_OF_IMAGE]) {
        return true;
    }
    let mut at = 2;
    while let Some(offset) = bytes.get(at..).and_then(|rest| rest.iter().position(|&b| b == 0xff)) {
        at += offset + 1;
        match bytes.get(at) {
            Some(&END_OF_IMAGE) => return true,
            // Stuffing, restarts and fill bytes stand inside the picture data.
            Some(0x00 | 0x01 | 0xd0..=0xd8) => at += 1,
            Some(0xff) => {}
            Some(_) => {
                let length = bytes.get(at + 1..at + 3).map_or(0, |l| usize::from(l[0]) << 8 | usize::from(l[1]));
                at += 1 + length;
            }
            None => return false,
        }
    }
    false
}

/// Follows the chain of directories; a broken or endless chain counts as far as it can be followed.
fn count_tiff_pages(bytes: &[u8]) -> u32 {
    let little = bytes.starts_with(b"II");
    let number = |at: usize, size: usize| -> Option<usize> {
        let field = bytes.get(at..at.checked_add(size)?)?;
        let fold = |n: usize, b: &u8| n << 8 | usize::from(*b);
        Some(if little { field.iter().rev().fold(0, fold) } else { field.iter().fold(0, fold) })
    };
    let mut pages = 0;
    let mut next = number(4, 4);
    while let Some(at) = next.filter(|&at| at != 0 && pages < 1000) {
        pages += 1;
        next = number(at, 2).and_then(|entries| number(at + 2 + 12 * entries, 4));
    }
    pages.max(1)
}
