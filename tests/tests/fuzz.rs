//! A fuzz target for each parser. `make fuzz` runs them for long; here a few hundred inputs each, and every input
//! that ever broke something (`tests/fixtures/crashers`).

#![cfg(test)]

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use fapiao::check;
use fapiao::document::{self, BundleFile, Document, Format, Limits, Opened};
use fapiao::error::Error;
use fapiao::reader;
use fapiao::reader::file::{text_lines, xml};
use fapiao::reader::sources::{self, SourceValues};
use fapiao::report::EvidenceSource;
use fapiao_tests::environment;
use fapiao_tests::fuzz::{Dice, FuzzTarget, mutate, run};
use fapiao_tests::ofd::{DIGITAL, ORIGINAL, OfdPackage, bare, invoice, zipped};
use image::{ImageFormat, Rgb, RgbImage};

const ROLL: &[u8] = include_bytes!("../fixtures/roll.heic");
/// Bytes in which it says what it is, and in which it says what is in it.
const HEIC_BRANDS: usize = 28;
const HEIC_BOXES: usize = 741;

const TARGETS: [FuzzTarget; 5] = [
    FuzzTarget { name: "pdf", input: pdf, run: read },
    FuzzTarget { name: "ofd", input: ofd, run: read },
    FuzzTarget { name: "xml", input: data, run: read },
    FuzzTarget { name: "zip", input: zip, run: read },
    FuzzTarget { name: "picture", input: picture, run: decode },
];

// Inputs

fn pdf(seed: u64) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    let mut objects = pdf_objects();
    for _ in 0..=dice.below(2) {
        let at = dice.below(objects.len());
        mutate(&mut objects[at], 0, &mut dice);
    }
    let mut file = pdf_of(&objects);
    if dice.once_in(5) {
        mutate(&mut file, 9, &mut dice);
    }
    file
}

/// A page with text in a font that is not embedded and one whose characters the file names, a form in a form, a
/// picture, the information dictionary and an attached file.
fn pdf_objects() -> Vec<Vec<u8>> {
    let stream = |dictionary: &str, content: &str| {
        format!("<< {dictionary} /Length {} >>\nstream\n{content}\nendstream", content.len())
    };
    let text = "BT /F1 10 Tf 50 300 Td <53D17968> Tj 0 -20 Td [<4EE37801> -200 <FF1A>] TJ /F2 9 Tf (031001900211) Tj ET \
        q 1 0 0 1 10 10 cm /X1 Do Q q 90 0 0 90 30 30 cm /I1 Do Q 0 0 200 100 re S 10 10 m 300 10 l S";
    let map = "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange \
        1 beginbfrange <30> <39> <0030> endbfrange endcmap";
    [
        "<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [(a.xml) 12 0 R] >> >> >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /CropBox [0 0 595 400] /Contents 4 0 R /Resources << /Font \
            << /F1 5 0 R /F2 7 0 R >> /XObject << /X1 9 0 R /I1 10 0 R >> >> >>"
            .to_owned(),
        stream("", text),
        "<< /Type /Font /Subtype /Type0 /BaseFont /SimSun /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>".to_owned(),
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /SimSun /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) \
            /Supplement 2 >> /DW 1000 /W [1 [500 600] 10 20 700] >>"
            .to_owned(),
        "<< /Type /Font /Subtype /TrueType /BaseFont /Courier /ToUnicode 8 0 R /FirstChar 48 /LastChar 57 /Widths [600 \
            600 600 600 600 600 600 600 600 600] >>"
            .to_owned(),
        stream("", map),
        stream("/Type /XObject /Subtype /Form /BBox [0 0 200 200] /Resources << /XObject << /X1 9 0 R >> >>", "/X1 Do"),
        stream(
            "/Type /XObject /Subtype /Image /Width 4 /Height 4 /ColorSpace /DeviceGray /BitsPerComponent 8",
            "0123456789abcdef",
        ),
        "<< /InvoiceNumber (12345678) /IssueTime (2024-10-17) /TotalTaxAm (12.06) >>".to_owned(),
        "<< /Type /Filespec /F (a.xml) /EF << /F 13 0 R >> >>".to_owned(),
        stream("/Type /EmbeddedFile", ORIGINAL),
    ]
    .map(String::into_bytes)
    .to_vec()
}

fn pdf_of(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (index, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", file.len());
        file.extend(format!("{} 0 obj\n", index + 1).as_bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let start = file.len();
    let size = objects.len() + 1;
    file.extend(table.as_bytes());
    file.extend(
        format!("trailer\n<< /Size {size} /Root 1 0 R /Info 11 0 R >>\nstartxref\n{start}\n%%EOF\n").as_bytes(),
    );
    file
}

fn ofd(seed: u64) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    let mut files = ofd_files(if dice.once_in(3) { bare() } else { invoice() });
    for _ in 0..=dice.below(3) {
        let at = dice.below(files.len());
        match dice.below(16) {
            0 => files[at].1 = files[dice.below(files.len())].1.clone(),
            1 if files[at].0 != "OFD.xml" => drop(files.remove(at)),
            _ => mutate(&mut files[at].1, 0, &mut dice),
        }
    }
    let mut file = zipped(&files);
    if dice.once_in(8) {
        mutate(&mut file, 4, &mut dice);
    }
    file
}

/// The package's files with a picture on the page.
fn ofd_files(OfdPackage(mut files): OfdPackage) -> Vec<(String, Vec<u8>)> {
    let picture = ("Doc_0/Res/qr.jb2".to_owned(), JBIG2.to_vec());
    let listed = r#"<Res BaseLoc="Res"><MultiMedias><MultiMedia ID="5"><MediaFile>qr.jb2</MediaFile></MultiMedia></MultiMedias></Res>"#;
    files.extend([picture, ("Doc_0/DocumentRes.xml".to_owned(), listed.into())]);
    edit(
        &mut files,
        "Doc_0/Document.xml",
        "</ofd:CommonData>",
        "<DocumentRes>DocumentRes.xml</DocumentRes></ofd:CommonData>",
    );
    edit(
        &mut files,
        "Doc_0/Pages/Page_0/Content.xml",
        "<ofd:Layer>",
        r#"<ofd:Layer><ImageObject Boundary="8 3 20 20" CTM="20 0 0 20 0 0" ResourceID="5"/>"#,
    );
    files
}

fn edit(files: &mut [(String, Vec<u8>)], path: &str, from: &str, to: &str) {
    for (_, content) in files.iter_mut().filter(|(name, _)| name == path) {
        *content = String::from_utf8_lossy(content).replace(from, to).into_bytes();
    }
}

/// A JBIG2 file of one page with one generic region.
const JBIG2: &[u8] = b"\x97JB2\r\n\x1a\n\x01\0\0\0\x01\0\0\0\0\x30\0\x01\0\0\0\x13\0\0\0\x10\0\0\0\x10\0\0\0\0\0\0\0\0\
    \0\0\0\0\0\0\x01\x26\0\x01\0\0\0\x23\0\0\0\x10\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\x03\xff\xfd\xff\x02\xfe\xfe\xfe\x08\
    \xed\x84\xe9\x2b\x5f\xa1\xff\xac\0\0\0\x02\x31\0\x01\0\0\0\0\0\0\0\x03\x33\0\x01\0\0\0\0";

fn data(seed: u64) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    let mut file = dice.pick(&[ORIGINAL, DIGITAL]).as_bytes().to_vec();
    mutate(&mut file, 5, &mut dice);
    file
}

fn zip(seed: u64) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    let inner = zipped(&[("1.xml".to_owned(), DIGITAL.into())]);
    let mut files = vec![
        ("发票/1.xml".to_owned(), DIGITAL.as_bytes().to_vec()),
        ("发票/2.ofd".to_owned(), bare().zipped()),
        ("__MACOSX/._1.xml".to_owned(), b"x".to_vec()),
        ("3.pdf".to_owned(), pdf_of(&pdf_objects())),
        ("4.zip".to_owned(), inner),
    ];
    let at = dice.below(files.len());
    mutate(&mut files[at].1, 0, &mut dice);
    let mut file = zipped(&files);
    // The directory is at the end, each member's head before it: that is what an archive's reader trusts.
    if dice.once_in(3) {
        mutate(&mut file, 4, &mut dice);
    }
    file
}

fn picture(seed: u64) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    // Nobody here can draw one, and it is large.
    if dice.once_in(10) {
        return photo(&mut dice);
    }
    let formats =
        [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::Tiff, ImageFormat::Bmp, ImageFormat::WebP];
    let format = *dice.pick(&formats);
    let mut file = Cursor::new(Vec::new());
    let drawn = RgbImage::from_fn(24, 16, |x, y| Rgb([(x * 10) as u8, (y * 15) as u8, 90]));
    drawn.write_to(&mut file, format).unwrap();
    let mut file = file.into_inner();
    mutate(&mut file, 18, &mut dice);
    file
}

/// A HEIC photo, changed in the boxes that say what is where, or anywhere.
fn photo(dice: &mut Dice) -> Vec<u8> {
    let (boxes, pixels) = ROLL.split_at(if dice.once_in(3) { ROLL.len() } else { HEIC_BOXES });
    let mut boxes = boxes.to_vec();
    mutate(&mut boxes, HEIC_BRANDS, dice);
    [&boxes, pixels].concat()
}

// Parsers

/// Everything that happens to a file's own text and data, from its bytes to the verdict.
fn read(bytes: Vec<u8>) -> bool {
    let bytes = Bytes::from(bytes);
    read_file(bytes).map_or_else(|error| is_past_detection(&error), |()| true)
}

fn read_file(bytes: Bytes) -> Result<(), Error> {
    let limits = Limits::default();
    match document::open(bytes.clone(), Format::by_first_bytes(&bytes)?, &limits)? {
        Opened::Document(document) => read_one(&document),
        Opened::Bundle(bundle) => {
            let read = |file: BundleFile| Document::open(file.bytes, &limits).and_then(|document| read_one(&document));
            bundle.files(&limits)?.into_iter().for_each(|file| drop(read(file)));
            Ok(())
        }
    }
}

fn read_one(document: &Document) -> Result<(), Error> {
    if !matches!(document.format(), Format::Pdf | Format::Ofd | Format::Xml) {
        return Ok(());
    }
    let layer = document.text();
    let mut accounts = xml::source_values(&layer);
    for page in &layer.pages {
        let text = text_lines::page_text(page, document.pixel_size(page));
        accounts
            .extend(reader::read_text(&text).map(|reading| SourceValues::of_reading(EvidenceSource::Text, reading)));
    }
    if let Some(mut reading) = sources::merge(accounts, Default::default()) {
        check::Rules::default().run(&mut reading);
    }
    Ok(())
}

fn decode(bytes: Vec<u8>) -> bool {
    match Document::open(bytes.into(), &Limits { max_pixels: 4_000_000, ..Limits::default() }) {
        Ok(document) => {
            drop(document.pixels());
            true
        }
        Err(error) => is_past_detection(&error),
    }
}

/// Whether the format was recognised before the error came up.
fn is_past_detection(error: &Error) -> bool {
    !matches!(error.code(), "unsupported_format" | "empty") && !error.message().contains("archive cannot be read")
}

// Runs

fn keep() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz")
}

#[test]
fn what_is_mutated_is_read_to_its_end() {
    let layer = |bytes: Vec<u8>| Document::open(bytes.into(), &Limits::default()).unwrap().text();
    let pdf = layer(pdf_of(&pdf_objects()));
    assert!(
        pdf.pages[0].runs.len() > 1 && !pdf.values.is_empty() && !pdf.attachments.is_empty(),
        "{:?}",
        pdf.pages[0].runs
    );
    let ofd = layer(zipped(&ofd_files(invoice())));
    assert!(
        ofd.pages[0].runs.len() > 50 && !ofd.tags.is_empty() && ofd.pages[0].pictures.len() == 1,
        "{:?}",
        ofd.pages[0].pictures.len()
    );
}

#[test]
fn a_few_hundred_mutations_of_each_format_break_nothing() {
    for target in &TARGETS {
        let start = Instant::now();
        let outcome = run(target, 0, 300, Duration::from_secs(10), &keep());
        println!("{}", outcome.summary(target.name, start.elapsed()));
        outcome.assert_sound();
    }
}

#[test]
fn what_once_broke_something_breaks_nothing_any_more() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/crashers");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some(target) = TARGETS.iter().find(|t| name.starts_with(t.name)) else { continue };
        let start = Instant::now();
        (target.run)(std::fs::read(&path).unwrap());
        assert!(start.elapsed() < Duration::from_secs(20), "{name} takes {:?}", start.elapsed());
    }
}

/// `FAPIAO_FUZZ_TARGET` names the parser, `FAPIAO_FUZZ_SECONDS` and `FAPIAO_FUZZ_INPUTS` say when it is enough.
#[test]
#[ignore = "runs for minutes: make fuzz"]
fn at_length() {
    let number = |name: &str, usual: u64| environment::set(name).and_then(|v| v.parse().ok()).unwrap_or(usual);
    let (seconds, inputs) = (number("FAPIAO_FUZZ_SECONDS", 1200), number("FAPIAO_FUZZ_INPUTS", 200_000));
    let first = number("FAPIAO_FUZZ_FIRST", 1_000_000);
    let only = environment::set("FAPIAO_FUZZ_TARGET");
    // What a parser catches itself is no news.
    std::panic::set_hook(Box::new(|_| {}));
    for target in TARGETS.iter().filter(|t| only.as_deref().is_none_or(|name| name == t.name)) {
        let start = Instant::now();
        let outcome = run(target, first, inputs, Duration::from_secs(seconds), &keep());
        eprintln!("{}", outcome.summary(target.name, start.elapsed()));
        outcome.broken.iter().for_each(|what| eprintln!("  {what}"));
        outcome.assert_sound();
    }
}
