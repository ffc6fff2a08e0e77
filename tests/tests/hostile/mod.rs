//! The ingest handler over a store in memory and a worker process, and what both use while a file is read.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use fapiao::document::Limits;
use fapiao::pipeline::{ObjectPipeline, Pipeline, report_key};
use fapiao::provider::{Chain, Embedded};
use fapiao::report::Report;
use fapiao::store::{MemoryStore, Store};
use fapiao::worker::{Settings, Workers};
use fapiao_ingest::Handler;
use fapiao_tests::environment;
use serde_json::json;

/// As long as a function lives.
const LIFE: Duration = Duration::from_secs(120);

/// Who looks at pixels.
#[derive(Clone, Copy, PartialEq)]
pub enum Engine {
    Blind,
    Real,
}

pub struct World {
    handler: Handler<MemoryStore>,
    store: MemoryStore,
    drops: AtomicU64,
}

/// What became of a file.
#[derive(Debug)]
pub struct Outcome {
    pub name: String,
    /// `read`, the code of what went wrong, or what the queue was told.
    pub says: String,
    pub message: String,
    pub time: Duration,
    /// MiB of both processes together, at most.
    pub memory: u64,
}

impl Outcome {
    /// Whether there is a Report, or the failure is one of ours that may pass.
    pub fn is_answered(&self) -> bool {
        !self.says.starts_with("queue: ") || self.says == "queue: deadline"
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, says, seconds) = (&self.name, &self.says, self.time.as_secs_f32());
        write!(f, "{name:34} {seconds:6.2} s {:5} MiB  {says}: {}", self.memory, self.message)
    }
}

impl World {
    pub fn new(engine: Engine) -> Self {
        let models = environment::set("FAPIAO_MODELS").map_or_else(|| root().join("models"), PathBuf::from);
        let program = match engine {
            Engine::Blind => env!("CARGO_BIN_EXE_blind_worker"),
            Engine::Real => env!("CARGO_BIN_EXE_real_worker"),
        };
        let settings = Settings { program: Some(program.into()), models, ..Settings::default() };
        let pipeline =
            Pipeline::new(Workers::spawned(settings, 1), Chain::new(vec![Arc::new(Embedded)]), Limits::default());
        let store = MemoryStore::new();
        let handler = Handler::new(ObjectPipeline::new(store.clone(), pipeline, "out"), 1, 5);
        Self { handler, store, drops: AtomicU64::new(0) }
    }

    /// Drops a file into the bucket, and waits for what becomes of it.
    pub async fn drop(&self, name: &str, bytes: Vec<u8>) -> Outcome {
        let (size, drop) = (bytes.len(), self.drops.fetch_add(1, Ordering::SeqCst));
        let etag = self.store.upload("in", name, bytes);
        let object = json!({"key": name, "size": size, "eTag": etag, "sequencer": format!("{drop:016X}")});
        let s3 = json!({"bucket": {"name": "in", "arn": "arn:aws:s3:::in"}, "object": object});
        let event = json!({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": s3}]});
        let (watch, start) = (Watch::start(), Instant::now());
        let answer = self.handler.handle(event, start + LIFE).await;
        let (time, memory) = (start.elapsed(), watch.stop());
        // So that the store holds nothing that counts as the handler's.
        self.store.upload("in", name, Vec::new());
        let (says, message) = match answer {
            Ok(_) => self.report(name).await,
            Err(error) => (format!("queue: {}", error.code()), error.message().to_owned()),
        };
        Outcome { name: name.to_owned(), says, message, time, memory }
    }

    /// Drops a page that nobody has dropped before, so that it is read: what is known already costs nothing. Neither a PDF nor
    /// a JPEG is read beyond its end.
    pub async fn drop_anew(&self, name: &str, page: &[u8]) -> Outcome {
        let drop = self.drops.load(Ordering::SeqCst);
        self.drop(name, [page, format!("\n{drop}\n").as_bytes()].concat()).await
    }

    async fn report(&self, name: &str) -> (String, String) {
        let Some(object) = self.store.get("out", &report_key(name), 50_000_000).await.unwrap() else {
            return ("queue: no Report".to_owned(), String::new());
        };
        let report: Report = serde_json::from_slice(&object.body).unwrap();
        let of_file = report.error.map(|error| (error.code, error.message));
        let of_page = report.others.into_iter().next().filter(|_| report.invoices.is_empty());
        let of_page = of_page.map(|other| (other.code, other.message));
        of_file.or(of_page).unwrap_or_else(|| ("read".to_owned(), String::new()))
    }
}

pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Files that anybody may send.
pub mod honest {
    use super::root;

    fn fixture(name: &str) -> Vec<u8> {
        std::fs::read(root().join("tests/fixtures").join(name)).unwrap()
    }

    pub fn text() -> Vec<u8> {
        fixture("text-digital.pdf")
    }

    pub fn photo() -> Vec<u8> {
        fixture("form-photo.jpg")
    }
}

/// Looks at the memory of this process and of those that it started, again and again.
struct Watch {
    over: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<u64>,
}

impl Watch {
    fn start() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&over);
        let thread = std::thread::spawn(move || {
            let mut most = 0;
            while !seen.load(Ordering::SeqCst) {
                most = most.max(memory_now());
                std::thread::sleep(Duration::from_millis(10));
            }
            most.max(memory_now())
        });
        Self { over, thread }
    }

    fn stop(self) -> u64 {
        self.over.store(true, Ordering::SeqCst);
        self.thread.join().unwrap()
    }
}

/// MiB that this process and its children have at present.
pub fn memory_now() -> u64 {
    let own = std::process::id();
    let family = children(own).into_iter().chain([own]);
    family.filter_map(|pid| field(&format!("/proc/{pid}/status"), "VmRSS")).sum::<u64>() / 1024
}

fn children(parent: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let parent_of = |pid: u32| field(&format!("/proc/{pid}/status"), "PPid");
    pids.filter(|pid| parent_of(*pid) == Some(u64::from(parent))).collect()
}

fn field(path: &str, name: &str) -> Option<u64> {
    let status = std::fs::read_to_string(path).ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
