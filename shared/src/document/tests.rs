//! Hostile and unusual files, made here byte by byte.

use std::io::Cursor;

use image::codecs::gif::GifEncoder;
use image::{
    DynamicImage, ExtendedColorType, Frame, ImageBuffer, ImageEncoder, ImageFormat, Luma, Rgb, Rgba, RgbaImage,
};

use super::*;

const RED: Rgb<u8> = Rgb([255, 0, 0]);
const WHITE: Rgb<u8> = Rgb([255, 255, 255]);

fn open(bytes: impl Into<Bytes>) -> Result<Document> {
    Document::open(bytes.into(), &Limits::default())
}

fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// White, its top left quarter red.
fn marked(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| if x < width / 2 && y < height / 2 { RED } else { WHITE })
}

#[track_caller]
fn assert_near(got: Rgb<u8>, want: Rgb<u8>) {
    let near = got.0.iter().zip(want.0).all(|(g, w)| g.abs_diff(w) < 30);
    assert!(near, "{got:?} is not {want:?}");
}

#[track_caller]
fn assert_refused(name: &str, bytes: Vec<u8>, code: &str) {
    let outcome = open(bytes).and_then(|d| d.pixels());
    let error = outcome.err().unwrap_or_else(|| panic!("{name} was opened"));
    assert_eq!(error.code(), code, "{name}: {error}");
    assert!(error.is_caller_fault(), "{name}");
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &b| {
        (0..8).fold(crc ^ u32::from(b), |c, _| if c & 1 == 1 { c >> 1 ^ 0xedb8_8320 } else { c >> 1 })
    })
}

fn png_chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [&kind[..], data].concat();
    [&(data.len() as u32).to_be_bytes()[..], &body, &crc32(&body).to_be_bytes()].concat()
}

/// A PNG that promises more than it holds.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let idat = png_chunk(b"IDAT", &[0x78, 0x9c, 0x63, 0]);
    [b"\x89PNG\r\n\x1a\n".to_vec(), png_chunk(b"IHDR", &header), idat].concat()
}

pub(super) fn pdf(objects: &[&str], trailer: &str) -> Vec<u8> {
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let mut xref = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (i, object) in objects.iter().enumerate() {
        xref += &format!("{:010} 00000 n \n", bytes.len());
        bytes.extend(format!("{} 0 obj\n{object}\nendobj\n", i + 1).bytes());
    }
    let start = bytes.len();
    let size = objects.len() + 1;
    bytes.extend(
        format!("{xref}trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n").bytes(),
    );
    bytes
}

/// A page of this size in points, its lower left quarter red.
fn one_page_pdf(width: u32, height: u32) -> Vec<u8> {
    let content = format!("1 0 0 rg 0 0 {} {} re f", width / 2, height / 2);
    let page = format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents 4 0 R >>");
    let stream = format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len());
    pdf(&["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", &page, &stream], "")
}

fn many_page_pdf(count: usize) -> Vec<u8> {
    let kids: String = (0..count).map(|i| format!("{} 0 R ", i + 3)).collect();
    let pages = format!("<< /Type /Pages /Kids [{kids}] /Count {count} >>");
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] >>";
    let mut objects = vec!["<< /Type /Catalog /Pages 2 0 R >>", &pages];
    objects.extend(std::iter::repeat_n(page, count));
    pdf(&objects, "")
}

fn locked_pdf() -> Vec<u8> {
    let secret = "41".repeat(32);
    let lock = format!("/Encrypt << /Filter /Standard /V 1 /R 2 /O <{secret}> /U <{secret}> /P -4 >> /ID [<00> <00>]");
    pdf(&["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"], &lock)
}

/// One block of cyan, magenta, yellow and black as Adobe writes them: full magenta and yellow, which is red.
fn cmyk_jpeg() -> Vec<u8> {
    [
        &b"\xff\xd8\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0"[..],
        b"\xff\xdb\0\x43\0",
        &[8; 64],
        b"\xff\xc0\0\x14\x08\0\x08\0\x08\x04\x01\x11\0\x02\x11\0\x03\x11\0\x04\x11\0",
        b"\xff\xc4\0\x15\0\x01\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x07\x08",
        b"\xff\xc4\0\x14\x10\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        b"\xff\xda\0\x0e\x04\x01\0\x02\0\x03\0\x04\0\0\x3f\0",
        b"\x7f\x4f\xe9\xfc\xfe\xff\xd9",
    ]
    .concat()
}

fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut tiff = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    tiff.extend([orientation, 0, 0, 0, 0, 0, 0]);
    let length = (tiff.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], b"\xff\xe1", &length, &tiff, &jpeg[2..]].concat()
}

fn animated_gif() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for colour in [[255, 0, 0, 255], [0, 0, 255, 255]] {
        encoder.encode_frame(Frame::new(RgbaImage::from_pixel(16, 8, Rgba(colour)))).unwrap();
    }
    drop(encoder);
    bytes
}

fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as u8
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn hostile_files_are_refused_with_a_code() {
    let half = |bytes: Vec<u8>| bytes[..bytes.len() / 2].to_vec();
    let busy = RgbImage::from_raw(100, 60, noise(18_000)).unwrap();
    let cases = [
        ("nothing", vec![], "empty"),
        ("a text file named .jpg", b"not a picture\n".to_vec(), "unsupported_format"),
        ("random bytes", noise(5000), "unsupported_format"),
        ("half a JPEG", half(encoded(busy.clone(), ImageFormat::Jpeg)), "undecodable"),
        ("the first bytes of a JPEG", b"\xff\xd8\xff".to_vec(), "undecodable"),
        ("half a PNG", half(encoded(busy.clone(), ImageFormat::Png)), "undecodable"),
        ("half a BMP", half(encoded(busy.clone(), ImageFormat::Bmp)), "undecodable"),
        ("half a GIF", half(encoded(busy.clone(), ImageFormat::Gif)), "undecodable"),
        ("half a WebP", half(encoded(busy.clone(), ImageFormat::WebP)), "undecodable"),
        ("half a TIFF", half(encoded(busy, ImageFormat::Tiff)), "undecodable"),
        ("a huge PNG", png_header(20_000, 20_000), "bad_dimensions"),
        ("a long PNG", png_header(16_001, 10), "bad_dimensions"),
        ("many pixels", png_header(12_000, 12_000), "bad_dimensions"),
        ("a header without pixels", png_header(1000, 1000), "undecodable"),
        (
            "a PDF without pages",
            pdf(&["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"], ""),
            "undecodable",
        ),
        ("a PDF of 51 pages", many_page_pdf(51), "too_large"),
        ("a locked PDF", locked_pdf(), "encrypted"),
        ("a PDF's first line", b"%PDF-1.7\n".to_vec(), "undecodable"),
        ("noise after a PDF's first line", [b"%PDF-1.7\n".to_vec(), noise(3000)].concat(), "undecodable"),
        ("an OFD's first bytes", b"PK\x03\x04\x14\0\0\0\0\0OFD.xml".to_vec(), "undecodable"),
    ];
    for (name, bytes, code) in cases {
        assert_refused(name, bytes, code);
    }
}

#[test]
fn noise_behind_every_signature_never_panics() {
    let signatures: [&[u8]; 7] = [
        b"\xff\xd8\xff\xe0",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"II*\0\x08\0\0\0",
        b"RIFF\xff\0\0\0WEBPVP8 ",
        b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0",
        b"%PDF-1.4\n1 0 obj\n",
    ];
    for signature in signatures {
        for length in [0, 1, 20, 400, 5000] {
            let _ = open([signature.to_vec(), noise(length)].concat()).and_then(|d| d.pixels());
        }
    }
}

#[test]
fn a_broken_byte_never_panics() {
    let picture = marked(24, 16);
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif, ImageFormat::Tiff, ImageFormat::WebP] {
        let good = encoded(picture.clone(), format);
        for at in 0..good.len().min(300) {
            let mut bad = good.clone();
            bad[at] ^= 0x55;
            let _ =
                Document::open(bad.into(), &Limits { max_side: 2000, ..Limits::default() }).and_then(|d| d.pixels());
        }
    }
}

#[test]
fn too_many_bytes_are_refused_before_they_are_looked_at() {
    let limits = Limits { max_bytes: 10, ..Limits::default() };
    assert_eq!(Document::open(noise(11).into(), &limits).unwrap_err().code(), "too_large");
}

#[test]
fn every_format_gives_its_pixels() {
    for (format, media_type) in [
        (ImageFormat::Jpeg, "image/jpeg"),
        (ImageFormat::Png, "image/png"),
        (ImageFormat::Bmp, "image/bmp"),
        (ImageFormat::Tiff, "image/tiff"),
        (ImageFormat::Gif, "image/gif"),
        (ImageFormat::WebP, "image/webp"),
    ] {
        let document = open(encoded(marked(32, 16), format)).unwrap();
        assert_eq!((document.media_type(), document.pages(), document.dimensions()), (media_type, 1, (32, 16)));
        let pixels = document.pixels().unwrap();
        assert_near(*pixels.get_pixel(3, 3), RED);
        assert_near(*pixels.get_pixel(28, 12), WHITE);
    }
}

#[test]
fn one_pixel_is_a_picture() {
    let document = open(encoded(RgbImage::from_pixel(1, 1, RED), ImageFormat::Png)).unwrap();
    assert_eq!(document.pixels().unwrap().dimensions(), (1, 1));
}

#[test]
fn grey_and_deep_and_inked_pictures_become_rgb() {
    let grey = ImageBuffer::from_pixel(8, 8, Luma([255_u8]));
    assert_near(*open(encoded(grey, ImageFormat::Jpeg)).unwrap().pixels().unwrap().get_pixel(4, 4), WHITE);
    let deep: ImageBuffer<Rgb<u16>, Vec<u16>> = ImageBuffer::from_pixel(8, 8, Rgb([65_535, 0, 0]));
    assert_near(*open(encoded(deep, ImageFormat::Png)).unwrap().pixels().unwrap().get_pixel(4, 4), RED);
    assert_near(*open(cmyk_jpeg()).unwrap().pixels().unwrap().get_pixel(4, 4), RED);
}

#[test]
fn transparency_is_laid_on_white() {
    let mut bytes = Vec::new();
    image::codecs::png::PngEncoder::new(&mut bytes)
        .write_image(&[0, 0, 0, 0, 255, 0, 0, 255, 0, 0, 0, 128], 3, 1, ExtendedColorType::Rgba8)
        .unwrap();
    let pixels = open(bytes).unwrap().pixels().unwrap();
    assert_eq!(pixels.as_raw(), &[255, 255, 255, 255, 0, 0, 127, 127, 127]);
}

#[test]
fn an_animation_gives_its_first_frame() {
    let document = open(animated_gif()).unwrap();
    assert_eq!(document.pages(), 1);
    assert_near(*document.pixels().unwrap().get_pixel(5, 5), RED);
}

#[test]
fn the_exif_turn_is_applied() {
    let jpeg = encoded(marked(64, 32), ImageFormat::Jpeg);
    let corners = [(false, false), (true, false), (true, true), (false, true)];
    for orientation in 1..=8_u8 {
        let document = open(with_exif(&jpeg, orientation)).unwrap();
        let (width, height) = if orientation < 5 { (64, 32) } else { (32, 64) };
        assert_eq!(document.dimensions(), (width, height), "orientation {orientation}");
        let pixels = document.pixels().unwrap();
        assert_eq!(pixels.dimensions(), (width, height));
        let (right, bottom) = corners[usize::from(orientation - 1) % 4];
        let near_edge = |far: bool, size: u32| if far { size - 4 } else { 3 };
        assert_near(*pixels.get_pixel(near_edge(right, width), near_edge(bottom, height)), RED);
        assert_near(*pixels.get_pixel(near_edge(!right, width), near_edge(!bottom, height)), WHITE);
    }
}

#[test]
fn a_jpeg_with_something_behind_its_end_is_whole() {
    let jpeg = encoded(marked(16, 16), ImageFormat::Jpeg);
    assert!(open([jpeg, b"\xff\xda trailing".to_vec()].concat()).is_ok());
}

#[test]
fn a_pdf_page_is_drawn_at_200_dpi() {
    let document = open(one_page_pdf(360, 180)).unwrap();
    assert_eq!((document.format(), document.pages(), document.dimensions()), (Format::Pdf, 1, (1000, 500)));
    let pixels = document.pixels().unwrap();
    assert_eq!(pixels.dimensions(), (1000, 500));
    assert_near(*pixels.get_pixel(50, 450), RED);
    assert_near(*pixels.get_pixel(50, 50), WHITE);
}

#[test]
fn a_gigantic_pdf_page_is_drawn_small() {
    let document = open(one_page_pdf(2_000_000, 1_000_000)).unwrap();
    assert_eq!(document.dimensions(), (4000, 2000));
    assert_eq!(document.pixels().unwrap().dimensions(), (4000, 2000));
}

#[test]
fn archives_are_told_by_what_is_in_them() {
    type Members = &'static [(&'static str, &'static [u8])];
    let cases: [(Members, &str); 6] = [
        (&[("OFD.xml", b"<OFD/>"), ("Doc_0/Document.xml", b"")], "the OFD cannot be read"),
        (&[("invoice/OFD.xml", b"<OFD/>"), ("invoice/Doc_0/Document.xml", b"")], "the OFD cannot be read"),
        (&[("1.pdf", b"%PDF-1.4"), ("invoice/OFD.xml", b"<OFD/>")], "a ZIP inside another file"),
        (&[("[Content_Types].xml", b"<Types/>")], "an Office document"),
        (&[("1.pdf", b"%PDF-1.4")], "a ZIP inside another file"),
        (&[], "a ZIP inside another file"),
    ];
    for (members, want) in cases {
        let error = open(archive::tests::zipped(members)).unwrap_err();
        assert!(error.message().contains(want), "{error} lacks {want}");
    }
    let torn = archive::tests::zipped(&[("OFD.xml", b"<OFD/>")]).slice(..60);
    assert_eq!(open(torn).unwrap_err().code(), "undecodable");
}

/// Two pictures in one TIFF: the second one's places moved behind the first one's bytes.
fn two_frames() -> Vec<u8> {
    let mut first = encoded(marked(40, 20), ImageFormat::Tiff);
    let second = encoded(marked(30, 60), ImageFormat::Tiff);
    let read = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let end = |bytes: &[u8]| {
        let start = read(bytes, 4) as usize;
        start + 2 + 12 * usize::from(u16::from_le_bytes([bytes[start], bytes[start + 1]]))
    };
    let moved_by = u32::try_from(first.len()).unwrap();
    let mut second_moved = second.clone();
    let start = read(&second, 4) as usize;
    for entry in (start + 2..end(&second)).step_by(12) {
        let size = match second[entry + 2] {
            3 => 2,
            4 => 4,
            5 => 8,
            _ => 1,
        };
        let is_place = second[entry] == 0x11 && second[entry + 1] == 1 || size * read(&second, entry + 4) > 4;
        if is_place {
            let place = read(&second, entry + 8) + moved_by;
            second_moved[entry + 8..entry + 12].copy_from_slice(&place.to_le_bytes());
        }
    }
    let next = end(&first);
    first[next..next + 4].copy_from_slice(&(moved_by + read(&second, 4)).to_le_bytes());
    first.extend(second_moved);
    first
}

#[test]
fn each_frame_of_a_tiff_is_a_page_of_its_own_size() {
    let document = open(two_frames()).unwrap();
    assert_eq!((document.pages(), document.dimensions()), (2, (40, 20)));
    let second = document.part(1..2);
    assert_eq!(second.dimensions(), (30, 60));
    let pixels = second.pixels().unwrap();
    assert_eq!(pixels.dimensions(), (30, 60));
    assert_near(*pixels.get_pixel(5, 5), RED);
    assert_near(*pixels.get_pixel(20, 50), WHITE);
    let small = Limits { max_side: 50, ..Limits::default() };
    assert_eq!(Document::open(two_frames().into(), &small).unwrap_err().code(), "bad_dimensions");
}

#[test]
fn a_place_on_a_page_is_a_document_of_its_own() {
    let page = open(encoded(marked(40, 20), ImageFormat::Png)).unwrap();
    let place = page.cropped([10, 5, 30, 200]);
    assert_eq!((place.dimensions(), place.origin(), place.page_dimensions()), ((20, 15), (10, 5), (40, 20)));
    assert!(place.is_cropped() && !place.is_whole() && page.is_whole());
    let pixels = place.pixels().unwrap();
    assert_eq!(pixels.dimensions(), (20, 15));
    assert_near(*pixels.get_pixel(9, 4), RED);
    assert_near(*pixels.get_pixel(10, 4), WHITE);
}
