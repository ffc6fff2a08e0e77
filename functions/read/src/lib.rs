//! What stands behind `make read`, a folder of files to Reports and a list, and behind `make list`, Reports to a list.
//! Knows nothing of how an invoice is read, nor of what the list's columns are.

pub mod fate;
pub mod folder;
pub mod gather;
pub mod job;
pub mod progress;
pub mod sheet;
pub mod stale;
pub mod watch;
pub mod write;

use fapiao::error::{Error, ErrorKind};
use fapiao::sentence::Lang;

/// In which language a list speaks: `FAPIAO_LANG`, else English.
///
/// # Errors
/// `internal` for a language that we do not speak.
pub fn language() -> Result<Lang, Error> {
    let wanted = std::env::var("FAPIAO_LANG").unwrap_or_default();
    let parsed = if wanted.is_empty() { Ok(Lang::default()) } else { wanted.parse() };
    parsed.map_err(|text: String| {
        Error::new(ErrorKind::Internal, format!("FAPIAO_LANG is {text}, which we do not speak"))
            .with_hint("Set it to `en` or `zh`, or leave it out for `en`.")
    })
}
