//! What a picture carries beside its pixels, counted before a decoder unpacks it. Knows nothing of what it says.
//!
//! Of the formats that we open only PNG packs its metadata: the others' is as large as their bytes.

use std::io::Read;

use flate2::read::ZlibDecoder;

use crate::error::{Error, ErrorKind, Result};
use crate::sentence::{Sentence, broken, fault};

/// Bytes that a picture's profile and texts may unpack to, together; the profile of a press has 3 MB.
const MAX_UNPACKED: u64 = 16 << 20;
/// Pieces that a PNG may consist of: encoders write its pixels in pieces of 8 kB.
const MAX_CHUNKS: usize = 50_000;
/// What stands before the first chunk.
const SIGNATURE: usize = 8;
/// A chunk's length, kind and sum.
const FRAME: usize = 12;

/// Refuses a PNG whose profile or texts unpack to far more than they need, or that has too many of them.
///
/// # Errors
/// `too_complex`.
pub(super) fn check_png(bytes: &[u8]) -> Result<()> {
    let (mut at, mut chunks, mut unpacked) = (SIGNATURE, 0, 0);
    while let Some((kind, content)) = chunk(bytes, at) {
        chunks += 1;
        if chunks > MAX_CHUNKS {
            return Err(too_complex(broken::pieces_more_than(MAX_CHUNKS)));
        }
        if let Some(packed) = packed(kind, content) {
            unpacked += measure(packed, MAX_UNPACKED - unpacked);
            if unpacked > MAX_UNPACKED {
                let say = if kind == b"iCCP" { broken::profile_unpacks } else { broken::texts_unpack };
                return Err(too_complex(say(MAX_UNPACKED >> 20)));
            }
        }
        at = at.saturating_add(FRAME).saturating_add(content.len());
    }
    Ok(())
}

/// The kind and content of the chunk that begins here; of the last one what is there.
fn chunk(bytes: &[u8], at: usize) -> Option<(&[u8], &[u8])> {
    let head = bytes.get(at..at.checked_add(8)?)?;
    let (length, kind) = head.split_at_checked(4)?;
    let length = length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    let rest = bytes.get(at + 8..)?;
    Some((kind, rest.get(..length).unwrap_or(rest)))
}

/// The zlib stream of a chunk that has one.
fn packed<'a>(kind: &[u8], content: &'a [u8]) -> Option<&'a [u8]> {
    let name = content.iter().position(|byte| *byte == 0)?;
    match kind {
        // Behind the name: how it is packed.
        b"iCCP" | b"zTXt" => content.get(name + 2..),
        // Behind the name: whether, how, a language, the name in it.
        b"iTXt" if content.get(name + 1) == Some(&1) => {
            let mut ends = content.iter().enumerate().skip(name + 3).filter(|(_, byte)| **byte == 0);
            content.get(ends.nth(1)?.0 + 1..)
        }
        _ => None,
    }
}

/// How many bytes a zlib stream holds; one more than allowed where it holds more.
fn measure(packed: &[u8], allowed: u64) -> u64 {
    let read = std::io::copy(&mut ZlibDecoder::new(packed).take(allowed + 1), &mut std::io::sink());
    // What is broken is the decoder's affair.
    read.unwrap_or(0)
}

fn too_complex(what: Sentence) -> Error {
    Error::new(ErrorKind::TooComplex, fault::metadata_too_large(what))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;

    fn png(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
        let chunk = |(kind, content): &(&[u8; 4], Vec<u8>)| {
            [&u32::try_from(content.len()).unwrap().to_be_bytes(), kind.as_slice(), content, &[0; 4]].concat()
        };
        [b"\x89PNG\r\n\x1a\n".to_vec(), chunks.iter().flat_map(chunk).collect()].concat()
    }

    fn text(kind: &'static [u8; 4], before: &[u8], size: usize) -> (&'static [u8; 4], Vec<u8>) {
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&vec![b' '; size]).unwrap();
        (kind, [before, &packed.finish().unwrap()].concat())
    }

    #[test]
    fn honest_metadata_passes() {
        let profile = text(b"iCCP", b"icc\0\0", 3 << 20);
        assert!(check_png(&png(&[profile, text(b"zTXt", b"a\0\0", 100), (b"tEXt", b"a\0b".to_vec())])).is_ok());
        assert!(check_png(b"").is_ok() && check_png(&png(&[(b"iCCP", b"broken".to_vec())])).is_ok());
    }

    #[test]
    fn what_unpacks_without_end_is_refused_alone_and_together() {
        let large = 17 << 20;
        for chunk in
            [text(b"iCCP", b"a\0\0", large), text(b"zTXt", b"a\0\0", large), text(b"iTXt", b"a\0\x01\0\0\0", large)]
        {
            assert_eq!(check_png(&png(&[chunk])).unwrap_err().code(), "too_complex");
        }
        let halves = [text(b"zTXt", b"a\0\0", large / 2), text(b"zTXt", b"b\0\0", large / 2)];
        assert_eq!(check_png(&png(&halves)).unwrap_err().code(), "too_complex");
    }

    #[test]
    fn pieces_are_counted() {
        let pieces = vec![(b"tEXt", b"a\0b".to_vec()); MAX_CHUNKS + 1];
        assert_eq!(check_png(&png(&pieces)).unwrap_err().code(), "too_complex");
    }
}
