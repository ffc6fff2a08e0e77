//! What happened to an object, where its Report stands, and which of two events is the newer one. Knows nothing of
//! stores and of reading.

use std::cmp::Ordering;
use std::time::Instant;

use sha2::{Digest, Sha256};

use crate::error::{Error, ErrorKind};
use crate::sentence::fault;

/// Ours in the output bucket: no file of anybody's may have its Report among it.
pub(super) const OURS: &str = ".fapiao/";
/// The Reports of files whose own place is not to be had.
const REFUSED: &str = ".fapiao/refused/";
const SUFFIX: &str = ".json";
/// What S3 takes, in bytes.
const MAX_KEY_BYTES: usize = 1024;

/// Someone created, replaced or deleted an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectEvent {
    /// What happened.
    pub change: Change,
    /// Its bucket.
    pub bucket: String,
    /// Its key, decoded.
    pub key: String,
    /// Bytes, where the event says so.
    pub size: Option<u64>,
    /// Orders the events of one key: hexadecimal, of varying length.
    pub sequencer: Option<String>,
    /// What whoever has it read again asks for.
    pub again: Again,
}

/// How a document is to be read again. S3's own events ask for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Again {
    /// By this provider alone.
    pub provider: Option<String>,
    /// Also where its Report is of another engine than this one.
    pub engine: Option<String>,
}

impl Again {
    /// Whether the Report of an engine does not count.
    pub(super) fn passes_over(&self, engine: Option<&str>) -> bool {
        // What did its arithmetic is of no account.
        let engine = engine.and_then(|engine| engine.split(" on ").next());
        self.engine.as_deref().is_some_and(|wanted| engine != Some(wanted))
    }
}

/// What happened to an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Change {
    /// There is a new version of it.
    #[default]
    Created,
    /// It, or an older version of it, was deleted.
    Removed,
}

/// One try at settling an event.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    /// When an answer is of no use any more.
    pub deadline: Instant,
    /// Whether nobody will try again when this one fails.
    pub is_last: bool,
}

/// How an event ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// A new Report stands in the output bucket: its status, and its error's code.
    Written(String, Option<String>),
    /// The object has its Report already; nothing was read or nothing was kept.
    AlreadyAnswered,
    /// A newer event has been answered already, or is about to be; nothing was read or nothing was kept.
    Superseded,
    /// The object was deleted, and its Report says so, if it has one.
    Gone,
    /// The time was up before all of a long file was read, and what was read by then is remembered: the same event again
    /// goes on from there.
    Unfinished,
}

/// The key of an object's Report.
pub fn report_key(key: &str) -> String {
    match refusal(key) {
        None => format!("{key}{SUFFIX}"),
        Some(_) => format!("{REFUSED}{}{SUFFIX}", hex::encode(Sha256::digest(key))),
    }
}

/// Why an object with this key is not read: its Report could not stand beside the others.
pub(super) fn refusal(key: &str) -> Option<Error> {
    let message = if key.starts_with(OURS) {
        fault::key_is_ours(OURS)
    } else if key.len() + SUFFIX.len() > MAX_KEY_BYTES {
        fault::key_too_long(key.len(), SUFFIX, MAX_KEY_BYTES)
    } else {
        return None;
    };
    Some(Error::new(ErrorKind::UnusableKey, message))
}

/// How an event stands to what was settled last: none where one of them has no sequencer, so that nothing can be told.
/// Sequencers are hexadecimal numbers of varying length.
pub(super) fn order(event: Option<&str>, settled: Option<&str>) -> Option<Ordering> {
    let (event, settled) = (event?, settled?);
    let width = event.len().max(settled.len());
    let padded = |sequencer: &str| format!("{sequencer:0>width$}").to_ascii_uppercase();
    Some(padded(event).cmp(&padded(settled)))
}

/// The newer of two sequencers, where there is one.
pub(super) fn newest<'a>(event: Option<&'a str>, settled: Option<&'a str>) -> Option<&'a str> {
    match order(event, settled) {
        Some(Ordering::Less) => settled,
        Some(_) => event,
        None => event.or(settled),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequencers_are_compared_as_numbers_of_varying_length() {
        struct Case(Option<&'static str>, Option<&'static str>, Option<Ordering>);
        for Case(event, settled, expected) in [
            Case(Some("0A"), Some("0B"), Some(Ordering::Less)),
            Case(Some("100"), Some("FF"), Some(Ordering::Greater)),
            Case(Some("0FF"), Some("FF"), Some(Ordering::Equal)),
            Case(Some("ff"), Some("FF"), Some(Ordering::Equal)),
            Case(None, Some("FF"), None),
            Case(Some("FF"), None, None),
        ] {
            assert_eq!(order(event, settled), expected, "{event:?} {settled:?}");
        }
        assert_eq!(newest(Some("FF"), Some("100")), Some("100"));
        assert_eq!((newest(None, Some("1")), newest(Some("1"), None)), (Some("1"), Some("1")));
    }

    #[test]
    fn a_key_that_leaves_no_room_for_its_report_has_one_elsewhere() {
        let (longest, longer) = ("a".repeat(1019), "发".repeat(340));
        assert_eq!((report_key("a/b.jpg"), report_key(&longest).len()), ("a/b.jpg.json".to_owned(), 1024));
        assert_eq!(longer.len(), 1020);
        for key in [longer.as_str(), ".fapiao/identities/1", ".fapiao/"] {
            let report = report_key(key);
            assert!(report.starts_with(REFUSED) && report.len() < 100, "{report}");
            assert!(refusal(key).is_some_and(|error| error.is_caller_fault()));
        }
        assert!(refusal(".fapiao.jpg").is_none() && refusal(&longest).is_none());
    }
}
