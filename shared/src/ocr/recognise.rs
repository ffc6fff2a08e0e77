//! Lines to characters: batches of like width through the recogniser, and CTC decoding.
//! Knows nothing of how the lines were found or what they mean.

use std::collections::HashMap;

use image::RgbImage;
use unicode_normalization::UnicodeNormalization;

use super::crop::{self, Crop, HEIGHT, STEP};
use super::gaps;
use super::model::Model;
use super::threads::spread;
use super::{Glyph, TextLine};
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Corners, Quad};

/// The most lines that go through the network together.
const MAX_BATCH: usize = 8;
/// The most columns of a batch: bounds the answer, which has 18710 numbers for every eight columns.
const MAX_BATCH_COLUMNS: usize = 1280;
/// The narrowest line of a batch has at least this share of the widest: what is missing is padding, paid for in full.
const MIN_FILL: f32 = 0.85;

/// What one line says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ReadLine {
    pub text: String,
    pub glyphs: Vec<Glyph>,
    /// The widest stretch of print that no character accounts for, in ems; told by a judged recogniser alone.
    pub unread: f32,
}

impl ReadLine {
    /// The mean over the characters; 0 for no text.
    pub fn confidence(&self) -> f32 {
        let sum: f32 = self.glyphs.iter().map(|g| g.confidence).sum();
        sum / self.glyphs.len().max(1) as f32
    }

    /// The line at its place.
    pub fn at(self, quad: Quad) -> TextLine {
        TextLine { quad, confidence: self.confidence(), text: self.text, glyphs: self.glyphs }
    }

    /// Without white space at either end.
    fn trimmed(self) -> Self {
        let kept: Vec<(char, Glyph)> = self.text.chars().zip(self.glyphs.iter().copied()).collect();
        let black = |(c, _): &(char, Glyph)| !c.is_whitespace();
        let start = kept.iter().position(black).unwrap_or(kept.len());
        let end = kept.iter().rposition(black).map_or(start, |last| last + 1);
        let (text, glyphs) = kept[start..end].iter().copied().unzip();
        Self { text, glyphs, ..self }
    }
}

/// The network and its alphabet.
pub(crate) struct Recogniser {
    model: Box<dyn Model>,
    threads: usize,
    /// By class; the first stands for "nothing here".
    alphabet: Vec<String>,
    /// By class, the others that count as the same; none where nobody judges the answers.
    twins: Option<Vec<Vec<usize>>>,
}

impl Recogniser {
    /// `characters` has one class a line, white space included, whatever ends the lines; the classes for nothing and for a
    /// space stand around them.
    pub fn new(model: Box<dyn Model>, characters: &str, threads: usize) -> Self {
        let listed = characters.strip_suffix('\n').unwrap_or(characters).split('\n');
        let listed = listed.map(|character| character.strip_suffix('\r').unwrap_or(character));
        let alphabet: Vec<String> = std::iter::once("").chain(listed).chain([" "]).map(str::to_owned).collect();
        Self { model, threads, alphabet, twins: None }
    }

    /// For whoever asks of an answer whether it is right. It tells what was left unread, and it is as sure of a character as of
    /// all its forms together, of `:` and `：`, `¥` and `￥`, since no reader of ours asks which form it has. Not for whoever
    /// tells print from strokes of a seal: those are often half of a sign's forms each.
    pub fn judged(self) -> Self {
        Self { twins: Some(twins(&self.alphabet)), ..self }
    }

    /// Reads lines of a page, each batch on one thread; the answers stand in the order of the lines.
    pub fn read(&self, page: &RgbImage, lines: &[Corners]) -> Result<Vec<ReadLine>> {
        self.read_only(page, lines, &vec![None; lines.len()])
    }

    /// As [`Self::read`], where a line has no characters but those listed for it.
    pub fn read_only(&self, page: &RgbImage, lines: &[Corners], only: &[Option<&str>]) -> Result<Vec<ReadLine>> {
        self.read_batches(page, lines, only, &batches(&widths(lines)))
    }

    /// Reads those of the lines just as [`Self::read`] reads them among all: how far a line is filled up sways what it is
    /// taken for. The others are empty.
    pub fn read_among(&self, page: &RgbImage, lines: &[Corners], wanted: &[usize]) -> Result<Vec<ReadLine>> {
        let mut batches = batches(&widths(lines));
        batches.iter_mut().for_each(|batch| batch.lines.retain(|line| wanted.contains(line)));
        batches.retain(|batch| !batch.lines.is_empty());
        self.read_batches(page, lines, &[], &batches)
    }

    fn read_batches(
        &self,
        page: &RgbImage,
        lines: &[Corners],
        only: &[Option<&str>],
        batches: &[Batch],
    ) -> Result<Vec<ReadLine>> {
        let answers = spread(batches, self.threads, |batch| {
            let crops: Vec<Crop> = batch.lines.iter().map(|&i| crop::cut(page, &lines[i])).collect();
            let allowed = |&i: &usize| only.get(i).copied().flatten().map(|characters| self.classes(characters));
            self.read_batch(
                &crops,
                batch.width.next_multiple_of(STEP),
                &batch.lines.iter().map(allowed).collect::<Vec<_>>(),
            )
        })?;
        let mut read = vec![ReadLine::default(); lines.len()];
        for (&i, line) in batches.iter().flat_map(|batch| &batch.lines).zip(answers.into_iter().flatten()) {
            read[i] = line;
        }
        Ok(read)
    }

    /// The classes of these characters, and the one for nothing.
    fn classes(&self, characters: &str) -> Vec<usize> {
        let listed = |class: &String| class.is_empty() || characters.contains(class.as_str());
        (0..self.alphabet.len()).filter(|&i| listed(&self.alphabet[i])).collect()
    }

    fn read_batch(&self, crops: &[Crop], width: usize, allowed: &[Option<Vec<usize>>]) -> Result<Vec<ReadLine>> {
        let shape = [crops.len(), 3, HEIGHT, width];
        let mut read = Vec::new();
        self.model.show(shape, padded(crops, width), &mut |shape, scores| {
            let (steps, classes) = self.steps_and_classes(shape, crops.len())?;
            let step = width as f32 / steps as f32;
            let lines = scores.chunks_exact(steps * classes).zip(crops).zip(allowed);
            read.extend(lines.map(|((line, crop), only)| {
                let line = self.decode(line, step / crop.width as f32, only.as_deref());
                if self.twins.is_none() {
                    return line;
                }
                ReadLine { unread: gaps::widest(crop, &line.text, &line.glyphs), ..line }
            }));
            Ok(())
        })?;
        Ok(read)
    }

    /// Of a well-formed answer.
    fn steps_and_classes(&self, shape: &[usize], lines: usize) -> Result<(usize, usize)> {
        match *shape {
            [n, steps, classes] if n == lines && classes == self.alphabet.len() && steps > 0 => Ok((steps, classes)),
            _ => Err(Error::new(ErrorKind::Internal, format!("the recogniser answered {shape:?} to {lines} lines"))),
        }
    }

    /// The likeliest class of every step, without repeats and nothings; a step is that share of the line.
    fn decode(&self, line: &[f32], step: f32, only: Option<&[usize]>) -> ReadLine {
        let choose = |scores: &[f32]| {
            let (class, score) = only.map_or_else(|| likeliest(scores), |only| likeliest_of(scores, only));
            let twins = self.twins.iter().filter_map(|twins| twins.get(class)).flatten();
            (class, twins.filter_map(|&twin| scores.get(twin)).sum::<f32>() + score)
        };
        let best: Vec<(usize, f32)> = line.chunks_exact(self.alphabet.len()).map(choose).collect();
        let mut read = ReadLine::default();
        let mut start = 0;
        for run in best.chunk_by(|a, b| a.0 == b.0) {
            let (class, middle) = (run[0].0, start as f32 + run.len() as f32 / 2.0);
            start += run.len();
            if class == 0 {
                continue;
            }
            let confidence = run.iter().map(|b| b.1).fold(0.0, f32::max);
            let at = (middle * step).min(1.0);
            for character in self.alphabet[class].chars() {
                read.text.push(character);
                read.glyphs.push(Glyph { at, confidence });
            }
        }
        read.text = paired(&read.text);
        read.trimmed()
    }
}

/// The same text, in which brackets that belong together have one width: the opening one's, as no print mixes them.
fn paired(text: &str) -> String {
    let mut opened = None;
    let same_width = |c| match (c, opened) {
        ('(' | '（', _) => {
            opened = Some(c);
            c
        }
        (')' | '）', Some('(')) => ')',
        (')' | '）', Some('（')) => '）',
        _ => c,
    };
    text.chars().map(same_width).collect()
}

/// By class, the others that compatibility normalisation (NFKC) makes the same text of.
fn twins(alphabet: &[String]) -> Vec<Vec<usize>> {
    let plain: Vec<String> = alphabet.iter().map(|characters| characters.nfkc().collect()).collect();
    let mut by_plain: HashMap<&str, Vec<usize>> = HashMap::new();
    for (class, text) in plain.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
        by_plain.entry(text).or_default().push(class);
    }
    let others =
        |class: usize, text: &str| by_plain.get(text).into_iter().flatten().copied().filter(move |&c| c != class);
    plain.iter().enumerate().map(|(class, text)| others(class, text).collect()).collect()
}

/// The class with the highest score, and the score.
fn likeliest(scores: &[f32]) -> (usize, f32) {
    const LANES: usize = 16;
    // Independent maxima, because a single one would wait for itself at each of 18710 classes.
    let mut highest = [f32::MIN; LANES];
    let chunks = scores.chunks_exact(LANES);
    for (i, &score) in chunks.remainder().iter().enumerate() {
        highest[i] = score;
    }
    for chunk in chunks {
        for (high, &score) in highest.iter_mut().zip(chunk) {
            *high = if score > *high { score } else { *high };
        }
    }
    let highest = highest.into_iter().fold(f32::MIN, f32::max);
    let class = scores.iter().position(|&s| s == highest).unwrap_or(0);
    (class, highest)
}

/// As [`likeliest`], among these classes alone.
fn likeliest_of(scores: &[f32], classes: &[usize]) -> (usize, f32) {
    let scored = classes.iter().filter_map(|&class| Some((class, *scores.get(class)?)));
    scored.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 0.0))
}

/// The width of each line.
fn widths(lines: &[Corners]) -> Vec<usize> {
    lines.iter().map(crop::width_of).collect()
}

/// Lines that go through the network together, filled up to one width.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Batch {
    lines: Vec<usize>,
    width: usize,
}

/// Lines of like width; the widest first, so that all threads end at the same time.
fn batches(widths: &[usize]) -> Vec<Batch> {
    let mut order: Vec<usize> = (0..widths.len()).collect();
    order.sort_by_key(|&i| std::cmp::Reverse(widths[i]));
    let mut batches: Vec<Batch> = Vec::new();
    for i in order {
        match batches.last_mut() {
            Some(batch) if fits(widths[i], batch.lines.len(), batch.width) => batch.lines.push(i),
            _ => batches.push(Batch { lines: vec![i], width: widths[i] }),
        }
    }
    batches
}

fn fits(width: usize, lines: usize, widest: usize) -> bool {
    lines < MAX_BATCH && (lines + 1) * widest <= MAX_BATCH_COLUMNS && width as f32 >= MIN_FILL * widest as f32
}

/// The crops one after the other, filled up with grey on the right.
fn padded(crops: &[Crop], width: usize) -> Vec<f32> {
    let mut values = vec![0.0; crops.len() * 3 * HEIGHT * width];
    for (rows, crop) in values.chunks_exact_mut(3 * HEIGHT * width).zip(crops) {
        for (row, source) in rows.chunks_exact_mut(width).zip(crop.planes.chunks_exact(crop.width)) {
            row[..crop.width].copy_from_slice(source);
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::super::model::Array;
    use super::*;
    use crate::geometry::Point;

    /// Says the same classes for every line, whatever it shows; three characters: a, b and the ideographic space.
    struct Says(Vec<usize>);

    impl Model for Says {
        fn run(&self, shape: [usize; 4], _: Vec<f32>) -> Result<Array> {
            let mut line = vec![0.02; self.0.len() * 5];
            for (step, class) in self.0.iter().enumerate() {
                line[step * 5 + class] = 0.9;
            }
            Ok(Array { shape: vec![shape[0], self.0.len(), 5], data: line.repeat(shape[0]) })
        }
    }

    fn line(width: f32) -> Corners {
        Corners([Point::new(0.0, 0.0), Point::new(width, 0.0), Point::new(width, 48.0), Point::new(0.0, 48.0)])
    }

    fn read(classes: &[usize], widths: &[f32]) -> Vec<ReadLine> {
        let recogniser = Recogniser::new(Box::new(Says(classes.to_vec())), "a\nb\n\u{3000}", 2);
        let lines: Vec<Corners> = widths.iter().map(|&w| line(w)).collect();
        recogniser.read(&RgbImage::new(400, 48), &lines).unwrap()
    }

    #[test]
    fn repeats_are_one_character_unless_nothing_stands_between() {
        assert_eq!(read(&[1, 1, 0, 1, 2, 2], &[48.0])[0].text, "aab");
    }

    #[test]
    fn every_character_has_its_place_and_score() {
        let read = &read(&[0, 1, 1, 0, 0, 2, 0, 0, 0, 0], &[80.0])[0];
        assert_eq!(read.text, "ab");
        assert!((read.glyphs[0].at - 0.2).abs() < 1e-6 && (read.glyphs[1].at - 0.55).abs() < 1e-6);
        assert!((read.confidence() - 0.9).abs() < 1e-6);
    }

    #[test]
    fn white_space_stays_inside_and_goes_at_the_ends() {
        let read = &read(&[4, 1, 3, 2, 4, 0, 3], &[56.0])[0];
        assert_eq!(read.text, "a\u{3000}b");
        assert_eq!(read.glyphs.len(), 3);
        assert_eq!(self::read(&[4, 3, 4], &[24.0])[0], ReadLine::default());
    }

    #[test]
    fn a_character_of_two_forms_is_as_sure_as_both_together() {
        let confidence = |recogniser: Recogniser| {
            recogniser.read(&RgbImage::new(400, 48), &[line(48.0)]).unwrap()[0].glyphs[0].confidence
        };
        // Class 1 has 0.9, each other one 0.02.
        let recogniser = || Recogniser::new(Box::new(Says(vec![1])), ":\n：\n￥", 1);
        assert!((confidence(recogniser()) - 0.9).abs() < 1e-6);
        assert!((confidence(recogniser().judged()) - 0.92).abs() < 1e-6);
    }

    #[test]
    fn brackets_that_belong_together_have_one_width() {
        for (text, want) in
            [("(卷票）", "(卷票)"), ("（合肥)", "（合肥）"), ("1）a", "1）a"), ("（a）(b）", "（a）(b)")]
        {
            assert_eq!(paired(text), want);
        }
    }

    #[test]
    fn answers_stand_in_the_order_of_the_lines() {
        // Two steps of forty columns each: the shorter the line, the further along it the character stands.
        let read = read(&[1, 0], &[80.0, 70.0, 75.0]);
        let at: Vec<f32> = read.iter().map(|r| r.glyphs[0].at).collect();
        assert!(at[0] < at[2] && at[2] < at[1], "{at:?}");
    }

    #[test]
    fn a_line_among_others_is_read_as_with_all_of_them() {
        let recogniser = Recogniser::new(Box::new(Says(vec![1, 0])), "a\nb\n\u{3000}", 1);
        let (page, lines) = (RgbImage::new(400, 48), [80.0, 70.0, 75.0, 300.0].map(line));
        let all = recogniser.read(&page, &lines).unwrap();
        let some = recogniser.read_among(&page, &lines, &[1, 3]).unwrap();
        assert_eq!(some, [ReadLine::default(), all[1].clone(), ReadLine::default(), all[3].clone()]);
        assert_ne!(all[1], recogniser.read(&page, &lines[1..2]).unwrap()[0], "filled up less");
    }

    #[test]
    fn no_lines_are_no_work() {
        assert!(read(&[1], &[]).is_empty());
    }

    #[test]
    fn an_alphabet_that_does_not_fit_the_answer_is_an_error() {
        let recogniser = Recogniser::new(Box::new(Says(vec![1])), "a\nb", 1);
        assert!(recogniser.read(&RgbImage::new(9, 9), &[line(30.0)]).is_err());
    }

    #[test]
    fn batches_are_of_like_width_and_bounded() {
        let widths = [320, 100, 310, 96, 1500, 300, 1490];
        let batches: Vec<_> = batches(&widths).into_iter().map(|batch| (batch.lines, batch.width)).collect();
        assert_eq!(batches, [(vec![4], 1500), (vec![6], 1490), (vec![0, 2, 5], 320), (vec![1, 3], 100)]);
        assert!(super::batches(&[64; 100]).iter().all(|batch| batch.lines.len() <= MAX_BATCH));
    }

    #[test]
    fn the_likeliest_class_is_found_wherever_it_stands() {
        for at in [0, 7, 15, 16, 33, 36] {
            let mut scores = [0.01; 37];
            scores[at] = 0.6;
            assert_eq!(likeliest(&scores), (at, 0.6));
        }
    }
}
