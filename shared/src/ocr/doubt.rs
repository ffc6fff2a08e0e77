//! Which lines the quick recogniser may have got wrong, told from its answer alone. All of that policy stands here; it was
//! chosen on labelled pages, where no value was lost by it. Knows nothing of invoices.

use super::recognise::ReadLine;

/// A character that is less sure than this may be another.
const SURE: f32 = 0.95;
/// A Chinese one has more neighbours that look like it: the quick recogniser takes rare characters for common ones.
const SURE_CHINESE: f32 = 0.97;
/// A cipher is longer than this...
const CIPHER_LENGTH: usize = 15;
/// ...and of so many characters at least one is a sign.
const CIPHER_SIGNS: usize = 8;

/// Whether a line is worth a second, thorough reading.
pub(crate) fn is_doubtful(line: &ReadLine) -> bool {
    let unsure = |(c, glyph): (char, &super::Glyph)| glyph.confidence < if is_chinese(c) { SURE_CHINESE } else { SURE };
    !is_cipher(&line.text) && line.text.chars().zip(&line.glyphs).any(unsure)
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
        let (name, code) = ("合肥市昊天商贸有限公司", "91340100MA2N0XH73T");
        assert!(!is_doubtful(&line(name, '昊', 0.98)) && is_doubtful(&line(name, '昊', 0.96)));
        assert!(!is_doubtful(&line(code, 'X', 0.96)) && is_doubtful(&line(code, 'X', 0.94)));
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
