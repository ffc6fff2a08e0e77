//! The vendor's wire to a Reading and back: whatever it printed is there again.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::keys::{AGENT_ISSUED, DIGITAL_NUMBER, KEYS, NUMBER};
use super::response::{parse, render};
use super::{QuadOrder, items};
use crate::invoice::Field;

/// Answers as they were seen: old line ends, wrapped names, noise, flags as text, places in both orders.
const SEEN: [&str; 3] = [
    r#"{"code":200,"message":"success","result":{"type":"vat_special_invoice","image_angle":90,
        "rotated_image_width":1400,"rotated_image_height":900,"kind":"other","item_list":[
        {"key":"vat_invoice_daima","value":"3702171130","position":[10,10,90,10,90,30,10,30]},
        {"key":"vat_invoice_haoma","value":"84932920","position":[10,40,90,40,10,60,90,60]},
        {"key":"vat_invoice_haoma_right_side","value":"月16日"},
        {"key":"vat_invoice_payer_name","value":"纳税人识别号:"},
        {"key":"vat_invoice_seller_id","value":"JW91310000834486035U"},
        {"key":"vat_invoice_issue_date","value":"2017年08月05日"},
        {"key":"vat_invoice_goods_list","value":"*餐饮服务*工作\r\n餐费\r\n*住宿服务*房费"},
        {"key":"vat_invoice_price_list","value":"¥1,200.50\r\n300.00"},
        {"key":"vat_invoice_electrans_quantity","value":"2"},
        {"key":"vat_invoice_tax_total","value":"***"},
        {"key":"exist_stample","value":"True"},
        {"key":"vat_invoice_dai_kai_flag","value":"否"}]}}"#,
    r#"{"code":200,"message":"success","result":{"type":"vat_electronic_invoice_new","item_list":[
        {"key":"digital_elec_invoice_number","value":"24312000000012345678"},
        {"key":"vat_invoice_issue_date","value":"2024-01-02"},
        {"key":"vat_invoice_total","value":"¥-1234.56"},
        {"key":"vat_invoice_service_type","value":"成品油"}],
        "product_list":[[{"key":"vat_invoice_goods","value":"甲","position":[1,2,9,2,9,5,1,5]},
        {"key":"vat_invoice_price","value":"-10.00"}]]}}"#,
    r#"{"code":"200","message":"success","result":{"type":"vat_common_invoice","item_list":[
        {"key":"vat_invoice_haoma_large_size","value":"No 01234567"},
        {"key":"vat_invoice_total_note","value":"订单号:1\n第二行"},null,{"key":"unknown","value":"x"}]}}"#,
];

/// Every value under its key, as far as it says anything; lines without their ends and the empty ones.
fn printed(answer: &Value) -> Vec<(String, Vec<String>)> {
    let entries = answer["result"]["item_list"].as_array().map(Vec::as_slice).unwrap_or_default();
    let lines = |value: &str| value.lines().map(|line| line.trim_end().to_owned()).filter(|l| !l.is_empty()).collect();
    let entries = entries.iter().filter_map(|entry| Some((entry["key"].as_str()?, entry["value"].as_str()?)));
    entries.map(|(key, value)| (key.to_owned(), lines(value))).collect()
}

fn kept(wire: &Value) -> Result<(), TestCaseError> {
    let again = render(&parse(wire.to_string().as_bytes()).unwrap().reading, QuadOrder::Rows);
    let after = printed(&again);
    let known = |key: &str| KEYS.iter().any(|row| row.key == key);
    for (key, lines) in printed(wire).into_iter().filter(|(key, lines)| known(key) && !lines.is_empty()) {
        let found = after.iter().find(|(other, _)| *other == key).map(|(_, lines)| lines);
        prop_assert_eq!(found, Some(&lines), "{}", key);
    }
    // Nothing is lost on the second round either.
    let third = render(&parse(again.to_string().as_bytes()).unwrap().reading, QuadOrder::Rows);
    prop_assert!(third == again, "another second round");
    Ok(())
}

#[test]
fn answers_as_they_were_seen_come_back_with_every_value() {
    for answer in SEEN {
        kept(&serde_json::from_str(answer).unwrap()).unwrap();
    }
}

/// Anything that a page or its misreading can bring.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[一-龥A-Za-z0-9*()（）¥.:：/ -]{1,16}",
        1 => "[0-9]{8,20}",
        1 => "(True|False|代开|\\*\\*\\*|免税|月16日|纳税人识别号:)",
        1 => "[一-龥0-9]{1,6}\r?\n[一-龥0-9]{1,6}",
        1 => Just(String::new()),
    ]
}

/// What stands under a key; where it is none, and a reprint would step in for noise, a value of that kind or nothing.
fn value_of(key: &str) -> BoxedStrategy<String> {
    match key {
        "vat_invoice_daima" => "(0[0-9]{11})?".boxed(),
        "vat_invoice_correct_code" => "([0-9]{5} ?[0-9]{5} ?[0-9]{5} ?[0-9]{5})?".boxed(),
        "vat_invoice_issue_date" => "(20[0-3][0-9]年(0[1-9]|1[0-2])月(0[1-9]|1[0-9]|2[0-8])日)?".boxed(),
        NUMBER | DIGITAL_NUMBER => "([0-9]{8}|[0-9]{20})?".boxed(),
        _ => value().boxed(),
    }
}

/// An answer with any value under any key that holds one, with its columns joined or with rows.
fn wires() -> impl Strategy<Value = Value> {
    let is_print = |key: &str| [NUMBER, DIGITAL_NUMBER, AGENT_ISSUED].contains(&key);
    let heads: Vec<&str> = KEYS
        .iter()
        .filter(|key| is_print(key.key) || key.holds.is_some_and(|field| !matches!(field, Field::Column(_))))
        .map(|key| key.key)
        .collect();
    let columns: Vec<&str> =
        KEYS.iter().filter(|key| matches!(key.holds, Some(Field::Column(_)))).map(|key| key.key).collect();
    let entries = |keys: Vec<&'static str>| {
        let entry = |key: &'static str| {
            (value_of(key), 0..900_i32).prop_map(move |(value, at)| {
            json!({"key": key, "value": value, "position": [at, at, at + 80, at, at, at + 20, at + 80, at + 20]})
        })
        };
        keys.into_iter().map(entry).collect::<Vec<_>>()
    };
    let row: Vec<_> = items::COLUMNS
        .iter()
        .map(|(_, key, _)| "[一-龥0-9*.]{1,8}".prop_map(move |value| json!({"key": key, "value": value})))
        .collect();
    let rows = proptest::collection::vec(row, 0..5);
    let types = ["vat_special_invoice", "vat_electronic_invoice", "vat_electronic_invoice_new"];
    (proptest::sample::select(types.to_vec()), entries(heads), entries(columns), rows).prop_map(
        |(kind, mut list, columns, rows)| {
            if rows.is_empty() {
                list.extend(columns);
            }
            json!({"code": 200, "message": "success",
                   "result": {"type": kind, "item_list": list, "product_list": rows}})
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_answer_comes_back_with_every_value(wire in wires()) {
        kept(&wire)?;
        let again = render(&parse(wire.to_string().as_bytes()).unwrap().reading, QuadOrder::Rows);
        for (row, cells) in wire["result"]["product_list"].as_array().unwrap().iter().enumerate() {
            for cell in cells.as_array().unwrap() {
                let same = again["result"]["product_list"][row].as_array().unwrap().iter();
                let value = same.filter(|other| other["key"] == cell["key"]).map(|other| &other["value"]).next();
                prop_assert_eq!(value, Some(&cell["value"]));
            }
        }
    }
}
