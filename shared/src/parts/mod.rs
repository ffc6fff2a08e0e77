//! One file to the parts in it: the members of an archive, the invoices on a file's pages, and the pages that are none.
//! Whatever a page's own text says is read here, once, and goes along with its part. Knows nothing of who reads the rest.
//!
//! - here: how a file is taken apart
//! - [`own_text`]: the invoice in a part's own text and data

mod own_text;

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use crate::document::{self, Document, Format, Limits, Opened};
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Quad, bounds};
use crate::reader::file::pages::{self, PageReading};
use crate::reader::no_invoice;
use crate::report::{Place, Reading};
use crate::sentence::{Sentence, fault, next};

use own_text::Sheet;

/// A file taken apart.
#[derive(Debug)]
pub struct File {
    /// Told from its content.
    pub format: Format,
    /// None for an archive.
    pub pages: Option<u32>,
    /// In the file's order; every page and every member is in one of them. What stands there, or why there is nothing to
    /// read.
    pub parts: Vec<(Place, Result<Part>)>,
}

/// What is read as one invoice: its pages, or one paper on a page, and what their text says as far as it was read already.
#[derive(Clone, Debug)]
pub struct Part {
    document: Document,
    /// None where nobody had to look at the text yet.
    sheets: Option<Arc<[Sheet]>>,
}

impl Part {
    /// Its pages as a document.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The invoice in its own text and data; none where they cannot be trusted or hold none.
    pub fn own_reading(&self) -> Option<Reading> {
        let printed = match &self.sheets {
            Some(sheets) => self.join(sheets),
            None => self.join(&own_text::read_pages(&self.document)),
        };
        own_text::with_data(&self.document, printed)
    }

    /// One Reading from its sheets, their pages counted from its first.
    fn join(&self, sheets: &[Sheet]) -> Option<Reading> {
        let first = self.document.range().start;
        let number =
            |sheet: &Sheet| u32::try_from(sheet.page.saturating_sub(first)).unwrap_or(u32::MAX).saturating_add(1);
        pages::join(sheets.iter().map(|sheet| (number(sheet), &sheet.says)))
    }
}

impl From<Document> for Part {
    fn from(document: Document) -> Self {
        Self { document, sheets: None }
    }
}

/// Takes a file apart.
///
/// # Errors
/// What is wrong with the file as a whole.
pub fn take_apart(bytes: Bytes, limits: &Limits) -> Result<File> {
    let format = Format::by_first_bytes(&bytes)?;
    let bundle = match document::open(bytes, format, limits)? {
        Opened::Bundle(bundle) => bundle,
        Opened::Document(document) => {
            let (format, pages) = (document.format(), Some(document.pages()));
            return Ok(File { format, pages, parts: split(&document, None) });
        }
    };
    let parts = bundle.files(limits)?.into_iter().flat_map(|file| match Document::open(file.bytes, limits) {
        Ok(document) => split(&document, Some(&file.name)),
        Err(error) => vec![(place(Vec::new(), Some(&file.name)), Err(error))],
    });
    Ok(File { format, pages: None, parts: parts.collect() })
}

fn place(pages: Vec<u32>, member: Option<&String>) -> Place {
    Place { pages, member: member.cloned(), quad: None }
}

/// Pages counted from 0, and the paper on them where they are not one.
type Spot = (Range<usize>, Option<Quad>);

/// What is no invoice, and why.
type Left = (Spot, Error);

/// A document's invoices, each a part of its own, and what else is on its pages.
fn split(document: &Document, member: Option<&String>) -> Vec<(Place, Result<Part>)> {
    let (invoices, others) = invoices(document);
    let at = |(range, quad): Spot| Place { quad, ..place(numbers(range), member) };
    let is_left = |page: &usize| {
        let is_on = |range: &Range<usize>| range.contains(page);
        !invoices.iter().any(|((range, _), _)| is_on(range)) && !others.iter().any(|((range, _), _)| is_on(range))
    };
    let left: Vec<usize> = (0..document.pages() as usize).filter(is_left).collect();
    let left = left.into_iter().map(|page| ((page..page + 1, None), Err(why_left(document, page))));
    let others = others.into_iter().map(|(spot, error)| (spot, Err(error)));
    let invoices = invoices.into_iter().map(|(spot, part)| (spot, Ok(part)));
    let mut parts: Vec<_> = invoices.chain(others).chain(left).map(|(spot, part)| (at(spot), part)).collect();
    parts.sort_by_key(|(place, _)| place.pages.first().copied());
    parts
}

/// Pages as people count them.
fn numbers(range: Range<usize>) -> Vec<u32> {
    range.map(|page| u32::try_from(page).unwrap_or(u32::MAX).saturating_add(1)).collect()
}

/// Why a page, or a paper on it, is in none of a document's invoices.
pub(crate) fn why_left(document: &Document, page: usize) -> Error {
    let text = document.text();
    let Some(text) = text.pages.get(page).filter(|page| !page.is_trusted()) else { return no_invoice() };
    let unread = |message: Sentence, hint: Sentence| Error::new(ErrorKind::UnsupportedFormat, message).with_hint(hint);
    if text.unnamed > 0 {
        return unread(fault::ofd_text_unreadable(), next::export_as_pdf_or_picture());
    }
    if text.picture_share > 0.0 {
        return unread(fault::ofd_page_is_picture(), next::export_as_pdf());
    }
    no_invoice()
}

/// What is read as one invoice each, and what was read and is none, with the reason.
fn invoices(document: &Document) -> (Vec<(Spot, Part)>, Vec<Left>) {
    let count = document.pages() as usize;
    let pages_alone = || (0..count).map(|page| alone(document, page..page + 1, &[])).collect();
    if document.format().is_picture() {
        // A TIFF's frames are pages.
        let one = vec![((0..1, None), document.clone().into())];
        return (if count < 2 { one } else { pages_alone() }, Vec::new());
    }
    let sheets = own_text::read_pages(document);
    // A PDF whose text cannot be taken: each page is looked at.
    if sheets.is_empty() && count > 1 && document.format() == Format::Pdf {
        return (pages_alone(), Vec::new());
    }
    let ranges = ranges(document, &sheets);
    let whole = || Part { document: document.clone(), sheets: Some(sheets.as_slice().into()) };
    let parts = match ranges.as_slice() {
        [] => vec![((0..count, None), whole())],
        // Whole, because data beside the pages belongs to the file.
        [only] if document.format() != Format::Pdf || page_of(&sheets, only.start) == 0 => {
            vec![(spot(&sheets, only), whole())]
        }
        _ => ranges.iter().map(|range| part(document, &sheets, range)).collect(),
    };
    let others = others(document, &sheets, &ranges, &parts);
    (parts, others)
}

/// The papers that are in none of the invoices, and the pages with none on them: what they are.
fn others(document: &Document, sheets: &[Sheet], ranges: &[Range<usize>], parts: &[(Spot, Part)]) -> Vec<Left> {
    let is_taken = |i: usize| ranges.iter().any(|range| range.contains(&i));
    let is_on_part = |sheet: &Sheet| parts.iter().any(|(spot, _)| spot.0.contains(&sheet.page));
    let left = sheets.iter().enumerate().filter(|(i, _)| !is_taken(*i));
    let left = left.filter(|(_, sheet)| sheet.quad.is_some() || !is_on_part(sheet));
    let why = |sheet: &Sheet| sheet.says.error.clone().unwrap_or_else(|| why_left(document, sheet.page));
    left.map(|(i, sheet)| (spot(sheets, &(i..i + 1)), why(sheet))).collect()
}

fn page_of(sheets: &[Sheet], at: usize) -> usize {
    sheets.get(at).map_or(0, |sheet| sheet.page)
}

/// Where some sheets are: one paper, or all of their pages.
fn spot(sheets: &[Sheet], range: &Range<usize>) -> Spot {
    let pages = page_of(sheets, range.start)..page_of(sheets, range.end.saturating_sub(1)) + 1;
    let paper = sheets.get(range.start).filter(|_| range.len() == 1);
    (pages, paper.and_then(|sheet| sheet.quad))
}

/// Some sheets of a document, with what was read of them.
fn part(document: &Document, sheets: &[Sheet], range: &Range<usize>) -> (Spot, Part) {
    let (pages, quad) = spot(sheets, range);
    let (_, part) = alone(document, pages.clone(), sheets.get(range.clone()).unwrap_or_default());
    let document = match quad {
        Some(quad) => part.document.cropped(bounds([&quad]).unwrap_or_default().map(|side| side.round() as u32)),
        None => part.document,
    };
    ((pages, quad), Part { document, ..part })
}

fn alone(document: &Document, pages: Range<usize>, sheets: &[Sheet]) -> (Spot, Part) {
    let part = Part { document: document.part(pages.clone()), sheets: Some(sheets.into()) };
    ((pages, None), part)
}

/// The sheets of each invoice, as far as their text tells.
fn ranges(document: &Document, sheets: &[Sheet]) -> Vec<Range<usize>> {
    let says: Vec<&PageReading> = sheets.iter().map(|sheet| &sheet.says).collect();
    let mut ranges = pages::split(&says);
    let is_trusted = |range: &Range<usize>| says.get(range.start).is_some_and(|page| page.is_trusted);
    // Only a PDF's pages can be looked at where they say nothing.
    if document.format() != Format::Pdf && ranges.iter().any(is_trusted) {
        ranges.retain(is_trusted);
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each part's pages, and why it cannot be read.
    fn parts(bytes: impl Into<Bytes>) -> Vec<(Vec<u32>, Option<&'static str>)> {
        let file = take_apart(bytes.into(), &Limits::default()).unwrap();
        file.parts.into_iter().map(|(place, part)| (place.pages, part.err().map(|error| error.code()))).collect()
    }

    #[test]
    fn every_page_is_in_a_part() {
        let pdf = include_bytes!("../../../tests/fixtures/text-two-invoices.pdf");
        assert_eq!(parts(pdf.to_vec()), [(vec![1], None), (vec![2], None), (vec![3], Some("no_invoice"))]);
        let pdf = include_bytes!("../../../tests/fixtures/text-two-pages.pdf");
        assert_eq!(parts(pdf.to_vec()), [(vec![1, 2], None)]);
    }

    /// A TIFF's only directory once more behind it.
    fn doubled(mut tiff: Vec<u8>) -> Vec<u8> {
        let number = |at: usize| tiff[at..at + 4].iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        let start = number(4);
        let end = start + 2 + 12 * usize::from(tiff[start]);
        let next = u32::try_from(tiff.len()).unwrap().to_le_bytes();
        let again = [&tiff[start..end], &[0; 4]].concat();
        tiff[end..end + 4].copy_from_slice(&next);
        tiff.extend(again);
        tiff
    }

    #[test]
    fn a_tiffs_frames_are_pages() {
        let mut tiff = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(20, 10).write_to(&mut tiff, image::ImageFormat::Tiff).unwrap();
        assert_eq!(parts(tiff.get_ref().clone()), [(vec![1], None)]);
        assert_eq!(parts(doubled(tiff.into_inner())), [(vec![1], None), (vec![2], None)]);
    }
}
