//! `POST /robot/v1.0/api/vat_invoice`: a client of TextIn's asks us instead. The answer's code stands in its body; its HTTP
//! status is always 200. Knows nothing of the answer's fields.

use std::sync::Arc;

use bytes::Bytes;
use fapiao::dialect::textin::{self, known};
use fapiao::dialect::{Input, VendorCode};
use fapiao::document::Format;
use fapiao::error::Error;
use fapiao::invoice::InvoiceType;
use http::{HeaderMap, Method, Response, StatusCode};
use lambda_http::{Body, Request};
use serde_json::Value;

use super::body;
use super::single::{self, Bounds};
use crate::clients::{Client, by_textin};
use crate::visit::Visit;
use crate::{Api, json_response};

/// What the interface page says.
const BOUNDS: Bounds = Bounds { max_bytes: 10_000_000, sides: 20..=10_000 };

/// Answers in the vendor's form, whatever happens.
pub(crate) async fn answer(api: &Api, request: Request, visit: &mut Visit) -> Response<Body> {
    let answer = read(api, request, visit).await;
    visit.code = Some(answer.as_ref().err().map_or(200, |known| known.code));
    json_response(StatusCode::OK, answer.unwrap_or_else(textin::render_error).to_string())
}

async fn read(api: &Api, request: Request, visit: &mut Visit) -> Result<Value, &'static VendorCode> {
    let client = admit(api, request.headers(), visit).await?;
    if visit.path != textin::PATH {
        return Err(known(40007));
    }
    if visit.method != Method::POST {
        return Err(known(40004));
    }
    let selected = single::provider(api.pipeline.chain(), &client).map_err(|error| told(&error, false))?;
    let file = file(request)?;
    let is_picture = is_picture(&file);
    let page = single::read(&api.pipeline, file, &BOUNDS, selected, visit.deadline).await;
    let page = page.map_err(|error| told(&error, is_picture))?;
    // Of several papers the first that this interface reads.
    let form = page.readings.iter().find(|reading| reading.invoice.r#type != InvoiceType::Roll);
    let answer = form.map(|reading| textin::render(reading, client.quads.unwrap_or(api.quads)));
    Ok(answer.unwrap_or_else(|| textin::render_other(&page.info)))
}

async fn admit(api: &Api, headers: &HeaderMap, visit: &mut Visit) -> Result<Arc<Client>, &'static VendorCode> {
    let look = |all: &[Arc<Client>]| textin::authenticate(headers, |id, code| by_textin(all, id, code));
    let may_heal = |refusal: &&VendorCode| refusal.code == known(40102).code;
    let admitted = api.clients.admit(visit.start, look, may_heal).await;
    let client = admitted.map_err(|_| known(500))?.client()?;
    visit.client = Some(client.name.clone());
    if client.may_come_from(visit.address) { Ok(client) } else { Err(known(40103)) }
}

/// The file in the body; a body that a gateway took for text and damaged was sent under the wrong media type.
fn file(request: Request) -> Result<Bytes, &'static VendorCode> {
    let (parts, body) = request.into_parts();
    let file = match textin::input(&parts.headers, &body)? {
        Input::Bytes(_) => body::intact(body),
        // Whoever asks must not make us fetch what it names.
        Input::Url(_) => None,
    };
    file.ok_or(known(40004))
}

/// Whether it is a picture, though perhaps of a kind that is not read, such as AVIF.
fn is_picture(file: &[u8]) -> bool {
    let is_media = matches!(file, [_, _, _, _, b'f', b't', b'y', b'p', ..]);
    is_media || Format::of_picture(file).is_some()
}

/// The vendor's code for an error of ours.
fn told(error: &Error, is_picture: bool) -> &'static VendorCode {
    single::tell_log(error);
    textin::for_error(error, is_picture)
}
