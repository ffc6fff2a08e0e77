//! Files that are too large for a request: a link into the input bucket, and what has become of the file. Knows nothing of
//! requests, nor of how the file is read.
//!
//! - here: links given, Reports found
//! - [`id`]: what a client asks after

mod id;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use fapiao::error::Result;
use fapiao::pipeline::report_key;
use fapiao::store::{Presign, Store, Upload};

use crate::clients::Client;
use id::{UploadId, safe_name};

/// Long enough for 50 MB over a telephone. The function's own credentials, which sign it, are good for hours.
const LINK: Duration = Duration::from_secs(15 * 60);
/// What began before the link ended may still be under way.
const GRACE: Duration = Duration::from_secs(10 * 60);
/// What an answer of a function may carry, with room for its head.
pub(crate) const MAX_REPORT_BYTES: u64 = 5_900_000;

/// Where uploads go and Reports come from.
pub trait Buckets: Store + Presign {}

impl<S: Store + Presign> Buckets for S {}

/// Uploads of all clients, each to itself.
pub struct Uploads {
    buckets: Arc<dyn Buckets>,
    input: String,
    output: String,
    clock: fn() -> SystemTime,
}

/// What is to be uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) bytes: u64,
}

/// A link, and the name under which to ask for the Report.
pub(crate) struct Link {
    pub(crate) id: String,
    pub(crate) url: String,
    /// When it ends.
    pub(crate) ends: SystemTime,
}

/// What has become of an upload.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Its Report.
    Answered(Bytes),
    /// It is under way, waits, or is being read.
    Pending,
    /// It was not uploaded while its link was good.
    Expired,
    /// This client has no such upload.
    Unknown,
}

impl fmt::Debug for Uploads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Uploads").field("input", &self.input).field("output", &self.output).finish_non_exhaustive()
    }
}

impl Uploads {
    /// Files go into the input bucket, whose Reports appear in the output bucket.
    pub fn new(buckets: Arc<dyn Buckets>, input: impl Into<String>, output: impl Into<String>) -> Self {
        Self { buckets, input: input.into(), output: output.into(), clock: SystemTime::now }
    }

    /// The same, with another notion of time.
    #[must_use]
    pub fn with_clock(self, clock: fn() -> SystemTime) -> Self {
        Self { clock, ..self }
    }

    /// A link for one file.
    ///
    /// # Errors
    /// `storage` when it cannot be signed.
    pub(crate) async fn begin(&self, client: &Client, wanted: &Wanted) -> Result<Link> {
        let ends = (self.clock)() + LINK;
        let id = UploadId {
            nonce: rand::random(),
            ends: u32::try_from(seconds(ends)).unwrap_or(u32::MAX),
            provider: client.provider.clone(),
            name: safe_name(&wanted.name),
        };
        let url = self.sign(&id.key(&client.name), &wanted.media_type, wanted.bytes).await?;
        Ok(Link { id: id.text(&client.name), url, ends })
    }

    /// What has become of it. The Report is looked for first: it says more than the clock.
    ///
    /// # Errors
    /// `storage`; `too_large` for a Report that no answer can carry.
    pub(crate) async fn outcome(&self, client: &Client, id: &str) -> Result<Outcome> {
        let Some(id) = UploadId::of(id, &client.name) else {
            return Ok(Outcome::Unknown);
        };
        let key = id.key(&client.name);
        if let Some(report) = self.buckets.get(&self.output, &report_key(&key), MAX_REPORT_BYTES).await? {
            return Ok(Outcome::Answered(report.body));
        }
        if seconds((self.clock)()) <= u64::from(id.ends) + GRACE.as_secs() {
            return Ok(Outcome::Pending);
        }
        let uploaded = self.buckets.head(&self.input, &key).await?;
        Ok(if uploaded.is_some() { Outcome::Pending } else { Outcome::Expired })
    }

    /// The file itself; none where this client has no such upload, or it has not arrived.
    ///
    /// # Errors
    /// `storage`; `too_large` beyond so many bytes.
    pub(crate) async fn file(&self, client: &Client, id: &str, max_bytes: u64) -> Result<Option<Bytes>> {
        let Some(id) = UploadId::of(id, &client.name) else { return Ok(None) };
        let file = self.buckets.get(&self.input, &id.key(&client.name), max_bytes).await?;
        Ok(file.map(|file| file.body))
    }

    /// Scheme and host of the links, for whoever tells a browser where it may connect to.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub async fn origin(&self) -> Result<String> {
        let url = self.sign("api/origin", "text/plain", 1).await?;
        let end = url.match_indices('/').nth(2).map_or(url.len(), |(at, _)| at);
        Ok(url.get(..end).unwrap_or_default().to_owned())
    }

    async fn sign(&self, key: &str, content_type: &str, bytes: u64) -> Result<String> {
        self.buckets.presigned_put(&Upload { bucket: &self.input, key, content_type, bytes, valid: LINK }).await
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
