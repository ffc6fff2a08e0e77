//! Draws what was found on pages, for a person to see why something was misread: behind `make accuracy`. On each page stand
//! the lines of text (blue), the ruled lines (green), the form's cells (yellow), the papers (red) and the QR codes (violet).
//!
//! `draw OUTDIR FILE...` writes `OUTDIR/<file name>.<page>.png`; what has no page is left out.
#![allow(clippy::print_stderr)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use fapiao::document::{Document, Limits};
use fapiao::ocr::{Engine, PageText};
use fapiao::reader::file::text_lines;
use fapiao::reader::sketch::Sketch;
use image::{Rgb, RgbImage};

/// A file of many pages is shown by its first ones.
const MAX_PAGES: usize = 8;

const LINES: Rgb<u8> = Rgb([40, 90, 255]);
const RULES: Rgb<u8> = Rgb([0, 170, 60]);
const CELLS: Rgb<u8> = Rgb([255, 190, 0]);
const PAPERS: Rgb<u8> = Rgb([230, 0, 0]);
const CODES: Rgb<u8> = Rgb([170, 0, 200]);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let out = arguments.next().ok_or("usage: draw OUTDIR FILE...")?;
    std::fs::create_dir_all(&out)?;
    for file in arguments {
        if let Err(error) = draw(&file, &out) {
            eprintln!("{}: {error}", file.display());
        }
    }
    Ok(())
}

fn draw(file: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let document = Document::open(std::fs::read(file)?.into(), &Limits::default())?;
    for page in document.range().take(MAX_PAGES) {
        let (mut picture, text) = look(&document.part(page..page + 1), page)?;
        for (quads, color) in Sketch::of(&text).layers([RULES, CELLS, LINES, CODES, PAPERS]) {
            quads.iter().for_each(|outline| outlined(&mut picture, outline, color));
        }
        picture.save(out.join(format!("{name}.{}.png", page + 1)))?;
    }
    Ok(())
}

/// A page and what is read of it: its own text where that can be trusted, else what the engine sees.
fn look(document: &Document, page: usize) -> Result<(RgbImage, PageText), Box<dyn Error>> {
    let layer = document.text();
    if let Some(page) = layer.pages.get(page).filter(|page| page.is_trusted()) {
        let (width, height) = document.pixel_size(page);
        // An OFD is not drawn: its lines stand on white.
        let picture = document.pixels().unwrap_or_else(|_| RgbImage::from_pixel(width, height, Rgb([255; 3])));
        return Ok((picture, text_lines::page_text(page, (width, height))));
    }
    let picture = document.pixels()?;
    let text = engine()?.read(&picture)?;
    Ok((picture, text))
}

fn engine() -> Result<&'static Engine, Box<dyn Error>> {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    if let Some(ready) = ENGINE.get() {
        return Ok(ready);
    }
    let models = std::env::var_os("FAPIAO_MODELS").map_or_else(|| PathBuf::from("models"), PathBuf::from);
    let loaded = Engine::load(&models)?;
    Ok(ENGINE.get_or_init(|| loaded))
}

/// Strokes from corner to corner and back to the first.
fn outlined(picture: &mut RgbImage, corners: &[(f32, f32)], color: Rgb<u8>) {
    let next = corners.iter().cycle().skip(1);
    corners.iter().zip(next).for_each(|(from, to)| stroke(picture, *from, *to, color));
}

/// A stroke two pixels wide; what lies outside the picture is left out.
fn stroke(picture: &mut RgbImage, from: (f32, f32), to: (f32, f32), color: Rgb<u8>) {
    let length = (to.0 - from.0).hypot(to.1 - from.1).min(100_000.0);
    for step in 0..=length.ceil() as u32 {
        let share = step as f32 / length.max(1.0);
        let (x, y) = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
        for (dx, dy) in [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)] {
            let (x, y) = (x + dx, y + dy);
            if x >= 0.0 && y >= 0.0 && (x as u32) < picture.width() && (y as u32) < picture.height() {
                picture.put_pixel(x as u32, y as u32, color);
            }
        }
    }
}
