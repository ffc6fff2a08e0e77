//! The vendors' credentials: from Secrets Manager, or from the environment on a developer's machine.
//! Kept for a while and fetched anew once when a vendor refuses them. Knows nothing of what they open.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use serde_json::{Map, Value};

use super::vendor::{Credential, VENDORS, Vendor};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::{CachedSecret, Secret};

/// The credentials there are, by vendor; one that is not used is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VendorKeys(BTreeMap<&'static str, Keys>);

/// One vendor's credentials, by their names in the secret: all that are required.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Keys(BTreeMap<&'static str, Secret>);

impl Keys {
    /// None when one that is required is missing.
    fn new(vendor: &Vendor, value: impl Fn(&Credential) -> Option<String>) -> Option<Self> {
        let given = |credential: &Credential| {
            let value = value(credential).filter(|value| !value.is_empty())?;
            Some((credential.key, Secret::new(value)))
        };
        let values: BTreeMap<_, _> = vendor.credentials.iter().filter_map(given).collect();
        vendor.required().all(|credential| values.contains_key(credential.key)).then_some(Self(values))
    }

    /// One that need not be there.
    pub(super) fn get(&self, credential: &Credential) -> Option<&Secret> {
        self.0.get(credential.key)
    }

    /// One that is required.
    pub(super) fn expose(&self, credential: &Credential) -> &str {
        self.get(credential).map_or("", Secret::expose)
    }
}

impl VendorKeys {
    /// Reads the secret's JSON: `{"textin": {"app_id", "secret_code"}, "volcengine": {"access_key", "secret_key"}}`.
    ///
    /// # Errors
    /// `provider_auth`, without the secret's content.
    pub fn from_json(text: &str) -> Result<Self> {
        // The parser's own words could quote the secret.
        let secret: Map<String, Value> = serde_json::from_str(text).map_err(|_| not_in_form())?;
        let mut keys = BTreeMap::new();
        for vendor in VENDORS {
            let Some(values) = secret.get(vendor.name).filter(|values| !values.is_null()) else { continue };
            if !vendor.required().all(|credential| values[credential.key].is_string()) {
                return Err(not_in_form());
            }
            let value = |credential: &Credential| values[credential.key].as_str().map(str::to_owned);
            keys.extend(Keys::new(vendor, value).map(|keys| (vendor.name, keys)));
        }
        Ok(Self(keys))
    }

    /// The credentials in variables: for local runs.
    ///
    /// # Errors
    /// `internal` when one is set that is of no use without another.
    pub fn from_variables(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let mut keys = BTreeMap::new();
        for vendor in VENDORS {
            let of_vendor = Keys::new(vendor, |credential| lookup(credential.variable));
            let set = vendor.credentials.iter().find(|credential| lookup(credential.variable).is_some());
            let missing = vendor.required().find(|credential| lookup(credential.variable).is_none());
            if let (Some(set), Some(missing)) = (set, missing) {
                return Err(half(set.variable, missing.variable));
            }
            keys.extend(of_vendor.map(|keys| (vendor.name, keys)));
        }
        Ok(Self(keys))
    }

    pub(super) fn of(&self, vendor: &Vendor) -> Option<&Keys> {
        self.0.get(vendor.name)
    }

    /// Everything that must not be told, for taking it out of what vendors say.
    pub(super) fn values(&self) -> impl Iterator<Item = &str> {
        self.0.values().flat_map(|keys| keys.0.values()).map(Secret::expose)
    }
}

fn not_in_form() -> Error {
    let of_vendor = |vendor: &&Vendor| {
        let keys: Vec<String> = vendor.required().map(|credential| format!(r#""{}":"..""#, credential.key)).collect();
        format!(r#""{}":{{{}}}"#, vendor.name, keys.join(","))
    };
    let form: Vec<String> = VENDORS.iter().map(of_vendor).collect();
    Error::new(ErrorKind::ProviderAuth, "the provider secret does not have the expected JSON form")
        .with_hint(format!("Store {{{}}}.", form.join(",")))
}

fn half(set: &str, missing: &str) -> Error {
    let message = format!("{set} is set, but {missing} is not: one is of no use without the other");
    Error::new(ErrorKind::Internal, message).with_hint(format!("Set {missing} too, or leave {set} out."))
}

/// The vendors' credentials, wherever they are kept.
#[derive(Debug)]
pub enum Keyring {
    /// Credentials that never change.
    Fixed(Arc<VendorKeys>),
    /// Credentials in a secret, in the form of [`VendorKeys::from_json`]; fetched on first need.
    Fetched(CachedSecret),
}

impl Keyring {
    /// The credentials, fetched when there are none or they are old.
    ///
    /// # Errors
    /// `provider_auth`, without any part of a credential.
    pub async fn get(&self) -> Result<Arc<VendorKeys>> {
        match self {
            Self::Fixed(keys) => Ok(keys.clone()),
            Self::Fetched(secret) => {
                let value = secret.get(Instant::now()).await.map_err(|error| unreadable(&error))?;
                VendorKeys::from_json(value.expose()).map(Arc::new)
            }
        }
    }

    /// Newer credentials than the ones a vendor refused, if there are any.
    pub async fn renew(&self, refused: &VendorKeys) -> Option<Arc<VendorKeys>> {
        let Self::Fetched(secret) = self else { return None };
        // Somebody else may have renewed them meanwhile.
        if let Some(keys) = self.get().await.ok().filter(|keys| **keys != *refused) {
            return Some(keys);
        }
        if let Err(error) = secret.refreshed(Instant::now()).await {
            tracing::warn!(%error, "cannot look for newer vendor credentials");
        }
        self.get().await.ok().filter(|keys| **keys != *refused)
    }
}

fn unreadable(error: &Error) -> Error {
    Error::new(ErrorKind::ProviderAuth, error.message())
        .with_hint("Check FAPIAO_PROVIDER_SECRET_ARN and the function's right to secretsmanager:GetSecretValue.")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;

    use super::*;
    use crate::secret::SecretSource;

    const JSON: &str = r#"{"textin":{"app_id":"hunter1","secret_code":"hunter2"},
        "volcengine":{"access_key":"AK","secret_key":"hunter3","session_token":"hunter4"}}"#;

    #[derive(Default)]
    struct Rotating {
        fetches: AtomicUsize,
        rotations: usize,
    }

    #[async_trait]
    impl SecretSource for Rotating {
        async fn fetch(&self) -> Result<Secret> {
            let fetch = self.fetches.fetch_add(1, Ordering::Relaxed);
            Ok(Secret::new(JSON.replace("hunter2", &format!("code{}", fetch.min(self.rotations)))))
        }
    }

    fn keyring(rotations: usize) -> (Arc<Rotating>, Keyring) {
        let source = Arc::new(Rotating { rotations, ..Rotating::default() });
        (source.clone(), Keyring::Fetched(CachedSecret::new(source)))
    }

    #[tokio::test]
    async fn credentials_are_fetched_once_until_they_are_old() {
        let (source, keyring) = keyring(0);
        keyring.get().await.unwrap();
        keyring.get().await.unwrap();
        assert_eq!(source.fetches.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn refused_credentials_are_renewed_once_and_not_in_a_storm() {
        let (source, keyring) = keyring(1);
        let old = keyring.get().await.unwrap();
        let new = keyring.renew(&old).await.unwrap();
        assert_ne!(new, old);
        assert_eq!(keyring.renew(&old).await, Some(new.clone()));
        for _ in 0..5 {
            assert_eq!(keyring.renew(&new).await, None);
        }
        assert_eq!(source.fetches.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn unchanged_credentials_are_not_tried_again() {
        let (_, keyring) = keyring(0);
        let keys = keyring.get().await.unwrap();
        assert_eq!(keyring.renew(&keys).await, None);
    }

    #[test]
    fn nothing_of_a_secret_shows_in_debug_or_errors() {
        let keys = VendorKeys::from_json(JSON).unwrap();
        assert!(!format!("{keys:?}").contains("hunter"));
        for broken in [r#"{"textin":"hunter2"}"#, r#""hunter2"#, "hunter2"] {
            let error = VendorKeys::from_json(broken).unwrap_err();
            assert!(!format!("{error} {error:?} {}", error.hint()).contains("hunter"));
        }
    }

    #[test]
    fn a_vendor_without_credentials_is_left_out() {
        let keys = VendorKeys::from_json(r#"{"textin":{"app_id":"a","secret_code":""}}"#).unwrap();
        assert_eq!(keys, VendorKeys::default());
    }

    #[test]
    fn variables_give_the_same_credentials_as_a_secret() {
        let set = [
            ("FAPIAO_TEXTIN_APP_ID", "hunter1"),
            ("FAPIAO_TEXTIN_SECRET_CODE", "hunter2"),
            ("FAPIAO_VOLCENGINE_ACCESS_KEY", "AK"),
            ("FAPIAO_VOLCENGINE_SECRET_KEY", "hunter3"),
            ("FAPIAO_VOLCENGINE_SESSION_TOKEN", "hunter4"),
        ];
        let keys = |set: &[(&str, &str)]| {
            VendorKeys::from_variables(&|name| set.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
        };
        assert_eq!(keys(&set).unwrap(), VendorKeys::from_json(JSON).unwrap());
        assert_eq!(keys(&[]).unwrap(), VendorKeys::default());
        for (only, missing) in [(0, 1), (1, 0), (2, 3), (3, 2), (4, 2)] {
            let error = keys(&[set[only]]).unwrap_err();
            assert!(error.message().contains(set[missing].0) && error.hint().contains(set[only].0), "{error}");
            assert!(!format!("{error:?}").contains("hunter"));
        }
    }
}
