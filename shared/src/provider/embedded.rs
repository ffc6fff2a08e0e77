//! Our own reader as a provider: no account, no network. Knows nothing of events or routes.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use async_trait::async_trait;
use image::RgbImage;

use super::{Answer, Provider};
use crate::document::Document;
use crate::error::{Error, ErrorKind, Result};
use crate::ocr::{Engine, PageText};
use crate::reader;

/// The name in configuration, keys and Reports.
pub const NAME: &str = "embedded";
const MODEL: &str = "pp-ocrv6-small";

/// A page's pixels to its text.
pub type ReadPage = Arc<dyn Fn(&RgbImage) -> Result<PageText> + Send + Sync>;

/// The embedded reader. Its models load on first need; clones share them.
#[derive(Clone)]
pub struct Embedded {
    models: PathBuf,
    loaded: Arc<Mutex<Option<ReadPage>>>,
}

impl Embedded {
    /// Reads with the models in a directory that `make models` filled; nothing is loaded yet.
    pub fn new(models: impl Into<PathBuf>) -> Self {
        Self { models: models.into(), loaded: Arc::default() }
    }

    /// Reads with an engine that is there already.
    pub fn with_engine(read_page: ReadPage) -> Self {
        Self { models: PathBuf::new(), loaded: Arc::new(Mutex::new(Some(read_page))) }
    }

    /// The engine; whoever needs it first loads it while the others wait. A failure is tried again next time.
    fn engine(&self) -> Result<ReadPage> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ready) = loaded.as_ref() {
            return Ok(Arc::clone(ready));
        }
        let engine = Engine::load(&self.models)?;
        let ready: ReadPage = Arc::new(move |page| engine.read(page));
        Ok(Arc::clone(loaded.insert(ready)))
    }

    fn read_blocking(&self, document: &Document) -> Result<Answer> {
        let read_page = self.engine()?;
        let page = read_page(&document.pixels()?)?;
        Ok(Answer { reading: reader::read(&page)?, model: Some(MODEL.to_owned()), ..Answer::default() })
    }
}

#[async_trait]
impl Provider for Embedded {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn read(&self, document: &Document, deadline: Instant) -> Result<Answer> {
        let (reader, document) = (self.clone(), document.clone());
        let work = tokio::task::spawn_blocking(move || reader.read_blocking(&document));
        match tokio::time::timeout_at(deadline.into(), work).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(Error::new(ErrorKind::Internal, "the embedded reader broke off")),
            Err(_) => Err(Error::new(ErrorKind::Deadline, "the embedded reader needs more time than there is")),
        }
    }
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedded").field("models", &self.models).finish_non_exhaustive()
    }
}
