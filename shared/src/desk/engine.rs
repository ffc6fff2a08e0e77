//! What reads pages, and when it is loaded. Knows nothing of files.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use image::RgbImage;

use crate::error::Result;
use crate::ocr::{Engine, PageText, Region, TextLine};

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

    /// Whether the usual library does not load here, so that rten does the arithmetic.
    fn is_on_rten(&self) -> bool {
        false
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

    fn is_on_rten(&self) -> bool {
        self.name() == "rten"
    }
}

/// An engine whose models load on first need.
pub(super) struct Lazy {
    models: PathBuf,
    loaded: Mutex<Option<Arc<dyn PageReader>>>,
}

impl Lazy {
    pub(super) fn new(models: PathBuf) -> Self {
        Self { models, loaded: Mutex::default() }
    }

    pub(super) fn loaded(engine: Arc<dyn PageReader>) -> Self {
        Self { models: PathBuf::new(), loaded: Mutex::new(Some(engine)) }
    }

    /// The engine; whoever needs it first loads it while the others wait. A failure is tried again next time.
    pub(super) fn get(&self) -> Result<Arc<dyn PageReader>> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ready) = loaded.as_ref() {
            return Ok(Arc::clone(ready));
        }
        let ready: Arc<dyn PageReader> = Arc::new(Engine::load(&self.models)?);
        Ok(Arc::clone(loaded.insert(ready)))
    }
}
