//! What happens to objects besides being read: deletions, last attempts, keys that cannot be used, and files that share an
//! invoice. Real events on the in-memory store; the files say plainly what is in them.

#![cfg(test)]

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use fapiao::error::{Error, ErrorKind, Result};
use fapiao::invoice::{Invoice, InvoiceType};
use fapiao::pipeline::{Attempt, Failure, ObjectPipeline, ReadFiles, report_key};
use fapiao::report::{CheckedInvoice, Evidence, Report, SCHEMA, Source, Status, Verdict};
use fapiao::store::{ACCESS_DENIED, Head, MemoryStore, Object, Store};
use fapiao_ingest::events::{Event, parse};
use serde_json::{Value, json};
use tokio::sync::Notify;

const MAX_RECEIVES: u32 = 3;
const X: &str = "24362000000591953989";

/// What every Report here is made by.
const ENGINE: &str = "2";

/// A file is the totals of its invoices, all of them with the number [`X`], or with others behind a colon.
#[derive(Clone, Default)]
struct Reader {
    reads: Arc<AtomicU32>,
    fails: Arc<AtomicBool>,
    /// Never comes to an end.
    hangs: Arc<AtomicBool>,
    /// The next reading waits for this.
    waits_for: Arc<Mutex<Option<Arc<Notify>>>>,
    /// Who was asked for.
    providers: Arc<Mutex<Vec<Option<String>>>>,
}

#[async_trait]
impl ReadFiles for Reader {
    async fn read(
        &self,
        _: &str,
        provider: Option<&str>,
        bytes: Bytes,
        source: Source,
        _: Vec<CheckedInvoice>,
        _: Instant,
    ) -> Result<Report, Failure> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.providers.lock().unwrap().push(provider.map(str::to_owned));
        let gate = self.waits_for.lock().unwrap().take();
        if let Some(gate) = gate {
            gate.notified().await;
        }
        if self.hangs.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        if self.fails.load(Ordering::SeqCst) {
            let error = Error::new(ErrorKind::ProviderThrottled, "as told");
            let failed = Report { error: Some(error.info()), ..report(source, Status::Failed, Vec::new()) };
            return Err(Failure { error, report: Box::new(failed) });
        }
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let invoices = text.split_whitespace().zip(1..).map(|(line, index)| invoice(line, index)).collect();
        Ok(report(source, Status::Read, invoices))
    }

    fn reject(&self, error: Error, source: Source) -> Report {
        Report { error: Some(error.info()), ..report(source, Status::Rejected, Vec::new()) }
    }

    fn max_bytes(&self) -> u64 {
        1000
    }
}

fn report(source: Source, status: Status, invoices: Vec<CheckedInvoice>) -> Report {
    Report {
        schema: SCHEMA.to_owned(),
        engine: ENGINE.to_owned(),
        status,
        source,
        error: None,
        verdict: (status == Status::Read).then_some(Verdict::Verified),
        reasons: Vec::new(),
        invoices,
        others: Vec::new(),
    }
}

fn invoice(line: &str, index: u32) -> CheckedInvoice {
    let (total, number) = line.split_once(':').unwrap_or((line, X));
    let verified = Evidence { verified: true, ..Evidence::default() };
    CheckedInvoice {
        index,
        verdict: Verdict::Verified,
        invoice: Invoice {
            r#type: InvoiceType::DigitalCommon,
            invoice_number: Some(number.to_owned()),
            grand_total: total.parse().ok(),
            ..Invoice::default()
        },
        fields: [("invoice_number".to_owned(), verified)].into(),
        ..CheckedInvoice::default()
    }
}

/// What people do in the input bucket, and the queue that tells of it.
struct World {
    store: MemoryStore,
    reader: Reader,
    objects: ObjectPipeline<MemoryStore, Reader>,
    sequencer: AtomicU32,
}

impl World {
    fn new() -> Self {
        let (store, reader) = (MemoryStore::new(), Reader::default());
        let objects = ObjectPipeline::new(store.clone(), reader.clone(), "out");
        Self { store, reader, objects, sequencer: AtomicU32::new(0xE) }
    }

    fn event(&self, name: &str, key: &str) -> Value {
        let sequencer = format!("{:X}", self.sequencer.fetch_add(1, Ordering::SeqCst));
        json!({"eventName": name, "s3": {"bucket": {"name": "in"}, "object": {"key": key, "sequencer": sequencer}}})
    }

    fn put(&self, key: &str, content: &str) -> Value {
        self.store.upload("in", key, content.to_owned());
        self.event("ObjectCreated:Put", key)
    }

    async fn delete(&self, key: &str) -> Value {
        self.store.delete("in", key).await.unwrap();
        self.event("ObjectRemoved:DeleteMarkerCreated", key)
    }

    /// Whether the message was settled.
    async fn receive(&self, event: &Value, nth: u32) -> bool {
        receive(&self.objects, event, nth).await
    }

    async fn drop_file(&self, key: &str, content: &str) {
        let event = self.put(key, content);
        assert!(self.receive(&event, 1).await);
    }

    async fn drop_nothing(&self, key: &str) {
        let event = self.delete(key).await;
        assert!(self.receive(&event, 1).await);
    }

    async fn report(&self, key: &str) -> Option<Value> {
        let object = self.store.get("out", &report_key(key), 1_000_000).await.unwrap()?;
        Some(serde_json::from_slice(&object.body).unwrap())
    }

    /// The file's verdict, and whose copy its first invoice is.
    async fn told(&self, key: &str) -> (Value, Value) {
        let report = self.report(key).await.unwrap();
        (report["verdict"].clone(), report["invoices"][0]["duplicate_of"]["key"].clone())
    }

    fn reads(&self) -> u32 {
        self.reader.reads.load(Ordering::SeqCst)
    }
}

async fn receive<S: Store + Clone, F: ReadFiles>(objects: &ObjectPipeline<S, F>, event: &Value, nth: u32) -> bool {
    let Event::S3(events) = parse(json!({ "Records": [event] })).unwrap() else { panic!("not an S3 event") };
    let deadline = Instant::now() + Duration::from_secs(10);
    let attempt = Attempt { deadline, is_last: nth >= MAX_RECEIVES };
    objects.process(&events[0], attempt).await.is_ok()
}

#[tokio::test]
async fn a_deleted_files_report_says_so_and_keeps_what_was_read() {
    let world = World::new();
    world.drop_file("a.jpg", "5.00").await;
    let before = world.report("a.jpg").await.unwrap();
    world.drop_nothing("a.jpg").await;
    let after = world.report("a.jpg").await.unwrap();
    assert_eq!((&after["status"], &after["verdict"]), (&json!("withdrawn"), &Value::Null));
    assert_eq!(after["invoices"], before["invoices"]);
    // It comes back, and is read anew.
    world.drop_file("a.jpg", "5.00").await;
    assert_eq!((world.told("a.jpg").await, world.reads()), ((json!("verified"), Value::Null), 2));
}

#[tokio::test]
async fn a_deletion_that_is_late_or_of_an_old_version_changes_nothing() {
    let world = World::new();
    world.drop_file("a.jpg", "5.00").await;
    let late = world.delete("a.jpg").await;
    world.drop_file("a.jpg", "6.00").await;
    let before = world.report("a.jpg").await;
    assert!(world.receive(&late, 1).await);
    // A lifecycle rule has taken an older version.
    assert!(world.receive(&world.event("LifecycleExpiration:Delete", "a.jpg"), 1).await);
    assert_eq!((world.report("a.jpg").await, world.reads()), (before, 2));
}

#[tokio::test]
async fn a_file_that_was_deleted_unread_has_a_report_that_says_so() {
    let world = World::new();
    let created = world.put("a.jpg", "5.00");
    world.drop_nothing("a.jpg").await;
    assert!(world.receive(&created, 1).await);
    let report = world.report("a.jpg").await.unwrap();
    assert_eq!((&report["status"], &report["source"]["etag"], world.reads()), (&json!("withdrawn"), &Value::Null, 0));
}

#[tokio::test]
async fn a_renamed_file_is_not_accused_by_what_it_was() {
    for copied_first in [true, false] {
        let world = World::new();
        world.drop_file("a.jpg", "5.00").await;
        if copied_first {
            world.drop_file("b.jpg", "5.00").await;
            assert_eq!(world.told("b.jpg").await, (json!("review"), json!("a.jpg")));
            world.drop_nothing("a.jpg").await;
        } else {
            world.drop_nothing("a.jpg").await;
            world.drop_file("b.jpg", "5.00").await;
        }
        assert_eq!(world.told("b.jpg").await, (json!("verified"), Value::Null), "{copied_first}");
        // And it is the one that accuses now.
        world.drop_file("c.jpg", "5.00").await;
        assert_eq!(world.told("c.jpg").await, (json!("review"), json!("b.jpg")));
    }
}

#[tokio::test]
async fn an_altered_copy_takes_verified_from_both_and_gives_it_back_when_it_leaves() {
    for leaves in [true, false] {
        let world = World::new();
        world.drop_file("a.jpg", "5.00").await;
        world.drop_file("same.jpg", "5.00").await;
        assert_eq!(world.told("a.jpg").await, (json!("verified"), Value::Null), "a copy takes nothing from the first");
        world.drop_file("b.jpg", "6.00").await;
        assert_eq!(world.told("a.jpg").await, (json!("review"), Value::Null));
        assert_eq!(world.told("b.jpg").await, (json!("review"), json!("a.jpg")));
        let reason = world.report("a.jpg").await.unwrap()["reasons"][0]["message"].as_str().unwrap().to_owned();
        assert!(reason.contains("b.jpg") && reason.contains("6.00") && reason.contains("altered"), "{reason}");
        if leaves {
            world.drop_nothing("b.jpg").await;
        } else {
            world.drop_file("b.jpg", "6.00:24362000000591953990").await;
        }
        assert_eq!(world.told("a.jpg").await, (json!("verified"), Value::Null));
        assert_eq!(world.told("same.jpg").await, (json!("review"), json!("a.jpg")));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_all_who_come_at_once_exactly_one_is_first() {
    for _ in 0..10 {
        let world = Arc::new(World::new());
        let racers = (0..12).map(|i| {
            let world = world.clone();
            tokio::spawn(async move { world.drop_file(&format!("{i}.jpg"), "5.00").await })
        });
        for racer in racers.collect::<Vec<_>>() {
            racer.await.unwrap();
        }
        let mut accused = Vec::new();
        for i in 0..12 {
            accused.push(world.told(&format!("{i}.jpg")).await.1);
        }
        let firsts: Vec<usize> = (0..12).filter(|i| accused[*i].is_null()).collect();
        let [first] = firsts[..] else { panic!("{accused:?}") };
        let first = json!(format!("{first}.jpg"));
        assert!(accused.iter().all(|of| of.is_null() || *of == first), "{accused:?}");
    }
}

#[tokio::test]
async fn a_damaged_entry_of_the_index_is_written_anew() {
    let world = World::new();
    world.store.upload("out", &format!(".fapiao/identities/{X}"), "{");
    world.drop_file("a.jpg", "5.00").await;
    world.drop_file("b.jpg", "5.00").await;
    assert_eq!(world.told("a.jpg").await, (json!("verified"), Value::Null));
    assert_eq!(world.told("b.jpg").await, (json!("review"), json!("a.jpg")));
}

#[tokio::test]
async fn a_newer_releases_report_is_marked_and_keeps_what_we_do_not_know() {
    let world = World::new();
    world.drop_file("a.jpg", "5.00").await;
    let mut newer = world.report("a.jpg").await.unwrap();
    newer["novelty"] = json!({"a": 1.5});
    newer["status"] = json!("postponed");
    newer["invoices"][0]["fields"]["invoice_number"]["sources"] = json!(["sonar"]);
    world.store.upload("out", "a.jpg.json", newer.to_string());
    world.drop_file("b.jpg", "6.00").await;
    let marked = world.report("a.jpg").await.unwrap();
    assert_eq!((&marked["novelty"], &marked["status"]), (&newer["novelty"], &newer["status"]));
    assert_eq!(marked["invoices"][0]["fields"], newer["invoices"][0]["fields"]);
    assert_eq!(marked["invoices"][0]["verdict"], "review");
    assert_eq!(marked["source"], newer["source"], "its sequencer stands");
    assert_eq!(world.reads(), 2);
}

#[tokio::test]
async fn after_the_last_attempt_no_old_report_looks_current() {
    let world = World::new();
    world.drop_file("a.jpg", "5.00").await;
    let newer = world.put("a.jpg", "6.00");
    world.reader.fails.store(true, Ordering::SeqCst);
    for nth in 1..MAX_RECEIVES {
        assert!(!world.receive(&newer, nth).await);
        assert_eq!(world.report("a.jpg").await.unwrap()["status"], "read", "others may still succeed");
    }
    assert!(!world.receive(&newer, MAX_RECEIVES).await);
    let failed = world.report("a.jpg").await.unwrap();
    assert_eq!((&failed["status"], &failed["error"]["code"]), (&json!("failed"), &json!("provider_throttled")));
    // What the old version held accuses nobody any more.
    world.reader.fails.store(false, Ordering::SeqCst);
    world.drop_file("b.jpg", "5.00").await;
    assert_eq!(world.told("b.jpg").await.0, "verified");
    // From the dead letters it comes back with a new count.
    assert!(world.receive(&newer, 1).await);
    assert_eq!(world.report("a.jpg").await.unwrap()["status"], "read");
}

#[tokio::test]
async fn a_last_attempt_that_is_killed_has_left_a_failed_report() {
    let world = World::new();
    world.drop_file("a.jpg", "5.00").await;
    let newer = world.put("a.jpg", "6.00");
    world.reader.hangs.store(true, Ordering::SeqCst);
    let killed = tokio::time::timeout(Duration::from_millis(50), world.receive(&newer, MAX_RECEIVES)).await;
    assert!(killed.is_err());
    let report = world.report("a.jpg").await.unwrap();
    assert_eq!((&report["status"], &report["error"]["code"]), (&json!("failed"), &json!("internal")));
    assert!(report["error"]["hint"].as_str().unwrap().contains("dead letters"));
    assert_eq!(report["source"]["bytes"], 4);
}

#[tokio::test]
async fn a_last_attempt_does_not_touch_a_newer_report() {
    let world = World::new();
    let old = world.put("a.jpg", "5.00");
    world.drop_file("a.jpg", "6.00").await;
    let before = world.report("a.jpg").await;
    world.reader.fails.store(true, Ordering::SeqCst);
    assert!(world.receive(&old, MAX_RECEIVES).await);
    assert_eq!((world.report("a.jpg").await, world.reads()), (before, 1));
}

#[tokio::test]
async fn an_event_without_a_sequencer_never_brings_an_old_version_back() {
    let world = World::new();
    let mut by_hand = world.put("a.jpg", "5.00");
    by_hand["s3"]["object"].as_object_mut().unwrap().remove("sequencer");
    world.drop_file("a.jpg", "6.00").await;
    let before = world.report("a.jpg").await.unwrap();
    assert!(world.receive(&by_hand, 1).await);
    let mut after = world.report("a.jpg").await.unwrap();
    assert_ne!(after["source"]["seen_at"], before["source"]["seen_at"]);
    after["source"]["seen_at"] = before["source"]["seen_at"].clone();
    assert_eq!((after, world.reads()), (before, 1));
}

/// Without a sequencer on any event, and with a content that comes back.
#[tokio::test]
async fn a_slow_reader_of_what_has_gone_again_loses_to_an_event_that_found_all_well() {
    let world = Arc::new(World::new());
    let by_hand = |content: &str| {
        let mut event = world.put("a.jpg", content);
        event["s3"]["object"].as_object_mut().unwrap().remove("sequencer");
        event
    };
    assert!(world.receive(&by_hand("5.00"), 1).await);
    let gate = Arc::new(Notify::new());
    *world.reader.waits_for.lock().unwrap() = Some(gate.clone());
    let (slow, event) = (world.clone(), by_hand("6.00"));
    let slow = tokio::spawn(async move { slow.receive(&event, 1).await });
    while world.reads() < 2 {
        tokio::task::yield_now().await;
    }
    assert!(world.receive(&by_hand("5.00"), 1).await);
    gate.notify_one();
    assert!(slow.await.unwrap());
    assert_eq!(world.report("a.jpg").await.unwrap()["invoices"][0]["invoice"]["grand_total"], "5.00");
}

#[tokio::test]
async fn a_key_that_leaves_no_room_for_a_report_is_refused_before_anybody_is_paid() {
    let world = World::new();
    let long = "a".repeat(1020);
    for key in [long.as_str(), ".fapiao/identities/1"] {
        world.drop_file(key, "5.00").await;
        let report = world.report(key).await.unwrap();
        assert_eq!((&report["status"], &report["error"]["code"]), (&json!("rejected"), &json!("unusable_key")));
        assert_eq!(report["source"]["key"], key);
    }
    assert_eq!(world.reads(), 0);
    assert!(
        world.store.keys("out").iter().all(|key| key.starts_with(".fapiao/refused/")),
        "{:?}",
        world.store.keys("out")
    );
    // The longest that can be used.
    world.drop_file(&long[..1019], "5.00").await;
    assert_eq!(world.reads(), 1);
}

/// The output bucket may not be read.
#[derive(Clone)]
struct Refusing(MemoryStore);

#[async_trait]
impl Store for Refusing {
    async fn get(&self, bucket: &str, key: &str, max_bytes: u64) -> Result<Option<Object>> {
        if bucket == "out" {
            return Err(Error::new(ErrorKind::Storage, "no").with_vendor_code(ACCESS_DENIED));
        }
        self.0.get(bucket, key, max_bytes).await
    }

    async fn head(&self, bucket: &str, key: &str) -> Result<Option<Head>> {
        self.0.head(bucket, key).await
    }

    async fn put(
        &self,
        bucket: &str,
        key: &str,
        body: Bytes,
        form: &str,
        seen: Option<&str>,
    ) -> Result<Option<String>> {
        self.0.put(bucket, key, body, form, seen).await
    }

    async fn delete(&self, bucket: &str, key: &str) -> Result<()> {
        self.0.delete(bucket, key).await
    }
}

#[tokio::test]
async fn a_refused_look_at_the_output_bucket_is_an_error_before_anybody_is_paid() {
    let world = World::new();
    let event = world.put("a.jpg", "5.00");
    let objects = ObjectPipeline::new(Refusing(world.store.clone()), world.reader.clone(), "out");
    assert!(!receive(&objects, &event, 1).await);
    assert_eq!(world.reads(), 0);
    assert!(world.receive(&event, 2).await);
}

#[tokio::test]
async fn another_engines_report_is_read_again_once_and_by_whom_was_asked_for() {
    let world = World::new();
    world.drop_file("a.jpg", "5.00").await;
    let again = |engine: &str| {
        json!({"eventName": "ObjectCreated:Reprocess", "fapiao": {"engine": engine, "provider": "textin"},
               "s3": {"bucket": {"name": "in"}, "object": {"key": "a.jpg"}}})
    };
    assert!(world.receive(&again(ENGINE), 1).await);
    assert_eq!(world.reads(), 1, "its Report is of that engine");
    let mut older = world.report("a.jpg").await.unwrap();
    older["engine"] = json!("1");
    world.store.upload("out", "a.jpg.json", older.to_string());
    for _ in 0..2 {
        assert!(world.receive(&again(ENGINE), 1).await);
        assert_eq!((world.reads(), world.report("a.jpg").await.unwrap()["engine"].clone()), (2, json!(ENGINE)));
    }
    assert_eq!(*world.reader.providers.lock().unwrap(), [None, Some("textin".to_owned())]);
}

#[tokio::test]
async fn another_engines_good_report_stays_when_it_cannot_be_read_again() {
    let world = World::new();
    world.drop_file("a.jpg", "5.00").await;
    let before = world.report("a.jpg").await.unwrap();
    world.reader.fails.store(true, Ordering::SeqCst);
    let again = json!({"eventName": "ObjectCreated:Reprocess", "fapiao": {"engine": "3"},
                       "s3": {"bucket": {"name": "in"}, "object": {"key": "a.jpg"}}});
    for nth in 1..=MAX_RECEIVES {
        assert!(!world.receive(&again, nth).await);
    }
    assert_eq!(world.report("a.jpg").await.unwrap(), before);
}
