//! A page read from its own text beside the same page read from its pixels. `make bench` runs it alone.

#![cfg(test)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use fapiao::desk::Desk;
use fapiao::document::{Document, Limits};
use fapiao::pipeline::Pipeline;
use fapiao::provider::{Chain, Embedded};
use fapiao::report::{Source, Status};
use fapiao::worker::Workers;
use fapiao_tests::environment;

/// Text must be so many times faster.
const MIN_RATIO: f64 = 20.0;
const WARM_UP: usize = 3;
const TEXT_ROUNDS: usize = 60;
const PIXEL_ROUNDS: usize = 3;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

async fn read(pipeline: &Pipeline, file: &Bytes, model: &str) -> Duration {
    let start = Instant::now();
    let deadline = start + Duration::from_secs(120);
    let report = pipeline.read(file.clone(), Source::default(), None, deadline).await.unwrap();
    assert_eq!(report.status, Status::Read);
    assert_eq!(report.invoices[0].provider.model.as_deref() == Some("text"), model == "text");
    start.elapsed()
}

/// The page as a picture, which says the same without any text of its own.
fn as_picture(pdf: &Bytes) -> Bytes {
    let pixels = Document::open(pdf.clone(), &Limits::default()).unwrap().pixels().unwrap();
    let mut png = std::io::Cursor::new(Vec::new());
    pixels.write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner().into()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

#[tokio::test]
#[ignore = "a measurement: run it with `make bench`"]
async fn text_is_far_faster_than_pixels() {
    let models = environment::set("FAPIAO_MODELS").map_or_else(|| Path::new(ROOT).join("models"), Into::into);
    let pipeline =
        Pipeline::new(Workers::here(Desk::new(models)), Chain::new(vec![Arc::new(Embedded)]), Limits::default());
    let pdf: Bytes = std::fs::read(Path::new(ROOT).join("tests/fixtures/text-digital.pdf")).unwrap().into();
    let picture = as_picture(&pdf);
    let (mut text, mut pixels) = (Vec::new(), Vec::new());
    for round in 0..WARM_UP + TEXT_ROUNDS {
        let time = read(&pipeline, &pdf, "text").await;
        if round >= WARM_UP {
            text.push(time);
        }
    }
    // The first one loads the models.
    for round in 0..1 + PIXEL_ROUNDS {
        let time = read(&pipeline, &picture, "pixels").await;
        if round >= 1 {
            pixels.push(time);
        }
    }
    let (text, pixels) = (median(text), median(pixels));
    let ratio = pixels.as_secs_f64() / text.as_secs_f64();
    println!("one page: from its text {text:.2?} (median), from its pixels {pixels:.2?}, ratio {ratio:.0}");
    assert!(ratio >= MIN_RATIO, "only {ratio:.1} times faster than pixels");
}
