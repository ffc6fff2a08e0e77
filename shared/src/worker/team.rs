//! Several workers, and what becomes of a file when its worker dies. A worker answers one question at a time; it is held for
//! the question, not for the file. Knows nothing of what a question is about.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::iter;
use std::mem;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{self, Arc, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio::time::{timeout, timeout_at};

use super::Settings;
use super::death::{Death, too_complex};
use super::file::Open;
use super::process::Process;
use super::trust::{Checked, documents_own};
use super::wire::{Frame, Reply, Request, invalid};
use crate::desk::{FileFacts, Fit, Leaf, Picture, Seen};
use crate::document::fit::{Fitted, Requirements};
use crate::error::{Error, ErrorKind, Result};
use crate::sentence::fault;

/// A worker that keeps more bytes of memory than this when no file is open is ended, so that the memory is back.
const LARGE: u64 = 700 << 20;
/// What does not answer by then that it has closed a file does not answer at all.
const TIDY: Duration = Duration::from_secs(5);
/// A question is asked again once when the worker died and it need not have been the document's doing.
const ATTEMPTS: usize = 2;

/// The workers, each on a chair of its own.
pub(super) struct Team {
    first: Arc<Chair>,
    others: Vec<Arc<Chair>>,
}

/// The place of a worker, and the files that it is asked about.
pub(super) struct Chair {
    settings: Arc<Settings>,
    /// None where none runs. It is taken from here while it is asked, so that whoever goes away in the middle of a question
    /// ends it.
    worker: Mutex<Option<Worker>>,
    files: AtomicUsize,
    /// Files that nobody asks for any more, still open in the worker.
    left: sync::Mutex<Vec<u64>>,
    /// Whether the log knows already what this system does not offer.
    is_told: Arc<AtomicBool>,
}

struct Worker {
    process: Process,
    open: BTreeSet<u64>,
}

impl Team {
    pub(super) fn new(settings: Settings, count: usize) -> Self {
        let (settings, is_told) = (Arc::new(settings), Arc::<AtomicBool>::default());
        let chair = || {
            Arc::new(Chair {
                settings: Arc::clone(&settings),
                worker: Mutex::default(),
                files: AtomicUsize::new(0),
                left: sync::Mutex::default(),
                is_told: Arc::clone(&is_told),
            })
        };
        Self { first: chair(), others: (1..count).map(|_| chair()).collect() }
    }

    fn chairs(&self) -> impl Iterator<Item = &Arc<Chair>> {
        iter::once(&self.first).chain(&self.others)
    }

    /// The chair for another file: the one with the fewest.
    pub(super) fn seat(&self) -> Arc<Chair> {
        let idle = self.chairs().min_by_key(|chair| chair.files.load(Ordering::Relaxed));
        let chair = Arc::clone(idle.unwrap_or(&self.first));
        chair.files.fetch_add(1, Ordering::Relaxed);
        chair
    }

    /// Starts every worker that does not run, in the background.
    pub(super) fn warm(&self) {
        self.chairs().for_each(Chair::start_soon);
    }
}

impl Chair {
    pub(super) async fn open(self: &Arc<Self>, file: &Open, deadline: Instant) -> Result<FileFacts> {
        let open = Request::Open { file: file.id, limits: file.limits };
        self.ask(file, &open, 0, deadline, |reply, _| match reply {
            Reply::Opened(facts) => understood(facts),
            _ => Err(beside_the_point()),
        })
        .await
    }

    pub(super) async fn read(self: &Arc<Self>, file: &Open, part: usize, deadline: Instant) -> Result<Seen> {
        let read = Request::Read { file: file.id, part };
        self.ask(file, &read, 0, deadline, |reply, _| match reply {
            Reply::Read(seen) => understood(seen),
            _ => Err(beside_the_point()),
        })
        .await
    }

    pub(super) async fn fit(
        self: &Arc<Self>,
        file: &Open,
        part: usize,
        requirements: &Requirements,
        deadline: Instant,
    ) -> Result<Fit> {
        let max_bytes = requirements.max_bytes as u64;
        let fit = Request::Fit { file: file.id, part, requirements: requirements.clone() };
        self.ask(file, &fit, max_bytes, deadline, |reply, bytes| match reply {
            Reply::Fitted(fitting) => Ok(understood(fitting)?.map(|fitting| match fitting.is_file {
                true => Fit::AsItIs(fitting.size),
                false => Fit::Made(Fitted { bytes, size: fitting.size, adapted: fitting.adapted }),
            })),
            _ => Err(beside_the_point()),
        })
        .await
    }

    pub(super) async fn draw(
        self: &Arc<Self>,
        file: &Open,
        leaf: &Leaf,
        max_bytes: usize,
        deadline: Instant,
    ) -> Result<Option<Picture>> {
        let draw = Request::Draw { leaf: leaf.clone(), limits: file.limits, max_bytes };
        self.ask(file, &draw, max_bytes as u64, deadline, |reply, bytes| match reply {
            Reply::Drawn(drawn) => {
                understood(drawn.map(|frame| frame.map(|Frame { size, pages }| Picture { bytes, frame: size, pages })))
            }
            _ => Err(beside_the_point()),
        })
        .await
    }

    /// Nobody asks for the file any more.
    pub(super) fn close(self: &Arc<Self>, id: u64) {
        self.files.fetch_sub(1, Ordering::Relaxed);
        self.left.lock().unwrap_or_else(PoisonError::into_inner).push(id);
        // Without a runtime everything ends anyway.
        if let Ok(runtime) = Handle::try_current() {
            let chair = Arc::clone(self);
            runtime.spawn(async move { chair.tidy().await });
        }
    }

    /// Asks a worker, in a fresh one once more where it died of nothing that the document did.
    async fn ask<T>(
        self: &Arc<Self>,
        file: &Open,
        request: &Request,
        max_bytes: u64,
        deadline: Instant,
        understand: impl Fn(Reply, Bytes) -> io::Result<Result<T>>,
    ) -> Result<T> {
        let place = timeout_at(deadline.into(), self.worker.lock()).await;
        let mut place = place.map_err(|_| too_late())?;
        for _ in 0..ATTEMPTS {
            let mut worker = self.take_or_start(&mut place).await?;
            let asked = timeout_at(deadline.into(), worker.answer(file, request, max_bytes, &self.settings)).await;
            let Ok(answer) = asked else {
                tracing::warn!(worker = worker.process.pid(), "a worker is ended: the time for its document is up");
                self.start_soon();
                return Err(too_late());
            };
            match answer.and_then(|(reply, bytes)| understand(reply, bytes)) {
                Ok(answer) => {
                    *place = Some(worker);
                    return answer;
                }
                Err(error) => self.bury(worker, &error).await?,
            }
        }
        self.start_soon();
        Err(Error::new(ErrorKind::Internal, fault::workers_died()))
    }

    /// Says in the log how a worker died.
    ///
    /// # Errors
    /// `too_complex` when the document asked for too much.
    async fn bury(self: &Arc<Self>, worker: Worker, error: &io::Error) -> Result<()> {
        let pid = worker.process.pid();
        let (death, last_words) = worker.process.death(error, &self.settings).await;
        match death {
            Death::OfDocument(of_what) => {
                let error = too_complex(of_what);
                tracing::warn!(worker = pid, why = error.message(), last_words, "a worker died of its document");
                self.start_soon();
                Err(error)
            }
            Death::Otherwise(ended) => {
                tracing::warn!(worker = pid, ended, %error, last_words, "a worker died; its document is given to another");
                Ok(())
            }
        }
    }

    async fn take_or_start(&self, place: &mut Option<Worker>) -> Result<Worker> {
        if let Some(mut worker) = place.take() {
            if worker.process.is_alive() {
                return Ok(worker);
            }
            tracing::warn!(worker = worker.process.pid(), "a worker died while nobody asked it");
        }
        self.start().await
    }

    async fn start(&self) -> Result<Worker> {
        let process = Process::start(&self.settings).await?;
        if !process.missing.is_empty() && !self.is_told.swap(true, Ordering::Relaxed) {
            tracing::info!(missing = process.missing.join("; "), "this system does not confine a worker in every way");
        }
        Ok(Worker { process, open: BTreeSet::new() })
    }

    /// Starts a worker in the background, where none runs.
    fn start_soon(self: &Arc<Self>) {
        let Ok(runtime) = Handle::try_current() else { return };
        let chair = Arc::clone(self);
        runtime.spawn(async move {
            let mut place = chair.worker.lock().await;
            if place.is_none() {
                match chair.start().await {
                    Ok(worker) => *place = Some(worker),
                    // Whoever needs it tries again, and tells.
                    Err(error) => tracing::warn!(%error, "no worker could be started beforehand"),
                }
            }
        });
    }

    /// Closes what is left open; a worker that has grown large then makes room for a small one.
    async fn tidy(&self) {
        let mut place = self.worker.lock().await;
        let left = mem::take(&mut *self.left.lock().unwrap_or_else(PoisonError::into_inner));
        let Some(mut worker) = place.take() else { return };
        let closed: Vec<u64> = left.into_iter().filter(|id| worker.open.remove(id)).collect();
        // One that has left something behind that cannot be ended otherwise ends by itself, instead of an answer.
        let is_well = closed.is_empty() || worker.closes(closed).await;
        let is_large = || worker.process.usage().is_some_and(|usage| usage.memory > LARGE);
        *place = if is_well && !(worker.open.is_empty() && is_large()) {
            Some(worker)
        } else {
            tracing::debug!(worker = worker.process.pid(), is_well, "a worker makes room for a fresh one");
            drop(worker);
            self.start().await.ok()
        };
    }
}

impl Worker {
    /// The answer to a question about a file that it knows, or learns to know first.
    async fn answer(
        &mut self,
        file: &Open,
        request: &Request,
        max_bytes: u64,
        settings: &Settings,
    ) -> io::Result<(Reply, Bytes)> {
        if matches!(request, Request::Open { .. }) {
            return self.opened(file, settings).await;
        }
        if matches!(request, Request::Draw { .. }) {
            self.process.allow(settings.cpu);
            return self.process.ask(request, &file.bytes, max_bytes).await;
        }
        // Once more where the file had to make room for others.
        for _ in 0..ATTEMPTS {
            if !self.open.contains(&file.id) {
                self.opened(file, settings).await?;
            }
            self.process.allow(settings.cpu);
            match self.process.ask(request, &Bytes::new(), max_bytes).await? {
                (Reply::NotOpen, _) => drop(self.open.remove(&file.id)),
                answer => return Ok(answer),
            }
        }
        Err(invalid("a file that does not stay open".to_owned()))
    }

    async fn opened(&mut self, file: &Open, settings: &Settings) -> io::Result<(Reply, Bytes)> {
        self.process.allow(settings.cpu);
        let open = Request::Open { file: file.id, limits: file.limits };
        let answer = self.process.ask(&open, &file.bytes, 0).await?;
        if matches!(answer.0, Reply::Opened(Ok(_))) {
            self.open.insert(file.id);
        }
        Ok(answer)
    }

    /// Whether it has closed them.
    async fn closes(&mut self, files: Vec<u64>) -> bool {
        let answer = timeout(TIDY, self.process.ask(&Request::Close(files), &Bytes::new(), 0)).await;
        matches!(answer, Ok(Ok((Reply::Closed, _))))
    }
}

/// What is believed of an answer.
fn understood<T: Checked>(answer: Result<T>) -> io::Result<Result<T>> {
    match answer {
        Ok(answer) => answer.checked().map(Ok),
        Err(error) => Ok(Err(documents_own(&error))),
    }
}

fn beside_the_point() -> io::Error {
    invalid("an answer to another question".to_owned())
}

pub(super) fn too_late() -> Error {
    Error::new(ErrorKind::Deadline, fault::document_too_slow())
}

impl fmt::Debug for Chair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chair")
    }
}
