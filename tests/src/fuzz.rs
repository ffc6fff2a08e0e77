//! Hostile files by the thousand: good files, mutated so that most still pass for what they were. Each one is opened
//! and read under a watch: no panic, no more than two seconds, no more than 512 MiB.
//! Knows nothing of what the files mean.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Seconds that one input may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// MiB that the process may grow to.
const MEMORY: u64 = 512;

/// A generator of its own, so that a run can be repeated.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The dice for one input.
    pub fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below a bound; zero for the bound zero.
    pub fn below(&mut self, bound: usize) -> usize {
        if bound == 0 { 0 } else { (self.next() >> 11) as usize % bound }
    }

    /// True once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of several; they must not be empty.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}

/// What is strange to many parsers.
const STRANGE: [&[u8]; 26] = [
    b"0",
    b"-1",
    b"4294967295",
    b"2147483648",
    b"99999999999999999999",
    b"1e308",
    b"nan",
    b"0.0000001",
    b"g 4000000000 1",
    b"\"",
    b"<",
    b">",
    b"</",
    b"<!--",
    b"<![CDATA[",
    b"]]>",
    b"&#0;",
    b"&#x110000;",
    b"&a;",
    b"../../../../",
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\xff\xfe",
    b"endobj",
    b"<< >>",
    b"[ ]",
];

/// Changes a file in one to four places, never its first `keep` bytes.
pub fn mutate(file: &mut Vec<u8>, keep: usize, dice: &mut Dice) {
    for _ in 0..=dice.below(4) {
        let room = file.len().saturating_sub(keep);
        if room == 0 {
            return;
        }
        let at = keep + dice.below(room);
        let most = 1 << dice.below(9);
        let length = 1 + dice.below(room.min(most));
        let end = (at + length).min(file.len());
        match dice.below(9) {
            0 => file[at] ^= 1 << dice.below(8),
            1 => file[at] = dice.below(256) as u8,
            2 => drop(file.drain(at..end)),
            3 => {
                let piece = file[at..end].to_vec();
                insert(file, at, &piece);
            }
            4 => insert(file, at, STRANGE[dice.below(STRANGE.len())]),
            5 => replace_number(file, at, dice),
            6 => {
                let from = keep + dice.below(room);
                let piece = file[from..(from + length).min(file.len())].to_vec();
                insert(file, at, &piece);
            }
            7 if dice.once_in(6) => {
                let piece = file[at..end].to_vec();
                (0..1 + dice.below(400)).for_each(|_| insert(file, at, &piece));
            }
            8 if dice.once_in(6) => file.truncate(at),
            _ => file.swap(at, end - 1),
        }
        file.truncate(1 << 20);
    }
}

fn insert(file: &mut Vec<u8>, at: usize, piece: &[u8]) {
    file.splice(at..at, piece.iter().copied());
}

/// Puts a strange number in place of the next one.
fn replace_number(file: &mut Vec<u8>, from: usize, dice: &mut Dice) {
    let Some(start) = file[from..].iter().position(u8::is_ascii_digit).map(|i| from + i) else { return };
    let length = file[start..].iter().take_while(|b| b.is_ascii_digit()).count();
    let number = STRANGE[dice.below(9)];
    file.splice(start..start + length, number.iter().copied());
}

/// One parser under test.
pub struct FuzzTarget {
    /// For messages and file names.
    pub name: &'static str,
    /// The input of a number.
    pub input: fn(u64) -> Vec<u8>,
    /// Reads it; whether it passed for the format it was.
    pub run: fn(Vec<u8>) -> bool,
}

/// What a run found.
#[derive(Clone, Debug, Default)]
pub struct FuzzRun {
    /// Inputs tried.
    pub inputs: u64,
    /// Inputs that passed format detection.
    pub passed: u64,
    /// The longest that one took, in milliseconds.
    pub slowest: u64,
    /// The most memory that the process had, in MiB; zero where nobody says.
    pub memory: u64,
    /// Inputs that broke something, with what they broke.
    pub broken: Vec<String>,
}

impl FuzzRun {
    /// One line for the person who waits.
    pub fn summary(&self, name: &str, elapsed: Duration) -> String {
        format!(
            "{name}: {} inputs in {} s, {} % past format detection, slowest {} ms, at most {} MiB, broken {}",
            self.inputs,
            elapsed.as_secs(),
            100 * self.passed / self.inputs.max(1),
            self.slowest,
            self.memory,
            self.broken.len(),
        )
    }

    /// # Panics
    /// When anything broke, or when too few inputs got anywhere.
    pub fn assert_sound(&self) {
        assert!(self.broken.is_empty(), "{:#?}", self.broken);
        assert!(2 * self.passed >= self.inputs, "only {} of {} passed format detection", self.passed, self.inputs);
        assert!(self.memory <= MEMORY, "{} MiB", self.memory);
    }
}

/// Tries inputs from a number on until there were so many or the time is up. What breaks is kept in `keep`.
pub fn run(target: &FuzzTarget, first: u64, count: u64, time: Duration, keep: &PathBuf) -> FuzzRun {
    let watch = Watch::start(target, keep.clone());
    let start = Instant::now();
    let mut outcome = FuzzRun::default();
    for number in first..first + count {
        if start.elapsed() > time {
            break;
        }
        let input = (target.input)(number);
        watch.begin(&input);
        let begun = Instant::now();
        let ended = catch_unwind(AssertUnwindSafe(|| (target.run)(input.clone())));
        outcome.slowest = outcome.slowest.max(begun.elapsed().as_millis() as u64);
        watch.end();
        outcome.inputs += 1;
        match ended {
            Ok(passed) => outcome.passed += u64::from(passed),
            Err(_) => outcome.broken.push(save(keep, target.name, "panic", number, &input)),
        }
    }
    outcome.broken.extend(watch.stop());
    outcome.memory = peak_memory().unwrap_or(0);
    outcome
}

/// Looks at the clock while an input is read: the run must not hang with it.
struct Watch {
    shared: Arc<Shared>,
    thread: std::thread::JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    /// Counts beginnings and ends: odd while an input is read.
    turn: AtomicU64,
    input: Mutex<Vec<u8>>,
    slow: Mutex<Vec<String>>,
    over: AtomicBool,
}

impl Watch {
    fn start(target: &FuzzTarget, keep: PathBuf) -> Self {
        let shared = Arc::new(Shared::default());
        let (seen, name) = (Arc::clone(&shared), target.name);
        let thread = std::thread::spawn(move || seen.watch(name, &keep));
        Self { shared, thread }
    }

    fn begin(&self, input: &[u8]) {
        if let Ok(mut kept) = self.shared.input.lock() {
            kept.clear();
            kept.extend_from_slice(input);
        }
        self.shared.turn.fetch_add(1, Ordering::SeqCst);
    }

    fn end(&self) {
        self.shared.turn.fetch_add(1, Ordering::SeqCst);
    }

    fn stop(self) -> Vec<String> {
        self.shared.over.store(true, Ordering::SeqCst);
        let _ = self.thread.join();
        self.shared.slow.lock().map(|slow| slow.clone()).unwrap_or_default()
    }
}

impl Shared {
    fn watch(&self, name: &str, keep: &PathBuf) {
        let (mut turn, mut cpu, mut wall, mut told) = (0, cpu_time(), Instant::now(), false);
        while !self.over.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(50));
            let now = self.turn.load(Ordering::SeqCst);
            if now != turn {
                (turn, cpu, wall, told) = (now, cpu_time(), Instant::now(), false);
            }
            // A busy machine is not the input's fault: its own work is what counts, and waiting forever.
            let worked = cpu_time().zip(cpu).map(|(now, then)| now.saturating_sub(then));
            let late = worked.unwrap_or(wall.elapsed()) > PATIENCE || wall.elapsed() > 15 * PATIENCE;
            if turn % 2 == 1 && late && !told {
                told = true;
                let input = self.input.lock().map(|input| input.clone()).unwrap_or_default();
                let saved = save(keep, name, "slow", turn / 2, &input);
                if let Ok(mut slow) = self.slow.lock() {
                    slow.push(saved);
                }
            }
        }
    }
}

/// Keeps an input that broke something; says where.
fn save(keep: &PathBuf, name: &str, what: &str, number: u64, input: &[u8]) -> String {
    let path = keep.join(format!("{name}-{what}-{number}"));
    let saved = std::fs::create_dir_all(keep).and_then(|()| std::fs::write(&path, input));
    match saved {
        Ok(()) => format!("{what}: {}", path.display()),
        Err(error) => format!("{what}: input {number} of {name} ({error})"),
    }
}

/// The processor time of this process; none where the system does not say.
fn cpu_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    // A hundred ticks a second on every Linux that we run on.
    Some(Duration::from_millis(ticks * 10))
}

/// The most memory that this process had, in MiB.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1024)
}
