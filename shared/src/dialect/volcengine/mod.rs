//! Volcengine OcrRollInvoice: form, signature, both envelopes, error table. It reads roll invoices only.
//! Knows nothing of connections.
//!
//! Source: the vendor's interface page of 2021-12-16 and its official signers.

mod error;
mod request;
mod response;
mod signature;

pub use error::CODES;
pub use request::{ACTION, CONTENT_TYPE, VERSION, check_call, form, form_len, parse_form};
pub use response::{parse, render, render_error};
pub use signature::{Call, Credentials, Denial, Received, hash, sign, verify};

/// Where the vendor listens.
pub const ENDPOINT: &str = "https://visual.volcengineapi.com";
