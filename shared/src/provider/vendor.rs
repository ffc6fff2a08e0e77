//! What the vendor providers share: settings, fitting off the async threads, renewal of refused credentials,
//! and places carried back to the page as uploaded. Knows nothing of any vendor's protocol.

use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use super::http::carry;
use super::secrets::{Keyring, VendorKeys};
use super::{Answer, Policy};
use crate::config::Config;
use crate::dialect::Answered;
use crate::document::Document;
use crate::document::fit::{Fitted, Requirements, as_is, fit};
use crate::error::{Error, ErrorKind, Result};
use crate::reader::sources::{self, CodeWeight};
use crate::report::PageInfo;

/// Where the vendors are and how they are called.
#[derive(Clone, Debug, Default)]
pub struct VendorSettings {
    /// `FAPIAO_TEXTIN_ENDPOINT`: scheme, host and port; none for the vendor's own.
    pub textin_endpoint: Option<String>,
    /// `FAPIAO_VOLCENGINE_ENDPOINT`: likewise.
    pub volcengine_endpoint: Option<String>,
    /// How long and how often to ask.
    pub policy: Policy,
}

impl VendorSettings {
    /// The configured endpoints.
    pub fn from_config(config: &Config) -> Self {
        Self {
            textin_endpoint: config.vendors.textin_endpoint.clone(),
            volcengine_endpoint: config.vendors.volcengine_endpoint.clone(),
            policy: Policy::default(),
        }
    }
}

/// Makes the document fit; decoding, where it is needed, happens on a blocking thread.
pub(super) async fn fitted(
    document: &Document,
    requirements: &'static Requirements,
    deadline: Instant,
) -> Result<Fitted> {
    if let Some(original) = as_is(document, requirements)? {
        return Ok(original);
    }
    let document = document.clone();
    let work = tokio::task::spawn_blocking(move || fit(&document, requirements));
    match tokio::time::timeout_at(deadline.into(), work).await {
        Ok(Ok(fitted)) => fitted,
        Ok(Err(_)) => Err(Error::new(ErrorKind::Internal, "converting the page failed")),
        Err(_) => Err(Error::new(ErrorKind::Deadline, "converting the page took too long")),
    }
}

/// Calls with the credentials there are, and once more with newer ones when the vendor refuses them.
pub(super) async fn with_keys<T, F>(keyring: &Keyring, mut call: impl FnMut(Arc<VendorKeys>) -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let keys = keyring.get().await?;
    match call(keys.clone()).await {
        Err(error) if error.kind() == ErrorKind::ProviderAuth => match keyring.renew(&keys).await {
            Some(newer) => call(newer.clone()).await.map_err(|error| redacted(error, &newer)),
            None => Err(redacted(error, &keys)),
        },
        outcome => outcome.map_err(|error| redacted(error, &keys)),
    }
}

/// Shorter ones are no credentials, and would tear holes into what the vendor says.
const MIN_CREDENTIAL: usize = 4;

/// What a vendor says goes into logs and Reports, and it may well quote what it refuses.
fn redacted(error: Error, keys: &VendorKeys) -> Error {
    let quoted: Vec<&str> =
        keys.values().filter(|value| value.len() >= MIN_CREDENTIAL && error.message().contains(value)).collect();
    if quoted.is_empty() {
        return error;
    }
    let message = quoted.into_iter().fold(error.message().to_owned(), |text, value| text.replace(value, "<redacted>"));
    carry(Error::new(error.kind(), message).with_hint(error.hint()), &error)
}

/// The error for a vendor without credentials.
pub(super) fn no_keys(name: &str) -> Error {
    Error::new(ErrorKind::ProviderAuth, format!("there are no credentials for {name}"))
        .with_hint(format!("Add \"{name}\" to the secret that FAPIAO_PROVIDER_SECRET_ARN names."))
}

/// A vendor's answer in terms of the page as uploaded.
pub(super) fn answer(answered: Answered, document: &Document, fitted: Fitted, model: &str) -> Answer {
    let mut reading = answered.reading;
    let (width, height) = document.dimensions();
    let sent = fitted.size.unwrap_or((reading.page.width, reading.page.height));
    if sent.0 > 0 && sent.1 > 0 && sent != (width, height) {
        let (x, y) = (width as f32 / sent.0 as f32, height as f32 / sent.1 as f32);
        for quad in reading.fields.values_mut().filter_map(|evidence| evidence.quad.as_mut()) {
            for point in quad.chunks_exact_mut(2) {
                point[0] *= x;
                point[1] *= y;
            }
        }
    }
    reading.page = PageInfo { width, height, rotation: reading.page.rotation };
    sources::add_qr_code(&mut reading, CodeWeight::Reported);
    Answer { reading, model: Some(model.to_owned()), request_id: answered.request_id, adapted: fitted.adapted }
}
