//! Stand-ins for both vendors on loopback ports: each checks what it receives as the vendor would, answers in the
//! vendor's form, misbehaves as told, and keeps what it got. Knows nothing of the providers that call it.

mod behaviour;
mod bill;
mod textin;
mod volcengine;

use std::collections::BTreeMap;
use std::io::{self, Cursor};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::Response;
use bytes::Bytes;
use fapiao::geometry::Quad;
use fapiao::invoice::Field;
use fapiao::report::{PageInfo, Reading};
use image::{ImageFormat, ImageReader};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::wire::{self, Unless, Wire};

pub use behaviour::{Behaviour, Plan};
pub use bill::Charge;

use behaviour::Orders;

/// Who is stood in for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StubVendor {
    /// Reads every paper but rolls.
    TextIn,
    /// Reads rolls.
    Volcengine,
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
    /// What was done with it.
    pub behaviour: Behaviour,
    /// Whether the caller left before the answer was there.
    pub left: bool,
    /// Where the caller's end of the connection is.
    pub peer: SocketAddr,
    /// When it had arrived in full.
    pub at: Instant,
}

impl StubCall {
    /// The digest of the document that was sent.
    pub fn picture(&self) -> Option<String> {
        self.file.as_deref().map(digest)
    }

    /// Whether the vendor would charge for it.
    pub fn is_paid(&self) -> bool {
        self.refused.is_none() && self.behaviour.is_paid()
    }

    /// Whether its end cannot be known to the caller: the request was sent, and no whole answer came.
    pub fn is_unknown(&self) -> bool {
        self.left || self.behaviour.hides_its_end()
    }
}

/// A picture's digest, as the bill has it.
pub fn digest(picture: &[u8]) -> String {
    Sha256::digest(picture).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The invoice number that a stub reads in a picture when it tells them apart: eight digits, made from its digest.
pub fn number_of(picture: &[u8]) -> String {
    let digest = Sha256::digest(picture);
    let number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{:08}", number % 100_000_000)
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
    server: wire::Server,
    state: Arc<Shared>,
}

struct Shared {
    vendor: StubVendor,
    reading: Reading,
    inner: Mutex<Inner>,
}

struct Inner {
    secret: String,
    orders: Orders,
    tells_pictures_apart: bool,
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
        let inner =
            Inner { secret: SECRET.to_owned(), orders: Orders::new(), tells_pictures_apart: false, calls: Vec::new() };
        let state = Arc::new(Shared { vendor, reading, inner: Mutex::new(inner) });
        let router = Router::new().fallback(receive).with_state(Arc::clone(&state));
        Ok(Self { server: wire::serve(&format!("{vendor:?}"), router)?, state })
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
        format!("http://{}", self.server.address)
    }

    /// Host and port.
    pub fn host(&self) -> String {
        self.server.address.to_string()
    }

    /// What to do with the next requests, one each; afterwards it answers again.
    pub fn script(&self, behaviours: impl IntoIterator<Item = Behaviour>) {
        self.state.lock().orders.script.extend(behaviours);
    }

    /// What to do with some of the requests that no script speaks of.
    pub fn plan(&self, plan: Plan) {
        self.state.lock().orders.plan = Some(plan);
    }

    /// What to do with every request that neither a script nor a plan speaks of.
    pub fn always(&self, behaviour: Behaviour) {
        self.state.lock().orders.afterwards = behaviour;
    }

    /// From now on each picture has an invoice number of its own: [`number_of`] tells which.
    pub fn tell_pictures_apart(&self) {
        self.state.lock().tells_pictures_apart = true;
    }

    /// From now on only this secret is let in.
    pub fn rotate(&self, secret: &str) {
        secret.clone_into(&mut self.state.lock().secret);
    }

    /// Everything received since the start or the last [`Self::forget`], refused requests too.
    pub fn calls(&self) -> Vec<StubCall> {
        self.state.lock().calls.clone()
    }

    /// What was paid for since then, by the digest of the picture.
    pub fn bill(&self) -> BTreeMap<String, Charge> {
        bill::bill(&self.state.lock().calls)
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

    /// Keeps the call, and gives the way to say that the caller left.
    fn keep(self: &Arc<Self>, call: StubCall) -> impl FnMut() + use<> {
        let mut inner = self.lock();
        let (at, stub) = (inner.calls.len(), Arc::clone(self));
        inner.calls.push(call);
        move || {
            if let Some(call) = stub.lock().calls.get_mut(at) {
                call.left = true;
            }
        }
    }

    /// The reading of a page of that size. One field has its place, a tenth of the page from the left and the top.
    fn reading(&self, call: &StubCall) -> Reading {
        let mut reading = self.reading.clone();
        if let Some((width, height)) = call.size {
            reading.page = PageInfo { width, height, rotation: 0 };
            if let Some(evidence) = reading.fields.get_mut(&Field::InvoiceNumber) {
                evidence.quad = Some(place(width, height));
            }
        }
        if let Some(picture) = call.file.as_deref().filter(|_| self.lock().tells_pictures_apart) {
            renumber(&mut reading, &number_of(picture));
        }
        reading
    }

    fn answer(&self, call: &StubCall) -> Value {
        let reading = self.reading(call);
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
            StubVendor::TextIn => (StatusCode::OK, textin::not_mine(&self.reading(call).page)),
            StubVendor::Volcengine => volcengine::error(50208),
        }
    }

    fn no_result(&self) -> Value {
        match self.vendor {
            StubVendor::TextIn => json!({"code": 200, "message": "success"}),
            StubVendor::Volcengine => json!({"code": 10000, "message": "Success", "request_id": REQUEST_ID}),
        }
    }

    fn throttle_code(&self) -> i64 {
        match self.vendor {
            StubVendor::TextIn => 40306,
            StubVendor::Volcengine => 50429,
        }
    }
}

/// Gives the invoice another number, wherever it stands: at its place, printed again, in the QR code.
fn renumber(reading: &mut Reading, number: &str) {
    let printed = reading.fields.get(&Field::InvoiceNumber).and_then(|evidence| evidence.text.clone());
    let Some(old) = printed else { return };
    for (field, evidence) in &mut reading.fields {
        if let Some(text) = evidence.text.as_mut().filter(|text| **text == old || *field == Field::QrCode) {
            *text = text.replace(&old, number);
        }
    }
}

/// Where the stubs say that the invoice number stands on a page.
#[allow(clippy::cast_precision_loss, reason = "pages have far fewer pixels than f32 has digits")]
pub fn place(width: u32, height: u32) -> Quad {
    let (w, h) = (width as f32, height as f32);
    [0.1 * w, 0.1 * h, 0.3 * w, 0.1 * h, 0.3 * w, 0.2 * h, 0.1 * w, 0.2 * h]
}

async fn receive(State(stub): State<Arc<Shared>>, ConnectInfo(wire): ConnectInfo<Wire>, request: Request) -> Response {
    let behaviour = stub.lock().orders.next();
    let (parts, body) = request.into_parts();
    let read = behaviour != Behaviour::ResetUnread;
    let body = if read { to_bytes(body, MAX_BODY).await.unwrap_or_default() } else { Bytes::new() };
    let mut call = StubCall {
        method: parts.method,
        uri: parts.uri,
        headers: parts.headers,
        body,
        file: None,
        size: None,
        refused: None,
        behaviour,
        left: false,
        peer: wire.peer,
        at: Instant::now(),
    };
    if read && let Err(code) = check(&stub, &mut call) {
        call.refused = Some(code);
        drop(stub.keep(call));
        return respond(stub.error(code), None);
    }
    let leaving = Unless::done(stub.keep(call.clone()));
    behave(&stub, &call, &wire).await.map(|body| wire::watched(body, leaving))
}

/// Takes the document out of the request, as the vendor would; or gives its code for what is wrong.
fn check(stub: &Shared, call: &mut StubCall) -> Result<(), i64> {
    let secret = stub.lock().secret.clone();
    let (file, size) = match stub.vendor {
        StubVendor::TextIn => textin::check(call, &secret)?,
        StubVendor::Volcengine => volcengine::check(call, &secret)?,
    };
    (call.file, call.size) = (Some(file), size);
    Ok(())
}

async fn behave(stub: &Shared, call: &StubCall, wire: &Wire) -> Response {
    let answer = || (StatusCode::OK, stub.answer(call));
    match &call.behaviour {
        Behaviour::Answer => respond(answer(), None),
        Behaviour::Throttle(wait) => respond(stub.error(stub.throttle_code()), *wait),
        Behaviour::Unavailable => page(StatusCode::BAD_GATEWAY),
        Behaviour::Status(status) => page(StatusCode::from_u16(*status).unwrap_or_default()),
        Behaviour::Hang(time) => {
            tokio::time::sleep(*time).await;
            respond(answer(), None)
        }
        Behaviour::Drip(pieces, pause) => {
            let body = wire::dripping(answer().1.to_string().into_bytes(), *pieces, *pause);
            respond((StatusCode::OK, Value::Null), None).map(|_| body)
        }
        Behaviour::Break => broken(),
        Behaviour::ResetUnread | Behaviour::ResetRead => wire.cut(),
        Behaviour::NotMine => respond(stub.not_mine(call), None),
        Behaviour::NoJson => page(StatusCode::OK),
        Behaviour::NoResult => respond((StatusCode::OK, stub.no_result()), None),
        Behaviour::Code(code) => respond(stub.error(*code), None),
        Behaviour::Inside(code) => respond((StatusCode::OK, stub.error(*code).1), None),
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

/// What a vendor says beside a code that stands on no page of its.
const UNKNOWN: &str = "no such code stands in the error table";

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
