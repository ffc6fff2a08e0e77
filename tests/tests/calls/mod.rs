//! What a document costs the deployed pipeline: the calls to S3, counted, and its time beside that of as many bare calls. The
//! vendor answers at once, so that nothing else takes time.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use bytes::Bytes;
use fapiao::provider::install_crypto;
use fapiao_tests::faults::{Asked, Faults};
use fapiao_tests::stub::{self, Stub, StubCall};
use futures::stream::{self, StreamExt};

use super::duplicates;
use super::local::{Stack, deploy};
use super::soak::picture;

/// A document that a vendor reads: its Report looked for, the object, the page's answer looked for, claimed and kept, the invoice
/// entered, the Report written, and the entry looked at once more.
const MAX_CALLS: usize = 8;
/// The queue, the function and all that we do, beside the calls alone.
const MAX_RATIO: f64 = 2.0;
const CONCURRENCY: usize = 4;
/// Each of the function's processes has started by then.
const WARM_UP: usize = 12;
const PATIENCE: Duration = Duration::from_secs(240);

struct World {
    textin: Stub,
    layer: Faults,
    stack: Stack,
}

impl World {
    fn new() -> Self {
        let textin = duplicates::reader();
        textin.tell_pictures_apart();
        let layer = Faults::start().unwrap();
        let stack = deploy(&[
            "Providers=textin".to_owned(),
            format!("Concurrency={CONCURRENCY}"),
            format!("TextinEndpoint={}", textin.endpoint()),
            format!("S3Endpoint={}", layer.endpoint()),
            format!("ProviderSecret={}", stub::keys(stub::SECRET, stub::SECRET)),
        ]);
        layer.forward_to(stack.output("Endpoint"));
        Self { textin, layer, stack }
    }

    /// Drops so many documents, each with an invoice of its own, and waits for all Reports; gives the time.
    async fn read(&self, folder: &str, first: usize, count: usize) -> Duration {
        let start = Instant::now();
        stream::iter(first..first + count)
            .map(|number| async move {
                self.stack.drop_file(&format!("{folder}/{number}.png"), &picture(number)).await;
            })
            .buffer_unordered(CONCURRENCY)
            .collect::<()>()
            .await;
        // Whoever lists the bucket takes the time of those who are measured.
        let is_report = |asked: &Asked| {
            asked.method == "PUT" && asked.target.contains(&format!("/{folder}/")) && asked.target.contains(".json")
        };
        while self.layer.count_kept(is_report) < count {
            assert!(start.elapsed() < PATIENCE, "waited in vain for the Reports");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let time = start.elapsed();
        // The last look comes after the Report.
        self.stack.wait_until_inbox_is_empty(PATIENCE).await;
        time
    }

    /// The same uploads and calls, one after another on each of as many lines as there are functions.
    async fn bare(&self, calls: &[Asked], vendor: &[StubCall], count: usize) -> Duration {
        install_crypto();
        let client = &reqwest::Client::builder().no_proxy().build().unwrap();
        let (s3, textin) = (&self.layer.endpoint(), &self.textin.endpoint());
        let start = Instant::now();
        let uploads = stream::iter(0..count).map(|number| async move {
            // Where no function is woken.
            self.stack.put_aside(&format!("bare/{number}.png"), &picture(number)).await;
        });
        uploads.buffer_unordered(CONCURRENCY).collect::<()>().await;
        let to_s3 = stream::iter(calls).map(|call| async move {
            let target = call.target.replace("/documents/", "/bare/").replace("/.fapiao/", "/.bare/");
            ask(client, &call.method, &format!("{s3}{target}"), &call.headers, &call.body).await;
        });
        to_s3.buffer_unordered(CONCURRENCY).collect::<()>().await;
        let to_vendor = stream::iter(vendor).map(|call| async move {
            ask(client, call.method.as_str(), &format!("{textin}{}", call.uri), &call.headers, &call.body).await;
        });
        to_vendor.buffer_unordered(CONCURRENCY).collect::<()>().await;
        start.elapsed()
    }
}

/// One call, whatever is answered.
async fn ask(client: &reqwest::Client, method: &str, url: &str, headers: &HeaderMap, body: &Bytes) {
    let mut headers = headers.clone();
    for of_connection in ["host", "content-length", "connection", "expect"] {
        headers.remove(of_connection);
    }
    let request = client.request(method.parse().unwrap(), url).headers(headers).body(body.clone());
    request.send().await.unwrap().bytes().await.unwrap();
}

/// Calls by what they do and where.
fn kinds(calls: &[Asked]) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for call in calls {
        let place = [".fapiao/answers", ".fapiao/identities", ".json"].into_iter().find(|p| call.target.contains(p));
        *kinds.entry(format!("{} {}", call.method, place.unwrap_or("the document"))).or_default() += 1;
    }
    kinds
}

/// How many times as long as bare calls it took.
async fn measured(count: usize) -> f64 {
    let world = World::new();
    world.layer.keep();
    world.read("warm-up", 1_000_000, WARM_UP).await;
    world.textin.forget();
    world.layer.keep();
    let time = world.read("documents", 0, count).await;
    let (calls, vendor) = (world.layer.kept(), world.textin.calls());
    let (kinds, entered) = (kinds(&calls), world.stack.keys(".fapiao/identities/").await.len());
    assert_eq!((vendor.len(), entered), (count, count + WARM_UP), "every document is paid for and entered once");
    assert!(calls.len() <= MAX_CALLS * count, "{} calls for {count} documents: {kinds:?}", calls.len());
    let bare = world.bare(&calls, &vendor, count).await;
    let ratio = time.as_secs_f64() / bare.as_secs_f64();
    println!("{count} documents: {} calls to S3 {kinds:?}; {time:.2?}, bare {bare:.2?}, ratio {ratio:.2}", calls.len());
    ratio
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_that_a_vendor_reads_takes_eight_calls_to_s3_at_most() {
    measured(20).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement: run it with `make bench`"]
async fn two_hundred_documents_take_twice_the_time_of_bare_calls_at_most() {
    let ratio = measured(200).await;
    assert!(ratio <= MAX_RATIO, "{ratio:.2} times as long as bare calls");
}
