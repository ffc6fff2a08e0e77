//! Values with their evidence while they are collected, and the forms in which data writes them.
//! Knows nothing of element names.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::document;
use crate::document::markup::Element;
use crate::invoice::{
    self, ChainLink, Column, DigitalNumber, Field, FieldKind, FieldValue, InvoiceCode, InvoiceType, Item, Money,
    QrPayload, TaxRate, plain,
};
use crate::ocr;
use crate::reader::sources::{SourceValues, evidence_of};
use crate::reader::values::value_parsers;
use crate::report::{Evidence, EvidenceSource};

/// Lines that one invoice may have; the tax platform allows two thousand.
pub(super) const MAX_ITEMS: usize = 2500;

/// Filled from data.
impl SourceValues {
    /// Fills a field as data of its kind is understood; a text without a value is passed over.
    pub(super) fn put(&mut self, field: Field, text: Option<&str>) {
        self.put_as(field, text, |text| value(field, text));
    }

    /// As [`Self::put`], for a text that is understood in its own way; it becomes the evidence.
    pub(super) fn put_as<'v, V: Into<FieldValue<'v>>>(
        &mut self,
        field: Field,
        text: Option<&str>,
        meaning: impl FnOnce(&str) -> Option<V>,
    ) {
        let Some(text) = text.map(str::trim) else { return };
        let Some(value) = meaning(text) else { return };
        let evidence = Evidence { text: Some(text.to_owned()), ..evidence_of(EvidenceSource::Xml) };
        self.invoice.set(field, Some(value.into()));
        self.fields.insert(field, evidence);
    }

    /// One line of goods from its texts by column; left out when it says nothing.
    pub(super) fn add_item<'t>(&mut self, text: impl Fn(Column) -> Option<&'t str>) {
        let row = self.invoice.items.len();
        self.invoice.items.push(Item::default());
        let is_day = |column| text(column).is_some_and(is_solid_day);
        let toll = is_day(Column::Quantity) && is_day(Column::UnitPrice);
        for column in Column::ALL {
            let column_read = if toll { on_toll_invoice(*column) } else { *column };
            self.put(Field::Cell(row, column_read), text(*column));
        }
        if self.invoice.items[row] == Item::default() {
            self.invoice.items.pop();
        }
    }

    /// The type as far as code and number tell it.
    pub(super) fn decide_type(&mut self, is_special: bool) {
        let invoice = &mut self.invoice;
        let by_code = invoice.invoice_code.as_deref().and_then(InvoiceCode::parse).and_then(|c| c.invoice_type());
        let digital = invoice.invoice_code.is_none()
            && invoice.invoice_number.as_ref().is_some_and(|n| n.len() == DigitalNumber::LENGTH);
        invoice.r#type = match (by_code, digital, is_special) {
            (Some(kind), ..) => kind,
            (None, true, true) => InvoiceType::DigitalSpecial,
            (None, true, false) => InvoiceType::DigitalCommon,
            (None, false, true) => InvoiceType::ElectronicSpecial,
            (None, false, false) => InvoiceType::ElectronicCommon,
        };
    }
}

/// Toll invoices put plate, vehicle and the two days of passage into the places of four other columns.
fn on_toll_invoice(column: Column) -> Column {
    match column {
        Column::Specification => Column::PlateNumber,
        Column::Unit => Column::VehicleType,
        Column::Quantity => Column::PassageStart,
        Column::UnitPrice => Column::PassageEnd,
        other => other,
    }
}

/// The value of a field in a text of it, as data writes values of its kind.
fn value(field: Field, text: &str) -> Option<FieldValue<'static>> {
    Some(match field.kind() {
        FieldKind::Money => money(text)?.into(),
        FieldKind::Rate => rate(text)?.into(),
        FieldKind::Date => date(text)?.into(),
        FieldKind::TaxId => tax_id(text)?.into(),
        FieldKind::Digits => digits(text, field.lengths())?.into(),
        FieldKind::Quantity => return FieldKind::Quantity.parse(text),
        _ if field == Field::CheckCode => check_code(text)?.into(),
        _ => (!text.is_empty() && !is_blank_mark(text)).then(|| text.to_owned())?.into(),
    })
}

/// The text of the first element of a name that has any, wherever it stands.
pub(super) fn text_of<'a>(root: &'a Element, name: &str) -> Option<&'a str> {
    let own = root.is(name).then(|| root.text()).flatten();
    own.or_else(|| root.children().iter().find_map(|child| text_of(child, name)))
}

/// Elements of a name, wherever they stand, in order.
pub(super) fn all_of<'a>(root: &'a Element, name: &str) -> Vec<&'a Element> {
    let of_child = |child: &'a Element| if child.is(name) { vec![child] } else { all_of(child, name) };
    root.children().iter().flat_map(of_child).take(MAX_ITEMS).collect()
}

/// Stars and strokes stand for "none".
fn is_blank_mark(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '*' | '-' | '/' | '\\'))
}

/// Yuan with the two places that are always printed; data may drop zeros.
fn money(text: &str) -> Option<Money> {
    let mut amount: Money = text.parse().ok()?;
    (amount.0.normalize().scale() <= 2).then(|| {
        amount.0.rescale(2);
        amount
    })
}

/// A rate: `6%`, `0.06`, `6`, or the words in its place.
fn rate(text: &str) -> Option<TaxRate> {
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
fn date(text: &str) -> Option<Date> {
    let digits = value_parsers::digits(text);
    value_parsers::date(text).or_else(|| digits.get(..8).filter(|_| digits.len() >= 14).and_then(value_parsers::date))
}

/// `20240501`, and a day in no other form.
fn is_solid_day(text: &str) -> bool {
    let text = text.trim();
    text.len() == 8 && value_parsers::date(text).is_some()
}

/// Digits of one of these lengths.
pub(super) fn digits(text: &str, lengths: &[usize]) -> Option<String> {
    invoice::digits(text).filter(|digits| lengths.contains(&digits.len()))
}

/// A check code: 20 digits, or the five characters of the chain.
fn check_code(text: &str) -> Option<String> {
    let solid = plain(text);
    (Field::CheckCode.has_length_of(&solid) && solid.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(solid)
}

/// What a QR code says: data keeps that as it is, in base64, or as the code's own picture in base64.
pub(super) fn qr_code(text: &str) -> Option<String> {
    let is_ours = |text: &str| QrPayload::parse(text).is_some() || ChainLink::parse(text).is_some();
    let solid: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let bytes = if is_ours(text) { None } else { STANDARD.decode(solid).ok() };
    let Some(bytes) = bytes else { return (!text.is_empty()).then(|| text.to_owned()) };
    if let Ok(said) = std::str::from_utf8(&bytes) {
        return Some(said.trim().to_owned()).filter(|said| is_ours(said));
    }
    let codes = document::decode_picture(&bytes).map(|picture| ocr::find_codes(&picture)).unwrap_or_default();
    codes.into_iter().map(|code| code.text).find(|said| is_ours(said))
}

/// A taxpayer's id as it stands: data has no misread characters to mend.
fn tax_id(text: &str) -> Option<String> {
    let solid = plain(text).to_uppercase();
    let fits = (6..=20).contains(&solid.len()) && solid.bytes().all(|b| b.is_ascii_alphanumeric());
    (fits && solid.bytes().any(|b| b != b'0')).then_some(solid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_qr_code_is_understood_in_every_form_that_data_keeps() {
        const SAID: &str = "01,10,031001900111,12345678,442.48,20190114,70497714341554189588,8F2A,";
        for form in [SAID.to_owned(), STANDARD.encode(SAID)] {
            assert_eq!(qr_code(&form).as_deref(), Some(SAID));
        }
        let picture = include_bytes!("../../../../../tests/fixtures/digital.png");
        assert!(qr_code(&STANDARD.encode(picture)).is_some_and(|said| said.starts_with("01,3")));
        assert_eq!(qr_code(&STANDARD.encode([0x89, b'P', b'N', b'G'])), None);
        assert_eq!(qr_code("某某二维码").as_deref(), Some("某某二维码"));
        assert_eq!(qr_code(""), None);
    }
}
