//! QR code against print, and any other two sources that speak of one field.
//! Source: the QR code's own format (`01,kind,code,number,amount,date,check code,CRC`; on the chain a link).

use rust_decimal::Decimal;

use crate::invoice::{ChainLink, Invoice, InvoiceType, QrPayload};
use crate::report::{Conflict, EvidenceSource, Reading};

use super::case::{self, Case};
use super::outcome::Outcome;

/// One field that the QR code speaks of.
struct Pair {
    path: &'static str,
    /// As the print has it; none where only the code tells.
    printed: Option<String>,
    coded: String,
}

/// The QR code and the print are two sources: the code is decoded from modules with error correction of their own.
pub fn matches_print(case: &Case<'_>) -> Outcome {
    const RULE: &str = "qr_matches_print";
    let pairs = pairs(case.reading);
    let printed: Vec<&Pair> = pairs.iter().filter(|pair| pair.printed.is_some()).collect();
    if printed.is_empty() {
        let paths: Vec<&str> = pairs.iter().map(|pair| pair.path).collect();
        return Outcome::skip(RULE, &paths, "no QR code with the invoice's data could be read beside the print");
    }
    let (same, other): (Vec<&Pair>, Vec<&Pair>) = printed.into_iter().partition(|pair| pair.agrees());
    let confirmed: Vec<&str> = same.iter().map(|pair| pair.path).collect();
    if other.is_empty() {
        let detail = format!("the QR code confirms {}", confirmed.join(", "));
        return Outcome::pass(RULE, &confirmed, detail).proving(&confirmed);
    }
    let paths: Vec<&str> = other.iter().map(|pair| pair.path).collect();
    let details: Vec<String> = other.iter().map(|pair| pair.contradiction()).collect();
    Outcome::fail(RULE, &paths, details.join("; ")).proving(&confirmed)
}

/// Two other sources of one field, e.g. a file's XML and its page, must say the same.
pub fn sources_agree(case: &Case<'_>) -> Outcome {
    const RULE: &str = "sources_agree";
    let conflicts: Vec<_> = case.reading.conflicts.iter().filter(|c| !is_of_qr(case.reading, c)).collect();
    if conflicts.is_empty() {
        return Outcome::skip::<&str>(RULE, &[], "no field has a source that says something else");
    }
    let paths: Vec<&str> = conflicts.iter().map(|c| c.path.as_str()).collect();
    let say = |c: &&Conflict| {
        let Conflict { path, kept, value, other, other_value } = c;
        format!("{} says {value} for {path}, {} {other_value}", name(*kept), name(*other))
    };
    Outcome::fail(RULE, &paths, conflicts.iter().map(say).collect::<Vec<_>>().join("; "))
}

fn name(source: EvidenceSource) -> &'static str {
    match source {
        EvidenceSource::Print => "the print",
        EvidenceSource::Qr => "the QR code",
        EvidenceSource::Text => "the file's text",
        EvidenceSource::Xml => "the file's XML",
        EvidenceSource::Code => "the invoice code",
        EvidenceSource::Seal => "the seal",
        EvidenceSource::Vendor => "the vendor",
    }
}

/// The kind that the QR code names, against the kind that the page is.
pub fn kind_matches_type(case: &Case<'_>) -> Outcome {
    const RULE: &str = "qr_kind_matches_type";
    let payload = case.invoice().qr_code.as_deref().and_then(QrPayload::parse);
    let Some(named) = payload.as_ref().and_then(QrPayload::invoice_type) else {
        return Outcome::skip(RULE, &["type"], "the QR code names no kind of invoice");
    };
    let kind = case.invoice().r#type;
    let detail =
        format!("the QR code is one of a {} invoice, the page one of a {} invoice", named.as_str(), kind.as_str());
    if is_family(named, kind) {
        return Outcome::pass(RULE, &["type"], detail);
    }
    Outcome::fail(RULE, &["type"], detail)
}

/// Rolls carry the code of common invoices too, and all electronic common ones that of each other.
fn is_family(named: InvoiceType, kind: InvoiceType) -> bool {
    use InvoiceType::{Blockchain, Common, ElectronicCommon, ElectronicToll, Roll};
    let electronic = |t| matches!(t, ElectronicCommon | ElectronicToll | Blockchain);
    let paper = |t| matches!(t, Common | Roll);
    named == kind || (electronic(named) && electronic(kind)) || (paper(named) && paper(kind))
}

/// The fields that QR code and print agree on.
pub fn agreeing(reading: &Reading) -> Vec<&'static str> {
    pairs(reading).iter().filter(|pair| pair.agrees()).map(|pair| pair.path).collect()
}

/// Whether it is the QR code against the print, which has a rule of its own.
fn is_of_qr(reading: &Reading, conflict: &Conflict) -> bool {
    let with_qr = conflict.kept == EvidenceSource::Qr || conflict.other == EvidenceSource::Qr;
    with_qr && pairs(reading).iter().any(|pair| pair.path == conflict.path)
}

fn pairs(reading: &Reading) -> Vec<Pair> {
    let Some(text) = reading.invoice.qr_code.as_deref() else {
        return Vec::new();
    };
    let coded = match (QrPayload::parse(text), ChainLink::parse(text)) {
        (Some(payload), _) => of_payload(&reading.invoice, &payload),
        (None, Some(link)) => of_link(&reading.invoice, &link),
        (None, None) => Vec::new(),
    };
    let pair = |(path, coded): (&'static str, String)| Pair { path, printed: printed(reading, path), coded };
    coded.into_iter().map(pair).collect()
}

fn of_payload(invoice: &Invoice, qr: &QrPayload) -> Vec<(&'static str, String)> {
    let texts = [
        ("invoice_code", qr.invoice_code.clone()),
        ("invoice_number", qr.invoice_number.clone()),
        ("issue_date", qr.issue_date.map(|date| date.to_string())),
        ("check_code", qr.check_code.clone()),
    ];
    let amount = qr.amount.and_then(|amount| {
        // A roll prints no amount without tax.
        let roll = invoice.r#type == InvoiceType::Roll;
        // Some issuers put the amount with tax where the older format has the one without.
        let with_tax =
            qr.amount_includes_tax() || (invoice.total_amount != Some(amount) && invoice.grand_total == Some(amount));
        let path = if with_tax { "grand_total" } else { "total_amount" };
        (with_tax || !roll).then(|| (path, Some(canonical(amount.0))))
    });
    texts.into_iter().chain(amount).filter_map(|(path, coded)| Some((path, coded?))).collect()
}

/// On the chain. That the amount is in fen is an inference, so it may confirm the total, never contradict it.
fn of_link(invoice: &Invoice, link: &ChainLink) -> Vec<(&'static str, String)> {
    let total = link.grand_total.filter(|total| invoice.grand_total == Some(*total));
    let number = link.invoice_number.clone().map(|number| ("invoice_number", number));
    number.into_iter().chain(total.map(|total| ("grand_total", canonical(total.0)))).collect()
}

fn printed(reading: &Reading, path: &str) -> Option<String> {
    let replaced = |c: &&Conflict| c.path == path && c.kept == EvidenceSource::Qr;
    if let Some(conflict) = reading.conflicts.iter().find(replaced) {
        return Some(conflict.other_value.clone());
    }
    if !case::is_printed(reading, path) {
        return None;
    }
    let invoice = &reading.invoice;
    match path {
        "invoice_code" => invoice.invoice_code.clone(),
        "invoice_number" => invoice.invoice_number.clone(),
        "check_code" => invoice.check_code.clone(),
        "issue_date" => invoice.issue_date.map(|date| date.to_string()),
        "total_amount" => case::number(invoice.total_amount).map(canonical),
        "grand_total" => case::number(invoice.grand_total).map(canonical),
        _ => None,
    }
}

/// Yuan and cents, so that 500 and 500.00 are the same; more places are not rounded away.
fn canonical(amount: Decimal) -> String {
    let exact = amount.normalize();
    if exact.scale() <= 2 { format!("{exact:.2}") } else { exact.to_string() }
}

impl Pair {
    fn agrees(&self) -> bool {
        self.printed.as_ref() == Some(&self.coded)
    }

    fn contradiction(&self) -> String {
        let printed = self.printed.as_deref().unwrap_or_default();
        format!("the QR code says {} for {}, the print {printed}", self.coded, self.path)
    }
}
