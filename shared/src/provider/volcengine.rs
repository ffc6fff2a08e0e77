//! Volcengine OcrRollInvoice as a vendor: roll invoices alone. Knows nothing of the answer's fields.

use std::borrow::Cow;
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use jiff::Timestamp;
use reqwest::Url;

use super::Paper;
use super::http::{Http, Reply, refine, sensitive};
use super::remote::Interface;
use super::secrets::Keys;
use super::vendor::{Credential, Vendor};
use crate::dialect::VendorAnswer;
use crate::dialect::volcengine::{self, Call, Credentials};
use crate::document::Format;
use crate::document::fit::{BodyForm, Requirements};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;

const ACCESS_KEY: Credential = Credential::required("access_key", "FAPIAO_VOLCENGINE_ACCESS_KEY");
const SECRET_KEY: Credential = Credential::required("secret_key", "FAPIAO_VOLCENGINE_SECRET_KEY");
/// Of temporary credentials.
const SESSION_TOKEN: Credential =
    Credential { key: "session_token", variable: "FAPIAO_VOLCENGINE_SESSION_TOKEN", is_required: false };

/// What the interface page says; of limits the smaller ones of it and its newer edition. The sides are those that every
/// picture service keeps to.
pub(super) static VENDOR: Vendor = Vendor {
    name: "volcengine",
    paper: Paper::Rolls,
    model: "OcrRollInvoice 2021-08-23",
    requirements: Requirements {
        formats: Cow::Borrowed(&[Format::Jpeg, Format::Png, Format::Bmp]),
        max_bytes: 5_000_000,
        max_body: 8_000_000,
        body: BodyForm::Base64Form(volcengine::BEFORE_FILE),
        min_side: 20,
        max_side: 10_000,
    },
    endpoint: volcengine::ENDPOINT,
    endpoint_variable: "FAPIAO_VOLCENGINE_ENDPOINT",
    credentials: &[ACCESS_KEY, SECRET_KEY, SESSION_TOKEN],
    interface: |url| Box::new(Volcengine::new(url)),
};

const QUERY: [(&str, &str); 2] = [("Action", volcengine::ACTION), ("Version", volcengine::VERSION)];

struct Volcengine {
    url: Url,
    host: String,
}

impl Volcengine {
    fn new(mut url: Url) -> Self {
        url.set_path("/");
        url.query_pairs_mut().clear().extend_pairs(QUERY);
        let host = url.host_str().unwrap_or_default();
        let host = url.port().map_or(host.to_owned(), |port| format!("{host}:{port}"));
        Self { url, host }
    }
}

#[async_trait]
impl Interface for Volcengine {
    async fn ask(&self, http: &Http, keys: &Keys, file: &Bytes, deadline: Instant) -> Result<Reply> {
        let credentials = Credentials {
            access_key_id: keys.expose(&ACCESS_KEY).to_owned(),
            secret_access_key: Secret::new(keys.expose(&SECRET_KEY)),
            session_token: keys.get(&SESSION_TOKEN).cloned(),
        };
        let (body, sha256) = form(file.clone()).await?;
        let request = || {
            // Signed anew for each call: a signature ages.
            let call = Call { host: &self.host, query: &QUERY, body_sha256: &sha256 };
            let mut request = http.client()?.post(self.url.clone()).header(CONTENT_TYPE, volcengine::CONTENT_TYPE);
            for (name, value) in volcengine::sign(&credentials, &call, Timestamp::now()) {
                request = request.header(name, sensitive(&value)?);
            }
            Ok(request.body(body.clone()))
        };
        http.exchange(deadline, |reply| self.understand(reply), request).await
    }

    fn understand(&self, reply: &Reply) -> Result<VendorAnswer> {
        volcengine::parse(&reply.body).map_err(|error| refine(error, reply))
    }
}

/// The request's body and its hash. Megabytes are encoded and hashed, so away from the async threads.
async fn form(file: Bytes) -> Result<(Bytes, String)> {
    let build = move || {
        let body = volcengine::form(&file);
        let sha256 = volcengine::hash(&body);
        (body.into(), sha256)
    };
    tokio::task::spawn_blocking(build).await.map_err(|_| Error::new(ErrorKind::Internal, "encoding the form failed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_the_form_is_known_before_it_is_made() {
        let counting: Vec<u8> = (0..=255).cycle().take(4099).collect();
        for file in [&counting[..], &[0], &[0, 1], &[]] {
            assert_eq!(VENDOR.requirements.body.len(file), volcengine::form(file).len());
        }
    }

    #[test]
    fn the_model_is_the_interface_that_is_called() {
        assert_eq!(VENDOR.model, format!("{} {}", volcengine::ACTION, volcengine::VERSION));
    }
}
