//! The answer's two envelopes and its fields, built and understood. Knows nothing of HTTP.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::error::{from_gateway, from_service};
use crate::dialect::json::{integer, list, print};
use crate::dialect::{VendorAnswer, VendorCode, field};
use crate::error::{Error, ErrorKind, Result};
use crate::invoice::{Column, Field, InvoiceType, Item};
use crate::report::Reading;

/// Every `main_info` key and the field it fills.
const MAIN_FIELDS: [(&str, Field); 17] = [
    ("seller_name", Field::SellerName),
    ("buyer_name", Field::BuyerName),
    ("invoice_header", Field::Title),
    ("invoice_coupon", Field::Sheet),
    ("invoice_code", Field::InvoiceCode),
    ("invoice_number", Field::InvoiceNumber),
    ("machine_code", Field::MachineNumber),
    ("typed_invoice_no", Field::PrintedNumber),
    ("seller_taxpayer_no", Field::SellerTaxId),
    ("invoice_date", Field::IssueDate),
    ("payee", Field::Payee),
    ("buyer_taxpayer_no", Field::BuyerTaxId),
    ("lowercase_total_amount", Field::GrandTotal),
    ("capital_total_amount", Field::GrandTotalWords),
    ("check_code", Field::CheckCode),
    ("seller_name_in_seal", Field::SealedSellerName),
    ("seller_taxpayer_no_in_seal", Field::SealedSellerTaxId),
];

/// Every key of an entry and the column it fills.
const ENTRY_FIELDS: [(&str, Column); 4] = [
    ("entry_name", Column::Name),
    ("quantity", Column::Quantity),
    ("price_amount", Column::Amount),
    ("unit_price", Column::UnitPrice),
];

/// What a roll's title ends with.
const PAPER_MARKS: [&str; 4] = ["(卷票)", "（卷票）", "(卷式)", "（卷式）"];

/// More lines than any roll has: a longer answer is cut, not followed.
const MAX_ENTRIES: usize = 1000;

/// Understands an answer. The HTTP status does not matter, the body's code does.
///
/// # Errors
/// What the vendor's code means, or `provider_protocol` when the body has no known form.
pub(crate) fn parse(body: &[u8]) -> Result<VendorAnswer> {
    let answer: Value = serde_json::from_slice(body).map_err(|_| unknown("the answer is no JSON"))?;
    if let Some(metadata) = answer.get("ResponseMetadata") {
        return Err(gateway_error(metadata));
    }
    let code = integer(&answer["code"]).ok_or_else(|| unknown("the answer has no code"))?;
    if code != 10000 {
        return Err(from_service(code, &print(&answer["message"]).unwrap_or_default()));
    }
    let main = answer["data"]["license_main"].as_object().ok_or_else(|| unknown("the answer has no license_main"))?;
    Ok(VendorAnswer { reading: reading(main), request_id: print(&answer["request_id"]).map(Cow::into_owned) })
}

fn unknown(what: &str) -> Error {
    Error::new(ErrorKind::ProviderProtocol, format!("volcengine: {what}"))
}

/// When the gateway speaks, the service was not reached, so nothing else counts.
fn gateway_error(metadata: &Value) -> Error {
    let Some(error) = metadata.get("Error") else {
        return unknown("the gateway answered in the service's place");
    };
    let word = |name: &str| print(&error[name]).unwrap_or_default();
    from_gateway(&word("Code"), &word("Message"))
}

fn reading(main: &Map<String, Value>) -> Reading {
    let mut reading = Reading::default();
    reading.invoice.r#type = InvoiceType::Roll;
    reading.invoice.amounts_include_tax = true;
    for (key, field) in MAIN_FIELDS {
        if let Some(print) = main.get(key).and_then(print) {
            field::take(&mut reading, field, &print, None);
        }
    }
    for (row, entry) in entries(main).into_values().take(MAX_ENTRIES).enumerate() {
        reading.invoice.items.push(Item::default());
        for (column, print) in entry {
            field::take(&mut reading, Field::Cell(row, column), &print, None);
        }
    }
    reading
}

/// The entries by their number, from `entry_0.quantity`, `entry_0_quantity` or `entry: [{"quantity": ..}]`.
fn entries(main: &Map<String, Value>) -> BTreeMap<u64, Vec<(Column, Cow<'_, str>)>> {
    let mut found: BTreeMap<u64, Vec<_>> = BTreeMap::new();
    for (key, value) in main {
        if let Some((number, name)) = flat_entry(key)
            && let (Some(column), Some(print)) = (column(name), print(value))
        {
            found.entry(number).or_default().push((column, print));
        }
    }
    for (number, entry) in main.get("entry").map(list).unwrap_or_default().iter().enumerate() {
        let members = entry.as_object().into_iter().flatten();
        let cells = members.filter_map(|(key, value)| Some((column(key)?, print(value)?)));
        found.entry(number as u64).or_default().extend(cells);
    }
    found
}

/// `entry_0.entry_name` or `entry_0_entry_name`: the number and the name after it.
fn flat_entry(key: &str) -> Option<(u64, &str)> {
    let rest = key.strip_prefix("entry_")?;
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let name = rest[digits..].strip_prefix(['.', '_'])?;
    Some((rest[..digits].parse().ok()?, name))
}

fn column(name: &str) -> Option<Column> {
    ENTRY_FIELDS.iter().find(|(key, _)| *key == name).map(|(_, column)| *column)
}

/// The answer in the seed's form. Values that are not printed are left out, as the vendor leaves them out.
pub fn render(reading: &Reading, request_id: &str, elapsed: std::time::Duration) -> Value {
    let mut main = Map::new();
    // The goods stand behind both names.
    let (names, rest) = MAIN_FIELDS.split_at(2);
    main.extend(main_prints(reading, names));
    main.extend(entry_prints(reading));
    main.extend(main_prints(reading, rest));
    envelope(10000, "Success", json!({ "license_main": main }), request_id, elapsed)
}

fn main_prints(reading: &Reading, fields: &[(&str, Field)]) -> Vec<(String, Value)> {
    let print = |(key, field): &(&str, Field)| Some(((*key).to_owned(), main_print(reading, *field)?.into()));
    fields.iter().filter_map(print).collect()
}

fn entry_prints(reading: &Reading) -> Vec<(String, Value)> {
    let cells = (0..reading.invoice.items.len()).flat_map(|row| ENTRY_FIELDS.map(|(key, column)| (row, key, column)));
    let print = |(row, key, column)| {
        let print = field::text(reading, Field::Cell(row, column))?;
        Some((format!("entry_{row}.{key}"), print.into()))
    };
    cells.filter_map(print).collect()
}

/// The answer that tells of an error; `message` replaces the code's own words.
pub fn render_error(code: &VendorCode, message: Option<&str>, request_id: &str, elapsed: std::time::Duration) -> Value {
    envelope(code.code, message.unwrap_or(code.message), Value::Null, request_id, elapsed)
}

fn envelope(code: i64, message: &str, data: Value, request_id: &str, elapsed: std::time::Duration) -> Value {
    json!({
        "code": code,
        "data": data,
        "message": message,
        "request_id": request_id,
        "status": code,
        "time_elapsed": format!("{:.6}ms", elapsed.as_secs_f64() * 1000.0),
    })
}

/// The print; or the meaning the way a roll prints it. This interface gives the title without the paper's mark.
fn main_print(reading: &Reading, field: Field) -> Option<String> {
    if field == Field::Title && !reading.evidence(field).is_some_and(field::is_vendors) {
        let title = field::text(reading, field)?;
        let mark = PAPER_MARKS.iter().find_map(|mark| title.strip_suffix(mark));
        return Some(mark.unwrap_or(&title).trim_end().to_owned());
    }
    if let Some(print) = field::printed(reading, field) {
        return Some(print.to_owned());
    }
    let usual = field::usual(&reading.invoice, field)?;
    Some(match (field, reading.invoice.issue_date) {
        (Field::IssueDate, Some(d)) => format!("{}年{}月{}日", d.year(), d.month(), d.day()),
        (Field::GrandTotal, _) => format!("¥{usual}"),
        (Field::CheckCode, _) => grouped(&usual),
        _ => usual,
    })
}

/// Twenty digits in groups of five, as printed; anything else as it is.
fn grouped(code: &str) -> String {
    let chars: Vec<char> = code.chars().collect();
    if chars.len() != 20 {
        return code.to_owned();
    }
    let groups: Vec<String> = chars.chunks(5).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::invoice::FieldKind;

    const EXAMPLE: &str = include_str!("../testdata/volcengine-example.json");
    const KEYS: &str = include_str!("../testdata/volcengine-keys.txt");

    fn example() -> Value {
        serde_json::from_str(EXAMPLE).unwrap()
    }

    #[test]
    fn every_key_of_the_interface_page_has_a_row() {
        let keys: Vec<&str> = KEYS.lines().filter(|l| !l.is_empty()).collect();
        let ours: Vec<String> = MAIN_FIELDS
            .iter()
            .map(|(key, _)| (*key).to_owned())
            .chain(ENTRY_FIELDS.iter().map(|(key, _)| format!("entry.{key}")))
            .collect();
        for key in &keys {
            assert!(ours.iter().any(|k| k == key), "{key} has no row");
        }
        assert_eq!(keys.len(), ours.len());
    }

    #[test]
    fn the_vendors_example_comes_back_value_for_value() {
        let answered = parse(EXAMPLE.as_bytes()).unwrap();
        let invoice = &answered.reading.invoice;
        assert_eq!(invoice.grand_total.unwrap().to_string(), "500.00");
        assert_eq!(invoice.issue_date.unwrap().to_string(), "2019-01-14");
        assert_eq!(invoice.items[0].quantity.unwrap().to_string(), "1.00");
        assert_eq!(invoice.check_code.as_deref(), Some("70497714341554189588"));
        assert!(invoice.amounts_include_tax);
        let again = render(&answered.reading, &answered.request_id.unwrap(), Duration::from_nanos(418_017_944));
        assert_eq!(again, example());
    }

    #[test]
    fn the_example_is_rendered_alike_from_its_meaning_alone() {
        let mut reading = parse(EXAMPLE.as_bytes()).unwrap().reading;
        reading.fields.clear();
        let again = render(&reading, "", Duration::ZERO);
        assert_eq!(again["data"], example()["data"]);
    }

    #[test]
    fn a_title_that_we_read_goes_without_the_papers_mark_and_a_vendors_as_it_came() {
        let mut reading = parse(EXAMPLE.as_bytes()).unwrap().reading;
        field::take(&mut reading, Field::Title, "上海增值税普通发票(卷票)", None);
        let header =
            |reading: &Reading| render(reading, "", Duration::ZERO)["data"]["license_main"]["invoice_header"].clone();
        assert_eq!(header(&reading), "上海增值税普通发票(卷票)");
        reading.fields.remove(&Field::Title);
        assert_eq!(header(&reading), "上海增值税普通发票");
    }

    #[test]
    fn all_three_encodings_of_entries_read_alike() {
        let flat = json!({"entry_0.entry_name": "甲", "entry_0.quantity": "1", "entry_10.entry_name": "丙", "entry_2.entry_name": "乙"});
        let lined = json!({"entry_0_entry_name": "甲", "entry_0_quantity": "1", "entry_2_entry_name": "乙", "entry_10_entry_name": "丙"});
        let nested =
            json!({"entry": [{"entry_name": "甲", "quantity": 1}, {"entry_name": "乙"}, {"entry_name": "丙"}]});
        let read = |main: Value| reading(main.as_object().unwrap()).invoice.items;
        let items = read(flat);
        let names: Vec<_> = items.iter().map(|i| i.name.as_deref().unwrap()).collect();
        assert_eq!(names, ["甲", "乙", "丙"]);
        assert_eq!(items, read(lined));
        assert_eq!(items, read(nested));
    }

    #[test]
    fn the_gateways_word_counts_alone() {
        let body = json!({
            "ResponseMetadata": {"RequestId": "x", "Error": {"Code": "SignatureDoesNotMatch", "Message": "no"}},
            "code": 10000, "data": {"license_main": {}},
        });
        let error = parse(body.to_string().as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ProviderAuth);
        assert_eq!(error.vendor_code(), Some("SignatureDoesNotMatch"));
    }

    #[test]
    fn a_body_of_no_known_form_is_a_matter_of_protocol() {
        for body in ["", "<html>", "[]", "{}", r#"{"code":10000}"#, r#"{"code":10000,"data":{"license_main":[]}}"#] {
            assert_eq!(parse(body.as_bytes()).unwrap_err().kind(), ErrorKind::ProviderProtocol, "{body}");
        }
    }

    #[test]
    fn an_error_answer_is_understood_again() {
        for row in super::super::CODES.iter().filter(|row| row.kind.is_some()) {
            let body = render_error(row, None, "id", Duration::ZERO).to_string();
            let error = parse(body.as_bytes()).unwrap_err();
            assert_eq!(Some(error.kind()), row.kind);
            assert!(error.message().contains(row.message));
        }
    }

    fn print_of(field: Field) -> BoxedStrategy<String> {
        match (field, field.kind()) {
            (Field::InvoiceCode, _) => "0[0-9]{11}".boxed(),
            (Field::MachineNumber, _) => "[0-9]{12}".boxed(),
            (_, FieldKind::Digits) => "[0-9]{8}".boxed(),
            (_, FieldKind::Date) => {
                (2000..2040, 1..=12, 1..=28).prop_map(|(y, m, d)| format!("{y}年{m:02}月{d}日")).boxed()
            }
            (_, FieldKind::Money | FieldKind::Quantity) => "[¥￥]?-?[0-9]{1,9}\\.[0-9]{2}".boxed(),
            (Field::CheckCode, _) => "[0-9]{5} [0-9]{5} [0-9]{5} [0-9]{5}".boxed(),
            _ => "[一-龥A-Za-z0-9*()（）]{1,12}".boxed(),
        }
    }

    fn readings() -> impl Strategy<Value = Reading> {
        let head: Vec<_> = MAIN_FIELDS
            .iter()
            .map(|(_, field)| proptest::option::of(print_of(*field)).prop_map(move |print| (*field, print)))
            .collect();
        let cell = |column: Column| print_of(Field::Column(column)).prop_map(move |print| (column, print));
        let row: Vec<_> = ENTRY_FIELDS.iter().map(|(_, column)| cell(*column)).collect();
        (head, proptest::collection::vec(row, 0..12)).prop_map(|(head, rows)| {
            let mut reading = Reading::default();
            reading.invoice.r#type = InvoiceType::Roll;
            reading.invoice.amounts_include_tax = true;
            for (field, print) in head {
                field::take(&mut reading, field, &print.unwrap_or_default(), None);
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
            let body = render(&reading, "id", Duration::ZERO).to_string();
            prop_assert_eq!(&parse(body.as_bytes()).unwrap().reading, &reading);
            let mut meaning = reading.clone();
            meaning.fields.clear();
            let body = render(&meaning, "id", Duration::ZERO).to_string();
            prop_assert_eq!(parse(body.as_bytes()).unwrap().reading.invoice, reading.invoice);
        }

        #[test]
        fn no_body_breaks_the_parser(body in proptest::collection::vec(any::<u8>(), 0..256)) {
            let _ = parse(&body);
        }
    }
}
