//! The real handler on the in-memory store, with a provider that counts what it is asked.

#![cfg(test)]

use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use fapiao::desk::Desk;
use fapiao::document::Limits;
use fapiao::error::{Error, ErrorKind, Result};
use fapiao::invoice::{Field, InvoiceType};
use fapiao::pipeline::{ObjectPipeline, Pipeline, report_key};
use fapiao::provider::{Answer, Chain, Provider};
use fapiao::report::{Evidence, EvidenceSource, Reading, Report, Status, Verdict};
use fapiao::store::{MemoryStore, Object, Store};
use fapiao::worker::{Part, Workers};
use fapiao_ingest::Handler;
use fapiao_ingest::inbox::Inbox;
use serde_json::{Value, json};

/// What happens while the provider reads.
type Meanwhile = Box<dyn Fn() + Send>;

/// Reads everything, or fails as told.
#[derive(Default)]
struct Fake {
    name: &'static str,
    paid: bool,
    takes: Duration,
    calls: AtomicUsize,
    /// Its answers are digital invoices, numbered by its calls.
    read_numbers: AtomicBool,
    /// So many documents are read before the failure.
    healthy: AtomicUsize,
    failure: Mutex<Option<ErrorKind>>,
    meanwhile: Mutex<Option<Meanwhile>>,
}

#[async_trait]
impl Provider for Fake {
    fn name(&self) -> &'static str {
        self.name
    }

    fn is_paid(&self) -> bool {
        self.paid
    }

    async fn read(&self, _part: &Part, deadline: Instant) -> Result<Answer> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        if !self.takes.is_zero() {
            let work = tokio::time::sleep(self.takes);
            let late = |_| Error::new(ErrorKind::Deadline, "as a reader that is slow");
            tokio::time::timeout_at(deadline.into(), work).await.map_err(late)?;
        }
        if let Some(meanwhile) = self.meanwhile.lock().unwrap().take() {
            meanwhile();
        }
        match *self.failure.lock().unwrap() {
            Some(kind) if call > self.healthy.load(Ordering::SeqCst) => Err(Error::new(kind, "as told")),
            _ if self.read_numbers.load(Ordering::SeqCst) => Ok(numbered(call)),
            _ => Ok(Answer::default()),
        }
    }
}

/// A digital invoice whose number is verified, because a file's own text says so.
fn numbered(call: usize) -> Answer {
    let mut reading = Reading::default();
    let number = format!("{:020}", 24_362_000_000_000_000_000_u128 + call as u128);
    let invoice = &mut reading.invoice;
    (invoice.r#type, invoice.invoice_number) = (InvoiceType::DigitalCommon, Some(number));
    let evidence = Evidence { sources: vec![EvidenceSource::Text], page: 1, ..Evidence::default() };
    reading.fields.insert(Field::InvoiceNumber, evidence);
    Answer::of(reading)
}

struct World {
    store: MemoryStore,
    first: Arc<Fake>,
    second: Arc<Fake>,
    handler: Handler<MemoryStore>,
}

impl World {
    fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    fn with_limits(limits: Limits) -> Self {
        Self::with_first(Fake { name: "first", ..Fake::default() }, limits)
    }

    /// The first provider costs money and takes its time.
    fn paid(takes: Duration) -> Self {
        Self::with_first(Fake { name: "first", paid: true, takes, ..Fake::default() }, Limits::default())
    }

    fn with_first(first: Fake, limits: Limits) -> Self {
        let store = MemoryStore::new();
        let first = Arc::new(first);
        let second = Arc::new(Fake { name: "second", ..Fake::default() });
        let chain = Chain::new(vec![first.clone(), second.clone()]);
        let workers = Workers::here(Desk::new("no/models"));
        let objects = ObjectPipeline::new(store.clone(), Pipeline::new(workers, chain, limits), "out");
        Self { store, first, second, handler: Handler::new(objects, 2, 5) }
    }

    /// Uploads a picture and gives the event's record for it.
    fn drop_file(&self, key: &str, grey: u8, sequencer: &str) -> Value {
        self.drop_bytes(key, &picture(grey), sequencer)
    }

    async fn handle(&self, event: Value) -> Result<Value> {
        self.handler.handle(event, Instant::now() + Duration::from_secs(10)).await
    }

    async fn handle_records(&self, records: &[&Value]) -> Result<Value> {
        self.handle(json!({ "Records": records })).await
    }

    async fn report(&self, key: &str) -> Option<Report> {
        let object = self.store.get("out", &report_key(key), 1_000_000).await.unwrap()?;
        Some(serde_json::from_slice(&object.body).unwrap())
    }

    async fn raw_report(&self, key: &str) -> Value {
        let object = self.store.get("out", &report_key(key), 1_000_000).await.unwrap().unwrap();
        serde_json::from_slice(&object.body).unwrap()
    }

    /// Uploads a file and gives the event's record for it.
    fn drop_bytes(&self, key: &str, bytes: &[u8], sequencer: &str) -> Value {
        let etag = self.store.upload("in", key, bytes.to_vec());
        record(key, bytes.len(), &etag, sequencer)
    }

    /// The files that the index has for an invoice.
    async fn bearers_of(&self, number: &str) -> Value {
        let key = format!(".fapiao/identities/{number}");
        let object = self.store.get("out", &key, 1_000_000).await.unwrap().unwrap();
        let entry: Value = serde_json::from_slice(&object.body).unwrap();
        entry["claims"].as_array().unwrap().iter().map(|claim| claim["key"].clone()).collect()
    }

    /// The keys of the Reports.
    fn reports(&self) -> Vec<String> {
        let keys = self.store.keys("out").into_iter();
        keys.filter(|key| !key.starts_with(".fapiao/")).collect()
    }

    /// The key of the one answer that is remembered.
    fn answer_key(&self) -> String {
        let keys = self.store.keys("out").into_iter();
        let answers: Vec<_> = keys.filter(|key| key.starts_with(".fapiao/answers/")).collect();
        assert_eq!(answers.len(), 1, "{answers:?}");
        answers[0].clone()
    }

    fn calls(&self) -> usize {
        self.first.calls.load(Ordering::SeqCst) + self.second.calls.load(Ordering::SeqCst)
    }
}

/// A small PNG, told from others by its grey.
fn picture(grey: u8) -> Bytes {
    let image = image::RgbImage::from_pixel(200, 100, image::Rgb([grey; 3]));
    let mut png = std::io::Cursor::new(Vec::new());
    image.write_to(&mut png, image::ImageFormat::Png).unwrap();
    Bytes::from(png.into_inner())
}

fn record(key: &str, size: usize, etag: &str, sequencer: &str) -> Value {
    let encoded = key.replace('%', "%25").replace('+', "%2B").replace(' ', "+");
    json!({
        "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "cn-north-1", "eventName": "ObjectCreated:Put",
        "s3": {
            "bucket": {"name": "in", "arn": "arn:aws-cn:s3:::in"},
            "object": {"key": encoded, "size": size, "eTag": etag, "sequencer": sequencer},
        },
    })
}

fn message(id: &str, body: &Value) -> Value {
    json!({"messageId": id, "eventSource": "aws:sqs", "body": body.to_string()})
}

fn s3(records: &[&Value]) -> Value {
    json!({ "Records": records })
}

fn failed_ids(response: &Value) -> Vec<&str> {
    let failures = response["batchItemFailures"].as_array().unwrap();
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap()).collect()
}

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

/// What a release that knows more than this one may write.
fn newer_release(sequencer: &str) -> Value {
    json!({
        "schema": "fapiao/1", "status": "postponed", "novelty": {"a": 1},
        "source": {"key": "a.png", "etag": "another", "sequencer": sequencer},
    })
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

/// A queue that remembers what was sent to it.
#[derive(Default)]
struct FakeInbox(Mutex<Vec<(String, u32)>>);

#[async_trait]
impl Inbox for FakeInbox {
    async fn send(&self, body: &str, round: u32) -> Result<()> {
        self.0.lock().unwrap().push((body.to_owned(), round));
        Ok(())
    }
}

/// So many pictures, each another one.
fn zip_of(members: u8) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for member in 0..members {
        zip.start_file(format!("{member:02}.png"), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&picture(member)).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn message_of_round(id: &str, body: &str, round: u32) -> Value {
    let attributes = json!({"fapiao-round": {"stringValue": round.to_string(), "dataType": "Number"}});
    json!({"Records": [{
        "messageId": id, "eventSource": "aws:sqs", "body": body, "messageAttributes": attributes,
    }]})
}

#[tokio::test]
async fn a_file_that_is_too_long_for_one_invocation_goes_on_in_the_next_and_no_receive_is_lost() {
    const MEMBERS: usize = 12;
    let takes = Duration::from_millis(350);
    let world = World::with_first(Fake { name: "first", takes, ..Fake::default() }, Limits::default());
    let inbox = Arc::new(FakeInbox::default());
    let World { store, first, handler, .. } = world;
    let handler = handler.with_inbox(inbox.clone());
    let etag = store.upload("in", "first/a.zip", zip_of(MEMBERS as u8));
    let mut next = Some((s3(&[&record("first/a.zip", 1, &etag, "0A")]).to_string(), 0));
    let mut rounds = 0;
    while let Some((body, round)) = next {
        rounds += 1;
        let deadline = Instant::now() + Duration::from_secs(2);
        let event = message_of_round(&format!("m{round}"), &body, round);
        let answer = handler.handle(event, deadline).await.unwrap();
        assert!(failed_ids(&answer).is_empty(), "a receive was lost in round {rounds}");
        assert!(Instant::now() < deadline + takes);
        next = inbox.0.lock().unwrap().pop();
        assert!(next.as_ref().is_none_or(|(sent, next)| *sent == body && *next == round + 1));
    }
    let object = store.get("out", "first/a.zip.json", 1_000_000).await.unwrap().unwrap();
    let report: Report = serde_json::from_slice(&object.body).unwrap();
    assert_eq!((report.status, report.invoices.len()), (Status::Read, MEMBERS));
    assert!((3..=6).contains(&rounds), "{rounds} rounds");
    // One that the deadline cut off is read again.
    let calls = first.calls.load(Ordering::SeqCst);
    assert!((MEMBERS..MEMBERS + rounds).contains(&calls), "{calls} calls in {rounds} rounds");
}

#[tokio::test]
async fn there_is_an_end_to_sending_anew() {
    let takes = Duration::from_millis(350);
    for (round, has_inbox, is_sent) in [(7, true, true), (8, true, false), (0, false, false)] {
        let world = World::with_first(Fake { name: "first", takes, ..Fake::default() }, Limits::default());
        let inbox = Arc::new(FakeInbox::default());
        let handler = if has_inbox { world.handler.with_inbox(inbox.clone()) } else { world.handler };
        let etag = world.store.upload("in", "first/a.zip", zip_of(12));
        let body = s3(&[&record("first/a.zip", 1, &etag, "0A")]).to_string();
        let deadline = Instant::now() + Duration::from_millis(900);
        let answer = handler.handle(message_of_round("m", &body, round), deadline).await.unwrap();
        assert_eq!((failed_ids(&answer).is_empty(), inbox.0.lock().unwrap().len()), (is_sent, usize::from(is_sent)));
    }
}

#[tokio::test]
async fn what_makes_no_progress_is_not_sent_anew() {
    let takes = Duration::from_millis(900);
    let world = World::with_first(Fake { name: "first", takes, ..Fake::default() }, Limits::default());
    let inbox = Arc::new(FakeInbox::default());
    let handler = world.handler.with_inbox(inbox.clone());
    let etag = world.store.upload("in", "first/a.zip", zip_of(12));
    let body = s3(&[&record("first/a.zip", 1, &etag, "0A")]).to_string();
    let deadline = Instant::now() + Duration::from_millis(200);
    let answer = handler.handle(message_of_round("m", &body, 0), deadline).await.unwrap();
    assert_eq!((failed_ids(&answer), inbox.0.lock().unwrap().len()), (vec!["m"], 0));
}

const TWO_INVOICES: &[u8] = include_bytes!("../../../tests/fixtures/text-two-invoices.pdf");

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
