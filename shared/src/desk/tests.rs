use std::io::Cursor;

use image::{ImageFormat, RgbImage};

use super::*;
use crate::document::Format;
use crate::document::fit::BodyForm;
use crate::ocr::PageText;

fn desk() -> Desk {
    Desk::with_engine(Arc::new(|_: &RgbImage| Ok(PageText::default())))
}

fn png(width: u32, height: u32) -> Bytes {
    let mut png = Cursor::new(Vec::new());
    RgbImage::new(width, height).write_to(&mut png, ImageFormat::Png).unwrap();
    png.into_inner().into()
}

fn requirements(formats: &'static [Format]) -> Requirements {
    Requirements {
        formats: formats.into(),
        max_bytes: 100_000,
        max_body: usize::MAX,
        body: BodyForm::File,
        min_side: 1,
        max_side: 1000,
    }
}

#[test]
fn only_what_lies_open_can_be_read() {
    let desk = desk();
    assert!(desk.read(1, 0).is_none());
    let facts = desk.open(1, png(20, 10), &Limits::default()).unwrap();
    assert_eq!((facts.format, facts.pages, facts.parts.len()), (Format::Png, Some(1), 1));
    assert_eq!(desk.read(1, 0).unwrap().unwrap_err().kind(), ErrorKind::NoInvoice);
    assert!(desk.read(1, 1).is_none() && desk.read(2, 0).is_none());
    desk.close(1);
    assert!(desk.read(1, 0).is_none());
}

#[test]
fn the_oldest_file_makes_room() {
    let desk = desk();
    for id in 0..=MAX_FILES as u64 {
        desk.open(id, png(20, 10), &Limits::default()).unwrap();
    }
    assert!(desk.read(0, 0).is_none() && desk.read(1, 0).is_some());
}

#[test]
fn what_fits_is_told_and_not_sent_back() {
    let desk = desk();
    desk.open(1, png(20, 10), &Limits::default()).unwrap();
    let fit = |formats| desk.fit(1, 0, &requirements(formats)).unwrap().unwrap();
    assert!(matches!(fit(&[Format::Png]), Fit::AsItIs(Some((20, 10)))));
    assert!(matches!(fit(&[Format::Jpeg]), Fit::Made(Fitted { size: Some((20, 10)), adapted: Some(_), .. })));
}

#[test]
fn the_digest_tells_the_parts_of_a_file_apart() {
    let desk = desk();
    let digests = |file: &'static [u8]| -> Vec<String> {
        let facts = desk.open(1, Bytes::from_static(file), &Limits::default()).unwrap();
        facts.parts.into_iter().filter_map(|(_, part)| Some(part.ok()?.sha256)).collect()
    };
    let two = digests(include_bytes!("../../../tests/fixtures/text-two-invoices.pdf"));
    assert!(two.len() == 2 && two[0] != two[1], "{two:?}");
    assert_eq!(two, digests(include_bytes!("../../../tests/fixtures/text-two-invoices.pdf")));
    let whole = include_bytes!("../../../tests/fixtures/text-two-pages.pdf");
    assert_eq!(digests(whole), [hex::encode(<sha2::Sha256 as sha2::Digest>::digest(whole))]);
}
