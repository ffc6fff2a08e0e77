//! Where the accounts of one invoice meet: a page's print or text, XML, labels, named values, the QR code, a vendor's
//! answer. Field by field they confirm or contradict each other; what is found stands in the Reading's evidence and its
//! conflicts, and the checks only read it there. Knows nothing of where an account comes from, only how far it is trusted.
//!
//! Accounts come most trusted first. The first that has a value gives it; the others confirm it (their source joins
//! the field's evidence), contradict it (a [`Conflict`] is noted, and the checks take `verified` away) or are silent.
//!
//! - here: the accounts field by field
//! - [`qr_code`]: the QR code among them

mod qr_code;

use std::collections::BTreeMap;

use crate::invoice::{
    Column, Field, FieldKind, FieldValue, Invoice, InvoiceCode, Item, QrPayload, plain, unified, words,
};
use crate::ocr::QrCode;
use crate::report::{Conflict, Doubt, Evidence, EvidenceSource, PageInfo, Reading};

pub(crate) use qr_code::{CodeWeight, add_qr_code};

/// What one source says.
#[derive(Clone, Debug, Default)]
pub struct SourceValues {
    /// Which source.
    pub source: EvidenceSource,
    /// Its values.
    pub invoice: Invoice,
    /// Where it has them from; a value without an entry gets one that names the source alone.
    pub fields: BTreeMap<Field, Evidence>,
    /// Which of them may not be their field's.
    pub doubts: Vec<Doubt>,
}

impl SourceValues {
    /// A page that was read. What its QR code contradicts is found anew when all are together.
    pub fn of_reading(source: EvidenceSource, reading: Reading) -> SourceValues {
        SourceValues { source, invoice: reading.invoice, fields: reading.fields, doubts: reading.doubts }
    }
}

/// The page's own looks: never compared.
const UNCOMPARED: [Field; 5] =
    [Field::AnySeal, Field::SupervisionSeal, Field::InvoiceSeal, Field::SealedSellerName, Field::SealedSellerTaxId];

/// Brings accounts together, most trusted first; none of nothing.
pub fn merge(accounts: Vec<SourceValues>, page: PageInfo) -> Option<Reading> {
    let mut accounts = accounts.into_iter();
    let SourceValues { source, invoice, fields, doubts } = accounts.next()?;
    let mut reading = Reading { invoice, fields, page, doubts, ..Reading::default() };
    for field in reading.invoice.fields() {
        if reading.invoice.get(field).is_some() && !UNCOMPARED.contains(&field) {
            reading.fields.entry(field).or_insert_with(|| evidence_of(source));
        }
    }
    for account in accounts {
        add(&mut reading, account);
    }
    add_qr_code(&mut reading, CodeWeight::Reported);
    Some(reading)
}

/// What a QR code says where nothing else does: which invoice it is, and what it costs.
pub(crate) fn of_code(code: &QrCode, page: PageInfo) -> Option<Reading> {
    let payload = QrPayload::parse(&code.text)?;
    let mut reading = Reading { page, ..Reading::default() };
    let by_code = payload.invoice_code.as_deref().and_then(InvoiceCode::parse).and_then(|code| code.invoice_type());
    reading.invoice.r#type = by_code.or(payload.invoice_type()).unwrap_or_default();
    reading.invoice.qr_code = Some(code.text.clone());
    let evidence = Evidence { text: Some(code.text.clone()), quad: Some(code.quad), ..evidence_of(EvidenceSource::Qr) };
    reading.note(Field::QrCode, evidence);
    add_qr_code(&mut reading, CodeWeight::Equal);
    Some(reading)
}

fn add(reading: &mut Reading, mut account: SourceValues) {
    compare_tables(reading, &mut account);
    let SourceValues { source, invoice, mut fields, mut doubts } = account;
    // What is doubted matters where it is all there is.
    doubts.retain(|doubt| reading.invoice.get(doubt.field).is_none());
    reading.doubts.extend(doubts);
    // What kind it is, its title says; data often does not.
    if source == EvidenceSource::Text {
        reading.invoice.r#type = invoice.r#type;
    }
    reading.invoice.expense_category = reading.invoice.expense_category.or(invoice.expense_category);
    for field in invoice.fields() {
        if let Some(value) = invoice.get(field) {
            let evidence = fields.remove(&field).unwrap_or_else(|| evidence_of(source));
            add_value(reading, field, value, evidence);
        }
    }
}

/// Lines are compared one by one only where there are as many; else the more trusted account's stand.
fn compare_tables(reading: &mut Reading, account: &mut SourceValues) {
    let (ours, theirs) = (reading.invoice.items.len(), account.invoice.items.len());
    if ours == 0 {
        reading.invoice.items = vec![Item::default(); theirs];
    } else if theirs > 0 && ours != theirs {
        account.invoice.items.clear();
        note_conflict(reading, Field::Items, [ours, theirs].map(|count| format!("{count} lines")), account.source);
    }
}

fn add_value(reading: &mut Reading, field: Field, theirs: FieldValue<'_>, evidence: Evidence) {
    let own_is_derived = reading.evidence(field).is_some_and(is_derived);
    match reading.invoice.get(field).map(FieldValue::into_owned) {
        None => fill(reading, field, theirs, evidence),
        Some(_) if is_derived(&evidence) || UNCOMPARED.contains(&field) => {}
        // What was only derived gives way to what is there.
        Some(_) if own_is_derived => fill(reading, field, theirs, evidence),
        Some(ours) if agree(field, &ours, &theirs) => confirm(reading, field, evidence),
        Some(ours) if field == Field::Remarks && holds(&ours, &theirs) => confirm(reading, field, evidence),
        Some(ours) if field == Field::Remarks && holds(&theirs, &ours) => fill(reading, field, theirs, evidence),
        Some(ours) => {
            let values = [ours.to_string(), theirs.to_string()];
            note_conflict(reading, field, values, evidence.sources.first().copied().unwrap_or_default());
        }
    }
}

/// What there is to say of a bare value: who gives it.
pub(in crate::reader) fn evidence_of(source: EvidenceSource) -> Evidence {
    Evidence { confidence: Some(1.0), page: 1, sources: vec![source], ..Evidence::default() }
}

fn fill(reading: &mut Reading, field: Field, theirs: FieldValue<'_>, evidence: Evidence) {
    reading.invoice.set(field, Some(theirs));
    // A page's looks need no evidence; a subtotal may have no page here.
    if reading.invoice.get(field).is_some() && !UNCOMPARED.contains(&field) {
        reading.note(field, evidence);
    }
}

/// The place and the print come from whoever knows them.
fn confirm(reading: &mut Reading, field: Field, theirs: Evidence) {
    let Some(evidence) = reading.fields.get_mut(&field) else { return };
    for source in theirs.sources {
        if !evidence.sources.contains(&source) {
            evidence.sources.push(source);
        }
    }
    if evidence.quad.is_none() && theirs.quad.is_some() {
        (evidence.quad, evidence.page) = (theirs.quad, theirs.page);
        evidence.text = theirs.text.or(evidence.text.take());
    }
}

fn note_conflict(reading: &mut Reading, field: Field, [value, other_value]: [String; 2], other: EvidenceSource) {
    let kept = reading.evidence(field).and_then(|e| e.sources.first().copied()).unwrap_or_default();
    let conflict = Conflict { field, kept, value, other, other_value };
    if !reading.conflicts.contains(&conflict) {
        reading.conflicts.push(conflict);
    }
}

/// Whether a value follows from others and was read nowhere.
fn is_derived(evidence: &Evidence) -> bool {
    evidence.sources == [EvidenceSource::Code]
}

/// Whether two sources say the same: numbers by value to the places that both have, the rest by its characters,
/// brackets and spaces apart.
fn agree(field: Field, ours: &FieldValue<'_>, theirs: &FieldValue<'_>) -> bool {
    match (field.kind(), ours.number().zip(theirs.number())) {
        _ if ours == theirs => true,
        (FieldKind::Quantity, Some((a, b))) => {
            let is_price = matches!(field, Field::Cell(_, Column::UnitPrice));
            let places = a.scale().min(b.scale()).max(if is_price { 2 } else { 0 });
            a.round_dp(places) == b.round_dp(places)
        }
        (FieldKind::Words, _) => {
            let amount = words::parse(&ours.to_string());
            amount.is_some() && words::parse(&theirs.to_string()) == amount || fold(ours) == fold(theirs)
        }
        _ => fold(ours) == fold(theirs),
    }
}

/// Whether one text is part of another: data carries the remarks that were typed in, the page prints banks and
/// addresses above them.
fn holds(whole: &FieldValue<'_>, part: &FieldValue<'_>) -> bool {
    let part = fold(part);
    !part.is_empty() && fold(whole).contains(&part)
}

fn fold(value: &FieldValue<'_>) -> String {
    let same = |c: char| match c {
        '、' => ',',
        '。' | '·' => '.',
        other => unified(other),
    };
    plain(&value.to_string()).chars().map(same).collect::<String>().to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AMOUNT: Field = Field::Cell(0, Column::Amount);

    fn invoice(name: &str, amount: &str) -> Invoice {
        let mut invoice = Invoice { invoice_number: Some("12345678".into()), ..Invoice::default() };
        invoice.buyer.name = Some(name.into());
        invoice.items.push(Item { amount: amount.parse().ok(), ..Item::default() });
        invoice
    }

    fn merged(accounts: [(EvidenceSource, Invoice); 2]) -> Reading {
        let accounts = accounts.map(|(source, invoice)| SourceValues { source, invoice, ..SourceValues::default() });
        merge(accounts.into(), PageInfo::default()).unwrap()
    }

    #[test]
    fn sources_that_agree_confirm_each_other() {
        let reading = merged([
            (EvidenceSource::Xml, invoice("某某（上海）公司", "1.50")),
            (EvidenceSource::Text, invoice("某某(上海) 公司", "1.5")),
        ]);
        assert!(reading.conflicts.is_empty(), "{:?}", reading.conflicts);
        for field in [Field::BuyerName, AMOUNT, Field::InvoiceNumber] {
            assert_eq!(reading.fields[&field].sources, [EvidenceSource::Xml, EvidenceSource::Text], "{field}");
        }
        assert_eq!(reading.invoice.buyer.name.as_deref(), Some("某某（上海）公司"));
    }

    #[test]
    fn a_contradiction_is_noted_and_the_more_trusted_value_stands() {
        let reading = merged([
            (EvidenceSource::Xml, invoice("甲公司", "1.50")),
            (EvidenceSource::Text, invoice("乙公司", "1.51")),
        ]);
        let fields: Vec<Field> = reading.conflicts.iter().map(|c| c.field).collect();
        assert_eq!(fields, [Field::BuyerName, AMOUNT]);
        assert_eq!(reading.invoice.buyer.name.as_deref(), Some("甲公司"));
        assert_eq!(reading.fields[&Field::BuyerName].sources, [EvidenceSource::Xml]);
    }

    #[test]
    fn remarks_are_what_is_printed_whole() {
        let with = |remarks: &str| Invoice { remarks: Some(remarks.into()), ..Invoice::default() };
        let (typed, printed) = (with("订单 1"), with("开户行:某某\n订单1"));
        for accounts in [
            [(EvidenceSource::Xml, typed.clone()), (EvidenceSource::Text, printed.clone())],
            [(EvidenceSource::Text, printed.clone()), (EvidenceSource::Xml, typed)],
        ] {
            let reading = merged(accounts);
            assert_eq!((reading.invoice.remarks, reading.conflicts), (printed.remarks.clone(), vec![]));
        }
    }

    #[test]
    fn what_one_source_lacks_the_next_one_gives() {
        let bare = Invoice { invoice_number: Some("12345678".into()), ..Invoice::default() };
        let reading = merged([(EvidenceSource::Xml, bare), (EvidenceSource::Text, invoice("甲公司", "1.50"))]);
        assert_eq!(reading.invoice.items.len(), 1);
        assert_eq!(reading.fields[&AMOUNT].sources, [EvidenceSource::Text]);
        assert_eq!(reading.fields[&Field::BuyerName].sources, [EvidenceSource::Text]);
    }
}
