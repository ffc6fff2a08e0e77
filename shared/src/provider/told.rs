//! What a provider gave, in the form in which it is remembered: a vendor's answer as it came, so that it can be understood
//! anew by every release; our own reading as it is. Knows nothing of where it is kept.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

use super::Answer;
use super::http::{REQUEST_ID, Reply};
use crate::error::{Error, ErrorKind, Result};
use crate::report::Statement;

/// What a provider gave.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// A vendor's answer, not yet understood.
    Raw(RawAnswer),
    /// What was read, or why there is nothing.
    Read(Box<Answer>),
    /// What is wrong with the document, or that it is no invoice.
    Refused(Error),
}

/// A vendor's answer as it came, and what it answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RawAnswer {
    /// The HTTP status.
    status: u16,
    /// Those of its headers that say something of the answer.
    headers: BTreeMap<String, String>,
    /// The body, where it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The body in base64, where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
    /// Width and height of the picture that was sent; none for a PDF.
    pub(super) sent: Option<(u32, u32)>,
    /// What was done to the document to make it fit.
    pub(super) adapted: Option<Statement>,
}

/// The headers that are kept.
const KEPT: [&str; 2] = [REQUEST_ID, "content-type"];

impl Told {
    /// What a reader without a wire format of its own gave; an error that is not the document's own is none.
    pub(super) fn of(read: Result<Answer>) -> Result<Self> {
        match read {
            Ok(answer) => Ok(Self::Read(Box::new(answer))),
            Err(error) if error.is_caller_fault() => Ok(Self::Refused(error)),
            Err(error) => Err(error),
        }
    }

    /// What was read, where it needs no understanding.
    ///
    /// # Errors
    /// What is wrong with the document; `internal` for a vendor's answer, which only that vendor's provider understands.
    pub(super) fn plain(&self) -> Result<Answer> {
        match self {
            Self::Read(answer) => Ok(Answer::clone(answer)),
            Self::Refused(error) => Err(error.clone()),
            Self::Raw(_) => Err(Error::new(ErrorKind::Internal, "a vendor's answer is kept where our own belongs")),
        }
    }
}

impl RawAnswer {
    /// Keeps an answer, without the credentials that it may quote.
    pub(super) fn of(reply: &Reply, redact: impl Fn(&str) -> String) -> Self {
        let value = |name: &str| Some((name.to_owned(), redact(reply.headers.get(name)?.to_str().ok()?)));
        let text = std::str::from_utf8(&reply.body).ok().map(&redact);
        let base64 = if text.is_none() { Some(STANDARD.encode(&reply.body)) } else { None };
        let headers = KEPT.into_iter().filter_map(value).collect();
        Self { status: reply.status.as_u16(), headers, text, base64, sent: None, adapted: None }
    }

    /// The answer as it came.
    pub(super) fn reply(&self) -> Reply {
        let header = |(name, value): (&String, &String)| Some((name.parse().ok()?, value.parse().ok()?));
        let headers: Vec<(HeaderName, HeaderValue)> = self.headers.iter().filter_map(header).collect();
        let body = match (&self.text, &self.base64) {
            (Some(text), _) => Bytes::from(text.clone()),
            (None, Some(base64)) => STANDARD.decode(base64).unwrap_or_default().into(),
            (None, None) => Bytes::new(),
        };
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        Reply { status, headers: HeaderMap::from_iter(headers), body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn came_back(reply: &Reply) -> Reply {
        let kept = serde_json::to_vec(&RawAnswer::of(reply, |text| text.replace("hunter2", "<redacted>"))).unwrap();
        serde_json::from_slice::<RawAnswer>(&kept).unwrap().reply()
    }

    #[test]
    fn an_answer_comes_back_as_it_came_but_for_credentials() {
        let headers = [(REQUEST_ID, "r-1"), ("content-type", "application/json"), ("set-cookie", "secret")];
        let headers = headers.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        for (body, expected) in [
            (&b"{\"code\":200}"[..], &b"{\"code\":200}"[..]),
            (b"key hunter2 is unknown", b"key <redacted> is unknown"),
            (b"\xff\xfe\x00", b"\xff\xfe\x00"),
            (b"", b""),
        ] {
            let headers = HeaderMap::from_iter(headers.clone());
            let reply = came_back(&Reply { status: StatusCode::BAD_GATEWAY, headers, body: Bytes::from_static(body) });
            assert_eq!((reply.status, &reply.body[..]), (StatusCode::BAD_GATEWAY, expected));
            let id = reply.headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
            assert_eq!((id, reply.headers.len()), (Some("r-1"), 2));
        }
    }
}
