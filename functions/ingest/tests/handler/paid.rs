//! A page is paid for once, whoever meets whose call.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use fapiao::desk::Desk;
use fapiao::document::Limits;
use fapiao::error::{ErrorKind, Result};
use fapiao::pipeline::{ObjectPipeline, Pipeline};
use fapiao::provider::Chain;
use fapiao::report::Report;
use fapiao::store::{MemoryStore, Object, Store};
use fapiao::worker::Workers;
use fapiao_ingest::Handler;
use serde_json::json;

use super::world::{Fake, World, failed_ids, message, picture, record, s3};

/// A store on which every write is lost to somebody else.
#[derive(Clone)]
struct Contested(MemoryStore);

#[async_trait]
impl Store for Contested {
    async fn get(&self, bucket: &str, key: &str, max_bytes: u64) -> Result<Option<Object>> {
        self.0.get(bucket, key, max_bytes).await
    }

    async fn put(&self, _: &str, _: &str, _: Bytes, _: &str, _: Option<&str>) -> Result<Option<String>> {
        Ok(None)
    }

    async fn delete(&self, bucket: &str, key: &str) -> Result<()> {
        self.0.delete(bucket, key).await
    }
}

#[tokio::test]
async fn who_always_loses_gives_up_after_asking_the_provider_once() {
    let store = Contested(MemoryStore::new());
    let etag = store.0.upload("in", "a.png", picture(1));
    let fake = Arc::new(Fake { name: "first", ..Fake::default() });
    let workers = Workers::here(Desk::new("no/models"));
    let pipeline = Pipeline::new(workers, Chain::new(vec![fake.clone()]), Limits::default());
    let handler = Handler::new(ObjectPipeline::new(store.clone(), pipeline, "out"), 1, 5);
    let event = s3(&[&record("a.png", 1, &etag, "0A")]);
    let error = handler.handle(event, Instant::now() + Duration::from_secs(10)).await.unwrap_err();
    assert_eq!((error.kind(), fake.calls.load(Ordering::SeqCst)), (ErrorKind::Storage, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_copies_of_one_event_make_one_vendor_call() {
    let world = Arc::new(World::paid(Duration::from_millis(50)));
    let event = s3(&[&world.drop_file("a.png", 1, "0A")]);
    let copies = (0..20).map(|_| {
        let (world, event) = (world.clone(), event.clone());
        tokio::spawn(async move { world.handle(event).await })
    });
    for copy in futures::future::join_all(copies).await {
        copy.unwrap().unwrap();
    }
    assert_eq!(world.calls(), 1);
    assert_eq!(world.reports(), ["a.png.json"]);
}

#[tokio::test]
async fn the_same_picture_under_another_key_is_not_paid_for_again() {
    let world = World::paid(Duration::ZERO);
    for key in ["a.png", "b.png", "a.png"] {
        world.handle_records(&[&world.drop_file(key, 1, "0A")]).await.unwrap();
    }
    assert_eq!(world.calls(), 1);
    let attempts = |report: Report| report.invoices[0].provider.attempts[0].answer.clone();
    let (a, b) = (world.report("a.png").await.unwrap(), world.report("b.png").await.unwrap());
    assert_eq!((attempts(a), attempts(b)), (Some(world.answer_key()), Some(world.answer_key())));
}

#[tokio::test]
async fn a_vendor_that_is_busy_leaves_nobody_waiting_for_it() {
    let world = World::paid(Duration::ZERO);
    for fake in [&world.first, &world.second] {
        *fake.failure.lock().unwrap() = Some(ErrorKind::ProviderThrottled);
    }
    let event = world.drop_file("a.png", 1, "0A");
    assert_eq!(world.handle_records(&[&event]).await.unwrap_err().kind(), ErrorKind::ProviderThrottled);
    assert!(world.reports().is_empty());
    *world.first.failure.lock().unwrap() = None;
    let start = Instant::now();
    world.handle_records(&[&event]).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(1));
    assert_eq!(world.reports(), ["a.png.json"]);
}

#[tokio::test]
async fn who_meets_somebody_elses_call_waits_half_its_time_and_never_repeats_that_of_a_dead_one() {
    let world = Arc::new(World::paid(Duration::from_secs(60)));
    let event = world.drop_file("a.png", 1, "0A");
    let (dying, records) = (world.clone(), event.clone());
    let holder = tokio::spawn(async move { dying.handle_records(&[&records]).await });
    while world.calls() == 0 {
        tokio::task::yield_now().await;
    }
    holder.abort();

    let deadline = Instant::now() + Duration::from_millis(400);
    let answer = world.handler.handle(json!({"Records": [message("1", &s3(&[&event]))]}), deadline).await.unwrap();
    assert!(Instant::now() < deadline);
    assert_eq!((failed_ids(&answer), world.calls()), (vec!["1"], 1));

    // Nobody knows whether it was charged, so the next provider is asked.
    let ended = jiff::Timestamp::now() - Duration::from_secs(1);
    let dead = json!({"claim": {"holder": "dead", "until": ended.to_string()}});
    world.store.upload("out", &world.answer_key(), dead.to_string());
    world.handle_records(&[&event]).await.unwrap();
    let attempts = &world.report("a.png").await.unwrap().invoices[0].provider.attempts;
    let codes: Vec<_> = attempts.iter().map(|attempt| (attempt.name.as_str(), attempt.code.as_str())).collect();
    assert_eq!(codes, [("first", "provider_unavailable"), ("second", "ok")]);
    assert!(attempts[0].message.as_ref().unwrap().contains("may have been charged"));
}
