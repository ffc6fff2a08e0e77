//! Credentials stay where they belong: whatever a vendor answers, nothing that we say repeats them.

#![cfg(test)]

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use fapiao::config::Config;
use fapiao::desk::Desk;
use fapiao::error::ErrorKind;
use fapiao::pipeline::Pipeline;
use fapiao::report::Source;
use fapiao::worker::Workers;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

const CREDENTIALS: [(&str, &str); 5] = [
    ("FAPIAO_TEXTIN_APP_ID", "hunter-app"),
    ("FAPIAO_TEXTIN_SECRET_CODE", "hunter-code"),
    ("FAPIAO_VOLCENGINE_ACCESS_KEY", "AKLT"),
    ("FAPIAO_VOLCENGINE_SECRET_KEY", "hunter-key"),
    ("FAPIAO_VOLCENGINE_SESSION_TOKEN", "hunter-token"),
];

/// Everything that is logged, by us and by the libraries below.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// A vendor that refuses everybody and quotes what it was sent.
async fn talkative(headers: HeaderMap) -> (StatusCode, String) {
    let sent = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let quoted =
        format!("wrong: {} {} {} hunter-key", sent("x-ti-app-id"), sent("x-ti-secret-code"), sent("x-security-token"));
    let volcengine = json!({"Error": {"Code": "SignatureDoesNotMatch", "CodeN": 100010, "Message": quoted}});
    let answer = json!({"code": 40102, "message": quoted, "ResponseMetadata": volcengine});
    (StatusCode::OK, answer.to_string())
}

async fn endpoint() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(talkative)).await });
    address
}

fn page() -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(300, 200).write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

#[tokio::test]
async fn neither_logs_nor_debug_nor_errors_nor_reports_repeat_a_credential() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let endpoint = endpoint().await;
    let config = Config::from_lookup(&|name| match name {
        "FAPIAO_PROVIDERS" => Some("textin,volcengine".to_owned()),
        "FAPIAO_TEXTIN_ENDPOINT" | "FAPIAO_VOLCENGINE_ENDPOINT" => Some(endpoint.clone()),
        _ => CREDENTIALS.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()),
    })
    .unwrap();
    let pipeline = Pipeline::new(Workers::here(Desk::new(&config.models)), config.chain().unwrap(), config.limits);

    let mut said = format!("{config:?} {:?}", config.vendors.local_keys);
    for selected in [None, Some("textin"), Some("volcengine")] {
        let deadline = Instant::now() + Duration::from_secs(10);
        let failure = pipeline.read(page().into(), Source::default(), selected, deadline).await.unwrap_err();
        assert_eq!(failure.error.kind(), ErrorKind::ProviderAuth, "{failure}");
        let report = serde_json::to_string(&failure.report).unwrap();
        assert!(report.contains("wrong: <redacted>") || selected == Some("volcengine"), "{report}");
        said += &format!("{failure} {failure:?} {} {report}", failure.error.hint());
        tracing::error!(error = %failure.error, ?failure, "not read");
    }
    said += &String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(said.contains("not read") && said.contains("hyper"), "the log was captured, the libraries' too");
    let told = said.match_indices("hunter").map(|(at, _)| &said[at.saturating_sub(300)..said.len().min(at + 20)]);
    assert_eq!(told.collect::<Vec<_>>(), Vec::<&str>::new());
}
