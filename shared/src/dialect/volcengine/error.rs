//! Volcengine's error codes and what they mean to us, both ways. Knows nothing of retries.

use std::time::Duration;

use crate::error::{Error, ErrorKind};

/// One code of the service's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The code in the body, which counts; the HTTP status does not.
    pub code: i64,
    /// The HTTP status it usually comes with.
    pub http_status: u16,
    /// The vendor's own words.
    pub message: &'static str,
    /// What it means to us; none for success.
    pub kind: Option<ErrorKind>,
    /// A next step that fits better than the kind's own.
    pub hint: Option<&'static str>,
}

const AUDIT_HINT: &str = "The vendor's content audit refused the picture: read it with another provider.";
const REQUEST_HINT: &str = "The request no longer fits the vendor's interface: check the endpoint and its version.";

const fn entry(code: i64, http_status: u16, kind: ErrorKind, message: &'static str) -> Row {
    Row { code, http_status, message, kind: Some(kind), hint: None }
}

const fn hinted(row: Row, hint: &'static str) -> Row {
    Row { hint: Some(hint), ..row }
}

/// Every code of the interface page, and the ones that sibling services return.
pub const ROWS: [Row; 14] = [
    Row { code: 10000, http_status: 200, message: "Success", kind: None, hint: None },
    hinted(entry(50204, 400, ErrorKind::ProviderProtocol, "Parse Request Parameters Error"), REQUEST_HINT),
    entry(50205, 401, ErrorKind::TooLarge, "Image Size Exceeds Maximum Limit: please compress the image"),
    entry(50207, 400, ErrorKind::Undecodable, "Image Decode Error: image format unsupported"),
    entry(50208, 400, ErrorKind::NoInvoice, "Invalid Input Image: No object detected in input image, bad input image"),
    entry(50400, 401, ErrorKind::ProviderAuth, "Access Denied: api forbidden"),
    hinted(entry(50402, 404, ErrorKind::ProviderProtocol, "Request URL Error"), REQUEST_HINT),
    entry(50500, 500, ErrorKind::ProviderUnavailable, "Internal Error: please contact with bytedance engineering team"),
    entry(50429, 429, ErrorKind::ProviderThrottled, "Too Many Requests"),
    hinted(entry(50411, 400, ErrorKind::NoInvoice, "Pre Img Risk Not Pass"), AUDIT_HINT),
    hinted(entry(50412, 400, ErrorKind::NoInvoice, "Text Risk Not Pass"), AUDIT_HINT),
    hinted(entry(50413, 400, ErrorKind::NoInvoice, "Post Text Risk Not Pass"), AUDIT_HINT),
    hinted(entry(50511, 400, ErrorKind::NoInvoice, "Post Img Risk Not Pass"), AUDIT_HINT),
    hinted(entry(50512, 400, ErrorKind::NoInvoice, "Text Risk Not Pass"), AUDIT_HINT),
];

/// The gateway's own codes, which are words.
const GATEWAY: [(&str, ErrorKind); 20] = [
    ("MissingAuthenticationToken", ErrorKind::ProviderAuth),
    ("InvalidAccessKey", ErrorKind::ProviderAuth),
    ("SignatureDoesNotMatch", ErrorKind::ProviderAuth),
    ("InvalidSecretToken", ErrorKind::ProviderAuth),
    ("InvalidAuthorization", ErrorKind::ProviderAuth),
    ("InvalidCredential", ErrorKind::ProviderAuth),
    ("InvalidTimestamp", ErrorKind::ProviderAuth),
    ("InvalidNonce", ErrorKind::ProviderAuth),
    ("AccessDenied", ErrorKind::ProviderAuth),
    ("ProjectAccessDenied", ErrorKind::ProviderAuth),
    ("AccountOverdue", ErrorKind::ProviderQuota),
    ("QuotaExceeded", ErrorKind::ProviderQuota),
    ("FlowLimitExceeded", ErrorKind::ProviderThrottled),
    ("TooManyRequests", ErrorKind::ProviderThrottled),
    ("InternalError", ErrorKind::ProviderUnavailable),
    ("InternalServiceError", ErrorKind::ProviderUnavailable),
    ("InternalServiceTimeout", ErrorKind::ProviderUnavailable),
    ("ServiceUnavailable", ErrorKind::ProviderUnavailable),
    ("ServiceUnavailableTemp", ErrorKind::ProviderUnavailable),
    ("RequestEntityTooLarge", ErrorKind::TooLarge),
];

/// A row by a code known to be in the table.
pub(super) fn row(code: i64) -> &'static Row {
    ROWS.iter().find(|row| row.code == code).unwrap_or(&ROWS[7])
}

/// Our error for a code in the service's envelope; a code we do not know is a matter of protocol.
pub fn from_service(code: i64, message: &str) -> Error {
    let known = ROWS.iter().find(|row| row.code == code);
    let kind = known.and_then(|row| row.kind).unwrap_or(ErrorKind::ProviderProtocol);
    finish(
        Error::new(kind, format!("volcengine: {message}")).with_vendor_code(code.to_string()),
        known.and_then(|row| row.hint),
    )
}

/// Our error for a code in the gateway's envelope.
pub fn from_gateway(code: &str, message: &str) -> Error {
    // The gateway also passes on the service's own numbers.
    if let Some(row) = code.parse().ok().and_then(|n: i64| ROWS.iter().find(|row| row.code == n && row.kind.is_some()))
    {
        return from_service(row.code, message);
    }
    let kind = GATEWAY.iter().find(|(name, _)| *name == code).map_or(ErrorKind::ProviderProtocol, |(_, kind)| *kind);
    let hint = (kind == ErrorKind::ProviderProtocol).then_some(REQUEST_HINT);
    finish(Error::new(kind, format!("volcengine: {message}")).with_vendor_code(code), hint)
}

fn finish(error: Error, hint: Option<&'static str>) -> Error {
    let error = match hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    };
    // Without a retry-after of its own, a throttle of one request per second is what the vendor documents.
    match error.kind() {
        ErrorKind::ProviderThrottled => error.with_retry_after(Duration::from_secs(1)),
        _ => error,
    }
}

/// The row that tells a client of this interface about an error of ours.
pub fn row_for(error: &Error) -> &'static Row {
    row(match error.kind() {
        ErrorKind::UnsupportedFormat
        | ErrorKind::BadDimensions
        | ErrorKind::Undecodable
        | ErrorKind::Encrypted
        | ErrorKind::Empty => 50207,
        ErrorKind::TooLarge => 50205,
        ErrorKind::NoInvoice => 50208,
        ErrorKind::ProviderThrottled => 50429,
        _ => 50500,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_vendor_has_its_meaning() {
        use ErrorKind::*;
        for (code, kind, retryable) in [
            (50204, ProviderProtocol, false),
            (50205, TooLarge, false),
            (50207, Undecodable, false),
            (50208, NoInvoice, false),
            (50400, ProviderAuth, false),
            (50402, ProviderProtocol, false),
            (50500, ProviderUnavailable, true),
            (50429, ProviderThrottled, true),
            (50411, NoInvoice, false),
            (50412, NoInvoice, false),
            (50413, NoInvoice, false),
            (50511, NoInvoice, false),
            (50512, NoInvoice, false),
            (50999, ProviderProtocol, false),
        ] {
            let error = from_service(code, "the vendor's words");
            assert_eq!(error.kind(), kind, "{code}");
            assert_eq!(error.is_retryable(), retryable, "{code}");
            assert_eq!(error.vendor_code(), Some(code.to_string().as_str()));
            assert!(error.message().contains("the vendor's words"));
            assert_eq!(error.retry_after().is_some(), kind == ProviderThrottled, "{code}");
        }
    }

    #[test]
    fn the_gateways_words_have_their_meaning() {
        for (code, kind) in [
            ("SignatureDoesNotMatch", ErrorKind::ProviderAuth),
            ("FlowLimitExceeded", ErrorKind::ProviderThrottled),
            ("InternalError", ErrorKind::ProviderUnavailable),
            ("InvalidActionOrVersion", ErrorKind::ProviderProtocol),
            ("50208", ErrorKind::NoInvoice),
            ("10000", ErrorKind::ProviderProtocol),
        ] {
            assert_eq!(from_gateway(code, "words").kind(), kind, "{code}");
        }
    }

    #[test]
    fn every_error_of_ours_has_a_code_that_a_client_knows() {
        for kind in ErrorKind::ALL {
            assert_ne!(row_for(&Error::new(kind, "")).code, 10000, "{kind:?}");
        }
    }
}
