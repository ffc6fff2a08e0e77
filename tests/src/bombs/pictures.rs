//! Pictures whose headers, metadata or scans ask for far more than their bytes.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, RgbImage};

use super::Bomb;
use super::pack;

const fn bomb(name: &'static str, asks: &'static str, make: fn() -> Vec<u8>) -> Bomb {
    Bomb { name, asks, make }
}

pub(super) const BOMBS: &[Bomb] = &[
    bomb("jpeg-pixels", "a JPEG of 65,500 x 65,500 pixels in 400 bytes", || jpeg(Some((65_500, 65_500)), &[])),
    bomb("jpeg-pixels-allowed", "a JPEG of 15,900 x 7,500 pixels, as many as are allowed, in 400 bytes", || {
        jpeg(Some((15_900, 7_500)), &[])
    }),
    bomb("jpeg-metadata-exif", "EXIF whose directories lead back to themselves", || jpeg(None, &exif_loop())),
    bomb("jpeg-metadata-profile", "a colour profile in 255 pieces of 64 kB", || jpeg(None, &jpeg_profile())),
    bomb("jpeg-count-scans", "a progressive JPEG whose picture is gone through 20,000 times", || jpeg_scans(20_000)),
    bomb("jpeg-count-scans-allowed", "a progressive JPEG whose picture is gone through 98 times", || jpeg_scans(97)),
    bomb("jpeg-nesting", "a JPEG in a JPEG's EXIF, 200 times", jpeg_nested),
    bomb("jpeg-truncation", "a JPEG that ends in its picture", || cut(drawn(ImageFormat::Jpeg))),
    bomb("png-pixels", "a PNG of 2,147,483,647 pixels a side", || png((0x7fff_ffff, 0x7fff_ffff), 2, &[], &[])),
    bomb("png-pixels-allowed", "a PNG of 120 megapixels of 16 bits in four channels, as much as is allowed", || {
        png((15_000, 8_000), 6, &[], &pack::zeros(8_000 * (1 + 15_000 * 8)))
    }),
    bomb("png-metadata-profile", "a colour profile that unpacks to 4 GiB", || {
        let chunk = [b"x\0\0".as_slice(), &pack::zeros(4 << 30)].concat();
        png((8, 8), 2, &[(*b"iCCP", chunk)], &pack::zeros(8 * 25))
    }),
    bomb("png-metadata-text", "a text that unpacks to 4 GiB", || {
        let chunk = [b"x\0\0".as_slice(), &pack::zeros(4 << 30)].concat();
        png((8, 8), 2, &[(*b"zTXt", chunk)], &pack::zeros(8 * 25))
    }),
    bomb("png-metadata-itxt", "an international text that unpacks to 4 GiB", || {
        let chunk = [b"x\0\x01\0\0\0".as_slice(), &pack::zeros(4 << 30)].concat();
        png((8, 8), 2, &[(*b"iTXt", chunk)], &pack::zeros(8 * 25))
    }),
    bomb("png-count-chunks", "three million texts", || {
        let chunks = vec![(*b"tEXt", b"a\0b".to_vec()); 3_000_000];
        png((8, 8), 2, &chunks, &pack::zeros(8 * 25))
    }),
    bomb("png-count-frames", "an animated PNG that says it has four billion frames", || {
        png((8, 8), 2, &[(*b"acTL", [0xff; 8].to_vec())], &pack::zeros(8 * 25))
    }),
    bomb("png-data", "pixels that unpack to 4 GiB in a picture of 8 x 8", || {
        png((8, 8), 2, &[], &pack::zeros(4 << 30))
    }),
    bomb("png-truncation", "a PNG of 100 megapixels of which the first bytes are there", || {
        let mut file = png((12_500, 8_000), 2, &[], &pack::zeros(100 << 20));
        file.truncate(4_000);
        file
    }),
    bomb("bmp-pixels", "a bitmap of 2,000,000,000 x 2 pixels", || bmp((2_000_000_000, 2), 24, 0, &[])),
    bomb("bmp-pixels-runs", "a bitmap of 15,000 x 8,000 pixels that are skipped", || {
        bmp((15_000, 8_000), 8, 1, &[0, 2, 255, 255].repeat(40))
    }),
    bomb("bmp-count-colors", "a bitmap with a palette of four billion colours", || {
        let mut file = bmp((8, 8), 8, 0, &[0; 64]);
        file[46..50].copy_from_slice(&[0xff; 4]);
        file
    }),
    bomb("bmp-truncation", "a bitmap of 10,000 x 10,000 pixels without one", || bmp((10_000, 10_000), 24, 0, &[])),
    bomb("gif-pixels", "a GIF of 65,535 x 65,535 pixels", || gif((65_535, 65_535), 1, &[])),
    bomb("gif-count-frames", "a GIF of 200,000 frames", || gif((1_000, 1_000), 200_000, &[])),
    bomb("gif-metadata", "a GIF with 30 MB of comments before its picture", || {
        let comment = [&[0x21, 0xfe], [255].repeat(256 * 1_000).as_slice(), &[0]].concat();
        gif((8, 8), 1, &comment.repeat(117))
    }),
    bomb("gif-truncation", "a GIF that ends in its picture", || cut(drawn(ImageFormat::Gif))),
    bomb("webp-pixels", "a WebP of 16,383 x 16,383 pixels", || webp_of(&[vp8l((16_383, 16_383))])),
    bomb("webp-metadata", "a WebP whose profile says it has 4 GiB", || {
        let lie = [b"ICCP".as_slice(), &[0xf0, 0xff, 0xff, 0xff]].concat();
        webp_of(&[vp8x(0x20, (8, 8)), lie, vp8l((8, 8))])
    }),
    bomb("webp-count-frames", "a WebP of 100,000 frames", webp_frames),
    bomb("webp-truncation", "a WebP that ends in its picture", || cut(drawn(ImageFormat::WebP))),
    bomb("tiff-pixels", "a TIFF of 4,000,000,000 x 4,000,000,000 pixels", || {
        tiff(&[(256, 4, 1, 4_000_000_000), (257, 4, 1, 4_000_000_000)], &[])
    }),
    bomb("tiff-strips", "a TIFF whose 7,500 strips are the same bytes and unpack to 50 MB each", tiff_strips),
    bomb("tiff-metadata", "a TIFF whose fields have four billion values", || {
        tiff(&[(273, 4, u32::MAX, 8), (279, 4, u32::MAX, 8), (34_675, 7, u32::MAX, 8), (282, 5, u32::MAX, 8)], &[])
    }),
    bomb("tiff-recursion", "a TIFF whose directory is the one after it", || {
        let mut file = tiff(&[], &[]);
        let end = file.len() - 4;
        file[end..].copy_from_slice(&8_u32.to_le_bytes());
        file
    }),
    bomb("tiff-count-frames", "a TIFF of 100,000 frames", tiff_frames),
    bomb("tiff-count-frames-allowed", "a TIFF of 50 frames of 120 megapixels each", tiff_large_frames),
    bomb("tiff-truncation", "a TIFF of 10,000 x 10,000 pixels without one", || {
        tiff(&[(256, 4, 1, 10_000), (257, 4, 1, 10_000)], &[])
    }),
];

#[allow(clippy::unwrap_used)]
fn drawn(format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_fn(200, 100, |x, y| image::Rgb([(x * y) as u8, x as u8, y as u8]));
    let mut file = Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut file, format).unwrap();
    file.into_inner()
}

fn cut(mut file: Vec<u8>) -> Vec<u8> {
    file.truncate(file.len() / 2);
    file
}

// JPEG

/// A small JPEG that says it has other sides, with segments before its tables.
fn jpeg(sides: Option<(u16, u16)>, segments: &[u8]) -> Vec<u8> {
    let mut file = drawn(ImageFormat::Jpeg);
    if let Some((width, height)) = sides
        && let Some(frame) = file.windows(2).position(|w| w == [0xff, 0xc0])
    {
        file[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
        file[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    }
    file.splice(2..2, segments.iter().copied());
    file
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = (content.len() + 2) as u16;
    [&[0xff, marker], length.to_be_bytes().as_slice(), content].concat()
}

fn exif_loop() -> Vec<u8> {
    // One directory, whose thumbnail, EXIF and GPS directories are itself, as is the next one.
    let pointers = [0x8769_u16, 0x8825, 0x014a, 0xa005].map(|tag| {
        [tag.to_le_bytes().as_slice(), &4_u16.to_le_bytes(), &1_u32.to_le_bytes(), &8_u32.to_le_bytes()].concat()
    });
    let directory = [4_u16.to_le_bytes().as_slice(), &pointers.concat(), &8_u32.to_le_bytes()].concat();
    segment(0xe1, &[b"Exif\0\0II*\0\x08\0\0\0".as_slice(), &directory].concat()).repeat(1_000)
}

fn jpeg_profile() -> Vec<u8> {
    let piece = |number: u8| segment(0xe2, &[b"ICC_PROFILE\0", [number, 255].as_slice(), &[0; 65_500]].concat());
    (1..=255).flat_map(piece).collect()
}

/// Each scan says in a few bytes that none of a million blocks changes.
fn jpeg_scans(times: usize) -> Vec<u8> {
    let (width, height) = (8_000_u16, 8_000_u16);
    let quantities = segment(0xdb, &[&[0], [1; 64].as_slice()].concat());
    let frame = [&[8], height.to_be_bytes().as_slice(), &width.to_be_bytes(), &[1, 1, 0x11, 0]].concat();
    // One code for the difference 0; one code for a run of 2^14 blocks and more that end here.
    let dc = segment(0xc4, &[&[0x00, 1], [0; 15].as_slice(), &[0]].concat());
    let ac = segment(0xc4, &[&[0x10, 1], [0; 15].as_slice(), &[0xe0]].concat());
    let blocks = usize::from(width / 8) * usize::from(height / 8);
    let first = [segment(0xda, &[1, 1, 0, 0, 0, 0]), vec![0; blocks / 8 + 1]].concat();
    let runs = blocks.div_ceil(32_767);
    // A bit for the code, fourteen ones for its length.
    let bits: Vec<u8> = (0..runs).flat_map(|_| [0].into_iter().chain([1; 14])).collect();
    let packed = bits.chunks(8).map(|byte| byte.iter().enumerate().fold(0, |sum, (i, bit)| sum | bit << (7 - i)));
    let stuffed: Vec<u8> = packed.flat_map(|b: u8| if b == 0xff { vec![b, 0] } else { vec![b] }).collect();
    let scan = [segment(0xda, &[1, 1, 0, 1, 63, 0]), stuffed].concat();
    [vec![0xff, 0xd8], quantities, segment(0xc2, &frame), dc, ac, first, scan.repeat(times), vec![0xff, 0xd9]].concat()
}

fn jpeg_nested() -> Vec<u8> {
    (0..200).fold(jpeg(None, &[]), |inner, _| {
        if inner.len() > 65_000 { inner } else { jpeg(None, &segment(0xe1, &[b"Exif\0\0", inner.as_slice()].concat())) }
    })
}

// PNG

fn png((width, height): (u32, u32), color: u8, chunks: &[([u8; 4], Vec<u8>)], data: &[u8]) -> Vec<u8> {
    let depth = if color == 6 { 16 } else { 8 };
    let head = [width.to_be_bytes().as_slice(), &height.to_be_bytes(), &[depth, color, 0, 0, 0]].concat();
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, *b"IHDR", &head);
    chunks.iter().for_each(|(kind, content)| chunk(&mut file, *kind, content));
    chunk(&mut file, *b"IDAT", data);
    chunk(&mut file, *b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, kind: [u8; 4], content: &[u8]) {
    let mut sum = flate2::Crc::new();
    sum.update(&kind);
    sum.update(content);
    file.extend((content.len() as u32).to_be_bytes());
    file.extend(kind);
    file.extend(content);
    file.extend(sum.sum().to_be_bytes());
}

// BMP

fn bmp((width, height): (i32, i32), bits: u16, packing: u32, data: &[u8]) -> Vec<u8> {
    let palette = if bits == 8 { 1024 } else { 0 };
    let start = 54 + palette;
    let mut file = b"BM".to_vec();
    file.extend((start + data.len() as u32).to_le_bytes());
    file.extend([0; 4]);
    file.extend(start.to_le_bytes());
    file.extend(40_u32.to_le_bytes());
    file.extend(width.to_le_bytes());
    file.extend(height.to_le_bytes());
    file.extend(1_u16.to_le_bytes());
    file.extend(bits.to_le_bytes());
    file.extend(packing.to_le_bytes());
    file.extend((data.len() as u32).to_le_bytes());
    file.extend([0; 16]);
    file.extend(vec![0; palette as usize]);
    file.extend(data);
    file
}

// GIF

fn gif((width, height): (u16, u16), frames: usize, before: &[u8]) -> Vec<u8> {
    let sides = [width.to_le_bytes(), height.to_le_bytes()].concat();
    // The table is cleared before it makes codes wider.
    let codes = (0..64).flat_map(|i| if i % 2 == 0 { vec![4, 0] } else { vec![0] }).chain([5]);
    let bits: Vec<u8> = codes.flat_map(|code: u8| (0..3).map(move |bit| code >> bit & 1)).collect();
    let packed = bits.chunks(8).map(|byte| byte.iter().rev().fold(0, |sum, bit| sum << 1 | bit)).collect::<Vec<u8>>();
    let data = [&[2, packed.len() as u8], packed.as_slice(), &[0]].concat();
    let frame = [&[0x2c, 0, 0, 0, 0], [8, 0, 8, 0, 0].as_slice(), &data].concat();
    let head = [b"GIF89a", sides.as_slice(), &[0x80, 0, 0, 0, 0, 0, 255, 255, 255]].concat();
    [head, before.to_vec(), frame.repeat(frames), vec![0x3b]].concat()
}

// WebP

fn webp_of(chunks: &[Vec<u8>]) -> Vec<u8> {
    let content = chunks.concat();
    [b"RIFF", (content.len() as u32 + 4).to_le_bytes().as_slice(), b"WEBP", &content].concat()
}

fn webp_chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let padding = vec![0; content.len() % 2];
    [kind.as_slice(), &(content.len() as u32).to_le_bytes(), content, &padding].concat()
}

fn vp8x(flags: u8, (width, height): (u32, u32)) -> Vec<u8> {
    let sides = [&(width - 1).to_le_bytes()[..3], &(height - 1).to_le_bytes()[..3]].concat();
    webp_chunk(b"VP8X", &[&[flags, 0, 0, 0], sides.as_slice()].concat())
}

/// Pixels of one colour, which need no bits at all.
fn vp8l((width, height): (u32, u32)) -> Vec<u8> {
    let sides = (width - 1) | (height - 1) << 14;
    webp_chunk(b"VP8L", &[&[0x2f], sides.to_le_bytes().as_slice(), &[0x88, 0x88, 8, 0, 0, 0, 0]].concat())
}

fn webp_frames() -> Vec<u8> {
    let frame = [&[0; 6], [7, 0, 0, 7, 0, 0, 1, 0, 0, 0].as_slice(), &vp8l((8, 8))].concat();
    let frames = webp_chunk(b"ANMF", &frame).repeat(100_000);
    webp_of(&[vp8x(0x02, (8, 8)), webp_chunk(b"ANIM", &[0; 6]), frames])
}

// TIFF

type Field = (u16, u16, u32, u32);

/// A directory of grey pixels, with these fields instead of its own.
fn directory(fields: &[Field], next: u32) -> Vec<u8> {
    let usual: [Field; 9] = [
        (256, 4, 1, 8),
        (257, 4, 1, 8),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (277, 3, 1, 1),
        (278, 4, 1, u32::MAX),
        (279, 4, 1, 64),
    ];
    let kept = usual.into_iter().filter(|(tag, ..)| !fields.iter().any(|(other, ..)| other == tag));
    let mut all: Vec<Field> = kept.chain(fields.iter().copied()).collect();
    all.sort_by_key(|field| field.0);
    let mut bytes = (all.len() as u16).to_le_bytes().to_vec();
    for (tag, kind, count, value) in all {
        bytes.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
        bytes.extend([count.to_le_bytes(), value.to_le_bytes()].concat());
    }
    bytes.extend(next.to_le_bytes());
    bytes
}

/// Data, and a directory behind it.
fn tiff(fields: &[Field], data: &[u8]) -> Vec<u8> {
    let start = 8 + data.len() as u32;
    [b"II*\0", start.to_le_bytes().as_slice(), data, &directory(fields, 0)].concat()
}

/// All strips at one place.
fn tiff_strips() -> Vec<u8> {
    let strip = pack::zeros(50_000_000);
    let count = 7_500_u32;
    let (offsets, lengths) = (8 + strip.len() as u32, 8 + strip.len() as u32 + 4 * count);
    let table = |value: u32| (0..count).flat_map(|_| value.to_le_bytes()).collect::<Vec<u8>>();
    let data = [strip.as_slice(), &table(8), &table(strip.len() as u32)].concat();
    let fields = [
        (256, 4, 1, 16_000),
        (257, 4, 1, 7_500),
        (259, 3, 1, 8),
        (273, 4, count, offsets),
        (278, 4, 1, 1),
        (279, 4, count, lengths),
    ];
    tiff(&fields, &data)
}

fn tiff_frames() -> Vec<u8> {
    let size = directory(&[], 0).len() as u32;
    let frames = (1..=100_000_u32).flat_map(|next| directory(&[], if next == 100_000 { 0 } else { 8 + next * size }));
    [b"II*\0\x08\0\0\0".to_vec(), frames.collect()].concat()
}

/// Every frame is the same strip of zeros.
fn tiff_large_frames() -> Vec<u8> {
    let strip = pack::zeros(120_000_000);
    let start = 8 + strip.len() as u32;
    let fields = [(256, 4, 1, 15_000), (257, 4, 1, 8_000), (259, 3, 1, 8), (279, 4, 1, strip.len() as u32)];
    let size = directory(&fields, 0).len() as u32;
    let frames = (1..=50).flat_map(|next| directory(&fields, if next == 50 { 0 } else { start + next * size }));
    [b"II*\0", start.to_le_bytes().as_slice(), &strip, &frames.collect::<Vec<u8>>()].concat()
}
