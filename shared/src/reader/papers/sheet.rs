//! A paper as a page of its own, and the way back to the page on which it lies. Knows nothing of how it was found.

use crate::geometry::{Corners, Point, Quad, bounds, moved, quad_of};
use crate::ocr::{PageText, QrCode, SealText, TextLine};
use crate::report::Reading;

use super::cut::Side;
use super::piece::{Lay, What};

/// What a paper calls itself ends so.
const NAMES: [&str; 12] =
    ["发票", "客票", "行程单", "汇总单", "清单", "收据", "票据", "回单", "小票", "凭证", "粘贴单", "报销单"];

/// Whether a line names a paper.
pub(super) fn names_paper(folded: &str) -> bool {
    let bare = folded.split('(').next().unwrap_or_default();
    NAMES.iter().any(|name| bare.ends_with(name) || folded.ends_with(&format!("{name})")))
}

/// One paper on a page.
#[derive(Clone, Debug)]
pub(crate) struct Paper {
    /// Where it lies, on the page as uploaded, from the text's top left.
    pub(crate) quad: Quad,
    /// What stands on it, in its own pixels.
    pub(crate) text: PageText,
    /// Its left and upper edge on the page.
    origin: Point,
    /// Its print lies otherwise than the page's, so that it could not be read with it.
    pub(crate) is_turned: bool,
    /// A line in it names a paper.
    pub(crate) has_name: bool,
}

impl Paper {
    /// What lies on one side of the cuts, as a page.
    pub(super) fn of(page: &PageText, lay: &Lay, side: &Side) -> Option<Paper> {
        let of_piece = |i: &usize| match lay.pieces.get(*i)?.what {
            What::Line(i) => page.lines.get(i).map(|line| &line.quad),
            What::Code(i) => page.qr_codes.get(i).map(|code| &code.quad),
            What::Unread(i) => page.unread.get(i),
        };
        let inner = bounds(side.pieces.iter().filter_map(of_piece))?;
        let rules: Vec<_> = page.rules.iter().filter(|rule| touches(rule, inner, lay.unit)).copied().collect();
        let framed = rules.iter().fold(inner, |b, r| {
            [b[0].min(r[0].min(r[2])), b[1].min(r[1].min(r[3])), b[2].max(r[0].max(r[2])), b[3].max(r[1].max(r[3]))]
        });
        let edge = 2.0 * lay.unit;
        let [left, top, right, bottom] = [framed[0] - edge, framed[1] - edge, framed[2] + edge, framed[3] + edge];
        let (left, top) = (left.max(0.0).floor(), top.max(0.0).floor());
        let (right, bottom) = (right.min(page.width as f32).ceil(), bottom.min(page.height as f32).ceil());
        let place = [left, top, right, bottom];
        let holds = |i: usize, what: fn(usize) -> What| side.pieces.iter().any(|&p| lay.pieces[p].what == what(i));
        let lines = page.lines.iter().enumerate().filter(|(i, _)| holds(*i, What::Line));
        let codes = page.qr_codes.iter().enumerate().filter(|(i, _)| holds(*i, What::Code));
        let unread = page.unread.iter().enumerate().filter(|(i, _)| holds(*i, What::Unread));
        let seals = page.seals.as_ref().map(|seals| {
            let on_it = seals.iter().filter(|seal| bounds([&seal.quad]).is_some_and(|b| is_inside(b, place)));
            on_it.map(|seal| moved_seal(seal, -left, -top)).collect()
        });
        let text = PageText {
            width: (right - left).max(1.0) as u32,
            height: (bottom - top).max(1.0) as u32,
            rotation: page.rotation,
            lines: lines.map(|(_, line)| moved_line(line, -left, -top)).collect(),
            qr_codes: codes.map(|(_, c)| QrCode { quad: moved(&c.quad, -left, -top), ..c.clone() }).collect(),
            unread: unread.map(|(_, quad)| moved(quad, -left, -top)).collect(),
            seals,
            rules: rules.iter().map(|r| [r[0] - left, r[1] - top, r[2] - left, r[3] - top]).collect(),
        };
        let quad = Corners::from_quad(&quad_of(place)).turned(lay.upright.turn).quad();
        let origin = Point::new(left, top);
        let has_name = side.pieces.iter().any(|&i| lay.pieces[i].is_title);
        Some(Paper { quad, text, origin, is_turned: side.is_turned(lay), has_name })
    }

    /// A place on the paper, on the page.
    pub(crate) fn on_page(&self, quad: &Quad) -> Quad {
        moved(quad, self.origin.x, self.origin.y)
    }

    /// A place on the page, on the paper.
    pub(crate) fn off_page(&self, quad: &Quad) -> Quad {
        moved(quad, -self.origin.x, -self.origin.y)
    }

    /// The median height of its print.
    pub(crate) fn print_height(&self) -> f32 {
        let sides = self.text.lines.iter().map(|line| Corners::from_quad(&line.quad));
        let mut heights: Vec<f32> = sides.map(|corners| corners.width().min(corners.height())).collect();
        heights.sort_by(f32::total_cmp);
        heights.get(heights.len() / 2).copied().unwrap_or_default()
    }

    /// A Reading of the paper, its places on the page.
    pub(crate) fn reading_on_page(&self, mut reading: Reading, page: &PageText) -> Reading {
        reading.move_places(|quad| self.on_page(quad));
        (reading.page.width, reading.page.height) = (page.width, page.height);
        reading
    }
}

fn moved_line(line: &TextLine, x: f32, y: f32) -> TextLine {
    TextLine { quad: moved(&line.quad, x, y), ..line.clone() }
}

fn moved_seal(seal: &SealText, x: f32, y: f32) -> SealText {
    let lines = seal.lines.iter().map(|line| moved_line(line, x, y)).collect();
    SealText { quad: moved(&seal.quad, x, y), arc: moved_line(&seal.arc, x, y), lines }
}

/// Whether a rule reaches into the place of a paper's print, or frames it.
fn touches(rule: &[f32; 4], [left, top, right, bottom]: [f32; 4], unit: f32) -> bool {
    let (x, y) = (f32::midpoint(rule[0], rule[2]), f32::midpoint(rule[1], rule[3]));
    x > left - unit && x < right + unit && y > top - unit && y < bottom + unit
}

fn is_inside(inner: [f32; 4], outer: [f32; 4]) -> bool {
    let (x, y) = (f32::midpoint(inner[0], inner[2]), f32::midpoint(inner[1], inner[3]));
    x >= outer[0] && x <= outer[2] && y >= outer[1] && y <= outer[3]
}

/// From top to bottom, then from left to right: papers that lie beside each other for the most part are one row.
pub(super) fn sort(papers: &mut [Paper], lay: &Lay) {
    let place = |paper: &Paper| {
        let corners = Corners::from_quad(&paper.quad).0.map(|p| {
            let (x, y) = lay.upright.point((p.x, p.y));
            Point::new(x, y)
        });
        bounds([&Corners(corners).quad()]).unwrap_or_default()
    };
    papers.sort_by(|a, b| place(a)[1].total_cmp(&place(b)[1]));
    // A row begins with the uppermost that is left; whatever has its middle above that one's lower edge is beside it.
    let mut start = 0;
    while start < papers.len() {
        let bottom = place(&papers[start])[3];
        let middle = |paper: &Paper| f32::midpoint(place(paper)[1], place(paper)[3]);
        let row = papers[start..].iter().take_while(|paper| middle(paper) < bottom).count().max(1);
        papers[start..start + row].sort_by(|a, b| place(a)[0].total_cmp(&place(b)[0]));
        start += row;
    }
}
