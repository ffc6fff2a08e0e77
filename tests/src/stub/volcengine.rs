//! Volcengine's checks and answers. Knows nothing of connections.

use std::time::Duration;

use axum::http::{StatusCode, header};
use bytes::Bytes;
use fapiao::dialect::Input;
use fapiao::dialect::volcengine::{self, Credentials, Received};
use fapiao::report::Reading;
use fapiao::secret::Secret;
use image::ImageFormat;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{ACCOUNT, REQUEST_ID, StubCall, UNKNOWN, content_type, dimensions};

const MAX_BYTES: usize = 5_000_000;
const MAX_BODY: usize = 8_000_000;
const FORMATS: [ImageFormat; 3] = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Bmp];
/// What every signature has to be made for.
const SCOPE: &str = "/cn-north-1/cv/request, ";

/// The document in a request, and its size; or the vendor's code for what is wrong.
pub(super) fn check(call: &StubCall, secret: &str) -> Result<(Bytes, Option<(u32, u32)>), i64> {
    if call.method != "POST" || call.uri.path() != "/" {
        return Err(50402);
    }
    volcengine::check_call(call.uri.query().unwrap_or_default()).map_err(|known| known.code)?;
    if call.body.len() > MAX_BODY {
        return Err(50205);
    }
    authenticate(call, secret)?;
    if content_type(&call.headers) != volcengine::CONTENT_TYPE {
        return Err(50204);
    }
    let Input::Bytes(file) = volcengine::parse_form(&call.body).map_err(|known| known.code)? else {
        return Err(50204);
    };
    if file.len() > MAX_BYTES {
        return Err(50205);
    }
    let size = dimensions(&file, &FORMATS).ok_or(50207)?;
    if size.0.min(size.1) < 20 || size.0.max(size.1) > 10_000 {
        return Err(50207);
    }
    Ok((file.into_owned().into(), Some(size)))
}

fn authenticate(call: &StubCall, secret: &str) -> Result<(), i64> {
    let authorization = call.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if !authorization.is_some_and(|text| text.contains(SCOPE)) {
        return Err(50400);
    }
    let received = Received {
        method: call.method.as_str(),
        path: call.uri.path(),
        query: call.uri.query().unwrap_or_default(),
        headers: &call.headers,
        body: &call.body,
    };
    let known = |account: &str| match account {
        ACCOUNT => vec![credentials(secret)],
        _ => Vec::new(),
    };
    volcengine::verify(&received, known, Timestamp::now()).map(drop).map_err(|_| 50400)
}

fn credentials(secret: &str) -> Credentials {
    Credentials { access_key_id: ACCOUNT.to_owned(), secret_access_key: Secret::new(secret), session_token: None }
}

pub(super) fn answer(reading: &Reading, elapsed: Duration) -> Value {
    volcengine::render(reading, REQUEST_ID, elapsed)
}

pub(super) fn error(code: i64) -> (StatusCode, Value) {
    let Some(known) = volcengine::CODES.iter().find(|known| known.code == code) else {
        return (
            StatusCode::BAD_REQUEST,
            json!({"code": code, "status": code, "message": UNKNOWN, "request_id": REQUEST_ID}),
        );
    };
    let status = StatusCode::from_u16(known.http_status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, volcengine::render_error(known, None, REQUEST_ID, Duration::ZERO))
}
