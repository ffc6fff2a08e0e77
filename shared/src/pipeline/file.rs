//! One file to the documents in it: the members of a bundle, the invoices on a file's pages.
//! Knows nothing of who reads them.

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Instant;

use bytes::Bytes;

use crate::document::{self, BundleFile, Document, Format, Limits, Opened};
use crate::error::{Error, ErrorKind, Result};
use crate::ocr::PageText;
use crate::reader::{layer, pages};
use crate::report::{Report, Status};

/// What is read as one invoice.
#[derive(Debug)]
pub(super) struct Part {
    /// The file it is from, counted from 0; a file that is no bundle is its own only member.
    pub(super) file: usize,
    /// That file's path in the bundle.
    pub(super) member: Option<String>,
    /// Some of its pages; or why it cannot be opened.
    pub(super) document: Result<Document>,
}

/// The parts of a file, taken apart away from the async threads where that takes time.
///
/// # Errors
/// What is wrong with the file as a whole; `deadline` when the time was up before.
pub(super) async fn parts(bytes: Bytes, limits: Limits, deadline: Instant) -> Result<Vec<Part>> {
    let format = Format::by_first_bytes(&bytes)?;
    // A picture's header is read sooner than another thread has woken up.
    if format.is_picture() {
        return take_apart(bytes, format, &limits);
    }
    let work = tokio::task::spawn_blocking(move || take_apart(bytes, format, &limits));
    match tokio::time::timeout_at(deadline.into(), work).await {
        Ok(Ok(parts)) => parts,
        Ok(Err(_)) => Err(broke_off()),
        Err(_) => Err(too_slow()),
    }
}

fn take_apart(bytes: Bytes, format: Format, limits: &Limits) -> Result<Vec<Part>> {
    let bundle = match document::open(bytes, format, limits)? {
        Opened::Bundle(bundle) => bundle,
        Opened::Document(document) => {
            let documents = split(&document).into_iter();
            return Ok(documents.map(|d| Part { file: 0, member: None, document: Ok(d) }).collect());
        }
    };
    let mut parts = Vec::new();
    for (file, BundleFile { name, bytes }) in bundle.files(limits)?.into_iter().enumerate() {
        let part = |document| Part { file, member: Some(name.clone()), document };
        match Document::open(bytes, limits) {
            Ok(document) => parts.extend(split(&document).into_iter().map(|d| part(Ok(d)))),
            Err(error) => parts.push(part(Err(error))),
        }
    }
    Ok(parts)
}

/// A document of several pages as one document an invoice.
fn split(document: &Document) -> Vec<Document> {
    if document.pages() < 2 || !matches!(document.format(), Format::Pdf | Format::Ofd) {
        return vec![document.clone()];
    }
    let text = document.text();
    let lines: Vec<Option<PageText>> =
        text.pages.iter().map(|page| layer::trusted(page, document.pixel_size(page))).collect();
    if lines.is_empty() {
        return single_pages(document);
    }
    let mut ranges = pages::split(&lines);
    // Only a PDF's pages can be looked at where they say nothing.
    let says = |range: &Range<usize>| lines.get(range.start).is_some_and(Option::is_some);
    if document.format() != Format::Pdf && ranges.iter().any(says) {
        ranges.retain(says);
    }
    match ranges.as_slice() {
        [] | [_] if document.format() != Format::Pdf => vec![document.clone()],
        [only] if only.start == 0 => vec![document.clone()],
        _ => ranges.into_iter().map(|range| document.part(range)).collect(),
    }
}

/// A PDF whose text cannot be taken: each page is looked at.
fn single_pages(document: &Document) -> Vec<Document> {
    if document.format() != Format::Pdf {
        return vec![document.clone()];
    }
    (0..document.pages() as usize).map(|page| document.part(page..page + 1)).collect()
}

/// The Reports that answer for the file: pages that are no invoice, further copies of one, and files that nobody
/// takes for documents are left out where there is an invoice. Each is told its place among them.
pub(super) fn settle(reports: Vec<(usize, Report)>) -> Vec<Report> {
    let is_read = |report: &Report| report.status == Status::Read;
    let read_files: BTreeSet<usize> = reports.iter().filter(|(_, r)| is_read(r)).map(|(file, _)| *file).collect();
    let mut seen = BTreeSet::new();
    let mut kept: Vec<(usize, Report)> = Vec::new();
    for (file, report) in reports {
        let is_first = seen.insert(file);
        let wanted = if is_read(&report) {
            !kept.iter().any(|(f, other)| *f == file && is_copy(other, &report))
        } else {
            is_first && !read_files.contains(&file) && (read_files.is_empty() || !is_no_document(&report))
        };
        if wanted {
            kept.push((file, report));
        }
    }
    let count = u32::try_from(kept.len()).unwrap_or(u32::MAX);
    let mut settled: Vec<Report> = kept.into_iter().map(|(_, report)| report).collect();
    for (report, index) in settled.iter_mut().zip(1..) {
        (report.document.index, report.document.count) = (index, count);
    }
    settled
}

/// Whether both are the same invoice: scans hold several of its copies.
fn is_copy(a: &Report, b: &Report) -> bool {
    let identity = |report: &Report| {
        report.invoice.as_ref().map(|i| (i.invoice_code.clone(), i.invoice_number.clone())).filter(|i| i.1.is_some())
    };
    identity(a).is_some() && identity(a) == identity(b)
}

fn is_no_document(report: &Report) -> bool {
    report.error.as_ref().is_some_and(|error| matches!(error.code.as_str(), "unsupported_format" | "empty"))
}

/// A fault of ours while a file was taken apart.
pub(super) fn broke_off() -> Error {
    Error::new(ErrorKind::Internal, "the file could not be taken apart")
}

/// The time was up before the file was taken apart.
fn too_slow() -> Error {
    Error::new(ErrorKind::Deadline, "taking the file apart needs more time than there is")
}
