//! Reads recorded pages (one `PageText` JSON a file) with the layouts alone, in milliseconds:
//! `cargo run --example replay -- RECORDED_DIR OUT_DIR`. The Reports can be scored like any others.
#![allow(clippy::print_stderr)]

use std::path::Path;

use fapiao::ocr::PageText;
use serde_json::json;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args_os().skip(1);
    let (Some(recorded), Some(out)) = (args.next(), args.next()) else {
        return Err("usage: replay RECORDED_DIR OUT_DIR".into());
    };
    std::fs::create_dir_all(&out)?;
    for entry in std::fs::read_dir(recorded)? {
        let path = entry?.path();
        let Some(name) = path.file_name().filter(|_| path.extension().is_some_and(|e| e == "json")) else {
            continue;
        };
        let page: PageText = serde_json::from_slice(&std::fs::read(&path)?)?;
        let report = match fapiao::reader::read(&page, &|_| Vec::new()) {
            Ok(mut reading) => {
                let found = fapiao::check::Rules::default().run(&mut reading);
                json!({"page": reading.page, "invoice": reading.invoice, "fields": reading.fields,
                       "verdict": found.verdict, "reasons": found.reasons, "checks": found.checks})
            }
            Err(error) => json!({"error": error.info()}),
        };
        std::fs::write(Path::new(&out).join(name), serde_json::to_vec_pretty(&report)?)?;
    }
    Ok(())
}
