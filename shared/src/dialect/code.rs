//! A vendor's error codes and what they mean to us: what both vendors' tables share. Knows nothing of retries.

use std::time::Duration;

use crate::error::{Error, ErrorKind};
use crate::sentence::fault;

/// One code of a vendor's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VendorCode {
    /// The code in the body, which counts; the HTTP status does not.
    pub code: i64,
    /// The HTTP status it usually comes with.
    pub http_status: u16,
    /// The vendor's own words.
    pub message: &'static str,
    /// What it means to us; none for success.
    pub kind: Option<ErrorKind>,
    /// A next step that fits better than the kind's own.
    pub hint: Option<&'static str>,
}

/// For codes that say that we ask in a form which the vendor does not know.
pub(super) const REQUEST_HINT: &str =
    "The request no longer fits the vendor's interface: check the endpoint and its version.";

impl VendorCode {
    pub(super) const fn success(code: i64, message: &'static str) -> Self {
        Self { code, http_status: 200, message, kind: None, hint: None }
    }

    pub(super) const fn hinted(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }
}

pub(super) const fn fault(code: i64, http_status: u16, kind: ErrorKind, message: &'static str) -> VendorCode {
    VendorCode { code, http_status, message, kind: Some(kind), hint: None }
}

/// Our error for a vendor's code. One that is in no table is a matter of protocol.
pub(super) fn error(vendor: &str, known: Option<&VendorCode>, code: &str, message: &str) -> Error {
    let kind = known.and_then(|known| known.kind).unwrap_or(ErrorKind::ProviderProtocol);
    let mut error = Error::new(kind, fault::vendor_says(vendor, message)).with_vendor_code(code);
    if let Some(hint) = known.and_then(|known| known.hint) {
        error = error.with_hint(hint);
    }
    // Both vendors count requests per second, and do not always say how long to wait.
    if kind == ErrorKind::ProviderThrottled { error.with_retry_after(Duration::from_secs(1)) } else { error }
}
