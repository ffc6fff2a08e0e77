//! What our way to a vendor costs beside a bare loop of HTTP calls with the same bytes. `make bench` runs it alone:
//! beside other tests it would measure them.

#![cfg(test)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use fapiao::desk::Desk;
use fapiao::document::Limits;
use fapiao::pipeline::Pipeline;
use fapiao::provider::{self, Chain, Keyring, Provider, VendorKeys, VendorSettings, install_crypto};
use fapiao::report::{Source, Status};
use fapiao::worker::Workers;
use fapiao_tests::label;
use fapiao_tests::stub::{self, Stub, StubVendor};

/// What our own work may add to a call that carries [`PAGE`]. A real vendor takes seconds.
const MAX_OWN_WORK: Duration = Duration::from_millis(2);
/// A photo of 177 KB.
const PAGE: &str = "form-photo.jpg";
const WARM_UP: usize = 5;
/// Ours and bare take turns, so that whatever else the machine does falls on both.
const ROUNDS: usize = 60;
/// Threads and memory stay where a connection found them, so that one set-up can be luckier than another.
const SETUPS: usize = 5;

fn fixture(name: &str) -> Bytes {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)).unwrap().into()
}

fn provider(stub: &Stub) -> Arc<dyn Provider> {
    let keyring =
        Arc::new(Keyring::Fixed(Arc::new(VendorKeys::from_json(&stub::keys(stub::SECRET, stub::SECRET)).unwrap())));
    let endpoints = [(stub.name(), stub.endpoint())].into();
    let settings = VendorSettings { endpoints, ..VendorSettings::default() };
    provider::Vendor::named(stub.name()).unwrap().connect(&settings, keyring).unwrap()
}

/// From a document's bytes to its Report.
async fn ours(pipeline: &Pipeline, file: &Bytes) -> Duration {
    let start = Instant::now();
    let deadline = start + Duration::from_secs(30);
    let report = pipeline.read(file.clone(), Source::default(), None, deadline).await.unwrap();
    assert_eq!(report.status, Status::Read);
    start.elapsed()
}

/// The same request, headers and all, from bytes to bytes.
async fn bare(client: &reqwest::Client, endpoint: &str, call: &stub::StubCall) -> Duration {
    let start = Instant::now();
    let mut headers = call.headers.clone();
    headers.remove("host");
    let request = client.post(format!("{endpoint}{}", call.uri)).headers(headers).body(call.body.clone());
    let answer = request.send().await.unwrap();
    assert!(answer.status().is_success());
    assert!(!answer.bytes().await.unwrap().is_empty());
    start.elapsed()
}

/// What our way adds to a call that is answered with the values of this label.
async fn own_work(vendor: StubVendor, answer: &str) -> Duration {
    let (mut times, file) = (Vec::new(), fixture(PAGE));
    for _ in 0..SETUPS {
        times.extend(pairs(vendor, answer, &file).await);
    }
    let (ours, bare) = (median(times.iter().map(|t| t.0)), median(times.iter().map(|t| t.1)));
    // Neighbours in time share the machine's mood, so each call is compared with the one beside it.
    let added = median(times.iter().map(|(ours, bare)| ours.saturating_sub(*bare)));
    let ratio = ours.as_secs_f64() / bare.as_secs_f64();
    println!("{vendor:?}: {} bytes, ours {ours:.2?}, bare {bare:.2?}, added {added:.2?}, ratio {ratio:.2}", file.len());
    added
}

/// Our time and that of the bare call right behind it, many times over the same connections.
async fn pairs(vendor: StubVendor, answer: &str, file: &Bytes) -> Vec<(Duration, Duration)> {
    let label = serde_json::from_slice(&fixture(answer)).unwrap();
    let stub = Stub::start(vendor, label::reading(&label)).unwrap();
    let pipeline =
        Pipeline::new(Workers::here(Desk::new("no/models")), Chain::new(vec![provider(&stub)]), Limits::default());
    let endpoint = stub.endpoint();
    ours(&pipeline, file).await;
    let call = stub.calls().remove(0);
    assert_eq!(call.file.as_ref(), Some(file), "without re-encoding");
    install_crypto();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();

    let mut times = Vec::new();
    for round in 0..WARM_UP + ROUNDS {
        let pair = (ours(&pipeline, file).await, bare(&client, &endpoint, &call).await);
        stub.forget();
        if round >= WARM_UP {
            times.push(pair);
        }
    }
    times
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.collect();
    times.sort();
    times[times.len() / 2]
}

#[tokio::test]
#[ignore = "a measurement: run it with `make bench`"]
async fn our_own_work_costs_a_vendors_call_two_milliseconds_at_most() {
    let added =
        [own_work(StubVendor::TextIn, "form-photo.json").await, own_work(StubVendor::Volcengine, "roll.json").await];
    assert!(added.iter().all(|added| *added <= MAX_OWN_WORK), "more than {MAX_OWN_WORK:?}: {added:.2?}");
}
