//! Which way up a page is, told from its own text: how the boxes lie, and which way a few of them read better.
//! Knows nothing of models beyond a reader of lines.

use super::recognise::ReadLine;
use crate::error::Result;
use crate::geometry::{Corners, Turn};

/// A box this much longer than wide says which way its text runs; a single character does not.
const ELONGATED: f32 = 1.8;
/// The ratio of a line of some six characters: enough to tell, cheap to read.
const TELLING: f32 = 6.0;
/// Lines that are read both ways in one go.
const SAMPLE: usize = 2;
/// Lines that are asked at most.
const MAX_SAMPLE: usize = 16;
/// The difference of mean confidence that settles the question.
const CLEAR: f32 = 0.25;

/// Finds the turn that makes the page upright; none when there is no text to tell it by.
pub(crate) fn upright_turn(boxes: &[Corners], read: impl Fn(&[Corners]) -> Result<Vec<ReadLine>>) -> Result<Turn> {
    let (turn, opposite) =
        if is_sideways(boxes) { (Turn::Quarter, Turn::ThreeQuarters) } else { (Turn::None, Turn::Half) };
    let total = |lines: &[Corners]| -> Result<f32> { Ok(read(lines)?.iter().map(ReadLine::confidence).sum()) };

    let (mut lead, mut asked) = (0.0, 0.0);
    for sample in telling_lines(boxes, turn).chunks(SAMPLE) {
        let upside_down: Vec<Corners> = sample.iter().map(|b| b.turned(Turn::Half)).collect();
        lead += total(sample)? - total(&upside_down)?;
        asked += sample.len() as f32;
        if lead.abs() > CLEAR * asked {
            break;
        }
    }
    Ok(if lead < 0.0 { opposite } else { turn })
}

/// Whether most of the text runs up or down the page.
fn is_sideways(boxes: &[Corners]) -> bool {
    let (mut across, mut down) = (0.0, 0.0);
    for b in boxes {
        let (w, h) = (b.width(), b.height());
        if w >= ELONGATED * h {
            across += w;
        } else if h >= ELONGATED * w {
            down += h;
        }
    }
    down > across
}

/// The lines that tell most about the page, once turned.
fn telling_lines(boxes: &[Corners], turn: Turn) -> Vec<Corners> {
    let ratio = |b: &Corners| b.width() / b.height().max(1.0);
    let from_telling = |b: &Corners| (ratio(b) / TELLING).ln().abs();
    let turned = boxes.iter().map(|b| b.turned(turn));
    let mut lines: Vec<Corners> = turned.filter(|b| ratio(b) >= ELONGATED).collect();
    lines.sort_by(|a, b| from_telling(a).total_cmp(&from_telling(b)));
    lines.truncate(MAX_SAMPLE);
    lines
}

#[cfg(test)]
mod tests {
    use super::super::Glyph;
    use super::*;
    use crate::geometry::Point;

    fn boxed(x: f32, y: f32, w: f32, h: f32) -> Corners {
        Corners([Point::new(x, y), Point::new(x + w, y), Point::new(x + w, y + h), Point::new(x, y + h)])
    }

    /// Reads well whatever starts at the corner that is `offset` corners from the page's top left.
    fn reader(good: fn(&Corners) -> bool) -> impl Fn(&[Corners]) -> Result<Vec<ReadLine>> {
        move |lines| {
            let line = |c: &Corners| ReadLine {
                text: "x".to_owned(),
                glyphs: vec![Glyph { at: 0.5, confidence: if good(c) { 0.95 } else { 0.4 } }],
                ..ReadLine::default()
            };
            Ok(lines.iter().map(line).collect())
        }
    }

    /// First corner left of and above the third: the text runs as the page does.
    fn from(right: bool, down: bool) -> fn(&Corners) -> bool {
        match (right, down) {
            (true, true) => |c| c.0[0].x < c.0[2].x && c.0[0].y < c.0[2].y,
            (true, false) => |c| c.0[0].x < c.0[2].x && c.0[0].y > c.0[2].y,
            (false, true) => |c| c.0[0].x > c.0[2].x && c.0[0].y < c.0[2].y,
            (false, false) => |c| c.0[0].x > c.0[2].x && c.0[0].y > c.0[2].y,
        }
    }

    #[test]
    fn every_turn_is_told_by_how_the_lines_read() {
        let lines = [boxed(0.0, 0.0, 120.0, 20.0), boxed(0.0, 40.0, 200.0, 20.0), boxed(0.0, 80.0, 20.0, 22.0)];
        let columns = [boxed(0.0, 0.0, 20.0, 120.0), boxed(40.0, 0.0, 20.0, 200.0), boxed(80.0, 0.0, 22.0, 20.0)];
        assert_eq!(upright_turn(&lines, reader(from(true, true))).unwrap(), Turn::None);
        assert_eq!(upright_turn(&lines, reader(from(false, false))).unwrap(), Turn::Half);
        assert_eq!(upright_turn(&columns, reader(from(true, false))).unwrap(), Turn::Quarter);
        assert_eq!(upright_turn(&columns, reader(from(false, true))).unwrap(), Turn::ThreeQuarters);
    }

    #[test]
    fn single_characters_and_empty_pages_leave_the_page_as_it_is() {
        let square = [boxed(0.0, 0.0, 20.0, 24.0), boxed(40.0, 0.0, 20.0, 24.0)];
        assert_eq!(upright_turn(&square, reader(|_| false)).unwrap(), Turn::None);
        assert_eq!(upright_turn(&[], reader(|_| true)).unwrap(), Turn::None);
    }

    #[test]
    fn one_downward_label_does_not_turn_a_page() {
        let boxes = [boxed(0.0, 0.0, 15.0, 100.0), boxed(30.0, 0.0, 150.0, 20.0)];
        assert_eq!(upright_turn(&boxes, reader(from(true, true))).unwrap(), Turn::None);
    }
}
