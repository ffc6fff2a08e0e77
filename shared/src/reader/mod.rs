//! Text lines and QR codes to a Reading. Knows nothing of pixels or providers.
//!
//! The page is set straight ([`frame`]), its layout told ([`kind`]), and read by the file of that layout:
//! [`form`] (with [`head`], [`party`]) or [`roll`], goods by [`table`] ([`columns`], [`cells`]). Fields are found by
//! what they are: labels, column heads, alignment, the shape of values ([`shape`]); never by fixed coordinates.

mod again;
mod cells;
mod columns;
mod draft;
mod form;
mod frame;
mod head;
mod kind;
mod label;
pub mod layer;
mod list;
pub mod pages;
mod party;
mod roll;
mod seals;
mod settle;
mod shape;
pub mod sources;
mod table;
#[cfg(test)]
mod testing;
pub mod xml;

use crate::error::{Error, ErrorKind, Result};
use crate::invoice::{QrPayload, expense_category};
use crate::ocr::PageText;
use crate::report::{EvidenceSource, PageInfo, Reading};

use again::Look;
use draft::Draft;
use frame::Frame;
use kind::Layout;

/// Finds the invoice on a page. `look` reads single places again; without pixels it answers nothing.
///
/// # Errors
/// `no_invoice` when the page holds none of the nine kinds.
pub fn read(page: &PageText, look: Look<'_>) -> Result<Reading> {
    read_from(page, look, EvidenceSource::Print)
}

/// Finds the invoice in a page's own text, as [`layer::page_text`] lays it out.
///
/// # Errors
/// `no_invoice` when the page holds none of the nine kinds.
pub fn read_text(page: &PageText) -> Result<Reading> {
    read_from(page, &|_| Vec::new(), EvidenceSource::Text)
}

fn read_from(page: &PageText, look: Look<'_>, source: EvidenceSource) -> Result<Reading> {
    let frame = Frame::new(page);
    let qr = page.qr_codes.iter().find_map(|code| QrPayload::parse(&code.text));
    let layout = kind::layout(&frame.spans, qr.as_ref()).ok_or_else(no_invoice)?;
    let info = PageInfo { width: page.width, height: page.height, rotation: page.rotation };
    let mut draft = Draft::new(&frame, info);
    draft.source = source;
    settle::note_qr(&mut draft, page);
    let complete = match layout {
        Layout::Roll => {
            roll::read(&mut draft);
            true
        }
        Layout::Form => form::read(&mut draft, false),
        Layout::Digital => form::read(&mut draft, true),
    };
    if !complete {
        return Err(no_invoice());
    }
    let title = head::title(&frame.spans);
    let printed = title.as_ref().map(|t| shape::plain(&t.text)).unwrap_or_default();
    again::settle(&mut draft, look);
    settle::mend_currency_sign(&mut draft);
    if let Some(qr) = &qr {
        settle::merge_qr(&mut draft, qr);
    }
    kind::settle_type(&mut draft, layout, qr.as_ref(), &printed);
    seals::read(&mut draft, page, title.as_ref());
    kind::settle_title(&mut draft, title);
    draft.reading.invoice.expense_category = expense_category(&draft.reading.invoice.items);
    let reading = draft.reading;
    if reading.invoice.invoice_number.is_none() && reading.invoice.grand_total.is_none() {
        return Err(no_invoice());
    }
    Ok(reading)
}

/// What is said of a document that is readable and none of ours.
pub fn no_invoice() -> Error {
    Error::new(ErrorKind::NoInvoice, "the document holds no Chinese VAT invoice that we know")
}
