//! Codes, numbers and the date: their shapes, and what a code's digits say against type, title and date.
//! Source: the tax administration's numbering rules; the VAT invoice exists since 1994.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::invoice::{DigitalNumber, Field, InvoiceCode, InvoiceType, region_in_title};
use crate::sentence::check as says;

use super::case::Case;
use super::outcome::Outcome;

/// A reprint read with less confidence than this may itself be the one that is misread.
const SURE: f32 = 0.9;
/// The first day of the VAT as it is.
const FIRST_DAY: Date = Date::constant(1994, 1, 1);
/// Paper of a code is used up within so many years.
const CODE_LASTS: i16 = 6;

/// What has a shape of its own.
const NUMBERS: [Field; 4] = [Field::InvoiceCode, Field::InvoiceNumber, Field::CheckCode, Field::MachineNumber];

/// Lengths and characters; a digital invoice's number has 20 digits, and no number is nothing but zeros.
pub fn shapes(case: &Case<'_>) -> Outcome {
    let invoice = case.invoice();
    let is_number = |n: &str| {
        let digital = !invoice.r#type.is_digital() || n.len() == DigitalNumber::LENGTH;
        digits(n) && digital && n.bytes().any(|b| b != b'0')
    };
    // Only the five characters of the chain may be letters.
    let is_check_code = |c: &str| c.len() != 20 || digits(c);
    let there: Vec<Field> = NUMBERS.into_iter().filter(|field| invoice.text(*field).is_some()).collect();
    let is_wrong = |field: &Field| {
        let text = invoice.text(*field).unwrap_or_default();
        let fits = match field {
            Field::InvoiceCode => InvoiceCode::parse(text).is_some(),
            Field::InvoiceNumber => is_number(text),
            Field::CheckCode => is_check_code(text) && text.bytes().all(|b| b.is_ascii_alphanumeric()),
            _ => digits(text),
        };
        !fits || !field.has_length_of(text)
    };
    let wrong: Vec<Field> = there.iter().copied().filter(is_wrong).collect();
    match (there.is_empty(), wrong.is_empty()) {
        (true, _) => Outcome::skip(&there, says::no_code_nor_number()),
        (_, true) => Outcome::pass(&there, says::shapes_hold()),
        _ => Outcome::fail(&wrong, says::shapes_wrong(wrong.as_slice())),
    }
}

fn digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// The kind that the code tells, against the kind that the page is.
pub fn code_fits_type(case: &Case<'_>) -> Outcome {
    const FIELDS: [Field; 2] = [Field::Type, Field::InvoiceCode];
    let Some(told) = case.code().and_then(|code| code.invoice_type()) else {
        return Outcome::skip(&FIELDS, says::code_tells_no_kind());
    };
    let kind = case.invoice().r#type;
    let detail = says::code_kind(told, kind);
    Outcome::of(told == kind || (told.is_electronic_common() && kind.is_electronic_common()), &FIELDS, detail)
}

/// The region in the title, against the code's. A title that we derived from the code says nothing.
pub fn code_fits_title(case: &Case<'_>) -> Outcome {
    const FIELDS: [Field; 2] = [Field::Title, Field::InvoiceCode];
    let title = case.invoice().title.as_deref().filter(|_| case.reading.is_printed(Field::Title));
    let (Some(named), Some(code)) = (title.and_then(region_in_title), case.code()) else {
        return Outcome::skip(&FIELDS, says::title_or_code_missing());
    };
    match code.region() {
        None => Outcome::warn(&FIELDS, says::code_of_no_region()),
        Some(_) if code.regions().any(|region| region == named) => {
            Outcome::pass(&FIELDS, says::title_and_code_agree(named))
        }
        Some(region) => Outcome::fail(&FIELDS, says::title_and_code_differ(named, region)),
    }
}

/// A code is used from the year it was made for, until its paper is used up.
pub fn code_fits_date(case: &Case<'_>) -> Outcome {
    const FIELDS: [Field; 2] = [Field::InvoiceCode, Field::IssueDate];
    let (Some(made), Some(date)) = (case.code().and_then(|code| code.year()), case.invoice().issue_date) else {
        return Outcome::skip(&FIELDS, says::code_or_date_missing());
    };
    let detail = says::years_of_code_and_date(made, date.year());
    match date.year() - made {
        // The next year's paper may be handed out before the year ends.
        -1 => Outcome::warn(&FIELDS, detail),
        ..-1 => Outcome::fail(&FIELDS, detail),
        0..=CODE_LASTS => Outcome::pass(&FIELDS, detail),
        _ => Outcome::warn(&FIELDS, detail),
    }
}

/// A digital number is given at the moment of issue, so its year is the date's.
pub fn digital_number_fits_date(case: &Case<'_>) -> Outcome {
    const FIELDS: [Field; 2] = [Field::InvoiceNumber, Field::IssueDate];
    let invoice = case.invoice();
    let number = invoice.invoice_number.as_deref().and_then(DigitalNumber::parse);
    let (Some(year), Some(date)) = (number.and_then(|n| n.year()), invoice.issue_date) else {
        return Outcome::skip(&FIELDS, says::no_year_in_number());
    };
    let detail = says::years_of_number_and_date(year, date.year());
    Outcome::of(year == date.year(), &FIELDS, detail)
}

/// What may be printed again, and what it repeats.
const REPRINTS: [(Field, Field); 6] = [
    (Field::PrintedNumber, Field::InvoiceNumber),
    (Field::LargeNumber, Field::InvoiceNumber),
    (Field::NumberOnTheRight, Field::InvoiceNumber),
    (Field::ReprintedCode, Field::InvoiceCode),
    (Field::CodeOnTheRight, Field::InvoiceCode),
    (Field::ReprintedCheckCode, Field::CheckCode),
];

/// What the tax printer puts at the right of a form on which the printing works have put it at the top: another type, so
/// one eye does not misread both alike.
const IN_ANOTHER_TYPE: [Field; 2] = [Field::NumberOnTheRight, Field::CodeOnTheRight];

/// Code and number stand on paper more than once: put there by the printing works, and printed by the till.
pub fn printed_again(case: &Case<'_>) -> Outcome {
    let text = |field| case.invoice().text(field);
    let there = REPRINTS.into_iter().filter(|(again, first)| text(*again).is_some() && text(*first).is_some());
    let (same, other): (Vec<_>, Vec<_>) = there.partition(|(again, first)| text(*again) == text(*first));
    // A vendor has names for places too, and of a single print under two names nothing is proven.
    let same: Vec<_> = same.into_iter().filter(|(again, first)| is_apart(case, *again, *first)).collect();
    let Some((field, first)) = other.first() else {
        let fields: Vec<Field> = same.iter().flat_map(|(again, first)| [*again, *first]).collect();
        return if same.is_empty() {
            Outcome::skip(&fields, says::nothing_printed_again())
        } else {
            Outcome::pass(&fields, says::printed_again_alike()).proving(&proven_by_type(case, &same))
        };
    };
    let value = |field: &Field| text(*field).unwrap_or_default();
    let detail = says::printed_again_otherwise(first, value(first), value(field));
    let confidence = case.reading.fields.get(field).and_then(|evidence| evidence.confidence);
    if confidence.is_some_and(|sure| sure < SURE) {
        return Outcome::warn(&[*field, *first], detail);
    }
    Outcome::fail(&[*field, *first], detail)
}

/// What the works and the tax printer have both put on a paper form.
fn proven_by_type(case: &Case<'_>, same: &[(Field, Field)]) -> Vec<Field> {
    let kind = case.invoice().r#type;
    let is_form = matches!(kind, InvoiceType::Special | InvoiceType::Common);
    let in_another = same.iter().filter(|(again, _)| is_form && IN_ANOTHER_TYPE.contains(again));
    in_another.flat_map(|(again, first)| [*again, *first]).collect()
}

/// Whether two fields are two prints, as far as places are known.
fn is_apart(case: &Case<'_>, again: Field, first: Field) -> bool {
    let place = |field| case.reading.fields.get(&field).and_then(|evidence| evidence.quad);
    place(again) != place(first) || place(again).is_none()
}

/// Not before the VAT and not in the future, give or take a day for the hour in which it is read.
pub fn date_is_possible(case: &Case<'_>) -> Outcome {
    const FIELDS: [Field; 1] = [Field::IssueDate];
    let Some(date) = case.invoice().issue_date else {
        return Outcome::skip(&FIELDS, says::no_date());
    };
    let today = (case.rules.today)();
    let last = today.checked_add(1.day()).unwrap_or(today);
    if (FIRST_DAY..=last).contains(&date) {
        return Outcome::pass(&FIELDS, says::date_has_been(date));
    }
    Outcome::fail(&FIELDS, says::date_impossible(date, today))
}
