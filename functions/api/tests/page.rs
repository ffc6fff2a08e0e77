//! What a browser gets: the page itself, without a key, and the pictures of pages, with one.

#![cfg(test)]

mod common;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::{FUNCTION_URL, HTTP, REST, api, assert_problem, event, header, http, json_body, picture, working};
use fapiao::store::MemoryStore;
use fapiao_api::uploads::Uploads;
use http::Response;
use lambda_http::{Body, Request};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const MAX_PAGE_BYTES: usize = 150_000;

fn page_of(fixture: &str, path: &str) -> Request {
    event(fixture, |event| {
        if fixture == REST {
            event["httpMethod"] = json!("GET");
            event["path"] = json!(path);
        } else {
            event["requestContext"]["http"]["method"] = json!("GET");
            event["rawPath"] = json!(path);
        }
        event["headers"].as_object_mut().unwrap().remove("authorization");
        event["headers"].as_object_mut().unwrap().remove("Authorization");
        event["body"] = json!("");
    })
}

fn text(response: &Response<Body>) -> &str {
    std::str::from_utf8(response.body().as_ref()).unwrap()
}

#[tokio::test]
async fn everybody_gets_the_page_through_every_gateway() {
    for fixture in [REST, HTTP, FUNCTION_URL] {
        let response = working().handle(page_of(fixture, "/")).await;
        assert_eq!(response.status(), 200, "{fixture}");
        assert_eq!(header(&response, "content-type"), Some("text/html; charset=utf-8"));
        assert!(text(&response).starts_with("<!doctype html>") && text(&response).len() < MAX_PAGE_BYTES);
    }
}

/// What stands between the tags of the page's only element of a kind.
fn between<'a>(page: &'a str, start: &str, end: &str) -> &'a str {
    assert_eq!(page.matches(start).count(), 1, "{start}");
    page.split_once(start).unwrap().1.split_once(end).unwrap().0
}

#[tokio::test]
async fn its_policy_runs_what_is_in_it_and_nothing_else() {
    let api = working().with_uploads(Uploads::new(Arc::new(MemoryStore::new()), "in", "out"));
    let response = api.handle(page_of(HTTP, "/")).await;
    let policy = header(&response, "content-security-policy").unwrap();
    for (directive, start, end) in [("script-src", "<script>", "</script>"), ("style-src", "<style>", "</style>")] {
        let digest = STANDARD.encode(Sha256::digest(between(text(&response), start, end)));
        assert!(policy.contains(&format!("{directive} 'sha256-{digest}';")), "{directive}: {policy}");
    }
    for words in ["default-src 'none';", "connect-src 'self' https://in.memory.invalid;", "frame-ancestors 'none'"] {
        assert!(policy.contains(words), "{words}: {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
}

#[tokio::test]
async fn it_names_no_address_but_those_of_this_api() {
    let response = working().handle(page_of(HTTP, "/")).await;
    let page = text(&response).replace("http://www.w3.org/2000/svg", "");
    for address in ["http://", "https://", "src=\"//", "@import", " style=\"", " onclick="] {
        assert!(!page.contains(address), "{address}");
    }
}

#[tokio::test]
async fn what_a_thing_is_called_in_the_list_it_is_called_on_the_page() {
    use fapiao::invoice::{Field, InvoiceType};
    use fapiao::sentence::{Lang, Sentence, invoice_kind, report, screen};
    let response = working().handle(page_of(HTTP, "/")).await;
    let page = text(&response);
    let zh = |said: Sentence| said.say(Lang::Zh).unwrap();
    let mut words = vec![
        ("verified".to_owned(), zh(screen::verified())),
        ("review".to_owned(), zh(screen::review())),
        ("rejected".to_owned(), zh(screen::rejected())),
        ("failed".to_owned(), zh(screen::failed())),
        ("field_verified".to_owned(), zh(screen::verified())),
        ("legend_verified".to_owned(), zh(screen::verified())),
    ];
    words.extend(InvoiceType::ALL.map(|kind| (kind.to_string(), invoice_kind(&kind.to_string(), Lang::Zh))));
    // Under the heads of buyer and seller names are shorter, and a total of digits needs no word for that.
    let is_same = |field: &&Field| !field.to_string().contains('.') && **field != Field::GrandTotal;
    let called = |field: &Field| zh(report::field_not_found(field)).replace("未能识别", "").replace("，请查看票面", "");
    words.extend(Field::ALL.iter().filter(is_same).map(|field| (field.to_string(), called(field))));
    let is_on_page = |name: &String| page.contains(&format!("\n  {name}: ['"));
    let on_page: Vec<_> = words.iter().filter(|(name, _)| is_on_page(name)).collect();
    assert!(on_page.len() > 25, "{on_page:?}");
    for (name, word) in on_page {
        let word = if name == "grand_total_words" { "价税合计（大写）" } else { word };
        assert!(page.contains(&format!("\n  {name}: ['{word}', ")), "{name} is not called {word}");
    }
}

async fn preview(file: &[u8], query: &str) -> Response<Body> {
    let request = http(|event| {
        event["rawPath"] = json!("/v1/preview");
        event["rawQueryString"] = json!(query);
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        event["queryStringParameters"] = pairs.map(|(name, value)| (name.to_owned(), json!(value))).collect();
        event["body"] = json!(STANDARD.encode(file));
    });
    working().handle(request).await
}

#[tokio::test]
async fn a_page_is_shown_with_the_size_in_which_its_quads_count() {
    let pdf = include_bytes!("../../../tests/fixtures/text-two-invoices.pdf");
    let shown = preview(pdf, "page=2").await;
    let image = image::load_from_memory(shown.body().as_ref()).unwrap();
    assert_eq!((shown.status().as_u16(), header(&shown, "content-type")), (200, Some("image/jpeg")));
    let size = (image.width().to_string(), image.height().to_string());
    assert_eq!(header(&shown, "x-page-width").zip(header(&shown, "x-page-height")), Some((&*size.0, &*size.1)));
    assert_eq!(header(&shown, "x-page-count"), Some("3"));
    assert_eq!(header(&shown, "x-content-type-options"), Some("nosniff"));
    let same = preview(&picture(), "").await;
    assert_eq!((same.body().as_ref(), header(&same, "content-type")), (&picture()[..], Some("image/png")));
}

#[tokio::test]
async fn what_cannot_be_shown_is_told_with_the_next_step() {
    let ofd = include_bytes!("../../../tests/fixtures/all-sources.ofd");
    assert_problem(&preview(ofd, "").await, 404, "no_picture");
    assert_problem(&preview(&picture(), "page=2").await, 404, "no_picture");
    assert_problem(&preview(&picture(), "page=two").await, 400, "bad_page");
    assert_problem(&preview(b"\xff\xd8\xff nothing", "").await, 422, "undecodable");
    let without_key = http(|event| {
        event["rawPath"] = json!("/v1/preview");
        event["headers"].as_object_mut().unwrap().remove("authorization");
    });
    assert_problem(&api(Vec::new()).handle(without_key).await, 401, "unauthorized");
}

/// What the API answers to JSON at a path, in Chinese.
async fn posted(path: &str, body: &Value) -> Response<Body> {
    let request = http(|event| {
        event["rawPath"] = json!(path);
        event["rawQueryString"] = json!("lang=zh");
        event["queryStringParameters"] = json!({"lang": "zh"});
        event["isBase64Encoded"] = json!(false);
        event["body"] = json!(body.to_string());
    });
    working().handle(request).await
}

/// The Report of a text, in English.
async fn refused() -> Value {
    let request = http(|event| event["body"] = json!(STANDARD.encode("\u{1}\u{2}")));
    json_body(&working().handle(request).await)
}

#[tokio::test]
async fn a_report_is_said_in_another_language_and_nothing_else_of_it_changes() {
    let english = refused().await;
    let mut chinese = json_body(&posted("/v1/reports", &english).await);
    for text in ["message", "hint"] {
        assert!(!chinese["error"][text].as_str().unwrap().is_ascii(), "{chinese}");
        chinese["error"][text] = english["error"][text].clone();
    }
    assert_eq!(chinese, english);
    assert_problem(&posted("/v1/reports", &json!({"a": 1})).await, 400, "no_report");
}

#[tokio::test]
async fn reports_make_the_list_that_is_booked_from() {
    let files = json!([{"file": "b.bin", "report": refused().await}, {"file": "a.pdf", "reason": "=no time"}]);
    let list = posted("/v1/list", &files).await;
    assert_eq!(header(&list, "content-type"), Some("text/csv; charset=utf-8"));
    let lines: Vec<&str> = text(&list).lines().collect();
    assert!(lines[0].starts_with("\u{feff}文件,") && lines[1].starts_with("a.pdf,") && lines[1].contains("'=no time"));
    assert!(lines.len() == 3 && lines[2].starts_with("b.bin,"), "{lines:?}");
    assert_problem(&posted("/v1/list", &json!({"file": "a"})).await, 400, "no_list");
}
