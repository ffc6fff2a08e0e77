//! The QR code as one more account of the invoice that carries it: it confirms, contradicts or stands in.
//! Knows nothing of how a code is found or decoded.

use crate::invoice::{ChainLink, Field, FieldKind, FieldValue, Invoice, InvoiceType, QrPayload};
use crate::report::{EvidenceSource, Reading};

use super::{confirm, evidence_of, note_conflict};

/// How a QR code stands to the values beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CodeWeight {
    /// Beside print read off pixels: its own error correction makes it the surer of the two, so its value stands, and
    /// stands in for what was not read.
    Surer,
    /// Beside a file's own characters, which are as sure: it stands in for what is missing; who contradicts is noted.
    Equal,
    /// As somebody else reports it: it confirms or contradicts.
    Reported,
}

/// Brings the QR code together with what else is known of the invoice that carries it.
pub(crate) fn add_qr_code(reading: &mut Reading, weight: CodeWeight) {
    let Some(text) = reading.invoice.qr_code.as_deref() else { return };
    let (coded, weight) = match (QrPayload::parse(text), ChainLink::parse(text)) {
        (Some(payload), _) => (of_payload(&reading.invoice, payload, weight), weight),
        (None, Some(link)) => (of_link(&reading.invoice, link), CodeWeight::Reported),
        (None, None) => return,
    };
    // It may neither replace nor stand in for anything of an invoice that is not its own.
    let weight = if is_of_another(reading, &coded) { CodeWeight::Reported } else { weight };
    for (field, value) in coded {
        add_coded(reading, field, value, weight);
    }
}

/// A number read with more wrong characters than this is another number.
const MISREAD: usize = 2;

/// Whether a code is of another invoice that lies on the same page: it contradicts the print more than once, confirms none
/// of it, and its number is no misreading of the printed one.
fn is_of_another(reading: &Reading, coded: &[Coded]) -> bool {
    let beside = |(field, code): &Coded| {
        let printed = reading.invoice.get(*field).filter(|_| reading.is_printed(*field))?;
        Some((*field, printed == *code, printed.to_string(), code.to_string()))
    };
    let compared: Vec<_> = coded.iter().filter_map(beside).collect();
    let contradicted = compared.iter().filter(|(_, same, ..)| !same).count();
    let is_other_number = compared.iter().any(|(field, _, printed, code)| {
        let apart = printed.chars().zip(code.chars()).filter(|(a, b)| a != b).count();
        *field == Field::InvoiceNumber && (printed.len() != code.len() || apart > MISREAD)
    });
    contradicted == compared.len() && contradicted > 1 && is_other_number
}

/// A field that a QR code speaks of, and what it says.
type Coded = (Field, FieldValue<'static>);

fn of_payload(invoice: &Invoice, qr: QrPayload, weight: CodeWeight) -> Vec<Coded> {
    let roll = InvoiceType::Roll;
    let is_roll = invoice.r#type == roll || qr.invoice_type() == Some(roll);
    let amount = qr.amount.and_then(|amount| {
        // Some issuers put the amount with tax where the older format has the one without.
        let replaced = invoice.total_amount.map_or(is_roll || weight == CodeWeight::Reported, |own| own != amount);
        if qr.amount_includes_tax() || replaced && invoice.grand_total == Some(amount) {
            return Some((Field::GrandTotal, amount.into()));
        }
        // A roll's code carries the amount without tax, which a roll does not print.
        (!is_roll).then_some((Field::TotalAmount, amount.into()))
    });
    let date = qr.issue_date.map(|date| (Field::IssueDate, date.into()));
    let texts = [
        (Field::InvoiceCode, qr.invoice_code),
        (Field::InvoiceNumber, qr.invoice_number),
        (Field::CheckCode, qr.check_code),
    ];
    let texts = texts.into_iter().filter_map(|(field, text)| Some((field, text?.into())));
    texts.chain(date).chain(amount).collect()
}

/// On the chain. That the amount is in fen is an inference, so it may confirm the total, never contradict it.
fn of_link(invoice: &Invoice, link: ChainLink) -> Vec<Coded> {
    let total = link.grand_total.filter(|total| invoice.grand_total == Some(*total));
    let number = link.invoice_number.map(|number| (Field::InvoiceNumber, number.into()));
    number.into_iter().chain(total.map(|total| (Field::GrandTotal, total.into()))).collect()
}

fn add_coded(reading: &mut Reading, field: Field, coded: FieldValue<'static>, weight: CodeWeight) {
    match reading.invoice.get(field).map(FieldValue::into_owned) {
        None if weight == CodeWeight::Reported => {}
        None => take_from_code(reading, field, coded),
        Some(_) if !reading.is_printed(field) => {}
        Some(printed) if printed == coded => confirm(reading, field, evidence_of(EvidenceSource::Qr)),
        // Which of its amounts a code carries is not sure enough to replace one.
        Some(printed) if weight == CodeWeight::Surer && field.kind() != FieldKind::Money => {
            let values = [coded.to_string(), printed.to_string()];
            take_from_code(reading, field, coded);
            note_conflict(reading, field, values, EvidenceSource::Print);
        }
        Some(printed) => {
            let values = [printed.to_string(), coded.to_string()];
            note_conflict(reading, field, values, EvidenceSource::Qr);
        }
    }
}

/// The code's value in place of what was printed there.
fn take_from_code(reading: &mut Reading, field: Field, coded: FieldValue<'static>) {
    let evidence = reading.fields.entry(field).or_default();
    (evidence.text, evidence.confidence, evidence.page) = (Some(coded.to_string()), Some(1.0), 1);
    evidence.sources = vec![EvidenceSource::Qr];
    reading.invoice.set(field, Some(coded));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Conflict, Evidence};

    /// An invoice with a number and totals from one source, and its QR code.
    fn beside_code(source: EvidenceSource, number: Option<&str>, code: &str) -> Reading {
        let mut reading = Reading::default();
        reading.invoice.invoice_number = number.map(str::to_owned);
        reading.invoice.total_amount = "442.48".parse().ok();
        reading.invoice.grand_total = "500.00".parse().ok();
        reading.invoice.qr_code = Some(code.into());
        for field in [Field::InvoiceNumber, Field::TotalAmount, Field::GrandTotal] {
            if reading.invoice.get(field).is_some() {
                reading.note(field, Evidence { sources: vec![source], ..Evidence::default() });
            }
        }
        reading
    }

    const CODE: &str = "01,10,031001900111,12345678,442.48,20190114,,8F2A,";

    #[test]
    fn a_code_and_the_values_beside_it_are_weighed() {
        use CodeWeight::{Equal, Reported, Surer};
        use EvidenceSource::{Print, Qr, Text, Vendor};
        for (weight, source, read, number, sources, contradicts) in [
            (Surer, Print, Some("12345678"), Some("12345678"), vec![Print, Qr], false),
            (Surer, Print, Some("12345679"), Some("12345678"), vec![Qr], true),
            (Surer, Print, None, Some("12345678"), vec![Qr], false),
            (Equal, Text, Some("12345678"), Some("12345678"), vec![Text, Qr], false),
            (Equal, Text, Some("12345679"), Some("12345679"), vec![Text], true),
            (Equal, Text, None, Some("12345678"), vec![Qr], false),
            (Reported, Vendor, Some("12345678"), Some("12345678"), vec![Vendor, Qr], false),
            (Reported, Vendor, Some("12345679"), Some("12345679"), vec![Vendor], true),
            (Reported, Vendor, None, None, vec![], false),
        ] {
            let mut reading = beside_code(source, read, CODE);
            add_qr_code(&mut reading, weight);
            assert_eq!(reading.invoice.invoice_number.as_deref(), number, "{weight:?} {read:?}");
            let found = reading.evidence(Field::InvoiceNumber).map(|e| e.sources.clone()).unwrap_or_default();
            assert_eq!(found, sources, "{weight:?} {read:?}");
            let conflicts: Vec<_> = reading.conflicts.iter().filter_map(Conflict::code_and_print).collect();
            let expected = if contradicts { vec![("12345678", "12345679")] } else { vec![] };
            assert_eq!(conflicts, expected, "{weight:?} {read:?}");
        }
    }

    #[test]
    fn a_code_of_another_invoice_replaces_nothing() {
        let other = CODE.replace("442.48", "17.30");
        for (number, kept) in [("87654321", "87654321"), ("12345679", "12345678")] {
            let mut reading = beside_code(EvidenceSource::Print, Some(number), &other);
            add_qr_code(&mut reading, CodeWeight::Surer);
            assert_eq!(reading.invoice.invoice_number.as_deref(), Some(kept), "{number}");
            assert_eq!(reading.invoice.issue_date.is_none(), number == kept, "{number}");
            assert_eq!(reading.conflicts.len(), 2, "{number}");
        }
    }

    #[test]
    fn a_code_s_amount_is_the_one_of_its_kind_and_never_replaces_what_was_read() {
        for (code, confirmed, contradicted) in [
            (CODE.to_owned(), Some(Field::TotalAmount), None),
            (CODE.replace("442.48", "500.00"), Some(Field::GrandTotal), None),
            (CODE.replace("442.48", "442.49"), None, Some(Field::TotalAmount)),
            (CODE.replace(",10,", ",32,").replace("442.48", "500"), Some(Field::GrandTotal), None),
            (CODE.replace(",10,", ",32,"), None, Some(Field::GrandTotal)),
            (CODE.replace(",10,", ",11,"), None, None),
        ] {
            let mut reading = beside_code(EvidenceSource::Print, None, &code);
            add_qr_code(&mut reading, CodeWeight::Surer);
            let of_code = |field: &Field| reading.fields[field].sources.contains(&EvidenceSource::Qr);
            let found: Vec<Field> = [Field::TotalAmount, Field::GrandTotal].into_iter().filter(of_code).collect();
            assert_eq!(found.first().copied(), confirmed, "{code}");
            assert_eq!(reading.conflicts.first().map(|c| c.field), contradicted, "{code}");
            assert_eq!(reading.invoice.total_amount, "442.48".parse().ok(), "{code}");
        }
    }

    #[test]
    fn a_link_of_the_chain_confirms_the_total_or_says_nothing_of_it() {
        let address = "https://bcfp.shenzhen.chinatax.gov.cn/verify/scan?hash=e1f3&bill_num=12345678&total_amount=";
        for (fen, confirms) in [("50000", true), ("50001", false)] {
            let mut reading = beside_code(EvidenceSource::Print, Some("12345678"), &format!("{address}{fen}"));
            add_qr_code(&mut reading, CodeWeight::Surer);
            assert_eq!(reading.fields[&Field::GrandTotal].sources.contains(&EvidenceSource::Qr), confirms, "{fen}");
            assert!(reading.conflicts.is_empty());
        }
    }
}
