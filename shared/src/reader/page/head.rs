//! What stands above the table: code, number, date, check code, machine number, marks, title.
//! Shared by the form and the digital invoice; knows nothing of parties and goods.

use crate::invoice::Field;
use crate::reader::values::builder::{Match, ReadingBuilder};
use crate::reader::values::value_parsers;

use super::frame::Span;
use super::{copy, label, marks, reprints};

/// The head's labels: each ends a value which runs into it.
pub(super) const LABELS: [&str; 6] = ["发票代码", "发票号码", "开票日期", "校验码", "机器编号", "下载次数"];

/// How far a value may stand from its label, in units of print height.
const REACH: f32 = 14.0;

/// Reads the head from the spans above the parties' block.
pub(super) fn read(builder: &mut ReadingBuilder<'_>, spans: &[Span]) {
    code(builder, spans);
    number(builder, spans);
    date(builder, spans);
    let check_code = labelled(builder, spans, &["校验码"]).map(|s| Match::of(&s));
    builder.put(Field::CheckCode, check_code);
    machine_number(builder, spans);
    marks::read(builder, spans);
    copy::read(builder, spans);
}

/// What no digital invoice has: where it was read all the same, it is another paper's.
const ON_OLDER_ONES: [Field; 8] = [
    Field::InvoiceCode,
    Field::CheckCode,
    Field::MachineNumber,
    Field::Sheet,
    Field::ReprintedSheet,
    Field::CodeOnTheRight,
    Field::NumberOnTheRight,
    Field::LargeNumber,
];

/// Takes out of a digital invoice what only older ones have.
pub(super) fn as_digital(builder: &mut ReadingBuilder<'_>) {
    take_out(builder, &ON_OLDER_ONES);
}

/// Takes out fields that are another paper's.
pub(super) fn take_out(builder: &mut ReadingBuilder<'_>, fields: &[Field]) {
    for field in fields {
        builder.reading.invoice.set(*field, None);
        builder.reading.fields.remove(field);
        builder.places.remove(field);
    }
}

/// The value behind a label, cut off where the next label begins.
pub(super) fn labelled(builder: &ReadingBuilder<'_>, spans: &[Span], spellings: &[&str]) -> Option<Span> {
    let hits = label::all(spans, spellings);
    let reach = REACH * builder.frame.unit;
    hits.iter().find_map(|hit| label::value(spans, hit, reach)).map(|value| label::until(&value, &LABELS))
}

/// Spans that are nothing but a run of digits of a given length, biggest print first.
pub(super) fn numbers(spans: &[Span], lengths: &[usize]) -> Vec<Span> {
    let mut found: Vec<Span> = spans.iter().filter_map(|s| bare_number(s, lengths)).collect();
    found.sort_by(|a, b| b.height.total_cmp(&a.height));
    found
}

/// A span's digits when it holds nothing else but `No` before them.
fn bare_number(span: &Span, lengths: &[usize]) -> Option<Span> {
    if span.vertical || span.slanted {
        return None;
    }
    let start = span.marks.iter().position(|m| m.folded.is_ascii_digit())?;
    let before: String = span.marks[..start].iter().map(|m| m.folded).filter(|c| !c.is_whitespace()).collect();
    let rest = span.slice(start..span.marks.len());
    let text = rest.folded();
    let only_digits = text.bytes().all(|b| b.is_ascii_digit());
    let lead_is_no = before.chars().count() <= 3 && !before.chars().any(value_parsers::is_han);
    (only_digits && lead_is_no && lengths.contains(&text.len())).then_some(rest)
}

/// A number of a given length behind a label that was misread, but for a character that only this label has.
fn behind_misread(spans: &[Span], hint: char, lengths: &[usize]) -> Option<Span> {
    spans.iter().filter(|s| !s.vertical && !s.slanted).find_map(|span| {
        let colon = span.marks.iter().position(|m| m.folded == ':')?;
        let label = span.slice(0..colon).folded();
        let value = span.slice(colon + 1..span.marks.len());
        let is_label = (2..=4).contains(&label.chars().count())
            && label.chars().all(value_parsers::is_han)
            && label.contains(hint);
        let digits = value.folded();
        let is_value = digits.bytes().all(|b| b.is_ascii_digit()) && lengths.contains(&digits.len());
        (is_label && is_value).then_some(value)
    })
}

fn code(builder: &mut ReadingBuilder<'_>, spans: &[Span]) {
    const LENGTHS: &[usize] = Field::InvoiceCode.lengths();
    let value = labelled(builder, spans, &["发票代码"]).or_else(|| behind_misread(spans, '代', LENGTHS));
    if builder.put(Field::InvoiceCode, value.map(|s| Match::of(&s))) {
        return;
    }
    let printed = numbers(spans, LENGTHS);
    let printed: Vec<&Span> = printed.iter().filter(|s| !follows(spans, s, &["机器编号", "校验码"])).collect();
    builder.put(Field::InvoiceCode, printed.first().map(|s| Match::of(s)));
}

fn number(builder: &mut ReadingBuilder<'_>, spans: &[Span]) {
    let value = labelled(builder, spans, &["发票号码"]).or_else(|| behind_misread(spans, '码', &[8]));
    if builder.put(Field::InvoiceNumber, value.map(|s| Match::of(&s))) {
        return;
    }
    let printed = numbers(spans, Field::InvoiceNumber.lengths());
    builder.put(Field::InvoiceNumber, printed.first().map(Match::of));
    reprints::code_and_number(builder, spans);
}

/// Whether a number stands behind one of these labels, on its row.
fn follows(spans: &[Span], number: &Span, spellings: &[&str]) -> bool {
    label::all(spans, spellings).iter().any(|l| l.label.same_row(number, 0.7) && l.label.x0 < number.x0)
}

fn date(builder: &mut ReadingBuilder<'_>, spans: &[Span]) {
    let labelled = labelled(builder, spans, &["开票日期"]).map(|s| Match::of(&s));
    if !builder.put(Field::IssueDate, labelled) {
        let is_day = |s: &&Span| value_parsers::date(&s.folded()).is_some() && s.folded().len() < 24;
        let any = spans.iter().filter(|s| !s.vertical).find(is_day);
        builder.put(Field::IssueDate, any.map(Match::of));
    }
}

fn machine_number(builder: &mut ReadingBuilder<'_>, spans: &[Span]) {
    let value = labelled(builder, spans, &["机器编号"]).map(|s| Match::of(&s));
    if !builder.put(Field::MachineNumber, value) {
        let below = number_below(builder, spans, &["机器编号"], Field::MachineNumber.lengths());
        builder.put(Field::MachineNumber, below.map(|s| Match::of(&s)));
    }
}

/// A number of a given length just below a label, where the print slipped down.
fn number_below(builder: &ReadingBuilder<'_>, spans: &[Span], spellings: &[&str], lengths: &[usize]) -> Option<Span> {
    let labels = label::all(spans, spellings);
    let label = &labels.first()?.label;
    let near = |s: &Span| (s.y - label.y).abs() < 2.5 * builder.frame.unit && s.x1 > label.x0;
    let taken = builder.reading.invoice.invoice_code.clone();
    numbers(spans, lengths).into_iter().find(|s| near(s) && Some(s.folded()) != taken)
}

/// The printed title: the largest line that speaks of an invoice, with a piece that the seal split off.
pub(super) fn title(spans: &[Span]) -> Option<Match> {
    let speaks = |s: &&Span| {
        let text = s.folded();
        let titled = ["发票", "增值税", "電子發票"].iter().any(|w| text.contains(w));
        titled && !text.contains(':') && !text.contains("发票联") && !s.vertical && text.chars().count() >= 4
    };
    let main =
        spans.iter().filter(speaks).max_by(|a, b| (a.height * (a.x1 - a.x0)).total_cmp(&(b.height * (b.x1 - b.x0))))?;
    let mut row: Vec<Span> = spans
        .iter()
        .filter(|s| !s.vertical && s.same_row(main, 0.6) && s.height > 0.45 * main.height && !s.folded().contains(':'))
        .filter(|s| s.x0 < main.x1 + 4.0 * main.height && s.x1 > main.x0 - 4.0 * main.height)
        .filter(|s| s.folded().chars().any(value_parsers::is_han) && !marks::is_mark(s))
        .cloned()
        .collect();
    row.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    // The mark of a roll is printed small behind the title.
    let mark = spans.iter().find(|s| s.folded().contains("卷票") && !row.iter().any(|r| r.quad == s.quad));
    let pieces: Vec<Span> = row.into_iter().chain(mark.cloned()).collect();
    Match::join(&pieces, "")
}

#[cfg(test)]
#[path = "head_tests.rs"]
mod tests;
