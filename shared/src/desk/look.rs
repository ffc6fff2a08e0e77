//! A page of pixels to the papers on it: looked at as a whole, and where several papers lie on it, again at those that lie
//! otherwise or are small. Knows nothing of how papers are told apart, nor of what they say.

use image::{RgbImage, imageops};

use super::{Found, PageReader};
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{bounds, moved};
use crate::ocr::{self, PageText, Region};
use crate::reader::papers::{self, Paper};
use crate::reader::{self, no_invoice};
use crate::report::Reading;
use crate::sentence::{fault, next};

/// A paper that was cut out may hold others, and these no more.
const MAX_DEPTH: usize = 2;
/// Papers of a page that are looked at by themselves; a sheet on which receipts are pasted has a dozen.
const MAX_LOOKS: usize = 40;
/// Pixels that are looked at, for each that the page has: as a whole, and once more at each depth where papers overlap a little.
const MAX_TIMES: u64 = 4;
/// Print that the detector sees smaller than this, in pixels, is better looked at again...
const SMALL_PRINT: f32 = 19.0;
/// ...when that makes it larger by this.
const WORTHWHILE: f32 = 1.25;
/// Fewer lines are hardly a paper, when they do not say of which kind...
const MIN_LINES: usize = 8;
/// ...and when they do: the name of a sheet on which papers are pasted stands alone.
const MIN_NAMED: usize = 5;

/// Reads every paper on a page.
///
/// # Errors
/// `unread_invoice` or `no_invoice` when none of them is one; `internal` when the engine fails.
pub(super) fn read(engine: &dyn PageReader, pixels: &RgbImage) -> Result<Vec<Found>> {
    let found = look(engine, pixels, 0, &mut Looks::at(pixels))?;
    if found.iter().any(|paper| paper.reading.is_ok()) {
        return Ok(found);
    }
    let mut errors: Vec<Error> = found.into_iter().filter_map(|paper| paper.reading.err()).collect();
    // What carries an invoice's labels must not end as a page that holds none.
    if let Some(unread) = errors.iter().position(|error| error.kind() == ErrorKind::UnreadInvoice) {
        return Err(errors.swap_remove(unread));
    }
    let only = errors.pop().filter(|_| errors.is_empty());
    Err(only.unwrap_or_else(no_invoice))
}

/// How much may still be looked at of a page.
struct Looks {
    papers: usize,
    pixels: u64,
}

impl Looks {
    fn at(page: &RgbImage) -> Self {
        let (width, height) = page.dimensions();
        Self { papers: MAX_LOOKS, pixels: (MAX_TIMES - 1) * u64::from(width) * u64::from(height) }
    }

    /// Takes a paper of so many pixels off what may be looked at.
    ///
    /// # Errors
    /// `too_complex` when it was too much.
    fn take(&mut self, width: u32, height: u32) -> Result<()> {
        let left = self.papers.checked_sub(1).zip(self.pixels.checked_sub(u64::from(width) * u64::from(height)));
        let Some((papers, pixels)) = left else {
            return Err(Error::new(ErrorKind::TooComplex, fault::too_many_papers()).with_hint(next::send_alone()));
        };
        (self.papers, self.pixels) = (papers, pixels);
        Ok(())
    }
}

fn look(engine: &dyn PageReader, pixels: &RgbImage, depth: usize, looks: &mut Looks) -> Result<Vec<Found>> {
    let page = engine.read(pixels)?;
    let papers = if depth < MAX_DEPTH { papers::part(&page) } else { Vec::new() };
    let as_one = || reader::read(&page, &|regions| engine.reread(pixels, regions));
    if papers.is_empty() {
        return Ok(vec![Found { quad: None, reading: as_one() }]);
    }
    let mut found = Vec::new();
    for paper in &papers {
        found.extend(read_paper(engine, (pixels, &page), paper, depth, looks)?);
    }
    let mut invoices = found.iter().filter_map(|paper| Some((paper.reading.as_ref().ok()?, paper.quad)));
    match (invoices.next(), invoices.next()) {
        (Some(_), Some(_)) => Ok(found),
        (only, _) => Ok(match as_one() {
            Ok(whole) if only.is_none_or(|(only, quad)| papers::says_less(only, &whole, quad)) => {
                vec![Found { quad: None, reading: Ok(whole) }]
            }
            _ => found,
        }),
    }
}

/// One paper, by itself where the whole page did not show it well enough.
fn read_paper(
    engine: &dyn PageReader,
    (pixels, page): (&RgbImage, &PageText),
    paper: &Paper,
    depth: usize,
    looks: &mut Looks,
) -> Result<Vec<Found>> {
    if paper.is_turned || is_small(page, paper) {
        return look_closer(engine, pixels, paper, depth, looks);
    }
    let reread = |regions: &[Region]| {
        let on_page = |region: &Region| Region { quad: paper.on_page(&region.quad), ..*region };
        let mut lines = engine.reread(pixels, &regions.iter().map(on_page).collect::<Vec<_>>());
        lines.iter_mut().for_each(|line| line.quad = paper.off_page(&line.quad));
        lines
    };
    let reading = reader::read(&paper.text, &reread).map(|reading| paper.reading_on_page(reading, page));
    let least = if paper.has_name { MIN_NAMED } else { MIN_LINES };
    let is_paper = reading.is_ok() || paper.text.lines.len() >= least;
    Ok(if is_paper { vec![Found { quad: Some(paper.quad), reading }] } else { Vec::new() })
}

/// Whether the detector saw a paper's print too small, and would see it larger by itself.
fn is_small(page: &PageText, paper: &Paper) -> bool {
    let (before, alone) =
        (ocr::seen_scale(page.width, page.height), ocr::seen_scale(paper.text.width, paper.text.height));
    paper.print_height() * before < SMALL_PRINT && alone > WORTHWHILE * before
}

/// Cuts a paper out and looks at it by itself.
fn look_closer(
    engine: &dyn PageReader,
    pixels: &RgbImage,
    paper: &Paper,
    depth: usize,
    looks: &mut Looks,
) -> Result<Vec<Found>> {
    let [left, top, right, bottom] = bounds([&paper.quad]).unwrap_or_default().map(|side| side.max(0.0) as u32);
    let (width, height) = (right.saturating_sub(left), bottom.saturating_sub(top));
    if width == 0 || height == 0 {
        return Ok(Vec::new());
    }
    if let Err(left_out) = looks.take(width, height) {
        return Ok(vec![Found { quad: Some(paper.quad), reading: Err(left_out) }]);
    }
    let alone = imageops::crop_imm(pixels, left, top, width, height).to_image();
    let found = look(engine, &alone, depth + 1, looks)?;
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::ocr::TextLine;

    /// What stands on a form 400 wide and 200 high, from its upper left corner.
    const FORM: [(&str, f32, f32); 11] = [
        ("电子发票(普通发票)", 100.0, 0.0),
        ("发票号码:24312000000012345678", 150.0, 25.0),
        ("名称:甲公司", 0.0, 50.0),
        ("项目名称", 0.0, 80.0),
        ("单价", 120.0, 80.0),
        ("金额", 200.0, 80.0),
        ("税额", 300.0, 80.0),
        ("*餐饮服务*餐费", 0.0, 105.0),
        ("价税合计(大写)", 0.0, 150.0),
        ("(小写)¥5.00", 250.0, 150.0),
        ("开票人:乙", 40.0, 190.0),
    ];

    fn line(text: &str, x: f32, y: f32, confidence: f32) -> TextLine {
        let (right, bottom) = (x + 14.0 * text.chars().count() as f32, y + 20.0);
        TextLine { quad: [x, y, right, y, right, bottom, x, bottom], text: text.into(), confidence, glyphs: Vec::new() }
    }

    fn form(x: f32, y: f32, confidence: f32) -> Vec<TextLine> {
        FORM.iter().map(|(text, left, top)| line(text, x + left, y + top, confidence)).collect()
    }

    /// Sees the whole page as it is told; a paper that is cut out is a form that lies straight.
    struct Eye {
        page: Vec<TextLine>,
        seen: Mutex<Vec<(u32, u32)>>,
    }

    impl PageReader for Eye {
        fn read(&self, page: &RgbImage) -> Result<PageText> {
            self.seen.lock().unwrap().push(page.dimensions());
            let lines = if page.width() == 1000 { self.page.clone() } else { form(40.0, 40.0, 0.99) };
            Ok(PageText { width: page.width(), height: page.height(), lines, ..PageText::default() })
        }
    }

    /// A paper's upper left corner, and whether it is an invoice.
    type Seen = (Option<[f32; 2]>, bool);

    /// The papers, and the sizes of the pictures that were looked at.
    fn look_at(page: Vec<TextLine>) -> (Vec<Seen>, Vec<(u32, u32)>) {
        let eye = Eye { page, seen: Mutex::default() };
        let found = read(&eye, &RgbImage::new(1000, 1000)).unwrap();
        let corner = |paper: &Found| paper.quad.map(|quad| [quad[0], quad[1]]);
        (found.iter().map(|paper| (corner(paper), paper.reading.is_ok())).collect(), eye.seen.into_inner().unwrap())
    }

    #[test]
    fn a_page_of_one_paper_is_looked_at_once() {
        assert_eq!(look_at(form(100.0, 100.0, 0.99)), (vec![(None, true)], vec![(1000, 1000)]));
    }

    #[test]
    fn invoices_that_cannot_be_read_are_not_told_as_none() {
        let is_value = |line: &TextLine| line.text.starts_with("发票号码") || line.text.starts_with("(小写)");
        let pages = [form(100.0, 100.0, 0.99), form(100.0, 500.0, 0.99)].concat();
        let page = pages.into_iter().filter(|line| !is_value(line)).collect();
        let eye = Eye { page, seen: Mutex::default() };
        let error = read(&eye, &RgbImage::new(1000, 1000)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnreadInvoice);
    }

    #[test]
    fn papers_that_lie_as_the_page_does_are_read_from_the_one_look() {
        let (papers, seen) = look_at([form(100.0, 100.0, 0.99), form(100.0, 500.0, 0.99)].concat());
        assert_eq!((papers.len(), papers.iter().all(|(_, is_invoice)| *is_invoice), seen.len()), (2, true, 1));
    }

    #[test]
    fn what_may_be_looked_at_is_bounded_in_papers_and_in_pixels() {
        let mut looks = Looks::at(&RgbImage::new(100, 100));
        assert!((0..MAX_LOOKS).all(|_| looks.take(10, 10).is_ok()));
        assert_eq!(looks.take(10, 10).unwrap_err().kind(), ErrorKind::TooComplex);
        let mut looks = Looks::at(&RgbImage::new(100, 100));
        assert!((1..MAX_TIMES).all(|_| looks.take(100, 100).is_ok()));
        assert_eq!(looks.take(1, 1).unwrap_err().kind(), ErrorKind::TooComplex);
    }

    #[test]
    fn a_paper_that_lies_otherwise_is_looked_at_by_itself() {
        let upside_down = (0..11).map(|row: u8| line("0 1--1039", 300.0, 500.0 + 25.0 * f32::from(row), 0.6));
        let (papers, seen) = look_at(form(100.0, 100.0, 0.99).into_iter().chain(upside_down).collect());
        assert_eq!(papers, [(Some([60.0, 60.0]), true), (Some([260.0, 460.0]), true)]);
        assert_eq!((seen.len(), seen[1]), (2, (206, 350)));
    }
}
