//! A stream unpacked within a bound, by every filter that is no picture's. Knows nothing of what the bytes mean.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::{DeflateDecoder, ZlibDecoder};
use hayro::hayro_syntax::Filter;

/// More than so many bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Beyond;

/// What the filters before a picture's own make of the bytes. What is broken counts as far as it goes.
pub(super) fn unpack<'a>(data: Cow<'a, [u8]>, filters: &[Filter], bound: usize) -> Result<Cow<'a, [u8]>, Beyond> {
    let mut data = data;
    for filter in filters {
        data = match filter {
            Filter::FlateDecode => inflate(&data, bound)?.into(),
            Filter::LzwDecode => lzw(&data, bound)?.into(),
            Filter::RunLengthDecode => run_lengths(&data, bound)?.into(),
            Filter::AsciiHexDecode => hex(&data).into(),
            Filter::Ascii85Decode => ascii85(&data, bound)?.into(),
            Filter::Crypt => data,
            Filter::CcittFaxDecode | Filter::Jbig2Decode | Filter::DctDecode | Filter::JpxDecode => break,
        };
    }
    Ok(data)
}

/// Whether what [`unpack`] makes of the bytes stays within the bound, told without making it where it cannot be otherwise.
pub(super) fn within(data: Cow<'_, [u8]>, filters: &[Filter], bound: usize) -> Result<(), Beyond> {
    let Some((Filter::FlateDecode, before)) = filters.split_last() else {
        return unpack(data, filters, bound).map(drop);
    };
    let data = unpack(data, before, bound)?;
    if data.len() <= bound / MAX_DEFLATED { Ok(()) } else { inflate(&data, bound).map(drop) }
}

/// No byte of deflate stands for more: 258 for each two bits.
const MAX_DEFLATED: usize = 1032;

/// Whether bytes begin as zlib does.
pub(super) fn is_zlib(data: &[u8]) -> bool {
    matches!(data, [a, b, ..] if a & 0x0f == 8 && (u16::from(*a) << 8 | u16::from(*b)).is_multiple_of(31))
}

/// Bare deflate where no head says that it is zlib, as the interpreter has it.
fn inflate(data: &[u8], bound: usize) -> Result<Vec<u8>, Beyond> {
    if is_zlib(data) { read(ZlibDecoder::new(data), bound) } else { read(DeflateDecoder::new(data), bound) }
}

fn read(from: impl Read, bound: usize) -> Result<Vec<u8>, Beyond> {
    let mut bytes = Vec::new();
    // What could be read before an error counts.
    let _ = from.take(bound as u64 + 1).read_to_end(&mut bytes);
    bounded(bytes, bound)
}

fn bounded(bytes: Vec<u8>, bound: usize) -> Result<Vec<u8>, Beyond> {
    if bytes.len() > bound { Err(Beyond) } else { Ok(bytes) }
}

fn run_lengths(data: &[u8], bound: usize) -> Result<Vec<u8>, Beyond> {
    let (mut bytes, mut rest) = (Vec::new(), data);
    while let [length @ (..=127 | 129..), tail @ ..] = rest {
        let taken = if *length < 128 { usize::from(*length) + 1 } else { 1 };
        let Some((run, after)) = tail.split_at_checked(taken) else { break };
        let times = if *length < 128 { 1 } else { 257 - usize::from(*length) };
        run.iter().for_each(|byte| bytes.extend(std::iter::repeat_n(*byte, times)));
        if bytes.len() > bound {
            return Err(Beyond);
        }
        rest = after;
    }
    Ok(bytes)
}

const CLEAR: usize = 256;
const END: usize = 257;
const CODES: usize = 4096;

/// A place in the output: where it begins, and how long it is.
type Piece = (usize, usize);

/// Codes stand for what was written before: each new one for the last piece and the byte after it, so that places in the
/// output are table enough.
fn lzw(data: &[u8], bound: usize) -> Result<Vec<u8>, Beyond> {
    let mut bytes: Vec<u8> = Vec::new();
    let (mut pieces, mut last) = (Vec::<Piece>::new(), None::<Piece>);
    let (mut open, mut count, mut rest) = (0_u32, 0_u32, data.iter());
    loop {
        // One code early, as nearly all do; those who do not come out as other bytes, and as many.
        let width = (usize::BITS - (END + 2 + pieces.len()).leading_zeros()).clamp(9, 12);
        while count < width {
            let Some(byte) = rest.next() else { return bounded(bytes, bound) };
            open = open << 8 | u32::from(*byte);
            count += 8;
        }
        count -= width;
        let code = (open >> count) as usize & ((1 << width) - 1);
        let start = bytes.len();
        if code == CLEAR {
            pieces.clear();
            last = None;
            continue;
        }
        if write_piece(&mut bytes, code, &pieces, last).is_none() {
            return bounded(bytes, bound);
        }
        if bytes.len() > bound {
            return Err(Beyond);
        }
        if let Some((from, length)) = last.filter(|_| END + 1 + pieces.len() < CODES) {
            pieces.push((from, length + 1));
        }
        last = Some((start, bytes.len() - start));
    }
}

/// Writes what a code stands for; none at the end, and for one that stands for nothing yet.
fn write_piece(bytes: &mut Vec<u8>, code: usize, pieces: &[Piece], last: Option<Piece>) -> Option<()> {
    if let Ok(byte) = u8::try_from(code) {
        bytes.push(byte);
        return Some(());
    }
    let index = code.checked_sub(END + 1)?;
    // The piece that is being made is the last one and its own first byte.
    let next = last.filter(|_| index == pieces.len()).map(|(from, length)| (from, length + 1));
    let (from, length) = pieces.get(index).copied().or(next)?;
    let start = bytes.len();
    bytes.extend_from_within(from..(from + length).min(start));
    bytes.extend(bytes.get(from).copied().filter(|_| from + length > start));
    Some(())
}

fn hex(data: &[u8]) -> Vec<u8> {
    let digits = data.iter().take_while(|byte| **byte != b'>').filter_map(|byte| (*byte as char).to_digit(16));
    let digits: Vec<u32> = digits.collect();
    digits.chunks(2).map(|pair| pair.iter().fold(0, |sum, digit| sum << 4 | *digit) as u8).collect()
}

fn ascii85(data: &[u8], bound: usize) -> Result<Vec<u8>, Beyond> {
    let (mut bytes, mut group) = (Vec::new(), Vec::new());
    for byte in data.iter().take_while(|byte| **byte != b'~') {
        match byte {
            b'z' if group.is_empty() => bytes.extend([0; 4]),
            b'!'..=b'u' => group.push(u32::from(byte - b'!')),
            _ => {}
        }
        if group.len() == 5 {
            let number = group.drain(..).fold(0_u32, |sum, digit| sum.wrapping_mul(85).wrapping_add(digit));
            bytes.extend(number.to_be_bytes());
        }
        if bytes.len() > bound {
            return Err(Beyond);
        }
    }
    if let Some(kept) = group.len().checked_sub(1) {
        group.resize(5, 84);
        let number = group.iter().fold(0_u32, |sum, digit| sum.wrapping_mul(85).wrapping_add(*digit));
        bytes.extend(number.to_be_bytes().into_iter().take(kept));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpacked(data: &[u8], filters: &[Filter]) -> Result<Vec<u8>, Beyond> {
        unpack(data.into(), filters, 1000).map(Cow::into_owned)
    }

    #[test]
    fn every_filter_gives_what_was_packed() {
        // What other programs make of these.
        let lzw = [0x80, 0x0b, 0x60, 0x50, 0x22, 0x0c, 0x0c, 0x85, 0x01];
        let cases: [(&[u8], &[Filter], &[u8]); 6] = [
            (&lzw, &[Filter::LzwDecode], b"-----A---B"),
            (&[254, b'a', 1, b'b', b'c', 128], &[Filter::RunLengthDecode], b"aaabc"),
            (b"61 6263>", &[Filter::AsciiHexDecode], b"abc"),
            (b"9jqo^z9j~>", &[Filter::Ascii85Decode], b"Man \0\0\0\0M"),
            (b"\x78\x9c\x4b\x4c\x4a\x06\x00\x02\x4d\x01\x27", &[Filter::FlateDecode], b"abc"),
            (b"fe 61 80>", &[Filter::AsciiHexDecode, Filter::RunLengthDecode, Filter::DctDecode], b"aaa"),
        ];
        for (data, filters, want) in cases {
            assert_eq!(unpacked(data, filters).unwrap(), want, "{filters:?}");
        }
        assert_eq!(unpacked(b"\x4b\x4c\x4a\x06\x00", &[Filter::FlateDecode]).unwrap(), b"abc", "without a head");
    }

    #[test]
    fn no_filter_goes_beyond_the_bound() {
        let runs = [129, b'a'].repeat(8);
        assert_eq!(unpacked(&runs, &[Filter::RunLengthDecode]), Err(Beyond));
        assert_eq!(unpacked(&[b'z'; 251], &[Filter::Ascii85Decode]), Err(Beyond));
        // A table of zeros, each code one zero longer than the one before it, in nine bits.
        let codes = [256, 0].into_iter().chain(258..320_u32);
        let bits: Vec<u8> = codes.flat_map(|code| (0..9).rev().map(move |bit| (code >> bit & 1) as u8)).collect();
        let packed: Vec<u8> = bits.chunks(8).map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | bit)).collect();
        assert_eq!(unpacked(&packed, &[Filter::LzwDecode]), Err(Beyond));
        assert_eq!(unpacked(&packed[..40], &[Filter::LzwDecode]).unwrap(), vec![0; 34 * 35 / 2]);
    }

    #[test]
    fn what_is_broken_counts_as_far_as_it_goes() {
        for filter in [Filter::LzwDecode, Filter::FlateDecode, Filter::RunLengthDecode, Filter::Ascii85Decode] {
            for data in [b"".as_slice(), &[0xff; 9], &[0x80, 0x7f, 0xff, 0xff]] {
                assert!(unpacked(data, &[filter]).is_ok());
            }
        }
    }
}
