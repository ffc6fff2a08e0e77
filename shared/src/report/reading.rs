//! What a provider found on one paper, before the rules have looked at it. Pure data; knows nothing of how it was found.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Evidence, EvidenceSource, PageInfo};
use crate::geometry::Quad;
use crate::invoice::{Field, Invoice};

/// What a provider found: the invoice, the evidence, and the page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The meaning.
    pub invoice: Invoice,
    /// The evidence by field.
    pub fields: BTreeMap<Field, Evidence>,
    /// The page it was read from.
    pub page: PageInfo,
    /// Where two sources contradict each other.
    pub conflicts: Vec<Conflict>,
    /// Values that were chosen between two readings because another field said so: that field no longer confirms them.
    pub dependencies: Vec<Dependency>,
    /// Values whose characters may be certain, but not that they are this field's.
    pub doubts: Vec<Doubt>,
    /// Pieces of the page's own text that have no characters, so that nobody can read them.
    pub unread: usize,
}

/// Why a value may not be its field's: then it is not verified, unless another account of the invoice agrees with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// The field that it was given to.
    pub field: Field,
    /// What speaks against it.
    pub reason: DoubtReason,
}

/// What makes the role of a value doubtful.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DoubtReason {
    /// The paper has several different values where an invoice has one.
    Several(Vec<String>),
    /// It holds one of the form's labels, so it runs into another cell.
    HoldsLabel(String),
    /// It holds another field's value, or text that stands outside its cell.
    Mixed,
    /// Two papers were read as one: it may be either's.
    TwoPapers,
    /// It was cut out of a longer run of characters, or has a length that no such value has.
    Cut(String),
}

/// Two sources that say different things of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The field, or the table as a whole where they do not even agree on the number of lines.
    pub field: Field,
    /// Whose value stands.
    pub kept: EvidenceSource,
    /// That value.
    pub value: String,
    /// Who contradicts.
    pub other: EvidenceSource,
    /// With which value.
    pub other_value: String,
}

impl Conflict {
    /// What the QR code says, and what the print; none where the conflict is between others.
    pub fn code_and_print(&self) -> Option<(&str, &str)> {
        match (self.kept, self.other) {
            _ if self.field == Field::QrCode => None,
            (EvidenceSource::Qr, _) => Some((&self.value, &self.other_value)),
            (_, EvidenceSource::Qr) => Some((&self.other_value, &self.value)),
            _ => None,
        }
    }
}

/// A value that was chosen with another field's help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// The field whose value was chosen.
    pub field: Field,
    /// The field that decided.
    pub on: Field,
}

impl Reading {
    /// Why we believe a field.
    pub fn evidence(&self, field: Field) -> Option<&Evidence> {
        self.fields.get(&field)
    }

    /// Keeps the evidence of a field in place of what was there.
    pub fn note(&mut self, field: Field, evidence: Evidence) {
        self.fields.insert(field, evidence);
    }

    /// Whether the print itself, or a file's own characters, give the field: not the QR code alone, nor a guess.
    pub fn is_printed(&self, field: Field) -> bool {
        use EvidenceSource::{Print, Text, Vendor, Xml};
        let printed = |source: &EvidenceSource| matches!(source, Print | Vendor | Text | Xml);
        self.fields.get(&field).is_some_and(|evidence| evidence.sources.iter().any(printed))
    }

    /// Notes that a value may not be its field's.
    pub fn doubt(&mut self, field: Field, reason: DoubtReason) {
        let doubt = Doubt { field, reason };
        if !self.doubts.contains(&doubt) {
            self.doubts.push(doubt);
        }
    }

    /// Moves every place in the evidence, as from a paper to the page on which it lies.
    pub fn move_places(&mut self, to: impl Fn(&Quad) -> Quad) {
        for quad in self.fields.values_mut().filter_map(|evidence| evidence.quad.as_mut()) {
            *quad = to(quad);
        }
    }

    /// Whether a field's value was chosen because another one said so.
    pub fn depends_on(&self, field: Field, on: Field) -> bool {
        self.dependencies.contains(&Dependency { field, on })
    }
}

#[cfg(test)]
mod tests {
    use std::fmt;
    use std::path::Path;

    use super::*;
    use crate::error::{Error, ErrorKind};
    use crate::ocr::PageText;

    #[track_caller]
    fn assert_comes_back<T: Serialize + for<'de> Deserialize<'de> + PartialEq + fmt::Debug>(value: &T) {
        let text = serde_json::to_vec(value).unwrap();
        assert_eq!(serde_json::from_slice::<T>(&text).unwrap(), *value);
    }

    #[test]
    fn a_reading_of_every_kind_of_page_comes_back_from_json_as_it_went() {
        let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded");
        let mut readings = 0;
        for file in recorded.read_dir().unwrap() {
            let page: PageText = serde_json::from_slice(&std::fs::read(file.unwrap().path()).unwrap()).unwrap();
            let reading = crate::reader::read(&page, &|_| Vec::new());
            readings += usize::from(reading.is_ok());
            assert_comes_back(&reading);
        }
        assert!(readings > 8, "{readings} readings");
    }

    #[test]
    fn what_stands_beside_the_values_comes_back_too() {
        let mut reading = Reading { unread: 3, ..Reading::default() };
        let value = || "a".to_owned();
        let reasons = [
            DoubtReason::Several(vec![value()]),
            DoubtReason::HoldsLabel(value()),
            DoubtReason::Mixed,
            DoubtReason::TwoPapers,
            DoubtReason::Cut(value()),
        ];
        reasons.into_iter().for_each(|reason| reading.doubt(Field::BuyerName, reason));
        let (kept, other) = (EvidenceSource::Print, EvidenceSource::Qr);
        reading.conflicts = vec![Conflict { field: Field::Items, kept, value: value(), other, other_value: value() }];
        reading.dependencies = vec![Dependency { field: Field::TotalTax, on: Field::GrandTotal }];
        assert_comes_back(&reading);
        let hinted = Error::new(ErrorKind::NoInvoice, "a").with_hint("b").with_vendor_code("c");
        assert_comes_back(&hinted.with_retry_after(std::time::Duration::from_millis(1500)));
    }
}
