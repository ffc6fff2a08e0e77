//! What the rules say, in Chinese.

use super::*;
use crate::check::RULES;
use crate::invoice::Subtotal;
use crate::sentence::{Lang, check as says, report::check_failed, report::field_not_found};

#[track_caller]
fn assert_chinese(text: &str) {
    assert!(!text.contains(|c: char| c.is_ascii_lowercase()), "{text}");
}

#[test]
fn every_field_kind_source_and_rule_has_a_chinese_name() {
    let cells = Column::ALL.iter().flat_map(|column| [Field::Cell(1, *column), Field::Column(*column)]);
    let subtotals = Subtotal::ALL.iter().map(|subtotal| Field::Subtotal(0, *subtotal));
    let fields = Field::ALL.iter().copied().chain(cells).chain(subtotals).chain([Field::Type, Field::Items]);
    fields.for_each(|field| assert_chinese(&field_not_found(field).say(Lang::Zh).unwrap()));
    for kind in InvoiceType::ALL {
        assert_chinese(&says::code_kind(kind, kind).say(Lang::Zh).unwrap());
    }
    for rule in RULES.iter().map(|(name, _)| *name).chain(["not_seen_before", "copies_agree"]) {
        assert_chinese(&check_failed(rule, "").say(Lang::Zh).unwrap());
    }
}

#[test]
fn every_rule_says_in_chinese_what_it_found() {
    let mut reading = consistent();
    reading.invoice.grand_total = money("500.11");
    let findings = run(&mut reading);
    let checks = findings.checks.iter().map(|check| check.said.say(Lang::Zh).unwrap());
    let reasons = findings.reasons.iter().map(|reason| reason.said.say(Lang::Zh).unwrap());
    checks.chain(reasons).for_each(|said| assert_chinese(&said));
    let words = findings.checks.iter().find(|check| check.rule == "words_match_digits").unwrap();
    assert_eq!(words.said.say(Lang::Zh).unwrap(), "价税合计大小写不一致：小写为500.11，大写为500.01");
    assert!(findings.checks.iter().all(|check| check.said.say(Lang::En).as_ref() == Some(&check.detail)));
}

#[test]
fn a_rule_that_left_a_line_out_does_not_say_every_line() {
    let mut reading = consistent();
    let said = |reading: &mut Reading, rule: &str| {
        let findings = run(reading);
        findings.checks.into_iter().find(|check| check.rule == rule).unwrap().detail
    };
    // The discount has neither quantity nor price.
    assert!(said(&mut reading, "quantity_times_price").contains("in 2 of 3 lines"));
    assert_eq!(said(&mut reading, "amount_times_rate"), "amount times rate is the tax in every line");
    reading.invoice.items[1].tax_rate = None;
    assert!(said(&mut reading, "amount_times_rate").contains("in 2 of 3 lines"));
    reading.invoice.items[2].amount = None;
    reading.invoice.items[1].amount = None;
    assert!(said(&mut reading, "negative_lines").starts_with("1 of 3 lines"));
}
