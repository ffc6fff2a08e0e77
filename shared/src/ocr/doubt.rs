//! Which lines the quick recogniser may have got wrong, told from its answer alone. All of that policy stands here; it was
//! chosen on labelled pages, where no value was lost by it. Knows nothing of invoices.

use super::recognise::ReadLine;

/// A digit or sign that is less sure than this may be another.
const SURE: f32 = 0.95;
/// A Chinese character has more neighbours that look like it.
const SURE_CHINESE: f32 = 0.999;
/// The same for those of [`COMMON`]: what is not the label that it seems to be fits in nowhere.
const SURE_COMMON: f32 = 0.95;
/// The characters of what forms print beside their values.
const COMMON: &str = "增值税专用普通电子发票监制章国家统一务总局代码号开日期年月校验机器编购买销售方信息名称纳人识别地址话户\
    行及账密区货物或应劳服规格型单位数量价金额率合计大小写收款复核备注项目联记抵扣第";
/// Print as wide as this, in ems, that no character accounts for: the quick one left something out, however sure it is of the rest.
const READ_PAST: f32 = 0.25;
/// A line of this mean confidence is no print that the thorough one would make more of...
const ILLEGIBLE: f32 = 0.2;
/// ...when it has as many characters.
const TELLING_LENGTH: usize = 4;
/// Letters in a run of so many digits and letters are a tax id's, which guards itself by its check digit.
const ID_LENGTH: usize = 15;
/// A cipher is longer than this...
const CIPHER_LENGTH: usize = 15;
/// ...and of so many characters at least one is a sign.
const CIPHER_SIGNS: usize = 8;

/// Whether a line is worth a second, thorough reading.
pub(crate) fn is_doubtful(line: &ReadLine) -> bool {
    !line.text.is_empty() && !is_cipher(&line.text) && !is_illegible(line) && may_be_wrong(line)
}

/// Whether it is long enough to tell that nobody can read it: upside down, a pattern, a stamp over a stamp.
fn is_illegible(line: &ReadLine) -> bool {
    line.glyphs.len() >= TELLING_LENGTH && line.confidence() < ILLEGIBLE
}

fn may_be_wrong(line: &ReadLine) -> bool {
    line.unread > READ_PAST || has_letters(&line.text) || has_unsure_character(line)
}

fn has_unsure_character(line: &ReadLine) -> bool {
    let characters: Vec<char> = line.text.chars().collect();
    (0..characters.len()).zip(&line.glyphs).any(|(at, glyph)| glyph.confidence < sure(&characters, at))
}

/// How sure a character must be.
fn sure(line: &[char], at: usize) -> f32 {
    match line[at] {
        ' ' if !parts_a_number(line, at) => 0.0,
        c if COMMON.contains(c) => SURE_COMMON,
        c if is_chinese(c) => SURE_CHINESE,
        _ => SURE,
    }
}

/// Whether digits stand on both sides, or the point: a space there makes two numbers of one. Elsewhere spaces say nothing.
fn parts_a_number(line: &[char], at: usize) -> bool {
    let digit = |c: Option<&char>| c.is_some_and(|&c| c.is_ascii_digit() || c == '.');
    at.checked_sub(1).is_some_and(|before| digit(line.get(before))) && digit(line.get(at + 1))
}

/// Whether there are Latin letters outside of tax ids: c and C, O and 0 differ by little.
fn has_letters(text: &str) -> bool {
    let runs = text.split(|c: char| !c.is_ascii_alphanumeric());
    runs.filter(|run| run.len() < ID_LENGTH).any(|run| run.contains(|c: char| c.is_ascii_alphabetic()))
}

/// Digits with signs of calculation strewn in: nobody reads these, not even a machine that has no key.
fn is_cipher(text: &str) -> bool {
    let (count, signs) = (text.chars().count(), text.chars().filter(|c| "+-*/<>".contains(*c)).count());
    count >= CIPHER_LENGTH && signs * CIPHER_SIGNS >= count && !text.chars().any(is_chinese)
}

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::super::Glyph;
    use super::*;

    /// A line that is sure of everything but one of its characters.
    fn line(text: &str, unsure: char, confidence: f32) -> ReadLine {
        let glyph = |c| Glyph { at: 0.5, confidence: if c == unsure { confidence } else { 0.9999 } };
        ReadLine { text: text.to_owned(), glyphs: text.chars().map(glyph).collect(), ..ReadLine::default() }
    }

    #[test]
    fn one_doubtful_character_is_enough() {
        let (label, code) = ("纳税人识别号：91340100MA2N0XH73T", "3400173130");
        assert!(!is_doubtful(&line(label, '税', 0.96)) && is_doubtful(&line(label, '税', 0.94)));
        assert!(!is_doubtful(&line(code, '7', 0.96)) && is_doubtful(&line(code, '7', 0.94)));
    }

    #[test]
    fn names_must_be_surer_than_labels() {
        let (name, label) = ("合肥市昊天商贸有限公司", "销售方");
        assert!(!is_doubtful(&line(label, '方', 0.98)));
        assert!(!is_doubtful(&line(name, '昊', 0.9995)) && is_doubtful(&line(name, '昊', 0.998)));
    }

    #[test]
    fn a_space_must_be_sure_where_it_makes_two_numbers_of_one() {
        assert!(is_doubtful(&line("2527 .43", ' ', 0.6)) && !is_doubtful(&line("2527 .43", ' ', 0.96)));
        for text in ["纳税人识别号： 91340100", "2019 年", "合 计"] {
            assert!(!is_doubtful(&line(text, ' ', 0.3)), "{text}");
        }
    }

    #[test]
    fn what_left_print_out_is_read_again_however_sure_it_is() {
        let read = |unread| ReadLine { unread, ..line("永顺（合肥商业管理有限公司", '一', 1.0) };
        assert!(is_doubtful(&read(0.4)) && !is_doubtful(&read(0.2)));
    }

    #[test]
    fn what_nobody_can_read_is_left_alone_unless_it_is_short() {
        let noise = |text: &str| ReadLine {
            glyphs: text.chars().map(|_| Glyph { at: 0.5, confidence: 0.1 }).collect(),
            ..line(text, ' ', 0.1)
        };
        assert!(!is_doubtful(&noise("梁与岁系田")) && is_doubtful(&noise("4")));
    }

    #[test]
    fn letters_are_always_read_again() {
        for text in ["HOB63*200", "C930e", "A4"] {
            assert!(is_doubtful(&line(text, ' ', 0.0)), "{text}");
        }
    }

    #[test]
    fn ciphers_and_nothing_are_never_read_again() {
        assert!(!is_doubtful(&line("03*8<2+>5/61-<4479*20>/6", '8', 0.3)));
        assert!(!is_doubtful(&ReadLine::default()));
    }

    #[test]
    fn a_phone_number_and_a_short_sum_are_no_ciphers() {
        for text in ["合肥市长江路1-2-3号 0551-6226-7788", "¥-1,280.00", "0551-62267788-8001"] {
            assert!(is_doubtful(&line(text, '0', 0.3)), "{text}");
        }
    }
}
