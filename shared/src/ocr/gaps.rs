//! Print in a line that no character accounts for: what a recogniser left out without knowing it. Knows nothing of how lines
//! are read.

use super::Glyph;
use super::crop::{Crop, HEIGHT};

/// The rows between which print stands; beyond them ruled lines and neighbours look in.
const ROWS: std::ops::Range<usize> = 8..40;
/// So many dark pixels make a column of print.
const INKED: usize = 4;
/// Brightness goes from 0 to 255; less than this between paper and print is an empty line.
const CONTRAST: usize = 30;
/// The share of the way from paper to print from which a pixel is dark.
const DARK: f32 = 0.45;
/// How far a wide character (Chinese) reaches to either side of its centre, in ems: a little into the space around it.
const WIDE_REACH: f32 = 0.55;
/// The same for digits and Latin letters.
const NARROW_REACH: f32 = 0.4;
/// What an em is in pixels: a crop is higher than its print.
const EM: std::ops::RangeInclusive<f32> = 24.0..=48.0;
/// The same where no two neighbours tell.
const USUAL_EM: f32 = 34.0;
/// The paper at either end of a line, in ems: boxes are drawn larger than their print.
const MARGIN: f32 = 0.15;
/// So many columns of print, or fewer, are a speck.
const SPECK: usize = 2;

/// The widest stretch with print that lies beyond the reach of every character, in ems.
pub(crate) fn widest(crop: &Crop, text: &str, glyphs: &[Glyph]) -> f32 {
    let width = crop.width as f32;
    let centres: Vec<(char, f32)> = text.chars().zip(glyphs.iter().map(|glyph| glyph.at * width)).collect();
    let em = em(&centres);
    let reach = |character| em * if is_wide(character) { WIDE_REACH } else { NARROW_REACH };
    let mut read = vec![(0.0, em * MARGIN)];
    read.extend(centres.iter().map(|&(character, at)| (at - reach(character), at + reach(character))));
    read.push((width - em * MARGIN, width));

    let columns = inked(crop);
    let (mut widest, mut behind) = (0.0_f32, 0.0_f32);
    for (start, end) in read {
        if holds_print(&columns, behind, start) {
            widest = widest.max(start - behind);
        }
        behind = behind.max(end);
    }
    widest / em
}

fn holds_print(columns: &[bool], start: f32, end: f32) -> bool {
    let (start, end) = (start.ceil() as usize, end.max(0.0) as usize);
    columns.iter().take(end).skip(start).filter(|&&inked| inked).count() > SPECK
}

/// By column, whether there is print.
fn inked(crop: &Crop) -> Vec<bool> {
    let plane = crop.width * HEIGHT;
    let brightness = |at: usize| {
        let sum: f32 = crop.planes.iter().skip(at).step_by(plane.max(1)).sum();
        ((sum / 3.0 + 1.0) * 127.5) as u8
    };
    let pixels: Vec<u8> = (ROWS.start * crop.width..ROWS.end * crop.width).map(brightness).collect();
    let (paper, print) = paper_and_print(&pixels);
    if paper < print + CONTRAST {
        return vec![false; crop.width];
    }
    let dark = paper as f32 - DARK * (paper - print) as f32;
    let mut counts = vec![0; crop.width];
    for row in pixels.chunks_exact(crop.width.max(1)) {
        row.iter().zip(&mut counts).for_each(|(&pixel, count)| *count += usize::from(f32::from(pixel) < dark));
    }
    counts.into_iter().map(|count| count >= INKED).collect()
}

/// The brightness of the paper, which is most of a line, and of its darkest pixels.
fn paper_and_print(pixels: &[u8]) -> (usize, usize) {
    let mut histogram = [0; 256];
    pixels.iter().for_each(|&pixel| histogram[usize::from(pixel)] += 1);
    let below = |share: usize| {
        let mut sum = 0;
        let reached = histogram.iter().position(|count| {
            sum += count;
            sum * 100 > pixels.len() * share
        });
        reached.unwrap_or(0)
    };
    (below(75), below(1))
}

/// Chinese characters stand one em apart, digits and letters about half of one.
fn em(centres: &[(char, f32)]) -> f32 {
    let apart = |alike: fn(char) -> bool| {
        let pairs = centres.windows(2).filter(|pair| alike(pair[0].0) && alike(pair[1].0));
        let mut distances: Vec<f32> = pairs.map(|pair| pair[1].1 - pair[0].1).collect();
        distances.sort_by(f32::total_cmp);
        distances
    };
    let (wide, narrow) = (apart(is_wide), apart(|c| c.is_ascii_alphanumeric()));
    let told = match (wide.as_slice(), narrow.as_slice()) {
        ([_, _, ..], _) => wide[wide.len() / 2],
        // Where one was left out two are twice as far apart, so less than the median.
        (_, [_, _, ..]) => 2.0 * narrow[narrow.len() * 2 / 5],
        _ => USUAL_EM,
    };
    told.clamp(*EM.start(), *EM.end())
}

fn is_wide(character: char) -> bool {
    character > '\u{2000}'
}

#[cfg(test)]
mod tests {
    use super::*;

    const CELL: usize = 30;

    /// White paper with black squares in these of its cells.
    fn squares(cells: usize, filled: &[usize]) -> Crop {
        let width = cells * CELL;
        let mut planes = vec![1.0; 3 * HEIGHT * width];
        for (i, value) in planes.iter_mut().enumerate() {
            let (x, y) = (i % width, i / width % HEIGHT);
            if filled.contains(&(x / CELL)) && (4..26).contains(&(x % CELL)) && (12..36).contains(&y) {
                *value = -1.0;
            }
        }
        Crop { width, planes }
    }

    /// What is unread of black squares in all cells but the empty ones, when characters were read in these.
    fn unread(cells: usize, empty: &[usize], text: &str, at: &[usize]) -> f32 {
        let filled: Vec<usize> = (0..cells).filter(|cell| !empty.contains(cell)).collect();
        let glyph = |&cell: &usize| Glyph { at: (cell as f32 + 0.5) / cells as f32, confidence: 1.0 };
        widest(&squares(cells, &filled), text, &at.iter().map(glyph).collect::<Vec<_>>())
    }

    #[test]
    fn nothing_is_left_of_a_line_that_was_read_in_full() {
        assert_eq!(unread(5, &[], "销售方名称", &[0, 1, 2, 3, 4]), 0.0);
        assert_eq!(unread(6, &[], "132074", &[0, 1, 2, 3, 4, 5]), 0.0);
    }

    #[test]
    fn a_character_left_out_at_an_end_or_within_is_seen() {
        for missing in [0, 2, 4] {
            let read: Vec<usize> = (0..5).filter(|&cell| cell != missing).collect();
            let unread = unread(5, &[], "销售方名", &read);
            assert!((0.4..1.2).contains(&unread), "{missing}: {unread}");
        }
        assert!(unread(6, &[], "13274", &[0, 1, 2, 4, 5]) > 0.2);
    }

    #[test]
    fn a_wide_space_is_no_print() {
        assert_eq!(unread(5, &[2, 3], "复核人", &[0, 1, 4]), 0.0);
    }

    #[test]
    fn an_empty_line_and_a_narrow_one_are_no_error() {
        assert_eq!(unread(3, &[0, 1, 2], "", &[]), 0.0);
        for width in [0, 1] {
            assert_eq!(widest(&Crop { width, planes: vec![1.0; 3 * HEIGHT * width] }, "", &[]), 0.0);
        }
    }
}
