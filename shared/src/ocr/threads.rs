//! Jobs spread over the processors there are. Knows nothing of what they do.

use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rten::ThreadPool;

use crate::error::{Error, ErrorKind, Result};

/// The threads of one engine, shared by everybody who uses it.
pub(crate) struct Threads {
    /// All processors together, for one large job.
    pub all: Arc<ThreadPool>,
    /// One processor each, for many small jobs: they need not wait for each other.
    pub single: Vec<Arc<ThreadPool>>,
}

impl Threads {
    /// As many as there are processors.
    pub fn available() -> Self {
        let count = thread::available_parallelism().map_or(1, usize::from);
        Self {
            all: Arc::new(ThreadPool::with_num_threads(count)),
            single: (0..count).map(|_| Arc::new(ThreadPool::with_num_threads(1))).collect(),
        }
    }
}

/// Does every job on one of the threads; the answers stand in the order of the jobs.
///
/// # Errors
/// The first failed job's; `internal` when one panicked.
pub(crate) fn spread<J: Sync, R: Send>(
    jobs: &[J],
    threads: &[Arc<ThreadPool>],
    work: impl Fn(&J, &Arc<ThreadPool>) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let next = AtomicUsize::new(0);
    let run = |pool: &Arc<ThreadPool>| -> Result<Vec<(usize, R)>> {
        let mine = iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed)).map_while(|i| Some((i, jobs.get(i)?)));
        mine.map(|(i, job)| Ok((i, work(job, pool)?))).collect()
    };
    // The workers' time belongs to whoever asked.
    let asked = tracing::Span::current();
    // Everybody is waited for, because a scope panics itself when a panic in it is left unseen.
    let outcomes: Vec<Result<Vec<(usize, R)>>> = thread::scope(|scope| {
        let workers: Vec<_> = threads.iter().map(|pool| scope.spawn(|| asked.in_scope(|| run(pool)))).collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    fn pools() -> Vec<Arc<ThreadPool>> {
        (0..3).map(|_| Arc::new(ThreadPool::with_num_threads(1))).collect()
    }

    #[test]
    fn answers_stand_in_the_order_of_the_jobs() {
        let jobs: Vec<usize> = (0..100).collect();
        let answers = spread(&jobs, &pools(), |job, _| Ok(job * 2)).unwrap();
        assert_eq!(answers, (0..100).map(|j| j * 2).collect::<Vec<_>>());
    }

    #[test]
    fn a_failed_job_fails_the_whole() {
        let failed = spread(&[1, 2, 3], &pools(), |&job, _| if job == 2 { Err(panicked()) } else { Ok(job) });
        assert!(failed.is_err());
    }

    #[test]
    fn a_panic_becomes_an_error() {
        let failed: Result<Vec<()>> = spread(&[1, 2, 3], &pools(), |_, _| panic!("a bug"));
        assert_eq!(failed.unwrap_err().code(), "internal");
    }
}
