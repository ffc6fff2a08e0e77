//! A request's body as the bytes of a file. Gateways hand over what came under a media type of text or JSON as text, and
//! put U+FFFD for every byte that is none. Knows nothing of what is in the file.

use bytes::Bytes;
use fapiao::sentence::{Sentence, request as says};
use http::StatusCode;
use lambda_http::Body;

use crate::problem::Problem;

/// The file as it was sent.
///
/// # Errors
/// 415 for a text that is no XML, for an XML in another encoding than UTF-8, and for what was damaged on its way.
pub(crate) fn bytes(body: Body) -> Result<Bytes, Problem> {
    match body {
        Body::Text(text) => match fault(&text) {
            None => Ok(Bytes::from(text)),
            Some(fault) => Err(refused(fault, says::send_bytes())),
        },
        Body::Binary(bytes) => Ok(Bytes::from(bytes)),
        _ => Ok(Bytes::new()),
    }
}

/// The same of a form, in which text may stand.
///
/// # Errors
/// 415 for what was damaged on its way.
pub(crate) fn bytes_of_form(body: Body) -> Result<Bytes, Problem> {
    intact(body).ok_or_else(|| refused(says::form_came_as_text(), says::send_bytes()))
}

/// The bytes, unless a gateway took them for text and damaged them.
pub(crate) fn intact(body: Body) -> Option<Bytes> {
    match body {
        Body::Text(text) => (!text.contains(char::REPLACEMENT_CHARACTER)).then(|| Bytes::from(text)),
        Body::Binary(bytes) => Some(Bytes::from(bytes)),
        _ => Some(Bytes::new()),
    }
}

/// The answer to a body that is no file as it should be.
pub(crate) fn refused(detail: Sentence, hint: Sentence) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail, hint)
}

/// Why a text is not the file; none for XML that came through whole, and for nothing at all.
fn fault(text: &str) -> Option<Sentence> {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if text.chars().any(is_damage) {
        Some(says::body_came_as_text())
    } else if start.starts_with(['{', '[']) {
        Some(says::body_is_other_json())
    } else if !start.is_empty() && !start.starts_with('<') {
        Some(says::body_is_other_text())
    } else {
        let other = declared_encoding(start).filter(|name| !name.eq_ignore_ascii_case("utf-8"))?;
        Some(says::xml_in_other_encoding(other))
    }
}

/// What a gateway puts for bytes that are no text, and what no XML may hold.
fn is_damage(c: char) -> bool {
    c == char::REPLACEMENT_CHARACTER || (c < ' ' && !matches!(c, '\t' | '\n' | '\r'))
}

/// From `<?xml version="1.0" encoding="GBK"?>`.
fn declared_encoding(start: &str) -> Option<&str> {
    let (declaration, _) = start.strip_prefix("<?xml")?.split_once("?>")?;
    let (_, rest) = declaration.split_once("encoding")?;
    rest.split(['"', '\'']).nth(1)
}
