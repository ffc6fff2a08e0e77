//! Whoever reads a document: the trait, and who is asked in which order.
//! Knows nothing of buckets, events or HTTP routes.

mod chain;
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
use crate::document::{self, Document};
use crate::error::{Error, ErrorKind, Result};
use crate::ocr;
use crate::report::Reading;
use crate::secret::SecretsManager;

pub use chain::{Chain, Outcome};
pub use embedded::{Embedded, Eyes};
pub use http::{Policy, install_crypto};
pub use secrets::{Keyring, VendorKeys};
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

    /// Whether every call costs money, so that no document should be read twice.
    fn is_paid(&self) -> bool {
        false
    }

    /// Reads the invoice on the document's first page, or fails before `deadline`.
    ///
    /// # Errors
    /// `no_invoice` when the document is readable but not this provider's paper; provider errors for vendors.
    async fn read(&self, document: &Document, deadline: Instant) -> Result<Answer>;
}

/// The names that `FAPIAO_PROVIDERS` may hold.
pub const NAMES: [&str; 3] = [embedded::NAME, TextIn::NAME, Volcengine::NAME];

/// The chain that the configuration asks for; nothing is loaded or connected yet. A vendor outside the chain for
/// which there may be credentials can still be selected by name.
///
/// # Errors
/// `internal` when a name is unknown, a vendor in the chain has no credentials, an endpoint is refused or the models are
/// not there.
pub fn configured(config: &Config) -> Result<Chain> {
    document::fonts::look_in(&config.models);
    let vendors = Vendors::new(config);
    let providers = config.providers.iter().map(|name| named(name, config, &vendors));
    let chain = Chain::new(providers.collect::<Result<Vec<_>>>()?);
    let others = [TextIn::NAME, Volcengine::NAME].into_iter().filter(|name| !chain.has(name) && vendors.may_ask(name));
    let others = others.map(|name| vendors.provider(name)).collect::<Result<Vec<_>>>()?;
    Ok(chain.with_on_request(others))
}

fn named(name: &str, config: &Config, vendors: &Vendors) -> Result<Arc<dyn Provider>> {
    match name {
        embedded::NAME => {
            ocr::require_models(&config.models)?;
            Ok(Arc::new(Embedded::new(&config.models)))
        }
        TextIn::NAME | Volcengine::NAME if vendors.may_ask(name) => vendors.provider(name),
        TextIn::NAME => Err(no_credentials(name, "FAPIAO_TEXTIN_APP_ID and FAPIAO_TEXTIN_SECRET_CODE")),
        Volcengine::NAME => Err(no_credentials(name, "FAPIAO_VOLCENGINE_ACCESS_KEY and FAPIAO_VOLCENGINE_SECRET_KEY")),
        _ => Err(Error::new(ErrorKind::Internal, format!("FAPIAO_PROVIDERS names `{name}`, which is no provider"))
            .with_hint(format!("Set FAPIAO_PROVIDERS to one or more of: {}.", NAMES.join(", ")))),
    }
}

fn no_credentials(name: &str, variables: &str) -> Error {
    let message = format!("FAPIAO_PROVIDERS names `{name}`, but there are no credentials for it");
    Error::new(ErrorKind::Internal, message).with_hint(format!(
        "Set FAPIAO_PROVIDER_SECRET_ARN to the secret with the vendors' credentials; for local runs {variables} serve."
    ))
}

/// What the vendors' providers are made from; both share one secret.
struct Vendors {
    settings: VendorSettings,
    keyring: Arc<Keyring>,
    /// None when the secret will tell.
    local: Option<VendorKeys>,
}

impl Vendors {
    fn new(config: &Config) -> Self {
        let settings = VendorSettings::from_config(config);
        match &config.vendors.secret_arn {
            Some(arn) => {
                let keyring = Keyring::new(Arc::new(SecretsManager::lazy(arn)));
                Self { settings, keyring: Arc::new(keyring), local: None }
            }
            None => {
                let keys = VendorKeys::from_config(config);
                Self { settings, keyring: Arc::new(Keyring::fixed(keys.clone())), local: Some(keys) }
            }
        }
    }

    fn may_ask(&self, name: &str) -> bool {
        self.local.as_ref().is_none_or(|keys| match name {
            TextIn::NAME => keys.textin.is_some(),
            _ => keys.volcengine.is_some(),
        })
    }

    fn provider(&self, name: &str) -> Result<Arc<dyn Provider>> {
        let keyring = self.keyring.clone();
        match name {
            TextIn::NAME => match TextIn::new(&self.settings, keyring) {
                Ok(provider) => Ok(Arc::new(provider)),
                Err(error) => Err(blame("FAPIAO_TEXTIN_ENDPOINT", &error)),
            },
            _ => match Volcengine::new(&self.settings, keyring) {
                Ok(provider) => Ok(Arc::new(provider)),
                Err(error) => Err(blame("FAPIAO_VOLCENGINE_ENDPOINT", &error)),
            },
        }
    }
}

fn blame(variable: &str, error: &Error) -> Error {
    Error::new(error.kind(), format!("{variable}: {}", error.message())).with_hint(error.hint())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTIN: [(&str, &str); 2] = [("FAPIAO_TEXTIN_APP_ID", "app"), ("FAPIAO_TEXTIN_SECRET_CODE", "hunter2")];

    fn config(settings: &[(&str, &str)]) -> Result<Config> {
        Config::from_lookup(&|name| {
            let found = settings.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    fn chain(settings: &[(&str, &str)]) -> Result<Chain> {
        let models = tempfile::tempdir().unwrap();
        for name in ocr::MODEL_FILES {
            std::fs::write(models.path().join(name), "").unwrap();
        }
        configured(&Config { models: models.path().to_owned(), ..config(settings)? })
    }

    #[test]
    fn the_configured_names_make_the_chain() {
        let arn = ("FAPIAO_PROVIDER_SECRET_ARN", "arn:x");
        let chain = chain(&[("FAPIAO_PROVIDERS", "textin,volcengine,embedded"), arn]).unwrap();
        assert_eq!(chain.names(), ["textin", "volcengine", "embedded"]);
    }

    #[test]
    fn a_vendor_outside_the_chain_can_be_selected_when_it_has_credentials() {
        let none = chain(&[]).unwrap();
        assert!(!none.has("textin") && !none.has("volcengine"));
        let local = chain(&TEXTIN).unwrap();
        assert!(local.has("textin") && !local.has("volcengine"));
        assert_eq!(local.names(), ["embedded"]);
        let secret = chain(&[("FAPIAO_PROVIDER_SECRET_ARN", "arn:x")]).unwrap();
        assert!(secret.has("textin") && secret.has("volcengine"));
    }

    #[test]
    fn only_a_chain_with_a_vendor_in_it_is_paid_for() {
        let chain = chain(&TEXTIN).unwrap();
        assert!(!chain.is_paid(None) && !chain.is_paid(Some("embedded")) && chain.is_paid(Some("textin")));
    }

    #[test]
    fn only_the_embedded_reader_needs_the_models() {
        let without =
            |settings: &[(&str, &str)]| configured(&Config { models: "nowhere".into(), ..config(settings).unwrap() });
        let error = without(&[]).err().unwrap();
        assert!(error.message().contains("nowhere") && error.hint().contains("make models"), "{error}");
        without(&[("FAPIAO_PROVIDERS", "textin"), TEXTIN[0], TEXTIN[1]]).unwrap();
    }

    #[test]
    fn a_setting_that_does_not_work_is_named_with_the_next_step() {
        let textin = ("FAPIAO_PROVIDERS", "textin");
        for (settings, message, hint) in [
            (vec![("FAPIAO_PROVIDERS", "nobody")], "FAPIAO_PROVIDERS", "volcengine"),
            (vec![textin], "FAPIAO_PROVIDERS", "FAPIAO_TEXTIN_APP_ID"),
            (
                vec![("FAPIAO_PROVIDERS", "volcengine"), TEXTIN[0], TEXTIN[1]],
                "volcengine",
                "FAPIAO_VOLCENGINE_ACCESS_KEY",
            ),
            (
                vec![textin, TEXTIN[0], TEXTIN[1], ("FAPIAO_TEXTIN_ENDPOINT", "http://example.com")],
                "FAPIAO_TEXTIN_ENDPOINT",
                "https",
            ),
        ] {
            let error = chain(&settings).err().unwrap();
            assert!(error.message().contains(message) && error.hint().contains(hint), "{error} {}", error.hint());
        }
    }
}
