//! The story of one document, in one screen. Knows nothing of events, routes or vendors' protocols.

mod bearers;
mod copies;
mod errand;
mod event;
mod files;
mod identity;
mod marks;
mod object;
mod pause;
mod stored;
mod whole;

use std::time::Instant;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::check::Rules;
use crate::document::Limits;
use crate::error::{Error, ErrorKind, Result};
use crate::provider::{Answer, Chain, Memory};
use crate::report::{CheckedInvoice, Place, ProviderInfo, Reading, Report, Source};
use crate::sentence::fault;
use crate::worker::{Part, Workers};

use whole::Whole;

pub use event::{Again, Attempt, Change, ObjectEvent, Settled, report_key};
pub use files::ReadFiles;
pub use identity::{Elsewhere, Identity, duplicate_message};
pub use object::ObjectPipeline;
pub use pause::Pause;

/// Bytes to a Report.
#[derive(Clone)]
pub struct Pipeline {
    workers: Workers,
    chain: Chain,
    limits: Limits,
    rules: Rules,
}

/// Why the answer is not complete: not the document's fault, so trying again may help.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct Failure {
    /// What went wrong first.
    pub error: Error,
    /// The `failed` Report, with everything that was read and everyone who was asked.
    pub report: Box<Report>,
}

impl Pipeline {
    /// A pipeline of those who open documents and the configured providers.
    pub fn new(workers: Workers, chain: Chain, limits: Limits) -> Self {
        Self { workers, chain, limits, rules: Rules::default() }
    }

    /// The same, with what the rules are told beforehand.
    #[must_use]
    pub fn with_rules(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// The same with answers that are remembered.
    #[must_use]
    pub fn with_memory(self, memory: Memory) -> Self {
        Self { chain: self.chain.with_memory(memory), ..self }
    }

    /// Who opens documents.
    pub fn workers(&self) -> &Workers {
        &self.workers
    }

    /// Who is asked.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// How much a document may ask of us.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Reads every invoice in a file. `selected` asks that provider alone; `deadline` is when an answer is of no use any
    /// more.
    ///
    /// # Errors
    /// Everything that is not the document's own fault; that ends in a `rejected` Report.
    pub async fn read(
        &self,
        bytes: Bytes,
        source: Source,
        selected: Option<&str>,
        deadline: Instant,
    ) -> Result<Report, Failure> {
        self.read_rest(bytes, source, Vec::new(), selected, deadline).await
    }

    /// As [`Self::read`], but what an earlier attempt has read of the same bytes is not read again.
    pub(crate) async fn read_rest(
        &self,
        bytes: Bytes,
        mut source: Source,
        known: Vec<CheckedInvoice>,
        selected: Option<&str>,
        deadline: Instant,
    ) -> Result<Report, Failure> {
        source.bytes = Some(bytes.len() as u64);
        // A provider's time is not ours: the digest is made while it works.
        let reading = async {
            match self.workers.open(bytes.clone(), &self.limits, deadline).await {
                Ok(file) => {
                    (source.media_type, source.pages) = (Some(file.media_type.to_owned()), file.pages);
                    self.read_parts(file.parts, known, selected, deadline).await
                }
                Err(error) => Whole::of_error(error),
            }
        };
        let (whole, digest) = tokio::join!(reading, digest(&bytes));
        source.sha256 = Some(digest);
        whole.into_report(source)
    }

    async fn read_parts(
        &self,
        parts: Vec<(Place, Result<Part>)>,
        mut known: Vec<CheckedInvoice>,
        selected: Option<&str>,
        deadline: Instant,
    ) -> Whole {
        let mut whole = Whole::default();
        let chain = self.chain.for_parts(parts.len());
        for (place, part) in parts {
            if let Some(at) = known.iter().position(|invoice| invoice.place == place) {
                whole.add(known.swap_remove(at));
                continue;
            }
            match part {
                Ok(part) => self.read_part(&chain, &mut whole, &part, place, selected, deadline).await,
                Err(error) => whole.add_other(place, error, None),
            }
        }
        whole
    }

    async fn read_part(
        &self,
        chain: &Chain,
        whole: &mut Whole,
        part: &Part,
        place: Place,
        selected: Option<&str>,
        deadline: Instant,
    ) {
        let start = Instant::now();
        // A reader that is asked all the same would go on working for nobody.
        if start >= deadline {
            return whole.add_other(place, Error::new(ErrorKind::Deadline, fault::no_time_left()), None);
        }
        let outcome = chain.read(part, selected, deadline).await;
        let provider = ProviderInfo {
            // The one whose answer it is was asked last.
            name: outcome.attempts.last().map(|attempt| attempt.name.clone()).unwrap_or_default(),
            elapsed_ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
            attempts: outcome.attempts,
            ..ProviderInfo::default()
        };
        match outcome.answer {
            Ok(answer) => self.add(whole, answer, &place, provider, part.first_page),
            Err(error) => whole.add_other(place, error, Some(provider)),
        }
    }

    /// Adds every paper of an answer. A provider counts pages from the first it was given; the Report counts the file's.
    fn add(&self, whole: &mut Whole, answer: Answer, place: &Place, asked: ProviderInfo, pages_before: u32) {
        let Answer { papers, model, request_id, adapted } = answer;
        let provider = ProviderInfo { model, request_id, adapted, ..asked };
        for paper in papers {
            let place = Place { quad: paper.quad.or(place.quad), ..place.clone() };
            match paper.reading {
                Ok(reading) => whole.add(checked(reading, &self.rules, place, provider.clone(), pages_before)),
                Err(error) => whole.add_other(place, error, Some(provider.clone())),
            }
        }
    }

    /// The Report for a file that is refused without being looked at.
    pub fn reject(&self, error: Error, source: Source) -> Report {
        Whole::of_error(error).into_report(source).unwrap_or_else(|failure| *failure.report)
    }
}

fn checked(
    mut reading: Reading,
    rules: &Rules,
    place: Place,
    provider: ProviderInfo,
    pages_before: u32,
) -> CheckedInvoice {
    let findings = rules.run(&mut reading);
    for evidence in reading.fields.values_mut() {
        evidence.page = evidence.page.saturating_add(pages_before);
    }
    CheckedInvoice {
        index: 0,
        place,
        provider,
        page: reading.page,
        verdict: findings.verdict,
        reasons: findings.reasons,
        invoice: reading.invoice,
        fields: reading.fields.into_iter().map(|(field, evidence)| (field.to_string(), evidence)).collect(),
        checks: findings.checks,
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

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}
