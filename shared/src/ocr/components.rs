//! Connected regions of a mask, as runs joined row by row. Knows nothing of text.

use crate::geometry::Point;

/// A stretch of set pixels in one row; both ends belong to it.
#[derive(Clone, Copy, Debug)]
struct Run {
    y: usize,
    start: usize,
    end: usize,
}

/// The outline of every 8-connected region: for each row that it touches, the ends of its runs.
pub(crate) fn outlines(mask: &[bool], width: usize) -> Vec<Vec<Point>> {
    let runs = runs(mask, width);
    let mut parents: Vec<usize> = (0..runs.len()).collect();
    join_neighbours(&runs, &mut parents);

    let mut index_of_root = vec![usize::MAX; runs.len()];
    let mut outlines: Vec<Vec<Point>> = Vec::new();
    for (i, run) in runs.iter().enumerate() {
        let root = root(&mut parents, i);
        if index_of_root[root] == usize::MAX {
            index_of_root[root] = outlines.len();
            outlines.push(Vec::new());
        }
        let outline = &mut outlines[index_of_root[root]];
        outline.push(Point::new(run.start as f32, run.y as f32));
        outline.push(Point::new(run.end as f32, run.y as f32));
    }
    outlines
}

fn runs(mask: &[bool], width: usize) -> Vec<Run> {
    let mut runs = Vec::new();
    for (y, row) in mask.chunks_exact(width.max(1)).enumerate() {
        let mut x = 0;
        while x < width {
            if !row[x] {
                x += 1;
                continue;
            }
            let start = x;
            while x < width && row[x] {
                x += 1;
            }
            runs.push(Run { y, start, end: x - 1 });
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

    fn regions(picture: &[&str]) -> Vec<usize> {
        let width = picture[0].len();
        let mask: Vec<bool> = picture.iter().flat_map(|r| r.chars().map(|c| c == '#')).collect();
        outlines(&mask, width).iter().map(Vec::len).collect()
    }

    #[test]
    fn regions_that_touch_at_a_corner_are_one() {
        assert_eq!(regions(&["##...", "..#..", "....#"]), [4, 2]);
    }

    #[test]
    fn a_fork_is_joined_at_its_foot() {
        assert_eq!(regions(&["#.#.#", "#.#.#", "#####"]), [14]);
    }

    #[test]
    fn a_region_that_closes_late_is_one() {
        assert_eq!(regions(&["#...#", "#.#.#", "#...#", "#####"]), [14, 2]);
    }

    #[test]
    fn an_empty_mask_has_no_region() {
        assert!(regions(&["....", "...."]).is_empty());
        assert!(outlines(&[], 0).is_empty());
    }
}
