//! Every row of both vendors' error tables, by a client's call to the API in this process; and hostile calls.

#![cfg(test)]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use fapiao::desk::Desk;
use fapiao::document::Limits;
use fapiao::error::{Error, ErrorKind, Result};
use fapiao::pipeline::Pipeline;
use fapiao::provider::{Answer, Chain, Embedded, Provider};
use fapiao::secret::Secret;
use fapiao::worker::{Part, Workers};
use fapiao_api::Api;
use fapiao_api::clients::Clients;
use fapiao_tests::protocols::{self, Call, NEW, OLD, Row, SMALL_LIMIT, World, textin, volcengine};
use lambda_http::Body;
use serde_json::{Value, json};

const HOST: &str = "abc.execute-api.cn-north-1.amazonaws.com.cn";

/// Reads nothing, for the reason told.
struct Fake(ErrorKind);

#[async_trait]
impl Provider for Fake {
    fn name(&self) -> &'static str {
        "embedded"
    }

    async fn read(&self, _: &Part, _: Instant) -> Result<Answer> {
        Err(Error::new(self.0, "as told"))
    }
}

fn api(world: World) -> Api {
    let kind = match world {
        World::Failing(kind) => kind,
        _ => ErrorKind::NoInvoice,
    };
    let usual = Limits::default();
    let limits = if world == World::Small { Limits { max_bytes: SMALL_LIMIT, ..usual } } else { usual };
    let pipeline = Pipeline::new(Workers::here(Desk::new("no/models")), Chain::new(vec![Arc::new(Fake(kind))]), limits);
    Api::new(pipeline, Clients::new(Arc::new(Secret::new(protocols::secret("k1")))))
}

async fn send(api: &Api, call: &Call) -> (u16, Value) {
    let request = lambda_http::request::from_str(&call.event(HOST).to_string()).unwrap();
    let response = api.handle(request).await;
    assert_eq!(response.headers()["content-type"], "application/json");
    let Body::Text(body) = response.body() else { panic!("an answer is text") };
    (response.status().as_u16(), serde_json::from_str(body).unwrap())
}

fn assert_row(row: &Row, status: u16, answer: &Value) {
    let got = (status, answer["code"].as_i64(), answer["message"].as_str());
    assert_eq!(got, (row.status, Some(row.code), Some(row.message)), "{}: {answer}", row.cause);
}

#[tokio::test]
async fn every_row_of_textins_table_is_answered_so() {
    let mut seen = BTreeSet::new();
    for row in textin::rows() {
        let (status, answer) = send(&api(row.world), &row.call).await;
        assert_row(&row, status, &answer);
        assert_eq!(answer["result"].is_object(), row.code == 200, "{answer}");
        seen.insert(format!("{}\t{}", row.code, row.message));
    }
    for row in include_str!("../../shared/src/dialect/testdata/textin-codes.tsv").lines() {
        assert!(seen.contains(row), "nothing triggers {row}");
    }
}

#[tokio::test]
async fn every_row_of_volcengines_table_is_answered_so_but_one() {
    let mut seen = BTreeSet::from([format!("401\t50400\t{}", volcengine::UNREACHABLE)]);
    for row in volcengine::rows(HOST) {
        let (status, answer) = send(&api(row.world), &row.call).await;
        assert_row(&row, status, &answer);
        // The envelope of the page's example, member by member.
        let members: Vec<&str> = answer.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["code", "data", "message", "request_id", "status", "time_elapsed"]);
        assert_eq!((&answer["status"], &answer["request_id"]), (&answer["code"], &json!("AbCdEf=")));
        assert!(answer["time_elapsed"].as_str().unwrap().ends_with("ms"), "{answer}");
        seen.insert(format!("{}\t{}\t{}", row.status, row.code, row.message));
    }
    for row in include_str!("../../shared/src/dialect/testdata/volcengine-codes.tsv").lines() {
        assert!(seen.contains(row) || row.ends_with("Success"), "nothing triggers {row}");
    }
}

#[tokio::test]
async fn wrong_credentials_are_answered_before_the_body_is_decoded() {
    let broken = b"image_base64=%21%21";
    for (secret, code) in [("hunter2", 50400), (NEW, 50207), (OLD, 50207)] {
        let call = volcengine::call(HOST, &volcengine::credentials("accounting", secret), broken);
        assert_eq!(send(&api(World::Healthy), &call).await.1["code"], code);
    }
    for (code, outcome) in [("hunter2", 40102), (NEW, 40303)] {
        let call = textin::call("accounting", b"no picture").with("x-ti-secret-code", code);
        assert_eq!(send(&api(World::Healthy), &call).await.1["code"], outcome);
    }
}

/// Reads what has text of its own, for which it needs no models.
fn text_reader() -> Api {
    let pipeline =
        Pipeline::new(Workers::here(Desk::new("none")), Chain::new(vec![Arc::new(Embedded)]), Limits::default());
    let secret = protocols::secret("k1").replacen("\"rows\"", "\"clockwise\"", 1);
    Api::new(pipeline, Clients::new(Arc::new(Secret::new(secret))))
}

#[tokio::test]
async fn values_and_places_are_those_of_the_report_in_either_order() {
    for (file, kind) in [
        (include_bytes!("../fixtures/text-digital.pdf").as_slice(), "vat_electronic_invoice_new"),
        (include_bytes!("../fixtures/text-toll.pdf"), "vat_electronic_toll_invoice"),
    ] {
        let own = Call {
            method: "POST",
            target: "/v1/invoices".to_owned(),
            headers: vec![("authorization", "Bearer k1".to_owned())],
            body: file.to_vec(),
        };
        let (_, report) = send(&text_reader(), &own).await;
        // The first client has the samples' order, the others have the page's.
        for (client, order) in [("accounting", textin::CLOCKWISE), ("temporary", textin::ROWS)] {
            let (_, answer) = send(&text_reader(), &textin::call(client, file)).await;
            assert_eq!((&answer["code"], &answer["result"]["type"]), (&json!(200), &json!(kind)), "{answer}");
            assert_eq!(textin::misplaced(&report, &answer, order), Vec::<&str>::new(), "{answer}");
            let is_placed = |entry: &&Value| entry["position"] != json!([0, 0, 0, 0, 0, 0, 0, 0]);
            assert!(answer["result"]["item_list"].as_array().unwrap().iter().filter(is_placed).count() >= 10);
        }
    }
}

#[tokio::test]
async fn what_is_no_invoice_is_other_with_the_pages_size() {
    let (_, answer) = send(&api(World::Healthy), &textin::call("accounting", &protocols::picture(100, 60))).await;
    let result = &answer["result"];
    assert_eq!((&result["type"], &result["type_description"]), (&json!("other"), &json!("其他")));
    assert_eq!((&result["rotated_image_width"], &result["rotated_image_height"]), (&json!(100), &json!(60)));
    assert_eq!((&result["item_list"], &result["image_angle"]), (&json!([]), &json!(0)));
}
