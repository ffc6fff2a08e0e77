//! How prints are compared and parsed. Knows nothing of what they say.

use unicode_normalization::UnicodeNormalization;

/// A print without its typography: full-width forms are half-width (NFKC), and spaces do not count.
pub fn plain(print: &str) -> String {
    // Numbers, mostly, and nothing in them has another form.
    if print.is_ascii() {
        return print.chars().filter(|c| !c.is_whitespace()).collect();
    }
    print.nfkc().filter(|c| !c.is_whitespace()).collect()
}

/// Brackets and dashes that look alike as one of them.
pub fn unified(c: char) -> char {
    match c {
        '[' | '【' | '〔' => '(',
        ']' | '】' | '〕' => ')',
        '—' | '–' | '―' | '−' => '-',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_and_spaces_do_not_count() {
        for (print, expected) in [
            (" 1 2\t3\n\u{b}", "123"),
            ("１２３", "123"),
            ("（某）\u{3000}公司", "(某)公司"),
            ("￥１，０", "¥1,0"),
            ("", ""),
        ] {
            assert_eq!(plain(print), expected, "{print:?}");
        }
    }
}
