//! Bytes packed as tightly as their format can. Knows nothing of files.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, ZlibEncoder};

/// How many zeros are packed at a time.
const SLICE: usize = 1 << 16;

/// So many zeros in a zlib stream: a thousandth of it.
pub(super) fn zeros(count: u64) -> Vec<u8> {
    repeated(&[0], count)
}

/// Some bytes in a zlib stream.
pub(super) fn deflated(bytes: &[u8]) -> Vec<u8> {
    repeated(bytes, 1)
}

/// Some bytes over and over in a zlib stream.
#[allow(clippy::unwrap_used)]
pub(super) fn repeated(bytes: &[u8], times: u64) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    write_repeated(&mut encoder, bytes, times);
    encoder.finish().unwrap()
}

/// Some bytes over and over as bare deflate, without a header that says so.
#[allow(clippy::unwrap_used)]
pub(super) fn bare(bytes: &[u8], times: u64) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    write_repeated(&mut encoder, bytes, times);
    encoder.finish().unwrap()
}

#[allow(clippy::unwrap_used)]
fn write_repeated(to: &mut impl Write, bytes: &[u8], times: u64) {
    let at_once = (SLICE / bytes.len()).max(1) as u64;
    let slice = bytes.repeat(at_once as usize);
    for _ in 0..times / at_once {
        to.write_all(&slice).unwrap();
    }
    for _ in 0..times % at_once {
        to.write_all(bytes).unwrap();
    }
}

/// Some bytes in PDF's run lengths.
pub(super) fn run_lengths(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    for run in bytes.chunk_by(|a, b| a == b).flat_map(|run| run.chunks(128)) {
        match run {
            [one] => packed.extend([0, *one]),
            [byte, ..] => packed.extend([(257 - run.len()) as u8, *byte]),
            [] => {}
        }
    }
    packed.push(128);
    packed
}

/// Zeros in PDF's LZW: each code stands for one zero more than the one before it.
pub(super) fn lzw_zeros(tables: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.push(256, 9);
    for _ in 0..tables {
        bits.push(0, 9);
        for code in 258..4094_u32 {
            // The next code is wider one code early, as PDF has it.
            let width = match code {
                ..511 => 9,
                ..1023 => 10,
                ..2047 => 11,
                _ => 12,
            };
            bits.push(code, width);
        }
        bits.push(256, 12);
    }
    bits.push(257, 9);
    bits.done()
}

/// Bits, the highest first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    open: u32,
    count: u32,
}

impl Bits {
    fn push(&mut self, value: u32, width: u32) {
        self.open = self.open << width | value;
        self.count += width;
        while self.count >= 8 {
            self.count -= 8;
            self.bytes.push((self.open >> self.count) as u8);
            self.open &= (1 << self.count) - 1;
        }
    }

    fn done(mut self) -> Vec<u8> {
        self.push(0, 7);
        self.bytes
    }
}
