//! `POST /v1/invoices`: a file in, the Report out. Knows nothing of credentials.

use std::time::{Duration, Instant};

use bytes::Bytes;
use fapiao::error::{Error, ErrorKind};
use fapiao::pipeline::{Failure, Pipeline};
use fapiao::report::{Report, Source, Status};
use http::{Response, StatusCode};
use lambda_http::{Body, Request, RequestExt};

use super::{fail, single, upload};
use crate::clients::Client;
use crate::json_response;
use crate::problem::Problem;

/// Providers keep the deadline themselves, and what was read until then is answered; who does not is not waited for.
const GRACE: Duration = Duration::from_millis(500);
/// A function's answer has six megabytes at most, its head included.
const MAX_ANSWER_BYTES: usize = 6_000_000;

/// Reads the file in the body and answers its Report. `?provider=` asks that provider alone.
pub(crate) async fn read(
    pipeline: &Pipeline,
    request: Request,
    client: &Client,
    deadline: Instant,
) -> Result<Response<Body>, Problem> {
    let selected = selected(pipeline, &request, client)?;
    let bytes = upload::file(request)?;
    refuse_too_large(&bytes, pipeline.limits().max_bytes)?;

    let reading = pipeline.read(bytes, Source::default(), selected.as_deref(), deadline);
    match tokio::time::timeout_at((deadline + GRACE).into(), reading).await {
        Ok(Ok(report)) => respond(&report),
        Ok(Err(Failure { error, report })) => Err(fail(error).with_report(report)),
        Err(_) => Err(fail(Error::new(ErrorKind::Deadline, "reading takes longer than a request may"))),
    }
}

fn selected(pipeline: &Pipeline, request: &Request, client: &Client) -> Result<Option<String>, Problem> {
    let own = single::provider(pipeline.chain(), client).map_err(fail)?;
    let query = request.query_string_parameters_ref();
    let Some(name) = query.and_then(|query| query.first("provider")) else {
        return Ok(own.map(str::to_owned));
    };
    if own.is_some_and(|own| own != name) {
        let hint = "Leave `provider` out, or change the client's entry in the API's secret.";
        let detail = format!("this client gets another provider than `{name}`");
        return Err(Problem::new(StatusCode::FORBIDDEN, "provider_not_allowed", detail, hint));
    }
    if pipeline.chain().has(name) {
        return Ok(Some(name.to_owned()));
    }
    let detail = format!("`{name}` is not among the configured providers");
    let hint = format!("Use one of: {}; or leave `provider` out.", pipeline.chain().selectable().join(", "));
    Err(Problem::new(StatusCode::BAD_REQUEST, "unknown_provider", detail, hint))
}

fn refuse_too_large(bytes: &Bytes, max_bytes: u64) -> Result<(), Problem> {
    if bytes.len() as u64 <= max_bytes {
        return Ok(());
    }
    let detail = format!("the body has {} bytes, more than the {max_bytes} allowed", bytes.len());
    let hint = "Send a smaller file, or drop it into the input bucket.";
    Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail, hint))
}

fn respond(report: &Report) -> Result<Response<Body>, Problem> {
    let status = match report.status {
        Status::Rejected => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    };
    match serde_json::to_string(report) {
        Ok(body) if body.len() > MAX_ANSWER_BYTES => {
            let detail = format!("the Report has {} bytes, more than an answer may have", body.len());
            let hint = "Drop the file into the input bucket, or send it in parts.";
            Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail, hint))
        }
        Ok(body) => Ok(json_response(status, body)),
        Err(error) => Err(fail(Error::new(ErrorKind::Internal, format!("the Report cannot be written: {error}")))),
    }
}
