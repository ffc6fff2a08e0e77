//! How long an invocation has left. Knows nothing of what is done in that time.

use std::time::{Duration, SystemTime};

/// The longest that Lambda lets a function run.
pub const LONGEST_LIFE: Duration = Duration::from_secs(15 * 60);

/// The time from `now` to the runtime's deadline, zero once it has passed. None when it cannot be meant: further back
/// than a function can live, as local runtimes say it that keep no clock (they pass zero, or a time-out of minutes).
pub fn time_left(deadline: SystemTime, now: SystemTime) -> Option<Duration> {
    match deadline.duration_since(now) {
        Ok(left) => Some(left),
        Err(passed) => (passed.duration() <= LONGEST_LIFE).then_some(Duration::ZERO),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_that_cannot_be_is_no_deadline() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let (second, minutes) = (Duration::from_secs(1), Duration::from_secs(600));
        for (deadline, left) in [
            (now + minutes, Some(minutes)),
            (now, Some(Duration::ZERO)),
            (now - second, Some(Duration::ZERO)),
            (now - LONGEST_LIFE, Some(Duration::ZERO)),
            (now - LONGEST_LIFE - second, None),
            (SystemTime::UNIX_EPOCH + minutes, None),
            (SystemTime::UNIX_EPOCH, None),
        ] {
            assert_eq!(time_left(deadline, now), left, "{deadline:?}");
        }
    }
}
