//! A page of pixels to the papers on it: looked at as a whole, and where several papers lie on it, again at those that lie
//! otherwise or are small. Knows nothing of how papers are told apart, nor of what they say.

use image::{RgbImage, imageops};

use super::Found;
use super::embedded::PageReader;
use crate::error::Result;
use crate::geometry::{bounds, moved};
use crate::ocr::{self, PageText, Region};
use crate::reader::papers::{self, Paper};
use crate::reader::{self, no_invoice};
use crate::report::Reading;

/// A paper that was cut out may hold others, and these no more.
const MAX_DEPTH: usize = 2;
/// Print that the detector sees smaller than this, in pixels, is better looked at again...
const SMALL_PRINT: f32 = 10.0;
/// ...when that makes it larger by this.
const WORTHWHILE: f32 = 1.25;
/// Fewer lines are hardly a paper, when they do not say of which kind.
const MIN_LINES: usize = 8;

/// Reads every paper on a page.
///
/// # Errors
/// `no_invoice` when none of them is one; `internal` when the engine fails.
pub(super) fn read(engine: &dyn PageReader, pixels: &RgbImage) -> Result<Vec<Found>> {
    let found = look(engine, pixels, 0)?;
    if found.iter().any(|paper| paper.reading.is_ok()) { Ok(found) } else { Err(no_invoice()) }
}

fn look(engine: &dyn PageReader, pixels: &RgbImage, depth: usize) -> Result<Vec<Found>> {
    let page = engine.read(pixels)?;
    let papers = if depth < MAX_DEPTH { papers::part(&page) } else { Vec::new() };
    let as_one = || reader::read(&page, &|regions| engine.reread(pixels, regions));
    if papers.is_empty() {
        return Ok(vec![Found { quad: None, reading: as_one().map_err(|error| error.message().to_owned()) }]);
    }
    let mut found = Vec::new();
    for paper in &papers {
        found.extend(read_paper(engine, pixels, &page, paper, depth)?);
    }
    let mut invoices = found.iter().filter_map(|paper| paper.reading.as_ref().ok());
    match (invoices.next(), invoices.next()) {
        (Some(_), Some(_)) => Ok(found),
        (only, _) => Ok(match as_one() {
            Ok(whole) if only.is_none_or(|only| papers::says_less(only, &whole)) => {
                vec![Found { quad: None, reading: Ok(whole) }]
            }
            _ => found,
        }),
    }
}

/// One paper, by itself where the whole page did not show it well enough.
fn read_paper(
    engine: &dyn PageReader,
    pixels: &RgbImage,
    page: &PageText,
    paper: &Paper,
    depth: usize,
) -> Result<Vec<Found>> {
    if paper.is_turned || is_small(page, paper) {
        return look_closer(engine, pixels, paper, depth);
    }
    let reread = |regions: &[Region]| {
        let on_page = |region: &Region| Region { quad: paper.on_page(&region.quad), ..*region };
        let mut lines = engine.reread(pixels, &regions.iter().map(on_page).collect::<Vec<_>>());
        lines.iter_mut().for_each(|line| line.quad = paper.off_page(&line.quad));
        lines
    };
    let reading = reader::read(&paper.text, &reread).map(|reading| paper.reading_on_page(reading, page));
    let is_paper = reading.is_ok() || paper.has_name || paper.text.lines.len() >= MIN_LINES;
    let reading = reading.map_err(|error| error.message().to_owned());
    Ok(if is_paper { vec![Found { quad: Some(paper.quad), reading }] } else { Vec::new() })
}

/// Whether the detector saw a paper's print too small, and would see it larger by itself.
fn is_small(page: &PageText, paper: &Paper) -> bool {
    let (before, alone) =
        (ocr::seen_scale(page.width, page.height), ocr::seen_scale(paper.text.width, paper.text.height));
    paper.print_height() * before < SMALL_PRINT && alone > WORTHWHILE * before
}

/// Cuts a paper out and looks at it by itself.
fn look_closer(engine: &dyn PageReader, pixels: &RgbImage, paper: &Paper, depth: usize) -> Result<Vec<Found>> {
    let [left, top, right, bottom] = bounds([&paper.quad]).unwrap_or_default().map(|side| side.max(0.0) as u32);
    let (width, height) = (right.saturating_sub(left), bottom.saturating_sub(top));
    if width == 0 || height == 0 {
        return Ok(Vec::new());
    }
    let alone = imageops::crop_imm(pixels, left, top, width, height).to_image();
    let found = look(engine, &alone, depth + 1)?;
    let on_page = |mut found: Found| {
        found.quad = Some(found.quad.map_or(paper.quad, |quad| moved(&quad, left as f32, top as f32)));
        found.reading = found.reading.map(|mut reading: Reading| {
            reading.move_places(|quad| moved(quad, left as f32, top as f32));
            (reading.page.width, reading.page.height) = pixels.dimensions();
            reading
        });
        found
    };
    Ok(found.into_iter().map(on_page).collect())
}
