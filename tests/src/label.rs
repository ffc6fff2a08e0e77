//! A fixture's label as the reading that a vendor would answer with. Knows nothing of vendors' forms.

use fapiao::invoice::Item;
use fapiao::report::{Evidence, Reading};
use serde_json::Value;

/// What the label says is printed, place by place; without meanings, which are the reader's to find.
pub fn reading(label: &Value) -> Reading {
    let mut reading = Reading::default();
    reading.invoice.r#type = serde_json::from_value(label["invoice_type"].clone()).unwrap_or_default();
    let heads =
        entries(&label["fields"]).chain(entries(&label["extra"]).filter(|(path, _)| path.starts_with("seals.")));
    for (path, value) in heads {
        print(&mut reading, path, value);
    }
    let items = label["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    reading.invoice.items = vec![Item::default(); items.len()];
    for (row, item) in items.iter().enumerate() {
        for (column, value) in entries(item) {
            print(&mut reading, &format!("items[{row}].{column}"), value);
        }
    }
    reading
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn print(reading: &mut Reading, path: &str, value: &Value) {
    let Ok(field) = path.parse() else { return };
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        other => other.to_string(),
    };
    reading.note(field, Evidence { text: Some(text), page: 1, ..Evidence::default() });
}
