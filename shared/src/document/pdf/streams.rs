//! What a PDF's streams unpack to and how many pixels its pictures have, looked up object by object before anything is
//! decoded. Knows nothing of what pages draw.

use std::borrow::Cow;
use std::collections::HashMap;

use hayro::hayro_syntax::object::{Array, Dict, MaybeRef, Name, Object, ObjectIdentifier, Stream};
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{Filter, Pdf};

use super::bounds::MAX_STREAM;
use super::too_complex;
use super::unpack::{is_zlib, unpack, within};
use crate::document::jbig2;
use crate::error::Result;

/// Filters on one stream; honest ones have two.
const MAX_FILTERS: usize = 3;
/// Bytes of all that one page draws itself, forms aside; the largest in use have some millions.
const MAX_CONTENTS: usize = 32 << 20;
/// Bytes of a program that is run for each pixel, and of a mesh whose every patch may be as large as the page.
const MAX_PROGRAM: usize = 32 << 10;
const MAX_MESH: usize = 256 << 10;
/// Tiles of a JPEG 2000 picture, which are numbered in two bytes.
const MAX_TILES: u64 = 65_535;

/// Refuses a file one of whose streams, pictures or pages asks for too much.
///
/// # Errors
/// `too_complex`.
pub(super) fn check(pdf: &Pdf, max_pixels: u64) -> Result<()> {
    for object in pdf.objects() {
        if let Object::Stream(stream) = object {
            check_stream(&stream, max_pixels)?;
        }
    }
    pdf.pages().iter().try_for_each(check_contents)
}

/// One stream, in whatever place it stands.
pub(super) fn check_stream(stream: &Stream<'_>, max_pixels: u64) -> Result<()> {
    let filters = stream.filters();
    if filters.len() > MAX_FILTERS {
        return Err(too_complex(&format!("a stream in it is packed {} times over", filters.len())));
    }
    check_sides(stream, &filters, max_pixels)?;
    let data = stream.raw_data();
    // Those were counted before the file was opened.
    let shading = shading_bound(stream.dict());
    let is_counted =
        shading.is_none() && matches!(data, Cow::Borrowed(_)) && *filters == [Filter::FlateDecode] && is_zlib(&data);
    if (filters.is_empty() && shading.is_none()) || is_counted {
        return Ok(());
    }
    let has_head = matches!(filters.last(), Some(Filter::Jbig2Decode | Filter::JpxDecode));
    // Of others nobody looks at the bytes.
    let counted = if shading.is_none() && !has_head {
        within(data, &filters, MAX_STREAM as usize).map(|()| Cow::default())
    } else {
        unpack(data, &filters, MAX_STREAM as usize)
    };
    let data = counted.map_err(|_| too_complex(&format!("a stream in it unpacks to more than {MAX_STREAM} bytes")))?;
    if let Some((what, bound)) = shading.filter(|(_, bound)| data.len() > *bound) {
        return Err(too_complex(&format!("{what} in it has more than {bound} bytes")));
    }
    check_head(&data, &filters, max_pixels)
}

/// What a colour or a shading is reckoned from, and how many bytes of it are honest.
fn shading_bound(dict: &Dict<'_>) -> Option<(&'static str, usize)> {
    if dict.get::<u32>(b"FunctionType") == Some(4) {
        return Some(("a function", MAX_PROGRAM));
    }
    matches!(dict.get::<u32>(b"ShadingType"), Some(4..=7)).then_some(("a mesh of colours", MAX_MESH))
}

/// Width and height as the dictionary says; a fax has columns of its own.
fn check_sides(stream: &Stream<'_>, filters: &[Filter], max_pixels: u64) -> Result<()> {
    let dict = stream.dict();
    let side = |short: &[u8], long: &[u8]| dict.get::<f64>(short).or_else(|| dict.get::<f64>(long)).unwrap_or(0.0);
    let (width, height) = (side(b"W", b"Width"), side(b"H", b"Height"));
    // What else has a width and a height has them by chance.
    let is_other = |kind: Name<'_>| kind.as_ref() != b"Image";
    if dict.get::<Name<'_>>(b"Subtype").is_some_and(is_other) {
        return Ok(());
    }
    let columns = if filters.contains(&Filter::CcittFaxDecode) { columns(dict) } else { 0.0 };
    let width = width.max(columns);
    if width * height > max_pixels as f64 {
        return Err(too_many_pixels(&format!("{width} x {height} pixels"), max_pixels));
    }
    Ok(())
}

/// The most columns that one of a fax's settings names.
fn columns(dict: &Dict<'_>) -> f64 {
    let settings = [&b"DP"[..], b"DecodeParms"].into_iter().find_map(|key| dict.get::<Object<'_>>(key));
    let of = |settings: &Dict<'_>| settings.get::<f64>(b"Columns").unwrap_or(1728.0);
    match settings {
        Some(Object::Dict(settings)) => of(&settings),
        Some(Object::Array(list)) => list.iter::<Dict<'_>>().map(|settings| of(&settings)).fold(1728.0, f64::max),
        _ => 1728.0,
    }
}

/// What a picture's own head says, where its decoder believes that and not the dictionary.
fn check_head(data: &[u8], filters: &[Filter], max_pixels: u64) -> Result<()> {
    let pixels = match filters.last() {
        Some(Filter::Jbig2Decode) => jbig2::largest(data),
        Some(Filter::JpxDecode) => {
            let Some(head) = JpxHead::read(data) else { return Ok(()) };
            if head.tiles > MAX_TILES {
                return Err(too_complex(&format!("a picture in it has {} tiles; at most {MAX_TILES} are", head.tiles)));
            }
            head.samples
        }
        _ => 0,
    };
    if pixels > max_pixels {
        return Err(too_many_pixels(&format!("{pixels} pixels by its own head"), max_pixels));
    }
    Ok(())
}

struct JpxHead {
    /// Pixels in all channels; three of them are usual, and count as one.
    samples: u64,
    tiles: u64,
}

impl JpxHead {
    /// From the marker with which every picture's code begins; boxes may stand before it.
    fn read(data: &[u8]) -> Option<JpxHead> {
        let start = data.windows(4).position(|bytes| bytes == b"\xff\x4f\xff\x51")?;
        let number = |at: usize, size: usize| {
            let field = data.get(start + at..start + at + size)?;
            Some(field.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)))
        };
        // Behind the markers, a length and what a decoder must be able to do: sides, where they begin, the same of tiles.
        let side = |at: usize| Some(number(8 + at, 4)?.saturating_sub(number(16 + at, 4)?));
        let (width, height) = (side(0)?, side(4)?);
        let across = |length: u64, at: usize| Some(length.div_ceil(number(at, 4)?.max(1)));
        let tiles = across(width, 24)?.saturating_mul(across(height, 28)?);
        let channels = number(40, 2)?.div_ceil(4);
        Some(JpxHead { samples: width.saturating_mul(height).saturating_mul(channels), tiles })
    }
}

/// A page whose contents are many streams, or one stream many times, holds them all together.
fn check_contents(page: &Page<'_>) -> Result<()> {
    if let Some(stream) = page.raw().get::<Stream<'_>>(b"Contents") {
        return within_contents(size(&stream));
    }
    let Some(list) = page.raw().get::<Array<'_>>(b"Contents") else { return Ok(()) };
    let mut known: HashMap<ObjectIdentifier, usize> = HashMap::new();
    let mut total = 0_usize;
    for item in list.raw_iter() {
        let MaybeRef::Ref(reference) = item else { continue };
        let id = reference.into();
        let size = *known.entry(id).or_insert_with(|| page.xref().get::<Stream<'_>>(id).map_or(0, |s| size(&s)));
        total = total.saturating_add(size).saturating_add(1);
        within_contents(total)?;
    }
    Ok(())
}

fn within_contents(bytes: usize) -> Result<()> {
    if bytes <= MAX_CONTENTS {
        return Ok(());
    }
    Err(too_complex(&format!("a page in it is drawn by more than {MAX_CONTENTS} bytes")))
}

fn size(stream: &Stream<'_>) -> usize {
    unpack(stream.raw_data(), &stream.filters(), MAX_CONTENTS).map_or(usize::MAX, |data| data.len())
}

fn too_many_pixels(has: &str, max_pixels: u64) -> crate::error::Error {
    too_complex(&format!("a picture in it has {has}; at most {max_pixels} are allowed"))
}

#[cfg(test)]
mod tests {
    use crate::document::tests::pdf;
    use crate::document::{Document, Limits};

    /// What opening a PDF with such a stream says.
    fn opened(words: &str, data: &[u8]) -> Option<String> {
        let stream =
            [format!("<< {words} /Length {} >>\nstream\n", data.len()).as_bytes(), data, b"\nendstream"].concat();
        // Every byte as one character, because the file is written as text.
        let stream: String = stream.iter().map(|byte| format!("{byte:02x}")).collect();
        let objects =
            ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", PAGE, "STREAM"];
        let file = pdf(&objects, "");
        let at = file.windows(6).position(|w| w == b"STREAM").unwrap();
        let bytes = (0..stream.len()).step_by(2).map(|i| u8::from_str_radix(&stream[i..i + 2], 16).unwrap());
        let mut file = file;
        file.splice(at..at + 6, bytes);
        let error = Document::open(file.into(), &Limits::default()).err()?;
        Some(format!("{error}"))
    }

    const PAGE: &str = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] >>";

    #[test]
    fn pictures_are_counted_whatever_their_filter() {
        let cases = [
            ("/Subtype /Image /Width 60000 /Height 60000 /Filter /JBIG2Decode", "60000 x 60000"),
            ("/Subtype /Image /Width 60000 /Height 60000 /BitsPerComponent 1", "60000 x 60000"),
            ("/Subtype /Image /Width 60000 /Height 60000 /Filter [/ASCIIHexDecode /DCTDecode]", "60000 x 60000"),
            ("/Width 8 /Height 80000 /Filter /CCITTFaxDecode /DecodeParms << /Columns 90000 >>", "90000 x 80000"),
            ("/Width 8 /Height 80000 /Filter [/CCITTFaxDecode] /DecodeParms [<< /Columns 90000 >>]", "90000 x 80000"),
        ];
        for (words, says) in cases {
            let error = opened(words, b"").unwrap_or_default();
            assert!(error.starts_with("too_complex") && error.contains(says), "{words}: {error}");
        }
        assert_eq!(opened("/Subtype /Image /Width 9000 /Height 12000 /BitsPerComponent 1", b""), None);
        assert_eq!(opened("/Subtype /Form /Width 60000 /Height 60000", b""), None);
    }

    #[test]
    fn a_pictures_own_head_counts_where_its_decoder_believes_it() {
        let side = 60_000_u32.to_be_bytes();
        let sides = [side, side, [0; 4], [0; 4], side, side, [0; 4], [0; 4]].concat();
        let jpx = [b"\xff\x4f\xff\x51\0\x29\0\0".as_slice(), &sides, &[0, 1, 7, 1, 1]].concat();
        let error = opened("/Subtype /Image /Width 8 /Height 8 /Filter /JPXDecode", &jpx).unwrap_or_default();
        assert!(error.contains("3600000000 pixels by its own head"), "{error}");
        let mut tiled = jpx;
        tiled[8..16].copy_from_slice(&[0, 0, 0x27, 0x10, 0, 0, 0x27, 0x10]);
        tiled[24..32].copy_from_slice(&[0, 0, 0, 1, 0, 0, 0, 1]);
        let error = opened("/Subtype /Image /Width 8 /Height 8 /Filter /JPXDecode", &tiled).unwrap_or_default();
        assert!(error.contains("100000000 tiles"), "{error}");
        let region = [b"\0\0\0\0\x26\0\x01\0\0\0\x08".as_slice(), &side, &side].concat();
        let error = opened("/Subtype /Image /Width 8 /Height 8 /Filter /JBIG2Decode", &region).unwrap_or_default();
        assert!(error.contains("3600000000 pixels"), "{error}");
    }

    #[test]
    fn streams_are_counted_through_all_their_filters() {
        let many = "/Filter [/RunLengthDecode /RunLengthDecode /RunLengthDecode /RunLengthDecode]";
        assert!(opened(many, b"").unwrap_or_default().contains("packed 4 times over"));
        let runs = [129, 0].repeat(1_100_000);
        assert!(opened("/Filter /RunLengthDecode", &runs).unwrap_or_default().contains("unpacks to more than"));
        assert_eq!(opened("/Filter /RunLengthDecode", &runs[..1000]), None);
    }
}
