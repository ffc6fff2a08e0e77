//! What a Report says of an invoice that several files bring: the check `not_seen_before`. It follows from who brings it,
//! in their order, and from nothing else, so that anybody may write it again at any time. It speaks of the file, not of
//! what was read, so it takes `verified` from no field. Knows nothing of where Reports are.

use serde_json::{Map, Value, json};

use super::identity::{Elsewhere, Identity, differ, duplicate_message, rival_message};
use super::stored::{Occurrence, StoredReport, is_about};
use crate::invoice::Money;
use crate::sentence::{Lang, Sentence, check as says, report::check_failed};

/// The rule's name in the Report.
const RULE: &str = "not_seen_before";

/// A file whose Report holds the invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bearer {
    pub key: String,
    pub etag: String,
    pub grand_total: Option<Money>,
}

/// What is to be said of one invoice of one file.
enum Mark {
    /// Nobody's business: code and number are not sure.
    Unknown,
    /// Nobody else brings it, or they came later with the same total.
    First,
    /// It came first, and somebody brings it with another total.
    Disputed(Sentence),
    /// Another one came before.
    Duplicate { of: Bearer, said: Sentence },
}

impl Bearer {
    /// The file of this Report, if it brings the invoice.
    pub(super) fn of(report: &StoredReport, identity: &Identity) -> Option<Self> {
        let grand_total = report.brings(identity).first()?.grand_total;
        let etag = report.etag().unwrap_or_default().to_owned();
        Some(Self { key: report.key().to_owned(), etag, grand_total })
    }
}

/// Says so in a Report, wherever it holds the invoice: `bearers` are those who bring it, first come first, this file among
/// them. Says whether that changed anything.
pub(super) fn mark(report: &mut StoredReport, identity: &Identity, bearers: &[Bearer], lang: Lang) -> bool {
    report.say_in(lang);
    let before = report.clone();
    let places = report.brings(identity);
    for (nth, place) in places.iter().enumerate() {
        let mark = if nth == 0 { of_first(report, &places, bearers) } else { of_repeated(report, &places, place) };
        note(report, place.at, mark);
    }
    report.sum_up(&before);
    report.say_in(lang);
    *report != before
}

/// The same for those of its invoices that cannot be compared with anybody's.
pub(super) fn mark_unknown(report: &mut StoredReport) {
    let before = report.clone();
    let known: Vec<usize> = report.held().iter().map(|place| place.at).collect();
    for at in (0..report.invoice_values().len()).filter(|at| !known.contains(at)) {
        note(report, at, Mark::Unknown);
    }
    report.sum_up(&before);
}

/// Of the first, or only, place of the file at which it stands.
fn of_first(report: &StoredReport, places: &[Occurrence], bearers: &[Bearer]) -> Mark {
    let mine = places.first().and_then(|place| place.grand_total);
    let Some(first) = bearers.first().filter(|first| first.key != report.key()) else {
        let again = places.iter().skip(1).map(|place| (in_file(report, place), place.grand_total));
        let others = bearers.iter().skip(1).map(|bearer| (Elsewhere::File(bearer.key.clone()), bearer.grand_total));
        let rival = again.chain(others).find(|(_, theirs)| differ(*theirs, mine));
        return rival.map_or(Mark::First, |(name, theirs)| Mark::Disputed(rival_message(&name, theirs, mine)));
    };
    let said = duplicate_message(&Elsewhere::File(first.key.clone()), first.grand_total, mine);
    Mark::Duplicate { of: first.clone(), said }
}

/// Of a further place in the same file.
fn of_repeated(report: &StoredReport, places: &[Occurrence], place: &Occurrence) -> Mark {
    let Some(first) = places.first() else { return Mark::First };
    let said = duplicate_message(&in_file(report, first), first.grand_total, place.grand_total);
    let etag = report.etag().unwrap_or_default().to_owned();
    Mark::Duplicate { of: Bearer { key: report.key().to_owned(), etag, grand_total: first.grand_total }, said }
}

fn in_file(report: &StoredReport, place: &Occurrence) -> Elsewhere {
    let index = report.invoice_values().get(place.at).and_then(|invoice| invoice["index"].as_u64());
    Elsewhere::Here(index.unwrap_or_default())
}

/// Writes the outcome beside the invoice, in place of an earlier one.
fn note(report: &mut StoredReport, at: usize, mark: Mark) {
    let Some(invoice) = report.invoice_mut(at) else { return };
    let (status, said, of) = match mark {
        Mark::Unknown => ("skip", says::nobody_accused(), None),
        Mark::First => ("pass", says::not_seen_before(), None),
        Mark::Disputed(said) => ("fail", said, None),
        Mark::Duplicate { of, said } => ("fail", said, Some(of)),
    };
    let mut reasons = list(invoice, "reasons");
    reasons.retain(|reason| !is_about(reason, RULE));
    if status == "fail" {
        reasons.push(in_json("message", check_failed(RULE, said.clone())));
    }
    let mut checks = list(invoice, "checks");
    checks.retain(|check| check["rule"] != RULE);
    let mut check = json!({"rule": RULE, "status": status, "fields": []});
    merge(&mut check, in_json("detail", said));
    checks.push(check);
    let verdict = if reasons.is_empty() { "verified" } else { "review" };
    invoice.insert("verdict".to_owned(), verdict.into());
    invoice.insert("reasons".to_owned(), reasons.into());
    invoice.insert("checks".to_owned(), checks.into());
    invoice.insert("duplicate_of".to_owned(), of.map_or(Value::Null, |of| json!({"key": of.key, "etag": of.etag})));
}

/// A sentence as it stands in a Report, in English under that name.
fn in_json(name: &str, said: Sentence) -> Value {
    let text = said.say(Lang::En).unwrap_or_default();
    let mut json = json!({name: text});
    merge(&mut json, serde_json::to_value(said).unwrap_or_default());
    json
}

fn merge(json: &mut Value, more: Value) {
    if let (Value::Object(json), Value::Object(more)) = (json, more) {
        json.extend(more);
    }
}

fn list(invoice: &Map<String, Value>, name: &str) -> Vec<Value> {
    invoice.get(name).and_then(Value::as_array).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invoice(index: u32, total: &str) -> Value {
        json!({
            "index": index, "verdict": "verified", "reasons": [], "novelty": "kept",
            "invoice": {"type": "digital_common", "invoice_number": "24362000000591953989", "grand_total": total},
            "fields": {"invoice_number": {"verified": true}}, "checks": [{"rule": "another", "status": "pass"}],
        })
    }

    fn report(invoices: &[Value]) -> StoredReport {
        let report = json!({
            "schema": "fapiao/1", "status": "read", "verdict": "verified", "reasons": [],
            "source": {"key": "me.jpg", "etag": "e"}, "invoices": invoices,
        });
        serde_json::from_value(report).unwrap()
    }

    fn bearer(key: &str, total: &str) -> Bearer {
        Bearer { key: key.to_owned(), etag: format!("etag of {key}"), grand_total: total.parse().ok() }
    }

    fn identity() -> Identity {
        Identity::of_str("24362000000591953989").unwrap()
    }

    fn json(report: &StoredReport) -> Value {
        serde_json::to_value(report).unwrap()
    }

    #[test]
    fn both_are_told_when_totals_differ_and_only_the_second_when_they_do_not() {
        struct Case(&'static [(&'static str, &'static str)], &'static str, Option<&'static str>, bool);
        for Case(bearers, status, duplicate_of, altered) in [
            Case(&[("me.jpg", "1.00")], "pass", None, false),
            Case(&[("me.jpg", "1.00"), ("b.jpg", "1.00")], "pass", None, false),
            Case(&[("me.jpg", "1.00"), ("b.jpg", "1.00"), ("c.jpg", "2.00")], "fail", None, true),
            Case(&[("me.jpg", "1.00"), ("b.jpg", "")], "pass", None, false),
            Case(&[("b.jpg", "1.00"), ("me.jpg", "1.00")], "fail", Some("b.jpg"), false),
            Case(&[("b.jpg", "2.00"), ("me.jpg", "1.00")], "fail", Some("b.jpg"), true),
        ] {
            let bearers: Vec<Bearer> = bearers.iter().map(|(key, total)| bearer(key, total)).collect();
            let mut marked = report(&[invoice(1, "1.00")]);
            assert!(mark(&mut marked, &identity(), &bearers, Lang::En));
            let json = json(&marked);
            let invoice = &json["invoices"][0];
            let check = &invoice["checks"][1];
            assert_eq!(
                (check["status"].as_str(), invoice["duplicate_of"]["key"].as_str()),
                (Some(status), duplicate_of)
            );
            assert_eq!(check["detail"].as_str().unwrap().contains("altered"), altered, "{check}");
            let verdict = if status == "fail" { "review" } else { "verified" };
            assert_eq!((&invoice["verdict"], &json["verdict"]), (&json!(verdict), &json!(verdict)));
            assert_eq!(
                (json["reasons"].as_array().unwrap().len() == 1, &invoice["novelty"]),
                (status == "fail", &json!("kept"))
            );
            assert!(!mark(&mut marked, &identity(), &bearers, Lang::En), "a second time changes nothing");
        }
    }

    #[test]
    fn a_mark_that_is_taken_back_leaves_all_other_reasons() {
        let mut first = report(&[invoice(1, "1.00"), invoice(2, "1.00")]);
        let mut value = json(&first);
        value["reasons"] = json!(["invoice 2: another reason", "page 3: undecodable: broken"]);
        value["invoices"][1]["reasons"] = json!(["another reason"]);
        first = serde_json::from_value(value).unwrap();
        let before = first.clone();
        mark(&mut first, &identity(), &[bearer("b.jpg", "1.00"), bearer("me.jpg", "1.00")], Lang::En);
        let told = json(&first);
        assert_eq!(told["reasons"].as_array().unwrap().len(), 4, "{}", told["reasons"]);
        assert!(told["invoices"][1]["checks"][1]["detail"].as_str().unwrap().contains("number 1 of this file"));
        mark(&mut first, &identity(), &[bearer("me.jpg", "1.00")], Lang::En);
        let left = json(&first);
        assert_eq!(
            (left["reasons"].as_array().unwrap().len(), &left["invoices"][0]["verdict"]),
            (3, &json!("verified"))
        );
        assert_eq!(left["reasons"][2], json(&before)["reasons"][1]);
    }

    #[test]
    fn two_totals_in_one_file_are_told_of_both() {
        let mut marked = report(&[invoice(1, "1.00"), invoice(2, "2.00")]);
        mark(&mut marked, &identity(), &[bearer("me.jpg", "1.00")], Lang::En);
        let json = json(&marked);
        for (at, other) in [(0, "number 2 of this file"), (1, "number 1 of this file")] {
            let detail = json["invoices"][at]["checks"][1]["detail"].as_str().unwrap();
            assert!(detail.contains(other) && detail.contains("altered"), "{detail}");
            assert_eq!(json["invoices"][at]["verdict"], "review");
        }
    }

    #[test]
    fn an_unsure_number_accuses_nobody() {
        let mut unsure = invoice(1, "1.00");
        unsure["fields"]["invoice_number"]["verified"] = json!(false);
        let mut marked = report(&[unsure]);
        assert!(!mark(&mut marked, &identity(), &[bearer("b.jpg", "1.00")], Lang::En));
        mark_unknown(&mut marked);
        assert_eq!(json(&marked)["invoices"][0]["checks"][1]["status"], "skip");
    }

    #[test]
    fn a_mark_is_made_in_the_language_of_the_reports_and_not_made_again_for_that_alone() {
        let bearers = [bearer("b.jpg", "1.00"), bearer("me.jpg", "1.00")];
        let mut marked = report(&[invoice(1, "1.00"), invoice(2, "1.00")]);
        assert!(mark(&mut marked, &identity(), &bearers, Lang::Zh));
        let told = json(&marked);
        assert_eq!(told["invoices"][0]["checks"][1]["detail"], "发票重复：b.jpg中已有此发票，请勿重复入账");
        assert_eq!(told["reasons"][0]["message"], "第1张发票：发票重复：b.jpg中已有此发票，请勿重复入账");
        let mut other = marked.clone();
        assert!(!mark(&mut marked, &identity(), &bearers, Lang::Zh));
        assert!(!mark(&mut other, &identity(), &bearers, Lang::En), "another language is no news");
        assert_eq!(json(&other)["reasons"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn reasons_of_before_there_were_ids_are_kept_and_taken_back_all_the_same() {
        let mut before = json(&report(&[invoice(1, "1.00"), invoice(2, "1.00")]));
        before["invoices"][0]["reasons"] = json!(["not_seen_before: b.jpg has brought this invoice before"]);
        before["invoices"][1]["reasons"] = json!(["another reason"]);
        before["reasons"] = json!([
            "invoice 1: not_seen_before: b.jpg has brought this invoice before",
            "invoice 2: another reason",
            "page 3: undecodable: broken",
        ]);
        let mut old: StoredReport = serde_json::from_value(before).unwrap();
        mark(&mut old, &identity(), &[bearer("me.jpg", "1.00")], Lang::En);
        let told = json(&old);
        let messages: Vec<&str> = told["reasons"]
            .as_array()
            .unwrap()
            .iter()
            .map(|reason| reason["message"].as_str().or(reason.as_str()).unwrap())
            .collect();
        assert_eq!(messages.len(), 3, "{messages:?}");
        assert!(messages[0].starts_with("invoice 2: another reason"), "{messages:?}");
        assert_eq!(messages[2], "page 3: undecodable: broken");
    }
}
