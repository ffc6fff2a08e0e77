//! Labels in running text: found with one misread character forgiven, spaces ignored.
//! Knows nothing of what a label's value means.

use std::ops::Range;

use super::frame::{Mark, Span};

/// Finds a label; the range covers it and a colon or bracket behind it. Labels of four or more characters may have
/// one misread, shorter ones none.
pub(in crate::reader) fn find(marks: &[Mark], label: &str) -> Option<Range<usize>> {
    find_with(marks, label, allowance(label))
}

/// How many characters of a label may be misread.
pub(super) fn allowance(label: &str) -> usize {
    usize::from(label.chars().count() >= 4)
}

/// As [`find`], with a given number of misread characters.
pub(super) fn find_with(marks: &[Mark], label: &str, allowed: usize) -> Option<Range<usize>> {
    let length = label.chars().count();
    if marks.len() < length {
        return None;
    }
    let solid: Vec<usize> = (0..marks.len()).filter(|&i| !marks[i].folded.is_whitespace()).collect();
    let start = nearest(marks, &solid, label, allowed)?;
    let mut last = start + length;
    while solid.get(last).is_some_and(|&i| matches!(marks[i].folded, ':' | '.' | ')')) {
        last += 1;
    }
    Some(solid[start]..solid[last - 1] + 1)
}

/// Where among the solid marks the label stands with the fewest misreadings; the first of several.
fn nearest(marks: &[Mark], solid: &[usize], label: &str, allowed: usize) -> Option<usize> {
    let mut best = None;
    // One that is no better than what was found need not be looked at to its end.
    let mut most = allowed;
    for (start, at) in solid.windows(label.chars().count().max(1)).enumerate() {
        let misses = at.iter().zip(label.chars()).filter(|&(&i, wanted)| marks[i].folded != wanted);
        let misses = misses.take(most + 1).count();
        if misses <= most {
            best = Some(start);
            let Some(fewer) = misses.checked_sub(1) else { break };
            most = fewer;
        }
    }
    best
}

/// A label found in a span, and what follows it there.
#[derive(Clone, Debug)]
pub(super) struct Labelled {
    /// Which span.
    pub(super) span: usize,
    /// The label's own part.
    pub(super) label: Span,
    /// What stands behind it in the same span; empty when the value is a span of its own.
    pub(super) rest: Span,
}

/// Every span that holds one of a label's spellings: those without a misreading, else those with one,
/// as 发票代码 is but one character away from 发票号码.
pub(super) fn all(spans: &[Span], spellings: &[&str]) -> Vec<Labelled> {
    let exact = all_with(spans, spellings, |_| 0);
    if exact.is_empty() { all_with(spans, spellings, allowance) } else { exact }
}

fn all_with(spans: &[Span], spellings: &[&str], allowed: impl Fn(&str) -> usize) -> Vec<Labelled> {
    let hit = |(index, span): (usize, &Span)| {
        let found = spellings.iter().filter_map(|label| find_with(&span.marks, label, allowed(label)));
        let range = found.min_by_key(|range| (range.start, std::cmp::Reverse(range.end)))?;
        Some(Labelled { span: index, label: span.slice(range.clone()), rest: span.slice(range.end..span.marks.len()) })
    };
    spans.iter().enumerate().filter_map(hit).collect()
}

/// The value of a label: what follows it in its span, else the nearest span to its right on the same row.
pub(super) fn value(spans: &[Span], labelled: &Labelled, reach: f32) -> Option<Span> {
    if !labelled.rest.marks.is_empty() {
        return Some(labelled.rest.clone());
    }
    let label = &labelled.label;
    spans
        .iter()
        .enumerate()
        .filter(|(i, s)| *i != labelled.span && !s.vertical && !s.slanted && s.same_row(label, 0.6))
        .filter(|(_, s)| s.x0 > label.x1 - 0.5 * label.height && s.x0 - label.x1 < reach)
        .min_by(|(_, a), (_, b)| a.x0.total_cmp(&b.x0))
        .map(|(_, s)| s.clone())
}

/// Cuts a value off where one of the labels begins.
pub(super) fn until(span: &Span, labels: &[&str]) -> Span {
    let cut = labels.iter().filter_map(|label| find(&span.marks, label)).map(|r| r.start).min();
    cut.map_or_else(|| span.clone(), |at| span.slice(0..at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::page::frame::fold;

    fn marks(text: &str) -> Vec<Mark> {
        let mark = |(i, c): (usize, char)| Mark { printed: c, folded: fold(c), x: i as f32, confidence: 1.0 };
        text.chars().enumerate().map(mark).collect()
    }

    #[test]
    fn one_misread_character_is_forgiven_in_long_labels_only() {
        assert_eq!(find(&marks("发票號码：123"), "发票号码"), Some(0..5));
        assert_eq!(find(&marks("发栗号码123"), "发票号码"), Some(0..4));
        assert_eq!(find(&marks("校 验 码：1"), "校验码"), Some(0..6));
        assert_eq!(find(&marks("校险码"), "校验码"), None);
    }

    #[test]
    fn the_best_match_wins_over_an_earlier_poor_one() {
        assert_eq!(find(&marks("发票代码 发票号码:1"), "发票号码"), Some(5..10));
    }
}
