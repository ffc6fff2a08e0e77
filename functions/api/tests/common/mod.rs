//! A gateway's events, a provider that fails as told, and what an answer must be.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fapiao::desk::Desk;
use fapiao::document::Limits;
use fapiao::error::{Error, ErrorKind, Result};
use fapiao::pipeline::Pipeline;
use fapiao::provider::{Answer, Chain, Provider};
use fapiao::secret::Secret;
use fapiao::worker::{Part, Workers};
use fapiao_api::Api;
use fapiao_api::clients::Clients;
use http::Response;
use lambda_http::{Body, Request};
use serde_json::{Value, json};

pub const REST: &str = include_str!("../fixtures/rest.json");
pub const HTTP: &str = include_str!("../fixtures/http.json");
pub const FUNCTION_URL: &str = include_str!("../fixtures/function_url.json");

#[derive(Default)]
pub struct Fake {
    pub name: &'static str,
    pub failure: Option<ErrorKind>,
    /// So many documents are read before the failure.
    pub healthy: usize,
    pub delay: Duration,
    pub calls: Arc<AtomicUsize>,
}

#[async_trait]
impl Provider for Fake {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn read(&self, _part: &Part, _deadline: Instant) -> Result<Answer> {
        let before = self.calls.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(self.delay).await;
        match self.failure {
            Some(kind) if before >= self.healthy => {
                Err(Error::new(kind, "as told").with_retry_after(Duration::from_secs(7)))
            }
            _ => Ok(Answer::default()),
        }
    }
}

pub fn api(providers: Vec<Fake>) -> Api {
    api_of(providers, "k1")
}

/// An API for the clients of this secret.
pub fn api_of(providers: Vec<Fake>, secret: &str) -> Api {
    let providers = providers.into_iter().map(|fake| Arc::new(fake) as Arc<dyn Provider>).collect();
    let limits = Limits { max_bytes: 100_000, ..Limits::default() };
    Api::new(
        Pipeline::new(Workers::here(Desk::new("no/models")), Chain::new(providers), limits),
        Clients::new(Arc::new(Secret::new(secret))),
    )
}

/// Everything that is logged while something is done.
pub async fn logged(work: impl Future<Output = ()>) -> String {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let guard = tracing::subscriber::set_default(subscriber);
    work.await;
    drop(guard);
    String::from_utf8(lines.0.lock().unwrap().clone()).unwrap()
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub fn working() -> Api {
    api(vec![Fake { name: "embedded", ..Fake::default() }])
}

pub fn failing(kind: ErrorKind) -> Api {
    api(vec![Fake { name: "embedded", failure: Some(kind), ..Fake::default() }])
}

pub fn picture() -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    let image = image::RgbImage::from_pixel(200, 100, image::Rgb([9, 9, 9]));
    image.write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

/// A gateway's event with a picture as its body, altered.
pub fn event(fixture: &str, alter: impl FnOnce(&mut Value)) -> Request {
    let mut event: Value = serde_json::from_str(fixture).unwrap();
    event["body"] = json!(STANDARD.encode(picture()));
    alter(&mut event);
    lambda_http::request::from_str(&event.to_string()).unwrap()
}

pub fn http(alter: impl FnOnce(&mut Value)) -> Request {
    event(HTTP, alter)
}

pub fn json_body(response: &Response<Body>) -> Value {
    serde_json::from_slice(response.body().as_ref()).unwrap()
}

pub fn header<'r>(response: &'r Response<Body>, name: &str) -> Option<&'r str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

#[track_caller]
pub fn assert_problem(response: &Response<Body>, status: u16, code: &str) {
    assert_eq!(response.status().as_u16(), status);
    assert_eq!(header(response, "content-type"), Some("application/problem+json"));
    let problem = json_body(response);
    assert_eq!((&problem["status"], &problem["code"]), (&json!(status), &json!(code)));
    for member in ["type", "title", "detail", "hint"] {
        assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{member}");
    }
}
