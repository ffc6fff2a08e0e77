//! Waiting for somebody else's call: several events want the same page of the same vendor. Knows nothing of pages.

use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind, Result};
use crate::sentence::{fault, next};

/// The first pause before looking again; doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause.
const MAX_PAUSE: Duration = Duration::from_secs(2);

/// One event's place among those that want the same page.
#[derive(Debug)]
pub(super) struct Wait {
    give_up_at: Instant,
    pause: Duration,
}

impl Wait {
    /// Half of the time may go into waiting: a right that comes later leaves too little for the vendor.
    pub(super) fn new(deadline: Instant) -> Self {
        let now = Instant::now();
        Self { give_up_at: now + deadline.saturating_duration_since(now) / 2, pause: FIRST_PAUSE }
    }

    /// Waits a moment, no longer than what is waited for can last.
    ///
    /// # Errors
    /// `deadline` when the wait is over.
    pub(super) async fn pause(&mut self, at_most: Duration) -> Result<()> {
        if Instant::now() >= self.give_up_at {
            return Err(Error::new(ErrorKind::Deadline, fault::worked_on_elsewhere()).with_hint(next::comes_again()));
        }
        // A moment longer, because clocks are read in whole ticks.
        let pause = at_most.min(self.pause) + Duration::from_millis(1);
        tokio::time::sleep_until((Instant::now() + pause).min(self.give_up_at).into()).await;
        self.pause = (self.pause * 2).min(MAX_PAUSE);
        Ok(())
    }
}
