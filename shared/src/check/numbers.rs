//! Codes, numbers and the date: their shapes, and what a code's digits say against type, title and date.
//! Source: the tax administration's numbering rules; the VAT invoice exists since 1994.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::invoice::{DigitalNumber, InvoiceCode, InvoiceType, region_in_title};

use super::case::Case;
use super::outcome::Outcome;

/// A reprint read with less confidence than this may itself be the one that is misread.
const SURE: f32 = 0.9;
/// The first day of the VAT as it is.
const FIRST_DAY: Date = Date::constant(1994, 1, 1);
/// Paper of a code is used up within so many years.
const CODE_LASTS: i16 = 6;

/// 8 digits, or 20 on a digital invoice; 10 or 12; 20 or on the chain 5; 12.
pub fn shapes(case: &Case<'_>) -> Outcome {
    const RULE: &str = "number_shapes";
    let invoice = case.invoice();
    let digital = invoice.r#type.is_digital();
    let number = |n: &str| (if digital { n.len() == 20 } else { n.len() == 8 || n.len() == 20 }) && is_number(n);
    let check =
        |c: &str| (c.len() == 20 && digits(c)) || (c.len() == 5 && c.bytes().all(|b| b.is_ascii_alphanumeric()));
    let judged = [
        ("invoice_code", invoice.invoice_code.as_deref().map(|c| InvoiceCode::parse(c).is_some())),
        ("invoice_number", invoice.invoice_number.as_deref().map(number)),
        ("check_code", invoice.check_code.as_deref().map(check)),
        ("machine_number", invoice.machine_number.as_deref().map(|m| m.len() == 12 && digits(m))),
    ];
    let there: Vec<&str> = judged.iter().filter(|(_, fits)| fits.is_some()).map(|(path, _)| *path).collect();
    let wrong: Vec<&str> = judged.iter().filter(|(_, fits)| *fits == Some(false)).map(|(path, _)| *path).collect();
    match (there.is_empty(), wrong.is_empty()) {
        (true, _) => Outcome::skip(RULE, &there, "neither code nor number is there"),
        (_, true) => Outcome::pass(RULE, &there, "every code and number has as many digits as it should"),
        _ => Outcome::fail(RULE, &wrong, format!("{} cannot be: wrong length or characters", wrong.join(", "))),
    }
}

fn digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// Digits, and not nothing but zeros, which no invoice has.
fn is_number(text: &str) -> bool {
    digits(text) && text.bytes().any(|b| b != b'0')
}

/// The kind that the code tells, against the kind that the page is.
pub fn code_fits_type(case: &Case<'_>) -> Outcome {
    const RULE: &str = "code_fits_type";
    const FIELDS: [&str; 2] = ["type", "invoice_code"];
    let Some(told) = case.code().and_then(|code| code.invoice_type()) else {
        return Outcome::skip(RULE, &FIELDS, "there is no code that tells the kind");
    };
    let kind = case.invoice().r#type;
    let detail = format!("the code is one of a {} invoice, the page one of a {} invoice", told.as_str(), kind.as_str());
    let electronic =
        |t| matches!(t, InvoiceType::ElectronicCommon | InvoiceType::ElectronicToll | InvoiceType::Blockchain);
    if told == kind || (electronic(told) && electronic(kind)) {
        return Outcome::pass(RULE, &FIELDS, detail);
    }
    Outcome::fail(RULE, &FIELDS, detail)
}

/// The region in the title, against the code's. A title that we derived from the code says nothing.
pub fn code_fits_title(case: &Case<'_>) -> Outcome {
    const RULE: &str = "code_fits_title";
    const FIELDS: [&str; 2] = ["title", "invoice_code"];
    let title = case.invoice().title.as_deref().filter(|_| case.is_printed("title"));
    let (Some(named), Some(code)) = (title.and_then(region_in_title), case.code()) else {
        return Outcome::skip(RULE, &FIELDS, "title or code is missing, or the title names no region");
    };
    match code.region() {
        None => Outcome::warn(RULE, &FIELDS, "no region has the digits of this code: compare them with the print"),
        Some(_) if code.regions().any(|region| region == named) => {
            Outcome::pass(RULE, &FIELDS, format!("title and code are both of {named}"))
        }
        Some(region) => Outcome::fail(RULE, &FIELDS, format!("the title is of {named}, the code of {region}")),
    }
}

/// A code is used from the year it was made for, until its paper is used up.
pub fn code_fits_date(case: &Case<'_>) -> Outcome {
    const RULE: &str = "code_fits_date";
    const FIELDS: [&str; 2] = ["invoice_code", "issue_date"];
    let (Some(made), Some(date)) = (case.code().and_then(|code| code.year()), case.invoice().issue_date) else {
        return Outcome::skip(RULE, &FIELDS, "code or date is missing");
    };
    let detail = format!("the code is of {made}, the invoice of {}", date.year());
    match date.year() - made {
        // The next year's paper may be handed out before the year ends.
        -1 => Outcome::warn(RULE, &FIELDS, detail),
        ..-1 => Outcome::fail(RULE, &FIELDS, detail),
        0..=CODE_LASTS => Outcome::pass(RULE, &FIELDS, detail),
        _ => Outcome::warn(RULE, &FIELDS, detail),
    }
}

/// A digital number is given at the moment of issue, so its year is the date's.
pub fn digital_number_fits_date(case: &Case<'_>) -> Outcome {
    const RULE: &str = "digital_number_fits_date";
    const FIELDS: [&str; 2] = ["invoice_number", "issue_date"];
    let invoice = case.invoice();
    let number = invoice.invoice_number.as_deref().and_then(DigitalNumber::parse);
    let (Some(year), Some(date)) = (number.and_then(|n| n.year()), invoice.issue_date) else {
        return Outcome::skip(RULE, &FIELDS, "only a number of 20 digits tells its year");
    };
    let detail = format!("the number is of {year}, the date of {}", date.year());
    if year == date.year() {
        return Outcome::pass(RULE, &FIELDS, detail);
    }
    Outcome::fail(RULE, &FIELDS, detail)
}

/// Code and number stand on paper more than once: put there by the printing works, and printed by the till.
pub fn printed_again(case: &Case<'_>) -> Outcome {
    const RULE: &str = "printed_again";
    let (invoice, again) = (case.invoice(), &case.invoice().reprints);
    let (code, number) = (&invoice.invoice_code, &invoice.invoice_number);
    let pairs = [
        ("printed_number", "invoice_number", &invoice.printed_number, number),
        ("reprints.number_large", "invoice_number", &again.number_large, number),
        ("reprints.number_right", "invoice_number", &again.number_right, number),
        ("reprints.code", "invoice_code", &again.code, code),
        ("reprints.code_right", "invoice_code", &again.code_right, code),
        ("reprints.check_code", "check_code", &again.check_code, &invoice.check_code),
    ];
    let there = pairs.into_iter().filter_map(|(path, first, a, b)| Some((path, first, a.as_ref()?, b.as_ref()?)));
    let (same, other): (Vec<_>, Vec<_>) = there.partition(|(_, _, again, first)| again == first);
    let Some((path, first, a, b)) = other.first() else {
        let paths: Vec<&str> = same.iter().flat_map(|(path, first, ..)| [*path, *first]).collect();
        return if same.is_empty() {
            Outcome::skip(RULE, &paths, "nothing is printed a second time")
        } else {
            Outcome::pass(RULE, &paths, "what is printed twice is the same")
        };
    };
    let detail = format!("{first} is {b}, printed again as {a}");
    let confidence = case.reading.fields.get(*path).and_then(|evidence| evidence.confidence);
    if confidence.is_some_and(|sure| sure < SURE) {
        return Outcome::warn(RULE, &[*path, *first], detail);
    }
    Outcome::fail(RULE, &[*path, *first], detail)
}

/// Not before the VAT and not in the future, give or take a day for the hour in which it is read.
pub fn date_is_possible(case: &Case<'_>) -> Outcome {
    const RULE: &str = "date_is_possible";
    const FIELDS: [&str; 1] = ["issue_date"];
    let Some(date) = case.invoice().issue_date else {
        return Outcome::skip(RULE, &FIELDS, "there is no date");
    };
    let today = (case.rules.today)();
    let last = today.checked_add(1.day()).unwrap_or(today);
    if (FIRST_DAY..=last).contains(&date) {
        return Outcome::pass(RULE, &FIELDS, format!("{date} has been"));
    }
    Outcome::fail(RULE, &FIELDS, format!("{date} cannot be the date of an invoice seen on {today}"))
}
