//! What lies on a page, set upright: its lines, codes and rules, and what each line tells of a form.
//! Knows single labels, nothing of where they belong.

use crate::geometry::{Corners, Point, Quad, Turn, Upright, bounds};
use crate::ocr::PageText;
use crate::reader::page::frame::fold;

use super::sheet;

/// The heads of the goods' columns, from left to right; several forms have other words for the same place.
const COLUMNS: [&[&str]; 8] = [
    &["项目名称", "货物或应税", "服务名称"],
    &["规格型号", "车牌号"],
    &["单位", "类型"],
    &["数量", "通行日期"],
    &["单价"],
    &["金额"],
    &["税率", "征收率"],
    &["税额"],
];
/// From this one on they stand on an invoice's form alone.
const FIRST_OF_TAX: u32 = 6;
/// 价税合计, of which one end may be misread.
const SUM: [&str; 2] = ["价税合", "税合计"];
/// What stands above the goods, once.
const HEAD: [&str; 5] = ["发票代码", "发票号码", "开票日期", "校验码", "机器编号"];
/// Who made it out stands below everything else.
const FOOT: [&str; 4] = ["收款人", "复核", "开票人", "收款员"];
/// What else a form has labels for.
const PARTS: [&str; 12] =
    ["名称:", "识别号", "地址", "电话", "开户行", "账号", "备注", "购买方", "销售方", "密码区", "(小写)", "(大写)"];
/// A line that is less sure than this may be upside down.
const SURE: f32 = 0.8;
/// A box this much taller than wide holds print that runs up or down.
const UPRIGHT: f32 = 1.8;
/// A line of this shape, width to height, tells how the print leans.
const TELLING: f32 = 4.0;

/// No page of papers has more rules that are worth comparing.
const MAX_RULES: usize = 2_000;

/// What a piece is, with its number in the page's own list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Line(usize),
    Code(usize),
    Unread(usize),
}

/// Something on the page that takes room.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) what: What,
    /// Its corners on the upright page.
    pub(super) corners: Corners,
    /// Height of its print.
    pub(super) height: f32,
    /// How it leans.
    pub(super) slope: f32,
    /// The heads of columns in it, a bit each.
    pub(super) columns: u32,
    pub(super) is_sum: bool,
    pub(super) is_head: bool,
    pub(super) is_foot: bool,
    /// It is another label of a form.
    pub(super) is_part: bool,
    /// It lies otherwise than the page, as far as can be seen.
    pub(super) is_turned: bool,
    /// It names a paper: 发票, 行程单, 回单.
    pub(super) is_title: bool,
    /// It names the sheet on which papers are pasted.
    pub(super) is_sheet: bool,
    /// The paper that it names is no invoice.
    pub(super) is_other_title: bool,
}

impl Piece {
    pub(super) fn center(&self) -> Point {
        self.corners.0[0].towards(self.corners.0[2], 0.5)
    }

    /// The same without what it says.
    fn blank(&self) -> Piece {
        let none = (false, false, false, false, false, false);
        let (is_sum, is_head, is_foot, is_part, is_title, is_other_title) = none;
        Piece { columns: 0, is_sum, is_head, is_foot, is_part, is_title, is_sheet: false, is_other_title, ..*self }
    }

    /// Whether one of the tax columns is in it.
    pub(super) fn has_tax_column(&self) -> bool {
        self.columns >> FIRST_OF_TAX != 0
    }
}

/// Everything that lies on the page.
#[derive(Clone, Debug)]
pub(super) struct Lay {
    pub(super) pieces: Vec<Piece>,
    /// Rules that meet others, as those of a frame do; a cutting line meets none.
    pub(super) rules: Vec<(Point, Point)>,
    /// The median height of print.
    pub(super) unit: f32,
    pub(super) upright: Upright,
    /// Whether the lines come from a file's text, so that they lie exactly.
    pub(super) is_exact: bool,
}

impl Lay {
    pub(super) fn of(page: &PageText) -> Lay {
        let size = (page.width as f32, page.height as f32);
        let upright = Upright { turn: Turn::of_degrees(page.rotation), size };
        let lines = page.lines.iter().enumerate();
        let lines = lines.map(|(i, line)| piece(What::Line(i), &line.quad, &line.text, &upright));
        let codes = page.qr_codes.iter().enumerate();
        let codes = codes.map(|(i, code)| piece(What::Code(i), &code.quad, "", &upright));
        let unread = page.unread.iter().enumerate();
        let unread = unread.map(|(i, quad)| piece(What::Unread(i), quad, "", &upright));
        let mut pieces: Vec<Piece> = lines.chain(codes).chain(unread).collect();
        for (piece, line) in pieces.iter_mut().zip(&page.lines) {
            piece.is_turned = line.confidence < SURE;
            if is_sideways(&piece.corners) && line.glyphs.len() > 1 {
                // Legible or not, its label is no label of a form that lies as the page does.
                *piece = Piece { is_turned: true, ..piece.blank() };
            }
        }
        let unit = unit(&pieces);
        lean(&mut pieces);
        let is_exact = page.lines.iter().all(|line| line.confidence >= 1.0);
        let long = page.rules.iter().map(|rule| ends(rule, &upright)).filter(|(a, b)| a.distance(*b) > 2.0 * unit);
        let rules = frames(&long.take(MAX_RULES).collect::<Vec<_>>(), unit);
        Lay { pieces, rules, unit, upright, is_exact }
    }
}

/// Whether a box is taller than wide, on the upright page.
fn is_sideways(corners: &Corners) -> bool {
    let [x0, y0, x1, y1] = bounds([&corners.quad()]).unwrap_or_default();
    y1 - y0 > UPRIGHT * (x1 - x0)
}

fn ends([x0, y0, x1, y1]: &[f32; 4], upright: &Upright) -> (Point, Point) {
    let at = |x: f32, y: f32| {
        let (x, y) = upright.point((x, y));
        Point::new(x, y)
    };
    (at(*x0, *y0), at(*x1, *y1))
}

fn piece(what: What, quad: &Quad, text: &str, upright: &Upright) -> Piece {
    let corners = Corners(Corners::from_quad(quad).0.map(|p| {
        let (x, y) = upright.point((p.x, p.y));
        Point::new(x, y)
    }));
    let folded: String = text.chars().map(fold).filter(|c| !c.is_whitespace()).collect();
    let has = |labels: &[&str]| labels.iter().any(|label| folded.contains(label));
    let columns = COLUMNS.iter().enumerate().filter(|(_, column)| has(column));
    let is_title = folded.chars().count() <= 24 && sheet::names_paper(&folded);
    Piece {
        what,
        height: corners.width().min(corners.height()),
        corners,
        slope: f32::NAN,
        columns: columns.fold(0, |all, (bit, _)| all | 1 << bit),
        is_sum: has(&SUM),
        is_head: has(&HEAD),
        is_foot: has(&FOOT),
        is_part: has(&PARTS),
        is_turned: matches!(what, What::Unread(_)),
        is_title,
        is_sheet: is_title && sheet::names_sheet(&folded),
        is_other_title: is_title && !folded.contains("发票"),
    }
}

/// The median height of print.
fn unit(pieces: &[Piece]) -> f32 {
    let mut heights: Vec<f32> = pieces.iter().filter(|p| matches!(p.what, What::Line(_))).map(|p| p.height).collect();
    heights.sort_by(f32::total_cmp);
    heights.get(heights.len() / 2).copied().unwrap_or(1.0).max(1.0)
}

/// Gives each piece the slope of the nearest line that is long enough to have one: a short line's own is chance.
fn lean(pieces: &mut [Piece]) {
    let slope = |piece: &Piece| {
        let [a, b, c, d] = piece.corners.0;
        let (left, right) = (a.towards(d, 0.5), b.towards(c, 0.5));
        let run = right.x - left.x;
        (run > TELLING * piece.height).then(|| (piece.center(), (right.y - left.y) / run))
    };
    let telling: Vec<(Point, f32)> = pieces.iter().filter_map(slope).collect();
    for piece in pieces {
        let center = piece.center();
        let nearest = telling.iter().min_by(|a, b| a.0.distance(center).total_cmp(&b.0.distance(center)));
        piece.slope = nearest.map_or(0.0, |(_, slope)| *slope);
    }
}

/// The rules that meet another one at an angle.
fn frames(rules: &[(Point, Point)], unit: f32) -> Vec<(Point, Point)> {
    let is_flat = |r: &(Point, Point)| (r.1.x - r.0.x).abs() >= (r.1.y - r.0.y).abs();
    let near = |p: Point, r: &(Point, Point)| {
        let reach = 0.5 * unit;
        let (x0, x1) = (r.0.x.min(r.1.x) - reach, r.0.x.max(r.1.x) + reach);
        let (y0, y1) = (r.0.y.min(r.1.y) - reach, r.0.y.max(r.1.y) + reach);
        (x0..=x1).contains(&p.x) && (y0..=y1).contains(&p.y)
    };
    let meets = |a: &(Point, Point), b: &(Point, Point)| {
        is_flat(a) != is_flat(b) && (near(a.0, b) || near(a.1, b) || near(b.0, a) || near(b.1, a))
    };
    rules.iter().filter(|a| rules.iter().any(|b| meets(a, b))).copied().collect()
}
