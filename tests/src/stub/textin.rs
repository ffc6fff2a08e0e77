//! TextIn's checks and answers. Knows nothing of connections.

use bytes::Bytes;
use fapiao::dialect::{Input, VendorCode, textin};
use fapiao::report::{PageInfo, Reading};
use fapiao::secret::Secret;
use image::ImageFormat;
use serde_json::{Value, json};

use super::{ACCOUNT, StubCall, UNKNOWN, content_type, dimensions};

const MAX_BYTES: usize = 10_000_000;
const FORMATS: [ImageFormat; 5] =
    [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Bmp, ImageFormat::Tiff, ImageFormat::Gif];

/// The document in a request, and its size where it is a picture; or the vendor's code for what is wrong.
pub(super) fn check(call: &StubCall, secret: &str) -> Result<(Bytes, Option<(u32, u32)>), i64> {
    if call.uri.path() != textin::PATH {
        return Err(40007);
    }
    if call.method != "POST" || call.uri.query().is_some() {
        return Err(40004);
    }
    let holder = |account: &str, code: &str| (account == ACCOUNT && Secret::new(secret).matches(code)).then_some(());
    textin::authenticate(&call.headers, holder).map_err(code)?;
    if content_type(&call.headers) != textin::CONTENT_TYPE {
        return Err(40004);
    }
    let Input::Bytes(file) = textin::input(&call.headers, &call.body).map_err(code)? else {
        return Err(40400);
    };
    if file.len() > MAX_BYTES {
        return Err(40302);
    }
    if file.starts_with(b"%PDF") {
        return Ok((call.body.clone(), None));
    }
    let (width, height) = dimensions(&file, &FORMATS).ok_or(40303)?;
    if width.min(height) < 20 || width.max(height) > 10_000 {
        return Err(40304);
    }
    Ok((call.body.clone(), Some((width, height))))
}

fn code(known: &'static VendorCode) -> i64 {
    known.code
}

pub(super) fn answer(reading: &Reading) -> Value {
    textin::render(reading, textin::QuadOrder::Clockwise)
}

pub(super) fn not_mine(page: &PageInfo) -> Value {
    textin::render_other(page)
}

pub(super) fn error(code: i64) -> Value {
    match textin::CODES.iter().find(|known| known.code == code) {
        Some(known) => textin::render_error(known),
        None => json!({"code": code, "message": UNKNOWN}),
    }
}
