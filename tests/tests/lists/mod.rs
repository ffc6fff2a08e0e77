//! The list of a bucket's Reports, by the program behind `make list`, on the local AWS.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_s3::primitives::ByteStream;
use fapiao::desk::Desk;
use fapiao::document::Limits;
use fapiao::pipeline::Pipeline;
use fapiao::provider::{Chain, Embedded};
use fapiao::report::{Report, Source};
use fapiao::worker::Workers;
use futures::stream::{self, StreamExt};

use super::local::{Stack, fixture, stack};

const REPORTS: usize = 40;
const BUCKET: &str = "a-bucket-of-reports";

#[tokio::test]
async fn every_report_of_a_bucket_stands_in_its_list_with_duplicates_told() {
    let stack = stack();
    stack.s3().create_bucket().bucket(BUCKET).send().await.unwrap();
    fill(stack).await;
    let folder = tempfile::tempdir().unwrap();
    let (csv, xlsx) = (folder.path().join("list.csv"), folder.path().join("list.xlsx"));
    let said = list(stack, &format!("s3://{BUCKET}/2026/"), &csv);
    assert_eq!(said.status.code(), Some(0), "{said:?}");
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let counted = format!("{REPORTS} Reports, 0 unreadable, 1 other files passed over");
    // Of one invoice in all these files the first alone is to be booked.
    assert!(said.contains(&counted) && said.contains(&format!("1 verified, {} to review", REPORTS - 1)), "{said}");
    let text = std::fs::read_to_string(&csv).unwrap();
    assert_eq!(text.lines().count(), REPORTS + 1);
    let line = |key: &str| text.lines().find(|line| line.starts_with(&format!("{key},"))).unwrap();
    assert!(line("2026/0.pdf").starts_with("2026/0.pdf,1,2026/0.pdf.json,read,verified,"), "{}", line("2026/0.pdf"));
    assert!(
        line("2026/7.pdf")
            .contains(",review,the same invoice is already in 2026/0.pdf: do not pay it twice,2026/0.pdf,")
    );

    assert_eq!(list(stack, &format!("s3://{BUCKET}/2026/"), &xlsx).status.code(), Some(0));
    opens_in_libreoffice(&xlsx, &text);
    for (from, to, says) in [
        ("s3://no-such-bucket/".to_owned(), "list.csv", "NoSuchBucket"),
        (format!("s3://{BUCKET}/1999/"), "list.csv", "there is no Report"),
        (format!("s3://{BUCKET}"), "list.txt", "ends in .xlsx or in .csv"),
    ] {
        let refused = list(stack, &from, &folder.path().join(to));
        let why = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(refused.status.code() == Some(2) && why.contains(says), "{from}: {why}");
    }
}

async fn fill(stack: &Stack) {
    let report = read_text().await;
    let s3 = &stack.s3();
    let put = |key: String, body: Vec<u8>| async move {
        s3.put_object().bucket(BUCKET).key(key).body(ByteStream::from(body)).send().await.unwrap();
    };
    let report = &report;
    let puts = (0..REPORTS).map(|number| {
        let mut report = report.clone();
        report.source.key = Some(format!("2026/{number}.pdf"));
        put(format!("2026/{number}.pdf.json"), serde_json::to_vec(&report).unwrap())
    });
    stream::iter(puts).buffer_unordered(8).collect::<()>().await;
    put("2026/label.json".to_owned(), b"{}".to_vec()).await;
    put("2026/0.pdf".to_owned(), b"no Report".to_vec()).await;
    put("other/1.pdf.json".to_owned(), serde_json::to_vec(report).unwrap()).await;
}

/// A page of text needs no models.
async fn read_text() -> Report {
    let workers = Workers::here(Desk::new("no/models"));
    let pipeline = Pipeline::new(workers, Chain::new(vec![Arc::new(Embedded)]), Limits::default());
    let deadline = Instant::now() + Duration::from_secs(60);
    pipeline.read(fixture("text-two-pages.pdf").into(), Source::default(), None, deadline).await.unwrap()
}

fn list(stack: &Stack, from: &str, to: &Path) -> Output {
    let mut command = Command::new(program());
    command.arg(from).arg(to).env_clear();
    command.env("AWS_ENDPOINT_URL", stack.output("Endpoint")).env("AWS_REGION", stack.output("Region"));
    command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test").output().unwrap()
}

/// Beside the folder of the tests' own programs.
fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    tests.parent().and_then(Path::parent).unwrap().join("fapiao-list")
}

/// What LibreOffice reads in the workbook is what the text says.
fn opens_in_libreoffice(xlsx: &Path, text: &str) {
    let folder = xlsx.parent().unwrap().join("libreoffice");
    let mut command = Command::new("soffice");
    command.arg(format!("-env:UserInstallation=file://{}", folder.join("profile").display()));
    command.args(["--headless", "--convert-to", "csv", "--outdir"]).arg(&folder).arg(xlsx);
    let Ok(converted) = command.output() else {
        eprintln!("LibreOffice is not installed: nobody but its own reader has opened the workbook");
        return;
    };
    assert!(converted.status.success(), "{converted:?}");
    let read = std::fs::read_to_string(folder.join("list.csv")).unwrap();
    assert_eq!(read.lines().count(), text.lines().count(), "{read:.2000}");
    let number =
        text.lines().nth(1).and_then(|line| line.split("=\"\"").nth(1)).and_then(|rest| rest.split('"').next());
    assert!(read.contains(number.unwrap()), "its number has lost digits: {read:.2000}");
}
