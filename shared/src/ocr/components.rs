//! Connected regions of a mask, as runs joined row by row. Knows nothing of text.

use crate::geometry::Point;

/// A stretch of set pixels in one row; both ends belong to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub y: usize,
    pub start: usize,
    pub end: usize,
}

/// The outline of a region: the ends of its runs.
pub(crate) fn outline(region: &[Run]) -> Vec<Point> {
    region.iter().flat_map(|run| [run.start, run.end].map(|x| Point::new(x as f32, run.y as f32))).collect()
}

/// Every 8-connected region.
pub(crate) fn regions(mask: &[bool], width: usize) -> Vec<Vec<Run>> {
    let runs = runs(mask, width);
    let mut parents: Vec<usize> = (0..runs.len()).collect();
    join_neighbours(&runs, &mut parents);

    let mut index_of_root = vec![usize::MAX; runs.len()];
    let mut regions: Vec<Vec<Run>> = Vec::new();
    for (i, run) in runs.iter().enumerate() {
        let root = root(&mut parents, i);
        if index_of_root[root] == usize::MAX {
            index_of_root[root] = regions.len();
            regions.push(Vec::new());
        }
        regions[index_of_root[root]].push(*run);
    }
    regions
}

fn runs(mask: &[bool], width: usize) -> Vec<Run> {
    let mut runs = Vec::new();
    for (y, row) in mask.chunks_exact(width.max(1)).enumerate() {
        let mut start = 0;
        for stretch in row.chunk_by(|a, b| a == b) {
            let next = start + stretch.len();
            if stretch[0] {
                runs.push(Run { y, start, end: next - 1 });
            }
            start = next;
        }
    }
    runs
}

/// Joins each run with those of the row above that touch it, corners included.
fn join_neighbours(runs: &[Run], parents: &mut [usize]) {
    let mut above = 0;
    for (i, run) in runs.iter().enumerate() {
        while above < i
            && (runs[above].y + 1 < run.y || (runs[above].y + 1 == run.y && runs[above].end + 1 < run.start))
        {
            above += 1;
        }
        let touching = runs[above..i].iter().take_while(|a| a.y + 1 == run.y && a.start <= run.end + 1).count();
        for j in above..above + touching {
            let (a, b) = (root(parents, j), root(parents, i));
            parents[a.max(b)] = a.min(b);
        }
    }
}

fn root(parents: &mut [usize], mut i: usize) -> usize {
    while parents[i] != i {
        parents[i] = parents[parents[i]];
        i = parents[i];
    }
    i
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(picture: &[&str]) -> Vec<usize> {
        let width = picture[0].len();
        let mask: Vec<bool> = picture.iter().flat_map(|r| r.chars().map(|c| c == '#')).collect();
        regions(&mask, width).iter().map(|region| outline(region).len()).collect()
    }

    #[test]
    fn regions_that_touch_at_a_corner_are_one() {
        assert_eq!(sizes(&["##...", "..#..", "....#"]), [4, 2]);
    }

    #[test]
    fn a_fork_is_joined_at_its_foot() {
        assert_eq!(sizes(&["#.#.#", "#.#.#", "#####"]), [14]);
    }

    #[test]
    fn a_region_that_closes_late_is_one() {
        assert_eq!(sizes(&["#...#", "#.#.#", "#...#", "#####"]), [14, 2]);
    }

    #[test]
    fn an_empty_mask_has_no_region() {
        assert!(sizes(&["....", "...."]).is_empty());
        assert!(regions(&[], 0).is_empty());
    }
}
