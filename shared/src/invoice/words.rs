//! 大写: amounts in Chinese words, parsed to numbers and written from them. Numbers are compared, never strings,
//! because one amount has several legal forms. Knows nothing of where the words stand.
//! Source: 正确填写票据和结算凭证的基本规定 (People's Bank of China), and forms seen in the wild.

use rust_decimal::Decimal;

use super::{Money, plain};

/// Reads an amount in words: `壹拾万柒仟元零伍角叁分`, `（负数）伍佰圆整`, prefixes and marks allowed.
/// `None` when a character is none of the words' or the units are out of order.
pub fn parse(words: &str) -> Option<Money> {
    let folded = plain(words);
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

/// The largest amount that is written: below 万亿.
const MAX_CENTS: u64 = 99_999_999_999_999;

/// What stands before a negative amount.
const NEGATIVE: &str = "(负数)";

/// Writes an amount in the longest of its legal forms: with every zero that the law leaves open (壹拾万零柒仟), and with
/// 整 behind 角 too. None when it has fractions of a cent or no invoice could carry it.
pub fn write(amount: Money) -> Option<String> {
    let cents = amount.0.checked_mul(Decimal::ONE_HUNDRED)?.normalize();
    let all = u64::try_from(cents.abs()).ok().filter(|all| cents.scale() == 0 && *all <= MAX_CENTS)?;
    let sign = if cents.is_sign_negative() { NEGATIVE } else { "" };
    let (yuan, jiao, fen) = (all / 100, all / 10 % 10, all % 10);
    let mut text = sign.to_owned();
    if yuan > 0 || all == 0 {
        text.push_str(&write_integer(yuan));
        text.push('元');
    }
    match (jiao, fen) {
        (0, 0) => text.push('整'),
        (0, fen) => {
            text.push_str(if yuan > 0 { "零" } else { "" });
            text.extend([DIGITS[fen as usize], '分']);
        }
        (jiao, fen) => {
            text.push_str(if yuan > 0 && yuan % 10 == 0 { "零" } else { "" });
            text.extend([DIGITS[jiao as usize], '角']);
            match fen {
                0 => text.push('整'),
                fen => text.extend([DIGITS[fen as usize], '分']),
            }
        }
    }
    Some(text)
}

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];

fn write_integer(number: u64) -> String {
    let digits: Vec<usize> = number.to_string().bytes().map(|b| usize::from(b - b'0')).collect();
    let mut text = String::new();
    let (mut zero, mut section_spoken) = (false, false);
    for (i, digit) in digits.iter().enumerate() {
        let place = digits.len() - 1 - i;
        if *digit == 0 {
            zero = true;
        } else {
            if zero && !text.is_empty() {
                text.push('零');
            }
            text.push(DIGITS[*digit]);
            text.extend([None, Some('拾'), Some('佰'), Some('仟')][place % 4]);
            (zero, section_spoken) = (false, true);
        }
        if place.is_multiple_of(4) && section_spoken {
            text.extend([None, Some('万'), Some('亿')].get(place / 4).copied().flatten());
            section_spoken = false;
        }
    }
    if text.is_empty() { "零".to_owned() } else { text }
}

/// Whether words are their amount's longest form, 圆 and 正 counting as 元 and 整. Shorter forms are as legal, but in
/// them a lost 零 or 整 does not show.
pub fn is_fullest_form(words: &str, amount: Money) -> bool {
    let folded = plain(words);
    let unified = folded.trim_start_matches(['⊗', 'ⓧ', '×', 'x', 'X']).replace(['圆', '圓'], "元").replace('正', "整");
    write(amount).is_some_and(|fullest| fullest == unified || fullest.replacen(NEGATIVE, "负", 1) == unified)
}

/// Every character that words are written with today, in one form each.
const WRITTEN: &str = "零壹贰叁肆伍陆柒捌玖拾佰仟万亿元圆角分整";
/// What stands beside them, and their other forms.
const BESIDE: &str = "人民币⊗ⓧ×xX¥小写负数():-〇一弌二貳弍貮三參叄四五六陸七八九十百千萬億圓正";

/// What words can say of which one character was misread as none of theirs: every way to complete them, with its amount.
/// Empty where no character is foreign, or several are.
pub fn completions(words: &str) -> Vec<(String, Money)> {
    let chars: Vec<char> = plain(words).chars().collect();
    let is_foreign = |c: char| !WRITTEN.contains(c) && !BESIDE.contains(c);
    let mut foreign = (0..chars.len()).filter(|&i| is_foreign(chars[i]));
    let (Some(at), None) = (foreign.next(), foreign.next()) else { return Vec::new() };
    // 元 and 圆 are both legal, so the one that the words have elsewhere decides nothing here: either is one way.
    let with = |c: char| chars.iter().enumerate().map(|(i, own)| if i == at { c } else { *own }).collect::<String>();
    WRITTEN.chars().map(with).filter_map(|text| parse(&text).map(|amount| (text, amount))).collect()
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

/// How each digit is written, from zero.
const FORMS: [&str; 10] =
    ["零〇", "壹一弌", "贰二貳弍貮", "叁三參叄", "肆四", "伍五", "陆六陸", "柒七", "捌八", "玖九"];

fn digit(c: char) -> Option<i64> {
    (0..).zip(FORMS).find_map(|(value, forms)| forms.contains(c).then_some(value))
}

fn small_unit(c: char) -> Option<i64> {
    Some(match c {
        '拾' | '十' => 10,
        '佰' | '百' => 100,
        '仟' | '千' => 1000,
        _ => return None,
    })
}

fn big_unit(c: char) -> Option<i64> {
    match c {
        '万' | '萬' => Some(10_000),
        '亿' | '億' => Some(100_000_000),
        _ => None,
    }
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
            let big = big_unit(c).filter(|big| *big < last_big)?;
            // Nothing before 万 is a word that was lost; a zero alone never is.
            section += pending.take().unwrap_or(0);
            if section == 0 {
                return None;
            }
            total += section * big;
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

    /// Without the zeros that need not be named: the one that ends a section of four digits, and the one before 角.
    fn without_open_zeros(fullest: &str) -> String {
        let chars: Vec<char> = fullest.chars().collect();
        let is_open = |i: usize| chars[i] == '零' && matches!(chars.get(i + 2), Some('仟' | '角'));
        (0..chars.len()).filter(|&i| !is_open(i)).map(|i| chars[i]).collect()
    }

    /// Every combination of what the law leaves open.
    fn forms(fullest: &str) -> Vec<String> {
        let mut forms = Vec::new();
        for (yuan, closing) in [("元", "整"), ("圆", "正"), ("圓", "整"), ("元", "正")] {
            for (closes_jiao, optional_zeros, negative) in
                [(true, true, NEGATIVE), (true, false, "（负数）"), (false, true, "负"), (false, false, "负数")]
            {
                let form = if optional_zeros { fullest.to_owned() } else { without_open_zeros(fullest) };
                let form = if closes_jiao { form } else { form.replace("角整", "角") };
                forms.push(form.replace(NEGATIVE, negative).replace('元', yuan).replace('整', closing));
            }
        }
        forms
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config::with_cases(4000))]

        #[test]
        fn every_amount_comes_back_from_every_form(cents in 1_i64..=999_999_999_999, places in 0_u32..12, negative: bool) {
            // Dividing makes small amounts as likely as large ones, and multiplying back makes runs of zeros.
            for cents in [cents, cents / 10_i64.pow(places), cents / 10_i64.pow(places) * 10_i64.pow(places)] {
                let cents = if negative { -cents } else { cents };
                let amount = Money(Decimal::new(cents, 2));
                for form in forms(&write(amount).unwrap()) {
                    for prefix in ["", "⊗", "ⓧ", "人民币"] {
                        let words = format!("{prefix}{form}");
                        proptest::prop_assert_eq!(parse(&words), Some(amount), "{}", words);
                    }
                }
            }
        }
    }

    #[test]
    fn amounts_are_written_as_the_law_has_it() {
        for (amount, longest, shortest) in [
            ("107000.53", "壹拾万零柒仟元零伍角叁分", "壹拾万柒仟元伍角叁分"),
            ("16409.02", "壹万陆仟肆佰零玖元零贰分", "壹万陆仟肆佰零玖元零贰分"),
            ("10.70", "壹拾元零柒角整", "壹拾元柒角"),
            ("100020000.00", "壹亿零贰万元整", "壹亿零贰万元整"),
            ("1000500.00", "壹佰万零伍佰元整", "壹佰万零伍佰元整"),
            ("-500", "(负数)伍佰元整", "(负数)伍佰元整"),
            ("0.05", "伍分", "伍分"),
            ("0.50", "伍角整", "伍角"),
            ("0.00", "零元整", "零元整"),
        ] {
            let money = amount.parse().unwrap();
            let fullest = write(money).unwrap();
            assert_eq!(fullest, longest, "{amount}");
            assert_eq!(without_open_zeros(&fullest).replace("角整", "角"), shortest, "{amount}");
        }
        for amount in ["0.005", "1000000000000"] {
            assert_eq!(write(amount.parse().unwrap()), None, "{amount}");
        }
    }

    #[test]
    fn only_the_fullest_form_shows_that_no_zero_is_lost() {
        let is = |words: &str, amount: &str| is_fullest_form(words, amount.parse().unwrap());
        assert!(
            is("壹拾万零柒仟圆零伍角叁分", "107000.53") && is("⊗伍佰圓正", "500.00") && is("负伍佰元整", "-500.00")
        );
        for (words, amount) in [("壹拾万柒仟元零伍角叁分", "107000.53"), ("伍佰元", "500.00"), ("伍佰元整", "5.00")]
        {
            assert!(!is(words, amount), "{words}");
        }
    }

    #[test]
    fn one_foreign_character_is_completed_in_every_way_that_makes_words() {
        let amounts = |words: &str| {
            completions(words).iter().map(|(_, amount)| amount.to_string()).collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(
            completions("壹万柒仟玖庙玖拾捌圆整"),
            [("壹万柒仟玖佰玖拾捌圆整".to_owned(), "17998.00".parse().unwrap())]
        );
        assert_eq!(amounts("某佰圆整").len(), 9);
        for words in ["伍佰圆整", "某某圆整", ""] {
            assert!(completions(words).is_empty(), "{words}");
        }
    }

    #[test]
    fn misread_words_are_no_number() {
        for words in
            ["", "伍伍佰元整", "伍佰元整整x", "佰伍拾仟元", "伍佰元捌", "价税合计", "拾佰元整", "整", "万伍仟元整"]
        {
            assert_eq!(parse(words), None, "{words}");
        }
    }
}
