//! The names of all `FAPIAO_` variables, and whether the environment holds one that nobody reads. Knows nothing of values.

/// What [`super::Config`] reads.
const SETTINGS: [&str; 20] = [
    "FAPIAO_PROVIDERS",
    "FAPIAO_PROVIDER_SECRET_ARN",
    "FAPIAO_TEXTIN_APP_ID",
    "FAPIAO_TEXTIN_SECRET_CODE",
    "FAPIAO_TEXTIN_ENDPOINT",
    "FAPIAO_VOLCENGINE_ACCESS_KEY",
    "FAPIAO_VOLCENGINE_SECRET_KEY",
    "FAPIAO_VOLCENGINE_SESSION_TOKEN",
    "FAPIAO_VOLCENGINE_ENDPOINT",
    "FAPIAO_INPUT_BUCKET",
    "FAPIAO_OUTPUT_BUCKET",
    "FAPIAO_API_SECRET_ARN",
    "FAPIAO_API_KEY",
    "FAPIAO_MODELS",
    "FAPIAO_BUYERS",
    "FAPIAO_MAX_BYTES",
    "FAPIAO_MAX_SIDE",
    "FAPIAO_MAX_PIXELS",
    "FAPIAO_MAX_PAGES",
    "FAPIAO_JOBS",
];

/// What the tests read: a developer may have them set while anything else runs.
const OF_TESTS: [&str; 6] = [
    "FAPIAO_CORPUS",
    "FAPIAO_UPDATE",
    "FAPIAO_FUZZ_TARGET",
    "FAPIAO_FUZZ_SECONDS",
    "FAPIAO_FUZZ_INPUTS",
    "FAPIAO_FUZZ_FIRST",
];

/// A sentence for every name of ours that nobody reads.
///
/// These are warnings, not errors: a newer template must be able to start an older function, and what is set for
/// something else on the same machine is no reason to stop.
pub(super) fn strangers(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let ours = names.into_iter().filter(|name| name.starts_with("FAPIAO_"));
    let mut strangers: Vec<String> = ours.filter(|name| !known().any(|known| known == name)).collect();
    strangers.sort();
    strangers.into_iter().map(|name| sentence(&name)).collect()
}

fn known() -> impl Iterator<Item = &'static str> {
    SETTINGS.into_iter().chain(OF_TESTS)
}

fn sentence(name: &str) -> String {
    let nearest = known().map(|known| (distance(name, known), known)).min();
    // A third of a name mistyped is another name.
    match nearest.filter(|(distance, known)| distance * 3 < known.len() - "FAPIAO_".len()) {
        Some((_, known)) => format!("{name} is set, but nothing reads it: is {known} meant?"),
        None => format!("{name} is set, but nothing reads it: README.md lists what there is"),
    }
}

/// How many letters must be put in, taken out or changed (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, to) in b.bytes().enumerate() {
            let changed = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::Config;

    /// Every name of ours in a text.
    fn named(text: &str) -> BTreeSet<&str> {
        let parts = text.split(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'));
        parts.filter(|part| part.starts_with("FAPIAO_") && part.len() > "FAPIAO_".len()).collect()
    }

    #[test]
    fn the_readme_names_every_variable_and_no_other() {
        assert_eq!(named(include_str!("../../../README.md")), known().collect());
    }

    #[test]
    fn whatever_sets_a_variable_sets_one_that_is_read() {
        for text in [include_str!("../../../template.yaml"), include_str!("../../../tests/events/env.json")] {
            let unread: Vec<_> = named(text).into_iter().filter(|name| !SETTINGS.contains(name)).collect();
            assert_eq!(unread, Vec::<&str>::new());
        }
    }

    #[test]
    fn the_settings_are_those_that_are_looked_up() {
        let asked = RefCell::new(BTreeSet::new());
        let lookup = |name: &str| {
            asked.borrow_mut().insert(name.to_owned());
            None
        };
        Config::from_lookup(&lookup).unwrap();
        let asked = asked.into_inner();
        let ours: BTreeSet<&str> =
            asked.iter().map(String::as_str).filter(|name| name.starts_with("FAPIAO_")).collect();
        assert_eq!(ours, SETTINGS.into_iter().collect());
    }

    #[test]
    fn a_mistyped_name_is_told_with_the_nearest_there_is() {
        for (name, told) in [
            ("FAPIAO_BUYER", "FAPIAO_BUYERS"),
            ("FAPIAO_MODEL", "FAPIAO_MODELS"),
            ("FAPIAO_MAXBYTES", "FAPIAO_MAX_BYTES"),
            ("FAPIAO_PROVIDER", "FAPIAO_PROVIDERS"),
            ("FAPIAO_TEXTIN_APPID", "FAPIAO_TEXTIN_APP_ID"),
            ("FAPIAO_VOLCENGINE_ACCESSKEY", "FAPIAO_VOLCENGINE_ACCESS_KEY"),
            ("FAPIAO_WEATHER", "README.md"),
            ("FAPIAO_", "README.md"),
        ] {
            let sentences = strangers([name.to_owned()]);
            assert!(
                sentences.len() == 1 && sentences[0].contains(name) && sentences[0].contains(told),
                "{sentences:?}"
            );
        }
    }

    #[test]
    fn known_names_and_those_of_others_are_nobodys_business() {
        let names = known().chain(["PATH", "AWS_REGION", "MY_FAPIAO_BUYER"]);
        assert_eq!(strangers(names.map(str::to_owned)), Vec::<String>::new());
    }
}
