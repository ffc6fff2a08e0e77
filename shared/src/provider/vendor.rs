//! What there is to know of each vendor, told once: a new one is a line of [`VENDORS`] and files of its own.
//! Knows nothing of any vendor's protocol.

use std::collections::BTreeMap;
use std::sync::Arc;

use reqwest::Url;

use super::http::{self, Http};
use super::remote::{Interface, Remote};
use super::secrets::{Keyring, VendorKeys};
use super::{Paper, Policy, Provider, textin, volcengine};
use crate::document::fit::Requirements;
use crate::error::{Error, Result};
use crate::secret::{CachedSecret, SecretsManager};

/// Every vendor.
pub(crate) static VENDORS: [&Vendor; 2] = [&textin::VENDOR, &volcengine::VENDOR];

/// One vendor: its names, what it reads, and how to reach it.
pub struct Vendor {
    /// The name in configuration, keys and Reports; in the secret its credentials stand under it.
    pub(crate) name: &'static str,
    /// Which paper it reads.
    pub(crate) paper: Paper,
    /// Its interface and that one's version, for Reports.
    pub(crate) model: &'static str,
    /// What it takes: anything else is made to fit.
    pub(crate) requirements: Requirements,
    /// Where it listens.
    pub(crate) endpoint: &'static str,
    /// The variable that names another place.
    pub(crate) endpoint_variable: &'static str,
    /// What opens it.
    pub(crate) credentials: &'static [Credential],
    /// Its protocol, spoken to the one who listens there.
    pub(super) interface: fn(Url) -> Box<dyn Interface>,
}

/// One of the values that open a vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Credential {
    /// Its name in the secret.
    pub key: &'static str,
    /// The variable that holds it in local runs.
    pub variable: &'static str,
    /// Whether nothing works without it.
    pub is_required: bool,
}

impl Credential {
    pub(super) const fn required(key: &'static str, variable: &'static str) -> Self {
        Self { key, variable, is_required: true }
    }
}

/// Where the vendors are, what opens them, and how they are called.
#[derive(Clone, Debug, Default)]
pub struct VendorSettings {
    /// `FAPIAO_PROVIDER_SECRET_ARN`: the secret in Secrets Manager that holds every vendor's credentials, in JSON.
    pub secret_arn: Option<String>,
    /// Credentials from variables, for local runs.
    pub local_keys: VendorKeys,
    /// By vendor, scheme, host and port where it is not the vendor's own.
    pub endpoints: BTreeMap<&'static str, String>,
    /// How long and how often to ask.
    pub policy: Policy,
}

impl VendorSettings {
    /// Whether there may be credentials for a vendor: only the secret knows what it holds.
    pub(super) fn may_ask(&self, vendor: &Vendor) -> bool {
        self.secret_arn.is_some() || self.local_keys.of(vendor).is_some()
    }

    pub(super) fn keyring(&self) -> Keyring {
        match &self.secret_arn {
            Some(arn) => Keyring::Fetched(CachedSecret::new(Arc::new(SecretsManager::new(arn)))),
            None => Keyring::Fixed(Arc::new(self.local_keys.clone())),
        }
    }
}

impl Vendor {
    /// The vendor of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        VENDORS.into_iter().find(|vendor| vendor.name == name)
    }

    /// The vendor as a provider that connects on first need.
    ///
    /// # Errors
    /// `internal` when the endpoint is neither https nor on this machine.
    pub fn connect(&'static self, settings: &VendorSettings, keyring: Arc<Keyring>) -> Result<Arc<dyn Provider>> {
        let endpoint = settings.endpoints.get(self.name).map_or(self.endpoint, String::as_str);
        let blame = |error: Error| {
            let message = format!("{}: {}", self.endpoint_variable, error.message());
            error.with_message(message)
        };
        let url = http::endpoint(endpoint).map_err(blame)?;
        let http = Http::new(&url, settings.policy);
        Ok(Arc::new(Remote { vendor: self, http, interface: (self.interface)(url), keyring }))
    }

    /// The credentials without which nothing works.
    pub(super) fn required(&self) -> impl Iterator<Item = &'static Credential> {
        self.credentials.iter().filter(|credential| credential.is_required)
    }
}
