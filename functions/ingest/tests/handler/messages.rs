//! What becomes of files that are no documents, and of messages of which some fail.

use fapiao::document::Limits;
use fapiao::error::ErrorKind;
use fapiao::report::{Report, Status};
use fapiao::store::Store;
use serde_json::json;

use super::world::{World, failed_ids, message, picture, record, s3};

#[tokio::test]
async fn a_first_segment_that_names_a_provider_selects_it() {
    let world = World::new();
    for (key, provider) in [("second/a.png", "second"), ("third/a.png", "first"), ("second", "first")] {
        let event = world.drop_file(key, 1, "0A");
        world.handle_records(&[&event]).await.unwrap();
        assert_eq!(world.report(key).await.unwrap().invoices[0].provider.name, provider, "{key}");
    }
}

#[tokio::test]
async fn what_is_no_document_is_answered_with_a_rejection() {
    let world = World::new();
    for (key, body, code) in [("empty.jpg", "", "empty"), ("text.jpg", "hello", "unsupported_format")] {
        let etag = world.store.upload("in", key, body);
        world.handle_records(&[&record(key, body.len(), &etag, "0A")]).await.unwrap();
        let report = world.report(key).await.unwrap();
        assert_eq!(report.status, Status::Rejected, "{key}");
        assert_eq!(report.error.unwrap().code, code);
    }
    assert_eq!(world.calls(), 0);
}

#[tokio::test]
async fn no_invoice_from_anyone_is_a_rejection_that_names_who_was_asked() {
    let world = World::new();
    for fake in [&world.first, &world.second] {
        *fake.failure.lock().unwrap() = Some(ErrorKind::NoInvoice);
    }
    let event = world.drop_file("a.png", 1, "0A");
    world.handle_records(&[&event]).await.unwrap();
    let report = world.report("a.png").await.unwrap();
    assert_eq!((report.status, report.error.unwrap().code.as_str()), (Status::Rejected, "no_invoice"));
    assert_eq!((report.others.len(), report.others[0].code.as_str()), (1, "no_invoice"));
    assert_eq!(report.others[0].provider.as_ref().unwrap().attempts.len(), 2);
}

#[tokio::test]
async fn a_file_over_the_limit_is_rejected_without_its_body() {
    let world = World::with_limits(Limits { max_bytes: 100, ..Limits::default() });
    let etag = world.store.upload("in", "big.jpg", vec![0; 101]);
    world.handle_records(&[&record("big.jpg", 101, &etag, "0A")]).await.unwrap();
    let report = world.report("big.jpg").await.unwrap();
    assert_eq!((report.error.unwrap().code.as_str(), report.source.bytes), ("too_large", Some(101)));
    // An event may be wrong about the size, or silent.
    let etag = world.store.upload("in", "sly.jpg", vec![0; 101]);
    world.handle_records(&[&record("sly.jpg", 1, &etag, "0A")]).await.unwrap();
    assert_eq!(world.report("sly.jpg").await.unwrap().error.unwrap().code, "too_large");
    // Both Reports were read by this test; neither document was.
    assert_eq!(world.store.bodies_read(), 2);
}

#[tokio::test]
async fn an_object_that_is_gone_is_dropped() {
    let world = World::new();
    let event = world.drop_file("a.png", 1, "0A");
    world.store.delete("in", "a.png").await.unwrap();
    let summary = world.handle_records(&[&event]).await.unwrap();
    assert_eq!(summary.pointer("/objects/0/outcome"), Some(&json!("gone")));
    assert!(world.store.keys("out").is_empty());
}

#[tokio::test]
async fn test_events_and_folders_are_dropped() {
    let world = World::new();
    let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "in"});
    world.handle(test.clone()).await.unwrap();
    let folder = s3(&[&record("folder/", 0, "e", "0A")]);
    let answer = world.handle(json!({"Records": [message("1", &test), message("2", &folder)]})).await.unwrap();
    assert!(failed_ids(&answer).is_empty());
    assert!(world.store.keys("out").is_empty());
}

#[tokio::test]
async fn only_the_messages_that_failed_go_back_to_the_queue() {
    let world = World::new();
    *world.second.failure.lock().unwrap() = Some(ErrorKind::ProviderThrottled);
    let good = world.drop_file("a.png", 1, "0A");
    let bad = world.drop_file("second/b.png", 1, "0A");
    let event = json!({"Records": [
        message("good", &s3(&[&good])),
        message("mixed", &s3(&[&bad, &world.drop_file("c.png", 2, "0A")])),
        message("strange", &json!("no event")),
    ]});
    let answer = world.handle(event.clone()).await.unwrap();
    assert_eq!(failed_ids(&answer), ["mixed", "strange"]);
    assert_eq!(world.store.keys("out"), ["a.png.json", "c.png.json"]);

    // When they come again, only what is missing is read.
    *world.second.failure.lock().unwrap() = None;
    let before = world.calls();
    let answer = world.handle(event).await.unwrap();
    assert_eq!(failed_ids(&answer), ["strange"]);
    assert_eq!(world.calls(), before + 1);
}

#[tokio::test]
async fn a_bare_event_fails_the_invocation_when_one_of_its_objects_does() {
    let world = World::new();
    *world.second.failure.lock().unwrap() = Some(ErrorKind::ProviderUnavailable);
    let (bad, good) = (world.drop_file("second/b.png", 1, "0A"), world.drop_file("a.png", 1, "0A"));
    let error = world.handle_records(&[&bad, &good]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ProviderUnavailable);
    assert_eq!(world.store.keys("out"), ["a.png.json"]);
}

#[tokio::test]
async fn the_output_bucket_is_never_read() {
    let world = World::new();
    let etag = world.store.upload("out", "a.png", picture(1));
    let mut event = record("a.png", 1, &etag, "0A");
    event["s3"]["bucket"]["name"] = json!("out");
    assert!(world.handle_records(&[&event]).await.is_err());
    assert_eq!(world.store.keys("out"), ["a.png"]);
}

#[tokio::test]
async fn a_failed_report_is_no_answer() {
    let world = World::new();
    let event = world.drop_file("a.png", 1, "0A");
    world.handle_records(&[&event]).await.unwrap();
    let failed = Report { status: Status::Failed, ..world.report("a.png").await.unwrap() };
    world.store.upload("out", "a.png.json", serde_json::to_vec(&failed).unwrap());
    world.handle_records(&[&event]).await.unwrap();
    assert_eq!(world.report("a.png").await.unwrap().status, Status::Read);
}
