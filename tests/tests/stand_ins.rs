//! The stand-ins themselves: that they misbehave as told, and charge for what a vendor would charge for.

#![cfg(test)]

use std::time::Duration;

use fapiao_tests::stub::{self, Behaviour, Charge, Plan, Stub, StubVendor, number_of};
use fapiao_tests::{label, plain};
use serde_json::{Value, json};

fn textin() -> Stub {
    let label = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/form-photo.json");
    let label: Value = serde_json::from_slice(&std::fs::read(label).unwrap()).unwrap();
    Stub::start(StubVendor::TextIn, label::reading(&label)).unwrap()
}

/// A small picture, different for each shade.
fn picture(shade: u8) -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    image::GrayImage::from_pixel(32, 32, image::Luma([shade])).write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

/// Status and body, or none where the connection broke or we left.
async fn ask(stub: &Stub, picture: Vec<u8>, patience: Duration) -> Option<(u16, Vec<u8>)> {
    let headers = [
        ("x-ti-app-id", stub::ACCOUNT),
        ("x-ti-secret-code", stub::SECRET),
        ("content-type", "application/octet-stream"),
    ];
    let headers = headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).into_iter().collect();
    let host = stub.host();
    let asked = plain::ask(&host, "POST", "/robot/v1.0/api/vat_invoice", &headers, &picture);
    let answer = tokio::time::timeout(patience, asked).await.ok()?.ok()?;
    Some((answer.status.as_u16(), answer.body.to_vec()))
}

const LONG: Duration = Duration::from_secs(20);

fn code(body: &[u8]) -> Value {
    serde_json::from_slice::<Value>(body).map_or(Value::Null, |answer| answer["code"].clone())
}

#[tokio::test]
async fn each_misbehaviour_shows_as_it_would_on_the_wire() {
    let stub = textin();
    for (behaviour, expected) in [
        (Behaviour::Answer, Some((200, json!(200)))),
        (Behaviour::Throttle(Some(1)), Some((200, json!(40306)))),
        (Behaviour::Status(500), Some((500, Value::Null))),
        (Behaviour::Drip(5, Duration::from_millis(20)), Some((200, json!(200)))),
        (Behaviour::Break, None),
        (Behaviour::ResetUnread, None),
        (Behaviour::ResetRead, None),
        (Behaviour::NoJson, Some((200, Value::Null))),
        (Behaviour::NoResult, Some((200, json!(200)))),
        (Behaviour::Code(99_999), Some((200, json!(99_999)))),
    ] {
        stub.script([behaviour.clone()]);
        let answer = ask(&stub, picture(1), LONG).await.map(|(status, body)| (status, code(&body)));
        assert_eq!(answer, expected, "{behaviour:?}");
    }
}

#[tokio::test]
async fn the_bill_knows_what_the_caller_cannot_know() {
    let stub = textin();
    stub.script([
        Behaviour::ResetUnread,
        Behaviour::ResetRead,
        Behaviour::Answer,
        Behaviour::Code(50_000),
        Behaviour::Answer,
        Behaviour::Hang(LONG),
    ]);
    for (shade, patience) in [(1, LONG), (1, LONG), (1, LONG), (2, LONG), (2, LONG), (3, Duration::from_millis(300))] {
        ask(&stub, picture(shade), patience).await;
    }
    let bill = loop {
        let bill = stub.bill();
        if bill[&stub::digest(&picture(3))].unknown == 1 {
            break bill;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    let charges = [1, 2, 3].map(|shade| bill[&stub::digest(&picture(shade))].clone());
    let charge = |paid, unknown, lost| Charge { paid, unknown, lost };
    assert_eq!(charges, [charge(2, 1, 1), charge(1, 0, 0), charge(1, 1, 1)]);
    assert!(charges.iter().all(|charge| charge.twice() == 0));
    ask(&stub, picture(2), LONG).await;
    assert_eq!(stub.bill()[&stub::digest(&picture(2))].twice(), 1);
}

#[tokio::test]
async fn a_plan_misbehaves_at_its_rate_and_again_in_the_same_way() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let stub = textin();
        stub.plan(Plan::new(7, 100, [Behaviour::Status(500), Behaviour::Throttle(None)]));
        for _ in 0..200 {
            ask(&stub, picture(1), LONG).await;
        }
        runs.push(stub.calls().into_iter().map(|call| call.behaviour).collect::<Vec<_>>());
    }
    assert_eq!(runs[0], runs[1]);
    let faults = runs[0].iter().filter(|behaviour| **behaviour != Behaviour::Answer).count();
    assert!((8..40).contains(&faults), "{faults} of 200");
}

#[tokio::test]
async fn pictures_are_told_apart_by_their_numbers() {
    let stub = textin();
    stub.tell_pictures_apart();
    for shade in [1, 2] {
        let (_, body) = ask(&stub, picture(shade), LONG).await.unwrap();
        let number = number_of(&picture(shade));
        assert!(String::from_utf8(body).unwrap().contains(&number), "{number}");
    }
    assert_ne!(number_of(&picture(1)), number_of(&picture(2)));
}
