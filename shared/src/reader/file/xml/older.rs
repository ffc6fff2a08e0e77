//! The tax control system's words: `original_invoice.xml` and an OFD's custom tags (GB/T 36609 e-invoices).
//! Knows nothing of the fully digital invoice.

use crate::document::markup::Element;
use crate::invoice::{Column, Field, InvoiceType};
use crate::reader::sources::SourceValues;

use super::parse::{self, all_of, text_of};

/// Fields with their names.
const NAMES: [(Field, &str); 19] = [
    (Field::InvoiceCode, "InvoiceCode"),
    (Field::InvoiceNumber, "InvoiceNo"),
    (Field::IssueDate, "IssueDate"),
    (Field::CheckCode, "InvoiceCheckCode"),
    (Field::MachineNumber, "MachineNo"),
    (Field::BuyerName, "BuyerName"),
    (Field::BuyerTaxId, "BuyerTaxID"),
    (Field::BuyerAddressPhone, "BuyerAddrTel"),
    (Field::BuyerBankAccount, "BuyerFinancialAccount"),
    (Field::SellerName, "SellerName"),
    (Field::SellerTaxId, "SellerTaxID"),
    (Field::SellerAddressPhone, "SellerAddrTel"),
    (Field::SellerBankAccount, "SellerFinancialAccount"),
    (Field::TotalAmount, "TaxExclusiveTotalAmount"),
    (Field::TotalTax, "TaxTotalAmount"),
    (Field::GrandTotal, "TaxInclusiveTotalAmount"),
    (Field::Payee, "Payee"),
    (Field::Reviewer, "Checker"),
    (Field::Drawer, "InvoiceClerk"),
];

/// Characters a row of the cipher area, four rows in all.
const CIPHER_ROWS: [usize; 2] = [27, 28];

/// Everything that the tree says under these names.
pub(super) fn read(root: &Element) -> SourceValues {
    let mut values = SourceValues::default();
    for (field, name) in NAMES {
        values.put(field, text_of(root, name));
    }
    values.put_as(Field::CipherText, text_of(root, "TaxControlCode"), cipher);
    values.put(Field::Remarks, text_of(root, "Note"));
    values.put_as(Field::QrCode, text_of(root, "GraphCode"), parse::qr_code);
    for line in all_of(root, "GoodsInfo") {
        values.add_item(|column| cell(line, column));
    }
    values.decide_type(false);
    // The title's mark, which only the page has, tells a toll invoice that an older code does not.
    let tolls = values.invoice.items.iter().any(|i| i.passage_start.is_some());
    if tolls && values.invoice.r#type == InvoiceType::ElectronicCommon {
        values.invoice.r#type = InvoiceType::ElectronicToll;
    }
    values
}

/// As [`read`], for labels over the page's own text: lines of goods come without their structure, and remarks and the
/// cipher with some of their rows, so the page tells these better.
pub(super) fn read_labels(root: &Element) -> SourceValues {
    let mut values = read(root);
    values.invoice.items.clear();
    (values.invoice.remarks, values.invoice.cipher_text) = (None, None);
    values.fields.retain(|field, _| !matches!(field, Field::Cell(..) | Field::Remarks | Field::CipherText));
    values
}

/// The cipher in its printed rows, which some producers run together.
fn cipher(text: &str) -> Option<String> {
    let rows: Vec<&str> = text.split_whitespace().collect();
    let solid: Vec<char> = rows.concat().chars().collect();
    let width = CIPHER_ROWS.iter().find(|width| **width * 4 == solid.len());
    let printed = match (rows.len(), width) {
        (1, Some(width)) => {
            let rows: Vec<String> = solid.chunks(*width).map(|row| row.iter().collect()).collect();
            rows.join("\n")
        }
        _ => rows.join("\n"),
    };
    (!printed.is_empty()).then_some(printed)
}

fn cell(line: &Element, column: Column) -> Option<&str> {
    line.child_text(match column {
        Column::Name => "Item",
        Column::Specification => "Specification",
        Column::Unit => "MeasurementDimension",
        Column::Quantity => "Quantity",
        Column::UnitPrice => "Price",
        Column::Amount => "Amount",
        Column::TaxRate => "TaxScheme",
        Column::TaxAmount => "TaxAmount",
        _ => return None,
    })
}
