//! Reading a document from its own text: no engine, no models, milliseconds. Knows nothing of pixels but QR codes.

use crate::document::Document;
use crate::document::text::{Picture, TextPage};
use crate::ocr::{self, PageText, QrCode};
use crate::provider::Answer;
use crate::reader::{layer, pages};
use crate::report::Reading;

/// The model's name in Reports.
const MODEL: &str = "text";

/// The invoice in the document's own text; none where the text cannot be trusted or is no invoice.
pub(super) fn read(document: &Document) -> Option<Reading> {
    let text = document.text();
    let own = text.pages.get(document.range())?;
    let mut own: Vec<Option<PageText>> = own.iter().map(|page| lines(document, page)).collect();
    let first = own.first_mut()?.as_mut()?;
    let page = text.pages.get(document.range().start)?;
    first.qr_codes = codes(page, first);
    pages::read(&own)
}

/// Whether the text alone answers the main questions, or the rest of it may be a picture.
pub(super) fn is_enough(reading: &Reading) -> bool {
    let invoice = &reading.invoice;
    invoice.invoice_number.is_some() && invoice.issue_date.is_some() && invoice.grand_total.is_some()
}

pub(super) fn answer(reading: Reading) -> Answer {
    Answer { reading, model: Some(MODEL.to_owned()), ..Answer::default() }
}

/// A page's lines, when it can be trusted.
pub(in crate::provider) fn lines(document: &Document, page: &TextPage) -> Option<PageText> {
    page.is_trusted().then(|| layer::page_text(page, document.pixel_size(page)))
}

/// The QR codes among the page's pictures, in the page's pixels.
fn codes(page: &TextPage, lines: &PageText) -> Vec<QrCode> {
    let scale = (lines.width as f32 / page.width.max(1.0), lines.height as f32 / page.height.max(1.0));
    let on_page = |picture: &Picture| {
        let [x0, y0, x1, y1] = picture.place;
        let [x0, y0, x1, y1] = [x0 * scale.0, y0 * scale.1, x1 * scale.0, y1 * scale.1];
        let quad = [x0, y0, x1, y0, x1, y1, x0, y1];
        let found = ocr::find_codes(&picture.pixels);
        found.into_iter().map(move |code| QrCode { quad, ..code }).collect::<Vec<_>>()
    };
    page.pictures.iter().map(on_page).find(|codes| !codes.is_empty()).unwrap_or_default()
}
