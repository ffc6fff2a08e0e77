//! The real API on gateways' events, with a provider that fails as told.

#![cfg(test)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::{
    FUNCTION_URL, Fake, HTTP, REST, api, assert_problem, event, failing, header, http, json_body, picture, working,
};
use fapiao::desk::Desk;
use fapiao::document::Limits;
use fapiao::error::{Error, ErrorKind, Result};
use fapiao::pipeline::Pipeline;
use fapiao::provider::Chain;
use fapiao::secret::{Secret, SecretSource};
use fapiao::worker::Workers;
use fapiao_api::Api;
use fapiao_api::clients::Clients;
use http::Response;
use lambda_http::Body;
use serde_json::{Value, json};

#[tokio::test]
async fn every_gateway_gets_the_report() {
    for fixture in [REST, HTTP, FUNCTION_URL] {
        let response = working().handle(event(fixture, |_| {})).await;
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "content-type"), Some("application/json"));
        let report = json_body(&response);
        assert_eq!((&report["schema"], &report["status"]), (&json!("fapiao/1"), &json!("read")));
        assert_eq!(report["source"]["bytes"], json!(picture().len()));
        for absent in ["bucket", "key", "version_id", "etag", "sequencer"] {
            assert_eq!(report["source"][absent], Value::Null, "{absent}");
        }
    }
}

#[tokio::test]
async fn a_stage_in_front_of_the_path_is_taken_off() {
    struct Case(&'static str, &'static str, &'static str, u16);
    for Case(fixture, stage, path, status) in [
        Case(HTTP, "prod", "/prod/v1/invoices", 200),
        Case(HTTP, "prod", "/v1/invoices", 200),
        Case(HTTP, "v1", "/v1/v1/invoices", 200),
        Case(HTTP, "prod", "/production/v1/invoices", 404),
        Case(REST, "prod", "/prod/v1/invoices", 200),
        Case(REST, "prod", "/v1/invoices", 200),
    ] {
        let request = event(fixture, |event| {
            event["requestContext"]["stage"] = json!(stage);
            let member = if fixture == HTTP { "rawPath" } else { "path" };
            event[member] = json!(path);
        });
        assert_eq!(working().handle(request).await.status().as_u16(), status, "{stage} {path}");
    }
}

/// What the API makes of a body that a gateway handed over as text.
async fn as_text(media_type: &str, body: &str) -> Response<Body> {
    let request = http(|event| {
        event["headers"]["content-type"] = json!(media_type);
        event["isBase64Encoded"] = json!(false);
        event["body"] = json!(body);
    });
    working().handle(request).await
}

#[tokio::test]
async fn an_xml_is_taken_exactly_as_text_and_as_bytes() {
    let plain = "<EInvoice>数电发票\r\n</EInvoice>";
    let declared = format!("\u{feff}<?xml version='1.0' encoding=\"utf-8\"?>\n{plain}");
    for xml in [plain, &declared] {
        let bytes = http(|event| event["body"] = json!(STANDARD.encode(xml)));
        let expected = json_body(&working().handle(bytes).await);
        assert_eq!(expected["source"]["bytes"], json!(xml.len()));
        for media_type in ["application/xml", "text/xml; charset=utf-8", "application/einvoice+xml", "text/plain"] {
            let report = json_body(&as_text(media_type, xml).await);
            assert_eq!(report["source"]["sha256"], expected["source"]["sha256"], "{media_type}: {report}");
        }
    }
}

#[tokio::test]
async fn a_text_that_is_not_the_file_is_refused_with_what_to_send() {
    let jpeg = String::from_utf8_lossy(&[0xff, 0xd8, 0xff, 0xe0, 0, 16, b'J', b'F', b'I', b'F']).into_owned();
    let utf16: Vec<u8> = "<EInvoice/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16 = String::from_utf8_lossy(&utf16).into_owned();
    struct Case<'a>(&'static str, &'a str, &'static str);
    for Case(media_type, body, detail) in [
        Case("text/plain", &jpeg, "damaged"),
        Case("application/json", &jpeg, "damaged"),
        Case("application/xml", "<a>\u{fffd}\u{fffd}</a>", "damaged"),
        Case("text/xml", &utf16, "damaged"),
        Case("application/json", r#"{"image": "aGVsbG8="}"#, "JSON"),
        Case("application/problem+json", " [1]", "JSON"),
        Case("text/plain", "hello", "no invoice's XML"),
        Case("application/javascript", "%PDF-1.7", "no invoice's XML"),
        Case("text/xml", "<?xml version=\"1.0\" encoding='GBK'?><EInvoice/>", "GBK"),
        Case("text/xml", "<?xml version=\"1.0\" encoding=\"UTF-16\"?><EInvoice/>", "UTF-16"),
    ] {
        let response = as_text(media_type, body).await;
        assert_problem(&response, 415, "unsupported_media_type");
        let problem = json_body(&response);
        assert!(problem["detail"].as_str().unwrap().contains(detail), "{media_type} {body:?}: {problem}");
        assert!(problem["hint"].as_str().unwrap().contains("application/octet-stream"), "{problem}");
    }
}

#[tokio::test]
async fn a_file_that_a_gateway_took_for_bytes_is_never_refused_for_its_media_type() {
    for media_type in ["application/x-www-form-urlencoded", "text/plain", "application/json"] {
        let response = working().handle(http(|event| event["headers"]["content-type"] = json!(media_type))).await;
        assert_eq!(json_body(&response)["source"]["bytes"], json!(picture().len()), "{media_type}");
    }
}

#[tokio::test]
async fn without_the_key_nothing_is_told_and_the_body_is_not_looked_at() {
    let calls = Arc::new(AtomicUsize::new(0));
    let api = api(vec![Fake { name: "embedded", calls: calls.clone(), ..Fake::default() }]);
    for authorization in [None, Some("Bearer k2"), Some("Bearer "), Some("Basic k1"), Some("k1")] {
        for (method, path) in
            [("POST", "/v1/invoices"), ("GET", "/v1/invoices"), ("GET", "/healthz"), ("POST", "/v1/preview")]
        {
            let request = http(|event| {
                event["headers"]["authorization"] = json!(authorization.unwrap_or("none"));
                if authorization.is_none() {
                    event["headers"].as_object_mut().unwrap().remove("authorization");
                }
                event["requestContext"]["http"]["method"] = json!(method);
                event["rawPath"] = json!(path);
                // Over the limit: looking at it would give 413.
                event["body"] = json!(STANDARD.encode(vec![0; 100_001]));
            });
            let response = api.handle(request).await;
            assert_problem(&response, 401, "unauthorized");
            assert!(header(&response, "www-authenticate").unwrap().starts_with("Bearer"));
        }
    }
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}

struct Broken;

#[async_trait]
impl SecretSource for Broken {
    async fn fetch(&self) -> Result<Secret> {
        Err(Error::new(ErrorKind::Internal, "arn:secret is gone"))
    }
}

#[tokio::test]
async fn a_key_that_cannot_be_checked_opens_nothing() {
    let api = Api::new(
        Pipeline::new(Workers::here(Desk::new("no/models")), Chain::new(vec![]), Limits::default()),
        Clients::new(Arc::new(Broken)),
    );
    let response = api.handle(http(|_| {})).await;
    assert_problem(&response, 503, "internal");
    assert!(!json_body(&response).to_string().contains("arn:secret"));
}

#[tokio::test]
async fn a_documents_own_fault_is_a_rejected_report() {
    struct Case(&'static [u8], &'static str);
    for Case(body, code) in [Case(b"", "empty"), Case(b"hello", "unsupported_format")] {
        let response = working().handle(http(|event| event["body"] = json!(STANDARD.encode(body)))).await;
        assert_eq!(response.status(), 422);
        let report = json_body(&response);
        assert_eq!((&report["status"], &report["error"]["code"]), (&json!("rejected"), &json!(code)));
    }
    let response = failing(ErrorKind::NoInvoice).handle(http(|_| {})).await;
    assert_eq!((response.status().as_u16(), &json_body(&response)["error"]["code"]), (422, &json!("no_invoice")));
}

#[tokio::test]
async fn a_request_without_a_body_is_an_empty_document() {
    let request = http(|event| {
        event.as_object_mut().unwrap().remove("body");
        event["isBase64Encoded"] = json!(false);
    });
    assert_eq!(json_body(&working().handle(request).await)["error"]["code"], json!("empty"));
}

#[tokio::test]
async fn unknown_paths_and_methods_are_told_apart() {
    let response = working().handle(http(|event| event["rawPath"] = json!("/v2"))).await;
    assert_problem(&response, 404, "not_found");
    let get = http(|event| event["requestContext"]["http"]["method"] = json!("GET"));
    let response = working().handle(get).await;
    assert_problem(&response, 405, "method_not_allowed");
    assert_eq!(header(&response, "allow"), Some("POST"));
}

#[tokio::test]
async fn a_body_over_the_limit_and_a_form_are_refused() {
    let large = http(|event| event["body"] = json!(STANDARD.encode(vec![0; 100_001])));
    assert_problem(&working().handle(large).await, 413, "too_large");
    let form = http(|event| event["headers"]["content-type"] = json!("multipart/form-data; boundary=x"));
    assert_problem(&working().handle(form).await, 415, "unsupported_media_type");
}

#[tokio::test]
async fn a_provider_can_be_chosen_among_those_configured() {
    let api = api(vec![Fake { name: "textin", ..Fake::default() }, Fake { name: "embedded", ..Fake::default() }]);
    let choose = |name: &str| http(|event| event["rawQueryString"] = json!(format!("provider={name}")));
    let report = json_body(&api.handle(choose("embedded")).await);
    assert_eq!(provider_of(&report), "embedded");
    let response = api.handle(choose("nobody")).await;
    assert_problem(&response, 400, "unknown_provider");
    assert!(json_body(&response)["hint"].as_str().unwrap().contains("textin, embedded"));
    let rest = event(REST, |event| event["queryStringParameters"] = json!({"provider": "embedded"}));
    assert_eq!(provider_of(&json_body(&api.handle(rest).await)), "embedded");
}

fn provider_of(report: &Value) -> &str {
    report["invoices"][0]["provider"]["name"].as_str().unwrap()
}

#[tokio::test]
async fn every_failure_has_its_status() {
    for (kind, status) in [
        (ErrorKind::ProviderAuth, 502),
        (ErrorKind::ProviderQuota, 503),
        (ErrorKind::ProviderThrottled, 503),
        (ErrorKind::ProviderUnavailable, 502),
        (ErrorKind::ProviderTimeout, 504),
        (ErrorKind::ProviderProtocol, 502),
        (ErrorKind::Storage, 503),
        (ErrorKind::Deadline, 504),
        (ErrorKind::Internal, 500),
    ] {
        let response = failing(kind).handle(http(|_| {})).await;
        let retry_after = (kind == ErrorKind::ProviderThrottled).then_some("7");
        assert_eq!(header(&response, "retry-after"), retry_after, "{kind:?}");
        assert_problem(&response, status, Error::new(kind, "").code());
    }
}

#[tokio::test]
async fn what_takes_too_long_is_answered_with_the_next_step() {
    let slow = Fake { name: "embedded", delay: Duration::from_secs(60), ..Fake::default() };
    let api = api(vec![slow]).with_time_limit(Duration::from_millis(50));
    let response = api.handle(http(|_| {})).await;
    assert_problem(&response, 504, "deadline");
    assert!(json_body(&response)["hint"].as_str().unwrap().contains("input bucket"));
}

const TWO_INVOICES: &[u8] = include_bytes!("../../../tests/fixtures/text-two-invoices.pdf");

#[tokio::test]
async fn every_invoice_of_a_file_is_answered_in_one_report() {
    let two_invoices = http(|event| event["body"] = json!(STANDARD.encode(TWO_INVOICES)));
    let response = working().handle(two_invoices).await;
    assert_eq!(response.status(), 200);
    let report = json_body(&response);
    let places: Vec<_> =
        report["invoices"].as_array().unwrap().iter().map(|i| (&i["index"], &i["place"]["pages"])).collect();
    assert_eq!(places, [(&json!(1), &json!([1])), (&json!(2), &json!([2]))]);
}

#[tokio::test]
async fn what_was_read_before_a_failure_is_answered_with_the_problem() {
    let two_invoices = http(|event| event["body"] = json!(STANDARD.encode(TWO_INVOICES)));
    let first_only = Fake { name: "embedded", failure: Some(ErrorKind::ProviderQuota), healthy: 1, ..Fake::default() };
    let response = api(vec![first_only]).handle(two_invoices).await;
    assert_problem(&response, 503, "provider_quota");
    let report = &json_body(&response)["report"];
    assert_eq!((&report["status"], report["invoices"].as_array().map(Vec::len)), (&json!("failed"), Some(1)));
    assert_eq!(report["others"][0]["code"], json!("provider_quota"));
    // One that read nothing has nothing to tell.
    let response = failing(ErrorKind::ProviderQuota).handle(http(|_| {})).await;
    assert_eq!(json_body(&response)["report"], Value::Null);
}
