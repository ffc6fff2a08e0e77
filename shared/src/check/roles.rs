//! Whether a value is its field's. A text layer and error correction make characters certain, not what they are for, so
//! what a reader was not sure of, and free text that shows that it is not from its own cell, is not verified, unless another
//! account of the invoice has the same.
//! Source: the form, on which every cell holds one value and nothing of another's.

use std::collections::BTreeSet;

use crate::invoice::form_words::{begins_with_rest_of_label, ends_in_label, holds_table_head, label_in};
use crate::invoice::{Field, Invoice, plain};
use crate::report::{Doubt, DoubtReason, EvidenceSource};
use crate::sentence::{Lang, Sentence, check as says};

use super::buyers;
use super::case::Case;
use super::outcome::Outcome;

/// Free text of a party's cells.
const PARTIES: [Field; 6] = [
    Field::BuyerName,
    Field::SellerName,
    Field::BuyerAddressPhone,
    Field::SellerAddressPhone,
    Field::BuyerBankAccount,
    Field::SellerBankAccount,
];
const PEOPLE: [Field; 3] = [Field::Payee, Field::Reviewer, Field::Drawer];
/// What tells one cell from another: long enough to be nowhere else by chance.
const TELLING: [Field; 12] = [
    Field::BuyerName,
    Field::SellerName,
    Field::BuyerTaxId,
    Field::SellerTaxId,
    Field::BuyerAddressPhone,
    Field::SellerAddressPhone,
    Field::BuyerBankAccount,
    Field::SellerBankAccount,
    Field::InvoiceCode,
    Field::InvoiceNumber,
    Field::CheckCode,
    Field::MachineNumber,
];
/// Shorter values stand in others by chance.
const TELLING_LENGTH: usize = 6;

/// So much of a value is enough to find it on the paper.
const SHOWN: usize = 40;

/// Every value is in its own field, as far as anybody can tell.
pub fn are_clear(case: &Case<'_>) -> Outcome {
    let found = of_text(case.invoice());
    let doubts = case.reading.doubts.iter().chain(&found);
    let there = doubts.filter(|doubt| case.invoice().get(doubt.field).is_some() || doubt.field == Field::Type);
    let (settled, open): (Vec<&Doubt>, Vec<&Doubt>) = there.partition(|doubt| is_confirmed(case, doubt.field));
    let details = |doubts: &[&Doubt]| {
        let mut details: Vec<Sentence> = doubts.iter().map(|doubt| sentence(case.invoice(), doubt)).collect();
        details.sort_by_key(|detail| detail.say(Lang::En));
        details.dedup();
        details
    };
    if !open.is_empty() {
        let fields: BTreeSet<Field> = open.iter().map(|doubt| doubt.field).collect();
        return Outcome::fail(&fields.into_iter().collect::<Vec<_>>(), says::findings(details(&open)));
    }
    if settled.is_empty() {
        return Outcome::pass(&[], says::roles_clear());
    }
    let fields: BTreeSet<Field> = settled.iter().map(|doubt| doubt.field).collect();
    let detail = says::roles_confirmed(details(&settled));
    Outcome::warn(&fields.into_iter().collect::<Vec<_>>(), detail)
}

fn sentence(invoice: &Invoice, Doubt { field, reason }: &Doubt) -> Sentence {
    match reason {
        DoubtReason::Several(values) => says::several_values(field, values.join(", ")),
        DoubtReason::HoldsLabel(label) => says::holds_label(field, label),
        DoubtReason::Mixed => {
            let text: String = invoice.text(*field).unwrap_or_default().chars().take(SHOWN).collect();
            says::holds_others(field, text)
        }
        DoubtReason::TwoPapers => says::two_papers(),
        DoubtReason::Cut(run) => says::cut_out(field, run),
    }
}

/// Whether another account of the invoice has the same value for the field: data beside the page, the QR code, our list.
fn is_confirmed(case: &Case<'_>, field: Field) -> bool {
    use EvidenceSource::{Print, Qr, Text, Vendor, Xml};
    let sources = case.reading.fields.get(&field).map(|evidence| evidence.sources.as_slice()).unwrap_or_default();
    let page = sources.iter().any(|source| matches!(source, Print | Text | Vendor));
    let other = sources.iter().any(|source| matches!(source, Qr | Xml));
    page && other || buyers::is_ours(case).proves.contains(&field)
}

/// What free text itself shows.
fn of_text(invoice: &Invoice) -> Vec<Doubt> {
    let cells = PARTIES.into_iter().chain(PEOPLE).filter_map(|field| {
        let text = invoice.text(field)?;
        Some(Doubt { field, reason: fault_of_cell(invoice, field, text)? })
    });
    let remarks = invoice.remarks.as_deref().filter(|text| holds_table_head(text));
    let remarks = remarks.map(|_| Doubt { field: Field::Remarks, reason: DoubtReason::Mixed });
    cells.chain(remarks).collect()
}

fn fault_of_cell(invoice: &Invoice, field: Field, text: &str) -> Option<DoubtReason> {
    if let Some(label) = label_in(text) {
        return Some(DoubtReason::HoldsLabel(label.to_owned()));
    }
    let text = plain(text);
    let others = TELLING.into_iter().filter(|other| *other != field);
    let mut others = others.filter_map(|other| Some((other, plain(invoice.text(other)?))));
    let mixed = begins_with_rest_of_label(&text)
        || ends_in_label(&text)
        || is_name(field) && holds_sentence_mark(&text)
        || others.any(|other| holds(field, &text, &other));
    mixed.then_some(DoubtReason::Mixed)
}

/// Whether a field is somebody's name and nothing else.
fn is_name(field: Field) -> bool {
    PEOPLE.contains(&field) || matches!(field, Field::BuyerName | Field::SellerName)
}

/// Whether a text holds what parts sentences, or the pairs that are typed into remarks. A comma in foreign words is none.
fn holds_sentence_mark(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let is_foreign = |c: Option<&char>| c.is_some_and(char::is_ascii);
    let comma = |i: usize| chars[i] == ',' && !(is_foreign(chars.get(i + 1)) || is_foreign(chars[..i].last()));
    text.contains([':', ';', '。', '!', '?']) || (0..chars.len()).any(comma)
}

/// Whether a text holds another field's value where it must not.
fn holds(field: Field, text: &str, (other, value): &(Field, String)) -> bool {
    let Some(at) = text.find(value.as_str()).filter(|_| value.chars().count() >= TELLING_LENGTH) else { return false };
    let is_bank = matches!(field, Field::BuyerBankAccount | Field::SellerBankAccount);
    let behind = text.get(at + value.len()..).unwrap_or_default();
    match (is_name(field), is_name(*other)) {
        // Branches trade with their houses, and a house with itself.
        (true, true) => text != value && !(at == 0 && is_branch(behind)),
        // A bank is a party too.
        (false, true) if is_bank => !["银行", "信用"].iter().any(|word| value.contains(word)),
        _ => true,
    }
}

/// What stands behind a house's name in its branch's.
fn is_branch(rest: &str) -> bool {
    ["分", "支", "店", "部", "(", "站", "厂", "处"].iter().any(|word| rest.contains(word))
        && !rest.ends_with("有限公司")
}
