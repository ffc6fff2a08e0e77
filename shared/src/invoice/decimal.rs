//! Decimal numbers as invoices print them: money, quantities, rates. Never floats.
//! Knows nothing of where on the page a number stands.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{plain, unified};

/// The text holds no decimal number of at most 28 digits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number: {0:?}")]
pub struct ParseDecimalError(String);

/// How a type that has a print of its own stands in JSON: as that print.
macro_rules! print_in_json {
    ($name:ident, $pattern:literal) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "pattern": $pattern})
            }
        }
    };
}

macro_rules! decimal_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Decimal);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ParseDecimalError;

            fn from_str(text: &str) -> Result<Self, ParseDecimalError> {
                parse_printed(text).map(Self)
            }
        }

        print_in_json!($name, r"^-?[0-9]+(\.[0-9]+)?$");
    };
}

decimal_type! {
    /// An amount in yuan, with the places that were printed.
    Money
}
decimal_type! {
    /// A quantity or a unit price, with the places that were printed.
    Quantity
}

/// Reads a number as print has it: `¥1,234.50`, `－12.3`, full-width digits, spaces.
fn parse_printed(text: &str) -> Result<Decimal, ParseDecimalError> {
    let bare: String = plain(text).chars().filter(|c| !matches!(c, ',' | '¥')).map(unified).collect();
    let digits = bare.strip_prefix('-').unwrap_or(&bare);
    let well_formed = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.ends_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    if !well_formed {
        return Err(ParseDecimalError(text.to_owned()));
    }
    Decimal::from_str_exact(&bare).map_err(|_| ParseDecimalError(text.to_owned()))
}

/// A tax rate: a fraction (`"0.13"`), or one of the two words that stand in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TaxRate {
    /// A fraction of one: 13 % is 0.13.
    Fraction(Decimal),
    /// 免税.
    Exempt,
    /// 不征税.
    NotTaxable,
}

impl TaxRate {
    /// The rates the law has known since 2016, in thousandths.
    const LEGAL_PER_MILLE: [u32; 12] = [170, 160, 130, 110, 100, 90, 60, 50, 30, 15, 10, 0];

    /// Whether this is a rate that an invoice may lawfully carry.
    pub fn is_legal(&self) -> bool {
        match self {
            Self::Exempt | Self::NotTaxable => true,
            Self::Fraction(rate) => Self::legal().any(|legal| legal == *rate),
        }
    }

    /// The lawful rates as fractions.
    pub fn legal() -> impl Iterator<Item = Decimal> {
        Self::LEGAL_PER_MILLE.into_iter().map(|rate| Decimal::from_parts(rate, 0, 0, false, 3))
    }

    /// The fraction to multiply with; none where the law exempts.
    pub fn fraction(&self) -> Option<Decimal> {
        match self {
            Self::Fraction(rate) => Some(*rate),
            Self::Exempt | Self::NotTaxable => None,
        }
    }
}

impl FromStr for TaxRate {
    type Err = ParseDecimalError;

    /// Takes print (`13%`, `免税`) and our own form (`0.13`, `exempt`).
    fn from_str(text: &str) -> Result<Self, ParseDecimalError> {
        match plain(text).as_str() {
            "免税" | "exempt" => Ok(Self::Exempt),
            "不征税" | "not_taxable" => Ok(Self::NotTaxable),
            other => match other.strip_suffix('%') {
                Some(percent) => parse_printed(percent).map(|p| Self::Fraction((p / Decimal::ONE_HUNDRED).normalize())),
                None => parse_printed(other).map(Self::Fraction),
            },
        }
    }
}

impl fmt::Display for TaxRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fraction(rate) => rate.fmt(f),
            Self::Exempt => f.write_str("exempt"),
            Self::NotTaxable => f.write_str("not_taxable"),
        }
    }
}

print_in_json!(TaxRate, r"^([0-9]+(\.[0-9]+)?|exempt|not_taxable)$");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_keeps_the_printed_places_and_drops_the_dressing() {
        for (print, plain) in [
            ("¥1,234.50", "1234.50"),
            ("￥500.00", "500.00"),
            ("-12.30", "-12.30"),
            ("－12.30", "-12.30"),
            (" 0.06 ", "0.06"),
            ("１２.０", "12.0"),
        ] {
            assert_eq!(print.parse::<Money>().unwrap().to_string(), plain, "{print}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for print in ["", "***", "1.2.3", ".5", "5.", "12a", "--1", "1e5", "¥"] {
            assert!(print.parse::<Money>().is_err(), "{print}");
        }
    }

    #[test]
    fn rates_are_read_from_print_and_from_json() {
        for (print, json) in [
            ("13%", "0.13"),
            ("１３％", "0.13"),
            ("1.5%", "0.015"),
            ("免税", "exempt"),
            ("不征税", "not_taxable"),
            ("0%", "0"),
        ] {
            let rate: TaxRate = print.parse().unwrap();
            assert_eq!(rate.to_string(), json, "{print}");
            assert_eq!(json.parse::<TaxRate>().unwrap(), rate);
            assert!(rate.is_legal());
        }
        assert!(!"14%".parse::<TaxRate>().unwrap().is_legal());
    }
}
