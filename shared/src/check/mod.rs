//! The rules that need no oracle, and what makes a field verified. Works alike for every provider's Reading.
//! Knows nothing of pixels or protocols.
//!
//! `verified` says: we read what is printed. On pixels two independent sources must agree (DESIGN.md lists
//! the pairs); a text layer or XML that we trust suffices alone. One file a family of rules:
//!
//! - [`qr`]: QR code against print, and whatever else two sources say of one field
//! - [`numbers`]: shapes, code structure, printed again, possible dates
//! - [`roles`]: is a value its field's
//! - [`file_text`]: what a file's own text lacks
//! - [`parties`]: tax ids, the seller's seal; [`buyers`]: is it made out to us
//! - [`totals`]: words, digits, sums; [`columns`]: sums of the lines
//! - [`lines`]: each line's own arithmetic, discounts, signs

mod buyers;
mod case;
mod columns;
mod file_text;
mod lines;
mod numbers;
mod outcome;
mod parties;
mod qr;
mod roles;
#[cfg(test)]
mod tests;
mod totals;
mod verdict;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

use crate::report::{Check, Reading, Statement, Verdict};

use case::Case;
use outcome::{Outcome, Proof};

pub use buyers::Buyers;

type Rule = fn(&Case<'_>) -> Outcome;

/// Every rule with its name, in the order in which one may build upon another: what speaks of a single field first,
/// then what confirms the totals, then what the totals confirm.
const RULES: [(&str, Rule); 26] = [
    ("sources_agree", qr::sources_agree),
    ("qr_matches_print", qr::matches_print),
    ("qr_kind_matches_type", qr::kind_matches_type),
    ("number_shapes", numbers::shapes),
    ("code_fits_type", numbers::code_fits_type),
    ("code_fits_title", numbers::code_fits_title),
    ("code_fits_date", numbers::code_fits_date),
    ("digital_number_fits_date", numbers::digital_number_fits_date),
    ("printed_again", numbers::printed_again),
    ("date_is_possible", numbers::date_is_possible),
    ("buyer_tax_id_check_digit", parties::buyer_id),
    ("seller_tax_id_check_digit", parties::seller_id),
    ("seal_matches_seller", parties::seal),
    ("buyer_is_ours", buyers::is_ours),
    ("roles_are_clear", roles::are_clear),
    ("text_is_whole", file_text::is_whole),
    ("words_match_digits", totals::words_match_digits),
    ("signs_agree", totals::signs_agree),
    ("rates_are_known", lines::rates_are_known),
    ("price_and_quantity", lines::price_and_quantity),
    ("quantity_times_price", lines::quantity_times_price),
    ("amount_times_rate", lines::amount_times_rate),
    ("negative_lines", lines::negative_lines),
    ("total_plus_tax", totals::total_plus_tax),
    ("lines_add_up", columns::amounts),
    ("line_taxes_add_up", columns::taxes),
];

/// What the rules go by besides the invoice itself.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Our own names and tax ids; none when nobody said.
    pub buyers: Buyers,
    /// Today in China.
    pub today: fn() -> Date,
}

impl Default for Rules {
    fn default() -> Self {
        Self { buyers: Buyers::default(), today: today_in_china }
    }
}

/// What the checks found.
#[derive(Clone, Debug, PartialEq)]
pub struct Findings {
    /// Every rule that was tried.
    pub checks: Vec<Check>,
    /// Whether a person has to look.
    pub verdict: Verdict,
    /// Why; empty when verified.
    pub reasons: Vec<Statement>,
}

impl Rules {
    /// Tries all rules, marks what they verify in the Reading's evidence, and sums up.
    pub fn run(&self, reading: &mut Reading) -> Findings {
        let mut proof = Proof::of_files(reading);
        let mut checks = Vec::with_capacity(RULES.len());
        for (name, rule) in RULES {
            let outcome = rule(&Case { reading, rules: self, proof: &proof });
            checks.push(proof.absorb(name, outcome));
        }
        for (field, evidence) in &mut reading.fields {
            evidence.verified = proof.holds(*field);
        }
        let reasons = verdict::reasons(reading, &checks);
        let verdict = if reasons.is_empty() { Verdict::Verified } else { Verdict::Review };
        Findings { checks, verdict, reasons }
    }
}

/// China has one time, eight hours ahead, and no summer time since 1991.
fn today_in_china() -> Date {
    Timestamp::now().to_zoned(TimeZone::fixed(Offset::constant(8))).date()
}
