//! The function behind the API: a request in, a Report or a problem out. Knows nothing of how a document is read.

pub mod auth;
pub mod problem;
mod routes;

use std::time::{Duration, Instant, SystemTime};

use fapiao::deadline::time_left;
use fapiao::pipeline::Pipeline;
use http::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use lambda_http::request::RequestContext;
use lambda_http::{Body, Context, Request, RequestExt};

use auth::ApiKey;
use problem::Problem;
use routes::{Access, Route};

/// An HTTP API gives up after 30 s; ours is answered before.
const TIME_LIMIT: Duration = Duration::from_secs(25);
/// Kept back from the function's own time for sending the answer.
const MARGIN: Duration = Duration::from_secs(1);

/// Answers requests, whichever gateway they come through.
pub struct Api {
    pipeline: Pipeline,
    key: ApiKey,
    time_limit: Duration,
}

impl Api {
    /// An API for holders of the key.
    pub fn new(pipeline: Pipeline, key: ApiKey) -> Self {
        Self { pipeline, key, time_limit: TIME_LIMIT }
    }

    /// Another limit than 25 s.
    #[must_use]
    pub fn with_time_limit(mut self, time_limit: Duration) -> Self {
        self.time_limit = time_limit;
        self
    }

    /// Answers one request; there is no request without an answer.
    pub async fn handle(&self, request: Request) -> Response<Body> {
        let start = Instant::now();
        let (method, path) = (request.method().clone(), path(&request));
        let response = self.route(request, &path, start).await.unwrap_or_else(Problem::into_response);
        let (status, elapsed_ms) = (response.status().as_u16(), start.elapsed().as_millis());
        tracing::info!(%method, path, status, elapsed_ms, "answered");
        response
    }

    /// Credentials come first: without them nobody learns even which routes there are.
    async fn route(&self, request: Request, path: &str, start: Instant) -> Result<Response<Body>, Problem> {
        let routes = routes::at(path);
        let route = routes.iter().find(|route| route.method == *request.method());
        match route.map_or(Access::Key, |route| route.access) {
            Access::Key => self.require_key(&request, start).await?,
        }
        match route {
            Some(route) => self.act(route, request, start).await,
            None if routes.is_empty() => Err(not_found(path)),
            None => Err(method_not_allowed(&routes)),
        }
    }

    async fn require_key(&self, request: &Request, now: Instant) -> Result<(), Problem> {
        match self.key.accepts(request.headers(), now).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Problem::unauthorized()),
            Err(error) => {
                tracing::error!(%error, hint = error.hint(), "no key to compare with");
                let (detail, hint) =
                    ("the key cannot be checked at present", "Try again; the function's log says more.");
                Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "internal", detail, hint))
            }
        }
    }

    async fn act(&self, route: &Route, request: Request, start: Instant) -> Result<Response<Body>, Problem> {
        let deadline = deadline(&request, start, self.time_limit);
        match route.action {
            routes::Action::ReadInvoice => routes::invoices::read(&self.pipeline, request, deadline).await,
        }
    }
}

/// The path within the API: the gateway's stage taken off, where the gateway leaves it on.
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

/// The API's own limit, or the function's if it has one and that is shorter.
fn deadline(request: &Request, start: Instant, limit: Duration) -> Instant {
    let own = start + limit;
    let invocation = request.lambda_context_ref().map(Context::deadline);
    match invocation.and_then(|deadline| time_left(deadline, SystemTime::now())) {
        Some(left) => own.min(Instant::now() + left.saturating_sub(MARGIN)),
        None => own,
    }
}

fn not_found(path: &str) -> Problem {
    let (detail, hint) = (format!("there is nothing at {path}"), "POST the file's bytes to /v1/invoices.");
    Problem::new(StatusCode::NOT_FOUND, "not_found", detail, hint)
}

fn method_not_allowed(routes: &[&Route]) -> Problem {
    let allowed: Vec<&str> = routes.iter().map(|route| route.method.as_str()).collect();
    let allowed = allowed.join(", ");
    let hint = format!("Use {allowed}.");
    let problem =
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this method does nothing here", hint);
    match HeaderValue::from_str(&allowed) {
        Ok(value) => problem.with_header(ALLOW, value),
        Err(_) => problem,
    }
}

fn json_response(status: StatusCode, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let media_type = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response
}
