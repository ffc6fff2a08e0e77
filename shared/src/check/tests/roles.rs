//! Values that may not be their field's.

use super::*;
use crate::report::{Dependency, DoubtReason};

/// The invoice as a file's own text: every character is certain.
fn as_text() -> Reading {
    let mut reading = consistent();
    reading.fields.retain(|field, _| *field != Field::QrCode);
    reading.invoice.qr_code = None;
    reading.fields.values_mut().for_each(|evidence| evidence.sources = vec![EvidenceSource::Text]);
    reading
}

fn with_text(field: Field, text: &str) -> Reading {
    let mut reading = as_text();
    reading.invoice.set(field, Some(text.to_owned().into()));
    reading.note(field, Evidence { sources: vec![EvidenceSource::Text], ..Evidence::default() });
    reading
}

#[track_caller]
fn assert_clear(reading: Reading, field: Field, clear: bool) {
    assert_role(reading, field, if clear { CheckStatus::Pass } else { CheckStatus::Fail });
}

#[track_caller]
fn assert_role(mut reading: Reading, field: Field, expected: CheckStatus) {
    let findings = run(&mut reading);
    let value = reading.invoice.get(field).map(|value| value.to_string());
    assert_eq!(reading.fields[&field].verified, expected != CheckStatus::Fail, "{field} {value:?}");
    assert_eq!(status(&findings, "roles_are_clear"), expected, "{field} {value:?}");
}

#[test]
fn free_text_that_holds_what_is_not_its_own_is_not_verified() {
    let (buyer, seller) = ("上海今日头条科技有限公司", "91310000834486035U");
    for (field, text, clear) in [
        (Field::SellerName, "杭州丁戊己饭店".to_owned(), true),
        (Field::SellerName, "某某（上海）Trading Co., Ltd".to_owned(), true),
        (Field::SellerName, format!("{buyer} 杭州丁戊己饭店有限公司"), false),
        (Field::SellerName, format!("{buyer}静安第一分公司"), true),
        (Field::SellerName, "杭州丁戊己饭店仅供查阅，".to_owned(), false),
        (Field::SellerBankAccount, "电子支付标识：".to_owned(), false),
        (Field::SellerBankAccount, format!("戊银行 62179933001184{seller}"), false),
        (Field::SellerBankAccount, "戊银行上海支行 6217993300118475".to_owned(), true),
        (Field::SellerAddressPhone, "、 电 话：深圳市甲路1号".to_owned(), false),
        (Field::SellerAddressPhone, "深圳市甲路1号 电话：0755-25501360".to_owned(), true),
        (Field::Payee, "孙可心;".to_owned(), false),
        (Field::Payee, "收款人".to_owned(), true),
        (Field::Drawer, "管理员01".to_owned(), true),
        (Field::Remarks, "原发票号码：26112000000000204417\n开票日期：2023年01月01日".to_owned(), true),
        (Field::Remarks, "订单1\n金 额\n税 额\n1.00".to_owned(), false),
    ] {
        assert_clear(with_text(field, &text), field, clear);
    }
}

#[test]
fn what_the_reader_doubts_is_not_verified_unless_another_account_has_it() {
    let number = Field::InvoiceNumber;
    let doubted = || {
        let mut reading = as_text();
        reading.doubt(number, DoubtReason::Several(vec!["12345678".into(), "87654321".into()]));
        reading
    };
    assert_clear(doubted(), number, false);
    for other in [EvidenceSource::Xml, EvidenceSource::Qr] {
        let mut confirmed = doubted();
        confirmed.fields.get_mut(&number).unwrap().sources.push(other);
        assert_role(confirmed, number, CheckStatus::Warn);
    }
}

#[test]
fn a_doubt_about_nothing_says_nothing() {
    let mut reading = as_text();
    reading.doubt(Field::Payee, DoubtReason::Mixed);
    assert_eq!(status(&run(&mut reading), "roles_are_clear"), CheckStatus::Pass);
}

#[test]
fn our_own_list_settles_a_doubt() {
    let mut reading = as_text();
    reading.doubt(Field::BuyerName, DoubtReason::Mixed);
    let buyers = Buyers::parse("上海今日头条科技有限公司").unwrap();
    Rules { buyers, today: || Date::constant(2020, 1, 1) }.run(&mut reading);
    assert!(reading.fields[&Field::BuyerName].verified);
}

#[test]
fn an_id_of_a_length_that_is_not_in_use_is_not_verified_however_sure_its_characters_are() {
    for (id, verified) in [
        ("91310104MA1FR7C72G", true),
        ("310104MA1FR7C72", true),
        ("91310104M1FR7C72G", false),
        ("91310104MA1FR7C72G91", false),
    ] {
        let mut reading = with_text(Field::BuyerTaxId, id);
        let findings = run(&mut reading);
        assert_eq!(reading.fields[&Field::BuyerTaxId].verified, verified, "{id}");
        assert_eq!(findings.verdict == Verdict::Verified, verified, "{id} {:?}", findings.reasons);
    }
}

#[test]
fn code_and_number_of_a_paper_form_are_proven_by_the_tax_printers_own() {
    for (kind, code, proven) in [
        (InvoiceType::Special, "3100171130", true),
        (InvoiceType::Roll, "031001900107", false),
        (InvoiceType::ElectronicCommon, "031001900111", false),
    ] {
        let mut reading = as_print(kind, code);
        run(&mut reading);
        for field in [Field::InvoiceCode, Field::InvoiceNumber] {
            assert_eq!(reading.fields[&field].verified, proven, "{kind} {field}");
        }
    }
    let mut differs = as_print(InvoiceType::Special, "3100171130");
    differs.invoice.reprints.number_right = Some("12345679".into());
    run(&mut differs);
    assert!(!differs.fields[&Field::InvoiceNumber].verified);
}

/// Without its QR code, with code and number printed again at the right.
fn as_print(kind: InvoiceType, code: &str) -> Reading {
    let mut reading = consistent();
    reading.invoice.r#type = kind;
    reading.invoice.invoice_code = Some(code.into());
    reading.invoice.reprints.code_right = Some(code.into());
    reading.invoice.reprints.number_right = reading.invoice.invoice_number.clone();
    reading.invoice.qr_code = None;
    reading.fields.clear();
    print_all(&mut reading);
    reading
}

#[test]
fn a_rounded_price_explains_what_its_last_place_can_make() {
    for (quantity, price, amount, expected) in [
        ("150", "16.50", "2475.25", CheckStatus::Warn),
        ("4", "30.36", "121.42", CheckStatus::Warn),
        ("150", "16.50", "2476.00", CheckStatus::Fail),
        ("2", "150.00", "300.00", CheckStatus::Pass),
        ("2", "52.1150", "104.26", CheckStatus::Fail),
    ] {
        let mut reading = consistent();
        reading.invoice.items = vec![line(Some((quantity, price)), amount, "0")];
        assert_eq!(status(&run(&mut reading), "quantity_times_price"), expected, "{quantity} x {price} = {amount}");
    }
}

#[test]
fn a_private_buyer_needs_no_id() {
    for (name, kind, missing) in [
        ("张三丰四五（个人）", InvoiceType::ElectronicCommon, false),
        ("张三丰四五（个人）", InvoiceType::ElectronicSpecial, true),
        ("张三丰四五公司", InvoiceType::ElectronicCommon, true),
    ] {
        let mut reading = as_text();
        (reading.invoice.r#type, reading.invoice.buyer.name, reading.invoice.buyer.tax_id) =
            (kind, Some(name.into()), None);
        reading.fields.remove(&Field::BuyerTaxId);
        let reasons = run(&mut reading).reasons;
        assert_eq!(
            reasons.iter().any(|reason| reason.message.starts_with("buyer tax id")),
            missing,
            "{name} {reasons:?}"
        );
    }
}

#[test]
fn text_without_characters_is_mentioned_and_fails_where_only_the_code_is_left() {
    let mut some = as_text();
    some.unread = 3;
    assert_eq!(status(&run(&mut some), "text_is_whole"), CheckStatus::Warn);
    let mut all = some.clone();
    all.fields.values_mut().for_each(|evidence| evidence.sources = vec![EvidenceSource::Qr]);
    assert_eq!(status(&run(&mut all), "text_is_whole"), CheckStatus::Fail);
    assert_eq!(status(&run(&mut as_text()), "text_is_whole"), CheckStatus::Skip);
}

#[test]
fn a_code_does_not_confirm_what_it_helped_to_read() {
    for (helped, confirmed) in [(false, true), (true, false)] {
        let mut reading = consistent();
        (reading.invoice.grand_total, reading.invoice.grand_total_words) = (reading.invoice.total_amount, None);
        (reading.invoice.total_amount, reading.invoice.total_tax) = (None, None);
        if helped {
            reading.dependencies.push(Dependency { field: Field::GrandTotal, on: Field::QrCode });
        }
        run(&mut reading);
        assert_eq!(reading.fields[&Field::GrandTotal].verified, confirmed, "{helped}");
    }
}
