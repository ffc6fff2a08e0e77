//! Pictures: dimensions from the header, pixels with the EXIF turn applied and transparency laid on white.
//! Knows nothing of what they show.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, RgbImage};

use super::format::Format;
use super::{heic, metadata};
use crate::error::{Error, ErrorKind, Result};
use crate::sentence::{Sentence, broken, fault, next};

/// What a decoder may allocate for each pixel: sixteen bits in four channels, and as much again to work in.
const BYTES_PER_PIXEL: u64 = 16;

/// Bytes that a picture's pixels may have before they are made 24 bits each: 120 million of 32 bits have fewer.
const MAX_DECODED: u64 = 512 << 20;

/// The marker that ends a JPEG.
const END_OF_IMAGE: u8 = 0xd9;

/// What a picture's headers say.
pub(super) struct Header {
    pub(super) pages: u32,
    /// The first page's width and height in pixels, after the EXIF turn.
    pub(super) dimensions: (u32, u32),
    /// Bytes of its pixels, as they are before they are made 24 bits each.
    decoded: u64,
    /// Whether there is an EXIF turn.
    pub(super) is_turned: bool,
}

/// Reads the headers of the first page alone.
pub(super) fn inspect(bytes: &[u8], format: Format) -> Result<Header> {
    if format == Format::Png {
        metadata::check_png(bytes)?;
    }
    if format == Format::Heic {
        let (dimensions, decoded) = guarded(|| Ok(heic::inspect(bytes)))??;
        return Ok(Header { decoded, pages: 1, dimensions, is_turned: false });
    }
    let ((width, height), decoded, turn) = guarded(|| {
        let mut decoder = decoder(bytes, format, u64::MAX)?;
        Ok((decoder.dimensions(), decoder.total_bytes(), orientation(&mut decoder)))
    })?;
    if format == Format::Jpeg && !is_complete(bytes) {
        return Err(damaged(broken::picture_cut_off()).with_hint(next::send_whole()));
    }
    Ok(Header {
        decoded,
        pages: if format == Format::Tiff { count_frames(bytes) } else { 1 },
        dimensions: if is_sideways(turn) { (height, width) } else { (width, height) },
        is_turned: turn != Orientation::NoTransforms,
    })
}

impl Header {
    /// Refuses what has few enough pixels and far too many bits in each.
    ///
    /// # Errors
    /// `too_complex`.
    pub(super) fn check(&self) -> Result<()> {
        if self.decoded <= MAX_DECODED {
            return Ok(());
        }
        let message = fault::picture_too_deep(self.decoded, MAX_DECODED);
        Err(Error::new(ErrorKind::TooComplex, message).with_hint(next::send_eight_bits()))
    }
}

/// Width and height of every page of a picture; a TIFF's pages are its frames. One that cannot be opened has none.
pub(super) fn frames(bytes: &[u8], header: &Header) -> Vec<(u32, u32)> {
    if header.pages == 1 {
        return vec![header.dimensions];
    }
    let mut turned = bytes.to_vec();
    let mut size = |start| {
        begin_at(&mut turned, start);
        inspect(&turned, Format::Tiff).map_or((0, 0), |frame| frame.dimensions)
    };
    directories(bytes).into_iter().map(&mut size).collect()
}

/// The pixels of one of a TIFF's frames, counted from 0; `dimensions` as for [`decode`].
pub(super) fn decode_frame(bytes: &[u8], frame: usize, dimensions: (u32, u32)) -> Result<RgbImage> {
    match directories(bytes).get(frame) {
        Some(&start) if frame > 0 => {
            let mut turned = bytes.to_vec();
            begin_at(&mut turned, start);
            decode(&turned, Format::Tiff, dimensions)
        }
        _ => decode(bytes, Format::Tiff, dimensions),
    }
}

/// The first page's pixels; `dimensions` are those that were inspected and found within the limits.
pub(super) fn decode(bytes: &[u8], format: Format, dimensions: (u32, u32)) -> Result<RgbImage> {
    if format == Format::Heic {
        return guarded(|| Ok(heic::decode(bytes, dimensions)))?;
    }
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
        Ok(Err(e)) => Err(damaged(broken::as_told(e))),
        Err(_) => Err(damaged(broken::decoder_gave_up())),
    }
}

fn damaged(what: Sentence) -> Error {
    Error::new(ErrorKind::Undecodable, fault::picture_broken(what))
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

/// A number of so many bytes in a TIFF, in the order of bytes that its head names.
fn number(bytes: &[u8], at: usize, size: usize) -> Option<usize> {
    let field = bytes.get(at..at.checked_add(size)?)?;
    let fold = |n: usize, b: &u8| n << 8 | usize::from(*b);
    Some(if bytes.starts_with(b"II") { field.iter().rev().fold(0, fold) } else { field.iter().fold(0, fold) })
}

/// How many pages a TIFF has: one at least.
fn count_frames(bytes: &[u8]) -> u32 {
    u32::try_from(directories(bytes).len().max(1)).unwrap_or(u32::MAX)
}

/// Where a TIFF's directories begin, one for each page; a broken or endless chain goes as far as it can be followed.
fn directories(bytes: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut next = number(bytes, 4, 4);
    while let Some(at) = next.filter(|&at| at != 0 && found.len() < 1000) {
        found.push(at);
        next = number(bytes, at, 2).and_then(|entries| number(bytes, at.checked_add(2 + 12 * entries)?, 4));
    }
    found
}

/// Makes another of a TIFF's directories its first.
fn begin_at(tiff: &mut [u8], directory: usize) {
    let start = u32::try_from(directory).unwrap_or_default();
    let start = if tiff.starts_with(b"II") { start.to_le_bytes() } else { start.to_be_bytes() };
    if let Some(field) = tiff.get_mut(4..8) {
        field.copy_from_slice(&start);
    }
}
