//! Text lines, QR codes and a file's own data to a Reading. Knows nothing of pixels or providers.
//!
//! Its rooms, in the order in which an invoice passes through them:
//!
//! - [`page`] finds the invoice on one page: sets the page straight, tells its layout, reads what stands where.
//! - [`table`] reads the goods: the head's columns, the rows' cells.
//! - [`values`] turns a print into a value, and keeps both together with the place.
//! - [`second_pass`] has single places read again where the first pass left something open.
//! - [`file`](mod@file) takes what a file says without pixels: text lines, several pages, lists of goods, XML.
//! - [`papers`] tells several papers on one page apart, before any of them is read.
//! - [`sources`] brings everything together that speaks of one invoice.
//!
//! Beside them, [`sketch`] shows what was found on a page, for whoever looks for a fault.

pub mod file;
mod page;
pub(crate) mod papers;
mod second_pass;
pub mod sketch;
pub mod sources;
mod table;
#[cfg(test)]
mod testing;
mod values;

use crate::error::{Error, ErrorKind};
use crate::sentence::{Sentence, fault};

pub use page::{read, read_text};

/// What is said of a paper that says itself what it is.
pub(crate) fn another_paper((name, advice): (Sentence, Sentence)) -> Error {
    Error::new(ErrorKind::NoInvoice, fault::another_paper(name)).with_hint(advice)
}

/// What is said of a document that is readable and none of ours.
pub(crate) fn no_invoice() -> Error {
    Error::new(ErrorKind::NoInvoice, fault::no_invoice_known())
}

/// What is said of a page that nobody could read as an invoice, although it may be one.
pub(crate) fn unread_invoice() -> Error {
    Error::new(ErrorKind::UnreadInvoice, fault::labels_without_invoice())
}
