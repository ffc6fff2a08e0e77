//! The rules themselves: each with its name, when it does not apply, what it verifies, and a sentence for
//! the bookkeeper. Source: the tax administration's rule sheet, GB 32100-2015, the QR code's own format.

use rust_decimal::Decimal;

use crate::invoice::{Invoice, TaxId, words};
use crate::report::{Check, CheckStatus, EvidenceSource, Reading};

/// A rule's result, and the fields that it proves.
pub struct Outcome {
    /// As it stands in the Report.
    pub check: Check,
    /// Fields that a second, independent source confirms.
    pub verifies: Vec<String>,
}

/// Tries every rule.
pub fn all(reading: &Reading) -> Vec<Outcome> {
    let invoice = &reading.invoice;
    vec![
        qr_matches_print(reading),
        words_match_digits(invoice),
        total_plus_tax(invoice),
        lines_add_up(invoice),
        tax_id_check_digit("buyer", invoice.buyer.tax_id.as_deref()),
        tax_id_check_digit("seller", invoice.seller.tax_id.as_deref()),
    ]
}

/// Takes `verified` back from every field that a failed rule speaks of.
pub fn withdraw(reading: &mut Reading, checks: &[Check]) {
    for path in checks.iter().filter(|c| c.status == CheckStatus::Fail).flat_map(|c| &c.fields) {
        if let Some(evidence) = reading.fields.get_mut(path) {
            evidence.verified = false;
        }
    }
}

fn outcome(rule: &str, status: CheckStatus, fields: &[&str], detail: impl Into<String>) -> Outcome {
    let fields: Vec<String> = fields.iter().map(|f| (*f).to_owned()).collect();
    Outcome { check: Check { rule: rule.to_owned(), status, fields, detail: detail.into() }, verifies: Vec::new() }
}

impl Outcome {
    /// A passed rule proves these fields.
    fn proving(mut self, fields: &[&str]) -> Self {
        if self.check.status == CheckStatus::Pass {
            self.verifies = fields.iter().map(|f| (*f).to_owned()).collect();
        }
        self
    }
}

/// The QR code and the print are two sources: the code carries its own error correction.
fn qr_matches_print(reading: &Reading) -> Outcome {
    const PATHS: [&str; 6] =
        ["invoice_code", "invoice_number", "issue_date", "check_code", "total_amount", "grand_total"];
    let has = |path: &&str, source| reading.fields.get(*path).is_some_and(|e| e.sources.contains(&source));
    let coded: Vec<&str> = PATHS.into_iter().filter(|p| has(p, EvidenceSource::Qr)).collect();
    let both: Vec<&str> = coded.iter().copied().filter(|p| has(p, EvidenceSource::Print)).collect();
    if both.is_empty() {
        return outcome(
            "qr_matches_print",
            CheckStatus::Skip,
            &coded,
            "no QR code with the invoice's data could be read",
        );
    }
    let detail = format!("the QR code confirms {}", both.join(", "));
    outcome("qr_matches_print", CheckStatus::Pass, &both, detail).proving(&both)
}

/// Digits and words of the total are two sources: written differently, read apart.
fn words_match_digits(invoice: &Invoice) -> Outcome {
    const FIELDS: [&str; 2] = ["grand_total", "grand_total_words"];
    let spoken = invoice.grand_total_words.as_deref().and_then(words::parse);
    match (invoice.grand_total, spoken) {
        (Some(digits), Some(spoken)) if digits.0 == spoken.0 => {
            outcome("words_match_digits", CheckStatus::Pass, &FIELDS, format!("the total in words is {digits}"))
                .proving(&FIELDS)
        }
        (Some(digits), Some(spoken)) => {
            let detail = format!("the total is {digits} in digits but {spoken} in words");
            outcome("words_match_digits", CheckStatus::Fail, &FIELDS, detail)
        }
        _ => outcome("words_match_digits", CheckStatus::Skip, &FIELDS, "digits or words of the total are missing"),
    }
}

/// 合计金额 + 合计税额 = 价税合计.
fn total_plus_tax(invoice: &Invoice) -> Outcome {
    const FIELDS: [&str; 3] = ["total_amount", "total_tax", "grand_total"];
    let (Some(amount), Some(tax), Some(grand)) = (invoice.total_amount, invoice.total_tax, invoice.grand_total) else {
        return outcome("total_plus_tax", CheckStatus::Skip, &FIELDS, "not all of amount, tax and total are printed");
    };
    let off = (amount.0 + tax.0 - grand.0).abs();
    if off.is_zero() {
        let spoken = invoice.grand_total_words.as_deref().and_then(words::parse);
        let detail = format!("{amount} + {tax} = {grand}");
        // The sum alone proves nothing when all three are read by the same eye; the words anchor it.
        let proves: &[&str] = if spoken == invoice.grand_total { &FIELDS } else { &[] };
        return outcome("total_plus_tax", CheckStatus::Pass, &FIELDS, detail).proving(proves);
    }
    let status = if off <= Decimal::new(1, 2) { CheckStatus::Warn } else { CheckStatus::Fail };
    outcome("total_plus_tax", status, &FIELDS, format!("{amount} + {tax} is not {grand}"))
}

/// The lines' amounts add up to 合计金额, or on a roll to the total.
fn lines_add_up(invoice: &Invoice) -> Outcome {
    let (path, whole) = if invoice.amounts_include_tax {
        ("grand_total", invoice.grand_total)
    } else {
        ("total_amount", invoice.total_amount)
    };
    let amounts: Option<Vec<Decimal>> = invoice.items.iter().map(|i| i.amount.map(|a| a.0)).collect();
    let (Some(whole), Some(amounts)) = (whole, amounts.filter(|a| !a.is_empty())) else {
        return outcome("lines_add_up", CheckStatus::Skip, &[path], "a line without an amount, or no total");
    };
    let sum: Decimal = amounts.iter().sum();
    let off = (sum - whole.0).abs();
    let detail = format!("the lines add up to {sum}, the total is {whole}");
    let status = match () {
        () if off.is_zero() => CheckStatus::Pass,
        // Points and discounts may stand apart from a roll's lines.
        () if off <= Decimal::new(1, 2) || invoice.amounts_include_tax => CheckStatus::Warn,
        () => CheckStatus::Fail,
    };
    outcome("lines_add_up", status, &[path], detail)
}

/// A check digit proves the characters of a credit code; the layout says whose it is.
fn tax_id_check_digit(party: &str, id: Option<&str>) -> Outcome {
    let path = format!("{party}.tax_id");
    let rule = format!("{party}_tax_id_check_digit");
    match id.and_then(TaxId::parse).and_then(|t| t.check_digit_holds()) {
        Some(true) => outcome(&rule, CheckStatus::Pass, &[&path], "the check digit holds").proving(&[&path]),
        Some(false) => {
            outcome(&rule, CheckStatus::Warn, &[&path], "the check digit does not hold: compare it with the print")
        }
        None => outcome(&rule, CheckStatus::Skip, &[&path], "no id of 18 characters is printed"),
    }
}
