//! One process that reads document after document takes no more memory at the end than at the beginning.

use std::time::Duration;

use fapiao_tests::label;
use fapiao_tests::stub::{self, Stub, StubVendor};

use super::load::picture;
use super::processes::{megabytes, of_function, parent, signal};
use crate::local::{Stack, deploy, fixture};

const DOCUMENTS: usize = 500;
/// So many at either end are compared.
const COMPARED: usize = 50;
const GROWTH: f64 = 1.10;
const PATIENCE: Duration = Duration::from_secs(60);
/// The number in `text-numbered.pdf`.
const NUMBER: &str = "25312000000012345679";

/// `make soak`
#[tokio::test]
#[ignore = "takes three minutes"]
async fn memory_is_flat_over_500_documents() {
    let label = serde_json::from_slice(&fixture("form-photo.json")).unwrap();
    let textin = Stub::start(StubVendor::TextIn, label::reading(&label)).unwrap();
    textin.tell_pictures_apart();
    let stack = deploy(&[
        "Providers=embedded".to_owned(),
        format!("TextinEndpoint={}", textin.endpoint()),
        format!("ProviderSecret={}", stub::keys(stub::SECRET, stub::SECRET)),
    ]);
    begin_with_nothing(&stack).await;
    let mut measured = Vec::new();
    for number in 0..DOCUMENTS {
        read_one(&stack, number).await;
        measured.push(environment_megabytes(&stack));
    }
    let (first, last) = (median(&measured[..COMPARED]), median(&measured[DOCUMENTS - COMPARED..]));
    println!(
        "| memory over {DOCUMENTS} documents | median of the first {COMPARED} {first:.1} MB, of the last {last:.1} MB |"
    );
    assert!(last <= first * GROWTH, "it grows: {measured:?}");
}

/// S3's test event is over, and the process that had it is gone.
async fn begin_with_nothing(stack: &Stack) {
    tokio::time::sleep(Duration::from_secs(2)).await;
    stack.wait_until_inbox_is_empty(PATIENCE).await;
    for id in of_function(stack.folder(), stack.output("IngestFunction")) {
        signal(id, "KILL");
    }
}

/// A PDF whose invoice has that number; it is written in two bytes a character, the first of them escaped.
fn numbered(number: usize) -> Vec<u8> {
    let escaped = |number: &str| number.chars().map(|digit| format!("\\000{digit}")).collect::<String>().into_bytes();
    let (pdf, old) = (fixture("text-numbered.pdf"), escaped(NUMBER));
    let at = pdf.windows(old.len()).position(|window| window == old).unwrap();
    let new = escaped(&format!("253120000001{number:08}"));
    [&pdf[..at], &new, &pdf[at + old.len()..]].concat()
}

/// A file with text, or a picture for the vendor, each with an invoice of its own, because whoever brings a known one is
/// compared with all who brought it; the next one only when the process is free again.
async fn read_one(stack: &Stack, number: usize) {
    let (key, content) = if number.is_multiple_of(2) {
        (format!("{number:03}.pdf"), numbered(number))
    } else {
        (format!("textin/{number:03}.png"), picture(number))
    };
    stack.drop_file(&key, &content).await;
    let report = stack.report(&format!("{key}.json"), PATIENCE).await;
    assert_eq!(report["status"], "read", "{key}: {report}");
    stack.wait_until_inbox_is_empty(PATIENCE).await;
}

/// What the one process that Lambda would know takes, with those that it has started.
fn environment_megabytes(stack: &Stack) -> f64 {
    let running = of_function(stack.folder(), stack.output("IngestFunction"));
    let is_root = |id: &&u32| parent(**id).is_none_or(|parent| !running.contains(&parent));
    let roots: Vec<u32> = running.iter().filter(is_root).copied().collect();
    assert_eq!(roots.len(), 1, "one process should have read them all");
    running.iter().filter_map(|id| megabytes(*id)).sum()
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
