//! The handler on a store in memory, with providers that count what they are asked.

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
use fapiao::report::{Evidence, EvidenceSource, Reading, Report};
use fapiao::store::{MemoryStore, Store};
use fapiao::worker::{Part, Workers};
use fapiao_ingest::Handler;
use serde_json::{Value, json};

/// What happens while the provider reads.
pub type Meanwhile = Box<dyn Fn() + Send>;

/// Reads everything, or fails as told.
#[derive(Default)]
pub struct Fake {
    pub name: &'static str,
    pub paid: bool,
    pub takes: Duration,
    pub calls: AtomicUsize,
    /// Its answers are digital invoices, numbered by its calls.
    pub read_numbers: AtomicBool,
    /// So many documents are read before the failure.
    pub healthy: AtomicUsize,
    pub failure: Mutex<Option<ErrorKind>>,
    pub meanwhile: Mutex<Option<Meanwhile>>,
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
pub fn numbered(call: usize) -> Answer {
    let mut reading = Reading::default();
    let number = format!("{:020}", 24_362_000_000_000_000_000_u128 + call as u128);
    let invoice = &mut reading.invoice;
    (invoice.r#type, invoice.invoice_number) = (InvoiceType::DigitalCommon, Some(number));
    let evidence = Evidence { sources: vec![EvidenceSource::Text], page: 1, ..Evidence::default() };
    reading.fields.insert(Field::InvoiceNumber, evidence);
    Answer::of(reading)
}

pub struct World {
    pub store: MemoryStore,
    pub first: Arc<Fake>,
    pub second: Arc<Fake>,
    pub handler: Handler<MemoryStore>,
}

impl World {
    pub fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    pub fn with_limits(limits: Limits) -> Self {
        Self::with_first(Fake { name: "first", ..Fake::default() }, limits)
    }

    /// The first provider costs money and takes its time.
    pub fn paid(takes: Duration) -> Self {
        Self::with_first(Fake { name: "first", paid: true, takes, ..Fake::default() }, Limits::default())
    }

    pub fn with_first(first: Fake, limits: Limits) -> Self {
        let store = MemoryStore::new();
        let first = Arc::new(first);
        let second = Arc::new(Fake { name: "second", ..Fake::default() });
        let chain = Chain::new(vec![first.clone(), second.clone()]);
        let workers = Workers::here(Desk::new("no/models"));
        let objects = ObjectPipeline::new(store.clone(), Pipeline::new(workers, chain, limits), "out");
        Self { store, first, second, handler: Handler::new(objects, 2, 5) }
    }

    /// Uploads a picture and gives the event's record for it.
    pub fn drop_file(&self, key: &str, grey: u8, sequencer: &str) -> Value {
        self.drop_bytes(key, &picture(grey), sequencer)
    }

    pub async fn handle(&self, event: Value) -> Result<Value> {
        self.handler.handle(event, Instant::now() + Duration::from_secs(10)).await
    }

    pub async fn handle_records(&self, records: &[&Value]) -> Result<Value> {
        self.handle(json!({ "Records": records })).await
    }

    pub async fn report(&self, key: &str) -> Option<Report> {
        let object = self.store.get("out", &report_key(key), 1_000_000).await.unwrap()?;
        Some(serde_json::from_slice(&object.body).unwrap())
    }

    pub async fn raw_report(&self, key: &str) -> Value {
        let object = self.store.get("out", &report_key(key), 1_000_000).await.unwrap().unwrap();
        serde_json::from_slice(&object.body).unwrap()
    }

    /// Uploads a file and gives the event's record for it.
    pub fn drop_bytes(&self, key: &str, bytes: &[u8], sequencer: &str) -> Value {
        let etag = self.store.upload("in", key, bytes.to_vec());
        record(key, bytes.len(), &etag, sequencer)
    }

    /// The files that the index has for an invoice.
    pub async fn bearers_of(&self, number: &str) -> Value {
        let key = format!(".fapiao/identities/{number}");
        let object = self.store.get("out", &key, 1_000_000).await.unwrap().unwrap();
        let entry: Value = serde_json::from_slice(&object.body).unwrap();
        entry["claims"].as_array().unwrap().iter().map(|claim| claim["key"].clone()).collect()
    }

    /// The keys of the Reports.
    pub fn reports(&self) -> Vec<String> {
        let keys = self.store.keys("out").into_iter();
        keys.filter(|key| !key.starts_with(".fapiao/")).collect()
    }

    /// The key of the one answer that is remembered.
    pub fn answer_key(&self) -> String {
        let keys = self.store.keys("out").into_iter();
        let answers: Vec<_> = keys.filter(|key| key.starts_with(".fapiao/answers/")).collect();
        assert_eq!(answers.len(), 1, "{answers:?}");
        answers[0].clone()
    }

    pub fn calls(&self) -> usize {
        self.first.calls.load(Ordering::SeqCst) + self.second.calls.load(Ordering::SeqCst)
    }
}

/// A small PNG, told from others by its grey.
pub fn picture(grey: u8) -> Bytes {
    let image = image::RgbImage::from_pixel(200, 100, image::Rgb([grey; 3]));
    let mut png = std::io::Cursor::new(Vec::new());
    image.write_to(&mut png, image::ImageFormat::Png).unwrap();
    Bytes::from(png.into_inner())
}

pub fn record(key: &str, size: usize, etag: &str, sequencer: &str) -> Value {
    let encoded = key.replace('%', "%25").replace('+', "%2B").replace(' ', "+");
    json!({
        "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "cn-north-1", "eventName": "ObjectCreated:Put",
        "s3": {
            "bucket": {"name": "in", "arn": "arn:aws-cn:s3:::in"},
            "object": {"key": encoded, "size": size, "eTag": etag, "sequencer": sequencer},
        },
    })
}

pub fn message(id: &str, body: &Value) -> Value {
    json!({"messageId": id, "eventSource": "aws:sqs", "body": body.to_string()})
}

pub fn s3(records: &[&Value]) -> Value {
    json!({ "Records": records })
}

pub fn failed_ids(response: &Value) -> Vec<&str> {
    let failures = response["batchItemFailures"].as_array().unwrap();
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap()).collect()
}

/// What a release that knows more than this one may write.
pub fn newer_release(sequencer: &str) -> Value {
    json!({
        "schema": "fapiao/1", "status": "postponed", "novelty": {"a": 1},
        "source": {"key": "a.png", "etag": "another", "sequencer": sequencer},
    })
}
