//! Volcengine OcrRollInvoice: form, signature, both envelopes, error table. It reads roll invoices only.
//! Knows nothing of connections.
//!
//! Source: the vendor's interface page of 2021-12-16 and its official signers.

mod error;
mod request;
mod response;
mod signature;
#[cfg(test)]
mod wire_tests;

pub use error::{CODES, for_error, known};
pub(crate) use request::BEFORE_FILE;
pub use request::{ACTION, CONTENT_TYPE, VERSION, check_call, form, parse_form};
pub(crate) use response::parse;
pub use response::{render, render_error};
pub use signature::{Call, Credentials, Denial, Received, hash, sign, verify};

/// Where the vendor listens.
pub(crate) const ENDPOINT: &str = "https://visual.volcengineapi.com";
