//! What a file's own text does not say. Knows nothing of how it was taken.

use crate::report::EvidenceSource;
use crate::sentence::check as says;

use super::case::Case;
use super::outcome::Outcome;

/// The page's own text has a character for everything that it shows. What it lacks is not said wrongly, so nothing that was
/// read falls; where the QR code is all that could be read, all the rest is missing.
pub fn is_whole(case: &Case<'_>) -> Outcome {
    let pieces = case.reading.unread;
    let only_code =
        |sources: &[EvidenceSource]| sources.iter().all(|s| matches!(s, EvidenceSource::Qr | EvidenceSource::Code));
    if pieces == 0 {
        return Outcome::skip(&[], says::text_whole());
    }
    if case.reading.fields.values().all(|evidence| only_code(&evidence.sources)) {
        return Outcome::fail(&[], says::text_lacking_but_qr(pieces));
    }
    Outcome::warn(&[], says::text_lacking(pieces))
}
