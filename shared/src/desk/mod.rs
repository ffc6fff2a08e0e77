//! Files lie open here: told apart, their parts read or made to fit. All that touches a document's bytes is done on a desk.
//! Knows nothing of processes, vendors or networks.
//!
//! - here: which files lie open, and what can be asked of them
//! - [`facts`]: what is told of a file, so that others can decide without its bytes
//! - [`engine`]: what reads pages, and when it is loaded
//! - [`look`]: a page of pixels to the papers on it
//! - [`picture`]: a page as people look at it

mod engine;
mod facts;
mod look;
mod picture;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::document::fit::{self, Fitted, Requirements};
use crate::document::{Document, Limits};
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::Quad;
use crate::parts::{self, Part};
use crate::report::Reading;

pub use engine::PageReader;
pub use facts::{FileFacts, PartFacts};
pub use picture::{Leaf, Picture, SHOWN};

use engine::Lazy;

/// As many lie open at once; an older one makes room and is opened again when it is asked for.
const MAX_FILES: usize = 16;
/// Bytes of all that lie open; a single file may have more.
const MAX_BYTES: usize = 100_000_000;

/// One paper on the first page of a part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Where it lies, in pixels of the page as uploaded; none where it is the whole page.
    pub quad: Option<Quad>,
    /// The invoice; where it is none, what it is instead.
    pub reading: Result<Reading>,
}

/// What was read off a part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// In reading order: one invoice at least.
    pub papers: Vec<Found>,
    /// Who read it.
    pub by: ReadBy,
}

/// The models' names in Reports.
pub const MODEL: &str = "pp-ocrv6-tiny-small";

/// Who reads a part on the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReadBy {
    /// The engine, off its pixels.
    Engine,
    /// The same without its library, which this machine does not load: slower, and as good.
    EngineOnRten,
    /// The file's own text and data.
    Text,
}

impl ReadBy {
    /// The model's name in Reports, and what does its arithmetic where that is not the usual.
    pub fn model(self) -> String {
        match self {
            Self::Engine => MODEL.to_owned(),
            Self::EngineOnRten => format!("{MODEL} on rten"),
            Self::Text => "text".to_owned(),
        }
    }
}

/// A part made to fit.
#[derive(Clone, Debug)]
pub enum Fit {
    /// The file as it was opened fits; its width and height in pixels, none for a PDF.
    AsItIs(Option<(u32, u32)>),
    /// Other bytes than those of the file.
    Made(Fitted),
}

/// An open file.
struct Open {
    id: u64,
    bytes: Bytes,
    parts: Vec<Option<Part>>,
}

/// The files that lie open, and the engine that reads them.
pub struct Desk {
    engine: Lazy,
    files: Mutex<Vec<Open>>,
}

impl Desk {
    /// Reads with the models in a directory that `make models` filled; nothing is loaded yet.
    pub fn new(models: impl Into<PathBuf>) -> Self {
        Self { engine: Lazy::new(models.into()), files: Mutex::default() }
    }

    /// Reads with an engine that is there already.
    pub fn with_engine(engine: Arc<dyn PageReader>) -> Self {
        Self { engine: Lazy::loaded(engine), files: Mutex::default() }
    }

    /// Opens a file under a number that nobody else uses, and tells what is in it.
    ///
    /// # Errors
    /// What is wrong with the file as a whole.
    pub fn open(&self, id: u64, bytes: Bytes, limits: &Limits) -> Result<FileFacts> {
        let file = parts::take_apart(bytes.clone(), limits)?;
        let facts = FileFacts::of(&file);
        let parts = file.parts.into_iter().map(|(_, part)| part.ok()).collect();
        self.put(Open { id, bytes, parts });
        Ok(facts)
    }

    /// Reads the invoices in a part; none where its file does not lie open.
    ///
    /// # Errors
    /// In the inner one what kept it from being read, `no_invoice` where there is none in it.
    pub fn read(&self, file: u64, part: usize) -> Option<Result<Seen>> {
        let part = self.part(file, part)?.1;
        Some(self.read_part(&part))
    }

    /// Makes a part fit; none where its file does not lie open.
    ///
    /// # Errors
    /// In the inner one why it cannot be made to fit.
    pub fn fit(&self, file: u64, part: usize, requirements: &Requirements) -> Option<Result<Fit>> {
        let (bytes, part) = self.part(file, part)?;
        let is_file = |fitted: &Fitted| fitted.bytes.len() == bytes.len() && fitted.bytes.as_ptr() == bytes.as_ptr();
        Some(
            fit::fit(part.document(), requirements)
                .map(|fitted| if is_file(&fitted) { Fit::AsItIs(fitted.size) } else { Fit::Made(fitted) }),
        )
    }

    /// Draws a page of a file that does not stay, in so many bytes at the most; none where there is nothing to be drawn.
    ///
    /// # Errors
    /// What is wrong with the file, and what kept the page from being drawn.
    pub fn draw(&self, bytes: Bytes, leaf: &Leaf, limits: &Limits, max_bytes: usize) -> Result<Option<Picture>> {
        picture::draw(bytes, leaf, limits, max_bytes)
    }

    /// Takes a file from the desk.
    pub fn close(&self, id: u64) {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).retain(|open| open.id != id);
    }

    /// Lays a file down; the oldest make room.
    fn put(&self, file: Open) {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.push(file);
        let is_full = |files: &[Open]| {
            let bytes: usize = files.iter().map(|open| open.bytes.len()).sum();
            files.len() > 1 && (files.len() > MAX_FILES || bytes > MAX_BYTES)
        };
        while is_full(&files) {
            files.remove(0);
        }
    }

    /// A part and the bytes of its file; none where nobody could open it.
    fn part(&self, file: u64, part: usize) -> Option<(Bytes, Part)> {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let open = files.iter().find(|open| open.id == file)?;
        Some((open.bytes.clone(), open.parts.get(part)?.clone()?))
    }

    /// The file's own text where it can be trusted, else its pixels; what the text says when the pixels say nothing.
    fn read_part(&self, part: &Part) -> Result<Seen> {
        match part.own_reading() {
            // One paper of a page whose text has told the papers apart.
            Some(reading) if part.document().is_cropped() || is_enough(&reading) => Ok(of_text(reading)),
            own => self.read_pixels(part.document()).or_else(|error| match own {
                Some(reading) if is_final(&error) => Ok(of_text(reading)),
                _ => Err(error),
            }),
        }
    }

    fn read_pixels(&self, document: &Document) -> Result<Seen> {
        // Before the engine: it need not be there for a file that has no pixels.
        let why = |error| if is_final(&error) { parts::why_left(document, document.range().start) } else { error };
        let pixels = document.pixels().map_err(why)?;
        let engine = self.engine.get()?;
        let by = if engine.is_on_rten() { ReadBy::EngineOnRten } else { ReadBy::Engine };
        Ok(Seen { papers: look::read(&*engine, &pixels)?, by })
    }
}

/// Whether the text alone answers the main questions, or the rest of it may be a picture.
fn is_enough(reading: &Reading) -> bool {
    let invoice = &reading.invoice;
    invoice.invoice_number.is_some() && invoice.issue_date.is_some() && invoice.grand_total.is_some()
}

fn of_text(reading: Reading) -> Seen {
    Seen { papers: vec![Found { quad: None, reading: Ok(reading) }], by: ReadBy::Text }
}

/// Whether there is nothing more to see: the pixels say nothing, or there are none.
fn is_final(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NoInvoice | ErrorKind::UnreadInvoice | ErrorKind::UnsupportedFormat)
}

#[cfg(test)]
mod tests;
