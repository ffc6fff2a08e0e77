//! Object storage behind a narrow trait: S3, and an in-memory twin that behaves alike.
//! Knows nothing of invoices.

mod memory;
mod presigned;
mod s3;
mod versioned;
mod within;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use crate::error::{Error, ErrorKind, Result};
use crate::sentence::fault;

pub use memory::MemoryStore;
pub use presigned::{Presign, Upload};
pub use s3::S3Store;
pub use versioned::{Version, Versioned};
pub use within::Within;

/// The vendor code of a `storage` error when access was denied. Where listing is not allowed, S3 answers the same for a
/// missing key.
pub const ACCESS_DENIED: &str = "AccessDenied";

/// The content type of what we write.
pub const JSON: &str = "application/json";
/// The same, of what expires in the end: in S3 it carries the tag `fapiao=withdrawn`, by which the template's rule knows it.
/// What is written in its place carries none.
pub const EXPIRING_JSON: &str = "application/json; status=withdrawn";

/// An object with its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object {
    /// Without quotes.
    pub etag: String,
    /// Where the bucket keeps versions.
    pub version_id: Option<String>,
    /// Its content.
    pub body: Bytes,
}

/// An object without its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Without quotes.
    pub etag: String,
    /// Where the bucket keeps versions.
    pub version_id: Option<String>,
    /// Its size.
    pub bytes: u64,
}

/// Where documents come from and Reports go.
#[async_trait]
pub trait Store: Send + Sync {
    /// The object, unless it is missing. Larger ones than `max_bytes` fail before the body is read.
    ///
    /// # Errors
    /// `too_large`; `storage`, with [`ACCESS_DENIED`] as its vendor code where that is the reason.
    async fn get(&self, bucket: &str, key: &str, max_bytes: u64) -> Result<Option<Object>>;

    /// What stands at a key now, whatever its size; none when it is missing.
    ///
    /// # Errors
    /// As [`Self::get`].
    async fn head(&self, bucket: &str, key: &str) -> Result<Option<Head>> {
        let object = self.get(bucket, key, u64::MAX).await?;
        Ok(object.map(|Object { etag, version_id, body }| Head { etag, version_id, bytes: body.len() as u64 }))
    }

    /// Writes when what stands at the key is still what was seen there: the object with that etag (If-Match), or nothing
    /// (If-None-Match: *). Gives the etag of what stands there then, without quotes; none when it did not write: someone
    /// else was first (412) or is writing now (409), so read again and decide anew.
    ///
    /// # Errors
    /// `storage`.
    async fn put(
        &self,
        bucket: &str,
        key: &str,
        body: Bytes,
        content_type: &str,
        seen: Option<&str>,
    ) -> Result<Option<String>>;

    /// Removes the object; a missing one is no error.
    ///
    /// # Errors
    /// `storage`.
    async fn delete(&self, bucket: &str, key: &str) -> Result<()>;
}

#[async_trait]
impl<S: Store + ?Sized> Store for Arc<S> {
    async fn get(&self, bucket: &str, key: &str, max_bytes: u64) -> Result<Option<Object>> {
        (**self).get(bucket, key, max_bytes).await
    }

    async fn head(&self, bucket: &str, key: &str) -> Result<Option<Head>> {
        (**self).head(bucket, key).await
    }

    async fn put(
        &self,
        bucket: &str,
        key: &str,
        body: Bytes,
        content_type: &str,
        seen: Option<&str>,
    ) -> Result<Option<String>> {
        (**self).put(bucket, key, body, content_type, seen).await
    }

    async fn delete(&self, bucket: &str, key: &str) -> Result<()> {
        (**self).delete(bucket, key).await
    }
}

pub(crate) fn too_large(size: u64, max_bytes: u64) -> Error {
    Error::new(ErrorKind::TooLarge, fault::more_bytes_than(size, max_bytes))
}
