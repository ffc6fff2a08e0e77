//! What must be true in the end, whatever has happened.

use std::collections::{BTreeMap, BTreeSet};

use fapiao::store::{MemoryStore, Store};
use futures::executor::block_on;
use serde_json::Value;

use super::reader::Content;
use super::script::KEYS;

/// One file's first place of an invoice, as its Report has it.
struct Place {
    key: &'static str,
    etag: String,
    total: String,
    duplicate_of: Option<(String, String)>,
    is_disputed: bool,
    says_altered: bool,
    /// Another place in the same file has another total.
    disputes_itself: bool,
}

/// # Errors
/// The first thing that is not as it should be.
pub fn all_is_well(store: &MemoryStore) -> Result<(), String> {
    let mut places: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    for key in KEYS {
        let report = fetch(store, "out", &format!("{key}.json")).map(|(report, _)| report);
        let object = fetch(store, "in", key);
        let Some((content, etag)) = object else {
            let is_gone = report.as_ref().is_none_or(|report| report["status"] == "withdrawn");
            ensure(is_gone, || format!("{key} was deleted, and its Report does not say so"))?;
            continue;
        };
        let report = report.ok_or_else(|| format!("{key} has no Report"))?;
        is_of_newest_version(key, &report, &content, &etag)?;
        agrees_with_itself(key, &report)?;
        collect(key, &report, &mut places)?;
    }
    places.iter().try_for_each(|(number, places)| exactly_one_is_first(number, places))?;
    nobody_is_left_out(store, &places)
}

fn fetch(store: &MemoryStore, bucket: &str, key: &str) -> Option<(Value, String)> {
    let object = block_on(store.get(bucket, key, 1_000_000)).unwrap()?;
    Some((serde_json::from_slice(&object.body).unwrap(), object.etag))
}

fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}

/// The Report is that of what stands there now, and holds all of it.
fn is_of_newest_version(key: &str, report: &Value, content: &Value, etag: &str) -> Result<(), String> {
    let content: Content = serde_json::from_value(content.clone()).unwrap();
    ensure(report["source"]["etag"] == etag, || format!("the Report of {key} is of another version"))?;
    let status = if content.lines.is_empty() { "rejected" } else { "read" };
    ensure(report["status"] == status, || format!("{key} is {}, not {status}", report["status"]))?;
    let expected: Vec<(String, String)> =
        content.lines.iter().map(|line| (line.name(), format!("{}.00", line.total))).collect();
    let found: Vec<(String, String)> = report["invoices"].as_array().unwrap().iter().map(number_and_total).collect();
    ensure(found == expected, || format!("{key} holds {expected:?}, and its Report {found:?}"))
}

fn number_and_total(invoice: &Value) -> (String, String) {
    let text = |name: &str| invoice["invoice"][name].as_str().unwrap().to_owned();
    (text("invoice_number"), text("grand_total"))
}

/// Verdicts follow from reasons, and the file's from its invoices'.
fn agrees_with_itself(key: &str, report: &Value) -> Result<(), String> {
    if report["status"] != "read" {
        return Ok(());
    }
    let invoices = report["invoices"].as_array().unwrap();
    let reasons = |value: &Value| value["reasons"].as_array().unwrap().len();
    for invoice in invoices {
        let is_verified = invoice["verdict"] == "verified";
        ensure(is_verified == (reasons(invoice) == 0), || {
            format!("an invoice of {key} has a verdict without a reason")
        })?;
    }
    let all = invoices.iter().map(reasons).sum::<usize>();
    ensure(reasons(report) == all, || format!("{key} has {} reasons, its invoices {all}", reasons(report)))?;
    ensure((report["verdict"] == "verified") == (all == 0), || format!("the verdict of {key} is wrong"))
}

/// The first place of every invoice; further ones must point to it.
fn collect(key: &'static str, report: &Value, places: &mut BTreeMap<String, Vec<Place>>) -> Result<(), String> {
    let mut firsts: BTreeMap<String, String> = BTreeMap::new();
    for invoice in report["invoices"].as_array().unwrap() {
        let (number, total) = number_and_total(invoice);
        let place = place(key, report, invoice, total.clone())?;
        if let Some(first) = firsts.get(&number) {
            let own = place.duplicate_of.as_ref().is_some_and(|(of, _)| of == key);
            ensure(own && place.says_altered == (*first != total), || format!("{number} is twice in {key}, untold"))?;
            if *first != total
                && let Some(first) = places.get_mut(&number).and_then(|all| all.last_mut())
            {
                first.disputes_itself = true;
            }
        } else {
            firsts.insert(number.clone(), total);
            places.entry(number).or_default().push(place);
        }
    }
    Ok(())
}

fn place(key: &'static str, report: &Value, invoice: &Value, total: String) -> Result<Place, String> {
    let checks = invoice["checks"].as_array().unwrap();
    let told: Vec<&Value> = checks.iter().filter(|check| check["rule"] == "not_seen_before").collect();
    ensure(told.len() == 1, || format!("{key} has {} checks not_seen_before", told.len()))?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let of = &invoice["duplicate_of"];
    let failed = told[0]["status"] == "fail";
    ensure(failed == (invoice["verdict"] == "review"), || format!("{key}: check and verdict differ"))?;
    Ok(Place {
        key,
        etag: text(&report["source"]["etag"]).unwrap(),
        total,
        duplicate_of: text(&of["key"]).zip(text(&of["etag"])),
        is_disputed: failed && of.is_null(),
        says_altered: told[0]["detail"].as_str().unwrap().contains("altered"),
        disputes_itself: false,
    })
}

/// Of all files that bring an invoice one came first; the others name it, and both are told when totals differ.
fn exactly_one_is_first(number: &str, places: &[Place]) -> Result<(), String> {
    let firsts: Vec<&Place> = places.iter().filter(|place| place.duplicate_of.is_none()).collect();
    let [first] = firsts[..] else {
        let keys: Vec<&str> = firsts.iter().map(|place| place.key).collect();
        return Err(format!("{number}: {} bring it, and first are {keys:?}", places.len()));
    };
    let mut disputed = first.disputes_itself;
    for other in places.iter().filter(|place| place.key != first.key) {
        let of = other.duplicate_of.as_ref().map(|(key, etag)| (key.as_str(), etag.as_str()));
        ensure(of == Some((first.key, &first.etag)), || format!("{number}: {} names {of:?}", other.key))?;
        let differs = other.total != first.total;
        ensure(other.says_altered == differs, || format!("{number}: {} does not tell the other total", other.key))?;
        disputed |= differs;
    }
    ensure(first.is_disputed == disputed, || {
        format!(
            "{number}: {} came first, and is {}disputed",
            first.key,
            if first.is_disputed { "wrongly " } else { "not " }
        )
    })
}

/// Whoever brings an invoice is in the index, so that the next one is told.
fn nobody_is_left_out(store: &MemoryStore, places: &BTreeMap<String, Vec<Place>>) -> Result<(), String> {
    for (number, places) in places {
        let entry =
            fetch(store, "out", &format!(".fapiao/identities/{number}")).ok_or(format!("{number} has no entry"))?;
        let claims = entry.0["claims"].as_array().unwrap();
        let entered: BTreeSet<&str> = claims.iter().filter_map(|claim| claim["key"].as_str()).collect();
        for place in places {
            ensure(entered.contains(place.key), || format!("{number}: {} is not entered", place.key))?;
        }
    }
    Ok(())
}
