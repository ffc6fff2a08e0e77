//! `GET /health`: that the function answers, and which release it is. It asks nobody, so that a look costs nothing.

use http::{Response, StatusCode};
use lambda_http::Body;
use schemars::JsonSchema;
use serde::Serialize;

use crate::json_response;

/// The function answers.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    status: &'static str,
    /// Our release.
    version: &'static str,
}

/// Answers that it answers.
pub(crate) fn tell() -> Response<Body> {
    let health = Health { status: "ok", version: env!("CARGO_PKG_VERSION") };
    json_response(StatusCode::OK, serde_json::to_string(&health).unwrap_or_default())
}
