//! TextIn vat_invoice: headers, fields, places, error table. It reads every VAT invoice but rolls.
//! Knows nothing of connections.
//!
//! Source: the vendor's interface page and samples of its sibling services.

mod error;
mod items;
mod keys;
mod kind;
mod position;
mod request;
mod response;
#[cfg(test)]
mod wire_tests;

pub use error::{CODES, for_error, known};
pub use position::QuadOrder;
pub use request::{APP_ID_HEADER, CONTENT_TYPE, SECRET_HEADER, authenticate, input};
pub(crate) use response::parse;
pub use response::{render, render_error, render_other};

/// Where the vendor listens.
pub(crate) const ENDPOINT: &str = "https://api.textin.com";
/// The interface's path.
pub const PATH: &str = "/robot/v1.0/api/vat_invoice";
