//! Untrusted bytes made safe: format told by content, limits, pages, pixels.
//! Knows nothing of invoices or providers.

mod archive;
mod bundle;
pub(crate) mod fit;
pub(crate) mod fonts;
mod format;
mod limits;
pub mod markup;
mod ofd;
mod pdf;
mod raster;
pub mod text;

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use image::RgbImage;

use self::archive::Archive;
pub use self::bundle::{Bundle, BundleFile};
pub use self::format::Format;
pub use self::limits::Limits;
pub(crate) use self::ofd::picture::decode as decode_picture;
use self::text::{Attachment, TextLayer};
use crate::error::{Error, ErrorKind, Result};

/// A file within the limits, of a format we open.
#[derive(Clone, Debug)]
pub struct Document {
    bytes: Bytes,
    format: Format,
    pages: u32,
    dimensions: (u32, u32),
    is_turned: bool,
    /// The pages that are this document, counted from 0; all of the file's but for a [`Document::part`].
    range: Range<u32>,
    text: Arc<OnceLock<Arc<TextLayer>>>,
}

/// A file, opened as what it is.
#[derive(Debug)]
pub enum Opened {
    /// Pages, or an invoice's data.
    Document(Document),
    /// A ZIP of files.
    Bundle(Bundle),
}

/// Opens a file of which [`Format::by_first_bytes`] told the format: cheap, no pixels are decoded yet.
///
/// # Errors
/// `unsupported_format`, `too_large`, `bad_dimensions`, `undecodable`, `encrypted`.
pub fn open(bytes: Bytes, format: Format, limits: &Limits) -> Result<Opened> {
    limits.check_bytes(bytes.len() as u64)?;
    let document = match format {
        Format::Zip => return open_zip(bytes, limits),
        Format::Pdf => {
            let (pages, dimensions) = pdf::inspect(&bytes)?;
            Document::new(bytes, format, pages, dimensions)
        }
        Format::Xml => Document::new(bytes, format, 1, NO_PAGE),
        _ => {
            let header = raster::inspect(&bytes, format)?;
            let document = Document::new(bytes, format, header.pages, header.dimensions);
            Document { is_turned: header.is_turned, ..document }
        }
    };
    document.within(limits).map(Opened::Document)
}

fn open_zip(bytes: Bytes, limits: &Limits) -> Result<Opened> {
    let archive = Archive::open(&bytes, limits)?;
    if let Some(folder) = ofd::root_folder(&archive) {
        // Read at once, so that the archive need not be opened again.
        let text = ofd::read(archive, folder, limits)?;
        let first = text.pages.first().ok_or_else(|| Error::new(ErrorKind::Undecodable, "the OFD has no pages"))?;
        let dimensions = pdf::size((first.width, first.height))?;
        let document = Document::new(bytes, Format::Ofd, counted(text.pages.len()), dimensions);
        return Document { text: Arc::new(OnceLock::from(Arc::new(text))), ..document }
            .within(limits)
            .map(Opened::Document);
    }
    if archive.find("[Content_Types].xml").is_some() {
        let message = "the content is an Office document, which we do not open";
        return Err(Error::new(ErrorKind::UnsupportedFormat, message));
    }
    Ok(Opened::Bundle(Bundle(archive)))
}

fn counted(pages: usize) -> u32 {
    u32::try_from(pages).unwrap_or(u32::MAX)
}

impl Document {
    /// Opens a file that is one document: a ZIP of files stays closed.
    ///
    /// # Errors
    /// `empty` and what [`open`] says.
    pub fn open(bytes: Bytes, limits: &Limits) -> Result<Self> {
        limits.check_bytes(bytes.len() as u64)?;
        let format = Format::by_first_bytes(&bytes)?;
        match open(bytes, format, limits)? {
            Opened::Document(document) => Ok(document),
            Opened::Bundle(_) => {
                Err(Error::new(ErrorKind::UnsupportedFormat, "a ZIP inside another file is not opened")
                    .with_hint("Unpack it and send its files."))
            }
        }
    }

    fn new(bytes: Bytes, format: Format, pages: u32, dimensions: (u32, u32)) -> Self {
        Self { bytes, format, pages, dimensions, is_turned: false, range: 0..pages, text: Arc::default() }
    }

    fn within(self, limits: &Limits) -> Result<Self> {
        limits.check_pages(self.pages)?;
        if self.dimensions != NO_PAGE {
            limits.check_dimensions(self.dimensions)?;
        }
        Ok(self)
    }

    /// The file's bytes, untouched.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// What it is.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The media type of the content, e.g. `image/jpeg`.
    pub fn media_type(&self) -> &'static str {
        self.format.media_type()
    }

    /// Why there are no pixels: the data has no page, or one that we read without drawing it.
    pub(crate) fn undrawn(&self) -> Error {
        let what = if self.format == Format::Ofd { "an OFD page is not drawn as a picture" } else { "XML has no page" };
        Error::new(ErrorKind::UnsupportedFormat, what)
            .with_hint("Add `embedded` to the providers: it reads the file's own text.")
    }

    /// How many pages the file has.
    pub fn pages(&self) -> u32 {
        self.pages
    }

    /// The pages that are this document, counted from 0.
    pub fn range(&self) -> Range<usize> {
        self.range.start as usize..self.range.end as usize
    }

    /// Whether it is the whole file.
    pub fn is_whole(&self) -> bool {
        self.range == (0..self.pages)
    }

    /// Some of the file's pages as a document of their own; bytes and text are shared.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Document {
        let page = |i: usize| counted(i).min(self.pages);
        let range = page(range.start)..page(range.end);
        let first = self.text.get().and_then(|text| text.pages.get(range.start as usize));
        let size = first.and_then(|page| pdf::size((page.width, page.height)).ok());
        let dimensions = size.filter(|_| !self.format.is_picture()).unwrap_or(self.dimensions);
        Document { range, dimensions, ..self.clone() }
    }

    /// What the file says in characters; empty where it says nothing, or nothing that can be read. Taken once and kept.
    pub fn text(&self) -> Arc<TextLayer> {
        let layer = || match self.format {
            Format::Pdf => pdf::layer(&self.bytes),
            // Data without a page is what others have attached to theirs.
            Format::Xml => {
                let data = Attachment { bytes: self.bytes.to_vec(), ..Attachment::default() };
                Ok(TextLayer { attachments: vec![data], ..TextLayer::default() })
            }
            _ => Ok(TextLayer::default()),
        };
        // What is broken beyond reading says so when its pixels are asked for.
        Arc::clone(self.text.get_or_init(|| Arc::new(layer().unwrap_or_default())))
    }

    /// The size in pixels of a page, as [`Self::pixels`] draws it.
    pub fn pixel_size(&self, page: &text::TextPage) -> (u32, u32) {
        pdf::size((page.width, page.height)).unwrap_or(self.dimensions)
    }

    /// Whether EXIF has the picture turned or mirrored before it is shown, which not every program follows.
    pub fn is_turned(&self) -> bool {
        self.is_turned
    }

    /// Width and height of the first page in pixels, after the EXIF turn; a PDF's are those of [`Self::pixels`].
    pub fn dimensions(&self) -> (u32, u32) {
        self.dimensions
    }

    /// The first page's pixels, EXIF-turned, transparency laid on white.
    ///
    /// # Errors
    /// `undecodable` when the content is damaged, `unsupported_format` for data without a page and for an OFD that is
    /// no scan: we do not draw it, because its own text says all of it.
    pub fn pixels(&self) -> Result<RgbImage> {
        match self.format {
            Format::Pdf => pdf::decode(&self.bytes, self.range.start as usize),
            // What is broken says so; only what is whole is refused for being no picture.
            Format::Xml => markup::Element::parse(&self.bytes).and_then(|_| Err(self.undrawn())),
            Format::Ofd | Format::Zip => Err(self.undrawn()),
            _ => raster::decode(&self.bytes, self.format, self.dimensions),
        }
    }
}

/// The dimensions of data that has no page.
const NO_PAGE: (u32, u32) = (0, 0);

#[cfg(test)]
mod tests;
