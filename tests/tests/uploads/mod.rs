//! Files that are too large for a request, on the deployed stack, whose S3 reckons signatures as the real one does: what a link
//! takes, what a client is told of its file, who may send from a browser, whom EventBridge tells, and the guides' snippets.

mod snippets;

use std::process::Command;
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use fapiao::store::{Presign, Upload};
use fapiao_tests::plain::{self, Answer};
use fapiao_tests::protocols::Call;
use serde_json::{Value, json};

use super::local::{Stack, deploy, fixture, root};

const PATIENCE: Duration = Duration::from_secs(120);
/// `contract` is the client of tests/tools/contract.py.
const SECRET: &str = r#"{"api_key": "ours", "clients": [
    {"name": "sales", "api_key": "theirs"},
    {"name": "contract", "api_key": "contract",
     "textin": {"app_id": "contract", "secret_code": "contract"},
     "volcengine": {"access_key": "contract", "secret_key": "contract"}}]}"#;

/// The API as it is deployed.
struct World {
    stack: Stack,
}

impl World {
    async fn new() -> Self {
        let stack = deploy(&["NotifyEventBridge=true".to_owned()]);
        stack.put_api_secret(SECRET, "00000000-0000-4000-8000-00000000000b").await;
        Self { stack }
    }

    async fn ask(&self, key: &str, method: &'static str, target: &str, body: &Value) -> (u16, Value) {
        let headers = vec![("authorization", format!("Bearer {key}")), ("content-type", "application/json".to_owned())];
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        self.stack.call(&Call { method, target: target.to_owned(), headers, body }).await
    }

    async fn link(&self, name: &str, size: usize) -> Value {
        let wanted = json!({"name": name, "type": "application/pdf", "size": size});
        let (status, link) = self.ask("ours", "POST", "/v1/uploads", &wanted).await;
        assert_eq!(status, 201, "{link}");
        link
    }

    /// The Report, as soon as the client is no longer asked to wait.
    async fn report(&self, link: &Value) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.ask("ours", "GET", link["location"].as_str().unwrap(), &Value::Null).await {
                (202, _) if Instant::now() < deadline => tokio::time::sleep(Duration::from_millis(200)).await,
                (200, report) => return report,
                other => panic!("{other:?}"),
            }
        }
    }
}

async fn send(url: &str, method: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let (host, target) = url.trim_start_matches("http://").split_once('/').unwrap();
    let pair =
        |(name, value): &(&str, &str)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
    let headers: HeaderMap = headers.iter().map(pair).collect();
    plain::ask(host, method, &format!("/{target}"), &headers, body).await.unwrap()
}

async fn put(url: &str, media_type: &str, body: &[u8]) -> u16 {
    send(url, "PUT", &[("content-type", media_type)], body).await.status.as_u16()
}

/// One story, because it costs a deployment.
#[tokio::test]
async fn large_files_go_by_links() {
    let world = World::new().await;
    events_of_reports_reach_whoever_wants_them(&world).await;
    a_link_takes_what_was_announced_and_nothing_else(&world).await;
    a_link_ends(&world).await;
    a_browser_may_send_from_our_page_alone(&world).await;
    snippets::every_snippet_reads_a_small_and_a_large_file(&world.stack, "ours");
    the_api_keeps_its_contract(&world);
}

async fn a_link_takes_what_was_announced_and_nothing_else(world: &World) {
    let file = fixture("text-digital.pdf");
    let link = world.link("发票 1.pdf", file.len()).await;
    let (url, location) = (link["url"].as_str().unwrap(), link["location"].as_str().unwrap());
    assert_eq!(put(url, "application/pdf", &file[1..]).await, 403, "another length");
    assert_eq!(put(url, "text/html", &file).await, 403, "another type");
    let elsewhere = url.replacen("/api/", "/other/", 1);
    assert_eq!(put(&elsewhere, "application/pdf", &file).await, 403, "another key");
    assert_eq!(world.ask("ours", "GET", location, &Value::Null).await, (202, json!({"status": "pending"})));
    let sent = put(url, "application/pdf", &file).await;
    assert_eq!(sent, 200);
    let report = world.report(&link).await;
    assert_eq!((&report["status"], &report["source"]["bytes"]), (&json!("read"), &json!(file.len())));
    let (status, at_once) = world.stack.post_invoice(&file, Some("ours")).await;
    assert_eq!((status, &at_once["invoices"][0]["invoice"]), (200, &report["invoices"][0]["invoice"]));
    assert_eq!(world.ask("theirs", "GET", location, &Value::Null).await.0, 404, "another client's");
    assert_eq!(world.ask("nobody's", "GET", location, &Value::Null).await.0, 401);
}

async fn a_link_ends(world: &World) {
    let link = |seconds| {
        let valid = Duration::from_secs(seconds);
        let bucket = world.stack.output("InputBucket");
        let upload = Upload { bucket, key: "late.txt", content_type: "text/plain", bytes: 4, valid };
        let store = world.stack.store();
        async move { store.presigned_put(&upload).await.unwrap() }
    };
    let (short, long) = (link(1).await, link(60).await);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(put(&short, "text/plain", b"late").await, 403);
    assert_eq!(put(&long, "text/plain", b"late").await, 200);
}

/// By the bucket's rules as they are deployed: the emulator itself lets every browser do everything.
async fn a_browser_may_send_from_our_page_alone(world: &World) {
    let url = format!("{}/{}?cors", world.stack.output("Endpoint"), world.stack.output("InputBucket"));
    let rules = String::from_utf8(send(&url, "GET", &[], b"").await.body.to_vec()).unwrap();
    let of = |element: &str| -> Vec<String> {
        let begin = format!("<{element}>");
        let values = rules.split(&begin).skip(1).filter_map(|rest| rest.split_once("</"));
        values.map(|(value, _)| value.to_owned()).collect()
    };
    let (page, own) = (world.stack.output("ApiUrl"), format!("https://{}.execute-api.", world.stack.output("ApiId")));
    let origins = of("AllowedOrigin");
    assert_eq!((of("AllowedMethod"), of("AllowedHeader")), (vec!["PUT".to_owned()], vec!["content-type".to_owned()]));
    assert!(origins.iter().all(|origin| origin == page || origin.starts_with(&own)), "{rules}");
    let mut response = send(&format!("{page}/"), "GET", &[], b"").await;
    let policy = response.headers.remove("content-security-policy").unwrap();
    let expected = format!("connect-src 'self' {};", world.stack.output("Endpoint"));
    assert!(policy.to_str().unwrap().contains(&expected), "{policy:?}");
}

/// By the rule of the guide, with a queue in the place of whoever is called.
async fn events_of_reports_reach_whoever_wants_them(world: &World) {
    let rule = std::fs::read_to_string(root().join("docs/eventbridge-rule.json")).unwrap();
    let mut rule: Value = serde_json::from_str(&rule).unwrap();
    rule["detail"]["bucket"]["name"] = json!([world.stack.output("OutputBucket")]);
    let (queue, arn) = world.stack.new_queue("called").await;
    world.stack.events("PutRule", json!({"Name": "reports", "EventPattern": rule.to_string()})).await;
    world.stack.events("PutTargets", json!({"Rule": "reports", "Targets": [{"Id": "called", "Arn": arn}]})).await;
    world.stack.drop_file("heard/a.pdf", &fixture("text-digital.pdf")).await;
    world.stack.report("heard/a.pdf.json", PATIENCE).await;
    let told = world.stack.received(&queue, PATIENCE).await;
    let keys: Vec<&str> = told.iter().filter_map(|event| event["detail"]["object"]["key"].as_str()).collect();
    assert!(!keys.is_empty() && keys.iter().all(|key| *key == "heard/a.pdf.json"), "{told:?}");
}

/// In short; `make contract` asks 2,000 times.
fn the_api_keeps_its_contract(world: &World) {
    let installed = root().join(".venv/schemathesis/bin/schemathesis");
    let program = std::env::var_os("SCHEMATHESIS").map_or(installed, Into::into);
    if !program.exists() {
        eprintln!("skipped: Schemathesis is not installed; `make contract` does it");
        return;
    }
    let mut command = Command::new(root().join(".venv/bin/python"));
    command.arg(root().join("tests/tools/contract.py")).args([
        "--requests",
        "100",
        "--api",
        world.stack.output("ApiUrl"),
    ]);
    let done = command.arg(program).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
}
