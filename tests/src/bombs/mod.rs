//! Hostile files, made in memory: small ones that ask for gigabytes or hours. Each is named by its format, by what it has
//! too much of, and by how. Knows nothing of what becomes of them.
//!
//! - [`pictures`]: JPEG, PNG, BMP, GIF, WebP, TIFF
//! - [`pdf`]: pages, streams and pictures of a PDF
//! - [`drawings`]: what a PDF's page can be told to draw
//! - [`packages`]: ZIP, OFD, XML

mod drawings;
mod pack;
mod packages;
mod pdf;
mod pictures;

/// A hostile file.
#[derive(Clone, Copy)]
pub struct Bomb {
    /// Format, what it has too much of, and how: `png-metadata-profile`.
    pub name: &'static str,
    /// What it asks for.
    pub asks: &'static str,
    /// Its bytes.
    pub make: fn() -> Vec<u8>,
}

/// All of them, format by format.
pub fn all() -> Vec<Bomb> {
    [pictures::BOMBS, pdf::BOMBS, drawings::BOMBS, packages::BOMBS].concat()
}

/// The bomb of a name.
pub fn named(name: &str) -> Option<Bomb> {
    all().into_iter().find(|bomb| bomb.name == name)
}
