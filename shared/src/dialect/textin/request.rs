//! The request's headers and body, understood. Building them is two headers and the file's bytes.
//! Knows nothing of the answer.

use std::borrow::Cow;

use http::HeaderMap;

use super::error::known;
use crate::dialect::{Input, VendorCode};

/// Names the account.
pub const APP_ID_HEADER: &str = "x-ti-app-id";
/// Proves it.
pub const SECRET_HEADER: &str = "x-ti-secret-code";
/// What the body is.
pub const CONTENT_TYPE: &str = "application/octet-stream";

/// Checks a client's headers. `holder` gives whom the app id and the secret code belong to, if to anybody.
///
/// # Errors
/// The vendor's own code: 40101 when a header is missing or empty, 40102 when they are wrong.
pub fn authenticate<T>(
    headers: &HeaderMap,
    holder: impl FnOnce(&str, &str) -> Option<T>,
) -> Result<T, &'static VendorCode> {
    let value = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(str::trim).filter(|v| !v.is_empty());
    let (Some(app_id), Some(code)) = (value(APP_ID_HEADER), value(SECRET_HEADER)) else {
        return Err(known(40101));
    };
    holder(app_id, code).ok_or(known(40102))
}

/// Understands a body: a URL when it is plain text, the file otherwise.
///
/// # Errors
/// 40305 when it is empty, 40004 when it is neither a file nor a URL: a form, JSON, a text.
pub fn input<'a>(headers: &HeaderMap, body: &'a [u8]) -> Result<Input<'a>, &'static VendorCode> {
    if body.is_empty() {
        return Err(known(40305));
    }
    let content_type = headers.get(http::header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let content_type = content_type.trim().to_ascii_lowercase();
    if content_type.starts_with("multipart/") || is_text_around_a_file(body) {
        return Err(known(40004));
    }
    if !content_type.starts_with("text/plain") {
        return Ok(Input::Bytes(Cow::Borrowed(body)));
    }
    std::str::from_utf8(body)
        .ok()
        .map(str::trim)
        .filter(|url| url.starts_with("https://") || url.starts_with("http://"))
        .map(|url| Input::Url(Cow::Borrowed(url)))
        .ok_or(known(40004))
}

/// Whether the file was put into JSON, a form or a data URL, which no file begins with.
fn is_text_around_a_file(body: &[u8]) -> bool {
    let start = body.trim_ascii_start();
    [b"{".as_slice(), b"[", b"data:", b"image_base64="].iter().any(|text| start.starts_with(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap())).collect()
    }

    #[test]
    fn only_the_right_pair_of_headers_is_let_in() {
        let holder = |id: &str, code: &str| (id == "app" && Secret::new("code").matches(code)).then_some("us");
        for (pairs, outcome) in [
            (vec![(APP_ID_HEADER, "app"), (SECRET_HEADER, "code")], Ok("us")),
            (vec![(APP_ID_HEADER, "app"), (SECRET_HEADER, "Code")], Err(40102)),
            (vec![(APP_ID_HEADER, "other"), (SECRET_HEADER, "code")], Err(40102)),
            (vec![(APP_ID_HEADER, "app"), (SECRET_HEADER, " ")], Err(40101)),
            (vec![(SECRET_HEADER, "code")], Err(40101)),
        ] {
            assert_eq!(authenticate(&headers(&pairs), holder).map_err(|r| r.code), outcome);
        }
    }

    #[test]
    fn plain_text_is_a_url_and_all_else_a_file() {
        let text = headers(&[("content-type", "text/plain; charset=utf-8")]);
        let binary = headers(&[("content-type", CONTENT_TYPE)]);
        assert_eq!(input(&binary, b"http://x"), Ok(Input::Bytes(Cow::Borrowed(b"http://x"))));
        assert_eq!(input(&text, b" https://x/a.jpg\n"), Ok(Input::Url("https://x/a.jpg".into())));
        assert_eq!(input(&text, b"file:///etc/passwd").map_err(|r| r.code), Err(40004));
        let form = headers(&[("content-type", "multipart/form-data; boundary=x")]);
        assert_eq!(input(&form, b"--x").map_err(|r| r.code), Err(40004));
        for body in ["{\"image\": \"AAEC\"}", "data:image/png;base64,AAEC", "image_base64=AAEC"] {
            assert_eq!(input(&binary, body.as_bytes()).map_err(|r| r.code), Err(40004), "{body}");
        }
        assert_eq!(input(&binary, b"").map_err(|r| r.code), Err(40305));
    }
}
