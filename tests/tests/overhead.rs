//! What our way to a vendor costs beside a bare loop of HTTP calls with the same bytes. `make bench` runs it alone:
//! beside other tests it would measure them.

#![cfg(test)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use fapiao::document::Limits;
use fapiao::pipeline::Pipeline;
use fapiao::provider::{Chain, Keyring, Provider, TextIn, VendorKeys, VendorSettings, Volcengine, install_crypto};
use fapiao::report::{Source, Status};
use fapiao_tests::label;
use fapiao_tests::stub::{self, Stub, Vendor};

/// Our time may be this many times that of the bare calls.
const MAX_RATIO: f64 = 1.3;
const WARM_UP: usize = 5;
/// Ours and bare take turns, so that whatever else the machine does falls on both.
const ROUNDS: usize = 60;
/// Threads and memory stay where a connection found them, so that one set-up can be luckier than another.
const SETUPS: usize = 5;

fn fixture(name: &str) -> Bytes {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)).unwrap().into()
}

fn settings(stub: &Stub) -> VendorSettings {
    let endpoint = Some(stub.endpoint());
    VendorSettings { textin_endpoint: endpoint.clone(), volcengine_endpoint: endpoint, ..VendorSettings::default() }
}

fn provider(vendor: Vendor, stub: &Stub) -> Arc<dyn Provider> {
    let keyring = Arc::new(Keyring::fixed(VendorKeys::from_json(&stub::keys(stub::SECRET, stub::SECRET)).unwrap()));
    match vendor {
        Vendor::TextIn => Arc::new(TextIn::new(&settings(stub), keyring).unwrap()),
        Vendor::Volcengine => Arc::new(Volcengine::new(&settings(stub), keyring).unwrap()),
    }
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
async fn bare(client: &reqwest::Client, endpoint: &str, call: &stub::Call) -> Duration {
    let start = Instant::now();
    let mut headers = call.headers.clone();
    headers.remove("host");
    let request = client.post(format!("{endpoint}{}", call.uri)).headers(headers).body(call.body.clone());
    let answer = request.send().await.unwrap();
    assert!(answer.status().is_success());
    assert!(!answer.bytes().await.unwrap().is_empty());
    start.elapsed()
}

async fn measure(vendor: Vendor, name: &str) -> f64 {
    let (mut times, file) = (Vec::new(), fixture(name));
    for _ in 0..SETUPS {
        times.extend(pairs(vendor, name, &file).await);
    }
    // Neighbours in time share the machine's mood, so each call is compared with the one beside it.
    let mut ratios: Vec<f64> = times.iter().map(|(ours, bare)| ours.as_secs_f64() / bare.as_secs_f64()).collect();
    ratios.sort_by(f64::total_cmp);
    let ratio = ratios[ratios.len() / 2];
    let (our_time, bare_time) = (median(times.iter().map(|t| t.0)), median(times.iter().map(|t| t.1)));
    println!("{vendor:?}: {} bytes, ours {our_time:.2?}, bare {bare_time:.2?}, ratio {ratio:.2}", file.len());
    ratio
}

/// Our time and that of the bare call right behind it, many times over the same connections.
async fn pairs(vendor: Vendor, name: &str, file: &Bytes) -> Vec<(Duration, Duration)> {
    let label = serde_json::from_slice(&fixture(&name.replace(".jpg", ".json"))).unwrap();
    let stub = Stub::start(vendor, label::reading(&label)).unwrap();
    let pipeline = Pipeline::new(Chain::new(vec![provider(vendor, &stub)]), Limits::default());
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
async fn our_way_costs_little_beside_the_bare_call() {
    let ratios = [measure(Vendor::TextIn, "form-photo.jpg").await, measure(Vendor::Volcengine, "roll.jpg").await];
    assert!(ratios.iter().all(|ratio| *ratio <= MAX_RATIO), "more than {MAX_RATIO} times the bare call: {ratios:?}");
}
