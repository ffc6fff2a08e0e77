//! One dropped or deleted object to its Report, exactly once. Knows nothing of how the event arrived.
//!
//! Events come at least once, late and out of order, and two may be worked on at the same moment. An event says only that
//! something happened to the object of a key: what is there now is looked at. The Report, the only object a file gets, is
//! also the only memory, and it is written on condition: first the Report is looked at, then the object, and then the
//! Report is written if it has not changed since. So what it says never gets older, and no clock or order of events is
//! needed for that. Sequencers only spare work: who is older than what was settled is done.
//!
//! One write settles an event. Whoever loses it looks at both again and decides anew, with the answer kept as long as the
//! object is the same. After it the Reports of all files that share an invoice are brought into agreement
//! ([`super::bearers`]); an event that died in between comes again and does that.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::bearers::Bearers;
use super::event::{Attempt, Change, ObjectEvent, Settled, newest, order, refusal, report_key};
use super::files::ReadFiles;
use super::pause::{self, Pause, before_round};
use super::stored::StoredReport;
use super::whole::Whole;
use super::{Failure, Pipeline};
use crate::error::{Error, ErrorKind, Result};
use crate::report::{Report, Source, Status};
use crate::sentence::{Lang, fault, next};
use crate::store::{EXPIRING_JSON, Head, JSON, Object, Store, Version, Versioned, too_large};

/// Looks at the Report and tries to write it at most this often.
const MAX_ROUNDS: u32 = 12;
/// Enough for thousands of invoices in one file.
const MAX_REPORT_BYTES: u64 = 128_000_000;

/// Objects to Reports.
pub struct ObjectPipeline<S, F = Pipeline> {
    pub(super) store: S,
    reports: Versioned<S, StoredReport>,
    bearers: Bearers<S>,
    pub(super) files: F,
    pause: Pause,
    pub(super) output_bucket: String,
}

/// What is known of the event's object so far, however many rounds it takes.
struct Work {
    /// Fetched, and waiting to be read.
    object: Option<Object>,
    answer: Option<Answer>,
    /// Whether the invoices of the answer are entered in the index.
    is_entered: bool,
    /// Whether there is an invoice in sight that another file may bring too.
    has_identities: bool,
    /// The Report that was written last.
    written: Option<Version<StoredReport>>,
}

/// What came of reading one version of the object.
struct Answer {
    etag: String,
    report: StoredReport,
    /// Why it is not complete.
    error: Option<Error>,
}

/// What is to be done after a look at Report and object.
enum Step {
    /// Nothing, because nothing has to be written.
    Done(Settled),
    /// The Report is what the object was found to be; then the event is settled.
    Write(Box<StoredReport>, Result<Settled>),
    /// The same, but then there is more to do.
    Note(Box<StoredReport>),
}

impl<S: Store + Clone, F: ReadFiles> ObjectPipeline<S, F> {
    /// Reports go to `output_bucket`, and so does the index of invoices seen.
    pub fn new(store: S, files: F, output_bucket: impl Into<String>) -> Self {
        Self::with_pause(store, files, output_bucket, pause::real)
    }

    /// The same, with another notion of time for whoever has to wait for others.
    pub fn with_pause(store: S, files: F, output_bucket: impl Into<String>, pause: Pause) -> Self {
        let output_bucket = output_bucket.into();
        let reports = Versioned::new(store.clone(), &output_bucket, MAX_REPORT_BYTES);
        let bearers = Bearers::new(store.clone(), &output_bucket, MAX_REPORT_BYTES, pause);
        Self { store, reports, bearers, files, pause, output_bucket }
    }

    /// Reports are written in that language, not in English.
    #[must_use]
    pub fn in_language(mut self, lang: Lang) -> Self {
        self.bearers.lang = lang;
        self
    }
}

impl<S: Store, F: ReadFiles> ObjectPipeline<S, F> {
    /// Where objects and Reports are.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Sees to it that the object's Report stands in the output bucket, and that the Reports of all who bring the same
    /// invoices agree.
    ///
    /// # Errors
    /// Everything that is not the document's own fault; the same event may be processed again at no cost. What could be
    /// read all the same stands in a `failed` Report then, and after the last attempt there is one in any case.
    pub async fn process(&self, event: &ObjectEvent, attempt: Attempt) -> Result<Settled> {
        self.refuse_own_reports(event)?;
        let mut work = Work { object: None, answer: None, is_entered: false, has_identities: false, written: None };
        let settled = self.until_written(event, &mut work, attempt).await;
        if work.has_identities {
            self.bearers.agree(&event.key, work.written).await?;
        }
        settled
    }

    /// Looks and writes until the Report stands.
    async fn until_written(&self, event: &ObjectEvent, work: &mut Work, attempt: Attempt) -> Result<Settled> {
        let key = report_key(&event.key);
        let mut lost = 0;
        while lost < MAX_ROUNDS {
            before_round(self.pause, lost).await;
            let seen = self.reports.load(&key).await?;
            let stood = seen.value.as_ref().filter(|report| report.is_report());
            work.has_identities |= stood.is_some_and(StoredReport::has_identities);
            if let Some(settled) = settled_before(event, stood) {
                return Ok(settled);
            }
            match self.step(event, work, stood, attempt).await? {
                Step::Done(settled) => return Ok(settled),
                Step::Write(report, settled) => {
                    if self.write(&key, *report, &seen, work).await? {
                        return settled;
                    }
                    lost += 1;
                }
                Step::Note(report) => lost += u32::from(!self.write(&key, *report, &seen, work).await?),
            }
        }
        Err(Error::new(ErrorKind::Storage, format!("the Report of {} is being written by too many at once", event.key)))
    }

    /// Without this, a notification on the wrong bucket would feed on its own output for ever.
    fn refuse_own_reports(&self, event: &ObjectEvent) -> Result<()> {
        if event.bucket != self.output_bucket {
            return Ok(());
        }
        let message = format!("{} is the output bucket: its objects are never read", event.bucket);
        Err(Error::new(ErrorKind::Internal, message).with_hint("Remove the notification from the output bucket."))
    }

    /// The Report in the place of what was seen there, its invoices entered before.
    async fn write(
        &self,
        key: &str,
        mut report: StoredReport,
        seen: &Version<StoredReport>,
        work: &mut Work,
    ) -> Result<bool> {
        let stood = seen.value.as_ref().filter(|report| report.is_report());
        report.follow(stood);
        work.has_identities |= report.has_identities();
        if !report.is_withdrawn() {
            self.bearers.enter(&mut report, stood, work.is_entered).await?;
            work.is_entered = true;
        }
        report.say_in(self.bearers.lang);
        let kind = if report.is_withdrawn() { EXPIRING_JSON } else { JSON };
        work.written = self.reports.replace(kind, key, report, seen).await?;
        Ok(work.written.is_some())
    }

    /// Looks at the object, now that its Report was looked at.
    async fn step(
        &self,
        event: &ObjectEvent,
        work: &mut Work,
        stood: Option<&StoredReport>,
        attempt: Attempt,
    ) -> Result<Step> {
        let stands = |report: &&StoredReport| !report.is_failed() && !report.is_withdrawn();
        let standing = stood.filter(stands).filter(|report| !event.again.passes_over(report.engine()));
        // A deleted version that was not the newest, or one whose successor has an event of its own.
        let is_no_news = event.change == Change::Removed && !stood.is_some_and(StoredReport::is_withdrawn);
        if standing.is_some() || is_no_news || work.etag().is_some() {
            let Some(head) = self.store.head(&event.bucket, &event.key).await? else {
                return gone(event, stood);
            };
            if is_no_news {
                return Ok(Step::Done(Settled::Superseded));
            }
            if let Some(report) = standing.filter(|report| report.etag() == Some(&head.etag)) {
                return Ok(written(seen_now(report.clone(), event), Ok(Settled::AlreadyAnswered)));
            }
            work.keep_only(&head.etag);
        }
        self.answered(event, work, stood, attempt).await
    }

    /// Reads the object as it is now; at most one provider is paid for it, however many rounds it takes.
    async fn answered(
        &self,
        event: &ObjectEvent,
        work: &mut Work,
        stood: Option<&StoredReport>,
        attempt: Attempt,
    ) -> Result<Step> {
        if let Some(answer) = &work.answer {
            return Ok(answer.step(event, stood));
        }
        let object = match self.fetched(event, work).await? {
            Fetched::Object(object) => object,
            Fetched::Gone => return gone(event, stood),
            Fetched::Refused(head, error) => {
                let report = self.files.reject(error, source_of(event, &head));
                let answer =
                    work.answer.insert(Answer { etag: head.etag, report: StoredReport::of(&report)?, error: None });
                return Ok(answer.step(event, stood));
            }
        };
        let same = stood.filter(|report| report.etag() == Some(&object.etag));
        let is_others = same.is_some_and(|report| event.again.passes_over(report.engine()));
        // Another engine's good Report stays until there is a newer one.
        let is_last = attempt.is_last && !(is_others && same.is_some_and(|report| !report.is_failed()));
        let (same, attempt) = (same.filter(|_| !is_others), Attempt { is_last, ..attempt });
        if attempt.is_last && !same.is_some_and(StoredReport::is_failed) {
            let report = begun(source_of(event, &head_of(&object)));
            work.object = Some(object);
            return Ok(Step::Note(Box::new(seen_now(StoredReport::of(&report)?, event).after(stood))));
        }
        let answer = self.read(event, object, same, attempt).await?;
        Ok(work.answer.insert(answer).step(event, stood))
    }

    /// The object, fetched once and kept while others have their turn.
    async fn fetched(&self, event: &ObjectEvent, work: &mut Work) -> Result<Fetched> {
        if let Some(object) = work.object.take() {
            return Ok(Fetched::Object(object));
        }
        let max_bytes = self.files.max_bytes();
        let refusal = match (refusal(&event.key), event.size.filter(|size| *size > max_bytes)) {
            (Some(error), _) => error,
            (None, Some(size)) => too_large(size, max_bytes),
            (None, None) => match self.store.get(&event.bucket, &event.key, max_bytes).await {
                Ok(object) => return Ok(object.map_or(Fetched::Gone, Fetched::Object)),
                Err(error) if error.kind() == ErrorKind::TooLarge => error,
                Err(error) => return Err(error),
            },
        };
        let head = self.store.head(&event.bucket, &event.key).await?;
        Ok(head.map_or(Fetched::Gone, |head| Fetched::Refused(head, refusal)))
    }

    /// What comes of reading it. A failure that has nothing to tell is none, unless nobody will try again.
    async fn read(
        &self,
        event: &ObjectEvent,
        object: Object,
        same: Option<&StoredReport>,
        attempt: Attempt,
    ) -> Result<Answer> {
        let source = source_of(event, &head_of(&object));
        let known = same.map(StoredReport::invoices).unwrap_or_default();
        let provider = event.again.provider.as_deref();
        let (report, error) =
            match self.files.read(&event.key, provider, object.body, source, known, attempt.deadline).await {
                Ok(report) => (report, None),
                Err(Failure { error, report }) if attempt.is_last || !report.invoices.is_empty() => {
                    (*report, Some(error))
                }
                Err(failure) => return Err(failure.error),
            };
        Ok(Answer { etag: object.etag, report: StoredReport::of(&report)?, error })
    }
}

/// What stands at an object's key.
enum Fetched {
    Object(Object),
    Gone,
    /// Something that is not fetched, and why.
    Refused(Head, Error),
}

impl Work {
    /// The version that is at hand.
    fn etag(&self) -> Option<&str> {
        let answered = self.answer.as_ref().map(|answer| answer.etag.as_str());
        answered.or(self.object.as_ref().map(|object| object.etag.as_str()))
    }

    /// Forgets what is of another version than this.
    fn keep_only(&mut self, etag: &str) {
        if self.etag().is_some_and(|ours| ours != etag) {
            (self.object, self.answer, self.is_entered) = (None, None, false);
        }
    }
}

impl Answer {
    /// To be written after what stood there.
    fn step(&self, event: &ObjectEvent, stood: Option<&StoredReport>) -> Step {
        let report = seen_now(self.report.clone(), event).after(stood);
        let code = report.error_code().map(str::to_owned);
        let written_as = Settled::Written(report.status().to_owned(), code);
        written(report, self.error.clone().map_or(Ok(written_as), Err))
    }
}

impl StoredReport {
    /// With the newest sequencer of both.
    fn after(self, stood: Option<&Self>) -> Self {
        let newest = newest(stood.and_then(Self::sequencer), self.sequencer()).map(str::to_owned);
        self.sequenced(newest.as_deref())
    }
}

/// Whether an event is done without a look at its object: something newer was settled, or it was settled itself.
fn settled_before(event: &ObjectEvent, stood: Option<&StoredReport>) -> Option<Settled> {
    let stood = stood?;
    match order(event.sequencer.as_deref(), stood.sequencer())? {
        Ordering::Less => Some(Settled::Superseded),
        Ordering::Equal if !stood.is_failed() => Some(Settled::AlreadyAnswered),
        _ => None,
    }
}

/// There is no object: its Report says so. An event for a new version needs none, because the deletion has its own event;
/// that one leaves a Report even where there was none, for whoever is still about to write one.
fn gone(event: &ObjectEvent, stood: Option<&StoredReport>) -> Result<Step> {
    let report = match (stood, event.change) {
        (Some(report), _) => report.clone().withdrawn(),
        (None, Change::Created) => return Ok(Step::Done(Settled::Gone)),
        (None, Change::Removed) => StoredReport::of(&of_nothing(source_of(event, &Head::default())))?,
    };
    Ok(written(seen_now(report, event), Ok(Settled::Gone)))
}

fn written(report: StoredReport, settled: Result<Settled>) -> Step {
    Step::Write(Box::new(report), settled)
}

fn seen_now(report: StoredReport, event: &ObjectEvent) -> StoredReport {
    report.seen(event.sequencer.as_deref(), &Timestamp::now().to_string())
}

/// What stands there while the last attempt is made, and afterwards if it is cut short.
fn begun(source: Source) -> Report {
    let error = Error::new(ErrorKind::Internal, fault::begun_and_not_ended()).with_hint(next::move_dead_letter());
    Whole::of_error(error).into_report(source).unwrap_or_else(|failure| *failure.report)
}

/// Of a file that was deleted before anybody read it.
fn of_nothing(source: Source) -> Report {
    let report = Whole::default().into_report(source).unwrap_or_else(|failure| *failure.report);
    Report { status: Status::Withdrawn, verdict: None, ..report }
}

fn head_of(object: &Object) -> Head {
    Head { etag: object.etag.clone(), version_id: object.version_id.clone(), bytes: object.body.len() as u64 }
}

fn source_of(event: &ObjectEvent, head: &Head) -> Source {
    let is_there = !head.etag.is_empty();
    Source {
        bucket: Some(event.bucket.clone()),
        key: Some(event.key.clone()),
        version_id: head.version_id.clone(),
        etag: is_there.then(|| head.etag.clone()),
        sequencer: event.sequencer.clone(),
        bytes: is_there.then_some(head.bytes),
        ..Source::default()
    }
}
