//! Who reads files, as far as objects are concerned: so that what happens to objects can be tried without any reading.

use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;

use super::{Failure, Pipeline};
use crate::error::Error;
use crate::report::{CheckedInvoice, Report, Source};

/// Reads the files that objects hold.
#[async_trait]
pub trait ReadFiles: Send + Sync {
    /// Reads every invoice in the file at `key`, but for those that an earlier attempt has read of the same bytes.
    ///
    /// # Errors
    /// Everything that is not the document's own fault.
    async fn read(
        &self,
        key: &str,
        bytes: Bytes,
        source: Source,
        known: Vec<CheckedInvoice>,
        deadline: Instant,
    ) -> Result<Report, Failure>;

    /// The Report for a file that is refused without being looked at.
    fn reject(&self, error: Error, source: Source) -> Report;

    /// Larger files are refused.
    fn max_bytes(&self) -> u64;
}

#[async_trait]
impl ReadFiles for Pipeline {
    async fn read(
        &self,
        key: &str,
        bytes: Bytes,
        source: Source,
        known: Vec<CheckedInvoice>,
        deadline: Instant,
    ) -> Result<Report, Failure> {
        self.read_rest(bytes, source, known, selected(self, key), deadline).await
    }

    fn reject(&self, error: Error, source: Source) -> Report {
        Self::reject(self, error, source)
    }

    fn max_bytes(&self) -> u64 {
        self.limits().max_bytes
    }
}

/// A first segment that names a configured provider selects it.
fn selected<'k>(pipeline: &Pipeline, key: &'k str) -> Option<&'k str> {
    let (first, _) = key.split_once('/')?;
    pipeline.chain().has(first).then_some(first)
}
