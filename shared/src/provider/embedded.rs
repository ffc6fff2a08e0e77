//! Our own reader as a provider: no account, no network. Knows nothing of events or routes.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use async_trait::async_trait;
use image::RgbImage;

use super::{Answer, Provider, look};
use crate::document::Document;
use crate::error::{Error, ErrorKind, Result};
use crate::ocr::{Engine, PageText, Region, TextLine};
use crate::parts::{self, Part};
use crate::report::Reading;

/// The name in configuration, keys and Reports.
pub const NAME: &str = "embedded";
/// The models' names in Reports.
pub const MODEL: &str = "pp-ocrv6-small";
/// The same where no model was needed.
const TEXT_MODEL: &str = "text";

/// What reads pages: the engine, or a stand-in for it.
pub trait PageReader: Send + Sync {
    /// Everything legible on a page.
    ///
    /// # Errors
    /// `internal` when the engine fails.
    fn read(&self, page: &RgbImage) -> Result<PageText>;

    /// Single regions again; none when there is nothing more to see.
    fn reread(&self, _page: &RgbImage, _regions: &[Region]) -> Vec<TextLine> {
        Vec::new()
    }
}

/// A function that reads stands in for the engine where no models are.
impl<F: Fn(&RgbImage) -> Result<PageText> + Send + Sync> PageReader for F {
    fn read(&self, page: &RgbImage) -> Result<PageText> {
        self(page)
    }
}

impl PageReader for Engine {
    fn read(&self, page: &RgbImage) -> Result<PageText> {
        Engine::read(self, page)
    }

    fn reread(&self, page: &RgbImage, regions: &[Region]) -> Vec<TextLine> {
        // Reading again is a help, never a condition.
        Engine::reread(self, page, regions).unwrap_or_default()
    }
}

/// The embedded reader. Its models load on first need; clones share them.
#[derive(Clone)]
pub struct Embedded {
    models: PathBuf,
    loaded: Arc<Mutex<Option<Arc<dyn PageReader>>>>,
}

impl Embedded {
    /// Reads with the models in a directory that `make models` filled; nothing is loaded yet.
    pub fn new(models: impl Into<PathBuf>) -> Self {
        Self { models: models.into(), loaded: Arc::default() }
    }

    /// Reads with an engine that is there already.
    pub fn with_engine(engine: Arc<dyn PageReader>) -> Self {
        Self { models: PathBuf::new(), loaded: Arc::new(Mutex::new(Some(engine))) }
    }

    /// The engine; whoever needs it first loads it while the others wait. A failure is tried again next time.
    fn engine(&self) -> Result<Arc<dyn PageReader>> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ready) = loaded.as_ref() {
            return Ok(Arc::clone(ready));
        }
        let ready: Arc<dyn PageReader> = Arc::new(Engine::load(&self.models)?);
        Ok(Arc::clone(loaded.insert(ready)))
    }

    /// The file's own text where it can be trusted, else its pixels; what the text says when the pixels say nothing.
    fn read_blocking(&self, part: &Part) -> Result<Answer> {
        match part.own_reading() {
            // One paper of a page whose text has told the papers apart.
            Some(reading) if part.document().is_cropped() || is_enough(&reading) => Ok(of_text(reading)),
            own => self.read_pixels(part.document()).or_else(|error| match own {
                Some(reading) if is_final(&error) => Ok(of_text(reading)),
                _ => Err(error),
            }),
        }
    }

    fn read_pixels(&self, document: &Document) -> Result<Answer> {
        // Before the engine: it need not be there for a file that has no pixels.
        let why = |error| if is_final(&error) { parts::why_left(document, document.range().start) } else { error };
        let pixels = document.pixels().map_err(why)?;
        let engine = self.engine()?;
        let papers = look::read(&*engine, &pixels)?;
        Ok(Answer { papers, model: Some(MODEL.to_owned()), ..Answer::default() })
    }
}

/// Whether the text alone answers the main questions, or the rest of it may be a picture.
fn is_enough(reading: &Reading) -> bool {
    let invoice = &reading.invoice;
    invoice.invoice_number.is_some() && invoice.issue_date.is_some() && invoice.grand_total.is_some()
}

fn of_text(reading: Reading) -> Answer {
    Answer { model: Some(TEXT_MODEL.to_owned()), ..Answer::of(reading) }
}

/// Whether there is nothing more to see: the pixels say nothing, or there are none.
fn is_final(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NoInvoice | ErrorKind::UnreadInvoice | ErrorKind::UnsupportedFormat)
}

#[async_trait]
impl Provider for Embedded {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn read(&self, part: &Part, deadline: Instant) -> Result<Answer> {
        let (reader, part) = (self.clone(), part.clone());
        let work = tokio::task::spawn_blocking(move || reader.read_blocking(&part));
        match tokio::time::timeout_at(deadline.into(), work).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(Error::new(ErrorKind::Internal, "the embedded reader broke off")),
            Err(_) => Err(Error::new(ErrorKind::Deadline, "the embedded reader needs more time than there is")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::document::Limits;
    use bytes::Bytes;

    fn document() -> Document {
        let mut png = std::io::Cursor::new(Vec::new());
        RgbImage::new(200, 100).write_to(&mut png, image::ImageFormat::Png).unwrap();
        Document::open(Bytes::from(png.into_inner()), &Limits::default()).unwrap()
    }

    async fn read(provider: &Embedded, time: Duration) -> Result<Answer> {
        provider.read(&document().into(), Instant::now() + time).await
    }

    const LONG: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn a_page_without_text_is_no_invoice() {
        let provider = Embedded::with_engine(Arc::new(|page: &RgbImage| {
            assert_eq!(page.dimensions(), (200, 100));
            Ok(PageText::default())
        }));
        assert_eq!(read(&provider, LONG).await.unwrap_err().kind(), ErrorKind::NoInvoice);
    }

    #[tokio::test]
    async fn missing_models_are_looked_for_again_every_time() {
        let provider = Embedded::new("no/such/directory");
        for _ in 0..2 {
            assert_eq!(read(&provider, LONG).await.unwrap_err().kind(), ErrorKind::Internal);
        }
    }

    #[tokio::test]
    async fn what_takes_too_long_is_given_up_at_the_deadline() {
        let provider = Embedded::with_engine(Arc::new(|_: &RgbImage| {
            std::thread::sleep(Duration::from_millis(500));
            Ok(PageText::default())
        }));
        let start = Instant::now();
        let error = read(&provider, Duration::from_millis(50)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Deadline);
        assert!(start.elapsed() < Duration::from_millis(450));
    }

    #[tokio::test]
    async fn a_panic_inside_ends_this_document_only() {
        let provider = Embedded::with_engine(Arc::new(|_: &RgbImage| -> Result<PageText> { panic!("as told") }));
        assert_eq!(read(&provider, LONG).await.unwrap_err().kind(), ErrorKind::Internal);
        assert_eq!(read(&provider, LONG).await.unwrap_err().kind(), ErrorKind::Internal);
    }
}
