//! The list as a workbook: numbers as numbers, codes as text, a verdict that is seen at once, links to the files, and a second
//! sheet that says what the colours mean. Knows nothing of what the columns mean but how wide they are.

mod legend;

use std::path::Path;

use fapiao::error::{Error, ErrorKind};
use fapiao::list::{Cell, Column, Line, Table, Trust, Value};
use fapiao::report::Verdict;
use fapiao::sentence::{Lang, list as says};
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{Color, ExcelDateTime, Format, FormatAlign, Url, Workbook, Worksheet, XlsxError};

use crate::write::Links;

/// A sheet's name for people.
const NAME: &str = "发票";
/// A cell holds no more; the Report has the rest.
const MOST_CHARACTERS: usize = 32_000;
/// A number has no more digits in a sheet; a longer amount stands as text.
const MOST_DIGITS: u32 = 15;
/// Links that a sheet holds.
const MOST_LINKS: usize = 60_000;

/// Paper, where it is not the sheet's own, and ink.
type Look = (Option<u32>, u32);

const GOOD: Look = (Some(0xE2_F0_D9), 0x1E_5A_1E);
const UNSURE: Look = (Some(0xFF_F2_CC), 0x7F_60_00);
const BAD: Look = (Some(0xF8_CB_AD), 0x9C_00_06);
/// Nothing that looks like work.
const QUIET: Look = (None, 0x59_59_59);

/// A workbook with the list as its first sheet.
///
/// # Errors
/// `internal` where it has more lines than a sheet.
pub fn workbook(table: &Table, links: &Links) -> Result<Vec<u8>, Error> {
    written(table, links)
        .map_err(|error| Error::new(ErrorKind::Internal, says::no_workbook(error)).with_hint(says::write_csv()))
}

fn written(table: &Table, links: &Links) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name(NAME)?;
    head(sheet, table.lang)?;
    let with_links = table.lines.len() <= MOST_LINKS / 2;
    for (row, line) in (1..).zip(&table.lines) {
        for ((at, cell), column) in (0..).zip(&line.cells).zip(Column::ALL) {
            let format = format(column, cell, line);
            match links.of(line, column).filter(|_| with_links) {
                Some(path) => link(sheet, (row, at), cell, &path, &format)?,
                None => put(sheet, (row, at), &cell.value, &format)?,
            }
        }
    }
    let (last_row, last_column) = (table.lines.len(), Column::ALL.len().saturating_sub(1));
    sheet.autofilter(
        0,
        0,
        u32::try_from(last_row).unwrap_or(u32::MAX),
        u16::try_from(last_column).unwrap_or(u16::MAX),
    )?;
    sheet.set_freeze_panes(1, 1)?;
    legend::add(&mut workbook, table.lang)?;
    workbook.save_to_buffer()
}

fn head(sheet: &mut Worksheet, lang: Lang) -> Result<(), XlsxError> {
    let format = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top).set_background_color(0xD9_E2_F3);
    for (at, column) in (0..).zip(Column::ALL) {
        sheet.set_column_width(at, width(column))?;
        sheet.write_string_with_format(0, at, column.head(lang), &format)?;
    }
    Ok(())
}

/// In characters.
fn width(column: Column) -> f64 {
    match column {
        Column::Reasons | Column::NextStep => 60.0,
        Column::File | Column::Report | Column::DuplicateOf | Column::AlsoIn | Column::Marks => 28.0,
        Column::Goods | Column::Remarks => 40.0,
        Column::Value(field) => match field.kind() {
            fapiao::invoice::FieldKind::Line => 32.0,
            fapiao::invoice::FieldKind::TaxId | fapiao::invoice::FieldKind::Digits => 22.0,
            _ => 14.0,
        },
        _ => 12.0,
    }
}

fn format(column: Column, cell: &Cell, line: &Line) -> Format {
    let format = Format::new().set_align(FormatAlign::Top);
    let format = match cell.value {
        Value::Amount(_) => format.set_num_format("#,##0.00"),
        Value::Day(_) => format.set_num_format("yyyy-mm-dd").set_align(FormatAlign::Left),
        Value::Code(_) | Value::Name(_) => format.set_num_format("@"),
        Value::Sentences(_) => format.set_text_wrap(),
        _ => format,
    };
    match look(column, cell, line) {
        Some(look) => looking(format, look),
        None => format,
    }
}

fn looking(format: Format, (paper, ink): Look) -> Format {
    let format = format.set_font_color(Color::RGB(ink));
    match paper {
        Some(paper) => format.set_background_color(Color::RGB(paper)),
        None => format,
    }
}

fn look(column: Column, cell: &Cell, line: &Line) -> Option<Look> {
    match (column, cell.trust) {
        // There is nothing to be done about what a deleted file held.
        _ if line.status != "read" => (column == Column::Status).then_some(BAD),
        (Column::Verdict, _) => Some(if line.verdict? == Verdict::Verified { GOOD } else { UNSURE }),
        (_, trust) => trust.map(of_trust),
    }
}

fn of_trust(trust: Trust) -> Look {
    match trust {
        Trust::Confirmed => GOOD,
        Trust::ToCheck => UNSURE,
        Trust::NotAsked => QUIET,
    }
}

type Place = (u32, u16);

fn put(sheet: &mut Worksheet, (row, at): Place, value: &Value, format: &Format) -> Result<(), XlsxError> {
    match value {
        Value::Empty => sheet.write_blank(row, at, format),
        Value::Text(text) | Value::Name(text) | Value::Code(text) => {
            sheet.write_string_with_format(row, at, short(text), format)
        }
        Value::Sentences(sentences) => sheet.write_string_with_format(row, at, short(&sentences.join("\n")), format),
        Value::Amount(amount) => match amount.to_f64().filter(|_| digits(*amount) <= MOST_DIGITS) {
            // A sheet knows no other numbers; so few digits come back from them as they went.
            Some(number) => sheet.write_number_with_format(row, at, number, format),
            None => sheet.write_string_with_format(row, at, amount.to_string(), format),
        },
        Value::Count(count) => sheet.write_number_with_format(row, at, *count, format),
        Value::Day(day) => match ExcelDateTime::parse_from_str(&day.to_string()) {
            Ok(date) => sheet.write_datetime_with_format(row, at, &date, format),
            // A sheet's days begin in 1900.
            Err(_) => sheet.write_string_with_format(row, at, day.to_string(), format),
        },
    }
    .map(drop)
}

/// The name of a file as a link to it, where a link can say it.
fn link(sheet: &mut Worksheet, place: Place, cell: &Cell, path: &Path, format: &Format) -> Result<(), XlsxError> {
    let Value::Name(name) = &cell.value else { return put(sheet, place, &cell.value, format) };
    let Some(address) = address(path) else { return put(sheet, place, &cell.value, format) };
    let linked = format.clone().set_hyperlink();
    let url = Url::new(address).set_text(short(name));
    match sheet.write_url_with_format(place.0, place.1, url, &linked) {
        Err(XlsxError::MaxUrlLengthExceeded) => put(sheet, place, &cell.value, format),
        other => other.map(drop),
    }
}

/// A relative path as a link says it; none where a link cannot.
fn address(path: &Path) -> Option<String> {
    let path = path.to_str()?;
    // The first would be taken for a place inside the file, the second for a drive.
    if path.contains('#') || path.get(1..2) == Some(":") {
        return None;
    }
    // All that the workbook's writer would escape, so that it does not take a name's own `%20` for an escape.
    let escaped = |letter: char| match letter {
        ' ' | '%' | '"' | '<' | '>' | '[' | ']' | '^' | '`' | '{' | '}' => format!("%{:02x}", u32::from(letter)),
        letter => letter.to_string(),
    };
    Some(format!("file:///{}", path.chars().map(escaped).collect::<String>()))
}

fn short(text: &str) -> &str {
    text.char_indices().nth(MOST_CHARACTERS).map_or(text, |(at, _)| text.get(..at).unwrap_or(text))
}

fn digits(amount: rust_decimal::Decimal) -> u32 {
    amount.mantissa().unsigned_abs().checked_ilog10().map_or(1, |zeros| zeros + 1)
}

#[cfg(test)]
mod tests;
