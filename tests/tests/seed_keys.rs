//! Which of the vendors' keys our own reader fills, on which drawn page: eight kinds of invoice through the API's TextIn
//! route, and a roll through Volcengine's. The eight are drawn by `tests/fixtures/drawn/draw.py` and read by the real
//! engine; the roll needs the labelled invoices (`FAPIAO_CORPUS`).

#![cfg(test)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use fapiao::desk::Desk;
use fapiao::document::Limits;
use fapiao::error::Result;
use fapiao::invoice::plain;
use fapiao::pipeline::Pipeline;
use fapiao::provider::{Answer, Chain, Embedded, Provider};
use fapiao::secret::Secret;
use fapiao::worker::{Part, Workers};
use fapiao_api::Api;
use fapiao_api::clients::Clients;
use fapiao_tests::protocols::{self, Call, NEW, textin, volcengine};
use lambda_http::Body;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

const HOST: &str = "abc.execute-api.cn-north-1.amazonaws.com.cn";

/// A drawn page of each kind, and the vendor's name of the kind.
const PAGES: [(&str, &str); 8] = [
    ("special", "vat_special_invoice"),
    ("common", "vat_common_invoice"),
    ("electronic_common", "vat_electronic_invoice"),
    ("electronic_special", "vat_electronic_special_invoice"),
    ("electronic_toll", "vat_electronic_toll_invoice"),
    ("blockchain", "blockchain_electronic_invoice"),
    ("digital_common", "vat_electronic_invoice_new"),
    ("digital_special", "vat_electronic_special_invoice_new"),
];

const EVERYWHERE: &str =
    "special common electronic_common electronic_special electronic_toll blockchain digital_common digital_special";
const PAPER: &str = "special common";
const OLDER: &str = "special common electronic_common electronic_special electronic_toll blockchain";
const WITH_CHECK_CODE: &str = "common electronic_common electronic_special electronic_toll blockchain";
const DIGITAL: &str = "digital_common digital_special";
/// Tolls have no quantities.
const WITH_QUANTITIES: &str =
    "special common electronic_common electronic_special blockchain digital_common digital_special";

/// Every key of the interface page, and the pages on which it is filled: there and nowhere else.
const KEYS: [(&str, &str); 52] = [
    ("type", EVERYWHERE),
    ("exist_manufacture_supervising_seal", EVERYWHERE),
    ("exist_invoice_seal", EVERYWHERE),
    ("exist_stample", EVERYWHERE),
    ("digital_elec_invoice_number", DIGITAL),
    ("vat_invoice_cipher_field", OLDER),
    ("vat_invoice_correct_code", WITH_CHECK_CODE),
    ("vat_invoice_corrent_code_print", WITH_CHECK_CODE),
    ("vat_invoice_dai_kai_flag", "special"),
    ("vat_invoice_daima", OLDER),
    ("vat_invoice_daima_print", OLDER),
    ("vat_invoice_daima_right_side", PAPER),
    ("vat_invoice_drawer", EVERYWHERE),
    ("vat_invoice_elec_payment_id", "blockchain"),
    ("vat_invoice_electrans_quantity", WITH_QUANTITIES),
    ("vat_invoice_electrans_unit", WITH_QUANTITIES),
    ("vat_invoice_electrans_unit_price", WITH_QUANTITIES),
    ("vat_invoice_goods_list", EVERYWHERE),
    ("vat_invoice_haoma", EVERYWHERE),
    ("vat_invoice_haoma_large_size", PAPER),
    ("vat_invoice_haoma_right_side", "special common digital_common digital_special"),
    ("vat_invoice_headline_page_number", PAPER),
    ("vat_invoice_issue_date", EVERYWHERE),
    ("vat_invoice_issue_date_print", EVERYWHERE),
    ("vat_invoice_machine_no", "electronic_common electronic_special electronic_toll"),
    ("vat_invoice_note_correct_code", "common"),
    ("vat_invoice_page_number", PAPER),
    ("vat_invoice_payee", OLDER),
    ("vat_invoice_payer_addr_tell", "special electronic_special"),
    ("vat_invoice_payer_bank_account", "special electronic_special"),
    ("vat_invoice_payer_name", EVERYWHERE),
    ("vat_invoice_plate_specific", WITH_QUANTITIES),
    ("vat_invoice_price_list", EVERYWHERE),
    ("vat_invoice_qr_code", EVERYWHERE),
    ("vat_invoice_rate_payer_id", EVERYWHERE),
    ("vat_invoice_review", OLDER),
    ("vat_invoice_seller_addr_tell", OLDER),
    ("vat_invoice_seller_bank_account", OLDER),
    ("vat_invoice_seller_id", EVERYWHERE),
    ("vat_invoice_seller_name", EVERYWHERE),
    ("vat_invoice_tax_list", EVERYWHERE),
    ("vat_invoice_tax_rate", EVERYWHERE),
    ("vat_invoice_tax_rate_list", EVERYWHERE),
    ("vat_invoice_tax_total", EVERYWHERE),
    ("vat_invoice_total", EVERYWHERE),
    ("vat_invoice_total_cover_tax", EVERYWHERE),
    ("vat_invoice_total_cover_tax_digits", EVERYWHERE),
    ("vat_invoice_total_note", "special common electronic_common digital_common"),
    ("vat_invoice_total_print", EVERYWHERE),
    ("vat_invoice_type", EVERYWHERE),
    ("vat_invoice_zhuan_yong_flag", EVERYWHERE),
    ("vat_invoice_quandianfapiao_flag", EVERYWHERE),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn workers() -> Workers {
    Workers::here(Desk::new(root().join("models")))
}

fn api(workers: &Workers, reader: Arc<dyn Provider>) -> Api {
    let pipeline = Pipeline::new(workers.clone(), Chain::new(vec![reader]), Limits::default());
    // The first client has the samples' order of corners, the others have the page's.
    let secret = protocols::secret("k1").replacen("\"rows\"", "\"clockwise\"", 1);
    Api::new(pipeline, Clients::new(Arc::new(Secret::new(secret)))).with_time_limit(Duration::from_secs(300))
}

async fn answer(api: &Api, call: &Call) -> Value {
    let request = lambda_http::request::from_str(&call.event(HOST).to_string()).unwrap();
    let Body::Text(body) = api.handle(request).await.into_body() else { panic!("an answer is text") };
    serde_json::from_str(&body).unwrap()
}

/// The embedded reader, which looks at one page and remembers what it saw: the same page is asked for in several ways.
#[derive(Default)]
struct Remembering {
    answer: OnceCell<Answer>,
}

#[async_trait]
impl Provider for Remembering {
    fn name(&self) -> &'static str {
        Embedded.name()
    }

    async fn read(&self, part: &Part, deadline: Instant) -> Result<Answer> {
        self.answer.get_or_try_init(|| Embedded.read(part, deadline)).await.cloned()
    }
}

/// A page of a folder and its label.
fn page(folder: &Path, name: &str) -> (Vec<u8>, Value) {
    let label: Value = serde_json::from_slice(&std::fs::read(folder.join(format!("{name}.json"))).unwrap()).unwrap();
    (std::fs::read(folder.join(label["file"].as_str().unwrap())).unwrap(), label)
}

#[test]
fn every_key_of_the_interface_page_is_accounted_for() {
    let page = include_str!("../../shared/src/dialect/testdata/textin-keys.tsv");
    let keys: BTreeSet<&str> = page.lines().filter_map(|line| line.split_once('\t')).map(|(key, _)| key).collect();
    assert_eq!(keys, KEYS.iter().map(|(key, _)| *key).collect());
}

/// A roll that carries everything, its seller's seal too.
#[tokio::test]
async fn every_key_of_volcengines_page_is_filled_on_a_scanned_roll() {
    let Some(corpus) = std::env::var_os("FAPIAO_CORPUS").map(PathBuf::from) else {
        eprintln!("skipped: FAPIAO_CORPUS names no labelled invoices");
        return;
    };
    let (file, _) = page(&corpus.join("seed-example"), "volcengine_seed_scan");
    let form = fapiao::dialect::volcengine::form(&file);
    let api = api(&workers(), Arc::new(Embedded));
    let answer = answer(&api, &volcengine::call(HOST, &volcengine::credentials("accounting", NEW), &form)).await;
    for key in include_str!("../../shared/src/dialect/testdata/volcengine-keys.txt").lines() {
        let value = &answer["data"]["license_main"][key.replace("entry.", "entry_0.")];
        assert!(value.as_str().is_some_and(|value| !value.is_empty()), "{key}: {answer}");
    }
}

#[tokio::test]
async fn every_kind_comes_back_with_its_type_its_angle_its_keys_and_its_places() {
    let workers = workers();
    for (name, kind) in PAGES {
        let (file, label) = page(&root().join("tests/fixtures/drawn"), name);
        let api = api(&workers, Arc::new(Remembering::default()));
        let own = Call {
            method: "POST",
            target: "/v1/invoices".to_owned(),
            headers: vec![("authorization", "Bearer k1".to_owned())],
            body: file.clone(),
        };
        let report = answer(&api, &own).await;
        assert_label(name, &label, &report);
        for (client, order) in [("accounting", textin::CLOCKWISE), ("temporary", textin::ROWS)] {
            let answer = answer(&api, &textin::call(client, &file)).await;
            let result = &answer["result"];
            let got = (&answer["code"], &result["type"], &result["image_angle"]);
            assert_eq!(got, (&json!(200), &json!(kind), &label["rotation"]), "{name}: {answer}");
            assert_keys(name, &answer);
            assert_eq!(textin::misplaced(&report, &answer, order), Vec::<&str>::new(), "{name}: {answer}");
            let rows = |list: &Value| list.as_array().map(Vec::len);
            assert_eq!(rows(&result["product_list"]), rows(&label["items"]), "{name}");
        }
    }
}

/// Everything that the label says is printed was read so, the reprints too.
#[track_caller]
fn assert_label(name: &str, label: &Value, report: &Value) {
    let invoice = &report["invoices"][0]["invoice"];
    for (path, printed) in label["fields"].as_object().unwrap() {
        let read = path.split('.').fold(invoice, |value, step| &value[step]);
        assert_eq!(read.as_str().map(plain), printed.as_str().map(plain), "{name}: {path}");
    }
    let expected = label["extra"].get("agent_issued").unwrap_or(&Value::Null);
    assert_eq!(&invoice["agent_issued"], expected, "{name}");
}

/// The keys are filled on the pages that the table names, and on no other.
#[track_caller]
fn assert_keys(name: &str, answer: &Value) {
    let is_filled = |key: &str| textin::entry(answer, key)["value"].as_str().is_some_and(|value| !value.is_empty());
    let is_expected = |pages: &str| pages.split(' ').any(|page| page == name);
    let wrong: Vec<&str> =
        KEYS.iter().filter(|(key, pages)| is_filled(key) != is_expected(pages)).map(|(key, _)| *key).collect();
    assert_eq!(wrong, Vec::<&str>::new(), "{name}: {answer}");
    if name.starts_with("digital") {
        let [right, own] = ["vat_invoice_haoma_right_side", "vat_invoice_haoma"].map(|key| textin::entry(answer, key));
        assert_eq!((&right["value"], &right["position"]), (&own["value"], &own["position"]), "{name}");
    }
}
