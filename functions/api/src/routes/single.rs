//! What a vendor's interface answers of a file: the invoices on its first page. Knows nothing of either vendor.

use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use bytes::Bytes;
use fapiao::document::Limits;
use fapiao::error::{Error, ErrorKind, Result};
use fapiao::pipeline::Pipeline;
use fapiao::provider::Chain;
use fapiao::report::{PageInfo, Reading};
use fapiao::sentence::{fault, request as says};
use fapiao::worker::Part;

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
pub(super) struct Page {
    /// Its invoices, in reading order; none where it holds something else.
    pub readings: Vec<Reading>,
    /// The page itself.
    pub info: PageInfo,
}

/// Who reads for a client; none for the configured chain.
///
/// # Errors
/// `provider_auth` when the client is to get a provider that is not there.
pub(super) fn provider<'c>(chain: &Chain, client: &'c Client) -> Result<Option<&'c str>> {
    match client.provider.as_deref() {
        Some(name) if !chain.has(name) => Err(Error::new(ErrorKind::ProviderAuth, says::provider_not_configured(name))
            .with_hint(says::configure_provider())),
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
/// What is wrong with the file, and what kept it from being read; never that it holds no invoice.
pub(super) async fn read(
    pipeline: &Pipeline,
    file: Bytes,
    bounds: &Bounds,
    selected: Option<&str>,
    deadline: Instant,
) -> Result<Page> {
    let max_bytes = pipeline.limits().max_bytes.min(bounds.max_bytes);
    check_size(&file, max_bytes)?;
    let mut page = Page { readings: Vec::new(), info: PageInfo::default() };
    for part in first_page(pipeline, file, max_bytes, deadline).await? {
        let readings = match part {
            Ok(part) => {
                check_sides(&part, &bounds.sides)?;
                let (width, height) = part.dimensions;
                page.info = PageInfo { width, height, rotation: 0 };
                ask(pipeline.chain(), &part, selected, deadline).await
            }
            Err(error) => Err(error),
        };
        match readings {
            Ok(readings) => page.readings.extend(readings),
            Err(error) if is_no_invoice(&error) => {}
            Err(error) => return Err(error),
        }
    }
    page.info = page.readings.first().map_or(page.info, |reading| reading.page);
    Ok(page)
}

/// What is read as one invoice each, and why something is not: all that begins on a file's first page.
async fn first_page(pipeline: &Pipeline, file: Bytes, max_bytes: u64, deadline: Instant) -> Result<Vec<Result<Part>>> {
    let archive = || Error::new(ErrorKind::UnsupportedFormat, fault::no_first_page());
    let is_empty = file.is_empty();
    let limits = Limits { max_bytes, ..*pipeline.limits() };
    let file = match pipeline.workers().open(file, &limits, deadline).await {
        Err(error) if error.kind() == ErrorKind::Empty && !is_empty => return Err(archive()),
        opened => opened?,
    };
    if file.pages.is_none() {
        return Err(archive());
    }
    let parts = file.parts.into_iter().filter(|(place, _)| place.pages.first().is_none_or(|page| *page == 1));
    Ok(parts.map(|(_, part)| part).collect())
}

async fn ask(chain: &Chain, part: &Part, selected: Option<&str>, deadline: Instant) -> Result<Vec<Reading>> {
    let asked = tokio::time::timeout_at((deadline + GRACE).into(), chain.read(part, selected, deadline)).await;
    let late = |_| Error::new(ErrorKind::Deadline, fault::reading_too_long());
    let papers = asked.map_err(late)?.answer?.papers;
    Ok(papers.into_iter().filter_map(|paper| paper.reading.ok()).collect())
}

/// Whether it was looked at and is simply none, or none that can be made out.
fn is_no_invoice(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NoInvoice | ErrorKind::UnreadInvoice)
}

/// Before anything else is looked at: what is too large need not be a file.
fn check_size(file: &Bytes, max_bytes: u64) -> Result<()> {
    if file.len() as u64 <= max_bytes {
        return Ok(());
    }
    Err(Error::new(ErrorKind::TooLarge, fault::too_many_bytes(file.len(), max_bytes)))
}

fn check_sides(part: &Part, sides: &RangeInclusive<u32>) -> Result<()> {
    let (width, height) = part.dimensions;
    if !part.format.is_picture() || (sides.contains(&width) && sides.contains(&height)) {
        return Ok(());
    }
    let message = fault::side_out_of_range(width, height, *sides.start(), *sides.end());
    Err(Error::new(ErrorKind::BadDimensions, message))
}
