//! A vendor as a provider: a part that is made to fit, renewal of refused credentials, and places carried back to the
//! page as uploaded. Knows nothing of any vendor's protocol.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;

use super::http::Http;
use super::secrets::{Keyring, Keys, VendorKeys};
use super::vendor::Vendor;
use super::{Answer, Paper, Provider};
use crate::dialect::VendorAnswer;
use crate::document::fit::Fitted;
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{self, Corners};
use crate::reader::sources::{self, CodeWeight};
use crate::report::PageInfo;
use crate::worker::Part;

/// A vendor's protocol.
#[async_trait]
pub(super) trait Interface: Send + Sync {
    /// Asks for a file that fits, again and again where that can help.
    async fn ask(&self, http: &Http, keys: &Keys, file: &Bytes, deadline: Instant) -> Result<VendorAnswer>;
}

/// A vendor that is called over the network; every call costs money.
pub(super) struct Remote {
    pub(super) vendor: &'static Vendor,
    pub(super) http: Http,
    pub(super) interface: Box<dyn Interface>,
    pub(super) keyring: Arc<Keyring>,
}

#[async_trait]
impl Provider for Remote {
    fn name(&self) -> &'static str {
        self.vendor.name
    }

    fn paper(&self) -> Paper {
        self.vendor.paper
    }

    fn is_paid(&self) -> bool {
        true
    }

    async fn read(&self, part: &Part, deadline: Instant) -> Result<Answer> {
        let fitted = part.fit(&self.vendor.requirements, deadline).await?;
        let answered = self.ask(&fitted.bytes, deadline).await?;
        Ok(answer(answered, part, fitted, self.vendor.model))
    }
}

impl Remote {
    /// Asks with the credentials there are, and once more with newer ones when the vendor refuses them.
    async fn ask(&self, file: &Bytes, deadline: Instant) -> Result<VendorAnswer> {
        let mut keys = self.keyring.get().await?;
        let mut outcome = self.ask_with(&keys, file, deadline).await;
        if outcome.as_ref().is_err_and(|error| error.kind() == ErrorKind::ProviderAuth)
            && let Some(newer) = self.keyring.renew(&keys).await
        {
            outcome = self.ask_with(&newer, file, deadline).await;
            keys = newer;
        }
        outcome.map_err(|error| redacted(error, &keys))
    }

    async fn ask_with(&self, keys: &VendorKeys, file: &Bytes, deadline: Instant) -> Result<VendorAnswer> {
        let keys = keys.of(self.vendor).ok_or_else(|| no_keys(self.vendor.name))?;
        self.interface.ask(&self.http, keys, file, deadline).await
    }
}

fn no_keys(name: &str) -> Error {
    Error::new(ErrorKind::ProviderAuth, format!("there are no credentials for {name}"))
        .with_hint(format!("Add \"{name}\" to the secret that FAPIAO_PROVIDER_SECRET_ARN names."))
}

/// Shorter ones are no credentials, and would tear holes into what the vendor says.
const MIN_CREDENTIAL: usize = 4;

/// What a vendor says goes into logs and Reports, and it may well quote what it refuses.
fn redacted(error: Error, keys: &VendorKeys) -> Error {
    let secret = keys.values().filter(|value| value.len() >= MIN_CREDENTIAL);
    let message = secret.fold(error.message().to_owned(), |text, value| text.replace(value, "<redacted>"));
    error.with_message(message)
}

/// A vendor's answer in terms of the page as uploaded.
fn answer(answered: VendorAnswer, part: &Part, fitted: Fitted, model: &str) -> Answer {
    let mut reading = answered.reading;
    let (width, height) = part.dimensions;
    let sent = fitted.size.unwrap_or((reading.page.width, reading.page.height));
    if sent.0 > 0 && sent.1 > 0 && sent != (width, height) {
        let (x, y) = (width as f32 / sent.0 as f32, height as f32 / sent.1 as f32);
        for quad in reading.fields.values_mut().filter_map(|evidence| evidence.quad.as_mut()) {
            *quad = Corners::from_quad(quad).scaled(x, y).quad();
        }
    }
    let (left, top) = part.origin;
    reading.move_places(|quad| geometry::moved(quad, left as f32, top as f32));
    let (width, height) = part.page_dimensions;
    reading.page = PageInfo { width, height, rotation: reading.page.rotation };
    sources::add_qr_code(&mut reading, CodeWeight::Reported);
    let (request_id, adapted) = (answered.request_id, fitted.adapted);
    Answer { model: Some(model.to_owned()), request_id, adapted, ..Answer::of(reading) }
}
