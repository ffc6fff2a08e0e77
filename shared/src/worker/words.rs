//! What a worker says on its standard error: passed on to our own log a line at a time, and its end kept for the case that
//! these were its last words. They may have been made by a document, so both are bounded. Knows nothing of what they mean.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::ChildStderr;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Bytes of a line; what is longer is told in pieces.
const MAX_LINE: u64 = 1000;
/// Lines that one worker may put into the log.
const MAX_LINES: usize = 200;
/// Lines that are kept.
const KEPT: usize = 12;
/// A pipe whose other end is dead is soon empty.
const PATIENCE: Duration = Duration::from_millis(500);

/// The last lines of a worker.
pub(super) struct LastWords {
    kept: Arc<Mutex<VecDeque<String>>>,
    listener: JoinHandle<()>,
}

impl LastWords {
    /// Listens until the pipe is closed.
    pub(super) fn of(from: ChildStderr, pid: Option<u32>) -> Self {
        let kept = Arc::<Mutex<VecDeque<String>>>::default();
        let listener = tokio::spawn(listen(from, pid.unwrap_or_default(), Arc::clone(&kept)));
        Self { kept, listener }
    }

    /// Everything that was kept, once all has been said.
    pub(super) async fn all(self) -> String {
        let _ = timeout(PATIENCE, self.listener).await;
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().map(String::as_str).collect::<Vec<_>>().join(" | ")
    }
}

async fn listen(from: ChildStderr, pid: u32, kept: Arc<Mutex<VecDeque<String>>>) {
    let mut from = BufReader::new(from);
    let mut told = 0;
    let mut piece = Vec::new();
    while matches!((&mut from).take(MAX_LINE).read_until(b'\n', &mut piece).await, Ok(1..)) {
        let line = String::from_utf8_lossy(&piece).trim().to_owned();
        piece.clear();
        if line.is_empty() {
            continue;
        }
        if told < MAX_LINES {
            told += 1;
            tracing::warn!(worker = pid, said = line, "a worker says");
        }
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(line);
    }
}
