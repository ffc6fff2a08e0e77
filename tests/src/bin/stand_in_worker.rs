//! A worker with a stand-in for the engine, which does what the width of a page tells it: it dies in every way there is, or
//! looks for a way out. And a parent for it, so that both can be run by another user. For `tests/tests/worker.rs` alone.
//!
//! `stand_in_worker worker` is a real one; `stand_in_worker cost WAY MODELS FILE TIMES` reads a file again and again, `here` or
//! `elsewhere`, and prints the shortest time in microseconds and the memory in kilobytes, of both processes together.
//!
//! `stand_in_worker parent HOW WIDTH SECONDS` opens and reads one page of that width through a worker that is started as
//! `stand_in_worker HOW`, and prints the error's code and message.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use fapiao::desk::Desk;
use fapiao::error::Result;
use fapiao::ocr::PageText;
use fapiao::worker::{self, Settings, Workers};
use fapiao_tests::deeds;
use image::RgbImage;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["confined"] => worker::serve(stand_in),
        ["without-landlock"] => {
            deeds::take_landlock_away();
            worker::serve(stand_in)
        }
        ["worker"] => {
            worker::begin();
            ExitCode::FAILURE
        }
        ["cost", way, models, file, times] => cost(way, models, file, times.parse().unwrap_or_default()),
        ["parent", how, width, seconds] => {
            worker::begin();
            fapiao::logging::init_json();
            parent(how, width.parse().unwrap_or_default(), seconds.parse().unwrap_or_default())
        }
        _ => ExitCode::FAILURE,
    }
}

fn stand_in(_: &Path) -> Desk {
    Desk::with_engine(Arc::new(|page: &RgbImage| -> Result<PageText> { deeds::done(page.width()) }))
}

#[tokio::main]
async fn cost(way: &str, models: &str, file: &str, times: u32) -> ExitCode {
    let workers = match way {
        "here" => Workers::here(Desk::new(models)),
        _ => Workers::spawned(Settings { models: models.into(), ..Settings::default() }, 1),
    };
    let Ok(bytes) = std::fs::read(file) else { return ExitCode::FAILURE };
    if let Some(shortest) = deeds::shortest(&workers, &bytes.into(), times).await {
        deeds::tell_cost(shortest);
    }
    ExitCode::SUCCESS
}

#[tokio::main(flavor = "current_thread")]
async fn parent(how: &str, width: u32, seconds: u64) -> ExitCode {
    let workers = Workers::spawned(deeds::settings(std::env::current_exe().ok(), how), 1);
    let error = deeds::read(&workers, width, Duration::from_secs(seconds)).await;
    deeds::tell(&error);
    ExitCode::SUCCESS
}
