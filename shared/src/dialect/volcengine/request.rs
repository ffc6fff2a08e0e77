//! The request's form and query, built and understood. Knows nothing of signatures.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::error::known;
use crate::dialect::{Input, VendorCode};

/// The interface's name.
pub const ACTION: &str = "OcrRollInvoice";
/// The interface's version.
pub const VERSION: &str = "2021-08-23";
/// What the body is.
pub const CONTENT_TYPE: &str = "application/x-www-form-urlencoded";

const IMAGE_FIELD: &str = "image_base64";

/// The body that carries a file: base64 whose three special characters are escaped.
pub fn form(file: &[u8]) -> Vec<u8> {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.append_pair(IMAGE_FIELD, &STANDARD.encode(file));
    body.finish().into_bytes()
}

/// So many bytes stand in [`form`] before the file's.
pub const BEFORE_FILE: usize = IMAGE_FIELD.len() + 1;

/// Understands a form. Base64 wins over a URL.
///
/// # Errors
/// The vendor's own code: 50204 when neither field is there, 50207 when the base64 is empty or broken.
pub fn parse_form(body: &[u8]) -> Result<Input<'static>, &'static VendorCode> {
    let (mut url, mut is_empty) = (None, false);
    for (name, value) in form_urlencoded::parse(body) {
        match name.as_ref() {
            IMAGE_FIELD if value.is_empty() => is_empty = true,
            IMAGE_FIELD => {
                let plain: String = value.chars().filter(|c| !c.is_whitespace()).collect();
                return STANDARD.decode(plain).map(|file| Input::Bytes(file.into())).map_err(|_| known(50207));
            }
            "image_url" if !value.is_empty() => url = Some(value.into_owned().into()),
            _ => {}
        }
    }
    url.map(Input::Url).ok_or(known(if is_empty { 50207 } else { 50204 }))
}

/// Whether a query calls this interface.
///
/// # Errors
/// 50204 when a parameter is missing, 50402 when it names another interface.
pub fn check_call(query: &str) -> Result<(), &'static VendorCode> {
    let find = |wanted: &str| {
        form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    match (find("Action"), find("Version")) {
        (Some(action), Some(version)) if action == ACTION && version == VERSION => Ok(()),
        (Some(_), Some(_)) => Err(known(50402)),
        _ => Err(known(50204)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_survives_the_form() {
        let counting: Vec<u8> = (0..=255).cycle().take(4099).collect();
        for file in [counting, vec![0], vec![0, 1]] {
            let body = form(&file);
            assert_eq!(parse_form(&body), Ok(Input::Bytes(file.into())));
        }
    }

    #[test]
    fn plus_slash_and_padding_are_escaped() {
        let file = STANDARD.decode("+/+/ABCD774+Pw==").unwrap();
        assert_eq!(form(&file), b"image_base64=%2B%2F%2B%2FABCD774%2BPw%3D%3D");
    }

    #[test]
    fn base64_wins_over_a_url_and_an_empty_form_is_refused() {
        assert_eq!(
            parse_form(b"image_url=https%3A%2F%2Fa%2Fb&image_base64=AAEC"),
            Ok(Input::Bytes(vec![0, 1, 2].into()))
        );
        assert_eq!(parse_form(b"image_url=https%3A%2F%2Fa%2Fb"), Ok(Input::Url("https://a/b".into())));
        assert_eq!(parse_form(b"").map_err(|r| r.code), Err(50204));
        assert_eq!(parse_form(b"image_base64=").map_err(|r| r.code), Err(50207));
        assert_eq!(parse_form(b"image_base64=%21%21").map_err(|r| r.code), Err(50207));
    }

    #[test]
    fn another_action_is_another_url() {
        assert_eq!(check_call("Action=OcrRollInvoice&Version=2021-08-23"), Ok(()));
        assert_eq!(check_call("Action=OcrVatInvoice&Version=2020-08-26").map_err(|r| r.code), Err(50402));
        assert_eq!(check_call("").map_err(|r| r.code), Err(50204));
    }
}
