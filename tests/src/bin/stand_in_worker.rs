//! A worker with a stand-in for the engine, which does what the width of a page tells it: it dies in every way there is, or
//! looks for a way out. And a parent for it, so that both can be run by another user. For `tests/tests/worker.rs` alone.
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
use fapiao::worker::{self, Workers};
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

#[tokio::main(flavor = "current_thread")]
async fn parent(how: &str, width: u32, seconds: u64) -> ExitCode {
    let workers = Workers::spawned(deeds::settings(std::env::current_exe().ok(), how), 1);
    let error = deeds::read(&workers, width, Duration::from_secs(seconds)).await;
    deeds::tell(&error);
    ExitCode::SUCCESS
}
