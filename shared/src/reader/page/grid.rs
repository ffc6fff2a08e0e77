//! The page's ruled lines, set straight and joined, and the cells between them.
//! Knows geometry, nothing of what a cell holds; where there are no lines, there are no cells.

use crate::geometry::Segment;

use super::frame::Span;

/// The steepest line, against its direction, on a page that was set straight: a camera makes those that run down lean.
const STEEPEST: f32 = 0.3;
/// A gap in a line that is no end of it, and how far its parts may lie off the straight, in units of print height.
const GAP: f32 = 5.0;
const OFF: f32 = 0.5;
/// The share of a band's height that a line must run along to part it.
const PARTS: f32 = 0.45;
/// A form is at least so wide, in units of print height.
const WIDTH: f32 = 15.0;
/// How far a line may end from where it meets another.
const MEETS: f32 = 1.5;
/// So many characters may run over a cell's edge, as print slides; more stand in the next cell.
const SLID: usize = 3;

/// A line as points along its own direction: how far along, how far across.
#[derive(Clone, Debug, Default)]
pub(in crate::reader) struct Line {
    points: Vec<(f32, f32)>,
}

impl Line {
    /// A straight line of its own, where none was found.
    fn straight_at(across: f32) -> Line {
        Line { points: vec![(0.0, across)] }
    }

    fn start(&self) -> f32 {
        self.points.first().map_or(0.0, |p| p.0)
    }

    fn end(&self) -> f32 {
        self.points.last().map_or(0.0, |p| p.0)
    }

    fn length(&self) -> f32 {
        self.end() - self.start()
    }

    /// Where it lies so far along, beyond its ends too.
    pub(in crate::reader) fn at(&self, along: f32) -> f32 {
        let next = self.points.iter().position(|p| p.0 >= along).unwrap_or(self.points.len());
        let last = self.points.len().saturating_sub(1);
        let inside = next > 0 && next <= last;
        let (a, b) = if inside { (next - 1, next) } else { (0, last) };
        let (Some(a), Some(b)) = (self.points.get(a), self.points.get(b)) else { return 0.0 };
        let slope = if b.0 - a.0 > f32::EPSILON { (b.1 - a.1) / (b.0 - a.0) } else { 0.0 };
        let from = if inside || next == 0 { a } else { b };
        from.1 + slope * (along - from.0)
    }

    /// The share of a stretch that it runs along.
    fn share(&self, from: f32, to: f32) -> f32 {
        (self.end().min(to) - self.start().max(from)).max(0.0) / (to - from).max(1.0)
    }

    /// The same line further on.
    fn moved(&self, by: f32) -> Line {
        Line { points: self.points.iter().map(|p| (p.0, p.1 + by)).collect() }
    }
}

/// What lies between two lines that run down.
#[derive(Clone, Debug)]
pub(in crate::reader) struct Cell {
    /// Its left edge.
    pub(in crate::reader) left: Line,
    /// Its right edge.
    pub(in crate::reader) right: Line,
}

impl Cell {
    /// Whether a point lies in it.
    pub(in crate::reader) fn holds(&self, x: f32, y: f32) -> bool {
        x > self.left.at(y) && x < self.right.at(y)
    }

    /// How wide it is at a height.
    pub(in crate::reader) fn width(&self, y: f32) -> f32 {
        self.right.at(y) - self.left.at(y)
    }

    /// The part of a span that stands in it: all of one whose ends are slid over an edge by a few characters only.
    pub(in crate::reader) fn part(&self, span: &Span) -> Option<Span> {
        let inside = self.holds(span.cx(), span.y);
        if span.vertical {
            return inside.then(|| span.clone());
        }
        let n = span.marks.len();
        let before = span.marks.iter().take_while(|m| m.x <= self.left.at(span.y)).count();
        let behind = span.marks.iter().rev().take_while(|m| m.x >= self.right.at(span.y)).count();
        let within = n.saturating_sub(before + behind);
        if within == 0 || !inside && within < SLID {
            return None;
        }
        let kept = |outside: usize| if inside && outside < SLID { 0 } else { outside };
        Some(span.slice(kept(before)..n - kept(behind)))
    }
}

/// The outer frame of a form.
#[derive(Clone, Debug)]
pub(in crate::reader) struct Outline {
    /// Between its outer edges.
    pub(in crate::reader) sides: Cell,
    /// Its upper edge.
    pub(in crate::reader) top: f32,
    /// Its lower edge.
    pub(in crate::reader) bottom: f32,
}

/// All lines of a page.
#[derive(Clone, Debug, Default)]
pub(in crate::reader) struct Grid {
    across: Vec<Line>,
    down: Vec<Line>,
    unit: f32,
}

impl Grid {
    /// The lines made of pieces that were set straight; `unit` is the height of print.
    pub(in crate::reader) fn new(pieces: &[Segment], unit: f32) -> Grid {
        let (mut across, mut down) = (Vec::new(), Vec::new());
        for [x0, y0, x1, y1] in pieces {
            let (dx, dy) = ((x1 - x0).abs(), (y1 - y0).abs());
            let ordered = |a: (f32, f32), b: (f32, f32)| if a.0 <= b.0 { [a, b] } else { [b, a] };
            match () {
                () if dy < STEEPEST * dx => across.push(ordered((*x0, *y0), (*x1, *y1))),
                () if dx < STEEPEST * dy => down.push(ordered((*y0, *x0), (*y1, *x1))),
                () => {}
            }
        }
        let long = |lines: Vec<Line>| lines.into_iter().filter(|l| l.length() > 1.2 * unit).collect();
        Grid { across: long(joined(across, unit)), down: long(joined(down, unit)), unit }
    }

    /// The nearest line above a point.
    pub(in crate::reader) fn above(&self, x: f32, y: f32) -> Option<&Line> {
        let over = self.crossing(x).filter(|l| l.at(x) <= y);
        over.max_by(|a, b| a.at(x).total_cmp(&b.at(x)))
    }

    /// The nearest line below a point.
    pub(in crate::reader) fn below(&self, x: f32, y: f32) -> Option<&Line> {
        let under = self.crossing(x).filter(|l| l.at(x) >= y);
        under.min_by(|a, b| a.at(x).total_cmp(&b.at(x)))
    }

    /// Lines across the form: those long enough that pass over or under an x.
    fn crossing(&self, x: f32) -> impl Iterator<Item = &Line> {
        self.across.iter().filter(move |l| l.length() > WIDTH * self.unit && l.start() < x && l.end() > x)
    }

    /// The cells of the band between two heights, from left to right. A fold in the paper is no line of the form: it
    /// leaves the frame, or print runs over it.
    pub(in crate::reader) fn cells(&self, outline: &Outline, (top, bottom): (f32, f32), spans: &[Span]) -> Vec<Cell> {
        let middle = f32::midpoint(top, bottom);
        let (left, right) = (&outline.sides.left, &outline.sides.right);
        let inside = |l: &&Line| {
            let x = l.at(middle);
            let leaves = l.start() < outline.top - self.unit || l.end() > outline.bottom + self.unit;
            !leaves && x > left.at(middle) + 0.5 * self.unit && x < right.at(middle) - 0.5 * self.unit
        };
        let band: Vec<&Span> = spans.iter().filter(|s| s.y > top && s.y < bottom && !s.vertical).collect();
        let printed_over = |l: &&Line| band.iter().filter(|s| runs_over(s, l.at(s.y))).count() >= 2;
        let parts = self.down.iter().filter(|l| l.share(top, bottom) > PARTS).filter(inside);
        let mut inner: Vec<&Line> = parts.filter(|l| !printed_over(l)).collect();
        inner.sort_by(|a, b| a.at(middle).total_cmp(&b.at(middle)));
        // A double line is one.
        inner.dedup_by(|b, a| b.at(middle) - a.at(middle) < 0.5 * self.unit);
        let edges: Vec<&Line> = std::iter::once(left).chain(inner).chain([right]).collect();
        edges.windows(2).map(|pair| Cell { left: pair[0].clone(), right: pair[1].clone() }).collect()
    }

    /// The frame of the form that has a point inside its table of goods; none where too few of its lines are seen.
    pub(in crate::reader) fn outline(&self, x: f32, y: f32) -> Option<Outline> {
        let (above, below) = (self.above(x, y), self.below(x, y));
        let near = || above.into_iter().chain(below);
        let left = near().map(Line::start).reduce(f32::min)?;
        let right = near().map(Line::end).reduce(f32::max)?;
        let sides = Cell { left: self.side(left, y), right: self.side(right, y) };
        let (top, bottom) = self.ends(&sides, x, y);
        (above.is_some() && below.is_some()).then_some(Outline { sides, top, bottom })
    }

    /// The line that runs down at about an x; else one that leans like its neighbour.
    fn side(&self, x: f32, y: f32) -> Line {
        let reach = MEETS * self.unit;
        let off = |l: &&Line| (l.at(y) - x).abs();
        let long = |l: &&Line| l.length() > 4.0 * self.unit && l.share(y - reach, y + reach) > 0.0;
        let nearest = self.down.iter().filter(long).min_by(|a, b| off(a).total_cmp(&off(b)));
        match nearest {
            Some(line) if off(&line) < reach => line.clone(),
            Some(line) => line.moved(x - line.at(y)),
            None => Line::straight_at(x),
        }
    }

    /// The highest and the lowest line across that both sides, or what is seen of them, reach.
    fn ends(&self, sides: &Cell, x: f32, y: f32) -> (f32, f32) {
        let reach = MEETS * self.unit;
        let (start, end) = [&sides.left, &sides.right]
            .into_iter()
            .filter(|l| l.length() > 0.0)
            .fold((y, y), |(start, end): (f32, f32), l| (start.min(l.start()), end.max(l.end())));
        let wide = |l: &&Line| l.length() > 0.6 * sides.width(y) && l.start() > sides.left.at(l.at(x)) - 2.0 * reach;
        let heights: Vec<f32> = self.crossing(x).filter(wide).map(|l| l.at(x)).collect();
        let inside = || heights.iter().copied().filter(|h| *h > start - reach && *h < end + reach);
        (inside().fold(y, f32::min), inside().fold(y, f32::max))
    }
}

/// Whether a text goes on over an x without a gap.
fn runs_over(span: &Span, x: f32) -> bool {
    let left = span.marks.iter().take_while(|m| m.x < x).count();
    let next = span.marks.get(left).map(|m| m.x);
    let last = left.checked_sub(1).and_then(|i| span.marks.get(i)).map(|m| m.x);
    let close = last.zip(next).is_some_and(|(last, next)| next - last < 1.3 * span.height);
    close && left >= SLID && span.marks.len() - left >= SLID
}

/// Pieces in one line joined, whichever way they were broken.
fn joined(mut pieces: Vec<[(f32, f32); 2]>, unit: f32) -> Vec<Line> {
    pieces.sort_by(|a, b| a[0].0.total_cmp(&b[0].0));
    let mut lines: Vec<Line> = Vec::new();
    for [from, to] in pieces {
        let off = |l: &Line| (l.at(from.0) - from.1).abs();
        // Where a short line points to is uncertain.
        let fits = |l: &&mut Line| {
            let gap = from.0 - l.end();
            gap < GAP * unit && off(l) < OFF * unit && (gap < unit || (l.at(to.0) - to.1).abs() < unit)
        };
        match lines.iter_mut().filter(fits).min_by(|a, b| off(a).total_cmp(&off(b))) {
            Some(line) => line.extend(from, to),
            None => lines.push(Line { points: vec![from, to] }),
        }
    }
    lines
}

impl Line {
    /// Goes on with another piece; of what overlaps, what was there stays.
    fn extend(&mut self, from: (f32, f32), to: (f32, f32)) {
        if from.0 > self.end() {
            self.points.push(from);
        }
        if to.0 > self.end() {
            self.points.push(to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::testing::frame;

    /// A form of 1000 x 400 at (100, 100): a line at 200 and at 350, a column from 600 on below that.
    const FORM: [Segment; 8] = [
        [100.0, 100.0, 1100.0, 100.0],
        [100.0, 200.0, 700.0, 200.0],
        [760.0, 201.0, 1100.0, 200.0],
        [100.0, 350.0, 1100.0, 350.0],
        [100.0, 500.0, 1100.0, 500.0],
        [100.0, 100.0, 100.0, 500.0],
        [1100.0, 100.0, 1100.0, 500.0],
        [600.0, 350.0, 610.0, 500.0],
    ];

    #[test]
    fn the_frame_is_the_one_around_the_table() {
        let panel = [1300.0, 50.0, 1300.0, 900.0];
        let grid = Grid::new(&[&FORM[..], &[panel]].concat(), 20.0);
        let outline = grid.outline(500.0, 250.0).unwrap();
        assert_eq!((outline.top, outline.bottom), (100.0, 500.0));
        assert_eq!((outline.sides.left.at(250.0), outline.sides.right.at(250.0)), (100.0, 1100.0));
        let cells = grid.cells(&outline, (350.0, 500.0), &[]);
        assert_eq!(cells.len(), 2);
        assert!(cells[0].holds(603.0, 450.0) && cells[1].holds(603.0, 360.0));
        assert_eq!(grid.cells(&outline, (100.0, 200.0), &[]).len(), 1);
    }

    #[test]
    fn without_lines_there_is_no_frame() {
        assert!(Grid::new(&[], 20.0).outline(500.0, 250.0).is_none());
        assert!(Grid::new(&FORM[5..], 20.0).outline(500.0, 250.0).is_none());
    }

    #[test]
    fn a_lost_side_is_where_the_lines_across_end() {
        let grid = Grid::new(&FORM[..5], 20.0);
        let outline = grid.outline(500.0, 250.0).unwrap();
        assert_eq!((outline.sides.left.at(0.0), outline.sides.right.at(0.0)), (100.0, 1100.0));
    }

    #[test]
    fn a_span_is_parted_at_an_edge_unless_it_only_slid() {
        let cell = Cell { left: Line::straight_at(100.0), right: Line::straight_at(200.0) };
        let part = |text: &str, x: f32| cell.part(&frame(&[(text, x, 50.0)]).spans[0]).map(|s| s.text());
        assert_eq!(part("一二三四五", 110.0).as_deref(), Some("一二三四五"));
        assert_eq!(part("一二三四五六七八", 110.0).as_deref(), Some("一二三四"));
        assert_eq!(part("一二三四五六七八", 40.0).as_deref(), Some("四五六七八"));
        assert_eq!(part("一二", 190.0), None);
    }
}
