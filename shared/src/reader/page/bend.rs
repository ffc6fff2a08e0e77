//! How print and ruled lines lie askew on a page, as a camera makes them, and the way back to a straight page.
//! Knows nothing of characters.

use crate::geometry::{Segment, Upright};

use super::frame::median;

/// A line that leans more than this against the page (in slope) is no part of its print: it sits in a seal.
pub(super) const SEAL_SLANT: f32 = 0.10;
/// So many lines that run down tell how those lean; fewer may be anything's.
const UPRIGHTS: usize = 4;
/// How far from the middle one the form's other lines lean; and no camera is held so that they lean more.
const FAN: f32 = 0.12;
const LEAN: f32 = 0.35;
/// A line that is part of a form is longer than this share of the longest.
const LONG: f32 = 0.15;

/// A stroke of the upright page: a line of text through its middle, or a ruled line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stroke {
    pub(super) from: (f32, f32),
    pub(super) to: (f32, f32),
}

impl Stroke {
    /// A ruled line on the upright page.
    pub(super) fn of_rule([x0, y0, x1, y1]: &Segment, upright: &Upright) -> Stroke {
        Stroke { from: upright.point((*x0, *y0)), to: upright.point((*x1, *y1)) }
    }

    fn middle(&self) -> (f32, f32) {
        (f32::midpoint(self.from.0, self.to.0), f32::midpoint(self.from.1, self.to.1))
    }

    fn width(&self) -> f32 {
        (self.to.0 - self.from.0).abs()
    }

    fn height(&self) -> f32 {
        (self.to.1 - self.from.1).abs()
    }

    fn slope(&self) -> f32 {
        (self.to.1 - self.from.1) / (self.to.0 - self.from.0).max(1.0)
    }

    /// How far it goes to the right on its way down.
    fn lean(&self) -> f32 {
        let down = self.to.1 - self.from.1;
        (self.to.0 - self.from.0) / if down.abs() < 1.0 { 1.0 } else { down }
    }
}

/// How the slope of print changes over the page: `slope = a + b x + c y`, and how what runs down leans: `lean = d + e x`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bend {
    a: f32,
    b: f32,
    c: f32,
    d: f32,
    e: f32,
    origin: (f32, f32),
}

impl Bend {
    /// Least squares over the long lines of text, without those that lean otherwise, and over the rules that run down.
    pub(super) fn fit(text: &[Stroke], rules: &[Stroke]) -> Bend {
        let Some(middle) = median(text.iter().map(Stroke::slope).collect()) else {
            return Bend::default();
        };
        let kept: Vec<&Stroke> = text.iter().filter(|s| (s.slope() - middle).abs() < SEAL_SLANT / 2.0).collect();
        let n = (kept.len() as f32).max(1.0);
        let mean = |f: fn((f32, f32)) -> f32| kept.iter().map(|s| f(s.middle())).sum::<f32>() / n;
        let origin = (mean(|m| m.0), mean(|m| m.1));
        let [a, b, c] = if kept.len() < 8 { [middle, 0.0, 0.0] } else { solve(&kept, origin) };
        // Without such lines the page is sheared by its mean slope, as a sheet that only lies turned is.
        let (d, e) = fan(rules, origin.0).unwrap_or((-a, 0.0));
        Bend { a, b, c, d, e, origin }
    }

    /// The slope of print at a point.
    pub(super) fn slope_at(&self, x: f32, y: f32) -> f32 {
        self.a + self.b * (x - self.origin.0) + self.c * (y - self.origin.1)
    }

    /// The point with slope and lean taken out.
    pub(super) fn straighten(&self, (x, y): (f32, f32)) -> (f32, f32) {
        let (dx, dy) = (x - self.origin.0, y - self.origin.1);
        (x - dy * (self.d + self.e * dx), y - dx * (self.a + self.b * dx / 2.0 + self.c * dy))
    }

    /// The point that is straightened to this one: where the slopes are small, each try is nearer by far.
    pub(super) fn bent(&self, wanted: (f32, f32)) -> (f32, f32) {
        (0..4).fold(wanted, |(x, y), _| {
            let got = self.straighten((x, y));
            (x + wanted.0 - got.0, y + wanted.1 - got.1)
        })
    }
}

/// How the lines that run down lean, and how that changes from left to right; none of too few.
fn fan(rules: &[Stroke], origin: f32) -> Option<(f32, f32)> {
    let steep = || rules.iter().filter(|s| s.lean().abs() < LEAN);
    let longest = steep().map(Stroke::height).fold(0.0, f32::max);
    let long: Vec<&Stroke> = steep().filter(|s| s.height() > LONG * longest).collect();
    let middle = median(long.iter().map(|s| s.lean()).collect())?;
    let kept: Vec<&Stroke> = long.into_iter().filter(|s| (s.lean() - middle).abs() < FAN).collect();
    if kept.len() < UPRIGHTS {
        return None;
    }
    let weight = kept.iter().map(|s| s.height()).sum::<f32>();
    let mean = |f: &dyn Fn(&Stroke) -> f32| kept.iter().map(|s| s.height() * f(s)).sum::<f32>() / weight;
    let (mx, ml) = (mean(&|s| s.middle().0 - origin), mean(&Stroke::lean));
    let spread = mean(&|s| (s.middle().0 - origin - mx).powi(2));
    let change = mean(&|s| (s.middle().0 - origin - mx) * (s.lean() - ml)) / spread.max(1.0);
    Some((ml - change * mx, change))
}

/// Weighted least squares for the three coefficients of the slope (normal equations, Cramer's rule).
fn solve(strokes: &[&Stroke], origin: (f32, f32)) -> [f32; 3] {
    let mut m = [[0.0_f64; 3]; 3];
    let mut v = [0.0_f64; 3];
    for s in strokes {
        let weight = f64::from(s.width());
        let (x, y) = s.middle();
        let row = [1.0, f64::from(x - origin.0), f64::from(y - origin.1)];
        for i in 0..3 {
            v[i] += weight * row[i] * f64::from(s.slope());
            for j in 0..3 {
                m[i][j] += weight * row[i] * row[j];
            }
        }
    }
    let det = |m: &[[f64; 3]; 3]| {
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
            + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    };
    let whole = det(&m);
    if whole.abs() < 1e-6 {
        return [(v[0] / m[0][0].max(1.0)) as f32, 0.0, 0.0];
    }
    let part = |column: usize| {
        let mut replaced = m;
        for (row, value) in replaced.iter_mut().zip(v) {
            row[column] = value;
        }
        (det(&replaced) / whole) as f32
    };
    [part(0), part(1), part(2)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stroke(x0: f32, y0: f32, x1: f32, y1: f32) -> Stroke {
        Stroke { from: (x0, y0), to: (x1, y1) }
    }

    /// Rows of text that slope down to the right.
    fn text() -> Vec<Stroke> {
        let rows = (0..12).map(|i| (100.0 * (i % 3) as f32, 80.0 * i as f32));
        rows.map(|(x, y)| stroke(x, y, x + 500.0, y + 20.0)).collect()
    }

    #[test]
    fn lines_that_lean_apart_become_upright() {
        // A camera held from above: what runs down leans to the middle.
        let at = |x: f32| stroke(x, 100.0, x + 0.0001 * (500.0 - x) * 500.0, 600.0);
        let rules = [at(100.0), at(300.0), at(500.0), at(700.0), at(900.0)];
        let bend = Bend::fit(&text(), &rules);
        for rule in rules {
            let (from, to) = (bend.straighten(rule.from), bend.straighten(rule.to));
            assert!((from.0 - to.0).abs() < 3.0, "{from:?} {to:?}");
        }
    }

    #[test]
    fn without_rules_a_turned_sheet_is_turned_back() {
        let bend = Bend::fit(&text(), &[]);
        let (from, to) = (bend.straighten((500.0, 0.0)), bend.straighten((500.0 - 40.0, 1000.0)));
        assert!((from.0 - to.0).abs() < 3.0, "{from:?} {to:?}");
    }
}
