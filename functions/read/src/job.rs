//! Files to Reports, several at once, and the list of them. Knows nothing of which files there are.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use fapiao::document::Format;
use fapiao::error::{Error, ErrorKind};
use fapiao::list::{List, Summary};
use fapiao::pipeline::Pipeline;
use fapiao::report::{Report, Source};
use fapiao::sentence::{Lang, Sentence, list as says, screen};
use futures::stream::{self, StreamExt};

use crate::fate::{Fate, FileOutcome, Tally};
use crate::folder::{Depth, Found};
use crate::progress::Progress;
use crate::stale;
use crate::write::{self, Links};

/// Nothing waits for an answer here, but a file that takes this long never ends.
const PATIENCE: Duration = Duration::from_secs(600);
/// Enough of a file to tell its format.
const HEAD_BYTES: u64 = 4096;

/// Where files come from and go to.
#[derive(Clone, Debug)]
pub struct Folders {
    /// The files', links resolved.
    pub input: PathBuf,
    /// The Reports' and the list's, links resolved.
    pub output: PathBuf,
    /// Whether subfolders belong to both.
    pub depth: Depth,
    /// Whether Reports of files that are gone are removed; else they are named.
    pub prune: bool,
    /// In which the list speaks.
    pub lang: Lang,
}

/// Reads files and keeps the list of them. What is read again takes the place of what was.
pub struct Job {
    pipeline: Pipeline,
    folders: Folders,
    jobs: usize,
    done: Mutex<Done>,
}

/// What is known of the files so far.
#[derive(Default)]
struct Done {
    list: List,
    /// How each file ended, by its path below the folder.
    outcomes: BTreeMap<PathBuf, FileOutcome>,
    elapsed: Duration,
}

impl Job {
    /// Nothing is read yet; so many files at once will be.
    pub fn new(pipeline: Pipeline, folders: Folders, jobs: usize) -> Self {
        Self { pipeline, folders, jobs, done: Mutex::default() }
    }

    /// Where the files come from and go to.
    pub fn folders(&self) -> &Folders {
        &self.folders
    }

    /// Reads these files: the Report of `a/b.jpg` is `a/b.jpg.json` in the output folder, and replaces what is there. Then
    /// writes the list of all that were ever read. Says how all of them fared.
    pub async fn read(&self, files: Vec<Found>, progress: &Progress) -> Tally {
        let start = Instant::now();
        let work = files.into_iter().map(|file| async move {
            let fate = self.read_one(&file).await.unwrap_or_else(|error| {
                self.tell(progress, &error);
                Fate { outcome: FileOutcome::Failed, details: vec![error.sentence()] }
            });
            progress.done(&file.name, &fate.say(self.folders.lang));
            self.done().outcomes.insert(file.below, fate.outcome);
        });
        stream::iter(work).buffer_unordered(self.jobs.max(1)).collect::<()>().await;
        progress.finish();
        self.done().elapsed += start.elapsed();
        self.conclude(progress)
    }

    /// Forgets a file that is gone.
    pub fn forget(&self, file: &Found) {
        let mut done = self.done();
        done.list.remove(&file.name);
        done.outcomes.remove(&file.below);
    }

    /// Writes the list and looks after Reports of files that are gone.
    pub fn conclude(&self, progress: &Progress) -> Tally {
        let list = self.write_list().inspect_err(|error| self.tell(progress, error)).ok();
        list.iter().flat_map(|summary| &summary.repeated).for_each(|sentence| progress.warn(sentence));
        let stale = self.look_after_stale(progress);
        let done = self.done();
        Tally { list, stale, ..Tally::of(done.outcomes.values().copied(), done.elapsed) }
    }

    fn write_list(&self) -> Result<Summary, Error> {
        let Folders { input, output, lang, .. } = &self.folders;
        let table = self.done().list.table(*lang);
        write::both(&table, output, &Links::between(output, Some(input), Some(output)))?;
        Ok(table.summary)
    }

    /// Names the Reports of files that are gone, or removes them. Says how many stay.
    fn look_after_stale(&self, progress: &Progress) -> usize {
        let Folders { output, depth, prune, .. } = &self.folders;
        // A file that could not be opened this time may have a good Report.
        let done = self.done();
        let kept = done.outcomes.iter().filter(|(_, outcome)| **outcome != FileOutcome::Skipped);
        let kept: BTreeSet<PathBuf> = kept.map(|(file, _)| file.clone()).collect();
        drop(done);
        let stale = stale::reports(output, *depth, &kept);
        let name = |said: fn(String) -> Sentence| {
            let said = stale.iter().filter_map(|report| said(report.display().to_string()).say(self.folders.lang));
            said.for_each(|said| progress.warn(&said));
        };
        if !prune {
            name(says::is_stale);
            return stale.len();
        }
        match stale::remove(output, &stale) {
            Ok(()) => name(says::is_removed),
            Err(error) => {
                self.tell(progress, &failed(cannot_write, output, &error));
                return stale.len();
            }
        }
        0
    }

    async fn read_one(&self, file: &Found) -> Result<Fate, Error> {
        let max_bytes = self.pipeline.limits().max_bytes;
        let opened = async {
            let size = tokio::fs::metadata(&file.path).await?.len();
            Ok((size, load(&file.path, size.min(if size > max_bytes { HEAD_BYTES } else { size })).await?))
        };
        let (size, bytes) = opened.await.map_err(|e: io::Error| {
            let error = failed(cannot_read, &file.path, &e);
            self.done().list.set_without_report(&file.name, "failed", &error.info());
            error
        })?;
        let mut report = if size > max_bytes {
            too_large(&self.pipeline, &bytes, size)
        } else {
            match self.pipeline.read(bytes, Source::default(), None, Instant::now() + PATIENCE).await {
                Ok(report) => report,
                Err(mut failure) => {
                    failure.report.say_in(self.folders.lang);
                    self.save(file, &failure.report).await?;
                    return Err(failure.error);
                }
            }
        };
        report.say_in(self.folders.lang);
        let fate = Fate::of(&report);
        match &report.error {
            Some(why) if fate.outcome == FileOutcome::Skipped => {
                self.done().list.set_without_report(&file.name, "skipped", why);
            }
            _ => self.save(file, &report).await?,
        }
        Ok(fate)
    }

    /// Written aside and renamed, so that nobody ever sees half a Report, and noted in the list.
    async fn save(&self, file: &Found, report: &Report) -> Result<(), Error> {
        self.done().list.set(&file.name, &format!("{}.json", file.name), report);
        let body = serde_json::to_vec_pretty(report)
            .map_err(|error| Error::new(ErrorKind::Internal, format!("the Report cannot be written: {error}")))?;
        let target = with_end(&self.folders.output.join(&file.below), ".json");
        let aside = with_end(&target, ".part");
        let written = async {
            tokio::fs::create_dir_all(target.parent().unwrap_or(&target)).await?;
            tokio::fs::write(&aside, body).await?;
            tokio::fs::rename(&aside, &target).await
        };
        written.await.map_err(|error| failed(cannot_write, &target, &error))
    }

    fn tell(&self, progress: &Progress, error: &Error) {
        let [what, next] = [error.sentence(), error.hint_sentence()].map(|said| said.say(self.folders.lang));
        progress.warn(&format!("{}: {} {}", error.code(), what.unwrap_or_default(), next.unwrap_or_default()));
    }

    fn done(&self) -> MutexGuard<'_, Done> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut longer = OsString::from(path);
    longer.push(end);
    longer.into()
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

fn cannot_read(path: String, why: String) -> Sentence {
    screen::cannot_read(path, why)
}

fn cannot_write(path: String, why: String) -> Sentence {
    screen::cannot_write(path, why)
}

fn failed(what: fn(String, String) -> Sentence, path: &Path, error: &io::Error) -> Error {
    Error::new(ErrorKind::Storage, what(path.display().to_string(), error.to_string())).with_hint(screen::check_disk())
}

#[cfg(test)]
mod tests;
