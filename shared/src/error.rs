//! The one public error: a stable code, a message, and what to do next.
//! Callers branch on predicates, never on text. Knows nothing of who raises it, nor of anything else of ours.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A shorthand used throughout.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Where a fault lies.
#[derive(PartialEq)]
enum Fault {
    Document,
    Moment,
    Other,
}

/// The kinds from their table: each with its stable code, where the fault lies, and the next step for the person who
/// gets the error.
macro_rules! kinds {
    ($($(#[$about:meta])+ $kind:ident $code:literal $fault:ident $hint:literal;)+) => {
        /// What kind of thing went wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorKind {
            $($(#[$about])+ $kind,)+
        }

        impl ErrorKind {
            /// Every kind, for tables and tests.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// The kind with this code.
            fn of_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.row().0 == code)
            }

            fn row(self) -> (&'static str, Fault, &'static str) {
                match self {
                    $(Self::$kind => ($code, Fault::$fault, $hint),)+
                }
            }
        }
    };
}

kinds! {
    /// The content is of no kind we read.
    UnsupportedFormat "unsupported_format" Document
        "Send a JPEG, PNG, BMP, TIFF, GIF, WebP, PDF, OFD or invoice XML file, or a ZIP of them.";
    /// More bytes or pages than the limits allow.
    TooLarge "too_large" Document
        "Send a smaller file, or raise the limits in the configuration.";
    /// Pixel sides outside the limits.
    BadDimensions "bad_dimensions" Document
        "Scan or export the page again at 200 to 300 dpi.";
    /// The right kind, but damaged.
    Undecodable "undecodable" Document
        "The file is damaged: export or upload it again.";
    /// Locked with a password.
    Encrypted "encrypted" Document
        "Remove the password and send the file again.";
    /// No bytes at all.
    Empty "empty" Document
        "The file has no content: upload it again.";
    /// Readable, but not an invoice of ours.
    NoInvoice "no_invoice" Document
        "Check that the picture shows a whole Chinese VAT invoice, sharp and not covered.";
    /// It carries an invoice's labels, but no invoice could be read from it.
    UnreadInvoice "unread_invoice" Document
        "Look at the page: it may be an invoice. Send it alone, whole, sharp and not covered.";
    /// Its key in the bucket cannot have a Report.
    UnusableKey "unusable_key" Document
        "Upload it under another key: of at most 1,019 bytes, and not below .fapiao/.";
    /// A vendor refused our credentials.
    ProviderAuth "provider_auth" Other
        "Check the provider's credentials in the secret.";
    /// A vendor's balance or quota is used up.
    ProviderQuota "provider_quota" Other
        "Top up the vendor's account or raise its quota.";
    /// A vendor asks us to slow down.
    ProviderThrottled "provider_throttled" Moment
        "Wait, or lower the concurrency.";
    /// A vendor is down or unreachable.
    ProviderUnavailable "provider_unavailable" Moment
        "Try again later, or add another provider to the chain.";
    /// A vendor did not answer in time.
    ProviderTimeout "provider_timeout" Moment
        "Try again, or raise the provider's time-out.";
    /// A vendor answered something we cannot read.
    ProviderProtocol "provider_protocol" Other
        "The vendor's answer has a new form: report it with the request id.";
    /// The object store failed.
    Storage "storage" Moment
        "Check the bucket's name and the function's permissions.";
    /// Our own time is up.
    Deadline "deadline" Moment
        "Drop large files into the input bucket instead of sending them over HTTP.";
    /// It asks for more memory or time than a document may: one that no limit on headers has told before.
    TooComplex "too_complex" Document
        "Export it again as a PDF or a picture of 200 to 300 dpi, or send its pages alone.";
    /// A fault of ours: configuration, a missing model, a bug.
    Internal "internal" Other
        "Look at the function's log.";
}

/// As its code.
impl Serialize for ErrorKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.row().0)
    }
}

impl<'de> Deserialize<'de> for ErrorKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::of_code(&code).ok_or_else(|| de::Error::custom(format!("`{code}` is no error's code")))
    }
}

/// Why something did not work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}: {message}", self.code())]
pub struct Error {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
    vendor_code: Option<String>,
    retry_after: Option<Duration>,
    #[serde(default)]
    is_end_unknown: bool,
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
        Self { kind, message: message.into(), hint: None, vendor_code: None, retry_after: None, is_end_unknown: false }
    }

    /// The same error in other words.
    #[must_use]
    pub fn with_message(self, message: impl Into<String>) -> Self {
        Self { message: message.into(), ..self }
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

    /// The same, of a call that was sent and whose end nobody knows: it may have been served and charged.
    #[must_use]
    pub fn with_end_unknown(mut self) -> Self {
        self.is_end_unknown = true;
        self
    }

    /// What kind it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The stable code, e.g. `no_invoice`.
    pub fn code(&self) -> &'static str {
        self.kind.row().0
    }

    /// What happened.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do next.
    pub fn hint(&self) -> &str {
        self.hint.as_deref().unwrap_or(self.kind.row().2)
    }

    /// The vendor's own code, where a vendor answered.
    pub fn vendor_code(&self) -> Option<&str> {
        self.vendor_code.as_deref()
    }

    /// How long the vendor asks us to wait before the next call.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether it speaks of a call that may have been served and charged all the same.
    pub fn is_end_unknown(&self) -> bool {
        self.is_end_unknown
    }

    /// Whether the same call may succeed a moment later.
    pub fn is_retryable(&self) -> bool {
        self.kind.row().1 == Fault::Moment
    }

    /// Whether the document itself is at fault, so that no retry can help.
    pub fn is_caller_fault(&self) -> bool {
        self.kind.row().1 == Fault::Document
    }

    /// The form that stands in a Report.
    pub fn info(&self) -> ErrorInfo {
        ErrorInfo { code: self.code().to_owned(), message: self.message.clone(), hint: self.hint().to_owned() }
    }
}
