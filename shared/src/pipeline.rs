//! The story of one document, in one screen. Knows nothing of events, routes or vendors' protocols.

mod file;
mod identity;
mod object;
mod turn;

use std::fmt;
use std::time::Instant;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::check::Rules;
use crate::document::{Document, Limits};
use crate::error::{Error, Result};
use crate::provider::{Answer, Chain};
use crate::report::{Attempt, DocumentPlace, ProviderInfo, Report, SCHEMA, Source, Status};

pub use identity::{Identity, accusation};
pub use object::{ObjectCreated, ObjectPipeline, Settled, invoice_mark, report_key, report_key_of};

/// Bytes to a Report.
#[derive(Clone)]
pub struct Pipeline {
    chain: Chain,
    limits: Limits,
    rules: Rules,
}

/// Why there is no answer yet: not the document's fault, so trying again may help.
#[derive(Debug)]
pub struct Failure {
    /// What went wrong last.
    pub error: Error,
    /// The `failed` Report, with everyone who was asked.
    pub report: Box<Report>,
}

impl Pipeline {
    /// A pipeline around the configured providers.
    pub fn new(chain: Chain, limits: Limits) -> Self {
        Self { chain, limits, rules: Rules::default() }
    }

    /// The same, with what the rules are told beforehand.
    #[must_use]
    pub fn with_rules(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// Who is asked.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// How much a document may ask of us.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Reads the first invoice of a file; the Report's `document.count` says how many there are.
    ///
    /// # Errors
    /// As [`Self::read_all`].
    pub async fn read(
        &self,
        bytes: Bytes,
        source: Source,
        selected: Option<&str>,
        deadline: Instant,
    ) -> Result<Report, Failure> {
        let reports = self.read_all(bytes, source.clone(), selected, deadline).await?;
        match reports.into_iter().next() {
            Some(report) => Ok(report),
            None => settle(file::broke_off(), source, None),
        }
    }

    /// Reads every invoice in a file, a Report each and at least one. `selected` asks that provider alone; `deadline` is
    /// when an answer is of no use any more.
    ///
    /// # Errors
    /// Everything that is not the document's own fault; that ends in a `rejected` Report.
    pub async fn read_all(
        &self,
        bytes: Bytes,
        mut source: Source,
        selected: Option<&str>,
        deadline: Instant,
    ) -> Result<Vec<Report>, Failure> {
        source.bytes = Some(bytes.len() as u64);
        // A provider's time is not ours: the digest is made while it works.
        let reading = async {
            match file::parts(bytes.clone(), self.limits, deadline).await {
                Ok(parts) => self.read_parts(parts, &source, selected, deadline).await,
                Err(error) => settle(error, source.clone(), None).map(|report| vec![report]),
            }
        };
        let (outcome, digest) = tokio::join!(reading, digest(&bytes));
        let stamp = |mut report: Report| {
            report.source.sha256 = Some(digest.clone());
            report
        };
        match outcome {
            Ok(reports) => Ok(reports.into_iter().map(stamp).collect()),
            Err(Failure { error, report }) => Err(Failure { error, report: Box::new(stamp(*report)) }),
        }
    }

    async fn read_parts(
        &self,
        parts: Vec<file::Part>,
        source: &Source,
        selected: Option<&str>,
        deadline: Instant,
    ) -> Result<Vec<Report>, Failure> {
        let mut reports = Vec::with_capacity(parts.len());
        for part in parts {
            let source = Source { member: part.member, ..source.clone() };
            let report = match part.document {
                Ok(document) => self.read_document(&document, source, selected, deadline).await?,
                Err(error) => settle(error, source, None)?,
            };
            reports.push((part.file, report));
        }
        Ok(file::settle(reports))
    }

    async fn read_document(
        &self,
        document: &Document,
        mut source: Source,
        selected: Option<&str>,
        deadline: Instant,
    ) -> Result<Report, Failure> {
        let start = Instant::now();
        let outcome = self.chain.read(document, selected, deadline).await;
        describe(&mut source, document);
        let provider = provider_info(outcome.attempts, start);
        match outcome.answer {
            Ok(answer) => Ok(read_report(answer, &self.rules, source, provider, document.range().start)),
            Err(error) => settle(error, source, Some(provider)),
        }
    }

    /// The Report for a document that is refused without being looked at.
    pub fn reject(&self, error: &Error, source: Source) -> Report {
        report_without_invoice(Status::Rejected, error, source, None)
    }
}

/// The document's own fault is an answer; everything else is a failure.
fn settle(error: Error, source: Source, provider: Option<ProviderInfo>) -> Result<Report, Failure> {
    if error.is_caller_fault() {
        return Ok(report_without_invoice(Status::Rejected, &error, source, provider));
    }
    let report = report_without_invoice(Status::Failed, &error, source, provider);
    Err(Failure { error, report: Box::new(report) })
}

/// A provider counts pages from the first it was given; the Report counts the file's.
fn read_report(
    answer: Answer,
    rules: &Rules,
    mut source: Source,
    provider: ProviderInfo,
    pages_before: usize,
) -> Report {
    let mut reading = answer.reading;
    let findings = rules.run(&mut reading);
    let pages_before = u32::try_from(pages_before).unwrap_or(u32::MAX);
    source.page = Some(pages_before.saturating_add(1));
    for evidence in reading.fields.values_mut() {
        evidence.page = evidence.page.saturating_add(pages_before);
    }
    Report {
        schema: SCHEMA.to_owned(),
        status: Status::Read,
        verdict: Some(findings.verdict),
        reasons: findings.reasons,
        source,
        document: DocumentPlace::default(),
        provider: Some(ProviderInfo {
            model: answer.model,
            request_id: answer.request_id,
            adapted: answer.adapted,
            ..provider
        }),
        page: Some(reading.page),
        invoice: Some(reading.invoice),
        error: None,
        fields: reading.fields.into_iter().map(|(field, evidence)| (field.to_string(), evidence)).collect(),
        checks: findings.checks,
        duplicate_of: None,
    }
}

fn report_without_invoice(status: Status, error: &Error, source: Source, provider: Option<ProviderInfo>) -> Report {
    Report {
        schema: SCHEMA.to_owned(),
        status,
        verdict: None,
        reasons: Vec::new(),
        source,
        document: DocumentPlace::default(),
        provider,
        page: None,
        invoice: None,
        error: Some(error.info()),
        fields: Default::default(),
        checks: Vec::new(),
        duplicate_of: None,
    }
}

/// The hex digest of a document's bytes, made in slices of some microseconds between which others have their turn. A
/// thread of its own would take longer to wake up than most pages need, and a small function has one core for both.
async fn digest(bytes: &[u8]) -> String {
    let mut digest = Sha256::new();
    for slice in bytes.chunks(16 << 10) {
        tokio::task::yield_now().await;
        digest.update(slice);
    }
    hex::encode(digest.finalize())
}

fn describe(source: &mut Source, document: &Document) {
    source.media_type = Some(document.media_type().to_owned());
    source.pages = Some(document.pages());
}

/// The one whose answer it is was asked last.
fn provider_info(attempts: Vec<Attempt>, start: Instant) -> ProviderInfo {
    ProviderInfo {
        name: attempts.last().map(|attempt| attempt.name.clone()).unwrap_or_default(),
        elapsed_ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        attempts,
        ..ProviderInfo::default()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for Failure {}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}
