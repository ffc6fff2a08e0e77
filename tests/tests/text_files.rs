//! PDFs that carry their text, read without models: exact, verified, several pages, several invoices, damaged ones.

#![cfg(test)]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use fapiao::desk::Desk;
use fapiao::document::Limits;
use fapiao::pipeline::Pipeline;
use fapiao::provider::{Chain, Embedded};
use fapiao::report::{CheckedInvoice, EvidenceSource, Report, Source, Status, Verdict};
use fapiao::worker::Workers;
use fapiao_tests::environment;
use serde_json::Value;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn fixture(name: &str) -> Bytes {
    std::fs::read(Path::new(ROOT).join("tests/fixtures").join(name)).unwrap().into()
}

/// Without models: whoever looks at pixels fails.
fn pipeline() -> Pipeline {
    Pipeline::new(Workers::here(Desk::new("no/models")), Chain::new(vec![Arc::new(Embedded)]), Limits::default())
}

async fn report(bytes: Bytes) -> Report {
    let deadline = Instant::now() + Duration::from_secs(60);
    pipeline().read(bytes, Source::default(), None, deadline).await.unwrap()
}

async fn read(name: &str) -> CheckedInvoice {
    let mut report = report(fixture(name)).await;
    assert_eq!(
        (report.status, report.invoices.len(), report.verdict),
        (Status::Read, 1, Some(report.invoices[0].verdict)),
        "{name}"
    );
    report.invoices.remove(0)
}

fn item_names(read: &CheckedInvoice) -> Vec<String> {
    read.invoice.items.iter().filter_map(|item| item.name.clone()).collect()
}

/// What is printed comes from the text alone and is verified.
#[track_caller]
fn assert_certain(read: &CheckedInvoice) {
    assert_eq!(read.verdict, Verdict::Verified, "{:?}", read.reasons);
    for (path, evidence) in read.fields.iter().filter(|(path, _)| *path != "qr_code") {
        assert!(evidence.sources.contains(&EvidenceSource::Text), "{path}: {:?}", evidence.sources);
        assert!(evidence.verified, "{path}");
    }
}

#[tokio::test]
async fn every_value_of_a_pdf_with_text_is_certain() {
    for name in ["text-digital.pdf", "text-toll.pdf", "text-wrapped.pdf", "text-two-pages.pdf"] {
        assert_certain(&read(name).await);
    }
}

#[tokio::test]
async fn cells_wrap_in_fonts_that_are_not_embedded_and_values_come_before_labels() {
    let invoice = read("text-wrapped.pdf").await.invoice;
    assert_eq!(invoice.buyer.name.as_deref(), Some("上海示例贸易有限公司"));
    assert_eq!(invoice.seller.tax_id.as_deref(), Some("91310104MA1FR7C72G"));
    assert_eq!(invoice.issue_date, Some(jiff::civil::date(2025, 3, 9)));
    let [goods, discount] = invoice.items.as_slice() else { panic!("{:?}", invoice.items) };
    assert_eq!(goods.name.as_deref(), Some("*信息技术服务*某某企业管理软件年度技术服务费用（标准版）"));
    assert_eq!(goods.specification.as_deref(), Some("V10-2025专业版含升级三年质保"));
    assert_eq!(discount.amount.map(|a| a.to_string()).as_deref(), Some("-41.38"));
    assert_eq!((discount.unit.as_ref(), discount.quantity), (None, None));
    assert_eq!(invoice.remarks.as_deref(), Some("订单号：20250309-01\n购方开户银行：示例银行上海支行"));
}

#[tokio::test]
async fn a_journey_has_no_specification_and_its_travellers_are_no_goods() {
    let invoice = read("text-travel.pdf").await.invoice;
    assert_eq!(invoice.special_mark.as_deref(), Some("旅客运输服务"));
    assert_eq!(invoice.items.len(), 2);
    let first = &invoice.items[0];
    assert_eq!(first.name.as_deref(), Some("*运输服务*客运服务费"));
    assert_eq!(first.unit_price.map(|p| p.to_string()).as_deref(), Some("29.13"));
    assert_eq!(first.quantity.map(|q| q.to_string()).as_deref(), Some("1"));
    assert_eq!(first.specification, None);
}

#[tokio::test]
async fn an_invoice_on_two_pages_is_one_with_all_its_lines() {
    let read = read("text-two-pages.pdf").await;
    assert_eq!((item_names(&read).len(), read.place.pages.as_slice()), (10, [1, 2].as_slice()));
    assert_eq!((read.fields["items[0].name"].page, read.fields["items[9].name"].page), (1, 2));
    let invoice = read.invoice;
    assert_eq!(invoice.grand_total.map(|t| t.to_string()).as_deref(), Some("1130.00"));
    assert_eq!(invoice.page_subtotals.len(), 2);
}

#[tokio::test]
async fn two_invoices_in_a_file_are_told_apart_and_a_page_that_is_none_is_mentioned() {
    let Report { invoices, others, verdict, .. } = report(fixture("text-two-invoices.pdf")).await;
    let places: Vec<_> = invoices.iter().map(|i| (i.index, i.place.pages.as_slice())).collect();
    assert_eq!(places, [(1, [1].as_slice()), (2, &[2])]);
    let number = |at: usize| invoices[at].invoice.invoice_number.clone().unwrap();
    assert_ne!(number(0), number(1));
    invoices.iter().for_each(assert_certain);
    assert_eq!(invoices[1].fields["invoice_number"].page, 2);
    assert_eq!(
        (others.len(), others[0].code.as_str(), others[0].place.pages.as_slice()),
        (1, "no_invoice", [3].as_slice())
    );
    assert_eq!(verdict, Some(Verdict::Verified), "a page that was read and is no invoice is nothing to review");
}

#[tokio::test]
async fn a_cut_off_file_is_refused_because_nothing_tells_of_what_is_missing() {
    for name in ["text-digital.pdf", "text-two-invoices.pdf"] {
        let whole = fixture(name);
        for share in [1, 3, 5, 7, 9] {
            let cut = whole.slice(..whole.len() * share / 10);
            let deadline = Instant::now() + Duration::from_secs(60);
            let report = pipeline().read(cut, Source::default(), None, deadline).await.unwrap();
            assert_eq!((report.status, report.invoices.len()), (Status::Rejected, 0), "{name} {share}");
            let error = report.error.unwrap();
            assert!(error.code == "undecodable" && error.hint.contains("send it again"), "{name} {share}: {error:?}");
        }
    }
}

/// Labelled PDFs of FAPIAO_CORPUS, every scored field.
#[test]
fn labelled_pdfs_are_wholly_right_and_verified() {
    let Some(corpus) = environment::corpus() else {
        return;
    };
    for (folder, pattern, documents) in [("synthetic-pdf", r"\.pdf$", 12), ("real", r"^031_.*\.pdf$", 1)] {
        let score = score(&corpus.join(folder), pattern);
        assert_eq!((&score["documents"], &score["all_right"]), (&documents.into(), &documents.into()), "{folder}");
        assert_eq!(score["key_fields"], score["key_fields_verified"], "{folder}");
        assert_eq!((&score["verified_wrong"], &score["documents_verified"]), (&0.into(), &documents.into()));
    }
}

fn score(labels: &Path, pattern: &str) -> Value {
    let reports = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let files = labels.read_dir().unwrap().map(|entry| entry.unwrap().path());
    for file in files.filter(|path| path.extension().is_some_and(|e| e == "pdf")) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let deadline = Instant::now() + Duration::from_secs(60);
        let bytes = std::fs::read(&file).unwrap().into();
        if let Ok(report) = runtime.block_on(pipeline().read(bytes, Source::default(), None, deadline)) {
            std::fs::write(reports.path().join(format!("{name}.json")), serde_json::to_vec(&report).unwrap()).unwrap();
        }
    }
    let figures = reports.path().join("figures.out");
    let judge = Command::new("python3")
        .arg(Path::new(ROOT).join("tests/tools/score.py"))
        .args([labels, reports.path()])
        .args(["--errors", "--match", pattern, "--json"])
        .arg(&figures)
        .output()
        .unwrap();
    println!("{}", String::from_utf8_lossy(&judge.stdout));
    serde_json::from_slice(&std::fs::read(figures).unwrap()).unwrap()
}
