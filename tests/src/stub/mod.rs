//! Stand-ins for both vendors on loopback ports: each checks what it receives as the vendor would, answers in the
//! vendor's form, misbehaves as told, and keeps what it got. Knows nothing of the providers that call it.

mod textin;
mod volcengine;

use std::collections::VecDeque;
use std::io::{self, Cursor};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::Response;
use bytes::Bytes;
use fapiao::geometry::Quad;
use fapiao::invoice::Field;
use fapiao::report::{PageInfo, Reading};
use image::{ImageFormat, ImageReader};
use serde_json::{Value, json};
use tokio::sync::oneshot;

/// Who is stood in for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StubVendor {
    /// Reads every paper but rolls.
    TextIn,
    /// Reads rolls.
    Volcengine,
}

/// What the stub does with a request that it has found in order.
#[derive(Clone, Debug)]
pub enum Behaviour {
    /// Answers with its reading.
    Answer,
    /// Asks to slow down; with a `Retry-After` of so many seconds.
    Throttle(Option<u64>),
    /// Its gateway answers 502 with a page of HTML.
    Unavailable,
    /// Says nothing for so long, then answers.
    Hang(Duration),
    /// Ends the connection in the middle of the answer.
    Break,
    /// Reads the page, but finds no paper of its own.
    NotMine,
    /// Answers with a code of its error table.
    Code(i64),
}

/// One request, as it arrived.
#[derive(Clone, Debug)]
pub struct StubCall {
    /// e.g. `POST`.
    pub method: Method,
    /// Path and query.
    pub uri: Uri,
    /// All of them.
    pub headers: HeaderMap,
    /// As it was sent.
    pub body: Bytes,
    /// The document, taken out of the body; none when the request was refused before.
    pub file: Option<Bytes>,
    /// Width and height of the document, where it is a picture.
    pub size: Option<(u32, u32)>,
    /// Why it was refused.
    pub refused: Option<i64>,
    /// When it had arrived in full.
    pub at: Instant,
}

/// The account that the stubs know.
pub const ACCOUNT: &str = "stub-account";
/// Its secret until it is rotated.
pub const SECRET: &str = "stub-secret-1";

/// The provider secret's JSON for the account with these secrets.
pub fn keys(textin: &str, volcengine: &str) -> String {
    json!({
        "textin": {"app_id": ACCOUNT, "secret_code": textin},
        "volcengine": {"access_key": ACCOUNT, "secret_key": volcengine},
    })
    .to_string()
}

/// A running stub; it ends when this is dropped.
pub struct Stub {
    address: SocketAddr,
    state: Arc<Shared>,
    _stop: oneshot::Sender<()>,
}

struct Shared {
    vendor: StubVendor,
    reading: Reading,
    inner: Mutex<Inner>,
}

struct Inner {
    secret: String,
    script: VecDeque<Behaviour>,
    afterwards: Behaviour,
    calls: Vec<StubCall>,
}

/// More than any limit of either vendor, so that the limits themselves are what refuses.
const MAX_BODY: usize = 64 << 20;

impl Stub {
    /// Starts on a free port with a thread of its own, so that it answers however busy the caller is.
    ///
    /// # Errors
    /// When no port or thread is to be had.
    pub fn start(vendor: StubVendor, reading: Reading) -> io::Result<Self> {
        let inner = Inner {
            secret: SECRET.to_owned(),
            script: VecDeque::new(),
            afterwards: Behaviour::Answer,
            calls: Vec::new(),
        };
        let state = Arc::new(Shared { vendor, reading, inner: Mutex::new(inner) });
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let router = Router::new().fallback(receive).with_state(Arc::clone(&state));
        thread::Builder::new().name(format!("{vendor:?}")).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    served = serve(listener, router) => served,
                    _ = stopped => Ok(()),
                }
            })
        })?;
        Ok(Self { address, state, _stop: stop })
    }

    /// The name of the vendor that it stands for.
    pub fn name(&self) -> &'static str {
        match self.state.vendor {
            StubVendor::TextIn => "textin",
            StubVendor::Volcengine => "volcengine",
        }
    }

    /// Where it listens: scheme, host and port.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Host and port.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// What to do with the next requests, one each; afterwards it answers again.
    pub fn script(&self, behaviours: impl IntoIterator<Item = Behaviour>) {
        self.state.lock().script.extend(behaviours);
    }

    /// What to do with every request that no script speaks of.
    pub fn always(&self, behaviour: Behaviour) {
        self.state.lock().afterwards = behaviour;
    }

    /// From now on only this secret is let in.
    pub fn rotate(&self, secret: &str) {
        secret.clone_into(&mut self.state.lock().secret);
    }

    /// Everything received since the start or the last [`Self::forget`], refused requests too.
    pub fn calls(&self) -> Vec<StubCall> {
        self.state.lock().calls.clone()
    }

    /// Forgets what was received.
    pub fn forget(&self) {
        self.state.lock().calls.clear();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the call and gives what is to be done with it.
    fn keep(&self, call: StubCall) -> Behaviour {
        let mut inner = self.lock();
        let in_order = call.refused.is_none();
        inner.calls.push(call);
        if in_order { inner.script.pop_front().unwrap_or_else(|| inner.afterwards.clone()) } else { Behaviour::Answer }
    }

    /// The reading of a page of that size. One field has its place, a tenth of the page from the left and the top.
    fn reading(&self, size: Option<(u32, u32)>) -> Reading {
        let mut reading = self.reading.clone();
        if let Some((width, height)) = size {
            reading.page = PageInfo { width, height, rotation: 0 };
            if let Some(evidence) = reading.fields.get_mut(&Field::InvoiceNumber) {
                evidence.quad = Some(place(width, height));
            }
        }
        reading
    }

    fn answer(&self, call: &StubCall) -> Value {
        let reading = self.reading(call.size);
        match self.vendor {
            StubVendor::TextIn => textin::answer(&reading),
            StubVendor::Volcengine => volcengine::answer(&reading, call.at.elapsed()),
        }
    }

    fn error(&self, code: i64) -> (StatusCode, Value) {
        match self.vendor {
            StubVendor::TextIn => (StatusCode::OK, textin::error(code)),
            StubVendor::Volcengine => volcengine::error(code),
        }
    }

    fn not_mine(&self, call: &StubCall) -> (StatusCode, Value) {
        match self.vendor {
            StubVendor::TextIn => (StatusCode::OK, textin::not_mine(&self.reading(call.size).page)),
            StubVendor::Volcengine => volcengine::error(50208),
        }
    }

    fn throttle_code(&self) -> i64 {
        match self.vendor {
            StubVendor::TextIn => 40306,
            StubVendor::Volcengine => 50429,
        }
    }
}

/// Where the stubs say that the invoice number stands on a page.
#[allow(clippy::cast_precision_loss, reason = "pages have far fewer pixels than f32 has digits")]
pub fn place(width: u32, height: u32) -> Quad {
    let (w, h) = (width as f32, height as f32);
    [0.1 * w, 0.1 * h, 0.3 * w, 0.1 * h, 0.3 * w, 0.2 * h, 0.1 * w, 0.2 * h]
}

async fn serve(listener: TcpListener, router: Router) -> io::Result<()> {
    axum::serve(tokio::net::TcpListener::from_std(listener)?, router).await
}

async fn receive(State(stub): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY).await.unwrap_or_default();
    let at = Instant::now();
    let mut call = StubCall {
        method: parts.method,
        uri: parts.uri,
        headers: parts.headers,
        body,
        file: None,
        size: None,
        refused: None,
        at,
    };
    let secret = stub.lock().secret.clone();
    let checked = match stub.vendor {
        StubVendor::TextIn => textin::check(&call, &secret),
        StubVendor::Volcengine => volcengine::check(&call, &secret),
    };
    match checked {
        Ok((file, size)) => (call.file, call.size) = (Some(file), size),
        Err(code) => call.refused = Some(code),
    }
    let behaviour = stub.keep(call.clone());
    match call.refused {
        Some(code) => respond(stub.error(code), None),
        None => behave(&stub, &call, behaviour).await,
    }
}

async fn behave(stub: &Shared, call: &StubCall, behaviour: Behaviour) -> Response {
    match behaviour {
        Behaviour::Answer => respond((StatusCode::OK, stub.answer(call)), None),
        Behaviour::Throttle(wait) => respond(stub.error(stub.throttle_code()), wait),
        Behaviour::Unavailable => page(StatusCode::BAD_GATEWAY),
        Behaviour::Hang(time) => {
            tokio::time::sleep(time).await;
            respond((StatusCode::OK, stub.answer(call)), None)
        }
        Behaviour::Break => broken(),
        Behaviour::NotMine => respond(stub.not_mine(call), None),
        Behaviour::Code(code) => respond(stub.error(code), None),
    }
}

fn respond((status, body): (StatusCode, Value), retry_after: Option<u64>) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    headers.insert("x-request-id", header::HeaderValue::from_static(REQUEST_ID));
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// The id that every answer carries, each vendor's in its own way.
pub const REQUEST_ID: &str = "stub-request";

fn page(status: StatusCode) -> Response {
    let mut response = Response::new(Body::from("<html><body>Bad Gateway</body></html>"));
    *response.status_mut() = status;
    response
}

fn broken() -> Response {
    let chunks = [Ok(Bytes::from_static(b"{\"code\":")), Err(io::Error::other("as told"))];
    Response::new(Body::from_stream(futures::stream::iter(chunks)))
}

/// Width and height of a picture in one of these formats.
fn dimensions(file: &[u8], formats: &[ImageFormat]) -> Option<(u32, u32)> {
    let reader = ImageReader::new(Cursor::new(file)).with_guessed_format().ok()?;
    reader.format().filter(|format| formats.contains(format))?;
    reader.into_dimensions().ok()
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
