//! Text lines and QR codes to a Reading. Knows nothing of pixels or providers.
//!
//! The page is set straight ([`frame`]), its layout told ([`kind`]), and read by the file of that layout:
//! [`form`] (with [`head`], [`party`]) or [`roll`], goods by [`table`] ([`columns`], [`cells`]). Fields are found by
//! what they are: labels, column heads, alignment, the shape of values ([`value_parsers`]); never by fixed coordinates.

mod builder;
mod cells;
mod columns;
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
mod second_pass;
pub mod sources;
mod table;
#[cfg(test)]
mod testing;
mod value_parsers;
pub mod xml;

use crate::error::{Error, ErrorKind, Result};
use crate::invoice::{Field, QrPayload, expense_category, plain};
use crate::ocr::{PageText, QrCode};
use crate::report::{Evidence, EvidenceSource, PageInfo, Reading};

use builder::ReadingBuilder;
use frame::Frame;
use kind::Layout;
use second_pass::Reread;
use sources::CodeWeight;

/// Finds the invoice on a page. `reread` reads single places again; without pixels it answers nothing.
///
/// # Errors
/// `no_invoice` when the page holds none of the nine kinds.
pub fn read(page: &PageText, reread: Reread<'_>) -> Result<Reading> {
    read_from(page, reread, EvidenceSource::Print)
}

/// Finds the invoice in a page's own text, as [`layer::page_text`] lays it out.
///
/// # Errors
/// `no_invoice` when the page holds none of the nine kinds.
pub fn read_text(page: &PageText) -> Result<Reading> {
    read_from(page, &|_| Vec::new(), EvidenceSource::Text)
}

fn read_from(page: &PageText, reread: Reread<'_>, source: EvidenceSource) -> Result<Reading> {
    let frame = Frame::new(page);
    let qr = page.qr_codes.iter().find_map(|code| QrPayload::parse(&code.text));
    let layout = kind::layout(&frame.spans, qr.as_ref()).ok_or_else(no_invoice)?;
    let info = PageInfo { width: page.width, height: page.height, rotation: page.rotation };
    let mut builder = ReadingBuilder::new(&frame, info);
    builder.source = source;
    keep_qr_code(&mut builder.reading, page);
    let complete = match layout {
        Layout::Roll => {
            roll::read(&mut builder);
            true
        }
        Layout::Form => form::read(&mut builder, false),
        Layout::Digital => form::read(&mut builder, true),
    };
    if !complete {
        return Err(no_invoice());
    }
    let title = head::title(&frame.spans);
    let printed = title.as_ref().map(|t| plain(&t.text)).unwrap_or_default();
    second_pass::run(&mut builder, reread);
    let weight = if source == EvidenceSource::Print { CodeWeight::Surer } else { CodeWeight::Equal };
    sources::add_qr_code(&mut builder.reading, weight);
    kind::decide_type(&mut builder, layout, qr.as_ref(), &printed);
    seals::read(&mut builder, page, title.as_ref());
    kind::decide_title(&mut builder, title);
    builder.reading.invoice.expense_category = expense_category(&builder.reading.invoice.items);
    let reading = builder.reading;
    if reading.invoice.invoice_number.is_none() && reading.invoice.grand_total.is_none() {
        return Err(no_invoice());
    }
    Ok(reading)
}

/// Keeps the QR code's content: an invoice's own payload first, else a link of the chain.
fn keep_qr_code(reading: &mut Reading, page: &PageText) {
    let find = |ours: &dyn Fn(&QrCode) -> bool| page.qr_codes.iter().find(|code| ours(code));
    let payload = find(&|code| QrPayload::parse(&code.text).is_some());
    let Some(code) = payload.or_else(|| find(&|code| code.text.contains("chinatax.gov.cn"))) else { return };
    let evidence = Evidence {
        text: Some(code.text.clone()),
        confidence: Some(1.0),
        quad: Some(code.quad),
        page: 1,
        sources: vec![EvidenceSource::Qr],
        verified: false,
    };
    reading.invoice.qr_code = Some(code.text.clone());
    reading.fields.insert(Field::QrCode, evidence);
}

/// What is said of a document that is readable and none of ours.
pub fn no_invoice() -> Error {
    Error::new(ErrorKind::NoInvoice, "the document holds no Chinese VAT invoice that we know")
}
