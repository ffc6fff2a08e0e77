//! A worker whose engine goes over every pixel and reads nothing: for tests of what documents cost, and of what becomes of
//! them, without models.

use std::process::ExitCode;
use std::sync::Arc;

use fapiao::desk::Desk;
use fapiao::error::Result;
use fapiao::ocr::PageText;
use fapiao::worker;
use image::RgbImage;

fn main() -> ExitCode {
    worker::serve(|_| Desk::with_engine(Arc::new(look)))
}

#[allow(clippy::unnecessary_wraps)]
fn look(page: &RgbImage) -> Result<PageText> {
    std::hint::black_box(page.as_raw().iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte)));
    Ok(PageText { width: page.width(), height: page.height(), ..PageText::default() })
}
