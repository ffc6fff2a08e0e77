//! Plays a script: objects change, messages are handed out, functions work on them side by side and die.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use fapiao::error::Result;
use fapiao::pipeline::{Attempt, ObjectEvent, ObjectPipeline, Settled};

use super::expect;
use super::reader::Reader;
use super::script::{Deed, Dice, Script};
use super::steps::{Steps, pause};

/// More steps than any seed takes that ends.
const MAX_STEPS: u32 = 30_000;

/// An event in the queue.
#[derive(Clone, Debug)]
struct Message {
    id: usize,
    event: ObjectEvent,
    receives: u32,
}

/// A message in the hands of a function.
struct Work {
    message: Message,
    future: Pin<Box<dyn Future<Output = Result<Settled>>>>,
    /// The calls it has made.
    calls: u64,
    /// After so many calls more it dies.
    cursed: Option<u64>,
}

struct Play {
    dice: Dice,
    script: Script,
    store: Steps,
    objects: Arc<ObjectPipeline<Steps, Reader>>,
    queue: Vec<Message>,
    dead_letters: Vec<Message>,
    working: Vec<Work>,
    /// Who made the last step.
    last: usize,
    messages: usize,
}

/// Plays a seed until every event is settled; a log is slow.
///
/// # Errors
/// What is wrong then, and all that happened.
pub fn play(seed: u64, logs: bool) -> Result<(), String> {
    let mut play = Play::new(seed, logs);
    let end = play.run().and_then(|()| expect::all_is_well(&play.store.memory));
    end.map_err(|wrong| format!("{wrong}\n{}", play.store.log()))
}

impl Play {
    fn new(seed: u64, logs: bool) -> Self {
        let mut dice = Dice(seed);
        let script = Script::of(&mut dice);
        let store = Steps::new(script.faults.clone(), logs);
        let objects = Arc::new(ObjectPipeline::with_pause(store.clone(), Reader::default(), "out", pause));
        let (queue, dead_letters, working) = (Vec::new(), Vec::new(), Vec::new());
        Self { dice, script, store, objects, queue, dead_letters, working, last: 0, messages: 0 }
    }

    fn run(&mut self) -> Result<(), String> {
        let mut deeds = std::mem::take(&mut self.script.deeds).into_iter();
        let mut left = deeds.len();
        for _ in 0..MAX_STEPS {
            // Work gets most steps, so that deeds fall into the middle of it.
            let awake = self.awake();
            let choices = [left.min(1) * 2, self.queue.len().min(1) * 3, awake.len() * 6];
            let all: usize = choices.iter().sum();
            if all == 0 && !self.working.is_empty() {
                self.script.stalled = None;
                continue;
            }
            if all == 0 {
                if self.dead_letters.is_empty() {
                    return Ok(());
                }
                self.redrive();
                continue;
            }
            if awake.contains(&self.last) && !self.dice.one_in(self.script.patience) {
                self.work(self.last);
                continue;
            }
            let choice = self.dice.index(all);
            if choice < choices[0] {
                left -= 1;
                self.perform(&deeds.next().unwrap());
            } else if choice < choices[0] + choices[1] {
                self.hand_out();
            } else {
                let at = awake[self.dice.index(awake.len())];
                self.work(at);
            }
        }
        Err("it never ends".to_owned())
    }

    fn perform(&mut self, deed: &Deed) {
        self.store.note(|| format!("{deed:?}"));
        match deed {
            Deed::Put(key, content) => {
                self.store.memory.upload("in", key, serde_json::to_vec(content).unwrap());
            }
            Deed::Delete(key) => {
                let delete = fapiao::store::Store::delete(&self.store.memory, "in", key);
                assert!(poll(&mut Box::pin(delete)).is_ready());
            }
            Deed::Replay(_) => {}
        }
        for event in self.script.events(&mut self.dice, deed) {
            self.queue.push(Message { id: self.messages, event, receives: 0 });
            self.messages += 1;
        }
    }

    /// Standard queues keep no order.
    fn hand_out(&mut self) {
        let at = self.dice.index(self.queue.len());
        let mut message = self.queue.swap_remove(at);
        message.receives += 1;
        let is_last = message.receives >= self.script.max_receives;
        self.store.note(|| {
            format!(
                "message {} starts{}: {:?}",
                message.id,
                if is_last { " for the last time" } else { "" },
                message.event
            )
        });
        let (objects, event) = (self.objects.clone(), message.event.clone());
        let attempt = Attempt { deadline: Instant::now() + Duration::from_secs(60), is_last };
        let future = Box::pin(async move { objects.process(&event, attempt).await });
        let cursed = self.script.cursed.filter(|(id, _)| *id == message.id).map(|(_, calls)| calls);
        self.working.push(Work { message, future, calls: 0, cursed });
    }

    /// Who may make a step.
    fn awake(&self) -> Vec<usize> {
        let is_stalled = |work: &Work| {
            let message = &work.message;
            message.receives == 1
                && self.script.stalled.is_some_and(|(id, calls)| id == message.id && calls <= work.calls)
        };
        (0..self.working.len()).filter(|at| !is_stalled(&self.working[*at])).collect()
    }

    fn work(&mut self, at: usize) {
        self.last = at;
        let Some(work) = self.working.get_mut(at) else { return };
        self.store.running(work.cursed);
        self.store.note(|| format!("  message {}", work.message.id));
        let before = self.store.calls();
        let outcome = poll(&mut work.future);
        work.calls += self.store.calls() - before;
        work.cursed = self.store.left();
        if self.store.take_killed() {
            let message = self.done(at);
            self.give_back(message);
        } else if let Poll::Ready(outcome) = outcome {
            let message = self.done(at);
            self.store.note(|| format!("  message {}: {outcome:?}", message.id));
            if outcome.is_err() {
                self.give_back(message);
            }
        }
    }

    fn done(&mut self, at: usize) -> Message {
        self.last = usize::MAX;
        self.working.swap_remove(at).message
    }

    fn give_back(&mut self, message: Message) {
        if message.receives >= self.script.max_receives {
            self.store.note(|| format!("message {} is a dead letter", message.id));
            self.dead_letters.push(message);
        } else {
            self.queue.push(message);
        }
    }

    /// An operator has put things right.
    fn redrive(&mut self) {
        self.script.cursed = None;
        self.queue.extend(self.dead_letters.drain(..).map(|message| Message { receives: 0, ..message }));
    }
}

fn poll<T>(future: &mut Pin<Box<impl Future<Output = T> + ?Sized>>) -> Poll<T> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}
