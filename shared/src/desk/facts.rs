//! What is told of a file and its parts, so that whoever has no business with bytes can decide. Pure data.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::document::{Document, Format};
use crate::error::Result;
use crate::parts::File;
use crate::report::Place;

/// What an open file is, and what is in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileFacts {
    /// Told from its content.
    pub format: Format,
    /// None for an archive.
    pub pages: Option<u32>,
    /// In the file's order; every page and every member is in one of them. What stands there, or why there is nothing to
    /// read.
    pub parts: Vec<(Place, Result<PartFacts>)>,
}

/// What is known of a part before it is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartFacts {
    /// What its file is, or the member of an archive that holds it.
    pub format: Format,
    /// Width and height of its first page in pixels, after the EXIF turn, or of the paper on it; 0 where there is no page.
    pub dimensions: (u32, u32),
    /// The same of the page on which it lies.
    pub page_dimensions: (u32, u32),
    /// Where its upper left corner lies on that page.
    pub origin: (u32, u32),
    /// Its first page in the file, counted from 0.
    pub first_page: u32,
    /// Hex digest of what would be read: the file's bytes, and which pages and which place on them where it is not all of it.
    pub sha256: String,
}

impl FileFacts {
    pub(super) fn of(file: &File) -> Self {
        let mut last: Option<(*const u8, Sha256)> = None;
        // The parts of one document share its bytes, which are hashed once.
        let mut of_part = |document: &Document| {
            let start = document.bytes().as_ptr();
            let digest = match &last {
                Some((at, digest)) if *at == start => digest.clone(),
                _ => last.insert((start, Sha256::new_with_prefix(document.bytes()))).1.clone(),
            };
            PartFacts::of(document, digest)
        };
        let parts = file.parts.iter().map(|(place, part)| {
            (place.clone(), part.as_ref().map(|part| of_part(part.document())).map_err(Clone::clone))
        });
        Self { format: file.format, pages: file.pages, parts: parts.collect() }
    }
}

impl PartFacts {
    fn of(document: &Document, mut digest: Sha256) -> Self {
        let (range, origin, dimensions) = (document.range(), document.origin(), document.dimensions());
        if !document.is_whole() {
            digest.update(format!("pages {range:?} place {origin:?} {dimensions:?}"));
        }
        Self {
            format: document.format(),
            dimensions,
            page_dimensions: document.page_dimensions(),
            origin,
            first_page: u32::try_from(range.start).unwrap_or(u32::MAX),
            sha256: hex::encode(digest.finalize()),
        }
    }
}
