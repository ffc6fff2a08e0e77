//! One kind of JSON object in one bucket, changed only by whoever has seen what stands there. Decides once what a
//! missing and a damaged object mean. Knows nothing of what the objects say.

use std::marker::PhantomData;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{JSON, Store};
use crate::error::{Error, ErrorKind, Result};

/// Objects of one kind in one bucket.
#[derive(Debug)]
pub struct Versioned<S, T> {
    store: S,
    bucket: String,
    max_bytes: u64,
    kind: PhantomData<fn() -> T>,
}

/// What stood at a key when it was looked at, and what a change of it depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version<T> {
    /// None where nothing stands, or nothing that is such an object.
    pub value: Option<T>,
    etag: Option<String>,
}

impl<T> Version<T> {
    /// Nothing stands there.
    pub fn absent() -> Self {
        Self { value: None, etag: None }
    }
}

impl<S: Store, T: DeserializeOwned> Versioned<S, T> {
    /// Objects of at most `max_bytes` in that bucket.
    pub fn new(store: S, bucket: impl Into<String>, max_bytes: u64) -> Self {
        Self { store, bucket: bucket.into(), max_bytes, kind: PhantomData }
    }

    /// What stands at a key.
    ///
    /// # Errors
    /// `storage`, also where looking is refused: what may not be looked at must not be taken for nothing. `too_large` for
    /// the same reason.
    pub async fn load(&self, key: &str) -> Result<Version<T>> {
        match self.store.get(&self.bucket, key, self.max_bytes).await {
            Ok(None) => Ok(Version::absent()),
            Ok(Some(object)) => {
                Ok(Version { value: serde_json::from_slice(&object.body).ok(), etag: Some(object.etag) })
            }
            Err(error) => Err(error),
        }
    }

    /// Writes, unless something else stands there by now; says whether it did.
    ///
    /// # Errors
    /// `storage`; `internal` for what is larger than may be looked at again.
    pub async fn save(&self, key: &str, value: &impl Serialize, seen: &Version<T>) -> Result<bool> {
        Ok(self.put(JSON, key, value, seen).await?.is_some())
    }

    /// As [`Self::save`], as [`JSON`] or [`EXPIRING_JSON`](super::EXPIRING_JSON). Gives what stands there then, so that nobody
    /// has to look at what he has written himself.
    ///
    /// # Errors
    /// The same.
    pub async fn replace(&self, kind: &str, key: &str, value: T, seen: &Version<T>) -> Result<Option<Version<T>>>
    where
        T: Serialize,
    {
        let etag = self.put(kind, key, &value, seen).await?;
        Ok(etag.map(|etag| Version { value: Some(value), etag: Some(etag) }))
    }

    async fn put(&self, kind: &str, key: &str, value: &impl Serialize, seen: &Version<T>) -> Result<Option<String>> {
        let body = serde_json::to_vec_pretty(value).map_err(|error| unwritable(key, &error.to_string()))?;
        if body.len() as u64 > self.max_bytes {
            return Err(unwritable(key, &format!("its {} bytes are more than {}", body.len(), self.max_bytes)));
        }
        self.store.put(&self.bucket, key, Bytes::from(body), kind, seen.etag.as_deref()).await
    }

    /// Removes what stands there, whatever it is.
    ///
    /// # Errors
    /// `storage`.
    pub async fn delete(&self, key: &str) -> Result<()> {
        self.store.delete(&self.bucket, key).await
    }
}

fn unwritable(key: &str, why: &str) -> Error {
    Error::new(ErrorKind::Internal, format!("{key} cannot be written: {why}"))
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;

    use super::*;
    use crate::store::{ACCESS_DENIED, MemoryStore, Object};

    fn numbers(store: &MemoryStore) -> Versioned<MemoryStore, u32> {
        Versioned::new(store.clone(), "out", 10)
    }

    #[tokio::test]
    async fn only_who_has_seen_what_stands_there_may_change_it() {
        let store = MemoryStore::new();
        let numbers = numbers(&store);
        let nothing = numbers.load("a").await.unwrap();
        assert_eq!(nothing, Version::absent());
        assert!(numbers.save("a", &1, &nothing).await.unwrap());
        assert!(!numbers.save("a", &2, &nothing).await.unwrap());
        let one = numbers.load("a").await.unwrap();
        assert_eq!(one.value, Some(1));
        assert!(numbers.save("a", &3, &one).await.unwrap());
        assert!(!numbers.save("a", &4, &one).await.unwrap());
        let three = numbers.load("a").await.unwrap();
        let four = numbers.replace(JSON, "a", 4, &three).await.unwrap().unwrap();
        assert_eq!((four.value, &four), (Some(4), &numbers.load("a").await.unwrap()));
        assert_eq!(numbers.replace(JSON, "a", 5, &three).await.unwrap(), None);
        numbers.delete("a").await.unwrap();
        assert!(!numbers.save("a", &5, &one).await.unwrap());
    }

    #[tokio::test]
    async fn a_damaged_object_has_no_value_and_can_be_replaced() {
        let store = MemoryStore::new();
        store.upload("out", "a", "{");
        let damaged = numbers(&store).load("a").await.unwrap();
        assert_eq!(damaged.value, None);
        assert!(!numbers(&store).save("a", &1, &Version::absent()).await.unwrap());
        assert!(numbers(&store).save("a", &1, &damaged).await.unwrap());
    }

    #[tokio::test]
    async fn what_is_too_large_is_neither_taken_for_nothing_nor_written() {
        let store = MemoryStore::new();
        store.upload("out", "a", "12345678901");
        assert_eq!(numbers(&store).load("a").await.unwrap_err().kind(), ErrorKind::TooLarge);
        let error = numbers(&store).save("b", &"12345678901", &Version::absent()).await.unwrap_err();
        assert_eq!((error.kind(), store.keys("out").len()), (ErrorKind::Internal, 1));
    }

    /// Shows nothing to anybody.
    struct Forbidding;

    #[async_trait]
    impl Store for Forbidding {
        async fn get(&self, _: &str, _: &str, _: u64) -> Result<Option<Object>> {
            Err(Error::new(ErrorKind::Storage, "no").with_vendor_code(ACCESS_DENIED))
        }

        async fn put(&self, _: &str, _: &str, _: Bytes, _: &str, _: Option<&str>) -> Result<Option<String>> {
            Ok(Some("e".to_owned()))
        }

        async fn delete(&self, _: &str, _: &str) -> Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_forbidden_key_is_not_taken_for_a_missing_one() {
        let numbers: Versioned<_, u32> = Versioned::new(Forbidding, "out", 10);
        let error = numbers.load("a").await.unwrap_err();
        assert_eq!((error.kind(), error.vendor_code()), (ErrorKind::Storage, Some(ACCESS_DENIED)));
    }
}
