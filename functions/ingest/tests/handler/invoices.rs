//! Files of several invoices, and what is known of an invoice beside its file.

use std::sync::atomic::Ordering;

use fapiao::error::ErrorKind;
use fapiao::report::{Status, Verdict};
use serde_json::json;

use super::world::{World, failed_ids, message, newer_release, s3};

const TWO_INVOICES: &[u8] = include_bytes!("../../../../tests/fixtures/text-two-invoices.pdf");

#[tokio::test]
async fn all_invoices_of_a_file_are_in_its_one_report() {
    let world = World::new();
    world.handle_records(&[&world.drop_bytes("a.pdf", TWO_INVOICES, "01")]).await.unwrap();
    let report = world.report("a.pdf").await.unwrap();
    let places: Vec<_> = report.invoices.iter().map(|i| (i.index, i.place.pages.as_slice())).collect();
    assert_eq!((places, report.source.pages), (vec![(1, [1].as_slice()), (2, &[2])], Some(3)));
    let others: Vec<_> = report.others.iter().map(|o| (o.place.pages.as_slice(), o.code.as_str())).collect();
    assert_eq!(others, [([3].as_slice(), "no_invoice")]);
    assert_eq!(world.store.keys("out"), ["a.pdf.json"]);
}

#[tokio::test]
async fn what_could_be_read_is_kept_when_the_rest_fails_and_is_not_read_again() {
    let world = World::new();
    *world.first.failure.lock().unwrap() = Some(ErrorKind::ProviderThrottled);
    *world.second.failure.lock().unwrap() = Some(ErrorKind::NoInvoice);
    world.first.healthy.store(1, Ordering::SeqCst);
    let event = world.drop_bytes("a.pdf", TWO_INVOICES, "01");
    assert_eq!(world.handle_records(&[&event]).await.unwrap_err().kind(), ErrorKind::ProviderThrottled);
    let failed = world.report("a.pdf").await.unwrap();
    assert_eq!((failed.status, failed.verdict, failed.invoices.len()), (Status::Failed, None, 1));
    assert_eq!(failed.error.unwrap().code, "provider_throttled");
    let codes: Vec<_> = failed.others.iter().map(|other| other.code.as_str()).collect();
    assert_eq!(codes, ["provider_throttled", "no_invoice"]);

    *world.first.failure.lock().unwrap() = None;
    let before = world.calls();
    world.handle_records(&[&event]).await.unwrap();
    let report = world.report("a.pdf").await.unwrap();
    assert_eq!((report.status, report.verdict, report.invoices.len()), (Status::Read, Some(Verdict::Review), 2));
    assert_eq!((report.invoices[0].place.pages[0], report.invoices[1].place.pages[0]), (1, 2));
    assert_eq!(world.calls(), before + 1, "the first invoice was read twice");
}

#[tokio::test]
async fn a_failure_never_takes_the_place_of_an_answer() {
    let world = World::new();
    let old = world.drop_bytes("a.pdf", TWO_INVOICES, "01");
    *world.first.failure.lock().unwrap() = Some(ErrorKind::ProviderThrottled);
    *world.second.failure.lock().unwrap() = Some(ErrorKind::NoInvoice);
    world.first.healthy.store(1, Ordering::SeqCst);
    let store = world.store.clone();
    *world.first.meanwhile.lock().unwrap() = Some(Box::new(move || {
        store.upload("out", "a.pdf.json", newer_release("02").to_string());
    }));
    world.handle_records(&[&old]).await.unwrap();
    assert_eq!(world.raw_report("a.pdf").await, newer_release("02"));
}

/// A slow event reads two invoices of an old version while the new one, which has none of them, is answered.
#[tokio::test]
async fn a_slow_event_for_an_old_version_accuses_nobody() {
    let world = World::new();
    world.first.read_numbers.store(true, Ordering::SeqCst);
    let old = world.drop_bytes("a.pdf", TWO_INVOICES, "01");
    let (store, new) = (world.store.clone(), newer_release("02"));
    *world.first.meanwhile.lock().unwrap() = Some(Box::new(move || {
        store.upload("out", "a.pdf.json", new.to_string());
    }));
    world.handle_records(&[&old]).await.unwrap();
    assert_eq!(world.raw_report("a.pdf").await, newer_release("02"));
    let left: Vec<String> = world.store.keys("out").into_iter().filter(|key| !key.starts_with(".fapiao/")).collect();
    assert_eq!(left, ["a.pdf.json"]);
    world.first.calls.store(0, Ordering::SeqCst);
    world.handle_records(&[&world.drop_file("b.jpg", 1, "01")]).await.unwrap();
    assert_eq!(world.report("b.jpg").await.unwrap().invoices[0].duplicate_of, None);
}

#[tokio::test]
async fn a_newer_version_gives_back_what_it_has_no_more_and_keeps_the_rest() {
    let world = World::new();
    world.first.read_numbers.store(true, Ordering::SeqCst);
    world.handle_records(&[&world.drop_bytes("a.pdf", TWO_INVOICES, "01")]).await.unwrap();
    assert_eq!(world.bearers_of("24362000000000000002").await, json!(["a.pdf"]));
    world.first.calls.store(0, Ordering::SeqCst);
    world.handle_records(&[&world.drop_file("a.pdf", 1, "02")]).await.unwrap();
    let report = world.report("a.pdf").await.unwrap();
    assert_eq!((report.invoices.len(), report.source.earlier_invoices), (1, vec!["24362000000000000002".to_owned()]));
    assert_eq!(world.bearers_of("24362000000000000001").await, json!(["a.pdf"]));
    assert_eq!(world.bearers_of("24362000000000000002").await, json!([]));
}

#[tokio::test]
async fn a_message_that_is_received_for_the_last_time_leaves_a_failed_report() {
    let world = World::new();
    for fake in [&world.first, &world.second] {
        *fake.failure.lock().unwrap() = Some(ErrorKind::ProviderThrottled);
    }
    let mut message = message("1", &s3(&[&world.drop_file("a.png", 1, "0A")]));
    for (receives, status) in [("4", None), ("5", Some(Status::Failed))] {
        message["attributes"] = json!({"ApproximateReceiveCount": receives});
        let answer = world.handle(json!({"Records": [message]})).await.unwrap();
        assert_eq!(failed_ids(&answer), ["1"]);
        assert_eq!(world.report("a.png").await.map(|report| report.status), status);
    }
}
