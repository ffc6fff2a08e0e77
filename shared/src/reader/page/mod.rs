//! What finds the invoice on one page. Fields are found by what they are: labels, column heads, alignment, the shape of
//! values; never by fixed coordinates. Knows nothing of files.
//!
//! - [`foreign`]: papers that are no VAT invoice, by what they call themselves
//! - [`frame`]: the page set straight, its lines as spans; [`bend`]: how it lay askew
//! - [`grid`]: its ruled lines, and the cells between them
//! - [`areas`]: which cell of a form holds what
//! - [`label`]: labels in running text
//! - [`kind`]: which layout, which of the nine kinds, which title
//! - [`head`]: what stands above the table
//! - [`copy`]: which copy of a set it is
//! - [`reprints`]: what a paper form prints a second time
//! - [`marks`]: what is printed beside the title for certain goods, and who issued it for whom
//! - [`parties`]: the buyer's and the seller's block
//! - [`form`]: the wide form, and the digital invoice; [`foot`]: its remarks and those who signed
//! - [`once`]: what an invoice has once, twice on one paper
//! - [`roll`]: the till's narrow roll
//! - [`seals`]: which seal is which, and what the seller's says

mod areas;
mod bend;
mod copy;
mod foot;
pub(super) mod foreign;
pub(super) mod form;
pub(super) mod frame;
pub(super) mod grid;
mod head;
pub(super) mod kind;
pub(super) mod label;
mod marks;
mod once;
mod parties;
mod reprints;
mod roll;
mod seals;

use crate::error::{Error, Result};
use crate::invoice::{ChainLink, Field, QrPayload, expense_category, form_words, plain};
use crate::ocr::{PageText, QrCode};
use crate::report::{Evidence, EvidenceSource, PageInfo, Reading};

use super::second_pass::{self, Reread};
use super::sources::{self, CodeWeight};
use super::values::builder::ReadingBuilder;
use super::{another_paper, no_invoice, unread_invoice};

use frame::Frame;
use kind::Layout;

/// Finds the invoice on a page. `reread` reads single places again; without pixels it answers nothing.
///
/// # Errors
/// `no_invoice` when the page holds none of the nine kinds.
pub fn read(page: &PageText, reread: Reread<'_>) -> Result<Reading> {
    read_from(page, reread, EvidenceSource::Print)
}

/// Finds the invoice in a page's own text, as [`text_lines::page_text`](super::file::text_lines::page_text) lays it out.
///
/// # Errors
/// `no_invoice` when the page holds none of the nine kinds.
pub fn read_text(page: &PageText) -> Result<Reading> {
    read_from(page, &|_| Vec::new(), EvidenceSource::Text)
}

fn read_from(page: &PageText, reread: Reread<'_>, source: EvidenceSource) -> Result<Reading> {
    let frame = Frame::new(page);
    let qr = page.qr_codes.iter().find_map(|code| QrPayload::parse(&code.text));
    let on_chain = page.qr_codes.iter().any(|code| ChainLink::parse(&code.text).is_some());
    let none_of_ours = || foreign::paper(&frame.spans).map_or_else(|| none_read(page), another_paper);
    let layout = kind::layout(&frame.spans, qr.as_ref(), on_chain).ok_or_else(none_of_ours)?;
    let info = PageInfo { width: page.width, height: page.height, rotation: page.rotation };
    let mut builder = ReadingBuilder::new(&frame, info);
    builder.source = source;
    keep_qr_code(&mut builder.reading, page);
    if layout == Layout::Roll {
        roll::read(&mut builder);
    } else if !form::read(&mut builder, layout == Layout::Digital) {
        return Err(none_of_ours());
    }
    if layout == Layout::Digital {
        head::as_digital(&mut builder);
    }
    marks::agent(&mut builder);
    let title = head::title(&frame.spans);
    let printed = title.as_ref().map(|t| plain(&t.text)).unwrap_or_default();
    second_pass::run(&mut builder, reread);
    let weight = if source == EvidenceSource::Print { CodeWeight::Surer } else { CodeWeight::Equal };
    sources::add_qr_code(&mut builder.reading, weight);
    kind::decide_type(&mut builder, layout, qr.as_ref(), &printed);
    seals::read(&mut builder, page, title.as_ref());
    kind::decide_title(&mut builder, title);
    copy::look_again(&mut builder, reread);
    builder.reading.invoice.expense_category = expense_category(&builder.reading.invoice.items);
    once::doubt_doubles(&mut builder);
    let reading = builder.reading;
    let is_blank = reading.invoice.invoice_number.is_none() && reading.invoice.grand_total.is_none();
    if is_blank || !kind::is_named(&reading, &frame.spans, qr.as_ref(), on_chain) {
        return Err(none_of_ours());
    }
    Ok(reading)
}

/// What is said of a page that does not say itself what it is.
fn none_read(page: &PageText) -> Error {
    let is_like_one = form_words::look_like_an_invoice(page.lines.iter().map(|line| line.text.as_str()));
    if is_like_one { unread_invoice() } else { no_invoice() }
}

/// Keeps the QR code's content: an invoice's own payload first, else a link of the chain.
fn keep_qr_code(reading: &mut Reading, page: &PageText) {
    let find = |ours: &dyn Fn(&QrCode) -> bool| page.qr_codes.iter().find(|code| ours(code));
    let payload = find(&|code| QrPayload::parse(&code.text).is_some());
    let Some(code) = payload.or_else(|| find(&|code| code.text.contains("chinatax.gov.cn"))) else { return };
    let told = sources::evidence_of(EvidenceSource::Qr);
    let evidence = Evidence { text: Some(code.text.clone()), quad: Some(code.quad), ..told };
    reading.invoice.qr_code = Some(code.text.clone());
    reading.fields.insert(Field::QrCode, evidence);
}
