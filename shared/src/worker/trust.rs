//! What comes back from a worker is taken for what a stranger says: it may have been made by the document. Knows nothing of
//! how it came.

use std::io;

use super::wire::{Fitting, invalid};
use crate::desk::{FileFacts, Found, PartFacts, Picture, SHOWN, Seen};
use crate::document::Format;
use crate::error::{Error, ErrorKind};
use crate::geometry::Quad;
use crate::report::{Evidence, Place, Reading};
use crate::sentence::{Lang, Sentence};

/// More than an archive's members may have pages.
const MAX_PARTS: usize = 200_000;
/// Papers on a page.
const MAX_PAPERS: usize = 1000;
/// Lines of goods, and pages with sums of their own.
const MAX_ROWS: usize = 20_000;
/// Pixels a side, of whatever is called a page.
const MAX_SIDE: u32 = 1_000_000;
/// Bytes of a sentence.
const MAX_TEXT: usize = 2000;
/// Bytes of a member's path, which has 65,535 in a ZIP before it is read as text.
const MAX_PATH: usize = 200_000;
/// A mean of numbers up to one may be a little more.
const MAX_CONFIDENCE: f32 = 1.001;

/// What can be believed once it holds.
pub(super) trait Checked: Sized {
    /// The same, or why it is not believed.
    fn checked(self) -> io::Result<Self>;
}

impl Checked for FileFacts {
    fn checked(mut self) -> io::Result<Self> {
        hold(self.parts.len() <= MAX_PARTS, "too many parts")?;
        for (place, part) in &mut self.parts {
            check_place(place)?;
            match part {
                Ok(facts) => check_facts(facts)?,
                Err(error) => *error = documents_own(error),
            }
        }
        Ok(self)
    }
}

impl Checked for Seen {
    fn checked(mut self) -> io::Result<Self> {
        hold((1..=MAX_PAPERS).contains(&self.papers.len()), "no papers, or too many")?;
        for Found { quad, reading } in &mut self.papers {
            quad.as_ref().map_or(Ok(()), check_quad)?;
            match reading {
                Ok(reading) => check_reading(reading)?,
                Err(error) => *error = documents_own(error),
            }
        }
        Ok(self)
    }
}

impl Checked for Fitting {
    fn checked(self) -> io::Result<Self> {
        check_sides(self.size.unwrap_or_default())?;
        let is_ours = |said: &Sentence| said.clone().known().is_some_and(|said| is_short(&said));
        hold(self.adapted.as_ref().is_none_or(is_ours), "a sentence that is none of ours")?;
        Ok(self)
    }
}

impl Checked for Option<Picture> {
    fn checked(self) -> io::Result<Self> {
        if let Some(Picture { bytes, frame, pages }) = &self {
            check_sides(*frame)?;
            hold(*pages > 0 && frame.0 > 0 && frame.1 > 0, "a picture of nothing")?;
            // A browser shows it, and is told what it is.
            hold(Format::of_picture(bytes).is_some_and(|format| SHOWN.contains(&format)), "a picture that is none")?;
        }
        Ok(self)
    }
}

/// An error that is told as an answer: it can be the document's fault, or a fault of ours, and nobody else's.
pub(super) fn documents_own(error: &Error) -> Error {
    let kind = if error.is_caller_fault() { error.kind() } else { ErrorKind::Internal };
    let short = |text: &str| text.chars().filter(|c| !c.is_control()).take(MAX_TEXT / 4).collect::<String>();
    // A sentence is one of ours, or only what it says in English counts.
    let believed = |sentence: Sentence, english: &str| match sentence.map_texts(&short).known() {
        Some(sentence) if is_short(&sentence) => sentence,
        _ => Sentence::verbatim(short(english)),
    };
    Error::new(kind, believed(error.sentence(), error.message()))
        .with_hint(believed(error.hint_sentence(), &error.hint()))
}

fn is_short(sentence: &Sentence) -> bool {
    sentence.say(Lang::En).is_some_and(|text| text.len() <= MAX_TEXT)
}

fn hold(holds: bool, what: &str) -> io::Result<()> {
    if holds { Ok(()) } else { Err(invalid(format!("an answer that is not believed: {what}"))) }
}

fn check_sides((width, height): (u32, u32)) -> io::Result<()> {
    hold(width <= MAX_SIDE && height <= MAX_SIDE, "a page that is too large")
}

fn check_quad(quad: &Quad) -> io::Result<()> {
    hold(quad.iter().all(|side| side.is_finite()), "a place that is none")
}

fn check_place(place: &Place) -> io::Result<()> {
    hold(place.pages.len() <= MAX_PARTS && place.pages.iter().all(|page| *page > 0), "pages that are none")?;
    hold(place.member.as_ref().is_none_or(|path| path.len() <= MAX_PATH), "a path that is too long")?;
    place.quad.as_ref().map_or(Ok(()), check_quad)
}

fn check_facts(facts: &PartFacts) -> io::Result<()> {
    check_sides(facts.dimensions)?;
    check_sides(facts.page_dimensions)?;
    check_sides(facts.origin)?;
    let is_digest = facts.sha256.len() == 64 && facts.sha256.bytes().all(|digit| digit.is_ascii_hexdigit());
    hold(is_digest, "a digest that is none")
}

fn check_reading(reading: &Reading) -> io::Result<()> {
    hold(reading.invoice.items.len() <= MAX_ROWS, "too many lines of goods")?;
    hold(reading.invoice.page_subtotals.len() <= MAX_ROWS, "too many subtotals")?;
    check_sides((reading.page.width, reading.page.height))?;
    hold(matches!(reading.page.rotation, 0 | 90 | 180 | 270), "a turn that is none")?;
    reading.fields.values().try_for_each(check_evidence)
}

fn check_evidence(evidence: &Evidence) -> io::Result<()> {
    let is_share = evidence.confidence.is_none_or(|share| (0.0..=MAX_CONFIDENCE).contains(&share));
    hold(is_share, "a confidence that is none")?;
    hold(!evidence.verified, "a field that is verified before its rules are run")?;
    evidence.quad.as_ref().map_or(Ok(()), check_quad)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::ReadBy;
    use crate::document::Format;
    use crate::invoice::{Field, Item};

    fn facts() -> FileFacts {
        let part = PartFacts {
            format: Format::Png,
            dimensions: (20, 10),
            page_dimensions: (20, 10),
            origin: (0, 0),
            first_page: 0,
            sha256: "a".repeat(64),
        };
        FileFacts { format: Format::Png, pages: Some(1), parts: vec![(Place::default(), Ok(part))] }
    }

    fn seen(reading: Reading) -> Seen {
        Seen { papers: vec![Found { quad: None, reading: Ok(reading) }], by: ReadBy::Engine }
    }

    fn evidence(evidence: Evidence) -> Seen {
        let mut reading = Reading::default();
        reading.note(Field::Title, evidence);
        seen(reading)
    }

    fn place(place: Place) -> FileFacts {
        let mut facts = facts();
        facts.parts[0].0 = place;
        facts
    }

    #[test]
    fn what_an_honest_worker_says_is_believed() {
        facts().checked().unwrap();
        evidence(Evidence { confidence: Some(1.0), quad: Some([0.5; 8]), ..Evidence::default() }).checked().unwrap();
        Fitting { is_file: true, size: Some((1, 1)), adapted: None }.checked().unwrap();
    }

    #[test]
    fn what_cannot_be_is_not_believed() {
        let mut strange = facts();
        strange.parts[0].1.as_mut().unwrap().sha256 = "../../secret".into();
        assert!(strange.checked().is_err());
        for (at, facts) in [
            place(Place { quad: Some([f32::INFINITY; 8]), ..Place::default() }),
            place(Place { pages: vec![0], ..Place::default() }),
            place(Place { member: Some("a".repeat(MAX_PATH + 1)), ..Place::default() }),
        ]
        .into_iter()
        .enumerate()
        {
            assert!(facts.checked().is_err(), "{at}");
        }
        let mut long = Reading::default();
        long.invoice.items = vec![Item::default(); MAX_ROWS + 1];
        let none = Seen { papers: Vec::new(), by: ReadBy::Text };
        for (at, seen) in [
            none,
            seen(long),
            evidence(Evidence { confidence: Some(f32::NAN), ..Evidence::default() }),
            evidence(Evidence { quad: Some([f32::NAN; 8]), ..Evidence::default() }),
            evidence(Evidence { verified: true, ..Evidence::default() }),
        ]
        .into_iter()
        .enumerate()
        {
            assert!(seen.checked().is_err(), "{at}");
        }
        let foreign = Some(Sentence { id: "of_nobody".to_owned(), ..Sentence::default() });
        for (size, adapted) in [(Some((u32::MAX, 1)), None), (None, foreign)] {
            assert!(Fitting { is_file: false, size, adapted }.checked().is_err());
        }
    }

    #[test]
    fn only_a_picture_of_something_is_shown() {
        let picture = |bytes: &'static [u8], frame| Picture { bytes: bytes.into(), frame, pages: 1 };
        let jpeg = b"\xff\xd8\xff\xe0";
        assert!(Some(picture(jpeg, (2, 1))).checked().is_ok() && Option::<Picture>::None.checked().is_ok());
        for (at, strange) in [
            picture(b"<svg onload='alert(1)'>", (2, 1)),
            picture(b"BM not for every browser", (2, 1)),
            picture(jpeg, (0, 1)),
            picture(jpeg, (u32::MAX, 1)),
            Picture { pages: 0, ..picture(jpeg, (2, 1)) },
        ]
        .into_iter()
        .enumerate()
        {
            assert!(Some(strange).checked().is_err(), "{at}");
        }
    }

    #[test]
    fn an_error_that_a_document_cannot_have_is_ours() {
        let own = documents_own(&Error::new(ErrorKind::NoInvoice, "a\nb".repeat(5000)));
        assert!(own.kind() == ErrorKind::NoInvoice && own.message().len() <= MAX_TEXT && !own.message().contains('\n'));
        for kind in [ErrorKind::ProviderThrottled, ErrorKind::ProviderAuth, ErrorKind::Deadline, ErrorKind::Storage] {
            assert_eq!(documents_own(&Error::new(kind, "a")).kind(), ErrorKind::Internal, "{kind:?}");
        }
    }
}
