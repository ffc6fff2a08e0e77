//! Folders of small files, read by stand-ins and by the real reader of text.

use std::sync::Arc;

use async_trait::async_trait;
use fapiao::desk::Desk;
use fapiao::document::Limits;
use fapiao::provider::{Answer, Chain, Embedded, Provider};
use fapiao::worker::{Part, Workers};
use tempfile::TempDir;

use super::*;

/// Reads wide pages, finds nothing on square ones, and breaks down on tall ones.
struct ByShape;

#[async_trait]
impl Provider for ByShape {
    fn name(&self) -> &'static str {
        "by_shape"
    }

    async fn read(&self, part: &Part, _deadline: Instant) -> Result<Answer, Error> {
        let (width, height) = part.dimensions;
        match width.cmp(&height) {
            std::cmp::Ordering::Greater => Ok(Answer::default()),
            std::cmp::Ordering::Equal => Err(Error::new(ErrorKind::NoInvoice, "square")),
            std::cmp::Ordering::Less => Err(Error::new(ErrorKind::ProviderQuota, "tall")),
        }
    }
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut png = io::Cursor::new(Vec::new());
    image::RgbImage::new(width, height).write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

fn pipeline(provider: Arc<dyn Provider>, limits: Limits) -> Pipeline {
    Pipeline::new(Workers::here(Desk::new("no/models")), Chain::new(vec![provider]), limits)
}

async fn read_files(files: &[(&str, &[u8])]) -> (Tally, TempDir) {
    read_files_with(Arc::new(ByShape), files).await
}

async fn read_files_with(provider: Arc<dyn Provider>, files: &[(&str, &[u8])]) -> (Tally, TempDir) {
    let (input, output) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let paths = files.iter().map(|(name, content)| {
        std::fs::write(input.path().join(name), content).unwrap();
        input.path().join(name)
    });
    let limits = Limits { max_bytes: 100_000, ..Limits::default() };
    let pipeline = pipeline(provider, limits);
    let paths = paths.collect();
    let tally = read_all(&pipeline, paths, output.path(), 2, &Progress::new(files.len())).await;
    (tally, output)
}

fn report(output: &TempDir, name: &str) -> Report {
    serde_json::from_slice(&std::fs::read(output.path().join(name)).unwrap()).unwrap()
}

#[tokio::test]
async fn every_picture_gets_a_report_and_other_files_are_skipped() {
    let (wide, square, tall) = (png(200, 100), png(100, 100), png(100, 200));
    let mut large = wide.clone();
    large.resize(100_001, 0);
    let (tally, output) = read_files(&[
        ("发票 1.png", &wide),
        ("square.png", &square),
        ("tall.png", &tall),
        ("large.png", &large),
        ("label.json", b"{}"),
        ("text.jpg", b"hello"),
        ("film.bin", &vec![0; 100_001]),
    ])
    .await;
    assert_eq!((tally.read, tally.rejected, tally.failed, tally.skipped), (1, 2, 1, 3));
    assert_eq!(report(&output, "发票 1.png.json").status, Status::Read);
    assert_eq!(report(&output, "square.png.json").status, Status::Rejected);
    assert_eq!(report(&output, "tall.png.json").status, Status::Failed);
    let too_large = report(&output, "large.png.json");
    assert_eq!((too_large.error.unwrap().code.as_str(), too_large.source.bytes), ("too_large", Some(100_001)));
    let list = std::fs::read_to_string(output.path().join(crate::list::NAME)).unwrap();
    // A head, and a line for every file.
    assert_eq!(list.lines().count(), 8, "{list}");
    assert!(
        list.contains("text.jpg,,,skipped,,\"the content is plain text")
            || list.contains("text.jpg,,,skipped,,the content is plain text"),
        "{list}"
    );
    assert!(tally.to_string().contains("0 verified, 1 to review") && !tally.is_complete(), "{tally}");
    assert_eq!(std::fs::read_dir(output.path()).unwrap().count(), 5);
}

#[tokio::test]
async fn the_screen_says_of_an_invoice_that_is_there_twice_what_the_list_says() {
    let invoice = include_bytes!("../../../tests/fixtures/text-two-pages.pdf");
    // A page of text needs no models.
    let (tally, output) = read_files_with(Arc::new(Embedded), &[("b.pdf", invoice), ("a.pdf", invoice)]).await;
    let list = std::fs::read_to_string(output.path().join(crate::list::NAME)).unwrap();
    let verdicts = |verdict| list.matches(&format!(",read,{verdict},")).count();
    assert_eq!((verdicts("verified"), verdicts("review")), (1, 1), "{list}");
    assert!(tally.to_string().ends_with("invoices: 1 verified, 1 to review"), "{tally}");
    let repeated = tally.list.unwrap().repeated;
    assert!(repeated.len() == 1 && repeated[0].starts_with("b.pdf: to review: a.pdf has brought"), "{repeated:?}");
}

#[tokio::test]
async fn no_single_file_is_called_verified() {
    let pipeline = pipeline(Arc::new(Embedded), Limits::default());
    for (file, line) in [
        (include_bytes!("../../../tests/fixtures/text-two-pages.pdf").as_slice(), "read"),
        (include_bytes!("../../../tests/fixtures/text-two-invoices.pdf").as_slice(), "read: 2 invoices"),
    ] {
        let deadline = Instant::now() + PATIENCE;
        let report = pipeline.read(Bytes::from_static(file), Source::default(), None, deadline).await.unwrap();
        assert_eq!((report.verdict, Fate::of(&report).to_string().as_str()), (Some(Verdict::Verified), line));
    }
}

#[tokio::test]
async fn a_list_that_cannot_be_written_leaves_the_work_incomplete() {
    let output = tempfile::tempdir().unwrap();
    std::fs::create_dir(output.path().join(crate::list::NAME)).unwrap();
    let pipeline = pipeline(Arc::new(ByShape), Limits::default());
    let tally = read_all(&pipeline, Vec::new(), output.path(), 1, &Progress::new(0)).await;
    assert!(!tally.is_complete() && tally.failed == 0);
}

#[tokio::test]
async fn a_report_names_no_file() {
    let (_, output) = read_files(&[("secret-name.png", &png(200, 100))]).await;
    let text = std::fs::read_to_string(output.path().join("secret-name.png.json")).unwrap();
    assert!(!text.contains("secret-name"));
}
