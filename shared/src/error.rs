//! The one public error: a stable code, a message, and what to do next.
//! Callers branch on predicates, never on text. Knows nothing of who raises it, nor of anything else of ours.

use std::fmt;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A shorthand used throughout.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The content is of no kind we read.
    UnsupportedFormat,
    /// More bytes or pages than the limits allow.
    TooLarge,
    /// Pixel sides outside the limits.
    BadDimensions,
    /// The right kind, but damaged.
    Undecodable,
    /// Locked with a password.
    Encrypted,
    /// No bytes at all.
    Empty,
    /// Readable, but not an invoice of ours.
    NoInvoice,
    /// A vendor refused our credentials.
    ProviderAuth,
    /// A vendor's balance or quota is used up.
    ProviderQuota,
    /// A vendor asks us to slow down.
    ProviderThrottled,
    /// A vendor is down or unreachable.
    ProviderUnavailable,
    /// A vendor did not answer in time.
    ProviderTimeout,
    /// A vendor answered something we cannot read.
    ProviderProtocol,
    /// The object store failed.
    Storage,
    /// Our own time is up.
    Deadline,
    /// A fault of ours: configuration, a missing model, a bug.
    Internal,
}

impl ErrorKind {
    /// Every kind, for tables and tests.
    pub const ALL: [Self; 16] = [
        Self::UnsupportedFormat,
        Self::TooLarge,
        Self::BadDimensions,
        Self::Undecodable,
        Self::Encrypted,
        Self::Empty,
        Self::NoInvoice,
        Self::ProviderAuth,
        Self::ProviderQuota,
        Self::ProviderThrottled,
        Self::ProviderUnavailable,
        Self::ProviderTimeout,
        Self::ProviderProtocol,
        Self::Storage,
        Self::Deadline,
        Self::Internal,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::UnsupportedFormat => "unsupported_format",
            Self::TooLarge => "too_large",
            Self::BadDimensions => "bad_dimensions",
            Self::Undecodable => "undecodable",
            Self::Encrypted => "encrypted",
            Self::Empty => "empty",
            Self::NoInvoice => "no_invoice",
            Self::ProviderAuth => "provider_auth",
            Self::ProviderQuota => "provider_quota",
            Self::ProviderThrottled => "provider_throttled",
            Self::ProviderUnavailable => "provider_unavailable",
            Self::ProviderTimeout => "provider_timeout",
            Self::ProviderProtocol => "provider_protocol",
            Self::Storage => "storage",
            Self::Deadline => "deadline",
            Self::Internal => "internal",
        }
    }

    /// The next step, for the person who gets the error.
    fn hint(self) -> &'static str {
        match self {
            Self::UnsupportedFormat => {
                "Send a JPEG, PNG, BMP, TIFF, GIF, WebP, PDF, OFD or invoice XML file, or a ZIP of them."
            }
            Self::TooLarge => "Send a smaller file, or raise the limits in the configuration.",
            Self::BadDimensions => "Scan or export the page again at 200 to 300 dpi.",
            Self::Undecodable => "The file is damaged: export or upload it again.",
            Self::Encrypted => "Remove the password and send the file again.",
            Self::Empty => "The file has no content: upload it again.",
            Self::NoInvoice => "Check that the picture shows a whole Chinese VAT invoice, sharp and not covered.",
            Self::ProviderAuth => "Check the provider's credentials in the secret.",
            Self::ProviderQuota => "Top up the vendor's account or raise its quota.",
            Self::ProviderThrottled => "Wait, or lower the concurrency.",
            Self::ProviderUnavailable => "Try again later, or add another provider to the chain.",
            Self::ProviderTimeout => "Try again, or raise the provider's time-out.",
            Self::ProviderProtocol => "The vendor's answer has a new form: report it with the request id.",
            Self::Storage => "Check the bucket's name and the function's permissions.",
            Self::Deadline => "Drop large files into the input bucket instead of sending them over HTTP.",
            Self::Internal => "Look at the function's log.",
        }
    }
}

/// Why something did not work.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
    vendor_code: Option<String>,
    retry_after: Option<Duration>,
}

/// What a Report says of an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorInfo {
    /// A stable code, e.g. `unsupported_format`.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do next.
    pub hint: String,
}

impl Error {
    /// An error of one kind; the message says what happened, without credentials.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, vendor_code: None, retry_after: None }
    }

    /// A next step that fits better than the kind's own.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The code that the vendor itself gave.
    #[must_use]
    pub fn with_vendor_code(mut self, code: impl Into<String>) -> Self {
        self.vendor_code = Some(code.into());
        self
    }

    /// How long the vendor asks us to wait.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// What kind it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The stable code, e.g. `no_invoice`.
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// What happened.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do next.
    pub fn hint(&self) -> &str {
        self.hint.as_deref().unwrap_or_else(|| self.kind.hint())
    }

    /// The vendor's own code, where a vendor answered.
    pub fn vendor_code(&self) -> Option<&str> {
        self.vendor_code.as_deref()
    }

    /// How long the vendor asks us to wait before the next call.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether the same call may succeed a moment later.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::ProviderThrottled
                | ErrorKind::ProviderUnavailable
                | ErrorKind::ProviderTimeout
                | ErrorKind::Storage
                | ErrorKind::Deadline
        )
    }

    /// Whether the document itself is at fault, so that no retry can help.
    pub fn is_caller_fault(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::UnsupportedFormat
                | ErrorKind::TooLarge
                | ErrorKind::BadDimensions
                | ErrorKind::Undecodable
                | ErrorKind::Encrypted
                | ErrorKind::Empty
                | ErrorKind::NoInvoice
        )
    }

    /// The form that stands in a Report.
    pub fn info(&self) -> ErrorInfo {
        ErrorInfo { code: self.code().to_owned(), message: self.message.clone(), hint: self.hint().to_owned() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.message)
    }
}

impl std::error::Error for Error {}
