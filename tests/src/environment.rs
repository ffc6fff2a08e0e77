//! What a developer tells the tests by environment variables. Knows nothing of what they do with it.

use std::path::PathBuf;

/// A variable's value; unset and empty are the same, as for the functions' own settings.
pub fn set(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The folder of labelled invoices that `FAPIAO_CORPUS` names; says so when it names none and a test has to be skipped.
pub fn corpus() -> Option<PathBuf> {
    let corpus = set("FAPIAO_CORPUS").map(PathBuf::from);
    if corpus.is_none() {
        eprintln!("skipped: FAPIAO_CORPUS does not name a labelled corpus");
    }
    corpus
}
