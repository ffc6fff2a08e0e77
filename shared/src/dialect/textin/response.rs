//! The answer, built and understood. Knows nothing of HTTP.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::error::from_code;
use super::items;
use super::keys::{AGENT_ISSUED, DIGITAL_NUMBER, FIRST_PRINTS, KEYS, Key, NUMBER, ON_DIGITAL};
use super::kind::{self, Words};
use super::position::{QuadOrder, from_position, to_position};
use crate::dialect::json::{integer, list, print};
use crate::dialect::{VendorAnswer, VendorCode, field};
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Quad, Turn};
use crate::invoice::{Field, FieldKind, Invoice, InvoiceType};
use crate::report::{Evidence, PageInfo, Reading};

/// Understands an answer.
///
/// # Errors
/// What the vendor's code means; `no_invoice` for type `other`; `provider_protocol` for no known form.
pub(crate) fn parse(body: &[u8]) -> Result<VendorAnswer> {
    let answer: Value = serde_json::from_slice(body).map_err(|_| unknown("the answer is no JSON"))?;
    let code = integer(&answer["code"]).ok_or_else(|| unknown("the answer has no code"))?;
    // Beside an error's code anything may stand.
    if code != 200 {
        return Err(from_code(code, &print(&answer["message"]).unwrap_or_default()));
    }
    let result = &answer["result"];
    if result["type"].is_null() && !list(&result["item_list"]).iter().any(Value::is_object) {
        return Err(unknown("the answer has no result"));
    }
    Ok(VendorAnswer { reading: reading(result)?, request_id: None })
}

fn unknown(what: &str) -> Error {
    Error::new(ErrorKind::ProviderProtocol, format!("textin: {what}"))
}

/// What was printed under each key; the first of a key's entries that says anything counts.
type Prints<'a> = BTreeMap<&'a str, Printed<'a>>;
/// What is printed, and where.
pub(super) type Printed<'a> = (Cow<'a, str>, Option<Quad>);

fn prints(entries: &[Value]) -> Prints<'_> {
    let mut prints = Prints::new();
    for entry in entries {
        if let Some((key, printed)) = printed(entry) {
            prints.entry(key).or_insert(printed);
        }
    }
    prints
}

/// One entry's key, and what is printed; none for nothing but blanks.
pub(super) fn printed(entry: &Value) -> Option<(&str, Printed<'_>)> {
    let print = print(&entry["value"]).filter(|print| !print.trim().is_empty())?;
    Some((entry["key"].as_str()?, (print, from_position(&entry["position"]))))
}

fn reading(result: &Value) -> Result<Reading> {
    let prints = prints(list(&result["item_list"]));
    let name = print(&result["type"]).unwrap_or_default();
    let mut reading = Reading::default();
    reading.invoice.r#type = match kind::invoice_type(&name) {
        Some(kind) => kind,
        // The interface page's own example has an answer without a type.
        None if name.is_empty() && prints.is_empty() => Invoice::default().r#type,
        None => {
            return Err(Error::new(ErrorKind::NoInvoice, format!("textin: type {name:?}")).with_vendor_code("200"));
        }
    };
    reading.invoice.expense_category = result["kind"].as_str().and_then(kind::category);
    reading.page = page(result);
    let mut columns = Vec::new();
    for Key { key, holds, .. } in KEYS {
        let Some(printed @ (print, quad)) = prints.get(key) else {
            continue;
        };
        match holds {
            Some(Field::Column(column)) => columns.push((column, printed)),
            Some(field) => field::take(&mut reading, field, print, *quad),
            None if key == AGENT_ISSUED => field::take(&mut reading, Field::AgentIssued, print, *quad),
            None => {}
        }
    }
    take_numbers(&mut reading, &prints);
    fall_back(&mut reading);
    if !items::take_rows(&mut reading, list(&result["product_list"])) {
        items::take_columns(&mut reading, &columns);
    }
    Ok(reading)
}

/// The page as uploaded, from the sizes of the upright one.
fn page(result: &Value) -> PageInfo {
    let side = |name: &str| integer(&result[name]).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    let angle = integer(&result["image_angle"]).unwrap_or(0).rem_euclid(360);
    // An angle between the quarters is rounded to the nearest one.
    let rotation = u16::try_from((angle + 45) / 90 % 4 * 90).unwrap_or(0);
    let upright = (side("rotated_image_width"), side("rotated_image_height"));
    let (width, height) = Turn::of_degrees(rotation).turned_size(upright);
    PageInfo { width, height, rotation }
}

/// A digital invoice's number stands under a key of its own; when both keys speak and differ, the other one is kept.
fn take_numbers(reading: &mut Reading, prints: &Prints<'_>) {
    let (own, digital) = (prints.get(NUMBER), prints.get(DIGITAL_NUMBER));
    let (first, second) =
        if reading.invoice.r#type.is_digital() && digital.is_some() { (digital, own) } else { (own, digital) };
    if let Some((print, quad)) = first {
        field::take(reading, Field::InvoiceNumber, print, *quad);
    }
    // A digital one is shown under both when it is rendered.
    let is_shown = |print: &str| reading.invoice.r#type.is_digital() && first.is_some_and(|(own, _)| own == print);
    if let Some((print, quad)) = second.filter(|(print, _)| !is_shown(print)) {
        field::take(reading, Field::OtherNumber, print, *quad);
    }
}

/// Where a value was not read at its own place, a reprint of it steps in, evidence and all.
fn fall_back(reading: &mut Reading) {
    for (field, reprints) in [
        (Field::InvoiceNumber, &[Field::LargeNumber, Field::NumberOnTheRight, Field::OtherNumber][..]),
        (Field::InvoiceCode, &[Field::ReprintedCode, Field::CodeOnTheRight][..]),
        (Field::IssueDate, &[Field::DateOnTheRight][..]),
        (Field::CheckCode, &[Field::ReprintedCheckCode, Field::CheckCodeInRemarks][..]),
    ] {
        if reading.invoice.get(field).is_some() {
            continue;
        }
        let stand_in = reprints.iter().find(|reprint| stands_in(&reading.invoice, field, **reprint));
        if let Some(evidence) = stand_in.and_then(|reprint| reading.evidence(*reprint)).cloned() {
            field::take(reading, field, evidence.text.as_deref().unwrap_or_default(), evidence.quad);
        }
    }
}

/// Whether a reprint holds the whole value: remarks often repeat six digits of the check code alone.
fn stands_in(invoice: &Invoice, field: Field, reprint: Field) -> bool {
    invoice.text(reprint).is_some_and(|value| match field {
        Field::CheckCode => value.len() == 20 && value.bytes().all(|b| b.is_ascii_digit()),
        Field::IssueDate => field::meaning(FieldKind::Date, value).is_some(),
        _ => true,
    })
}

/// The answer in the vendor's form, with every key; what is not printed is an empty string at eight zeros.
pub fn render(reading: &Reading, order: QuadOrder) -> Value {
    let invoice = &reading.invoice;
    let kind_words = kind::type_words(invoice.r#type);
    if kind_words == kind::OTHER {
        return render_other(&reading.page);
    }
    let spent_on = invoice.expense_category.map_or(("", ""), kind::category_words);
    let list = KEYS.iter().map(|key| entry(reading, key, order)).collect();
    success(&reading.page, kind_words, spent_on, list, items::render_rows(reading, order))
}

/// The answer for a page that holds nothing this interface reads.
pub fn render_other(page: &PageInfo) -> Value {
    success(page, kind::OTHER, ("", ""), Vec::new(), Vec::new())
}

/// The answer that tells of an error.
pub fn render_error(code: &VendorCode) -> Value {
    json!({ "code": code.code, "message": code.message })
}

/// Of the kind of invoice and what it was spent on, the vendor's name and description.
fn success(page: &PageInfo, kind: Words, spent_on: Words, list: Vec<Value>, rows: Vec<Value>) -> Value {
    let (width, height) = Turn::of_degrees(page.rotation).turned_size((page.width, page.height));
    let result = json!({
        "type": kind.0,
        "type_description": kind.1,
        "image_angle": page.rotation,
        "rotated_image_width": width,
        "rotated_image_height": height,
        "kind": spent_on.0,
        "kind_description": spent_on.1,
        "item_list": list,
        "product_list": rows,
    });
    json!({ "code": 200, "message": "success", "result": result })
}

fn entry(reading: &Reading, key: &Key, order: QuadOrder) -> Value {
    let (value, quad) = match key.holds {
        Some(Field::Column(column)) => (items::render_column(reading, column), items::column_quad(reading, column)),
        Some(Field::TaxRate) if field::text(reading, Field::TaxRate).is_none() => items::rates(reading),
        Some(field) => {
            let field = first_print(reading, field).unwrap_or(field);
            (field::text(reading, field).unwrap_or_default(), field::quad(reading, field))
        }
        None => derive(reading, key.key),
    };
    json!({
        "key": key.key,
        "value": value,
        "description": key.description,
        "position": to_position(quad.as_ref(), order),
    })
}

/// The field whose print stands at the place of a reprint that there is not, where we know the print. What a vendor has
/// left empty stays so.
fn first_print(reading: &Reading, reprint: Field) -> Option<Field> {
    let own = FIRST_PRINTS.into_iter().chain(reading.invoice.r#type.is_digital().then_some(ON_DIGITAL));
    let (_, first) = own.into_iter().find(|(field, _)| *field == reprint && reading.evidence(reprint).is_none())?;
    let is_ours = |evidence: &Evidence| !field::is_vendors(evidence) && evidence.quad.is_some();
    (reading.is_printed(first) && reading.evidence(first).is_some_and(is_ours)).then_some(first)
}

/// What stands under a key that is not one field's.
fn derive(reading: &Reading, key: &str) -> (String, Option<Quad>) {
    let kind = reading.invoice.r#type;
    let on_paper = matches!(kind, InvoiceType::Special | InvoiceType::Common | InvoiceType::Roll);
    let by_agent = reading.invoice.agent_issued == Some(true);
    let either = |holds: bool, yes: &'static str, no: &'static str| if holds { yes } else { no };
    let text = match key {
        NUMBER => return number(reading, !kind.is_digital()),
        DIGITAL_NUMBER => return number(reading, kind.is_digital()),
        AGENT_ISSUED => {
            let said = field::printed(reading, Field::AgentIssued).unwrap_or(either(by_agent, "代开", ""));
            return (said.to_owned(), field::quad(reading, Field::AgentIssued));
        }
        "vat_invoice_type" => either(on_paper, "非电子发票", "电子发票"),
        "vat_invoice_zhuan_yong_flag" => either(kind.is_special(), "专票", "普票"),
        "vat_invoice_quandianfapiao_flag" => either(kind.is_digital(), "True", "False"),
        _ => kind::type_words(kind).0,
    };
    (text.to_owned(), None)
}

/// The number under its own key, or what stands under the other: a digital invoice shows its number under both.
fn number(reading: &Reading, own: bool) -> (String, Option<Quad>) {
    let at = |field| field::text(reading, field).map(|text| (text, field::quad(reading, field)));
    let found = if own {
        at(Field::InvoiceNumber)
    } else {
        let shown_twice = reading.invoice.r#type.is_digital();
        at(Field::OtherNumber).or_else(|| at(Field::InvoiceNumber).filter(|_| shown_twice))
    };
    found.unwrap_or_default()
}

#[cfg(test)]
#[path = "response_tests.rs"]
mod tests;
