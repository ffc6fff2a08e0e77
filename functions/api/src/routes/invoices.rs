//! `POST /v1/invoices`: a file in, the Report out. Knows nothing of credentials.

use std::time::{Duration, Instant};

use bytes::Bytes;
use fapiao::error::{Error, ErrorKind};
use fapiao::pipeline::{Failure, Pipeline};
use fapiao::report::{Report, Source, Status};
use fapiao::sentence::{fault, request as says};
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
        Err(_) => Err(fail(Error::new(ErrorKind::Deadline, fault::reading_too_long()))),
    }
}

fn selected(pipeline: &Pipeline, request: &Request, client: &Client) -> Result<Option<String>, Problem> {
    let own = single::provider(pipeline.chain(), client).map_err(fail)?;
    let query = request.query_string_parameters_ref();
    let Some(name) = query.and_then(|query| query.first("provider")) else {
        return Ok(own.map(str::to_owned));
    };
    if own.is_some_and(|own| own != name) {
        let (detail, hint) = (says::another_provider(name), says::leave_provider_out());
        return Err(Problem::new(StatusCode::FORBIDDEN, "provider_not_allowed", detail, hint));
    }
    if pipeline.chain().has(name) {
        return Ok(Some(name.to_owned()));
    }
    let detail = says::unknown_provider(name);
    let hint = says::use_providers(pipeline.chain().selectable().join(", "));
    Err(Problem::new(StatusCode::BAD_REQUEST, "unknown_provider", detail, hint))
}

fn refuse_too_large(bytes: &Bytes, max_bytes: u64) -> Result<(), Problem> {
    if bytes.len() as u64 <= max_bytes {
        return Ok(());
    }
    let (detail, hint) = (says::body_too_large(bytes.len(), max_bytes), says::send_smaller_or_drop());
    Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail, hint))
}

fn respond(report: &Report) -> Result<Response<Body>, Problem> {
    let status = match report.status {
        Status::Rejected => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    };
    match serde_json::to_string(report) {
        Ok(body) if body.len() > MAX_ANSWER_BYTES => {
            let (detail, hint) = (says::answer_too_large(body.len()), says::drop_or_split());
            Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail, hint))
        }
        Ok(body) => Ok(json_response(status, body)),
        Err(error) => Err(fail(Error::new(ErrorKind::Internal, format!("the Report cannot be written: {error}")))),
    }
}
