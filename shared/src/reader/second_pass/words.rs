//! Units and specifications that the line detector passed over: a lone character is easily lost. No rule confirms them, so
//! both looks must have read the same, with confidence, and what only rules and dirt look like is no word.

use crate::invoice::{Column, Field};
use crate::reader::values::builder::{Match, ReadingBuilder};
use crate::reader::values::value_parsers::is_han;

use super::{Seen, Uncertain, uncertain as uncertain_field};

/// How sure each look must be.
const SURE: f32 = 0.85;
/// How sure where another line has the same.
const SURE_ENOUGH: f32 = 0.6;
/// No unit is longer.
const LONGEST_UNIT: usize = 4;

/// The cells that are blank where other cells say that something stands there.
pub(super) fn uncertain(builder: &ReadingBuilder<'_>) -> Vec<Uncertain> {
    let lines = 0..builder.reading.invoice.items.len();
    let cells = lines.flat_map(|line| [Column::Unit, Column::Specification].map(|column| Field::Cell(line, column)));
    let blank = cells.filter(|cell| builder.places.get(cell).is_some_and(|found| found.text.is_empty()));
    blank.filter_map(|cell| uncertain_field(builder, cell, "")).collect()
}

pub(super) fn fill(builder: &mut ReadingBuilder<'_>, seen: &Seen) {
    for (field, readings) in seen {
        let Field::Cell(line, column @ (Column::Unit | Column::Specification)) = *field else { continue };
        let items = &builder.reading.invoice.items;
        let of = |i: usize| {
            items.get(i).and_then(|item| {
                if column == Column::Unit { item.unit.as_deref() } else { item.specification.as_deref() }
            })
        };
        if of(line).is_some() {
            continue;
        }
        let known: Vec<&str> = (0..items.len()).filter_map(of).collect();
        let fits = if column == Column::Unit { is_unit } else { is_size };
        if let Some(found) = agreed(readings, fits, &known) {
            builder.put(*field, Some(found));
        }
    }
}

/// What both looks read, or one of them where another line has the same.
fn agreed(readings: &[Match], fits: fn(&str) -> bool, known: &[&str]) -> Option<Match> {
    let trimmed = readings.iter().map(|found| found.with_text(found.text.trim_matches(is_rule)));
    let words: Vec<Match> = trimmed.filter(|found| fits(&found.text)).collect();
    let again = |found: &Match| words.iter().filter(|w| w.text == found.text && w.confidence >= SURE).count() > 1;
    let elsewhere = |found: &Match| known.contains(&found.text.as_str()) && found.confidence >= SURE_ENOUGH;
    words.iter().find(|found| again(found) || elsewhere(found)).cloned()
}

/// What a rule beside the cell, or dirt, is read as.
fn is_rule(c: char) -> bool {
    c.is_whitespace() || "|丨一-_.,:;'\"/\\".contains(c)
}

fn is_unit(text: &str) -> bool {
    let length = text.chars().count();
    let solid = text.chars().all(|c| is_han(c) || c.is_ascii_alphabetic());
    (1..=LONGEST_UNIT).contains(&length) && solid && !matches!(text, "l" | "I" | "i" | "j" | "J")
}

/// A single character is a size only where it is a letter: digits are rules more often.
fn is_size(text: &str) -> bool {
    let solid = text.chars().filter(|c| c.is_alphanumeric()).count();
    solid > 1 && !text.chars().all(|c| matches!(c, '1' | 'l' | 'I')) || matches!(text, "S" | "M" | "L")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(text: &str, confidence: f32) -> Match {
        Match { text: text.to_owned(), confidence, quads: Vec::new() }
    }

    #[test]
    fn a_lone_unit_counts_when_both_looks_agree_or_another_line_has_it() {
        let read = |looks: &[Match], known: &[&str]| agreed(looks, is_unit, known).map(|found| found.text);
        assert_eq!(read(&[look("台", 0.9), look("|台", 0.95)], &[]).as_deref(), Some("台"));
        assert_eq!(read(&[look("台", 0.9), look("合", 0.95)], &[]), None);
        assert_eq!(read(&[look("台", 0.7)], &["台"]).as_deref(), Some("台"));
        assert_eq!(read(&[look("1", 0.99), look("1", 0.99)], &[]), None);
    }

    #[test]
    fn a_rule_is_no_specification() {
        for text in ["1", "|", "l1", "-"] {
            assert!(!is_size(text), "{text}");
        }
        assert!(is_size("92号") && is_size("L"));
    }
}
