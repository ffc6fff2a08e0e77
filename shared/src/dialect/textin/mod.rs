//! TextIn vat_invoice: headers, fields, places, error table. It reads every VAT invoice but rolls.
//! Knows nothing of connections.
//!
//! Source: the vendor's interface page and samples of its sibling services.

mod answer;
mod error;
mod field;
mod items;
mod kind;
mod quad;
mod request;
mod response;

pub use error::{ROWS, Row, from_code, row_for};
pub use field::{Derived, FIELDS, Field, Holds};
pub use items::COLUMNS;
pub use quad::{from_position, to_position};
pub use request::{APP_ID_HEADER, CONTENT_TYPE, Credentials, Input, SECRET_HEADER, authenticate, input};
pub use response::{parse, render, render_error, render_other};

/// Where the vendor listens.
pub const ENDPOINT: &str = "https://api.textin.com";
/// The interface's path.
pub const PATH: &str = "/robot/v1.0/api/vat_invoice";
