//! Which lines the quick recogniser may have got wrong, told from its answer alone. All of that policy stands here; it was
//! chosen on labelled pages, where no value was lost by it. Knows nothing of invoices.

use super::recognise::ReadLine;

/// A digit or sign that is less sure than this may be another.
const SURE: f32 = 0.98;
/// A Chinese character has more neighbours that look like it.
const SURE_CHINESE: f32 = 0.99;
/// Signs of two widths, which mean the same and share one score: even halves of it are sure.
const TWINS: &str = ":：()（）¥￥";
/// Half a score, a little unevenly shared.
const SURE_TWIN: f32 = 0.45;
/// Letters in a run of so many digits and letters are a tax id's, which guards itself by its check digit.
const ID_LENGTH: usize = 15;
/// A cipher is longer than this...
const CIPHER_LENGTH: usize = 15;
/// ...and of so many characters at least one is a sign.
const CIPHER_SIGNS: usize = 8;

/// Whether a line is worth a second, thorough reading.
pub(crate) fn is_doubtful(line: &ReadLine) -> bool {
    let unsure = |(c, glyph): (char, &super::Glyph)| glyph.confidence < sure(c);
    !is_cipher(&line.text) && (has_letters(&line.text) || line.text.chars().zip(&line.glyphs).any(unsure))
}

/// How sure a character must be.
fn sure(c: char) -> f32 {
    match c {
        _ if is_chinese(c) => SURE_CHINESE,
        _ if TWINS.contains(c) => SURE_TWIN,
        _ => SURE,
    }
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
        let glyph = |c| Glyph { at: 0.5, confidence: if c == unsure { confidence } else { 0.999 } };
        ReadLine { text: text.to_owned(), glyphs: text.chars().map(glyph).collect() }
    }

    #[test]
    fn one_doubtful_character_is_enough() {
        let (label, code) = ("纳税人识别号：91340100MA2N0XH73T", "3400173130");
        assert!(!is_doubtful(&line(label, '税', 0.992)) && is_doubtful(&line(label, '税', 0.985)));
        assert!(!is_doubtful(&line(code, '7', 0.985)) && is_doubtful(&line(code, '7', 0.97)));
    }

    #[test]
    fn a_sign_may_waver_between_its_two_widths() {
        for sign in TWINS.chars() {
            let text = format!("{sign}1280.00");
            assert!(!is_doubtful(&line(&text, sign, 0.5)) && is_doubtful(&line(&text, sign, 0.4)), "{text}");
        }
    }

    #[test]
    fn letters_are_always_read_again() {
        for text in ["HOB63*200", "C930e", "规格A4"] {
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
