//! A PDF's pages as pixels, and the text it carries. Knows nothing of what the text means.

mod bounds;
mod glyph;
mod meter;
mod modules;
mod names;
mod streams;
mod text;
mod unpack;
mod values;
mod widths;

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use hayro::hayro_interpret::InterpreterCache;
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use image::RgbImage;

use super::Limits;
use super::text::TextLayer;
use crate::error::{Error, ErrorKind, Result};
use crate::sentence::{Sentence, broken, fault, next};

/// Enough for small print, and what scanners make.
const DPI: f32 = 200.0;
/// Points an inch, the unit of a PDF's page.
const POINTS: f32 = 72.0;
/// A page gets no more pixels a side than this, however large it says it is.
const MAX_SIDE: f32 = 4000.0;
/// No honest file takes this long.
const TIME_LIMIT: Duration = Duration::from_secs(20);
/// Nor one of its pages, to be gone through without being painted.
const PAGE_LIMIT: Duration = Duration::from_secs(8);
/// Whoever looks at the clock itself ends first.
const GRACE: Duration = Duration::from_secs(2);
/// Stands at the end of every PDF.
const END: &[u8] = b"startxref";
/// What mail programs and signers leave behind a PDF's end is shorter.
const TAIL: usize = 8192;
/// Nested objects are read by recursion.
const STACK: usize = 64 << 20;

/// Threads that went on when their time was up.
static LEFT_BEHIND: AtomicUsize = AtomicUsize::new(0);

/// How many threads still work on PDFs that were given up; whoever can should end their process.
pub(super) fn left_behind() -> usize {
    LEFT_BEHIND.load(Ordering::SeqCst)
}

/// What going through one page may take.
pub(super) struct Bounds {
    until: Instant,
    /// Pixels of a picture.
    max_pixels: u64,
}

/// Pages, and the first one's width and height in the pixels that we will give it.
pub(super) fn inspect(bytes: &Bytes, limits: &Limits) -> Result<(u32, (u32, u32))> {
    bounds::check(bytes)?;
    // What is left of a PDF that was cut off can often be read, and nothing would tell of the pages that are missing.
    if !bytes[bytes.len().saturating_sub(TAIL)..].windows(END.len()).any(|window| window == END) {
        return Err(damaged(broken::end_missing()).with_hint(next::send_whole()));
    }
    let limits = *limits;
    with_pdf(bytes, move |pdf| {
        let pages = pdf.pages();
        let first = pages.first().ok_or_else(|| damaged(broken::no_pages()))?;
        let dimensions = size(first.render_dimensions())?;
        let count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
        // Before its objects are gone through.
        limits.check_pages(count)?;
        streams::check(pdf, limits.max_pixels)?;
        widths::check(pdf)?;
        Ok((count, dimensions))
    })
}

/// What the PDF says in characters, all pages. A page that asks for too much says why instead.
pub(super) fn layer(bytes: &Bytes, max_pixels: u64) -> Result<TextLayer> {
    with_pdf(bytes, move |pdf| {
        let end = Instant::now() + TIME_LIMIT;
        let mut cache = InterpreterCache::new();
        let listen = |page| {
            let bounds = Bounds { until: end.min(Instant::now() + PAGE_LIMIT), max_pixels };
            text::page(page, &cache, &bounds).unwrap_or_else(|error| {
                // What is left half done is not relied upon.
                cache = InterpreterCache::new();
                // Where others took the time it has some of its own when it is drawn.
                text::given_up(page, (Instant::now() < end).then_some(error))
            })
        };
        Ok(TextLayer {
            pages: pdf.pages().iter().map(listen).collect(),
            values: values::values(pdf),
            attachments: values::attachments(pdf),
            ..TextLayer::default()
        })
    })
}

/// A page on white, counted from 0.
pub(super) fn decode(bytes: &Bytes, index: usize, max_pixels: u64) -> Result<RgbImage> {
    with_pdf(bytes, move |pdf| {
        let page = pdf.pages().get(index).ok_or_else(|| damaged(broken::no_such_page()))?;
        let points = page.render_dimensions();
        let (width, height) = size(points)?;
        // The renderer cannot be stopped, so a page that asks for too much must be known before.
        let bounds = Bounds { until: Instant::now() + PAGE_LIMIT, max_pixels };
        text::page(page, &InterpreterCache::new(), &bounds)?;
        let settings =
            PixmapSettings { x_scale: scale_to(width, points.0), y_scale: scale_to(height, points.1), bg_color: WHITE };
        let pixmap =
            hayro::render(page, &RenderCache::new(), &super::fonts::drawing(), &RenderSettings::default(), &settings);
        let opaque = pixmap.data_as_u8_slice().chunks_exact(4);
        let pixels = opaque.flat_map(|rgba| [rgba[0], rgba[1], rgba[2]]).collect();
        RgbImage::from_raw(width, height, pixels).ok_or_else(|| damaged(broken::page_of_other_size()))
    })
}

/// Width and height in pixels of a page of this size in points.
pub(super) fn size((width, height): (f32, f32)) -> Result<(u32, u32)> {
    let long = width.max(height);
    if !long.is_finite() || width.min(height) <= 0.0 {
        return Err(damaged(broken::page_without_size()));
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
    let state = Arc::new(AtomicU8::new(WORKING));
    let seen = Arc::clone(&state);
    thread::Builder::new()
        .name("pdf".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            let _end = OnEnd(seen);
            let outcome = Pdf::new(data).map_err(load_error).and_then(|pdf| work(&pdf));
            // Nobody listens any more once the time is up.
            let _ = answer.send(outcome);
        })
        .map_err(|e| Error::new(ErrorKind::Internal, format!("no thread for the PDF: {e}")))?;
    match answered.recv_timeout(TIME_LIMIT + GRACE) {
        Ok(outcome) => outcome,
        Err(mpsc::RecvTimeoutError::Timeout) => {
            LEFT_BEHIND.fetch_add(1, Ordering::SeqCst);
            if state.swap(GIVEN_UP, Ordering::SeqCst) == DONE {
                LEFT_BEHIND.fetch_sub(1, Ordering::SeqCst);
            }
            Err(too_complex(&format!("a page in it takes more than {} seconds to draw", TIME_LIMIT.as_secs())))
        }
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(damaged(broken::renderer_gave_up())),
    }
}

/// What a thread and whoever waits for it know of each other.
const WORKING: u8 = 0;
const DONE: u8 = 1;
const GIVEN_UP: u8 = 2;

/// Says when a thread has ended, however it does.
struct OnEnd(Arc<AtomicU8>);

impl Drop for OnEnd {
    fn drop(&mut self) {
        if self.0.swap(DONE, Ordering::SeqCst) == GIVEN_UP {
            LEFT_BEHIND.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

fn load_error(e: LoadPdfError) -> Error {
    match e {
        LoadPdfError::Decryption(_) => Error::new(ErrorKind::Encrypted, fault::pdf_locked()),
        LoadPdfError::Invalid => damaged(broken::structure_broken()),
    }
}

fn too_complex(what: &str) -> Error {
    Error::new(ErrorKind::TooComplex, fault::pdf_too_complex(what))
}

fn damaged(what: Sentence) -> Error {
    Error::new(ErrorKind::Undecodable, fault::pdf_broken(what))
}
