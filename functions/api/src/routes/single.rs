//! The one invoice that a vendor's interface answers: that on a file's first page. Knows nothing of either vendor.

use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use bytes::Bytes;
use fapiao::document::{Document, Format, Limits};
use fapiao::error::{Error, ErrorKind, Result};
use fapiao::pipeline::Pipeline;
use fapiao::provider::Chain;
use fapiao::report::{PageInfo, Reading};

use crate::clients::Client;

/// Providers keep the deadline themselves; who does not is not waited for.
const GRACE: Duration = Duration::from_millis(500);

/// What an interface takes.
pub(super) struct Bounds {
    /// Bytes of the file, where our own limit is not smaller.
    pub max_bytes: u64,
    /// Pixels of a picture's sides.
    pub sides: RangeInclusive<u32>,
}

/// What stands on the page.
pub(super) enum Found {
    /// An invoice.
    Invoice(Box<Reading>),
    /// Something else.
    Other(PageInfo),
}

/// Who reads for a client; none for the configured chain.
///
/// # Errors
/// `provider_auth` when the client is to get a provider that is not there.
pub(super) fn provider<'c>(chain: &Chain, client: &'c Client) -> Result<Option<&'c str>> {
    match client.provider.as_deref() {
        Some(name) if !chain.has(name) => {
            let message = format!("the provider `{name}`, which this client is to get, is not configured");
            Err(Error::new(ErrorKind::ProviderAuth, message)
                .with_hint("Configure the provider, or take it out of the client's entry in the API's secret."))
        }
        name => Ok(name),
    }
}

/// Tells the log of what is not the document's own fault: vendors' codes say little of it.
pub(super) fn tell_log(error: &Error) {
    if !error.is_caller_fault() {
        tracing::error!(code = error.code(), message = error.message(), hint = error.hint(), "not read");
    }
}

/// Reads the first page.
///
/// # Errors
/// What is wrong with the file, and what kept it from being read; never that it is no invoice.
pub(super) async fn read(
    pipeline: &Pipeline,
    file: Bytes,
    bounds: &Bounds,
    selected: Option<&str>,
    deadline: Instant,
) -> Result<Found> {
    let max_bytes = pipeline.limits().max_bytes.min(bounds.max_bytes);
    check_size(&file, max_bytes)?;
    let document = open(file, Limits { max_bytes, ..*pipeline.limits() }).await?;
    check_sides(&document, &bounds.sides)?;
    let (width, height) = document.dimensions();
    let part = document.into();
    let reading = pipeline.chain().read(&part, selected, deadline);
    let answer = match tokio::time::timeout_at((deadline + GRACE).into(), reading).await {
        Ok(outcome) => outcome.answer,
        Err(_) => Err(Error::new(ErrorKind::Deadline, "reading takes longer than a request may")),
    };
    match answer {
        Ok(answer) => Ok(Found::Invoice(Box::new(answer.reading))),
        Err(error) if error.kind() == ErrorKind::NoInvoice => Ok(Found::Other(PageInfo { width, height, rotation: 0 })),
        Err(error) => Err(error),
    }
}

/// The first page of a file, opened away from the async threads where that takes time.
async fn open(file: Bytes, limits: Limits) -> Result<Document> {
    let format = Format::by_first_bytes(&file)?;
    let first_page = move || {
        let document = Document::open(file, &limits)?;
        Ok(if document.pages() > 1 { document.part(0..1) } else { document })
    };
    if format.is_picture() {
        return first_page();
    }
    let opened = tokio::task::spawn_blocking(first_page).await;
    opened.unwrap_or_else(|_| Err(Error::new(ErrorKind::Internal, "the file could not be opened")))
}

/// Before anything else is looked at: what is too large need not be a file.
fn check_size(file: &Bytes, max_bytes: u64) -> Result<()> {
    if file.len() as u64 <= max_bytes {
        return Ok(());
    }
    Err(Error::new(ErrorKind::TooLarge, format!("the file has {} bytes; at most {max_bytes} are allowed", file.len())))
}

fn check_sides(document: &Document, sides: &RangeInclusive<u32>) -> Result<()> {
    let (width, height) = document.dimensions();
    if !document.format().is_picture() || (sides.contains(&width) && sides.contains(&height)) {
        return Ok(());
    }
    let message = format!("{width} x {height} pixels: each side may have {} to {}", sides.start(), sides.end());
    Err(Error::new(ErrorKind::BadDimensions, message))
}
