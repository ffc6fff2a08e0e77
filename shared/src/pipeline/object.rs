//! One dropped object to its Report, exactly once. Knows nothing of how the event arrived.
//!
//! Events come at least once, late and out of order, and two may be worked on at the same moment. The Report
//! is the only memory: it carries the etag and the sequencer of what it answers, and is written only if it
//! has not changed since it was looked at. Whoever loses looks again and decides anew, with the answer kept.
//! Always the present content is read, so the last event to be settled leaves the truth.
//!
//! Before a Report is written its invoice is entered into the index of those seen ([`super::identity`]).
//! Where reading costs money, one event at a time may read one version of an object; the others wait for its Report.

use std::cmp::Ordering;
use std::time::Instant;

use bytes::Bytes;
use jiff::Timestamp;

use super::Pipeline;
use super::identity::{Identities, Identity};
use super::turn::Turn;
use crate::error::{Error, ErrorKind, Result};
use crate::provider::Claims;
use crate::report::{Report, Source, Status};
use crate::store::{ACCESS_DENIED, Object, Precondition, PutOutcome, Store};

/// Looks at the Report and tries to write it at most this often.
const MAX_ROUNDS: usize = 8;
/// No Report of ours comes near it.
const MAX_REPORT_BYTES: u64 = 64_000_000;

/// No file has more invoices: so many pages in so many files of a bundle.
const MAX_INVOICES: u32 = 2_500;

/// Someone created or replaced an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectCreated {
    /// Its bucket.
    pub bucket: String,
    /// Its key, decoded.
    pub key: String,
    /// Bytes, where the event says so.
    pub size: Option<u64>,
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
    /// This version has its Report already; nothing was read.
    AlreadyAnswered,
    /// A newer version has its Report already; nothing was read or nothing was kept.
    Superseded,
    /// The object was deleted meanwhile; there is nothing to read.
    Gone,
}

/// Objects to Reports.
pub struct ObjectPipeline<S> {
    store: S,
    claims: Claims<S>,
    identities: Identities<S>,
    pipeline: Pipeline,
    output_bucket: String,
}

/// The key of an object's Report, the first one when it holds several invoices.
pub fn report_key(key: &str) -> String {
    report_key_of(key, 1)
}

/// The key of the Report of one of an object's invoices, counted from 1.
pub fn report_key_of(key: &str, index: u32) -> String {
    format!("{key}{}.json", invoice_mark(key, index))
}

/// What tells a file's further invoices apart: `#2` behind the name. A name that ends so itself has it for the first one
/// too: the second invoice of `a.pdf` and a file that is called `a.pdf#2` must not have the same Report.
pub fn invoice_mark(name: &str, index: u32) -> String {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_marked = stem.len() < name.len() && stem.ends_with('#');
    if index > 1 || is_marked { format!("#{}", index.max(1)) } else { String::new() }
}

/// What is known of the event's object so far.
struct Work {
    etag: Option<String>,
    /// Fetched, and waiting to be read.
    object: Option<Object>,
    answer: Option<Vec<Report>>,
    turn: Turn,
}

/// What stands in the output bucket.
struct Stored {
    etag: String,
    /// None when it is no Report of ours.
    report: Option<Report>,
}

enum Decision {
    Answered,
    Superseded,
    /// Same content, newer event: the Report stays, its sequencer moves on.
    Restamp(Box<Report>),
    Read,
}

impl<S: Store + Clone> ObjectPipeline<S> {
    /// Reports go to `output_bucket`, and so do claims on what costs money.
    pub fn new(store: S, pipeline: Pipeline, output_bucket: impl Into<String>) -> Self {
        let output_bucket = output_bucket.into();
        let claims = Claims::new(store.clone(), &output_bucket);
        let identities = Identities::new(store.clone(), &output_bucket);
        Self { store, claims, identities, pipeline, output_bucket }
    }
}

impl<S: Store> ObjectPipeline<S> {
    /// Where objects and Reports are.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Sees to it that the object's Report stands in the output bucket.
    ///
    /// # Errors
    /// Everything that is not the document's own fault; the same event may be processed again at no cost.
    pub async fn process(&self, event: &ObjectCreated, deadline: Instant) -> Result<Settled> {
        self.refuse_own_reports(event)?;
        let turn = Turn::new(deadline);
        let mut work = Work { etag: event.etag.clone(), object: None, answer: None, turn };
        let settled = self.settle(event, &mut work, deadline).await;
        work.turn.end(&self.claims).await;
        settled
    }

    async fn settle(&self, event: &ObjectCreated, work: &mut Work, deadline: Instant) -> Result<Settled> {
        let mut lost = 0;
        while lost < MAX_ROUNDS {
            let stored = self.stored(&report_key(&event.key)).await?;
            let reports = match decide(work.etag.as_deref(), event.sequencer.as_deref(), stored.as_ref()) {
                decision @ (Decision::Answered | Decision::Superseded) => {
                    let lost = work.answer.take().unwrap_or_default();
                    self.forget_version(&lost, stored.and_then(|stored| stored.report).as_ref()).await;
                    let answered = matches!(decision, Decision::Answered);
                    return Ok(if answered { Settled::AlreadyAnswered } else { Settled::Superseded });
                }
                // Those of its further invoices are as they should be.
                Decision::Restamp(report) => vec![*report],
                Decision::Read => match self.answer(event, work, stored.as_ref(), deadline).await? {
                    Step::Answer(reports) => {
                        self.settle_further(event, &reports, stored.as_ref()).await?;
                        reports
                    }
                    Step::LookAgain => continue,
                    Step::Gone => return Ok(Settled::Gone),
                },
            };
            let Some(report) = reports.first() else { break };
            if self.write(&report_key(&event.key), report, stored.as_ref()).await? {
                self.forget_among(stored.and_then(|stored| stored.report).as_ref(), &reports).await;
                return Ok(Settled::Written(Box::new(report.clone())));
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

    async fn stored(&self, key: &str) -> Result<Option<Stored>> {
        let found = self.store.get(&self.output_bucket, key, MAX_REPORT_BYTES).await;
        match found {
            Ok(found) => Ok(found
                .map(|object| Stored { etag: object.head.etag, report: serde_json::from_slice(&object.body).ok() })),
            // A missing key looks forbidden where listing is not allowed; the conditional write will tell.
            Err(error) if error.vendor_code() == Some(ACCESS_DENIED) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The answer to the object as it is now; at most one provider is paid for it, however many rounds it takes.
    async fn answer(
        &self,
        event: &ObjectCreated,
        work: &mut Work,
        stored: Option<&Stored>,
        deadline: Instant,
    ) -> Result<Step> {
        if let Some(reports) = work.answer.clone() {
            return Ok(Step::Answer(reports));
        }
        let reports = match self.fetched(event, work).await {
            Ok(None) => return Ok(Step::Gone),
            Ok(Some(object)) => {
                // It may have moved on since the event, and its Report be there already.
                let decision = decide(work.etag.as_deref(), event.sequencer.as_deref(), stored);
                if !matches!(decision, Decision::Read) {
                    return Ok(Step::LookAgain);
                }
                if self.pipeline.chain().is_paid(self.selected(&event.key)) && !work.turn.is_ours() {
                    let name = format!("{}/{} {}", event.bucket, event.key, object.head.etag);
                    work.object = Some(object);
                    work.turn.ask(&self.claims, &name).await?;
                    return Ok(Step::LookAgain);
                }
                let mut reports = self.read(event, object, deadline).await?;
                for report in &mut reports {
                    self.identities.enter(report, Timestamp::now()).await?;
                }
                reports
            }
            Err(error) if error.kind() == ErrorKind::TooLarge => vec![self.pipeline.reject(&error, source_of(event))],
            Err(error) => return Err(error),
        };
        work.answer = Some(reports.clone());
        Ok(Step::Answer(reports))
    }

    /// The object, fetched once and kept while others have their turn.
    async fn fetched(&self, event: &ObjectCreated, work: &mut Work) -> Result<Option<Object>> {
        if let Some(object) = work.object.take() {
            return Ok(Some(object));
        }
        let object = self.fetch(event).await?;
        if let Some(object) = &object {
            work.etag = Some(object.head.etag.clone());
        }
        Ok(object)
    }

    async fn fetch(&self, event: &ObjectCreated) -> Result<Option<Object>> {
        let max_bytes = self.pipeline.limits().max_bytes;
        if let Some(size) = event.size.filter(|size| *size > max_bytes) {
            return Err(crate::store::too_large(size, max_bytes));
        }
        self.store.get(&event.bucket, &event.key, max_bytes).await
    }

    async fn read(&self, event: &ObjectCreated, object: Object, deadline: Instant) -> Result<Vec<Report>> {
        let source = Source {
            etag: Some(object.head.etag),
            version_id: object.head.version_id.or_else(|| event.version_id.clone()),
            ..source_of(event)
        };
        let selected = self.selected(&event.key);
        Ok(self.pipeline.read_all(object.body, source, selected, deadline).await?)
    }

    /// A first segment that names a configured provider selects it.
    fn selected<'k>(&self, key: &'k str) -> Option<&'k str> {
        let (first, _) = key.split_once('/')?;
        self.pipeline.chain().has(first).then_some(first)
    }

    /// What is not kept gives its place among the invoices seen back, unless what is kept has the same.
    async fn forget(&self, lost: Option<&Report>, kept: Option<&Report>) {
        let (Some(lost), Some(kept)) = (lost, kept) else { return };
        if let Err(error) = self.identities.release(lost, kept, Timestamp::now()).await {
            tracing::warn!(%error, "an invoice's place could not be given back; it ends when another file needs it");
        }
    }

    /// An answer that came too late: another version's stands. The same version's entries are its own.
    async fn forget_version(&self, lost: &[Report], kept: Option<&Report>) {
        for lost in lost.iter().filter(|lost| kept.is_some_and(|kept| kept.source.etag != lost.source.etag)) {
            self.forget(Some(lost), kept).await;
        }
    }

    /// As [`Self::forget`], where several Reports stand in its place.
    async fn forget_among(&self, lost: Option<&Report>, kept: &[Report]) {
        let identity = lost.and_then(Identity::of);
        let same = kept.iter().find(|report| identity.is_some() && Identity::of(report) == identity);
        self.forget(lost, same.or(kept.first())).await;
    }

    /// Brings the Reports of a file's further invoices up to date, and takes away those of an earlier version that had
    /// more. The first one's Report is written last: as long as it is the old one, the event is not settled.
    async fn settle_further(&self, event: &ObjectCreated, reports: &[Report], stored: Option<&Stored>) -> Result<()> {
        for report in reports.iter().skip(1) {
            self.write_further(event, report, reports).await?;
        }
        let count = u32::try_from(reports.len()).unwrap_or(u32::MAX);
        let before = stored.and_then(|stored| stored.report.as_ref()).map_or(1, |report| report.document.count);
        for index in count + 1..=before.min(MAX_INVOICES) {
            let key = report_key_of(&event.key, index);
            let old = self.stored(&key).await?.and_then(|stored| stored.report);
            if old.as_ref().is_some_and(|old| !is_newer(old, event)) {
                self.store.delete(&self.output_bucket, &key).await?;
                self.forget_among(old.as_ref(), reports).await;
            }
        }
        Ok(())
    }

    async fn write_further(&self, event: &ObjectCreated, report: &Report, all: &[Report]) -> Result<()> {
        let key = report_key_of(&event.key, report.document.index);
        for _ in 0..MAX_ROUNDS {
            let stored = self.stored(&key).await?;
            let old = stored.as_ref().and_then(|stored| stored.report.as_ref());
            // A newer version's own Reports stay; our first one will lose against it.
            if old.is_some_and(|old| is_newer(old, event)) {
                return Ok(());
            }
            if self.write(&key, report, stored.as_ref()).await? {
                self.forget_among(old, all).await;
                return Ok(());
            }
        }
        Err(Error::new(ErrorKind::Storage, format!("the Report {key} is being written by too many at once")))
    }

    async fn write(&self, key: &str, report: &Report, stored: Option<&Stored>) -> Result<bool> {
        let body = serde_json::to_vec_pretty(report)
            .map_err(|error| Error::new(ErrorKind::Internal, format!("the Report cannot be written: {error}")))?;
        let condition = stored.map_or(Precondition::Absent, |stored| Precondition::Unchanged(stored.etag.clone()));
        let outcome = self.store.put(&self.output_bucket, key, Bytes::from(body), "application/json", condition);
        Ok(matches!(outcome.await?, PutOutcome::Written(_)))
    }
}

enum Step {
    Answer(Vec<Report>),
    LookAgain,
    Gone,
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

fn decide(etag: Option<&str>, sequencer: Option<&str>, stored: Option<&Stored>) -> Decision {
    let Some(report) = stored.and_then(|stored| stored.report.as_ref()) else {
        return Decision::Read;
    };
    let age = compare(sequencer, report.source.sequencer.as_deref());
    let same_content = etag.is_some() && etag == report.source.etag.as_deref();
    match (age, same_content) {
        (Ordering::Less, _) => Decision::Superseded,
        // Given up earlier: trying again is what this event is for.
        _ if report.status == Status::Failed => Decision::Read,
        (Ordering::Equal, true) => Decision::Answered,
        (Ordering::Greater, true) => Decision::Restamp(Box::new(restamped(report, sequencer))),
        (_, false) => Decision::Read,
    }
}

/// Whether a Report answers a newer version than the event's.
fn is_newer(report: &Report, event: &ObjectCreated) -> bool {
    compare(event.sequencer.as_deref(), report.source.sequencer.as_deref()) == Ordering::Less
}

fn restamped(report: &Report, sequencer: Option<&str>) -> Report {
    let mut report = report.clone();
    report.source.sequencer = sequencer.map(str::to_owned);
    report
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
    fn no_two_invoices_share_a_report() {
        let names = ["a.pdf", "a.pdf#2", "a.pdf#2#1", "a.pdf#1", "a.pdf#", "a.pdf#x", "#2", "2"];
        let keys: Vec<String> =
            names.iter().flat_map(|name| (1..5).map(move |index| report_key_of(name, index))).collect();
        let distinct: std::collections::BTreeSet<&String> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len(), "{keys:?}");
        assert_eq!((report_key("a.pdf"), report_key_of("a.pdf", 2)), ("a.pdf.json".into(), "a.pdf#2.json".into()));
    }

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
