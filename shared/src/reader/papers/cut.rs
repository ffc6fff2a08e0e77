//! Where a page may be cut: along a gap that no frame crosses, so that every form stays whole on its side. Of several
//! the cut that leaves labels with their forms, then the widest gap. Knows nothing of what a paper says but its labels.

use crate::geometry::Point;

use super::forms::Forms;
use super::piece::{Lay, Piece, What};

/// The narrowest gap between two forms, in heights of print.
const BETWEEN_FORMS: f32 = 0.3;
/// The narrowest gap between a form and another paper, in heights of print.
const BESIDE_FORM: f32 = 1.2;
/// The same where the other one does not say what it is, and lines may have been overlooked.
const BESIDE_SEEN: f32 = 3.0;
/// Fewer lines are no paper: a page's number, a note.
const MIN_LINES: usize = 5;
/// How cuts may lean where papers may lie askew.
const LEANS: [f32; 9] = [0.0, -0.02, 0.02, -0.04, 0.04, -0.06, 0.06, -0.09, 0.09];

/// What lies on one side of all cuts so far.
#[derive(Clone, Debug)]
pub(super) struct Side {
    /// Numbers in the lay's pieces.
    pub(super) pieces: Vec<usize>,
}

impl Side {
    pub(super) fn whole(lay: &Lay) -> Side {
        Side { pieces: (0..lay.pieces.len()).collect() }
    }

    pub(super) fn has(&self, piece: usize) -> bool {
        self.pieces.binary_search(&piece).is_ok()
    }

    /// How many lines it has, legible or not.
    fn lines(&self, lay: &Lay) -> usize {
        self.pieces.iter().filter(|&&i| !matches!(lay.pieces[i].what, What::Code(_))).count()
    }

    /// Whether most of its print lies otherwise than the page's.
    pub(super) fn is_turned(&self, lay: &Lay) -> bool {
        2 * self.pieces.iter().filter(|&&i| lay.pieces[i].is_turned).count() > self.lines(lay)
    }
}

/// The way in which a cut runs.
#[derive(Clone, Copy, Debug)]
struct Way {
    /// From top to bottom, so that the sides lie beside each other.
    is_downward: bool,
    lean: f32,
}

impl Way {
    /// How far along its axis a point lies.
    fn place(self, p: Point) -> f32 {
        if self.is_downward { p.x + self.lean * p.y } else { p.y - self.lean * p.x }
    }

    fn extent(self, piece: &Piece) -> (f32, f32) {
        let places = piece.corners.0.map(|p| self.place(p));
        (places.into_iter().fold(f32::MAX, f32::min), places.into_iter().fold(f32::MIN, f32::max))
    }
}

/// A cut that may be made: the better one compares greater.
#[derive(Clone, Copy, Debug)]
struct Merit {
    /// Both sides are forms.
    of_forms: bool,
    /// Labels that come to lie on the other form's side.
    astray: usize,
    gap: f32,
}

impl Merit {
    fn beats(&self, other: &Merit) -> bool {
        let order = (self.of_forms.cmp(&other.of_forms)).then(other.astray.cmp(&self.astray));
        order.then(self.gap.total_cmp(&other.gap)).is_gt()
    }
}

/// The best cut through a side: what lies above or left of it, and the rest.
pub(super) fn best(lay: &Lay, forms: &Forms, side: &Side) -> Option<(Side, Side)> {
    let leans: &[f32] = if lay.is_exact { &LEANS[..1] } else { &LEANS };
    let ways = leans.iter().flat_map(|&lean| [false, true].map(|is_downward| Way { is_downward, lean }));
    let mut best: Option<(Merit, (Side, Side))> = None;
    for way in ways {
        for (at, gap, sides) in gaps(lay, side, way) {
            let Some(merit) = merit(lay, forms, way, &sides, gap / lay.unit) else { continue };
            if best.as_ref().is_none_or(|(other, _)| merit.beats(other)) && !is_crossed(lay, forms, side, way, at) {
                best = Some((merit, sides));
            }
        }
    }
    best.map(|(_, sides)| sides)
}

/// The gaps across a side: their middle, their width, and what lies on either side.
fn gaps(lay: &Lay, side: &Side, way: Way) -> Vec<(f32, f32, (Side, Side))> {
    let mut extents: Vec<(f32, f32, usize)> = side
        .pieces
        .iter()
        .map(|&i| {
            let (start, end) = way.extent(&lay.pieces[i]);
            (start, end, i)
        })
        .collect();
    extents.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut reached = f32::MIN;
    let mut gaps = Vec::new();
    for (number, &(start, end, _)) in extents.iter().enumerate() {
        if number > 0 && start - reached > BETWEEN_FORMS * lay.unit {
            let numbers = |part: &[(f32, f32, usize)]| {
                let mut pieces: Vec<usize> = part.iter().map(|(.., i)| *i).collect();
                pieces.sort_unstable();
                Side { pieces }
            };
            let (before, behind) = extents.split_at(number);
            gaps.push((f32::midpoint(start, reached), start - reached, (numbers(before), numbers(behind))));
        }
        reached = reached.max(end);
    }
    gaps
}

/// Whether a frame's rule that lies in this side crosses the cut.
fn is_crossed(lay: &Lay, forms: &Forms, side: &Side, way: Way, at: f32) -> bool {
    let extent = |way: Way| {
        let extents = side.pieces.iter().map(|&i| way.extent(&lay.pieces[i]));
        extents.fold((f32::MAX, f32::MIN), |all, one| (all.0.min(one.0), all.1.max(one.1)))
    };
    let across = Way { is_downward: !way.is_downward, lean: way.lean };
    let (whole, (from, to)) = (extent(way), extent(across));
    // A frame stands a little outside its print.
    let (from, to) = (from - 2.0 * lay.unit, to + 2.0 * lay.unit);
    let margin = 0.3 * lay.unit;
    lay.rules.iter().any(|&(a, b)| {
        let (p, q) = (way.place(a), way.place(b));
        let (start, end) = (p.min(q), p.max(q));
        let middle = across.place(a.towards(b, 0.5));
        let holds_all = if way.is_downward {
            start < whole.0 + lay.unit && end > whole.1 - lay.unit
        } else {
            holds_forms(lay, forms, side, way, (start, end))
        };
        start < at - margin && end > at + margin && (from..=to).contains(&middle) && !holds_all
    })
}

/// Whether a rule that runs down goes along a form's title and number as well as its table: then it is no form's own, but
/// of a sheet on which papers are pasted.
fn holds_forms(lay: &Lay, forms: &Forms, side: &Side, way: Way, (start, end): (f32, f32)) -> bool {
    let is_along = |piece: &Piece| (start..=end).contains(&way.place(piece.center()));
    let tables = forms.tables.iter().filter_map(|row| row.first()).filter(|&&i| side.has(i));
    let tables: Vec<&Piece> = tables.map(|&i| &lay.pieces[i]).filter(|table| is_along(table)).collect();
    let heads = side.pieces.iter().map(|&i| &lay.pieces[i]).filter(|p| (p.is_head || p.is_title) && is_along(p));
    heads.into_iter().any(|head| tables.iter().any(|table| way.place(head.center()) < way.place(table.center())))
}

/// What speaks for a cut; none where it would part a form, or leave nothing worth a paper.
fn merit(lay: &Lay, forms: &Forms, way: Way, sides: &(Side, Side), gap: f32) -> Option<Merit> {
    let (first, second) = (Content::of(lay, forms, &sides.0)?, Content::of(lay, forms, &sides.1)?);
    match (first.is_form(), second.is_form()) {
        (true, true) => match (first.is_whole(way), second.is_whole(way)) {
            (true, true) => {
                let astray = if way.is_downward { 0 } else { astray(lay, way, &first, &second) };
                Some(Merit { of_forms: true, astray, gap })
            }
            // A list of receipts has labels of forms in plenty.
            (true, false) if second.names_itself(lay) => beside(lay, way, (&first, &second), gap, false),
            (false, true) if first.names_itself(lay) => beside(lay, way, (&second, &first), gap, true),
            _ => None,
        },
        (true, false) => beside(lay, way, (&first, &second), gap, false),
        (false, true) => beside(lay, way, (&second, &first), gap, true),
        // Without a form in sight, one may lie there turned.
        (false, false) => {
            let are_papers = gap >= BESIDE_FORM && [&first, &second].iter().all(|c| c.side.lines(lay) >= MIN_LINES);
            let differ = first.side.is_turned(lay) != second.side.is_turned(lay);
            let astray = mixed(lay, &first, &second);
            (are_papers && differ).then_some(Merit { of_forms: false, astray, gap })
        }
    }
}

/// What of forms lies on a side.
struct Content<'s> {
    side: &'s Side,
    /// The first piece of each row of heads, and each sum.
    tables: Vec<&'s Piece>,
    sums: Vec<&'s Piece>,
}

impl<'s> Content<'s> {
    /// None where a row of heads lies on both sides.
    fn of(lay: &'s Lay, forms: &'s Forms, side: &'s Side) -> Option<Content<'s>> {
        let mut tables = Vec::new();
        for row in &forms.tables {
            match row.iter().filter(|&&i| side.has(i)).count() {
                0 => {}
                n if n == row.len() => tables.extend(row.first().map(|&i| &lay.pieces[i])),
                _ => return None,
            }
        }
        let sums = forms.sums.iter().filter(|&&i| side.has(i)).map(|&i| &lay.pieces[i]).collect();
        Some(Content { side, tables, sums })
    }

    fn is_form(&self) -> bool {
        !self.tables.is_empty() && !self.sums.is_empty()
    }

    /// As many sums as tables, the first of them below the first table and the last below the last one.
    fn is_whole(&self, way: Way) -> bool {
        let level = Way { is_downward: false, lean: if way.is_downward { 0.0 } else { way.lean } };
        let ends = |pieces: &[&Piece]| {
            let places = pieces.iter().map(|p| level.place(p.center()));
            places.fold((f32::MAX, f32::MIN), |all, y| (all.0.min(y), all.1.max(y)))
        };
        let (tables, sums) = (ends(&self.tables), ends(&self.sums));
        self.tables.len() == self.sums.len() && tables.0 < sums.0 && tables.1 < sums.1
    }

    fn pieces(&self, lay: &'s Lay) -> impl Iterator<Item = &'s Piece> {
        self.side.pieces.iter().map(|&i| &lay.pieces[i])
    }

    /// Whether what stands above its tables names a paper that is no invoice.
    fn names_itself(&self, lay: &Lay) -> bool {
        let level = Way { is_downward: false, lean: 0.0 };
        let table = self.first_table(level);
        self.pieces(lay).any(|p| p.is_other_title && level.place(p.center()) < table)
    }

    fn last_sum(&self, way: Way) -> f32 {
        self.sums.iter().map(|p| way.place(p.center())).fold(f32::MIN, f32::max)
    }

    fn first_table(&self, way: Way) -> f32 {
        self.tables.iter().map(|p| way.place(p.center())).fold(f32::MAX, f32::min)
    }
}

/// How many labels between the upper form's sum and the lower form's table lie on the wrong side.
fn astray(lay: &Lay, way: Way, upper: &Content<'_>, lower: &Content<'_>) -> usize {
    let (sum, table) = (upper.last_sum(way), lower.first_table(way));
    let heads = upper.pieces(lay).filter(|p| (p.is_head || p.is_title) && way.place(p.center()) > sum).count();
    let feet = lower.pieces(lay).filter(|p| p.is_foot && way.place(p.center()) < table).count();
    heads + feet
}

/// Where one side lies otherwise than the page, how many pieces lie otherwise than the rest of their side.
fn mixed(lay: &Lay, first: &Content<'_>, second: &Content<'_>) -> usize {
    let (a, b) = (first.side.is_turned(lay), second.side.is_turned(lay));
    if a == b {
        return 0;
    }
    let differing = |content: &Content<'_>, turned| content.pieces(lay).filter(|p| p.is_turned != turned).count();
    differing(first, a) + differing(second, b)
}

/// A cut between a form and something else, which has to be a paper and to take nothing of the form's along.
fn beside(lay: &Lay, way: Way, (form, other): (&Content<'_>, &Content<'_>), gap: f32, above: bool) -> Option<Merit> {
    let is_paper = other.side.lines(lay) >= MIN_LINES && gap >= BESIDE_FORM;
    let is_paper = is_paper && (other.sums.is_empty() || other.names_itself(lay));
    let has_labels = other.pieces(lay).any(|p| p.is_head || p.is_foot || p.is_part);
    let is_plain = !has_labels && gap >= if lay.is_exact { BESIDE_FORM } else { BESIDE_SEEN };
    let is_own = is_plain || other.side.is_turned(lay) || other.pieces(lay).any(|p| p.is_title);
    (is_paper && is_own && form.is_whole(way) && keeps_own(lay, way, form, other, above)).then_some(Merit {
        of_forms: false,
        astray: mixed(lay, form, other),
        gap,
    })
}

/// Whether a form keeps a head and a foot of its own, or there is none to lose.
fn keeps_own(lay: &Lay, way: Way, form: &Content<'_>, other: &Content<'_>, above: bool) -> bool {
    let level = Way { is_downward: false, ..way };
    let (table, sum) = (form.first_table(level), form.last_sum(level));
    let heads = form.pieces(lay).filter(|p| p.is_head && level.place(p.center()) < table).count();
    let feet = form.pieces(lay).filter(|p| p.is_foot && level.place(p.center()) > sum).count();
    let lost_heads = other.pieces(lay).filter(|p| p.is_head).count();
    let lost_feet = other.pieces(lay).filter(|p| p.is_foot).count();
    let may_lose_head = above || way.is_downward;
    let may_lose_foot = !above || way.is_downward;
    !(may_lose_head && heads == 0 && lost_heads > 0 || may_lose_foot && feet == 0 && lost_feet > 0)
}
