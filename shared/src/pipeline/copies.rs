//! Two pictures of one invoice in one file: which of them is the invoice, and whether they say the same.
//! Knows nothing of the rest of the file.

use crate::invoice::Field;
use crate::report::{Check, CheckStatus, CheckedInvoice, Verdict};
use crate::sentence::{Lang, check as says, report::check_failed};

/// The rule's name in the Report.
const RULE: &str = "copies_agree";

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
    // An earlier attempt may have found the same.
    if stands.checks.iter().any(|check| check.rule == RULE && check.said == said) {
        return;
    }
    stands.verdict = Verdict::Review;
    stands.reasons.push(check_failed(RULE, said.clone()).into());
    let fields = fields.iter().map(ToString::to_string).collect();
    let detail = said.say(Lang::En).unwrap_or_default();
    stands.checks.push(Check { rule: RULE.to_owned(), status: CheckStatus::Fail, fields, said, detail });
}
