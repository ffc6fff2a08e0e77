//! Reads pages and keeps what was legible, one `PageText` a file: fixtures for whoever works on the reader.
//!
//! `cargo run --example lines -- OUTDIR FILE...`; files whose output exists are skipped.
#![allow(clippy::print_stderr)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use fapiao::document::{Document, Limits};
use fapiao::ocr::Engine;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let out = arguments.next().ok_or("usage: lines OUTDIR FILE...")?;
    std::fs::create_dir_all(&out)?;
    let models = std::env::var_os("FAPIAO_MODELS").map_or_else(|| PathBuf::from("models"), PathBuf::from);
    let engine = Engine::load(&models)?;
    for file in arguments {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let target = out.join(format!("{name}.json"));
        if target.exists() {
            continue;
        }
        let start = Instant::now();
        match record(&engine, &file, &target) {
            Ok(lines) => eprintln!("{name}: {lines} lines, {} ms", start.elapsed().as_millis()),
            Err(e) => eprintln!("{name}: {e}"),
        }
    }
    Ok(())
}

fn record(engine: &Engine, file: &Path, target: &Path) -> Result<usize, Box<dyn Error>> {
    let document = Document::open(std::fs::read(file)?.into(), &Limits::default())?;
    let page = engine.read(&document.pixels()?)?;
    std::fs::write(target, serde_json::to_vec(&page)?)?;
    Ok(page.lines.len())
}
