//! Which of the vendors' keys our own reader fills, on which drawn page: eight kinds of invoice through the API's TextIn
//! route, and a roll through Volcengine's.
//! Needs the labelled invoices (`FAPIAO_CORPUS`), like everything that scores the reading.

#![cfg(test)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use fapiao::desk::Desk;
use fapiao::document::Limits;
use fapiao::pipeline::Pipeline;
use fapiao::provider::{Chain, Embedded};
use fapiao::secret::Secret;
use fapiao::worker::Workers;
use fapiao_api::Api;
use fapiao_api::clients::Clients;
use fapiao_tests::protocols::{self, Call, NEW, textin, volcengine};
use lambda_http::Body;
use serde_json::{Value, json};

const HOST: &str = "abc.execute-api.cn-north-1.amazonaws.com.cn";

/// A drawn page of each kind, by its name in the corpus, and the vendor's name of the kind.
const PAGES: [(&str, &str); 8] = [
    ("0013_special_rotated", "vat_special_invoice"),
    ("0032_common_clean", "vat_common_invoice"),
    ("0003_electronic_common_clean", "vat_electronic_invoice"),
    ("0060_electronic_special_clean", "vat_electronic_special_invoice"),
    ("0018_electronic_toll_clean", "vat_electronic_toll_invoice"),
    ("0045_blockchain_clean", "blockchain_electronic_invoice"),
    ("0011_digital_common_clean", "vat_electronic_invoice_new"),
    ("0029_digital_special_clean", "vat_electronic_special_invoice_new"),
];

/// On every page.
const EVERYWHERE: &str = "";

/// A key of the interface page, and the pages on which it is filled (by the beginnings of their names).
const KEYS: [(&str, &str); 43] = [
    ("type", EVERYWHERE),
    ("exist_manufacture_supervising_seal", EVERYWHERE),
    ("exist_invoice_seal", EVERYWHERE),
    ("exist_stample", EVERYWHERE),
    ("digital_elec_invoice_number", "0011 0029"),
    ("vat_invoice_cipher_field", "0032 0003 0060 0018 0045"),
    ("vat_invoice_correct_code", "0032 0003 0060 0018 0045"),
    ("vat_invoice_daima", "0013 0032 0003 0060 0018 0045"),
    ("vat_invoice_daima_right_side", "0032"),
    ("vat_invoice_drawer", EVERYWHERE),
    ("vat_invoice_electrans_quantity", "0013 0032 0003 0060 0045 0011 0029"),
    ("vat_invoice_electrans_unit", "0013 0032 0003 0060 0045 0011 0029"),
    ("vat_invoice_electrans_unit_price", "0013 0032 0003 0060 0045 0011 0029"),
    ("vat_invoice_goods_list", EVERYWHERE),
    ("vat_invoice_haoma", EVERYWHERE),
    ("vat_invoice_haoma_right_side", "0032"),
    ("vat_invoice_issue_date", EVERYWHERE),
    ("vat_invoice_machine_no", "0003 0060 0018"),
    ("vat_invoice_page_number", "0032"),
    ("vat_invoice_payee", "0013 0032 0003 0060 0018 0045"),
    ("vat_invoice_payer_addr_tell", "0060"),
    ("vat_invoice_payer_bank_account", "0060"),
    ("vat_invoice_payer_name", EVERYWHERE),
    ("vat_invoice_plate_specific", "0032 0003 0060"),
    ("vat_invoice_price_list", EVERYWHERE),
    ("vat_invoice_qr_code", "0032 0003 0060 0018 0045 0011 0029"),
    ("vat_invoice_rate_payer_id", EVERYWHERE),
    ("vat_invoice_review", "0013 0032 0003 0060 0018 0045"),
    ("vat_invoice_seller_addr_tell", "0013 0032 0003 0060 0018 0045"),
    ("vat_invoice_seller_bank_account", "0013 0032 0003 0060 0018 0045"),
    ("vat_invoice_seller_id", EVERYWHERE),
    ("vat_invoice_seller_name", EVERYWHERE),
    ("vat_invoice_tax_list", EVERYWHERE),
    ("vat_invoice_tax_rate", EVERYWHERE),
    ("vat_invoice_tax_rate_list", EVERYWHERE),
    ("vat_invoice_tax_total", EVERYWHERE),
    ("vat_invoice_total", EVERYWHERE),
    ("vat_invoice_total_cover_tax", EVERYWHERE),
    ("vat_invoice_total_cover_tax_digits", EVERYWHERE),
    ("vat_invoice_total_note", "0032 0060 0045 0011"),
    ("vat_invoice_type", EVERYWHERE),
    ("vat_invoice_zhuan_yong_flag", EVERYWHERE),
    ("vat_invoice_quandianfapiao_flag", EVERYWHERE),
];

/// The page's other keys, and why none of these pages fills them.
const EMPTY: [(&str, &str); 9] = [
    ("vat_invoice_corrent_code_print", "a second check code beside the first: drawn on no page"),
    ("vat_invoice_dai_kai_flag", "empty by the page's own words unless a tax office issued the invoice"),
    ("vat_invoice_daima_print", "the code that a printer repeats on pre-printed paper: not read yet"),
    ("vat_invoice_elec_payment_id", "only Shenzhen's pilot prints it"),
    ("vat_invoice_haoma_large_size", "the large number is taken for the number itself"),
    ("vat_invoice_headline_page_number", "the sheet in the title's band: not read yet"),
    ("vat_invoice_issue_date_print", "the date on the right edge: drawn on no page"),
    ("vat_invoice_note_correct_code", "a check code in the remarks: drawn on no page"),
    ("vat_invoice_total_print", "a total that a printer repeats: drawn on no page"),
];

fn api() -> Api {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("models");
    let pipeline =
        Pipeline::new(Workers::here(Desk::new(models)), Chain::new(vec![Arc::new(Embedded)]), Limits::default());
    let clients = Clients::new(Arc::new(Secret::new(protocols::secret("k1"))));
    Api::new(pipeline, clients).with_time_limit(Duration::from_secs(300))
}

async fn answer(api: &Api, call: &Call) -> Value {
    let request = lambda_http::request::from_str(&call.event(HOST).to_string()).unwrap();
    let Body::Text(body) = api.handle(request).await.into_body() else { panic!("an answer is text") };
    serde_json::from_str(&body).unwrap()
}

/// A page of the corpus and its label.
fn page(folder: &Path, name: &str) -> (Vec<u8>, Value) {
    let label: Value = serde_json::from_slice(&std::fs::read(folder.join(format!("{name}.json"))).unwrap()).unwrap();
    (std::fs::read(folder.join(label["file"].as_str().unwrap())).unwrap(), label)
}

#[test]
fn every_key_of_the_interface_page_is_accounted_for() {
    let page = include_str!("../../shared/src/dialect/testdata/textin-keys.tsv");
    for (key, _) in page.lines().filter_map(|line| line.split_once('\t')) {
        let named = KEYS.iter().chain(&EMPTY).filter(|(known, _)| *known == key).count();
        assert_eq!(named, 1, "{key}");
    }
}

/// The labelled invoices, where there are any.
fn corpus() -> Option<PathBuf> {
    let corpus = std::env::var_os("FAPIAO_CORPUS").map(PathBuf::from);
    if corpus.is_none() {
        eprintln!("skipped: FAPIAO_CORPUS names no labelled invoices");
    }
    corpus
}

/// A roll that carries everything, its seller's seal too.
#[tokio::test]
async fn every_key_of_volcengines_page_is_filled_on_a_scanned_roll() {
    let Some(corpus) = corpus() else { return };
    let (file, _) = page(&corpus.join("seed-example"), "volcengine_seed_scan");
    let form = fapiao::dialect::volcengine::form(&file);
    let answer = answer(&api(), &volcengine::call(HOST, &volcengine::credentials("accounting", NEW), &form)).await;
    for key in include_str!("../../shared/src/dialect/testdata/volcengine-keys.txt").lines() {
        let value = &answer["data"]["license_main"][key.replace("entry.", "entry_0.")];
        assert!(value.as_str().is_some_and(|value| !value.is_empty()), "{key}: {answer}");
    }
}

#[tokio::test]
async fn every_kind_comes_back_with_its_type_its_angle_and_its_keys() {
    let Some(corpus) = corpus() else { return };
    let api = api();
    for (name, kind) in PAGES {
        let (file, label) = page(&corpus.join("synthetic"), name);
        let answer = answer(&api, &textin::call("accounting", &file)).await;
        let result = &answer["result"];
        let got = (&answer["code"], &result["type"], &result["image_angle"]);
        assert_eq!(got, (&json!(200), &json!(kind), &label["rotation"]), "{name}: {answer}");
        let listed: BTreeMap<&str, &str> = result["item_list"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| (entry["key"].as_str().unwrap(), entry["value"].as_str().unwrap()))
            .collect();
        let is_here = |on: &str| on == EVERYWHERE || on.split(' ').any(|prefix| name.starts_with(prefix));
        let lacking: Vec<&str> =
            KEYS.iter().filter(|(key, on)| is_here(on) && listed[key].is_empty()).map(|(key, _)| *key).collect();
        assert_eq!(lacking, Vec::<&str>::new(), "{name}");
        assert_eq!(
            result["product_list"].as_array().unwrap().len(),
            label["items"].as_array().unwrap().len(),
            "{name}"
        );
    }
}
