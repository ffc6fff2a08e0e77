//! Why a worker died, told by how it ended and by its last words: what that says of the document. Knows nothing of pipes.

use std::process::ExitStatus;

use super::Settings;
use crate::error::{Error, ErrorKind};
use crate::sentence::{Sentence, fault};

/// What an allocation that fails says before it ends the process.
const NO_MEMORY: &str = "memory allocation of";
/// What the standard library says of a recursion without an end.
const NO_STACK: &str = "overflowed its stack";
/// The signals for a limit on processor time, and for a process that ends itself.
const SIGXCPU: i32 = 24;
const SIGABRT: i32 = 6;

/// How a worker ended while it had something to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Death {
    /// The document asked for more than one may have; of what.
    OfDocument(Sentence),
    /// Whatever it was, it need not be the document's doing.
    Otherwise(String),
}

impl Death {
    /// By how it ended, and the last lines that it said.
    pub(super) fn of(status: Option<ExitStatus>, last_words: &str, settings: &Settings) -> Self {
        let signal = status.and_then(signal);
        let ended = status.map_or_else(|| "it did not end by itself".to_owned(), |status| status.to_string());
        if signal == Some(SIGXCPU) {
            let seconds = settings.cpu.as_secs();
            return Self::OfDocument(fault::too_much_processor_time(seconds));
        }
        if signal == Some(SIGABRT) && last_words.contains(NO_MEMORY) {
            let megabytes = settings.memory >> 20;
            return Self::OfDocument(fault::too_much_memory(megabytes));
        }
        if signal == Some(SIGABRT) && last_words.contains(NO_STACK) {
            return Self::OfDocument(fault::too_many_levels());
        }
        Self::Otherwise(ended)
    }
}

/// What the sender of a document is told that has asked for too much.
pub(super) fn too_complex(of_what: Sentence) -> Error {
    Error::new(ErrorKind::TooComplex, of_what)
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;
    use crate::sentence::Lang;

    #[test]
    fn a_death_by_a_limit_is_the_documents_and_any_other_is_not() {
        let settings = Settings::default();
        let of = |signal: i32, words: &str| Death::of(Some(ExitStatus::from_raw(signal)), words, &settings);
        let says = |death: Death, what: &str| matches!(death, Death::OfDocument(words) if words.say(Lang::En).unwrap().contains(what));
        assert!(says(of(SIGXCPU, ""), "processor time"));
        assert!(says(of(SIGABRT, "memory allocation of 77 bytes failed"), "memory"));
        assert!(says(of(SIGABRT, "thread 'main' has overflowed its stack"), "levels"));
        for (signal, words) in [(9, ""), (11, ""), (SIGABRT, "double free"), (9, "memory allocation of 1 bytes failed")]
        {
            assert!(matches!(of(signal, words), Death::Otherwise(_)), "{signal} {words}");
        }
        assert!(matches!(Death::of(None, "", &settings), Death::Otherwise(_)));
    }
}
