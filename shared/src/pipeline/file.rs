//! One file to the parts in it: the members of an archive, the invoices on a file's pages, and the pages that are none.
//! Knows nothing of who reads them.

use std::ops::Range;
use std::time::Instant;

use bytes::Bytes;

use crate::document::text::TextPage;
use crate::document::{self, Document, Format, Limits, Opened};
use crate::error::{Error, ErrorKind, Result};
use crate::ocr::PageText;
use crate::reader::{layer, no_invoice, pages};
use crate::report::Place;

/// A file taken apart.
#[derive(Debug)]
pub(super) struct File {
    pub(super) media_type: &'static str,
    /// None for an archive.
    pub(super) pages: Option<u32>,
    /// In the file's order; every page and every member is in one of them.
    pub(super) parts: Vec<Part>,
}

/// What is read as one invoice.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) place: Place,
    /// What stands there; or why there is nothing to read.
    pub(super) document: Result<Document>,
}

/// Takes a file apart, away from the async threads where that takes time.
///
/// # Errors
/// What is wrong with the file as a whole; `deadline` when the time was up before.
pub(super) async fn open(bytes: Bytes, limits: Limits, deadline: Instant) -> Result<File> {
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
        Err(error) => vec![part(Vec::new(), Some(&file.name), Err(error))],
    });
    Ok(File { media_type: format.media_type(), pages: None, parts: parts.collect() })
}

fn part(pages: Vec<u32>, member: Option<&String>, document: Result<Document>) -> Part {
    Part { place: Place { pages, member: member.cloned(), quad: None }, document }
}

/// A document's invoices, each a document of its own, and its other pages.
fn split(document: &Document, member: Option<&String>) -> Vec<Part> {
    let documents = invoices(document);
    let count = document.pages() as usize;
    let is_left = |page: &usize| !documents.iter().any(|(range, _)| range.contains(page));
    let left: Vec<usize> = (0..count).filter(is_left).collect();
    let others = left.into_iter().map(|page| part(numbers(page..page + 1), member, Err(why_left(document, page))));
    let invoices = documents.iter().map(|(range, document)| part(numbers(range.clone()), member, Ok(document.clone())));
    let mut parts: Vec<Part> = invoices.chain(others).collect();
    parts.sort_by_key(|part| part.place.pages.first().copied());
    parts
}

/// Pages as people count them.
fn numbers(range: Range<usize>) -> Vec<u32> {
    range.map(|page| u32::try_from(page).unwrap_or(u32::MAX).saturating_add(1)).collect()
}

/// Why a page is in none of a document's invoices.
fn why_left(document: &Document, page: usize) -> Error {
    let unread = |message, hint| Error::new(ErrorKind::UnsupportedFormat, message).with_hint(hint);
    if document.format().is_picture() {
        return unread(
            "only the first page of a TIFF is read",
            "Send its pages as pictures of their own, or as a PDF.",
        );
    }
    let text = document.text();
    let is_picture = |page: &TextPage| !page.is_trusted() && (page.picture_share > 0.0 || page.unnamed > 0);
    if text.pages.get(page).is_some_and(is_picture) {
        return unread(
            "a page of an OFD that is a picture is not looked at",
            "Export the file as a PDF and send that.",
        );
    }
    no_invoice()
}

/// The pages that are read as one invoice, and the document for them.
fn invoices(document: &Document) -> Vec<(Range<usize>, Document)> {
    let is_pdf = document.format() == Format::Pdf;
    let whole = |range: Range<usize>| vec![(range, document.clone())];
    if document.pages() < 2 || document.format().is_picture() {
        return whole(0..1);
    }
    let ranges = ranges(document);
    match ranges.as_slice() {
        [] => whole(0..document.pages() as usize),
        // Whole, because data beside the pages belongs to the file.
        [only] if !is_pdf || only.start == 0 => whole(only.clone()),
        _ => ranges.into_iter().map(|range| (range.clone(), document.part(range))).collect(),
    }
}

/// The pages of each invoice, as far as the document's text tells.
fn ranges(document: &Document) -> Vec<Range<usize>> {
    let text = document.text();
    let lines: Vec<Option<PageText>> =
        text.pages.iter().map(|page| layer::trusted(page, document.pixel_size(page))).collect();
    if document.format() != Format::Pdf {
        let mut ranges = pages::split(&lines);
        let says = |range: &Range<usize>| lines.get(range.start).is_some_and(Option::is_some);
        // Only a PDF's pages can be looked at where they say nothing.
        if ranges.iter().any(says) {
            ranges.retain(says);
        }
        return ranges;
    }
    // A PDF whose text cannot be taken: each page is looked at.
    if lines.is_empty() {
        (0..document.pages() as usize).map(|page| page..page + 1).collect()
    } else {
        pages::split(&lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each part's pages, and why it cannot be read.
    fn parts(bytes: impl Into<Bytes>) -> Vec<(Vec<u32>, Option<&'static str>)> {
        let bytes = bytes.into();
        let format = Format::by_first_bytes(&bytes).unwrap();
        let file = take_apart(bytes, format, &Limits::default()).unwrap();
        file.parts.into_iter().map(|p| (p.place.pages, p.document.err().map(|error| error.code()))).collect()
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
