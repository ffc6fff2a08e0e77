//! A request's body as the bytes of a file. Gateways hand over what came under a media type of text or JSON as text, and
//! put U+FFFD for every byte that is none. Knows nothing of what is in the file.

use bytes::Bytes;
use http::StatusCode;
use lambda_http::Body;

use crate::problem::Problem;

/// What every gateway takes for a file.
const NEXT_STEP: &str = "Send the file's bytes with `-H \"Content-Type: application/octet-stream\"`, or with its own type, e.g. image/jpeg.";

/// The file as it was sent.
///
/// # Errors
/// 415 for a text that is no XML, for an XML in another encoding than UTF-8, and for what was damaged on its way.
pub(crate) fn bytes(body: Body) -> Result<Bytes, Problem> {
    match body {
        Body::Text(text) => match fault(&text) {
            None => Ok(Bytes::from(text)),
            Some(fault) => Err(refused(&fault, NEXT_STEP)),
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
    intact(body).ok_or_else(|| refused("the form came as text, so that the file in it is damaged", NEXT_STEP))
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
pub(crate) fn refused(detail: &str, hint: &str) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail, hint)
}

/// Why a text is not the file; none for XML that came through whole, and for nothing at all.
fn fault(text: &str) -> Option<String> {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if text.chars().any(is_damage) {
        Some("the body came as text, so that the file in it is damaged".to_owned())
    } else if start.starts_with(['{', '[']) {
        Some("the body is JSON without image_base64, not a file".to_owned())
    } else if !start.is_empty() && !start.starts_with('<') {
        Some("the body came as text, but is no invoice's XML".to_owned())
    } else {
        let other = declared_encoding(start).filter(|name| !name.eq_ignore_ascii_case("utf-8"))?;
        Some(format!("the XML says that it is written in {other}, which text does not keep"))
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
