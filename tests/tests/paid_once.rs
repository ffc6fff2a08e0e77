//! What is paid for, counted at the vendor's stand-in: five receives of one message, whatever goes wrong; and an answer in
//! time, whatever hangs. The real handler and providers, on the store's twin in memory with faults of its own.

#![cfg(test)]

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Response, Uri};
use bytes::Bytes;
use fapiao::desk::Desk;
use fapiao::document::Limits;
use fapiao::error::{Error, ErrorKind, Result};
use fapiao::pipeline::{ObjectPipeline, Pipeline};
use fapiao::provider::{self, Chain, Keyring, Policy, Provider, VendorSettings};
use fapiao::secret::{CachedSecret, Secret, SecretSource, SecretsManager};
use fapiao::store::{ACCESS_DENIED, MemoryStore, Object, S3Store, Store};
use fapiao::worker::Workers;
use fapiao_ingest::Handler;
use fapiao_tests::label;
use fapiao_tests::stub::{self, Behaviour, Stub, StubVendor};
use image::{ImageFormat, RgbImage};
use serde_json::{Value, json};

const RECEIVES: u32 = 5;

/// Which part of the output bucket is out of order.
type Broken = fn(&str) -> bool;

/// A store whose output bucket can be out of order in part.
#[derive(Clone)]
struct Partly {
    store: MemoryStore,
    is_unwritable: Broken,
    is_unreadable: Broken,
    is_well_again: Arc<AtomicBool>,
}

impl Partly {
    fn fails(&self, broken: Broken, bucket: &str, key: &str) -> bool {
        bucket == "out" && broken(key) && !self.is_well_again.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Store for Partly {
    async fn get(&self, bucket: &str, key: &str, max_bytes: u64) -> Result<Option<Object>> {
        if self.fails(self.is_unreadable, bucket, key) {
            return Err(Error::new(ErrorKind::Storage, "no").with_vendor_code(ACCESS_DENIED));
        }
        self.store.get(bucket, key, max_bytes).await
    }

    async fn put(
        &self,
        bucket: &str,
        key: &str,
        body: Bytes,
        content: &str,
        seen: Option<&str>,
    ) -> Result<Option<String>> {
        if self.fails(self.is_unwritable, bucket, key) {
            return Err(Error::new(ErrorKind::Storage, "down"));
        }
        self.store.put(bucket, key, body, content, seen).await
    }

    async fn delete(&self, bucket: &str, key: &str) -> Result<()> {
        self.store.delete(bucket, key).await
    }
}

struct World {
    textin: Stub,
    store: Partly,
    handler: Handler<Partly>,
}

fn textin() -> (Stub, Arc<dyn Provider>) {
    let label = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/form-photo.json")).unwrap();
    let stub = Stub::start(StubVendor::TextIn, label::reading(&serde_json::from_slice(&label).unwrap())).unwrap();
    stub.tell_pictures_apart();
    let json = Secret::new(stub::keys(stub::SECRET, stub::SECRET));
    let keyring = Arc::new(Keyring::Fetched(CachedSecret::new(Arc::new(json))));
    let policy = Policy { base_pause: Duration::from_millis(5), total: Duration::from_secs(1), ..Policy::default() };
    let endpoints = [(stub.name(), stub.endpoint())].into();
    let settings = VendorSettings { endpoints, policy, ..VendorSettings::default() };
    let provider = provider::Vendor::named("textin").unwrap().connect(&settings, keyring).unwrap();
    (stub, provider)
}

fn handler<S: Store + Clone + 'static>(store: S, provider: Arc<dyn Provider>) -> Handler<S> {
    let workers = Workers::here(Desk::new("no/models"));
    let pipeline = Pipeline::new(workers, Chain::new(vec![provider]), Limits::default());
    Handler::new(ObjectPipeline::new(store, pipeline, "out"), 1, RECEIVES)
}

impl World {
    fn new() -> Self {
        Self::with(|_| false, |_| false)
    }

    fn with(is_unwritable: Broken, is_unreadable: Broken) -> Self {
        let (textin, provider) = textin();
        let store = Partly { store: MemoryStore::new(), is_unwritable, is_unreadable, is_well_again: Arc::default() };
        let handler = handler(store.clone(), provider);
        Self { textin, store, handler }
    }

    /// Drops a file and has its message received until it is settled, five times at most; gives how often.
    async fn drop_file(&self, key: &str, content: &[u8]) -> u32 {
        self.store.store.upload("in", key, content.to_vec());
        for receive in 1..=RECEIVES {
            if self.receive(key, &format!("message of {key}"), receive).await {
                return receive;
            }
        }
        RECEIVES
    }

    /// Whether the message is done.
    async fn receive(&self, key: &str, id: &str, receive: u32) -> bool {
        let answer = self.handler.handle(message(key, id, receive), Instant::now() + Duration::from_secs(20)).await;
        answer.unwrap()["batchItemFailures"].as_array().unwrap().is_empty()
    }

    fn paid(&self) -> usize {
        self.textin.calls().iter().filter(|call| call.is_paid()).count()
    }

    async fn report(&self, key: &str) -> Value {
        let object = self.store.store.get("out", &format!("{key}.json"), 10_000_000).await.unwrap().unwrap();
        serde_json::from_slice(&object.body).unwrap()
    }
}

fn message(key: &str, id: &str, receive: u32) -> Value {
    let event = json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {
        "bucket": {"name": "in"}, "object": {"key": key, "sequencer": "0A"}}}]});
    json!({"Records": [{
        "messageId": id, "eventSource": "aws:sqs", "body": event.to_string(),
        "attributes": {"ApproximateReceiveCount": receive.to_string()},
    }]})
}

/// A small picture, told from others by its grey.
fn picture(grey: u8) -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    RgbImage::from_pixel(200, 120, image::Rgb([grey; 3])).write_to(&mut png, ImageFormat::Png).unwrap();
    png.into_inner()
}

fn zip_of(members: u8) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for member in 0..members {
        zip.start_file(format!("{member}.png"), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&picture(member)).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[tokio::test]
async fn a_zip_of_ten_with_one_bad_member_is_paid_for_nine_times() {
    let world = World::new();
    // The last one is throttled for ever, whoever else has had an answer.
    world.textin.script(vec![Behaviour::Answer; 9]);
    world.textin.always(Behaviour::Throttle(None));
    assert_eq!(world.drop_file("a.zip", &zip_of(10)).await, RECEIVES);
    assert_eq!(world.paid(), 9);
    let report = world.report("a.zip").await;
    assert_eq!((&report["status"], report["invoices"].as_array().unwrap().len()), (&json!("failed"), 9));
    // When the vendor is well, the event from the dead letters asks for what is missing.
    world.textin.always(Behaviour::Answer);
    assert!(world.receive("a.zip", "from the dead letters", 1).await);
    assert_eq!((world.paid(), &world.report("a.zip").await["status"]), (10, &json!("read")));
}

#[tokio::test]
async fn an_answer_outlives_an_index_or_a_report_that_cannot_be_written() {
    for is_down in [(|key| key.starts_with(".fapiao/identities/")) as Broken, |key| key.ends_with(".json")] {
        let world = World::with(is_down, |_| false);
        world.drop_file("a.png", &picture(1)).await;
        assert_eq!(world.paid(), 1);
        world.store.is_well_again.store(true, Ordering::SeqCst);
        assert!(world.receive("a.png", "from the dead letters", 1).await);
        assert_eq!((world.paid(), &world.report("a.png").await["status"]), (1, &json!("read")));
    }
}

#[tokio::test]
async fn where_the_output_bucket_cannot_be_read_or_written_nobody_is_paid() {
    let everything: Broken = |_| true;
    let answers: Broken = |key| key.starts_with(".fapiao/answers/");
    let nothing: Broken = |_| false;
    for (unwritable, unreadable) in [(nothing, everything), (nothing, answers), (answers, nothing)] {
        let world = World::with(unwritable, unreadable);
        assert_eq!(world.drop_file("a.png", &picture(1)).await, RECEIVES);
        assert_eq!(world.textin.calls().len(), 0);
    }
}

#[tokio::test]
async fn a_key_that_leaves_no_room_for_its_report_costs_nothing() {
    let world = World::new();
    world.drop_file(&"a".repeat(1020), &picture(1)).await;
    assert_eq!(world.textin.calls().len(), 0);
}

#[tokio::test]
async fn what_cannot_heal_is_asked_once_over_five_receives() {
    for (behaviour, code) in [
        (Behaviour::Code(49_999), "provider_protocol"),
        (Behaviour::Inside(49_999), "provider_protocol"),
        (Behaviour::NoResult, "provider_protocol"),
        (Behaviour::NoJson, "provider_protocol"),
        (Behaviour::Code(40_003), "provider_quota"),
        (Behaviour::Code(40_102), "provider_auth"),
        (Behaviour::Status(404), "provider_protocol"),
        (Behaviour::ResetRead, "provider_unavailable"),
        (Behaviour::ResetUnread, "provider_unavailable"),
        (Behaviour::Break, "provider_unavailable"),
        (Behaviour::Hang(Duration::from_secs(5)), "provider_timeout"),
    ] {
        let world = World::new();
        world.textin.always(behaviour.clone());
        assert_eq!(world.drop_file("a.png", &picture(1)).await, RECEIVES, "{behaviour:?}");
        assert_eq!(world.textin.calls().len(), 1, "{behaviour:?}");
        let report = world.report("a.png").await;
        assert_eq!((&report["status"], &report["error"]["code"]), (&json!("failed"), &json!(code)), "{behaviour:?}");
    }
}

#[tokio::test]
async fn what_an_operator_has_healed_is_read_when_it_comes_from_the_dead_letters() {
    for behaviour in [Behaviour::Code(40_003), Behaviour::Code(40_102), Behaviour::Status(404)] {
        let world = World::new();
        world.textin.always(behaviour);
        world.drop_file("a.png", &picture(1)).await;
        world.textin.always(Behaviour::Answer);
        assert!(world.receive("a.png", "from the dead letters", 1).await);
        assert_eq!(world.report("a.png").await["status"], "read");
    }
}

#[tokio::test]
async fn what_the_vendor_says_that_it_has_not_read_is_asked_for_again() {
    for (script, calls) in [
        (vec![Behaviour::Throttle(None), Behaviour::Throttle(Some(1))], 3),
        (vec![Behaviour::Status(500), Behaviour::Unavailable, Behaviour::Status(503)], 4),
        (vec![Behaviour::Drip(5, Duration::from_millis(20))], 1),
    ] {
        let world = World::new();
        world.textin.script(script.clone());
        world.drop_file("a.png", &picture(1)).await;
        assert_eq!((world.textin.calls().len(), world.paid()), (calls, 1), "{script:?}");
        assert_eq!(world.report("a.png").await["status"], "read");
    }
}

#[tokio::test]
async fn the_same_picture_is_paid_for_once_by_itself_in_a_zip_and_under_another_name() {
    let world = World::new();
    world.drop_file("a.png", &picture(1)).await;
    world.drop_file("b.png", &picture(1)).await;
    world.drop_file("c.zip", &zip_of(3)).await;
    assert_eq!((world.paid(), world.textin.bill().values().all(|charge| charge.paid == 1)), (3, true));
}

#[tokio::test]
async fn no_credential_is_written_into_the_bucket() {
    let world = World::new();
    for (key, behaviour) in [("a.png", Behaviour::Answer), ("b.png", Behaviour::Code(40_102))] {
        world.textin.always(behaviour);
        world.drop_file(key, &picture(key.as_bytes()[0])).await;
    }
    for key in world.store.store.keys("out") {
        let object = world.store.store.get("out", &key, 10_000_000).await.unwrap().unwrap();
        let text = String::from_utf8_lossy(&object.body);
        assert!(!text.contains(stub::SECRET) && !text.contains(stub::ACCOUNT), "{key}");
    }
}

/// Accepts every connection and says nothing.
fn silent_aws() -> (SdkConfig, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = aws_at(listener.local_addr().unwrap());
    (config, listener)
}

/// AWS where somebody else listens, called as the functions call it.
fn aws_at(address: SocketAddr) -> SdkConfig {
    let credentials = Credentials::new("test", "test", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .region(Region::new("cn-north-1"))
        .retry_config(RetryConfig::standard().with_max_attempts(4).with_initial_backoff(Duration::from_millis(100)))
        .endpoint_url(format!("http://{address}"))
        .build()
}

#[tokio::test]
async fn when_s3_hangs_there_is_an_answer_before_the_deadline_twenty_of_twenty() {
    let (config, _listener) = silent_aws();
    let (_stub, provider) = textin();
    let handler = &handler(S3Store::new(&config), provider);
    let one = |time: u64| async move {
        let deadline = Instant::now() + Duration::from_millis(time);
        let answer = handler.handle(message("a.png", "m", 1), deadline).await.unwrap();
        assert_eq!(answer["batchItemFailures"][0]["itemIdentifier"], "m");
        deadline.checked_duration_since(Instant::now())
    };
    let left = futures::future::join_all((0..20).map(|i| one(1_500 + 100 * i))).await;
    assert!(left.iter().all(Option::is_some), "late: {left:?}");
}

#[tokio::test]
async fn when_secrets_manager_hangs_two_looks_leave_time_for_an_answer() {
    let (config, _listener) = silent_aws();
    let secret = CachedSecret::new(Arc::new(SecretsManager::at(&config, "arn")));
    let start = Instant::now();
    let error = secret.get(start).await.unwrap_err();
    assert!(error.message().contains("in time") && start.elapsed() < Duration::from_secs(10), "{error}");
}

/// A secret that never comes.
struct Silent;

#[async_trait]
impl SecretSource for Silent {
    async fn fetch(&self) -> Result<Secret> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn credentials_that_do_not_come_are_our_own_time_out_and_cost_nothing() {
    let (stub, _) = textin();
    let keyring = Arc::new(Keyring::Fetched(CachedSecret::new(Arc::new(Silent))));
    let settings = VendorSettings { endpoints: [(stub.name(), stub.endpoint())].into(), ..VendorSettings::default() };
    let provider = provider::Vendor::named("textin").unwrap().connect(&settings, keyring).unwrap();
    let store = MemoryStore::new();
    store.upload("in", "a.png", picture(1));
    let deadline = Instant::now() + Duration::from_secs(2);
    let answer = handler(store.clone(), provider).handle(message("a.png", "m", RECEIVES), deadline).await.unwrap();
    assert_eq!(answer["batchItemFailures"][0]["itemIdentifier"], "m");
    assert!(Instant::now() < deadline);
    let report = store.get("out", "a.png.json", 1_000_000).await.unwrap().unwrap();
    let report: Value = serde_json::from_slice(&report.body).unwrap();
    assert_eq!((&report["error"]["code"], stub.calls().len()), (&json!("deadline"), 0));
}

/// A little S3 whose first reply to a claim is lost: written, and then silence.
#[derive(Default)]
struct LittleS3 {
    store: MemoryStore,
    lost: AtomicBool,
}

impl LittleS3 {
    async fn put(&self, key: &str, head: &HeaderMap, body: Bytes) -> Response<Body> {
        let seen = head.get("if-match").map(|etag| etag.to_str().unwrap().trim_matches('"'));
        let written = self.store.put("out", key, unchunked(head, &body), "", seen).await.unwrap();
        if key.starts_with(".fapiao/answers/") && !self.lost.swap(true, Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        answer(if written.is_some() { 200 } else { 412 }, &written.unwrap_or_default(), Bytes::new())
    }

    async fn get(&self, bucket: &str, key: &str) -> Response<Body> {
        match self.store.get(bucket, key, 10_000_000).await.unwrap() {
            Some(object) => answer(200, &object.etag, object.body),
            None => answer(404, "", Bytes::from_static(b"<Error><Code>NoSuchKey</Code></Error>")),
        }
    }
}

fn answer(status: u16, etag: &str, body: Bytes) -> Response<Body> {
    Response::builder().status(status).header("etag", format!("\"{etag}\"")).body(Body::from(body)).unwrap()
}

/// The body without the frames in which the client may send it.
fn unchunked(head: &HeaderMap, body: &[u8]) -> Bytes {
    if !head.get("content-encoding").is_some_and(|encoding| encoding.to_str().unwrap().contains("aws-chunked")) {
        return Bytes::copy_from_slice(body);
    }
    let (mut rest, mut all) = (body, Vec::new());
    while let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") {
        let size = std::str::from_utf8(&rest[..end]).unwrap().split(';').next().unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            break;
        }
        all.extend(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 2 + size + 2..];
    }
    all.into()
}

#[tokio::test]
async fn a_lost_reply_to_a_claim_costs_less_than_two_seconds_and_no_second_call() {
    let s3 = Arc::new(LittleS3::default());
    s3.store.upload("in", "a.png", picture(1));
    let served = s3.clone();
    let router = Router::new().fallback(move |method: Method, uri: Uri, head: HeaderMap, body: Bytes| async move {
        let path = uri.path().trim_start_matches('/').to_owned();
        let (bucket, key) = path.split_once('/').unwrap();
        if method == Method::PUT { served.put(key, &head, body).await } else { served.get(bucket, key).await }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = aws_at(listener.local_addr().unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let (stub, provider) = textin();
    let handler = handler(S3Store::new(&config), provider);
    let start = Instant::now();
    let done = handler.handle(message("a.png", "m", 1), start + Duration::from_secs(20)).await.unwrap();
    assert_eq!((&done["batchItemFailures"], stub.calls().len()), (&json!([]), 1));
    assert!(s3.lost.load(Ordering::SeqCst) && start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert!(s3.store.keys("out").contains(&"a.png.json".to_owned()));
    server.abort();
}
