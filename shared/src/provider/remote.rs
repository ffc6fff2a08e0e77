//! A vendor as a provider: a part that is made to fit, renewal of refused credentials, and places carried back to the
//! page as uploaded. Knows nothing of any vendor's protocol, nor of where its answers are remembered.

use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;

use super::http::{Http, Reply};
use super::secrets::{Keyring, Keys, VendorKeys};
use super::told::{RawAnswer, Told};
use super::vendor::Vendor;
use super::{Answer, Paper, Provider};
use crate::dialect::VendorAnswer;
use crate::document::fit::Fitted;
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{self, Corners};
use crate::reader::sources::{self, CodeWeight};
use crate::report::{PageInfo, Statement};
use crate::sentence::{fault, next};
use crate::worker::Part;

/// A vendor's protocol.
#[async_trait]
pub(super) trait Interface: Send + Sync {
    /// Asks for a file that fits, again and again where that can help; gives the vendor's word on it as it came.
    async fn ask(&self, http: &Http, keys: &Keys, file: &Bytes, deadline: Instant) -> Result<Reply>;

    /// What an answer says.
    fn understand(&self, reply: &Reply) -> Result<VendorAnswer>;
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

    fn version(&self) -> &str {
        self.vendor.model
    }

    async fn read(&self, part: &Part, deadline: Instant) -> Result<Answer> {
        let fitted = self.prepare(part, deadline).await?;
        let told = self.ask(part, fitted, deadline).await?;
        self.understand(part, &told)
    }

    async fn prepare(&self, part: &Part, deadline: Instant) -> Result<Option<Fitted>> {
        part.fit(&self.vendor.requirements, deadline).await.map(Some)
    }

    async fn ask(&self, part: &Part, fitted: Option<Fitted>, deadline: Instant) -> Result<Told> {
        let fitted = match fitted {
            Some(fitted) => fitted,
            None => part.fit(&self.vendor.requirements, deadline).await?,
        };
        let mut raw = self.call(&fitted.bytes, deadline).await?;
        (raw.sent, raw.adapted) = (fitted.size, fitted.adapted.map(Statement::from));
        Ok(Told::Raw(raw))
    }

    fn understand(&self, part: &Part, told: &Told) -> Result<Answer> {
        let Told::Raw(raw) = told else { return told.plain() };
        let answered = self.interface.understand(&raw.reply())?;
        Ok(answer(answered, part, raw, self.vendor.model))
    }
}

impl Remote {
    /// Asks with the credentials there are, and once more with newer ones when the vendor refuses them.
    async fn call(&self, file: &Bytes, deadline: Instant) -> Result<RawAnswer> {
        let mut keys = in_time(self.keyring.get(), deadline).await??;
        let mut outcome = self.call_with(&keys, file, deadline).await;
        if outcome.as_ref().is_err_and(|error| error.kind() == ErrorKind::ProviderAuth)
            && let Some(newer) = in_time(self.keyring.renew(&keys), deadline).await?
        {
            outcome = self.call_with(&newer, file, deadline).await;
            keys = newer;
        }
        let reply = outcome.map_err(|error| redacted(error, &keys))?;
        Ok(RawAnswer::of(&reply, |text| without(text, &keys, MIN_CREDENTIAL_IN_ANSWER)))
    }

    async fn call_with(&self, keys: &VendorKeys, file: &Bytes, deadline: Instant) -> Result<Reply> {
        let keys = keys.of(self.vendor).ok_or_else(|| no_keys(self.vendor.name))?;
        self.interface.ask(&self.http, keys, file, deadline).await
    }
}

/// Credentials that do not come in time are our own time-out.
async fn in_time<T>(keys: impl Future<Output = T>, deadline: Instant) -> Result<T> {
    let late = |_| Error::new(ErrorKind::Deadline, fault::credentials_late());
    tokio::time::timeout_at(deadline.into(), keys).await.map_err(late)
}

fn no_keys(name: &str) -> Error {
    Error::new(ErrorKind::ProviderAuth, fault::no_credentials(name)).with_hint(next::add_to_secret(name))
}

/// Shorter ones are no credentials, and would tear holes into what the vendor says.
const MIN_CREDENTIAL: usize = 4;
/// A shorter one may stand among an invoice's numbers by chance.
const MIN_CREDENTIAL_IN_ANSWER: usize = 12;

/// What a vendor says goes into logs and Reports, and it may well quote what it refuses.
fn redacted(error: Error, keys: &VendorKeys) -> Error {
    let message = error.sentence().map_texts(&|text| without(text, keys, MIN_CREDENTIAL));
    error.with_message(message)
}

fn without(text: &str, keys: &VendorKeys, least: usize) -> String {
    let secret = keys.values().filter(|value| value.len() >= least);
    secret.fold(text.to_owned(), |text, value| text.replace(value, "<redacted>"))
}

/// A vendor's answer in terms of the page as uploaded.
fn answer(answered: VendorAnswer, part: &Part, raw: &RawAnswer, model: &str) -> Answer {
    let mut reading = answered.reading;
    let (width, height) = part.dimensions;
    let sent = raw.sent.unwrap_or((reading.page.width, reading.page.height));
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
    let (request_id, adapted) = (answered.request_id, raw.adapted.clone());
    Answer { model: Some(model.to_owned()), request_id, adapted, ..Answer::of(reading) }
}
