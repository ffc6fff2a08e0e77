//! `GET /`: the page on which people drop invoices. It is one answer, put together from the files beside this one, and works with
//! this API alone: its policy lets it ask nobody else. Knows nothing of invoices or credentials.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, Response};
use lambda_http::Body;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use crate::uploads::Uploads;

const FRAME: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
/// In the order in which they need each other.
const SCRIPTS: [&str; 8] = [
    include_str!("words.js"),
    include_str!("elements.js"),
    include_str!("api.js"),
    include_str!("files.js"),
    include_str!("table.js"),
    include_str!("sheet.js"),
    include_str!("details.js"),
    include_str!("main.js"),
];
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// The page, put together when it is first asked for.
#[derive(Default)]
pub(crate) struct Page {
    made: OnceCell<(String, HeaderValue)>,
}

impl Page {
    /// Answers it. The one origin beside ours that it may send files to is that of the links; where none can be signed now,
    /// the page does without until it is asked for again.
    pub(crate) async fn show(&self, uploads: Option<&Uploads>) -> Response<Body> {
        let make_with_origin = || async {
            match uploads {
                Some(uploads) => uploads.origin().await.map(|origin| make(Some(&origin))),
                None => Ok(make(None)),
            }
        };
        match self.made.get_or_try_init(make_with_origin).await {
            Ok((html, policy)) => respond(html, policy),
            Err(error) => {
                tracing::error!(%error, hint = error.hint(), "the page cannot send large files");
                let (html, policy) = make(None);
                respond(&html, &policy)
            }
        }
    }
}

fn respond(html: &str, policy: &HeaderValue) -> Response<Body> {
    let mut response = Response::new(Body::from(html));
    let headers: &mut HeaderMap = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_SECURITY_POLICY, policy.clone());
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(PERMISSIONS_POLICY, HeaderValue::from_static("geolocation=(), microphone=()"));
    response
}

/// The page, and what the browser is told of it: what may run, by its digest, and whom it may ask.
fn make(bucket_origin: Option<&str>) -> (String, HeaderValue) {
    let script = format!("'use strict';\n{}", SCRIPTS.concat());
    let html = FRAME.replacen("/* style */", STYLE, 1).replacen("/* script */", &script, 1);
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src blob: data:; connect-src 'self'{}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        digest(&script),
        digest(STYLE),
        bucket_origin.map(|origin| format!(" {origin}")).unwrap_or_default(),
    );
    (html, HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'")))
}

fn digest(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text))
}
