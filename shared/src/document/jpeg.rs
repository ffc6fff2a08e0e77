//! A JPEG's segments: its size, its EXIF turn, whether it reaches its end. A decoder would copy the whole file and
//! build its tables to tell as much. Knows nothing of pixels.

use image::metadata::Orientation;

/// A segment's marker and what it holds.
type Segment<'a> = (u8, &'a [u8]);

const BASELINE: u8 = 0xc0;
const PROGRESSIVE: u8 = 0xc2;
const APP1: u8 = 0xe1;
const START_OF_SCAN: u8 = 0xda;
const END_OF_IMAGE: u8 = 0xd9;

/// Width and height before the turn, and the turn; none where the segments are not as every encoder writes them.
pub(super) fn header(bytes: &[u8]) -> Option<((u32, u32), Orientation)> {
    let (mut size, mut turn) = (None, Orientation::NoTransforms);
    let mut rest = bytes.get(2..)?;
    loop {
        let (segment, behind) = segment(rest)?;
        match segment {
            (START_OF_SCAN, _) => return size.map(|size| (size, turn)),
            (APP1, exif) => turn = exif.strip_prefix(b"Exif\0\0").map_or(turn, orientation),
            (BASELINE..=PROGRESSIVE, frame) if size.is_none() => size = Some(frame_size(frame)?),
            // Another kind of frame, or a second one: which counts is the decoder's to say.
            (marker, _) if is_frame(marker) => return None,
            _ => {}
        }
        rest = behind;
    }
}

/// The first segment, and the bytes behind it.
fn segment(bytes: &[u8]) -> Option<(Segment<'_>, &[u8])> {
    let &[0xff, marker @ 0xc0..=0xfe, high, low] = bytes.first_chunk()? else { return None };
    let content = bytes.get(4..2 + usize::from(u16::from_be_bytes([high, low])))?;
    Some(((marker, content), &bytes[4 + content.len()..]))
}

/// Of these sixteen markers three are of other segments.
fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

/// A height of zero is given after the picture data.
fn frame_size(frame: &[u8]) -> Option<(u32, u32)> {
    let &[_bits, h1, h2, w1, w2] = frame.first_chunk()?;
    let (width, height) = (u16::from_be_bytes([w1, w2]), u16::from_be_bytes([h1, h2]));
    (width > 0 && height > 0).then(|| (width.into(), height.into()))
}

/// Broken metadata does not spoil a good picture.
fn orientation(exif: &[u8]) -> Orientation {
    Orientation::from_exif_chunk(exif).unwrap_or(Orientation::NoTransforms)
}

/// Whether it reaches its end marker. Decoders fill a cut picture up with grey, and half an invoice is none.
pub(super) fn is_complete(bytes: &[u8]) -> bool {
    // Most do, and a cut one ends in these two bytes once in tens of thousands of times.
    if bytes.ends_with(&[0xff, END_OF_IMAGE]) {
        return true;
    }
    let mut at = 2;
    while let Some(offset) = bytes.get(at..).and_then(|rest| rest.iter().position(|&b| b == 0xff)) {
        at += offset + 1;
        match bytes.get(at) {
            Some(&END_OF_IMAGE) => return true,
            // Stuffing, restarts and fill bytes stand inside the picture data.
            Some(0x00 | 0x01 | 0xd0..=0xd8) => at += 1,
            Some(0xff) => {}
            Some(_) => {
                let length = bytes.get(at + 1..at + 3).map_or(0, |l| usize::from(l[0]) << 8 | usize::from(l[1]));
                at += 1 + length;
            }
            None => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use image::codecs::jpeg::JpegEncoder;
    use image::{ImageFormat, ImageReader, RgbImage};
    use proptest::prelude::*;

    use super::*;

    fn encoded(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        JpegEncoder::new(&mut bytes).encode_image(&RgbImage::new(width, height)).unwrap();
        bytes
    }

    #[test]
    fn size_and_turn_are_told_by_the_segments() {
        let mut jpeg = encoded(60, 41);
        assert_eq!(header(&jpeg), Some(((60, 41), Orientation::NoTransforms)));
        let exif = b"\xff\xe1\x00\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        jpeg.splice(2..2, exif.iter().copied());
        assert_eq!(header(&jpeg), Some(((60, 41), Orientation::Rotate90)));
    }

    #[test]
    fn what_ends_before_its_scan_has_no_header() {
        let jpeg = encoded(60, 41);
        let scan = jpeg.windows(2).position(|pair| pair == [0xff, START_OF_SCAN]).unwrap();
        for length in 0..scan {
            assert_eq!(header(&jpeg[..length]), None);
        }
    }

    #[test]
    fn a_second_frame_is_left_to_the_decoder() {
        let mut jpeg = encoded(60, 41);
        let tables = jpeg.windows(2).position(|pair| pair == [0xff, 0xc4]).unwrap();
        for marker in [BASELINE, 0xc5] {
            jpeg[tables + 1] = marker;
            assert_eq!(header(&jpeg), None);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn a_header_tells_the_same_as_a_decoder(width in 1_u32..300, height in 1_u32..300, at in 0_usize..600, byte: u8) {
            let mut jpeg = encoded(width, height);
            if let Some(place) = jpeg.get_mut(at + 2) {
                *place = byte;
            }
            let decoder = ImageReader::with_format(std::io::Cursor::new(&jpeg), ImageFormat::Jpeg);
            if let (Some((ours, _)), Ok(theirs)) = (header(&jpeg), decoder.into_dimensions()) {
                prop_assert_eq!(ours, theirs);
            }
        }
    }
}
