//! Whoever reads a document: the trait, and who is asked in which order.
//! Knows nothing of buckets, events or HTTP routes.

mod chain;
mod claim;
mod embedded;
mod http;
mod secrets;
mod textin;
mod vendor;
mod volcengine;

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;

use crate::config::Config;
use crate::document::Document;
use crate::error::{Error, ErrorKind, Result};
use crate::report::Reading;

pub use chain::{Chain, Outcome};
pub use claim::{Claim, Claimed, Claims};
pub use embedded::{Embedded, Eyes};
pub use http::{Policy, install_crypto};
pub use secrets::{Environment, KeySource, Keyring, SecretsManager, TIME_TO_LIVE, VendorKeys};
pub use textin::TextIn;
pub use vendor::VendorSettings;
pub use volcengine::Volcengine;

/// A provider's answer to one document.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// What it read.
    pub reading: Reading,
    /// Its model or interface version.
    pub model: Option<String>,
    /// The vendor's own id of the request.
    pub request_id: Option<String>,
    /// What was done to the document to make it fit.
    pub adapted: Option<String>,
}

/// Which paper a provider reads: what decides whom to ask first, and whose "not mine" is final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// Everything.
    All,
    /// Everything but rolls.
    Forms,
    /// Rolls alone.
    Rolls,
}

/// Reads documents.
#[async_trait]
pub trait Provider: Send + Sync {
    /// The name used in configuration, keys and Reports.
    fn name(&self) -> &'static str;

    /// Which paper it reads.
    fn paper(&self) -> Paper {
        Paper::All
    }

    /// Reads the invoice on the document's first page, or fails before `deadline`.
    ///
    /// # Errors
    /// `no_invoice` when the document is readable but not this provider's paper; provider errors for vendors.
    async fn read(&self, document: &Document, deadline: Instant) -> Result<Answer>;
}

/// The names that `FAPIAO_PROVIDERS` may hold.
pub const NAMES: [&str; 1] = [embedded::NAME];

/// The chain that the configuration asks for; nothing is loaded or connected yet.
///
/// # Errors
/// `internal` when a name is unknown.
pub fn configured(config: &Config) -> Result<Chain> {
    let providers = config.providers.iter().map(|name| named(name, config));
    providers.collect::<Result<Vec<_>>>().map(Chain::new)
}

fn named(name: &str, config: &Config) -> Result<Arc<dyn Provider>> {
    match name {
        embedded::NAME => Ok(Arc::new(Embedded::new(&config.models))),
        _ => Err(Error::new(ErrorKind::Internal, format!("FAPIAO_PROVIDERS names `{name}`, which is no provider"))
            .with_hint(format!("Set FAPIAO_PROVIDERS to one or more of: {}.", NAMES.join(", ")))),
    }
}
