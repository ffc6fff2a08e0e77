//! Volcengine's calls. Knows nothing of who answers them.

use fapiao::dialect::volcengine::{self, ACTION, CODES, CONTENT_TYPE, Credentials, VERSION};
use fapiao::error::ErrorKind;
use fapiao::secret::Secret;
use jiff::{SignedDuration, Timestamp};

use super::{Call, NEW, OLD, Row, SMALL_LIMIT, World, picture};

/// The one row that nothing triggers: it belongs to a scheme with a nonce that is published nowhere, and no signature that
/// the vendor's clients make has one.
pub const UNREACHABLE: &str = "Access Denied: nonce is not a 32-bit signed integer";

const FORBIDDEN: &str = "Access Denied: api forbidden";
const CLOCK: &str = "Access Denied: bad timestamp. Make sure your clock is correct";
const NO_DATE: &str = "Access Denied: timestamp is an invalid integer";
const SIGNATURE: &str = "Access Denied: bad signature";

/// The credentials of a client.
pub fn credentials(client: &str, secret: &str) -> Credentials {
    let session_token = (client == "temporary").then(|| Secret::new("hunter2-token"));
    Credentials { access_key_id: format!("AK-{client}"), secret_access_key: Secret::new(secret), session_token }
}

/// A signed call to a host, as the vendor's clients make it.
pub fn call(host: &str, credentials: &Credentials, form: &[u8]) -> Call {
    signed(host, credentials, form, &[("Action", ACTION), ("Version", VERSION)], Timestamp::now())
}

fn signed(host: &str, credentials: &Credentials, form: &[u8], query: &[(&str, &str)], now: Timestamp) -> Call {
    let body_sha256 = volcengine::hash(form);
    let headers = volcengine::sign(credentials, &volcengine::Call { host, query, body_sha256: &body_sha256 }, now);
    let pairs: Vec<String> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut all = vec![("content-type", CONTENT_TYPE.to_owned())];
    all.extend(headers);
    Call { method: "POST", target: format!("/?{}", pairs.join("&")), headers: all, body: form.to_vec() }
}

/// At least one for every row of the page's tables but [`UNREACHABLE`].
pub fn rows(host: &str) -> Vec<Row> {
    let mut rows = denied(host);
    rows.extend(refused(host));
    rows
}

fn row(code: i64, cause: &'static str, call: Call) -> Row {
    let known = CODES.iter().find(|known| known.code == code);
    let (message, status) = known.map_or(("", 0), |known| (known.message, known.http_status));
    Row { code, message, status, cause, call, world: World::Healthy }
}

/// What is wrong with who asks.
fn denied(host: &str) -> Vec<Row> {
    let own = credentials("accounting", NEW);
    let form = volcengine::form(&picture(100, 60));
    let query = [("Action", ACTION), ("Version", VERSION)];
    let good = || call(host, &own, &form);
    let by = |client: &str, secret: &str| call(host, &credentials(client, secret), &form);
    let at = |minutes| signed(host, &own, &form, &query, Timestamp::now() + SignedDuration::from_mins(minutes));
    let changed = |from: &str, to: &str| {
        let call = good();
        let authorization = call.headers.iter().find(|(name, _)| *name == "authorization");
        let edited = authorization.map(|(_, value)| value.replace(from, to)).unwrap_or_default();
        call.with("authorization", &edited)
    };
    let no_token = Credentials { session_token: None, ..credentials("temporary", NEW) };
    let denial = |message, cause, call| Row { message, ..row(50400, cause, call) };
    vec![
        denial(FORBIDDEN, "no authorization", good().without("authorization")),
        denial(FORBIDDEN, "no access key", changed("Credential=AK-accounting/", "Credential=/")),
        denial(FORBIDDEN, "an unknown access key", by("nobody", NEW)),
        denial(FORBIDDEN, "an address that is not on the list", by("elsewhere", NEW)),
        denial(FORBIDDEN, "no session token", call(host, &no_token, &form)),
        denial(CLOCK, "a clock that is late", at(-16)),
        denial(CLOCK, "a clock that is early", at(16)),
        denial(NO_DATE, "no date", good().without("x-date")),
        denial(NO_DATE, "a date that is none", good().with("x-date", "1793527200")),
        denial(SIGNATURE, "a wrong secret", by("accounting", "hunter2")),
        denial(SIGNATURE, "no signature", changed("Signature=", "Nothing=")),
        denial(SIGNATURE, "a malformed signature", changed("Signature=", "Signature=zz")),
        denial(SIGNATURE, "another service", changed("/cv/", "/iam/")),
        denial(SIGNATURE, "another body", Call { body: b"image_base64=AAEC".to_vec(), ..good() }),
        denial(SIGNATURE, "another hash", good().with("x-content-sha256", &volcengine::hash(b"other"))),
        denial(SIGNATURE, "another query", Call { target: format!("/?Action={ACTION}&Version=2020-01-01"), ..good() }),
        denial(SIGNATURE, "another path", Call { target: format!("/v1{}", good().target), ..good() }),
    ]
}

/// What is wrong with what is asked for.
fn refused(host: &str) -> Vec<Row> {
    let own = credentials("accounting", NEW);
    let form = volcengine::form(&picture(100, 60));
    let with = |form: &[u8]| call(host, &own, form);
    let asking = |query: &[(&str, &str)]| signed(host, &own, &form, query, Timestamp::now());
    let failing = |kind| Row { world: World::Failing(kind), ..row(50500, "the provider fails", with(&form)) };
    let large = volcengine::form(&vec![0xff; usize::try_from(SMALL_LIMIT).unwrap_or_default() + 1]);
    vec![
        row(50204, "no picture", with(b"other=1")),
        row(50204, "a picture by its address", with(b"image_url=http%3A%2F%2F127.0.0.1%2Fa.jpg")),
        row(50204, "no version", asking(&[("Action", ACTION)])),
        Row { world: World::Small, ..row(50205, "too many bytes", with(&large)) },
        row(50207, "an empty picture", with(b"image_base64=")),
        row(50207, "broken base64", with(b"image_base64=%21%21")),
        row(50207, "no picture in it", with(&volcengine::form(b"This is no picture."))),
        row(50208, "no invoice", with(&form)),
        row(50208, "no invoice, with the old secret", call(host, &credentials("accounting", OLD), &form)),
        row(50208, "no invoice, with a session token", call(host, &credentials("temporary", NEW), &form)),
        row(50402, "another interface", asking(&[("Action", "OcrVatInvoice"), ("Version", VERSION)])),
        row(50500, "a provider that is not configured", call(host, &credentials("unserved", NEW), &form)),
        failing(ErrorKind::Internal),
        failing(ErrorKind::ProviderQuota),
    ]
}
