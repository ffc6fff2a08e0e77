//! One request on one connection, in HTTP/1.0: nothing to decode, nothing to configure, nothing asked twice. Knows
//! nothing of what is said.

use std::io;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a server answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// All of its body.
    pub body: Bytes,
}

/// Sends one request to `host` (with its port) and takes the whole answer. Host, length and connection are filled in.
///
/// # Errors
/// When the connection fails or ends before the answer has its length; `InvalidData` when it is none.
pub async fn ask(host: &str, method: &str, target: &str, headers: &HeaderMap, body: &[u8]) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(host).await?;
    let mut head =
        format!("{method} {target} HTTP/1.0\r\nHost: {host}\r\nContent-Length: {}\r\n", body.len()).into_bytes();
    let ours = ["host", "content-length", "connection", "transfer-encoding", "expect"];
    for (name, value) in headers.iter().filter(|(name, _)| !ours.contains(&name.as_str())) {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    stream.write_all(&head).await?;
    stream.write_all(body).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    parsed(answer, method == "HEAD").ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn parsed(answer: Vec<u8>, is_head: bool) -> Option<Answer> {
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let head = std::str::from_utf8(answer.get(..end)?).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        headers.append(HeaderName::try_from(name).ok()?, HeaderValue::try_from(value.trim()).ok()?);
    }
    let body = Bytes::from(answer).slice(end + 4..);
    let length = headers.get("content-length").and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    (is_head || length.is_none_or(|length| length == body.len())).then_some(Answer { status, headers, body })
}
