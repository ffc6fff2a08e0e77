//! A second look at what the first one left open: a total that its words contradict, an id whose check digit does not
//! hold, a cell that the line detector passed over. The place is read again, larger and with only the characters that
//! can stand there, and what is read counts only when an arithmetic rule or a check digit agrees.
//! Knows nothing of layouts.

mod ids;
mod items;
mod totals;

use std::collections::BTreeMap;

use crate::geometry::Quad;
use crate::ocr::{Region, TextLine};

use super::draft::{Draft, Found};

/// Reads single places of the page again; one answer per place, or none at all.
pub type Look<'a> = &'a dyn Fn(&[Region]) -> Vec<TextLine>;

/// How much taller than the line a second crop is: a tight one may cut strokes off.
const GROWTH: f32 = 0.15;
/// More places than this are not looked at again: the page is not worth it.
const MAX_DOUBTS: usize = 60;

/// A field in doubt: where it stands, and the characters that it can have.
struct Doubt {
    path: String,
    quad: Quad,
    only: &'static str,
}

/// What a second look read, by field: for each the readings of its crops.
type Seen = BTreeMap<String, Vec<Found>>;

/// Looks again at everything in doubt, and fills in what the rules then confirm.
pub fn settle(draft: &mut Draft<'_>, look: Look<'_>) {
    let mut doubts = totals::doubts(draft);
    doubts.extend(ids::doubts(draft));
    doubts.extend(items::doubts(draft));
    doubts.truncate(MAX_DOUBTS);
    if doubts.is_empty() {
        return;
    }
    let seen = read(draft, &doubts, look);
    totals::settle(draft, &seen);
    ids::settle(draft, &seen);
    items::settle(draft, &seen);
}

fn read(draft: &Draft<'_>, doubts: &[Doubt], look: Look<'_>) -> Seen {
    let crops = |d: &Doubt| [d.quad, grown(&d.quad)].map(|quad| Region { quad, only: Some(d.only) });
    let places: Vec<Region> = doubts.iter().flat_map(crops).collect();
    let mut seen = first_readings(draft, doubts);
    for (line, doubt) in look(&places).into_iter().zip(doubts.iter().flat_map(|d| [d, d])) {
        if !line.text.is_empty() {
            let found = Found { text: line.text, confidence: line.confidence, quads: vec![doubt.quad] };
            seen.entry(doubt.path.clone()).or_default().push(found);
        }
    }
    seen
}

/// What the first look read where it found no value: a second rule may make sense of it.
fn first_readings(draft: &Draft<'_>, doubts: &[Doubt]) -> Seen {
    let read = doubts.iter().filter_map(|d| Some((d.path.clone(), draft.places.get(&d.path)?.clone())));
    read.filter(|(_, found)| !found.text.is_empty()).map(|(path, found)| (path, vec![found])).collect()
}

/// A quad a little taller on both sides, and as much longer.
fn grown(quad: &Quad) -> Quad {
    let along = (quad[2] - quad[0], quad[3] - quad[1]);
    let down = (quad[6] - quad[0], quad[7] - quad[1]);
    let height = down.0.hypot(down.1).max(1.0);
    let length = along.0.hypot(along.1).max(1.0);
    let step = |(x, y): (f32, f32), share: f32| (x * share, y * share);
    let (right, below) = (step(along, GROWTH * height / length), step(down, GROWTH));
    let mut big = *quad;
    for (corner, (a, b)) in [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)].into_iter().enumerate() {
        big[2 * corner] += a * right.0 + b * below.0;
        big[2 * corner + 1] += a * right.1 + b * below.1;
    }
    big
}

/// Where a field was read, else where it must stand.
fn place(draft: &Draft<'_>, path: &str) -> Option<Quad> {
    let read = draft.reading.fields.get(path).and_then(|evidence| evidence.quad);
    let expected = || draft.places.get(path).and_then(|found| draft.frame.union(&found.quads));
    read.or_else(expected)
}

fn doubt(draft: &Draft<'_>, path: impl Into<String>, only: &'static str) -> Option<Doubt> {
    let path = path.into();
    let quad = place(draft, &path)?;
    Some(Doubt { path, quad, only })
}

/// The readings of a field with their values: the first look's, then the second's.
fn readings<T>(
    seen: &Seen,
    path: &str,
    first: Option<T>,
    value: impl Fn(&str) -> Option<T>,
) -> Vec<(T, Option<Found>)> {
    let again =
        seen.get(path).into_iter().flatten().filter_map(|found| Some((value(&found.text)?, Some(found.clone()))));
    first.map(|value| (value, None)).into_iter().chain(again).collect()
}

/// Notes the evidence of a value that the second look read.
fn prove(draft: &mut Draft<'_>, path: &str, found: Option<&Found>) {
    if let Some(found) = found {
        draft.prove(path, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grown_quad_keeps_its_centre_and_gains_on_all_sides() {
        let big = grown(&[10.0, 10.0, 110.0, 10.0, 110.0, 30.0, 10.0, 30.0]);
        assert_eq!(big, [7.0, 7.0, 113.0, 7.0, 113.0, 33.0, 7.0, 33.0]);
    }
}
