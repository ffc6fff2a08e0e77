//! What a rule found, and what all of them together prove. Knows no rule.

use std::collections::BTreeSet;

use crate::invoice::Field;
use crate::report::{Check, CheckStatus, EvidenceSource, Reading};

/// A rule's result, and the fields that it proves.
#[derive(Debug)]
pub struct Outcome {
    /// How it came out.
    pub status: CheckStatus,
    /// Fields that a second, independent source confirms.
    pub proves: Vec<Field>,
    fields: Vec<Field>,
    detail: String,
}

impl Outcome {
    /// The rule holds.
    pub fn pass(fields: &[Field], detail: impl Into<String>) -> Self {
        Self::new(CheckStatus::Pass, fields, detail)
    }

    /// It holds, or it does not.
    pub fn of(holds: bool, fields: &[Field], detail: impl Into<String>) -> Self {
        Self::new(if holds { CheckStatus::Pass } else { CheckStatus::Fail }, fields, detail)
    }

    /// It is off, but may be lawful, or its own source is unsure.
    pub fn warn(fields: &[Field], detail: impl Into<String>) -> Self {
        Self::new(CheckStatus::Warn, fields, detail)
    }

    /// It does not hold: none of these fields counts as verified.
    pub fn fail(fields: &[Field], detail: impl Into<String>) -> Self {
        Self::new(CheckStatus::Fail, fields, detail)
    }

    /// It does not apply, or a value is missing.
    pub fn skip(fields: &[Field], detail: impl Into<String>) -> Self {
        Self::new(CheckStatus::Skip, fields, detail)
    }

    fn new(status: CheckStatus, fields: &[Field], detail: impl Into<String>) -> Self {
        Self { status, proves: Vec::new(), fields: fields.to_vec(), detail: detail.into() }
    }

    /// These fields are confirmed, whatever the rule says of others.
    pub fn proving(mut self, fields: &[Field]) -> Self {
        self.proves = fields.to_vec();
        self
    }
}

/// The fields' paths, as a sentence lists them.
pub fn names(fields: &[Field]) -> String {
    fields.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// What is confirmed and what is contradicted so far.
#[derive(Debug, Default)]
pub struct Proof {
    proven: BTreeSet<Field>,
    refuted: BTreeSet<Field>,
}

impl Proof {
    /// Where we begin: text and XML inside a file were not read off pixels, so they need no second source.
    pub fn of_files(reading: &Reading) -> Self {
        let trusted = |s: &EvidenceSource| matches!(s, EvidenceSource::Text | EvidenceSource::Xml);
        let fields = reading.fields.iter().filter(|(_, evidence)| evidence.sources.iter().any(trusted));
        Self { proven: fields.map(|(field, _)| *field).collect(), refuted: BTreeSet::new() }
    }

    /// Takes in one more rule's result; what the Report says of it is left.
    pub fn absorb(&mut self, rule: &str, outcome: Outcome) -> Check {
        self.proven.extend(&outcome.proves);
        if outcome.status == CheckStatus::Fail {
            self.refuted.extend(&outcome.fields);
        }
        let fields = outcome.fields.iter().map(ToString::to_string).collect();
        Check { rule: rule.to_owned(), status: outcome.status, fields, detail: outcome.detail }
    }

    /// Confirmed by some rule and contradicted by none.
    pub fn holds(&self, field: Field) -> bool {
        self.proven.contains(&field) && !self.is_refuted(field)
    }

    /// Whether a rule failed on it, or on the table that it is in.
    pub fn is_refuted(&self, field: Field) -> bool {
        let in_table = matches!(field, Field::Cell(..)) && self.refuted.contains(&Field::Items);
        self.refuted.contains(&field) || in_table
    }
}
