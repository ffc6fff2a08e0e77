//! Each vendor's wire format, both ways: what we send as its client we also understand as its server.
//! Knows nothing of connections, credentials' whereabouts, files or HTTP frameworks.
//!
//! Meaning and print are kept apart: `invoice` holds what a value means, `fields[path].text` how it was
//! printed. Parsing fills both; rendering prefers the print and falls back on the meaning.

mod code;
mod field;
mod json;
pub mod textin;
pub mod volcengine;

use std::borrow::Cow;

pub use code::VendorCode;

use crate::report::Reading;

/// What a vendor's answer holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct VendorAnswer {
    /// What it read.
    pub reading: Reading,
    /// The vendor's own id of the request, where it gives one.
    pub request_id: Option<String>,
}

/// The document in a client's request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// The file itself.
    Bytes(Cow<'a, [u8]>),
    /// Where the file is.
    Url(Cow<'a, str>),
}
