//! Both vendors' providers against stubs that check them: what is sent, what is asked again, who is asked next.

#![cfg(test)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use fapiao::desk::Desk;
use fapiao::document::{Document, Limits};
use fapiao::error::{Error, ErrorKind, Result};
use fapiao::invoice::Field;
use fapiao::ocr::Engine;
use fapiao::pipeline::Pipeline;
use fapiao::provider::{self, Answer, Chain, Keyring, Policy, Provider, VendorSettings};
use fapiao::report::{Reading, Report, Source, Status};
use fapiao::secret::{CachedSecret, Secret, SecretSource};
use fapiao::worker::Workers;
use fapiao_tests::label;
use fapiao_tests::stub::{self, Behaviour, Stub, StubVendor, place};
use image::codecs::jpeg::JpegEncoder;
use image::{RgbImage, imageops};
use serde_json::Value;

const FORM: &str = "form-photo.jpg";
const FORM_NUMBER: &str = "84932920";
const ROLL: &str = "roll.jpg";
const ROLL_NUMBER: &str = "03574125";

/// The secret as it stands, and how often it was fetched.
struct Rotating {
    json: Mutex<String>,
    fetches: AtomicUsize,
}

#[async_trait]
impl SecretSource for Rotating {
    async fn fetch(&self) -> Result<Secret> {
        self.fetches.fetch_add(1, Ordering::SeqCst);
        Ok(Secret::new(self.json.lock().unwrap().clone()))
    }
}

/// Both vendors, and our side of them.
struct World {
    textin: Stub,
    volcengine: Stub,
    secret: Arc<Rotating>,
    forms: Arc<dyn Provider>,
    rolls: Arc<dyn Provider>,
}

impl World {
    fn new() -> Self {
        Self::with(Policy { base_pause: Duration::from_millis(5), ..Policy::default() })
    }

    fn with(policy: Policy) -> Self {
        let textin = Stub::start(StubVendor::TextIn, label::reading(&fixture_label(FORM))).unwrap();
        let volcengine = Stub::start(StubVendor::Volcengine, label::reading(&fixture_label(ROLL))).unwrap();
        let json = stub::keys(stub::SECRET, stub::SECRET);
        let secret = Arc::new(Rotating { json: Mutex::new(json), fetches: AtomicUsize::new(0) });
        let keyring = Arc::new(Keyring::Fetched(CachedSecret::new(secret.clone())));
        let endpoints = [&textin, &volcengine].map(|stub| (stub.name(), stub.endpoint())).into();
        let settings = VendorSettings { endpoints, policy, ..VendorSettings::default() };
        let connect = |stub: &Stub| provider::Vendor::named(stub.name()).unwrap().connect(&settings, keyring.clone());
        let [forms, rolls] = [&textin, &volcengine].map(|stub| connect(stub).unwrap());
        Self { textin, volcengine, secret, forms, rolls }
    }

    /// Each vendor with its provider and a document of its own.
    fn both(&self) -> [(&Stub, Arc<dyn Provider>, Document); 2] {
        [
            (&self.textin, self.forms.clone(), document(fixture(FORM))),
            (&self.volcengine, self.rolls.clone(), document(fixture(ROLL))),
        ]
    }

    async fn report(&self, file: &str, budget: Duration) -> Result<Report, Box<Report>> {
        let chain = Chain::new(vec![self.forms.clone(), self.rolls.clone()]);
        let pipeline = Pipeline::new(Workers::here(Desk::new("no/models")), chain, Limits::default());
        let deadline = Instant::now() + budget;
        pipeline.read(fixture(file), Source::default(), None, deadline).await.map_err(|failure| failure.report)
    }

    fn calls(&self) -> (usize, usize) {
        (self.textin.calls().len(), self.volcengine.calls().len())
    }

    fn fetches(&self) -> usize {
        self.secret.fetches.load(Ordering::SeqCst)
    }
}

const LONG: Duration = Duration::from_secs(60);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn fixture(name: &str) -> Bytes {
    std::fs::read(root().join("tests/fixtures").join(name)).unwrap().into()
}

fn fixture_label(name: &str) -> Value {
    serde_json::from_slice(&fixture(&Path::new(name).with_extension("json").to_string_lossy())).unwrap()
}

fn document(bytes: Bytes) -> Document {
    Document::open(bytes, &Limits::default()).unwrap()
}

async fn read(provider: &Arc<dyn Provider>, document: &Document) -> Result<Answer> {
    let (workers, deadline) = (Workers::here(Desk::new("no/models")), Instant::now() + LONG);
    let file = workers.open(document.bytes().clone(), &Limits::default(), deadline).await?;
    provider.read(file.parts[0].1.as_ref().unwrap(), deadline).await
}

/// A vendor's answer is one paper, the whole page.
fn reading(answer: &Answer) -> &Reading {
    answer.papers[0].reading.as_ref().unwrap()
}

fn number(answer: &Answer) -> &str {
    reading(answer).invoice.invoice_number.as_deref().unwrap_or_default()
}

#[track_caller]
fn assert_error(error: &Error, kind: ErrorKind, vendor_code: &str) {
    assert_eq!((error.kind(), error.vendor_code()), (kind, Some(vendor_code)), "{error}");
}

#[tokio::test]
async fn what_fits_arrives_as_it_is_and_comes_back_read() {
    let world = World::new();
    for ((stub, provider, document), expected) in world.both().into_iter().zip([FORM_NUMBER, ROLL_NUMBER]) {
        let answer = read(&provider, &document).await.unwrap();
        assert_eq!(number(&answer), expected);
        assert_eq!((answer.request_id.as_deref(), answer.adapted), (Some(stub::REQUEST_ID), None));
        let calls = stub.calls();
        assert_eq!((calls.len(), calls[0].refused), (1, None));
        assert_eq!(calls[0].file.as_ref(), Some(document.bytes()), "changed on the way");
    }
    assert_eq!(world.fetches(), 1, "the secret is shared");
}

#[tokio::test]
async fn every_printed_value_comes_through() {
    let world = World::new();
    for ((_, provider, document), file) in world.both().into_iter().zip([FORM, ROLL]) {
        let label = fixture_label(file);
        let answer = read(&provider, &document).await.unwrap();
        let read = serde_json::to_value(&reading(&answer).invoice).unwrap();
        for path in ["invoice_code", "issue_date", "grand_total", "grand_total_words", "payee"] {
            assert_eq!(read[path], label["fields"][path], "{file} {path}");
        }
        for party in ["buyer", "seller"] {
            assert_eq!(read[party]["tax_id"], label["fields"][format!("{party}.tax_id")], "{file} {party}");
        }
        for (item, expected) in reading(&answer).invoice.items.iter().zip(label["items"].as_array().unwrap()) {
            assert_eq!(item.name.as_deref(), expected["name"].as_str());
            assert_eq!(item.amount.map(|a| a.to_string()).as_deref(), expected["amount"].as_str());
        }
        assert_eq!(reading(&answer).invoice.items.len(), label["items"].as_array().unwrap().len());
    }
}

#[tokio::test]
async fn a_throttled_call_is_repeated_when_the_vendors_wait_is_over() {
    let world = World::new();
    for (stub, provider, document) in world.both() {
        stub.script([Behaviour::Throttle(Some(1))]);
        read(&provider, &document).await.unwrap();
        let calls = stub.calls();
        assert_eq!(calls.len(), 2);
        assert!(calls[1].at - calls[0].at >= Duration::from_secs(1), "came back too early");
    }
}

#[tokio::test]
async fn a_sick_gateway_is_tried_again_and_a_call_whose_end_is_not_known_is_not() {
    let world = World::new();
    for (stub, provider, document) in world.both() {
        stub.script([Behaviour::Status(500), Behaviour::Unavailable]);
        read(&provider, &document).await.unwrap();
        assert_eq!(stub.calls().len(), 3);
        for lost in [Behaviour::Break, Behaviour::ResetRead, Behaviour::ResetUnread] {
            stub.forget();
            stub.script([lost]);
            let error = read(&provider, &document).await.unwrap_err();
            assert!(error.is_end_unknown() && error.is_retryable(), "{error}");
            assert_eq!(stub.calls().len(), 1);
        }
        stub.forget();
        stub.always(Behaviour::Unavailable);
        assert_error(&read(&provider, &document).await.unwrap_err(), ErrorKind::ProviderUnavailable, "http 502");
        assert_eq!(stub.calls().len(), 3, "there is an end to it");
    }
}

#[tokio::test]
async fn what_no_repetition_can_heal_is_asked_once() {
    use ErrorKind::*;
    let world = World::new();
    let [textin, volcengine] = world.both();
    let cases: [(_, &[(i64, ErrorKind)]); 2] = [
        (
            textin,
            &[
                (40302, TooLarge),
                (40304, BadDimensions),
                (40303, UnsupportedFormat),
                (40003, ProviderQuota),
                (40307, ProviderQuota),
                (40102, ProviderAuth),
                (40004, ProviderProtocol),
            ],
        ),
        (
            volcengine,
            &[
                (50205, TooLarge),
                (50207, Undecodable),
                (50208, NoInvoice),
                (50411, NoInvoice),
                (50400, ProviderAuth),
                (50204, ProviderProtocol),
            ],
        ),
    ];
    for ((stub, provider, document), codes) in cases {
        for (code, kind) in codes {
            stub.forget();
            stub.script([Behaviour::Code(*code)]);
            let error = read(&provider, &document).await.unwrap_err();
            assert_error(&error, *kind, &code.to_string());
            assert_eq!(stub.calls().len(), 1, "{code}");
        }
    }
}

#[tokio::test]
async fn rotated_credentials_are_fetched_once_and_used() {
    for textin_rotates in [true, false] {
        let world = World::new();
        let [textin, volcengine] = world.both();
        let (stub, provider, document) = if textin_rotates { textin } else { volcengine };
        read(&provider, &document).await.unwrap();
        stub.rotate("stub-secret-2");
        *world.secret.json.lock().unwrap() = stub::keys("stub-secret-2", "stub-secret-2");
        stub.forget();
        for _ in 0..3 {
            read(&provider, &document).await.unwrap();
        }
        let refusals: Vec<bool> = stub.calls().iter().map(|call| call.refused.is_some()).collect();
        assert_eq!(refusals, [true, false, false, false]);
        assert_eq!(world.fetches(), 2);
    }
}

#[tokio::test]
async fn a_secret_that_stays_wrong_is_neither_fetched_nor_tried_in_a_storm() {
    let world = World::new();
    let [(stub, provider, document), _] = world.both();
    stub.rotate("never told");
    for _ in 0..5 {
        assert_error(&read(&provider, &document).await.unwrap_err(), ErrorKind::ProviderAuth, "40102");
    }
    assert_eq!((world.fetches(), stub.calls().len()), (2, 5));
}

#[tokio::test]
async fn a_silent_vendor_is_left_after_the_time_out_and_not_paid_twice() {
    let world = World::with(Policy { total: Duration::from_millis(300), ..Policy::default() });
    for (stub, provider, document) in world.both() {
        stub.always(Behaviour::Hang(Duration::from_secs(20)));
        let start = Instant::now();
        let error = read(&provider, &document).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ProviderTimeout, "{error}");
        assert!(start.elapsed() < Duration::from_secs(5));
        assert_eq!(stub.calls().len(), 1);
    }
}

#[tokio::test]
async fn the_chain_falls_over_from_a_throttling_vendor_within_the_deadline() {
    let world = World::new();
    for wait in [None, Some(1), Some(60)] {
        world.volcengine.always(Behaviour::Throttle(wait));
        let start = Instant::now();
        let report = world.report(ROLL, Duration::from_secs(6)).await.unwrap();
        assert!(start.elapsed() < Duration::from_secs(6));
        let provider = &report.invoices[0].provider;
        assert_eq!((report.status, provider.name.as_str()), (Status::Read, "textin"));
        let codes: Vec<_> = provider.attempts.iter().map(|a| (a.code.as_str(), a.vendor_code.as_deref())).collect();
        assert_eq!(codes, [("provider_throttled", Some("50429")), ("ok", None)]);
    }
}

#[tokio::test]
async fn a_silent_vendor_leaves_time_for_the_next() {
    let world = World::new();
    world.textin.always(Behaviour::Hang(Duration::from_secs(30)));
    let start = Instant::now();
    let report = world.report(FORM, Duration::from_secs(2)).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(2));
    let provider = &report.invoices[0].provider;
    assert_eq!(provider.attempts[0].code, "provider_timeout");
    assert_eq!((provider.name.as_str(), world.calls()), ("volcengine", (1, 1)));
}

#[tokio::test]
async fn not_mine_moves_on_and_when_it_is_nobodys_the_document_is_rejected() {
    let world = World::new();
    world.textin.always(Behaviour::NotMine);
    let report = world.report(FORM, LONG).await.unwrap();
    assert_eq!(report.invoices[0].invoice.invoice_number.as_deref(), Some(ROLL_NUMBER));
    assert_eq!(report.invoices[0].provider.attempts[0].code, "no_invoice");

    world.volcengine.always(Behaviour::NotMine);
    let report = world.report(FORM, LONG).await.unwrap();
    assert_eq!((report.status, report.error.unwrap().code.as_str()), (Status::Rejected, "no_invoice"));
    let attempts = &report.others[0].provider.as_ref().unwrap().attempts;
    assert_eq!(attempts.iter().map(|a| a.vendor_code.as_deref()).collect::<Vec<_>>(), [Some("200"), Some("50208")]);
    assert_eq!(world.calls(), (2, 2), "\"not mine\" is no reason to ask again");
}

#[tokio::test]
async fn the_report_keeps_the_vendors_own_code_and_words_but_no_credential() {
    let world = World::new();
    world.textin.always(Behaviour::Code(40003));
    world.volcengine.rotate("never told");
    let report = world.report(FORM, LONG).await.unwrap_err();
    let attempts = &report.others[0].provider.as_ref().unwrap().attempts;
    assert_eq!(attempts[0].vendor_code.as_deref(), Some("40003"));
    assert!(attempts[0].message.as_ref().unwrap().contains("余额不足"));
    assert_eq!(attempts[1].vendor_code.as_deref(), Some("50400"));
    assert!(attempts[1].message.as_ref().unwrap().contains("Access Denied"));
    let text = serde_json::to_string(&report).unwrap();
    assert!(!text.contains(stub::SECRET) && !text.contains(stub::ACCOUNT), "{text}");
}

#[tokio::test]
async fn too_small_a_page_is_refused_without_a_call() {
    let world = World::new();
    let mut png = std::io::Cursor::new(Vec::new());
    RgbImage::new(10, 400).write_to(&mut png, image::ImageFormat::Png).unwrap();
    let tiny = document(png.into_inner().into());
    for (_, provider, _) in world.both() {
        assert_eq!(read(&provider, &tiny).await.unwrap_err().kind(), ErrorKind::BadDimensions);
    }
    assert_eq!(world.calls(), (0, 0));
}

/// What a camera of that size would have made of the page: more pixels, and grain in every one.
fn enlarged(file: &str, longest: u32) -> Bytes {
    let page = image::load_from_memory(&fixture(file)).unwrap().into_rgb8();
    let side = |length: u32| {
        u32::try_from(u64::from(length) * u64::from(longest) / u64::from(page.width().max(page.height())))
    };
    let (width, height) = (side(page.width()).unwrap(), side(page.height()).unwrap());
    let mut photo = imageops::resize(&page, width, height, imageops::FilterType::Triangle);
    let mut state = 1_u32;
    for channel in photo.iter_mut() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *channel = channel.saturating_add((state >> 28) as u8);
    }
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 92).encode_image(&photo).unwrap();
    jpeg.into()
}

/// Sends a huge photo of a fixture, and reads with our own engine what the vendor got.
async fn send_enlarged(
    stub: &Stub,
    provider: &Arc<dyn Provider>,
    (file, expected): (&str, &str),
) -> (Document, Answer) {
    let photo = document(enlarged(file, 11_000));
    assert!(photo.bytes().len() >= 12_000_000, "{} bytes are no challenge", photo.bytes().len());
    let answer = read(provider, &photo).await.unwrap();
    assert!(answer.adapted.as_ref().unwrap().message.contains("scaled to"));
    let calls = stub.calls();
    assert_eq!((calls.len(), calls[0].refused), (1, None));
    let sent = image::load_from_memory(calls[0].file.as_ref().unwrap()).unwrap().into_rgb8();
    let lines = Engine::load(&root().join("models")).unwrap().read(&sent).unwrap().lines;
    assert!(lines.iter().any(|line| line.text.contains(expected)), "{file} is no longer legible");
    (photo, answer)
}

#[tokio::test]
async fn a_huge_photo_reaches_textin_within_its_limits_and_legible() {
    let world = World::new();
    let [(stub, provider, _), _] = world.both();
    let (photo, answer) = send_enlarged(stub, &provider, (FORM, FORM_NUMBER)).await;
    let (width, height) = photo.dimensions();
    assert_place(reading(&answer).fields[&Field::InvoiceNumber].quad.unwrap(), place(width, height));
}

#[tokio::test]
async fn a_huge_photo_reaches_volcengine_within_its_limits_and_legible() {
    let world = World::new();
    let [_, (stub, provider, _)] = world.both();
    send_enlarged(stub, &provider, (ROLL, ROLL_NUMBER)).await;
}

#[track_caller]
fn assert_place(quad: [f32; 8], expected: [f32; 8]) {
    for (is, should) in quad.iter().zip(expected) {
        assert!((is - should).abs() < 8.0, "{quad:?} is not on the page as uploaded, at {expected:?}");
    }
}

#[test]
fn the_vendors_own_client_is_understood() {
    let python = root().join(".venv/bin/python");
    assert!(python.exists(), "the vendor's client is not installed: run `make tools`");
    let stub = Stub::start(StubVendor::Volcengine, label::reading(&fixture_label(ROLL))).unwrap();
    for (secret, code) in [(stub::SECRET, 10000), ("wrong", 50400)] {
        let client = Command::new(&python)
            .arg(root().join("tests/tools/volcengine_client.py"))
            .args([&stub.host(), stub::ACCOUNT, secret])
            .arg(root().join("tests/fixtures").join(ROLL))
            .output()
            .unwrap();
        assert!(client.status.success(), "{}", String::from_utf8_lossy(&client.stderr));
        let answer: Value = serde_json::from_slice(&client.stdout).unwrap();
        assert_eq!(answer["code"], code, "{answer}");
    }
    let calls = stub.calls();
    assert_eq!(calls[0].file, Some(fixture(ROLL)));
    assert_eq!(calls[1].refused, Some(50400));
}
