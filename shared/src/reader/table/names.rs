//! Marks in names and sizes that small print makes engines misread. Knows nothing of places.

/// A name's category stands between two stars. Small ones are read as dots or quotation marks, and the first one, at
/// the table's edge, is lost.
pub(super) fn starred(name: &str) -> String {
    let like_star = |c: char| matches!(c, '*' | '＊' | '·' | '•' | '.' | '"' | '“' | '”' | '\'' | '´' | '★');
    let rest = name.trim_start_matches(like_star);
    let has_first = rest.len() < name.len();
    let second = rest.find('*').or_else(|| rest.find(like_star).filter(|_| has_first));
    let Some((category, behind)) = second.map(|at| rest.split_at(at)) else { return name.to_owned() };
    let goods = behind.strip_prefix(like_star).unwrap_or(behind);
    // Without the first, one star alone must part two words.
    if has_first || !goods.is_empty() && !goods.contains('*') {
        format!("*{category}*{goods}")
    } else {
        name.to_owned()
    }
}

/// `500m1` is `500ml`: behind a number the unit is never a digit.
pub(super) fn millilitres(text: &str) -> String {
    let marks: Vec<char> = text.chars().collect();
    let is_unit = |i: usize| {
        let before = i >= 2 && marks[i - 1] == 'm' && marks[i - 2].is_ascii_digit();
        marks[i] == '1' && before && marks.get(i + 1).is_none_or(|c| !c.is_ascii_alphanumeric())
    };
    (0..marks.len()).map(|i| if is_unit(i) { 'l' } else { marks[i] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_stands_between_two_stars_however_they_were_read() {
        for (read, name) in [
            ("·印刷品·宣传册", "*印刷品*宣传册"),
            ("*“酒*白酒", "*酒*白酒"),
            ("*人力资源服务·劳务派遣", "*人力资源服务*劳务派遣"),
            ("印刷品*宣传册", "*印刷品*宣传册"),
            ("维生素C片·大瓶", "维生素C片·大瓶"),
        ] {
            assert_eq!(starred(read), name);
        }
    }
}
