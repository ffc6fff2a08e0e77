//! Secrets: values that never print, where they come from, and a cache that notices rotation.
//! Knows nothing of what they open.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use crate::error::{Error, ErrorKind, Result};

/// A value that must not appear in logs, Debug output, errors or Reports.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes the value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself: for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether this is what a caller presented. The time it takes tells nothing of the value.
    pub fn matches(&self, presented: &str) -> bool {
        let own = Sha256::digest(self.0.as_bytes());
        let theirs = Sha256::digest(presented.as_bytes());
        own.iter().zip(theirs.iter()).fold(0, |diff, (a, b)| diff | (a ^ b)) == 0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// Where a secret comes from.
#[async_trait]
pub trait SecretSource: Send + Sync {
    /// The present value.
    ///
    /// # Errors
    /// `internal` when it cannot be had; the message names the secret, never its value.
    async fn fetch(&self) -> Result<Secret>;
}

/// A value given at start-up: local runs and tests.
#[async_trait]
impl SecretSource for Secret {
    async fn fetch(&self) -> Result<Secret> {
        Ok(self.clone())
    }
}

/// AWS Secrets Manager.
#[derive(Clone, Debug)]
pub struct SecretsManager {
    client: aws_sdk_secretsmanager::Client,
    arn: String,
}

impl SecretsManager {
    /// One secret, by ARN or name.
    pub fn new(aws: &aws_config::SdkConfig, arn: impl Into<String>) -> Self {
        Self { client: aws_sdk_secretsmanager::Client::new(aws), arn: arn.into() }
    }

    fn error(&self, what: &str) -> Error {
        Error::new(ErrorKind::Internal, format!("the secret {} {what}", self.arn))
            .with_hint("Check the secret's ARN and the function's right to secretsmanager:GetSecretValue.")
    }
}

#[async_trait]
impl SecretSource for SecretsManager {
    async fn fetch(&self) -> Result<Secret> {
        let answer = self.client.get_secret_value().secret_id(&self.arn).send().await;
        let answer = answer.map_err(|error| {
            let reason = error.as_service_error().and_then(|e| e.meta().code());
            self.error(&format!("cannot be read: {}", reason.unwrap_or("no connection")))
        })?;
        let value = answer.secret_string().filter(|value| !value.trim().is_empty());
        value.map(Secret::new).ok_or_else(|| self.error("has no text value"))
    }
}

/// How long a value is trusted without asking again.
const TIME_TO_LIVE: Duration = Duration::from_secs(300);
/// How often a wrong credential may make us ask again: rotation shows at once, and nobody can hammer the source.
const MIN_INTERVAL: Duration = Duration::from_secs(10);

/// A secret kept in memory, asked for again when it is old or was not accepted.
pub struct CachedSecret {
    source: Arc<dyn SecretSource>,
    held: Mutex<Option<Held>>,
}

struct Held {
    value: Secret,
    asked_at: Instant,
}

impl CachedSecret {
    /// Nothing is fetched yet.
    pub fn new(source: Arc<dyn SecretSource>) -> Self {
        Self { source, held: Mutex::new(None) }
    }

    /// The value; at most five minutes old unless its source is out of order, when the old one goes on serving.
    ///
    /// # Errors
    /// `internal` when there never was a value.
    pub async fn get(&self, now: Instant) -> Result<Secret> {
        let mut held = self.held.lock().await;
        match held.as_mut() {
            Some(held) if age(held, now) < TIME_TO_LIVE => Ok(held.value.clone()),
            Some(held) => {
                held.asked_at = now;
                match self.source.fetch().await {
                    Ok(value) => held.value = value,
                    Err(error) => tracing::warn!(%error, "keeping the old secret"),
                }
                Ok(held.value.clone())
            }
            None => {
                let value = self.source.fetch().await?;
                *held = Some(Held { value: value.clone(), asked_at: now });
                Ok(value)
            }
        }
    }

    /// The value asked for anew, after the held one was not accepted; none when that was done moments ago.
    ///
    /// # Errors
    /// `internal` when the source is out of order.
    pub async fn refreshed(&self, now: Instant) -> Result<Option<Secret>> {
        let mut held = self.held.lock().await;
        if let Some(held) = held.as_mut() {
            if age(held, now) < MIN_INTERVAL {
                return Ok(None);
            }
            held.asked_at = now;
        }
        let value = self.source.fetch().await?;
        *held = Some(Held { value: value.clone(), asked_at: now });
        Ok(Some(value))
    }
}

impl fmt::Debug for CachedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CachedSecret(redacted)")
    }
}

fn age(held: &Held, now: Instant) -> Duration {
    now.saturating_duration_since(held.asked_at)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Every fetch gives the next number; fails when told to.
    #[derive(Default)]
    struct Numbered {
        fetches: AtomicUsize,
        broken: std::sync::atomic::AtomicBool,
    }

    #[async_trait]
    impl SecretSource for Numbered {
        async fn fetch(&self) -> Result<Secret> {
            if self.broken.load(Ordering::SeqCst) {
                return Err(Error::new(ErrorKind::Internal, "down"));
            }
            Ok(Secret::new(format!("v{}", self.fetches.fetch_add(1, Ordering::SeqCst))))
        }
    }

    #[test]
    fn a_secret_never_prints() {
        assert!(!format!("{:?}", Secret::new("hunter2")).contains("hunter2"));
    }

    #[test]
    fn only_the_same_value_matches() {
        let secret = Secret::new("key");
        assert!(secret.matches("key"));
        for wrong in ["", "ke", "keyx", "KEY"] {
            assert!(!secret.matches(wrong), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_value_is_fetched_again_when_it_is_old() {
        let cached = CachedSecret::new(Arc::new(Numbered::default()));
        let start = Instant::now();
        assert_eq!(cached.get(start).await.unwrap().expose(), "v0");
        let later = start + TIME_TO_LIVE - Duration::from_secs(1);
        assert_eq!(cached.get(later).await.unwrap().expose(), "v0");
        assert_eq!(cached.get(start + TIME_TO_LIVE).await.unwrap().expose(), "v1");
    }

    #[tokio::test]
    async fn the_old_value_serves_while_the_source_is_down() {
        let source = Arc::new(Numbered::default());
        let cached = CachedSecret::new(source.clone());
        let start = Instant::now();
        cached.get(start).await.unwrap();
        source.broken.store(true, Ordering::SeqCst);
        assert_eq!(cached.get(start + TIME_TO_LIVE).await.unwrap().expose(), "v0");
    }

    #[tokio::test]
    async fn a_mismatch_asks_again_but_not_more_often_than_every_ten_seconds() {
        let cached = CachedSecret::new(Arc::new(Numbered::default()));
        let start = Instant::now();
        cached.get(start).await.unwrap();
        assert!(cached.refreshed(start + Duration::from_secs(9)).await.unwrap().is_none());
        let fresh = cached.refreshed(start + MIN_INTERVAL).await.unwrap();
        assert_eq!(fresh.unwrap().expose(), "v1");
        assert!(cached.refreshed(start + MIN_INTERVAL).await.unwrap().is_none());
    }
}
