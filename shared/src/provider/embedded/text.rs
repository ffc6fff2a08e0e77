//! Reading a document from its own text: no engine, no models, milliseconds. Knows nothing of pixels but QR codes.

use crate::document::text::{Picture, TextLayer, TextPage};
use crate::document::{Document, Format};
use crate::geometry::{Corners, quad_of};
use crate::ocr::{self, PageText, QrCode};
use crate::provider::Answer;
use crate::reader::sources::{self, SourceValues};
use crate::reader::{layer, pages, xml};
use crate::report::{EvidenceSource, Reading};

/// The model's name in Reports.
const MODEL: &str = "text";

/// The invoice in the document's own text and data; none where it cannot be trusted or holds no invoice.
pub(super) fn read(document: &Document) -> Option<Reading> {
    let text = document.text();
    let printed = read_pages(document, &text);
    // Data beside the pages belongs to the file: of several invoices nobody knows whose it is.
    let mut data = if document.is_whole() { xml::source_values(&text) } else { Vec::new() };
    let Some(printed) = printed else { return xml::read_alone(data) };
    // The title and the marks tell the type, which data knows from the code alone.
    data.iter_mut().for_each(|account| account.invoice.r#type = printed.invoice.r#type);
    let page = printed.page;
    let printed = Some(SourceValues::of_reading(EvidenceSource::Text, printed));
    let accounts: Vec<SourceValues> = match document.format() {
        // A PDF is what it prints, an OFD's pages are made from its data.
        Format::Pdf => printed.into_iter().chain(data).collect(),
        _ => data.into_iter().chain(printed).collect(),
    };
    sources::merge(accounts, page)
}

fn read_pages(document: &Document, text: &TextLayer) -> Option<Reading> {
    let own = text.pages.get(document.range())?;
    let mut lines: Vec<Option<PageText>> =
        own.iter().map(|page| layer::trusted(page, document.pixel_size(page))).collect();
    if let (Some(page), Some(Some(first))) = (own.first(), lines.first_mut()) {
        first.qr_codes = codes(page, first);
    }
    pages::read(&lines)
}

/// Whether the text alone answers the main questions, or the rest of it may be a picture.
pub(super) fn is_enough(reading: &Reading) -> bool {
    let invoice = &reading.invoice;
    invoice.invoice_number.is_some() && invoice.issue_date.is_some() && invoice.grand_total.is_some()
}

pub(super) fn answer(reading: Reading) -> Answer {
    Answer { reading, model: Some(MODEL.to_owned()), ..Answer::default() }
}

/// The QR codes among the page's pictures, in the page's pixels.
fn codes(page: &TextPage, lines: &PageText) -> Vec<QrCode> {
    let (x, y) = (lines.width as f32 / page.width.max(1.0), lines.height as f32 / page.height.max(1.0));
    let on_page = |picture: &Picture| {
        let quad = Corners::from_quad(&quad_of(picture.place)).scaled(x, y).quad();
        let found = ocr::find_codes(&picture.pixels);
        found.into_iter().map(move |code| QrCode { quad, ..code }).collect::<Vec<_>>()
    };
    page.pictures.iter().map(on_page).find(|codes| !codes.is_empty()).unwrap_or_default()
}
