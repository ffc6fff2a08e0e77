//! `POST /v1/uploads`: a link for a file that is too large for a request. `GET /v1/invoices/{id}`: what has become of it.
//! Knows nothing of credentials, nor of where files and Reports stand.

use fapiao::error::Error;
use fapiao::sentence::{Sentence, fault, request as says};
use http::header::{LOCATION, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};
use jiff::Timestamp;
use lambda_http::{Body, Request};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fail;
use crate::clients::Client;
use crate::json_response;
use crate::problem::Problem;
use crate::uploads::{Link, Outcome, Uploads, Wanted};

/// A page of pixels takes a second or two.
const RETRY_AFTER_SECONDS: u16 = 2;
/// Of a media type.
const MAX_TYPE: usize = 100;
/// What a browser says of a file that it does not know.
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// A file that is to be uploaded.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct UploadRequest {
    /// The file's name; what cannot stand in a key is replaced.
    pub(crate) name: String,
    /// Its media type, which is then to be sent along; `application/octet-stream` when empty or left out.
    #[serde(default, rename = "type")]
    pub(crate) media_type: Option<String>,
    /// Its exact size in bytes.
    #[schemars(range(min = 1))]
    pub(crate) size: u64,
}

/// Where to PUT the file, and where to ask for its Report.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct UploadLink {
    /// What `GET /v1/invoices/{id}` is asked with.
    pub(crate) id: String,
    /// Where the Report will be.
    pub(crate) location: String,
    /// Always `PUT`.
    pub(crate) method: &'static str,
    /// Where to send the file to. Whoever has it may write there until it ends.
    pub(crate) url: String,
    /// The headers that have to be sent along.
    pub(crate) headers: UploadHeaders,
    /// The bytes that have to be sent: no other number is taken.
    pub(crate) size: u64,
    /// When the link ends, RFC 3339.
    pub(crate) expires_at: String,
}

/// The headers of the upload.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct UploadHeaders {
    /// Exactly so.
    #[serde(rename = "content-type")]
    pub(crate) content_type: String,
}

/// There is no Report yet.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Pending {
    /// Always `pending`.
    pub(crate) status: &'static str,
}

/// Answers a link.
pub(crate) async fn begin(
    uploads: Option<&Uploads>,
    request: &Request,
    client: &Client,
    max_bytes: u64,
) -> Result<Response<Body>, Problem> {
    let uploads = uploads.ok_or_else(nowhere)?;
    let wanted = wanted(request.body(), max_bytes)?;
    let Link { id, url, ends } = uploads.begin(client, &wanted).await.map_err(fail)?;
    let location = format!("/v1/invoices/{id}");
    let expires_at = Timestamp::try_from(ends).unwrap_or_default();
    let body = UploadLink {
        id,
        location: location.clone(),
        method: "PUT",
        url,
        headers: UploadHeaders { content_type: wanted.media_type },
        size: wanted.bytes,
        expires_at: format!("{expires_at:.0}"),
    };
    let mut response = json(StatusCode::CREATED, &body)?;
    response.headers_mut().extend(HeaderValue::try_from(location).ok().map(|value| (LOCATION, value)));
    Ok(response)
}

/// Answers the Report, or that there is none yet.
pub(crate) async fn outcome(uploads: Option<&Uploads>, id: &str, client: &Client) -> Result<Response<Body>, Problem> {
    let outcome = match uploads {
        Some(uploads) => uploads.outcome(client, id).await.map_err(unanswered)?,
        None => Outcome::Unknown,
    };
    match outcome {
        // As it stands in the bucket, whichever release wrote it.
        Outcome::Answered(report) => match String::from_utf8(report.to_vec()) {
            Ok(report) => Ok(json_response(StatusCode::OK, report)),
            Err(_) => Err(fail(Error::new(fapiao::error::ErrorKind::Storage, "the Report is no text"))),
        },
        Outcome::Pending => {
            let mut response = json(StatusCode::ACCEPTED, &Pending { status: "pending" })?;
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
            Ok(response)
        }
        Outcome::Expired => {
            Err(Problem::new(StatusCode::NOT_FOUND, "upload_expired", says::upload_late(), says::ask_for_link()))
        }
        Outcome::Unknown => {
            Err(Problem::new(StatusCode::NOT_FOUND, "not_found", says::no_such_upload(), says::ask_with_same_key()))
        }
    }
}

fn wanted(body: &[u8], max_bytes: u64) -> Result<Wanted, Problem> {
    let invalid = |detail: Sentence| {
        let hint = says::send_name_type_size(r#"{"name": "a.pdf", "type": "application/pdf", "size": 12345}"#);
        Problem::new(StatusCode::BAD_REQUEST, "invalid_upload", detail, hint)
    };
    let request: UploadRequest =
        serde_json::from_slice(body).map_err(|error| invalid(says::not_said_what_to_upload(error)))?;
    let media_type = request.media_type.filter(|text| !text.is_empty()).unwrap_or_else(|| UNKNOWN_TYPE.to_owned());
    if !is_media_type(&media_type) {
        return Err(invalid(says::type_is_no_media_type()));
    }
    if request.size == 0 {
        return Err(invalid(says::size_is_zero()));
    }
    if request.size > max_bytes {
        let (detail, hint) = (fault::more_bytes_than(request.size, max_bytes), says::send_smaller_or_parts());
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail, hint));
    }
    Ok(Wanted { name: request.name, media_type, bytes: request.size })
}

/// `image/jpeg`; no parameters, since what is signed has to come back letter by letter.
fn is_media_type(text: &str) -> bool {
    let is_token = |token: &str| {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+' | b'-' | b'_');
        !token.is_empty() && token.bytes().all(is_plain)
    };
    text.len() <= MAX_TYPE && text.split_once('/').is_some_and(|(kind, of)| is_token(kind) && is_token(of))
}

/// A Report that is too large for an answer stands in the bucket all the same.
fn unanswered(error: Error) -> Problem {
    let is_large = error.kind() == fapiao::error::ErrorKind::TooLarge;
    let problem = fail(error);
    if !is_large {
        return problem;
    }
    let (detail, hint) = (says::report_too_large(), says::take_from_bucket());
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail, hint)
}

fn nowhere() -> Problem {
    let (detail, hint) = (says::no_bucket(), says::post_or_set_buckets());
    Problem::new(StatusCode::NOT_FOUND, "no_uploads", detail, hint)
}

fn json(status: StatusCode, body: &impl Serialize) -> Result<Response<Body>, Problem> {
    match serde_json::to_string(body) {
        Ok(body) => Ok(json_response(status, body)),
        Err(error) => Err(fail(Error::new(fapiao::error::ErrorKind::Internal, format!("no answer: {error}")))),
    }
}
