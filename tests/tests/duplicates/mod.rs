//! One invoice under several file names, dropped at the same moment, behind the deployed ingest function. A stub reads,
//! so that many documents are at work at once.

use std::time::Duration;

use fapiao::invoice::Field;
use fapiao::report::Evidence;
use fapiao_tests::label;
use fapiao_tests::stub::{self, Stub, StubVendor};
use futures::future::join_all;
use serde_json::Value;

use super::local::{Stack, deploy, fixture};

const PATIENCE: Duration = Duration::from_secs(300);
const DROPS: usize = 50;
const QR: &str = "01,01,3702171130,84932920,4616.30,20170805,,1A2B,";

/// Its code and number are in the QR code too, so that they are verified.
pub fn reader() -> Stub {
    let label: Value = serde_json::from_slice(&fixture("form-photo.json")).unwrap();
    let mut reading = label::reading(&label);
    reading.note(Field::QrCode, Evidence { text: Some(QR.to_owned()), page: 1, ..Evidence::default() });
    Stub::start(StubVendor::TextIn, reading).unwrap()
}

#[tokio::test]
async fn the_same_invoice_under_many_names_at_once_is_first_exactly_once() {
    let textin = reader();
    let stack = deploy(&[
        "Providers=textin".to_owned(),
        "Concurrency=10".to_owned(),
        format!("TextinEndpoint={}", textin.endpoint()),
        format!("ProviderSecret={}", stub::keys(stub::SECRET, stub::SECRET)),
    ]);
    // What has to wait its turn comes again at once.
    stack.retry_at_once().await;
    let first = two_names_fifty_times_over(&stack).await;
    let names: Vec<String> = (0..DROPS).map(|i| format!("once/{i}.jpg")).collect();
    let form = fixture("form-photo.jpg");
    join_all(names.iter().map(|name| stack.drop_file(name, &form))).await;
    for name in &names {
        let report = stack.report(&format!("{name}.json"), PATIENCE).await;
        assert_eq!(report["invoices"][0]["duplicate_of"]["key"], first, "{name}");
        assert_eq!(report["verdict"], "review");
    }
    another_identity_gives_the_place_to_the_next(&stack, &first, &names).await;
    stack.wait_until_inbox_is_empty(PATIENCE).await;
    assert_eq!(stack.messages("DeadLettersUrl").await, 0);
}

/// Every drop is a newer version, so both names are read again and again while the other is.
async fn two_names_fifty_times_over(stack: &Stack) -> String {
    let form = fixture("form-photo.jpg");
    let drops = (0..DROPS).flat_map(|i| [("a.jpg", i), ("b.jpg", i)]).map(|(name, i)| {
        // A JPEG ends where it says it does; what follows makes another version of it.
        let version = [form.as_slice(), i.to_string().as_bytes()].concat();
        async move { stack.drop_file(name, &version).await }
    });
    join_all(drops).await;
    stack.wait_until_inbox_is_empty(PATIENCE).await;
    let reports = [stack.report("a.jpg.json", PATIENCE).await, stack.report("b.jpg.json", PATIENCE).await];
    let invoices = reports.each_ref().map(|report| &report["invoices"][0]);
    assert!(invoices.iter().all(|invoice| invoice["fields"]["invoice_number"]["verified"] == true), "{reports:?}");
    let earlier = invoices.map(|invoice| &invoice["duplicate_of"]["key"]);
    let [first, other] = match earlier {
        [Value::Null, other] => [&reports[0], other],
        [other, Value::Null] => [&reports[1], other],
        _ => panic!("both or neither are first: {earlier:?}"),
    };
    let first = &first["source"]["key"];
    assert_eq!(other, first);
    first.as_str().unwrap().to_owned()
}

/// A newer version that is no invoice at all gives the place to the next, and all others name that one.
async fn another_identity_gives_the_place_to_the_next(stack: &Stack, first: &str, names: &[String]) {
    stack.drop_file(first, b"This is no picture.").await;
    stack.wait_until_inbox_is_empty(PATIENCE).await;
    let second = if first == "a.jpg" { "b.jpg" } else { "a.jpg" };
    let mut firsts = Vec::new();
    let mut named = Vec::new();
    for name in names.iter().map(String::as_str).chain([second]) {
        let report = stack.report(&format!("{name}.json"), PATIENCE).await;
        match &report["invoices"][0]["duplicate_of"]["key"] {
            Value::Null => firsts.push(name.to_owned()),
            key => named.push(key.clone()),
        }
    }
    let [heir] = &firsts[..] else { panic!("first are {firsts:?}") };
    assert!(named.iter().all(|key| key == heir), "{heir} is first, and others name {named:?}");
}
