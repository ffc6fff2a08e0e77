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
/// Of temporary credentials.
const TOKEN_HEADER: &str = "x-security-token";
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
        headers.push((TOKEN_HEADER, token.expose()));
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
    /// No access key, or an unknown one.
    #[error("Access Denied: api forbidden")]
    Forbidden,
    /// The clocks differ by more than fifteen minutes.
    #[error("Access Denied: bad timestamp. Make sure your clock is correct")]
    ClockSkew,
    /// No date, or none that can be read.
    #[error("Access Denied: timestamp is an invalid integer")]
    BadTimestamp,
    /// There is no signature, or it does not fit the request.
    #[error("Access Denied: bad signature")]
    BadSignature,
}

/// Checks a request's signature and gives the access key's name. `keys_of` finds the credentials that go by an access key:
/// several while they are rotated. For an unknown one a signature is reckoned all the same, so that the time tells nothing.
///
/// # Errors
/// Why the request is not let in.
pub fn verify(
    request: &Received<'_>,
    keys_of: impl FnOnce(&str) -> Vec<Credentials>,
    now: Timestamp,
) -> Result<String, Denial> {
    let authorization = header(request.headers, "authorization").ok_or(Denial::Forbidden)?;
    let claimed = Authorization::parse(&authorization).ok_or(Denial::Forbidden)?;
    let date = header(request.headers, "x-date").ok_or(Denial::BadTimestamp)?;
    check_date(&date, now)?;
    let keys = keys_of(claimed.access_key_id);
    let body_sha256 = hash(request.body);
    let text = text_to_sign(request, &claimed, &date, &body_sha256);
    let signature = claimed.signature.and_then(|signature| hex::decode(signature).ok()).unwrap_or_default();
    let fits = |secret: &str| mac(&signing_key(secret, claimed.scope), &text).verify_slice(&signature).is_ok();
    if keys.is_empty() {
        // Of a secret that nobody has, so its outcome does not matter.
        let _ = fits(&date);
        return Err(Denial::Forbidden);
    }
    let signed: Vec<&Credentials> = keys.iter().filter(|key| fits(key.secret_access_key.expose())).collect();
    if signed.is_empty() || !is_complete(request, &claimed, &date, &body_sha256) {
        return Err(Denial::BadSignature);
    }
    let token = header(request.headers, TOKEN_HEADER).unwrap_or_default();
    let has_token = |key: &&Credentials| key.session_token.as_ref().is_none_or(|own| own.matches(&token));
    signed.into_iter().find(has_token).map(|_| claimed.access_key_id.to_owned()).ok_or(Denial::Forbidden)
}

/// The parts of an `Authorization` header that names an access key.
struct Authorization<'a> {
    access_key_id: &'a str,
    scope: &'a str,
    /// Empty where it is missing.
    signed_headers: &'a str,
    signature: Option<&'a str>,
}

impl<'a> Authorization<'a> {
    /// None without an access key; everything else may be missing. Some clients name the signed parameters too: all of them
    /// are signed.
    fn parse(text: &'a str) -> Option<Self> {
        let parts: Vec<(&str, &str)> =
            text.trim().strip_prefix(ALGORITHM)?.split(',').filter_map(|part| part.trim().split_once('=')).collect();
        let part = |wanted: &str| parts.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value);
        let (access_key_id, scope) = part("Credential")?.split_once('/')?;
        (!access_key_id.is_empty()).then_some(Self {
            access_key_id,
            scope,
            signed_headers: part("SignedHeaders").unwrap_or_default(),
            signature: part("Signature"),
        })
    }
}

fn check_date(date: &str, now: Timestamp) -> Result<(), Denial> {
    let sent = DateTime::strptime(X_DATE_FORMAT, date)
        .and_then(|civil| civil.to_zoned(TimeZone::UTC))
        .map_err(|_| Denial::BadTimestamp)?
        .timestamp();
    if now.duration_since(sent).abs() > MAX_SKEW { Err(Denial::ClockSkew) } else { Ok(()) }
}

/// What the client should have signed, from what really arrived; a header that is not there is empty.
fn text_to_sign(request: &Received<'_>, claimed: &Authorization<'_>, date: &str, body_sha256: &str) -> String {
    let names = claimed.signed_headers.split(';').filter(|name| !name.is_empty());
    let headers: Vec<(&str, String)> =
        names.map(|name| (name, signed_value(request.headers, name).unwrap_or_default())).collect();
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let pairs: Vec<_> = form_urlencoded::parse(request.query.as_bytes()).collect();
    let query = canonical_query(pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref())));
    let canonical = canonical(request.method, request.path, &query, &headers, claimed.signed_headers, body_sha256);
    string_to_sign(date, claimed.scope, &canonical)
}

/// Whether the signature is for this service and day, over the date, over headers that are there and over this body.
fn is_complete(request: &Received<'_>, claimed: &Authorization<'_>, date: &str, body_sha256: &str) -> bool {
    let names: Vec<&str> = claimed.signed_headers.split(';').collect();
    let body = header(request.headers, "x-content-sha256");
    claimed.scope.split_once('/') == date.get(..8).map(|day| (day, SERVICE))
        && names.contains(&"x-date")
        && names.iter().all(|name| header(request.headers, name).is_some())
        && body.is_none_or(|sent| sent.eq_ignore_ascii_case(body_sha256))
}

/// A header's value as every client signs it: a host goes without its scheme's own port.
fn signed_value(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = header(headers, name)?;
    if name == "host" {
        let bare = value.strip_suffix(":80").or_else(|| value.strip_suffix(":443"));
        return Some(bare.unwrap_or(&value).to_owned());
    }
    Some(value)
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
#[path = "signature_tests.rs"]
mod tests;
