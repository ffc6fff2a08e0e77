//! Values with their evidence while they are collected, and the forms in which data writes them.
//! Knows nothing of element names.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::document::markup::Element;
use crate::invoice::{Invoice, InvoiceCode, InvoiceType, Item, Money, Quantity, TaxRate};
use crate::reader::shape;
use crate::report::{Evidence, EvidenceSource};

/// Lines that one invoice may have; the tax platform allows two thousand.
pub const MAX_ITEMS: usize = 2500;

/// What one source says, as it grows.
#[derive(Debug, Default)]
pub struct Values {
    /// The meaning.
    pub invoice: Invoice,
    /// The evidence by path.
    pub fields: BTreeMap<String, Evidence>,
}

impl Values {
    /// A value's meaning; its text becomes the evidence. None for a text without a value.
    pub fn take<T>(&mut self, path: &str, text: Option<&str>, meaning: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = text?.trim();
        let value = meaning(text)?;
        let evidence = Evidence {
            text: Some(text.to_owned()),
            confidence: Some(1.0),
            page: 1,
            sources: vec![EvidenceSource::Xml],
            ..Evidence::default()
        };
        self.fields.insert(path.to_owned(), evidence);
        Some(value)
    }

    /// As [`Values::take`], for a text that is its own value.
    pub fn take_text(&mut self, path: &str, text: Option<&str>) -> Option<String> {
        self.take(path, text, |text| (!text.is_empty() && !is_blank_mark(text)).then(|| text.to_owned()))
    }

    /// One line of goods; left out when it says nothing.
    pub fn add_item(&mut self, texts: &ItemTexts<'_>) {
        let index = self.invoice.items.len();
        let path = |leaf: &str| format!("items[{index}].{leaf}");
        let mut item = Item {
            name: self.take_text(&path("name"), texts.name),
            amount: self.take(&path("amount"), texts.amount, money),
            tax_rate: self.take(&path("tax_rate"), texts.tax_rate, rate),
            tax_amount: self.take(&path("tax_amount"), texts.tax_amount, money),
            ..Item::default()
        };
        // Toll invoices put plate, vehicle and the two days of passage into the same four places.
        let days = texts.quantity.and_then(solid_day).zip(texts.unit_price.and_then(solid_day));
        if let Some((start, end)) = days {
            item.plate_number = self.take_text(&path("plate_number"), texts.specification);
            item.vehicle_type = self.take_text(&path("vehicle_type"), texts.unit);
            item.passage_start = self.take_text(&path("passage_start"), Some(&start));
            item.passage_end = self.take_text(&path("passage_end"), Some(&end));
        } else {
            item.specification = self.take_text(&path("specification"), texts.specification);
            item.unit = self.take_text(&path("unit"), texts.unit);
            item.quantity = self.take(&path("quantity"), texts.quantity, quantity);
            item.unit_price = self.take(&path("unit_price"), texts.unit_price, quantity);
        }
        if item != Item::default() {
            self.invoice.items.push(item);
        }
    }

    /// The type as far as code and number tell it.
    pub fn settle_type(&mut self, is_special: bool) {
        let invoice = &mut self.invoice;
        let by_code = invoice.invoice_code.as_deref().and_then(InvoiceCode::parse).and_then(|c| c.invoice_type());
        let digital = invoice.invoice_code.is_none() && invoice.invoice_number.as_ref().is_some_and(|n| n.len() == 20);
        let kind = match (by_code, digital, is_special) {
            (Some(kind), ..) => kind,
            (None, true, true) => InvoiceType::DigitalSpecial,
            (None, true, false) => InvoiceType::DigitalCommon,
            (None, false, true) => InvoiceType::ElectronicSpecial,
            (None, false, false) => InvoiceType::ElectronicCommon,
        };
        invoice.r#type = kind;
    }
}

/// A line's texts, as the data has them.
#[derive(Clone, Copy, Debug, Default)]
pub struct ItemTexts<'a> {
    pub name: Option<&'a str>,
    pub specification: Option<&'a str>,
    pub unit: Option<&'a str>,
    pub quantity: Option<&'a str>,
    pub unit_price: Option<&'a str>,
    pub amount: Option<&'a str>,
    pub tax_rate: Option<&'a str>,
    pub tax_amount: Option<&'a str>,
}

/// The text of the first element of a name that has any, wherever it stands.
pub fn text_of<'a>(root: &'a Element, name: &str) -> Option<&'a str> {
    let own = root.is(name).then(|| root.text()).flatten();
    own.or_else(|| root.children().iter().find_map(|child| text_of(child, name)))
}

/// Elements of a name, wherever they stand, in order.
pub fn all_of<'a>(root: &'a Element, name: &str, found: &mut Vec<&'a Element>) {
    for child in root.children() {
        if child.is(name) {
            if found.len() < MAX_ITEMS {
                found.push(child);
            }
        } else {
            all_of(child, name, found);
        }
    }
}

/// Stars and strokes stand for "none".
fn is_blank_mark(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '*' | '-' | '/' | '\\'))
}

/// Yuan with at least the two places that are always printed; data may drop zeros.
pub fn money(text: &str) -> Option<Money> {
    let mut amount: Money = text.trim().trim_start_matches(['¥', '￥']).parse().ok()?;
    if amount.0.scale() < 2 {
        amount.0.rescale(2);
    }
    let normal = amount.0.normalize();
    (normal.scale() <= 2).then(|| {
        amount.0.rescale(2);
        amount
    })
}

/// A quantity or a unit price.
pub fn quantity(text: &str) -> Option<Quantity> {
    text.parse().ok()
}

/// A rate: `6%`, `0.06`, `6`, or the words in its place.
pub fn rate(text: &str) -> Option<TaxRate> {
    let rate: TaxRate = text.parse().ok()?;
    let rate = match rate {
        TaxRate::Fraction(percent) if !text.contains(['%', '％']) && percent >= Decimal::ONE => {
            TaxRate::Fraction((percent / Decimal::ONE_HUNDRED).normalize())
        }
        TaxRate::Fraction(fraction) => TaxRate::Fraction(fraction.normalize()),
        word => word,
    };
    rate.is_legal().then_some(rate)
}

/// A day in any form, the time of day left out.
pub fn date(text: &str) -> Option<Date> {
    let digits = shape::digits(text);
    shape::date(text).or_else(|| (digits.len() >= 14).then(|| digits.get(..8).and_then(shape::date)).flatten())
}

/// `20240501`, and a day in no other form.
fn solid_day(text: &str) -> Option<String> {
    let text = text.trim();
    (text.len() == 8 && shape::date(text).is_some()).then(|| text.to_owned())
}

/// Digits of one of these lengths, spaces between them dropped.
pub fn digits(lengths: &'static [usize]) -> impl Fn(&str) -> Option<String> {
    move |text| {
        let solid = shape::plain(text);
        (lengths.contains(&solid.len()) && solid.bytes().all(|b| b.is_ascii_digit())).then_some(solid)
    }
}

/// A check code: 20 digits, or the five characters of the chain.
pub fn check_code(text: &str) -> Option<String> {
    let solid = shape::plain(text);
    (matches!(solid.len(), 5 | 20) && solid.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(solid)
}

/// A taxpayer's id as it stands: data has no misread characters to mend.
pub fn tax_id(text: &str) -> Option<String> {
    let solid = shape::plain(text).to_uppercase();
    let fits = (6..=20).contains(&solid.len()) && solid.bytes().all(|b| b.is_ascii_alphanumeric());
    (fits && solid.bytes().any(|b| b != b'0')).then_some(solid)
}
