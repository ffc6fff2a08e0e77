//! Ellipses through points, by least squares. Knows nothing of pixels.

/// An ellipse around a centre: `semi.0 >= semi.1` along and across the direction `angle` (radians).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Oval {
    pub x: f64,
    pub y: f64,
    pub semi: (f64, f64),
    pub angle: f64,
}

impl Oval {
    /// The ellipse of `a x² + b xy + c y² = 1` around a centre, when it is one.
    fn from_quadratic(x: f64, y: f64, [a, b, c]: [f64; 3]) -> Option<Self> {
        let (mean, spread) = ((a + c) / 2.0, ((a - c) / 2.0).hypot(b / 2.0));
        let (low, high) = (mean - spread, mean + spread);
        if !(low > 0.0 && high.is_finite()) {
            return None;
        }
        // The long axis lies where the form grows slowest.
        let angle = 0.5 * b.atan2(a - c) + std::f64::consts::FRAC_PI_2;
        Some(Self { x, y, semi: (low.sqrt().recip(), high.sqrt().recip()), angle })
    }

    /// The best ellipse around a known centre.
    pub fn around(x: f64, y: f64, points: &[(f64, f64)]) -> Option<Self> {
        let unit = scale(points, x, y)?;
        let rows = points.iter().map(|p| {
            let (u, v) = ((p.0 - x) / unit, (p.1 - y) / unit);
            [u * u, u * v, v * v]
        });
        let solution = least_squares(rows)?;
        Self::from_quadratic(x, y, solution.map(|s| s / unit / unit))
    }

    /// The best ellipse, its centre near `x`, `y`.
    pub fn near(x: f64, y: f64, points: &[(f64, f64)]) -> Option<Self> {
        let unit = scale(points, x, y)?;
        let rows = points.iter().map(|p| {
            let (u, v) = ((p.0 - x) / unit, (p.1 - y) / unit);
            [u * u, u * v, v * v, u, v]
        });
        let [a, b, c, d, e] = least_squares(rows)?;
        let det = 4.0 * a * c - b * b;
        if det <= 0.0 {
            return None;
        }
        let (cu, cv) = ((b * e - 2.0 * c * d) / det, (b * d - 2.0 * a * e) / det);
        let level = 1.0 + a * cu * cu + b * cu * cv + c * cv * cv;
        let form = [a, b, c].map(|s| s / level / unit / unit);
        Self::from_quadratic(x + cu * unit, y + cv * unit, form)
    }

    /// Signed distance from the curve (roughly, in pixels), and the unit normal outwards.
    pub fn offset(&self, x: f64, y: f64) -> (f64, f64, f64) {
        let (sin, cos) = self.angle.sin_cos();
        let (dx, dy) = (x - self.x, y - self.y);
        let (u, v) = (dx * cos + dy * sin, dy * cos - dx * sin);
        let (a, b) = self.semi;
        let (gu, gv) = (u / (a * a), v / (b * b));
        let steep = gu.hypot(gv).max(1e-12);
        let level = (u * u / (a * a) + v * v / (b * b)).sqrt();
        // First order: (level² - 1) / |gradient| with the gradient taken on the curve itself.
        let distance = (level - 1.0) * level.max(1e-6) / steep;
        let (nu, nv) = (gu / steep, gv / steep);
        (distance, nu * cos - nv * sin, nu * sin + nv * cos)
    }

    /// Where a point lies on the way round, 0 to 1.
    pub fn turn(&self, x: f64, y: f64) -> f64 {
        let (sin, cos) = self.angle.sin_cos();
        let (dx, dy) = (x - self.x, y - self.y);
        let (u, v) = (dx * cos + dy * sin, dy * cos - dx * sin);
        (v / self.semi.1).atan2(u / self.semi.0) / std::f64::consts::TAU + 0.5
    }
}

fn scale(points: &[(f64, f64)], x: f64, y: f64) -> Option<f64> {
    let sum: f64 = points.iter().map(|p| (p.0 - x).hypot(p.1 - y)).sum();
    let mean = sum / points.len().max(1) as f64;
    (mean > 1e-6).then_some(mean)
}

/// Solves `rows * s = 1` by the normal equations.
fn least_squares<const N: usize>(rows: impl Iterator<Item = [f64; N]>) -> Option<[f64; N]> {
    let mut matrix = [[0.0; N]; N];
    let mut right = [0.0; N];
    for row in rows {
        for i in 0..N {
            right[i] += row[i];
            for j in 0..N {
                matrix[i][j] += row[i] * row[j];
            }
        }
    }
    solve(matrix, right)
}

/// Gaussian elimination with pivots.
fn solve<const N: usize>(mut m: [[f64; N]; N], mut r: [f64; N]) -> Option<[f64; N]> {
    for i in 0..N {
        let pivot = (i..N).max_by(|&a, &b| m[a][i].abs().total_cmp(&m[b][i].abs()))?;
        m.swap(i, pivot);
        r.swap(i, pivot);
        if m[i][i].abs() < 1e-9 {
            return None;
        }
        for j in i + 1..N {
            let factor = m[j][i] / m[i][i];
            let above = m[i];
            m[j].iter_mut().zip(above).skip(i).for_each(|(value, above)| *value -= factor * above);
            r[j] -= factor * r[i];
        }
    }
    for i in (0..N).rev() {
        let known: f64 = (i + 1..N).map(|k| m[i][k] * r[k]).sum();
        r[i] = (r[i] - known) / m[i][i];
    }
    Some(r)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(oval: &Oval, count: usize) -> Vec<(f64, f64)> {
        let (sin, cos) = oval.angle.sin_cos();
        let point = |i: usize| {
            let (s, c) = (i as f64 / count as f64 * std::f64::consts::TAU).sin_cos();
            let (u, v) = (oval.semi.0 * c, oval.semi.1 * s);
            (oval.x + u * cos - v * sin, oval.y + u * sin + v * cos)
        };
        (0..count).map(point).collect()
    }

    #[test]
    fn a_leaning_ellipse_is_found_again() {
        let want = Oval { x: 300.0, y: 200.0, semi: (90.0, 60.0), angle: 0.3 };
        let got = Oval::near(304.0, 197.0, &points(&want, 60)).unwrap();
        assert!((got.x - 300.0).abs() < 0.1 && (got.y - 200.0).abs() < 0.1, "{got:?}");
        assert!((got.semi.0 - 90.0).abs() < 0.1 && (got.semi.1 - 60.0).abs() < 0.1, "{got:?}");
        assert!((got.angle - 0.3).rem_euclid(std::f64::consts::PI).min(1.0) < 0.01, "{got:?}");
        let (distance, nx, ny) = got.offset(300.0 - 62.0 * 0.3_f64.sin(), 200.0 + 62.0 * 0.3_f64.cos());
        assert!((distance - 2.0).abs() < 0.2 && ny > 0.9 && nx < 0.0);
    }

    #[test]
    fn points_without_an_ellipse_have_none() {
        assert!(Oval::near(0.0, 0.0, &[]).is_none());
        assert!(Oval::around(0.0, 0.0, &[(1.0, 1.0), (1.0, 1.0), (1.0, 1.0)]).is_none());
    }
}
