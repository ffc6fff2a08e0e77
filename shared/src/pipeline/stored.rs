//! A Report as it stands in the bucket, written by this release or by another one. Only what every release has is read,
//! and what is not understood is kept, whatever is changed. Knows nothing of where it stands.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::event::newest;
use super::identity::Identity;
use crate::error::{Error, ErrorKind, Result};
use crate::invoice::Money;
use crate::report::{CheckedInvoice, Report, Statement};
use crate::sentence::{self, Lang};

/// So many identities of earlier versions are kept.
const MAX_EARLIER: usize = 64;

/// JSON that stands where a Report belongs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct StoredReport(Value);

/// One place of a Report where an invoice stands that has an identity.
#[derive(Clone, Debug)]
pub(super) struct Occurrence {
    /// From 0, in the Report.
    pub at: usize,
    pub identity: Identity,
    pub grand_total: Option<Money>,
}

impl StoredReport {
    /// The Report as it will stand there.
    ///
    /// # Errors
    /// `internal`, which no Report of ours can bring about.
    pub(super) fn of(report: &Report) -> Result<Self> {
        // By way of text: a Value made directly would have a sureness of 0.98 as 0.9800000190734863.
        let text = serde_json::to_vec(report).and_then(|text| serde_json::from_slice(&text));
        text.map(Self).map_err(|error| Error::new(ErrorKind::Internal, format!("a Report is no JSON: {error}")))
    }

    /// Whether it is a Report, of whatever version of the schema.
    pub(super) fn is_report(&self) -> bool {
        self.0["schema"].as_str().is_some_and(|schema| schema.starts_with("fapiao/"))
    }

    /// What made it.
    pub(super) fn engine(&self) -> Option<&str> {
        self.0["engine"].as_str()
    }

    pub(super) fn status(&self) -> &str {
        self.0["status"].as_str().unwrap_or_default()
    }

    /// Whether it says that trying again may help. A status that we do not know is an answer.
    pub(super) fn is_failed(&self) -> bool {
        self.status() == "failed"
    }

    /// Whether its file was deleted.
    pub(super) fn is_withdrawn(&self) -> bool {
        self.status() == "withdrawn"
    }

    /// The code of what went wrong.
    pub(super) fn error_code(&self) -> Option<&str> {
        self.0["error"]["code"].as_str()
    }

    /// The key of its file.
    pub(super) fn key(&self) -> &str {
        self.0["source"]["key"].as_str().unwrap_or_default()
    }

    /// The etag of the version that it answers.
    pub(super) fn etag(&self) -> Option<&str> {
        self.0["source"]["etag"].as_str()
    }

    /// The sequencer of the newest event that it answers.
    pub(super) fn sequencer(&self) -> Option<&str> {
        self.0["source"]["sequencer"].as_str()
    }

    /// The same, as an event has found it to be true. The time makes it another object, so that whoever has looked before
    /// must look again.
    pub(super) fn seen(mut self, sequencer: Option<&str>, now: &str) -> Self {
        let newest = newest(sequencer, self.sequencer()).map(str::to_owned);
        if let Some(source) = self.source() {
            source.insert("sequencer".to_owned(), newest.into());
            source.insert("seen_at".to_owned(), now.into());
        }
        self
    }

    /// The same with this sequencer.
    pub(super) fn sequenced(mut self, sequencer: Option<&str>) -> Self {
        if let Some(source) = self.source() {
            source.insert("sequencer".to_owned(), sequencer.into());
        }
        self
    }

    /// The same, of a file that was deleted: what was read stays, and is no longer judged.
    pub(super) fn withdrawn(mut self) -> Self {
        if let Some(report) = self.0.as_object_mut() {
            report.insert("status".to_owned(), "withdrawn".into());
            report.insert("verdict".to_owned(), Value::Null);
            report.insert("reasons".to_owned(), json!([]));
        }
        self
    }

    /// Keeps in mind what the Report before this one held and this one does not.
    pub(super) fn follow(&mut self, before: Option<&Self>) {
        let Some(before) = before else { return };
        let held = self.held();
        let gone = before.held().into_iter().map(|occurrence| occurrence.identity);
        let mut earlier: Vec<Identity> = Vec::new();
        for identity in before.earlier().into_iter().chain(gone) {
            earlier.retain(|known| *known != identity);
            if held.iter().all(|now| now.identity != identity) {
                earlier.push(identity);
            }
        }
        let last = earlier.split_off(earlier.len().saturating_sub(MAX_EARLIER));
        if let Some(source) = self.source() {
            source.insert("earlier_invoices".to_owned(), last.iter().map(Identity::as_str).collect());
        }
    }

    fn source(&mut self) -> Option<&mut Map<String, Value>> {
        self.0.get_mut("source").and_then(Value::as_object_mut)
    }

    /// What earlier versions of its file held.
    pub(super) fn earlier(&self) -> Vec<Identity> {
        let earlier = self.0["source"]["earlier_invoices"].as_array().map_or(&[][..], Vec::as_slice);
        earlier.iter().filter_map(Value::as_str).filter_map(Identity::of_str).collect()
    }

    /// Its invoices that have an identity.
    pub(super) fn held(&self) -> Vec<Occurrence> {
        let invoices = self.invoice_values().iter().enumerate();
        invoices
            .filter_map(|(at, invoice)| {
                let identity = Identity::of_json(invoice)?;
                Some(Occurrence {
                    at,
                    identity,
                    grand_total: Money::deserialize(&invoice["invoice"]["grand_total"]).ok(),
                })
            })
            .collect()
    }

    /// Whether it says anything of invoices that other files may bring too.
    pub(super) fn has_identities(&self) -> bool {
        !self.held().is_empty() || !self.earlier().is_empty()
    }

    /// Where an invoice stands in it; nowhere once its file was deleted.
    pub(super) fn brings(&self, identity: &Identity) -> Vec<Occurrence> {
        if self.is_withdrawn() {
            return Vec::new();
        }
        self.held().into_iter().filter(|occurrence| occurrence.identity == *identity).collect()
    }

    /// Those of its invoices that we understand wholly.
    pub(super) fn invoices(&self) -> Vec<CheckedInvoice> {
        self.invoice_values().iter().filter_map(|invoice| CheckedInvoice::deserialize(invoice).ok()).collect()
    }

    pub(super) fn invoice_values(&self) -> &[Value] {
        self.0["invoices"].as_array().map_or(&[], Vec::as_slice)
    }

    pub(super) fn invoice_mut(&mut self, at: usize) -> Option<&mut Map<String, Value>> {
        self.0.get_mut("invoices")?.get_mut(at)?.as_object_mut()
    }

    /// Verdict and reasons of the file anew, now that those of its invoices are others than they were in `before`.
    pub(super) fn sum_up(&mut self, before: &Self) {
        if self.status() != "read" {
            return;
        }
        let old: Vec<Statement> = before.invoices_reasons().iter().filter_map(known).collect();
        let is_old = |reason: &Value| known(reason).is_some_and(|reason| old.iter().any(|old| is_same(old, &reason)));
        let of_others = list(&before.0["reasons"]).iter().filter(|reason| !is_old(reason)).cloned();
        let reasons: Vec<Value> = self.invoices_reasons().into_iter().chain(of_others).collect();
        let is_verified = |invoice: &Value| invoice["verdict"] == "verified";
        let verified = reasons.is_empty() && self.invoice_values().iter().all(is_verified);
        if let Some(report) = self.0.as_object_mut() {
            report.insert("verdict".to_owned(), if verified { "verified" } else { "review" }.into());
            report.insert("reasons".to_owned(), reasons.into());
        }
    }

    /// The reasons of its invoices as the file's reasons name them.
    fn invoices_reasons(&self) -> Vec<Value> {
        let several = self.invoice_values().len() > 1;
        let of_invoice = |invoice: &Value| {
            let index = invoice["index"].as_u64().and_then(|index| u32::try_from(index).ok()).unwrap_or_default();
            let of_this = |reason: &Value| match known(reason).filter(|_| several) {
                Some(reason) => serde_json::to_value(reason.of_invoice(index)).unwrap_or_default(),
                None => reason.clone(),
            };
            list(&invoice["reasons"]).iter().map(of_this).collect::<Vec<_>>()
        };
        self.invoice_values().iter().flat_map(of_invoice).collect()
    }

    /// Says everything in that language, as far as the catalogue has it.
    pub(super) fn say_in(&mut self, lang: Lang) {
        sentence::say_in(&mut self.0, lang);
    }
}

/// Whether a reason says that this rule failed.
pub(super) fn is_about(reason: &Value, rule: &str) -> bool {
    // Reports of before had the sentence alone.
    let old = reason.as_str().and_then(|text| text.strip_prefix(rule)).is_some_and(|rest| rest.starts_with(": "));
    old || (reason["id"] == "check_failed" && reason["params"]["rule"] == rule)
}

fn known(reason: &Value) -> Option<Statement> {
    Statement::deserialize(reason).ok()
}

/// Whether two reasons say the same, in whatever language.
fn is_same(a: &Statement, b: &Statement) -> bool {
    let text = |reason: &Statement| reason.said.say(Lang::En).unwrap_or_else(|| reason.message.clone());
    text(a) == text(b)
}

fn list(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(json: Value) -> StoredReport {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_newer_releases_report_is_understood_as_far_as_it_goes() {
        let report = stored(json!({
            "schema": "fapiao/2", "status": "postponed", "novelty": [1],
            "source": {"etag": "e", "sequencer": "0A", "region": "moon"},
            "invoices": [{
                "invoice": {"type": "digital_common", "invoice_number": "24362000000591953989"},
                "fields": {"invoice_number": {"verified": true, "source": "sonar"}}
            }, {"strange": true}],
        }));
        assert!(report.is_report() && !report.is_failed() && !report.is_withdrawn());
        assert_eq!((report.etag(), report.sequencer()), (Some("e"), Some("0A")));
        assert_eq!((report.held().len(), report.invoices().len()), (1, 0));
        let newer = report.clone().seen(Some("0B"), "now");
        assert_eq!(
            (newer.sequencer(), &newer.0["novelty"], &newer.0["source"]["region"]),
            (Some("0B"), &json!([1]), &json!("moon"))
        );
        assert_eq!(report.clone().seen(Some("09"), "now").sequencer(), Some("0A"));
        let withdrawn = report.withdrawn();
        assert_eq!((withdrawn.held().len(), withdrawn.brings(&withdrawn.held()[0].identity).len()), (1, 0));
    }

    #[test]
    fn other_json_is_no_report_and_nothing_is_known_of_it() {
        for json in
            [json!(null), json!([1]), json!("x"), json!({"schema": 1}), json!({"schema": "other/1", "source": 3})]
        {
            let strange = stored(json);
            assert!(!strange.is_report() && !strange.is_failed());
            assert_eq!((strange.etag(), strange.sequencer(), strange.held().len()), (None, None, 0));
            assert_eq!(strange.clone().seen(Some("0A"), "now"), strange);
        }
    }

    fn of_number(number: u32, earlier: &[&str]) -> StoredReport {
        let number = format!("{number:020}");
        let invoice = json!({
            "invoice": {"type": "digital_common", "invoice_number": number},
            "fields": {"invoice_number": {"verified": true}},
        });
        stored(json!({"schema": "fapiao/1", "source": {"earlier_invoices": earlier}, "invoices": [invoice]}))
    }

    #[test]
    fn what_earlier_versions_held_is_kept_in_mind_up_to_a_limit() {
        let mut report = of_number(0, &[]);
        for number in 1..=100 {
            let mut next = of_number(number, &[]);
            next.follow(Some(&report));
            report = next;
        }
        let earlier = report.earlier();
        assert_eq!((earlier.len(), earlier[63].as_str()), (MAX_EARLIER, "00000000000000000099"));
        // What comes back is no longer of the past.
        let mut again = of_number(99, &[]);
        again.follow(Some(&report));
        assert!(!again.earlier().contains(&earlier[63]));
    }
}
