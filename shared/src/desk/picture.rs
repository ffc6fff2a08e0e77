//! A page as people look at it beside its Report: the picture in whose pixels the Report's quads count. Knows nothing of what
//! is read off it.

use std::borrow::Cow;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::document::fit::{self, BodyForm, Requirements};
use crate::document::{self, Document, Format, Limits, Opened};
use crate::error::{Error, ErrorKind, Result};

/// What every browser shows, and so what a [`Picture`] may be; anything else is converted to JPEG.
pub const SHOWN: [Format; 4] = [Format::Jpeg, Format::Png, Format::Gif, Format::WebP];
/// More pixels a side than screens have; a larger page is scaled down.
const MAX_SIDE: u32 = 4096;

/// Which page of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaf {
    /// The file's path in the archive that was sent, as a Report's place names it; none for a file that came by itself.
    pub member: Option<String>,
    /// From 1.
    pub page: u32,
}

/// A page that can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// In a format that every browser shows.
    pub bytes: Bytes,
    /// Width and height in which the Report's quads count; the picture itself may be smaller.
    pub frame: (u32, u32),
    /// How many pages its file has.
    pub pages: u32,
}

/// Draws a page, in so many bytes at the most; none where the file has no such page, or pages without pixels (OFD, XML).
///
/// # Errors
/// What is wrong with the file, and what kept the page from being drawn.
pub(super) fn draw(bytes: Bytes, leaf: &Leaf, limits: &Limits, max_bytes: usize) -> Result<Option<Picture>> {
    let Some(document) = find(bytes, leaf.member.as_deref(), limits)? else { return Ok(None) };
    let pages = document.pages();
    if matches!(document.format(), Format::Ofd | Format::Xml) || !(1..=pages).contains(&leaf.page) {
        return Ok(None);
    }
    let first = leaf.page as usize - 1;
    // Taken before a page is drawn: what it would cost to draw it is told with its text.
    document.text();
    let page = document.part(first..first + 1);
    let fitted = fit::fit(&page, &requirements(max_bytes))?;
    Ok(Some(Picture { bytes: fitted.bytes, frame: page.dimensions(), pages }))
}

fn requirements(max_bytes: usize) -> Requirements {
    Requirements {
        formats: Cow::Borrowed(&SHOWN),
        max_bytes,
        max_body: usize::MAX,
        body: BodyForm::File,
        min_side: 1,
        max_side: MAX_SIDE,
    }
}

/// The file itself, or the one in an archive; none where there is none of that name.
fn find(bytes: Bytes, member: Option<&str>, limits: &Limits) -> Result<Option<Document>> {
    let format = Format::by_first_bytes(&bytes)?;
    match (document::open(bytes, format, limits)?, member) {
        (Opened::Document(document), None) => Ok(Some(document)),
        (Opened::Bundle(bundle), Some(member)) => {
            let file = bundle.files(limits)?.into_iter().find(|file| file.name == member);
            file.map(|file| Document::open(file.bytes, limits)).transpose()
        }
        (Opened::Document(_), Some(_)) => Ok(None),
        (Opened::Bundle(_), None) => {
            Err(Error::new(ErrorKind::UnsupportedFormat, "an archive has no pages of its own")
                .with_hint("Name one of its files."))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::write::SimpleFileOptions;

    use super::*;

    const PDF: &[u8] = include_bytes!("../../../tests/fixtures/text-two-invoices.pdf");
    const OFD: &[u8] = include_bytes!("../../../tests/fixtures/all-sources.ofd");
    const PHOTO: &[u8] = include_bytes!("../../../tests/fixtures/roll.jpg");
    const MAX_BYTES: usize = 4_000_000;

    fn shown(bytes: &[u8], member: Option<&str>, page: u32) -> Result<Option<Picture>> {
        let leaf = Leaf { member: member.map(str::to_owned), page };
        draw(Bytes::copy_from_slice(bytes), &leaf, &Limits::default(), MAX_BYTES)
    }

    fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn a_picture_is_shown_as_it_is() {
        let picture = shown(PHOTO, None, 1).unwrap().unwrap();
        let image = image::load_from_memory(PHOTO).unwrap();
        assert_eq!((&picture.bytes[..], picture.frame), (PHOTO, (image.width(), image.height())));
    }

    #[test]
    fn every_page_of_a_pdf_is_drawn_in_the_size_in_which_its_quads_count() {
        for page in 1..=3 {
            let picture = shown(PDF, None, page).unwrap().unwrap();
            let image = image::load_from_memory(&picture.bytes).unwrap();
            assert_eq!((picture.frame, picture.pages), ((image.width(), image.height()), 3), "{page}");
        }
        assert!(shown(PDF, None, 0).unwrap().is_none() && shown(PDF, None, 4).unwrap().is_none());
    }

    #[test]
    fn a_page_too_large_for_an_answer_is_scaled_and_keeps_its_frame() {
        let leaf = Leaf { member: None, page: 1 };
        let picture = draw(PHOTO.into(), &leaf, &Limits::default(), 20_000).unwrap().unwrap();
        let image = image::load_from_memory(&picture.bytes).unwrap();
        assert!(picture.bytes.len() <= 20_000 && image.width() < picture.frame.0, "{:?}", picture.frame);
        assert_eq!(picture.frame, shown(PHOTO, None, 1).unwrap().unwrap().frame);
    }

    #[test]
    fn an_archives_members_are_shown_by_their_paths() {
        let zip = zipped(&[("八月/1.jpg", PHOTO), ("八月/2.ofd", OFD)]);
        assert_eq!(shown(&zip, Some("八月/1.jpg"), 1).unwrap(), shown(PHOTO, None, 1).unwrap());
        for absent in ["八月/2.ofd", "八月/3.jpg", "../八月/1.jpg"] {
            assert!(shown(&zip, Some(absent), 1).unwrap().is_none(), "{absent}");
        }
        assert_eq!(shown(&zip, None, 1).unwrap_err().kind(), ErrorKind::UnsupportedFormat);
    }

    #[test]
    fn what_has_no_pixels_has_no_picture() {
        assert!(shown(OFD, None, 1).unwrap().is_none() && shown(PHOTO, Some("a"), 1).unwrap().is_none());
        assert_eq!(shown(b"text", None, 1).unwrap_err().kind(), ErrorKind::UnsupportedFormat);
    }
}
