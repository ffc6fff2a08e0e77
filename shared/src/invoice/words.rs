//! 大写: amounts in Chinese words, parsed to numbers. Numbers are compared, never strings, because one
//! amount has several legal forms. Knows nothing of where the words stand.

use rust_decimal::Decimal;
use unicode_normalization::UnicodeNormalization;

use super::Money;

/// Reads an amount in words: `壹拾万柒仟元零伍角叁分`, `（负数）伍佰圆整`, prefixes and marks allowed.
/// `None` when a character is none of the words' or the units are out of order.
pub fn parse(words: &str) -> Option<Money> {
    let folded: String = words.nfkc().filter(|c| !c.is_whitespace()).collect();
    let (negative, rest) = strip_prefixes(&folded);
    let (yuan, fraction) = match rest.find(['元', '圆', '圓']) {
        Some(at) => {
            let unit = rest[at..].chars().next().map_or(0, char::len_utf8);
            (integer(&rest[..at])?, &rest[at + unit..])
        }
        None => (0, rest),
    };
    let cents = fraction_cents(fraction)?;
    if yuan == 0 && cents == 0 && !rest.starts_with('零') {
        return None;
    }
    let amount = Decimal::new(yuan.checked_mul(100)?.checked_add(cents)?, 2);
    Some(Money(if negative { -amount } else { amount }))
}

/// Drops currency and marks; tells whether the words are negative.
fn strip_prefixes(text: &str) -> (bool, &str) {
    let mut rest = text;
    let mut negative = false;
    loop {
        let before = rest;
        for mark in ["人民币", "⊗", "ⓧ", "×", "x", "X", "¥", "(小写)", ":"] {
            rest = rest.strip_prefix(mark).unwrap_or(rest);
        }
        for sign in ["(负数)", "(负)", "负数", "负", "-"] {
            if let Some(after) = rest.strip_prefix(sign) {
                negative = true;
                rest = after;
            }
        }
        if rest == before {
            return (negative, rest);
        }
    }
}

fn digit(c: char) -> Option<i64> {
    Some(match c {
        '零' | '〇' => 0,
        '壹' | '一' | '弌' => 1,
        '贰' | '二' | '貳' | '弍' | '貮' => 2,
        '叁' | '三' | '參' | '叄' => 3,
        '肆' | '四' => 4,
        '伍' | '五' => 5,
        '陆' | '六' | '陸' => 6,
        '柒' | '七' => 7,
        '捌' | '八' => 8,
        '玖' | '九' => 9,
        _ => return None,
    })
}

fn small_unit(c: char) -> Option<i64> {
    Some(match c {
        '拾' | '十' => 10,
        '佰' | '百' => 100,
        '仟' | '千' => 1000,
        _ => return None,
    })
}

/// The part before 元: sections of up to four digits, joined by 万 and 亿.
fn integer(text: &str) -> Option<i64> {
    let (mut total, mut section, mut pending) = (0_i64, 0_i64, None);
    let (mut last_unit, mut last_big) = (i64::MAX, i64::MAX);
    for c in text.chars() {
        if let Some(value) = digit(c) {
            // Two digits in a row are a misreading; only a zero may stand before another digit.
            if pending.is_some_and(|p| p != 0) {
                return None;
            }
            pending = Some(value);
        } else if let Some(unit) = small_unit(c) {
            if unit >= last_unit {
                return None;
            }
            // 拾 may open the words without its 壹.
            let count = pending.take().unwrap_or(if unit == 10 && section == 0 { 1 } else { 0 });
            if count == 0 {
                return None;
            }
            section += count * unit;
            last_unit = unit;
        } else {
            let big = match c {
                '万' | '萬' => 10_000,
                '亿' | '億' => 100_000_000,
                _ => return None,
            };
            if big >= last_big {
                return None;
            }
            total += (section + pending.take().unwrap_or(0)) * big;
            section = 0;
            last_unit = i64::MAX;
            last_big = big;
        }
    }
    Some(total + section + pending.unwrap_or(0))
}

/// The part after 元, in cents: 角, 分, and a closing 整 or 正.
fn fraction_cents(text: &str) -> Option<i64> {
    let (mut cents, mut pending, mut last_unit) = (0, None, 100);
    for c in text.chars() {
        if let Some(value) = digit(c) {
            if pending.is_some_and(|p| p != 0) {
                return None;
            }
            pending = Some(value);
            continue;
        }
        let unit = match c {
            '角' => 10,
            '分' => 1,
            '整' | '正' => {
                if pending.take().is_some_and(|p| p != 0) {
                    return None;
                }
                continue;
            }
            _ => return None,
        };
        if unit >= last_unit {
            return None;
        }
        cents += pending.take()? * unit;
        last_unit = unit;
    }
    // A digit without its unit is a word that was cut off.
    pending.is_none_or(|p| p == 0).then_some(cents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_seen_in_the_wild_is_read() {
        for (words, amount) in [
            ("伍佰元整", "500.00"),
            ("壹拾万柒仟元零伍角叁分", "107000.53"),
            ("壹拾万零柒仟元伍角叁分", "107000.53"),
            ("壹万陆仟肆佰零玖圆零贰分", "16409.02"),
            ("壹拾圆零柒角整", "10.70"),
            ("壹佰叁拾玖圆伍角", "139.50"),
            ("（负数）伍佰圆整", "-500.00"),
            ("负伍佰圆整", "-500.00"),
            ("人民币⊗貳佰圓正", "200.00"),
            ("ⓧ肆仟捌佰捌拾柒元玖角玖分", "4887.99"),
            ("伍角", "0.50"),
            ("零元整", "0.00"),
            ("壹亿零贰万元整", "100020000.00"),
            ("拾元整", "10.00"),
        ] {
            assert_eq!(parse(words).map(|m| m.to_string()).as_deref(), Some(amount), "{words}");
        }
    }

    #[test]
    fn misread_words_are_no_number() {
        for words in ["", "伍伍佰元整", "伍佰元整整x", "佰伍拾仟元", "伍佰元捌", "价税合计", "拾佰元整", "整"]
        {
            assert_eq!(parse(words), None, "{words}");
        }
    }
}
