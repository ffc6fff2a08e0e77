//! How many pixels a JBIG2 picture asks for, told from the heads of its segments before anything is decoded: a region may
//! be far larger than the page on which it lies. Knows nothing of what the pixels show.

/// The first bytes of a file; a picture in a PDF begins with its first segment.
pub(super) const SIGNATURE: &[u8] = b"\x97JB2\r\n\x1a\n";

/// The most pixels that the page, or a region or the grid of one, has.
pub(super) fn largest(data: &[u8]) -> u64 {
    segments(data).map(|segment| segment.pixels()).max().unwrap_or(0)
}

struct Segment<'a> {
    kind: u8,
    data: &'a [u8],
}

impl Segment<'_> {
    fn pixels(&self) -> u64 {
        let number = |at: usize| number(self.data, at, 4).unwrap_or(0) as u64;
        match self.kind {
            // A height that the page does not know is told by its stripes, which the decoder bounds.
            PAGE => number(0) * Some(number(4)).filter(|height| *height != UNKNOWN as u64).unwrap_or(1),
            // Behind the region's head and a byte: the grid.
            20..=23 => (number(0) * number(4)).max(number(18) * number(22)),
            4..=7 | 36..=43 => number(0) * number(4),
            _ => 0,
        }
    }
}

const PAGE: u8 = 48;
const END: u8 = 51;
const UNKNOWN: usize = 0xffff_ffff;

/// The segments, as far as they can be followed: each with its data behind it, or all heads before all data.
fn segments(data: &[u8]) -> impl Iterator<Item = Segment<'_>> {
    let flags = data.strip_prefix(SIGNATURE).and_then(|rest| rest.first().copied());
    let start = match flags {
        // The number of pages stands behind the flags where it is known.
        Some(flags) => SIGNATURE.len() + if flags & 2 == 0 { 5 } else { 1 },
        None => 0,
    };
    let heads_first = flags.is_some_and(|flags| flags & 1 == 0);
    let mut found = Vec::new();
    let (mut at, mut begins) = (start, if heads_first { after_heads(data, start) } else { 0 });
    while let Some(head) = Head::read(data, at) {
        at += head.length;
        let place = if heads_first { begins } else { at };
        let rest = data.get(place..).unwrap_or_default();
        let segment = rest.get(..head.data).unwrap_or(rest);
        found.push(Segment { kind: head.kind, data: segment });
        if heads_first {
            begins += segment.len()
        } else {
            at += segment.len()
        }
        if head.kind == END {
            break;
        }
    }
    found.into_iter()
}

fn after_heads(data: &[u8], mut at: usize) -> usize {
    while let Some(head) = Head::read(data, at) {
        at += head.length;
        if head.kind == END {
            break;
        }
    }
    at
}

struct Head {
    kind: u8,
    /// Bytes of the head itself.
    length: usize,
    /// Bytes of what it heads.
    data: usize,
}

impl Head {
    fn read(bytes: &[u8], at: usize) -> Option<Head> {
        let segment = number(bytes, at, 4)?;
        let flags = number(bytes, at + 4, 1)?;
        let short = number(bytes, at + 5, 1)? >> 5;
        let (referred, counted) = match short {
            7 => {
                let count = number(bytes, at + 5, 4)? & 0x1fff_ffff;
                (count, 4 + (count + 1).div_ceil(8))
            }
            count => (count, 1),
        };
        let each = match segment {
            ..=256 => 1,
            257..=65_536 => 2,
            _ => 4,
        };
        let page = if flags & 0x40 == 0 { 1 } else { 4 };
        let length = 5 + counted + each * referred + page;
        let data = number(bytes, at.checked_add(length)?, 4)?;
        Some(Head { kind: (flags & 0x3f) as u8, length: length + 4, data })
    }
}

/// A number of so many bytes, the highest first.
fn number(bytes: &[u8], at: usize, size: usize) -> Option<usize> {
    let field = bytes.get(at..at.checked_add(size)?)?;
    Some(field.iter().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(kind: u8, length: usize) -> Vec<u8> {
        [&[0, 0, 0, 1, kind, 0, 1], u32::try_from(length).unwrap().to_be_bytes().as_slice()].concat()
    }

    fn sides(width: u32, height: u32) -> Vec<u8> {
        [width.to_be_bytes(), height.to_be_bytes()].concat()
    }

    #[test]
    fn the_page_and_its_regions_count() {
        let page = [head(PAGE, 8), sides(8, 4)].concat();
        let region = [head(38, 9), sides(60_000, 50_000), vec![0]].concat();
        let unknown = [head(PAGE, 8), sides(8, u32::MAX)].concat();
        assert_eq!(largest(&page), 32);
        assert_eq!(largest(&[page.clone(), region.clone()].concat()), 3_000_000_000);
        assert_eq!(largest(&unknown), 8);
        let grid = [head(22, 26), sides(8, 8), vec![0; 10], sides(70_000, 70_000)].concat();
        assert_eq!(largest(&grid), 4_900_000_000);
        let file = [SIGNATURE, &[1, 0, 0, 0, 1], &page, &region].concat();
        assert_eq!(largest(&file), 3_000_000_000);
    }

    #[test]
    fn heads_may_stand_before_all_data() {
        let heads = [head(PAGE, 8), head(38, 8), head(END, 0)].concat();
        let file = [SIGNATURE, &[2], &heads, &sides(8, 8), &sides(9_000, 9_000)].concat();
        assert_eq!(largest(&file), 81_000_000);
    }

    #[test]
    fn what_is_cut_or_no_picture_counts_as_far_as_it_goes() {
        for bytes in [b"".as_slice(), b"\0\0\0", &[0xff; 40], SIGNATURE] {
            largest(bytes);
        }
    }
}
