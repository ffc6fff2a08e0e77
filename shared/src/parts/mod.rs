//! One file to the parts in it: the members of an archive, the invoices on a file's pages, and the pages that are none.
//! Whatever a page's own text says is read here, once, and goes along with its part. Knows nothing of who reads the rest.
//!
//! - here: how a file is taken apart
//! - [`own_text`]: the invoice in a part's own text and data

mod own_text;

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;

use crate::document::text::TextPage;
use crate::document::{self, Document, Format, Limits, Opened};
use crate::error::{Error, ErrorKind, Result};
use crate::reader::file::pages::{self, PageReading};
use crate::reader::no_invoice;
use crate::report::{Place, Reading};

/// A file taken apart.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) media_type: &'static str,
    /// None for an archive.
    pub(crate) pages: Option<u32>,
    /// In the file's order; every page and every member is in one of them. What stands there, or why there is nothing to
    /// read.
    pub(crate) parts: Vec<(Place, Result<Part>)>,
}

/// What is read as one invoice: its pages, and what their text says as far as it was read already.
#[derive(Clone, Debug)]
pub struct Part {
    document: Document,
    /// None where nobody had to look at the text yet.
    pages: Option<Arc<[PageReading]>>,
}

impl Part {
    /// Its pages as a document.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The invoice in its own text and data; none where they cannot be trusted or hold none.
    pub fn own_reading(&self) -> Option<Reading> {
        let printed = match &self.pages {
            Some(pages) => pages::join(pages),
            None => pages::join(&own_text::read_pages(&self.document)),
        };
        own_text::with_data(&self.document, printed)
    }
}

impl From<Document> for Part {
    fn from(document: Document) -> Self {
        Self { document, pages: None }
    }
}

/// Takes a file apart, away from the async threads where that takes time.
///
/// # Errors
/// What is wrong with the file as a whole; `deadline` when the time was up before.
pub(crate) async fn open(bytes: Bytes, limits: Limits, deadline: Instant) -> Result<File> {
    let format = Format::by_first_bytes(&bytes)?;
    // A picture's header is read sooner than another thread has woken up.
    if format.is_picture() {
        return take_apart(bytes, format, &limits);
    }
    let work = tokio::task::spawn_blocking(move || take_apart(bytes, format, &limits));
    match tokio::time::timeout_at(deadline.into(), work).await {
        Ok(Ok(file)) => file,
        Ok(Err(_)) => Err(Error::new(ErrorKind::Internal, "the file could not be taken apart")),
        Err(_) => Err(Error::new(ErrorKind::Deadline, "taking the file apart needs more time than there is")),
    }
}

fn take_apart(bytes: Bytes, format: Format, limits: &Limits) -> Result<File> {
    let bundle = match document::open(bytes, format, limits)? {
        Opened::Bundle(bundle) => bundle,
        Opened::Document(document) => {
            let (media_type, pages) = (document.media_type(), Some(document.pages()));
            return Ok(File { media_type, pages, parts: split(&document, None) });
        }
    };
    let parts = bundle.files(limits)?.into_iter().flat_map(|file| match Document::open(file.bytes, limits) {
        Ok(document) => split(&document, Some(&file.name)),
        Err(error) => vec![(place(Vec::new(), Some(&file.name)), Err(error))],
    });
    Ok(File { media_type: format.media_type(), pages: None, parts: parts.collect() })
}

fn place(pages: Vec<u32>, member: Option<&String>) -> Place {
    Place { pages, member: member.cloned(), quad: None }
}

/// A document's invoices, each a part of its own, and its other pages.
fn split(document: &Document, member: Option<&String>) -> Vec<(Place, Result<Part>)> {
    let invoices = invoices(document);
    let count = document.pages() as usize;
    let is_left = |page: &usize| !invoices.iter().any(|(range, _)| range.contains(page));
    let left: Vec<usize> = (0..count).filter(is_left).collect();
    let at = |range: Range<usize>| place(numbers(range), member);
    let others = left.into_iter().map(|page| (at(page..page + 1), Err(why_left(document, page))));
    let invoices = invoices.into_iter().map(|(range, part)| (at(range), Ok(part)));
    let mut parts: Vec<_> = invoices.chain(others).collect();
    parts.sort_by_key(|(place, _)| place.pages.first().copied());
    parts
}

/// Pages as people count them.
fn numbers(range: Range<usize>) -> Vec<u32> {
    range.map(|page| u32::try_from(page).unwrap_or(u32::MAX).saturating_add(1)).collect()
}

/// Why a page is in none of a document's invoices.
pub(crate) fn why_left(document: &Document, page: usize) -> Error {
    let unread = |message, hint| Error::new(ErrorKind::UnsupportedFormat, message).with_hint(hint);
    if document.format().is_picture() {
        return unread(
            "only the first page of a TIFF is read",
            "Send its pages as pictures of their own, or as a PDF.",
        );
    }
    let text = document.text();
    let has_no_characters = |page: &TextPage| !page.is_trusted() && page.unnamed > 0;
    if text.pages.get(page).is_some_and(has_no_characters) {
        return unread(
            "the text of this OFD has places and no characters, so nobody can read it",
            "Export the file as a PDF or a picture and send that.",
        );
    }
    let is_picture = |page: &TextPage| !page.is_trusted() && (page.picture_share > 0.0 || page.unnamed > 0);
    if text.pages.get(page).is_some_and(is_picture) {
        return unread(
            "a page of an OFD that is a picture is not looked at",
            "Export the file as a PDF and send that.",
        );
    }
    no_invoice()
}

/// The pages that are read as one invoice, and the part that they are.
fn invoices(document: &Document) -> Vec<(Range<usize>, Part)> {
    if document.pages() < 2 || document.format().is_picture() {
        return vec![(0..1, document.clone().into())];
    }
    let pages = own_text::read_pages(document);
    let ranges = ranges(document, &pages);
    let whole = |range| {
        let part = Part { document: document.clone(), pages: Some(pages.as_slice().into()) };
        vec![(range, part)]
    };
    match ranges.as_slice() {
        [] => whole(0..document.pages() as usize),
        // Whole, because data beside the pages belongs to the file.
        [only] if document.format() != Format::Pdf || only.start == 0 => whole(only.clone()),
        _ => ranges.into_iter().map(|range| (range.clone(), part(document, &pages, range))).collect(),
    }
}

/// Some pages of a document, with what was read of them.
fn part(document: &Document, pages: &[PageReading], range: Range<usize>) -> Part {
    let pages = Some(pages.get(range.clone()).unwrap_or_default().into());
    Part { document: document.part(range), pages }
}

/// The pages of each invoice, as far as their text tells.
fn ranges(document: &Document, pages: &[PageReading]) -> Vec<Range<usize>> {
    let is_pdf = document.format() == Format::Pdf;
    // A PDF whose text cannot be taken: each page is looked at.
    if is_pdf && pages.is_empty() {
        return (0..document.pages() as usize).map(|page| page..page + 1).collect();
    }
    let mut ranges = pages::split(pages);
    let says = |range: &Range<usize>| pages.get(range.start).is_some_and(|page| page.is_trusted);
    // Only a PDF's pages can be looked at where they say nothing.
    if !is_pdf && ranges.iter().any(says) {
        ranges.retain(says);
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each part's pages, and why it cannot be read.
    fn parts(bytes: impl Into<Bytes>) -> Vec<(Vec<u32>, Option<&'static str>)> {
        let bytes = bytes.into();
        let format = Format::by_first_bytes(&bytes).unwrap();
        let file = take_apart(bytes, format, &Limits::default()).unwrap();
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
    fn a_tiffs_further_pages_are_mentioned_as_not_read() {
        let mut tiff = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(20, 10).write_to(&mut tiff, image::ImageFormat::Tiff).unwrap();
        assert_eq!(parts(tiff.get_ref().clone()), [(vec![1], None)]);
        assert_eq!(parts(doubled(tiff.into_inner())), [(vec![1], None), (vec![2], Some("unsupported_format"))]);
    }
}
