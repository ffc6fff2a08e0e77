//! Single kinds of invoices and sources.

use super::*;
use crate::check::RULES;
use crate::report::Dependency;

#[test]
fn a_consistent_invoice_is_verified() {
    let mut reading = consistent();
    let findings = run(&mut reading);
    assert_eq!((findings.verdict, findings.reasons), (Verdict::Verified, vec![]));
    let unproven: Vec<Field> = reading.fields.iter().filter(|(_, e)| !e.verified).map(|(field, _)| *field).collect();
    // Nothing speaks of these a second time.
    let products = [0, 1].map(|row| [Column::Quantity, Column::UnitPrice].map(|column| Field::Cell(row, column)));
    assert_eq!(unproven, [&[Field::QrCode, Field::BuyerName], products.as_flattened()].concat());
    let failing = findings.checks.iter().filter(|c| !matches!(c.status, CheckStatus::Pass | CheckStatus::Skip));
    assert_eq!(failing.count(), 0);
}
#[test]
fn a_red_letter_invoice_is_verified_too() {
    let mut reading = consistent();
    let invoice = &mut reading.invoice;
    for field in AMOUNTS {
        let number = invoice.get(field).and_then(|value| value.number()).unwrap();
        invoice.set(field, Some(Money(-number).into()));
    }
    for item in &mut invoice.items {
        item.quantity = item.quantity.map(|quantity| Quantity(-quantity.0));
    }
    invoice.grand_total_words = Some("（负数）伍佰圆零壹分".into());
    invoice.qr_code = invoice.qr_code.as_ref().map(|code| code.replace(",442.48,", ",-442.48,"));
    let findings = run(&mut reading);
    assert_eq!(findings.reasons, vec![]);
    assert_eq!(status(&findings, "signs_agree"), CheckStatus::Pass);
}

#[test]
fn the_number_of_a_tax_office_has_no_check_digit_to_doubt() {
    for (id, expected) in [("43010000DK18282", CheckStatus::Skip), ("430100001818282", CheckStatus::Warn)] {
        let mut reading = consistent();
        reading.invoice.seller.tax_id = Some(id.into());
        assert_eq!(status(&run(&mut reading), "seller_tax_id_check_digit"), expected, "{id}");
    }
}

#[test]
fn what_a_failed_rule_names_is_not_asked_for_once_more() {
    let mut reading = consistent();
    reading.invoice.grand_total_words = Some("陆佰圆整".into());
    let reasons = run(&mut reading).reasons;
    let asks_for = |words: &str| reasons.iter().filter(|reason| reason.message.starts_with(words)).count();
    assert_eq!((asks_for("the total is"), asks_for("grand total"), asks_for("total tax")), (1, 0, 1), "{reasons:?}");
}

#[test]
fn words_that_helped_to_read_the_digits_do_not_prove_them() {
    let mut reading = consistent();
    reading.invoice.qr_code = None;
    reading.dependencies.push(Dependency { field: Field::GrandTotal, on: Field::GrandTotalWords });
    run(&mut reading);
    // Amount and tax, read elsewhere, add up to the words: those are two sources.
    assert!(reading.fields[&Field::GrandTotal].verified);
    reading.invoice.total_tax = None;
    run(&mut reading);
    assert!(!reading.fields[&Field::GrandTotal].verified);
}

#[test]
fn words_that_may_have_lost_a_zero_are_not_verified_themselves() {
    let mut reading = consistent();
    for (amount, words, expected) in [
        ("107000.53", "壹拾万零柒仟元零伍角叁分", true),
        ("107000.53", "壹拾万柒仟元伍角叁分", false),
        ("10.70", "壹拾圆零柒角整", true),
    ] {
        reading.invoice.total_tax = None;
        reading.invoice.grand_total = money(amount);
        reading.invoice.grand_total_words = Some(words.into());
        run(&mut reading);
        assert!(reading.fields[&Field::GrandTotal].verified);
        assert_eq!(reading.fields[&Field::GrandTotalWords].verified, expected, "{words}");
    }
}

#[test]
fn a_file_s_own_text_needs_no_second_source_but_bears_no_contradiction() {
    let mut reading = consistent();
    for evidence in reading.fields.values_mut() {
        evidence.sources = vec![EvidenceSource::Text];
    }
    reading.invoice.qr_code = None;
    reading.invoice.grand_total_words = None;
    assert_eq!(run(&mut reading).verdict, Verdict::Verified);
    assert!(reading.fields[&Field::BuyerName].verified);
    reading.invoice.grand_total = money("500.11");
    assert_eq!(run(&mut reading).verdict, Verdict::Review);
    assert!(!reading.fields[&Field::GrandTotal].verified && reading.fields[&Field::BuyerName].verified);
}

#[test]
fn a_vendors_answer_is_checked_like_our_own() {
    let mut reading = consistent();
    for evidence in reading.fields.values_mut() {
        evidence.sources = vec![EvidenceSource::Vendor];
    }
    assert_eq!(run(&mut reading).verdict, Verdict::Verified);
    assert_eq!(reading.fields[&Field::InvoiceNumber].sources, [EvidenceSource::Vendor, EvidenceSource::Qr]);
    reading.invoice.invoice_number = Some("12345670".into());
    assert_eq!(status(&run(&mut reading), "qr_matches_print"), CheckStatus::Fail);
}

#[test]
fn a_digital_invoice_is_told_by_its_number_and_its_qr_code() {
    let mut reading = consistent();
    let invoice = &mut reading.invoice;
    invoice.r#type = InvoiceType::DigitalCommon;
    invoice.invoice_number = Some("19312000000012345678".into());
    (invoice.invoice_code, invoice.check_code) = (None, None);
    invoice.qr_code = Some("01,32,,19312000000012345678,500.01,2019-01-14,,8F2A".into());
    let findings = run(&mut reading);
    assert_eq!(findings.reasons, vec![]);
    assert_eq!(status(&findings, "digital_number_fits_date"), CheckStatus::Pass);
    reading.invoice.invoice_number = Some("18312000000012345678".into());
    assert_eq!(status(&run(&mut reading), "digital_number_fits_date"), CheckStatus::Fail);
}

#[test]
fn the_link_of_a_blockchain_invoice_confirms_number_and_total() {
    let mut reading = consistent();
    let invoice = &mut reading.invoice;
    invoice.r#type = InvoiceType::Blockchain;
    invoice.grand_total_words = None;
    let address = "https://bcfp.shenzhen.chinatax.gov.cn/verify/scan?hash=e1f3&bill_num=12345678&total_amount=50001";
    invoice.qr_code = Some(address.into());
    run(&mut reading);
    assert!(reading.fields[&Field::InvoiceNumber].verified && reading.fields[&Field::GrandTotal].verified);
    assert!(!reading.fields[&Field::IssueDate].verified);
}

#[test]
fn tax_on_a_difference_need_not_be_rate_times_amount() {
    let mut reading = consistent();
    reading.invoice.items.truncate(1);
    reading.invoice.items[0].tax_amount = money("5.00");
    assert_eq!(status(&run(&mut reading), "amount_times_rate"), CheckStatus::Fail);
    reading.invoice.remarks = Some("差额征税：260.00。".into());
    assert_eq!(status(&run(&mut reading), "amount_times_rate"), CheckStatus::Skip);
}

#[test]
fn stars_in_place_of_the_tax_count_as_none() {
    let mut reading = consistent();
    let invoice = &mut reading.invoice;
    invoice.items.truncate(1);
    invoice.items[0] =
        Item { tax_rate: Some(TaxRate::Exempt), tax_amount: None, ..line(Some(("2", "250.00")), "500.00", "0") };
    (invoice.total_amount, invoice.total_tax, invoice.grand_total) = (money("500.00"), None, money("500.00"));
    invoice.grand_total_words = Some("伍佰元整".into());
    invoice.qr_code = invoice.qr_code.as_ref().map(|code| code.replace(",442.48,", ",500.00,"));
    for field in [Field::TotalTax, Field::Cell(0, Column::TaxAmount)] {
        reading.fields.remove(&field);
    }
    assert_eq!(run(&mut reading).reasons, vec![]);
}

#[test]
fn a_roll_s_points_are_a_warning() {
    let mut reading = consistent();
    let invoice = &mut reading.invoice;
    invoice.r#type = InvoiceType::Roll;
    invoice.invoice_code = Some("031001900107".into());
    invoice.amounts_include_tax = true;
    (invoice.total_amount, invoice.total_tax) = (None, None);
    let findings = run(&mut reading);
    assert_eq!(status(&findings, "lines_add_up"), CheckStatus::Warn);
    assert_eq!(status(&findings, "amount_times_rate"), CheckStatus::Skip);
}

#[test]
fn our_own_name_confirms_the_buyer_s() {
    let mut reading = consistent();
    let buyers = Buyers::parse("上海今日头条科技有限公司:91310104MA1FR7C72G").unwrap();
    Rules { buyers, ..Rules::default() }.run(&mut reading);
    assert!(reading.fields[&Field::BuyerName].verified);
}

#[test]
fn every_rule_has_a_name_of_its_own_and_says_something() {
    let findings = run(&mut consistent());
    let names: std::collections::BTreeSet<&str> = findings.checks.iter().map(|check| check.rule.as_str()).collect();
    assert_eq!(names.len(), RULES.len());
    assert!(findings.checks.iter().all(|check| check.detail.len() > 5));
}

#[test]
fn the_readme_explains_every_rule_and_no_other() {
    // What compares several invoices stands where they are known.
    let mut rules: Vec<String> = run(&mut consistent()).checks.into_iter().map(|check| check.rule).collect();
    rules.extend(["copies_agree", "not_seen_before"].map(str::to_owned));
    let readme = include_str!("../../../../README.md");
    let (_, table) = readme.split_once("| rule | what it compares |").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    let explained: Vec<&str> = table.lines().filter_map(|row| row.strip_prefix("| `")?.split('`').next()).collect();
    let mut explained: Vec<String> = explained.into_iter().map(str::to_owned).collect();
    rules.sort();
    explained.sort();
    assert_eq!(explained, rules);
}
