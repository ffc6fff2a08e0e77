//! Who reads files, as far as objects are concerned: so that what happens to objects can be tried without any reading.

use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;

use super::{Failure, Pipeline};
use crate::error::Error;
use crate::provider::Memory;
use crate::report::{CheckedInvoice, Report, Source};

/// Reads the files that objects hold.
#[async_trait]
pub trait ReadFiles: Clone + Send + Sync {
    /// Reads every invoice in the file at `key`, but for those that an earlier attempt has read of the same bytes; by this
    /// provider alone where one is named.
    ///
    /// # Errors
    /// Everything that is not the document's own fault.
    async fn read(
        &self,
        key: &str,
        provider: Option<&str>,
        bytes: Bytes,
        source: Source,
        known: Vec<CheckedInvoice>,
        deadline: Instant,
    ) -> Result<Report, Failure>;

    /// Begins what takes time and has to be there before a file is read.
    fn warm(&self) {}

    /// The same reader with answers that are remembered, where it asks for any.
    #[must_use]
    fn with_memory(&self, _memory: Memory) -> Self {
        self.clone()
    }

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
        provider: Option<&str>,
        bytes: Bytes,
        source: Source,
        known: Vec<CheckedInvoice>,
        deadline: Instant,
    ) -> Result<Report, Failure> {
        self.read_rest(bytes, source, known, provider.or_else(|| selected(self, key)), deadline).await
    }

    fn warm(&self) {
        self.workers().warm();
    }

    fn with_memory(&self, memory: Memory) -> Self {
        Self::with_memory(self.clone(), memory)
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
