//! Reads folders of files as `make read` does, but remembers whatever the engine saw: a page that was looked at once costs
//! milliseconds afterwards, so a change of the layouts is measured over a whole corpus in seconds. A change below them
//! (pixels, models) needs another folder of memories.
//!
//! `cargo run --example replay -- MEMORIES OUTDIR FILE...`; the Reports can be scored like any others.
#![allow(clippy::print_stderr, clippy::panic)]

use std::collections::HashMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use fapiao::desk::{Desk, PageReader};
use fapiao::document::Limits;
use fapiao::ocr::{Engine, PageText, Region, TextLine, find_rules};
use fapiao::pipeline::Pipeline;
use fapiao::provider::{Chain, Embedded};
use fapiao::report::Source;
use fapiao::worker::Workers;
use image::RgbImage;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// No page takes longer.
const PATIENCE: Duration = Duration::from_secs(600);

/// What the engine saw of one page: all of it, and single places again.
#[derive(Default, Serialize, Deserialize)]
struct Memory {
    page: Option<PageText>,
    places: HashMap<String, TextLine>,
}

struct Remembering {
    memories: PathBuf,
    engine: OnceLock<Engine>,
}

impl Remembering {
    /// Loaded when something was not seen before.
    fn engine(&self) -> &Engine {
        self.engine.get_or_init(|| {
            let models = std::env::var_os("FAPIAO_MODELS").map_or_else(|| PathBuf::from("models"), PathBuf::from);
            Engine::load(&models).unwrap_or_else(|error| panic!("{}: {}", error.message(), error.hint()))
        })
    }

    fn open(&self, page: &RgbImage) -> (PathBuf, Memory) {
        let digest = Sha256::new_with_prefix(page.width().to_le_bytes()).chain_update(page.as_raw()).finalize();
        let path = self.memories.join(hex::encode(&digest[..16])).with_extension("json");
        let memory = std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        (path, memory.unwrap_or_default())
    }
}

impl PageReader for Remembering {
    fn read(&self, page: &RgbImage) -> fapiao::error::Result<PageText> {
        let (path, mut memory) = self.open(page);
        if let Some(mut seen) = memory.page {
            // Cheap, and not remembered by those that looked before lines were found.
            seen.rules = find_rules(page);
            return Ok(seen);
        }
        let seen = self.engine().read(page)?;
        memory.page = Some(seen.clone());
        save(&path, &memory);
        Ok(seen)
    }

    fn reread(&self, page: &RgbImage, regions: &[Region]) -> Vec<TextLine> {
        let (path, mut memory) = self.open(page);
        let name = |region: &Region| format!("{:?} {}", region.quad, region.only.unwrap_or_default());
        let unseen: Vec<Region> = regions.iter().filter(|r| !memory.places.contains_key(&name(r))).copied().collect();
        if !unseen.is_empty() {
            let lines = self.engine().reread(page, &unseen).unwrap_or_default();
            memory.places.extend(unseen.iter().map(name).zip(lines));
            save(&path, &memory);
        }
        regions.iter().filter_map(|region| memory.places.get(&name(region)).cloned()).collect()
    }
}

fn save(path: &Path, memory: &Memory) {
    let written = serde_json::to_vec(memory).map_err(std::io::Error::from).and_then(|body| std::fs::write(path, body));
    written.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(memories), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("usage: replay MEMORIES OUTDIR FILE...".into());
    };
    std::fs::create_dir_all(&memories)?;
    std::fs::create_dir_all(&out)?;
    let files: Vec<PathBuf> =
        arguments.filter(|file| file.extension().is_none_or(|e| e != "json" && e != "md")).collect();
    let engine = Arc::new(Remembering { memories, engine: OnceLock::new() });
    let pipeline = Pipeline::new(
        Workers::here(Desk::with_engine(engine)),
        Chain::new(vec![Arc::new(Embedded)]),
        Limits::default(),
    );
    let runtime = tokio::runtime::Runtime::new()?;
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                    let start = Instant::now();
                    let told = runtime.block_on(read(&pipeline, file, &out.join(format!("{name}.json"))));
                    if let Err(error) = told {
                        eprintln!("{name}: {error}");
                    } else if start.elapsed() > Duration::from_secs(1) {
                        eprintln!("{name}: {} ms", start.elapsed().as_millis());
                    }
                }
            });
        }
    });
    Ok(())
}

async fn read(pipeline: &Pipeline, file: &Path, target: &Path) -> Result<(), String> {
    let bytes = std::fs::read(file).map_err(|error| error.to_string())?;
    let report = pipeline.read(bytes.into(), Source::default(), None, Instant::now() + PATIENCE).await;
    let report = report.unwrap_or_else(|failure| *failure.report);
    let body = serde_json::to_vec_pretty(&report).map_err(|error| error.to_string())?;
    std::fs::write(target, body).map_err(|error| error.to_string())
}
