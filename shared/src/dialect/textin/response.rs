//! The answer, built and understood. Knows nothing of HTTP.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::answer::{Answer, Entry, Outcome};
use super::error::{Row, from_code};
use super::field::{Derived, FIELDS, Field, Holds};
use super::quad::to_position;
use super::{items, kind};
use crate::dialect::json::Json;
use crate::dialect::{Answered, field};
use crate::error::{Error, ErrorKind, Result};
use crate::invoice::Invoice;
use crate::report::{PageInfo, Quad, Reading};

/// Understands an answer.
///
/// # Errors
/// What the vendor's code means; `no_invoice` for type `other`; `provider_protocol` for no known form.
pub fn parse(body: &[u8]) -> Result<Answered> {
    let answer: Answer<'_> =
        serde_json::from_slice(body).map_err(|_| unknown("the answer is no JSON of the interface's form"))?;
    let code = answer.code.integer().ok_or_else(|| unknown("the answer has no code"))?;
    if code != 200 {
        return Err(from_code(code, &answer.message.print().unwrap_or_default()));
    }
    let outcome = answer.result.0.filter(|r| !r.is_blank()).ok_or_else(|| unknown("the answer has no result"))?;
    Ok(Answered { reading: reading(&outcome)?, request_id: None })
}

fn unknown(what: &str) -> Error {
    Error::new(ErrorKind::ProviderProtocol, format!("textin: {what}"))
}

/// What was printed under each key; the first of a key's entries that says anything counts.
type Prints<'a> = BTreeMap<&'a str, (Cow<'a, str>, Option<Quad>)>;

fn prints<'a>(entries: &'a [Entry<'_>]) -> Prints<'a> {
    let mut prints = Prints::new();
    for entry in entries {
        if let Some(print) = entry.print() {
            prints.entry(entry.key()).or_insert_with(|| (print, entry.place()));
        }
    }
    prints
}

fn reading(outcome: &Outcome<'_>) -> Result<Reading> {
    let prints = prints(&outcome.item_list.0);
    let name = outcome.r#type.print().unwrap_or_default();
    let mut reading = Reading::default();
    reading.invoice.r#type = match kind::invoice_type(&name) {
        Some(kind) => kind,
        // The interface page's own example has an answer without a type.
        None if name.is_empty() && prints.is_empty() => Invoice::default().r#type,
        None => {
            return Err(Error::new(ErrorKind::NoInvoice, format!("textin: type {name:?}")).with_vendor_code("200"));
        }
    };
    reading.invoice.expense_category = outcome.kind.as_str().and_then(kind::category);
    reading.page = page(outcome);
    let mut columns = Vec::new();
    for Field { key, holds, .. } in FIELDS {
        let Some((print, quad)) = prints.get(key) else {
            continue;
        };
        match holds {
            Holds::Path(path) => field::take(&mut reading, path, print, *quad),
            Holds::Column(column) => columns.push((column, &**print, *quad)),
            Holds::Derived(Derived::AgentIssued) => field::take(&mut reading, "agent_issued", print, *quad),
            Holds::Derived(_) => {}
        }
    }
    take_numbers(&mut reading, &prints);
    fall_back(&mut reading);
    if !items::take_rows(&mut reading, &outcome.product_list.0) {
        items::take_columns(&mut reading, &columns);
    }
    Ok(reading)
}

/// The page as uploaded, from the sizes of the upright one.
fn page(outcome: &Outcome<'_>) -> PageInfo {
    let side = |side: &Json<'_>| side.integer().and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    let turn = outcome.image_angle.integer().unwrap_or(0).rem_euclid(360);
    // An angle between the quarters is rounded to the nearest one.
    let rotation = u16::try_from((turn + 45) / 90 % 4 * 90).unwrap_or(0);
    let (width, height) = (side(&outcome.rotated_image_width), side(&outcome.rotated_image_height));
    let (width, height) = if matches!(rotation, 90 | 270) { (height, width) } else { (width, height) };
    PageInfo { width, height, rotation }
}

/// A digital invoice's number stands under a key of its own; when both keys speak and differ, the other one is kept.
fn take_numbers(reading: &mut Reading, prints: &Prints<'_>) {
    let (own, digital) = (prints.get("vat_invoice_haoma"), prints.get("digital_elec_invoice_number"));
    let (first, second) =
        if reading.invoice.r#type.is_digital() && digital.is_some() { (digital, own) } else { (own, digital) };
    if let Some((print, quad)) = first {
        field::take(reading, "invoice_number", print, *quad);
    }
    if let Some((print, quad)) = second.filter(|(print, _)| first.is_none_or(|(f, _)| f != print)) {
        field::take(reading, "reprints.other_number", print, *quad);
    }
}

/// Where a value was not read at its own place, a reprint of it steps in, evidence and all.
fn fall_back(reading: &mut Reading) {
    for (path, reprints) in [
        ("invoice_number", &["reprints.number_large", "reprints.number_right", "reprints.other_number"][..]),
        ("invoice_code", &["reprints.code", "reprints.code_right"][..]),
        ("issue_date", &["reprints.date_right"][..]),
        ("check_code", &["reprints.check_code", "reprints.check_code_in_remarks"][..]),
    ] {
        if field::meaning(&reading.invoice, path).is_some() {
            continue;
        }
        let stand_in = reprints.iter().find(|reprint| stands_in(reading, path, reprint));
        if let Some(evidence) = stand_in.and_then(|reprint| field::at(reading, reprint)).cloned() {
            field::take(reading, path, evidence.text.as_deref().unwrap_or_default(), evidence.quad);
        }
    }
}

/// Whether a reprint holds the whole value: remarks often repeat six digits of the check code alone.
fn stands_in(reading: &Reading, path: &str, reprint: &str) -> bool {
    let Some(value) = field::meaning(&reading.invoice, reprint) else {
        return false;
    };
    match path {
        "check_code" => value.len() == 20 && value.bytes().all(|b| b.is_ascii_digit()),
        "issue_date" => field::date(&value).is_some(),
        _ => true,
    }
}

/// The answer in the vendor's form, with every key; what is not printed is an empty string at eight zeros.
pub fn render(reading: &Reading) -> Value {
    let invoice = &reading.invoice;
    let (type_name, type_description) = kind::type_words(invoice.r#type);
    if type_name == kind::OTHER {
        return success(other(&reading.page));
    }
    let (kind_name, kind_description) = invoice.expense_category.map_or(("", ""), kind::category_words);
    let list: Vec<Value> = FIELDS.iter().map(|field| entry(reading, field)).collect();
    let mut result = page_words(&reading.page);
    result["type"] = type_name.into();
    result["type_description"] = type_description.into();
    result["kind"] = kind_name.into();
    result["kind_description"] = kind_description.into();
    result["item_list"] = list.into();
    result["product_list"] = items::render_rows(reading).into();
    success(result)
}

/// The answer for a page that holds nothing this interface reads.
pub fn render_other(page: &PageInfo) -> Value {
    success(other(page))
}

/// The answer that tells of an error.
pub fn render_error(row: &Row) -> Value {
    json!({ "code": row.code, "message": row.message })
}

fn success(result: Value) -> Value {
    json!({ "code": 200, "message": "success", "result": result })
}

fn other(page: &PageInfo) -> Value {
    let mut result = page_words(page);
    result["type"] = kind::OTHER.into();
    result["type_description"] = "其他".into();
    result["kind"] = "".into();
    result["kind_description"] = "".into();
    result["item_list"] = json!([]);
    result["product_list"] = json!([]);
    result
}

fn page_words(page: &PageInfo) -> Value {
    let (width, height) =
        if matches!(page.rotation, 90 | 270) { (page.height, page.width) } else { (page.width, page.height) };
    json!({
        "type": "",
        "type_description": "",
        "image_angle": page.rotation,
        "rotated_image_width": width,
        "rotated_image_height": height,
    })
}

fn entry(reading: &Reading, field: &Field) -> Value {
    let quad_of = |path: &str| field::at(reading, path).and_then(|evidence| evidence.quad);
    let (value, quad) = match field.holds {
        Holds::Path(path) => (field::text(reading, path).unwrap_or_default(), quad_of(path)),
        Holds::Column(column) => (items::render_column(reading, column), items::column_quad(reading, column)),
        Holds::Derived(derived) => derive(reading, derived),
    };
    json!({
        "key": field.key,
        "value": value,
        "description": field.description,
        "position": to_position(quad.as_ref()),
    })
}

fn derive(reading: &Reading, derived: Derived) -> (String, Option<Quad>) {
    let invoice = &reading.invoice;
    let plain = |text: &str| (text.to_owned(), None);
    match derived {
        Derived::Type => plain(kind::type_words(invoice.r#type).0),
        Derived::Medium => plain(kind::medium(invoice.r#type)),
        Derived::SpecialOrCommon => plain(kind::special_or_common(invoice.r#type)),
        Derived::Digital => plain(if invoice.r#type.is_digital() { "True" } else { "False" }),
        Derived::AgentIssued => match field::printed(reading, "agent_issued") {
            Some(print) => plain(print),
            None => plain(if invoice.agent_issued == Some(true) { "代开" } else { "" }),
        },
        Derived::Number => number(reading, !invoice.r#type.is_digital()),
        Derived::DigitalNumber => number(reading, invoice.r#type.is_digital()),
    }
}

/// The number under its own key, or what stands under the other: a digital invoice shows its number under both.
fn number(reading: &Reading, own: bool) -> (String, Option<Quad>) {
    let at = |path: &str| {
        let quad = field::at(reading, path).and_then(|evidence| evidence.quad);
        field::text(reading, path).map(|text| (text, quad))
    };
    let found = if own {
        at("invoice_number")
    } else {
        let shown_twice = reading.invoice.r#type.is_digital();
        at("reprints.other_number").or_else(|| at("invoice_number").filter(|_| shown_twice))
    };
    found.unwrap_or_default()
}

#[cfg(test)]
#[path = "response_tests.rs"]
mod tests;
