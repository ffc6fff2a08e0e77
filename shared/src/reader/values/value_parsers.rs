//! What prints of values look like to an engine that misreads some of their characters: the tolerance around the strict
//! parsers of [`crate::invoice`]. Knows nothing of labels or places.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use crate::invoice::{self, Field, FieldKind, FieldValue, Money, Quantity, TaxId, TaxRate, plain};

/// A pattern that is known to be well-formed; one that never matches stands in for a typing error here.
type Pattern = LazyLock<Option<Regex>>;

static NUMBER: Pattern = LazyLock::new(|| Regex::new(r"-?\d+(?:\.\d+)?").ok());
static DATE: Pattern = LazyLock::new(|| Regex::new(r"(20\d\d\D{1,3}\d{1,2}\D{1,3}\d{1,2})(?:\D|$)").ok());
static ID_RUN: Pattern = LazyLock::new(|| Regex::new(r"[0-9A-Z]{15,}").ok());
/// No id has more characters.
const LONGEST_ID: usize = 20;

/// The first match of a pattern.
fn first<'t>(pattern: &Pattern, text: &'t str) -> Option<regex::Captures<'t>> {
    pattern.as_ref().and_then(|p| p.captures(text))
}

/// The value of a field in a print of it.
pub(in crate::reader) fn value(field: Field, text: &str) -> Option<FieldValue<'static>> {
    Some(match field.kind() {
        FieldKind::Money => money(text)?.into(),
        FieldKind::Quantity => quantity(text)?.into(),
        FieldKind::Rate => rate(text)?.into(),
        FieldKind::Date => date(text)?.into(),
        FieldKind::TaxId => tax_id(text)?.into(),
        FieldKind::Digits => digits_of(text, field.lengths())?.into(),
        _ if field == Field::CheckCode => check_code(text)?.into(),
        _ => non_empty(text)?.into(),
    })
}

/// A text that is its own value.
pub(in crate::reader) fn non_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// The digits of a print, when there are as many as there can be.
pub(in crate::reader) fn digits_of(text: &str, lengths: &[usize]) -> Option<String> {
    Some(digits(text)).filter(|digits| lengths.contains(&digits.len()))
}

/// A check code without the marks around it.
fn check_code(text: &str) -> Option<String> {
    let plain = plain(text);
    let solid = plain.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let fits = Field::CheckCode.has_length_of(solid) && solid.bytes().all(|b| b.is_ascii_alphanumeric());
    fits.then(|| solid.to_owned())
}

/// Only the digits.
pub(in crate::reader) fn digits(text: &str) -> String {
    text.nfkc().filter(char::is_ascii_digit).collect()
}

/// Whether a character belongs to running Chinese text.
pub(in crate::reader) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}')
}

/// A number with its thousands' marks and a misread decimal comma taken care of.
fn numeric(text: &str) -> Option<String> {
    let mut text = plain(text).replace(['−', '–', '—', '一'], "-");
    let places = text.rsplit_once(',').map(|(_, after)| digits(after).len());
    if !text.contains('.') && places == Some(2) {
        text = text.replace(',', ".");
    }
    let text = text.replace(',', "");
    let found = first(&NUMBER, &text)?;
    let number = found.get(0)?;
    // A number with other digits or letters around it is a misreading, not a number.
    let outside = [&text[..number.start()], &text[number.end()..]].concat();
    outside
        .chars()
        .all(|c| !c.is_alphanumeric() || c == 'Y' || c == '半' || c == '羊')
        .then(|| number.as_str().to_owned())
}

/// Yuan with two places, the currency sign and noise before it dropped.
pub(in crate::reader) fn money(text: &str) -> Option<Money> {
    let plain = plain(text);
    // Behind a currency sign the number ends where a seal's characters begin.
    let signed = plain.strip_prefix('¥').map(|rest| rest.trim_end_matches(is_han));
    let number = numeric(signed.unwrap_or(&plain))?;
    let places = number.rsplit_once('.').map_or(0, |(_, p)| p.len());
    (places <= 2).then(|| number.parse().ok()).flatten()
}

/// A quantity or a unit price.
pub(in crate::reader) fn quantity(text: &str) -> Option<Quantity> {
    numeric(text)?.parse().ok()
}

/// A rate: a percentage, or one of the words in its place.
pub(in crate::reader) fn rate(text: &str) -> Option<TaxRate> {
    let text = plain(text);
    if text.contains("免税") {
        return Some(TaxRate::Exempt);
    }
    if text.contains("不征税") {
        return Some(TaxRate::NotTaxable);
    }
    let rate: TaxRate = text.ends_with('%').then(|| text.parse().ok()).flatten()?;
    rate.is_legal().then_some(rate)
}

/// Whether it could stand in a rate cell, stars included.
pub(in crate::reader) fn is_rate_like(text: &str) -> bool {
    let text = plain(text);
    text.ends_with('%') || text.contains("免税") || text.contains("征税") || is_stars(&text)
}

/// The rate whose percent sign was read as another character, as happens to small print: `68`, `13X`.
pub(in crate::reader) fn rate_without_sign(text: &str) -> Option<TaxRate> {
    let text = plain(text);
    let (last, _) = text.char_indices().last()?;
    let digits = &text[..last];
    let solid = digits.bytes().all(|b| b.is_ascii_digit()) && matches!(digits.len(), 1 | 2);
    let rate: TaxRate = solid.then(|| format!("{digits}%").parse().ok()).flatten()?;
    rate.is_legal().then_some(rate)
}

/// Stars that stand for "no amount".
pub(in crate::reader) fn is_stars(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| matches!(c, '*' | '＊' | '×' | 'x'))
}

/// A day of this century somewhere in a print, or a print of its eight digits alone.
pub(in crate::reader) fn date(text: &str) -> Option<Date> {
    let text = plain(text);
    let part = first(&DATE, &text).and_then(|found| found.get(1)).map(|part| part.as_str());
    let solid = || invoice::digits(&text).is_some().then_some(text.as_str());
    invoice::date(part.or_else(solid)?).filter(|date| (2000..2100).contains(&date.year()))
}

/// A taxpayer's id. In a credit code I, O, S, V and Z do not occur, so where one is read and the digit it
/// resembles makes the check digit hold, the digit is what is printed. Of a longer run than any id only what must be one.
pub(in crate::reader) fn tax_id(text: &str) -> Option<String> {
    let run = id_run(text)?;
    let found = if run.len() > LONGEST_ID { id_in_longer_run(&run)? } else { run };
    if found.len() == 18 && !TaxId::is_valid(&found) {
        let mended = found.replace('O', "0").replace('I', "1").replace('S', "5").replace('Z', "2");
        if TaxId::is_valid(&mended) {
            return Some(mended);
        }
    }
    invoice::parse_tax_id(&found)
}

/// The characters that an id stands in, up to whatever parts them from others.
fn id_run(text: &str) -> Option<String> {
    Some(first(&ID_RUN, &plain(text).to_uppercase())?.get(0)?.as_str().to_owned())
}

/// The id in a run that is too long for one: printed twice, or the only one in it whose check digit holds.
fn id_in_longer_run(run: &str) -> Option<String> {
    let half = run.get(..run.len() / 2)?;
    if half.repeat(2) == run {
        return invoice::parse_tax_id(half);
    }
    let mut valid = (0..run.len()).filter_map(|at| run.get(at..at + 18)).filter(|id| TaxId::is_valid(id));
    valid.next().filter(|_| valid.next().is_none()).map(str::to_owned)
}

/// The run of characters that an id was cut out of; none where it is all of it.
pub(in crate::reader) fn longer_run(text: &str, id: &str) -> Option<String> {
    id_run(text).filter(|run| run.len() > id.len())
}

/// Whether it looks like a taxpayer's id, well read or not.
pub(in crate::reader) fn is_id_like(text: &str) -> bool {
    let text = plain(text);
    let solid = text.chars().filter(char::is_ascii_alphanumeric).count();
    solid >= 13 && solid == text.chars().count() && text.chars().filter(char::is_ascii_digit).count() >= 8
}

/// Whether it is a line of the cipher area.
pub(in crate::reader) fn is_cipher(text: &str) -> bool {
    let text = plain(text);
    let marks = text.chars().filter(|c| matches!(c, '<' | '>' | '*' | '/' | '+' | '-')).count();
    let hexadecimal = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let length = text.chars().count();
    length >= 16 && marks >= 4 && !text.chars().any(is_han) || length >= 20 && hexadecimal && longest_run(&text) < 12
}

/// The longest run of digits.
pub(in crate::reader) fn longest_run(text: &str) -> usize {
    text.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_read_through_its_dressing() {
        for (print, plain) in [
            ("¥4177.77", "4177.77"),
            ("￥-2490.72", "-2490.72"),
            ("Y 22.64", "22.64"),
            ("1,234.50", "1234.50"),
            ("327,08", "327.08"),
            ("(小写)¥5.00", "5.00"),
        ] {
            let text = print.replace("(小写)", "");
            assert_eq!(money(&text).map(|m| m.to_string()).as_deref(), Some(plain), "{print}");
        }
        for print in ["", "***", "9.08547009", "12A.00", "3/<140"] {
            assert_eq!(money(print), None, "{print}");
        }
    }

    #[test]
    fn dates_are_read_in_every_printed_form() {
        for print in ["2017年01月25日", "2017-1-25", "20170125", "2017 01 25", "2017年 1 月25日"] {
            assert_eq!(date(print), Some(Date::constant(2017, 1, 25)), "{print}");
        }
        assert_eq!(date("2017年13月25日"), None);
    }

    #[test]
    fn a_percent_sign_may_be_misread_but_the_rate_is_a_legal_one() {
        let rate = |text| rate_without_sign(text).map(|rate| rate.to_string());
        assert_eq!(rate("68"), "6%".parse::<TaxRate>().ok().map(|rate| rate.to_string()));
        assert_eq!(rate("138"), "13%".parse::<TaxRate>().ok().map(|rate| rate.to_string()));
        for text in ["", "8", "78", "1368", "6.8", "税"] {
            assert_eq!(rate(text), None, "{text}");
        }
    }

    #[test]
    fn letters_that_no_credit_code_has_are_read_as_the_digits_they_resemble() {
        assert_eq!(tax_id("9131OOOO834486O35U").as_deref(), Some("91310000834486035U"));
        assert_eq!(tax_id("纳税人识别号"), None);
    }

    #[test]
    fn of_a_run_too_long_for_an_id_only_what_must_be_one_is_taken() {
        const ID: &str = "91310000834486035U";
        for (print, id, longer) in [
            (ID.to_owned(), Some(ID), false),
            (format!("{ID}91"), Some("91310000834486035U91"), false),
            (ID.repeat(2), Some(ID), true),
            (format!("{ID}91310104MA1F"), Some(ID), true),
            (format!("{ID}91310104MA1FR7C72G"), None, true),
            ("91310000834486035".to_owned(), Some("91310000834486035"), false),
        ] {
            assert_eq!(tax_id(&print).as_deref(), id, "{print}");
            assert_eq!(longer_run(&print, id.unwrap_or_default()).is_some(), longer, "{print}");
        }
    }
}
