//! `POST /v1/reports`: a Report in, the same Report in another language out, for people who change theirs while they look at it.
//! Knows nothing of credentials, nor of how a Report comes about.

use fapiao::error::{Error, ErrorKind};
use fapiao::report::Report;
use fapiao::sentence::{Lang, request as says};
use http::{Response, StatusCode};
use lambda_http::{Body, Request};

use super::fail;
use crate::json_response;
use crate::problem::Problem;

/// Says everything in the Report anew.
pub(crate) fn say(request: &Request, lang: Lang) -> Result<Response<Body>, Problem> {
    let mut report: Report = serde_json::from_slice(request.body()).map_err(|error| {
        let detail = says::body_is_no_report(error.to_string());
        Problem::new(StatusCode::BAD_REQUEST, "no_report", detail, says::send_a_report())
    })?;
    report.say_in(lang);
    match serde_json::to_string(&report) {
        Ok(body) => Ok(json_response(StatusCode::OK, body)),
        Err(error) => Err(fail(Error::new(ErrorKind::Internal, format!("the Report cannot be written: {error}")))),
    }
}
