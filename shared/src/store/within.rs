//! A store whose every answer comes before a deadline, whatever the network does. Knows nothing of what is stored.

use std::future::Future;
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;

use super::{Head, Object, Store};
use crate::error::{Error, ErrorKind, Result};

/// Another store, for as long as its caller has time.
#[derive(Clone, Debug)]
pub struct Within<S> {
    store: S,
    deadline: Instant,
}

impl<S> Within<S> {
    /// Calls of that store end by then.
    pub fn new(store: S, deadline: Instant) -> Self {
        Self { store, deadline }
    }

    async fn limited<T>(&self, call: impl Future<Output = Result<T>> + Send, what: &str, key: &str) -> Result<T> {
        let late = || Error::new(ErrorKind::Deadline, format!("the time was up before {key} could be {what}"));
        tokio::time::timeout_at(self.deadline.into(), call).await.unwrap_or_else(|_| Err(late()))
    }
}

#[async_trait]
impl<S: Store> Store for Within<S> {
    async fn get(&self, bucket: &str, key: &str, max_bytes: u64) -> Result<Option<Object>> {
        self.limited(self.store.get(bucket, key, max_bytes), "read", key).await
    }

    async fn head(&self, bucket: &str, key: &str) -> Result<Option<Head>> {
        self.limited(self.store.head(bucket, key), "looked at", key).await
    }

    async fn put(
        &self,
        bucket: &str,
        key: &str,
        body: Bytes,
        content_type: &str,
        seen: Option<&str>,
    ) -> Result<Option<String>> {
        self.limited(self.store.put(bucket, key, body, content_type, seen), "written", key).await
    }

    async fn delete(&self, bucket: &str, key: &str) -> Result<()> {
        self.limited(self.store.delete(bucket, key), "deleted", key).await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::MemoryStore;

    /// Never answers.
    struct Silent;

    #[async_trait]
    impl Store for Silent {
        async fn get(&self, _: &str, _: &str, _: u64) -> Result<Option<Object>> {
            std::future::pending().await
        }

        async fn put(&self, _: &str, _: &str, _: Bytes, _: &str, _: Option<&str>) -> Result<Option<String>> {
            std::future::pending().await
        }

        async fn delete(&self, _: &str, _: &str) -> Result<()> {
            std::future::pending().await
        }
    }

    #[tokio::test]
    async fn a_store_that_says_nothing_is_our_own_time_out() {
        let store = Within::new(Silent, Instant::now() + Duration::from_millis(20));
        let errors = [
            store.get("b", "k", 1).await.unwrap_err(),
            store.put("b", "k", Bytes::new(), "text/plain", None).await.unwrap_err(),
            store.delete("b", "k").await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::Deadline);
            assert!(!error.is_caller_fault() && error.message().contains('k'), "{error}");
        }
    }

    #[tokio::test]
    async fn one_that_answers_is_not_in_the_way() {
        let store = Within::new(MemoryStore::new(), Instant::now() + Duration::from_secs(10));
        assert!(store.put("b", "k", Bytes::from_static(b"1"), "text/plain", None).await.unwrap().is_some());
        assert_eq!(store.get("b", "k", 1).await.unwrap().unwrap().body, "1");
        store.delete("b", "k").await.unwrap();
        assert_eq!(store.get("b", "k", 1).await.unwrap(), None);
    }
}
