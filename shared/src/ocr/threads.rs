//! Jobs spread over the processors there are, and things that one job uses at a time. Knows nothing of what jobs do.

use std::iter;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

use crate::error::{Error, ErrorKind, Result};

/// The memory in megabytes for which Lambda gives a whole processor.
const MB_A_PROCESSOR: usize = 1769;

/// The processors that this program has time on: Lambda shows two also where it gives less than one.
pub(crate) fn processors() -> usize {
    let seen = thread::available_parallelism().map_or(1, usize::from);
    let memory = std::env::var("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").ok().and_then(|mb| mb.parse().ok());
    memory.map_or(seen, |mb| granted(mb).min(seen))
}

/// The processors for so many megabytes, to the nearest one.
fn granted(mb: usize) -> usize {
    ((mb + MB_A_PROCESSOR / 2) / MB_A_PROCESSOR).max(1)
}

/// How much of the machine a network may have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    /// Runs at the same time.
    pub runs: usize,
    /// Threads of each.
    pub threads: usize,
}

impl Share {
    /// All processors together, for one large job.
    pub fn whole() -> Self {
        Self { runs: 1, threads: processors() }
    }

    /// One processor each, for many small jobs: they need not wait for each other.
    pub fn single() -> Self {
        Self { runs: processors(), threads: 1 }
    }
}

/// Does every job on one of so many threads; the answers stand in the order of the jobs.
///
/// # Errors
/// The first failed job's; `internal` when one panicked.
pub(crate) fn spread<J: Sync, R: Send>(
    jobs: &[J],
    threads: usize,
    work: impl Fn(&J) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let next = AtomicUsize::new(0);
    let run = || -> Result<Vec<(usize, R)>> {
        let mine = iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed)).map_while(|i| Some((i, jobs.get(i)?)));
        mine.map(|(i, job)| Ok((i, work(job)?))).collect()
    };
    // The workers' time belongs to whoever asked.
    let asked = tracing::Span::current();
    // Everybody is waited for, because a scope panics itself when a panic in it is left unseen.
    let outcomes: Vec<Result<Vec<(usize, R)>>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.min(jobs.len())).map(|_| scope.spawn(|| asked.in_scope(run))).collect();
        let join = |worker: thread::ScopedJoinHandle<'_, _>| worker.join().unwrap_or_else(|_| Err(panicked()));
        workers.into_iter().map(join).collect()
    });
    let mut answers: Vec<(usize, R)> =
        outcomes.into_iter().collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    answers.sort_by_key(|(i, _)| *i);
    Ok(answers.into_iter().map(|(_, answer)| answer).collect())
}

pub(crate) fn panicked() -> Error {
    Error::new(ErrorKind::Internal, "the engine panicked")
}

/// Things of which each serves one caller at a time. They are made when they are needed, a bounded number of them; whoever
/// comes when all are out waits.
pub(crate) struct Stash<T> {
    idle: Mutex<Idle<T>>,
    returned: Condvar,
}

struct Idle<T> {
    things: Vec<T>,
    /// How many more may be made.
    to_make: usize,
}

impl<T> Stash<T> {
    /// Nothing yet, and at most so many.
    pub fn new(most: usize) -> Self {
        Self { idle: Mutex::new(Idle { things: Vec::new(), to_make: most.max(1) }), returned: Condvar::new() }
    }

    /// Works with one of them, made first where there is none to spare.
    ///
    /// # Errors
    /// What `make` fails with, which the next caller tries again, or `work`.
    pub fn with<R>(&self, make: impl FnOnce() -> Result<T>, work: impl FnOnce(&mut T) -> Result<R>) -> Result<R> {
        let mut lent = Lent { stash: self, thing: self.take() };
        let thing = match &mut lent.thing {
            Some(thing) => thing,
            nothing => nothing.insert(make()?),
        };
        work(thing)
    }

    /// One of them, or nothing for whoever may make one.
    fn take(&self) -> Option<T> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(thing) = idle.things.pop() {
                return Some(thing);
            }
            if idle.to_make > 0 {
                idle.to_make -= 1;
                return None;
            }
            idle = self.returned.wait(idle).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// A thing, or a place for one, that goes back when this is dropped, also by an error or a panic.
struct Lent<'a, T> {
    stash: &'a Stash<T>,
    thing: Option<T>,
}

impl<T> Drop for Lent<'_, T> {
    fn drop(&mut self) {
        let mut idle = self.stash.idle.lock().unwrap_or_else(PoisonError::into_inner);
        match self.thing.take() {
            Some(thing) => idle.things.push(thing),
            None => idle.to_make += 1,
        }
        self.stash.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn answers_stand_in_the_order_of_the_jobs() {
        let jobs: Vec<usize> = (0..100).collect();
        let answers = spread(&jobs, 3, |job| Ok(job * 2)).unwrap();
        assert_eq!(answers, (0..100).map(|j| j * 2).collect::<Vec<_>>());
        assert!(spread(&jobs[..0], 3, |job| Ok(job * 2)).unwrap().is_empty());
    }

    #[test]
    fn a_failed_job_fails_the_whole() {
        assert!(spread(&[1, 2, 3], 2, |&job| if job == 2 { Err(panicked()) } else { Ok(job) }).is_err());
    }

    #[test]
    fn a_panic_becomes_an_error() {
        let failed: Result<Vec<()>> = spread(&[1, 2, 3], 2, |_| panic!("a bug"));
        assert_eq!(failed.unwrap_err().code(), "internal");
    }

    #[test]
    fn a_function_works_on_as_many_processors_as_its_memory_buys() {
        assert_eq!([128, 1024, 1769, 2600, 3008, 10_240].map(granted), [1, 1, 1, 1, 2, 6]);
    }

    #[test]
    fn no_more_things_are_made_than_there_may_be() {
        let (made, stash) = (AtomicUsize::new(0), Stash::new(2));
        let make = || Ok(made.fetch_add(1, Ordering::Relaxed));
        let jobs = [(); 20];
        spread(&jobs, 8, |()| {
            stash.with(make, |_| {
                thread::sleep(Duration::from_millis(2));
                Ok(())
            })
        })
        .unwrap();
        assert_eq!(made.into_inner(), 2);
    }

    #[test]
    fn what_could_not_be_made_is_tried_again() {
        let stash = Stash::new(1);
        for _ in 0..2 {
            assert!(stash.with(|| Err(panicked()), |(): &mut ()| Ok(())).is_err());
        }
        let broken = || stash.with(|| Ok(()), |()| -> Result<()> { panic!("a bug") });
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(broken)).is_err());
        assert!(stash.with(|| Err(panicked()), |()| Ok(())).is_ok());
    }
}
