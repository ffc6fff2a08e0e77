//! What a rule found, and what all of them together prove. Knows no rule.

use std::collections::BTreeSet;

use crate::invoice::Field;
use crate::report::{Check, CheckStatus, EvidenceSource, Reading};
use crate::sentence::{Lang, Sentence};

/// A rule's result, and the fields that it proves.
#[derive(Debug)]
pub struct Outcome {
    /// How it came out.
    pub status: CheckStatus,
    /// Fields that a second, independent source confirms.
    pub proves: Vec<Field>,
    fields: Vec<Field>,
    said: Sentence,
}

impl Outcome {
    /// The rule holds.
    pub fn pass(fields: &[Field], said: Sentence) -> Self {
        Self::new(CheckStatus::Pass, fields, said)
    }

    /// It holds, or it does not.
    pub fn of(holds: bool, fields: &[Field], said: Sentence) -> Self {
        Self::new(if holds { CheckStatus::Pass } else { CheckStatus::Fail }, fields, said)
    }

    /// It is off, but may be lawful, or its own source is unsure.
    pub fn warn(fields: &[Field], said: Sentence) -> Self {
        Self::new(CheckStatus::Warn, fields, said)
    }

    /// It does not hold: none of these fields counts as verified.
    pub fn fail(fields: &[Field], said: Sentence) -> Self {
        Self::new(CheckStatus::Fail, fields, said)
    }

    /// It does not apply, or a value is missing.
    pub fn skip(fields: &[Field], said: Sentence) -> Self {
        Self::new(CheckStatus::Skip, fields, said)
    }

    fn new(status: CheckStatus, fields: &[Field], said: Sentence) -> Self {
        Self { status, proves: Vec::new(), fields: fields.to_vec(), said }
    }

    /// These fields are confirmed, whatever the rule says of others.
    pub fn proving(mut self, fields: &[Field]) -> Self {
        self.proves = fields.to_vec();
        self
    }
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
        let detail = outcome.said.say(Lang::En).unwrap_or_default();
        Check { rule: rule.to_owned(), status: outcome.status, fields, said: outcome.said, detail }
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
