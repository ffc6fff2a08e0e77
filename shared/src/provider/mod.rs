//! Whoever reads a document: the trait, and who is asked in which order.
//! Knows nothing of buckets, events or HTTP routes.

mod chain;

use std::time::Instant;

use async_trait::async_trait;

use crate::document::Document;
use crate::error::Result;
use crate::report::Reading;

pub use chain::{Chain, Outcome};

/// A provider's answer to one document.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// What it read.
    pub reading: Reading,
    /// Its model or interface version.
    pub model: Option<String>,
    /// The vendor's own id of the request.
    pub request_id: Option<String>,
    /// What was done to the document to make it fit.
    pub adapted: Option<String>,
}

/// Reads documents.
#[async_trait]
pub trait Provider: Send + Sync {
    /// The name used in configuration, keys and Reports.
    fn name(&self) -> &'static str;

    /// Reads the invoice on the document's first page, or fails before `deadline`.
    ///
    /// # Errors
    /// `no_invoice` when the document is readable but not this provider's paper; provider errors for vendors.
    async fn read(&self, document: &Document, deadline: Instant) -> Result<Answer>;
}
