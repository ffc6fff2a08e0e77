//! The vendors' credentials: from Secrets Manager, or from the environment on a developer's machine.
//! Kept for a while and fetched anew once when a vendor refuses them. Knows nothing of what they open.

use std::sync::Arc;
use std::time::Instant;

use serde::Deserialize;

use crate::config::Config;
use crate::dialect::{textin, volcengine};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::{CachedSecret, Secret, SecretSource};

/// The credentials there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VendorKeys {
    /// Of TextIn.
    pub textin: Option<textin::Credentials>,
    /// Of Volcengine.
    pub volcengine: Option<volcengine::Credentials>,
}

/// The secret's JSON. A vendor that is not used is left out.
#[derive(Deserialize)]
struct SecretDocument {
    textin: Option<TextInKeys>,
    volcengine: Option<VolcengineKeys>,
}

#[derive(Deserialize)]
struct TextInKeys {
    app_id: String,
    secret_code: String,
}

#[derive(Deserialize)]
struct VolcengineKeys {
    access_key: String,
    secret_key: String,
    #[serde(default)]
    session_token: String,
}

impl VendorKeys {
    /// Reads the secret's JSON: `{"textin": {"app_id", "secret_code"}, "volcengine": {"access_key", "secret_key"}}`.
    ///
    /// # Errors
    /// `provider_auth`, without the secret's content.
    pub fn from_json(text: &str) -> Result<Self> {
        // The parser's own words could quote the secret.
        let document: SecretDocument = serde_json::from_str(text).map_err(|_| {
            Error::new(ErrorKind::ProviderAuth, "the provider secret does not have the expected JSON form").with_hint(
                r#"Store {"textin":{"app_id":"..","secret_code":".."},"volcengine":{"access_key":"..","secret_key":".."}}."#,
            )
        })?;
        Ok(Self {
            textin: document.textin.and_then(|keys| textin_keys(keys.app_id, keys.secret_code)),
            volcengine: document
                .volcengine
                .and_then(|keys| volcengine_keys(keys.access_key, keys.secret_key, keys.session_token)),
        })
    }
}

fn textin_keys(app_id: String, secret_code: String) -> Option<textin::Credentials> {
    (!app_id.is_empty() && !secret_code.is_empty())
        .then(|| textin::Credentials { app_id: Secret::new(app_id), secret_code: Secret::new(secret_code) })
}

fn volcengine_keys(access_key: String, secret_key: String, token: String) -> Option<volcengine::Credentials> {
    (!access_key.is_empty() && !secret_key.is_empty()).then(|| volcengine::Credentials {
        access_key_id: access_key,
        secret_access_key: Secret::new(secret_key),
        session_token: Some(token).filter(|t| !t.is_empty()).map(Secret::new),
    })
}

impl VendorKeys {
    /// The credentials in environment variables: for local runs.
    pub fn from_config(config: &Config) -> Self {
        let text = |secret: &Option<Secret>| secret.as_ref().map(|s| s.expose().to_owned()).unwrap_or_default();
        let vendors = &config.vendors;
        Self {
            textin: textin_keys(text(&vendors.textin_app_id), text(&vendors.textin_secret_code)),
            volcengine: volcengine_keys(
                text(&vendors.volcengine_access_key),
                text(&vendors.volcengine_secret_key),
                text(&vendors.volcengine_session_token),
            ),
        }
    }

    /// Everything that must not be told, for taking it out of what vendors say.
    pub(super) fn values(&self) -> impl Iterator<Item = &str> {
        let textin = self.textin.iter().flat_map(|keys| [&keys.app_id, &keys.secret_code]);
        let volcengine = self.volcengine.iter();
        let volcengine = volcengine.flat_map(|keys| [&keys.secret_access_key].into_iter().chain(&keys.session_token));
        textin.chain(volcengine).map(Secret::expose)
    }
}

/// The vendors' credentials, wherever they are kept.
#[derive(Debug)]
pub struct Keyring(Kept);

#[derive(Debug)]
enum Kept {
    Fixed(Arc<VendorKeys>),
    Fetched(CachedSecret),
}

impl Keyring {
    /// Credentials in a secret, in the form of [`VendorKeys::from_json`]; fetched on first need.
    pub fn new(source: Arc<dyn SecretSource>) -> Self {
        Self(Kept::Fetched(CachedSecret::new(source)))
    }

    /// Credentials that never change.
    pub fn fixed(keys: VendorKeys) -> Self {
        Self(Kept::Fixed(Arc::new(keys)))
    }

    /// The credentials, fetched when there are none or they are old.
    ///
    /// # Errors
    /// `provider_auth`, without any part of a credential.
    pub async fn get(&self) -> Result<Arc<VendorKeys>> {
        match &self.0 {
            Kept::Fixed(keys) => Ok(keys.clone()),
            Kept::Fetched(secret) => {
                let value = secret.get(Instant::now()).await.map_err(|error| unreadable(&error))?;
                VendorKeys::from_json(value.expose()).map(Arc::new)
            }
        }
    }

    /// Newer credentials than the ones a vendor refused, if there are any.
    pub async fn renew(&self, refused: &VendorKeys) -> Option<Arc<VendorKeys>> {
        let Kept::Fetched(secret) = &self.0 else {
            return None;
        };
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
        (source.clone(), Keyring::new(source))
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
    fn the_environment_gives_the_same_credentials_as_a_secret() {
        let config = Config::from_lookup(&|name| {
            Some(match name {
                "FAPIAO_TEXTIN_APP_ID" => "hunter1".to_owned(),
                "FAPIAO_TEXTIN_SECRET_CODE" => "hunter2".to_owned(),
                "FAPIAO_VOLCENGINE_ACCESS_KEY" => "AK".to_owned(),
                "FAPIAO_VOLCENGINE_SECRET_KEY" => "hunter3".to_owned(),
                "FAPIAO_VOLCENGINE_SESSION_TOKEN" => "hunter4".to_owned(),
                _ => return None,
            })
        });
        assert_eq!(VendorKeys::from_config(&config.unwrap()), VendorKeys::from_json(JSON).unwrap());
        let nothing = Config::from_lookup(&|_| None).unwrap();
        assert_eq!(VendorKeys::from_config(&nothing), VendorKeys::default());
    }
}
