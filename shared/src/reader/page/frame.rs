//! The page set upright: text lines as spans in a straight frame, whatever the camera did.
//! Knows geometry and characters, nothing of invoices.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use crate::geometry::{Corners, Point, Quad, Segment, Turn, Upright, bounds, quad_of};
use crate::invoice::unified;
use crate::ocr::{PageText, SealText, TextLine};

use super::bend::{Bend, SEAL_SLANT, Stroke};
use super::grid::Grid;

/// Where a seal's letters around begin, as a share of its radius.
const RIM: f32 = 0.5;

/// One character with its place in the straight frame.
#[derive(Clone, Copy, Debug)]
pub(in crate::reader) struct Mark {
    /// As printed.
    pub(in crate::reader) printed: char,
    /// Folded to the plain form used for matching.
    pub(in crate::reader) folded: char,
    /// Its centre along the span.
    pub(in crate::reader) x: f32,
    /// 0 to 1.
    pub(in crate::reader) confidence: f32,
}

/// A run of text in the straight frame.
#[derive(Clone, Debug)]
pub(in crate::reader) struct Span {
    /// Its characters.
    pub(in crate::reader) marks: Vec<Mark>,
    /// Left edge.
    pub(in crate::reader) x0: f32,
    /// Right edge.
    pub(in crate::reader) x1: f32,
    /// Vertical centre.
    pub(in crate::reader) y: f32,
    /// Height of the print.
    pub(in crate::reader) height: f32,
    /// Where it begins and ends along its own direction: at its edges, or at its top and its bottom.
    pub(in crate::reader) run: (f32, f32),
    /// Whether it runs downwards.
    pub(in crate::reader) vertical: bool,
    /// Whether it leans against the page, as text on a seal does.
    pub(in crate::reader) slanted: bool,
    /// Where it is on the page as uploaded.
    pub(in crate::reader) quad: Quad,
}

impl Span {
    /// The text as printed, trimmed.
    pub(in crate::reader) fn text(&self) -> String {
        self.marks.iter().map(|m| m.printed).collect::<String>().trim().to_owned()
    }

    /// The text folded and without spaces.
    pub(in crate::reader) fn folded(&self) -> String {
        self.marks.iter().map(|m| m.folded).filter(|c| !c.is_whitespace()).collect()
    }

    /// Mean confidence of its characters.
    pub(in crate::reader) fn confidence(&self) -> f32 {
        if self.marks.is_empty() {
            return 0.0;
        }
        self.marks.iter().map(|m| m.confidence).sum::<f32>() / self.marks.len() as f32
    }

    /// Horizontal centre.
    pub(in crate::reader) fn cx(&self) -> f32 {
        (self.x0 + self.x1) / 2.0
    }

    /// The part of the span that holds some of its characters; the edges fall midway between neighbours.
    pub(in crate::reader) fn slice(&self, range: Range<usize>) -> Span {
        let n = self.marks.len();
        let (start, end) = (range.start.min(n), range.end.min(n).max(range.start.min(n)));
        let edge = |i: usize| match i {
            0 => self.run.0,
            i if i >= n => self.run.1,
            i => (self.marks[i - 1].x + self.marks[i].x) / 2.0,
        };
        let run = (edge(start), edge(end));
        let (marks, quad) = (self.marks[start..end].to_vec(), self.quad_at(run.0, run.1));
        let (x0, x1) = if self.vertical { (self.x0, self.x1) } else { run };
        Span { marks, x0, x1, run, quad, ..self.clone() }.trimmed()
    }

    /// A place on this span's row, between two x of the straight frame, on the page as uploaded; between two heights of one
    /// that runs downwards.
    pub(in crate::reader) fn quad_at(&self, start: f32, end: f32) -> Quad {
        let length = (self.run.1 - self.run.0).max(f32::EPSILON);
        let (from, to) = ((start - self.run.0) / length, (end - self.run.0) / length);
        let [a, b, c, d] = Corners::from_quad(&self.quad).0;
        Corners([a.towards(b, from), a.towards(b, to), d.towards(c, to), d.towards(c, from)]).quad()
    }

    fn trimmed(mut self) -> Span {
        while self.marks.last().is_some_and(|m| m.printed.is_whitespace()) {
            self.marks.pop();
        }
        let lead = self.marks.iter().take_while(|m| m.printed.is_whitespace()).count();
        self.marks.drain(..lead);
        self
    }

    /// Whether the vertical centres are within a fraction of the smaller height.
    pub(in crate::reader) fn same_row(&self, other: &Span, share: f32) -> bool {
        (self.y - other.y).abs() < share * self.height.min(other.height)
    }
}

/// A seal's place in the straight frame, and all that it says.
#[derive(Clone, Debug)]
pub(in crate::reader) struct Stamp {
    place: [f32; 4],
    /// Folded.
    pub(in crate::reader) words: String,
}

impl Stamp {
    fn new(seal: &SealText, straight: impl Fn(f32, f32) -> (f32, f32)) -> Stamp {
        let corners = Corners::from_quad(&seal.quad).0.map(|p| straight(p.x, p.y));
        let quad = Corners(corners.map(|(x, y)| Point::new(x, y))).quad();
        let words = seal.lines.iter().chain([&seal.arc]).flat_map(|line| line.text.chars()).map(fold);
        Stamp { place: bounds([&quad]).unwrap_or_default(), words: words.collect() }
    }

    /// Whether a span lies wholly inside.
    pub(in crate::reader) fn holds(&self, span: &Span) -> bool {
        let [left, top, right, bottom] = self.place;
        span.x0 > left && span.x1 < right && span.y > top && span.y < bottom
    }

    /// Whether both ends of a span and its middle stand where a seal has its letters around.
    pub(in crate::reader) fn has_on_rim(&self, span: &Span) -> bool {
        let [left, top, right, bottom] = self.place;
        let (across, down) = (0.5 * (right - left).max(1.0), 0.5 * (bottom - top).max(1.0));
        let v = (span.y - top - down) / down;
        let radius = |x: f32| ((x - left - across) / across).hypot(v);
        [span.x0, span.cx(), span.x1].into_iter().all(|x| radius(x) > RIM)
    }
}

/// All spans of a page in the straight frame.
#[derive(Clone, Debug, Default)]
pub(in crate::reader) struct Frame {
    /// Sorted from top to bottom, then from left to right.
    pub(in crate::reader) spans: Vec<Span>,
    /// The median height of print: the unit for distances.
    pub(in crate::reader) unit: f32,
    /// Its ruled lines, set straight like the spans.
    pub(in crate::reader) grid: Grid,
    /// Its seals, as far as they say something.
    pub(in crate::reader) seals: Vec<Stamp>,
    /// What sets the page upright.
    upright: Upright,
    /// What sets it straight then.
    bend: Bend,
}

impl Frame {
    /// Sets a page upright and straight.
    pub(in crate::reader) fn new(page: &PageText) -> Frame {
        let size = (page.width as f32, page.height as f32);
        let upright = Upright { turn: Turn::of_degrees(page.rotation), size };
        let boxes: Vec<Box> = page.lines.iter().map(|line| Box::new(line, &upright)).collect();
        let rules: Vec<Stroke> = page.rules.iter().map(|rule| Stroke::of_rule(rule, &upright)).collect();
        let long = boxes.iter().filter(|b| !b.vertical && b.width() > 4.0 * b.height);
        let bend = Bend::fit(&long.map(Box::stroke).collect::<Vec<_>>(), &rules);
        let mut spans: Vec<Span> = page.lines.iter().zip(&boxes).map(|(l, b)| span(l, b, &bend)).collect();
        spans.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.x0.total_cmp(&b.x0)));
        let unit = median(spans.iter().filter(|s| !s.vertical).map(|s| s.height).collect()).unwrap_or(1.0).max(1.0);
        let straight = |x: f32, y: f32| bend.straighten(upright.point((x, y)));
        let rules = rules.iter().map(|rule| (bend.straighten(rule.from), bend.straighten(rule.to)));
        let rules: Vec<Segment> = rules.map(|(a, b)| [a.0, a.1, b.0, b.1]).collect();
        let grid = Grid::new(&rules, unit);
        let seals = page.seals.iter().flatten().map(|seal| Stamp::new(seal, straight)).collect();
        Frame { spans, unit, grid, seals, upright, bend }
    }

    /// A point of the straight frame, in the page as uploaded.
    pub(in crate::reader) fn on_page(&self, point: (f32, f32)) -> (f32, f32) {
        self.upright.back(self.bend.bent(point))
    }

    /// The corners of the box around several quads, in the page as uploaded, from the text's top left.
    pub(in crate::reader) fn union(&self, quads: &[Quad]) -> Option<Quad> {
        match quads {
            [only] => Some(*only),
            many => bounds(many).map(|around| Corners::from_quad(&quad_of(around)).turned(self.upright.turn).quad()),
        }
    }
}

/// A line's corners in the upright page, and what follows from them.
struct Box {
    left: (f32, f32),
    right: (f32, f32),
    top: f32,
    bottom: f32,
    height: f32,
    vertical: bool,
}

impl Box {
    fn new(line: &TextLine, upright: &Upright) -> Box {
        let p = Corners::from_quad(&line.quad).0.map(|p| upright.point((p.x, p.y)));
        let middle = |a: (f32, f32), b: (f32, f32)| ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0);
        let corners = Corners(p.map(|(x, y)| Point::new(x, y)));
        let [x0, top, x1, bottom] = bounds([&corners.quad()]).unwrap_or_default();
        let vertical = bottom - top > 1.5 * (x1 - x0) && line.glyphs.len() > 1;
        if vertical {
            let y = (top + bottom) / 2.0;
            return Box { left: (x0, y), right: (x1, y), top, bottom, height: x1 - x0, vertical };
        }
        let [tl, tr, br, bl] = corners.0;
        let height = (tl.distance(bl) + tr.distance(br)) / 2.0;
        Box { left: middle(p[0], p[3]), right: middle(p[1], p[2]), top, bottom, height, vertical }
    }

    fn stroke(&self) -> Stroke {
        Stroke { from: self.left, to: self.right }
    }

    fn slope(&self) -> f32 {
        (self.right.1 - self.left.1) / (self.right.0 - self.left.0).max(1.0)
    }

    fn width(&self) -> f32 {
        self.right.0 - self.left.0
    }
}

fn span(line: &TextLine, b: &Box, bend: &Bend) -> Span {
    let (left, right) = (bend.straighten(b.left), bend.straighten(b.right));
    let lean = b.slope() - bend.slope_at(f32::midpoint(b.left.0, b.right.0), b.left.1);
    let (from, length) = if b.vertical { (b.top, b.bottom - b.top) } else { (left.0, right.0 - left.0) };
    let even = line.text.chars().count().max(1) as f32;
    let marks = line.text.chars().enumerate().map(|(i, printed)| {
        let glyph = line.glyphs.get(i).copied();
        let at = glyph.map_or((i as f32 + 0.5) / even, |g| g.at);
        let confidence = glyph.map_or(line.confidence, |g| g.confidence);
        Mark { printed, folded: fold(printed), x: from + at * length, confidence }
    });
    Span {
        marks: marks.collect(),
        x0: left.0,
        x1: right.0,
        y: f32::midpoint(left.1, right.1),
        run: (from, from + length),
        height: b.height,
        vertical: b.vertical,
        slanted: !b.vertical && b.width() > 3.0 * b.height && lean.abs() > SEAL_SLANT,
        quad: line.quad,
    }
}

/// The traditional characters of labels, and below each its own: all of three bytes.
const TRADITIONAL: &str = "圓號納稅識稱開戶賬電話單價數額項類備註碼機編發計運費";
const SIMPLIFIED: &str = "圆号纳税识称开户账电话单价数额项类备注码机编发计运费";

/// One character in its plain form; brackets, colons and dashes that look alike become one, and the
/// traditional characters as which labels are sometimes read their own.
pub(in crate::reader) fn fold(c: char) -> char {
    let mut plain = c.nfkc();
    let first = plain.next().unwrap_or(c);
    let c = if plain.next().is_some() { c } else { first };
    match unified(c) {
        '﹕' | ';' => ':',
        c => TRADITIONAL.find(c).and_then(|at| SIMPLIFIED.get(at..)?.chars().next()).unwrap_or(c),
    }
}

/// The middle value; none of nothing.
pub(in crate::reader) fn median(mut values: Vec<f32>) -> Option<f32> {
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocr::Glyph;

    fn line(text: &str, quad: Quad) -> TextLine {
        let n = text.chars().count();
        let glyphs = (0..n).map(|i| Glyph { at: (i as f32 + 0.5) / n as f32, confidence: 1.0 }).collect();
        TextLine { quad, text: text.to_owned(), confidence: 1.0, glyphs }
    }

    #[test]
    fn a_turned_page_is_set_upright() {
        // A page of 200 x 100 whose text runs upwards along its left edge must be turned by 90 degrees.
        let turned = line("发票", [10.0, 90.0, 10.0, 50.0, 30.0, 50.0, 30.0, 90.0]);
        let page = PageText { width: 200, height: 100, rotation: 90, lines: vec![turned], ..PageText::default() };
        let frame = Frame::new(&page);
        let span = &frame.spans[0];
        assert_eq!((span.x0, span.x1, span.y), (10.0, 50.0, 20.0));
    }

    #[test]
    fn a_tilted_page_is_straightened() {
        let tilt = 0.05;
        let lines = (0..12).map(|i| {
            let (x, y) = (100.0 + 30.0 * (i % 3) as f32, 100.0 * i as f32);
            line(
                "一二三四五六七八",
                [x, y, x + 400.0, y + 400.0 * tilt, x + 400.0, y + 20.0 + 400.0 * tilt, x, y + 20.0],
            )
        });
        let page = PageText { width: 1000, height: 1400, rotation: 0, lines: lines.collect(), ..PageText::default() };
        let frame = Frame::new(&page);
        assert!(frame.spans.iter().all(|s| !s.slanted));
        let back = frame.on_page((frame.spans[3].x0, frame.spans[3].y));
        assert!((back.0 - 100.0).abs() < 1.0 && (back.1 - 310.0).abs() < 1.0, "{back:?}");
        let part = frame.spans[3].slice(0..1);
        assert!((part.y - frame.spans[3].y).abs() < 1.0);
    }

    #[test]
    fn a_part_of_a_downward_run_stands_where_it_is_printed() {
        let column = line("台台块", [120.0, 100.0, 120.0, 400.0, 100.0, 400.0, 100.0, 100.0]);
        let page = PageText { width: 400, height: 500, lines: vec![column], ..PageText::default() };
        let frame = Frame::new(&page);
        let last = frame.spans[0].slice(2..3);
        assert!(last.vertical && (last.x0, last.x1) == (100.0, 120.0));
        let [_, top, _, bottom, ..] = last.quad;
        assert!((top - 300.0).abs() < 1.0 && (bottom - 400.0).abs() < 1.0, "{:?}", last.quad);
    }

    #[test]
    fn a_slice_keeps_its_place() {
        let page = PageText {
            width: 400,
            height: 100,
            rotation: 0,
            lines: vec![line("名称:某某公司", [0.0, 0.0, 140.0, 0.0, 140.0, 20.0, 0.0, 20.0])],
            ..PageText::default()
        };
        let part = Frame::new(&page).spans[0].slice(3..7);
        assert_eq!(part.text(), "某某公司");
        assert!((part.quad[0] - 60.0).abs() < 0.01 && (part.quad[2] - 140.0).abs() < 0.01);
    }
}
