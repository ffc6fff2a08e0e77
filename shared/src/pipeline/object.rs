//! One dropped object to its Report, exactly once. Knows nothing of how the event arrived.
//!
//! Events come at least once, late and out of order, and two may be worked on at the same moment. The Report, the only
//! object a file gets, is also the only memory: it carries the etag and the sequencer of what it answers, and is written
//! only if it has not changed since it was looked at. Whoever loses looks again and decides anew, with the answer kept.
//! Always the present content is read, so the last event to be settled leaves the truth.
//!
//! Before a Report is written its invoices are entered into the index of those seen ([`super::identity`]).
//! What a provider answers is remembered ([`Memory`]), so that no page is paid for twice, and a file that is too long for
//! one invocation goes on in the next.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::identity::{Identities, Identity, identities};
use super::stored::StoredReport;
use super::whole::sum_up;
use super::{Failure, Pipeline};
use crate::error::{Error, ErrorKind, Result};
use crate::provider::Memory;
use crate::report::{Report, Source};
use crate::store::{Object, Store, Versioned, Within};

/// Looks at the Report and tries to write it at most this often.
const MAX_ROUNDS: usize = 8;
/// Enough for thousands of invoices in one file.
const MAX_REPORT_BYTES: u64 = 128_000_000;
/// Left of an event's time for writing what was read: a tenth, and no more than this.
const TO_WRITE: Duration = Duration::from_secs(3);

/// Someone created or replaced an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectCreated {
    /// Its bucket.
    pub bucket: String,
    /// Its key, decoded.
    pub key: String,
    /// Bytes, where the event says so.
    pub size: Option<u64>,
    /// The message that told of it, which has the same id when it is received again.
    pub message: Option<String>,
    /// Without quotes, where the event says so.
    pub etag: Option<String>,
    /// Where the bucket keeps versions.
    pub version_id: Option<String>,
    /// Orders the events of one key: hexadecimal, of varying length.
    pub sequencer: Option<String>,
}

/// How an event ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Settled {
    /// A new Report stands in the output bucket.
    Written(Box<Report>),
    /// This version has its Report already; nothing was read or nothing was kept.
    AlreadyAnswered,
    /// A newer version has its Report already; nothing was read or nothing was kept.
    Superseded,
    /// The object was deleted meanwhile; there is nothing to read.
    Gone,
    /// The time was up before all of a long file was read, and what was read by then is remembered: the same event again
    /// goes on from there.
    Unfinished,
}

/// Objects to Reports.
pub struct ObjectPipeline<S> {
    store: S,
    reports: Versioned<S, StoredReport>,
    identities: Identities<S>,
    pipeline: Pipeline,
    output_bucket: String,
}

/// The key of an object's Report.
pub fn report_key(key: &str) -> String {
    format!("{key}.json")
}

/// What is known of the event's object so far.
struct Work {
    etag: Option<String>,
    /// Fetched, and waiting to be read.
    object: Option<Object>,
    answer: Option<Result<Report, Failure>>,
}

enum Decision {
    Settled(Settled),
    /// Same content, newer event: the Report stays, its sequencer moves on.
    Restamp(StoredReport),
    Read,
}

enum Step {
    Answered,
    LookAgain,
    Gone,
}

impl<S: Store + Clone> ObjectPipeline<S> {
    /// Reports go to `output_bucket`, and so do remembered answers.
    pub fn new(store: S, pipeline: Pipeline, output_bucket: impl Into<String>) -> Self {
        let output_bucket = output_bucket.into();
        let reports = Versioned::new(store.clone(), &output_bucket, MAX_REPORT_BYTES);
        let identities = Identities::new(store.clone(), &output_bucket, MAX_REPORT_BYTES);
        Self { store, reports, identities, pipeline, output_bucket }
    }
}

impl<S: Store + Clone + 'static> ObjectPipeline<S> {
    /// Sees to it that the object's Report stands in the output bucket; answers before `deadline`, whatever the network does.
    ///
    /// # Errors
    /// Everything that is not the document's own fault; the same event may be processed again at no cost. What could be
    /// read all the same stands in a `failed` Report then.
    pub async fn process(&self, event: &ObjectCreated, deadline: Instant) -> Result<Settled> {
        let memory = Memory::new(Arc::new(self.store.clone()), &self.output_bucket);
        let memory = memory.for_message(event.message.as_deref());
        let pipeline = self.pipeline.clone().with_memory(memory.clone());
        let errand = ObjectPipeline::new(Within::new(self.store.clone(), deadline), pipeline, &self.output_bucket);
        let left = deadline.saturating_duration_since(Instant::now());
        let until = deadline.checked_sub(TO_WRITE.min(left / 10)).unwrap_or(deadline);
        match errand.settle(event, until).await {
            Err(error) if error.kind() == ErrorKind::Deadline && memory.written() > 0 => Ok(Settled::Unfinished),
            settled => settled,
        }
    }
}

impl<S: Store> ObjectPipeline<S> {
    /// Where objects and Reports are.
    pub fn store(&self) -> &S {
        &self.store
    }

    async fn settle(&self, event: &ObjectCreated, deadline: Instant) -> Result<Settled> {
        self.refuse_own_reports(event)?;
        let mut work = Work { etag: event.etag.clone(), object: None, answer: None };
        self.until_answered(event, &mut work, deadline).await
    }

    /// Reads and writes until the Report stands: whoever loses a race looks again.
    async fn until_answered(&self, event: &ObjectCreated, work: &mut Work, deadline: Instant) -> Result<Settled> {
        let key = report_key(&event.key);
        let mut lost = 0;
        while lost < MAX_ROUNDS {
            let mut seen = self.reports.load(&key).await?;
            let stored = seen.value.take().filter(StoredReport::is_report);
            match decide(work.etag.as_deref(), event.sequencer.as_deref(), stored.as_ref()) {
                Decision::Settled(settled) => {
                    self.forget(work.answer.take(), stored.as_ref()).await;
                    return Ok(settled);
                }
                Decision::Restamp(report) => {
                    if self.reports.save(&key, &report, &seen).await? {
                        return Ok(Settled::AlreadyAnswered);
                    }
                }
                Decision::Read => {
                    match self.answer(event, work, stored.as_ref(), deadline).await? {
                        Step::Answered => {}
                        Step::LookAgain => continue,
                        Step::Gone => return Ok(Settled::Gone),
                    }
                    if let Some(answer) = work.answer.take() {
                        if self.reports.save(&key, report_in(&answer), &seen).await? {
                            self.release(event, stored.as_ref(), report_in(&answer)).await;
                            return answer.map(|report| Settled::Written(Box::new(report))).map_err(Error::from);
                        }
                        work.answer = Some(answer);
                    }
                }
            }
            lost += 1;
        }
        Err(Error::new(ErrorKind::Storage, format!("the Report of {} is being written by too many at once", event.key)))
    }

    /// Without this, a notification on the wrong bucket would feed on its own output for ever.
    fn refuse_own_reports(&self, event: &ObjectCreated) -> Result<()> {
        if event.bucket != self.output_bucket {
            return Ok(());
        }
        let message = format!("{} is the output bucket: its objects are never read", event.bucket);
        Err(Error::new(ErrorKind::Internal, message).with_hint("Remove the notification from the output bucket."))
    }

    /// Reads the object as it is now; at most one provider is paid for it, however many rounds it takes.
    async fn answer(
        &self,
        event: &ObjectCreated,
        work: &mut Work,
        stored: Option<&StoredReport>,
        deadline: Instant,
    ) -> Result<Step> {
        if work.answer.is_some() {
            return Ok(Step::Answered);
        }
        let object = match self.fetched(event, work).await {
            Ok(Some(object)) => object,
            Ok(None) => return Ok(Step::Gone),
            Err(error) if error.kind() == ErrorKind::TooLarge => {
                work.answer = Some(Ok(self.pipeline.reject(error, source_of(event))));
                return Ok(Step::Answered);
            }
            Err(error) => return Err(error),
        };
        // It may have moved on since the event, and its Report be there already.
        if !matches!(decide(work.etag.as_deref(), event.sequencer.as_deref(), stored), Decision::Read) {
            return Ok(Step::LookAgain);
        }
        work.answer = Some(self.read(event, object, stored, deadline).await?);
        Ok(Step::Answered)
    }

    /// The object, fetched once and kept while others have their turn.
    async fn fetched(&self, event: &ObjectCreated, work: &mut Work) -> Result<Option<Object>> {
        if let Some(object) = work.object.take() {
            return Ok(Some(object));
        }
        let max_bytes = self.pipeline.limits().max_bytes;
        if let Some(size) = event.size.filter(|size| *size > max_bytes) {
            return Err(crate::store::too_large(size, max_bytes));
        }
        let object = self.store.get(&event.bucket, &event.key, max_bytes).await?;
        if let Some(object) = &object {
            work.etag = Some(object.etag.clone());
        }
        Ok(object)
    }

    /// The answer, with its invoices entered into the index. A failure that has nothing to tell is none.
    async fn read(
        &self,
        event: &ObjectCreated,
        object: Object,
        stored: Option<&StoredReport>,
        deadline: Instant,
    ) -> Result<Result<Report, Failure>> {
        let same = stored.filter(|report| report.etag() == Some(&object.etag));
        let source = Source {
            etag: Some(object.etag),
            version_id: object.version_id.or_else(|| event.version_id.clone()),
            ..source_of(event)
        };
        let known = same.map(StoredReport::invoices).unwrap_or_default();
        let selected = self.selected(&event.key);
        let mut answer = self.pipeline.read_rest(object.body, source, known, selected, deadline).await;
        let report = match &mut answer {
            Ok(report) => report,
            Err(failure) if !failure.report.invoices.is_empty() => &mut failure.report,
            Err(_) => return answer.map(Ok).map_err(Error::from),
        };
        self.identities.enter(report, Timestamp::now()).await?;
        sum_up(report);
        Ok(answer)
    }

    /// A first segment that names a configured provider selects it.
    fn selected<'k>(&self, key: &'k str) -> Option<&'k str> {
        let (first, _) = key.split_once('/')?;
        self.pipeline.chain().has(first).then_some(first)
    }

    /// An answer that came too late leaves nothing behind: another version's Report stands. What the same version has
    /// entered is that Report's own.
    async fn forget(&self, late: Option<Result<Report, Failure>>, stored: Option<&StoredReport>) {
        let (Some(late), Some(stored)) = (late, stored) else { return };
        let source = &report_in(&late).source;
        if let (Some(key), Some(etag)) = (&source.key, &source.etag)
            && Some(etag.as_str()) != stored.etag()
        {
            self.give_back((key, etag), &identities(report_in(&late)), &stored.identities()).await;
        }
    }

    /// What the Report before this one had entered and this one has not.
    async fn release(&self, event: &ObjectCreated, before: Option<&StoredReport>, report: &Report) {
        if let Some((before, etag)) = before.and_then(|before| Some((before, before.etag()?))) {
            self.give_back((&event.key, etag), &before.identities(), &identities(report)).await;
        }
    }

    async fn give_back(&self, version: (&str, &str), old: &BTreeSet<Identity>, kept: &BTreeSet<Identity>) {
        if let Err(error) = self.identities.release(version, old.difference(kept), Timestamp::now()).await {
            tracing::warn!(%error, "an invoice's place could not be given back; it ends when another file needs it");
        }
    }
}

fn report_in(answer: &Result<Report, Failure>) -> &Report {
    match answer {
        Ok(report) => report,
        Err(failure) => &failure.report,
    }
}

fn source_of(event: &ObjectCreated) -> Source {
    Source {
        bucket: Some(event.bucket.clone()),
        key: Some(event.key.clone()),
        version_id: event.version_id.clone(),
        etag: event.etag.clone(),
        sequencer: event.sequencer.clone(),
        bytes: event.size,
        ..Source::default()
    }
}

fn decide(etag: Option<&str>, sequencer: Option<&str>, stored: Option<&StoredReport>) -> Decision {
    let Some(stored) = stored else {
        return Decision::Read;
    };
    let same_content = etag.is_some() && etag == stored.etag();
    match (compare(sequencer, stored.sequencer()), same_content, sequencer) {
        (Ordering::Less, ..) => Decision::Settled(Settled::Superseded),
        // Given up earlier: trying again is what this event is for.
        _ if stored.is_failed() => Decision::Read,
        (Ordering::Greater, true, Some(newer)) => Decision::Restamp(stored.restamped(newer)),
        (_, true, _) => Decision::Settled(Settled::AlreadyAnswered),
        (_, false, _) => Decision::Read,
    }
}

/// Sequencers are hexadecimal numbers of varying length; where one is missing nothing can be told.
fn compare(event: Option<&str>, stored: Option<&str>) -> Ordering {
    let (Some(event), Some(stored)) = (event, stored) else {
        return Ordering::Equal;
    };
    let width = event.len().max(stored.len());
    let padded = |sequencer: &str| format!("{sequencer:0>width$}").to_ascii_uppercase();
    padded(event).cmp(&padded(stored))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequencers_are_compared_as_numbers_of_varying_length() {
        struct Case(Option<&'static str>, Option<&'static str>, Ordering);
        for Case(event, stored, expected) in [
            Case(Some("0A"), Some("0B"), Ordering::Less),
            Case(Some("100"), Some("FF"), Ordering::Greater),
            Case(Some("0FF"), Some("FF"), Ordering::Equal),
            Case(Some("ff"), Some("FF"), Ordering::Equal),
            Case(None, Some("FF"), Ordering::Equal),
            Case(Some("FF"), None, Ordering::Equal),
        ] {
            assert_eq!(compare(event, stored), expected, "{event:?} {stored:?}");
        }
    }
}
