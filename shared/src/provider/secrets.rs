//! The vendors' credentials: from Secrets Manager, or from the environment on a developer's machine.
//! Kept for a while and fetched anew once when a vendor refuses them. Knows nothing of what they open.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::dialect::{Secret, textin, volcengine};
use crate::error::{Error, ErrorKind, Result};

/// The credentials there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VendorKeys {
    /// Of TextIn.
    pub textin: Option<textin::Credentials>,
    /// Of Volcengine.
    pub volcengine: Option<volcengine::Credentials>,
}

/// Where credentials come from.
#[async_trait]
pub trait KeySource: Send + Sync {
    /// The credentials as they are now.
    ///
    /// # Errors
    /// `provider_auth`, without any part of a credential.
    async fn fetch(&self) -> Result<VendorKeys>;
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

/// One secret in Secrets Manager.
pub struct SecretsManager {
    client: aws_sdk_secretsmanager::Client,
    arn: String,
}

impl SecretsManager {
    /// Reads the secret of that name or ARN.
    pub fn new(client: aws_sdk_secretsmanager::Client, arn: impl Into<String>) -> Self {
        Self { client, arn: arn.into() }
    }
}

#[async_trait]
impl KeySource for SecretsManager {
    async fn fetch(&self) -> Result<VendorKeys> {
        let answer = self.client.get_secret_value().secret_id(&self.arn).send().await;
        let value = answer.map_err(|e| {
            let code = e.as_service_error().and_then(|s| s.meta().code()).unwrap_or("no answer").to_owned();
            Error::new(ErrorKind::ProviderAuth, format!("the provider secret cannot be read: {code}"))
                .with_hint("Check FAPIAO_PROVIDER_SECRET_ARN and the function's permission to read that secret.")
        })?;
        VendorKeys::from_json(value.secret_string().unwrap_or_default())
    }
}

/// Environment variables: for local runs, refused inside a deployed function.
pub struct Environment;

impl Environment {
    fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<VendorKeys> {
        if lookup("AWS_LAMBDA_FUNCTION_NAME").is_some() && lookup("AWS_SAM_LOCAL").is_none() {
            return Err(Error::new(
                ErrorKind::ProviderAuth,
                "vendor credentials in plain environment variables are for local runs only",
            )
            .with_hint("Put them into a secret and set FAPIAO_PROVIDER_SECRET_ARN."));
        }
        let get = |name: &str| lookup(name).map(|v| v.trim().to_owned()).unwrap_or_default();
        Ok(VendorKeys {
            textin: textin_keys(get("FAPIAO_TEXTIN_APP_ID"), get("FAPIAO_TEXTIN_SECRET_CODE")),
            volcengine: volcengine_keys(
                get("FAPIAO_VOLCENGINE_ACCESS_KEY"),
                get("FAPIAO_VOLCENGINE_SECRET_KEY"),
                get("FAPIAO_VOLCENGINE_SESSION_TOKEN"),
            ),
        })
    }
}

#[async_trait]
impl KeySource for Environment {
    async fn fetch(&self) -> Result<VendorKeys> {
        Self::read(|name| std::env::var(name).ok())
    }
}

/// How long fetched credentials are good.
pub const TIME_TO_LIVE: Duration = Duration::from_secs(300);
/// Renewals are no more frequent than this, so that wrong credentials do not turn into a storm of fetches.
const BETWEEN_RENEWALS: Duration = Duration::from_secs(30);

/// Credentials, kept.
pub struct Keyring {
    source: Arc<dyn KeySource>,
    time_to_live: Duration,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    keys: Option<(Arc<VendorKeys>, Instant)>,
    renewed: Option<Instant>,
}

impl Keyring {
    /// Keeps what a source gives, fetching on first need.
    pub fn new(source: Arc<dyn KeySource>, time_to_live: Duration) -> Self {
        Self { source, time_to_live, kept: Mutex::default() }
    }

    /// The credentials, fetched when there are none or they are old.
    ///
    /// # Errors
    /// The source's, unless older credentials can stand in.
    pub async fn get(&self) -> Result<Arc<VendorKeys>> {
        let mut kept = self.kept.lock().await;
        let old = match &kept.keys {
            Some((keys, at)) if at.elapsed() < self.time_to_live => return Ok(keys.clone()),
            Some((keys, _)) => Some(keys.clone()),
            None => None,
        };
        match (self.source.fetch().await, old) {
            (Ok(keys), _) => Ok(keep(&mut kept, keys)),
            (Err(error), Some(keys)) => {
                tracing::warn!(code = error.code(), "older vendor credentials stay in use");
                Ok(keys)
            }
            (Err(error), None) => Err(error),
        }
    }

    /// Newer credentials than the ones a vendor refused, if there are any.
    pub async fn renew(&self, refused: &VendorKeys) -> Option<Arc<VendorKeys>> {
        let mut kept = self.kept.lock().await;
        // Somebody else may have renewed them meanwhile.
        if let Some((keys, _)) = kept.keys.as_ref().filter(|(keys, _)| **keys != *refused) {
            return Some(keys.clone());
        }
        if kept.renewed.is_some_and(|at| at.elapsed() < BETWEEN_RENEWALS) {
            return None;
        }
        kept.renewed = Some(Instant::now());
        let fresh = self.source.fetch().await.ok()?;
        let fresh = keep(&mut kept, fresh);
        (*fresh != *refused).then_some(fresh)
    }
}

fn keep(kept: &mut Kept, keys: VendorKeys) -> Arc<VendorKeys> {
    let keys = Arc::new(keys);
    kept.keys = Some((keys.clone(), Instant::now()));
    keys
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const JSON: &str = r#"{"textin":{"app_id":"hunter1","secret_code":"hunter2"},
        "volcengine":{"access_key":"AK","secret_key":"hunter3","session_token":"hunter4"}}"#;

    #[derive(Default)]
    struct Rotating {
        fetches: AtomicUsize,
        rotations: usize,
    }

    #[async_trait]
    impl KeySource for Rotating {
        async fn fetch(&self) -> Result<VendorKeys> {
            let fetch = self.fetches.fetch_add(1, Ordering::Relaxed);
            let text = JSON.replace("hunter2", &format!("code{}", fetch.min(self.rotations)));
            VendorKeys::from_json(&text)
        }
    }

    fn keyring(rotations: usize, time_to_live: Duration) -> (Arc<Rotating>, Keyring) {
        let source = Arc::new(Rotating { rotations, ..Rotating::default() });
        (source.clone(), Keyring::new(source, time_to_live))
    }

    #[tokio::test]
    async fn credentials_are_fetched_once_until_they_are_old() {
        let (source, keyring) = keyring(0, TIME_TO_LIVE);
        keyring.get().await.unwrap();
        keyring.get().await.unwrap();
        assert_eq!(source.fetches.load(Ordering::Relaxed), 1);
        let (source, keyring) = self::keyring(0, Duration::ZERO);
        keyring.get().await.unwrap();
        keyring.get().await.unwrap();
        assert_eq!(source.fetches.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn refused_credentials_are_renewed_once_and_not_in_a_storm() {
        let (source, keyring) = keyring(1, TIME_TO_LIVE);
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
        let (_, keyring) = keyring(0, TIME_TO_LIVE);
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
    fn the_environment_serves_local_runs_only() {
        let local = |name: &str| Some(name.to_owned()).filter(|n| n.starts_with("FAPIAO"));
        let keys = Environment::read(local).unwrap();
        assert!(keys.textin.is_some() && keys.volcengine.is_some());
        let deployed = Environment::read(|name| (name != "AWS_SAM_LOCAL").then(|| name.to_owned()));
        assert_eq!(deployed.unwrap_err().kind(), ErrorKind::ProviderAuth);
        assert!(Environment::read(|name| Some(name.to_owned())).is_ok());
    }
}
