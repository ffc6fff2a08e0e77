//! TextIn as a provider: every VAT invoice but rolls. Knows nothing of the answer's fields.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use http::header::CONTENT_TYPE;
use reqwest::Url;

use super::http::{Http, Reply, endpoint, refine, sensitive};
use super::secrets::Keyring;
use super::vendor::{VendorSettings, answer, fitted, no_keys, with_keys};
use super::{Answer, Paper, Provider};
use crate::dialect::{Answered, textin};
use crate::document::fit::Requirements;
use crate::document::{Document, Format};
use crate::error::Result;

/// What the interface page allows.
const REQUIREMENTS: Requirements = Requirements {
    formats: &[Format::Jpeg, Format::Png, Format::Bmp, Format::Tiff, Format::Gif, Format::Pdf],
    max_bytes: 10_000_000,
    max_body: usize::MAX,
    body_len: <[u8]>::len,
    min_side: 20,
    max_side: 10_000,
};

/// The vendor's own id of a request, where its gateway sends one.
const REQUEST_ID: &str = "x-request-id";

/// The vendor behind its interface.
pub struct TextIn {
    http: Http,
    url: Url,
    keyring: Arc<Keyring>,
}

impl TextIn {
    /// The name used in configuration, keys and Reports.
    pub const NAME: &'static str = "textin";

    /// A provider that connects on first need.
    ///
    /// # Errors
    /// `internal` when the endpoint is neither https nor on this machine.
    pub fn new(settings: &VendorSettings, keyring: Arc<Keyring>) -> Result<Self> {
        let mut url = endpoint(settings.textin_endpoint.as_deref().unwrap_or(textin::ENDPOINT))?;
        url.set_path(textin::PATH);
        Ok(Self { http: Http::new(&url, settings.policy)?, url, keyring })
    }

    async fn ask(&self, keys: &textin::Credentials, file: &bytes::Bytes, deadline: Instant) -> Result<Answered> {
        self.http
            .retry(deadline, || async {
                let request = self
                    .http
                    .client()
                    .post(self.url.clone())
                    .header(textin::APP_ID_HEADER, sensitive(keys.app_id.expose())?)
                    .header(textin::SECRET_HEADER, sensitive(keys.secret_code.expose())?)
                    .header(CONTENT_TYPE, textin::CONTENT_TYPE)
                    .body(file.clone());
                understand(&self.http.send(request, deadline).await?)
            })
            .await
    }
}

fn understand(reply: &Reply) -> Result<Answered> {
    let mut answered = textin::parse(&reply.body).map_err(|error| refine(error, reply))?;
    let id = reply.headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    answered.request_id = id.map(str::to_owned);
    Ok(answered)
}

#[async_trait]
impl Provider for TextIn {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn paper(&self) -> Paper {
        Paper::Forms
    }

    fn is_paid(&self) -> bool {
        true
    }

    async fn read(&self, document: &Document, deadline: Instant) -> Result<Answer> {
        let fitted = fitted(document, &REQUIREMENTS, deadline).await?;
        let file = fitted.bytes.clone();
        let answered = with_keys(&self.keyring, |keys| {
            let file = file.clone();
            async move {
                let keys = keys.textin.as_ref().ok_or_else(|| no_keys(Self::NAME))?;
                self.ask(keys, &file, deadline).await
            }
        })
        .await?;
        Ok(answer(answered, document, fitted, "vat_invoice v1.0"))
    }
}
