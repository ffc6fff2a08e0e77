//! A layer of faults between us and S3: it passes requests on, and does to some of them what networks and S3 do. The
//! same seed gives the same faults in the same order. Knows nothing of what the objects are.
//!
//! `AWS_ENDPOINT_URL_S3` (the template's parameter `S3Endpoint`) points to it.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bytes::Bytes;

use crate::fuzz::Dice;
use crate::plain;
use crate::wire::{self, Wire};

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// 503 `SlowDown`; S3 has done nothing.
    SlowDown,
    /// 500 `InternalError`; S3 has done nothing.
    InternalError,
    /// 400 `RequestTimeout`: S3 waited in vain for the request's body, and has done nothing.
    RequestTimeout,
    /// S3 has done nothing and says nothing.
    Hang,
    /// The connection is reset before S3 saw the request.
    ResetBefore,
    /// S3 has done what it was asked, and the connection is reset before the answer.
    ResetAfter,
    /// S3 has done what it was asked, and says nothing.
    HangAfter,
    /// 409 `ConditionalRequestConflict`: somebody writes the same key right now. To conditional writes alone.
    Conflict,
    /// 412 `PreconditionFailed`, although the condition holds. To conditional writes alone.
    Precondition,
}

impl Fault {
    /// Whether S3 has done what it was asked and nobody is told.
    pub fn is_lost_reply(self) -> bool {
        matches!(self, Self::ResetAfter | Self::HangAfter)
    }

    fn suits(self, request: &Asked) -> bool {
        let conditional = ["if-match", "if-none-match"].iter().any(|name| request.headers.contains_key(*name));
        match self {
            Self::Conflict | Self::Precondition => request.method == "PUT" && conditional,
            Self::RequestTimeout => request.method == "PUT",
            _ => true,
        }
    }
}

/// Faults at a rate.
#[derive(Clone, Debug)]
pub struct FaultPlan {
    dice: Dice,
    per_mille: usize,
    lost_replies_per_mille: usize,
    /// Replies that should have been lost, had the request been a write.
    owed: usize,
    faults: Vec<Fault>,
}

impl FaultPlan {
    /// So many of a thousand requests meet a fault. Of a thousand faults so many are writes whose reply gets lost, the others
    /// one of `faults`, where one that stands there twice comes twice as often.
    pub fn new(seed: u64, per_mille: usize, lost_replies_per_mille: usize, faults: impl Into<Vec<Fault>>) -> Self {
        Self { dice: Dice::new(seed), per_mille, lost_replies_per_mille, owed: 0, faults: faults.into() }
    }

    fn next(&mut self, request: &Asked) -> Option<Fault> {
        if self.dice.below(1000) >= self.per_mille {
            return None;
        }
        self.owed += usize::from(self.dice.below(1000) < self.lost_replies_per_mille);
        if self.owed > 0 && request.is_write() {
            self.owed -= 1;
            return Some(Fault::ResetAfter);
        }
        let fault = (!self.faults.is_empty()).then(|| *self.dice.pick(&self.faults))?;
        Some(if fault.suits(request) { fault } else { Fault::SlowDown })
    }
}

/// Which requests a script's fault is for: the first whose method and path fit.
#[derive(Clone, Debug)]
pub struct Aim {
    /// e.g. `PUT`.
    pub method: &'static str,
    /// What stands somewhere in the path, percent-encoded.
    pub path: String,
    /// What happens to it.
    pub fault: Fault,
}

/// The layer; it ends when this is dropped.
pub struct Faults {
    server: wire::Server,
    state: Arc<Shared>,
}

#[derive(Default)]
struct Shared(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    upstream: String,
    plan: Option<FaultPlan>,
    aims: Vec<Aim>,
    requests: usize,
    met: BTreeMap<Fault, usize>,
    kept: Option<Vec<Asked>>,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    /// e.g. `PUT`.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// All of them.
    pub headers: HeaderMap,
    /// As it was sent.
    pub body: Bytes,
}

impl Asked {
    fn is_write(&self) -> bool {
        matches!(self.method.as_str(), "PUT" | "POST" | "DELETE")
    }
}

/// More than the largest object of any trial.
const MAX_BODY: usize = 256 << 20;
/// Longer than any caller waits.
const FOR_EVER: Duration = Duration::from_secs(600);

impl Faults {
    /// Starts on a free port. Until it is told where S3 is it answers 503.
    ///
    /// # Errors
    /// When no port or thread is to be had.
    pub fn start() -> io::Result<Self> {
        let state = Arc::<Shared>::default();
        let router = Router::new().fallback(pass).with_state(Arc::clone(&state));
        Ok(Self { server: wire::serve("faults", router)?, state })
    }

    /// Where it listens: scheme, host and port.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// Where S3 is: scheme, host and port.
    pub fn forward_to(&self, endpoint: &str) {
        endpoint.trim_start_matches("http://").clone_into(&mut self.state.lock().upstream);
    }

    /// From now on faults come by this plan; by none, everything is passed on.
    pub fn plan(&self, plan: Option<FaultPlan>) {
        self.state.lock().plan = plan;
    }

    /// The next request that fits meets this fault, whatever the plan says.
    pub fn aim(&self, aim: Aim) {
        self.state.lock().aims.push(aim);
    }

    /// Keeps every request from now on.
    pub fn keep(&self) {
        self.state.lock().kept = Some(Vec::new());
    }

    /// Those that were kept, in the order in which they came; none is kept any more.
    pub fn kept(&self) -> Vec<Asked> {
        self.state.lock().kept.take().unwrap_or_default()
    }

    /// How many of those that are being kept are so.
    pub fn count_kept(&self, is_so: impl Fn(&Asked) -> bool) -> usize {
        self.state.lock().kept.as_ref().map_or(0, |kept| kept.iter().filter(|asked| is_so(asked)).count())
    }

    /// How many requests came, and how many met which fault.
    pub fn counts(&self) -> (usize, BTreeMap<Fault, usize>) {
        let inner = self.state.lock();
        (inner.requests, inner.met.clone())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fault(&self, request: &Asked) -> Option<Fault> {
        let mut inner = self.lock();
        inner.requests += 1;
        if let Some(kept) = &mut inner.kept {
            kept.push(request.clone());
        }
        let aimed =
            inner.aims.iter().position(|aim| aim.method == request.method && request.target.contains(&aim.path));
        let fault = match aimed {
            Some(at) => Some(inner.aims.remove(at).fault),
            None => inner.plan.as_mut().and_then(|plan| plan.next(request)),
        };
        if let Some(fault) = fault {
            *inner.met.entry(fault).or_default() += 1;
        }
        fault
    }
}

async fn pass(State(layer): State<Arc<Shared>>, ConnectInfo(wire): ConnectInfo<Wire>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let asked = Asked {
        method: parts.method.to_string(),
        target: parts.uri.to_string(),
        headers: parts.headers,
        body: to_bytes(body, MAX_BODY).await.unwrap_or_default(),
    };
    match layer.fault(&asked) {
        None => forwarded(&layer, asked).await.unwrap_or_else(|_| wire.cut()),
        Some(Fault::SlowDown) => refusal(StatusCode::SERVICE_UNAVAILABLE, "SlowDown"),
        Some(Fault::InternalError) => refusal(StatusCode::INTERNAL_SERVER_ERROR, "InternalError"),
        Some(Fault::RequestTimeout) => refusal(StatusCode::BAD_REQUEST, "RequestTimeout"),
        Some(Fault::Conflict) => refusal(StatusCode::CONFLICT, "ConditionalRequestConflict"),
        Some(Fault::Precondition) => refusal(StatusCode::PRECONDITION_FAILED, "PreconditionFailed"),
        Some(Fault::Hang) => silence(&wire).await,
        Some(Fault::ResetBefore) => wire.cut(),
        Some(Fault::ResetAfter) => {
            done(layer, asked).await;
            wire.cut()
        }
        Some(Fault::HangAfter) => {
            done(layer, asked).await;
            silence(&wire).await
        }
    }
}

/// Does what was asked, whoever is still interested, and keeps the answer to itself.
async fn done(layer: Arc<Shared>, asked: Asked) {
    let _ = tokio::spawn(async move { forwarded(&layer, asked).await.map(drop) }).await;
}

async fn silence(wire: &Wire) -> Response {
    tokio::time::sleep(FOR_EVER).await;
    wire.cut()
}

async fn forwarded(layer: &Shared, asked: Asked) -> io::Result<Response> {
    let upstream = layer.lock().upstream.clone();
    if upstream.is_empty() {
        return Ok(refusal(StatusCode::SERVICE_UNAVAILABLE, "SlowDown"));
    }
    let answer = plain::ask(&upstream, &asked.method, &asked.target, &asked.headers, &asked.body).await?;
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    for hop in ["connection", "transfer-encoding", "keep-alive"] {
        response.headers_mut().remove(hop);
    }
    Ok(response)
}

fn refusal(status: StatusCode, code: &str) -> Response {
    let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>as told</Message></Error>");
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response
}
