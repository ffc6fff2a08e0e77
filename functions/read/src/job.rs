//! Files to Reports, several at once. Knows nothing of where the folders are.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use fapiao::document::Format;
use fapiao::error::{Error, ErrorKind};
use fapiao::pipeline::Pipeline;
use fapiao::report::{Report, Source, Status, Verdict};
use futures::stream::{self, StreamExt};

use crate::list::{List, Summary};
use crate::progress::Progress;

/// Nothing waits for an answer here, but a file that takes this long never ends.
const PATIENCE: Duration = Duration::from_secs(600);
/// Enough of a file to tell its format.
const HEAD_BYTES: u64 = 4096;

/// How the files fared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// An invoice was read.
    pub read: usize,
    /// The file's own fault.
    pub rejected: usize,
    /// No answer, or it could not be written.
    pub failed: usize,
    /// Of no format we open.
    pub skipped: usize,
    /// What the list says of the invoices; none when it could not be written.
    pub list: Option<Summary>,
    /// From the first file to the last.
    pub elapsed: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FileOutcome {
    Read,
    Rejected,
    Failed,
    Skipped,
}

/// Reads every file; `<file name>.json` goes to `output`, replacing what is there, and a list of all invoices.
pub async fn read_all(
    pipeline: &Pipeline,
    files: Vec<PathBuf>,
    output: &Path,
    jobs: usize,
    progress: &Progress,
) -> Tally {
    let start = Instant::now();
    let list = &List::default();
    let tell = |error: &Error| progress.warn(&format!("{}: {} {}", error.code(), error.message(), error.hint()));
    let work = files.into_iter().map(|file| async move {
        let name = name_of(&file);
        let fate = read_one(pipeline, &file, output, list).await.unwrap_or_else(|error| {
            tell(&error);
            Fate { outcome: FileOutcome::Failed, detail: error.code().to_owned() }
        });
        progress.done(&name, &fate.to_string());
        fate.outcome
    });
    let outcomes: Vec<FileOutcome> = stream::iter(work).buffer_unordered(jobs).collect().await;
    progress.finish();
    let list = list.write(output).inspect_err(tell).ok();
    list.iter().flat_map(|summary| &summary.repeated).for_each(|sentence| progress.warn(sentence));
    Tally { list, ..Tally::of(&outcomes, start.elapsed()) }
}

fn name_of(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

async fn read_one(pipeline: &Pipeline, file: &Path, output: &Path, list: &List) -> Result<Fate, Error> {
    let max_bytes = pipeline.limits().max_bytes;
    let opened = async {
        let size = tokio::fs::metadata(file).await?.len();
        Ok((size, load(file, size.min(if size > max_bytes { HEAD_BYTES } else { size })).await?))
    };
    let (size, bytes) = opened.await.map_err(|e: io::Error| {
        let error = failed("cannot read", file, &e);
        list.add_without_report(&name_of(file), "failed", error.message());
        error
    })?;
    let report = if size > max_bytes {
        too_large(pipeline, &bytes, size)
    } else {
        match pipeline.read(bytes, Source::default(), None, Instant::now() + PATIENCE).await {
            Ok(report) => report,
            Err(failure) => {
                save(output, file, &failure.report, list).await?;
                return Err(failure.error);
            }
        }
    };
    let fate = Fate::of(&report);
    if fate.outcome == FileOutcome::Skipped {
        list.add_without_report(&name_of(file), "skipped", &fate.detail);
    } else {
        save(output, file, &report, list).await?;
    }
    Ok(fate)
}

async fn load(file: &Path, bytes: u64) -> io::Result<Bytes> {
    use tokio::io::AsyncReadExt;
    let mut content = Vec::with_capacity(usize::try_from(bytes).unwrap_or(0));
    tokio::fs::File::open(file).await?.take(bytes).read_to_end(&mut content).await?;
    Ok(Bytes::from(content))
}

/// Of a file over the limit only the head is looked at, to tell an invoice from a film.
fn too_large(pipeline: &Pipeline, head: &[u8], size: u64) -> Report {
    let error = Format::by_first_bytes(head).err().unwrap_or_else(|| {
        let max_bytes = pipeline.limits().max_bytes;
        let message = format!("the file has {size} bytes, more than the {max_bytes} allowed");
        Error::new(ErrorKind::TooLarge, message)
    });
    let source = Source { bytes: Some(size), ..Source::default() };
    pipeline.reject(error, source)
}

/// Written aside and renamed, so that nobody ever sees half a Report, and noted in the list.
async fn save(output: &Path, file: &Path, report: &Report, list: &List) -> Result<(), Error> {
    let mut name = OsString::from(file.file_name().unwrap_or_default());
    name.push(".json");
    list.add(&name_of(file), &name.to_string_lossy(), report);
    let body = serde_json::to_vec_pretty(report)
        .map_err(|error| Error::new(ErrorKind::Internal, format!("the Report cannot be written: {error}")))?;
    let target = output.join(&name);
    let mut aside = target.clone().into_os_string();
    aside.push(".part");
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

impl FileOutcome {
    fn of(report: &Report) -> Self {
        let code = report.error.as_ref().map(|error| error.code.as_str());
        match (report.status, code) {
            (_, Some("unsupported_format" | "empty")) => Self::Skipped,
            (Status::Read, _) => Self::Read,
            // Only what comes from a bucket can be withdrawn.
            (Status::Rejected | Status::Withdrawn, _) => Self::Rejected,
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

/// How one file fared, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fate {
    outcome: FileOutcome,
    /// What is to be reviewed whatever the other files hold; else what went wrong. Nothing is called verified before the
    /// list has seen the whole folder.
    detail: String,
}

impl Fate {
    fn of(report: &Report) -> Self {
        let review = report.invoices.iter().filter(|invoice| invoice.verdict != Verdict::Verified).count();
        // A part of it that could not be read is to be looked at, too.
        let review = review.max(usize::from(report.verdict == Some(Verdict::Review)));
        let detail = match (&report.error, report.invoices.len(), review) {
            (Some(error), ..) => error.message.clone(),
            (None, 1, 0) => String::new(),
            (None, 1, _) => "to review".to_owned(),
            (None, all, 0) => format!("{all} invoices"),
            (None, all, review) => format!("{all} invoices, at least {review} to review"),
        };
        Self { outcome: FileOutcome::of(report), detail }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.detail.is_empty() { "" } else { ": " };
        write!(f, "{}{mark}{}", self.outcome.name(), self.detail)
    }
}

impl Tally {
    /// Whether every file was dealt with and stands in the list.
    pub fn is_complete(&self) -> bool {
        self.failed == 0 && self.list.is_some()
    }

    fn of(outcomes: &[FileOutcome], elapsed: Duration) -> Self {
        let count = |wanted| outcomes.iter().filter(|outcome| **outcome == wanted).count();
        Self {
            read: count(FileOutcome::Read),
            rejected: count(FileOutcome::Rejected),
            failed: count(FileOutcome::Failed),
            skipped: count(FileOutcome::Skipped),
            list: None,
            elapsed,
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { read, rejected, failed, skipped, .. } = self;
        let seconds = self.elapsed.as_secs_f64();
        write!(f, "{read} read, {rejected} rejected, {failed} failed, {skipped} skipped in {seconds:.1} s")?;
        match &self.list {
            Some(Summary { verified, review, .. }) => write!(f, "; invoices: {verified} verified, {review} to review"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use async_trait::async_trait;
    use fapiao::desk::Desk;
    use fapiao::document::Limits;
    use fapiao::provider::{Answer, Chain, Embedded, Provider};
    use fapiao::worker::{Part, Workers};
    use tempfile::TempDir;

    use super::*;

    /// Reads wide pages, finds nothing on square ones, and breaks down on tall ones.
    struct ByShape;

    #[async_trait]
    impl Provider for ByShape {
        fn name(&self) -> &'static str {
            "by_shape"
        }

        async fn read(&self, part: &Part, _deadline: Instant) -> Result<Answer, Error> {
            let (width, height) = part.dimensions;
            match width.cmp(&height) {
                std::cmp::Ordering::Greater => Ok(Answer::default()),
                std::cmp::Ordering::Equal => Err(Error::new(ErrorKind::NoInvoice, "square")),
                std::cmp::Ordering::Less => Err(Error::new(ErrorKind::ProviderQuota, "tall")),
            }
        }
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut png = io::Cursor::new(Vec::new());
        image::RgbImage::new(width, height).write_to(&mut png, image::ImageFormat::Png).unwrap();
        png.into_inner()
    }

    fn pipeline(provider: Arc<dyn Provider>, limits: Limits) -> Pipeline {
        Pipeline::new(Workers::here(Desk::new("no/models")), Chain::new(vec![provider]), limits)
    }

    async fn read_files(files: &[(&str, &[u8])]) -> (Tally, TempDir) {
        read_files_with(Arc::new(ByShape), files).await
    }

    async fn read_files_with(provider: Arc<dyn Provider>, files: &[(&str, &[u8])]) -> (Tally, TempDir) {
        let (input, output) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let paths = files.iter().map(|(name, content)| {
            std::fs::write(input.path().join(name), content).unwrap();
            input.path().join(name)
        });
        let limits = Limits { max_bytes: 100_000, ..Limits::default() };
        let pipeline = pipeline(provider, limits);
        let paths = paths.collect();
        let tally = read_all(&pipeline, paths, output.path(), 2, &Progress::new(files.len())).await;
        (tally, output)
    }

    fn report(output: &TempDir, name: &str) -> Report {
        serde_json::from_slice(&std::fs::read(output.path().join(name)).unwrap()).unwrap()
    }

    #[tokio::test]
    async fn every_picture_gets_a_report_and_other_files_are_skipped() {
        let (wide, square, tall) = (png(200, 100), png(100, 100), png(100, 200));
        let mut large = wide.clone();
        large.resize(100_001, 0);
        let (tally, output) = read_files(&[
            ("发票 1.png", &wide),
            ("square.png", &square),
            ("tall.png", &tall),
            ("large.png", &large),
            ("label.json", b"{}"),
            ("text.jpg", b"hello"),
            ("film.bin", &vec![0; 100_001]),
        ])
        .await;
        assert_eq!((tally.read, tally.rejected, tally.failed, tally.skipped), (1, 2, 1, 3));
        assert_eq!(report(&output, "发票 1.png.json").status, Status::Read);
        assert_eq!(report(&output, "square.png.json").status, Status::Rejected);
        assert_eq!(report(&output, "tall.png.json").status, Status::Failed);
        let too_large = report(&output, "large.png.json");
        assert_eq!((too_large.error.unwrap().code.as_str(), too_large.source.bytes), ("too_large", Some(100_001)));
        let list = std::fs::read_to_string(output.path().join(crate::list::NAME)).unwrap();
        // A head, and a line for every file.
        assert_eq!(list.lines().count(), 8, "{list}");
        assert!(
            list.contains("text.jpg,,,skipped,,\"the content is plain text")
                || list.contains("text.jpg,,,skipped,,the content is plain text"),
            "{list}"
        );
        assert!(tally.to_string().contains("0 verified, 1 to review") && !tally.is_complete(), "{tally}");
        assert_eq!(std::fs::read_dir(output.path()).unwrap().count(), 5);
    }

    #[tokio::test]
    async fn the_screen_says_of_an_invoice_that_is_there_twice_what_the_list_says() {
        let invoice = include_bytes!("../../../tests/fixtures/text-two-pages.pdf");
        // A page of text needs no models.
        let (tally, output) = read_files_with(Arc::new(Embedded), &[("b.pdf", invoice), ("a.pdf", invoice)]).await;
        let list = std::fs::read_to_string(output.path().join(crate::list::NAME)).unwrap();
        let verdicts = |verdict| list.matches(&format!(",read,{verdict},")).count();
        assert_eq!((verdicts("verified"), verdicts("review")), (1, 1), "{list}");
        assert!(tally.to_string().ends_with("invoices: 1 verified, 1 to review"), "{tally}");
        let repeated = tally.list.unwrap().repeated;
        assert!(repeated.len() == 1 && repeated[0].starts_with("b.pdf: to review: a.pdf has brought"), "{repeated:?}");
    }

    #[tokio::test]
    async fn no_single_file_is_called_verified() {
        let pipeline = pipeline(Arc::new(Embedded), Limits::default());
        for (file, line) in [
            (include_bytes!("../../../tests/fixtures/text-two-pages.pdf").as_slice(), "read"),
            (include_bytes!("../../../tests/fixtures/text-two-invoices.pdf").as_slice(), "read: 2 invoices"),
        ] {
            let deadline = Instant::now() + PATIENCE;
            let report = pipeline.read(Bytes::from_static(file), Source::default(), None, deadline).await.unwrap();
            assert_eq!((report.verdict, Fate::of(&report).to_string().as_str()), (Some(Verdict::Verified), line));
        }
    }

    #[tokio::test]
    async fn a_list_that_cannot_be_written_leaves_the_work_incomplete() {
        let output = tempfile::tempdir().unwrap();
        std::fs::create_dir(output.path().join(crate::list::NAME)).unwrap();
        let pipeline = pipeline(Arc::new(ByShape), Limits::default());
        let tally = read_all(&pipeline, Vec::new(), output.path(), 1, &Progress::new(0)).await;
        assert!(!tally.is_complete() && tally.failed == 0);
    }

    #[tokio::test]
    async fn a_report_names_no_file() {
        let (_, output) = read_files(&[("secret-name.png", &png(200, 100))]).await;
        let text = std::fs::read_to_string(output.path().join("secret-name.png.json")).unwrap();
        assert!(!text.contains("secret-name"));
    }
}
