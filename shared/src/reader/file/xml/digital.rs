//! The fully digital invoice's words: `EInvoice` as the tax platform delivers it (数电票 XML).
//! Knows nothing of older invoices.

use crate::document::markup::Element;
use crate::invoice::{Column, DigitalNumber, Field, FieldKind};
use crate::reader::sources::SourceValues;

use super::parse::{self, all_of, text_of};

/// Fields with their names, the preferred one first.
const NAMES: [(Field, &[&str]); 10] = [
    (Field::IssueDate, &["IssueTime", "RequestTime"]),
    (Field::BuyerName, &["BuyerName"]),
    (Field::BuyerTaxId, &["BuyerIdNum"]),
    (Field::SellerName, &["SellerName"]),
    (Field::SellerTaxId, &["SellerIdNum"]),
    (Field::TotalAmount, &["TotalAmWithoutTax"]),
    (Field::TotalTax, &["TotalTaxAm"]),
    (Field::GrandTotal, &["TotalTax-includedAmount"]),
    (Field::GrandTotalWords, &["TotalTax-includedAmountInChinese"]),
    (Field::Drawer, &["Drawer"]),
];

/// Whether a tree speaks this language.
pub(super) fn is(root: &Element) -> bool {
    root.find("EInvoiceData").is_some() || root.find("TaxSupervisionInfo").is_some()
}

/// Everything that the tree says under these names. Addresses, banks and tax categories stay out: the digital
/// invoice prints them nowhere but in its remarks, and the same invoice as PDF must give the same Report.
pub(super) fn read(root: &Element) -> SourceValues {
    let mut values = SourceValues::default();
    let number = text_of(root, "InvoiceNumber").or_else(|| text_of(root, "EIid"));
    values.put_as(Field::InvoiceNumber, number, |text| parse::digits(text, &[DigitalNumber::LENGTH]));
    for (field, names) in NAMES {
        values.put(field, names.iter().find_map(|name| text_of(root, name)));
    }
    for line in all_of(root, "IssuItemInformation") {
        values.add_item(|column| cell(line, column));
    }
    let remarks = root.find("AdditionalInformation").and_then(|more| more.child_text("Remark"));
    values.put(Field::Remarks, remarks);
    let label = root.find("GeneralOrSpecialVAT").or_else(|| root.find("InherentLabel"));
    values.decide_type(label.is_some_and(says_special));
    values
}

fn says_special(label: &Element) -> bool {
    label.raw_text().contains('专') || label.children().iter().any(says_special)
}

fn cell(line: &Element, column: Column) -> Option<&str> {
    let text = line.child_text(match column {
        Column::Name => "ItemName",
        Column::Specification => "SpecMod",
        Column::Unit => "MeaUnits",
        Column::Quantity => "Quantity",
        Column::UnitPrice => "UnPrice",
        Column::Amount => "Amount",
        Column::TaxRate => "TaxRate",
        Column::TaxAmount => "ComTaxAm",
        _ => return None,
    });
    // A rate of zero stands for 0 %, 免税 and 不征税 alike; which of them is printed, only the page tells.
    let is_zero = |rate: &&str| {
        let rate = FieldKind::Quantity.parse(rate.trim_end_matches('%')).and_then(|rate| rate.number());
        rate.is_some_and(|rate| rate.is_zero())
    };
    text.filter(|text| column != Column::TaxRate || !is_zero(text))
}
