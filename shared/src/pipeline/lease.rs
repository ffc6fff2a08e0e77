//! The right to pay for one document: an object that stands before a vendor call, so that two events for the same
//! document do not both pay. Knows nothing of vendors or documents; a lease has a name, and that is all.
//!
//! Who holds a lease writes the result and gives it back; who died with it is followed when its time has run out.
//! Times are compared across machines, so a lease must outlast its holder by more than their clocks differ.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::store::{Store, Version, Versioned};

/// Where leases stand in the output bucket; Reports end in `.json`, so none can stand here.
const PREFIX: &str = ".fapiao/leases/";
const MAX_BYTES: u64 = 1024;
/// How often somebody else may be faster before we wait.
const MAX_ROUNDS: usize = 8;
/// The wait when nobody holds the lease for long, but everybody wants it.
const CROWDED: Duration = Duration::from_secs(1);

/// Leases kept in one bucket.
#[derive(Debug)]
pub(super) struct Leases<S>(Versioned<S, HeldLease>);

/// What came of asking for a lease.
#[derive(Debug)]
pub(super) enum Leased {
    /// It is ours. The result may have been written between our last look and now: look again before paying.
    Ours(Lease),
    /// Somebody else has it, for this much longer at most.
    Busy(Duration),
}

/// A right that is ours until its time has run out.
#[derive(Debug)]
pub(super) struct Lease {
    key: String,
    expires_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
struct HeldLease {
    expires_at: Timestamp,
    /// Makes every holder's object, and so its etag, different.
    holder: String,
}

impl<S: Store> Leases<S> {
    /// Leases in that bucket.
    pub(super) fn new(store: S, bucket: impl Into<String>) -> Self {
        Self(Versioned::new(store, bucket, MAX_BYTES))
    }

    /// Asks for the lease of that name, e.g. an object's key and etag, for some time, which should outlast the caller
    /// by a minute.
    ///
    /// # Errors
    /// `storage`.
    pub(super) async fn acquire(&self, name: &str, time: Duration, now: Timestamp) -> Result<Leased> {
        let key = format!("{PREFIX}{}", hex::encode(Sha256::digest(name)));
        let expires_at = now.saturating_add(time).unwrap_or(Timestamp::MAX);
        let ours = HeldLease { expires_at, holder: format!("{:032x}", rand::random::<u128>()) };
        let mut seen = Version::absent();
        for _ in 0..MAX_ROUNDS {
            if self.0.save(&key, &ours, &seen).await? {
                return Ok(Leased::Ours(Lease { key, expires_at }));
            }
            // One that is damaged counts as run out.
            seen = self.0.load(&key).await?;
            if let Some(held) = seen.value.as_ref().filter(|held| held.expires_at > now) {
                return Ok(Leased::Busy(Duration::try_from(held.expires_at.duration_since(now)).unwrap_or(time)));
            }
        }
        Ok(Leased::Busy(CROWDED))
    }

    /// Gives the lease back, so that the next one need not wait for its end. Somebody who has taken it over meanwhile
    /// keeps it.
    ///
    /// # Errors
    /// `storage`; the lease then ends by itself.
    pub(super) async fn release(&self, lease: Lease, now: Timestamp) -> Result<()> {
        // Not every S3 deletes on conditions. None is needed: until the lease ends nobody else can have taken over.
        if now >= lease.expires_at { Ok(()) } else { self.0.delete(&lease.key).await }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::store::MemoryStore;

    const MINUTE: Duration = Duration::from_secs(60);

    struct World {
        leases: Leases<MemoryStore>,
        store: MemoryStore,
    }

    impl World {
        fn new() -> Arc<Self> {
            let store = MemoryStore::new();
            Arc::new(Self { leases: Leases::new(store.clone(), "out"), store })
        }

        /// Asks at a second of a clock that begins with 0.
        async fn ask(&self, name: &str, at: u64) -> Result<Lease, Duration> {
            match self.leases.acquire(name, MINUTE, after(at)).await.unwrap() {
                Leased::Ours(lease) => Ok(lease),
                Leased::Busy(wait) => Err(wait),
            }
        }
    }

    fn after(seconds: u64) -> Timestamp {
        Timestamp::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[tokio::test]
    async fn a_lease_is_busy_until_it_ends() {
        let world = World::new();
        world.ask("a", 0).await.unwrap();
        assert_eq!(world.ask("a", 20).await.unwrap_err(), Duration::from_secs(40));
        world.ask("b", 20).await.unwrap();
        world.ask("a", 60).await.unwrap();
    }

    #[tokio::test]
    async fn a_lease_that_was_given_back_is_free_at_once() {
        let world = World::new();
        let lease = world.ask("a", 0).await.unwrap();
        world.leases.release(lease, after(1)).await.unwrap();
        assert!(world.store.keys("out").is_empty());
        world.ask("a", 1).await.unwrap();
    }

    #[tokio::test]
    async fn who_comes_back_late_does_not_give_back_anothers_lease() {
        let world = World::new();
        let late = world.ask("a", 0).await.unwrap();
        world.ask("a", 61).await.unwrap();
        world.leases.release(late, after(62)).await.unwrap();
        world.ask("a", 63).await.unwrap_err();
    }

    #[tokio::test]
    async fn a_damaged_lease_is_taken_over() {
        let world = World::new();
        world.ask("a", 0).await.unwrap();
        world.store.upload("out", &world.store.keys("out")[0], "{");
        world.ask("a", 1).await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn one_of_twenty_takes_over_a_lease_that_has_ended() {
        for _ in 0..20 {
            let world = World::new();
            world.ask("a", 0).await.unwrap();
            let racers = (0..20).map(|_| {
                let world = world.clone();
                tokio::spawn(async move { world.ask("a", 100).await.is_ok() })
            });
            let outcomes = futures::future::join_all(racers.collect::<Vec<_>>()).await;
            assert_eq!(outcomes.into_iter().filter(|ours| *ours.as_ref().unwrap()).count(), 1);
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn twenty_copies_of_one_event_pay_once() {
        let world = World::new();
        let paid = Arc::new(AtomicU32::new(0));
        let done = Arc::new(Mutex::new(false));
        let racers = (0..20).map(|_| {
            let (world, paid, done) = (world.clone(), paid.clone(), done.clone());
            tokio::spawn(async move {
                while !*done.lock().unwrap() {
                    let Ok(lease) = world.ask("a", 0).await else {
                        tokio::time::sleep(Duration::from_millis(2)).await;
                        continue;
                    };
                    if !*done.lock().unwrap() {
                        paid.fetch_add(1, Ordering::SeqCst);
                        tokio::time::sleep(Duration::from_millis(10)).await;
                        *done.lock().unwrap() = true;
                    }
                    world.leases.release(lease, after(0)).await.unwrap();
                }
            })
        });
        for racer in racers.collect::<Vec<_>>() {
            racer.await.unwrap();
        }
        assert_eq!(paid.load(Ordering::SeqCst), 1);
    }
}
