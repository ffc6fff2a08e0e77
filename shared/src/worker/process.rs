//! One worker as its parent holds it: started, asked, kept within limits, ended. Knows nothing of what it is asked, nor of who
//! asks.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use super::Settings;
use super::death::Death;
use super::watch::{self, Usage};
use super::wire::{self, Begin, Reply, Request};
use super::words::LastWords;
use crate::error::{Error, ErrorKind, Result};

/// The argument that makes a worker of any of our programs.
pub(super) const ARGUMENT: &str = "worker";
/// What Lambda tells every function about itself.
const LAMBDA_MEMORY: &str = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";
/// A worker that has not begun by then never will.
const BEGIN: Duration = Duration::from_secs(10);
/// What has closed its pipes has as long to end by itself.
const END: Duration = Duration::from_secs(2);
/// As much fits into a pipe, so that neither side waits for each 64 kB.
const PIPE: usize = 1 << 20;

/// A running worker. It is killed when this is dropped.
pub(super) struct Process {
    child: Child,
    to: ChildStdin,
    from: ChildStdout,
    last_words: LastWords,
    /// What the system does not offer to confine it with.
    pub(super) missing: Vec<String>,
}

impl Process {
    /// Starts a worker that has no environment, and waits until it has given up what it does not need.
    ///
    /// # Errors
    /// `internal` when it does not begin.
    pub(super) async fn start(settings: &Settings) -> Result<Self> {
        let failed = |why: String| Error::new(ErrorKind::Internal, format!("the worker does not begin: {why}"));
        let mut process = Self::spawn(settings).map_err(|error| failed(error.to_string()))?;
        let begin = Request::Begin(Begin { models: settings.models.clone(), memory: settings.memory });
        match timeout(BEGIN, process.ask(&begin, &Bytes::new(), 0)).await {
            Ok(Ok((Reply::Begun(missing), _))) => Ok(Self { missing, ..process }),
            Ok(Ok(_)) => Err(failed("it says something else".to_owned())),
            Ok(Err(error)) => {
                let (status, words) = process.end(&error).await;
                Err(failed(format!("{error}, {status:?} {words}")))
            }
            Err(_) => Err(failed("it says nothing".to_owned())),
        }
    }

    fn spawn(settings: &Settings) -> io::Result<Self> {
        let program = settings.program.clone().map_or_else(std::env::current_exe, Ok)?;
        let mut command = Command::new(program);
        command.args(&settings.arguments).env_clear().kill_on_drop(true);
        // Each further heap of the allocator takes 64 MB of addresses, which count as memory here.
        command.env("MALLOC_ARENA_MAX", "2");
        // So that a picture's memory is back when the picture is gone, however large one was before.
        command.env("MALLOC_MMAP_THRESHOLD_", "4194304").env("MALLOC_TRIM_THRESHOLD_", "8388608");
        // Says how many processors there are time on, where the system shows more of them.
        if let Some(memory) = std::env::var_os(LAMBDA_MEMORY) {
            command.env(LAMBDA_MEMORY, memory);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        let (to, from) = (child.stdin.take().ok_or_else(gone)?, child.stdout.take().ok_or_else(gone)?);
        let last_words = LastWords::of(child.stderr.take().ok_or_else(gone)?, child.id());
        watch::widen(&to, PIPE);
        watch::widen(&from, PIPE);
        Ok(Self { child, to, from, last_words, missing: Vec::new() })
    }

    /// Asks, and waits for the answer with at most so many bytes behind it.
    pub(super) async fn ask(&mut self, request: &Request, bytes: &Bytes, max_bytes: u64) -> io::Result<(Reply, Bytes)> {
        self.to.write_all(&wire::head(request, bytes.len())?).await?;
        self.to.write_all(bytes).await?;
        self.to.flush().await?;
        let mut prefix = [0; wire::PREFIX];
        self.from.read_exact(&mut prefix).await?;
        let (head, behind) = wire::lengths(prefix, max_bytes)?;
        let reply = wire::parse(&self.take(head).await?)?;
        Ok((reply, self.take(behind).await?.into()))
    }

    /// Grows with what arrives, so that a length alone costs nothing.
    async fn take(&mut self, length: u64) -> io::Result<Vec<u8>> {
        let mut taken = Vec::new();
        (&mut self.from).take(length).read_to_end(&mut taken).await?;
        if taken.len() as u64 == length { Ok(taken) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// Lets it use so much processor time from now on.
    pub(super) fn allow(&self, cpu: Duration) {
        if let Some(pid) = self.child.id() {
            watch::allow(pid, cpu);
        }
    }

    /// What it uses; none where that cannot be told.
    pub(super) fn usage(&self) -> Option<Usage> {
        watch::usage(self.child.id()?)
    }

    /// Whether it still runs, as far as anybody has noticed.
    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    pub(super) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Ends it, and says why it could not answer.
    pub(super) async fn death(self, error: &io::Error, settings: &Settings) -> (Death, String) {
        let (status, words) = self.end(error).await;
        (Death::of(status, &words, settings), words)
    }

    /// How it ended, and its last words; none where it had to be ended.
    async fn end(mut self, error: &io::Error) -> (Option<ExitStatus>, String) {
        // What talks nonsense is not about to end.
        let patience = if error.kind() == io::ErrorKind::InvalidData { Duration::ZERO } else { END };
        let status = timeout(patience, self.child.wait()).await.ok().and_then(io::Result::ok);
        // There is nothing to do about one that cannot be ended either.
        let _ = self.child.kill().await;
        (status, self.last_words.all().await)
    }
}
