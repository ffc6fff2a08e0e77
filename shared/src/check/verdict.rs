//! Whether an invoice can be booked without a human look, and if not, why.
//! Knows the rules' results, not the rules.

use crate::invoice::InvoiceType;
use crate::report::{Check, CheckStatus, Reading};

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
        if !tax_is_starred(reading) {
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

/// Stars stand for the tax where every line is exempt or untaxed.
fn tax_is_starred(reading: &Reading) -> bool {
    let invoice = &reading.invoice;
    let untaxed =
        |i: &crate::invoice::Item| i.tax_amount.is_none() && i.tax_rate.is_none_or(|r| r.fraction().is_none());
    invoice.total_tax.is_none() && !invoice.items.is_empty() && invoice.items.iter().all(untaxed)
}

#[cfg(test)]
mod tests {
    use crate::check;
    use crate::report::{Evidence, EvidenceSource, Reading, Verdict};

    /// A consistent invoice, every field printed, code, number, date and amount in the QR code too.
    fn consistent() -> Reading {
        let mut reading = Reading::default();
        let invoice = &mut reading.invoice;
        invoice.invoice_code = Some("031001900104".into());
        invoice.invoice_number = Some("12345678".into());
        invoice.issue_date = Some(jiff::civil::Date::constant(2019, 1, 14));
        invoice.total_amount = "442.48".parse().ok();
        invoice.total_tax = "57.52".parse().ok();
        invoice.grand_total = "500.00".parse().ok();
        invoice.grand_total_words = Some("伍佰元整".into());
        invoice.buyer.tax_id = Some("91310104MA1FR7C72G".into());
        invoice.seller.tax_id = Some("91310000834486035U".into());
        for path in ["invoice_code", "invoice_number", "issue_date", "total_amount"] {
            prove(&mut reading, path, vec![EvidenceSource::Print, EvidenceSource::Qr]);
        }
        for path in ["total_tax", "grand_total", "grand_total_words", "buyer.tax_id", "seller.tax_id"] {
            prove(&mut reading, path, vec![EvidenceSource::Print]);
        }
        reading
    }

    fn prove(reading: &mut Reading, path: &str, sources: Vec<EvidenceSource>) {
        reading.fields.insert(path.to_owned(), Evidence { sources, ..Evidence::default() });
    }

    #[test]
    fn a_consistent_invoice_is_verified() {
        let mut reading = consistent();
        let findings = check::run(&mut reading);
        assert_eq!((findings.verdict, findings.reasons), (Verdict::Verified, vec![]));
        assert!(reading.fields.values().all(|e| e.verified));
    }

    #[test]
    fn a_changed_digit_in_the_tax_goes_to_review_and_unverifies_the_sum() {
        let mut reading = consistent();
        reading.invoice.total_tax = "57.62".parse().ok();
        let findings = check::run(&mut reading);
        assert_eq!(findings.verdict, Verdict::Review);
        assert!(!reading.fields["total_tax"].verified && !reading.fields["grand_total"].verified);
    }

    #[test]
    fn an_id_with_a_misread_character_goes_to_review() {
        let mut reading = consistent();
        reading.invoice.seller.tax_id = Some("91310000834486036U".into());
        let findings = check::run(&mut reading);
        assert_eq!(findings.reasons, ["seller.tax_id has no second source that confirms it"]);
    }

    #[test]
    fn print_alone_verifies_nothing() {
        let mut reading = consistent();
        prove(&mut reading, "invoice_number", vec![EvidenceSource::Print]);
        check::run(&mut reading);
        assert!(!reading.fields["invoice_number"].verified);
    }
}
