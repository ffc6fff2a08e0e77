//! The rules on invoices: the invoice that all tests begin with, and how a test asks about it.

mod cases;
mod changes;
mod properties;
mod roles;
mod sentences;

use jiff::civil::Date;

use super::{Buyers, Findings, Rules};
use crate::invoice::{Column, Field, FieldValue, InvoiceType, Item, Money, Quantity, TaxRate};
use crate::reader::sources::{self, CodeWeight};
use crate::report::{CheckStatus, Conflict, Evidence, EvidenceSource, Reading, Verdict};

/// The invoice as read off pixels: three lines, the last one a discount, and a QR code.
fn consistent() -> Reading {
    let mut reading = Reading::default();
    let invoice = &mut reading.invoice;
    invoice.r#type = InvoiceType::ElectronicCommon;
    invoice.invoice_code = Some("031001900111".into());
    invoice.invoice_number = Some("12345678".into());
    invoice.issue_date = Some(Date::constant(2019, 1, 14));
    invoice.check_code = Some("70497714341554189588".into());
    invoice.items = vec![
        line(Some(("2", "150.00")), "300.00", "39.00"),
        line(Some(("3", "52.11509434")), "156.35", "20.33"),
        line(None, "-13.87", "-1.80"),
    ];
    invoice.total_amount = money("442.48");
    invoice.total_tax = money("57.53");
    invoice.grand_total = money("500.01");
    invoice.grand_total_words = Some("伍佰元零壹分".into());
    invoice.buyer.name = Some("上海今日头条科技有限公司".into());
    invoice.buyer.tax_id = Some("91310104MA1FR7C72G".into());
    invoice.seller.tax_id = Some("91310000834486035U".into());
    invoice.qr_code = Some("01,10,031001900111,12345678,442.48,20190114,70497714341554189588,8F2A,".into());
    print_all(&mut reading);
    reading
}

fn line(quantity: Option<(&str, &str)>, amount: &str, tax: &str) -> Item {
    Item {
        quantity: quantity.and_then(|(quantity, _)| quantity.parse().ok()),
        unit_price: quantity.and_then(|(_, price)| price.parse().ok()),
        amount: money(amount),
        tax_rate: "13%".parse().ok(),
        tax_amount: money(tax),
        ..Item::default()
    }
}

fn money(text: &str) -> Option<Money> {
    text.parse().ok()
}

/// Every value there is gets print as its source.
fn print_all(reading: &mut Reading) {
    let invoice = &reading.invoice;
    let there: Vec<Field> = invoice.fields().filter(|field| invoice.get(*field).is_some()).collect();
    for field in there {
        let source = if field == Field::QrCode { EvidenceSource::Qr } else { EvidenceSource::Print };
        reading.fields.entry(field).or_insert_with(|| Evidence { sources: vec![source], ..Evidence::default() });
    }
}

fn run(reading: &mut Reading) -> Findings {
    sources::add_qr_code(reading, CodeWeight::Reported);
    Rules { today: || Date::constant(2020, 1, 1), ..Rules::default() }.run(reading)
}

#[track_caller]
fn status(findings: &Findings, rule: &str) -> CheckStatus {
    findings.checks.iter().find(|check| check.rule == rule).unwrap_or_else(|| panic!("no rule {rule}")).status
}

fn verified(reading: &Reading) -> Vec<Field> {
    reading.fields.iter().filter(|(_, e)| e.verified).map(|(field, _)| *field).collect()
}

fn conflict(field: Field, kept: EvidenceSource, other: EvidenceSource, other_value: &str) -> Conflict {
    Conflict { field, kept, value: "kept".into(), other, other_value: other_value.into() }
}

/// The amounts whose digits are changed.
const AMOUNTS: [Field; 9] = [
    Field::TotalAmount,
    Field::TotalTax,
    Field::GrandTotal,
    Field::Cell(0, Column::Amount),
    Field::Cell(1, Column::Amount),
    Field::Cell(2, Column::Amount),
    Field::Cell(0, Column::TaxAmount),
    Field::Cell(1, Column::TaxAmount),
    Field::Cell(2, Column::TaxAmount),
];
