//! Calls to a vendor: one pooled client that is made for the first of them, time-outs, a bounded answer, and retries only
//! where they can help.
//! Knows nothing of any vendor's protocol.

use std::error::Error as _;
use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use reqwest::{Client, RequestBuilder, Url, redirect};

use crate::error::{Error, ErrorKind, Result};
use crate::sentence::fault;

/// How long and how often a vendor is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Until a connection stands.
    pub connect: Duration,
    /// From the first byte of a request to the last of its answer.
    pub total: Duration,
    /// Calls for one document.
    pub calls: u32,
    /// The longest pause after the first failure; doubles with each.
    pub base_pause: Duration,
    /// The longest pause of all.
    pub max_pause: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            total: Duration::from_secs(20),
            calls: 3,
            base_pause: Duration::from_millis(300),
            max_pause: Duration::from_secs(4),
        }
    }
}

/// No answer of either vendor comes near it.
const MAX_ANSWER: usize = 8 << 20;
/// Less time than this is not worth another call.
const LEAST_TIME: Duration = Duration::from_millis(50);

/// A vendor's answer, not yet understood.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// All headers.
    pub headers: HeaderMap,
    /// All bytes.
    pub body: Bytes,
}

/// The vendor's own id of a request, where its gateway sends one.
pub const REQUEST_ID: &str = "x-request-id";

/// A client for one vendor, kept for the life of the process so that connections are used again.
#[derive(Clone, Debug)]
pub struct Http {
    /// Made on first need: the system's certificates take longer to read than a function to start, and most functions never
    /// call that vendor.
    client: Arc<OnceLock<Client>>,
    is_local: bool,
    policy: Policy,
}

/// Makes ring the process's TLS arithmetic. Harmless when it is already.
pub fn install_crypto() {
    // An error says that a provider is installed, which is all we want.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// An endpoint that credentials may be sent to: https, or a stand-in on this machine.
///
/// # Errors
/// `internal` for any other address.
pub fn endpoint(text: &str) -> Result<Url> {
    let refuse = |why: &str| {
        Error::new(ErrorKind::Internal, format!("the endpoint {text:?} {why}"))
            .with_hint("Set the endpoint to an https address, or leave it unset.")
    };
    let url: Url = text.parse().map_err(|_| refuse("is no URL"))?;
    let secure = url.scheme() == "https" && url.host_str().is_some();
    if secure || (url.scheme() == "http" && is_loopback(&url)) {
        Ok(url)
    } else {
        Err(refuse("is neither https nor on this machine"))
    }
}

fn is_loopback(url: &Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

/// A header's value that no log of any library shows.
///
/// # Errors
/// `provider_auth` when it cannot stand in a header.
pub fn sensitive(value: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(value).map_err(|_| {
        Error::new(ErrorKind::ProviderAuth, "a credential holds characters that no header can carry")
            .with_hint("Store the provider's credentials again, without line breaks.")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

impl Http {
    /// For one endpoint; nothing is made yet.
    pub fn new(endpoint: &Url, policy: Policy) -> Self {
        Self { client: Arc::default(), is_local: is_loopback(endpoint), policy }
    }

    /// The pooled client, to build requests with.
    ///
    /// # Errors
    /// `internal` when the machine has no certificates to trust.
    pub fn client(&self) -> Result<&Client> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = self.connect()?;
        // Whoever was first has it.
        Ok(self.client.get_or_init(|| client))
    }

    fn connect(&self) -> Result<Client> {
        install_crypto();
        let builder = Client::builder()
            .user_agent(concat!("fapiao/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(self.policy.connect)
            // Shorter than the vendors' own, so that a thawed function seldom meets a dead connection.
            .pool_idle_timeout(Duration::from_secs(45))
            // A redirect would carry credentials to another host.
            .redirect(redirect::Policy::none());
        let builder = if self.is_local { builder.no_proxy() } else { builder };
        builder.build().map_err(|e| Error::new(ErrorKind::Internal, format!("no HTTPS client: {}", cause(&e))))
    }

    /// Sends one request and takes the whole answer, whatever its status.
    ///
    /// # Errors
    /// `provider_unavailable` when the connection fails, `provider_timeout`, `provider_protocol` when the answer
    /// has no end, `deadline` when no time is left. Once the request may have arrived the error's end is unknown.
    pub async fn send(&self, request: RequestBuilder, deadline: Instant) -> Result<Reply> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left < LEAST_TIME {
            return Err(Error::new(ErrorKind::Deadline, fault::no_time_for_vendor()));
        }
        let request = request.timeout(left.min(self.policy.total));
        let mut response = request.send().await.map_err(|e| broken(&e))?;
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| broken(&e))? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(Error::new(ErrorKind::ProviderProtocol, fault::answer_too_long()).with_end_unknown());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply { status: response.status(), headers: response.headers().clone(), body: body.freeze() })
    }

    /// Sends a request, made anew each time, until the vendor's word on the document is there: what it says of it, good or
    /// bad, or what no release of ours understands yet. That is given as it came.
    ///
    /// # Errors
    /// The last call's: the vendor cannot be reached, has no time, or refuses us.
    pub async fn exchange<T>(
        &self,
        deadline: Instant,
        understand: impl Fn(&Reply) -> Result<T>,
        request: impl Fn() -> Result<RequestBuilder>,
    ) -> Result<Reply> {
        let ask = || async {
            let reply = self.send(request()?, deadline).await?;
            match understand(&reply) {
                Err(error) if !is_word_on_the_document(&error, reply.status) => Err(error),
                _ => Ok(reply),
            }
        };
        self.retry(deadline, ask).await
    }

    /// Calls until it works, a failure is final, or the time is up. The last error tells how often was called.
    ///
    /// # Errors
    /// The last call's.
    pub async fn retry<T, F>(&self, deadline: Instant, mut call: impl FnMut() -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let mut calls = 1;
        loop {
            let error = match call().await {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            let pause = self.pause(calls, error.retry_after());
            let in_time = Instant::now() + pause + LEAST_TIME < deadline;
            if calls >= self.policy.calls || !in_time || !is_worth_repeating(&error) {
                return Err(count_calls(error, calls));
            }
            tracing::info!(code = error.code(), vendor_code = error.vendor_code(), calls, ?pause, "asking again");
            tokio::time::sleep(pause).await;
            calls += 1;
        }
    }

    /// Anything up to the doubled base; on top of what the vendor asks for, so that waiting clients spread out.
    fn pause(&self, calls: u32, asked: Option<Duration>) -> Duration {
        let longest =
            self.policy.base_pause.saturating_mul(1 << calls.saturating_sub(1).min(16)).min(self.policy.max_pause);
        asked.unwrap_or_default() + longest.mul_f64(rand::random())
    }
}

/// A call whose end is not known may have been served and paid for, so it is not repeated.
fn is_worth_repeating(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::ProviderThrottled | ErrorKind::ProviderUnavailable) && !error.is_end_unknown()
}

/// Whether the vendor has looked at the document, as far as anybody can tell: asking again would say the same. A status
/// that tells of a failure, with nothing of the vendor's own in the body, comes from something in between.
fn is_word_on_the_document(error: &Error, status: StatusCode) -> bool {
    let is_from_between = !status.is_success() && error.vendor_code().is_some_and(|code| code.starts_with(HTTP_STATUS));
    error.is_caller_fault() || (error.kind() == ErrorKind::ProviderProtocol && !is_from_between)
}

fn count_calls(error: Error, calls: u32) -> Error {
    if calls == 1 {
        return error;
    }
    let message = fault::after_calls(error.sentence(), calls);
    error.with_message(message)
}

/// Refines a dialect's error with what HTTP itself says: a wait, or a status with a body of no known form.
pub fn refine(error: Error, reply: &Reply) -> Error {
    let error = match (error.kind(), error.vendor_code()) {
        (ErrorKind::ProviderProtocol, None) => by_status(error, reply.status),
        _ => error,
    };
    match retry_after(&reply.headers) {
        Some(wait) if error.is_retryable() => error.with_retry_after(wait),
        _ => error,
    }
}

/// What the code begins with where only HTTP's status speaks.
const HTTP_STATUS: &str = "http ";

fn by_status(error: Error, status: StatusCode) -> Error {
    let kind = match status.as_u16() {
        401 | 403 => ErrorKind::ProviderAuth,
        402 => ErrorKind::ProviderQuota,
        413 => ErrorKind::TooLarge,
        429 => ErrorKind::ProviderThrottled,
        500..=599 => ErrorKind::ProviderUnavailable,
        _ => ErrorKind::ProviderProtocol,
    };
    Error::new(kind, fault::http_status(error.sentence(), status.as_u16()))
        .with_vendor_code(format!("{HTTP_STATUS}{}", status.as_u16()))
}

/// Seconds, or a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Duration::try_from(at.duration_since(jiff::Timestamp::now())).ok()
}

fn broken(error: &reqwest::Error) -> Error {
    let (kind, message) = if error.is_connect() {
        (ErrorKind::ProviderUnavailable, fault::vendor_unreachable(cause(error)))
    } else if error.is_timeout() {
        (ErrorKind::ProviderTimeout, fault::vendor_silent(cause(error)))
    } else {
        (ErrorKind::ProviderUnavailable, fault::vendor_broke_off(cause(error)))
    };
    let broken = Error::new(kind, message);
    // Without a connection nothing was sent.
    if error.is_connect() || error.is_builder() { broken } else { broken.with_end_unknown() }
}

/// The innermost reason; the outer ones repeat the address.
fn cause(error: &reqwest::Error) -> String {
    let unsaid = if error.is_timeout() { "timed out" } else { "no reason given" };
    std::iter::successors(error.source(), |&outer| outer.source())
        .last()
        .map_or_else(|| unsaid.to_owned(), |e| e.to_string())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn http(calls: u32) -> Http {
        let policy = Policy { calls, base_pause: Duration::from_millis(2), ..Policy::default() };
        Http::new(&endpoint("http://127.0.0.1:9").unwrap(), policy)
    }

    async fn calls_until_given_up(kind: ErrorKind, wait: Option<Duration>, budget: Duration) -> (u32, Error) {
        let calls = AtomicU32::new(0);
        let error = http(3)
            .retry(Instant::now() + budget, || async {
                calls.fetch_add(1, Ordering::Relaxed);
                let error = Error::new(kind, "no").with_vendor_code("7");
                Err::<(), _>(wait.map_or(Error::new(kind, "no").with_vendor_code("7"), |w| error.with_retry_after(w)))
            })
            .await
            .unwrap_err();
        (calls.into_inner(), error)
    }

    #[tokio::test]
    async fn only_what_may_heal_is_asked_again() {
        for &kind in ErrorKind::ALL {
            let (calls, error) = calls_until_given_up(kind, None, Duration::from_secs(5)).await;
            let heals = matches!(kind, ErrorKind::ProviderThrottled | ErrorKind::ProviderUnavailable);
            assert_eq!(calls, if heals { 3 } else { 1 }, "{kind:?}");
            assert_eq!((error.kind(), error.vendor_code()), (kind, Some("7")));
            assert_eq!(error.message().contains("after 3 calls"), heals);
        }
    }

    #[tokio::test]
    async fn a_wait_longer_than_the_time_left_is_not_waited() {
        let start = Instant::now();
        let wait = Some(Duration::from_secs(30));
        let (calls, error) = calls_until_given_up(ErrorKind::ProviderThrottled, wait, Duration::from_secs(2)).await;
        assert_eq!((calls, error.retry_after()), (1, wait));
        assert!(start.elapsed() < Duration::from_secs(1));
    }

    #[tokio::test]
    async fn the_vendors_wait_is_kept_to() {
        let start = Instant::now();
        let wait = Some(Duration::from_millis(60));
        let (calls, _) = calls_until_given_up(ErrorKind::ProviderThrottled, wait, Duration::from_secs(5)).await;
        assert_eq!(calls, 3);
        assert!(start.elapsed() >= Duration::from_millis(120));
    }

    #[tokio::test]
    async fn nobody_listening_is_unavailable() {
        let http = http(1);
        let request = http.client().unwrap().get("http://127.0.0.1:9/");
        let error = http.send(request, Instant::now() + Duration::from_secs(5)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ProviderUnavailable);
    }

    #[test]
    fn only_https_and_this_machine_are_called() {
        for text in ["https://api.textin.com", "http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:1"] {
            assert!(endpoint(text).is_ok(), "{text}");
        }
        for text in ["http://api.textin.com", "http://127.0.0.1.evil.example", "ftp://localhost", "textin", ""] {
            assert!(endpoint(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_status_speaks_only_where_the_body_does_not() {
        let reply = |status: u16, wait: &str| Reply {
            status: StatusCode::from_u16(status).unwrap(),
            headers: [(header::RETRY_AFTER, wait.parse().unwrap())].into_iter().collect(),
            body: Bytes::new(),
        };
        let unknown = || Error::new(ErrorKind::ProviderProtocol, "no JSON");
        for (status, kind) in [
            (200, ErrorKind::ProviderProtocol),
            (401, ErrorKind::ProviderAuth),
            (413, ErrorKind::TooLarge),
            (429, ErrorKind::ProviderThrottled),
            (502, ErrorKind::ProviderUnavailable),
        ] {
            assert_eq!(refine(unknown(), &reply(status, "7")).kind(), kind, "{status}");
        }
        let throttled = refine(unknown(), &reply(429, "7"));
        assert_eq!(throttled.retry_after(), Some(Duration::from_secs(7)));
        let known = Error::new(ErrorKind::NoInvoice, "").with_vendor_code("50208");
        assert_eq!(refine(known, &reply(500, "7")).kind(), ErrorKind::NoInvoice);
        let dated = refine(unknown(), &reply(503, "Sat, 06 Nov 2094 08:49:37 GMT"));
        assert!(dated.retry_after().unwrap() > Duration::from_secs(1_000_000));
    }
}
