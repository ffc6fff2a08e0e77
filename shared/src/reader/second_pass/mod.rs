//! The second pass over what the first one left open: a total that its words contradict, an id whose check digit does not
//! hold, a cell that the line detector passed over. The place is read again, larger and with only the characters that
//! can stand there, and what is read counts only when an arithmetic rule or a check digit agrees.
//! Knows nothing of layouts.
//!
//! - [`totals`]: the totals, by what [`accounts`] of them agree
//! - [`ids`]: tax ids against their check digits
//! - [`items`]: lines that quantity and price do not make, and cells without a number
//! - [`words`]: units and specifications that the line detector passed over

mod accounts;
mod ids;
mod items;
mod totals;
mod words;

use std::collections::BTreeMap;

use crate::geometry::Quad;
use crate::invoice::{Field, FieldValue};
use crate::ocr::{Region, TextLine};
use crate::reader::values::builder::{Match, ReadingBuilder};

/// Reads single places of the page again; one answer per place, or none at all.
pub(super) type Reread<'a> = &'a dyn Fn(&[Region]) -> Vec<TextLine>;

/// How much taller than the line a second crop is: a tight one may cut strokes off.
const GROWTH: f32 = 0.15;
/// More places than this are not looked at again: the page is not worth it.
const MAX_UNCERTAIN: usize = 60;

/// A field in doubt: where it stands, cut out in two ways, and the characters that it can have; any, when none are named.
struct Uncertain {
    field: Field,
    crops: [Quad; 2],
    only: &'static str,
}

/// What a second look read, by field: for each the readings of its crops.
type Seen = BTreeMap<Field, Vec<Match>>;

/// Reads everything that is uncertain again, and fills in what the rules then confirm.
pub(super) fn run(builder: &mut ReadingBuilder<'_>, reread: Reread<'_>) {
    totals::part_shared_print(builder);
    let mut uncertain = totals::uncertain(builder);
    uncertain.extend(ids::uncertain(builder));
    uncertain.extend(items::uncertain(builder));
    uncertain.extend(words::uncertain(builder));
    uncertain.truncate(MAX_UNCERTAIN);
    let seen = if uncertain.is_empty() { Seen::new() } else { read(builder, &uncertain, reread) };
    totals::fill(builder, &seen);
    ids::fill(builder, &seen);
    items::fill(builder, &seen);
    words::fill(builder, &seen);
}

fn read(builder: &ReadingBuilder<'_>, uncertain: &[Uncertain], reread: Reread<'_>) -> Seen {
    let only = |u: &Uncertain| Some(u.only).filter(|only| !only.is_empty());
    let crops = |u: &Uncertain| u.crops.map(|quad| Region { quad, only: only(u) });
    let places: Vec<Region> = uncertain.iter().flat_map(crops).collect();
    let mut seen = first_readings(builder, uncertain);
    let asked = uncertain.iter().flat_map(|u| u.crops.map(|quad| (u.field, quad)));
    for (line, (field, quad)) in reread(&places).into_iter().zip(asked) {
        if !line.text.is_empty() {
            let found = Match { text: line.text, confidence: line.confidence, quads: vec![quad] };
            seen.entry(field).or_default().push(found);
        }
    }
    seen
}

/// What the first pass read where it found no value: a second rule may make sense of it.
fn first_readings(builder: &ReadingBuilder<'_>, uncertain: &[Uncertain]) -> Seen {
    let read = uncertain.iter().filter_map(|u| Some((u.field, builder.places.get(&u.field)?.clone())));
    read.filter(|(_, found)| !found.text.is_empty()).map(|(field, found)| (field, vec![found])).collect()
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
fn uncertain(builder: &ReadingBuilder<'_>, field: Field, only: &'static str) -> Option<Uncertain> {
    let read = builder.reading.fields.get(&field).and_then(|evidence| evidence.quad);
    let expected = builder.places.get(&field).filter(|_| read.is_none());
    let crops = match expected.map(|found| (found.text.as_str(), found.quads.as_slice())) {
        // A blank cell: the whole of it, and where the other rows' print stands.
        Some(("", &[whole, print])) => [whole, print],
        _ => {
            let quad = read.or_else(|| builder.frame.union(&expected?.quads))?;
            [quad, grown(&quad)]
        }
    };
    Some(Uncertain { field, crops, only })
}

/// A value that was read, and by what; none of the first pass, whose evidence is there.
type Candidate<T> = (T, Option<Match>);

/// The readings of a field with their values: the first pass's, then the second's.
fn candidates<T>(seen: &Seen, field: Field, first: Option<T>, value: impl Fn(&str) -> Option<T>) -> Vec<Candidate<T>> {
    let again = seen.get(&field).into_iter().flatten();
    let again = again.filter_map(|found| Some((value(&found.text)?, Some(found.clone()))));
    first.map(|value| (value, None)).into_iter().chain(again).collect()
}

/// Fills a field with what the second pass read; what the first one read stands already.
fn put<'v>(builder: &mut ReadingBuilder<'_>, field: Field, (value, found): Candidate<impl Into<FieldValue<'v>>>) {
    if found.is_some() {
        builder.put_as(field, found, |_| Some(value));
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
