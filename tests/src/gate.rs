//! A layer before the local S3 that looks at signed links as S3 does, which the emulator does not: signature, length, media
//! type and time. It passes everything else on. Knows nothing of what is uploaded.
//!
//! `AWS_ENDPOINT_URL_S3` (the template's parameter `S3Endpoint`) points to it. Source of the rules: AWS, "Authenticating
//! Requests: Using Query Parameters (Signature Version 4)".

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use crate::{plain, wire};

/// The secret that everything on the local AWS signs with.
const SECRET: &str = "test";
const MAX_BODY: usize = 256 << 20;

/// The layer; it ends when this is dropped.
pub struct Gate {
    server: wire::Server,
    state: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    upstream: String,
    ahead: Duration,
    refused: Vec<&'static str>,
    let_in: usize,
}

impl Gate {
    /// Starts on a free port.
    ///
    /// # Errors
    /// When no port or thread is to be had.
    pub fn start() -> io::Result<Self> {
        let state = Arc::<Mutex<Inner>>::default();
        let router = Router::new().fallback(pass).with_state(Arc::clone(&state));
        Ok(Self { server: wire::serve("gate", router)?, state })
    }

    /// Where it listens: scheme, host and port.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// Where S3 is: scheme, host and port.
    pub fn forward_to(&self, endpoint: &str) {
        self.with(|inner| endpoint.trim_start_matches("http://").clone_into(&mut inner.upstream));
    }

    /// From now on its clock is so much ahead.
    pub fn be_ahead(&self, ahead: Duration) {
        self.with(|inner| inner.ahead = ahead);
    }

    /// How many signed requests were let in, and why others were not.
    pub fn counts(&self) -> (usize, Vec<&'static str>) {
        self.with(|inner| (inner.let_in, inner.refused.clone()))
    }

    fn with<T>(&self, look: impl FnOnce(&mut Inner) -> T) -> T {
        look(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn pass(State(state): State<Arc<Mutex<Inner>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let upstream = {
        let mut inner = state.lock().unwrap_or_else(PoisonError::into_inner);
        if parts.uri.query().is_some_and(|query| query.contains("X-Amz-Signature=")) {
            if let Err(code) = admitted(&parts, SystemTime::now() + inner.ahead, SECRET) {
                inner.refused.push(code);
                return refusal(code);
            }
            inner.let_in += 1;
        }
        inner.upstream.clone()
    };
    let body = to_bytes(body, MAX_BODY).await.unwrap_or_default();
    let target = parts.uri.to_string();
    match plain::ask(&upstream, parts.method.as_str(), &target, &parts.headers, &body).await {
        Ok(answer) => {
            let mut response = Response::new(Body::from(answer.body));
            *response.status_mut() = answer.status;
            *response.headers_mut() = answer.headers;
            for hop in ["connection", "transfer-encoding", "keep-alive"] {
                response.headers_mut().remove(hop);
            }
            response
        }
        Err(_) => refusal("SlowDown"),
    }
}

/// Whether S3 would let a signed request in; its code when not.
fn admitted(parts: &Parts, now: SystemTime, secret: &str) -> Result<(), &'static str> {
    let query: BTreeMap<&str, &str> =
        parts.uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('=')).collect();
    let of = |name: &str| query.get(name).copied().ok_or("AuthorizationQueryParametersError");
    let (date, expires) = (of("X-Amz-Date")?, of("X-Amz-Expires")?);
    let begin = DateTime::strptime("%Y%m%dT%H%M%SZ", date).and_then(|time| time.to_zoned(TimeZone::UTC));
    let begin = begin.map_err(|_| "AuthorizationQueryParametersError")?.timestamp();
    let lasts: i64 = expires.parse().map_err(|_| "AuthorizationQueryParametersError")?;
    let now = Timestamp::try_from(now).map_err(|_| "InternalError")?;
    if now.as_second() > begin.as_second() + lasts {
        return Err("AccessDenied");
    }
    let credential = of("X-Amz-Credential")?.replace("%2F", "/");
    let (_, scope) = credential.split_once('/').ok_or("AuthorizationQueryParametersError")?;
    let canonical = canonical(parts, &query)?;
    let hash = hex::encode(Sha256::digest(canonical));
    let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{hash}");
    let key = scope.split('/').fold(format!("AWS4{secret}").into_bytes(), |key, part| mac(&key, part));
    if hex::encode(mac(&key, &to_sign)) == of("X-Amz-Signature")? { Ok(()) } else { Err("SignatureDoesNotMatch") }
}

fn canonical(parts: &Parts, query: &BTreeMap<&str, &str>) -> Result<String, &'static str> {
    let pairs = query.iter().filter(|(name, _)| **name != "X-Amz-Signature");
    let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}={value}")).collect();
    let signed = query.get("X-Amz-SignedHeaders").copied().unwrap_or_default().replace("%3B", ";");
    let mut headers = String::new();
    for name in signed.split(';') {
        let value = parts.headers.get(name).and_then(|value| value.to_str().ok()).ok_or("SignatureDoesNotMatch")?;
        headers += &format!("{name}:{}\n", value.trim());
    }
    let (method, path, query) = (&parts.method, parts.uri.path(), pairs.join("&"));
    Ok(format!("{method}\n{path}\n{query}\n{headers}\n{signed}\nUNSIGNED-PAYLOAD"))
}

fn mac(key: &[u8], message: &str) -> Vec<u8> {
    // HMAC takes a key of any length.
    let mac = Hmac::<Sha256>::new_from_slice(key).map(|mac| mac.chain_update(message).finalize().into_bytes().to_vec());
    mac.unwrap_or_default()
}

fn refusal(code: &str) -> Response {
    let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>as S3 says</Message></Error>");
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = if code == "SlowDown" { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::FORBIDDEN };
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    /// AWS's own example, but for the time.
    #[test]
    fn the_vendors_example_is_let_in_and_any_other_is_not() {
        let url = "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3\
            %2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
            &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let begin: Timestamp = "2013-05-24T00:00:00Z".parse().unwrap();
        let look = |method: &str, url: &str, seconds: u64| {
            let request = Request::builder().method(method).uri(url).header("host", "examplebucket.s3.amazonaws.com");
            let (parts, _) = request.body(Body::empty()).unwrap().into_parts();
            admitted(&parts, SystemTime::from(begin) + Duration::from_secs(seconds), secret)
        };
        assert_eq!(look("GET", url, 86400), Ok(()));
        assert_eq!(look("GET", url, 86401), Err("AccessDenied"));
        assert_eq!(look("PUT", url, 0), Err("SignatureDoesNotMatch"));
        assert_eq!(look("GET", &url.replace("test", "other"), 0), Err("SignatureDoesNotMatch"));
        assert_eq!(look("GET", &url.replace("&X-Amz-Expires=86400", ""), 0), Err("AuthorizationQueryParametersError"));
    }
}
