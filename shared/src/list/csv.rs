//! The list as a file of comma-separated values, made to open rightly in Excel and WPS by a double click.
//! Knows nothing of where the file goes.

use std::io;

use csv::{Terminator, WriterBuilder};

use super::{Table, Value};

/// Without it Excel takes the file for the system's own encoding, and Chinese becomes noise.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Writes the heads and every line: UTF-8 with a mark, lines that end in CR LF.
///
/// # Errors
/// Those of the writer.
pub fn write(table: &Table, mut writer: impl io::Write) -> io::Result<()> {
    writer.write_all(BYTE_ORDER_MARK.as_bytes())?;
    let mut records = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(writer);
    records.write_record(table.heads())?;
    for line in &table.lines {
        records.write_record(line.cells.iter().map(|cell| field(&cell.value)))?;
    }
    records.flush()
}

fn field(value: &Value) -> String {
    match value {
        Value::Empty => String::new(),
        Value::Text(text) => safe(text),
        Value::Sentences(sentences) => safe(&joined(sentences)),
        Value::Name(name) => safe_name(name),
        Value::Code(code) => verbatim(code),
        Value::Amount(amount) => amount.to_string(),
        Value::Count(count) => count.to_string(),
        Value::Day(day) => day.to_string(),
    }
}

/// Behind a full stop nothing else is needed.
fn joined(sentences: &[String]) -> String {
    let mut text = String::new();
    for sentence in sentences {
        let between = match text.chars().last() {
            None | Some('。') => "",
            Some('.') => " ",
            Some(_) => "; ",
        };
        text.push_str(between);
        text.push_str(sentence);
    }
    text
}

/// A code that is no number, though it may look like one: `="0310"` keeps its leading zeros and all of its 20 digits in
/// Excel and in WPS, and is copied from the cell without a mark. Amounts stay numbers, so that they can be added up.
fn verbatim(code: &str) -> String {
    let plain = !code.is_empty() && code.bytes().all(|b| b.is_ascii_alphanumeric());
    if plain { format!("=\"{code}\"") } else { safe(code) }
}

/// Free text on one line. A spreadsheet runs what begins like a formula, and a name on an invoice is anybody's to choose.
fn safe(text: &str) -> String {
    let line = text.split(['\r', '\n', '\t']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    if is_formula(&line) { format!("'{line}") } else { line }
}

/// The name of a file is what finds it, so none of its characters may change: one that begins like a formula is said to
/// be in this folder, which is the same file.
fn safe_name(name: &str) -> String {
    if is_formula(name) { format!("./{name}") } else { name.to_owned() }
}

fn is_formula(text: &str) -> bool {
    text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_run_as_a_formula() {
        for (text, cell) in [
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("\t@SUM(A1)", "'@SUM(A1)"),
            (" ＝1", "' ＝1"),
            ("甲公司,\n乙部", "甲公司, 乙部"),
        ] {
            assert_eq!(field(&Value::Text(text.to_owned())), cell);
            assert_eq!(field(&Value::Sentences(vec![text.to_owned()])), cell);
        }
        // A number that is none stays free text.
        assert_eq!(field(&Value::Code("12\"&A1&\"34".to_owned())), "12\"&A1&\"34");
        assert_eq!(field(&Value::Code("=1+1".to_owned())), "'=1+1");
    }

    #[test]
    fn a_file_is_found_by_the_name_in_the_list_whatever_it_begins_with() {
        for (name, cell) in [
            ("a.jpg", "a.jpg"),
            ("=1+1.jpg", "./=1+1.jpg"),
            ("-1.jpg.json", "./-1.jpg.json"),
            ("\t@a.jpg", "./\t@a.jpg"),
            ("发票, 2 张.jpg", "发票, 2 张.jpg"),
        ] {
            assert_eq!(field(&Value::Name(name.to_owned())), cell);
        }
    }
}
