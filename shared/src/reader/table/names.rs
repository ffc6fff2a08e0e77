//! Marks in names and sizes that small print makes engines misread. Knows nothing of places.

use crate::invoice::Item;

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

/// Either all names of an invoice have a category or none: where the others have one, a dot alone parts it too.
pub(super) fn star_like_the_others(items: &mut [Item]) {
    let has_star = |item: &&mut Item| item.name.as_deref().is_some_and(|name| name.starts_with('*'));
    let (with, without): (Vec<_>, Vec<_>) = items.iter_mut().filter(|item| item.name.is_some()).partition(has_star);
    if with.len() < 2 * without.len().max(1) {
        return;
    }
    for item in without {
        let Some(name) = item.name.as_deref() else { continue };
        let starred = starred(&format!("*{name}"));
        if starred.matches('*').count() == 2 {
            item.name = Some(starred);
        }
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

/// The strengths of cement (GB 175).
const STRENGTHS: [&str; 4] = ["32.5", "42.5", "52.5", "62.5"];

/// `P.042.5` is `P.O42.5`: in the grade of a cement the kind stands before the strength, and no kind is a zero.
fn cement_grade(text: &str) -> String {
    let is_point = |c: char| matches!(c, '.' | '·' | '•');
    let rest =
        text.strip_prefix('P').and_then(|rest| rest.strip_prefix(is_point)).and_then(|rest| rest.strip_prefix('0'));
    match rest.filter(|rest| STRENGTHS.iter().any(|strength| rest.starts_with(strength))) {
        Some(strength) => format!("{}O{strength}", text.strip_suffix(&format!("0{strength}")).unwrap_or("P.")),
        None => text.to_owned(),
    }
}

/// A size or grade with the characters that can stand there.
pub(super) fn size(text: &str) -> String {
    cement_grade(&millilitres(text))
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

    #[test]
    fn the_kind_of_a_cement_is_a_letter() {
        for (read, grade) in [
            ("P.042.5", "P.O42.5"),
            ("P·052.5R", "P·O52.5R"),
            ("P.O42.5", "P.O42.5"),
            ("P.05", "P.05"),
            ("P0.42", "P0.42"),
        ] {
            assert_eq!(size(read), grade);
        }
    }

    #[test]
    fn a_name_without_its_stars_is_parted_as_the_others_are() {
        let item = |name: &str| Item { name: Some(name.to_owned()), ..Item::default() };
        let mut items = [item("*设计服务*设计费"), item("*鉴证咨询服务*审计费"), item("广告服务·广告发布费")];
        star_like_the_others(&mut items);
        assert_eq!(items[2].name.as_deref(), Some("*广告服务*广告发布费"));
        let mut alone = [item("维生素C片·大瓶"), item("*药品*维生素")];
        star_like_the_others(&mut alone);
        assert_eq!(alone[0].name.as_deref(), Some("维生素C片·大瓶"));
    }
}
