//! What pages cost, in processor time: behind `make bench`, which runs it beside another reader of the same pages.
//!
//! `bench_pages MODELS FILE...` reads the first file once to warm up, then every file, and prints one JSON object: `load`,
//! `pages` (by file name) and `stages` (all pages together) in seconds of the processor. One thread of work needs one processor:
//! the caller sees to that.
#![allow(clippy::print_stdout)]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use fapiao::desk::Desk;
use fapiao::document::{Document, Limits};
use fapiao::ocr::Engine;
use fapiao::pipeline::Pipeline;
use fapiao::provider::{Chain, Embedded};
use fapiao::report::Source;
use fapiao::worker::Workers;
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;
use tracing::span::Id;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// No page takes longer.
const PATIENCE: Duration = Duration::from_secs(600);

/// Seconds of the processor that each stage took.
type Stages = BTreeMap<&'static str, f64>;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let models = arguments.next().ok_or("usage: bench_pages MODELS FILE...")?;
    let files: Vec<PathBuf> = arguments.collect();
    let stages = Stopwatch::default();
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(stages.clone()))?;

    let start = seconds(ClockId::ProcessCPUTime);
    let engine = Engine::load(&models)?;
    let name = engine.name();
    let load = seconds(ClockId::ProcessCPUTime) - start;
    let here = Workers::here(Desk::with_engine(Arc::new(engine)));
    let pipeline = Pipeline::new(here, Chain::new(vec![Arc::new(Embedded)]), Limits::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if let Some(first) = files.first() {
        runtime.block_on(read(&pipeline, first))?;
    }
    stages.reset();
    let (mut pages, mut decode) = (BTreeMap::new(), 0.0);
    for file in &files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        pages.insert(name, runtime.block_on(read(&pipeline, file))?);
        decode += decoded(file)?;
    }
    let mut stages = stages.taken();
    stages.remove("");
    let known: f64 = decode + stages.values().sum::<f64>();
    stages.insert("decode", decode);
    stages.insert("layout, checks and the rest", pages.values().sum::<f64>() - known);
    println!("{}", json!({"engine": name, "load": load, "pages": pages, "stages": stages}));
    Ok(())
}

/// The processor's seconds from a file's bytes to its Report's.
async fn read(pipeline: &Pipeline, file: &Path) -> Result<f64, Box<dyn Error>> {
    let bytes = std::fs::read(file)?;
    let start = seconds(ClockId::ProcessCPUTime);
    let report = pipeline.read(bytes.into(), Source::default(), None, Instant::now() + PATIENCE).await;
    serde_json::to_vec(&report.unwrap_or_else(|failure| *failure.report))?;
    Ok(seconds(ClockId::ProcessCPUTime) - start)
}

/// The processor's seconds that a file's pixels cost, measured by themselves.
fn decoded(file: &Path) -> Result<f64, Box<dyn Error>> {
    let bytes = std::fs::read(file)?;
    let start = seconds(ClockId::ProcessCPUTime);
    Document::open(bytes.into(), &Limits::default())?.pixels()?;
    Ok(seconds(ClockId::ProcessCPUTime) - start)
}

fn seconds(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

thread_local! {
    /// The spans that this thread is in, and since when it works on the innermost one.
    static ENTERED: RefCell<(Vec<&'static str>, f64)> = const { RefCell::new((Vec::new(), 0.0)) };
}

/// Counts each span's own time on the processor, without that of spans inside it; a span may be entered on many threads.
#[derive(Clone, Default)]
struct Stopwatch(Arc<Mutex<Stages>>);

impl Stopwatch {
    fn reset(&self) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clear();
    }

    fn taken(&self) -> Stages {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// What this thread did until now belongs to the innermost span it is in.
    fn book(&self, entered: &mut (Vec<&'static str>, f64)) {
        let now = seconds(ClockId::ThreadCPUTime);
        if let Some(&innermost) = entered.0.last() {
            let mut stages = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            *stages.entry(innermost).or_default() += now - entered.1;
        }
        entered.1 = now;
    }
}

impl<S: tracing::Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Stopwatch {
    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        let name = context.span(id).filter(|span| span.metadata().target().starts_with("fapiao::ocr"));
        ENTERED.with_borrow_mut(|entered| {
            self.book(entered);
            let outer = entered.0.last().copied().unwrap_or_default();
            entered.0.push(name.map_or(outer, |span| span.name()));
        });
    }

    fn on_exit(&self, _: &Id, _: Context<'_, S>) {
        ENTERED.with_borrow_mut(|entered| {
            self.book(entered);
            entered.0.pop();
        });
    }
}
