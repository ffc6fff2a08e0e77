//! The file in a request to `POST /v1/invoices`: as the body itself, in JSON as base64, or in a form. Knows nothing of what
//! is in the file.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use fapiao::sentence::request as says;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use lambda_http::Request;
use serde_json::Value;

use super::{body, form};
use crate::problem::Problem;

/// The member of the JSON that holds the file.
const IMAGE: &str = "image_base64";
/// With or without the signs that fill it up.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The file as it was meant.
///
/// # Errors
/// 415 for a body that holds none, 400 for broken base64 and for a form with several files.
pub(super) fn file(request: Request) -> Result<Bytes, Problem> {
    let (parts, body) = request.into_parts();
    let media_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if media_type.trim_start().to_ascii_lowercase().starts_with("multipart/") {
        return in_form(media_type, &body::bytes_of_form(body)?);
    }
    match in_json(&body) {
        Some(base64) => decoded(&base64),
        None => body::bytes(body),
    }
}

/// The base64 in a body that is JSON, whatever media type it came under; no file that we open begins with a brace.
fn in_json(body: &[u8]) -> Option<String> {
    if !body.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let json: Value = serde_json::from_slice(body).ok()?;
    json.get(IMAGE)?.as_str().map(str::to_owned)
}

fn decoded(base64: &str) -> Result<Bytes, Problem> {
    let data = match base64.strip_prefix("data:") {
        Some(url) => url.split_once(";base64,").map_or("", |(_, data)| data),
        None => base64,
    };
    let plain: Vec<u8> = data.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    BASE64.decode(plain).map(Bytes::from).map_err(|_| {
        let (detail, hint) = (says::no_base64(IMAGE), says::send_standard_base64());
        Problem::new(StatusCode::BAD_REQUEST, "invalid_base64", detail, hint)
    })
}

/// The only file of a form, or its only part.
fn in_form(media_type: &str, body: &Bytes) -> Result<Bytes, Problem> {
    let parts = form::parts(media_type, body);
    let files: Vec<_> = parts.iter().filter(|part| part.is_file).collect();
    let chosen = match (files.as_slice(), parts.as_slice()) {
        ([file], _) => *file,
        ([], [part]) => part,
        ([], _) => {
            return Err(body::refused(says::form_without_file(), says::send_one_in_form()));
        }
        (several, _) => {
            let (detail, hint) = (says::several_files(several.len()), says::send_one_each());
            return Err(Problem::new(StatusCode::BAD_REQUEST, "several_files", detail, hint));
        }
    };
    Ok(body.slice_ref(chosen.content))
}
