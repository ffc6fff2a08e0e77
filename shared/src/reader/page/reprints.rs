//! What a paper form prints a second time: code and number from the printing works and from the tax printer, and a check
//! code in the remarks. Each print is taken for its place and size, whatever it says. Knows nothing of how the first
//! prints are found.

use crate::invoice::{Field, FieldKind, InvoiceCode, QrPayload};
use crate::reader::values::builder::{Match, ReadingBuilder};
use crate::reader::values::value_parsers;

use super::frame::{Mark, Span};
use super::{head, label};

/// Digits of a number on paper.
const PAPER_NUMBER: usize = 8;
/// `No 51504361`, read together.
const LONGEST_NUMBER: usize = 12;
/// A check code, and the six of its digits that are asked for when an invoice is looked up.
const CHECK_CODE: [usize; 2] = [20, 6];

/// Paper has code and number twice: large from the printing works, at the left and as `No`, and small from the tax
/// printer, one below the other at the right.
pub(super) fn code_and_number(builder: &mut ReadingBuilder<'_>, spans: &[Span]) {
    let small = |lengths: &[usize], large: &Span| -> Vec<Span> {
        let right = |s: &Span| s.height <= large.height && s.x0 > large.cx() && s.quad != large.quad;
        let possible = |s: &Span| s.folded().len() == PAPER_NUMBER || InvoiceCode::parse(&s.folded()).is_some();
        spans.iter().filter_map(|s| digits_alone(s, lengths)).filter(right).filter(possible).collect()
    };
    let text = |field| builder.reading.invoice.text(field);
    let large = |field: Field| {
        head::numbers(spans, field.lengths()).into_iter().find(|s| Some(s.folded().as_str()) == text(field))
    };
    let (large_code, large_number) = (large(Field::InvoiceCode), large(Field::InvoiceNumber));
    let code =
        large_code.and_then(|code| again(builder, Field::InvoiceCode, small(Field::CodeOnTheRight.lengths(), &code)));
    let number = large_number.as_ref().and_then(|number| {
        let mut printed = small(&[PAPER_NUMBER], number);
        let below = |s: &Span, code: &Span| {
            (0.5..3.0).contains(&((s.y - code.y) / code.height)) && s.x0 < code.x1 && s.x1 > code.x0
        };
        let is_same = |s: &Span| Some(s.folded().as_str()) == text(Field::InvoiceNumber);
        printed.retain(|s| is_same(s) || code.as_ref().is_some_and(|code| below(s, code)));
        again(builder, Field::InvoiceNumber, printed)
    });
    let is_large = |s: &Span| s.folded().len() == PAPER_NUMBER && (number.is_some() || is_behind_no(s, spans));
    let is_confirmed = |s: &Span| number.as_ref().is_some_and(|number| number.folded() == s.folded());
    let is_told = |s: &Span| told(builder, Field::InvoiceNumber).is_none_or(|told| told == s.folded());
    let large_number = large_number.filter(|s| is_large(s) && (is_confirmed(s) || is_told(s)));
    builder.put(Field::CodeOnTheRight, code.as_ref().map(Match::of));
    builder.put(Field::NumberOnTheRight, number.as_ref().map(Match::of));
    builder.put(Field::LargeNumber, large_number.as_ref().map(Match::of));
}

/// The print that repeats a field: one that says the same, else the first. Where the QR code has told what is right,
/// one that differs is only badly read.
fn again(builder: &ReadingBuilder<'_>, first: Field, printed: Vec<Span>) -> Option<Span> {
    let value = builder.reading.invoice.text(first);
    let told = told(builder, first);
    let is_same = |s: &Span| Some(s.folded().as_str()) == value;
    let is_misread = |s: &Span| told.is_some() && told.as_deref() == value && !is_same(s);
    let mut printed: Vec<Span> = printed.into_iter().filter(|s| !is_misread(s)).collect();
    printed.sort_by_key(|s| !is_same(s));
    printed.into_iter().next()
}

/// What the QR code tells of code or number.
fn told(builder: &ReadingBuilder<'_>, field: Field) -> Option<String> {
    let code = QrPayload::parse(builder.reading.invoice.qr_code.as_deref()?)?;
    if field == Field::InvoiceCode { code.invoice_code } else { code.invoice_number }
}

/// Whether `No` stands before a number, read together with it or apart.
fn is_behind_no(number: &Span, spans: &[Span]) -> bool {
    let near = |s: &Span| s.same_row(number, 0.6) && s.x0 < number.x0 && s.x1 > number.x0 - 3.0 * number.height;
    let is_no = |s: &Span| {
        let text = s.folded();
        text.starts_with(['N', 'n', '№']) && text.chars().count() <= LONGEST_NUMBER
    };
    spans.iter().any(|s| near(s) && is_no(s))
}

/// A line's digits when it holds nothing else, however it leans: the tax printer's lie askew on the form.
fn digits_alone(span: &Span, lengths: &[usize]) -> Option<Span> {
    let text = span.folded();
    let fits = !span.vertical && lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| span.clone())
}

/// A check code that the issuer has put into the remarks: all of it, or its last six digits.
pub(super) fn check_code_in_remarks(builder: &mut ReadingBuilder<'_>, remarks: &[Span]) {
    let labels = label::all(remarks, &["校验码"]);
    let reach = 14.0 * builder.frame.unit;
    let found =
        labels.iter().filter_map(|labelled| label::value(remarks, labelled, reach)).find_map(|s| check_code(&s));
    builder.put_as(Field::CheckCodeInRemarks, found.as_ref().map(Match::of), |text| FieldKind::Compact.parse(text));
}

/// The run of digits with which a value ends, or that other words follow: `后六位:589588`.
fn check_code(value: &Span) -> Option<Span> {
    let is_part = |m: &Mark| m.folded.is_ascii_digit() || m.folded.is_whitespace();
    let start = value.marks.iter().position(|m| m.folded.is_ascii_digit())?;
    let length = value.marks.iter().skip(start).take_while(|m| is_part(m)).count();
    let code = value.slice(start..start + length);
    CHECK_CODE.contains(&value_parsers::digits(&code.text()).len()).then_some(code)
}

#[cfg(test)]
#[path = "reprints_tests.rs"]
mod tests;
