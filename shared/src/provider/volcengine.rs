//! Volcengine OcrRollInvoice as a provider: roll invoices alone. Knows nothing of the answer's fields.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use jiff::Timestamp;
use reqwest::Url;

use super::http::{Http, Reply, endpoint, refine, sensitive};
use super::secrets::Keyring;
use super::vendor::{VendorSettings, answer, fitted, no_keys, with_keys};
use super::{Answer, Paper, Provider};
use crate::dialect::Answered;
use crate::dialect::volcengine::{self, Call, Credentials, Target};
use crate::document::fit::Requirements;
use crate::document::{Document, Format};
use crate::error::{Error, ErrorKind, Result};

/// The smaller limits of the interface page and its newer edition; the sides are those every picture service keeps to.
const REQUIREMENTS: Requirements = Requirements {
    formats: &[Format::Jpeg, Format::Png, Format::Bmp],
    max_bytes: 5_000_000,
    max_body: 8_000_000,
    body_len: volcengine::form_len,
    min_side: 20,
    max_side: 10_000,
};

const QUERY: [(&str, &str); 2] = [("Action", volcengine::ACTION), ("Version", volcengine::VERSION)];

/// The vendor behind its interface.
pub struct Volcengine {
    http: Http,
    url: Url,
    host: String,
    keyring: Arc<Keyring>,
}

/// The request's body with its hash: both are made once, however often it is sent.
struct Form {
    body: Bytes,
    sha256: String,
}

impl Volcengine {
    /// The name used in configuration, keys and Reports.
    pub const NAME: &'static str = "volcengine";

    /// A provider that connects on first need.
    ///
    /// # Errors
    /// `internal` when the endpoint is neither https nor on this machine.
    pub fn new(settings: &VendorSettings, keyring: Arc<Keyring>) -> Result<Self> {
        let text = settings.volcengine_endpoint.as_deref();
        let mut url = endpoint(text.unwrap_or(volcengine::ENDPOINT))?;
        url.set_path("/");
        url.query_pairs_mut().clear().extend_pairs(QUERY);
        let host = url.host_str().unwrap_or_default();
        let host = url.port().map_or(host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self { http: Http::new(&url, settings.policy)?, url, host, keyring })
    }

    async fn ask(&self, keys: &Credentials, form: &Form, deadline: Instant) -> Result<Answered> {
        self.http
            .retry(deadline, || async {
                // Signed anew for each call: a signature ages.
                let signed = volcengine::sign(keys, Target::VISUAL, &self.call(form), Timestamp::now());
                let mut request =
                    self.http.client().post(self.url.clone()).header(CONTENT_TYPE, volcengine::CONTENT_TYPE);
                for (name, value) in signed.headers {
                    request = request.header(name, sensitive(&value)?);
                }
                let request = request.body(form.body.clone());
                understand(&self.http.send(request, deadline).await?)
            })
            .await
    }

    fn call<'a>(&'a self, form: &'a Form) -> Call<'a> {
        Call {
            method: "POST",
            host: &self.host,
            path: "/",
            query: &QUERY,
            content_type: volcengine::CONTENT_TYPE,
            body_sha256: &form.sha256,
        }
    }
}

fn understand(reply: &Reply) -> Result<Answered> {
    volcengine::parse(&reply.body).map_err(|error| refine(error, reply))
}

/// Encodes and hashes megabytes, so away from the async threads.
async fn form(file: Bytes) -> Result<Form> {
    let build = move || {
        let body = volcengine::form(&file);
        let sha256 = volcengine::hash(&body);
        Form { body: body.into(), sha256 }
    };
    tokio::task::spawn_blocking(build).await.map_err(|_| Error::new(ErrorKind::Internal, "encoding the form failed"))
}

#[async_trait]
impl Provider for Volcengine {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn paper(&self) -> Paper {
        Paper::Rolls
    }

    fn is_paid(&self) -> bool {
        true
    }

    async fn read(&self, document: &Document, deadline: Instant) -> Result<Answer> {
        let fitted = fitted(document, &REQUIREMENTS, deadline).await?;
        let form = form(fitted.bytes.clone()).await?;
        let answered = with_keys(&self.keyring, |keys| {
            let form = &form;
            async move {
                let keys = keys.volcengine.as_ref().ok_or_else(|| no_keys(Self::NAME))?;
                self.ask(keys, form, deadline).await
            }
        })
        .await?;
        let model = format!("{} {}", volcengine::ACTION, volcengine::VERSION);
        Ok(answer(answered, document, fitted, &model))
    }
}
