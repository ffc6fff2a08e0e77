//! The published JSON Schema: generated from the types, complete, and true of real Reports.
//! `FAPIAO_UPDATE=1 cargo test -p fapiao --test schema` writes it anew.

#![cfg(test)]

use std::path::Path;

use fapiao::error::{Error, ErrorKind};
use fapiao::report::{CheckedInvoice, Other, Place, Report, SCHEMA, Source, Status};
use fapiao::sentence::report as says;
use serde_json::Value;

const SCHEMA_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/fapiao-1.schema.json");

/// One path a line: every field that one of the vendors, platforms or file formats we compared knows.
const PATHS: &str = include_str!("../schema/paths.txt");

fn generated() -> String {
    let mut text = serde_json::to_string_pretty(&fapiao::report::json_schema()).unwrap();
    text.push('\n');
    text
}

#[test]
fn the_committed_schema_is_the_one_the_types_make() {
    if std::env::var_os("FAPIAO_UPDATE").is_some_and(|value| !value.is_empty()) {
        std::fs::write(SCHEMA_FILE, generated()).unwrap();
    }
    let committed = std::fs::read_to_string(Path::new(SCHEMA_FILE)).unwrap_or_default();
    assert!(committed == generated(), "the types changed: run FAPIAO_UPDATE=1 cargo test -p fapiao --test schema");
}

#[test]
fn every_field_of_the_compared_formats_has_a_home() {
    let schema = fapiao::report::json_schema();
    let homeless: Vec<&str> = PATHS.lines().filter(|path| !has_path(&schema, path)).collect();
    assert!(homeless.is_empty(), "no home for {homeless:?}");
}

/// Follows a path (`items[].name`, `fields[path].quad`) through the schema.
fn has_path(schema: &Value, path: &str) -> bool {
    let mut at = schema.clone();
    for part in path.split('.') {
        let (name, listed) = match part.split_once('[') {
            Some((name, _)) => (name, true),
            None => (part, false),
        };
        let Some(mut next) = resolve(schema, &at).get("properties").and_then(|p| p.get(name)).cloned() else {
            return false;
        };
        if listed {
            let inner = resolve(schema, &next);
            let Some(items) = inner.get("items").or_else(|| inner.get("additionalProperties")).cloned() else {
                return false;
            };
            next = items;
        }
        at = next;
    }
    true
}

/// Follows `$ref` and the non-null branch of `anyOf`.
fn resolve(schema: &Value, at: &Value) -> Value {
    let branch = at.get("anyOf").and_then(Value::as_array).and_then(|all| all.iter().find(|b| b.get("$ref").is_some()));
    let reference = branch.unwrap_or(at).get("$ref").and_then(Value::as_str);
    match reference.and_then(|r| schema.pointer(r.trim_start_matches('#'))) {
        Some(target) => target.clone(),
        None => at.clone(),
    }
}

#[test]
fn a_report_is_valid_and_never_drops_a_key() {
    let report = Report {
        schema: SCHEMA.to_owned(),
        engine: String::new(),
        status: Status::Read,
        source: Source::default(),
        error: None,
        verdict: None,
        reasons: vec![says::of_invoice(1, says::field_not_found("issue_date")).into()],
        invoices: vec![CheckedInvoice::default()],
        others: vec![Other::new(Place::default(), Error::new(ErrorKind::NoInvoice, "as told").info(), None)],
    };
    let json = serde_json::to_value(&report).unwrap();
    let (mut compiler, mut schemas) = (boon::Compiler::new(), boon::Schemas::new());
    compiler.add_resource("fapiao:report", fapiao::report::json_schema()).unwrap();
    let schema = compiler.compile("fapiao:report", &mut schemas).unwrap();
    schemas.validate(&json, schema).unwrap_or_else(|error| panic!("{error:#}"));
    assert!(json["invoices"][0]["invoice"]["buyer"].as_object().is_some_and(|buyer| buyer.contains_key("tax_id")));
    let back: Report = serde_json::from_value(json).unwrap();
    assert_eq!(back, report);
}
