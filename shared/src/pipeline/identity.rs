//! The index of invoices seen: who brought one first, so that the same invoice under another file name is told.
//! Knows nothing of reading, and of a Report only its identity.
//!
//! One small object an invoice, `.fapiao/identities/<code>-<number>`, holds the file that came first. It is written
//! before the Report, on conditions only: of all who ask at the same moment exactly one is first. It ends in no
//! `.json`, so that no document's Report can take its place.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::report_key_of;
use crate::error::{Error, ErrorKind, Result};
use crate::invoice::Money;
use crate::report::{Check, CheckStatus, DuplicateOf, Report, Verdict};
use crate::store::{ACCESS_DENIED, Precondition, PutOutcome, Store};

/// The rule's name in the Report.
const RULE: &str = "not_seen_before";
const PREFIX: &str = ".fapiao/identities/";
/// Looks and tries to write at most this often; each time it loses, somebody else has won.
const MAX_ROUNDS: usize = 16;
/// An entry has a key of a kilobyte at most.
const MAX_BYTES: u64 = 16_384;
const MAX_REPORT_BYTES: u64 = 64_000_000;
/// Longer than a function lives: a younger entry may belong to somebody whose Report is still to be written.
const IN_FLIGHT: Duration = Duration::from_secs(180);

/// What makes an invoice the same invoice: code and number, on a digital one the number alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity(String);

/// The file that an invoice came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Bearer {
    /// Its key.
    key: String,
    /// Which of the file's invoices.
    index: u32,
    /// The version that was read.
    etag: String,
    /// The total it was read with; none in entries of old.
    #[serde(default)]
    grand_total: Option<Money>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    /// None once it was given back.
    first: Option<Bearer>,
    since: Timestamp,
}

/// The index in one bucket.
#[derive(Clone, Debug)]
pub(super) struct Identities<S> {
    store: S,
    bucket: String,
}

impl Identity {
    /// Of a Report whose code and number are verified: a misread number must accuse nobody.
    pub fn of(report: &Report) -> Option<Self> {
        let invoice = report.invoice.as_ref()?;
        let verified = |path: &str| report.fields.get(path).is_some_and(|evidence| evidence.verified);
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let number = invoice.invoice_number.as_deref().filter(|n| verified("invoice_number") && digits(n))?;
        if invoice.r#type.is_digital() {
            return Some(Self(number.to_owned()));
        }
        let code = invoice.invoice_code.as_deref().filter(|c| verified("invoice_code") && digits(c))?;
        Some(Self(format!("{code}-{number}")))
    }

    fn key(&self) -> String {
        format!("{PREFIX}{}", self.0)
    }
}

impl Bearer {
    /// Who brings this Report's invoice; nobody when it came over HTTP.
    fn of(report: &Report) -> Option<Self> {
        let (key, etag) = (report.source.key.clone()?, report.source.etag.clone()?);
        let grand_total = report.invoice.as_ref().and_then(|invoice| invoice.grand_total);
        Some(Self { key, index: report.document.index, etag, grand_total })
    }

    /// Another version of a file may bring the same invoices in another order; one version brings each once.
    fn is_same_file(&self, other: &Self) -> bool {
        self.key == other.key && (self.index == other.index || self.etag != other.etag)
    }

    fn report_key(&self) -> String {
        report_key_of(&self.key, self.index)
    }
}

impl<S: Store> Identities<S> {
    /// Entries in that bucket.
    pub(super) fn new(store: S, bucket: impl Into<String>) -> Self {
        Self { store, bucket: bucket.into() }
    }

    /// Enters the Report's invoice and says in the Report whether somebody else brought it before.
    ///
    /// # Errors
    /// `storage`.
    pub(super) async fn enter(&self, report: &mut Report, now: Timestamp) -> Result<()> {
        let Some(me) = Bearer::of(report).filter(|_| report.invoice.is_some()) else {
            return Ok(());
        };
        let first = match Identity::of(report) {
            Some(identity) => Some(self.first_bearer(&identity, &me, now).await?),
            None => None,
        };
        note(report, &me, first);
        Ok(())
    }

    /// Gives back what a file's earlier version had entered, now that another Report stands in its place.
    ///
    /// # Errors
    /// `storage`; the entry then counts as abandoned, because its bearer's Report says otherwise.
    pub(super) async fn release(&self, old: &Report, new: &Report, now: Timestamp) -> Result<()> {
        let (Some(identity), Some(me)) = (Identity::of(old), Bearer::of(old)) else {
            return Ok(());
        };
        if Identity::of(new).as_ref() == Some(&identity) {
            return Ok(());
        }
        match self.look(&identity).await? {
            // A newer version may have entered it again.
            Some((Some(Entry { first: Some(first), .. }), etag)) if first == me => {
                // Whoever takes it over meanwhile keeps it.
                let unchanged = Precondition::Unchanged(etag);
                self.write(&identity, &Entry { first: None, since: now }, unchanged).await.map(drop)
            }
            _ => Ok(()),
        }
    }

    /// Who was first with this invoice; ourselves when nobody was.
    async fn first_bearer(&self, identity: &Identity, me: &Bearer, now: Timestamp) -> Result<Bearer> {
        let mine = Entry { first: Some(me.clone()), since: now };
        let mut condition = Precondition::Absent;
        for _ in 0..MAX_ROUNDS {
            if self.write(identity, &mine, condition).await? {
                return Ok(me.clone());
            }
            condition = match self.look(identity).await? {
                None => Precondition::Absent,
                Some((Some(Entry { first: Some(first), since }), etag)) => {
                    if first == *me {
                        return Ok(first);
                    }
                    if !first.is_same_file(me) && !self.is_abandoned(identity, &first, since, now).await? {
                        return Ok(first);
                    }
                    Precondition::Unchanged(etag)
                }
                // Given back, or damaged.
                Some((_, etag)) => Precondition::Unchanged(etag),
            };
        }
        Err(Error::new(ErrorKind::Storage, format!("the invoice {} is being entered by too many at once", identity.0)))
    }

    /// Whether the one who was first has left: its Report is gone, or is of another invoice, and it is not at work.
    async fn is_abandoned(
        &self,
        identity: &Identity,
        first: &Bearer,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<bool> {
        if now.duration_since(since) < jiff::SignedDuration::try_from(IN_FLIGHT).unwrap_or_default() {
            return Ok(false);
        }
        let report = match self.store.get(&self.bucket, &first.report_key(), MAX_REPORT_BYTES).await {
            Ok(object) => object,
            Err(error) if error.vendor_code() == Some(ACCESS_DENIED) => None,
            Err(error) => return Err(error),
        };
        let report = report.and_then(|object| serde_json::from_slice::<Report>(&object.body).ok());
        Ok(report.as_ref().and_then(Identity::of).as_ref() != Some(identity))
    }

    async fn write(&self, identity: &Identity, entry: &Entry, condition: Precondition) -> Result<bool> {
        let body = serde_json::to_vec(entry)
            .map_err(|error| Error::new(ErrorKind::Internal, format!("an identity cannot be written: {error}")))?;
        let key = identity.key();
        let put = self.store.put(&self.bucket, &key, Bytes::from(body), "application/json", condition);
        Ok(matches!(put.await?, PutOutcome::Written(_)))
    }

    /// The entry as it stands, with its etag; none when it is gone, and no content when it cannot be understood.
    async fn look(&self, identity: &Identity) -> Result<Option<(Option<Entry>, String)>> {
        match self.store.get(&self.bucket, &identity.key(), MAX_BYTES).await {
            Ok(object) => Ok(object.map(|o| (serde_json::from_slice(&o.body).ok(), o.head.etag))),
            // Where listing is not allowed, a missing key answers so.
            Err(error) if error.vendor_code() == Some(ACCESS_DENIED) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Writes the outcome into the Report. It speaks of the file, not of what was read, so it takes `verified` from no field.
fn note(report: &mut Report, me: &Bearer, first: Option<Bearer>) {
    let (status, detail) = match &first {
        None => (CheckStatus::Skip, "code and number are not both verified, so they accuse nobody".to_owned()),
        Some(first) if first.is_same_file(me) => {
            (CheckStatus::Pass, "no other file has brought this invoice before".to_owned())
        }
        Some(first) => (CheckStatus::Fail, accusation(&first.key, first.grand_total, me.grand_total)),
    };
    report.duplicate_of = None;
    if status == CheckStatus::Fail {
        report.duplicate_of = first.map(|first| DuplicateOf { key: first.key, etag: first.etag });
        report.verdict = Some(Verdict::Review);
        report.reasons.push(format!("{RULE}: {detail}"));
    }
    report.checks.push(Check { rule: RULE.to_owned(), status, fields: Vec::new(), detail });
}

/// What is to be said of an invoice whose code and number `first` has brought before: with another total it is no copy,
/// and worse.
pub fn accusation(first: &str, first_total: Option<Money>, total: Option<Money>) -> String {
    let before = format!("{first} has brought this invoice before");
    match (first_total, total) {
        (Some(theirs), Some(mine)) if mine != theirs => {
            format!(
                "{before}, but with a total of {theirs} where this one has {mine}: one of them is altered or misread"
            )
        }
        _ => before,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::invoice::{Invoice, InvoiceType};
    use crate::report::{Evidence, SCHEMA, Source, Status};
    use crate::store::MemoryStore;

    const X: &str = "11111111";
    const Y: &str = "22222222";

    fn report(key: &str, etag: &str, number: &str) -> Report {
        let verified = || Evidence { verified: true, ..Evidence::default() };
        let fields = ["invoice_code", "invoice_number"].map(|path| (path.to_owned(), verified()));
        Report {
            schema: SCHEMA.to_owned(),
            status: Status::Read,
            verdict: Some(Verdict::Verified),
            reasons: Vec::new(),
            source: Source { key: Some(key.into()), etag: Some(etag.into()), ..Source::default() },
            document: Default::default(),
            provider: None,
            page: None,
            invoice: Some(Invoice {
                invoice_code: Some("031001900111".into()),
                invoice_number: Some(number.into()),
                r#type: InvoiceType::ElectronicCommon,
                ..Invoice::default()
            }),
            error: None,
            fields: fields.into(),
            checks: Vec::new(),
            duplicate_of: None,
        }
    }

    /// The index, and a clock in seconds.
    struct World {
        identities: Identities<Arc<MemoryStore>>,
        store: Arc<MemoryStore>,
    }

    impl World {
        fn new() -> Self {
            let store = Arc::new(MemoryStore::new());
            Self { identities: Identities::new(store.clone(), "out"), store }
        }

        /// Enters a Report and puts it where its Report belongs. Gives the key of who was first, if it was somebody else.
        async fn enter(&self, mut report: Report, at: u64) -> Option<String> {
            self.identities.enter(&mut report, after(at)).await.unwrap();
            let key = report_key_of(report.source.key.as_deref().unwrap(), report.document.index);
            self.store.upload("out", &key, serde_json::to_vec(&report).unwrap());
            let check = report.checks.last().unwrap();
            assert_eq!(check.status == CheckStatus::Fail, report.duplicate_of.is_some(), "{check:?}");
            assert_eq!(report.verdict == Some(Verdict::Review), report.duplicate_of.is_some());
            report.duplicate_of.map(|first| first.key)
        }
    }

    fn after(seconds: u64) -> Timestamp {
        Timestamp::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[tokio::test]
    async fn the_same_invoice_under_another_name_is_told() {
        let world = World::new();
        assert_eq!(world.enter(report("a.jpg", "1", X), 0).await, None);
        assert_eq!(world.enter(report("b.jpg", "2", X), 1000).await.as_deref(), Some("a.jpg"));
        assert_eq!(world.enter(report("c.jpg", "3", Y), 1000).await, None);
    }

    #[tokio::test]
    async fn the_same_number_with_another_total_is_called_what_it_is() {
        let world = World::new();
        let with_total = |key: &str, total: &str| {
            let mut report = report(key, key, X);
            report.invoice.as_mut().unwrap().grand_total = total.parse().ok();
            report
        };
        world.enter(with_total("a.jpg", "1130.00"), 0).await;
        let mut altered = with_total("b.jpg", "1017.00");
        world.identities.enter(&mut altered, after(0)).await.unwrap();
        let reason = altered.reasons.last().unwrap();
        assert!(reason.contains("1130.00") && reason.contains("1017.00") && reason.contains("altered"), "{reason}");
    }

    #[tokio::test]
    async fn the_same_file_a_retry_and_a_newer_version_are_no_duplicates() {
        let world = World::new();
        for etag in ["1", "1", "2", "2"] {
            assert_eq!(world.enter(report("a.jpg", etag, X), 0).await, None);
        }
        assert_eq!(world.enter(report("b.jpg", "3", X), 0).await.as_deref(), Some("a.jpg"));
        assert_eq!(world.enter(report("b.jpg", "3", X), 0).await.as_deref(), Some("a.jpg"));
    }

    #[tokio::test]
    async fn a_newer_version_with_another_identity_releases_the_old_one() {
        let world = World::new();
        let (old, new) = (report("a.jpg", "1", X), report("a.jpg", "2", Y));
        world.enter(old.clone(), 0).await;
        world.enter(new.clone(), 0).await;
        world.identities.release(&old, &new, after(0)).await.unwrap();
        assert_eq!(world.enter(report("b.jpg", "3", X), 0).await, None);
        // Now it is another's, and cannot be given back a second time.
        world.identities.release(&old, &new, after(0)).await.unwrap();
        assert_eq!(world.enter(report("c.jpg", "4", X), 0).await.as_deref(), Some("b.jpg"));
        assert_eq!(world.enter(report("d.jpg", "5", Y), 0).await.as_deref(), Some("a.jpg"));
    }

    #[tokio::test]
    async fn who_has_no_report_of_it_any_more_is_first_no_longer() {
        let world = World::new();
        world.enter(report("a.jpg", "1", X), 0).await;
        world.store.delete("out", "a.jpg.json").await.unwrap();
        // It may still be at work.
        assert_eq!(world.enter(report("b.jpg", "2", X), 10).await.as_deref(), Some("a.jpg"));
        assert_eq!(world.enter(report("c.jpg", "3", X), 200).await, None);
        assert_eq!(world.enter(report("a.jpg", "1", X), 500).await.as_deref(), Some("c.jpg"));
    }

    #[tokio::test]
    async fn an_invoice_twice_in_one_file_is_told_and_a_new_order_is_not() {
        let world = World::new();
        let at = |etag: &str, index: u32, number: &str| {
            let mut report = report("a.pdf", etag, number);
            report.document.index = index;
            report
        };
        assert_eq!(world.enter(at("1", 1, X), 0).await, None);
        assert_eq!(world.enter(at("1", 2, X), 0).await.as_deref(), Some("a.pdf"));
        assert_eq!(world.enter(at("1", 3, Y), 0).await, None);
        assert_eq!(world.enter(at("2", 1, Y), 0).await, None);
        assert_eq!(world.enter(at("2", 2, X), 0).await, None);
    }

    #[tokio::test]
    async fn a_number_that_is_not_verified_accuses_nobody() {
        let world = World::new();
        world.enter(report("a.jpg", "1", X), 0).await;
        for path in ["invoice_code", "invoice_number"] {
            let mut unsure = report("b.jpg", "2", X);
            unsure.fields.get_mut(path).unwrap().verified = false;
            world.identities.enter(&mut unsure, after(0)).await.unwrap();
            assert_eq!(unsure.duplicate_of, None);
            assert_eq!(unsure.checks.last().unwrap().status, CheckStatus::Skip);
        }
        // A digital invoice has no code.
        let digital = |key: &str| {
            let mut report = report(key, "3", "24362000000591953989");
            report.invoice.as_mut().unwrap().r#type = InvoiceType::DigitalCommon;
            report.fields.remove("invoice_code");
            report
        };
        assert_eq!(world.enter(digital("c.jpg"), 0).await, None);
        assert_eq!(world.enter(digital("d.jpg"), 0).await.as_deref(), Some("c.jpg"));
    }

    #[tokio::test]
    async fn a_damaged_entry_is_written_anew() {
        let world = World::new();
        world.store.upload("out", &format!("{PREFIX}031001900111-{X}"), "{");
        assert_eq!(world.enter(report("a.jpg", "1", X), 0).await, None);
        assert_eq!(world.enter(report("b.jpg", "2", X), 0).await.as_deref(), Some("a.jpg"));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn of_all_who_come_at_once_exactly_one_is_first() {
        for round in 0..50 {
            let world = Arc::new(World::new());
            let racers = (0..20).map(|i| {
                let world = world.clone();
                tokio::spawn(async move { world.enter(report(&format!("{}.jpg", i % 10), "1", X), round).await })
            });
            let outcomes = futures::future::join_all(racers).await;
            let accused: Vec<Option<String>> = outcomes.into_iter().map(Result::unwrap).collect();
            let firsts: std::collections::BTreeSet<usize> =
                accused.iter().enumerate().filter(|(_, first)| first.is_none()).map(|(i, _)| i % 10).collect();
            assert_eq!(firsts.len(), 1, "{accused:?}");
            let first = format!("{}.jpg", firsts.first().unwrap());
            assert!(accused.iter().flatten().all(|key| *key == first), "{accused:?}");
        }
    }
}
