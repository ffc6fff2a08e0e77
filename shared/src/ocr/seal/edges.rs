//! Where ink begins: boundary points of large connected strokes, with the direction into the ink.
//! Knows nothing of seals.

use crate::ocr::components;

/// A point on the border of ink.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub x: f32,
    pub y: f32,
    /// Unit vector into the ink.
    pub nx: f32,
    pub ny: f32,
}

/// More points than any seal needs; a page with more is thinned out.
const MAX_EDGES: usize = 12_000;

/// A picture of ink.
pub(crate) struct Map {
    pub width: usize,
    pub height: usize,
    pub values: Vec<f32>,
}

impl Map {
    /// Smoothed over 3 x 3, so that worn strokes hold together.
    pub fn smoothed(&self) -> Self {
        let (w, h) = (self.width, self.height);
        let mut values = vec![0.0; w * h];
        for y in 1..h.saturating_sub(1) {
            for x in 1..w.saturating_sub(1) {
                let row = |y: usize| self.values[y * w + x - 1..=y * w + x + 1].iter().sum::<f32>();
                values[y * w + x] = (row(y - 1) + row(y) + row(y + 1)) / 9.0;
            }
        }
        Self { width: w, height: h, values }
    }

    fn gradient(&self, at: usize) -> (f32, f32) {
        let (w, v) = (self.width, &self.values);
        let x = v[at - w + 1] + 2.0 * v[at + 1] + v[at + w + 1] - v[at - w - 1] - 2.0 * v[at - 1] - v[at + w - 1];
        let y = v[at + w - 1] + 2.0 * v[at + w] + v[at + w + 1] - v[at - w - 1] - 2.0 * v[at - w] - v[at - w + 1];
        (x, y)
    }
}

/// The borders of all connected strokes that extend over at least `extent` pixels one way.
pub(crate) fn edges(map: &Map, threshold: f32, extent: usize) -> Vec<Edge> {
    let (w, h) = (map.width, map.height);
    let mask: Vec<bool> = map.values.iter().map(|&v| v > threshold).collect();
    let kept = large(&mask, w, extent);
    let mut edges = Vec::new();
    for y in 1..h.saturating_sub(1) {
        for x in 1..w.saturating_sub(1) {
            let at = y * w + x;
            if !kept[at] || (mask[at - 1] && mask[at + 1] && mask[at - w] && mask[at + w]) {
                continue;
            }
            let (gx, gy) = map.gradient(at);
            let length = gx.hypot(gy);
            if length > threshold {
                edges.push(Edge { x: x as f32, y: y as f32, nx: gx / length, ny: gy / length });
            }
        }
    }
    let step = edges.len().div_ceil(MAX_EDGES).max(1);
    edges.into_iter().step_by(step).collect()
}

/// The pixels of regions that are at least `extent` wide or high.
fn large(mask: &[bool], width: usize, extent: usize) -> Vec<bool> {
    let mut kept = vec![false; mask.len()];
    for region in components::regions(mask, width) {
        let span = |low: Option<usize>, high: Option<usize>| low.zip(high).map_or(0, |(low, high)| high - low + 1);
        let wide = span(region.iter().map(|run| run.start).min(), region.iter().map(|run| run.end).max());
        let high = span(region.iter().map(|run| run.y).min(), region.iter().map(|run| run.y).max());
        if wide.max(high) >= extent {
            region.iter().for_each(|run| kept[run.y * width + run.start..=run.y * width + run.end].fill(true));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_of_large_strokes_point_into_the_ink() {
        let ink =
            |x: usize, y: usize| (10..40).contains(&x) && (10..14).contains(&y) || (50..53).contains(&x) && y == 12;
        let values = (0..60 * 30).map(|i| if ink(i % 60, i / 60) { 200.0 } else { 0.0 }).collect();
        let map = Map { width: 60, height: 30, values };
        let found = edges(&map, 30.0, 20);
        assert!(!found.is_empty() && found.iter().all(|e| e.x < 45.0));
        let top = found.iter().find(|e| e.x == 25.0 && e.y == 10.0).unwrap();
        assert!(top.ny > 0.99);
    }
}
