//! What stands under a page's name: somebody who asks, an answer, or what went wrong in a way that must not be tried again
//! and again. Knows nothing of stores, nor of what an answer says.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};
use crate::provider::Told;
use crate::sentence::{fault, next};

/// What a claim is longer than its holder can live: its last moments, and the difference between two clocks.
const SLACK: Duration = Duration::from_secs(60);
/// How long a call whose end is not known stands in the way of the next: longer than a message needs for all its receives,
/// and short enough for somebody who sends the file again the day after.
const UNSETTLED_FOR: Duration = Duration::from_secs(2 * 3600);
/// An answer that this release does not understand may be one to the next.
const RELEASE: &str = env!("CARGO_PKG_VERSION");

/// All that is known of one page at one provider.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Entry {
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<Claim>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<Answered>,
    /// The last call whose end is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    unsettled: Option<Note>,
    /// The last time that the vendor refused us: credentials, quota.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<Note>,
}

/// Somebody is asking.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Claim {
    /// Makes every holder's object, and so its etag, different; and tells its own holder that a lost reply meant yes.
    holder: String,
    /// Nobody's function lives longer.
    until: Timestamp,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Answered {
    at: Timestamp,
    /// Of this crate.
    release: String,
    told: Told,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Note {
    at: Timestamp,
    error: Error,
    /// The message that it happened to.
    message: Option<String>,
}

/// What an entry means to whoever comes.
#[derive(Debug)]
pub(super) enum Standing {
    /// Ask, when the claim is written.
    Free,
    /// The claim is ours.
    Ours,
    /// Somebody else asks, for this much longer at most.
    Busy(Duration),
    /// Here is the answer.
    Told(Told),
    /// Asking again must not be; why.
    Noted(Error),
}

impl Entry {
    /// Somebody asks who lives until `deadline`; what was known before stays known.
    pub(super) fn claim(holder: &str, deadline: Instant, before: Option<&Self>) -> Self {
        let time = deadline.saturating_duration_since(Instant::now()) + SLACK;
        let until = Timestamp::now().saturating_add(time).unwrap_or(Timestamp::MAX);
        let claim = Some(Claim { holder: holder.to_owned(), until });
        Self { claim, answer: None, ..before.cloned().unwrap_or_default() }
    }

    /// An answer.
    pub(super) fn of_told(told: Told, at: Timestamp) -> Self {
        let answer = Some(Answered { at, release: RELEASE.to_owned(), told });
        Self { answer, ..Self::default() }
    }

    /// A call without an answer, made for that message; nothing is noted of one that is known not to have been served and
    /// may heal by itself.
    pub(super) fn of_error(error: &Error, message: Option<&str>, at: Timestamp) -> Self {
        let note = || Some(Note { at, error: error.clone(), message: message.map(str::to_owned) });
        let unsettled = if error.is_end_unknown() { note() } else { None };
        let refused = if is_refusal(error) { note() } else { None };
        Self { unsettled, refused, ..Self::default() }
    }

    /// The answer, if there is one.
    pub(super) fn told(&self) -> Option<&Told> {
        self.answer.as_ref().map(|answer| &answer.told)
    }

    /// What it means to `holder`, who works on `message`. `is_unknown` says of an answer that nobody here understands it.
    pub(super) fn standing(
        &self,
        holder: &str,
        message: Option<&str>,
        now: Timestamp,
        is_unknown: impl Fn(&Told) -> bool,
    ) -> Standing {
        if let Some(answer) = &self.answer {
            let is_of_another_release = answer.release != RELEASE;
            return if is_of_another_release && is_unknown(&answer.told) {
                Standing::Free
            } else {
                Standing::Told(answer.told.clone())
            };
        }
        if let Some(claim) = &self.claim {
            if claim.holder == holder {
                return Standing::Ours;
            }
            if claim.until > now {
                let left = Duration::try_from(claim.until.duration_since(now));
                return Standing::Busy(left.unwrap_or(SLACK));
            }
        }
        match self.unsettled(now).or_else(|| self.refused(message)) {
            Some(error) => Standing::Noted(error),
            None => Standing::Free,
        }
    }

    /// The last call whose end is not known, as long as it stands in the way: one that was noted, or that of a holder who
    /// has died.
    fn unsettled(&self, now: Timestamp) -> Option<Error> {
        let noted = self.unsettled.as_ref().map(|note| (note.at, note.error.clone()));
        let died = self.claim.as_ref().map(|claim| (claim.until, of_the_dead()));
        let (at, error) = [noted, died].into_iter().flatten().max_by_key(|(at, _)| *at)?;
        let until = at.saturating_add(UNSETTLED_FOR).unwrap_or(Timestamp::MAX);
        (now < until).then(|| {
            let message = fault::maybe_charged(error.sentence(), format!("{until:.0}"));
            Error::new(error.kind(), message).with_hint(next::send_after_that())
        })
    }

    /// A refusal is heeded by the message that it happened to: it would meet the same account. Another one, such as the same
    /// file sent again, asks anew.
    fn refused(&self, message: Option<&str>) -> Option<Error> {
        let note = self.refused.as_ref().filter(|note| note.message.is_some() && note.message.as_deref() == message)?;
        Some(note.error.clone())
    }
}

/// Whether the vendor itself has refused us, which only an operator can heal.
fn is_refusal(error: &Error) -> bool {
    let kinds = [ErrorKind::ProviderAuth, ErrorKind::ProviderQuota, ErrorKind::ProviderProtocol];
    error.vendor_code().is_some() && kinds.contains(&error.kind())
}

fn of_the_dead() -> Error {
    Error::new(ErrorKind::ProviderUnavailable, fault::asker_died())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn standing(entry: &Entry, message: Option<&str>, seconds: i64) -> Standing {
        entry.standing("me", message, at(seconds), |_| true)
    }

    fn claimed(holder: &str, until: i64) -> Entry {
        let claim = Some(Claim { holder: holder.to_owned(), until: at(until) });
        Entry { claim, ..Entry::default() }
    }

    #[test]
    fn a_claim_is_waited_for_until_it_ends_and_then_its_call_stands_in_the_way() {
        let entry = claimed("you", 60);
        assert!(matches!(standing(&entry, None, 20), Standing::Busy(left) if left == Duration::from_secs(40)));
        assert!(matches!(standing(&entry, None, 60), Standing::Noted(error) if error.is_retryable()));
        assert!(matches!(standing(&entry, None, 60 + 7_200), Standing::Free));
        assert!(matches!(standing(&claimed("me", 60), None, 20), Standing::Ours));
    }

    #[test]
    fn a_call_whose_end_is_not_known_is_heeded_by_everybody_for_two_hours() {
        let error = Error::new(ErrorKind::ProviderTimeout, "no answer").with_end_unknown();
        let entry = Entry::of_error(&error, Some("m"), at(0));
        for message in [Some("m"), Some("n"), None] {
            let Standing::Noted(error) = standing(&entry, message, 7_199) else { panic!("{message:?}") };
            assert!(error.message().contains("may have been charged"), "{error}");
            assert!(matches!(standing(&entry, message, 7_200), Standing::Free));
        }
    }

    #[test]
    fn a_refusal_is_heeded_by_its_own_message_alone() {
        let error = Error::new(ErrorKind::ProviderQuota, "no balance").with_vendor_code("40003");
        let entry = Entry::of_error(&error, Some("m"), at(0));
        assert!(matches!(standing(&entry, Some("m"), 90_000), Standing::Noted(_)));
        assert!(matches!(standing(&entry, Some("n"), 1), Standing::Free));
        let nobodys = Entry::of_error(&error, None, at(0));
        assert!(matches!(standing(&nobodys, None, 1), Standing::Free));
    }

    #[test]
    fn what_heals_by_itself_and_what_we_lack_ourselves_leave_nothing() {
        let throttled = Error::new(ErrorKind::ProviderThrottled, "slow down").with_vendor_code("429");
        let no_keys = Error::new(ErrorKind::ProviderAuth, "there are no credentials");
        for error in [throttled, no_keys] {
            assert!(matches!(standing(&Entry::of_error(&error, Some("m"), at(0)), Some("m"), 1), Standing::Free));
        }
    }

    #[test]
    fn an_answer_that_nobody_understands_is_asked_for_again_by_another_release_alone() {
        let mut entry = Entry::of_told(Told::Read(Box::default()), at(0));
        assert!(matches!(standing(&entry, None, 1), Standing::Told(_)));
        entry.answer.as_mut().unwrap().release = "0.0.1".to_owned();
        assert!(matches!(standing(&entry, None, 1), Standing::Free));
        assert!(matches!(entry.standing("me", None, at(1), |_| false), Standing::Told(_)));
    }

    #[test]
    fn a_claim_keeps_what_was_known_before() {
        let error = Error::new(ErrorKind::ProviderTimeout, "no answer").with_end_unknown();
        let before = Entry::of_error(&error, None, at(0));
        let claim = Entry::claim("me", Instant::now(), Some(&before));
        assert!(claim.unsettled.is_some() && claim.claim.is_some());
    }
}
