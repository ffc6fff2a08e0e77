//! The vendor's wire to a Reading and back: whatever it printed is there again.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::response::{parse, render};

const KEYS: &str = include_str!("../testdata/volcengine-keys.txt");

/// Anything that a roll or its misreading can bring.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[一-龥A-Za-z0-9*()（）¥.:：/-][一-龥A-Za-z0-9*()（）¥.:： /-]{0,15}",
        1 => "[0-9]{8,20}",
        1 => "(上海增值税普通发票\\(卷票\\)|2019年1月14日|\\*\\*\\*|销售方名称:)",
    ]
}

fn wires() -> impl Strategy<Value = Map<String, Value>> {
    let (entry, main): (Vec<&str>, Vec<&str>) = KEYS.lines().partition(|key| key.starts_with("entry."));
    let main: Vec<_> = main
        .into_iter()
        .map(|key| proptest::option::of(value()).prop_map(move |value| Some((key.to_owned(), json!(value?)))))
        .collect();
    let entry: Vec<_> = entry
        .into_iter()
        .filter_map(|key| key.strip_prefix("entry."))
        .map(|name| value().prop_map(move |value| (name.to_owned(), value)))
        .collect();
    (main, proptest::collection::vec(entry, 0..8)).prop_map(|(main, entries)| {
        let rows = entries.into_iter().enumerate().flat_map(|(row, cells)| {
            cells.into_iter().map(move |(name, value)| (format!("entry_{row}.{name}"), json!(value)))
        });
        main.into_iter().flatten().chain(rows).collect()
    })
}

/// The two other ways in which entries were seen.
fn otherwise(main: &Map<String, Value>) -> [Map<String, Value>; 2] {
    let lined = main.iter().map(|(key, value)| (key.replacen('.', "_", 1), value.clone())).collect();
    let mut nested: Map<String, Value> = Map::new();
    let mut entries: Vec<Map<String, Value>> = Vec::new();
    for (key, value) in main {
        let Some((row, name)) = key.strip_prefix("entry_").and_then(|rest| rest.split_once('.')) else {
            nested.insert(key.clone(), value.clone());
            continue;
        };
        let row: usize = row.parse().unwrap();
        entries.resize(entries.len().max(row + 1), Map::new());
        entries[row].insert(name.to_owned(), value.clone());
    }
    nested.insert("entry".to_owned(), json!(entries));
    [lined, nested]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_answer_comes_back_with_every_value(main in wires()) {
        let [lined, nested] = otherwise(&main);
        for encoded in [main.clone(), lined, nested] {
            let wire = json!({"code": 10000, "message": "Success", "data": {"license_main": encoded}});
            let again = render(&parse(wire.to_string().as_bytes()).unwrap().reading, "id", Duration::ZERO);
            let after = again["data"]["license_main"].as_object().unwrap();
            // In whatever order.
            let sorted = |map: &Map<String, Value>| map.clone().into_iter().collect::<std::collections::BTreeMap<_, _>>();
            prop_assert_eq!(sorted(after), sorted(&main));
        }
    }
}
