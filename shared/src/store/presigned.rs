//! A link by which somebody without credentials writes one object. Knows nothing of who asks for it.

use std::time::Duration;

use async_trait::async_trait;

use super::{MemoryStore, S3Store};
use crate::error::Result;

/// What the link is for: nothing else can be written with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upload<'a> {
    /// The bucket.
    pub bucket: &'a str,
    /// The key.
    pub key: &'a str,
    /// The media type that has to be sent along.
    pub content_type: &'a str,
    /// Exactly so many bytes.
    pub bytes: u64,
    /// Until a write may begin, from now on; no longer than the credentials of whoever signs are good.
    pub valid: Duration,
}

/// Signs such links.
#[async_trait]
pub trait Presign: Send + Sync {
    /// The address to PUT to. Whoever has it may write, so it belongs into the answer alone and never into a log.
    ///
    /// # Errors
    /// `storage` when there are no credentials to sign with.
    async fn presigned_put(&self, upload: &Upload<'_>) -> Result<String>;
}

#[async_trait]
impl Presign for S3Store {
    async fn presigned_put(&self, upload: &Upload<'_>) -> Result<String> {
        self.sign_put(upload).await
    }
}

/// Leads nowhere: tests write by [`MemoryStore::upload`].
#[async_trait]
impl Presign for MemoryStore {
    async fn presigned_put(&self, upload: &Upload<'_>) -> Result<String> {
        Ok(format!("https://{}.memory.invalid/{}?signed={}", upload.bucket, upload.key, upload.bytes))
    }
}
