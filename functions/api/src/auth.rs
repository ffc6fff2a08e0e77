//! Who may ask: the API's key, wherever it is kept. Knows nothing of routes.

use std::sync::Arc;
use std::time::Instant;

use fapiao::config::Config;
use fapiao::error::{Error, ErrorKind, Result};
use fapiao::secret::{CachedSecret, Secret, SecretSource};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use serde::Deserialize;

/// The key that callers present.
#[derive(Debug)]
pub struct ApiKey {
    secret: CachedSecret,
}

/// The secret's JSON form; a bare value is taken as it is.
#[derive(Deserialize)]
struct Stored {
    api_key: String,
}

impl ApiKey {
    /// A key kept in a secret.
    pub fn new(source: Arc<dyn SecretSource>) -> Self {
        Self { secret: CachedSecret::new(source) }
    }

    /// The configured key. One in the environment wins: only local runs have it (the configuration refuses it to
    /// deployed functions), and there the template's secret is a name that leads nowhere.
    ///
    /// # Errors
    /// `internal` when neither is set: an API without a key is never served.
    pub fn configured(config: &Config, secrets_manager: impl Fn(&str) -> Arc<dyn SecretSource>) -> Result<Self> {
        match (&config.api_secret_arn, &config.api_key) {
            (_, Some(key)) => Ok(Self::new(Arc::new(key.clone()))),
            (Some(arn), None) => Ok(Self::new(secrets_manager(arn))),
            (None, None) => {
                Err(Error::new(ErrorKind::Internal, "neither FAPIAO_API_SECRET_ARN nor FAPIAO_API_KEY is set")
                    .with_hint("Set FAPIAO_API_SECRET_ARN to the secret that holds the API's key."))
            }
        }
    }

    /// Whether the request carries the key. A wrong one makes us look for a rotated secret first.
    ///
    /// # Errors
    /// `internal` when there is no key to compare with.
    pub async fn accepts(&self, headers: &HeaderMap, now: Instant) -> Result<bool> {
        let Some(presented) = bearer(headers) else {
            return Ok(false);
        };
        if key(&self.secret.get(now).await?)?.matches(presented) {
            return Ok(true);
        }
        match self.secret.refreshed(now).await {
            Ok(Some(fresh)) => Ok(key(&fresh)?.matches(presented)),
            Ok(None) => Ok(false),
            Err(error) => {
                tracing::warn!(%error, "cannot look for a rotated key");
                Ok(false)
            }
        }
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn key(secret: &Secret) -> Result<Secret> {
    let text = secret.expose().trim();
    let key = match serde_json::from_str::<Stored>(text) {
        Ok(stored) => stored.api_key,
        Err(_) => text.to_owned(),
    };
    if key.is_empty() {
        return Err(Error::new(ErrorKind::Internal, "the API's secret holds an empty key")
            .with_hint("Put a key into the secret, bare or as {\"api_key\": \"...\"}."));
    }
    Ok(Secret::new(key))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use async_trait::async_trait;

    use super::*;

    #[derive(Default)]
    struct Rotating(Mutex<(String, u32)>);

    impl Rotating {
        fn set(&self, value: &str) {
            self.0.lock().unwrap().0 = value.to_owned();
        }

        fn fetches(&self) -> u32 {
            self.0.lock().unwrap().1
        }
    }

    #[async_trait]
    impl SecretSource for Rotating {
        async fn fetch(&self) -> Result<Secret> {
            let mut state = self.0.lock().unwrap();
            state.1 += 1;
            Ok(Secret::new(state.0.clone()))
        }
    }

    fn with(authorization: &str) -> HeaderMap {
        HeaderMap::from_iter([(AUTHORIZATION, authorization.parse().unwrap())])
    }

    #[tokio::test]
    async fn a_key_is_taken_bare_or_from_json() {
        for stored in ["k1", " k1\n", r#"{"api_key": "k1"}"#] {
            let key = ApiKey::new(Arc::new(Secret::new(stored)));
            for (header, accepted) in [
                ("Bearer k1", true),
                ("bearer k1", true),
                ("Bearer k2", false),
                ("Bearer ", false),
                ("Basic k1", false),
                ("k1", false),
            ] {
                let answer = key.accepts(&with(header), Instant::now()).await.unwrap();
                assert_eq!(answer, accepted, "{stored} {header}");
            }
            assert!(!key.accepts(&HeaderMap::new(), Instant::now()).await.unwrap());
        }
    }

    #[tokio::test]
    async fn an_empty_secret_opens_nothing() {
        for stored in ["", r#"{"api_key": ""}"#] {
            let key = ApiKey::new(Arc::new(Secret::new(stored)));
            assert!(key.accepts(&with("Bearer x"), Instant::now()).await.is_err(), "{stored}");
        }
    }

    #[tokio::test]
    async fn a_rotated_key_is_accepted_at_once_and_wrong_ones_cannot_hammer_the_source() {
        let source = Arc::new(Rotating::default());
        source.set("old");
        let key = ApiKey::new(source.clone());
        let start = Instant::now();
        assert!(key.accepts(&with("Bearer old"), start).await.unwrap());
        source.set("new");
        let later = start + Duration::from_secs(60);
        assert!(key.accepts(&with("Bearer new"), later).await.unwrap());
        assert!(!key.accepts(&with("Bearer old"), later).await.unwrap());
        for _ in 0..100 {
            assert!(!key.accepts(&with("Bearer guess"), later).await.unwrap());
        }
        assert_eq!(source.fetches(), 2);
    }

    #[tokio::test]
    async fn on_a_local_run_the_key_of_the_environment_wins_over_a_secret_that_is_not_there() {
        let config = Config::from_lookup(&|name| match name {
            "FAPIAO_API_KEY" => Some("k1".into()),
            "FAPIAO_API_SECRET_ARN" => Some("ApiKey".into()),
            _ => None,
        });
        let key = ApiKey::configured(&config.unwrap(), |_| Arc::new(Secret::new("of the secret"))).unwrap();
        assert!(key.accepts(&with("Bearer k1"), Instant::now()).await.unwrap());
    }

    #[test]
    fn without_a_key_nothing_is_served() {
        let config = Config::from_lookup(&|_| None).unwrap();
        let refused = ApiKey::configured(&config, |_| Arc::new(Secret::new("x"))).unwrap_err();
        assert!(refused.message().contains("FAPIAO_API_SECRET_ARN"));
    }
}
