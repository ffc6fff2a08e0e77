//! What a rule found, and what all of them together prove. Knows no rule.

use std::collections::BTreeSet;

use crate::report::{Check, CheckStatus, EvidenceSource, Reading};

/// A rule's result, and the fields that it proves.
pub struct Outcome {
    /// As it stands in the Report.
    pub check: Check,
    /// Fields that a second, independent source confirms.
    pub proves: Vec<String>,
}

impl Outcome {
    /// The rule holds.
    pub fn pass<P: ToString>(rule: &str, fields: &[P], detail: impl Into<String>) -> Self {
        Self::new(rule, CheckStatus::Pass, fields, detail)
    }

    /// It is off, but may be lawful, or its own source is unsure.
    pub fn warn<P: ToString>(rule: &str, fields: &[P], detail: impl Into<String>) -> Self {
        Self::new(rule, CheckStatus::Warn, fields, detail)
    }

    /// It does not hold: none of these fields counts as verified.
    pub fn fail<P: ToString>(rule: &str, fields: &[P], detail: impl Into<String>) -> Self {
        Self::new(rule, CheckStatus::Fail, fields, detail)
    }

    /// It does not apply, or a value is missing.
    pub fn skip<P: ToString>(rule: &str, fields: &[P], detail: impl Into<String>) -> Self {
        Self::new(rule, CheckStatus::Skip, fields, detail)
    }

    fn new<P: ToString>(rule: &str, status: CheckStatus, fields: &[P], detail: impl Into<String>) -> Self {
        let fields = fields.iter().map(ToString::to_string).collect();
        Self { check: Check { rule: rule.to_owned(), status, fields, detail: detail.into() }, proves: Vec::new() }
    }

    /// These fields are confirmed, whatever the rule says of others.
    pub fn proving<P: ToString>(mut self, fields: &[P]) -> Self {
        self.proves = fields.iter().map(ToString::to_string).collect();
        self
    }
}

/// What is confirmed and what is contradicted so far.
#[derive(Debug, Default)]
pub struct Proof {
    proven: BTreeSet<String>,
    refuted: BTreeSet<String>,
}

impl Proof {
    /// Where we begin: text and XML inside a file were not read off pixels, so they need no second source.
    pub fn of_files(reading: &Reading) -> Self {
        let trusted = |s: &EvidenceSource| matches!(s, EvidenceSource::Text | EvidenceSource::Xml);
        let fields = reading.fields.iter().filter(|(_, evidence)| evidence.sources.iter().any(trusted));
        Self { proven: fields.map(|(path, _)| path.clone()).collect(), refuted: BTreeSet::new() }
    }

    /// Takes in one more result; what the Report says of it is left.
    pub fn absorb(&mut self, outcome: Outcome) -> Check {
        self.proven.extend(outcome.proves);
        if outcome.check.status == CheckStatus::Fail {
            self.refuted.extend(outcome.check.fields.iter().cloned());
        }
        outcome.check
    }

    /// Confirmed by some rule and contradicted by none.
    pub fn holds(&self, path: &str) -> bool {
        self.proven.contains(path) && !self.is_refuted(path)
    }

    /// Whether a rule failed on it, or on the list that it is in.
    pub fn is_refuted(&self, path: &str) -> bool {
        let list = path.split_once('[').map(|(list, _)| list);
        self.refuted.contains(path) || list.is_some_and(|list| self.refuted.contains(list))
    }
}
