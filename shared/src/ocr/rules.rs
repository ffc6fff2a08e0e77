//! Ruled lines in a page's pixels: thin, long and straight, at any slope that a photo gives, in any colour darker than
//! the paper; broken by print and seals, and bent, in which case they come in pieces.
//! Knows nothing of text, nor of what the lines part.
//!
//! A page is looked at in strips of a few millimetres. In each, a short piece of a line is a row of pixels that are all
//! darker than what lies above and below; print seldom makes one that long. Pieces that go on from strip to strip are a
//! line. The same on the page with rows and columns exchanged finds the lines that run downwards.

use image::RgbImage;

use crate::geometry::Segment;

/// Pages are made smaller by a whole factor until no side is longer: thinner lines than this shows are not printed.
const LONGEST: u32 = 1700;
/// How much darker a line must be than the paper beside it, of 255.
const CONTRAST: u8 = 12;
/// Strips across the longer side.
const STRIPS: usize = 90;
/// The steepest line: this share of its length.
const STEEPEST: f32 = 0.22;
/// The share of a piece's pixels that must be dark.
const SOLID: f32 = 0.8;
/// So many strips may be hidden by print or a seal before a line has ended.
const HIDDEN: usize = 5;
/// So many strips of plain paper on its way, and it has ended all the same.
const PLAIN: usize = 2;
/// Paper is plain where fewer of its pixels than this share are dark.
const SPECKS: f32 = 0.05;
/// Print reaches no further from its middle, in pixels of the smaller page.
const HIGHEST: f32 = 16.0;
/// A line has at least so many pieces, in at least this share of the strips it crosses.
const PIECES: usize = 4;
const SEEN: f32 = 0.5;
/// How far a piece of a line may lie off the straight, in pixels of the smaller page.
const STRAIGHT: f32 = 1.5;

/// The ruled lines of a page, in its own pixels: those across first, from left to right, then those down, from the top.
#[must_use]
pub fn find_rules(page: &RgbImage) -> Vec<Segment> {
    let factor = page.width().max(page.height()).div_ceil(LONGEST).max(1);
    let map = Map::of(page, factor);
    let strip = (map.width.max(map.height) / STRIPS).max(8);
    let scale = factor as f32;
    // The middle of a pixel of the smaller page, in pixels of the page.
    let at = |v: f32| (v + 0.5) * scale;
    let across = lines(&map, strip).into_iter().map(|[x0, y0, x1, y1]| [at(x0), at(y0), at(x1), at(y1)]);
    let down = lines(&map.transposed(), strip).into_iter().map(|[y0, x0, y1, x1]| [at(x0), at(y0), at(x1), at(y1)]);
    across.chain(down).collect()
}

/// Brightness, where colour counts as darkness.
struct Map {
    width: usize,
    height: usize,
    light: Vec<u8>,
}

impl Map {
    /// The darkest of a pixel's channels, averaged over squares; a page of light print on dark ground is inverted.
    fn of(page: &RgbImage, factor: u32) -> Map {
        let (width, height) = ((page.width() / factor) as usize, (page.height() / factor) as usize);
        let n = factor as usize;
        let stride = page.width() as usize * 3;
        let raw = page.as_raw();
        let mut light = Vec::with_capacity(width * height);
        let mut sums = vec![0_u32; width];
        for rows in raw.chunks_exact((stride * n).max(1)).take(height) {
            sums.fill(0);
            for row in rows.chunks_exact(stride) {
                for (sum, square) in sums.iter_mut().zip(row.chunks_exact(3 * n)) {
                    *sum += square.chunks_exact(3).map(|p| u32::from(p[0].min(p[1]).min(p[2]))).sum::<u32>();
                }
            }
            light.extend(sums.iter().map(|sum| (sum / (factor * factor)) as u8));
        }
        let mut map = Map { width, height, light };
        if map.is_dark() {
            map.light.iter_mut().for_each(|v| *v = 255 - *v);
        }
        map
    }

    /// Whether most of the page is dark.
    fn is_dark(&self) -> bool {
        let dark = self.light.iter().step_by(7).filter(|v| **v < 100).count();
        2 * dark > self.light.len() / 7 + 1
    }

    fn transposed(&self) -> Map {
        let mut light = vec![0; self.light.len()];
        // In squares, so that both sides stay in the cache.
        const BLOCK: usize = 32;
        for top in (0..self.height).step_by(BLOCK) {
            for left in (0..self.width).step_by(BLOCK) {
                for y in top..(top + BLOCK).min(self.height) {
                    for x in left..(left + BLOCK).min(self.width) {
                        light[x * self.height + y] = self.light[y * self.width + x];
                    }
                }
            }
        }
        Map { width: self.height, height: self.width, light }
    }

    fn row(&self, y: usize) -> &[u8] {
        &self.light[y * self.width..(y + 1) * self.width]
    }

    /// Whether a line ended between two of its pieces: where nothing hides it, it would be seen.
    fn ends_between(&self, last: &Piece, next: &Piece, strip: usize) -> bool {
        let missing = next.strip.saturating_sub(last.strip + 1);
        let rise = (next.enters - last.leaves) / (missing + 1) as f32;
        let is_plain = |step: &usize| {
            let y = last.leaves + rise * (*step as f32 - 0.5);
            self.is_plain((last.strip + step) * strip, y, strip)
        };
        (1..=missing).filter(is_plain).count() >= PLAIN
    }

    /// Whether a strip's width from `left` on is plain paper around a height.
    fn is_plain(&self, left: usize, y: f32, strip: usize) -> bool {
        let around = |reach: f32| {
            let (top, bottom) = ((y - reach).max(0.0) as usize, (y + reach + 1.0).max(0.0) as usize);
            let rows = (top..bottom.min(self.height)).filter_map(|y| self.row(y).get(left..left + strip));
            let mut pixels: Vec<u8> = rows.flatten().copied().collect();
            pixels.sort_unstable();
            pixels
        };
        // What hides a line has paper above or below it.
        let (near, wide) = (around(2.0), around(HIGHEST));
        let Some(paper) = wide.get(wide.len() * 9 / 10) else { return true };
        let dark = near.partition_point(|v| v.saturating_add(CONTRAST) < *paper);
        (dark as f32) < SPECKS * near.len() as f32
    }

    /// One for every pixel that is darker than what lies two or three pixels above and below it.
    fn ridges(&self) -> Vec<u8> {
        let mut dark = vec![0; self.light.len()];
        for y in 3..self.height.saturating_sub(3) {
            let own = self.row(y);
            let (above, higher, below, lower) = (self.row(y - 2), self.row(y - 3), self.row(y + 2), self.row(y + 3));
            let out = &mut dark[y * self.width..(y + 1) * self.width];
            for x in 0..self.width {
                let beside = above[x].max(higher[x]).min(below[x].max(lower[x]));
                out[x] = u8::from(beside > own[x].saturating_add(CONTRAST));
            }
        }
        dark
    }
}

/// A short piece of a line: the strip it crosses, and where it enters and leaves it.
#[derive(Clone, Copy, Debug)]
struct Piece {
    strip: usize,
    enters: f32,
    leaves: f32,
    score: i32,
}

/// Pieces one behind the other.
#[derive(Debug)]
struct Chain {
    pieces: Vec<Piece>,
}

/// The lines that run from left to right.
fn lines(map: &Map, strip: usize) -> Vec<Segment> {
    let dark = map.ridges();
    let mut open: Vec<Chain> = Vec::new();
    let mut done: Vec<Chain> = Vec::new();
    for index in 0..map.width / strip {
        let (ended, going) = open.into_iter().partition(|chain: &Chain| chain.last().strip + HIDDEN + 1 < index);
        done.extend::<Vec<Chain>>(ended);
        open = going;
        link(&mut open, pieces(&dark, map, index, strip), map, strip);
    }
    let whole = done.into_iter().chain(open).map(Chain::trimmed).filter(Chain::is_line);
    whole.flat_map(|chain| straight(&chain.points(strip as f32))).collect()
}

/// The pieces in one strip, the best one at each height.
fn pieces(dark: &[u8], map: &Map, index: usize, strip: usize) -> Vec<Piece> {
    let steepest = (STEEPEST * strip as f32) as i32;
    let left = index * strip;
    let mut found: Vec<Piece> = Vec::new();
    for y in 0..map.height {
        // A line at this height passes the middle of the strip here.
        let middle = y * map.width + left + strip / 2;
        if dark[middle - 1..=middle + 1].iter().all(|d| *d == 0) {
            continue;
        }
        let best = (-steepest..=steepest).filter_map(|rise| piece(dark, map, (index, y), (strip, rise)));
        let Some(best) = best.max_by_key(|p| p.score) else { continue };
        match found.last_mut().filter(|last| (last.middle() - best.middle()).abs() < 3.0) {
            Some(last) if last.score >= best.score => {}
            Some(last) => *last = best,
            None => found.push(best),
        }
    }
    found
}

/// The piece through the middle of a strip at one height, rising or falling by some pixels on its way.
fn piece(dark: &[u8], map: &Map, (index, y): (usize, usize), (strip, rise): (usize, i32)) -> Option<Piece> {
    let (n, half) = (strip as i32, strip as i32 / 2);
    let at = |step: i32| y as i32 + (rise * (2 * (step - half) + 1)).div_euclid(2 * n);
    let (enters, leaves) = (at(0), at(n - 1));
    let height = map.height as i32;
    if enters.min(leaves) < 0 || enters.max(leaves) >= height {
        return None;
    }
    let left = index * strip;
    let solid: i32 = (0..n).map(|s| i32::from(dark[at(s) as usize * map.width + left + s as usize])).sum();
    let half_rise = rise as f32 / 2.0;
    // Of equal ones the flatter is likelier.
    let score = 8 * solid - rise.abs();
    let found = Piece { strip: index, enters: y as f32 - half_rise, leaves: y as f32 + half_rise, score };
    (solid as f32 >= SOLID * n as f32).then_some(found)
}

impl Piece {
    fn middle(&self) -> f32 {
        f32::midpoint(self.enters, self.leaves)
    }
}

impl Chain {
    fn last(&self) -> Piece {
        self.pieces.last().copied().unwrap_or(Piece { strip: 0, enters: 0.0, leaves: 0.0, score: 0 })
    }

    /// How much it rises from strip to strip, over its last pieces.
    fn rise(&self) -> f32 {
        let last = self.last();
        let earlier = self.pieces.iter().rev().nth(4).or(self.pieces.first()).copied().unwrap_or(last);
        if earlier.strip == last.strip {
            return last.leaves - last.enters;
        }
        (last.middle() - earlier.middle()) / (last.strip - earlier.strip) as f32
    }

    /// How far a piece lies from where the chain would go on.
    fn gap(&self, next: &Piece) -> f32 {
        let (last, rise) = (self.last(), self.rise());
        let strips = (next.strip - last.strip) as f32;
        let (off, turn) = (next.middle() - last.middle() - rise * strips, next.leaves - next.enters - rise);
        // The slope of one or two pieces is known to a pixel only.
        let (unsure, bent) = match self.pieces.len() {
            1 | 2 => (1.0, 3.0),
            3..6 => (0.4, 3.0),
            _ => (0.2, 2.0),
        };
        let allowed = 1.3 + unsure * strips;
        if off.abs() > allowed || turn.abs() > bent { f32::MAX } else { off.abs() }
    }

    fn is_line(&self) -> bool {
        let (first, last) = (self.pieces.first().map_or(0, |p| p.strip), self.last().strip);
        let n = self.pieces.len();
        n >= PIECES && n as f32 >= SEEN * (last - first + 1) as f32
    }

    /// Without ends of fewer pieces than were missing before them: those are print that happened to lie ahead.
    fn trimmed(mut self) -> Chain {
        for _ in 0..2 {
            while let Some(end) = self.loose_end() {
                self.pieces.truncate(end);
            }
            self.pieces.reverse();
        }
        self
    }

    /// Where a loose end begins, seen from the first piece.
    fn loose_end(&self) -> Option<usize> {
        let n = self.pieces.len();
        (1..n).rev().find_map(|i| {
            let missing = self.pieces[i].strip.abs_diff(self.pieces[i - 1].strip) - 1;
            (missing > 0).then(|| (missing >= n - i).then_some(i))
        })?
    }

    /// From its beginning over the middles of its pieces to its end.
    fn points(&self, strip: f32) -> Vec<(f32, f32)> {
        let middle = |p: &Piece| ((p.strip as f32 + 0.5) * strip, p.middle());
        let half = 0.5 * strip;
        let mut points: Vec<(f32, f32)> = self.pieces.iter().map(middle).collect();
        if let (Some(first), Some(last)) = (points.first_mut(), self.pieces.first()) {
            *first = (first.0 - half, last.enters);
        }
        if let Some(point) = points.last_mut() {
            *point = (point.0 + half, self.last().leaves);
        }
        points
    }
}

/// Each piece goes on with the chain that points to it best, or begins one.
fn link(open: &mut Vec<Chain>, pieces: Vec<Piece>, map: &Map, strip: usize) {
    let mut pairs: Vec<(f32, usize, usize)> = Vec::new();
    for (i, chain) in open.iter().enumerate() {
        for (j, piece) in pieces.iter().enumerate() {
            let gap = chain.gap(piece);
            if gap < strip as f32 && !map.ends_between(&chain.last(), piece, strip) {
                pairs.push((gap - 0.05 * chain.pieces.len().min(40) as f32, i, j));
            }
        }
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut taken, mut going) = (vec![false; pieces.len()], vec![false; open.len()]);
    for (_, i, j) in pairs {
        if !taken[j] && !going[i] {
            (taken[j], going[i]) = (true, true);
            open[i].pieces.push(pieces[j]);
        }
    }
    let fresh = pieces.into_iter().zip(taken).filter(|(_, taken)| !taken);
    open.extend(fresh.map(|(piece, _)| Chain { pieces: vec![piece] }));
}

/// A way over many points as few straight ones.
fn straight(points: &[(f32, f32)]) -> Vec<Segment> {
    let (Some(&(x0, y0)), Some(&(x1, y1))) = (points.first(), points.last()) else { return Vec::new() };
    let off = |&(x, y): &(f32, f32)| (y - y0 - (y1 - y0) * (x - x0) / (x1 - x0).max(1.0)).abs();
    let farthest = points.iter().enumerate().max_by(|a, b| off(a.1).total_cmp(&off(b.1)));
    match farthest {
        Some((i, point)) if off(point) > STRAIGHT && i > 0 && i + 1 < points.len() => {
            [straight(&points[..=i]), straight(&points[i..])].concat()
        }
        _ => vec![[x0, y0, x1, y1]],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    /// White paper with lines: where they begin and end, their colour.
    fn drawn(lines: &[(Segment, [u8; 3])]) -> RgbImage {
        let mut page = RgbImage::from_pixel(1000, 700, Rgb([240, 238, 230]));
        for ([x0, y0, x1, y1], colour) in lines {
            let steps = 2.0 * (x1 - x0).abs().max((y1 - y0).abs());
            for i in 0..=steps as u32 {
                let t = i as f32 / steps;
                let (x, y) = (x0 + (x1 - x0) * t, y0 + (y1 - y0) * t);
                page.put_pixel(x as u32, y as u32, Rgb(*colour));
            }
        }
        page
    }

    #[track_caller]
    fn assert_near(found: &[Segment], want: &[Segment]) {
        assert_eq!(found.len(), want.len(), "{found:?}");
        for (found, want) in found.iter().zip(want) {
            let ends = (0..4).all(|i| {
                let along = (want[2] - want[0]).abs() > (want[3] - want[1]).abs();
                (found[i] - want[i]).abs() < if along == (i % 2 == 0) { 25.0 } else { 2.5 }
            });
            assert!(ends, "{found:?} is not {want:?}");
        }
    }

    const BROWN: [u8; 3] = [170, 120, 90];

    #[test]
    fn lines_across_and_down_are_found_at_a_slope() {
        let lines = [[100.0, 100.0, 900.0, 100.0], [100.0, 300.0, 900.0, 380.0], [500.0, 110.0, 470.0, 600.0]];
        let page = drawn(&lines.map(|line| (line, BROWN)));
        assert_near(&find_rules(&page), &lines);
    }

    #[test]
    fn print_over_a_line_does_not_end_it() {
        let line = [100.0, 200.0, 900.0, 200.0];
        let mut page = drawn(&[(line, [90, 90, 200])]);
        for left in [300, 360, 420, 600] {
            for y in 192..208 {
                (left..left + 20).for_each(|x| page.put_pixel(x, y, Rgb([20; 3])));
            }
        }
        assert_near(&find_rules(&page), &[line]);
    }

    #[test]
    fn two_lines_in_a_row_on_plain_paper_are_two() {
        let lines = [[100.0, 200.0, 460.0, 200.0], [530.0, 200.0, 900.0, 200.0]];
        assert_near(&find_rules(&drawn(&lines.map(|line| (line, BROWN)))), &lines);
    }

    #[test]
    fn a_bent_line_comes_in_pieces() {
        let bend = |x: f32| 300.0 + (x - 500.0).powi(2) / 8000.0;
        let lines = (10..90).map(|i| 10.0 * i as f32).map(|x| ([x, bend(x), x + 10.0, bend(x + 10.0)], BROWN));
        let found = find_rules(&drawn(&lines.collect::<Vec<_>>()));
        assert!(found.len() > 1, "{found:?}");
        let covered: f32 = found.iter().map(|r| r[2] - r[0]).sum();
        assert!(covered > 750.0 && found.iter().all(|r| (r[1] - bend(r[0])).abs() < 3.0), "{found:?}");
    }

    #[test]
    fn print_and_edges_are_no_lines() {
        let page = RgbImage::from_fn(1000, 700, |x, y| match (x / 7 % 3, y / 20 % 2, y % 20) {
            (0 | 1, 0, 4..16) if y < 500 => Rgb([30; 3]),
            _ if y > 600 => Rgb([90, 80, 70]),
            _ => Rgb([240; 3]),
        });
        assert_eq!(find_rules(&page), Vec::<Segment>::new());
    }

    #[test]
    fn small_pages_are_no_error() {
        for (width, height) in [(1, 1), (3, 900), (900, 3), (40, 40)] {
            assert_eq!(find_rules(&RgbImage::from_pixel(width, height, Rgb([255; 3]))).len(), 0);
        }
    }
}
