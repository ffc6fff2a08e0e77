//! Whose turn it is when several events speak of one object that costs money to read. Knows nothing of reading.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::error::{Error, ErrorKind, Result};
use crate::provider::{Claim, Claimed, Claims};
use crate::store::Store;

/// What a lease is longer than the holder can live: its last moments, and the difference between two clocks.
const SLACK: Duration = Duration::from_secs(60);
/// The first pause before looking again; doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause.
const MAX_PAUSE: Duration = Duration::from_secs(2);

/// One event's place among those that want the same object.
#[derive(Debug)]
pub(super) struct Turn {
    deadline: Instant,
    give_up_at: Instant,
    pause: Duration,
    claim: Option<Claim>,
}

impl Turn {
    /// Half of the time may go into waiting: a turn that comes later leaves too little for the vendor.
    pub(super) fn new(deadline: Instant) -> Self {
        let now = Instant::now();
        let give_up_at = now + deadline.saturating_duration_since(now) / 2;
        Self { deadline, give_up_at, pause: FIRST_PAUSE, claim: None }
    }

    /// Whether the object is ours to read.
    pub(super) fn is_ours(&self) -> bool {
        self.claim.is_some()
    }

    /// Asks for the turn, and waits a moment if somebody else has it. Either way the Report may have been written
    /// meanwhile.
    ///
    /// # Errors
    /// `deadline` when the wait is over; `storage`.
    pub(super) async fn ask<S: Store>(&mut self, claims: &Claims<S>, name: &str) -> Result<()> {
        let lease = self.deadline.saturating_duration_since(Instant::now()) + SLACK;
        let wait = match claims.acquire(name, lease, Timestamp::now()).await? {
            Claimed::Ours(claim) => {
                self.claim = Some(claim);
                return Ok(());
            }
            Claimed::Busy { wait } => wait,
        };
        if Instant::now() >= self.give_up_at {
            return Err(busy());
        }
        // A moment longer than the lease, because clocks are read in whole ticks.
        let wait = wait.min(self.pause) + Duration::from_millis(1);
        tokio::time::sleep_until((Instant::now() + wait).min(self.give_up_at).into()).await;
        self.pause = (self.pause * 2).min(MAX_PAUSE);
        Ok(())
    }

    /// Lets the next one have its turn.
    pub(super) async fn end<S: Store>(self, claims: &Claims<S>) {
        let Some(claim) = self.claim else {
            return;
        };
        if let Err(error) = claims.release(claim, Timestamp::now()).await {
            tracing::warn!(%error, "a claim could not be given back; it ends by itself");
        }
    }
}

fn busy() -> Error {
    Error::new(ErrorKind::Deadline, "another event for the same object is being worked on")
        .with_hint("Nothing needs to be done: the event comes again from the queue.")
}
