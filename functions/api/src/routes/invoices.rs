//! `POST /v1/invoices`: the file's bytes in, the Report out. Knows nothing of credentials.

use std::time::Instant;

use bytes::Bytes;
use fapiao::error::{Error, ErrorKind};
use fapiao::pipeline::Pipeline;
use fapiao::report::{Report, Source, Status};
use http::header::CONTENT_TYPE;
use http::{Response, StatusCode};
use lambda_http::{Body, Request, RequestExt};

use super::body;
use crate::json_response;
use crate::problem::Problem;

/// Reads the body as one file and answers its first invoice, or with `?all=1` all of them as a list. `?provider=` asks
/// that provider alone.
pub(crate) async fn read(pipeline: &Pipeline, request: Request, deadline: Instant) -> Result<Response<Body>, Problem> {
    let selected = selected(pipeline, &request)?;
    let all = wants_all(&request);
    refuse_forms(&request)?;
    let bytes = body::bytes(request.into_body())?;
    refuse_too_large(&bytes, pipeline.limits().max_bytes)?;

    let reading = pipeline.read_all(bytes, Source::default(), selected.as_deref(), deadline);
    match tokio::time::timeout_at(deadline.into(), reading).await {
        Ok(Ok(reports)) => respond(&reports, all),
        Ok(Err(failure)) => Err(fail(failure.error)),
        Err(_) => Err(fail(Error::new(ErrorKind::Deadline, "reading takes longer than a request may"))),
    }
}

fn selected(pipeline: &Pipeline, request: &Request) -> Result<Option<String>, Problem> {
    let query = request.query_string_parameters_ref();
    let Some(name) = query.and_then(|query| query.first("provider")) else {
        return Ok(None);
    };
    if pipeline.chain().has(name) {
        return Ok(Some(name.to_owned()));
    }
    let detail = format!("`{name}` is not among the configured providers");
    let hint = format!("Use one of: {}; or leave `provider` out.", pipeline.chain().selectable().join(", "));
    Err(Problem::new(StatusCode::BAD_REQUEST, "unknown_provider", detail, hint))
}

fn wants_all(request: &Request) -> bool {
    let query = request.query_string_parameters_ref();
    matches!(query.and_then(|query| query.first("all")), Some("1" | "true"))
}

/// A form around the file is the usual mistake with `curl -F`, and would only be told as an unknown format.
fn refuse_forms(request: &Request) -> Result<(), Problem> {
    let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !media_type.is_some_and(|value| value.trim_start().to_ascii_lowercase().starts_with("multipart/")) {
        return Ok(());
    }
    Err(body::refused(
        "the body is a form, not a file",
        "Send the file's bytes alone, e.g. `curl --data-binary @invoice.jpg`.",
    ))
}

fn refuse_too_large(bytes: &Bytes, max_bytes: u64) -> Result<(), Problem> {
    if bytes.len() as u64 <= max_bytes {
        return Ok(());
    }
    let detail = format!("the body has {} bytes, more than the {max_bytes} allowed", bytes.len());
    let hint = "Send a smaller file, or drop it into the input bucket.";
    Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail, hint))
}

/// A file with an invoice in it is answered well, whatever else is in it.
fn respond(reports: &[Report], all: bool) -> Result<Response<Body>, Problem> {
    let asked = if all { reports } else { reports.get(..1).unwrap_or(reports) };
    let status = match asked.iter().any(|report| report.status != Status::Rejected) {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let body = match asked {
        [only] if !all => serde_json::to_string(only),
        list => serde_json::to_string(list),
    };
    match body {
        Ok(body) => Ok(json_response(status, body)),
        Err(error) => Err(fail(Error::new(ErrorKind::Internal, format!("the Report cannot be written: {error}")))),
    }
}

fn fail(error: Error) -> Problem {
    tracing::error!(code = error.code(), message = error.message(), hint = error.hint(), "not read");
    Problem::from(error)
}
