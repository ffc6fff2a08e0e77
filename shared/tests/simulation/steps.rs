//! A store whose every call is a step that somebody else releases, and may spoil.

use std::collections::BTreeMap;
use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use fapiao::error::{Error, ErrorKind, Result};
use fapiao::store::{Head, MemoryStore, Object, Store};

/// What may happen at a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 503 SlowDown, a reset, a time-out: nothing was done.
    Before,
    /// It was done, and nobody hears of it.
    LostReply,
    /// 409 or 412, whether it is true or not; another call fails.
    Conflict,
    /// The function dies before the call.
    KillBefore,
    /// It dies after it.
    KillAfter,
}

#[derive(Default)]
struct State {
    calls: u64,
    /// By the number of the call.
    faults: BTreeMap<u64, Fault>,
    /// The running message dies at this many calls more.
    cursed: Option<u64>,
    killed: bool,
    /// What happened, where somebody wants to know.
    log: Option<Vec<String>>,
}

/// Clones are the same store.
#[derive(Clone, Default)]
pub struct Steps {
    pub memory: MemoryStore,
    state: Arc<Mutex<State>>,
}

/// One step: whoever polls decides when it is made.
#[derive(Default)]
pub struct Step(bool);

impl Future for Step {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// Waiting is a step like any other.
pub fn pause(_: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(Step::default())
}

impl Steps {
    pub fn new(faults: BTreeMap<u64, Fault>, logs: bool) -> Self {
        let state = State { faults, log: logs.then(Vec::new), ..State::default() };
        Self { memory: MemoryStore::new(), state: Arc::new(Mutex::new(state)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Who is polled next, and after how many calls it dies.
    pub fn running(&self, cursed: Option<u64>) {
        self.state().cursed = cursed;
    }

    /// How many calls the one that was polled may still make.
    pub fn left(&self) -> Option<u64> {
        self.state().cursed
    }

    /// Whether the one that was polled has died.
    pub fn take_killed(&self) -> bool {
        std::mem::take(&mut self.state().killed)
    }

    /// How many calls were made.
    pub fn calls(&self) -> u64 {
        self.state().calls
    }

    pub fn note(&self, line: impl FnOnce() -> String) {
        if let Some(log) = &mut self.state().log {
            log.push(line());
        }
    }

    pub fn log(&self) -> String {
        self.state().log.as_ref().map(|log| log.join("\n")).unwrap_or_default()
    }

    /// Waits for the step, and says what is to go wrong with it.
    async fn step(&self, call: &str, bucket: &str, key: &str) -> Option<Fault> {
        Step::default().await;
        let mut state = self.state();
        let number = state.calls;
        state.calls += 1;
        let mut fault = state.faults.get(&number).copied();
        if let Some(left) = &mut state.cursed {
            *left = left.saturating_sub(1);
            if *left == 0 {
                fault = Some(Fault::KillBefore);
            }
        }
        drop(state);
        self.note(|| {
            format!("    {number} {call} {bucket}/{key} {}", fault.map_or(String::new(), |fault| format!("{fault:?}")))
        });
        fault
    }

    async fn die<T>(&self) -> T {
        self.state().killed = true;
        pending().await
    }
}

fn slow_down() -> Error {
    Error::new(ErrorKind::Storage, "SlowDown")
}

#[async_trait]
impl Store for Steps {
    async fn get(&self, bucket: &str, key: &str, max_bytes: u64) -> Result<Option<Object>> {
        match self.step("get", bucket, key).await {
            None => self.memory.get(bucket, key, max_bytes).await,
            Some(Fault::Before | Fault::Conflict | Fault::LostReply) => Err(slow_down()),
            Some(Fault::KillBefore | Fault::KillAfter) => self.die().await,
        }
    }

    async fn head(&self, bucket: &str, key: &str) -> Result<Option<Head>> {
        match self.step("head", bucket, key).await {
            None => self.memory.head(bucket, key).await,
            Some(Fault::Before | Fault::Conflict | Fault::LostReply) => Err(slow_down()),
            Some(Fault::KillBefore | Fault::KillAfter) => self.die().await,
        }
    }

    async fn put(
        &self,
        bucket: &str,
        key: &str,
        body: Bytes,
        form: &str,
        seen: Option<&str>,
    ) -> Result<Option<String>> {
        let fault = self.step("put", bucket, key).await;
        match fault {
            Some(Fault::KillBefore) => return self.die().await,
            Some(Fault::Before) => return Err(slow_down()),
            Some(Fault::Conflict) => return Ok(None),
            _ => {}
        }
        let written = self.memory.put(bucket, key, body, form, seen).await;
        self.note(|| format!("        {written:?}"));
        match fault {
            Some(Fault::KillAfter) => self.die().await,
            Some(Fault::LostReply) => Err(slow_down()),
            _ => written,
        }
    }

    async fn delete(&self, bucket: &str, key: &str) -> Result<()> {
        self.memory.delete(bucket, key).await
    }
}
