//! The store's twin in memory, with the conditional semantics of S3. Knows nothing of networks.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::{Head, Object, Store, too_large};
use crate::error::Result;

/// Objects in a map; every call takes one lock, so writes are as atomic as on S3. Clones are the same store.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    objects: BTreeMap<(String, String), Object>,
    puts: u64,
    bodies_read: u64,
}

impl MemoryStore {
    /// Nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// An upload by somebody else: unconditional. Gives the etag.
    pub fn upload(&self, bucket: &str, key: &str, body: impl Into<Bytes>) -> String {
        self.lock().insert(bucket, key, body.into())
    }

    /// The keys of one bucket, in order.
    pub fn keys(&self, bucket: &str) -> Vec<String> {
        let state = self.lock();
        let keys = state.objects.keys().filter(|(b, _)| b == bucket);
        keys.map(|(_, key)| key.clone()).collect()
    }

    /// How many conditional writes were tried.
    pub fn puts(&self) -> u64 {
        self.lock().puts
    }

    /// How many times a body was handed out.
    pub fn bodies_read(&self) -> u64 {
        self.lock().bodies_read
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn insert(&mut self, bucket: &str, key: &str, body: Bytes) -> String {
        let etag = hex::encode(&Sha256::digest(&body)[..16]);
        let object = Object { etag: etag.clone(), version_id: None, body };
        self.objects.insert((bucket.to_owned(), key.to_owned()), object);
        etag
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn get(&self, bucket: &str, key: &str, max_bytes: u64) -> Result<Option<Object>> {
        let mut state = self.lock();
        let Some(object) = state.objects.get(&(bucket.to_owned(), key.to_owned())).cloned() else {
            return Ok(None);
        };
        let size = object.body.len() as u64;
        if size > max_bytes {
            return Err(too_large(size, max_bytes));
        }
        state.bodies_read += 1;
        Ok(Some(object))
    }

    async fn head(&self, bucket: &str, key: &str) -> Result<Option<Head>> {
        let state = self.lock();
        let object = state.objects.get(&(bucket.to_owned(), key.to_owned()));
        Ok(object.map(|object| Head {
            etag: object.etag.clone(),
            version_id: object.version_id.clone(),
            bytes: object.body.len() as u64,
        }))
    }

    async fn put(&self, bucket: &str, key: &str, body: Bytes, _: &str, seen: Option<&str>) -> Result<Option<String>> {
        let mut state = self.lock();
        state.puts += 1;
        let standing = state.objects.get(&(bucket.to_owned(), key.to_owned()));
        let holds = standing.map(|object| object.etag.as_str()) == seen;
        Ok(holds.then(|| state.insert(bucket, key, body)))
    }

    async fn delete(&self, bucket: &str, key: &str) -> Result<()> {
        self.lock().objects.remove(&(bucket.to_owned(), key.to_owned()));
        Ok(())
    }
}
