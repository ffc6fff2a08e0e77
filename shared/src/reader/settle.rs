//! What the page says twice: QR code and print brought together.
//! Knows nothing of where either stands.

use crate::invoice::{InvoiceType, Money, QrPayload, words};
use crate::ocr::PageText;
use crate::report::{Conflict, Evidence, EvidenceSource};

use super::draft::Draft;

/// Keeps the QR code's content: an invoice's own payload first, else a link of the chain.
pub fn note_qr(draft: &mut Draft<'_>, page: &PageText) {
    let ours = |text: &str| QrPayload::parse(text).is_some() || text.contains("chinatax.gov.cn");
    let Some(code) = page.qr_codes.iter().find(|code| ours(&code.text)) else {
        return;
    };
    draft.reading.invoice.qr_code = Some(code.text.clone());
    let evidence = Evidence {
        text: Some(code.text.clone()),
        confidence: Some(1.0),
        quad: Some(code.quad),
        page: 1,
        sources: vec![EvidenceSource::Qr],
        verified: false,
    };
    draft.reading.fields.insert("qr_code".to_owned(), evidence);
}

/// Lets the QR code confirm what was read, and stand in for what was not or differs: its own error
/// correction makes it the surer of the two.
pub fn merge_qr(draft: &mut Draft<'_>, qr: &QrPayload) {
    let (code, number, check, date) =
        (qr.invoice_code.clone(), qr.invoice_number.clone(), qr.check_code.clone(), qr.issue_date);
    let mut invoice = std::mem::take(&mut draft.reading.invoice);
    merge(draft, "invoice_code", &mut invoice.invoice_code, code);
    merge(draft, "invoice_number", &mut invoice.invoice_number, number);
    merge(draft, "check_code", &mut invoice.check_code, check);
    merge(draft, "issue_date", &mut invoice.issue_date, date);
    if let Some(amount) = qr.amount {
        let (path, slot) = if qr.amount_includes_tax() {
            ("grand_total", &mut invoice.grand_total)
        } else {
            ("total_amount", &mut invoice.total_amount)
        };
        // A roll's code carries the amount without tax, which a roll does not print.
        let printed = qr.invoice_type() != Some(InvoiceType::Roll);
        if printed && (*slot == Some(amount) || slot.is_none()) {
            merge(draft, path, slot, Some(amount));
        }
    }
    draft.reading.invoice = invoice;
}

/// The currency sign before an amount is often read as a digit. Where the words say the amount without that
/// digit, the words and the rest of the digits agree, and the digit is the sign.
pub fn mend_currency_sign(draft: &mut Draft<'_>) {
    let invoice = &draft.reading.invoice;
    let spoken = invoice.grand_total_words.as_deref().and_then(words::parse);
    let (Some(spoken), Some(digits)) = (spoken, invoice.grand_total) else { return };
    let text = digits.to_string();
    let rest = text.get(1..).and_then(|rest| rest.parse::<Money>().ok());
    if digits.0 != spoken.0 && rest.is_some_and(|rest| rest.0 == spoken.0) {
        draft.reading.invoice.grand_total = rest;
        draft.reading.lean("grand_total", "grand_total_words");
    }
}

fn merge<T: PartialEq + ToString>(draft: &mut Draft<'_>, path: &str, printed: &mut Option<T>, coded: Option<T>) {
    let Some(coded) = coded else { return };
    if let (EvidenceSource::Text, Some(text)) = (draft.source, printed.as_ref())
        && *text != coded
    {
        // Characters from the file are as sure as the code: who contradicts is noted, not settled.
        let (value, other_value) = (text.to_string(), coded.to_string());
        let (kept, other) = (draft.source, EvidenceSource::Qr);
        draft.reading.conflicts.push(Conflict { path: path.to_owned(), kept, value, other, other_value });
        return;
    }
    let evidence = draft.reading.fields.entry(path.to_owned()).or_default();
    evidence.page = 1;
    if printed.as_ref() == Some(&coded) {
        evidence.sources.push(EvidenceSource::Qr);
        return;
    }
    evidence.text = Some(coded.to_string());
    evidence.sources = vec![EvidenceSource::Qr];
    evidence.confidence = Some(1.0);
    let value = coded.to_string();
    if let Some(print) = printed.replace(coded) {
        let (kept, other, other_value) = (EvidenceSource::Qr, draft.source, print.to_string());
        draft.reading.conflicts.push(Conflict { path: path.to_owned(), kept, value, other, other_value });
    }
}
