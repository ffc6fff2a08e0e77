//! The order of files' names as people read them: a number by its value, and a file before its copies.
//! Knows nothing of files.

/// What names are sorted by.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key<'n> {
    /// Each folder, then the file: its name without the end, and the end.
    steps: Vec<(Vec<Piece<'n>>, &'n str)>,
    /// What tells `1` from `01`.
    name: &'n str,
}

/// A run of digits, or what is between two.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Piece<'n> {
    /// How many digits it has without leading zeros, and which: any number fits.
    Number(usize, &'n str),
    Text(&'n str),
}

/// So that `a.pdf` comes before `a(1).pdf` and `a 2.pdf`, and that before `a 10.pdf`.
pub(super) fn key(name: &str) -> Key<'_> {
    let steps = name.split('/').map(|step| {
        let (stem, end) = step.rsplit_once('.').unwrap_or((step, ""));
        (pieces(stem), end)
    });
    Key { steps: steps.collect(), name }
}

fn pieces(mut text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    while let Some(first) = text.bytes().next() {
        let is_number = first.is_ascii_digit();
        let end = text.bytes().position(|byte| byte.is_ascii_digit() != is_number).unwrap_or(text.len());
        let (run, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        let digits = run.trim_start_matches('0');
        pieces.push(if is_number { Piece::Number(digits.len(), digits) } else { Piece::Text(run) });
        text = rest;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_comes_before_its_copies_and_two_before_ten() {
        let in_order = [
            "1.jpg",
            "2.jpg",
            "10.jpg",
            "99999999999999999999999.jpg",
            "a.ofd",
            "a.pdf",
            "a 2.pdf",
            "a 10.pdf",
            "a - 副本.pdf",
            "a(1)/1.pdf",
            "a(1).pdf",
            "b/2.pdf",
            "b/10.pdf",
            "b01.pdf",
            "b1.pdf",
            "发票.pdf",
            "发票(1).pdf",
        ];
        let mut sorted = in_order;
        sorted.reverse();
        sorted.sort_by_key(|name| key(name));
        assert_eq!(sorted, in_order);
        assert_eq!(key(""), key(""));
    }
}
