//! One invoice twice in one file: of two pictures in one document, or two forms of one e-invoice in an archive, which is the
//! invoice; of two documents in an archive which came first; and whether they say the same. Knows nothing of the rest of the file.

use std::collections::BTreeMap;

use super::identity::{Elsewhere, Identity, duplicate_message};
use crate::invoice::Field;
use crate::report::{Check, CheckStatus, CheckedInvoice, Verdict};
use crate::sentence::{Lang, Sentence, check as says, report::check_failed};

/// The rule's name in the Report.
const RULE: &str = "copies_agree";
/// That of the rule about what came before, which a bucket's files are held to as well.
const SEEN: &str = "not_seen_before";

/// A form in which the tax office hands out an e-invoice, all of them together in one archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    Pdf,
    Ofd,
    Xml,
}

impl Form {
    /// Of an invoice from an archive, by the name that its file has there.
    pub(super) fn of(invoice: &CheckedInvoice) -> Option<Self> {
        let (_, ending) = invoice.place.member.as_ref()?.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "pdf" => Some(Self::Pdf),
            "ofd" => Some(Self::Ofd),
            "xml" => Some(Self::Xml),
            _ => None,
        }
    }
}

/// Whether both are sure to be the same invoice, wherever they lie.
pub(super) fn is_same(first: &CheckedInvoice, next: &CheckedInvoice) -> bool {
    Identity::of(first).is_some_and(|identity| Identity::of(next) == Some(identity))
}

/// Whether both are pictures of the same invoice: scans hold several of its sheets.
pub(super) fn is_copy(first: &CheckedInvoice, next: &CheckedInvoice) -> bool {
    let (a, b) = (&first.invoice, &next.invoice);
    first.place.member == next.place.member
        && a.invoice_number.is_some()
        && (&a.invoice_code, &a.invoice_number) == (&b.invoice_code, &b.invoice_number)
}

/// Whether the second says more that can be relied on: it is verified, or more of what a booking needs is, or more of it
/// was read at all.
pub(super) fn is_better(next: &CheckedInvoice, first: &CheckedInvoice) -> bool {
    worth(next) > worth(first)
}

fn worth(invoice: &CheckedInvoice) -> (bool, usize, usize, usize) {
    let is_verified = |field: &Field| invoice.fields.get(&field.to_string()).is_some_and(|evidence| evidence.verified);
    let verified = Field::KEYS.iter().filter(|field| is_verified(field)).count();
    let read = Field::KEYS.iter().filter(|field| invoice.invoice.get(**field).is_some()).count();
    let all = invoice.fields.values().filter(|evidence| evidence.verified).count();
    (invoice.verdict == Verdict::Verified, verified, read, all)
}

/// The fields that a booking needs and of which the two say different things.
pub(super) fn differences(first: &CheckedInvoice, next: &CheckedInvoice) -> Vec<Field> {
    let differs = |field: &Field| match (first.invoice.get(*field), next.invoice.get(*field)) {
        (Some(a), Some(b)) => a != b,
        _ => false,
    };
    Field::KEYS.into_iter().filter(differs).collect()
}

/// Notes in the one that stands that another picture of it says something else: none of these fields counts as verified.
pub(super) fn contradict(stands: &mut CheckedInvoice, other: &CheckedInvoice, fields: &[Field]) {
    let print =
        |invoice: &CheckedInvoice, field: Field| invoice.invoice.get(field).map_or_else(String::new, |v| v.to_string());
    let differs = |field: &Field| says::copy_has(field, print(other, *field), print(stands, *field));
    let said = says::copy_differs(other.place.sentence(), fields.iter().map(differs).collect::<Vec<_>>());
    for field in fields {
        if let Some(evidence) = stands.fields.get_mut(&field.to_string()) {
            evidence.verified = false;
        }
    }
    fail(stands, RULE, said, fields);
}

/// Notes in every invoice that another document of the same archive has brought that it is there twice, and in both what
/// they say otherwise: somebody may have sent it twice, to be paid twice. Only where code and number are verified in both:
/// a misread number must accuse nobody.
pub(super) fn mark_repeated(invoices: &mut [CheckedInvoice]) {
    let mut firsts: BTreeMap<Identity, usize> = BTreeMap::new();
    for at in 0..invoices.len() {
        let (before, rest) = invoices.split_at_mut(at);
        let Some(next) = rest.first_mut() else { return };
        let Some(identity) = Identity::of(next) else { continue };
        match firsts.get(&identity).and_then(|first| before.get_mut(*first)) {
            Some(first) => repeat(first, next),
            None => drop(firsts.insert(identity, at)),
        }
    }
}

fn repeat(first: &mut CheckedInvoice, next: &mut CheckedInvoice) {
    let totals = (first.invoice.grand_total, next.invoice.grand_total);
    let said = duplicate_message(&Elsewhere::Here(first.index.into()), totals.0, totals.1);
    let fields = differences(first, next);
    if !fields.is_empty() {
        contradict(first, next, &fields);
        contradict(next, first, &fields);
    }
    // What an earlier attempt found, when it may have had another place.
    next.checks.retain(|check| check.rule != SEEN);
    next.reasons.retain(|reason| !reason.said.is_failure_of(SEEN));
    fail(next, SEEN, said, &[]);
}

fn fail(invoice: &mut CheckedInvoice, rule: &str, said: Sentence, fields: &[Field]) {
    // An earlier attempt may have found the same.
    if invoice.checks.iter().any(|check| check.rule == rule && check.said == said) {
        return;
    }
    invoice.verdict = Verdict::Review;
    invoice.reasons.push(check_failed(rule, said.clone()).into());
    let fields = fields.iter().map(ToString::to_string).collect();
    let detail = said.say(Lang::En).unwrap_or_default();
    invoice.checks.push(Check { rule: rule.to_owned(), status: CheckStatus::Fail, fields, said, detail });
}
