//! A desk in this process, on threads that may block. Knows nothing of other processes.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use super::file::Open;
use super::team::too_late;
use crate::desk::{Desk, FileFacts, Fit, Leaf, Picture, Seen};
use crate::document::fit::Requirements;
use crate::error::{Error, ErrorKind, Result};
use crate::sentence::fault;

/// The desk; clones are the same one.
#[derive(Clone)]
pub(super) struct Here(Arc<Desk>);

impl Here {
    pub(super) fn new(desk: Desk) -> Self {
        Self(Arc::new(desk))
    }

    pub(super) async fn open(&self, file: &Open, deadline: Instant) -> Result<FileFacts> {
        let (desk, id, bytes, limits) = (Arc::clone(&self.0), file.id, file.bytes.clone(), file.limits);
        on_a_thread(move || desk.open(id, bytes, &limits), deadline).await
    }

    pub(super) async fn read(&self, file: &Open, part: usize, deadline: Instant) -> Result<Seen> {
        self.asked(file, deadline, move |desk, id| desk.read(id, part)).await
    }

    pub(super) async fn fit(
        &self,
        file: &Open,
        part: usize,
        requirements: &Requirements,
        deadline: Instant,
    ) -> Result<Fit> {
        let requirements = requirements.clone();
        self.asked(file, deadline, move |desk, id| desk.fit(id, part, &requirements)).await
    }

    pub(super) async fn draw(
        &self,
        file: &Open,
        leaf: &Leaf,
        max_bytes: usize,
        deadline: Instant,
    ) -> Result<Option<Picture>> {
        let (desk, leaf, bytes, limits) = (Arc::clone(&self.0), leaf.clone(), file.bytes.clone(), file.limits);
        on_a_thread(move || desk.draw(bytes, &leaf, &limits, max_bytes), deadline).await
    }

    pub(super) fn close(&self, id: u64) {
        self.0.close(id);
    }

    /// What the desk says; a file that had to make room is opened again.
    async fn asked<T: Send + 'static>(
        &self,
        file: &Open,
        deadline: Instant,
        ask: impl Fn(&Desk, u64) -> Option<Result<T>> + Send + 'static,
    ) -> Result<T> {
        let (desk, id, bytes, limits) = (Arc::clone(&self.0), file.id, file.bytes.clone(), file.limits);
        let work = move || {
            if let Some(answer) = ask(&desk, id) {
                return answer;
            }
            desk.open(id, bytes, &limits)?;
            ask(&desk, id).unwrap_or_else(|| Err(Error::new(ErrorKind::Internal, "the file does not stay open")))
        };
        on_a_thread(work, deadline).await
    }
}

async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
    deadline: Instant,
) -> Result<T> {
    match tokio::time::timeout_at(deadline.into(), tokio::task::spawn_blocking(work)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(Error::new(ErrorKind::Internal, fault::reader_broke_off())),
        Err(_) => Err(too_late()),
    }
}

impl fmt::Debug for Here {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Here")
    }
}
