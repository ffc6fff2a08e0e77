//! The kinds of value that fields have, and for each its one strict parser and its usual print. What OCR, XML or a
//! vendor does to a value stands around these, where that is known. Knows nothing of single fields.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::Date;
use rust_decimal::Decimal;
use unicode_normalization::UnicodeNormalization;

use super::{Money, Quantity, TaxId, TaxRate, plain};

/// What kind of value a field has: how a print becomes a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// One line; a wrapped one is joined.
    Line,
    /// Several lines, kept apart.
    Block,
    /// Exactly as printed.
    Verbatim,
    /// Spaces do not count.
    Compact,
    /// Digits alone, spaces between them dropped.
    Digits,
    /// A taxpayer's id.
    TaxId,
    /// An amount in words, without the mark before it.
    Words,
    /// Yuan.
    Money,
    /// A quantity or a unit price.
    Quantity,
    /// A rate, or the word in its place.
    Rate,
    /// A day.
    Date,
    /// Yes or no.
    Flag,
    /// No single value: the kind of invoice, the table of goods.
    Whole,
}

/// A value of any field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue<'a> {
    /// Of a line, a block, digits, an id or words.
    Text(Cow<'a, str>),
    /// Yuan.
    Money(Money),
    /// A quantity or a unit price.
    Quantity(Quantity),
    /// A rate.
    Rate(TaxRate),
    /// A day.
    Date(Date),
    /// Yes or no.
    Flag(bool),
}

impl FieldKind {
    /// The meaning of a print of this kind and nothing else; none where it has none.
    pub fn parse(self, print: &str) -> Option<FieldValue<'static>> {
        let text = match self {
            Self::Line => print.lines().map(str::trim).collect(),
            Self::Block => print.replace("\r\n", "\n").trim().to_owned(),
            Self::Verbatim => print.to_owned(),
            Self::Compact => plain(print),
            Self::Digits => digits(print)?,
            Self::TaxId => tax_id(print)?,
            Self::Words => print.lines().map(str::trim).collect::<String>().trim_start_matches(WORDS_MARKS).to_owned(),
            Self::Money => return print.parse().ok().map(FieldValue::Money),
            Self::Quantity => return print.parse().ok().map(FieldValue::Quantity),
            Self::Rate => return print.parse().ok().map(FieldValue::Rate),
            Self::Date => return date(print).map(FieldValue::Date),
            Self::Flag => return flag(print).map(FieldValue::Flag),
            Self::Whole => return None,
        };
        (!text.is_empty()).then_some(FieldValue::Text(Cow::Owned(text)))
    }
}

/// The crossed circle before an amount in words, and what it is read as.
const WORDS_MARKS: [char; 7] = ['⊗', 'ⓧ', 'Ⓧ', '×', 'x', 'X', ' '];

/// Digits and nothing else.
pub fn digits(print: &str) -> Option<String> {
    let solid = plain(print);
    (!solid.is_empty() && solid.bytes().all(|b| b.is_ascii_digit())).then_some(solid)
}

/// A taxpayer's id in one of the shapes in use, and nothing else.
pub fn tax_id(print: &str) -> Option<String> {
    let id = plain(print).to_uppercase();
    TaxId::parse(&id).is_some().then_some(id)
}

/// A day and nothing else, in any of the forms that are printed: `2019年1月14日`, `2024-01-02`, `2024 1 2`, `20240102`.
pub fn date(print: &str) -> Option<Date> {
    let folded: String = print.nfkc().collect();
    let parts: Vec<&str> = folded.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let (year, month, day) = match parts.as_slice() {
        [year, month, day] if year.len() == 4 => (*year, *month, *day),
        [whole] if whole.len() == 8 => (&whole[..4], &whole[4..6], &whole[6..]),
        _ => return None,
    };
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn flag(print: &str) -> Option<bool> {
    match plain(print).to_lowercase().as_str() {
        "true" | "1" | "是" | "有" | "代开" => Some(true),
        "false" | "0" | "否" | "无" => Some(false),
        _ => None,
    }
}

impl FieldValue<'_> {
    /// How an invoice usually prints it. Flags, which no invoice prints, are as in JSON.
    pub fn print(&self) -> String {
        match self {
            Self::Date(d) => format!("{}年{:02}月{:02}日", d.year(), d.month(), d.day()),
            Self::Rate(TaxRate::Exempt) => "免税".to_owned(),
            Self::Rate(TaxRate::NotTaxable) => "不征税".to_owned(),
            Self::Rate(TaxRate::Fraction(rate)) => format!("{}%", (rate * Decimal::ONE_HUNDRED).normalize()),
            other => other.to_string(),
        }
    }

    /// The number in an amount, a quantity or a rate.
    pub fn number(&self) -> Option<Decimal> {
        match self {
            Self::Money(money) => Some(money.0),
            Self::Quantity(quantity) => Some(quantity.0),
            Self::Rate(rate) => rate.fraction(),
            _ => None,
        }
    }

    /// The same value, owning its text.
    pub fn into_owned(self) -> FieldValue<'static> {
        match self {
            Self::Text(text) => text.into_owned().into(),
            Self::Money(money) => money.into(),
            Self::Quantity(quantity) => quantity.into(),
            Self::Rate(rate) => rate.into(),
            Self::Date(date) => date.into(),
            Self::Flag(flag) => flag.into(),
        }
    }
}

/// As in JSON.
impl fmt::Display for FieldValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Money(money) => money.fmt(f),
            Self::Quantity(quantity) => quantity.fmt(f),
            Self::Rate(rate) => rate.fmt(f),
            Self::Date(date) => date.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
        }
    }
}

/// Where the model keeps a value.
pub(super) trait FieldSlot {
    fn get(&self) -> Option<FieldValue<'_>>;
    /// A value of another kind leaves the slot empty.
    fn set(&mut self, value: Option<FieldValue<'_>>);
}

impl FieldSlot for Option<String> {
    fn get(&self) -> Option<FieldValue<'_>> {
        self.as_deref().map(FieldValue::from)
    }

    fn set(&mut self, value: Option<FieldValue<'_>>) {
        *self = match value {
            Some(FieldValue::Text(text)) => Some(text.into_owned()),
            _ => None,
        };
    }
}

impl From<String> for FieldValue<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<&'a str> for FieldValue<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

macro_rules! slots {
    ($($variant:ident($value:ty)),+) => {$(
        impl FieldSlot for Option<$value> {
            fn get(&self) -> Option<FieldValue<'_>> {
                self.map(FieldValue::$variant)
            }

            fn set(&mut self, value: Option<FieldValue<'_>>) {
                *self = match value {
                    Some(FieldValue::$variant(value)) => Some(value),
                    _ => None,
                };
            }
        }

        impl From<$value> for FieldValue<'_> {
            fn from(value: $value) -> Self {
                Self::$variant(value)
            }
        }
    )+};
}
slots!(Money(Money), Quantity(Quantity), Rate(TaxRate), Date(Date), Flag(bool));

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: FieldKind, print: &str) -> Option<String> {
        kind.parse(print).map(|value| value.to_string())
    }

    #[test]
    fn a_print_becomes_the_meaning_of_its_kind() {
        for (kind, print, meaning) in [
            (FieldKind::Line, "某某\n公司 ", "某某公司"),
            (FieldKind::Block, " 一\r\n二\n", "一\n二"),
            (FieldKind::Verbatim, " 13% ", " 13% "),
            (FieldKind::Compact, "70497 71434", "7049771434"),
            (FieldKind::Digits, "０1 23", "0123"),
            (FieldKind::TaxId, "9131 0000 8344 86035u", "91310000834486035U"),
            (FieldKind::Words, "⊗ 伍佰\n元整", "伍佰元整"),
            (FieldKind::Money, "￥1,234.50", "1234.50"),
            (FieldKind::Quantity, "52.11509434", "52.11509434"),
            (FieldKind::Rate, "13%", "0.13"),
            (FieldKind::Date, "2024年1月2日", "2024-01-02"),
            (FieldKind::Flag, "有", "true"),
        ] {
            assert_eq!(read(kind, print).as_deref(), Some(meaning), "{print:?}");
        }
    }

    #[test]
    fn what_is_not_of_the_kind_alone_has_no_meaning() {
        for (kind, print) in [
            (FieldKind::Line, " \n"),
            (FieldKind::Digits, "No 1"),
            (FieldKind::Digits, ""),
            (FieldKind::TaxId, "识别号:91310000834486035U"),
            (FieldKind::TaxId, "12345"),
            (FieldKind::Money, "***"),
            (FieldKind::Date, "2024年13月40日"),
            (FieldKind::Date, "2024-01-02 10:20:30"),
            (FieldKind::Date, "1年2月"),
            (FieldKind::Flag, "也许"),
            (FieldKind::Whole, "special"),
        ] {
            assert_eq!(read(kind, print), None, "{print:?}");
        }
    }

    #[test]
    fn days_are_read_in_every_printed_form() {
        for print in
            ["2024年01月02日", "2024年1月2日", "2024-01-02", "20240102", "2024/1/2", "２０２４年１月２日", "2024 01 02"]
        {
            assert_eq!(date(print), Some(Date::constant(2024, 1, 2)), "{print:?}");
        }
    }

    #[test]
    fn a_print_of_a_value_has_that_value_as_its_meaning() {
        for (kind, print) in [
            (FieldKind::Date, "2024年01月02日"),
            (FieldKind::Rate, "1.5%"),
            (FieldKind::Rate, "免税"),
            (FieldKind::Rate, "不征税"),
            (FieldKind::Money, "-12.30"),
            (FieldKind::Digits, "0123"),
        ] {
            assert_eq!(kind.parse(print).unwrap().print(), print);
        }
    }
}
