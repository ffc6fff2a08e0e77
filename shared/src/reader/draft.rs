//! A Reading under construction: every value is put in together with its evidence.
//! Knows nothing of how a value was found.

use std::collections::BTreeMap;

use crate::geometry::Quad;
use crate::report::{Evidence, EvidenceSource, PageInfo, Reading};

use super::frame::{Frame, Span};

/// What was found for one field: its text and where.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// As printed; pieces joined.
    pub text: String,
    /// Mean over its pieces.
    pub confidence: f32,
    /// One per piece.
    pub quads: Vec<Quad>,
}

impl Found {
    /// One span's text.
    pub fn of(span: &Span) -> Found {
        Found { text: span.text(), confidence: span.confidence(), quads: vec![span.quad] }
    }

    /// Several spans, their texts joined.
    pub fn join(spans: &[Span], glue: &str) -> Option<Found> {
        let pieces: Vec<&Span> = spans.iter().filter(|s| !s.marks.is_empty()).collect();
        if pieces.is_empty() {
            return None;
        }
        Some(Found {
            text: pieces.iter().map(|s| s.text()).collect::<Vec<_>>().join(glue),
            confidence: pieces.iter().map(|s| s.confidence()).sum::<f32>() / pieces.len() as f32,
            quads: pieces.iter().map(|s| s.quad).collect(),
        })
    }

    /// A place where nothing was read.
    pub fn blank(quad: Quad) -> Found {
        Found { quads: vec![quad], ..Found::default() }
    }

    /// The same place with another text, e.g. trimmed or mended.
    pub fn with_text(&self, text: impl Into<String>) -> Found {
        Found { text: text.into(), ..self.clone() }
    }
}

/// A Reading that is being filled.
pub struct Draft<'a> {
    /// Where the spans live.
    pub frame: &'a Frame,
    /// What is known so far.
    pub reading: Reading,
    /// Where fields without a value must stand, as far as the layout tells, with what was read there.
    pub places: BTreeMap<String, Found>,
    /// Where its spans come from: pixels, or the file's own text.
    pub source: EvidenceSource,
}

impl<'a> Draft<'a> {
    /// An empty one.
    pub fn new(frame: &'a Frame, page: PageInfo) -> Draft<'a> {
        let reading = Reading { page, ..Reading::default() };
        Draft { frame, reading, places: BTreeMap::new(), source: EvidenceSource::Print }
    }

    /// Notes where a field's value was printed.
    pub fn prove(&mut self, path: impl Into<String>, found: &Found) {
        let evidence = Evidence {
            text: Some(found.text.clone()),
            confidence: Some(round(found.confidence)),
            quad: self.frame.union(&found.quads).map(|quad| quad.map(tenths)),
            page: 1,
            sources: vec![self.source],
            verified: false,
        };
        self.reading.fields.insert(path.into(), evidence);
    }

    /// Proves a field and hands its value on; of a text that has no value only the place is kept.
    pub fn take<T>(&mut self, path: &str, found: Option<Found>, value: impl Fn(&str) -> Option<T>) -> Option<T> {
        let found = found?;
        let Some(value) = value(&found.text) else {
            self.places.insert(path.to_owned(), found);
            return None;
        };
        self.prove(path, &found);
        Some(value)
    }

    /// As [`Draft::take`], for a text that is its own value.
    pub fn take_text(&mut self, path: &str, found: Option<Found>) -> Option<String> {
        self.take(path, found, |text| (!text.is_empty()).then(|| text.to_owned()))
    }
}

/// A tenth of a pixel is more than print needs.
fn tenths(pixels: f32) -> f32 {
    (pixels * 10.0).round() / 10.0
}

/// Four places are enough for a confidence.
fn round(confidence: f32) -> f32 {
    (confidence * 10_000.0).round() / 10_000.0
}
