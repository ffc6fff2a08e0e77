//! Phones' photos, HEIC: their size from the file's boxes, their pixels as the file says they are to be shown.
//! Knows nothing of what they show.

use heic_rs::{DecodeOptions, Error as HeicError, PixelLayout};
use image::RgbImage;

use crate::error::{Error, ErrorKind, Result};
use crate::sentence::{broken, fault, next};

/// What the decoder works with beside the pixels that it gives: planes of two bytes a sample.
const BYTES_PER_PIXEL: u64 = 6;

/// Whether the first bytes are those of a HEIC photo: one that says so, or a picture of several coders among which it is.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    let [a, b, c, d, b'f', b't', b'y', b'p', brands @ ..] = bytes else { return false };
    let size = usize::try_from(u32::from_be_bytes([*a, *b, *c, *d])).unwrap_or(0);
    let brands = brands.get(..size.saturating_sub(8)).unwrap_or(brands);
    // A version stands behind the first.
    let mut brands = brands.chunks_exact(4).enumerate().filter(|(at, _)| *at != 1).map(|(_, brand)| brand);
    let is_photo = |brand: &[u8]| matches!(brand, b"heic" | b"heix" | b"heim" | b"heis");
    match brands.next() {
        Some(b"mif1") => brands.any(is_photo),
        first => first.is_some_and(is_photo),
    }
}

/// Width and height as shown, and the bytes that decoding needs.
pub(super) fn inspect(bytes: &[u8]) -> Result<((u32, u32), u64)> {
    let info = heic_rs::probe(bytes).map_err(told)?;
    let pixels = u64::from(info.coded_width) * u64::from(info.coded_height);
    Ok(((info.width, info.height), pixels.saturating_mul(BYTES_PER_PIXEL)))
}

/// The pixels; `dimensions` are those that were inspected and found within the limits. A turn stands in the file's own boxes:
/// the one in its EXIF data says the same once more, and is not to be done twice.
pub(super) fn decode(bytes: &[u8], dimensions: (u32, u32)) -> Result<RgbImage> {
    let max_pixels = u64::from(dimensions.0) * u64::from(dimensions.1);
    let options = DecodeOptions { layout: PixelLayout::Rgb8, max_pixels: Some(max_pixels), ..DecodeOptions::default() };
    let picture = heic_rs::decode(bytes, &options).map_err(told)?;
    RgbImage::from_raw(picture.width, picture.height, picture.data)
        .ok_or_else(|| Error::new(ErrorKind::Undecodable, fault::heic_undecodable(broken::fewer_pixels())))
}

fn told(error: HeicError) -> Error {
    let kind = match error {
        HeicError::Unsupported(_) => ErrorKind::UnsupportedFormat,
        HeicError::PixelLimit { .. } => ErrorKind::BadDimensions,
        _ => ErrorKind::Undecodable,
    };
    Error::new(kind, fault::heic_undecodable(broken::as_told(error))).with_hint(next::next_heic())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The roll, in tiles and turned, as phones write them.
    const ROLL: &[u8] = include_bytes!("../../../tests/fixtures/roll.heic");

    #[test]
    fn a_photo_of_tiles_is_shown_upright_with_the_pixels_that_it_was_made_of() {
        let original = image::load_from_memory(include_bytes!("../../../tests/fixtures/roll.jpg")).unwrap().into_rgb8();
        let (dimensions, _) = inspect(ROLL).unwrap();
        assert_eq!(dimensions, original.dimensions());
        let picture = decode(ROLL, dimensions).unwrap();
        let pairs = picture.as_raw().iter().zip(original.as_raw());
        let off: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        assert!(off / (picture.as_raw().len() as u64) < 8, "{off}");
    }

    #[test]
    fn other_files_of_the_same_boxes_are_none() {
        for (head, is_photo) in [
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".as_slice(), true),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", true),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", false),
            (b"\0\0\0\x1cftypavif\0\0\0\0mif1heic", false),
            (b"\0\0\0\x18ftypisom\0\0\x02\0isomheic", false),
            (b"\0\0\0\x18ftyphevc\0\0\0\0msf1heic", false),
            (b"\0\0\0\x10ftypmif1\0\0\0\0heic", false),
            (b"\0\0\0\x18ftyp", false),
        ] {
            assert_eq!(is_one(head), is_photo, "{head:?}");
        }
    }

    #[test]
    fn what_is_cut_or_altered_is_an_error_and_no_panic() {
        for at in (0..ROLL.len()).step_by(ROLL.len() / 40) {
            let cut = &ROLL[..at];
            assert!(inspect(cut).and_then(|(size, _)| decode(cut, size)).is_err(), "cut at {at}");
            let mut altered = ROLL.to_vec();
            altered[at] ^= 0x55;
            drop(inspect(&altered).and_then(|(size, _)| decode(&altered, size)));
        }
    }
}
