//! An open file and its parts, as those see them who read no bytes: what is known of them, and whom to ask for the rest.
//! Knows nothing of where they lie open.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use bytes::Bytes;

use super::here::Here;
use super::team::Chair;
use crate::desk::{FileFacts, Fit, Leaf, PartFacts, Picture, Seen};
use crate::document::Limits;
use crate::document::fit::{Fitted, Requirements};
use crate::error::Result;
use crate::report::Place;

/// A file taken apart.
#[derive(Debug)]
pub struct File {
    /// Told from its content.
    pub media_type: &'static str,
    /// None for an archive.
    pub pages: Option<u32>,
    /// In the file's order; every page and every member is in one of them. What stands there, or why there is nothing to
    /// read.
    pub parts: Vec<(Place, Result<Part>)>,
}

/// What is read as one invoice: its pages, or one paper on a page. Its facts are known; everything else is asked for.
#[derive(Clone, Debug)]
pub struct Part {
    file: Arc<Open>,
    index: usize,
    facts: PartFacts,
}

/// A file that lies open, until nobody needs it any more.
#[derive(Debug)]
pub(super) struct Open {
    /// Nobody else in this process has it.
    pub(super) id: u64,
    /// Kept, so that it can be opened again when a worker dies.
    pub(super) bytes: Bytes,
    pub(super) limits: Limits,
    seat: Seat,
}

/// Where it lies open.
#[derive(Debug)]
pub(super) enum Seat {
    Here(Here),
    Elsewhere(Arc<Chair>),
}

static NEXT: AtomicU64 = AtomicU64::new(1);

impl Open {
    pub(super) fn new(bytes: Bytes, limits: Limits, seat: Seat) -> Self {
        Self { id: NEXT.fetch_add(1, Ordering::Relaxed), bytes, limits, seat }
    }

    /// Draws a page of it, without its being laid open.
    pub(super) async fn draw(&self, leaf: &Leaf, max_bytes: usize, deadline: Instant) -> Result<Option<Picture>> {
        match &self.seat {
            Seat::Here(here) => here.draw(self, leaf, max_bytes, deadline).await,
            Seat::Elsewhere(chair) => chair.draw(self, leaf, max_bytes, deadline).await,
        }
    }
}

impl File {
    pub(super) async fn open(bytes: Bytes, limits: Limits, seat: Seat, deadline: Instant) -> Result<Self> {
        let open = Arc::new(Open::new(bytes, limits, seat));
        let facts = match &open.seat {
            Seat::Here(here) => here.open(&open, deadline).await,
            Seat::Elsewhere(chair) => chair.open(&open, deadline).await,
        };
        Ok(Self::of(&open, facts?))
    }

    fn of(open: &Arc<Open>, facts: FileFacts) -> Self {
        let part = |index, facts| Part { file: Arc::clone(open), index, facts };
        let parts = facts.parts.into_iter().enumerate();
        let parts = parts.map(|(index, (place, facts))| (place, facts.map(|facts| part(index, facts))));
        Self { media_type: facts.format.media_type(), pages: facts.pages, parts: parts.collect() }
    }
}

impl Part {
    /// Reads the invoices in it: one at least.
    ///
    /// # Errors
    /// `no_invoice` when it is readable but none of ours, `too_complex` when it asks for more than one may have; `deadline`.
    pub async fn read(&self, deadline: Instant) -> Result<Seen> {
        match &self.file.seat {
            Seat::Here(here) => here.read(&self.file, self.index, deadline).await,
            Seat::Elsewhere(chair) => chair.read(&self.file, self.index, deadline).await,
        }
    }

    /// Makes it fit what a reader elsewhere takes.
    ///
    /// # Errors
    /// `bad_dimensions`, `too_large` and `unsupported_format` when it cannot be made to fit, and as [`Self::read`].
    pub async fn fit(&self, requirements: &Requirements, deadline: Instant) -> Result<Fitted> {
        let fit = match &self.file.seat {
            Seat::Here(here) => here.fit(&self.file, self.index, requirements, deadline).await,
            Seat::Elsewhere(chair) => chair.fit(&self.file, self.index, requirements, deadline).await,
        };
        Ok(match fit? {
            Fit::AsItIs(size) => Fitted { bytes: self.file.bytes.clone(), size, adapted: None },
            Fit::Made(fitted) => fitted,
        })
    }
}

/// What is known of it before it is read.
impl Deref for Part {
    type Target = PartFacts;

    fn deref(&self) -> &PartFacts {
        &self.facts
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        match &self.seat {
            Seat::Here(here) => here.close(self.id),
            Seat::Elsewhere(chair) => chair.close(self.id),
        }
    }
}
