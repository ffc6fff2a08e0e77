//! The rules that need no oracle, and what makes a field verified. Works alike for every provider's Reading.
//! Knows nothing of pixels or protocols.
//!
//! `verified` says: we read what is printed. On pixels two independent sources must agree (DESIGN.md lists
//! the pairs); a text layer that we trust suffices alone.

mod rules;
mod verdict;

use crate::report::{Check, Reading, Verdict};

/// What the checks found.
#[derive(Clone, Debug, PartialEq)]
pub struct Findings {
    /// Every rule that was tried.
    pub checks: Vec<Check>,
    /// Whether a person has to look.
    pub verdict: Verdict,
    /// Why; empty when verified.
    pub reasons: Vec<String>,
}

/// Tries all rules, marks what they verify in the Reading's evidence, and sums up.
pub fn run(reading: &mut Reading) -> Findings {
    let outcomes = rules::all(reading);
    for path in outcomes.iter().flat_map(|o| &o.verifies) {
        if let Some(evidence) = reading.fields.get_mut(path) {
            evidence.verified = true;
        }
    }
    let checks: Vec<Check> = outcomes.into_iter().map(|o| o.check).collect();
    rules::withdraw(reading, &checks);
    let reasons = verdict::reasons(reading, &checks);
    let verdict = if reasons.is_empty() { Verdict::Verified } else { Verdict::Review };
    Findings { checks, verdict, reasons }
}
