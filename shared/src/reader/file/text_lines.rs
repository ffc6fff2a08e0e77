//! A page's own text as the lines that the layouts read: characters gathered into lines, parted where cells part,
//! seals left out. Every character is certain. Knows nothing of the file they come from.

use std::collections::BTreeMap;

use crate::document::text::{Rule, TextPage, TextRun};
use crate::geometry::{Turn, Upright};
use crate::ocr::{Glyph, PageText, TextLine};
use crate::reader::page::frame::fold;

/// How far the baselines of one line may lie apart, in ems: currency signs and ids sit a little off.
const SAME_BASELINE: f32 = 0.3;
/// Labels are spread over the width of their column: this far, in ems.
const SPREAD: f32 = 6.0;
/// A gap that reads as a space, in ems.
const SPACE: f32 = 0.25;
/// No page of an invoice has more.
const MAX_LINES: usize = 2_000;
/// Only the last few lines at one height can go on.
const OPEN_LINES: usize = 8;

/// Labels whose characters are spread out; the parts are joined when together they begin one of these.
const SPREAD_LABELS: [&str; 25] = [
    "发票代码:",
    "发票号码:",
    "开票日期:",
    "校验码:",
    "机器编号:",
    "名称:",
    "纳税人识别号:",
    "统一社会信用代码/纳税人识别号:",
    "地址、电话:",
    "开户行及账号:",
    "收款人:",
    "复核:",
    "复核人:",
    "开票人:",
    "价税合计(大写)",
    "(小写)",
    "规格型号",
    "单位",
    "数量",
    "单价",
    "金额",
    "税额",
    "税率/征收率",
    "合计",
    "小计",
];

/// The page's text as lines, in pixels of a page of this size.
pub fn page_text(page: &TextPage, (width, height): (u32, u32)) -> PageText {
    let upright = upright(page);
    let scale = (width as f32 / page.width.max(1.0), height as f32 / page.height.max(1.0));
    let rules = vertical_rules(&upright, &page.rules);
    let lines = join_labels(lines(&letters(&upright, page), &rules), &rules);
    let lines = lines.iter().map(|line| line.as_text_line(&upright, scale)).collect();
    let rules = page.rules.iter().map(|r| [r.x0 * scale.0, r.y0 * scale.1, r.x1 * scale.0, r.y1 * scale.1]).collect();
    PageText { width, height, rotation: upright.turn.degrees(), lines, rules, ..PageText::default() }
}

/// As [`page_text`], for a page whose characters can be trusted.
pub(crate) fn trusted(page: &TextPage, size: (u32, u32)) -> Option<PageText> {
    page.is_trusted().then(|| page_text(page, size)).filter(|text| text.lines.len() <= MAX_LINES)
}

/// One character in the upright page.
#[derive(Clone, Copy, Debug)]
struct Letter {
    text: char,
    x0: f32,
    x1: f32,
    y: f32,
    size: f32,
    run: usize,
    /// Whether its run holds nothing else.
    alone: bool,
}

/// Letters on one baseline, from left to right.
#[derive(Clone, Debug, Default)]
struct Line {
    letters: Vec<Letter>,
}

/// What sets the page upright: the direction of most of its characters.
fn upright(page: &TextPage) -> Upright {
    let turns = [Turn::None, Turn::ThreeQuarters, Turn::Half, Turn::Quarter];
    let count = |turn: &Turn| -> usize {
        page.runs.iter().filter(|run| turn_of(run.angle) == Some(*turn)).map(|run| run.glyphs.len()).sum()
    };
    let turn = turns.into_iter().rev().max_by_key(count).unwrap_or_default();
    Upright { turn, size: (page.width, page.height) }
}

/// The turn that makes a direction of writing upright; none when it leans.
fn turn_of(angle: f32) -> Option<Turn> {
    [(0.0, Turn::None), (90.0, Turn::ThreeQuarters), (180.0, Turn::Half), (-180.0, Turn::Half), (-90.0, Turn::Quarter)]
        .into_iter()
        .find(|(at, _)| (angle - at).abs() < 3.0)
        .map(|(_, turn)| turn)
}

/// The upright page's vertical rules.
fn vertical_rules(upright: &Upright, rules: &[Rule]) -> Vec<Rule> {
    let turned = rules.iter().map(|rule| {
        let (a, b) = (upright.point((rule.x0, rule.y0)), upright.point((rule.x1, rule.y1)));
        Rule { x0: a.0.min(b.0), y0: a.1.min(b.1), x1: a.0.max(b.0), y1: a.1.max(b.1) }
    });
    turned.filter(Rule::is_vertical).collect()
}

/// The page's characters without seals, white space and what leans otherwise than the page.
fn letters(upright: &Upright, page: &TextPage) -> Vec<Letter> {
    let kept = page.runs.iter().filter(|run| turn_of(run.angle) == Some(upright.turn) && !is_seal(run));
    let mut letters: Vec<Letter> = kept.enumerate().flat_map(|(index, run)| letters_of(upright, index, run)).collect();
    letters.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    letters
}

fn letters_of(upright: &Upright, index: usize, run: &TextRun) -> Vec<Letter> {
    let solid: Vec<_> = run.glyphs.iter().filter(|g| !g.text.is_whitespace()).collect();
    let alone = solid.len() == 1;
    let letter = |glyph: &&crate::document::text::TextGlyph| {
        let (x, y) = upright.point((glyph.x, glyph.y));
        Letter { text: glyph.text, x0: x, x1: x + glyph.width, y, size: run.size, run: index, alone }
    };
    solid.iter().map(letter).collect()
}

/// Seals are drawn in pure red; of what else is, only codes and numbers are the invoice's own.
fn is_seal(run: &TextRun) -> bool {
    let [r, g, b] = run.color;
    if r < 230 || g > 30 || b > 30 {
        return false;
    }
    let text = run.text();
    let text = text.trim();
    !(matches!(text.len(), 8 | 10 | 12 | 20) && text.bytes().all(|b| b.is_ascii_digit()))
}

/// Gathers letters, which come from left to right, into lines.
fn lines(letters: &[Letter], rules: &[Rule]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    // Lines by height, in steps of two points.
    let mut rows: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
    let step = |y: f32| (y / 2.0).floor().clamp(-1e6, 1e6) as i32;
    for letter in letters {
        let reach = SAME_BASELINE * letter.size;
        let near = rows.range(step(letter.y - reach)..=step(letter.y + reach));
        let open = near.flat_map(|(_, row)| row.iter().rev().take(OPEN_LINES).copied());
        let fitting = open.filter(|&i| continues(&lines[i], letter, rules));
        let distance = |i: &usize| lines[*i].last().map_or(f32::MAX, |l| (l.y - letter.y).abs());
        match fitting.min_by(|a, b| distance(a).total_cmp(&distance(b))) {
            Some(i) => lines[i].push(*letter),
            None => {
                rows.entry(step(letter.y)).or_default().push(lines.len());
                lines.push(Line { letters: vec![*letter] });
            }
        }
    }
    lines
}

/// Whether a letter goes on with a line rather than begins another cell.
fn continues(line: &Line, next: &Letter, rules: &[Rule]) -> bool {
    let Some(last) = line.last() else { return false };
    let em = last.size.max(next.size);
    if (last.y - next.y).abs() > SAME_BASELINE * last.size.min(next.size) {
        return false;
    }
    let gap = next.x0 - last.x1;
    if gap < -0.8 * em {
        // Bold print is drawn twice, a hair apart.
        return last.text == next.text && next.x0 - last.x0 < 0.25 * em;
    }
    gap <= allowed_gap(last, next) * em && !parted(rules, last, next)
}

/// The widest gap inside a cell, in ems.
fn allowed_gap(last: &Letter, next: &Letter) -> f32 {
    let is_day_part = |c: char| matches!(c, '年' | '月' | '日');
    if matches!(last.text, '¥' | '￥') && (next.text.is_ascii_digit() || next.text == '-') {
        return 4.0;
    }
    if (is_day_part(last.text) && next.text.is_ascii_digit()) || (is_day_part(next.text) && last.text.is_ascii_digit())
    {
        return 2.0;
    }
    match () {
        () if last.run == next.run && last.text.is_ascii() && next.text.is_ascii() => 0.7,
        () if last.run == next.run => 1.0,
        () if last.alone || next.alone => 0.35,
        () => 0.2,
    }
}

/// Whether a rule stands between two letters.
fn parted(rules: &[Rule], last: &Letter, next: &Letter) -> bool {
    let (left, right) = (f32::midpoint(last.x0, last.x1), f32::midpoint(next.x0, next.x1));
    let y = last.y - 0.35 * last.size;
    rules.iter().any(|r| r.x0 > left && r.x0 < right && r.y0 < y && r.y1 > y && r.y1 - r.y0 > 1.2 * last.size)
}

/// Joins the parts of labels that are spread over their column.
fn join_labels(mut lines: Vec<Line>, rules: &[Rule]) -> Vec<Line> {
    lines.sort_by(|a, b| a.x0().total_cmp(&b.x0()));
    let starts: Vec<usize> = (0..lines.len()).filter(|&i| begins_label(&lines[i].folded(), false)).collect();
    let mut taken = vec![false; lines.len()];
    for start in starts {
        if taken[start] {
            continue;
        }
        for next in start + 1..lines.len() {
            let (head, tail) = (&lines[start], &lines[next]);
            if tail.x0() - head.x1() > SPREAD * head.size() {
                break;
            }
            if taken[next] || !belongs(head, tail, rules) {
                continue;
            }
            taken[next] = true;
            let letters = lines[next].letters.clone();
            lines[start].letters.extend(letters);
        }
    }
    let kept = lines.into_iter().zip(taken).filter(|(_, taken)| !taken);
    kept.map(|(line, _)| line).collect()
}

fn belongs(head: &Line, tail: &Line, rules: &[Rule]) -> bool {
    let (Some(last), Some(next)) = (head.last(), tail.letters.first()) else { return false };
    next.x0 > last.x1 - 0.5 * last.size
        && (last.y - next.y).abs() < SAME_BASELINE * last.size.min(next.size)
        && begins_label(&format!("{}{}", head.folded(), tail.folded()), true)
        && !parted(rules, last, next)
}

/// Whether a text is the beginning of a label, but for `whole` not yet all of it.
fn begins_label(text: &str, whole: bool) -> bool {
    SPREAD_LABELS.iter().any(|label| {
        let complete = text == *label || label.strip_suffix(':') == Some(text);
        label.starts_with(text) && (whole || !complete)
    })
}

impl Line {
    fn last(&self) -> Option<&Letter> {
        self.letters.last()
    }

    fn push(&mut self, letter: Letter) {
        let again = self.last().is_some_and(|l| l.text == letter.text && letter.x0 - l.x0 < 0.25 * l.size);
        if !again {
            self.letters.push(letter);
        }
    }

    fn x0(&self) -> f32 {
        self.letters.first().map_or(0.0, |l| l.x0)
    }

    fn x1(&self) -> f32 {
        self.last().map_or(0.0, |l| l.x1)
    }

    fn size(&self) -> f32 {
        self.letters.iter().map(|l| l.size).fold(0.0, f32::max)
    }

    fn folded(&self) -> String {
        self.letters.iter().map(|l| fold(l.text)).collect()
    }

    fn as_text_line(&self, upright: &Upright, scale: (f32, f32)) -> TextLine {
        let (x0, x1, size) = (self.x0(), self.x1().max(self.x0() + 0.1), self.size());
        let baseline = self.letters.iter().map(|l| l.y).sum::<f32>() / self.letters.len().max(1) as f32;
        let (top, bottom) = (baseline - 0.95 * size, baseline + 0.25 * size);
        let corner = |u: f32, v: f32| {
            let (x, y) = upright.back((u, v));
            [x * scale.0, y * scale.1]
        };
        let corners = [corner(x0, top), corner(x1, top), corner(x1, bottom), corner(x0, bottom)].concat();
        let marks = self.marks();
        let glyph = |at: f32| Glyph { at: (at - x0) / (x1 - x0), confidence: 1.0 };
        TextLine {
            quad: corners.try_into().unwrap_or_default(),
            text: marks.iter().map(|(c, _)| c).collect(),
            confidence: 1.0,
            glyphs: marks.iter().map(|(_, at)| glyph(*at)).collect(),
        }
    }

    /// Characters and their centres, with a space where the print has a gap.
    fn marks(&self) -> Vec<(char, f32)> {
        let mut marks = Vec::with_capacity(self.letters.len());
        for (i, letter) in self.letters.iter().enumerate() {
            let before = i.checked_sub(1).map(|i| self.letters[i]);
            if let Some(before) = before.filter(|b| letter.x0 - b.x1 > SPACE * letter.size) {
                marks.push((' ', f32::midpoint(before.x1, letter.x0)));
            }
            marks.push((letter.text, f32::midpoint(letter.x0, letter.x1)));
        }
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::text::TextGlyph;

    /// A run of ten-point print; Han characters an em wide, others half.
    fn run(text: &str, x: f32, y: f32) -> TextRun {
        let mut pen = x;
        let glyph = |c: char| {
            let width = if c.is_ascii() { 5.0 } else { 10.0 };
            pen += width;
            TextGlyph { text: c, x: pen - width, y, width }
        };
        TextRun { glyphs: text.chars().map(glyph).collect(), size: 10.0, color: [0, 0, 0], angle: 0.0 }
    }

    fn read(runs: Vec<TextRun>, rules: Vec<Rule>) -> Vec<String> {
        let page = TextPage { width: 600.0, height: 400.0, runs, rules, ..TextPage::default() };
        let text = page_text(&page, (1200, 800));
        assert!(text.lines.iter().all(|l| l.glyphs.len() == l.text.chars().count()));
        let mut lines: Vec<String> = text.lines.into_iter().map(|l| l.text).collect();
        lines.sort();
        lines
    }

    #[test]
    fn cells_part_and_words_hold_together() {
        let runs = vec![run("*住宿服务*房费", 10.0, 50.0), run("间", 90.0, 50.0), run("470.69", 200.0, 50.0)];
        assert_eq!(read(runs, vec![]), ["*住宿服务*房费", "470.69", "间"]);
        let mixed = vec![run("海尔", 10.0, 50.0), run("BCD-200", 30.0, 50.0), run("冰箱", 65.0, 50.0)];
        assert_eq!(read(mixed, vec![]), ["海尔BCD-200冰箱"]);
    }

    #[test]
    fn letters_drawn_one_by_one_or_twice_are_one_word() {
        let single = "名称：甲".chars().enumerate().map(|(i, c)| run(&c.to_string(), 10.0 + 11.0 * i as f32, 50.0));
        assert_eq!(read(single.collect(), vec![]), ["名称：甲"]);
        let bold = vec![run("11公司", 10.0, 50.0), run("11公司", 10.4, 50.0)];
        assert_eq!(read(bold, vec![]), ["11公司"]);
    }

    #[test]
    fn spread_labels_and_split_dates_are_joined() {
        let label = vec![run("校", 10.0, 50.0), run("验", 40.0, 50.0), run("码:", 70.0, 50.0)];
        assert_eq!(read(label, vec![]), ["校 验 码:"]);
        let date = vec![
            run("2019", 10.0, 50.0),
            run("年", 36.0, 51.0),
            run("09", 48.0, 50.0),
            run("月", 62.0, 51.0),
            run("19", 74.0, 50.0),
            run("日", 88.0, 51.0),
        ];
        assert_eq!(read(date, vec![]).concat().replace(' ', ""), "2019年09月19日");
    }

    #[test]
    fn a_rule_parts_cells_that_touch() {
        let rule = Rule { x0: 40.0, y0: 0.0, x1: 40.0, y1: 100.0 };
        assert_eq!(read(vec![run("详见清单", 0.0, 50.0), run("项", 40.5, 50.0)], vec![rule]), ["详见清单", "项"]);
    }

    #[test]
    fn seals_are_left_out_and_dark_red_labels_stay() {
        let colored = |text: &str, x: f32, color: [u8; 3]| TextRun { color, ..run(text, x, 50.0) };
        let runs = vec![
            colored("国家税务总局", 10.0, [255, 2, 0]),
            colored("发票代码:", 200.0, [128, 0, 0]),
            colored("12345678", 400.0, [255, 0, 0]),
        ];
        assert_eq!(read(runs, vec![]), ["12345678", "发票代码:"]);
    }

    #[test]
    fn a_turned_page_is_read_along_its_text() {
        // Written downwards: each letter further down, upright when turned by 270 degrees.
        let turned = TextRun {
            glyphs: "发票"
                .chars()
                .enumerate()
                .map(|(i, c)| TextGlyph { text: c, x: 100.0, y: 50.0 + 10.0 * i as f32, width: 10.0 })
                .collect(),
            size: 10.0,
            color: [0, 0, 0],
            angle: 90.0,
        };
        let page = TextPage { width: 600.0, height: 400.0, runs: vec![turned], ..TextPage::default() };
        let text = page_text(&page, (600, 400));
        assert_eq!((text.rotation, text.lines[0].text.as_str()), (270, "发票"));
        let [x1, y1, x2, y2, ..] = text.lines[0].quad;
        assert!(y2 > y1 && (x1 - x2).abs() < 0.01, "{:?}", text.lines[0].quad);
    }
}
