//! Links for large files, and what is told of them afterwards; on a store in memory.

#![cfg(test)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use common::{Fake, api_of, assert_problem, header, http, json_body};
use fapiao::store::MemoryStore;
use fapiao_api::Api;
use fapiao_api::uploads::Uploads;
use http::Response;
use lambda_http::Body;
use serde_json::{Value, json};

const SECRET: &str = r#"{"clients": [
    {"name": "accounting", "api_key": "k1"}, {"name": "sales", "api_key": "k2"},
    {"name": "paying", "api_key": "k3", "provider": "textin"}]}"#;

fn api(store: &MemoryStore, clock: fn() -> SystemTime) -> Api {
    let uploads = Uploads::new(Arc::new(store.clone()), "in", "out").with_clock(clock);
    api_of(vec![Fake { name: "embedded", ..Fake::default() }], SECRET).with_uploads(uploads)
}

async fn ask(api: &Api, key: &str, method: &str, path: &str, body: &str) -> Response<Body> {
    let request = http(|event| {
        event["headers"] = json!({"authorization": format!("Bearer {key}"), "content-type": "application/json"});
        event["requestContext"]["http"]["method"] = json!(method);
        event["rawPath"] = json!(path);
        event["isBase64Encoded"] = json!(false);
        event["body"] = json!(body);
    });
    api.handle(request).await
}

async fn link(api: &Api, key: &str) -> Value {
    let wanted = json!({"name": "发票 1.pdf", "type": "application/pdf", "size": 20_000}).to_string();
    let response = ask(api, key, "POST", "/v1/uploads", &wanted).await;
    assert_eq!(response.status(), 201);
    let link = json_body(&response);
    assert_eq!(header(&response, "location"), link["location"].as_str());
    link
}

/// Where the file is to go.
fn key_of(link: &Value) -> String {
    let (_, rest) = link["url"].as_str().unwrap().split_once("invalid/").unwrap();
    rest.split_once('?').unwrap().0.to_owned()
}

#[tokio::test]
async fn a_link_names_all_that_a_client_has_to_send() {
    let api = api(&MemoryStore::new(), SystemTime::now);
    let link = link(&api, "k1").await;
    assert_eq!((&link["method"], &link["size"]), (&json!("PUT"), &json!(20_000)));
    assert_eq!(link["headers"], json!({"content-type": "application/pdf"}));
    let ends: jiff::Timestamp = link["expires_at"].as_str().unwrap().parse().unwrap();
    let left = ends.duration_since(jiff::Timestamp::now());
    assert!(left.as_secs() > 600 && left.as_secs() <= 900, "{left:?}");
    let key = key_of(&link);
    assert!(key.starts_with("api/accounting/") && key.ends_with("/发票_1.pdf"), "{key}");
}

#[tokio::test]
async fn a_client_with_a_provider_of_its_own_has_uploads_read_by_it() {
    let store = MemoryStore::new();
    let api = api(&store, SystemTime::now);
    let link = link(&api, "k3").await;
    let key = key_of(&link);
    assert!(key.starts_with("textin/api/paying/"), "{key}");
    store.upload("out", &format!("{key}.json"), "{}");
    assert_eq!(ask(&api, "k3", "GET", link["location"].as_str().unwrap(), "").await.status(), 200);
}

#[tokio::test]
async fn until_there_is_a_report_the_client_is_asked_to_wait() {
    let store = MemoryStore::new();
    let api = api(&store, SystemTime::now);
    let link = link(&api, "k1").await;
    let location = link["location"].as_str().unwrap();
    let pending = ask(&api, "k1", "GET", location, "").await;
    assert_eq!((pending.status().as_u16(), json_body(&pending)), (202, json!({"status": "pending"})));
    assert_eq!(header(&pending, "retry-after"), Some("2"));
    let report = r#"{"schema": "fapiao/1", "status": "failed", "of": "another release"}"#;
    store.upload("out", &format!("{}.json", key_of(&link)), report);
    let answered = ask(&api, "k1", "GET", location, "").await;
    assert_eq!((answered.status().as_u16(), answered.body().as_ref()), (200, report.as_bytes()));
}

#[tokio::test]
async fn what_is_another_clients_looks_like_what_never_was() {
    let store = MemoryStore::new();
    let api = api(&store, SystemTime::now);
    let link = link(&api, "k1").await;
    store.upload("out", &format!("{}.json", key_of(&link)), "{}");
    let location = link["location"].as_str().unwrap();
    let foreign = ask(&api, "k2", "GET", location, "").await;
    assert_problem(&foreign, 404, "not_found");
    for path in ["/v1/invoices/x", "/v1/invoices/..", "/v1/invoices/%2e%2e", &location[..location.len() - 1]] {
        let never = ask(&api, "k1", "GET", path, "").await;
        assert_eq!((never.status(), json_body(&never)), (foreign.status(), json_body(&foreign)), "{path}");
    }
    assert_eq!(ask(&api, "k1", "GET", "/v1/invoices/a/b", "").await.status(), 404);
    assert_eq!(ask(&api, "nobody's", "GET", location, "").await.status(), 401);
}

#[tokio::test]
async fn an_upload_that_never_came_ends_with_its_link() {
    static AHEAD: AtomicU64 = AtomicU64::new(0);
    fn clock() -> SystemTime {
        SystemTime::now() + Duration::from_secs(AHEAD.load(Ordering::SeqCst))
    }
    let store = MemoryStore::new();
    let api = api(&store, clock);
    let (sent, unsent) = (link(&api, "k1").await, link(&api, "k1").await);
    store.upload("in", &key_of(&sent), "the file");
    AHEAD.store(3600, Ordering::SeqCst);
    assert_eq!(ask(&api, "k1", "GET", sent["location"].as_str().unwrap(), "").await.status(), 202);
    let expired = ask(&api, "k1", "GET", unsent["location"].as_str().unwrap(), "").await;
    assert_problem(&expired, 404, "upload_expired");
}

#[tokio::test]
async fn what_cannot_be_uploaded_gets_no_link() {
    let api = api(&MemoryStore::new(), SystemTime::now);
    for (body, status, code) in [
        ("", 400, "invalid_upload"),
        ("[]", 400, "invalid_upload"),
        (r#"{"name": "a"}"#, 400, "invalid_upload"),
        (r#"{"name": "a", "size": -1}"#, 400, "invalid_upload"),
        (r#"{"name": "a", "size": 0}"#, 400, "invalid_upload"),
        (r#"{"name": "a", "size": 1, "type": "text"}"#, 400, "invalid_upload"),
        (r#"{"name": "a", "size": 1, "type": "a/b\r\nx: y"}"#, 400, "invalid_upload"),
        (r#"{"name": "a", "size": 100001}"#, 413, "too_large"),
    ] {
        assert_problem(&ask(&api, "k1", "POST", "/v1/uploads", body).await, status, code);
    }
    let smallest = ask(&api, "k1", "POST", "/v1/uploads", r#"{"name": "", "size": 1, "type": ""}"#).await;
    assert_eq!(json_body(&smallest)["headers"]["content-type"], "application/octet-stream");
}

#[tokio::test]
async fn without_buckets_the_api_says_so() {
    let api = api_of(vec![Fake { name: "embedded", ..Fake::default() }], "k1");
    let wanted = r#"{"name": "a", "size": 1}"#;
    assert_problem(&ask(&api, "k1", "POST", "/v1/uploads", wanted).await, 404, "no_uploads");
    assert_problem(&ask(&api, "k1", "GET", "/v1/invoices/x", "").await, 404, "not_found");
}
