//! `DeltaX` and `DeltaY`: how far each character stands from the one before it.
//! Knows nothing of characters.

/// The distances of a list like `1.5 g 3 3.175`, where `g` repeats: at most `count` of them, in millimetres.
/// A shorter list goes on with its last distance. None when the list is empty or broken.
pub fn parse(list: &str, count: usize) -> Option<Vec<f32>> {
    let mut distances: Vec<f32> = Vec::new();
    let mut words = list.split([' ', '\t', '\n', '\r', ',']).filter(|w| !w.is_empty());
    while let Some(word) = words.next() {
        if distances.len() >= count {
            break;
        }
        if word.eq_ignore_ascii_case("g") {
            let times: usize = words.next()?.parse().ok()?;
            let distance = number(words.next()?)?;
            distances.extend(std::iter::repeat_n(distance, times.min(count - distances.len())));
        } else {
            distances.push(number(word)?);
        }
    }
    let last = *distances.last()?;
    distances.resize(count, last);
    Some(distances)
}

/// A number that a page can hold.
pub fn number(text: &str) -> Option<f32> {
    text.trim().parse::<f32>().ok().filter(|n| n.is_finite() && n.abs() < 1.0e6)
}

/// Numbers parted by spaces.
pub fn numbers<const N: usize>(text: &str) -> Option<[f32; N]> {
    let mut words = text.split([' ', '\t', '\n', '\r', ',']).filter(|w| !w.is_empty());
    let mut numbers = [0.0; N];
    for slot in &mut numbers {
        *slot = number(words.next()?)?;
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_unrolled_and_the_last_distance_goes_on() {
        assert_eq!(parse("1.5 g 3 3 2", 6), Some(vec![1.5, 3.0, 3.0, 3.0, 2.0, 2.0]));
        assert_eq!(parse("1.59", 3), Some(vec![1.59; 3]));
        assert_eq!(parse("g 2 -4.5", 2), Some(vec![-4.5; 2]));
    }

    #[test]
    fn a_list_that_lies_about_its_length_costs_nothing() {
        assert_eq!(parse("g 4000000000 1", 2), Some(vec![1.0; 2]));
        assert_eq!(parse("1 2 3 4", 2), Some(vec![1.0, 2.0]));
    }

    #[test]
    fn broken_lists_are_none() {
        for list in ["", " ", "g", "g 2", "g x 1", "nan", "inf", "1e30"] {
            assert_eq!(parse(list, 3), None, "{list}");
        }
    }
}
