//! What stands behind `make read`, a folder of files to Reports and a list, and behind `make list`, Reports to a list.
//! Knows nothing of how an invoice is read, nor of what the list's columns are.

pub mod fate;
pub mod folder;
pub mod gather;
pub mod job;
pub mod progress;
pub mod sheet;
pub mod stale;
pub mod watch;
pub mod write;

use fapiao::error::{Error, ErrorKind};
use fapiao::sentence::{Lang, screen};

/// In which language a list speaks: `FAPIAO_LANG`, else English.
///
/// # Errors
/// `internal` for a language that we do not speak.
pub fn language() -> Result<Lang, Error> {
    let wanted = std::env::var("FAPIAO_LANG").unwrap_or_default();
    let parsed = if wanted.is_empty() { Ok(Lang::default()) } else { wanted.parse() };
    parsed.map_err(|text: String| {
        Error::new(ErrorKind::Internal, screen::unknown_language(text)).with_hint(screen::choose_language())
    })
}

/// Why a program could not do its work, and what to do next: in the language that is set, in both where that is not known.
pub fn complaint(program: &str, error: &Error) -> String {
    let langs = language().map_or_else(|_| Lang::ALL.to_vec(), |lang| vec![lang]);
    let said = langs.into_iter().map(|lang| {
        let [what, next] = [error.sentence(), error.hint_sentence()].map(|said| said.say(lang).unwrap_or_default());
        format!("{program}: {what}\n{next}")
    });
    said.collect::<Vec<_>>().join("\n")
}
