//! Where secrets come from, and a cache that notices rotation. Knows nothing of what they open.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use tokio::sync::Mutex;

use super::Secret;
use crate::aws::Lazy;
use crate::error::{Error, ErrorKind, Result};

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
    client: Lazy<Client>,
    arn: String,
}

impl SecretsManager {
    /// One secret, by ARN or name; AWS is set up when it is first asked for, and not at all where nobody asks.
    pub fn new(arn: impl Into<String>) -> Self {
        Self { client: Lazy::new(Client::new), arn: arn.into() }
    }

    /// The same with settings other than this process's.
    pub fn at(aws: &SdkConfig, arn: impl Into<String>) -> Self {
        Self { client: Lazy::made(Client::new, aws), arn: arn.into() }
    }

    fn error(&self, what: &str) -> Error {
        Error::new(ErrorKind::Internal, format!("the secret {} {what}", self.arn))
            .with_hint("Check the secret's ARN and the function's right to secretsmanager:GetSecretValue.")
    }
}

/// How long a secret is waited for, all tries together: whoever needs two in a row still answers a request in time.
const PATIENCE: Duration = Duration::from_secs(6);

#[async_trait]
impl SecretSource for SecretsManager {
    async fn fetch(&self) -> Result<Secret> {
        let answer = async { self.client.get().await.get_secret_value().secret_id(&self.arn).send().await };
        let answer = tokio::time::timeout(PATIENCE, answer).await.map_err(|_| self.error("did not come in time"))?;
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
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    /// The value and when it was asked for.
    value: Option<(Secret, Instant)>,
    /// When a value that was not accepted last made us ask.
    refreshed_at: Option<Instant>,
}

impl CachedSecret {
    /// Nothing is fetched yet.
    pub fn new(source: Arc<dyn SecretSource>) -> Self {
        Self { source, held: Mutex::default() }
    }

    /// The value; at most five minutes old unless its source is out of order, when the old one goes on serving.
    ///
    /// # Errors
    /// `internal` when there never was a value.
    pub async fn get(&self, now: Instant) -> Result<Secret> {
        let mut held = self.held.lock().await;
        if let Some((value, asked_at)) = &held.value
            && now.saturating_duration_since(*asked_at) < TIME_TO_LIVE
        {
            return Ok(value.clone());
        }
        let value = match (self.source.fetch().await, &held.value) {
            (Err(error), Some((old, _))) => {
                tracing::warn!(%error, "keeping the old secret");
                old.clone()
            }
            (fetched, _) => fetched?,
        };
        held.value = Some((value.clone(), now));
        Ok(value)
    }

    /// The value asked for anew, after the held one was not accepted; none when that was done moments ago.
    ///
    /// # Errors
    /// `internal` when the source is out of order.
    pub async fn refreshed(&self, now: Instant) -> Result<Option<Secret>> {
        self.refreshed_if(true, now).await
    }

    /// The same, for those who do not know yet whether it is wanted: saying no takes as long as being refused, so that time
    /// does not tell which of the two it was.
    ///
    /// # Errors
    /// As [`Self::refreshed`].
    pub async fn refreshed_if(&self, is_wanted: bool, now: Instant) -> Result<Option<Secret>> {
        let mut held = self.held.lock().await;
        let is_too_soon = held.refreshed_at.is_some_and(|at| now.saturating_duration_since(at) < MIN_INTERVAL);
        if is_too_soon | !is_wanted {
            return Ok(None);
        }
        held.refreshed_at = Some(now);
        let value = self.source.fetch().await?;
        held.value = Some((value.clone(), now));
        Ok(Some(value))
    }
}

impl fmt::Debug for CachedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CachedSecret(redacted)")
    }
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
        assert_eq!(cached.refreshed(start).await.unwrap().unwrap().expose(), "v1");
        assert!(cached.refreshed(start + Duration::from_secs(9)).await.unwrap().is_none());
        let fresh = cached.refreshed(start + MIN_INTERVAL).await.unwrap();
        assert_eq!(fresh.unwrap().expose(), "v2");
    }
}
