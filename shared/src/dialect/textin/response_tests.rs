use proptest::prelude::*;

use super::*;
use crate::geometry::quad_of;
use crate::invoice::{Column, Item};
use crate::report::EvidenceSource;

const INTERFACE_PAGE: &str = include_str!("../testdata/textin-keys.tsv");

/// In the order of the vendor's samples; the page's own has a test of its own.
fn render(reading: &Reading) -> Value {
    super::render(reading, QuadOrder::Clockwise)
}

fn answer(result: Value) -> Result<VendorAnswer> {
    parse(json!({ "code": 200, "message": "success", "result": result }).to_string().as_bytes())
}

fn listed(kind: &str, pairs: &[(&str, &str)]) -> Reading {
    let list: Vec<Value> = pairs.iter().map(|(k, v)| json!({"key": k, "value": v})).collect();
    answer(json!({"type": kind, "item_list": list})).unwrap().reading
}

fn value<'a>(answer: &'a Value, key: &str) -> &'a str {
    let list = answer["result"]["item_list"].as_array().unwrap();
    list.iter().find(|e| e["key"] == key).unwrap()["value"].as_str().unwrap()
}

#[test]
fn every_key_of_the_interface_page_has_a_row() {
    let page: Vec<(&str, &str)> = INTERFACE_PAGE.lines().filter_map(|l| l.split_once('\t')).collect();
    assert_eq!(page.len(), 52);
    for (key, description) in page {
        let row = KEYS.iter().find(|row| row.key == key);
        assert_eq!(row.map(|row| row.description), Some(description), "{key}");
    }
}

#[test]
fn the_interface_pages_own_example_is_read() {
    let body = r#"{"code":200,"message":"success","result":{"item_list":[{"key":""}]}}"#;
    let answered = parse(body.as_bytes()).unwrap();
    assert_eq!(answered.reading, Reading::default());
    let again = render(&answered.reading);
    assert_eq!((&again["code"], &again["message"]), (&json!(200), &json!("success")));
}

#[test]
fn type_other_is_not_this_vendors_paper() {
    for kind in ["other", "vat_roll_invoice", "train_ticket"] {
        let error = answer(json!({"type": kind, "item_list": []})).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoInvoice);
        assert!(!error.is_retryable());
    }
    let mut roll = Reading::default();
    roll.invoice.r#type = InvoiceType::Roll;
    assert_eq!(render(&roll)["result"]["type"], "other");
}

#[test]
fn a_digital_number_is_found_under_its_own_key() {
    let number = "24312000000012345678";
    let digital = listed(
        "vat_electronic_invoice_new",
        &[("vat_invoice_haoma", "月16日"), ("digital_elec_invoice_number", number)],
    );
    assert_eq!(digital.invoice.invoice_number.as_deref(), Some(number));
    assert_eq!(value(&render(&digital), "digital_elec_invoice_number"), number);
    assert_eq!(value(&render(&digital), "vat_invoice_haoma"), "月16日");
    let paper =
        listed("vat_special_invoice", &[("vat_invoice_haoma", "01234567"), ("digital_elec_invoice_number", number)]);
    assert_eq!(paper.invoice.invoice_number.as_deref(), Some("01234567"));
    assert_eq!(paper.invoice.reprints.other_number.as_deref(), Some(number));
    assert_eq!(value(&render(&paper), "digital_elec_invoice_number"), number);
}

#[test]
fn reprints_step_in_where_the_first_place_is_empty_or_noise() {
    let reading = listed(
        "vat_common_invoice",
        &[
            ("vat_invoice_haoma_large_size", "No 01234567"),
            ("vat_invoice_daima_right_side", "044031900104"),
            ("vat_invoice_issue_date", "开票日期："),
            ("vat_invoice_issue_date_print", "2022-06-22"),
            ("vat_invoice_note_correct_code", "589588"),
        ],
    );
    let invoice = &reading.invoice;
    assert_eq!(invoice.invoice_number.as_deref(), Some("01234567"));
    assert_eq!(invoice.invoice_code.as_deref(), Some("044031900104"));
    assert_eq!(invoice.issue_date.unwrap().to_string(), "2022-06-22");
    assert_eq!(invoice.check_code, None);
}

/// What we read ourselves, each value at a place of its own.
fn own(kind: InvoiceType, prints: &[(Field, &str)]) -> Reading {
    let mut reading = Reading::default();
    reading.invoice.r#type = kind;
    for (at, (field, print)) in prints.iter().enumerate() {
        let quad = Some(quad_of([0.0, at as f32, 80.0, at as f32 + 0.5]));
        field::take(&mut reading, *field, print, quad);
        reading.fields.get_mut(field).unwrap().sources = vec![EvidenceSource::Print];
    }
    reading
}

/// What stands under a key, and where.
fn placed(answer: &Value, key: &str) -> (String, Value) {
    let list = answer["result"]["item_list"].as_array().unwrap();
    (value(answer, key).to_owned(), list.iter().find(|entry| entry["key"] == key).unwrap()["position"].clone())
}

#[test]
fn a_key_that_names_the_place_of_a_first_print_has_that_print() {
    let prints = [
        (Field::InvoiceCode, "031001900104"),
        (Field::IssueDate, "2022年06月22日"),
        (Field::CheckCode, "70497 71434 15541 89588"),
        (Field::TotalAmount, "¥442.48"),
    ];
    let answer = render(&own(InvoiceType::Common, &prints));
    for (place, key) in [
        ("vat_invoice_daima_print", "vat_invoice_daima"),
        ("vat_invoice_issue_date_print", "vat_invoice_issue_date"),
        ("vat_invoice_corrent_code_print", "vat_invoice_correct_code"),
        ("vat_invoice_total_print", "vat_invoice_total"),
    ] {
        assert_eq!(placed(&answer, place), placed(&answer, key), "{place}");
        assert_ne!(placed(&answer, place).0, "", "{place}");
    }
    let again = own(InvoiceType::Common, &[prints[0], (Field::ReprintedCode, "031001900105")]);
    assert_eq!(value(&render(&again), "vat_invoice_daima_print"), "031001900105", "a second print comes first");
}

#[test]
fn only_a_digital_invoice_has_its_one_number_at_the_right() {
    for (kind, right) in [(InvoiceType::DigitalCommon, "24312000000012345678"), (InvoiceType::Common, "")] {
        let answer = render(&own(kind, &[(Field::InvoiceNumber, "24312000000012345678")]));
        assert_eq!(value(&answer, "vat_invoice_haoma_right_side"), right, "{kind}");
    }
}

#[test]
fn what_a_vendor_left_empty_or_only_the_qr_code_tells_has_no_print() {
    let vendors = listed("vat_common_invoice", &[("vat_invoice_total", "¥442.48"), ("vat_invoice_total_print", "")]);
    assert_eq!(value(&render(&vendors), "vat_invoice_total_print"), "");
    let mut told = own(InvoiceType::Common, &[(Field::TotalAmount, "442.48")]);
    told.fields.get_mut(&Field::TotalAmount).unwrap().sources = vec![EvidenceSource::Qr];
    assert_eq!(value(&render(&told), "vat_invoice_total_print"), "");
}

#[test]
fn who_issued_it_for_another_is_told_where_the_paper_says_so() {
    let mut agent = own(InvoiceType::Special, &[(Field::AgentIssued, "代开")]);
    agent.fields.get_mut(&Field::AgentIssued).unwrap().text = Some("(代开机关)".to_owned());
    let (words, position) = placed(&render(&agent), "vat_invoice_dai_kai_flag");
    assert_eq!((words.as_str(), &position[2]), ("代开", &json!(80)));
    assert_eq!(value(&render(&own(InvoiceType::Special, &[])), "vat_invoice_dai_kai_flag"), "");
}

#[test]
fn joined_columns_are_laid_out_by_the_amounts() {
    let reading = listed(
        "vat_common_invoice",
        &[
            ("vat_invoice_goods_list", "*餐饮服务*工作\r\n餐费\r\n*住宿服务*房费"),
            ("vat_invoice_price_list", "¥1,200.50\r\n300.00"),
            ("vat_invoice_tax_rate_list", "6%\n免税"),
            ("vat_invoice_tax_list", "72.03\n***"),
            ("vat_invoice_electrans_quantity", "2"),
        ],
    );
    let items = &reading.invoice.items;
    assert_eq!(items.len(), 2);
    assert_eq!(items[0].name.as_deref(), Some("*餐饮服务*工作餐费"));
    assert_eq!(items[0].amount.unwrap().to_string(), "1200.50");
    assert_eq!(items[1].tax_rate.unwrap().to_string(), "exempt");
    assert_eq!(items[1].tax_amount, None);
    assert_eq!(field::printed(&reading, Field::Cell(1, Column::TaxAmount)), Some("***"));
    // One quantity for two rows: whose it is would be a guess.
    assert!(items.iter().all(|item| item.quantity.is_none()));
    assert_eq!(value(&render(&reading), "vat_invoice_electrans_quantity"), "2");
}

#[test]
fn rows_are_preferred_and_known_by_both_their_names() {
    let reading = answer(json!({
        "type": "vat_electronic_invoice_new",
        "item_list": [{"key": "vat_invoice_price_list", "value": "1\n2\n3"}],
        "product_list": [
            [{"key": "vat_invoice_goods", "value": "甲", "position": [1, 2, 9, 2, 1, 5, 9, 5]},
             {"key": "vat_invoice_price", "value": "-10.00"}],
            [{"key": "vat_invoice_product_name", "value": "乙"}, {"key": "vat_invoice_quantity", "value": 3}],
        ],
    }))
    .unwrap()
    .reading;
    assert_eq!(reading.invoice.items.len(), 2);
    assert_eq!(reading.invoice.items[0].amount.unwrap().to_string(), "-10.00");
    assert_eq!(reading.invoice.items[1].quantity.unwrap().to_string(), "3");
    assert_eq!(field::quad(&reading, Field::Cell(0, Column::Name)), Some([1., 2., 9., 2., 9., 5., 1., 5.]));
}

#[test]
fn what_is_empty_may_be_written_in_any_way() {
    for empty in [json!(null), json!(""), json!([]), json!({}), json!(false), json!(0), json!([null])] {
        let entry = json!({"key": "vat_invoice_total", "value": "5.00", "position": ""});
        let reading = answer(json!({
            "type": "vat_common_invoice", "kind": empty, "item_list": [entry, null], "product_list": empty,
        }))
        .unwrap()
        .reading;
        assert_eq!(reading.invoice.total_amount.unwrap().to_string(), "5.00", "{empty}");
        assert_eq!(answer(json!({"item_list": empty})).unwrap_err().kind(), ErrorKind::ProviderProtocol, "{empty}");
    }
}

#[test]
fn the_page_is_turned_back_to_how_it_was_uploaded() {
    let page = answer(json!({
        "type": "vat_common_invoice", "image_angle": 90,
        "rotated_image_width": 1400, "rotated_image_height": 900,
    }))
    .unwrap()
    .reading
    .page;
    assert_eq!((page.width, page.height, page.rotation), (900, 1400, 90));
    assert_eq!(render_other(&page)["result"]["rotated_image_width"], 1400);
}

#[test]
fn a_negative_total_keeps_its_decimals() {
    let reading =
        listed("vat_common_invoice", &[("vat_invoice_total", "¥-1234.56"), ("vat_invoice_tax_total", "－12.30")]);
    assert_eq!(reading.invoice.total_amount.unwrap().to_string(), "-1234.56");
    assert_eq!(reading.invoice.total_tax.unwrap().to_string(), "-12.30");
}

#[test]
fn an_error_answer_is_understood_again() {
    for row in super::super::CODES.iter().filter(|row| row.kind.is_some()) {
        let error = parse(render_error(row).to_string().as_bytes()).unwrap_err();
        assert_eq!(Some(error.kind()), row.kind);
        assert!(error.message().contains(row.message));
    }
}

#[test]
fn an_errors_code_counts_whatever_stands_beside_it() {
    for result in [json!(null), json!(""), json!([1, "x"]), json!({}), json!(0), json!({"item_list": "", "type": []})] {
        for row in super::super::CODES.iter().filter(|row| row.kind.is_some()) {
            let body = json!({"code": row.code, "message": row.message, "result": result});
            assert_eq!(Some(parse(body.to_string().as_bytes()).unwrap_err().kind()), row.kind, "{body}");
        }
    }
}

#[test]
fn a_body_of_no_known_form_is_a_matter_of_protocol() {
    for body in ["", "<html>", "[]", "{}", r#"{"code":200}"#, r#"{"code":200,"result":[]}"#] {
        assert_eq!(parse(body.as_bytes()).unwrap_err().kind(), ErrorKind::ProviderProtocol, "{body}");
    }
}

fn print_of(field: Field) -> BoxedStrategy<String> {
    match (field, field.kind()) {
        (Field::InvoiceCode | Field::ReprintedCode | Field::CodeOnTheRight, _) => "0[0-9]{11}".boxed(),
        (_, FieldKind::Digits) => "[0-9]{8}".boxed(),
        (_, FieldKind::Date) => {
            (2000..2040, 1..=12, 1..=28).prop_map(|(y, m, d)| format!("{y}年{m:02}月{d:02}日")).boxed()
        }
        (_, FieldKind::Money | FieldKind::Quantity) => "[¥￥]?-?[0-9]{1,9}\\.[0-9]{2}".boxed(),
        (_, FieldKind::Rate) => "(13|9|6|3|1)%|免税|不征税".boxed(),
        (_, FieldKind::Flag) => "True|False".boxed(),
        (Field::CheckCode | Field::ReprintedCheckCode, _) => "[0-9]{20}".boxed(),
        _ => "[一-龥A-Za-z0-9*()（）]{1,12}".boxed(),
    }
}

/// Whether the number, the code, the date or the check code is printed there once more.
fn is_reprint(field: Field) -> bool {
    field.to_string().starts_with("reprints.")
}

fn types() -> impl Strategy<Value = InvoiceType> {
    proptest::sample::select(InvoiceType::ALL.into_iter().filter(|t| *t != InvoiceType::Roll).collect::<Vec<_>>())
}

/// Readings that fill what they print at its own place, so that no reprint steps in.
fn readings() -> impl Strategy<Value = Reading> {
    let head: Vec<_> = KEYS
        .iter()
        .filter_map(|key| match key.holds {
            Some(Field::Column(_)) | None => None,
            Some(field) => Some(field),
        })
        .map(|field| {
            let print = match is_reprint(field) {
                true => proptest::option::of(print_of(field)).boxed(),
                false => print_of(field).prop_map(Some).boxed(),
            };
            (print, 0..900_i16).prop_map(move |(print, at)| (field, print.unwrap_or_default(), at))
        })
        .collect();
    let cell = |column: Column| print_of(Field::Column(column)).prop_map(move |print| (column, print));
    let row: Vec<_> = items::COLUMNS.iter().map(|(column, ..)| cell(*column)).collect();
    let rows = proptest::collection::vec(row, 0..9);
    (types(), "[0-9]{20}", "[0-9]{8}", head, rows).prop_map(|(kind, long, short, head, rows)| {
        let mut reading = Reading::default();
        reading.invoice.r#type = kind;
        let (number, other) = if kind.is_digital() { (long, short) } else { (short, long) };
        field::take(&mut reading, Field::InvoiceNumber, &number, None);
        field::take(&mut reading, Field::OtherNumber, &other, None);
        for (field, print, at) in head {
            let at = f32::from(at);
            let quad = [at, at, at + 80., at, at + 80., at + 20., at, at + 20.];
            field::take(&mut reading, field, &print, Some(quad));
        }
        for (row, cells) in rows.into_iter().enumerate() {
            reading.invoice.items.push(Item::default());
            for (column, print) in cells {
                field::take(&mut reading, Field::Cell(row, column), &print, None);
            }
        }
        reading
    })
}

proptest! {
    #[test]
    fn any_reading_survives_the_wire(reading in readings()) {
        let body = render(&reading).to_string();
        prop_assert_eq!(&parse(body.as_bytes()).unwrap().reading, &reading);
        let mut meaning = reading.clone();
        meaning.fields.clear();
        let body = render(&meaning).to_string();
        prop_assert_eq!(parse(body.as_bytes()).unwrap().reading.invoice, reading.invoice);
    }

    #[test]
    fn any_reading_survives_joined_columns_alone(reading in readings()) {
        let mut body = render(&reading);
        body["result"]["product_list"] = json!(null);
        prop_assert_eq!(parse(body.to_string().as_bytes()).unwrap().reading, reading);
    }

    #[test]
    fn no_body_breaks_the_parser(body in proptest::collection::vec(any::<u8>(), 0..256)) {
        let _ = parse(&body);
    }
}
