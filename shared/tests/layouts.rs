//! The layouts on recorded pages: what the engine saw once, read in milliseconds, without models or pixels.
//! `cargo run --example lines` records a page anew.

#![cfg(test)]

use std::path::Path;

use fapiao::check;
use fapiao::invoice::Field;
use fapiao::ocr::PageText;
use fapiao::reader;
use fapiao::report::{Reading, Verdict};
use serde_json::Value;

fn recorded(name: &str) -> PageText {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded").join(format!("{name}.json"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn label(stem: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures").join(format!("{stem}.json"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn read(page: &PageText) -> Reading {
    reader::read(page, &|_| Vec::new()).unwrap()
}

/// A labelled field (`buyer.name`) in the invoice as JSON.
fn field<'v>(invoice: &'v Value, path: &str) -> &'v Value {
    path.split('.').fold(invoice, |at, part| &at[part])
}

#[track_caller]
fn assert_key_fields(name: &str, stem: &str) {
    const KEY: [&str; 11] = [
        "invoice_code",
        "invoice_number",
        "issue_date",
        "check_code",
        "buyer.name",
        "buyer.tax_id",
        "seller.name",
        "seller.tax_id",
        "total_amount",
        "total_tax",
        "grand_total",
    ];
    let invoice = serde_json::to_value(read(&recorded(name)).invoice).unwrap();
    let label = label(stem);
    assert_eq!(invoice["type"], label["invoice_type"]);
    for path in KEY {
        assert_eq!(field(&invoice, path), &label["fields"][path], "{name}: {path}");
    }
    assert_eq!(invoice["items"].as_array().unwrap().len(), label["items"].as_array().unwrap().len());
}

#[test]
fn a_roll_is_read() {
    assert_key_fields("roll.jpg", "roll");
}

#[test]
fn a_photographed_form_is_read() {
    assert_key_fields("form-photo.jpg", "form-photo");
}

#[test]
fn a_digital_invoice_is_read() {
    assert_key_fields("digital.png", "digital");
}

#[test]
fn every_value_has_its_evidence_on_the_page() {
    for name in ["roll.jpg", "form-photo.jpg", "digital.png"] {
        let page = recorded(name);
        let reading = read(&page);
        let number = &reading.fields[&Field::InvoiceNumber];
        assert!(number.text.is_some() && number.confidence.is_some(), "{name}");
        for (field, evidence) in &reading.fields {
            let inside = |quad: [f32; 8]| {
                quad.chunks(2).all(|p| {
                    (-2.0..=page.width as f32 + 2.0).contains(&p[0])
                        && (-2.0..=page.height as f32 + 2.0).contains(&p[1])
                })
            };
            assert!(evidence.quad.is_none_or(inside), "{name}: {field} {:?}", evidence.quad);
            assert!(!evidence.sources.is_empty(), "{name}: {field}");
        }
    }
}

#[test]
fn a_misread_digit_is_never_verified() {
    let mut page = recorded("roll.jpg");
    // The engine mistakes a digit of the printed total; words and lines still say the truth.
    let total = page.lines.iter_mut().find(|l| l.text.contains("¥500.00") || l.text.contains("￥500.00")).unwrap();
    total.text = total.text.replace("500.00", "800.00");
    let mut reading = read(&page);
    let findings = check::Rules::default().run(&mut reading);
    assert_eq!(findings.verdict, Verdict::Review);
    assert!(!reading.fields[&Field::GrandTotal].verified);
}

#[test]
fn a_page_without_an_invoice_is_refused() {
    let mut page = recorded("digital.png");
    page.lines.truncate(4);
    page.qr_codes.clear();
    // What is left of it has the labels of an invoice; nobody may leave it out unseen.
    for (page, code) in [(page, "unread_invoice"), (PageText::default(), "no_invoice")] {
        let error = reader::read(&page, &|_| Vec::new()).unwrap_err();
        assert_eq!(error.code(), code);
    }
}
