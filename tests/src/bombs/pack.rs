//! Bytes packed as tightly as their format can. Knows nothing of files.

use flate2::{Compress, Compression, FlushCompress};

/// Bytes that are packed at a time.
const SLICE: usize = 1 << 20;
/// Bytes of which the sum is reckoned.
const SUMMED: u64 = 64 << 20;
const MODULUS: u64 = 65_521;

/// So many zeros in a zlib stream: a thousandth of it.
pub(super) fn zeros(count: u64) -> Vec<u8> {
    repeated(&[0], count)
}

/// Some bytes in a zlib stream.
pub(super) fn deflated(bytes: &[u8]) -> Vec<u8> {
    repeated(bytes, 1)
}

/// Some bytes over and over in a zlib stream.
pub(super) fn repeated(bytes: &[u8], times: u64) -> Vec<u8> {
    let mut sum = Adler::default();
    let count = bytes.len() as u64 * times;
    if bytes == [0] {
        sum.zeros(count);
    } else if count <= SUMMED {
        (0..times).for_each(|_| sum.add(bytes));
    }
    [&[0x78, 0xda], bare(bytes, times).as_slice(), &sum.value().to_be_bytes()].concat()
}

/// Some bytes over and over as bare deflate, without a header that says so: one block, which is then written many times.
pub(super) fn bare(bytes: &[u8], times: u64) -> Vec<u8> {
    let at_once = (SLICE / bytes.len()).max(1) as u64;
    let block = block(&bytes.repeat(at_once as usize));
    let rest = block_of(bytes, times % at_once);
    // An empty block is the last one.
    [block.repeat((times / at_once) as usize), rest, vec![3, 0]].concat()
}

fn block_of(bytes: &[u8], times: u64) -> Vec<u8> {
    if times == 0 { Vec::new() } else { block(&bytes.repeat(times as usize)) }
}

/// Deflate that ends with a byte and refers to nothing before it.
#[allow(clippy::unwrap_used)]
fn block(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(bytes.len() + 1024);
    Compress::new(Compression::best(), false).compress_vec(bytes, &mut packed, FlushCompress::Full).unwrap();
    packed
}

/// What stands at the end of a zlib stream; that of very long ones is wrong, and nobody gets there.
struct Adler(u64, u64);

impl Default for Adler {
    fn default() -> Self {
        Self(1, 0)
    }
}

impl Adler {
    fn zeros(&mut self, count: u64) {
        self.1 = (self.1 + count % MODULUS * self.0) % MODULUS;
    }

    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 + u64::from(*byte)) % MODULUS;
            self.1 = (self.1 + self.0) % MODULUS;
        }
    }

    fn value(&self) -> u32 {
        (self.1 << 16 | self.0) as u32
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
                511..1023 => 10,
                1023..2047 => 11,
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
