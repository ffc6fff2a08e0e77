//! `POST /v1/list`: Reports in, the list that is booked from out, as `make read` writes it. Knows nothing of columns, nor of how an
//! invoice is judged beside others.

use fapiao::error::{Error, ErrorInfo, ErrorKind};
use fapiao::list::{List, csv};
use fapiao::report::Report;
use fapiao::sentence::{Lang, Sentence, request as says};
use http::header::{CONTENT_LANGUAGE, CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use lambda_http::{Body, Request};
use schemars::JsonSchema;
use serde::Deserialize;

use super::fail;
use crate::problem::Problem;

/// A file that is to stand in the list.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ListedFile {
    /// Its name, which no other file of the list has.
    pub(crate) file: String,
    /// What was read of it; left out where nothing was.
    pub(crate) report: Option<Report>,
    /// Why nothing was.
    #[serde(default)]
    pub(crate) reason: String,
}

/// Answers the list as a spreadsheet opens it.
pub(crate) fn tell(request: &Request, lang: Lang) -> Result<Response<Body>, Problem> {
    let files: Vec<ListedFile> = serde_json::from_slice(request.body()).map_err(|error| {
        let detail = says::body_is_no_list(error.to_string());
        Problem::new(StatusCode::BAD_REQUEST, "no_list", detail, says::send_files_and_reports())
    })?;
    let mut list = List::default();
    for ListedFile { file, report, reason } in files {
        match report {
            Some(report) => list.set(&file, &format!("{file}.json"), &report),
            None => list.set_without_report(&file, "failed", &why(&reason)),
        }
    }
    let mut table = Vec::new();
    csv::write(&list.table(lang), &mut table)
        .map_err(|error| fail(Error::new(ErrorKind::Internal, format!("the list cannot be written: {error}"))))?;
    Ok(respond(table, lang))
}

fn why(reason: &str) -> ErrorInfo {
    ErrorInfo::new("failed", Sentence::verbatim(reason), Sentence::default())
}

fn respond(table: Vec<u8>, lang: Lang) -> Response<Body> {
    let mut response = Response::new(Body::from(table));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(lang.tag()));
    response
}
