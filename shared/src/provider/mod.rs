//! Whoever reads a document: the trait, who is asked in which order, and what is remembered of the answers.
//! Knows nothing of events or HTTP routes.

mod chain;
mod embedded;
mod http;
mod remembered;
mod remote;
mod secrets;
mod textin;
mod told;
mod vendor;
mod volcengine;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::desk::Found;
use crate::document::fit::Fitted;
use crate::error::{Error, ErrorKind, Result};
use crate::ocr;
use crate::report::{Reading, Statement};
use crate::worker::Part;

pub use crate::desk::{MODEL, ReadBy};
pub use chain::{Chain, ChainOutcome};
pub use embedded::Embedded;
pub use http::{Policy, install_crypto};
pub use remembered::Memory;
pub use secrets::{Keyring, VendorKeys};
pub use told::{RawAnswer, Told};
pub(crate) use vendor::VENDORS;
pub use vendor::{Vendor, VendorSettings};

/// A provider's answer to one document.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer {
    /// What it found, in reading order: one invoice at least.
    pub papers: Vec<Found>,
    /// Its model or interface version.
    pub model: Option<String>,
    /// The vendor's own id of the request.
    pub request_id: Option<String>,
    /// What was done to the document to make it fit.
    pub adapted: Option<Statement>,
}

impl Answer {
    /// The answer of whoever takes the document for one paper.
    pub fn of(reading: Reading) -> Self {
        let papers = vec![Found { quad: None, reading: Ok(reading) }];
        Self { papers, model: None, request_id: None, adapted: None }
    }
}

impl Default for Answer {
    fn default() -> Self {
        Self::of(Reading::default())
    }
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

    /// The version of its interface or engine: another version's answer to the same page is another answer.
    fn version(&self) -> &str {
        "1"
    }

    /// Reads the invoice in a part of a file, or fails before `deadline`. A vendor looks at its first page.
    ///
    /// # Errors
    /// `no_invoice` when the document is readable but not this provider's paper; provider errors for vendors.
    async fn read(&self, part: &Part, deadline: Instant) -> Result<Answer>;

    /// What can be done before the call: whatever goes wrong here costs nothing.
    ///
    /// # Errors
    /// What is wrong with the document for this provider; `deadline`.
    async fn prepare(&self, _part: &Part, _deadline: Instant) -> Result<Option<Fitted>> {
        Ok(None)
    }

    /// [`Self::read`] in the form in which an answer is remembered, with what was prepared.
    ///
    /// # Errors
    /// What is not the document's own fault.
    async fn ask(&self, part: &Part, _prepared: Option<Fitted>, deadline: Instant) -> Result<Told> {
        Told::of(self.read(part, deadline).await)
    }

    /// What a remembered answer to that part says.
    ///
    /// # Errors
    /// As [`Self::read`].
    fn understand(&self, _part: &Part, told: &Told) -> Result<Answer> {
        told.plain()
    }
}

/// The chain of the named providers, first choice first; nothing is loaded or connected yet. A vendor outside the chain
/// for which there may be credentials can still be selected by name.
///
/// # Errors
/// `internal` when a name is unknown, a vendor in the chain has no credentials, an endpoint is refused or the models are
/// not there.
pub fn configured(names: &[String], models: &Path, settings: &VendorSettings) -> Result<Chain> {
    let keyring = Arc::new(settings.keyring());
    let connect = |vendor: &'static Vendor| vendor.connect(settings, keyring.clone());
    let named = |name: &String| match Vendor::named(name) {
        Some(vendor) if settings.may_ask(vendor) => connect(vendor),
        Some(vendor) => Err(no_credentials(vendor)),
        None if name == embedded::NAME => ocr::require_models(models).map(|()| Arc::new(Embedded) as Arc<dyn Provider>),
        None => Err(unknown(name)),
    };
    let chain = Chain::new(names.iter().map(named).collect::<Result<_>>()?);
    let others = VENDORS.into_iter().filter(|vendor| !chain.has(vendor.name) && settings.may_ask(vendor));
    let others = others.map(connect).collect::<Result<_>>()?;
    Ok(chain.with_on_request(others))
}

fn unknown(name: &str) -> Error {
    let names: Vec<&str> = [embedded::NAME].into_iter().chain(VENDORS.map(|vendor| vendor.name)).collect();
    Error::new(ErrorKind::Internal, format!("FAPIAO_PROVIDERS names `{name}`, which is no provider"))
        .with_hint(format!("Set FAPIAO_PROVIDERS to one or more of: {}.", names.join(", ")))
}

fn no_credentials(vendor: &Vendor) -> Error {
    let message = format!("FAPIAO_PROVIDERS names `{}`, but there are no credentials for it", vendor.name);
    let variables: Vec<&str> = vendor.required().map(|credential| credential.variable).collect();
    Error::new(ErrorKind::Internal, message).with_hint(format!(
        "Set FAPIAO_PROVIDER_SECRET_ARN to the secret with the vendors' credentials; for local runs {} serve.",
        variables.join(" and ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

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
        Config { models: models.path().to_owned(), ..config(settings)? }.chain()
    }

    #[test]
    fn the_configured_names_make_the_chain() {
        let arn = ("FAPIAO_PROVIDER_SECRET_ARN", "arn:x");
        let chain = chain(&[("FAPIAO_PROVIDERS", "textin,volcengine,embedded"), arn]).unwrap();
        assert_eq!(chain.selectable(), ["textin", "volcengine", "embedded"]);
    }

    #[test]
    fn a_vendor_outside_the_chain_can_be_selected_when_it_has_credentials() {
        let none = chain(&[]).unwrap();
        assert!(!none.has("textin") && !none.has("volcengine"));
        let local = chain(&TEXTIN).unwrap();
        assert!(local.has("textin") && !local.has("volcengine"));
        assert_eq!(local.selectable(), ["embedded", "textin"]);
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
            |settings: &[(&str, &str)]| Config { models: "nowhere".into(), ..config(settings).unwrap() }.chain();
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
