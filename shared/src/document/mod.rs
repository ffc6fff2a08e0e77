//! Untrusted bytes made safe: format told by content, limits, pages, pixels.
//! Knows nothing of invoices or providers.

mod archive;
mod bundle;
pub(crate) mod fit;
pub(crate) mod fonts;
mod format;
mod heic;
mod jbig2;
mod limits;
pub mod markup;
mod metadata;
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
use crate::sentence::{fault, next};

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
    /// The part of its page that is this document.
    crop: Option<Crop>,
    /// Width and height of every page in pixels, where they are pictures.
    frames: Arc<[(u32, u32)]>,
    text: Arc<OnceLock<Arc<TextLayer>>>,
    /// Pixels that a picture on one of its pages may have.
    max_pixels: u64,
}

/// A place on a page, in pixels.
#[derive(Clone, Copy, Debug)]
struct Crop {
    /// Its left and upper edge.
    origin: (u32, u32),
    /// Width and height of the whole page.
    page: (u32, u32),
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
            let (pages, dimensions) = pdf::inspect(&bytes, limits)?;
            Document { max_pixels: limits.max_pixels, ..Document::new(bytes, format, pages, dimensions) }
        }
        Format::Xml => Document::new(bytes, format, 1, NO_PAGE),
        _ => {
            let header = raster::inspect(&bytes, format)?;
            limits.check_pages(header.pages)?;
            let frames = raster::frames(&bytes, &header).into();
            let document = Document::new(bytes, format, header.pages, header.dimensions);
            let document = Document { is_turned: header.is_turned, frames, ..document }.within(limits)?;
            header.check()?;
            document
        }
    };
    document.within(limits).map(Opened::Document)
}

fn open_zip(bytes: Bytes, limits: &Limits) -> Result<Opened> {
    let archive = Archive::open(&bytes, limits)?;
    if let Some(folder) = ofd::root_folder(&archive) {
        // Read at once, so that the archive need not be opened again.
        let text = ofd::read(archive, folder, limits)?;
        let first = text.pages.first().ok_or_else(|| Error::new(ErrorKind::Undecodable, fault::ofd_without_pages()))?;
        let dimensions = pdf::size((first.width, first.height))?;
        let document = Document::new(bytes, Format::Ofd, counted(text.pages.len()), dimensions);
        return Document { text: Arc::new(OnceLock::from(Arc::new(text))), ..document }
            .within(limits)
            .map(Opened::Document);
    }
    if archive.find("[Content_Types].xml").is_some() {
        let message = fault::content_is(fault::office());
        return Err(Error::new(ErrorKind::UnsupportedFormat, message));
    }
    Ok(Opened::Bundle(Bundle(archive)))
}

/// How many threads of this process still work on documents that were given up. A process in which there is one should end:
/// nothing else stops them.
pub fn left_behind() -> usize {
    pdf::left_behind()
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
                Err(Error::new(ErrorKind::UnsupportedFormat, fault::zip_inside()).with_hint(next::unpack_it()))
            }
        }
    }

    fn new(bytes: Bytes, format: Format, pages: u32, dimensions: (u32, u32)) -> Self {
        Self {
            bytes,
            format,
            pages,
            dimensions,
            is_turned: false,
            range: 0..pages,
            crop: None,
            frames: Arc::default(),
            text: Arc::default(),
            max_pixels: Limits::default().max_pixels,
        }
    }

    fn within(self, limits: &Limits) -> Result<Self> {
        limits.check_pages(self.pages)?;
        for dimensions in self.frames.iter().chain([&self.dimensions]).filter(|&&dimensions| dimensions != NO_PAGE) {
            limits.check_dimensions(*dimensions)?;
        }
        limits.check_frames(&self.frames)?;
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
        let what = if self.format == Format::Ofd { fault::ofd_not_drawn() } else { fault::xml_without_page() };
        Error::new(ErrorKind::UnsupportedFormat, what).with_hint(next::add_embedded())
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
        self.range == (0..self.pages) && self.crop.is_none()
    }

    /// Some of the file's pages as a document of their own; bytes and text are shared.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Document {
        let page = |i: usize| counted(i).min(self.pages);
        let range = page(range.start)..page(range.end);
        let first = self.text.get().and_then(|text| text.pages.get(range.start as usize));
        let size = match self.frames.get(range.start as usize) {
            Some(frame) => Some(*frame),
            None => first.and_then(|page| pdf::size((page.width, page.height)).ok()),
        };
        Document { dimensions: size.unwrap_or(self.dimensions), range, ..self.clone() }
    }

    /// A place on its page as a document of its own: left, top, right, bottom in the pixels of [`Self::pixels`].
    #[must_use]
    pub fn cropped(&self, [left, top, right, bottom]: [u32; 4]) -> Document {
        let page = self.page_dimensions();
        let (right, bottom) = (right.min(page.0), bottom.min(page.1));
        let (left, top) = (left.min(right.saturating_sub(1)), top.min(bottom.saturating_sub(1)));
        let crop = Crop { origin: (left, top), page };
        Document { crop: Some(crop), dimensions: (right - left, bottom - top), ..self.clone() }
    }

    /// Whether it is a place on a page.
    pub fn is_cropped(&self) -> bool {
        self.crop.is_some()
    }

    /// Where its upper left corner lies on the page as uploaded.
    pub fn origin(&self) -> (u32, u32) {
        self.crop.map_or((0, 0), |crop| crop.origin)
    }

    /// Width and height in pixels of the page on which it lies.
    pub fn page_dimensions(&self) -> (u32, u32) {
        self.crop.map_or(self.dimensions, |crop| crop.page)
    }

    /// What the file says in characters; empty where it says nothing, or nothing that can be read. Taken once and kept.
    pub fn text(&self) -> Arc<TextLayer> {
        let layer = || match self.format {
            Format::Pdf => pdf::layer(&self.bytes, self.max_pixels),
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
        let page = self.page_pixels()?;
        let Some(crop) = self.crop else { return Ok(page) };
        let (left, top) = crop.origin;
        Ok(image::imageops::crop_imm(&page, left, top, self.dimensions.0, self.dimensions.1).to_image())
    }

    /// A PDF's page; where its text was taken and the page given up, it is not tried again.
    fn draw(&self, page: usize) -> Result<RgbImage> {
        let known = self.text.get().and_then(|text| text.pages.get(page)?.given_up.clone());
        known.map_or_else(|| pdf::decode(&self.bytes, page, self.max_pixels), Err)
    }

    fn page_pixels(&self) -> Result<RgbImage> {
        match self.format {
            Format::Pdf => self.draw(self.range.start as usize),
            // What is broken says so; only what is whole is refused for being no picture.
            Format::Xml => markup::Element::parse(&self.bytes).and_then(|_| Err(self.undrawn())),
            Format::Ofd | Format::Zip => Err(self.undrawn()),
            Format::Tiff => {
                let frame = self.range.start as usize;
                let size = self.frames.get(frame).copied().unwrap_or(self.dimensions);
                raster::decode_frame(&self.bytes, frame, size)
            }
            _ => raster::decode(&self.bytes, self.format, self.dimensions),
        }
    }
}

/// The dimensions of data that has no page.
const NO_PAGE: (u32, u32) = (0, 0);

#[cfg(test)]
mod tests;
