//! Makes a document fit what a reader elsewhere takes: format, bytes, pixel sides; changed just enough, never
//! enlarged. Knows nothing of who that reader is.

use std::borrow::Cow;
use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegEncoder;
use image::{AnimationDecoder, RgbImage, imageops};
use serde::{Deserialize, Serialize};

use super::{Document, Format};
use crate::error::{Error, ErrorKind, Result};
use crate::sentence::{Sentence, fault, report as says};

/// What a reader takes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Requirements {
    /// Passed on untouched; anything else is converted to JPEG. A file of several pages is only passed on as PDF.
    pub formats: Cow<'static, [Format]>,
    /// Bytes of the file.
    pub max_bytes: usize,
    /// Bytes of the request's body that carries it.
    pub max_body: usize,
    /// How the body carries a file.
    pub body: BodyForm,
    /// The shortest side allowed, in pixels.
    pub min_side: u32,
    /// The longest side allowed, in pixels.
    pub max_side: u32,
}

/// How a request's body carries a file; it needs at most four times the file's own bytes, and what stands before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BodyForm {
    /// It is the file.
    File,
    /// A web form with the file in base64, whose three special characters are escaped; so many bytes stand before it.
    Base64Form(usize),
}

impl BodyForm {
    /// How many bytes the body has for a file.
    pub fn len(self, file: &[u8]) -> usize {
        match self {
            Self::File => file.len(),
            Self::Base64Form(before) => {
                let text = STANDARD.encode(file);
                let escaped = text.bytes().filter(|letter| matches!(letter, b'+' | b'/' | b'=')).count();
                before + text.len() + 2 * escaped
            }
        }
    }

    fn most(self, file: &[u8]) -> usize {
        match self {
            Self::File => file.len(),
            Self::Base64Form(before) => file.len().saturating_mul(4).saturating_add(before),
        }
    }
}

impl Requirements {
    fn takes_bytes(&self, bytes: &[u8]) -> bool {
        // The exact length is only counted where the worst case would not fit.
        bytes.len() <= self.max_bytes
            && (self.body.most(bytes) <= self.max_body || self.body.len(bytes) <= self.max_body)
    }

    fn check_sides(&self, (width, height): (u32, u32)) -> Result<()> {
        if width.min(height) >= self.min_side {
            return Ok(());
        }
        Err(Error::new(ErrorKind::BadDimensions, fault::side_too_short(width, height, self.min_side)))
    }
}

/// A file that fits.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// The file to send.
    pub bytes: Bytes,
    /// Its width and height in pixels; none for a PDF, whose pixels are the reader's affair.
    pub size: Option<(u32, u32)>,
    /// What was done to it; none when it is the original.
    pub adapted: Option<Sentence>,
}

/// Qualities tried before pixels are given up.
const QUALITIES: [u8; 2] = [90, 78];
/// The quality of scaled pages.
const SCALED_QUALITY: u8 = 85;
const MAX_SCALINGS: usize = 6;

/// The original when it fits as it is, which costs no decoding.
///
/// # Errors
/// `bad_dimensions` when it is smaller than the requirements, `unsupported_format` when it has no pixels at all.
pub fn as_is(document: &Document, requirements: &Requirements) -> Result<Option<Fitted>> {
    if matches!(document.format(), Format::Ofd | Format::Xml) {
        return Err(document.undrawn());
    }
    requirements.check_sides(document.dimensions())?;
    let format = document.format();
    let (width, height) = document.dimensions();
    let fits = requirements.formats.contains(&format)
        && requirements.takes_bytes(document.bytes())
        && document.is_whole()
        && (format == Format::Pdf || (document.pages() == 1 && width.max(height) <= requirements.max_side))
        && stands_alone(document);
    Ok(fits.then(|| Fitted {
        bytes: document.bytes().clone(),
        size: (format != Format::Pdf).then_some((width, height)),
        adapted: None,
    }))
}

/// The document made to fit. Decoding and encoding take seconds for the largest pages.
///
/// # Errors
/// `bad_dimensions` when it is or would become too small, `undecodable`, `too_large` when nothing helps.
pub fn fit(document: &Document, requirements: &Requirements) -> Result<Fitted> {
    if let Some(original) = as_is(document, requirements)? {
        return Ok(original);
    }
    let mut page = document.pixels()?;
    let full = page.dimensions();
    let longest = full.0.max(full.1);
    if longest > requirements.max_side {
        page = scaled(&page, f64::from(requirements.max_side) / f64::from(longest));
    }
    let (page, bytes) = squeeze(page, requirements)?;
    Ok(Fitted { bytes: bytes.into(), size: Some(page), adapted: Some(describe(document, full, page)) })
}

/// Whether everybody sees the same picture in it: one frame, and no EXIF turn that some readers do not follow.
fn stands_alone(document: &Document) -> bool {
    !document.is_turned() && (document.format() != Format::Gif || has_one_frame(document.bytes()))
}

fn has_one_frame(gif: &[u8]) -> bool {
    GifDecoder::new(Cursor::new(gif)).is_ok_and(|gif| gif.into_frames().take(2).count() == 1)
}

/// Encodes with less and less until it fits; gives the final size and the file.
fn squeeze(mut page: RgbImage, requirements: &Requirements) -> Result<((u32, u32), Vec<u8>)> {
    let mut encoded = Vec::new();
    for quality in QUALITIES {
        requirements.check_sides(page.dimensions())?;
        encoded = encode(&page, quality)?;
        if requirements.takes_bytes(&encoded) {
            return Ok((page.dimensions(), encoded));
        }
        // Far too large: a lower quality alone will not do, and each try is expensive.
        if encoded.len() > requirements.max_bytes.saturating_mul(2) {
            break;
        }
    }
    for _ in 0..MAX_SCALINGS {
        page = scaled(&page, shrinkage(&encoded, requirements));
        requirements.check_sides(page.dimensions())?;
        encoded = encode(&page, SCALED_QUALITY)?;
        if requirements.takes_bytes(&encoded) {
            return Ok((page.dimensions(), encoded));
        }
    }
    Err(Error::new(ErrorKind::TooLarge, fault::does_not_fit(requirements.max_bytes)))
}

/// How much each side has to shrink, judged by the bytes of the last try.
fn shrinkage(encoded: &[u8], requirements: &Requirements) -> f64 {
    let over = |is: usize, allowed: usize| allowed as f64 / is as f64;
    let bytes = over(encoded.len(), requirements.max_bytes);
    let body = over(requirements.body.len(encoded), requirements.max_body);
    (bytes.min(body).sqrt() * 0.97).clamp(0.3, 0.95)
}

fn scaled(page: &RgbImage, factor: f64) -> RgbImage {
    // Both sides stay within the page's own, which fits.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let side = |length: u32| ((f64::from(length) * factor) as u32).max(1);
    imageops::thumbnail(page, side(page.width()), side(page.height()))
}

fn encode(page: &RgbImage, quality: u8) -> Result<Vec<u8>> {
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, quality)
        .encode_image(page)
        .map_err(|e| Error::new(ErrorKind::Internal, format!("the page cannot be encoded: {e}")))?;
    Ok(file)
}

fn describe(document: &Document, full: (u32, u32), sent: (u32, u32)) -> Sentence {
    let how = match document.format() {
        Format::Jpeg => says::encoded_again(),
        Format::Pdf => says::page_converted(),
        other => says::converted(format!("{other:?}")),
    };
    if full == sent { how } else { says::scaled(how, sent.0, sent.1) }
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Rgb};

    use super::*;
    use crate::document::Limits;
    use crate::sentence::Lang;

    const REQUIREMENTS: Requirements = Requirements {
        formats: Cow::Borrowed(&[Format::Jpeg, Format::Png, Format::Gif, Format::Tiff]),
        max_bytes: 200_000,
        max_body: usize::MAX,
        body: BodyForm::File,
        min_side: 20,
        max_side: 1000,
    };

    /// Noise, so that it does not compress.
    fn page(width: u32, height: u32) -> RgbImage {
        let mut state = 1_u32;
        RgbImage::from_fn(width, height, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Rgb([(state >> 24) as u8, (state >> 16) as u8, (state >> 8) as u8])
        })
    }

    fn document(page: &RgbImage, format: ImageFormat) -> Document {
        let mut bytes = Cursor::new(Vec::new());
        page.write_to(&mut bytes, format).unwrap();
        Document::open(bytes.into_inner().into(), &Limits::default()).unwrap()
    }

    #[track_caller]
    fn assert_fits(fitted: &Fitted, requirements: &Requirements) -> (u32, u32) {
        assert!(requirements.takes_bytes(&fitted.bytes), "{} bytes", fitted.bytes.len());
        let sent = image::load_from_memory(&fitted.bytes).unwrap();
        assert_eq!(fitted.size, Some((sent.width(), sent.height())));
        assert!(sent.width().max(sent.height()) <= requirements.max_side);
        (sent.width(), sent.height())
    }

    fn said(fitted: Fitted) -> String {
        fitted.adapted.unwrap().say(Lang::En).unwrap()
    }

    #[test]
    fn what_fits_is_passed_on_untouched() {
        let original = document(&page(100, 80), ImageFormat::Png);
        let fitted = fit(&original, &REQUIREMENTS).unwrap();
        assert_eq!((fitted.bytes, fitted.adapted), (original.bytes().clone(), None));
    }

    #[test]
    fn a_format_that_is_not_taken_is_converted_at_its_size() {
        for format in [ImageFormat::WebP, ImageFormat::Bmp] {
            let fitted = fit(&document(&page(100, 80), format), &REQUIREMENTS).unwrap();
            assert_eq!(assert_fits(&fitted, &REQUIREMENTS), (100, 80));
            assert!(said(fitted).contains("converted to JPEG"));
        }
    }

    #[test]
    fn too_many_pixels_are_scaled_down_to_the_limit_and_no_further() {
        let fitted = fit(&document(&RgbImage::new(1500, 300), ImageFormat::Png), &REQUIREMENTS).unwrap();
        assert_eq!(assert_fits(&fitted, &REQUIREMENTS), (1000, 200));
        assert!(said(fitted).contains("scaled to 1000x200"));
    }

    #[test]
    fn too_many_bytes_are_squeezed_under_the_limit() {
        let fitted = fit(&document(&page(900, 900), ImageFormat::Png), &REQUIREMENTS).unwrap();
        let (width, _) = assert_fits(&fitted, &REQUIREMENTS);
        assert!(width > 300, "{width} is scaled down more than needed");
    }

    #[test]
    fn a_body_that_grows_beyond_its_limit_counts_too() {
        let requirements =
            Requirements { max_bytes: 1_000_000, max_body: 120_000, body: BodyForm::Base64Form(13), ..REQUIREMENTS };
        let fitted = fit(&document(&page(400, 400), ImageFormat::Png), &requirements).unwrap();
        let body = requirements.body.len(&fitted.bytes);
        assert!((80_000..=120_000).contains(&body), "{body}");
    }

    #[test]
    fn too_small_a_page_is_refused_before_and_after_scaling() {
        for (width, height) in [(19, 500), (4000, 60)] {
            let original = document(&RgbImage::new(width, height), ImageFormat::Png);
            let error = fit(&original, &REQUIREMENTS).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::BadDimensions, "{width}x{height}");
        }
    }

    #[test]
    fn an_animation_is_sent_as_its_first_frame() {
        let mut bytes = Vec::new();
        {
            let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
            for _ in 0..2 {
                let frame = image::RgbaImage::new(50, 40);
                encoder.encode_frame(image::Frame::new(frame)).unwrap();
            }
        }
        let animated = Document::open(bytes.into(), &Limits::default()).unwrap();
        let fitted = fit(&animated, &REQUIREMENTS).unwrap();
        assert_fits(&fitted, &REQUIREMENTS);
        assert!(fitted.adapted.is_some());
        let still = document(&RgbImage::new(50, 40), ImageFormat::Gif);
        assert!(fit(&still, &REQUIREMENTS).unwrap().adapted.is_none());
    }

    #[test]
    fn a_turned_photo_is_sent_upright() {
        let mut jpeg = encode(&RgbImage::new(60, 40), 90).unwrap();
        // An APP1 segment with one EXIF entry: orientation 6, a quarter turn.
        let exif = b"\xff\xe1\x00\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        jpeg.splice(2..2, exif.iter().copied());
        let turned = Document::open(jpeg.into(), &Limits::default()).unwrap();
        assert_eq!(turned.dimensions(), (40, 60));
        assert_eq!(assert_fits(&fit(&turned, &REQUIREMENTS).unwrap(), &REQUIREMENTS), (40, 60));
    }
}
