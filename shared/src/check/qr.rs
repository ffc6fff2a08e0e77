//! QR code against print, and any other two sources that speak of one field.
//! Source: the QR code's own format (`01,kind,code,number,amount,date,check code,CRC`; on the chain a link).

use crate::invoice::{Field, InvoiceType, QrPayload};
use crate::report::{Conflict, EvidenceSource};
use crate::sentence::{Sentence, check as says};

use super::case::Case;
use super::outcome::Outcome;

/// The QR code and the print are two sources: the code is decoded from modules with error correction of their own.
pub fn matches_print(case: &Case<'_>) -> Outcome {
    let reading = case.reading;
    let conflicts = || reading.conflicts.iter().filter_map(|c| Some((c.field, c.code_and_print()?)));
    let other: Vec<Field> = conflicts().map(|(field, _)| field).collect();
    let of_code = reading.fields.iter().filter(|(_, evidence)| evidence.sources.contains(&EvidenceSource::Qr));
    let told = of_code.map(|(field, _)| *field).filter(|field| *field != Field::QrCode && !other.contains(field));
    // What the code helped to read does not need it twice.
    let is_second = |field: &Field| reading.is_printed(*field) && !reading.depends_on(*field, Field::QrCode);
    let (confirmed, alone): (Vec<Field>, Vec<Field>) = told.partition(is_second);
    if !other.is_empty() {
        let details: Vec<Sentence> =
            conflicts().map(|(field, (code, print))| says::qr_differs(code, field, print)).collect();
        return Outcome::fail(&other, says::findings(details)).proving(&confirmed);
    }
    if confirmed.is_empty() {
        return Outcome::skip(&alone, says::qr_not_read());
    }
    let detail = says::qr_confirms(confirmed.as_slice());
    Outcome::pass(&confirmed, detail).proving(&confirmed)
}

/// Two other sources of one field, e.g. a file's XML and its page, must say the same.
pub fn sources_agree(case: &Case<'_>) -> Outcome {
    let conflicts: Vec<_> = case.reading.conflicts.iter().filter(|c| c.code_and_print().is_none()).collect();
    if conflicts.is_empty() {
        return Outcome::skip(&[], says::sources_do_not_differ());
    }
    let fields: Vec<Field> = conflicts.iter().map(|c| c.field).collect();
    let say = |c: &&Conflict| {
        let Conflict { field, kept, value, other, other_value } = c;
        says::sources_differ(name(*kept), value, field, name(*other), other_value)
    };
    Outcome::fail(&fields, says::findings(conflicts.iter().map(say).collect::<Vec<_>>()))
}

fn name(source: EvidenceSource) -> &'static str {
    match source {
        EvidenceSource::Print => "print",
        EvidenceSource::Qr => "qr",
        EvidenceSource::Text => "text",
        EvidenceSource::Xml => "xml",
        EvidenceSource::Code => "code",
        EvidenceSource::Seal => "seal",
        EvidenceSource::Vendor => "vendor",
    }
}

/// The kind that the QR code names, against the kind that the page is.
pub fn kind_matches_type(case: &Case<'_>) -> Outcome {
    let payload = case.invoice().qr_code.as_deref().and_then(QrPayload::parse);
    let Some(named) = payload.as_ref().and_then(QrPayload::invoice_type) else {
        return Outcome::skip(&[Field::Type], says::qr_names_no_kind());
    };
    let kind = case.invoice().r#type;
    let detail = says::qr_kind(named, kind);
    Outcome::of(is_family(named, kind), &[Field::Type], detail)
}

/// Rolls carry the code of common invoices too, and all electronic common ones that of each other.
fn is_family(named: InvoiceType, kind: InvoiceType) -> bool {
    let paper = |t| matches!(t, InvoiceType::Common | InvoiceType::Roll);
    named == kind || (named.is_electronic_common() && kind.is_electronic_common()) || (paper(named) && paper(kind))
}
