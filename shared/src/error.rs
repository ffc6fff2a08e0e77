//! The one public error: a stable code, a message, and what to do next, both in every language.
//! Callers branch on predicates, never on text. Knows nothing of who raises it.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::sentence::{Lang, Params, Sentence, fault, next};

/// A shorthand used throughout.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Where a fault lies.
#[derive(PartialEq)]
enum Fault {
    Document,
    Moment,
    Other,
}

/// The kinds from their table: each with its stable code, which is also its general sentence, where the fault lies, and the
/// next step for the person who gets the error.
macro_rules! kinds {
    ($($(#[$about:meta])+ $kind:ident $code:ident $fault:ident $hint:ident;)+) => {
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

            fn row(self) -> (&'static str, Fault) {
                match self {
                    $(Self::$kind => (stringify!($code), Fault::$fault),)+
                }
            }

            /// What is said of it when only a detail is known.
            fn sentence(self, detail: &str) -> Sentence {
                match self {
                    $(Self::$kind => fault::$code(detail),)+
                }
            }

            /// What to do next when nothing fits better.
            fn hint(self) -> Sentence {
                match self {
                    $(Self::$kind => next::$hint(),)+
                }
            }
        }
    };
}

kinds! {
    /// The content is of no kind we read.
    UnsupportedFormat unsupported_format Document next_unsupported_format;
    /// More bytes or pages than the limits allow.
    TooLarge too_large Document next_too_large;
    /// Pixel sides outside the limits.
    BadDimensions bad_dimensions Document next_bad_dimensions;
    /// The right kind, but damaged.
    Undecodable undecodable Document next_undecodable;
    /// Locked with a password.
    Encrypted encrypted Document next_encrypted;
    /// No bytes at all.
    Empty empty Document next_empty;
    /// Readable, but not an invoice of ours.
    NoInvoice no_invoice Document next_no_invoice;
    /// It carries an invoice's labels, but no invoice could be read from it.
    UnreadInvoice unread_invoice Document next_unread_invoice;
    /// Its key in the bucket cannot have a Report.
    UnusableKey unusable_key Document next_unusable_key;
    /// A vendor refused our credentials.
    ProviderAuth provider_auth Other next_provider_auth;
    /// A vendor's balance or quota is used up.
    ProviderQuota provider_quota Other next_provider_quota;
    /// A vendor asks us to slow down.
    ProviderThrottled provider_throttled Moment next_provider_throttled;
    /// A vendor is down or unreachable.
    ProviderUnavailable provider_unavailable Moment next_provider_unavailable;
    /// A vendor did not answer in time.
    ProviderTimeout provider_timeout Moment next_provider_timeout;
    /// A vendor answered something we cannot read.
    ProviderProtocol provider_protocol Other next_provider_protocol;
    /// The object store failed.
    Storage storage Moment next_storage;
    /// Our own time is up.
    Deadline deadline Moment next_deadline;
    /// It asks for more memory or time than a document may: one that no limit on headers has told before.
    TooComplex too_complex Document next_too_complex;
    /// A fault of ours: configuration, a missing model, a bug.
    Internal internal Other next_internal;
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
    /// In English, for logs.
    message: String,
    hint: Option<String>,
    /// The same for every language; none of a text that is in no catalogue.
    #[serde(default)]
    said: Option<Box<Sentence>>,
    #[serde(default)]
    hint_said: Option<Box<Sentence>>,
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
    /// Which sentence of the catalogue the message is, and its parameters.
    #[serde(flatten)]
    pub said: Sentence,
    /// What happened.
    pub message: String,
    /// Which sentence of the catalogue the hint is.
    #[serde(default)]
    pub hint_id: String,
    /// Its parameters.
    #[serde(default)]
    pub hint_params: Params,
    /// What to do next.
    pub hint: String,
}

impl ErrorInfo {
    /// What happened and what to do next, in English.
    pub fn new(code: &str, said: Sentence, hint: Sentence) -> Self {
        let (message, hint_text) = (said.say(Lang::En).unwrap_or_default(), hint.say(Lang::En).unwrap_or_default());
        Self { code: code.to_owned(), said, message, hint_id: hint.id, hint_params: hint.params, hint: hint_text }
    }

    /// Says it in that language, as far as the catalogue has it.
    pub fn say_in(&mut self, lang: Lang) {
        let hint = Sentence { id: self.hint_id.clone(), params: self.hint_params.clone() };
        self.message = self.said.say(lang).unwrap_or_else(|| std::mem::take(&mut self.message));
        self.hint = hint.say(lang).unwrap_or_else(|| std::mem::take(&mut self.hint));
    }
}

impl Error {
    /// An error of one kind; the message says what happened, without credentials. A text of no catalogue becomes the detail of
    /// the kind's general sentence.
    pub fn new(kind: ErrorKind, message: impl Into<Sentence>) -> Self {
        let (message, said) = taken_apart(message.into());
        Self {
            kind,
            message,
            hint: None,
            said,
            hint_said: None,
            vendor_code: None,
            retry_after: None,
            is_end_unknown: false,
        }
    }

    /// The same error in other words.
    #[must_use]
    pub fn with_message(self, message: impl Into<Sentence>) -> Self {
        let (message, said) = taken_apart(message.into());
        Self { message, said, ..self }
    }

    /// A next step that fits better than the kind's own.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<Sentence>) -> Self {
        let (hint, hint_said) = taken_apart(hint.into());
        Self { hint: Some(hint), hint_said, ..self }
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
    pub fn hint(&self) -> String {
        self.hint.clone().or_else(|| self.kind.hint().say(Lang::En)).unwrap_or_default()
    }

    /// What happened, for every language.
    pub fn sentence(&self) -> Sentence {
        self.said.as_deref().cloned().unwrap_or_else(|| self.kind.sentence(&self.message))
    }

    /// What to do next, for every language.
    pub fn hint_sentence(&self) -> Sentence {
        match (&self.hint_said, &self.hint) {
            (Some(said), _) => said.as_ref().clone(),
            (None, Some(text)) => next::as_detail(text),
            (None, None) => self.kind.hint(),
        }
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
        ErrorInfo::new(self.code(), self.sentence(), self.hint_sentence())
    }
}

/// A sentence's English, and the sentence itself where it is in the catalogue.
fn taken_apart(sentence: Sentence) -> (String, Option<Box<Sentence>>) {
    let english = sentence.say(Lang::En).unwrap_or_default();
    (english, (!sentence.is_verbatim()).then(|| Box::new(sentence)))
}
