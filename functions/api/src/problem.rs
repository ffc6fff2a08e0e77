//! What goes wrong with a request, as RFC 9457 problem documents. Knows nothing of who asks or why.

use fapiao::error::{Error, ErrorInfo, ErrorKind};
use fapiao::report::Report;
use fapiao::sentence::{Params, Sentence, request as says};
use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{HeaderName, Response, StatusCode};
use lambda_http::Body;
use schemars::JsonSchema;
use serde::Serialize;

/// Waited for when a vendor asks us to slow down without saying how long.
const DEFAULT_RETRY_AFTER_SECONDS: u64 = 5;

/// What is answered: RFC 9457, with more members of our own.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ProblemDocument {
    /// Always `about:blank`: the code tells more.
    r#type: &'static str,
    /// The HTTP status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What went wrong.
    detail: String,
    /// Which sentence of the catalogue the detail is, and its parameters.
    #[serde(flatten)]
    said: Sentence,
    /// The same for programs: it stays when the words change.
    code: &'static str,
    /// What to do next.
    hint: String,
    /// Which sentence of the catalogue the hint is.
    hint_id: String,
    /// Its parameters.
    hint_params: Params,
    /// What was read all the same; left out when there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<Box<Report>>,
}

/// A request that gets no Report, or one that is not complete.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    title: &'static str,
    code: &'static str,
    /// What is said of it.
    info: Box<ErrorInfo>,
    report: Option<Box<Report>>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// One of the request's own faults, or ours.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<Sentence>, hint: impl Into<Sentence>) -> Self {
        Self {
            status,
            title: status.canonical_reason().unwrap_or("Error"),
            code,
            info: Box::new(ErrorInfo::new(code, detail.into(), hint.into())),
            report: None,
            headers: Vec::new(),
        }
    }

    /// No key, or a wrong one. Both look alike.
    pub fn unauthorized() -> Self {
        let challenge = HeaderValue::from_static("Bearer realm=\"fapiao\"");
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", says::no_valid_key(), says::send_the_key())
            .with_header(http::header::WWW_AUTHENTICATE, challenge)
    }

    /// The key is right, but not from there.
    pub fn elsewhere() -> Self {
        let (detail, hint) = (says::address_not_allowed(), says::ask_from_allowed_address());
        Self::new(StatusCode::FORBIDDEN, "address_not_allowed", detail, hint)
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Adds what was read all the same, as the member `report`, if there is any.
    #[must_use]
    pub fn with_report(mut self, report: Box<Report>) -> Self {
        self.report = Some(report).filter(|report| !report.invoices.is_empty());
        self
    }

    /// The answer to send.
    pub fn into_response(self) -> Response<Body> {
        let ErrorInfo { said, message, hint_id, hint_params, hint, .. } = *self.info;
        let document = ProblemDocument {
            r#type: "about:blank",
            title: self.title,
            status: self.status.as_u16(),
            detail: message,
            said,
            code: self.code,
            hint,
            hint_id,
            hint_params,
            report: self.report,
        };
        let mut response = Response::new(Body::from(serde_json::to_string(&document).unwrap_or_default()));
        *response.status_mut() = self.status;
        let media_type = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(CONTENT_TYPE, media_type);
        response.headers_mut().extend(self.headers.into_iter().map(|(name, value)| (Some(name), value)));
        response
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let problem = Self::new(status(error.kind()), error.code(), error.sentence(), error.hint_sentence());
        if error.kind() != ErrorKind::ProviderThrottled {
            return problem;
        }
        let wait = error.retry_after().map_or(DEFAULT_RETRY_AFTER_SECONDS, |wait| wait.as_secs().max(1));
        problem.with_header(RETRY_AFTER, HeaderValue::from(wait))
    }
}

/// 502: a provider is out of order. 503: it will be well again, or its owner has to act. 504: too late.
fn status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::ProviderAuth | ErrorKind::ProviderUnavailable | ErrorKind::ProviderProtocol => {
            StatusCode::BAD_GATEWAY
        }
        ErrorKind::ProviderThrottled | ErrorKind::ProviderQuota | ErrorKind::Storage => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::ProviderTimeout | ErrorKind::Deadline => StatusCode::GATEWAY_TIMEOUT,
        ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
