//! Documents are opened elsewhere: in a process that has no credentials, no environment, no network and limits on what it may
//! use. Whoever holds the keys sees what was read, and never touches a document's bytes. Knows nothing of vendors or buckets.
//!
//! - here: who opens documents, and the beginning of every program
//! - [`file`](mod@file): an open file and its parts, as those see them who read no bytes
//! - [`here`]: a desk in this process, for tests and tools
//! - [`team`]: several workers, the file that each has, and what becomes of it when one dies
//! - [`process`]: one worker as its parent holds it; [`watch`], [`words`] and [`death`]: what it uses, says and dies of
//! - [`serve`]: the worker itself; [`confine`] and [`calls`]: what it gives up before it sees a document
//! - [`wire`]: what both say to each other; [`trust`]: what is believed of it

#[cfg(target_os = "linux")]
mod calls;
mod confine;
mod death;
mod file;
mod here;
mod process;
mod serve;
mod team;
mod trust;
mod watch;
mod wire;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::desk::{Desk, Leaf, Picture};
use crate::document::{Format, Limits};
use crate::error::Result;

pub use file::{File, Part};
pub use serve::serve;

use file::{Open, Seat};
use here::Here;
use team::Team;

/// Bytes of addresses that a worker may have, where nothing else is set: the largest picture takes 1758 MiB of memory together
/// with the engine's, and what is reserved and not used counts, too.
const MEMORY: u64 = 2300 << 20;
/// Processor time for one opening or one part, where nothing else is set: ten times what a page of pixels takes, because a sheet
/// may have as many papers on it.
const CPU: Duration = Duration::from_secs(60);

/// How workers are started, and what they may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The program; none for this one.
    pub program: Option<PathBuf>,
    /// What makes a worker of it.
    pub arguments: Vec<String>,
    /// The folder with the models, the only one that it may read.
    pub models: PathBuf,
    /// Bytes of address space.
    pub memory: u64,
    /// Processor time for one opening or one part, by all its threads together.
    pub cpu: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        let arguments = vec![process::ARGUMENT.to_owned()];
        Self { program: None, arguments, models: PathBuf::new(), memory: MEMORY, cpu: CPU }
    }
}

/// Belongs at the beginning of every program's `main`, before anything else. A process that was started as a worker serves
/// and ends here. Any other lets nobody else of its user look into its memory and its environment from now on.
pub fn begin() {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == process::ARGUMENT) && arguments.next().is_none() {
        std::process::exit(i32::from(serve(|models| Desk::new(models)) != ExitCode::SUCCESS));
    }
    watch::close_to_others();
}

/// Those who open documents; clones are the same ones.
#[derive(Clone)]
pub struct Workers(Way);

#[derive(Clone)]
enum Way {
    Here(Here),
    Elsewhere(Arc<Team>),
}

impl Workers {
    /// So many processes, started when they are needed.
    pub fn spawned(settings: Settings, count: usize) -> Self {
        Self(Way::Elsewhere(Arc::new(Team::new(settings, count))))
    }

    /// No process: a desk in this one. For tests and tools, whose documents are no stranger's.
    pub fn here(desk: Desk) -> Self {
        Self(Way::Here(Here::new(desk)))
    }

    /// Starts a worker where none runs yet, without waiting for it.
    pub fn warm(&self) {
        if let Way::Elsewhere(team) = &self.0 {
            team.warm();
        }
    }

    /// Opens a file and tells what is in it.
    ///
    /// # Errors
    /// What is wrong with the file as a whole; `too_complex` when it asks for more than one may have; `deadline` when the time
    /// was up before; `internal` when workers die of something else.
    pub async fn open(&self, bytes: Bytes, limits: &Limits, deadline: Instant) -> Result<File> {
        // Nobody has to be asked about nothing.
        if bytes.is_empty() {
            Format::by_first_bytes(&bytes)?;
        }
        File::open(bytes, *limits, self.seat(), deadline).await
    }

    /// Draws a page of a file for people to look at, in so many bytes at the most; none where the file has no such page, or
    /// its pages have no pixels (OFD, XML).
    ///
    /// # Errors
    /// As [`Self::open`], and what kept the page from being drawn.
    pub async fn draw(
        &self,
        bytes: Bytes,
        leaf: &Leaf,
        limits: &Limits,
        max_bytes: usize,
        deadline: Instant,
    ) -> Result<Option<Picture>> {
        Open::new(bytes, *limits, self.seat()).draw(leaf, max_bytes, deadline).await
    }

    fn seat(&self) -> Seat {
        match &self.0 {
            Way::Here(here) => Seat::Here(here.clone()),
            Way::Elsewhere(team) => Seat::Elsewhere(team.seat()),
        }
    }
}
