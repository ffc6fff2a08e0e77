//! The rules on invoices: a consistent one, and what each change to it does.

use jiff::civil::Date;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{Buyers, Findings, Rules};
use crate::invoice::{Invoice, InvoiceType, Item, Money, Quantity, TaxRate};
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
    let invoice = serde_json::to_value(&reading.invoice).unwrap();
    let mut paths = Vec::new();
    leaves(&invoice, String::new(), &mut paths);
    for path in paths {
        let source = if path == "qr_code" { EvidenceSource::Qr } else { EvidenceSource::Print };
        reading.fields.entry(path).or_insert_with(|| Evidence { sources: vec![source], ..Evidence::default() });
    }
}

fn leaves(value: &serde_json::Value, path: String, paths: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(map) => {
            for (key, value) in map {
                leaves(value, if path.is_empty() { key.clone() } else { format!("{path}.{key}") }, paths);
            }
        }
        serde_json::Value::Array(list) => {
            list.iter().enumerate().for_each(|(i, value)| leaves(value, format!("{path}[{i}]"), paths));
        }
        serde_json::Value::String(_) => paths.push(path),
        _ => {}
    }
}

fn run(reading: &mut Reading) -> Findings {
    Rules { today: || Date::constant(2020, 1, 1), ..Rules::default() }.run(reading)
}

#[track_caller]
fn status(findings: &Findings, rule: &str) -> CheckStatus {
    findings.checks.iter().find(|check| check.rule == rule).unwrap_or_else(|| panic!("no rule {rule}")).status
}

fn verified(reading: &Reading) -> Vec<&str> {
    reading.fields.iter().filter(|(_, e)| e.verified).map(|(path, _)| path.as_str()).collect()
}

#[test]
fn a_consistent_invoice_is_verified() {
    let mut reading = consistent();
    let findings = run(&mut reading);
    assert_eq!((findings.verdict, findings.reasons), (Verdict::Verified, vec![]));
    let unproven: Vec<&str> = reading.fields.iter().filter(|(_, e)| !e.verified).map(|(p, _)| p.as_str()).collect();
    // Nothing speaks of these a second time.
    let alone = ["buyer.name", "items[0].quantity", "items[0].unit_price", "items[1].quantity", "items[1].unit_price"];
    assert_eq!(unproven, [&alone[..], &["qr_code", "type"]].concat());
    let failing = findings.checks.iter().filter(|c| !matches!(c.status, CheckStatus::Pass | CheckStatus::Skip));
    assert_eq!(failing.count(), 0);
}

fn conflict(path: &str, kept: EvidenceSource, other: EvidenceSource, other_value: &str) -> Conflict {
    Conflict { path: path.into(), kept, value: "kept".into(), other, other_value: other_value.into() }
}

/// What one change to the consistent invoice does.
struct Change {
    what: &'static str,
    change: fn(&mut Reading),
    rule: &'static str,
    status: CheckStatus,
    /// These are not verified any more.
    unverified: &'static [&'static str],
}

const CHANGES: &[Change] = &[
    Change {
        what: "the QR code has another number",
        change: |r| r.invoice.invoice_number = Some("12345679".into()),
        rule: "qr_matches_print",
        status: CheckStatus::Fail,
        unverified: &["invoice_number"],
    },
    Change {
        what: "the reader took the QR code's date instead of the print's",
        change: |r| {
            r.conflicts.push(conflict("issue_date", EvidenceSource::Qr, EvidenceSource::Print, "2019-01-15"));
        },
        rule: "qr_matches_print",
        status: CheckStatus::Fail,
        unverified: &["issue_date"],
    },
    Change {
        what: "only the QR code tells the number",
        change: |r| r.fields.get_mut("invoice_number").unwrap().sources = vec![EvidenceSource::Qr],
        rule: "qr_matches_print",
        status: CheckStatus::Pass,
        unverified: &["invoice_number"],
    },
    Change {
        what: "a file's XML says something else",
        change: |r| {
            r.conflicts.push(conflict("buyer.name", EvidenceSource::Text, EvidenceSource::Xml, "别的公司"));
        },
        rule: "sources_agree",
        status: CheckStatus::Fail,
        unverified: &["buyer.name"],
    },
    Change {
        what: "two sources count the lines differently",
        change: |r| r.conflicts.push(conflict("items", EvidenceSource::Xml, EvidenceSource::Text, "4 lines")),
        rule: "sources_agree",
        status: CheckStatus::Fail,
        unverified: &["items[0].amount", "items[2].tax_amount"],
    },
    Change {
        what: "the QR code is a special invoice's",
        change: |r| r.invoice.qr_code = r.invoice.qr_code.as_ref().map(|q| q.replacen("01,10", "01,01", 1)),
        rule: "qr_kind_matches_type",
        status: CheckStatus::Fail,
        unverified: &[],
    },
    Change {
        what: "a number of seven digits",
        change: |r| r.invoice.invoice_number = Some("1234567".into()),
        rule: "number_shapes",
        status: CheckStatus::Fail,
        unverified: &["invoice_number"],
    },
    Change {
        what: "a number of zeros",
        change: |r| r.invoice.invoice_number = Some("00000000".into()),
        rule: "number_shapes",
        status: CheckStatus::Fail,
        unverified: &["invoice_number"],
    },
    Change {
        what: "a roll's code",
        change: |r| r.invoice.invoice_code = Some("031001900107".into()),
        rule: "code_fits_type",
        status: CheckStatus::Fail,
        unverified: &["invoice_code"],
    },
    Change {
        what: "a title of another region",
        change: |r| {
            r.invoice.title = Some("北京增值税电子普通发票".into());
            print_all(r);
        },
        rule: "code_fits_title",
        status: CheckStatus::Fail,
        unverified: &["invoice_code"],
    },
    Change {
        what: "a date years before the code",
        change: |r| r.invoice.issue_date = Some(Date::constant(2016, 1, 14)),
        rule: "code_fits_date",
        status: CheckStatus::Fail,
        unverified: &["issue_date", "invoice_code"],
    },
    Change {
        what: "a date in the December before the code",
        change: |r| r.invoice.issue_date = Some(Date::constant(2018, 12, 14)),
        rule: "code_fits_date",
        status: CheckStatus::Warn,
        unverified: &["issue_date"],
    },
    Change {
        what: "a date in the future",
        change: |r| r.invoice.issue_date = Some(Date::constant(2020, 1, 3)),
        rule: "date_is_possible",
        status: CheckStatus::Fail,
        unverified: &["issue_date"],
    },
    Change {
        what: "tomorrow's date",
        change: |r| r.invoice.issue_date = Some(Date::constant(2020, 1, 2)),
        rule: "date_is_possible",
        status: CheckStatus::Pass,
        unverified: &["issue_date"],
    },
    Change {
        what: "a date before the VAT",
        change: |r| r.invoice.issue_date = Some(Date::constant(1993, 12, 31)),
        rule: "date_is_possible",
        status: CheckStatus::Fail,
        unverified: &["issue_date"],
    },
    Change {
        what: "another number printed large",
        change: |r| r.invoice.reprints.number_large = Some("12345670".into()),
        rule: "printed_again",
        status: CheckStatus::Fail,
        unverified: &["invoice_number"],
    },
    Change {
        what: "an id with a misread character",
        change: |r| r.invoice.seller.tax_id = Some("91310000834486036U".into()),
        rule: "seller_tax_id_check_digit",
        status: CheckStatus::Warn,
        unverified: &["seller.tax_id"],
    },
    Change {
        what: "an id of no length",
        change: |r| r.invoice.seller.tax_id = Some("9131000083448603".into()),
        rule: "seller_tax_id_check_digit",
        status: CheckStatus::Fail,
        unverified: &["seller.tax_id"],
    },
    Change {
        what: "somebody else's seal",
        change: |r| r.invoice.seals.seller_tax_id = Some("91110000600037341L".into()),
        rule: "seal_matches_seller",
        status: CheckStatus::Fail,
        unverified: &["seller.tax_id"],
    },
    Change {
        what: "a seal that is hard to read",
        change: |r| r.invoice.seals.seller_tax_id = Some("91310000834486O35U".into()),
        rule: "seal_matches_seller",
        status: CheckStatus::Warn,
        unverified: &[],
    },
    Change {
        what: "words that say something else",
        change: |r| r.invoice.grand_total_words = Some("伍佰元零贰分".into()),
        rule: "words_match_digits",
        status: CheckStatus::Fail,
        unverified: &["grand_total", "grand_total_words", "total_tax"],
    },
    Change {
        what: "a negative tax",
        change: |r| r.invoice.total_tax = money("-57.53"),
        rule: "signs_agree",
        status: CheckStatus::Fail,
        unverified: &["total_tax", "total_amount"],
    },
    Change {
        what: "amount and tax in each other's place",
        change: |r| {
            let invoice = &mut r.invoice;
            std::mem::swap(&mut invoice.total_amount, &mut invoice.total_tax);
            invoice.qr_code = None;
        },
        rule: "total_plus_tax",
        status: CheckStatus::Pass,
        unverified: &["total_amount", "total_tax"],
    },
    Change {
        what: "a tax that is a cent off",
        change: |r| r.invoice.total_tax = money("57.52"),
        rule: "total_plus_tax",
        status: CheckStatus::Warn,
        unverified: &["total_tax"],
    },
    Change {
        what: "a rate that no law knows",
        change: |r| r.invoice.items[0].tax_rate = "14%".parse().ok(),
        rule: "rates_are_known",
        status: CheckStatus::Warn,
        unverified: &["items[0].tax_rate"],
    },
    Change {
        what: "a quantity without its price",
        change: |r| r.invoice.items[0].unit_price = None,
        rule: "price_and_quantity",
        status: CheckStatus::Warn,
        unverified: &[],
    },
    Change {
        what: "a misread quantity",
        change: |r| r.invoice.items[0].quantity = "7".parse().ok(),
        rule: "quantity_times_price",
        status: CheckStatus::Fail,
        unverified: &["items[0].amount"],
    },
    Change {
        what: "a misread rate",
        change: |r| r.invoice.items[0].tax_rate = "3%".parse().ok(),
        rule: "amount_times_rate",
        status: CheckStatus::Fail,
        unverified: &["items[0].tax_rate"],
    },
    Change {
        what: "a discount of another rate",
        change: |r| r.invoice.items[2].tax_rate = "9%".parse().ok(),
        rule: "negative_lines",
        status: CheckStatus::Warn,
        unverified: &["items[2].tax_rate"],
    },
    Change {
        what: "a lost line",
        change: |r| drop(r.invoice.items.pop()),
        rule: "lines_add_up",
        status: CheckStatus::Fail,
        unverified: &["total_amount", "items[0].amount"],
    },
    Change {
        what: "two amounts in each other's place",
        change: |r| {
            let (first, rest) = r.invoice.items.split_at_mut(1);
            std::mem::swap(&mut first[0].amount, &mut rest[0].amount);
        },
        rule: "lines_add_up",
        status: CheckStatus::Pass,
        unverified: &["items[0].amount", "items[1].amount"],
    },
    Change {
        what: "a tax in another line's place",
        change: |r| {
            let (first, rest) = r.invoice.items.split_at_mut(1);
            std::mem::swap(&mut first[0].tax_amount, &mut rest[0].tax_amount);
        },
        rule: "line_taxes_add_up",
        status: CheckStatus::Pass,
        unverified: &["items[0].tax_amount", "items[1].tax_amount", "items[0].tax_rate"],
    },
];

#[test]
fn each_rule_tells_what_is_wrong_and_takes_verified_back() {
    for Change { what, change, rule, status: expected, unverified } in CHANGES {
        let mut reading = consistent();
        change(&mut reading);
        let findings = run(&mut reading);
        assert_eq!(status(&findings, rule), *expected, "{what}: {:?}", findings.reasons);
        let verified = verified(&reading);
        for path in *unverified {
            assert!(!verified.contains(path), "{what}: {path} is still verified");
        }
        if *expected == CheckStatus::Fail {
            assert_eq!(findings.verdict, Verdict::Review, "{what}");
            assert!(findings.reasons.iter().any(|reason| reason.starts_with(rule)), "{what}: {:?}", findings.reasons);
        }
    }
}

/// The amounts whose digits are changed, by name; each is of the consistent invoice.
fn amount<'a>(invoice: &'a mut Invoice, path: &str) -> &'a mut Option<Money> {
    match path {
        "total_amount" => &mut invoice.total_amount,
        "total_tax" => &mut invoice.total_tax,
        "grand_total" => &mut invoice.grand_total,
        "items[0].amount" => &mut invoice.items[0].amount,
        "items[1].amount" => &mut invoice.items[1].amount,
        "items[2].amount" => &mut invoice.items[2].amount,
        "items[0].tax_amount" => &mut invoice.items[0].tax_amount,
        "items[1].tax_amount" => &mut invoice.items[1].tax_amount,
        _ => &mut invoice.items[2].tax_amount,
    }
}

const AMOUNTS: [&str; 9] = [
    "total_amount",
    "total_tax",
    "grand_total",
    "items[0].amount",
    "items[1].amount",
    "items[2].amount",
    "items[0].tax_amount",
    "items[1].tax_amount",
    "items[2].tax_amount",
];

/// The text with one of its digits replaced by another one.
fn with_one_digit_changed(text: &str, at: usize, add: u8) -> String {
    let places: Vec<usize> = text.bytes().enumerate().filter(|(_, b)| b.is_ascii_digit()).map(|(i, _)| i).collect();
    let place = places[at % places.len()];
    let mut bytes = text.as_bytes().to_vec();
    bytes[place] = b'0' + (bytes[place] - b'0' + add) % 10;
    String::from_utf8(bytes).unwrap()
}

/// A consistent invoice of any lines and one rate, as read off pixels, with or without a QR code.
fn any_invoice() -> impl Strategy<Value = Reading> {
    let lines = proptest::collection::vec((1_i64..=99, 1_i64..=999_999), 1..=6);
    let rates = proptest::sample::select(vec!["13%", "9%", "6%", "3%", "1%"]);
    (lines, rates, any::<bool>()).prop_map(|(lines, rate, with_qr)| {
        let mut reading = consistent();
        let invoice = &mut reading.invoice;
        let rate: TaxRate = rate.parse().unwrap();
        let lines = lines.into_iter().map(|(quantity, cents)| {
            let (quantity, price) = (Decimal::from(quantity), Decimal::new(cents, 2));
            let amount = quantity * price;
            let tax = (amount * rate.fraction().unwrap()).round_dp(2);
            Item {
                quantity: Some(Quantity(quantity)),
                unit_price: Some(Quantity(price)),
                amount: Some(Money(amount)),
                tax_rate: Some(rate),
                tax_amount: Some(Money(tax)),
                ..Item::default()
            }
        });
        invoice.items = lines.collect();
        let total = |cell: fn(&Item) -> Option<Money>| -> Decimal {
            invoice.items.iter().filter_map(cell).map(|money| money.0).sum()
        };
        let (amount, tax) = (total(|item| item.amount), total(|item| item.tax_amount));
        invoice.total_amount = Some(Money(amount));
        invoice.total_tax = Some(Money(tax));
        invoice.grand_total = Some(Money(amount + tax));
        invoice.grand_total_words =
            crate::invoice::words::write(Money(amount + tax), crate::invoice::words::Form::FULLEST);
        let code = format!("01,10,031001900111,12345678,{amount},20190114,70497714341554189588,8F2A,");
        invoice.qr_code = with_qr.then_some(code);
        reading.fields.clear();
        print_all(&mut reading);
        reading
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn a_changed_digit_stops_an_amount_from_being_verified(
        mut reading in any_invoice(), which in 0_usize..64, at in 0_usize..12, add in 1_u8..=9,
    ) {
        run(&mut reading);
        for path in ["total_amount", "total_tax", "grand_total", "items[0].amount", "items[0].tax_amount"] {
            prop_assert!(reading.fields[path].verified, "{path} of a consistent invoice");
        }
        let totals = ["total_amount", "total_tax", "grand_total"].map(str::to_owned).to_vec();
        let cells = (0..reading.invoice.items.len()).flat_map(|i| [format!("items[{i}].amount"), format!("items[{i}].tax_amount")]);
        let paths: Vec<String> = totals.into_iter().chain(cells).collect();
        let path = &paths[which % paths.len()];
        let mut invoice = serde_json::to_value(&reading.invoice).unwrap();
        let pointer = format!("/{}", path.replace("].", "/").replace('[', "/"));
        let slot = invoice.pointer_mut(&pointer).unwrap();
        *slot = with_one_digit_changed(slot.as_str().unwrap(), at, add).into();
        reading.invoice = serde_json::from_value(invoice).unwrap();
        run(&mut reading);
        prop_assert!(!reading.fields[path.as_str()].verified, "{}", path);
    }

    #[test]
    fn a_changed_character_in_an_id_is_always_caught(
        body in "[159][1239][0-9]{6}[0-9A-HJ-NP-RT-UW-Y]{8}", at in 0_usize..18, other in "[0-9A-Z]",
    ) {
        let id = valid_id(&body);
        let changed: String = id.chars().enumerate().map(|(i, c)| if i == at { other.chars().next().unwrap() } else { c }).collect();
        let mut reading = consistent();
        for (id, expected) in [(&id, true), (&changed, changed == id)] {
            reading.invoice.seller.tax_id = Some(id.clone());
            run(&mut reading);
            prop_assert_eq!(reading.fields["seller.tax_id"].verified, expected, "{}", id);
        }
    }

    #[test]
    fn no_amount_makes_a_rule_panic(texts in proptest::collection::vec("-?[0-9]{1,27}(\\.[0-9]{1,2})?", 9), rate in "[0-9]{1,20}%") {
        let mut reading = consistent();
        for (path, text) in AMOUNTS.iter().zip(texts) {
            *amount(&mut reading.invoice, path) = text.parse().ok();
        }
        for item in &mut reading.invoice.items {
            item.quantity = item.amount.map(|amount| Quantity(amount.0));
            item.unit_price = item.quantity;
            item.tax_rate = rate.parse().ok();
        }
        run(&mut reading);
    }
}

/// A credit code with both its check digits for a body of region and organisation, found by trying.
fn valid_id(body: &str) -> String {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let holds =
        |id: &str| crate::invoice::TaxId::parse(id).map(|t| (t.organisation_code_holds(), t.check_digit_holds()));
    let mut candidates = ALPHABET.chars().flat_map(|a| ALPHABET.chars().map(move |b| (a, b)));
    candidates
        .find_map(|(a, b)| {
            let id = format!("{body}{a}{b}");
            (holds(&id) == Some((Some(true), Some(true)))).then_some(id)
        })
        .unwrap()
}

#[test]
fn a_red_letter_invoice_is_verified_too() {
    let mut reading = consistent();
    let invoice = &mut reading.invoice;
    let negate = |money: &mut Option<Money>| *money = money.map(|money| Money(-money.0));
    for path in AMOUNTS {
        negate(amount(invoice, path));
    }
    for item in &mut invoice.items {
        item.quantity = item.quantity.map(|quantity| Quantity(-quantity.0));
    }
    invoice.grand_total_words = Some("（负数）伍佰圆零壹分".into());
    invoice.qr_code = invoice.qr_code.as_ref().map(|code| code.replace(",442.48,", ",-442.48,"));
    let findings = run(&mut reading);
    assert_eq!(findings.reasons, Vec::<String>::new());
    assert_eq!(status(&findings, "signs_agree"), CheckStatus::Pass);
}

#[test]
fn words_that_helped_to_read_the_digits_do_not_prove_them() {
    let mut reading = consistent();
    reading.invoice.qr_code = None;
    reading.lean("grand_total", "grand_total_words");
    run(&mut reading);
    // Amount and tax, read elsewhere, add up to the words: those are two sources.
    assert!(reading.fields["grand_total"].verified);
    reading.invoice.total_tax = None;
    run(&mut reading);
    assert!(!reading.fields["grand_total"].verified);
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
        assert!(reading.fields["grand_total"].verified);
        assert_eq!(reading.fields["grand_total_words"].verified, expected, "{words}");
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
    assert!(reading.fields["buyer.name"].verified);
    reading.invoice.grand_total = money("500.11");
    assert_eq!(run(&mut reading).verdict, Verdict::Review);
    assert!(!reading.fields["grand_total"].verified && reading.fields["buyer.name"].verified);
}

#[test]
fn a_vendors_answer_is_checked_like_our_own() {
    let mut reading = consistent();
    for evidence in reading.fields.values_mut() {
        evidence.sources = vec![EvidenceSource::Vendor];
    }
    assert_eq!(run(&mut reading).verdict, Verdict::Verified);
    assert_eq!(reading.fields["invoice_number"].sources, [EvidenceSource::Vendor, EvidenceSource::Qr]);
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
    assert_eq!(findings.reasons, Vec::<String>::new());
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
    assert!(reading.fields["invoice_number"].verified && reading.fields["grand_total"].verified);
    assert!(!reading.fields["issue_date"].verified);
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
    for path in ["total_tax", "items[0].tax_amount"] {
        reading.fields.remove(path);
    }
    assert_eq!(run(&mut reading).reasons, Vec::<String>::new());
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
    assert!(reading.fields["buyer.name"].verified);
}

#[test]
fn every_rule_has_a_name_of_its_own_and_says_something() {
    let findings = run(&mut consistent());
    let names: std::collections::BTreeSet<&str> = findings.checks.iter().map(|check| check.rule.as_str()).collect();
    assert_eq!(names.len(), super::RULES.len());
    assert!(findings.checks.iter().all(|check| check.detail.len() > 5));
}
