//! TextIn as a vendor: every VAT invoice but rolls. Knows nothing of the answer's fields.

use std::borrow::Cow;
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use reqwest::Url;

use super::Paper;
use super::http::{Http, REQUEST_ID, Reply, refine, sensitive};
use super::remote::Interface;
use super::secrets::Keys;
use super::vendor::{Credential, Vendor};
use crate::dialect::{VendorAnswer, textin};
use crate::document::Format;
use crate::document::fit::{BodyForm, Requirements};
use crate::error::Result;

const APP_ID: Credential = Credential::required("app_id", "FAPIAO_TEXTIN_APP_ID");
const SECRET_CODE: Credential = Credential::required("secret_code", "FAPIAO_TEXTIN_SECRET_CODE");

/// What the interface page says.
pub(super) static VENDOR: Vendor = Vendor {
    name: "textin",
    paper: Paper::Forms,
    model: "vat_invoice v1.0",
    requirements: Requirements {
        formats: Cow::Borrowed(&[Format::Jpeg, Format::Png, Format::Bmp, Format::Tiff, Format::Gif, Format::Pdf]),
        max_bytes: 10_000_000,
        max_body: usize::MAX,
        body: BodyForm::File,
        min_side: 20,
        max_side: 10_000,
    },
    endpoint: textin::ENDPOINT,
    endpoint_variable: "FAPIAO_TEXTIN_ENDPOINT",
    credentials: &[APP_ID, SECRET_CODE],
    interface: |mut url| {
        url.set_path(textin::PATH);
        Box::new(TextIn { url })
    },
};

struct TextIn {
    url: Url,
}

#[async_trait]
impl Interface for TextIn {
    async fn ask(&self, http: &Http, keys: &Keys, file: &Bytes, deadline: Instant) -> Result<Reply> {
        let request = || {
            let request = http.client()?.post(self.url.clone());
            let request = request.header(textin::APP_ID_HEADER, sensitive(keys.expose(&APP_ID))?);
            let request = request.header(textin::SECRET_HEADER, sensitive(keys.expose(&SECRET_CODE))?);
            Ok(request.header(CONTENT_TYPE, textin::CONTENT_TYPE).body(file.clone()))
        };
        http.exchange(deadline, |reply| self.understand(reply), request).await
    }

    fn understand(&self, reply: &Reply) -> Result<VendorAnswer> {
        let mut answer = textin::parse(&reply.body).map_err(|error| refine(error, reply))?;
        let id = reply.headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
        answer.request_id = id.map(str::to_owned);
        Ok(answer)
    }
}
