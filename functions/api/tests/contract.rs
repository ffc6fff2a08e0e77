//! The contract: as committed, whole, true of the routes, and open to everybody.
//! `FAPIAO_UPDATE=1 cargo test -p fapiao-api --test contract` writes it anew.

#![cfg(test)]

mod common;

use std::collections::BTreeSet;

use common::{header, http, json_body, working};
use fapiao_api::openapi::document;
use http::Response;
use lambda_http::Body;
use serde_json::{Value, json};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");

async fn get(path: &str) -> Response<Body> {
    let request = http(|event| {
        event["headers"] = json!({});
        event["requestContext"]["http"]["method"] = json!("GET");
        event["rawPath"] = json!(path);
    });
    working().handle(request).await
}

#[test]
fn the_committed_contract_is_the_one_the_code_makes() {
    let mut made = serde_json::to_string_pretty(document()).unwrap();
    made.push('\n');
    if std::env::var_os("FAPIAO_UPDATE").is_some_and(|value| !value.is_empty()) {
        std::fs::write(FILE, &made).unwrap();
    }
    let committed = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(committed == made, "the code changed: run FAPIAO_UPDATE=1 cargo test -p fapiao-api --test contract");
}

#[test]
fn every_reference_leads_somewhere_and_every_operation_is_told_apart() {
    let mut references = BTreeSet::new();
    collect(document(), &mut references);
    assert!(references.len() > 10, "{references:?}");
    for reference in references {
        assert!(document().pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
    let operations: Vec<&Value> =
        document()["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values()).collect();
    let ids: BTreeSet<&str> = operations.iter().map(|operation| operation["operationId"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), operations.len());
    for operation in operations {
        assert!(operation["security"].is_array() && operation["tags"][0].is_string(), "{operation}");
    }
}

fn collect<'v>(value: &'v Value, references: &mut BTreeSet<&'v str>) {
    match value {
        Value::Object(members) => {
            references.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|value| collect(value, references));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, references)),
        _ => {}
    }
}

#[tokio::test]
async fn anybody_may_read_the_contract_and_ask_whether_the_api_answers() {
    let contract = get("/openapi.json").await;
    assert_eq!((contract.status().as_u16(), &json_body(&contract)), (200, document()));
    let health = get("/health").await;
    assert_eq!(json_body(&health), json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}));
    for path in ["/v1/capabilities", "/v1/uploads", "/v1/invoices/x", "/nothing"] {
        assert_eq!(get(path).await.status(), 401, "{path}");
    }
}

#[tokio::test]
async fn the_docs_tell_every_route_and_call_nobody() {
    let docs = get("/docs").await;
    assert_eq!(header(&docs, "content-type"), Some("text/html; charset=utf-8"));
    let policy = header(&docs, "content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let html = std::str::from_utf8(docs.body().as_ref()).unwrap();
    for path in document()["paths"].as_object().unwrap().keys() {
        assert!(html.contains(&format!("<code>{path}</code>")), "{path}");
    }
    for calling in ["<script", "src=", "http://", "https://", "url(", "@import"] {
        assert!(!html.contains(calling), "{calling}");
    }
    assert!(html.len() < 150_000, "{} bytes", html.len());
}
