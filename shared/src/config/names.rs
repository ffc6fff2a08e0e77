//! The names of all `FAPIAO_` variables, and whether the environment holds one that nobody reads. Knows nothing of values.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::Config;

/// What all names of ours begin with.
const OURS: &str = "FAPIAO_";

/// What the tests read: a developer may have them set while anything else runs.
const OF_TESTS: [&str; 8] = [
    "FAPIAO_CORPUS",
    "FAPIAO_UPDATE",
    "FAPIAO_FUZZ_TARGET",
    "FAPIAO_FUZZ_SECONDS",
    "FAPIAO_FUZZ_INPUTS",
    "FAPIAO_FUZZ_FIRST",
    "FAPIAO_SOAK_OBJECTS",
    "FAPIAO_SOAK_KILLS",
];

/// A sentence for every name of ours that nobody reads.
///
/// These are warnings, not errors: a newer template must be able to start an older function, and what is set for
/// something else on the same machine is no reason to stop.
pub(super) fn strangers(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut known = settings();
    known.extend(OF_TESTS.map(str::to_owned));
    let ours: BTreeSet<String> = names.into_iter().filter(|name| name.starts_with(OURS)).collect();
    ours.difference(&known).map(|name| sentence(name, &known)).collect()
}

/// What [`Config`] reads: all that it asks an environment for that has nothing to say.
fn settings() -> BTreeSet<String> {
    let asked = RefCell::default();
    let lookup = |name: &str| {
        RefCell::<BTreeSet<String>>::borrow_mut(&asked).insert(name.to_owned());
        None
    };
    // Only what is set can be wrong.
    let _ = Config::from_lookup(&lookup);
    asked.into_inner().into_iter().filter(|name| name.starts_with(OURS)).collect()
}

fn sentence(name: &str, known: &BTreeSet<String>) -> String {
    let nearest = known.iter().map(|known| (strsim::levenshtein(name, known), known)).min();
    // A third of a name mistyped is another name.
    let mistyped = nearest.filter(|(distance, known)| distance * 3 < known.len() - OURS.len()).map(|(_, known)| known);
    let lengthened = known.iter().filter(|known| name.starts_with(known.as_str())).max_by_key(|known| known.len());
    match mistyped.or(lengthened) {
        Some(known) => format!("{name} is set, but nothing reads it: is {known} meant?"),
        None => format!("{name} is set, but nothing reads it: README.md lists what there is"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> BTreeSet<String> {
        settings().into_iter().chain(OF_TESTS.map(str::to_owned)).collect()
    }

    /// Every name of ours in a text.
    fn named(text: &str) -> BTreeSet<&str> {
        let parts = text.split(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'));
        parts.filter(|part| part.starts_with("FAPIAO_") && part.len() > "FAPIAO_".len()).collect()
    }

    #[test]
    fn the_readme_names_every_variable_and_no_other() {
        assert_eq!(named(include_str!("../../../README.md")), known().iter().map(String::as_str).collect());
    }

    #[test]
    fn whatever_sets_a_variable_sets_one_that_is_read() {
        for text in [include_str!("../../../template.yaml"), include_str!("../../../tests/events/env.json")] {
            let unread: Vec<_> = named(text).into_iter().filter(|name| !settings().contains(*name)).collect();
            assert_eq!(unread, Vec::<&str>::new());
        }
    }

    #[test]
    fn an_environment_that_says_nothing_is_asked_for_everything() {
        assert!(Config::from_lookup(&|_| None).is_ok());
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
            ("FAPIAO_LANGUAGE", "FAPIAO_LANG"),
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
        let others = ["PATH", "AWS_REGION", "MY_FAPIAO_BUYER"].map(str::to_owned);
        assert_eq!(strangers(known().into_iter().chain(others)), Vec::<String>::new());
    }
}
