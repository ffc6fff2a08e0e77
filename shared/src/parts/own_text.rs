//! The invoice in a document's own text and data: no engine, no models, milliseconds. Knows nothing of pixels but QR codes.

use crate::document::text::{Picture, TextPage};
use crate::document::{Document, Format};
use crate::geometry::{Corners, Quad, quad_of};
use crate::ocr::{self, PageText, QrCode};
use crate::reader::file::pages::PageReading;
use crate::reader::file::{text_lines, xml};
use crate::reader::papers;
use crate::reader::sources::{self, SourceValues};
use crate::report::{EvidenceSource, PageInfo, Reading};

/// What one page says, or one paper on it.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    /// The page of the file, counted from 0.
    pub(super) page: usize,
    /// The paper on its page; none where the page is one paper.
    pub(super) quad: Option<Quad>,
    pub(super) says: PageReading,
}

/// What the text of a document's pages says, paper by paper; none where the text cannot be taken.
pub(super) fn read_pages(document: &Document) -> Vec<Sheet> {
    let text = document.text();
    let pages = text.pages.get(document.range()).unwrap_or_default();
    document.range().zip(pages).flat_map(|(number, page)| read_page(document, number, page)).collect()
}

fn read_page(document: &Document, number: usize, page: &TextPage) -> Vec<Sheet> {
    let whole = |says| vec![Sheet { page: number, quad: None, says }];
    let Some(lines) = text_lines::trusted(page, document.pixel_size(page)) else {
        return whole(PageReading::of(None));
    };
    let sheets = read_papers(number, page, &lines);
    let as_one = || {
        let qr_codes = codes(page, &lines).find(|codes| !codes.is_empty()).unwrap_or_default();
        PageReading::of(Some(&PageText { qr_codes, ..lines.clone() }))
    };
    match sheets.iter().filter(|sheet| sheet.says.invoice().is_some()).count() {
        0 => whole(as_one()),
        1 => {
            let one = as_one();
            let parted = sheets.iter().find_map(|sheet| sheet.says.invoice());
            let is_less = one.invoice().zip(parted).is_some_and(|(one, parted)| papers::says_less(parted, one));
            if is_less { whole(one) } else { sheets }
        }
        _ => sheets,
    }
}

/// Each paper of a page by itself; none where the page is one.
fn read_papers(number: usize, page: &TextPage, lines: &PageText) -> Vec<Sheet> {
    if papers::part(lines).is_empty() {
        return Vec::new();
    }
    let with_codes = PageText { qr_codes: codes(page, lines).flatten().collect(), ..lines.clone() };
    let sheet = |paper: &papers::Paper| {
        let says = PageReading::of_paper(paper, &with_codes);
        Sheet { page: number, quad: Some(paper.quad), says }
    };
    papers::part(&with_codes).iter().map(sheet).collect()
}

/// What the pages say together with the data beside them; none where both hold no invoice.
pub(super) fn with_data(document: &Document, printed: Option<Reading>) -> Option<Reading> {
    let mut reading = together(document, printed)?;
    let text = document.text();
    let pages = text.pages.get(document.range()).unwrap_or_default();
    reading.unread = pages.iter().fold(0, |all, page| page.unnamed.saturating_add(all));
    Some(reading)
}

fn together(document: &Document, printed: Option<Reading>) -> Option<Reading> {
    // Data beside the pages belongs to the file: of several invoices nobody knows whose it is.
    let mut data = if document.is_whole() { xml::source_values(&document.text()) } else { Vec::new() };
    let Some(printed) = printed else { return xml::read_alone(data).or_else(|| by_code(document)) };
    // The title and the marks tell the type, which data knows from the code alone.
    data.iter_mut().for_each(|account| account.invoice.r#type = printed.invoice.r#type);
    let page = printed.page;
    let printed = Some(SourceValues::of_reading(EvidenceSource::Text, printed));
    let accounts: Vec<SourceValues> = match document.format() {
        // A PDF is what it prints, an OFD's pages are made from its data.
        Format::Pdf => printed.into_iter().chain(data).collect(),
        _ => data.into_iter().chain(printed).collect(),
    };
    sources::merge(accounts, page)
}

/// An OFD whose text has places and no characters cannot be drawn either: its QR code is all that can be read.
fn by_code(document: &Document) -> Option<Reading> {
    let text = document.text();
    let page = text.pages.get(document.range())?.first().filter(|page| !page.is_trusted())?;
    if document.format() != Format::Ofd {
        return None;
    }
    let (width, height) = document.pixel_size(page);
    let lines = PageText { width, height, ..PageText::default() };
    let info = PageInfo { width, height, rotation: 0 };
    codes(page, &lines).flatten().find_map(|code| sources::of_code(&code, info))
}

/// The QR codes of each of the page's pictures, in the page's pixels.
fn codes<'p>(page: &'p TextPage, lines: &PageText) -> impl Iterator<Item = Vec<QrCode>> + use<'p> {
    let (x, y) = (lines.width as f32 / page.width.max(1.0), lines.height as f32 / page.height.max(1.0));
    let on_page = move |picture: &Picture| {
        let quad = Corners::from_quad(&quad_of(picture.place)).scaled(x, y).quad();
        let found = ocr::find_codes(&picture.pixels);
        found.into_iter().map(move |code| QrCode { quad, ..code }).collect::<Vec<_>>()
    };
    page.pictures.iter().map(on_page)
}
