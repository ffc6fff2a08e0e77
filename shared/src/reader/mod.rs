//! Text lines and QR codes to a Reading. One file per layout. Knows nothing of pixels or providers.

use crate::error::{Error, ErrorKind, Result};
use crate::ocr::PageText;
use crate::report::Reading;

/// Finds the invoice on a page.
///
/// # Errors
/// `no_invoice` when the page holds none of the nine kinds.
pub fn read(_page: &PageText) -> Result<Reading> {
    Err(Error::new(ErrorKind::NoInvoice, "wip"))
}
