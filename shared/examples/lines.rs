//! Reads pages and keeps what was legible: fixtures for whoever works on the reader, one JSON a file. It is a `PageText`
//! with one field more, `looks`: what the engine answered when the reader had single places read again.
//!
//! `cargo run --example lines -- OUTDIR FILE...`; files whose output exists are skipped.
#![allow(clippy::print_stderr)]

use std::cell::RefCell;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use fapiao::document::{Document, Limits};
use fapiao::ocr::{Engine, PageText, Region, TextLine};
use fapiao::reader;
use serde_json::{Value, json};

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

/// The reader is given the rounded page, so that it asks for the same places when the recording is replayed.
fn record(engine: &Engine, file: &Path, target: &Path) -> Result<usize, Box<dyn Error>> {
    let document = Document::open(std::fs::read(file)?.into(), &Limits::default())?;
    let pixels = document.pixels()?;
    let mut recording = rounded(serde_json::to_value(engine.read(&pixels)?)?);
    let page: PageText = serde_json::from_value(recording.clone())?;
    let looks = RefCell::new(Vec::new());
    // A page without an invoice is worth keeping too.
    let _ = reader::read(&page, &|places| {
        let lines = engine.reread(&pixels, places).unwrap_or_default();
        looks.borrow_mut().extend(places.iter().zip(&lines).map(look));
        lines
    });
    recording["looks"] = rounded(Value::Array(looks.into_inner()));
    std::fs::write(target, one_line_each(&recording)?)?;
    Ok(page.lines.len())
}

fn look((place, line): (&Region, &TextLine)) -> Value {
    json!({"quad": place.quad, "only": place.only, "text": line.text, "confidence": line.confidence})
}

/// A tenth of a pixel, a thousandth of a share.
fn rounded(value: Value) -> Value {
    match value {
        Value::Array(list) => list.into_iter().map(rounded).collect(),
        Value::Object(map) => map.into_iter().map(|(key, value)| (key, rounded(value))).collect(),
        Value::Number(number) if number.is_f64() => {
            let value = number.as_f64().unwrap_or_default();
            let places = if value.abs() < 2.0 { 1000.0 } else { 10.0 };
            json!((value * places).round() / places)
        }
        other => other,
    }
}

/// JSON with a line for each line of the page, so that a recording can be read and changed by hand.
fn one_line_each(recording: &Value) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string(recording)?.replace("{\"quad\"", "\n{\"quad\"") + "\n")
}
