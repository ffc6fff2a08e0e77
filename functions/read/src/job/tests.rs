//! Folders of small files, read by stand-ins and by the real reader of text.

use std::sync::Arc;

use async_trait::async_trait;
use fapiao::desk::Desk;
use fapiao::document::Limits;
use fapiao::provider::{Answer, Chain, Embedded, Provider};
use fapiao::report::{Status, Verdict};
use fapiao::worker::{Part, Workers};
use tempfile::TempDir;

use super::*;
use crate::folder;

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

/// Two folders and a job between them.
struct Desktop {
    input: TempDir,
    output: TempDir,
    job: Job,
}

impl Desktop {
    fn new(provider: Arc<dyn Provider>, depth: Depth, prune: bool) -> Self {
        let (input, output) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let limits = Limits { max_bytes: 100_000, ..Limits::default() };
        let folders =
            Folders { input: input.path().to_owned(), output: output.path().to_owned(), depth, prune, lang: Lang::En };
        let job = Job::new(pipeline(provider, limits), folders, 2);
        Self { input, output, job }
    }

    fn put(&self, name: &str, content: &[u8]) {
        let path = self.input.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    async fn read(&self) -> Tally {
        let files = folder::content(self.input.path(), self.job.folders.depth).unwrap().files;
        let progress = Progress::new(files.len(), Lang::En);
        self.job.read(files, &progress).await
    }

    /// A new run over the same folders.
    fn again(self) -> Self {
        let job = Job::new(pipeline(Arc::new(ByShape), Limits::default()), self.job.folders, 2);
        Self { job, ..self }
    }

    fn list(&self) -> String {
        std::fs::read_to_string(self.output.path().join(write::CSV)).unwrap()
    }
}

async fn read_files(files: &[(&str, &[u8])]) -> (Tally, TempDir) {
    read_files_with(Arc::new(ByShape), files).await
}

async fn read_files_with(provider: Arc<dyn Provider>, files: &[(&str, &[u8])]) -> (Tally, TempDir) {
    let desktop = Desktop::new(provider, Depth::Flat, false);
    files.iter().for_each(|(name, content)| desktop.put(name, content));
    (desktop.read().await, desktop.output)
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
    let list = std::fs::read_to_string(output.path().join(write::CSV)).unwrap();
    // A head, and a line for every file.
    assert_eq!(list.lines().count(), 8, "{list}");
    assert!(
        list.contains("text.jpg,,,skipped,,\"the content is plain text")
            || list.contains("text.jpg,,,skipped,,the content is plain text"),
        "{list}"
    );
    assert!(tally.say(Lang::En).contains("0 verified, 1 to review") && !tally.is_complete(), "{tally:?}");
    assert_eq!(std::fs::read_dir(output.path()).unwrap().count(), 6);
}

#[tokio::test]
async fn the_screen_says_of_an_invoice_that_is_there_twice_what_the_list_says() {
    let invoice = include_bytes!("../../../../tests/fixtures/text-two-pages.pdf");
    // A page of text needs no models.
    let (tally, output) = read_files_with(Arc::new(Embedded), &[("b.pdf", invoice), ("a.pdf", invoice)]).await;
    let list = std::fs::read_to_string(output.path().join(write::CSV)).unwrap();
    let verdicts = |verdict| list.matches(&format!(",read,{verdict},")).count();
    assert_eq!((verdicts("verified"), verdicts("review")), (1, 1), "{list}");
    assert!(tally.say(Lang::En).ends_with("invoices: 1 verified, 1 to review"), "{tally:?}");
    let repeated = tally.list.unwrap().repeated;
    assert!(
        repeated.len() == 1 && repeated[0].starts_with("b.pdf: to review: the same invoice is already in a.pdf"),
        "{repeated:?}"
    );
}

#[tokio::test]
async fn no_single_file_is_called_verified() {
    let pipeline = pipeline(Arc::new(Embedded), Limits::default());
    for (file, line) in [
        (include_bytes!("../../../../tests/fixtures/text-two-pages.pdf").as_slice(), "read"),
        (include_bytes!("../../../../tests/fixtures/text-two-invoices.pdf").as_slice(), "read: 2 invoices"),
    ] {
        let deadline = Instant::now() + PATIENCE;
        let report = pipeline.read(Bytes::from_static(file), Source::default(), None, deadline).await.unwrap();
        assert_eq!((report.verdict, Fate::of(&report).say(Lang::En).as_str()), (Some(Verdict::Verified), line));
    }
}

#[tokio::test]
async fn a_list_that_cannot_be_written_leaves_the_work_incomplete() {
    for name in [write::CSV, write::XLSX] {
        let desktop = Desktop::new(Arc::new(ByShape), Depth::Flat, false);
        std::fs::create_dir(desktop.output.path().join(name)).unwrap();
        let tally = desktop.read().await;
        assert!(!tally.is_complete() && tally.failed == 0, "{name}");
    }
}

#[tokio::test]
async fn a_subfolder_s_reports_stand_in_a_subfolder() {
    let desktop = Desktop::new(Arc::new(ByShape), Depth::Recursive, false);
    desktop.put("2026/11/a.png", &png(200, 100));
    desktop.put("a.png", &png(200, 100));
    assert_eq!(desktop.read().await.read, 2);
    assert_eq!(report(&desktop.output, "2026/11/a.png.json").status, Status::Read);
    let list = desktop.list();
    assert!(list.contains("\n2026/11/a.png,1,2026/11/a.png.json,read,review"), "{list}");
}

#[tokio::test]
async fn the_name_of_a_report_in_the_list_finds_it_whatever_it_begins_with() {
    let desktop = Desktop::new(Arc::new(ByShape), Depth::Flat, false);
    for name in ["=1+1.png", "-a.png", "+b.png", "@c.png", "a,\"b\".png"] {
        desktop.put(name, &png(200, 100));
    }
    desktop.read().await;
    let list = desktop.list();
    let mut records = list.lines().skip(1);
    assert!(records.all(|line| !line.starts_with(['=', '-', '+', '@', '\''])), "{list}");
    for name in ["./=1+1.png", "./-a.png", "./+b.png", "./@c.png"] {
        assert!(list.contains(&format!("\n{name},1,{name}.json,")), "{list}");
        assert!(desktop.output.path().join(format!("{name}.json")).is_file());
    }
}

#[tokio::test]
async fn reports_of_files_that_are_gone_are_named_and_removed_when_asked() {
    let desktop = Desktop::new(Arc::new(ByShape), Depth::Flat, false);
    desktop.put("a.png", &png(200, 100));
    desktop.put("b.png", &png(200, 100));
    assert_eq!(desktop.read().await.stale, 0);
    std::fs::remove_file(desktop.input.path().join("a.png")).unwrap();
    // It is there, and no invoice any more.
    desktop.put("b.png", b"some text");
    let mut desktop = desktop.again();
    let tally = desktop.read().await;
    assert!(tally.is_complete() && tally.say(Lang::En).ends_with("; Reports of files that are gone: 2"), "{tally:?}");
    assert!(desktop.output.path().join("a.png.json").exists());
    desktop.job.folders.prune = true;
    assert_eq!(desktop.read().await.stale, 0);
    assert!(!desktop.output.path().join("a.png.json").exists() && !desktop.output.path().join("b.png.json").exists());
}

#[tokio::test]
async fn what_is_read_again_takes_the_place_of_what_was_and_what_is_gone_leaves_the_list() {
    let desktop = Desktop::new(Arc::new(ByShape), Depth::Flat, false);
    desktop.put("a.png", &png(200, 100));
    desktop.put("b.png", &png(100, 100));
    assert_eq!(desktop.read().await.rejected, 1);
    desktop.put("b.png", &png(200, 100));
    let tally = desktop.read().await;
    assert_eq!((tally.read, tally.rejected), (2, 0));
    let files = folder::content(desktop.input.path(), Depth::Flat).unwrap().files;
    desktop.job.forget(&files[0]);
    let tally = desktop.job.conclude(&Progress::new(0, Lang::En));
    assert_eq!((tally.read, tally.stale, desktop.list().lines().count()), (1, 1, 2));
}

#[tokio::test]
async fn a_report_names_no_file() {
    let (_, output) = read_files(&[("secret-name.png", &png(200, 100))]).await;
    let text = std::fs::read_to_string(output.path().join("secret-name.png.json")).unwrap();
    assert!(!text.contains("secret-name"));
}

#[tokio::test]
async fn a_folder_without_a_file_that_can_be_read_and_buyers_that_nobody_compared_are_told() {
    let input = std::path::Path::new("scans");
    let said = |tally: &Tally, has_buyers, lang| -> Vec<String> {
        tally.notes(input, has_buyers).iter().map(|note| note.say(lang).unwrap()).collect()
    };
    for files in [&[][..], &[("notes.txt", b"hello".as_slice())]] {
        let (tally, _) = read_files(files).await;
        assert!(said(&tally, false, Lang::En)[0].starts_with("There is no file in scans that can be read"));
        assert_eq!(said(&tally, true, Lang::Zh), ["scans中没有可识别的文件：请放入发票，或指定其他文件夹。"]);
    }
    let (tally, _) = read_files(&[("a.png", &png(200, 100))]).await;
    assert!(said(&tally, true, Lang::En).is_empty());
    let [note] = &said(&tally, false, Lang::Zh)[..] else { panic!("one note") };
    assert!(note.contains("FAPIAO_BUYERS='名称:税号' make read"), "{note}");
}

#[test]
fn what_is_said_of_a_file_counts_what_it_counts() {
    let invoice = |verdict| fapiao::report::CheckedInvoice { verdict, ..fapiao::report::CheckedInvoice::default() };
    let (good, bad) = (invoice(Verdict::Verified), invoice(Verdict::Review));
    let other = |code: &str| {
        let info = fapiao::error::ErrorInfo::new(code, Sentence::default(), Sentence::default());
        fapiao::report::Other::new(fapiao::report::Place::default(), info, None)
    };
    let said = |invoices: &[&fapiao::report::CheckedInvoice], others: &[&str], lang| {
        let mut report = Pipeline::reject(
            &pipeline(Arc::new(ByShape), Limits::default()),
            Error::new(ErrorKind::Empty, "none"),
            Source::default(),
        );
        (report.status, report.error) = (Status::Read, None);
        report.invoices = invoices.iter().map(|invoice| (*invoice).clone()).collect();
        report.others = others.iter().map(|code| other(code)).collect();
        Fate::of(&report).say(lang)
    };
    assert_eq!(said(&[&good], &["no_invoice"], Lang::En), "read");
    assert_eq!(said(&[&bad], &[], Lang::Zh), "已识别：待复核");
    assert_eq!(said(&[&good, &good], &[], Lang::En), "read: 2 invoices");
    assert_eq!(said(&[&good, &bad, &bad], &[], Lang::En), "read: 3 invoices, 2 of them to review");
    let unread = said(&[&good, &bad], &["undecodable"], Lang::Zh);
    assert_eq!(unread, "已识别：2张发票，其中1张待复核；另有1处未能识别，请查看");
}

#[tokio::test]
async fn an_invoice_that_stands_twice_in_one_archive_is_told_by_its_own_report_and_said_once() {
    use std::io::Write;
    let invoice = include_bytes!("../../../../tests/fixtures/text-two-pages.pdf");
    let mut archive = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    for name in ["b.pdf", "a.pdf"] {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(invoice).unwrap();
    }
    let archive = archive.finish().unwrap().into_inner();
    let (tally, output) = read_files_with(Arc::new(Embedded), &[("m.zip", &archive)]).await;
    let report = report(&output, "m.zip.json");
    let verdicts: Vec<Verdict> = report.invoices.iter().map(|invoice| invoice.verdict).collect();
    assert_eq!((verdicts, report.verdict), (vec![Verdict::Verified, Verdict::Review], Some(Verdict::Review)));
    assert_eq!(report.reasons.len(), 1, "{:?}", report.reasons);
    let list = std::fs::read_to_string(output.path().join(write::CSV)).unwrap();
    let again = list.lines().find(|line| line.starts_with("m.zip/a.pdf,2,")).unwrap();
    assert!(again.contains("not_seen_before),m.zip/b.pdf,"), "{again}");
    assert_eq!(tally.list.map(|list| (list.verified, list.review)), Some((1, 1)));
}
