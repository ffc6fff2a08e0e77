//! What becomes of versions of a file, and of events that come twice, late or at once.

use fapiao::report::Status;
use serde_json::{Value, json};

use super::world::{World, newer_release, s3};

#[tokio::test]
async fn a_dropped_file_comes_out_as_a_report() {
    let world = World::new();
    for key in ["a.png", "报告 1+1%.jpg", "a/b c.png"] {
        let event = world.drop_file(key, 1, "0A");
        world.handle_records(&[&event]).await.unwrap();
        let report = world.report(key).await.unwrap();
        assert_eq!(report.status, Status::Read);
        assert_eq!(report.source.key.as_deref(), Some(key));
        assert_eq!(report.source.etag.as_deref(), event.pointer("/s3/object/eTag").and_then(Value::as_str));
        assert_eq!(report.source.sequencer.as_deref(), Some("0A"));
        assert_eq!(report.source.media_type.as_deref(), Some("image/png"));
    }
    assert_eq!(world.store.keys("out"), ["a.png.json", "a/b c.png.json", "报告 1+1%.jpg.json"]);
}

#[tokio::test]
async fn a_duplicate_event_reads_and_writes_nothing() {
    let world = World::new();
    let event = world.drop_file("a.png", 1, "0A");
    for _ in 0..3 {
        world.handle_records(&[&event]).await.unwrap();
    }
    assert_eq!((world.calls(), world.store.puts()), (1, 1));
}

#[tokio::test]
async fn simultaneous_duplicates_leave_one_report() {
    let world = World::new();
    let event = s3(&[&world.drop_file("a.png", 1, "0A")]);
    let copies = (0..20).map(|_| world.handle(event.clone()));
    for result in futures::future::join_all(copies).await {
        result.unwrap();
    }
    assert_eq!(world.store.keys("out"), ["a.png.json"]);
}

#[tokio::test]
async fn a_newer_version_replaces_the_report_and_an_older_event_does_not() {
    let world = World::new();
    let old = world.drop_file("a.png", 1, "FF");
    world.handle_records(&[&old]).await.unwrap();
    let new = world.drop_file("a.png", 2, "100");
    world.handle_records(&[&new]).await.unwrap();
    let answer = world.report("a.png").await.unwrap();
    assert_eq!(answer.source.sequencer.as_deref(), Some("100"));
    world.handle_records(&[&old]).await.unwrap();
    assert_eq!(world.report("a.png").await.unwrap(), answer);
    assert_eq!(world.calls(), 2);
}

#[tokio::test]
async fn an_event_that_is_late_reads_what_is_there_now_and_only_once() {
    let world = World::new();
    let old = world.drop_file("a.png", 1, "0A");
    let new = world.drop_file("a.png", 2, "0B");
    world.handle_records(&[&old]).await.unwrap();
    world.handle_records(&[&new]).await.unwrap();
    let source = world.report("a.png").await.unwrap().source;
    assert_eq!(source.etag.as_deref(), new.pointer("/s3/object/eTag").and_then(Value::as_str));
    assert_eq!(source.sequencer.as_deref(), Some("0B"));
    assert_eq!(world.calls(), 1);
}

#[tokio::test]
async fn the_same_content_dropped_again_is_not_read_again() {
    let world = World::new();
    let first = world.drop_file("a.png", 1, "0A");
    let again = world.drop_file("a.png", 1, "0B");
    // One after the other: two free readings at the same moment may both be made, only paid ones take turns.
    world.handle_records(&[&first]).await.unwrap();
    world.handle_records(&[&again]).await.unwrap();
    assert_eq!(world.calls(), 1);
    assert_eq!(world.report("a.png").await.unwrap().source.sequencer.as_deref(), Some("0B"));
}

#[tokio::test]
async fn a_reader_overtaken_by_a_newer_version_keeps_its_answer_to_itself() {
    let world = World::new();
    let old = world.drop_file("a.png", 1, "0A");
    let store = world.store.clone();
    *world.first.meanwhile.lock().unwrap() = Some(Box::new(move || {
        store.upload("out", "a.png.json", newer_release("0B").to_string());
    }));
    let summary = world.handle_records(&[&old]).await.unwrap();
    assert_eq!(summary.pointer("/objects/0/outcome"), Some(&json!("superseded")));
    assert_eq!(world.raw_report("a.png").await, newer_release("0B"));
}

#[tokio::test]
async fn a_newer_releases_report_is_answered_by_its_etag_and_sequencer_alone() {
    let world = World::new();
    world.store.upload("out", "a.png.json", newer_release("0B").to_string());
    let older = world.drop_file("a.png", 1, "0A");
    world.handle_records(&[&older]).await.unwrap();
    assert_eq!((world.raw_report("a.png").await, world.calls()), (newer_release("0B"), 0));
    // The same content again: all that we do not know stays.
    let etag = older.pointer("/s3/object/eTag").unwrap().clone();
    let mut same = newer_release("0B");
    same["source"]["etag"] = etag;
    world.store.upload("out", "a.png.json", same.to_string());
    world.handle_records(&[&world.drop_file("a.png", 1, "0C")]).await.unwrap();
    let mut seen = world.raw_report("a.png").await;
    assert!(seen["source"].as_object_mut().unwrap().remove("seen_at").is_some());
    same["source"]["sequencer"] = json!("0C");
    same["source"]["earlier_invoices"] = json!([]);
    assert_eq!((seen, world.calls()), (same, 0));
    // Another content.
    world.handle_records(&[&world.drop_file("a.png", 2, "0D")]).await.unwrap();
    assert_eq!((world.report("a.png").await.unwrap().status, world.calls()), (Status::Read, 1));
}
