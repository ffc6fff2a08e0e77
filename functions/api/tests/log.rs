//! What the access log says. In a program of its own: who listens to the log is a matter of the whole process.

#![cfg(test)]

mod common;

use common::{Fake, api_of, http};
use serde_json::json;

const CLIENTS: &str = r#"{"clients": [
    {"name": "here", "api_key": "k2", "addresses": ["192.0.2.0/24"]},
    {"name": "elsewhere", "api_key": "k3", "addresses": ["198.51.100.1"]}]}"#;

#[tokio::test]
async fn the_log_names_the_client_and_no_credential() {
    let lines = common::logged(async {
        for (key, path) in [("k2", "/v1/invoices"), ("hunter2", "/v1/invoices"), ("k3", "/v1/capabilities")] {
            let request = http(|event| {
                event["headers"]["authorization"] = json!(format!("Bearer {key}"));
                event["rawPath"] = json!(path);
            });
            let fake = Fake { name: "embedded", ..Fake::default() };
            api_of(vec![fake], CLIENTS).handle(request).await;
        }
    })
    .await;
    let lines: Vec<&str> = lines.lines().filter(|line| line.contains("answered")).collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    for (line, words) in lines.iter().zip([
        ["client=\"here\"", "status=200"],
        ["path=\"/v1/invoices\"", "status=401"],
        ["client=\"elsewhere\"", "status=403"],
    ]) {
        assert!(words.iter().all(|word| line.contains(word)), "{line}");
        assert!(line.contains("request_id=\"AbCdEf=\"") && line.contains("address=192.0.2.1"), "{line}");
        assert!(!line.contains("hunter2") && !line.contains("Bearer"), "{line}");
    }
}
