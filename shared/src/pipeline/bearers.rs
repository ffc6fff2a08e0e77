//! Who brings an invoice: the index by which the same invoice under several file names is told. Knows nothing of reading.
//!
//! One small object an invoice, `.fapiao/identities/<code>-<number>`, lists the files that may bring it, first come first.
//! It ends in no `.json`, so that no file's Report can take its place. The Reports are the truth: a file brings an invoice
//! when its Report holds it and it was not deleted. So an entry that somebody left behind who died, or whose file was
//! replaced meanwhile, accuses nobody, and who comes back stands behind those that are there.
//!
//! A file enters itself before its Report is written, and afterwards looks whether the Reports of all who bring the
//! invoice say what follows from their order ([`super::marks`]). Whoever writes looks once more, until there is nothing to
//! write: of two who do it at the same moment the one who writes last sees what both have done.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::identity::{Identity, differ};
use super::marks::{Bearer, mark, mark_unknown};
use super::pause::{Pause, before_round};
use super::report_key;
use super::stored::StoredReport;
use crate::error::{Error, ErrorKind, Result};
use crate::invoice::Money;
use crate::sentence::Lang;
use crate::store::{Store, Version, Versioned};

const PREFIX: &str = ".fapiao/identities/";
/// Looks and tries to write at most this often; each time it loses, somebody else has won.
const MAX_ROUNDS: u32 = 40;
/// Room for thousands of copies of one invoice: a claim has a key of a kilobyte at most.
const MAX_BYTES: u64 = 8_000_000;
/// Between entering itself and its Report a file needs some hundredths of a second. This long ago, and it may still come.
const YOUNG: Duration = Duration::from_secs(5);
/// How long one that is entered before us is waited for, in milliseconds: less than two seconds.
const WAITS: [u64; 5] = [50, 100, 200, 400, 800];

/// The files that may bring an invoice, first come first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    claims: Vec<Claim>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Claim {
    key: String,
    /// The total it was read with: whoever has the first one's need not be looked at.
    grand_total: Option<Money>,
    since: Timestamp,
}

/// How many of the claims are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Width {
    /// The first one who brings it, ourselves, and those who dispute the first one's total.
    Narrow,
    /// All of them when we are the first, because they name us.
    WhenFirst,
    All,
}

/// One who brings it, and what stood at its Report's key; none for ourselves.
struct Found {
    bearer: Bearer,
    version: Option<Version<StoredReport>>,
}

/// The index in one bucket, and the Reports there.
#[derive(Debug)]
pub(super) struct Bearers<S> {
    entries: Versioned<S, Entry>,
    reports: Versioned<S, StoredReport>,
    pause: Pause,
    /// What Reports are written in.
    pub(super) lang: Lang,
}

impl<S: Store + Clone> Bearers<S> {
    /// Entries in that bucket; `max_report_bytes` as for whoever writes the Reports.
    pub(super) fn new(store: S, bucket: &str, max_report_bytes: u64, pause: Pause) -> Self {
        let reports = Versioned::new(store.clone(), bucket, max_report_bytes);
        Self { entries: Versioned::new(store, bucket, MAX_BYTES), reports, pause, lang: Lang::default() }
    }
}

impl<S: Store> Bearers<S> {
    /// Enters a file's invoices, and says of each in its Report, which is still to be written, whether another file, or
    /// the same one, brought it before. `stood` is the Report that it takes the place of; who was entered since that was
    /// looked at keeps its place.
    ///
    /// # Errors
    /// `storage`.
    pub(super) async fn enter(
        &self,
        report: &mut StoredReport,
        stood: Option<&StoredReport>,
        is_entered: bool,
    ) -> Result<()> {
        mark_unknown(report);
        for identity in identities(report) {
            let Some(me) = Bearer::of(report, &identity) else { continue };
            let keeps_place = is_entered || stood.is_some_and(|stood| !stood.brings(&identity).is_empty());
            let entry = self.claim(&identity, &me, keeps_place).await?;
            let found = self.bearing(&identity, &entry, report, Width::Narrow, true).await?;
            mark(report, &identity, &bearers(&found), self.lang);
        }
        Ok(())
    }

    /// Sees to it that all Reports agree on the invoices that the file of this key holds, and on those it held once.
    /// `written` is its Report where we have written it just now: who has changed it since looks at all of them once more.
    ///
    /// # Errors
    /// `storage`.
    pub(super) async fn agree(&self, key: &str, written: Option<Version<StoredReport>>) -> Result<()> {
        let mut own = match written {
            Some(written) => written,
            None => self.reports.load(&report_key(key)).await?,
        };
        let Some(report) = &own.value else { return Ok(()) };
        let mut all = identities(report);
        all.extend(report.earlier());
        for identity in all {
            self.agree_on(key, &identity, &mut own).await?;
        }
        Ok(())
    }

    async fn agree_on(&self, key: &str, identity: &Identity, own: &mut Version<StoredReport>) -> Result<()> {
        let mut width = Width::WhenFirst;
        for round in 0..MAX_ROUNDS {
            before_round(self.pause, round).await;
            if round > 0 {
                *own = self.reports.load(&report_key(key)).await?;
            }
            let Some(report) = &own.value else { return Ok(()) };
            let me = Bearer::of(report, identity);
            let seen = self.entries.load(&entry_key(identity)).await?;
            let entry = seen.value.clone().unwrap_or_default();
            if let Some(right) = entry.corrected(key, me.as_ref()) {
                self.entries.save(&entry_key(identity), &right, &seen).await?;
                width = Width::All;
                continue;
            }
            if me.is_none() {
                width = Width::All;
            }
            let found = self.bearing(identity, &entry, report, width, false).await?;
            if !self.correct(identity, &found, own).await? {
                return Ok(());
            }
            width = Width::All;
        }
        Err(crowded(identity))
    }

    /// Writes every Report anew that does not say what follows from who brings the invoice. Says whether there was any.
    async fn correct(&self, identity: &Identity, found: &[Found], own: &Version<StoredReport>) -> Result<bool> {
        let (bearers, mut wrote) = (bearers(found), false);
        for Found { bearer, version } in found {
            let version = version.as_ref().unwrap_or(own);
            let Some(mut report) = version.value.clone() else { continue };
            if mark(&mut report, identity, &bearers, self.lang) {
                // Whoever has written it meanwhile has changed what we go by: it is looked at again in any case.
                self.reports.save(&report_key(&bearer.key), &report, version).await?;
                wrote = true;
            }
        }
        Ok(wrote)
    }

    /// The entry with ourselves in it.
    async fn claim(&self, identity: &Identity, me: &Bearer, keeps_place: bool) -> Result<Entry> {
        let mut seen = Version::absent();
        for round in 0..MAX_ROUNDS {
            before_round(self.pause, round).await;
            let entry: Entry = seen.value.clone().unwrap_or_default();
            let ours = entry.with(me, keeps_place);
            let is_known = seen.value.as_ref() == Some(&ours);
            if is_known || self.entries.save(&entry_key(identity), &ours, &seen).await? {
                return Ok(ours);
            }
            seen = self.entries.load(&entry_key(identity)).await?;
        }
        Err(crowded(identity))
    }

    /// Those who bring the invoice, first come first, as far as they matter. Before our own Report is written, those who
    /// stand before us and have none yet are waited for a moment.
    async fn bearing(
        &self,
        identity: &Identity,
        entry: &Entry,
        own: &StoredReport,
        width: Width,
        waits: bool,
    ) -> Result<Vec<Found>> {
        let mut found: Vec<Found> = Vec::new();
        let mut before_us = waits;
        for claim in &entry.claims {
            if claim.key == own.key() {
                before_us = false;
                found.extend(Bearer::of(own, identity).map(|bearer| Found { bearer, version: None }));
            } else if claim.matters(&found, own.key(), width) {
                found.extend(self.found(identity, claim, before_us).await?);
            }
        }
        Ok(found)
    }

    async fn found(&self, identity: &Identity, claim: &Claim, waits: bool) -> Result<Option<Found>> {
        let is_young =
            Timestamp::now().duration_since(claim.since) < jiff::SignedDuration::try_from(YOUNG).unwrap_or_default();
        let mut pauses = WAITS.iter().filter(|_| waits && is_young);
        loop {
            let version = self.reports.load(&report_key(&claim.key)).await?;
            let bearer = version.value.as_ref().and_then(|report| Bearer::of(report, identity));
            match (bearer, pauses.next()) {
                (Some(bearer), _) => return Ok(Some(Found { bearer, version: Some(version) })),
                (None, Some(pause)) => (self.pause)(Duration::from_millis(*pause)).await,
                (None, None) => return Ok(None),
            }
        }
    }
}

impl Entry {
    /// With this file in it: where it stood if it is there by right, else behind all others.
    fn with(&self, me: &Bearer, keeps_place: bool) -> Self {
        let mut claims = self.claims.clone();
        let at = claims.iter().position(|claim| claim.key == me.key);
        let is_last = at.is_some_and(|at| at + 1 == claims.len());
        match at.and_then(|at| claims.get_mut(at)) {
            Some(claim) if keeps_place || is_last => claim.grand_total = me.grand_total,
            _ => {
                claims.retain(|claim| claim.key != me.key);
                claims.push(Claim { key: me.key.clone(), grand_total: me.grand_total, since: Timestamp::now() });
            }
        }
        Self { claims }
    }

    /// The entry as the file's Report would have it; none when it is so already.
    fn corrected(&self, key: &str, me: Option<&Bearer>) -> Option<Self> {
        let right = match me {
            Some(me) => self.with(me, true),
            None => Self { claims: self.claims.iter().filter(|claim| claim.key != key).cloned().collect() },
        };
        (right != *self).then_some(right)
    }
}

impl Claim {
    /// Whether it has to be looked at, after those that were found before it.
    fn matters(&self, found: &[Found], own: &str, width: Width) -> bool {
        let Some(first) = found.first().map(|first| &first.bearer) else { return true };
        width == Width::All
            || (width == Width::WhenFirst && first.key == own)
            || differ(first.grand_total, self.grand_total)
    }
}

fn entry_key(identity: &Identity) -> String {
    format!("{PREFIX}{}", identity.as_str())
}

/// What a Report's invoices are known by, each once.
fn identities(report: &StoredReport) -> Vec<Identity> {
    let mut identities: Vec<Identity> = report.held().into_iter().map(|place| place.identity).collect();
    identities.sort();
    identities.dedup();
    identities
}

fn bearers(found: &[Found]) -> Vec<Bearer> {
    found.iter().map(|found| found.bearer.clone()).collect()
}

fn crowded(identity: &Identity) -> Error {
    Error::new(ErrorKind::Storage, format!("the invoice {} is being entered by too many at once", identity.as_str()))
}
