//! The vendors behind the deployed ingest function, with stubs in their place: whom a key selects, who comes next,
//! and that nothing is paid for twice.

use std::time::Duration;

use fapiao_tests::label;
use fapiao_tests::stub::{self, Behaviour, Stub, StubVendor};
use futures::future::join_all;
use serde_json::{Value, json};

use super::local::{Stack, deploy, fixture};

const PATIENCE: Duration = Duration::from_secs(120);
/// As many as arrive when a queue delivers a burst.
const COPIES: usize = 20;

struct World {
    textin: Stub,
    volcengine: Stub,
    stack: Stack,
}

impl World {
    fn new() -> Self {
        let textin = stub(StubVendor::TextIn, "form-photo");
        let volcengine = stub(StubVendor::Volcengine, "roll");
        let stack = deploy(&[
            "Providers=textin,volcengine".to_owned(),
            "Concurrency=10".to_owned(),
            format!("TextinEndpoint={}", textin.endpoint()),
            format!("VolcengineEndpoint={}", volcengine.endpoint()),
            format!("ProviderSecret={}", stub::keys(stub::SECRET, stub::SECRET)),
        ]);
        Self { textin, volcengine, stack }
    }

    async fn report(&self, key: &str, file: &str) -> Value {
        self.stack.drop_file(key, &fixture(file)).await;
        self.stack.report(&format!("{key}.json"), PATIENCE).await
    }

    fn forget(&self) {
        self.textin.forget();
        self.volcengine.forget();
    }
}

fn stub(vendor: StubVendor, fixture_name: &str) -> Stub {
    let label = serde_json::from_slice(&fixture(&format!("{fixture_name}.json"))).unwrap();
    Stub::start(vendor, label::reading(&label)).unwrap()
}

/// One story, because the stubs' behaviour is everybody's.
#[tokio::test]
async fn vendors_read_what_is_dropped_and_nothing_is_paid_for_twice() {
    let world = World::new();
    the_first_segment_of_a_key_selects_the_vendor(&world).await;
    twenty_copies_of_one_event_make_one_call(&world).await;
    rotated_credentials_need_no_deployment(&world).await;
    the_chain_falls_over_from_a_throttling_vendor(&world).await;
    what_is_nobodys_is_rejected(&world).await;
    the_same_picture_under_another_name_is_not_paid_for_again(&world).await;
    world.stack.wait_until_inbox_is_empty(PATIENCE).await;
    assert_eq!(world.stack.messages("DeadLettersUrl").await, 0);
}

async fn the_first_segment_of_a_key_selects_the_vendor(world: &World) {
    // Each gets what the page's shape would have sent to the other.
    for (key, file, vendor, number) in [
        ("textin/2026/卷票 1.jpg", "roll.jpg", "textin", "84932920"),
        ("volcengine/a+b.jpg", "form-photo.jpg", "volcengine", "03574125"),
    ] {
        let report = world.report(key, file).await;
        assert_eq!(report["status"], "read", "{report}");
        let invoice = &report["invoices"][0];
        assert_eq!(invoice["invoice"]["invoice_number"], number);
        assert_eq!(
            (&invoice["provider"]["name"], &invoice["provider"]["request_id"]),
            (&json!(vendor), &json!(stub::REQUEST_ID))
        );
        assert_eq!(report["source"]["key"], key);
    }
    for (stub, file) in [(&world.textin, "roll.jpg"), (&world.volcengine, "form-photo.jpg")] {
        let calls = stub.calls();
        assert_eq!((calls.len(), calls[0].refused), (1, None));
        assert_eq!(calls[0].file.as_deref(), Some(fixture(file).as_slice()));
    }
}

async fn twenty_copies_of_one_event_make_one_call(world: &World) {
    world.forget();
    // Slow enough for all of them to be at it before the first one has its answer.
    world.textin.script([Behaviour::Hang(Duration::from_secs(3))]);
    let form = fixture("form-photo.jpg");
    let etag = world.stack.drop_file("textin/once.jpg", &form).await;
    let event = json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {
        "bucket": {"name": world.stack.output("InputBucket")},
        "object": {"key": "textin/once.jpg", "size": form.len(), "eTag": etag}}}]})
    .to_string();
    join_all((0..COPIES).map(|_| world.stack.send_message(&event))).await;
    assert_eq!(world.stack.report("textin/once.jpg.json", PATIENCE).await["status"], "read");
    world.stack.wait_until_inbox_is_empty(PATIENCE).await;
    assert_eq!(world.textin.calls().len(), 1, "paid for more than once");
}

async fn rotated_credentials_need_no_deployment(world: &World) {
    world.forget();
    world.textin.rotate("stub-secret-2");
    world.stack.rotate_provider_secret(&stub::keys("stub-secret-2", stub::SECRET)).await;
    assert_eq!(world.report("textin/rotated.png", "digital.png").await["status"], "read");
    let refusals: Vec<_> = world.textin.calls().iter().map(|call| call.refused).collect();
    assert!(matches!(refusals[..], [Some(40102), None] | [None]), "{refusals:?}");
}

async fn the_chain_falls_over_from_a_throttling_vendor(world: &World) {
    world.volcengine.always(Behaviour::Throttle(Some(1)));
    let report = world.report("inbox/roll.jpg", "roll.jpg").await;
    world.volcengine.always(Behaviour::Answer);
    let provider = &report["invoices"][0]["provider"];
    assert_eq!((&report["status"], &provider["name"]), (&json!("read"), &json!("textin")));
    let first = &provider["attempts"][0];
    assert_eq!((&first["name"], &first["code"]), (&json!("volcengine"), &json!("provider_throttled")));
    assert_eq!((&first["vendor_code"], &provider["attempts"][1]["code"]), (&json!("50429"), &json!("ok")));
}

async fn what_is_nobodys_is_rejected(world: &World) {
    world.textin.always(Behaviour::NotMine);
    world.volcengine.always(Behaviour::NotMine);
    let report = world.report("inbox/landscape.jpg", "landscape.jpg").await;
    assert_eq!((&report["status"], &report["error"]["code"]), (&json!("rejected"), &json!("no_invoice")));
    assert_eq!(report["others"][0]["provider"]["attempts"].as_array().unwrap().len(), 2);
}

async fn the_same_picture_under_another_name_is_not_paid_for_again(world: &World) {
    world.textin.always(Behaviour::Answer);
    world.forget();
    let report = world.report("textin/again.jpg", "form-photo.jpg").await;
    assert_eq!((&report["status"], world.textin.calls().len()), (&json!("read"), 0));
    let attempt = &report["invoices"][0]["provider"]["attempts"][0];
    assert!(attempt["answer"].as_str().unwrap().starts_with(".fapiao/answers/"), "{attempt}");
}
