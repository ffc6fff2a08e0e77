//! `POST /v1/preview`: a file in, the picture of one of its pages out, for people who look at a Report beside it. Knows nothing
//! of credentials, nor of what is read off the page.

use std::time::Instant;

use bytes::Bytes;
use fapiao::desk::{Leaf, Picture};
use fapiao::document::Format;
use fapiao::pipeline::Pipeline;
use fapiao::sentence::request as says;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderName, Response, StatusCode};
use lambda_http::{Body, Request, RequestExt};

use super::upload;
use crate::clients::Client;
use crate::problem::Problem;
use crate::uploads::Uploads;

/// A function's answer has six megabytes at most, and a picture goes in base64.
const MAX_PICTURE_BYTES: usize = 4_000_000;
/// The pixels in which the Report's quads count; the picture may have fewer.
const WIDTH: HeaderName = HeaderName::from_static("x-page-width");
const HEIGHT: HeaderName = HeaderName::from_static("x-page-height");
/// How many pages the file has.
const PAGES: HeaderName = HeaderName::from_static("x-page-count");

/// Answers the picture of the page that `?page=` names (the first, where it names none), of the file that `?member=` names in
/// an archive. The file is in the body, or `?upload=` names one that this client has uploaded.
pub(crate) async fn show(
    pipeline: &Pipeline,
    uploads: Option<&Uploads>,
    request: Request,
    client: &Client,
    deadline: Instant,
) -> Result<Response<Body>, Problem> {
    let (leaf, limits) = (leaf(&request)?, pipeline.limits());
    let bytes = match asked(&request, "upload") {
        Some(id) => uploaded(uploads, &id, client, limits.max_bytes).await?,
        None => upload::file(request)?,
    };
    let drawn = pipeline.workers().draw(bytes, &leaf, limits, MAX_PICTURE_BYTES, deadline).await?;
    drawn.map(respond).ok_or_else(|| no_picture(&leaf))
}

fn leaf(request: &Request) -> Result<Leaf, Problem> {
    let page = asked(request, "page").map_or(Ok(1), |page| page.parse()).map_err(|_| {
        Problem::new(StatusCode::BAD_REQUEST, "bad_page", says::page_is_no_number(), says::count_from_one())
    })?;
    Ok(Leaf { member: asked(request, "member"), page })
}

fn asked(request: &Request, name: &str) -> Option<String> {
    let query = request.query_string_parameters_ref()?;
    query.first(name).filter(|value| !value.is_empty()).map(str::to_owned)
}

async fn uploaded(uploads: Option<&Uploads>, id: &str, client: &Client, max_bytes: u64) -> Result<Bytes, Problem> {
    let file = match uploads {
        Some(uploads) => uploads.file(client, id, max_bytes).await?,
        None => None,
    };
    file.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "not_found", says::no_such_upload(), says::name_an_upload()))
}

fn respond(Picture { bytes, frame: (width, height), pages }: Picture) -> Response<Body> {
    let media_type = Format::of_picture(&bytes).map_or("application/octet-stream", Format::media_type);
    let mut response = Response::new(Body::from(bytes.to_vec()));
    let headers: &mut HeaderMap = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    // It is a stranger's: nothing in it is to be run, whatever it turns out to be.
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    for (name, value) in [(WIDTH, width), (HEIGHT, height), (PAGES, pages)] {
        headers.insert(name, HeaderValue::from(value));
    }
    response
}

fn no_picture(leaf: &Leaf) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "no_picture", says::no_picture_of(leaf.page), says::ask_for_page_there_is())
}
