//! The function behind the API: a request in, a Report, a vendor's answer or a problem out. Knows nothing of how a document
//! is read.
//!
//! - here: a request finds the protocol that it speaks
//! - [`clients`]: who may ask
//! - [`routes`]: one file a protocol or a route
//! - [`uploads`]: files that are too large for a request
//! - [`openapi`]: what all routes take and answer, told to programs
//! - [`language`]: in which language it is told
//! - [`page`]: what people see who open the API in a browser
//! - [`problem`]: what goes wrong, in our own words
//! - [`visit`]: what all of them know of a request, and the access log

pub mod clients;
mod language;
pub mod openapi;
mod page;
pub mod problem;
mod routes;
pub mod uploads;
mod visit;

use std::sync::Arc;
use std::time::Duration;

use fapiao::dialect::textin::QuadOrder;
use fapiao::pipeline::Pipeline;
use fapiao::sentence::{Lang, request as says};
use http::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Response, StatusCode};
use lambda_http::{Body, Request};

use clients::{Client, Clients, Uncheckable, by_key};
use page::Page;
use problem::Problem;
use routes::{Action, Protocol, Route};
use uploads::Uploads;
use visit::Visit;

/// An HTTP API gives up after 30 s; ours is answered before.
const TIME_LIMIT: Duration = Duration::from_secs(25);

/// Answers requests, whichever gateway they come through.
pub struct Api {
    pipeline: Pipeline,
    clients: Clients,
    uploads: Option<Uploads>,
    time_limit: Duration,
    quads: QuadOrder,
    lang: Lang,
    page: Page,
}

impl Api {
    /// An API for these clients.
    pub fn new(pipeline: Pipeline, clients: Clients) -> Self {
        Self {
            pipeline,
            clients,
            uploads: None,
            time_limit: TIME_LIMIT,
            quads: QuadOrder::default(),
            lang: Lang::default(),
            page: Page::default(),
        }
    }

    /// Another limit than 25 s.
    #[must_use]
    pub fn with_time_limit(mut self, time_limit: Duration) -> Self {
        self.time_limit = time_limit;
        self
    }

    /// Gives links for files that are too large for a request.
    #[must_use]
    pub fn with_uploads(mut self, uploads: Uploads) -> Self {
        self.uploads = Some(uploads);
        self
    }

    /// The language of stored Reports, and of answers to those who ask for none.
    #[must_use]
    pub fn in_language(mut self, lang: Lang) -> Self {
        self.lang = lang;
        self
    }

    /// In which order TextIn's clients are given corners, unless they have a setting of their own.
    #[must_use]
    pub fn with_quads(mut self, quads: QuadOrder) -> Self {
        self.quads = quads;
        self
    }

    /// Answers one request; there is no request without an answer.
    pub async fn handle(&self, request: Request) -> Response<Body> {
        let mut visit = Visit::new(&request, self.time_limit);
        let lang = language::asked_for(&request).unwrap_or(self.lang);
        let mut response = match routes::protocol(&request, &visit.path) {
            Protocol::Textin => routes::textin::answer(self, request, &mut visit).await,
            Protocol::Volcengine => routes::volcengine::answer(self, request, &mut visit).await,
            Protocol::Own => {
                let answer = self.route(request, &mut visit).await.unwrap_or_else(Problem::into_response);
                language::told_in(answer, lang, self.lang)
            }
        };
        visit.end(&mut response);
        response
    }

    /// Credentials come first: without them nobody learns even which routes there are, but for those that are for everybody.
    async fn route(&self, request: Request, visit: &mut Visit) -> Result<Response<Body>, Problem> {
        let routes = routes::at(&visit.path);
        let action = routes.iter().find(|route| route.method == visit.method).map(|route| route.action);
        if let Some(action) = action.filter(|action| action.is_open()) {
            return Ok(self.answer_anybody(action).await);
        }
        let client = self.require_key(request.headers(), visit).await?;
        let uploads = self.uploads.as_ref();
        let lang = |request: &Request| language::asked_for(request).unwrap_or(self.lang);
        match action {
            Some(Action::ReadInvoice) => routes::invoices::read(&self.pipeline, request, &client, visit.deadline).await,
            Some(Action::BeginUpload) => {
                routes::uploads::begin(uploads, &request, &client, self.pipeline.limits().max_bytes).await
            }
            Some(Action::TellUpload) => {
                let id = visit.path.rsplit('/').next().unwrap_or_default();
                routes::uploads::outcome(uploads, id, &client).await
            }
            Some(Action::TellCapabilities) => Ok(routes::capabilities::tell(&self.pipeline)),
            Some(Action::ShowPreview) => {
                routes::preview::show(&self.pipeline, uploads, request, &client, visit.deadline).await
            }
            Some(Action::SayReport) => routes::reports::say(&request, lang(&request)),
            Some(Action::TellList) => routes::list::tell(&request, lang(&request)),
            _ if routes.is_empty() => Err(not_found(&visit.path)),
            _ => Err(method_not_allowed(&routes)),
        }
    }

    /// What tells nothing that only a client may know.
    async fn answer_anybody(&self, action: Action) -> Response<Body> {
        match action {
            Action::ShowPage => self.page.show(self.uploads.as_ref()).await,
            Action::TellContract => routes::docs::contract(),
            Action::ShowDocs => routes::docs::page(),
            _ => routes::health::tell(),
        }
    }

    async fn require_key(&self, headers: &HeaderMap, visit: &mut Visit) -> Result<Arc<Client>, Problem> {
        let presented = bearer(headers).ok_or_else(Problem::unauthorized)?;
        let admitted = self.clients.admit(visit.start, |all| by_key(all, presented).ok_or(()), |()| true).await;
        let client = admitted.map_err(unchecked)?.client().map_err(|()| Problem::unauthorized())?;
        visit.client = Some(client.name.clone());
        if client.may_come_from(visit.address) { Ok(client) } else { Err(Problem::elsewhere()) }
    }
}

/// There is nothing to compare credentials with: the log says why, the answer does not.
fn unchecked(_: Uncheckable) -> Problem {
    let (detail, hint) = (says::key_not_checkable(), says::try_again());
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "internal", detail, hint)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn not_found(path: &str) -> Problem {
    let (detail, hint) = (says::nothing_at(path), says::post_to_invoices());
    Problem::new(StatusCode::NOT_FOUND, "not_found", detail, hint)
}

fn method_not_allowed(routes: &[&Route]) -> Problem {
    let allowed: Vec<&str> = routes.iter().map(|route| route.method.as_str()).collect();
    let allowed = allowed.join(", ");
    let hint = says::use_methods(&allowed);
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", says::method_does_nothing(), hint);
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
