//! How much a PDF's packed streams hold, and how many dictionaries it has, counted before anybody unpacks them into memory.
//! Knows nothing of objects.

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::too_complex;
use super::unpack::is_zlib as is_deflated;
use crate::error::Result;

/// Bytes of one stream: a colored scan of A4 at 600 dpi has 105 MB.
pub(super) const MAX_STREAM: u64 = 128 << 20;
/// Bytes of all streams of a file.
const MAX_TOTAL: u64 = 1 << 30;
/// A stream from which on its packing ratio counts, and the most that is honest: blank scans pack very well.
const RATIO_FROM: u64 = 32 << 20;
const MAX_RATIO: u64 = 400;

/// Dictionaries that stand openly in the file; fifty pages of many small objects have some ten thousand.
const MAX_DICTIONARIES: usize = 400_000;

/// Refuses a file that unpacks to far more than a document holds, or is a heap of dictionaries.
///
/// # Errors
/// `too_complex`.
pub(super) fn check(data: &[u8]) -> Result<()> {
    if data.windows(2).filter(|bytes| bytes == b"<<").nth(MAX_DICTIONARIES).is_some() {
        return Err(too_complex(&format!("it has more than {MAX_DICTIONARIES} dictionaries")));
    }
    if !hold(data) {
        return Err(too_complex("its streams unpack to far more than a document holds"));
    }
    Ok(())
}

/// Whether every deflated stream, and all of them together, stay within bounds.
fn hold(data: &[u8]) -> bool {
    let mut total = 0;
    let mut at = 0;
    while let Some(found) = data.get(at..).and_then(|rest| rest.windows(6).position(|w| w == b"stream")) {
        at += found + 6;
        let packed = data.get(at..).unwrap_or_default();
        let packed = packed.strip_prefix(b"\r\n").or_else(|| packed.strip_prefix(b"\n")).unwrap_or(packed);
        if !is_deflated(packed) {
            continue;
        }
        let (read, unpacked) = measure(packed, MAX_STREAM.min(MAX_TOTAL - total));
        total += unpacked;
        if unpacked > MAX_STREAM || total >= MAX_TOTAL || (unpacked > RATIO_FROM && unpacked / read.max(1) > MAX_RATIO)
        {
            return false;
        }
        at += usize::try_from(read).unwrap_or(0);
    }
    true
}

/// Bytes in, and bytes out; what was packed twice counts as what it is in the end.
fn measure(packed: &[u8], limit: u64) -> (u64, u64) {
    let mut decoder = ZlibDecoder::new(packed);
    let mut start = [0; 2];
    let begun = decoder.read_exact(&mut start).is_ok();
    let unpacked = if begun && is_deflated(&start) {
        let whole = start.as_slice().chain(&mut decoder);
        count(ZlibDecoder::new(whole), limit)
    } else {
        count(&mut decoder, limit) + 2
    };
    (decoder.total_in(), unpacked)
}

/// A damaged stream counts as far as it goes.
fn count(mut reader: impl Read, limit: u64) -> u64 {
    let mut buffer = vec![0; 1 << 16];
    let mut total = 0;
    while let Ok(n @ 1..) = reader.read(&mut buffer) {
        total += n as u64;
        if total > limit {
            break;
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;

    fn packed(data: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn file(streams: &[Vec<u8>]) -> Vec<u8> {
        let stream = |s: &Vec<u8>| [b"<< /Filter /FlateDecode >>\nstream\r\n", s.as_slice(), b"\nendstream\n"].concat();
        [b"%PDF-1.7\n".to_vec(), streams.iter().flat_map(stream).collect()].concat()
    }

    #[test]
    fn honest_streams_hold() {
        assert!(hold(&file(&[packed(b"BT /F1 9 Tf (a) Tj ET"), packed(&[7; 100_000]), b"no zlib".to_vec()])));
        assert!(hold(b"") && hold(b"stream"));
    }

    #[test]
    fn bombs_are_told_also_when_packed_twice() {
        let bomb = packed(&vec![0; (MAX_STREAM + 1) as usize]);
        assert!(!hold(&file(&[packed(b"small"), bomb.clone()])));
        assert!(!hold(&file(&[packed(&bomb)])));
    }
}
