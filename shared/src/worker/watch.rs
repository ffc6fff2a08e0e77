//! What the system knows of another process, and what it lets a process do: memory, processor time, the width of a pipe.
//! Where the system is not Linux there is nothing to tell and nothing to limit. Knows nothing of what processes are for.

use std::time::Duration;

/// What a process uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Usage {
    /// Processor time so far, of all its threads.
    pub cpu: Duration,
    /// Bytes of memory that it has at present.
    pub memory: u64,
}

#[cfg(target_os = "linux")]
pub(super) use linux::{allow, close_to_others, usage, widen};

#[cfg(not(target_os = "linux"))]
pub(super) use elsewhere::{allow, close_to_others, usage, widen};

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::os::fd::AsFd;
    use std::time::Duration;

    use rustix::param::{clock_ticks_per_second, page_size};
    use rustix::process::{DumpableBehavior, Pid, Resource, Rlimit, prlimit, set_dumpable_behavior};

    use super::Usage;

    /// What a process uses; none once it is gone.
    pub(in crate::worker) fn usage(pid: u32) -> Option<Usage> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        of_stat(&stat, clock_ticks_per_second(), page_size() as u64)
    }

    /// The program's name stands in parentheses and may hold anything; what follows is numbers.
    pub(super) fn of_stat(stat: &str, ticks_per_second: u64, page: u64) -> Option<Usage> {
        let (_, rest) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
        let ticks = number(11)?.checked_add(number(12)?)?;
        let millis = ticks.checked_mul(1000)?.checked_div(ticks_per_second)?;
        Some(Usage { cpu: Duration::from_millis(millis), memory: number(21)?.checked_mul(page)? })
    }

    /// Lets a process use so much processor time from now on; then the system ends it.
    pub(in crate::worker) fn allow(pid: u32, cpu: Duration) {
        let used = usage(pid).unwrap_or_default().cpu;
        // The system counts whole seconds.
        let until = Rlimit { current: Some((used + cpu).as_secs() + 1), maximum: None };
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
        if let Some(Err(error)) = pid.map(|pid| prlimit(Some(pid), Resource::Cpu, until)) {
            tracing::warn!(%error, "a worker's processor time cannot be limited");
        }
    }

    /// As much as this fits into a pipe at once, where the system allows it.
    pub(in crate::worker) fn widen(pipe: &impl AsFd, bytes: usize) {
        // It works as it is, only slower.
        let _ = rustix::pipe::fcntl_setpipe_size(pipe, bytes);
    }

    /// Nobody else of this user can look into this process's memory or environment from now on.
    pub(in crate::worker) fn close_to_others() {
        if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
            tracing::warn!(%error, "this process cannot be closed to others of its user");
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use std::time::Duration;

    use super::Usage;

    pub(in crate::worker) fn usage(_: u32) -> Option<Usage> {
        None
    }

    pub(in crate::worker) fn allow(_: u32, _: Duration) {}

    pub(in crate::worker) fn widen<P>(_: &P, _: usize) {}

    pub(in crate::worker) fn close_to_others() {}
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_seen_to_use_time_and_memory() {
        let before = usage(std::process::id()).unwrap();
        assert!(before.memory > 1 << 20, "{before:?}");
        let start = std::time::Instant::now();
        while start.elapsed() < Duration::from_millis(100) {}
        assert!(usage(std::process::id()).unwrap().cpu > before.cpu);
        assert_eq!(usage(u32::MAX), None);
    }

    #[test]
    fn a_name_full_of_numbers_is_no_number() {
        let rest = "S 1 1 1 0 -1 0 0 0 0 0 150 50 0 0 20 0 1 0 5 1000 7 0";
        let stat = format!("12 (a) 9 9 (b)) {rest}");
        let expected = Usage { cpu: Duration::from_secs(2), memory: 7 * 4096 };
        assert_eq!(linux::of_stat(&stat, 100, 4096), Some(expected));
        assert_eq!(linux::of_stat("12 (a", 100, 4096), None);
    }
}
