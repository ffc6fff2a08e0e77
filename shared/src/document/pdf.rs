//! A PDF's pages as pixels, and the text it carries. Knows nothing of what the text means.

mod bounds;
mod modules;
mod names;
mod text;
mod values;
mod widths;

use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use hayro::hayro_interpret::InterpreterCache;
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use image::RgbImage;

use super::text::TextLayer;
use crate::error::{Error, ErrorKind, Result};

/// Enough for small print, and what scanners make.
const DPI: f32 = 200.0;
/// Points an inch, the unit of a PDF's page.
const POINTS: f32 = 72.0;
/// A page gets no more pixels a side than this, however large it says it is.
const MAX_SIDE: f32 = 4000.0;
/// No honest page takes this long.
const TIME_LIMIT: Duration = Duration::from_secs(20);
/// Stands at the end of every PDF.
const END: &[u8] = b"startxref";
/// What mail programs and signers leave behind a PDF's end is shorter.
const TAIL: usize = 8192;
/// Nested objects are read by recursion.
const STACK: usize = 64 << 20;

/// Pages, and the first one's width and height in the pixels that we will give it.
pub(super) fn inspect(bytes: &Bytes) -> Result<(u32, (u32, u32))> {
    if !bounds::hold(bytes) {
        return Err(Error::new(ErrorKind::TooLarge, "the PDF unpacks to far more than a document holds"));
    }
    // What is left of a PDF that was cut off can often be read, and nothing would tell of the pages that are missing.
    if !bytes[bytes.len().saturating_sub(TAIL)..].windows(END.len()).any(|window| window == END) {
        return Err(damaged("its end is missing").with_hint("The file was cut off on its way: send it again, whole."));
    }
    with_pdf(bytes, |pdf| {
        let pages = pdf.pages();
        let first = pages.first().ok_or_else(|| damaged("it has no pages"))?;
        let dimensions = size(first.render_dimensions())?;
        Ok((u32::try_from(pages.len()).unwrap_or(u32::MAX), dimensions))
    })
}

/// What the PDF says in characters, all pages.
pub(super) fn layer(bytes: &Bytes) -> Result<TextLayer> {
    with_pdf(bytes, |pdf| {
        let cache = InterpreterCache::new();
        widths::check(pdf)?;
        Ok(TextLayer {
            pages: pdf.pages().iter().map(|page| text::page(page, &cache)).collect(),
            values: values::values(pdf),
            attachments: values::attachments(pdf),
            ..TextLayer::default()
        })
    })
}

/// A page on white, counted from 0.
pub(super) fn decode(bytes: &Bytes, index: usize) -> Result<RgbImage> {
    with_pdf(bytes, move |pdf| {
        let page = pdf.pages().get(index).ok_or_else(|| damaged("it has no such page"))?;
        let points = page.render_dimensions();
        let (width, height) = size(points)?;
        widths::check(pdf)?;
        // The renderer cannot be stopped, so a page without end must be known before.
        text::page(page, &InterpreterCache::new());
        let settings =
            PixmapSettings { x_scale: scale_to(width, points.0), y_scale: scale_to(height, points.1), bg_color: WHITE };
        let pixmap =
            hayro::render(page, &RenderCache::new(), &super::fonts::drawing(), &RenderSettings::default(), &settings);
        let opaque = pixmap.data_as_u8_slice().chunks_exact(4);
        let pixels = opaque.flat_map(|rgba| [rgba[0], rgba[1], rgba[2]]).collect();
        RgbImage::from_raw(width, height, pixels).ok_or_else(|| damaged("its page has another size than it says"))
    })
}

/// Width and height in pixels of a page of this size in points.
pub(super) fn size((width, height): (f32, f32)) -> Result<(u32, u32)> {
    let long = width.max(height);
    if !long.is_finite() || width.min(height) <= 0.0 {
        return Err(damaged("its page has no size"));
    }
    let scale = (DPI / POINTS).min(MAX_SIDE / long);
    let pixels = |side: f32| (side * scale).round() as u32;
    Ok((pixels(width), pixels(height)))
}

/// The scale at which the renderer, which drops fractions, comes out at this many pixels.
fn scale_to(pixels: u32, points: f32) -> f32 {
    (pixels as f32 + 0.25) / points
}

/// Opens a hostile file on a thread of its own: a panic, endless work or deep nesting stay there.
fn with_pdf<T: Send + 'static>(bytes: &Bytes, work: impl FnOnce(&Pdf) -> Result<T> + Send + 'static) -> Result<T> {
    let data = Arc::new(bytes.clone());
    let (answer, answered) = mpsc::channel();
    thread::Builder::new()
        .name("pdf".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            let outcome = Pdf::new(data).map_err(load_error).and_then(|pdf| work(&pdf));
            // Nobody listens any more once the time is up.
            let _ = answer.send(outcome);
        })
        .map_err(|e| Error::new(ErrorKind::Internal, format!("no thread for the PDF: {e}")))?;
    match answered.recv_timeout(TIME_LIMIT) {
        Ok(outcome) => outcome,
        Err(mpsc::RecvTimeoutError::Timeout) => Err(damaged("its page takes too long to draw")),
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(damaged("the renderer gave up")),
    }
}

fn load_error(e: LoadPdfError) -> Error {
    match e {
        LoadPdfError::Decryption(_) => Error::new(ErrorKind::Encrypted, "the PDF is locked with a password"),
        LoadPdfError::Invalid => damaged("its structure is broken"),
    }
}

fn damaged(what: &str) -> Error {
    Error::new(ErrorKind::Undecodable, format!("the PDF cannot be read: {what}"))
}
