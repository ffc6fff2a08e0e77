//! A Report as it stands in the bucket, written by this release or by another one. Only what every release has is read,
//! and what is not understood is kept. Knows nothing of where it stands.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::identity::Identity;
use crate::report::CheckedInvoice;

/// JSON that stands where a Report belongs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct StoredReport(Value);

impl StoredReport {
    /// Whether it is a Report, of whatever version of the schema.
    pub(super) fn is_report(&self) -> bool {
        self.0["schema"].as_str().is_some_and(|schema| schema.starts_with("fapiao/"))
    }

    /// Whether it says that trying again may help. A status that we do not know is an answer.
    pub(super) fn is_failed(&self) -> bool {
        self.0["status"] == "failed"
    }

    /// The etag of the version that it answers.
    pub(super) fn etag(&self) -> Option<&str> {
        self.0["source"]["etag"].as_str()
    }

    /// The sequencer of the newest event that it answers.
    pub(super) fn sequencer(&self) -> Option<&str> {
        self.0["source"]["sequencer"].as_str()
    }

    /// The same for a newer event; everything else stays, known to us or not.
    pub(super) fn restamped(&self, sequencer: &str) -> Self {
        let mut report = self.0.clone();
        if let Some(source) = report.get_mut("source").and_then(Value::as_object_mut) {
            source.insert("sequencer".to_owned(), sequencer.into());
        }
        Self(report)
    }

    /// What its invoices are known by.
    pub(super) fn identities(&self) -> BTreeSet<Identity> {
        self.invoice_values().iter().filter_map(Identity::of_json).collect()
    }

    /// Those of its invoices that we understand wholly.
    pub(super) fn invoices(&self) -> Vec<CheckedInvoice> {
        self.invoice_values().iter().filter_map(|invoice| CheckedInvoice::deserialize(invoice).ok()).collect()
    }

    fn invoice_values(&self) -> &[Value] {
        self.0["invoices"].as_array().map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
        assert!(report.is_report() && !report.is_failed());
        assert_eq!((report.etag(), report.sequencer()), (Some("e"), Some("0A")));
        assert_eq!((report.identities().len(), report.invoices().len()), (1, 0));
        let newer = report.restamped("0B");
        assert_eq!(
            (newer.sequencer(), &newer.0["novelty"], &newer.0["source"]["region"]),
            (Some("0B"), &json!([1]), &json!("moon"))
        );
    }

    #[test]
    fn other_json_is_no_report_and_nothing_is_known_of_it() {
        for json in
            [json!(null), json!([1]), json!("x"), json!({"schema": 1}), json!({"schema": "other/1", "source": 3})]
        {
            let strange = stored(json);
            assert!(!strange.is_report() && !strange.is_failed());
            assert_eq!((strange.etag(), strange.sequencer(), strange.identities().len()), (None, None, 0));
            assert_eq!(strange.restamped("0A"), strange);
        }
    }
}
