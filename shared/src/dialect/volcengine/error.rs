//! Volcengine's error codes and what they mean to us, both ways. Knows nothing of retries.

use crate::dialect::VendorCode;
use crate::dialect::code::{self, REQUEST_HINT, fault};
use crate::error::{Error, ErrorKind};

const AUDIT_HINT: &str = "The vendor's content audit refused the picture: read it with another provider.";

/// Every code of the interface page, and the ones that sibling services return.
pub const CODES: [VendorCode; 14] = [
    VendorCode::success(10000, "Success"),
    fault(50204, 400, ErrorKind::ProviderProtocol, "Parse Request Parameters Error").hinted(REQUEST_HINT),
    fault(50205, 401, ErrorKind::TooLarge, "Image Size Exceeds Maximum Limit: please compress the image"),
    fault(50207, 400, ErrorKind::Undecodable, "Image Decode Error: image format unsupported"),
    fault(50208, 400, ErrorKind::NoInvoice, "Invalid Input Image: No object detected in input image, bad input image"),
    fault(50400, 401, ErrorKind::ProviderAuth, "Access Denied: api forbidden"),
    fault(50402, 404, ErrorKind::ProviderProtocol, "Request URL Error").hinted(REQUEST_HINT),
    fault(50500, 500, ErrorKind::ProviderUnavailable, "Internal Error: please contact with bytedance engineering team"),
    fault(50429, 429, ErrorKind::ProviderThrottled, "Too Many Requests"),
    fault(50411, 400, ErrorKind::NoInvoice, "Pre Img Risk Not Pass").hinted(AUDIT_HINT),
    fault(50412, 400, ErrorKind::NoInvoice, "Text Risk Not Pass").hinted(AUDIT_HINT),
    fault(50413, 400, ErrorKind::NoInvoice, "Post Text Risk Not Pass").hinted(AUDIT_HINT),
    fault(50511, 400, ErrorKind::NoInvoice, "Post Img Risk Not Pass").hinted(AUDIT_HINT),
    fault(50512, 400, ErrorKind::NoInvoice, "Text Risk Not Pass").hinted(AUDIT_HINT),
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

/// What a client of this interface is told for an error of ours.
pub fn for_error(error: &Error) -> &'static VendorCode {
    known(match error.kind() {
        ErrorKind::UnsupportedFormat
        | ErrorKind::Undecodable
        | ErrorKind::TooComplex
        | ErrorKind::Encrypted
        | ErrorKind::Empty
        | ErrorKind::BadDimensions => 50207,
        ErrorKind::TooLarge => 50205,
        ErrorKind::NoInvoice | ErrorKind::UnreadInvoice => 50208,
        _ => 50500,
    })
}

/// A code of the table; the vendor's own 50500 for any other.
pub fn known(code: i64) -> &'static VendorCode {
    find(code).unwrap_or(&CODES[7])
}

fn find(code: i64) -> Option<&'static VendorCode> {
    CODES.iter().find(|known| known.code == code)
}

/// Our error for a code in the service's envelope; a code we do not know is a matter of protocol.
pub(super) fn from_service(code: i64, message: &str) -> Error {
    code::error("volcengine", find(code), &code.to_string(), message)
}

/// Our error for a code in the gateway's envelope.
pub(super) fn from_gateway(code: &str, message: &str) -> Error {
    // The gateway also passes on the service's own numbers.
    let number = code.parse().ok().and_then(find).filter(|known| known.kind.is_some()).copied();
    let kind = GATEWAY.iter().find(|(name, _)| *name == code).map(|(_, kind)| *kind);
    let word = kind.map(|kind| fault(0, 0, kind, ""));
    let unknown = fault(0, 0, ErrorKind::ProviderProtocol, "").hinted(REQUEST_HINT);
    code::error("volcengine", Some(&number.or(word).unwrap_or(unknown)), code, message)
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
    fn every_row_of_the_interface_page_is_told_with_its_status() {
        let page = include_str!("../testdata/volcengine-codes.tsv");
        let rows: Vec<Vec<&str>> = page.lines().map(|line| line.split('\t').collect()).collect();
        assert_eq!(rows.len(), 12);
        for row in rows {
            let known = CODES.iter().find(|known| known.code.to_string() == row[1]).unwrap();
            assert_eq!(known.http_status.to_string(), row[0], "{row:?}");
            // The words of a denied access depend on what was wrong.
            assert!(known.message == row[2] || known.code == 50400, "{row:?}");
        }
    }

    #[test]
    fn an_error_of_ours_is_told_in_the_vendors_words() {
        for (kind, code) in [
            (ErrorKind::UnsupportedFormat, 50207),
            (ErrorKind::Empty, 50207),
            (ErrorKind::TooComplex, 50207),
            (ErrorKind::TooLarge, 50205),
            (ErrorKind::NoInvoice, 50208),
            (ErrorKind::ProviderQuota, 50500),
            (ErrorKind::Deadline, 50500),
        ] {
            assert_eq!(for_error(&Error::new(kind, "x")).code, code, "{kind:?}");
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
}
