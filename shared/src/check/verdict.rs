//! Whether an invoice can be booked without a human look, and if not, why.
//! Knows the rules' results, not the rules.

use crate::invoice::InvoiceType;
use crate::report::{Check, CheckStatus, Reading};

use super::case::tax_is_starred;

/// What still needs a look; empty when the invoice is verified.
pub fn reasons(reading: &Reading, checks: &[Check]) -> Vec<String> {
    let failed = checks.iter().filter(|c| c.status == CheckStatus::Fail).map(|c| format!("{}: {}", c.rule, c.detail));
    let unproven = needed(reading).into_iter().filter_map(|path| {
        let evidence = reading.fields.get(path);
        match evidence {
            None => Some(format!("{path} was not found")),
            Some(e) if !e.verified => Some(format!("{path} has no second source that confirms it")),
            Some(_) => None,
        }
    });
    failed.chain(unproven).collect()
}

/// What a booking needs from this invoice.
fn needed(reading: &Reading) -> Vec<&'static str> {
    let invoice = &reading.invoice;
    let mut needed = vec!["invoice_number", "issue_date", "grand_total", "seller.tax_id"];
    if !invoice.r#type.is_digital() {
        needed.push("invoice_code");
    }
    if !invoice.amounts_include_tax {
        needed.push("total_amount");
        if !tax_is_starred(invoice) {
            needed.push("total_tax");
        }
    }
    if invoice.buyer.tax_id.is_some() || !may_lack_buyer_id(reading) {
        needed.push("buyer.tax_id");
    }
    needed
}

/// A private buyer has no id; on a special invoice every buyer has.
fn may_lack_buyer_id(reading: &Reading) -> bool {
    let special = matches!(
        reading.invoice.r#type,
        InvoiceType::Special | InvoiceType::ElectronicSpecial | InvoiceType::DigitalSpecial
    );
    let name = reading.invoice.buyer.name.as_deref().unwrap_or_default();
    !special && name.chars().count() <= 4
}
