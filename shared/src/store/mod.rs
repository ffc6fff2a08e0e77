//! Object storage behind a narrow trait: S3, and an in-memory twin that behaves alike.
//! Knows nothing of invoices.

use async_trait::async_trait;
use bytes::Bytes;

use crate::error::Result;

/// What is known of an object without its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectHead {
    /// Bytes.
    pub size: u64,
    /// Without quotes.
    pub etag: String,
    /// Where the bucket keeps versions.
    pub version_id: Option<String>,
}

/// An object with its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object {
    /// What is known of it.
    pub head: ObjectHead,
    /// Its content.
    pub body: Bytes,
}

/// What must hold for a write to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Precondition {
    /// No object stands at the key (If-None-Match: *).
    Absent,
    /// The object at the key still has this etag (If-Match).
    Unchanged(String),
}

/// How a conditional write came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PutOutcome {
    /// Written; the new etag.
    Written(String),
    /// Someone else was first (412), or is writing now (409): read again and decide anew.
    Lost,
}

/// Where documents come from and Reports go.
#[async_trait]
pub trait Store: Send + Sync {
    /// The object, unless it is missing. Larger ones than `max_bytes` fail with `too_large` before the body is read.
    async fn get(&self, bucket: &str, key: &str, max_bytes: u64) -> Result<Option<Object>>;

    /// Writes when the precondition holds.
    async fn put(
        &self,
        bucket: &str,
        key: &str,
        body: Bytes,
        content_type: &str,
        condition: Precondition,
    ) -> Result<PutOutcome>;

    /// Removes the object; a missing one is no error.
    async fn delete(&self, bucket: &str, key: &str) -> Result<()>;
}
