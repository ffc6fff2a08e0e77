//! Volcengine's request signature, made and checked. Knows nothing of what the request asks for.
//!
//! Source: the official signers; `testdata/volcengine-signature-vectors.json` holds four of their results.

use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};

use super::request::CONTENT_TYPE;
use crate::secret::Secret;

/// The form of the `X-Date` header, UTC.
const X_DATE_FORMAT: &str = "%Y%m%dT%H%M%SZ";

const ALGORITHM: &str = "HMAC-SHA256";
/// Region and service of the pictures' interfaces, and what ends every scope.
const SERVICE: &str = "cn-north-1/cv/request";
const RFC3986: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// How far a client's clock may be off.
const MAX_SKEW: SignedDuration = SignedDuration::from_mins(15);

/// An access key pair, with the token that temporary ones carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// Names the key; not a secret.
    pub access_key_id: String,
    /// Signs.
    pub secret_access_key: Secret,
    /// Of temporary credentials.
    pub session_token: Option<Secret>,
}

/// What is signed: a POST of a form to the service's root.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// As in the `Host` header, with a port other than the scheme's own.
    pub host: &'a str,
    /// Not encoded; in any order.
    pub query: &'a [(&'a str, &'a str)],
    /// The body's hash, from [`hash`].
    pub body_sha256: &'a str,
}

/// The hex SHA-256 of a body.
pub fn hash(body: &[u8]) -> String {
    hex::encode(Sha256::digest(body))
}

/// Signs a call as of now: the headers to send beside `Host` and `Content-Type`.
pub fn sign(credentials: &Credentials, call: &Call<'_>, now: Timestamp) -> Vec<(&'static str, String)> {
    let date = now.strftime(X_DATE_FORMAT).to_string();
    let scope = format!("{}/{SERVICE}", &date[..8]);
    let mut headers = vec![
        ("content-type", CONTENT_TYPE),
        ("host", call.host),
        ("x-content-sha256", call.body_sha256),
        ("x-date", &date),
    ];
    if let Some(token) = &credentials.session_token {
        headers.push(("x-security-token", token.expose()));
    }
    let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let query = canonical_query(call.query.iter().copied());
    let canonical = canonical("POST", "/", &query, &headers, &names, call.body_sha256);
    let key = signing_key(credentials.secret_access_key.expose(), &scope);
    let signature = hex::encode(mac(&key, &string_to_sign(&date, &scope, &canonical)).finalize().into_bytes());
    let authorization = format!(
        "{ALGORITHM} Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
        credentials.access_key_id
    );
    let own =
        headers.iter().filter(|(name, _)| name.starts_with("x-")).map(|(name, value)| (*name, (*value).to_owned()));
    own.chain([("authorization", authorization)]).collect()
}

/// A request as it arrived.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// In upper case.
    pub method: &'a str,
    /// As sent, percent-encoded.
    pub path: &'a str,
    /// As sent, without the question mark.
    pub query: &'a str,
    /// All of them.
    pub headers: &'a HeaderMap,
    /// As sent.
    pub body: &'a [u8],
}

/// Why a request is not let in. The words are the vendor's own; its code is 50400 for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// No authorization, or an unknown key.
    #[error("Access Denied: api forbidden")]
    Forbidden,
    /// The clocks differ by more than fifteen minutes.
    #[error("Access Denied: bad timestamp. Make sure your clock is correct")]
    ClockSkew,
    /// No date, or none that can be read.
    #[error("Access Denied: timestamp is an invalid integer")]
    BadTimestamp,
    /// The signature does not fit the request.
    #[error("Access Denied: bad signature")]
    BadSignature,
}

/// Checks a request's signature and gives the access key's name. `secret_of` finds the secret of a key.
///
/// # Errors
/// Why the request is not let in.
pub fn verify(
    request: &Received<'_>,
    secret_of: impl FnOnce(&str) -> Option<Secret>,
    now: Timestamp,
) -> Result<String, Denial> {
    let authorization = header(request.headers, "authorization").ok_or(Denial::Forbidden)?;
    let claimed = Authorization::parse(&authorization).ok_or(Denial::Forbidden)?;
    let date = header(request.headers, "x-date").ok_or(Denial::BadTimestamp)?;
    check_date(&date, claimed.scope, now)?;
    let secret = secret_of(claimed.access_key_id).ok_or(Denial::Forbidden)?;
    let body_hash = hash(request.body);
    if header(request.headers, "x-content-sha256").is_some_and(|sent| !sent.eq_ignore_ascii_case(&body_hash)) {
        return Err(Denial::BadSignature);
    }
    let headers = signed_headers(request.headers, claimed.signed_headers)?;
    let borrowed: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let pairs: Vec<_> = form_urlencoded::parse(request.query.as_bytes()).collect();
    let query = canonical_query(pairs.iter().map(|(n, v)| (n.as_ref(), v.as_ref())));
    let canonical = canonical(request.method, request.path, &query, &borrowed, claimed.signed_headers, &body_hash);
    let key = signing_key(secret.expose(), claimed.scope);
    let signature = hex::decode(claimed.signature).map_err(|_| Denial::BadSignature)?;
    mac(&key, &string_to_sign(&date, claimed.scope, &canonical))
        .verify_slice(&signature)
        .map_err(|_| Denial::BadSignature)?;
    Ok(claimed.access_key_id.to_owned())
}

/// The parts of an `Authorization` header.
struct Authorization<'a> {
    access_key_id: &'a str,
    scope: &'a str,
    signed_headers: &'a str,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for part in text.trim().strip_prefix(ALGORITHM)?.split(',') {
            match part.trim().split_once('=')? {
                ("Credential", value) => credential = Some(value),
                ("SignedHeaders", value) => signed_headers = Some(value),
                ("Signature", value) => signature = Some(value),
                _ => return None,
            }
        }
        let (access_key_id, scope) = credential?.split_once('/')?;
        (scope.split('/').count() == 4 && scope.ends_with("/request")).then_some(Self {
            access_key_id,
            scope,
            signed_headers: signed_headers?,
            signature: signature?,
        })
    }
}

fn check_date(date: &str, scope: &str, now: Timestamp) -> Result<(), Denial> {
    let sent = DateTime::strptime(X_DATE_FORMAT, date)
        .and_then(|civil| civil.to_zoned(TimeZone::UTC))
        .map_err(|_| Denial::BadTimestamp)?
        .timestamp();
    if now.duration_since(sent).abs() > MAX_SKEW {
        return Err(Denial::ClockSkew);
    }
    match date.get(..8) {
        Some(day) if scope.starts_with(day) => Ok(()),
        _ => Err(Denial::BadSignature),
    }
}

/// The values of the headers that the client says it signed; host and date must be among them.
fn signed_headers<'a>(headers: &HeaderMap, names: &'a str) -> Result<Vec<(&'a str, String)>, Denial> {
    let list: Vec<&str> = names.split(';').collect();
    if !list.contains(&"host") || !list.contains(&"x-date") {
        return Err(Denial::BadSignature);
    }
    list.into_iter().map(|name| header(headers, name).map(|value| (name, value)).ok_or(Denial::BadSignature)).collect()
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let values: Vec<&str> = headers.get_all(name).iter().filter_map(|v| v.to_str().ok()).collect();
    (!values.is_empty()).then(|| values.join(",").trim().to_owned())
}

fn canonical(
    method: &str,
    path: &str,
    query: &str,
    headers: &[(&str, &str)],
    names: &str,
    body_sha256: &str,
) -> String {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
    format!("{method}\n{path}\n{query}\n{headers}\n{names}\n{body_sha256}")
}

fn canonical_query<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut encoded: Vec<String> = pairs
        .map(|(name, value)| format!("{}={}", utf8_percent_encode(name, RFC3986), utf8_percent_encode(value, RFC3986)))
        .collect();
    encoded.sort();
    encoded.join("&")
}

fn string_to_sign(date: &str, scope: &str, canonical: &str) -> String {
    format!("{ALGORITHM}\n{date}\n{scope}\n{}", hash(canonical.as_bytes()))
}

/// The key of one day, region and service: each part of the scope is signed with the key so far.
fn signing_key(secret: &str, scope: &str) -> Vec<u8> {
    scope.split('/').fold(secret.as_bytes().to_vec(), |key, part| mac(&key, part).finalize().into_bytes().to_vec())
}

fn mac(key: &[u8], message: &str) -> Hmac<Sha256> {
    // HMAC's own rule for keys: hashed when longer than a block, else padded with zeros.
    let mut block = [0_u8; 64];
    match block.get_mut(..key.len()) {
        Some(start) => start.copy_from_slice(key),
        None => block[..32].copy_from_slice(&Sha256::digest(key)),
    }
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(message.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const VECTORS: &str = include_str!("../testdata/volcengine-signature-vectors.json");

    fn vectors() -> Vec<Value> {
        let all: Value = serde_json::from_str(VECTORS).unwrap();
        all["vectors"].as_array().unwrap().clone()
    }

    fn text<'a>(vector: &'a Value, key: &str) -> &'a str {
        vector[key].as_str().unwrap()
    }

    fn time(vector: &Value) -> Timestamp {
        DateTime::strptime(X_DATE_FORMAT, text(vector, "x_date")).unwrap().to_zoned(TimeZone::UTC).unwrap().timestamp()
    }

    fn credentials(vector: &Value) -> Credentials {
        Credentials {
            access_key_id: text(vector, "access_key_id").into(),
            secret_access_key: Secret::new(text(vector, "secret_access_key")),
            session_token: Some(text(vector, "session_token")).filter(|t| !t.is_empty()).map(Secret::new),
        }
    }

    fn signed(vector: &Value) -> Vec<(&'static str, String)> {
        let query: Vec<(&str, &str)> =
            vector["query"].as_object().unwrap().iter().map(|(n, v)| (n.as_str(), v.as_str().unwrap())).collect();
        let call =
            Call { host: text(vector, "host"), query: &query, body_sha256: &hash(text(vector, "body").as_bytes()) };
        sign(&credentials(vector), &call, time(vector))
    }

    fn headers(vector: &Value) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in vector["headers_sent"].as_object().unwrap() {
            let name: http::HeaderName = name.to_lowercase().parse().unwrap();
            map.insert(name, value.as_str().unwrap().parse().unwrap());
        }
        map
    }

    fn verified(vector: &Value, headers: &HeaderMap, body: &str, now: Timestamp) -> Result<String, Denial> {
        let request = Received {
            method: text(vector, "method"),
            path: text(vector, "path"),
            query: text(vector, "url").split_once('?').unwrap().1,
            headers,
            body: body.as_bytes(),
        };
        let known = credentials(vector);
        verify(&request, |id| (id == known.access_key_id).then(|| known.secret_access_key.clone()), now)
    }

    #[test]
    fn the_official_signers_four_results_are_reproduced() {
        let vectors = vectors();
        assert_eq!(vectors.len(), 4);
        for vector in &vectors {
            let signed = signed(vector);
            let name = text(vector, "name");
            let sent = signed.iter().find(|(n, _)| *n == "authorization").unwrap();
            assert_eq!(sent.1, text(vector, "authorization"), "{name}");
        }
    }

    #[test]
    fn the_official_signers_requests_are_let_in() {
        for vector in &vectors() {
            let accepted = verified(vector, &headers(vector), text(vector, "body"), time(vector));
            assert_eq!(accepted.as_deref(), Ok("AKEXAMPLE"), "{}", text(vector, "name"));
        }
    }

    #[test]
    fn a_request_that_was_touched_is_refused() {
        let vector = &vectors()[0];
        let (body, now) = (text(vector, "body"), time(vector));
        let edited = |name: &'static str, value: &str| {
            let mut map = headers(vector);
            map.insert(name, value.parse().unwrap());
            map
        };
        let cases = [
            (verified(vector, &headers(vector), "image_base64=AAAA", now), Denial::BadSignature),
            (verified(vector, &edited("host", "elsewhere"), body, now), Denial::BadSignature),
            (verified(vector, &edited("x-date", "yesterday"), body, now), Denial::BadTimestamp),
            (verified(vector, &headers(vector), body, now + SignedDuration::from_mins(16)), Denial::ClockSkew),
            (verified(vector, &edited("authorization", "Bearer x"), body, now), Denial::Forbidden),
        ];
        for (outcome, denial) in cases {
            assert_eq!(outcome, Err(denial));
        }
    }

    #[test]
    fn an_unknown_key_and_unsigned_host_are_refused() {
        let vector = &vectors()[0];
        let mut map = headers(vector);
        let authorization = text(vector, "authorization");
        for (edited, denial) in [
            (authorization.replace("AKEXAMPLE", "AKOTHER"), Denial::Forbidden),
            (authorization.replace("host;", ""), Denial::BadSignature),
            (authorization.replace("Signature=d3", "Signature=d4"), Denial::BadSignature),
        ] {
            map.insert("authorization", edited.parse().unwrap());
            assert_eq!(verified(vector, &map, text(vector, "body"), time(vector)), Err(denial));
        }
    }

    #[test]
    fn credentials_do_not_show_in_debug() {
        let shown = format!("{:?}", credentials(&vectors()[1]));
        assert!(!shown.contains("SKEXAMPLE") && !shown.contains("STSTOKEN"), "{shown}");
    }
}
