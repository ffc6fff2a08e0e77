//! Our own reader as a provider: no account, no network. Knows nothing of how a part is read, nor of events or routes.

use std::sync::LazyLock;
use std::time::Instant;

use async_trait::async_trait;

use super::{Answer, Provider};
use crate::desk::MODEL;
use crate::error::Result;
use crate::worker::Part;

/// The name in configuration, keys and Reports.
pub const NAME: &str = "embedded";
/// The release and its models: what another one reads may differ.
static ENGINE: LazyLock<String> = LazyLock::new(|| format!("{}-{MODEL}", env!("CARGO_PKG_VERSION")));

/// The embedded reader: whoever has opened the part reads it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Embedded;

#[async_trait]
impl Provider for Embedded {
    fn name(&self) -> &'static str {
        NAME
    }

    fn version(&self) -> &str {
        &ENGINE
    }

    async fn read(&self, part: &Part, deadline: Instant) -> Result<Answer> {
        let seen = part.read(deadline).await?;
        let model = Some(seen.by.model());
        Ok(Answer { papers: seen.papers, model, request_id: None, adapted: None })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use bytes::Bytes;
    use image::RgbImage;

    use super::*;
    use crate::desk::{Desk, PageReader};
    use crate::document::Limits;
    use crate::error::ErrorKind;
    use crate::ocr::PageText;
    use crate::worker::Workers;

    async fn read(desk: Desk, time: Duration) -> Result<Answer> {
        let mut png = std::io::Cursor::new(Vec::new());
        RgbImage::new(200, 100).write_to(&mut png, image::ImageFormat::Png).unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        let file = Workers::here(desk).open(Bytes::from(png.into_inner()), &Limits::default(), deadline).await.unwrap();
        Embedded.read(file.parts[0].1.as_ref().unwrap(), Instant::now() + time).await
    }

    fn desk(engine: impl PageReader + 'static) -> Desk {
        Desk::with_engine(Arc::new(engine))
    }

    const LONG: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn a_page_without_text_is_no_invoice() {
        let desk = desk(|page: &RgbImage| {
            assert_eq!(page.dimensions(), (200, 100));
            Ok(PageText::default())
        });
        assert_eq!(read(desk, LONG).await.unwrap_err().kind(), ErrorKind::NoInvoice);
    }

    #[tokio::test]
    async fn missing_models_are_a_fault_of_ours() {
        assert_eq!(read(Desk::new("no/such/directory"), LONG).await.unwrap_err().kind(), ErrorKind::Internal);
    }

    #[tokio::test]
    async fn what_takes_too_long_is_given_up_at_the_deadline() {
        let desk = desk(|_: &RgbImage| {
            std::thread::sleep(Duration::from_millis(500));
            Ok(PageText::default())
        });
        let start = Instant::now();
        let error = read(desk, Duration::from_millis(50)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Deadline);
        assert!(start.elapsed() < Duration::from_millis(450));
    }

    #[tokio::test]
    async fn a_panic_inside_is_a_fault_of_ours() {
        let desk = desk(|_: &RgbImage| -> Result<PageText> { panic!("as told") });
        assert_eq!(read(desk, LONG).await.unwrap_err().kind(), ErrorKind::Internal);
    }
}
