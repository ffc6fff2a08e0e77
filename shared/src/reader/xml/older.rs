//! The tax control system's words: `original_invoice.xml` and an OFD's custom tags (GB/T 36609 e-invoices).
//! Knows nothing of the fully digital invoice.

use crate::document::markup::Element;
use crate::invoice::{InvoiceType, Party};

use super::parse::{self, ItemTexts, Values, all_of, text_of};

/// Characters a row of the cipher area, four rows in all.
const CIPHER_ROWS: [usize; 2] = [27, 28];

/// Everything that the tree says under these names.
pub fn read(root: &Element) -> Values {
    let mut values = Values::default();
    head(&mut values, root);
    values.invoice.buyer = party(&mut values, root, "buyer", "Buyer");
    values.invoice.seller = party(&mut values, root, "seller", "Seller");
    foot(&mut values, root);
    let mut goods = Vec::new();
    all_of(root, "GoodsInfo", &mut goods);
    for line in goods {
        values.add_item(&item(line));
    }
    values.settle_type(false);
    // The title's mark, which only the page has, tells a toll invoice that an older code does not.
    let tolls = values.invoice.items.iter().any(|i| i.passage_start.is_some());
    if tolls && values.invoice.r#type == InvoiceType::ElectronicCommon {
        values.invoice.r#type = InvoiceType::ElectronicToll;
    }
    values
}

/// As [`read`], for labels over the page's own text: lines of goods come without their structure, and remarks and the
/// cipher with some of their rows, so the page tells these better.
pub fn read_labels(root: &Element) -> Values {
    let mut values = read(root);
    values.invoice.items.clear();
    (values.invoice.remarks, values.invoice.cipher_text) = (None, None);
    values.fields.retain(|path, _| !path.starts_with("items") && path != "remarks" && path != "cipher_text");
    values
}

fn head(values: &mut Values, root: &Element) {
    let invoice_code = values.take("invoice_code", text_of(root, "InvoiceCode"), parse::digits(&[10, 12]));
    let number = values.take("invoice_number", text_of(root, "InvoiceNo"), parse::digits(&[8, 20]));
    let date = values.take("issue_date", text_of(root, "IssueDate"), parse::date);
    let check_code = values.take("check_code", text_of(root, "InvoiceCheckCode"), parse::check_code);
    let machine = values.take("machine_number", text_of(root, "MachineNo"), parse::digits(&[12]));
    let cipher = values.take("cipher_text", text_of(root, "TaxControlCode"), cipher);
    let qr_code = values.take_text("qr_code", text_of(root, "GraphCode"));
    let invoice = &mut values.invoice;
    (invoice.invoice_code, invoice.invoice_number, invoice.issue_date) = (invoice_code, number, date);
    (invoice.check_code, invoice.machine_number) = (check_code, machine);
    (invoice.cipher_text, invoice.qr_code) = (cipher, qr_code);
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

fn party(values: &mut Values, root: &Element, prefix: &str, word: &str) -> Party {
    let path = |leaf: &str| format!("{prefix}.{leaf}");
    let text = |leaf: &str| text_of(root, &format!("{word}{leaf}"));
    Party {
        name: values.take_text(&path("name"), text("Name")),
        tax_id: values.take(&path("tax_id"), text("TaxID"), parse::tax_id),
        address_phone: values.take_text(&path("address_phone"), text("AddrTel")),
        bank_account: values.take_text(&path("bank_account"), text("FinancialAccount")),
    }
}

fn foot(values: &mut Values, root: &Element) {
    let total_amount = values.take("total_amount", text_of(root, "TaxExclusiveTotalAmount"), parse::money);
    let total_tax = values.take("total_tax", text_of(root, "TaxTotalAmount"), parse::money);
    let grand_total = values.take("grand_total", text_of(root, "TaxInclusiveTotalAmount"), parse::money);
    let remarks = values.take_text("remarks", text_of(root, "Note"));
    let payee = values.take_text("payee", text_of(root, "Payee"));
    let reviewer = values.take_text("reviewer", text_of(root, "Checker"));
    let drawer = values.take_text("drawer", text_of(root, "InvoiceClerk"));
    let invoice = &mut values.invoice;
    (invoice.total_amount, invoice.total_tax, invoice.grand_total) = (total_amount, total_tax, grand_total);
    (invoice.remarks, invoice.payee, invoice.reviewer, invoice.drawer) = (remarks, payee, reviewer, drawer);
}

fn item(line: &Element) -> ItemTexts<'_> {
    ItemTexts {
        name: line.child_text("Item"),
        specification: line.child_text("Specification"),
        unit: line.child_text("MeasurementDimension"),
        quantity: line.child_text("Quantity"),
        unit_price: line.child_text("Price"),
        amount: line.child_text("Amount"),
        tax_rate: line.child_text("TaxScheme"),
        tax_amount: line.child_text("TaxAmount"),
    }
}
