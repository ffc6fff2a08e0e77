//! How a file comes to `POST /v1/invoices`, who may send it, and what every answer carries.

#![cfg(test)]

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use common::{Fake, api_of, assert_problem, header, http, json_body, picture, working};
use http::Response;
use lambda_http::Body;
use serde_json::{Value, json};

/// A body as a gateway hands it over: text as text, anything else as base64.
async fn send(media_type: &str, body: &[u8]) -> Response<Body> {
    let request = http(|event| {
        event["headers"]["content-type"] = json!(media_type);
        event["isBase64Encoded"] = json!(std::str::from_utf8(body).is_err());
        event["body"] = std::str::from_utf8(body).map_or_else(|_| json!(STANDARD.encode(body)), |text| json!(text));
    });
    working().handle(request).await
}

#[track_caller]
fn assert_read(response: &Response<Body>, file: &[u8]) {
    let report = json_body(response);
    assert_eq!((response.status().as_u16(), &report["source"]["bytes"]), (200, &json!(file.len())), "{report}");
}

#[tokio::test]
async fn base64_in_json_is_a_file() {
    let picture = picture();
    let padded = STANDARD.encode(&picture);
    let (first, second) = padded.split_at(40);
    for base64 in [
        padded.clone(),
        STANDARD_NO_PAD.encode(&picture),
        format!("data:image/png;base64,{padded}"),
        format!("{first}\n{second}\r\n"),
    ] {
        let body = json!({"file_name": "a.png", "image_base64": base64}).to_string();
        for media_type in ["application/json", "application/json; charset=utf-8", "text/plain"] {
            assert_read(&send(media_type, body.as_bytes()).await, &picture);
        }
    }
}

#[tokio::test]
async fn json_that_holds_no_file_is_refused_with_what_to_send() {
    for (body, status, code) in [
        (json!({"image_base64": "%%%"}), 400, "invalid_base64"),
        (json!({"image_base64": "data:image/png,AAAA"}), 422, "empty"),
        (json!({"image_base64": ""}), 422, "empty"),
        (json!({"image_base64": 7}), 415, "unsupported_media_type"),
        (json!({"image": "AAAA"}), 415, "unsupported_media_type"),
    ] {
        let response = send("application/json", body.to_string().as_bytes()).await;
        let answer = json_body(&response);
        let told = answer["code"].as_str().or(answer["error"]["code"].as_str());
        assert_eq!((response.status().as_u16(), told), (status, Some(code)), "{body}");
    }
}

fn form(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (disposition, content) in parts {
        body.extend(format!("--xYz\r\nContent-Disposition: form-data; {disposition}\r\n\r\n").bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(b"--xYz--\r\n");
    body
}

const FORM: &str = "multipart/form-data; boundary=xYz";

#[tokio::test]
async fn the_file_in_a_form_is_a_file() {
    let picture = picture();
    let file = ("name=\"file\"; filename=\"a.png\"", picture.as_slice());
    for parts in [vec![file], vec![("name=\"note\"", b"hello"), file], vec![("name=\"file\"", picture.as_slice())]] {
        assert_read(&send(FORM, &form(&parts)).await, &picture);
    }
    let response = send(FORM, &form(&[file, file])).await;
    assert_problem(&response, 400, "several_files");
    for body in [form(&[("name=\"a\"", b"1"), ("name=\"b\"", b"2")]), form(&[]), b"hello".to_vec()] {
        assert_problem(&send(FORM, &body).await, 415, "unsupported_media_type");
    }
    // As a gateway that took it for text hands it over.
    let damaged = String::from_utf8_lossy(&form(&[file])).into_owned();
    assert_problem(&send(FORM, damaged.as_bytes()).await, 415, "unsupported_media_type");
}

#[tokio::test]
async fn every_answer_carries_the_requests_id_and_is_stored_nowhere() {
    for path in ["/v1/invoices", "/v1/capabilities", "/v2", "/robot/v1.0/api/vat_invoice", "/"] {
        let response = working().handle(http(|event| event["rawPath"] = json!(path))).await;
        let carried = (header(&response, "cache-control"), header(&response, "x-request-id"));
        assert_eq!(carried, (Some("no-store"), Some("AbCdEf=")), "{path}");
    }
}

#[tokio::test]
async fn capabilities_are_told_to_those_with_a_key() {
    let get = |authorization: &'static str| {
        http(move |event| {
            event["requestContext"]["http"]["method"] = json!("GET");
            event["rawPath"] = json!("/v1/capabilities");
            event["headers"]["authorization"] = json!(authorization);
        })
    };
    assert_problem(&working().handle(get("Bearer no")).await, 401, "unauthorized");
    let told = json_body(&working().handle(get("Bearer k1")).await);
    assert_eq!((&told["providers"], &told["limits"]["max_bytes"]), (&json!(["embedded"]), &json!(100_000)));
    assert_eq!(told["types"].as_array().map(Vec::len), Some(9));
    assert_eq!(told["formats"].as_array().map(Vec::len), Some(11));
    let paths: Vec<&Value> = told["dialects"].as_array().unwrap().iter().map(|dialect| &dialect["path"]).collect();
    assert_eq!(paths, ["/v1/invoices", "/robot/v1.0/api/vat_invoice", "/?Action=OcrRollInvoice&Version=2021-08-23"]);
}

const CLIENTS: &str = r#"{"clients": [
    {"name": "anywhere", "api_key": "k1"},
    {"name": "here", "api_key": "k2", "addresses": ["192.0.2.0/24"]},
    {"name": "elsewhere", "api_key": "k3", "addresses": ["198.51.100.1"]},
    {"name": "vendor", "api_key": "k4", "provider": "textin"},
    {"name": "nobody", "api_key": "k5", "provider": "volcengine"}]}"#;

#[tokio::test]
async fn each_client_comes_from_its_addresses_and_gets_its_provider() {
    let fakes = || ["embedded", "textin"].map(|name| Fake { name, ..Fake::default() }).into();
    for (key, query, status, outcome) in [
        ("k1", "", 200, "embedded"),
        ("k1", "provider=textin", 200, "textin"),
        ("k2", "", 200, "embedded"),
        ("k3", "", 403, "address_not_allowed"),
        ("k4", "", 200, "textin"),
        ("k4", "provider=textin", 200, "textin"),
        ("k4", "provider=embedded", 403, "provider_not_allowed"),
        ("k5", "", 502, "provider_auth"),
    ] {
        let api = api_of(fakes(), CLIENTS);
        let request = http(|event| {
            event["headers"]["authorization"] = json!(format!("Bearer {key}"));
            // Whoever asks can write anything here.
            event["headers"]["x-forwarded-for"] = json!("198.51.100.1");
            event["rawQueryString"] = json!(query);
        });
        let response = api.handle(request).await;
        let answer = json_body(&response);
        let told = answer["code"].as_str().or(answer["invoices"][0]["provider"]["name"].as_str());
        assert_eq!((response.status().as_u16(), told), (status, Some(outcome)), "{key} {query}: {answer}");
    }
}

#[tokio::test]
async fn a_rest_gateways_address_counts_too() {
    let api = api_of(vec![Fake { name: "embedded", ..Fake::default() }], CLIENTS);
    for (address, status) in [("192.0.2.77", 200), ("203.0.113.1", 403), ("nonsense", 403)] {
        let request = common::event(common::REST, |event| {
            event["headers"] = json!({"Authorization": "Bearer k2"});
            event["multiValueHeaders"] = json!({"Authorization": ["Bearer k2"]});
            event["requestContext"]["identity"]["sourceIp"] = json!(address);
        });
        assert_eq!(api.handle(request).await.status().as_u16(), status, "{address}");
    }
}
