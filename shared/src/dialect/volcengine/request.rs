//! The request's form and query, built and understood. Knows nothing of signatures.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::error::{Row, row};

/// The interface's name.
pub const ACTION: &str = "OcrRollInvoice";
/// The interface's version.
pub const VERSION: &str = "2021-08-23";
/// What the body is.
pub const CONTENT_TYPE: &str = "application/x-www-form-urlencoded";

const IMAGE_FIELD: &str = "image_base64=";

/// What a client sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The file itself.
    Bytes(Vec<u8>),
    /// Where the file is.
    Url(String),
}

/// The body that carries a file: base64 whose three special characters are escaped, in one pass.
pub fn form(file: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(IMAGE_FIELD.len() + file.len() / 3 * 4 * 9 / 8 + 16);
    body.extend_from_slice(IMAGE_FIELD.as_bytes());
    let mut escaped = [0; MAX_ESCAPED];
    for block in file.chunks(BLOCK) {
        let length = escape_block(block, &mut escaped);
        body.extend_from_slice(&escaped[..length]);
    }
    let padding = (3 - file.len() % 3) % 3;
    body.extend_from_slice(&b"%3D%3D"[..3 * padding]);
    body
}

/// Bytes that are encoded at a time: a multiple of three, so that only the last block is padded.
const BLOCK: usize = 768;
/// What a block needs when every symbol is escaped, and the rest of the last eight bytes written.
const MAX_ESCAPED: usize = BLOCK * 4 + 8;

/// Writes a block's symbols, escaped and without padding; returns their length.
fn escape_block(block: &[u8], escaped: &mut [u8; MAX_ESCAPED]) -> usize {
    let mut end = 0;
    let mut put = |pair: [u8; 8]| {
        escaped[end..end + 8].copy_from_slice(&pair);
        end += usize::from(pair[7]);
    };
    let (triples, rest) = block.as_chunks::<3>();
    for &[a, b, c] in triples {
        put(PAIRS[usize::from(a) << 4 | usize::from(b) >> 4]);
        put(PAIRS[usize::from(b & 0xf) << 8 | usize::from(c)]);
    }
    match *rest {
        [a] => put(PAIRS[usize::from(a) << 4]),
        [a, b] => {
            put(PAIRS[usize::from(a) << 4 | usize::from(b) >> 4]);
            put(symbol(b << 2));
        }
        _ => {}
    }
    end
}

/// Twelve bits as a form carries their two symbols of base64; the last byte says how many bytes that are.
static PAIRS: [[u8; 8]; 1 << 12] = pairs();

const fn pairs() -> [[u8; 8]; 1 << 12] {
    let mut table = [[0; 8]; 1 << 12];
    let mut bits: u16 = 0;
    while (bits as usize) < table.len() {
        let (mut pair, second) = (symbol((bits >> 6) as u8), symbol(bits as u8));
        let mut i = 0;
        while i < second[7] {
            pair[(pair[7] + i) as usize] = second[i as usize];
            i += 1;
        }
        pair[7] += second[7];
        table[bits as usize] = pair;
        bits += 1;
    }
    table
}

/// The lower six bits as a form carries them.
const fn symbol(bits: u8) -> [u8; 8] {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    match alphabet[(bits & 0x3f) as usize] {
        b'+' => [b'%', b'2', b'B', 0, 0, 0, 0, 3],
        b'/' => [b'%', b'2', b'F', 0, 0, 0, 0, 3],
        plain => [plain, 0, 0, 0, 0, 0, 0, 1],
    }
}

/// How many bytes [`form`] makes of a file.
pub fn form_len(file: &[u8]) -> usize {
    form(file).len()
}

/// Understands a form. Base64 wins over a URL.
///
/// # Errors
/// The vendor's own row: 50204 when neither field is there, 50207 when the base64 is broken.
pub fn parse_form(body: &[u8]) -> Result<Input, &'static Row> {
    let mut url = None;
    for (name, value) in form_urlencoded::parse(body) {
        match name.as_ref() {
            "image_base64" if !value.is_empty() => {
                let plain: String = value.chars().filter(|c| !c.is_whitespace()).collect();
                return STANDARD.decode(plain).map(Input::Bytes).map_err(|_| row(50207));
            }
            "image_url" if !value.is_empty() => url = Some(value.into_owned()),
            _ => {}
        }
    }
    url.map(Input::Url).ok_or(row(50204))
}

/// Whether a query calls this interface.
///
/// # Errors
/// 50204 when a parameter is missing, 50402 when it names another interface.
pub fn check_call(query: &str) -> Result<(), &'static Row> {
    let find = |wanted: &str| {
        form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    match (find("Action"), find("Version")) {
        (Some(action), Some(version)) if action == ACTION && version == VERSION => Ok(()),
        (Some(_), Some(_)) => Err(row(50402)),
        _ => Err(row(50204)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_survives_the_form() {
        let counting: Vec<u8> = (0..=255).cycle().take(4099).collect();
        // Nothing but slashes: as long as a form can become.
        let slashes = vec![0xff; 4098];
        for file in [counting, slashes, vec![0], vec![0, 1], Vec::new()] {
            let body = form(&file);
            assert_eq!(form_len(&file), body.len());
            assert_eq!(
                body,
                [
                    b"image_base64=",
                    form_urlencoded::byte_serialize(STANDARD.encode(&file).as_bytes()).collect::<String>().as_bytes()
                ]
                .concat()
            );
            if !file.is_empty() {
                assert_eq!(parse_form(&body), Ok(Input::Bytes(file)));
            }
        }
    }

    #[test]
    fn plus_slash_and_padding_are_escaped() {
        let file = STANDARD.decode("+/+/ABCD774+Pw==").unwrap();
        assert_eq!(form(&file), b"image_base64=%2B%2F%2B%2FABCD774%2BPw%3D%3D");
    }

    #[test]
    fn base64_wins_over_a_url_and_an_empty_form_is_refused() {
        assert_eq!(parse_form(b"image_url=https%3A%2F%2Fa%2Fb&image_base64=AAEC"), Ok(Input::Bytes(vec![0, 1, 2])));
        assert_eq!(parse_form(b"image_url=https%3A%2F%2Fa%2Fb"), Ok(Input::Url("https://a/b".into())));
        assert_eq!(parse_form(b"").map_err(|r| r.code), Err(50204));
        assert_eq!(parse_form(b"image_base64=%21%21").map_err(|r| r.code), Err(50207));
    }

    #[test]
    fn another_action_is_another_url() {
        assert_eq!(check_call("Action=OcrRollInvoice&Version=2021-08-23"), Ok(()));
        assert_eq!(check_call("Action=OcrVatInvoice&Version=2020-08-26").map_err(|r| r.code), Err(50402));
        assert_eq!(check_call("").map_err(|r| r.code), Err(50204));
    }
}
