//! Around every provider: what was paid for is paid for once, and what takes long is read once. Before a page is read it is
//! looked for in the output bucket; what is read is written there, once, as it comes. Knows nothing of any vendor's protocol.
//!
//! - here: looking, asking, keeping
//! - [`entry`]: what stands under a page's name, and what that means to whoever comes
//! - [`wait`]: how long somebody else's call is waited for
//!
//! A page's entry is first the right to ask for it ("in progress"), then its answer. A vendor is asked by one at a time,
//! whatever file the page stands in; who died asking has made a call whose end nobody knows.

mod entry;
mod wait;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::{Answer, Provider, Told};
use crate::document::fit::Fitted;
use crate::error::{Error, ErrorKind, Result};
use crate::sentence::fault;
use crate::store::{JSON, Store, Version, Versioned, Within};
use crate::worker::Part;

use entry::{Entry, Standing};
use wait::Wait;

/// Where answers stand in the output bucket; Reports end in `.json`, so none can stand here.
const PREFIX: &str = ".fapiao/answers/";
/// A vendor's largest answer, with its quotation marks escaped.
const MAX_BYTES: u64 = 32_000_000;
/// How often somebody else may be faster, or the store out of order, before we give up.
const MAX_ROUNDS: usize = 8;
/// Of so many pages and members one invocation surely reads all, and reading one again costs less than looking for it.
const SURELY_READ: usize = 8;
/// What was read faster than this is read again as fast.
const WORTH_KEEPING: Duration = Duration::from_millis(300);
/// A call that has less time ends as one whose end is not known.
const LEAST_FOR_A_CALL: Duration = Duration::from_secs(1);
/// Left of a provider's time for writing down what it gave: a tenth, and no more than this.
const TO_WRITE: Duration = Duration::from_millis(500);
/// What is known of a call may be written a moment later than an answer is of use.
const GRACE: Duration = Duration::from_millis(100);

/// The answers remembered in one bucket.
#[derive(Clone)]
pub struct Memory {
    store: Arc<dyn Store>,
    bucket: String,
    message: Option<String>,
    /// Where a file has many parts, also our own readings.
    may_keep_own: bool,
    keeps_own: bool,
    written: Arc<AtomicUsize>,
}

/// What came of asking a provider.
pub(super) struct Asked {
    /// Its answer, new or remembered.
    pub(super) answer: Result<Answer>,
    /// Under which key the answer stands; none where it is not kept.
    pub(super) kept_at: Option<String>,
    /// Whether nobody else may be asked in its place: somebody is asking this very provider, or nobody can tell.
    pub(super) is_final: bool,
}

/// The right to ask.
struct Claimed {
    fitted: Option<Fitted>,
    /// The claim, as it stands there.
    version: Version<Entry>,
}

/// Why a vendor was not asked.
enum Kept {
    Told(Told),
    Error { error: Error, is_final: bool },
}

impl Memory {
    /// Answers in that bucket.
    pub fn new(store: Arc<dyn Store>, bucket: impl Into<String>) -> Self {
        Self {
            store,
            bucket: bucket.into(),
            message: None,
            may_keep_own: true,
            keeps_own: false,
            written: Arc::default(),
        }
    }

    /// The same for what was paid for alone.
    #[must_use]
    pub fn of_paid(self) -> Self {
        Self { may_keep_own: false, ..self }
    }

    /// The same for one message of a queue, whose id stays when it is received again; its answers are counted anew.
    #[must_use]
    pub fn for_message(&self, id: Option<&str>) -> Self {
        Self { message: id.map(str::to_owned), written: Arc::default(), ..self.clone() }
    }

    /// The same for a file of so many pages and members.
    #[must_use]
    pub(super) fn for_parts(&self, parts: usize) -> Self {
        Self { keeps_own: self.may_keep_own && parts > SURELY_READ, ..self.clone() }
    }

    /// How many answers were written since [`Self::for_message`].
    pub fn written(&self) -> usize {
        self.written.load(Ordering::SeqCst)
    }

    /// The provider's answer, remembered or new. A new one is there by `share`; somebody else's is waited for until half of
    /// the time to `deadline` is over.
    pub(super) async fn ask(&self, provider: &dyn Provider, part: &Part, share: Instant, deadline: Instant) -> Asked {
        if !provider.is_paid() && !self.keeps_own {
            return Asked { answer: provider.read(part, share).await, kept_at: None, is_final: false };
        }
        let page = Page { memory: self, provider, part, key: key(provider, part), share, deadline };
        if provider.is_paid() { page.paid().await } else { page.own().await }
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("bucket", &self.bucket).field("message", &self.message).finish_non_exhaustive()
    }
}

fn key(provider: &dyn Provider, part: &Part) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let version = provider.version().replace(|c| !is_plain(c), "-");
    format!("{PREFIX}{}-{}-{version}", part.sha256, provider.name())
}

/// One page on its way to one provider.
struct Page<'a> {
    memory: &'a Memory,
    provider: &'a dyn Provider,
    part: &'a Part,
    key: String,
    share: Instant,
    deadline: Instant,
}

impl Page<'_> {
    fn entries(&self) -> Versioned<Within<Arc<dyn Store>>, Entry> {
        let store = Within::new(self.memory.store.clone(), self.deadline + GRACE);
        Versioned::new(store, &self.memory.bucket, MAX_BYTES)
    }

    fn understand(&self, told: &Told) -> Result<Answer> {
        self.provider.understand(self.part, told)
    }

    /// Our own reading. The memory is a help here, never a condition.
    async fn own(&self) -> Asked {
        let kept_at = Some(self.key.clone());
        let entries = self.entries();
        let seen = entries.load(&self.key).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "not looked for in what is remembered");
            Version::absent()
        });
        if let Some(told) = seen.value.as_ref().and_then(Entry::told) {
            return Asked { answer: self.understand(told), kept_at, is_final: false };
        }
        let start = Instant::now();
        let told = match Told::of(self.provider.read(self.part, self.share).await) {
            Ok(told) => told,
            Err(error) => return Asked { answer: Err(error), kept_at: None, is_final: false },
        };
        let is_kept = start.elapsed() >= WORTH_KEEPING && self.keep_own(&entries, &told, &seen).await;
        Asked { answer: self.understand(&told), kept_at: kept_at.filter(|_| is_kept), is_final: false }
    }

    async fn keep_own(
        &self,
        entries: &Versioned<Within<Arc<dyn Store>>, Entry>,
        told: &Told,
        seen: &Version<Entry>,
    ) -> bool {
        match entries.save(&self.key, &Entry::of_told(told.clone(), Timestamp::now()), seen).await {
            Ok(is_ours) => {
                self.memory.written.fetch_add(usize::from(is_ours), Ordering::SeqCst);
                true
            }
            Err(error) => {
                tracing::warn!(%error, "not remembered");
                false
            }
        }
    }

    /// A vendor's answer: remembered, or asked for by us alone.
    async fn paid(&self) -> Asked {
        let (told, is_final) = match self.claim().await {
            Ok(claimed) => (self.call(claimed).await, false),
            Err(Kept::Told(told)) => (Ok(told), false),
            Err(Kept::Error { error, is_final }) => (Err(error), is_final),
        };
        let kept_at = Some(self.key.clone()).filter(|_| told.is_ok());
        Asked { answer: told.and_then(|told| self.understand(&told)), kept_at, is_final }
    }

    /// Looks until there is an answer, or the right to ask is ours; then gives what is to be sent.
    async fn claim(&self) -> Result<Claimed, Kept> {
        let unreadable = |error| Kept::Error { error, is_final: true };
        let entries = self.entries();
        let holder = format!("{:032x}", rand::random::<u128>());
        let mut wait = Wait::new(self.deadline);
        let mut fitted = None;
        let mut rounds = 0;
        while rounds < MAX_ROUNDS {
            let seen = entries.load(&self.key).await.map_err(unreadable)?;
            match self.standing(seen.value.as_ref(), &holder) {
                Standing::Told(told) => return Err(Kept::Told(told)),
                Standing::Noted(error) => return Err(Kept::Error { error, is_final: false }),
                Standing::Ours => return Ok(Claimed { fitted: fitted.flatten(), version: seen }),
                Standing::Busy(time) => wait.pause(time).await.map_err(unreadable)?,
                Standing::Free => {
                    if fitted.is_none() {
                        fitted = Some(self.prepared().await.map_err(|error| Kept::Error { error, is_final: false })?);
                    }
                    let claim = Entry::claim(&holder, self.deadline, seen.value.as_ref());
                    match entries.replace(JSON, &self.key, claim, &seen).await {
                        Ok(Some(version)) => return Ok(Claimed { fitted: fitted.flatten(), version }),
                        // Ours all the same, where only the reply was lost: the next look tells.
                        Ok(None) => {}
                        Err(error) if error.kind() == ErrorKind::Deadline => return Err(unreadable(error)),
                        Err(error) => tracing::warn!(%error, "the right to ask was perhaps not written"),
                    }
                    rounds += 1;
                }
            }
        }
        let error = Error::new(ErrorKind::Storage, format!("{} is being written by too many at once", self.key));
        Err(unreadable(error))
    }

    /// What stands there, for us; an answer that this release of ours is the first to look at may be one that it
    /// understands.
    fn standing(&self, entry: Option<&Entry>, holder: &str) -> Standing {
        let Some(entry) = entry else { return Standing::Free };
        let is_unknown =
            |told: &Told| self.understand(told).is_err_and(|error| error.kind() == ErrorKind::ProviderProtocol);
        entry.standing(holder, self.memory.message.as_deref(), Timestamp::now(), is_unknown)
    }

    /// What is to be sent, if there is time to send it.
    async fn prepared(&self) -> Result<Option<Fitted>> {
        let fitted = self.provider.prepare(self.part, self.share).await?;
        if self.share.saturating_duration_since(Instant::now()) < LEAST_FOR_A_CALL {
            return Err(Error::new(ErrorKind::Deadline, fault::no_time_for_vendor()));
        }
        Ok(fitted)
    }

    /// Asks, and writes down what came of it.
    async fn call(&self, claimed: Claimed) -> Result<Told> {
        let left = self.share.saturating_duration_since(Instant::now());
        let until = self.share.checked_sub(TO_WRITE.min(left / 10)).unwrap_or(self.share);
        let now = Timestamp::now();
        let told = self.provider.ask(self.part, claimed.fitted, until).await;
        let entry = match &told {
            Ok(told) => Entry::of_told(told.clone(), now),
            Err(error) => Entry::of_error(error, self.memory.message.as_deref(), now),
        };
        match self.settle(&entry, claimed.version).await {
            Ok(()) => {
                self.memory.written.fetch_add(usize::from(told.is_ok()), Ordering::SeqCst);
            }
            // What was paid for is not thrown away for that.
            Err(error) => {
                tracing::error!(%error, key = self.key, "an answer is not remembered; its page stays claimed")
            }
        }
        told
    }

    /// Puts what came of a call in the place of the claim; an answer that stands there by now stays.
    async fn settle(&self, entry: &Entry, claim: Version<Entry>) -> Result<()> {
        let entries = self.entries();
        let (mut standing, mut last) = (Some(claim), None);
        for _ in 0..MAX_ROUNDS {
            let seen = match standing.take() {
                Some(claim) => Ok(claim),
                None => entries.load(&self.key).await,
            };
            let written = match seen {
                Ok(seen) if seen.value.as_ref().is_some_and(|standing| standing.told().is_some()) => return Ok(()),
                Ok(seen) => entries.save(&self.key, entry, &seen).await,
                Err(error) => Err(error),
            };
            match written {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(error) if error.kind() == ErrorKind::Deadline => return Err(error),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| Error::new(ErrorKind::Storage, format!("{} is always being written", self.key))))
    }
}

#[cfg(test)]
mod tests;
