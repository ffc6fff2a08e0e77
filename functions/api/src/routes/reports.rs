//! `POST /v1/reports`: a Report in, the same Report in another language out, for people who change theirs while they look at it.
//! Knows nothing of credentials, nor of how a Report comes about.

use fapiao::error::{Error, ErrorKind};
use fapiao::report::Report;
use fapiao::sentence::{Lang, request as says};
use http::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, HeaderValue};
use http::{Response, StatusCode};
use lambda_http::{Body, Request, RequestExt};

use super::fail;
use crate::json_response;
use crate::problem::Problem;

/// Says everything in the Report anew, in the language of `?lang=`, else in that of `Accept-Language`.
pub(crate) fn say(request: &Request) -> Result<Response<Body>, Problem> {
    let lang = lang(request)?;
    let mut report: Report = serde_json::from_slice(request.body()).map_err(|error| {
        Problem::new(StatusCode::BAD_REQUEST, "no_report", says::body_is_no_report(error), says::send_a_report())
    })?;
    report.say_in(lang);
    match serde_json::to_string(&report) {
        Ok(body) => {
            let mut response = json_response(StatusCode::OK, body);
            response.headers_mut().insert(CONTENT_LANGUAGE, HeaderValue::from_static(lang.tag()));
            Ok(response)
        }
        Err(error) => Err(fail(Error::new(ErrorKind::Internal, format!("the Report cannot be written: {error}")))),
    }
}

fn lang(request: &Request) -> Result<Lang, Problem> {
    let query = request.query_string_parameters_ref();
    let Some(wanted) = query.and_then(|query| query.first("lang")) else {
        let accepted = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        return Ok(accepted.and_then(Lang::accepted).unwrap_or_default());
    };
    wanted.parse().map_err(|_| {
        let (detail, hint) = (says::unknown_language(wanted), says::use_lang());
        Problem::new(StatusCode::BAD_REQUEST, "unknown_language", detail, hint)
    })
}
