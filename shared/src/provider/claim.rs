//! The right to pay for one document: an object that stands before a vendor call, so that two events for the same
//! document do not both pay. Knows nothing of vendors or documents; a claim has a name, and that is all.
//!
//! A claim is a lease. Who holds it writes the result and releases it; who died with it is followed when the lease
//! has run out. Times are compared across machines, so a lease must outlast its holder by more than their clocks
//! differ.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, ErrorKind, Result};
use crate::store::{Precondition, PutOutcome, Store};

/// Where claims stand in the output bucket; Reports end in `.json`, so none can stand here.
const PREFIX: &str = ".fapiao/claims/";
const MAX_BYTES: u64 = 1024;
/// How often somebody else may be faster before we wait for our turn.
const MAX_ROUNDS: usize = 4;
/// The wait when nobody holds the claim for long, but everybody wants it.
const CROWDED: Duration = Duration::from_secs(1);

/// Claims kept in one bucket.
#[derive(Clone, Debug)]
pub struct Claims<S> {
    store: S,
    bucket: String,
}

/// What came of asking for a claim.
#[derive(Debug)]
pub enum Claimed {
    /// It is ours. The result may have been written between our last look and now: look again before paying.
    Ours(Claim),
    /// Somebody else is at it; the lease runs out after this time at the latest.
    Busy {
        /// From now.
        wait: Duration,
    },
}

/// A claim that is ours until its lease runs out.
#[derive(Debug)]
pub struct Claim {
    key: String,
    expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Held {
    expires_at: Timestamp,
    /// Makes every holder's object, and so its etag, different.
    holder: String,
}

impl<S: Store> Claims<S> {
    /// Claims in that bucket.
    pub fn new(store: S, bucket: impl Into<String>) -> Self {
        Self { store, bucket: bucket.into() }
    }

    /// Asks for the claim of that name, e.g. an object's key and etag, for as long as the lease, which should outlast
    /// the caller by a minute.
    ///
    /// # Errors
    /// `storage`.
    pub async fn acquire(&self, name: &str, lease: Duration, now: Timestamp) -> Result<Claimed> {
        let key = format!("{PREFIX}{}", hex::encode(Sha256::digest(name)));
        for _ in 0..MAX_ROUNDS {
            if let Some(claim) = self.write(&key, lease, now, Precondition::Absent).await? {
                return Ok(Claimed::Ours(claim));
            }
            let Some((held, etag)) = self.look(&key).await? else {
                continue;
            };
            if let Some(held) = held.filter(|held| held.expires_at > now) {
                let wait = Duration::try_from(held.expires_at.duration_since(now)).unwrap_or(lease);
                return Ok(Claimed::Busy { wait });
            }
            let stale = Precondition::Unchanged(etag);
            if let Some(claim) = self.write(&key, lease, now, stale).await? {
                return Ok(Claimed::Ours(claim));
            }
        }
        Ok(Claimed::Busy { wait: CROWDED })
    }

    /// Gives the claim back, so that the next one need not wait for its lease to run out. Somebody who has taken it
    /// over meanwhile keeps it.
    ///
    /// # Errors
    /// `storage`; the lease then runs out by itself.
    pub async fn release(&self, claim: Claim, now: Timestamp) -> Result<()> {
        // Not every S3 deletes on conditions. None is needed: until the lease ends nobody else can have taken over.
        if now >= claim.expires_at {
            return Ok(());
        }
        self.store.delete(&self.bucket, &claim.key).await
    }

    async fn write(
        &self,
        key: &str,
        lease: Duration,
        now: Timestamp,
        condition: Precondition,
    ) -> Result<Option<Claim>> {
        let expires_at = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        let held = Held { expires_at, holder: format!("{:032x}", rand::random::<u128>()) };
        let body = serde_json::to_vec(&held)
            .map_err(|e| Error::new(ErrorKind::Internal, format!("a claim cannot be written: {e}")))?;
        let written = self.store.put(&self.bucket, key, Bytes::from(body), "application/json", condition).await?;
        Ok(match written {
            PutOutcome::Written(_) => Some(Claim { key: key.to_owned(), expires_at }),
            PutOutcome::Lost => None,
        })
    }

    /// The claim as it stands, with its etag; nothing when it is gone. One that cannot be understood counts as stale.
    async fn look(&self, key: &str) -> Result<Option<(Option<Held>, String)>> {
        match self.store.get(&self.bucket, key, MAX_BYTES).await {
            Ok(object) => Ok(object.map(|o| (serde_json::from_slice(&o.body).ok(), o.head.etag))),
            // Where listing is not allowed, a missing key answers so.
            Err(error) if error.vendor_code() == Some("AccessDenied") => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::{Arc, Mutex};

    use async_trait::async_trait;

    use super::*;
    use crate::store::{Object, ObjectHead};

    /// One bucket in memory.
    #[derive(Clone, Default)]
    struct Bucket(Arc<Mutex<HashMap<String, Object>>>);

    #[async_trait]
    impl Store for Bucket {
        async fn get(&self, _: &str, key: &str, _: u64) -> Result<Option<Object>> {
            tokio::task::yield_now().await;
            Ok(self.0.lock().unwrap().get(key).cloned())
        }

        async fn put(&self, _: &str, key: &str, body: Bytes, _: &str, condition: Precondition) -> Result<PutOutcome> {
            tokio::task::yield_now().await;
            let mut objects = self.0.lock().unwrap();
            let holds = match (&condition, objects.get(key)) {
                (Precondition::Absent, None) => true,
                (Precondition::Unchanged(etag), Some(object)) => *etag == object.head.etag,
                _ => false,
            };
            if !holds {
                return Ok(PutOutcome::Lost);
            }
            let head =
                ObjectHead { size: body.len() as u64, etag: hex::encode(Sha256::digest(&body)), version_id: None };
            let etag = head.etag.clone();
            objects.insert(key.to_owned(), Object { head, body });
            Ok(PutOutcome::Written(etag))
        }

        async fn delete(&self, _: &str, key: &str) -> Result<()> {
            self.0.lock().unwrap().remove(key);
            Ok(())
        }
    }

    const LEASE: Duration = Duration::from_secs(60);

    fn claims() -> Claims<Bucket> {
        Claims::new(Bucket::default(), "out")
    }

    fn after(seconds: u64) -> Timestamp {
        Timestamp::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[track_caller]
    fn ours(claimed: Claimed) -> Claim {
        match claimed {
            Claimed::Ours(claim) => claim,
            Claimed::Busy { wait } => panic!("busy for {wait:?}"),
        }
    }

    #[tokio::test]
    async fn a_held_claim_is_busy_until_its_lease_ends() {
        let claims = claims();
        ours(claims.acquire("a", LEASE, after(0)).await.unwrap());
        match claims.acquire("a", LEASE, after(20)).await.unwrap() {
            Claimed::Busy { wait } => assert_eq!(wait, Duration::from_secs(40)),
            Claimed::Ours(_) => panic!("two holders"),
        }
        ours(claims.acquire("b", LEASE, after(20)).await.unwrap());
        ours(claims.acquire("a", LEASE, after(60)).await.unwrap());
    }

    #[tokio::test]
    async fn a_released_claim_is_free_at_once() {
        let claims = claims();
        let claim = ours(claims.acquire("a", LEASE, after(0)).await.unwrap());
        claims.release(claim, after(1)).await.unwrap();
        assert!(claims.store.0.lock().unwrap().is_empty());
        ours(claims.acquire("a", LEASE, after(1)).await.unwrap());
    }

    #[tokio::test]
    async fn who_comes_back_late_does_not_release_anothers_claim() {
        let claims = claims();
        let late = ours(claims.acquire("a", LEASE, after(0)).await.unwrap());
        ours(claims.acquire("a", LEASE, after(61)).await.unwrap());
        claims.release(late, after(62)).await.unwrap();
        assert!(matches!(claims.acquire("a", LEASE, after(63)).await.unwrap(), Claimed::Busy { .. }));
    }

    #[tokio::test]
    async fn a_damaged_claim_is_taken_over() {
        let claims = claims();
        ours(claims.acquire("a", LEASE, after(0)).await.unwrap());
        for object in claims.store.0.lock().unwrap().values_mut() {
            object.body = Bytes::from_static(b"{");
        }
        ours(claims.acquire("a", LEASE, after(1)).await.unwrap());
    }

    #[tokio::test]
    async fn one_of_twenty_takes_over_a_stale_claim() {
        let claims = claims();
        ours(claims.acquire("a", LEASE, after(0)).await.unwrap());
        let racers = (0..20).map(|_| claims.acquire("a", LEASE, after(100)));
        let outcomes = futures::future::join_all(racers).await;
        let holders = outcomes.iter().filter(|o| matches!(o, Ok(Claimed::Ours(_)))).count();
        assert_eq!(holders, 1);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn twenty_copies_of_one_event_pay_once() {
        let claims = Arc::new(claims());
        let paid = Arc::new(AtomicU32::new(0));
        let done = Arc::new(Mutex::new(false));
        let racers = (0..20).map(|_| {
            let (claims, paid, done) = (claims.clone(), paid.clone(), done.clone());
            tokio::spawn(async move {
                while !*done.lock().unwrap() {
                    let Claimed::Ours(claim) = claims.acquire("a", LEASE, Timestamp::now()).await.unwrap() else {
                        tokio::time::sleep(Duration::from_millis(2)).await;
                        continue;
                    };
                    if !*done.lock().unwrap() {
                        paid.fetch_add(1, Ordering::SeqCst);
                        tokio::time::sleep(Duration::from_millis(10)).await;
                        *done.lock().unwrap() = true;
                    }
                    claims.release(claim, Timestamp::now()).await.unwrap();
                }
            })
        });
        for racer in racers.collect::<Vec<_>>() {
            racer.await.unwrap();
        }
        assert_eq!(paid.load(Ordering::SeqCst), 1);
    }
}
