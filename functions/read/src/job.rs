//! Files to Reports, several at once. Knows nothing of where the folders are.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use fapiao::error::{Error, ErrorKind};
use fapiao::pipeline::Pipeline;
use fapiao::report::{Report, Source, Status};
use futures::stream::{self, StreamExt};

use crate::progress::Progress;

/// Nothing waits for an answer here, but a file that takes this long never ends.
const PATIENCE: Duration = Duration::from_secs(600);
/// Enough of a file to tell its format.
const HEAD_BYTES: u64 = 65_536;

/// How the files fared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// An invoice was read.
    pub read: usize,
    /// The file's own fault.
    pub rejected: usize,
    /// No answer, or it could not be written.
    pub failed: usize,
    /// Of no format we open.
    pub skipped: usize,
    /// From the first file to the last.
    pub elapsed: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Read,
    Rejected,
    Failed,
    Skipped,
}

/// Reads every file; `<file name>.json` goes to `output`, replacing what is there.
pub async fn read_all(
    pipeline: &Pipeline,
    files: Vec<PathBuf>,
    output: &Path,
    jobs: usize,
    progress: &Progress,
) -> Tally {
    let start = Instant::now();
    let work = files.into_iter().map(|file| async move {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let outcome = read_one(pipeline, &file, output).await.unwrap_or_else(|error| {
            progress.warn(&format!("{}: {} {}", error.code(), error.message(), error.hint()));
            Outcome::Failed
        });
        progress.done(&name, outcome.name());
        outcome
    });
    let outcomes: Vec<Outcome> = stream::iter(work).buffer_unordered(jobs).collect().await;
    progress.finish();
    Tally::of(&outcomes, start.elapsed())
}

async fn read_one(pipeline: &Pipeline, file: &Path, output: &Path) -> Result<Outcome, Error> {
    let max_bytes = pipeline.limits().max_bytes;
    let size = tokio::fs::metadata(file).await.map_err(|e| failed("cannot open", file, &e))?.len();
    let taken = load(file, size.min(if size > max_bytes { HEAD_BYTES } else { size })).await;
    let bytes = taken.map_err(|e| failed("cannot read", file, &e))?;
    let report = if size > max_bytes {
        too_large(pipeline, bytes, size)
    } else {
        let answer = pipeline.read(bytes, Source::default(), None, Instant::now() + PATIENCE).await;
        match answer {
            Ok(report) => report,
            Err(failure) => {
                save(output, file, &failure.report).await?;
                return Err(failure.error);
            }
        }
    };
    let outcome = Outcome::of(&report);
    if outcome != Outcome::Skipped {
        save(output, file, &report).await?;
    }
    Ok(outcome)
}

async fn load(file: &Path, bytes: u64) -> io::Result<Bytes> {
    use tokio::io::AsyncReadExt;
    let mut content = Vec::with_capacity(usize::try_from(bytes).unwrap_or(0));
    tokio::fs::File::open(file).await?.take(bytes).read_to_end(&mut content).await?;
    Ok(Bytes::from(content))
}

/// Of a file over the limit only the head is looked at, to tell an invoice from a film.
fn too_large(pipeline: &Pipeline, head: Bytes, size: u64) -> Report {
    let format = fapiao::document::Document::open(head, pipeline.limits());
    let error = match format {
        Err(error) if error.kind() == ErrorKind::UnsupportedFormat => error,
        _ => {
            let max_bytes = pipeline.limits().max_bytes;
            let message = format!("the file has {size} bytes, more than the {max_bytes} allowed");
            Error::new(ErrorKind::TooLarge, message)
        }
    };
    let source = Source { bytes: Some(size), ..Source::default() };
    pipeline.reject(&error, source)
}

/// Written aside and renamed, so that nobody ever sees half a Report.
async fn save(output: &Path, file: &Path, report: &Report) -> Result<(), Error> {
    let body = serde_json::to_vec_pretty(report)
        .map_err(|error| Error::new(ErrorKind::Internal, format!("the Report cannot be written: {error}")))?;
    let mut name = OsString::from(file.file_name().unwrap_or_default());
    name.push(".json");
    let target = output.join(&name);
    name.push(".part");
    let aside = output.join(&name);
    let written = match tokio::fs::write(&aside, body).await {
        Ok(()) => tokio::fs::rename(&aside, &target).await,
        Err(error) => Err(error),
    };
    written.map_err(|error| failed("cannot write", &target, &error))
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Error {
    Error::new(ErrorKind::Storage, format!("{what} {}: {error}", path.display()))
        .with_hint("Check the disk and your rights.")
}

impl Outcome {
    fn of(report: &Report) -> Self {
        let code = report.error.as_ref().map(|error| error.code.as_str());
        match (report.status, code) {
            (_, Some("unsupported_format" | "empty")) => Self::Skipped,
            (Status::Read, _) => Self::Read,
            (Status::Rejected, _) => Self::Rejected,
            (Status::Failed, _) => Self::Failed,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

impl Tally {
    fn of(outcomes: &[Outcome], elapsed: Duration) -> Self {
        let count = |wanted| outcomes.iter().filter(|outcome| **outcome == wanted).count();
        Self {
            read: count(Outcome::Read),
            rejected: count(Outcome::Rejected),
            failed: count(Outcome::Failed),
            skipped: count(Outcome::Skipped),
            elapsed,
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} read, {} rejected, {} failed, {} skipped in {:.1} s",
            self.read,
            self.rejected,
            self.failed,
            self.skipped,
            self.elapsed.as_secs_f64()
        )
    }
}
