//! `POST /?Action=OcrRollInvoice&Version=2021-08-23`: a client of Volcengine's asks us instead. Whatever happens is answered
//! in the service's envelope. Knows nothing of the answer's fields, nor of how a signature is reckoned.

use std::sync::Arc;

use bytes::Bytes;
use fapiao::dialect::volcengine::{self, Denial, Received, known};
use fapiao::dialect::{Input, VendorCode};
use fapiao::error::Error;
use fapiao::invoice::InvoiceType;
use http::{Method, Response, StatusCode};
use jiff::Timestamp;
use lambda_http::{Body, Request, RequestExt};
use serde_json::Value;

use super::single::{self, Bounds};
use crate::clients::{Client, by_access_key};
use crate::visit::Visit;
use crate::{Api, json_response};

/// What the interface page says of bytes; of sides it says nothing, so one that is no picture is what is refused.
const BOUNDS: Bounds = Bounds { max_bytes: 5_000_000, sides: 1..=u32::MAX };

/// A code of the table, and the words that stand in place of its own.
struct Refusal {
    code: &'static VendorCode,
    message: Option<String>,
}

impl From<&'static VendorCode> for Refusal {
    fn from(code: &'static VendorCode) -> Self {
        Self { code, message: None }
    }
}

impl From<Denial> for Refusal {
    fn from(denial: Denial) -> Self {
        Self { code: known(50400), message: Some(denial.to_string()) }
    }
}

/// Answers in the vendor's form, with the HTTP status that its table pairs with the code.
pub(crate) async fn answer(api: &Api, request: Request, visit: &mut Visit) -> Response<Body> {
    match read(api, request, visit).await {
        Ok(answer) => {
            visit.code = Some(known(10000).code);
            json_response(StatusCode::OK, answer.to_string())
        }
        Err(Refusal { code, message }) => {
            visit.code = Some(code.code);
            let answer = volcengine::render_error(code, message.as_deref(), &visit.request_id, visit.start.elapsed());
            let status = StatusCode::from_u16(code.http_status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            json_response(status, answer.to_string())
        }
    }
}

async fn read(api: &Api, request: Request, visit: &mut Visit) -> Result<Value, Refusal> {
    let client = admit(api, &request, visit).await?;
    if visit.method != Method::POST || visit.path != "/" {
        return Err(known(50402).into());
    }
    volcengine::check_call(request.uri().query().unwrap_or_default())?;
    let selected = single::provider(api.pipeline.chain(), &client).map_err(|error| told(&error))?;
    let file = match volcengine::parse_form(request.body())? {
        Input::Bytes(file) => Bytes::from(file.into_owned()),
        // Whoever asks must not make us fetch what it names.
        Input::Url(_) => return Err(known(50204).into()),
    };
    let page = single::read(&api.pipeline, file, &BOUNDS, selected, visit.deadline).await;
    let page = page.map_err(|error| told(&error))?;
    // Of several papers the first that this interface reads.
    let roll = page.readings.iter().find(|reading| reading.invoice.r#type == InvoiceType::Roll);
    Ok(volcengine::render(roll.ok_or(known(50208))?, &visit.request_id, visit.start.elapsed()))
}

async fn admit(api: &Api, request: &Request, visit: &mut Visit) -> Result<Arc<Client>, Refusal> {
    let received = Received {
        method: request.method().as_str(),
        // As it was sent: signed with the gateway's stage, where there is one before it.
        path: request.raw_http_path(),
        query: request.uri().query().unwrap_or_default(),
        headers: request.headers(),
        body: request.body(),
    };
    let look = |all: &[Arc<Client>]| {
        let mut found = None;
        let keys_of = |id: &str| match by_access_key(all, id) {
            Some((place, keys)) => {
                found = Some(place);
                keys
            }
            None => Vec::new(),
        };
        volcengine::verify(&received, keys_of, Timestamp::now())?;
        found.ok_or(Denial::Forbidden)
    };
    let may_heal = |denial: &Denial| matches!(denial, Denial::Forbidden | Denial::BadSignature);
    let admitted = api.clients.admit(visit.start, look, may_heal).await;
    let client = admitted.map_err(|_| known(50500))?.client()?;
    visit.client = Some(client.name.clone());
    if client.may_come_from(visit.address) { Ok(client) } else { Err(Denial::Forbidden.into()) }
}

/// The vendor's code for an error of ours.
fn told(error: &Error) -> &'static VendorCode {
    single::tell_log(error);
    volcengine::for_error(error)
}
