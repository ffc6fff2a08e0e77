//! Files that are too long for one invocation, under the function's real limit and with the real engine: a scan of fifty pages
//! and a ZIP of fifty photos. Takes a quarter of an hour, so it is run by hand: `cargo test --workspace --test long_files --
//! --ignored`.

#![cfg(test)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use fapiao::desk::Desk;
use fapiao::document::Limits;
use fapiao::error::{ErrorKind, Result};
use fapiao::pipeline::{ObjectPipeline, Pipeline};
use fapiao::provider::{Answer, Chain, Embedded, Provider};
use fapiao::store::{MemoryStore, Store};
use fapiao::worker::{Part, Workers};
use fapiao_ingest::Handler;
use fapiao_ingest::inbox::{Inbox, SqsInbox};
use image::codecs::jpeg::JpegEncoder;
use serde_json::{Value, json};

const PAGES: usize = 50;
/// The template's 120 seconds less what the handler keeps back.
const LIMIT: Duration = Duration::from_secs(118);

/// The embedded reader, and how many pages it has read.
#[derive(Default)]
struct Counted(AtomicUsize);

#[async_trait]
impl Provider for Counted {
    fn name(&self) -> &'static str {
        "embedded"
    }

    async fn read(&self, part: &Part, deadline: Instant) -> Result<Answer> {
        let answer = Embedded.read(part, deadline).await;
        let is_cut_off = answer.as_ref().is_err_and(|error| error.kind() == ErrorKind::Deadline);
        self.0.fetch_add(usize::from(!is_cut_off), Ordering::SeqCst);
        answer
    }
}

/// A queue that remembers what was sent to it.
#[derive(Default)]
struct Sent(Mutex<Vec<(String, u32)>>);

#[async_trait]
impl Inbox for Sent {
    async fn send(&self, body: &str, round: u32) -> Result<()> {
        self.0.lock().unwrap().push((body.to_owned(), round));
        Ok(())
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A photo of an invoice, each another file: its last pixel says which.
fn photo(number: usize) -> (Vec<u8>, u32, u32) {
    let mut photo = image::open(root().join("tests/fixtures/form-photo.jpg")).unwrap().into_rgb8();
    let (width, height) = photo.dimensions();
    let grey = u8::try_from(number * 5 % 256).unwrap();
    (0..8).for_each(|x| photo.put_pixel(x, height - 1, image::Rgb([grey; 3])));
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 92).encode_image(&photo).unwrap();
    (jpeg, width, height)
}

fn zip_of_photos() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for number in 0..PAGES {
        zip.start_file(format!("{number:02}.jpg"), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&photo(number).0).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A PDF as a scanner makes it: on every page a picture and nothing else.
fn scan() -> Vec<u8> {
    let mut pdf = b"%PDF-1.4\n".to_vec();
    let mut offsets = Vec::new();
    let mut object = |pdf: &mut Vec<u8>, body: &[u8]| {
        offsets.push(pdf.len());
        pdf.extend(format!("{} 0 obj\n", offsets.len()).into_bytes());
        pdf.extend(body);
        pdf.extend(b"\nendobj\n");
    };
    let kids: String = (0..PAGES).map(|page| format!("{} 0 R ", 3 + page * 3)).collect();
    object(&mut pdf, b"<</Type/Catalog/Pages 2 0 R>>");
    object(&mut pdf, format!("<</Type/Pages/Count {PAGES}/Kids[{kids}]>>").as_bytes());
    for page in 0..PAGES {
        let (jpeg, width, height) = photo(page);
        let (content, picture) = (4 + page * 3, 5 + page * 3);
        let body = format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 400]/Contents {content} 0 R\
             /Resources<</XObject<</P {picture} 0 R>>>>>>"
        );
        object(&mut pdf, body.as_bytes());
        let drawing = "612 0 0 400 0 0 cm /P Do";
        object(&mut pdf, format!("<</Length {}>>stream\n{drawing}\nendstream", drawing.len()).as_bytes());
        let head = format!(
            "<</Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceRGB/BitsPerComponent 8\
             /Filter/DCTDecode/Length {}>>stream\n",
            jpeg.len()
        );
        object(&mut pdf, &[head.as_bytes(), &jpeg, b"\nendstream"].concat());
    }
    let start = pdf.len();
    let entries: String = offsets.iter().map(|offset| format!("{offset:010} 00000 n \n")).collect();
    let count = offsets.len() + 1;
    let tail = format!(
        "xref\n0 {count}\n0000000000 65535 f \n{entries}trailer<</Size {count}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    );
    pdf.extend(tail.into_bytes());
    pdf
}

/// Has a file read, message after message, and gives its Report, the messages that it took and the pages that were read.
async fn read(key: &str, content: Vec<u8>) -> (Value, u32, usize) {
    let (store, inbox, reader) = (MemoryStore::new(), Arc::new(Sent::default()), Arc::new(Counted::default()));
    store.upload("in", key, content);
    let workers = Workers::here(Desk::new(root().join("models")));
    let pipeline = Pipeline::new(workers, Chain::new(vec![reader.clone()]), Limits::default());
    let objects = ObjectPipeline::new(store.clone(), pipeline, "out");
    let handler = Handler::new(objects, 1, 5).with_inbox(inbox.clone());
    let event = json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {
        "bucket": {"name": "in"}, "object": {"key": key, "sequencer": "0A"}}}]});
    let (mut next, mut messages) = (Some((event.to_string(), 0)), 0);
    while let Some((body, round)) = next {
        messages += 1;
        let message = json!({
            "messageId": format!("m{round}"), "eventSource": "aws:sqs", "body": body,
            "messageAttributes": {"fapiao-round": {"stringValue": round.to_string(), "dataType": "Number"}},
        });
        let start = Instant::now();
        let answer = handler.handle(json!({"Records": [message]}), start + LIMIT).await.unwrap();
        eprintln!("{key}: message {messages} took {:?}, {:?} pages are read", start.elapsed(), reader.0);
        assert!(start.elapsed() < LIMIT);
        assert_eq!(answer["batchItemFailures"], json!([]), "a receive was lost");
        next = inbox.0.lock().unwrap().pop();
    }
    let report = store.get("out", &format!("{key}.json"), 100_000_000).await.unwrap().unwrap();
    (serde_json::from_slice(&report.body).unwrap(), messages, reader.0.load(Ordering::SeqCst))
}

/// Every page is the same invoice, so all but one of them are its copies.
fn assert_whole(report: &Value, pages_read: usize) {
    assert_eq!(report["status"], "read");
    let (invoices, others) = (report["invoices"].as_array().unwrap(), report["others"].as_array().unwrap());
    assert!(others.iter().all(|other| other["code"].as_str().unwrap().ends_with("copy")), "{others:?}");
    assert_eq!((invoices.len() + others.len(), pages_read), (PAGES, PAGES));
}

#[tokio::test]
#[ignore = "takes minutes: run it alone"]
async fn a_scan_of_fifty_pages_is_read_whole_and_every_page_once() {
    let (report, messages, pages_read) = read("scan.pdf", scan()).await;
    assert_whole(&report, pages_read);
    assert!(messages <= 9, "{messages} messages");
}

#[tokio::test]
#[ignore = "takes minutes: run it alone"]
async fn a_zip_of_fifty_photos_is_read_whole_and_every_photo_once() {
    let (report, messages, pages_read) = read("photos.zip", zip_of_photos()).await;
    assert_whole(&report, pages_read);
    assert!(messages <= 9, "{messages} messages");
}

/// What a queue is sent, word for word; it answers as SQS does, or not at all.
async fn sent_to(answer: (u16, &'static str)) -> (Result<()>, Vec<Value>) {
    let received = Arc::new(Mutex::new(Vec::new()));
    let keep = received.clone();
    let router = axum::Router::new().fallback(move |body: String| async move {
        keep.lock().unwrap().push(serde_json::from_str(&body).unwrap());
        let status = axum::http::StatusCode::from_u16(answer.0).unwrap();
        (status, [("content-type", "application/x-amz-json-1.0")], answer.1)
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let credentials = Credentials::new("test", "test", None, None, "test");
    let aws = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .region(Region::new("cn-north-1"))
        .endpoint_url(&address)
        .build();
    let sent = SqsInbox::at(&aws, format!("{address}/1/inbox")).send("the event", 3).await;
    server.abort();
    let received = received.lock().unwrap().clone();
    (sent, received)
}

#[tokio::test]
async fn an_event_is_sent_to_the_queue_with_its_round_and_a_refusal_is_told() {
    let (sent, received) = sent_to((200, r#"{"MessageId":"1"}"#)).await;
    sent.unwrap();
    assert_eq!((received.len(), &received[0]["MessageBody"]), (1, &json!("the event")));
    assert!(received[0]["QueueUrl"].as_str().unwrap().ends_with("/1/inbox"));
    let round = &received[0]["MessageAttributes"]["fapiao-round"];
    assert_eq!(round, &json!({"DataType": "Number", "StringValue": "3"}));

    let error = sent_to((403, r#"{"__type":"AccessDenied"}"#)).await.0.unwrap_err();
    assert!(error.hint().contains("FAPIAO_INBOX_URL") && error.message().contains("AccessDenied"), "{error}");
}
