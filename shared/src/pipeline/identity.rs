//! The index of invoices seen: who brought one first, so that the same invoice under another file name is told.
//! Knows nothing of reading, and of a Report only its invoices' identities.
//!
//! One small object an invoice, `.fapiao/identities/<code>-<number>`, holds the file that came first. It is written
//! before the Report, on conditions only: of all who ask at the same moment exactly one is first. It ends in no
//! `.json`, so that no file's Report can take its place.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::report_key;
use super::stored::StoredReport;
use crate::error::{Error, ErrorKind, Result};
use crate::invoice::{Field, InvoiceType, Money};
use crate::report::{Check, CheckStatus, CheckedInvoice, DuplicateOf, Report, Verdict};
use crate::store::{Store, Version, Versioned};

/// The rule's name in the Report.
const RULE: &str = "not_seen_before";
const PREFIX: &str = ".fapiao/identities/";
/// Looks and tries to write at most this often; each time it loses, somebody else has won.
const MAX_ROUNDS: usize = 16;
/// An entry has a key of a kilobyte at most.
const MAX_BYTES: u64 = 16_384;
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
    /// The version that was read.
    etag: String,
    /// The total it was read with.
    grand_total: Option<Money>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    /// None once it was given back.
    first: Option<Bearer>,
    since: Timestamp,
}

/// The index in one bucket, and the Reports there.
#[derive(Debug)]
pub(super) struct Identities<S> {
    entries: Versioned<S, Entry>,
    reports: Versioned<S, StoredReport>,
}

impl Identity {
    /// Of an invoice whose code and number are verified: a misread number must accuse nobody.
    pub fn of(invoice: &CheckedInvoice) -> Option<Self> {
        let verified = |field: Field| {
            let evidence = invoice.fields.get(&field.to_string())?;
            invoice.invoice.text(field).filter(|_| evidence.verified)
        };
        Self::of_verified(invoice.invoice.r#type, verified(Field::InvoiceCode), verified(Field::InvoiceNumber))
    }

    /// The same, of an invoice in a stored Report that may hold more than we know.
    pub(super) fn of_json(invoice: &Value) -> Option<Self> {
        let printed = &invoice["invoice"];
        let verified = |field: Field| {
            let path = field.to_string();
            printed[&path].as_str().filter(|_| invoice["fields"][&path]["verified"] == true)
        };
        let kind = InvoiceType::deserialize(&printed["type"]).unwrap_or_default();
        Self::of_verified(kind, verified(Field::InvoiceCode), verified(Field::InvoiceNumber))
    }

    fn of_verified(kind: InvoiceType, code: Option<&str>, number: Option<&str>) -> Option<Self> {
        let digits = |text: &&str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let number = number.filter(digits)?;
        if kind.is_digital() {
            return Some(Self(number.to_owned()));
        }
        code.filter(digits).map(|code| Self(format!("{code}-{number}")))
    }

    fn key(&self) -> String {
        format!("{PREFIX}{}", self.0)
    }
}

/// What a Report's invoices are known by.
pub(super) fn identities(report: &Report) -> BTreeSet<Identity> {
    report.invoices.iter().filter_map(Identity::of).collect()
}

impl<S: Store + Clone> Identities<S> {
    /// Entries in that bucket; `max_report_bytes` as for whoever writes the Reports.
    pub(super) fn new(store: S, bucket: &str, max_report_bytes: u64) -> Self {
        let reports = Versioned::new(store.clone(), bucket, max_report_bytes);
        Self { entries: Versioned::new(store, bucket, MAX_BYTES), reports }
    }
}

impl<S: Store> Identities<S> {
    /// Enters a file's invoices, and says of each whether somebody else, or the same file, brought it before. What came
    /// over HTTP has no name and is not entered.
    ///
    /// # Errors
    /// `storage`.
    pub(super) async fn enter(&self, report: &mut Report, now: Timestamp) -> Result<()> {
        let (Some(key), Some(etag)) = (report.source.key.clone(), report.source.etag.clone()) else {
            return Ok(());
        };
        let mut before: BTreeMap<Identity, (String, Option<Money>)> = BTreeMap::new();
        for invoice in &mut report.invoices {
            let me = Bearer { key: key.clone(), etag: etag.clone(), grand_total: invoice.invoice.grand_total };
            let Some(identity) = Identity::of(invoice) else {
                note(invoice, CheckStatus::Skip, "code and number are not both verified, so they accuse nobody", None);
                continue;
            };
            let (first, name) = match before.get(&identity) {
                Some((name, grand_total)) => (Bearer { grand_total: *grand_total, ..me.clone() }, name.clone()),
                None => {
                    let first = self.first_bearer(&identity, &me, now).await?;
                    before.insert(identity, (format!("invoice {} of this file", invoice.index), me.grand_total));
                    if first.key == me.key {
                        note(invoice, CheckStatus::Pass, "no other file has brought this invoice before", None);
                        continue;
                    }
                    (first.clone(), first.key)
                }
            };
            let detail = duplicate_message(&name, first.grand_total, me.grand_total);
            note(invoice, CheckStatus::Fail, &detail, Some(DuplicateOf { key: first.key, etag: first.etag }));
        }
        Ok(())
    }

    /// Gives back what one version of a file had entered, now that a Report without these invoices stands.
    ///
    /// # Errors
    /// `storage`; the entries then count as abandoned, because the file's Report says otherwise.
    pub(super) async fn release(
        &self,
        (key, etag): (&str, &str),
        identities: impl Iterator<Item = &Identity> + Send,
        now: Timestamp,
    ) -> Result<()> {
        for identity in identities {
            let seen = self.entries.load(&identity.key()).await?;
            let first = seen.value.as_ref().and_then(|entry| entry.first.as_ref());
            // A newer version may have entered it again; whoever takes it over meanwhile keeps it.
            if first.is_some_and(|first| first.key == key && first.etag == etag) {
                self.entries.save(&identity.key(), &Entry { first: None, since: now }, &seen).await?;
            }
        }
        Ok(())
    }

    /// Who was first with this invoice; ourselves when nobody was.
    async fn first_bearer(&self, identity: &Identity, me: &Bearer, now: Timestamp) -> Result<Bearer> {
        let mine = Entry { first: Some(me.clone()), since: now };
        let mut seen = Version::absent();
        for _ in 0..MAX_ROUNDS {
            if self.entries.save(&identity.key(), &mine, &seen).await? {
                return Ok(me.clone());
            }
            seen = self.entries.load(&identity.key()).await?;
            // Otherwise it was given back, or is damaged.
            if let Some(Entry { first: Some(first), since }) = &seen.value {
                let is_other = first.key != me.key && !self.is_abandoned(identity, first, *since, now).await?;
                if is_other || first == me {
                    return Ok(first.clone());
                }
            }
        }
        Err(Error::new(ErrorKind::Storage, format!("the invoice {} is being entered by too many at once", identity.0)))
    }

    /// Whether the one who was first has left: its Report is gone, or is of other invoices, and it is not at work.
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
        let report = self.reports.load(&report_key(&first.key)).await?.value;
        Ok(!report.is_some_and(|report| report.identities().contains(identity)))
    }
}

/// Writes the outcome beside the invoice, in place of an earlier one. It speaks of the file, not of what was read, so it
/// takes `verified` from no field.
fn note(invoice: &mut CheckedInvoice, status: CheckStatus, detail: &str, duplicate_of: Option<DuplicateOf>) {
    let prefix = format!("{RULE}: ");
    invoice.checks.retain(|check| check.rule != RULE);
    invoice.reasons.retain(|reason| !reason.starts_with(&prefix));
    if status == CheckStatus::Fail {
        invoice.reasons.push(format!("{prefix}{detail}"));
    }
    invoice.verdict = if invoice.reasons.is_empty() { Verdict::Verified } else { Verdict::Review };
    invoice.duplicate_of = duplicate_of;
    invoice.checks.push(Check { rule: RULE.to_owned(), status, fields: Vec::new(), detail: detail.to_owned() });
}

/// What is to be said of an invoice whose code and number `first` has brought before: with another total it is no copy,
/// and worse.
pub fn duplicate_message(first: &str, first_total: Option<Money>, total: Option<Money>) -> String {
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
    use crate::invoice::Invoice;
    use crate::report::{Evidence, SCHEMA, Source, Status};
    use crate::store::MemoryStore;

    const X: &str = "11111111";
    const Y: &str = "22222222";

    fn invoice(number: &str) -> CheckedInvoice {
        let verified = || Evidence { verified: true, ..Evidence::default() };
        let fields = ["invoice_code", "invoice_number"].map(|path| (path.to_owned(), verified()));
        CheckedInvoice {
            verdict: Verdict::Verified,
            invoice: Invoice {
                invoice_code: Some("031001900111".into()),
                invoice_number: Some(number.into()),
                r#type: InvoiceType::ElectronicCommon,
                ..Invoice::default()
            },
            fields: fields.into(),
            ..CheckedInvoice::default()
        }
    }

    fn report_of(key: &str, etag: &str, invoices: impl IntoIterator<Item = CheckedInvoice>) -> Report {
        let invoices = invoices.into_iter().zip(1..).map(|(invoice, index)| CheckedInvoice { index, ..invoice });
        Report {
            engine: String::new(),
            schema: SCHEMA.to_owned(),
            status: Status::Read,
            source: Source { key: Some(key.into()), etag: Some(etag.into()), ..Source::default() },
            error: None,
            verdict: None,
            reasons: Vec::new(),
            invoices: invoices.collect(),
            others: Vec::new(),
        }
    }

    fn report(key: &str, etag: &str, number: &str) -> Report {
        report_of(key, etag, [invoice(number)])
    }

    /// The index, and a clock in seconds.
    struct World {
        identities: Identities<MemoryStore>,
        store: MemoryStore,
    }

    impl World {
        fn new() -> Self {
            let store = MemoryStore::new();
            Self { identities: Identities::new(store.clone(), "out", 1_000_000), store }
        }

        /// Enters a Report and puts it where it belongs. Gives the keys of who was first, where it was somebody else.
        async fn enter_all(&self, mut report: Report, at: u64) -> Vec<Option<String>> {
            self.identities.enter(&mut report, after(at)).await.unwrap();
            let key = report_key(report.source.key.as_deref().unwrap());
            self.store.upload("out", &key, serde_json::to_vec(&report).unwrap());
            for invoice in &report.invoices {
                let check = invoice.checks.last().unwrap();
                assert_eq!(check.status == CheckStatus::Fail, invoice.duplicate_of.is_some(), "{check:?}");
                assert_eq!(invoice.verdict == Verdict::Review, invoice.duplicate_of.is_some());
            }
            report.invoices.into_iter().map(|invoice| invoice.duplicate_of.map(|first| first.key)).collect()
        }

        async fn enter(&self, report: Report, at: u64) -> Option<String> {
            self.enter_all(report, at).await.remove(0)
        }

        async fn release(&self, old: &Report, new: &Report) {
            let version = (old.source.key.as_deref().unwrap(), old.source.etag.as_deref().unwrap());
            let (old, new) = (identities(old), identities(new));
            self.identities.release(version, old.difference(&new), after(0)).await.unwrap();
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
            report.invoices[0].invoice.grand_total = total.parse().ok();
            report
        };
        world.enter(with_total("a.jpg", "1130.00"), 0).await;
        let mut altered = with_total("b.jpg", "1017.00");
        world.identities.enter(&mut altered, after(0)).await.unwrap();
        let reason = altered.invoices[0].reasons.last().unwrap();
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
        world.release(&old, &new).await;
        assert_eq!(world.enter(report("b.jpg", "3", X), 0).await, None);
        // Now it is another's, and cannot be given back a second time.
        world.release(&old, &new).await;
        assert_eq!(world.enter(report("c.jpg", "4", X), 0).await.as_deref(), Some("b.jpg"));
        assert_eq!(world.enter(report("d.jpg", "5", Y), 0).await.as_deref(), Some("a.jpg"));
    }

    #[tokio::test]
    async fn who_has_no_report_of_it_any_more_is_first_no_longer() {
        let world = World::new();
        world.enter_all(report_of("a.pdf", "1", [invoice(Y), invoice(X)]), 0).await;
        assert_eq!(world.enter(report("b.jpg", "2", X), 1000).await.as_deref(), Some("a.pdf"));
        world.store.upload("out", "a.pdf.json", serde_json::to_vec(&report("a.pdf", "2", Y)).unwrap());
        // It may still be at work.
        assert_eq!(world.enter(report("b.jpg", "2", X), 10).await.as_deref(), Some("a.pdf"));
        assert_eq!(world.enter(report("c.jpg", "3", X), 200).await, None);
        assert_eq!(world.enter(report("a.pdf", "3", X), 500).await.as_deref(), Some("c.jpg"));
    }

    #[tokio::test]
    async fn a_newer_releases_report_is_no_reason_to_take_an_invoice_over() {
        let world = World::new();
        world.enter(report("a.jpg", "1", X), 0).await;
        let mut newer = serde_json::to_value(report("a.jpg", "1", X)).unwrap();
        newer["status"] = "postponed".into();
        newer["invoices"][0]["fields"]["invoice_number"]["sources"] = serde_json::json!(["sonar"]);
        world.store.upload("out", "a.jpg.json", newer.to_string());
        assert_eq!(world.enter(report("b.jpg", "2", X), 1000).await.as_deref(), Some("a.jpg"));
    }

    #[tokio::test]
    async fn an_invoice_twice_in_one_file_is_told_and_a_new_order_is_not() {
        let world = World::new();
        let three = report_of("a.pdf", "1", [invoice(X), invoice(X), invoice(Y)]);
        assert_eq!(world.enter_all(three.clone(), 0).await, [None, Some("a.pdf".to_owned()), None]);
        let two = report_of("a.pdf", "2", [invoice(Y), invoice(X)]);
        assert_eq!(world.enter_all(two, 0).await, [None, None]);
        let mut again = three;
        world.identities.enter(&mut again, after(0)).await.unwrap();
        let before = again.clone();
        world.identities.enter(&mut again, after(0)).await.unwrap();
        assert_eq!(again, before, "entering twice changes nothing");
        assert!(again.invoices[1].reasons[0].contains("invoice 1 of this file"), "{:?}", again.invoices[1].reasons);
    }

    #[tokio::test]
    async fn a_number_that_is_not_verified_accuses_nobody() {
        let world = World::new();
        world.enter(report("a.jpg", "1", X), 0).await;
        for path in ["invoice_code", "invoice_number"] {
            let mut unsure = report("b.jpg", "2", X);
            unsure.invoices[0].fields.get_mut(path).unwrap().verified = false;
            world.identities.enter(&mut unsure, after(0)).await.unwrap();
            assert_eq!(unsure.invoices[0].duplicate_of, None);
            assert_eq!(unsure.invoices[0].checks.last().unwrap().status, CheckStatus::Skip);
        }
        // A digital invoice has no code.
        let digital = |key: &str| {
            let mut report = report(key, "3", "24362000000591953989");
            report.invoices[0].invoice.r#type = InvoiceType::DigitalCommon;
            report.invoices[0].fields.remove("invoice_code");
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
            let firsts: BTreeSet<usize> =
                accused.iter().enumerate().filter(|(_, first)| first.is_none()).map(|(i, _)| i % 10).collect();
            assert_eq!(firsts.len(), 1, "{accused:?}");
            let first = format!("{}.jpg", firsts.first().unwrap());
            assert!(accused.iter().flatten().all(|key| *key == first), "{accused:?}");
        }
    }
}
