//! One request on its way through the function: its id, where it comes from, until when an answer is of use, and what the
//! access log says of it in the end. Knows nothing of routes or credentials.

use std::net::IpAddr;
use std::time::{Duration, Instant, SystemTime};

use fapiao::deadline::time_left;
use http::header::{CACHE_CONTROL, HeaderValue};
use http::{HeaderName, Method, Response};
use lambda_http::request::RequestContext;
use lambda_http::{Body, Context, Request, RequestExt};

/// Kept back from the function's own time for sending the answer.
const MARGIN: Duration = Duration::from_secs(1);
/// The gateway's own id of the request, in every answer.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// One request on its way.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) method: Method,
    /// Within the API: the gateway's stage taken off, where the gateway leaves it on.
    pub(crate) path: String,
    pub(crate) start: Instant,
    pub(crate) deadline: Instant,
    pub(crate) request_id: String,
    /// From the gateway's own record of the connection: a header of the client's could say anything.
    pub(crate) address: Option<IpAddr>,
    /// Who asks, as soon as that is known.
    pub(crate) client: Option<String>,
    /// The vendor's code in the answer, where the answer is in a vendor's form.
    pub(crate) code: Option<i64>,
}

impl Visit {
    /// The deadline is the API's own limit, or the function's if it has one and that is shorter.
    pub(crate) fn new(request: &Request, limit: Duration) -> Self {
        let start = Instant::now();
        let context = request.request_context_ref();
        let (request_id, address) = match context {
            Some(RequestContext::ApiGatewayV1(context)) => {
                (context.request_id.as_deref(), context.identity.source_ip.as_deref())
            }
            Some(RequestContext::ApiGatewayV2(context)) => {
                (context.request_id.as_deref(), context.http.source_ip.as_deref())
            }
            _ => (None, None),
        };
        let of_invocation = request.lambda_context_ref().map(|context| context.request_id.as_str());
        Self {
            method: request.method().clone(),
            path: path(request),
            start,
            deadline: deadline(request, start, limit),
            request_id: request_id.or(of_invocation).unwrap_or_default().to_owned(),
            address: address.and_then(|address| address.parse().ok()),
            client: None,
            code: None,
        }
    }

    /// Marks the answer, and tells the access log of it.
    pub(crate) fn end(self, response: &mut Response<Body>) {
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Ok(id) = HeaderValue::from_str(&self.request_id) {
            headers.insert(REQUEST_ID, id);
        }
        tracing::info!(
            method = %self.method,
            path = self.path,
            status = response.status().as_u16(),
            code = self.code,
            client = self.client,
            address = self.address.map(tracing::field::display),
            request_id = self.request_id,
            elapsed_ms = self.start.elapsed().as_millis(),
            "answered"
        );
    }
}

fn path(request: &Request) -> String {
    let raw = request.raw_http_path();
    let stage = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV1(context)) => context.stage.as_deref(),
        Some(RequestContext::ApiGatewayV2(context)) => context.stage.as_deref(),
        _ => None,
    };
    let prefix = stage.filter(|stage| !stage.is_empty()).map(|stage| format!("/{stage}"));
    let rest = prefix.and_then(|prefix| raw.strip_prefix(prefix.as_str()));
    match rest.filter(|rest| rest.is_empty() || rest.starts_with('/')) {
        Some("") => "/".to_owned(),
        Some(rest) => rest.to_owned(),
        None => raw.to_owned(),
    }
}

fn deadline(request: &Request, start: Instant, limit: Duration) -> Instant {
    let own = start + limit;
    let invocation = request.lambda_context_ref().map(Context::deadline);
    match invocation.and_then(|deadline| time_left(deadline, SystemTime::now())) {
        Some(left) => own.min(Instant::now() + left.saturating_sub(MARGIN)),
        None => own,
    }
}
