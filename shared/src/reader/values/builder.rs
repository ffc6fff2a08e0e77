//! A Reading under construction: every value is put in together with its evidence.
//! Knows nothing of how a value was found.

use std::collections::BTreeMap;

use crate::geometry::Quad;
use crate::invoice::{Field, FieldKind, FieldValue};
use crate::reader::page::frame::{Frame, Span};
use crate::report::{DoubtReason, Evidence, EvidenceSource, PageInfo, Reading};

use super::value_parsers;

/// Characters that are this sure on average are what is printed.
const CERTAIN: f32 = 0.97;

/// What was found for one field: its text and where.
#[derive(Clone, Debug, Default)]
pub(in crate::reader) struct Match {
    /// As printed; pieces joined.
    pub(in crate::reader) text: String,
    /// Mean over its pieces.
    pub(in crate::reader) confidence: f32,
    /// One per piece.
    pub(in crate::reader) quads: Vec<Quad>,
}

impl Match {
    /// One span's text.
    pub(in crate::reader) fn of(span: &Span) -> Match {
        Match { text: span.text(), confidence: span.confidence(), quads: vec![span.quad] }
    }

    /// Several spans, their texts joined.
    pub(in crate::reader) fn join(spans: &[Span], glue: &str) -> Option<Match> {
        let pieces: Vec<&Span> = spans.iter().filter(|s| !s.marks.is_empty()).collect();
        if pieces.is_empty() {
            return None;
        }
        Some(Match {
            text: pieces.iter().map(|s| s.text()).collect::<Vec<_>>().join(glue),
            confidence: pieces.iter().map(|s| s.confidence()).sum::<f32>() / pieces.len() as f32,
            quads: pieces.iter().map(|s| s.quad).collect(),
        })
    }

    /// A place where nothing was read.
    pub(in crate::reader) fn blank(quad: Quad) -> Match {
        Match { quads: vec![quad], ..Match::default() }
    }

    /// The same place with another text, e.g. trimmed or mended.
    pub(in crate::reader) fn with_text(&self, text: impl Into<String>) -> Match {
        Match { text: text.into(), ..self.clone() }
    }
}

/// A Reading that is being filled.
pub(in crate::reader) struct ReadingBuilder<'a> {
    /// Where the spans live.
    pub(in crate::reader) frame: &'a Frame,
    /// What is known so far.
    pub(in crate::reader) reading: Reading,
    /// Where fields without a value must stand, as far as the layout tells, with what was read there.
    pub(in crate::reader) places: BTreeMap<Field, Match>,
    /// Where its spans come from: pixels, or the file's own text.
    pub(in crate::reader) source: EvidenceSource,
}

impl<'a> ReadingBuilder<'a> {
    /// An empty one.
    pub(in crate::reader) fn new(frame: &'a Frame, page: PageInfo) -> ReadingBuilder<'a> {
        let reading = Reading { page, ..Reading::default() };
        ReadingBuilder { frame, reading, places: BTreeMap::new(), source: EvidenceSource::Print }
    }

    /// Notes where a field's value was printed.
    pub(in crate::reader) fn prove(&mut self, field: Field, found: &Match) {
        let evidence = Evidence {
            text: Some(found.text.clone()),
            // Four places are enough for a confidence, and a tenth of a pixel is more than print needs.
            confidence: Some((found.confidence * 10_000.0).round() / 10_000.0),
            quad: self.frame.union(&found.quads).map(|quad| quad.map(|pixels| (pixels * 10.0).round() / 10.0)),
            page: 1,
            sources: vec![self.source],
            verified: false,
        };
        self.reading.fields.insert(field, evidence);
    }

    /// Fills a field with what was found for it, as prints of its kind are understood; tells whether it has a value.
    pub(in crate::reader) fn put(&mut self, field: Field, found: Option<Match>) -> bool {
        let is_certain =
            self.source == EvidenceSource::Text || found.as_ref().is_some_and(|found| found.confidence > CERTAIN);
        self.put_as(field, found, |text| {
            let as_it_stands = || value_parsers::id_as_it_stands(text).map(FieldValue::from);
            let whole = value_parsers::value(field, text);
            whole.or_else(|| as_it_stands().filter(|_| is_certain && field.kind() == FieldKind::TaxId))
        })
    }

    /// As [`Self::put`], for a print that is understood in its own way. Value and evidence go together; of a print
    /// without a value only the place is kept.
    pub(in crate::reader) fn put_as<'v, V: Into<FieldValue<'v>>>(
        &mut self,
        field: Field,
        found: Option<Match>,
        meaning: impl FnOnce(&str) -> Option<V>,
    ) -> bool {
        let value = found.as_ref().and_then(|found| meaning(&found.text));
        let has_value = value.is_some();
        self.reading.invoice.set(field, value.map(V::into));
        match found {
            Some(found) if has_value => {
                self.prove(field, &found);
                self.doubt_cut_id(field, &found.text);
            }
            Some(found) => drop(self.places.insert(field, found)),
            None => {}
        }
        has_value
    }

    /// An id that had to be cut out of more characters may not be the one.
    fn doubt_cut_id(&mut self, field: Field, print: &str) {
        if field.kind() != FieldKind::TaxId {
            return;
        }
        self.reading.doubts.retain(|doubt| doubt.field != field || !matches!(doubt.reason, DoubtReason::Cut(_)));
        let id = self.reading.invoice.text(field).unwrap_or_default();
        if let Some(run) = value_parsers::longer_run(print, id) {
            self.reading.doubt(field, DoubtReason::Cut(run));
        }
    }
}
