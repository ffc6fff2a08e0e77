//! The fully digital invoice's words: `EInvoice` as the tax platform delivers it (数电票 XML).
//! Knows nothing of older invoices.

use crate::document::markup::Element;
use crate::invoice::Party;

use super::parse::{self, ItemTexts, Values, all_of, text_of};

/// Whether a tree speaks this language.
pub fn is(root: &Element) -> bool {
    root.find("EInvoiceData").is_some() || root.find("TaxSupervisionInfo").is_some()
}

/// Everything that the tree says under these names. Addresses, banks and tax categories stay out: the digital
/// invoice prints them nowhere but in its remarks, and the same invoice as PDF must give the same Report.
pub fn read(root: &Element) -> Values {
    let mut values = Values::default();
    let number = text_of(root, "InvoiceNumber").or_else(|| text_of(root, "EIid"));
    values.invoice.invoice_number = values.take("invoice_number", number, parse::digits(&[20]));
    let day = text_of(root, "IssueTime").or_else(|| text_of(root, "RequestTime"));
    values.invoice.issue_date = values.take("issue_date", day, parse::date);
    values.invoice.buyer = party(&mut values, root, "buyer", "Buyer");
    values.invoice.seller = party(&mut values, root, "seller", "Seller");
    totals(&mut values, root);
    let mut lines = Vec::new();
    all_of(root, "IssuItemInformation", &mut lines);
    for line in lines {
        values.add_item(&item(line));
    }
    let remarks = root.find("AdditionalInformation").and_then(|more| more.child_text("Remark"));
    values.invoice.remarks = values.take_text("remarks", remarks);
    values.invoice.drawer = values.take_text("drawer", text_of(root, "Drawer"));
    let label = root.find("GeneralOrSpecialVAT").or_else(|| root.find("InherentLabel"));
    values.settle_type(label.is_some_and(says_special));
    values
}

fn says_special(label: &Element) -> bool {
    label.raw_text().contains('专') || label.children().iter().any(says_special)
}

fn party(values: &mut Values, root: &Element, prefix: &str, word: &str) -> Party {
    let text = |leaf: &str| text_of(root, &format!("{word}{leaf}"));
    Party {
        name: values.take_text(&format!("{prefix}.name"), text("Name")),
        tax_id: values.take(&format!("{prefix}.tax_id"), text("IdNum"), parse::tax_id),
        ..Party::default()
    }
}

fn totals(values: &mut Values, root: &Element) {
    let total_amount = values.take("total_amount", text_of(root, "TotalAmWithoutTax"), parse::money);
    let total_tax = values.take("total_tax", text_of(root, "TotalTaxAm"), parse::money);
    let grand_total = values.take("grand_total", text_of(root, "TotalTax-includedAmount"), parse::money);
    let words = values.take_text("grand_total_words", text_of(root, "TotalTax-includedAmountInChinese"));
    let invoice = &mut values.invoice;
    (invoice.total_amount, invoice.total_tax) = (total_amount, total_tax);
    (invoice.grand_total, invoice.grand_total_words) = (grand_total, words);
}

fn item(line: &Element) -> ItemTexts<'_> {
    // Zero stands for 0 %, 免税 and 不征税 alike; which of them is printed, only the page tells.
    let is_zero = |rate: &&str| parse::quantity(rate.trim_end_matches('%')).is_some_and(|r| r.0.is_zero());
    ItemTexts {
        name: line.child_text("ItemName"),
        specification: line.child_text("SpecMod"),
        unit: line.child_text("MeaUnits"),
        quantity: line.child_text("Quantity"),
        unit_price: line.child_text("UnPrice"),
        amount: line.child_text("Amount"),
        tax_rate: line.child_text("TaxRate").filter(|rate| !is_zero(rate)),
        tax_amount: line.child_text("ComTaxAm"),
    }
}
