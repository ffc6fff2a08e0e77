//! Waiting for a lease: several events speak of one object that costs money to read. Knows nothing of reading.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::lease::{Lease, Leased, Leases};
use crate::error::{Error, ErrorKind, Result};
use crate::store::Store;

/// What a lease is longer than the holder can live: its last moments, and the difference between two clocks.
const SLACK: Duration = Duration::from_secs(60);
/// The first pause before looking again; doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause.
const MAX_PAUSE: Duration = Duration::from_secs(2);

/// One event's place among those that want the same object.
#[derive(Debug)]
pub(super) struct LeaseWait {
    deadline: Instant,
    give_up_at: Instant,
    pause: Duration,
    lease: Option<Lease>,
}

impl LeaseWait {
    /// Half of the time may go into waiting: a lease that comes later leaves too little for the vendor.
    pub(super) fn new(deadline: Instant) -> Self {
        let now = Instant::now();
        let give_up_at = now + deadline.saturating_duration_since(now) / 2;
        Self { deadline, give_up_at, pause: FIRST_PAUSE, lease: None }
    }

    /// Whether the object is ours to read.
    pub(super) fn is_ours(&self) -> bool {
        self.lease.is_some()
    }

    /// Asks for the lease, and waits a moment if somebody else has it. Either way the Report may have been written
    /// meanwhile.
    ///
    /// # Errors
    /// `deadline` when the wait is over; `storage`.
    pub(super) async fn ask<S: Store>(&mut self, leases: &Leases<S>, name: &str) -> Result<()> {
        let time = self.deadline.saturating_duration_since(Instant::now()) + SLACK;
        let wait = match leases.acquire(name, time, Timestamp::now()).await? {
            Leased::Ours(lease) => {
                self.lease = Some(lease);
                return Ok(());
            }
            Leased::Busy(wait) => wait,
        };
        if Instant::now() >= self.give_up_at {
            return Err(Error::new(ErrorKind::Deadline, "another event for the same object is being worked on")
                .with_hint("Nothing needs to be done: the event comes again from the queue."));
        }
        // A moment longer than the lease, because clocks are read in whole ticks.
        let wait = wait.min(self.pause) + Duration::from_millis(1);
        tokio::time::sleep_until((Instant::now() + wait).min(self.give_up_at).into()).await;
        self.pause = (self.pause * 2).min(MAX_PAUSE);
        Ok(())
    }

    /// Gives the lease back to whoever comes next.
    pub(super) async fn end<S: Store>(self, leases: &Leases<S>) {
        let Some(lease) = self.lease else {
            return;
        };
        if let Err(error) = leases.release(lease, Timestamp::now()).await {
            tracing::warn!(%error, "a lease could not be given back; it ends by itself");
        }
    }
}
