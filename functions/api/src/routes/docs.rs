//! `GET /openapi.json` and `GET /docs`: the contract, for programs and for people. Knows nothing of what stands in it.

use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use http::{Response, StatusCode};
use lambda_http::Body;

use crate::json_response;
use crate::openapi::{document, html};

/// Answers the document.
pub(crate) fn contract() -> Response<Body> {
    json_response(StatusCode::OK, document().to_string())
}

/// Answers it as a page, which asks nobody for anything more: no script, no font, no picture.
pub(crate) fn page() -> Response<Body> {
    let page = html::page(document());
    let mut response = Response::new(Body::from(page.html));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(policy) = HeaderValue::try_from(page.policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}
