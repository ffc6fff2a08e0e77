//! Hostile files through the real ingest handler and a real worker process: each has its answer, nobody grows beyond bounds,
//! and honest pages read behind them notice nothing. The engine is a stand-in, but in what `make fuzz` runs.

#![cfg(test)]

mod hostile;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use fapiao_tests::fuzz::{Dice, mutate};
use fapiao_tests::{bombs, environment};
use hostile::{Engine, Outcome, World, honest};
use tokio::sync::Mutex;

/// MiB of both processes together.
const MAX_MEMORY: u64 = 2048;
/// What the usual time may grow to on a machine that does other things beside.
const LOOSE: f64 = 3.0;
const STRICT: f64 = 1.1;
const NOISE: Duration = Duration::from_millis(2);
const ROUNDS: usize = 9;
/// Memory is that of this process and of all that it started, so one test waits for the other.
static ALONE: Mutex<()> = Mutex::const_new(());

/// The bombs as files, made by a process of its own: making them takes memory too.
fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bombs");
    let made = Command::new(env!("CARGO_BIN_EXE_measure")).arg("--write").arg(&folder).status().unwrap();
    assert!(made.success());
    folder
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn print(outcomes: &[Outcome]) {
    let mut by_time: Vec<&Outcome> = outcomes.iter().collect();
    by_time.sort_by_key(|outcome| std::cmp::Reverse(outcome.time));
    by_time.iter().take(8).for_each(|outcome| println!("slowest: {outcome}"));
    by_time.sort_by_key(|outcome| std::cmp::Reverse(outcome.memory));
    by_time.iter().take(8).for_each(|outcome| println!("largest: {outcome}"));
}

#[test]
fn there_are_bombs_of_every_format_and_kind() {
    let names: Vec<&str> = bombs::all().iter().map(|bomb| bomb.name).collect();
    assert!(names.len() >= 40, "{}", names.len());
    for format in ["jpeg", "png", "bmp", "gif", "webp", "tiff", "pdf", "ofd", "xml", "zip"] {
        let of_format = names.iter().filter(|name| name.split('-').next() == Some(format));
        assert!(of_format.count() >= 4, "{format}");
    }
    for kind in ["pixels", "metadata", "nesting", "count", "recursion", "truncation"] {
        assert!(names.iter().filter(|name| name.split('-').nth(1) == Some(kind)).count() >= 3, "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_bomb_has_its_answer_and_the_next_page_is_read_as_before() {
    let _alone = ALONE.lock().await;
    let folder = folder();
    let world = World::new(Engine::Blind);
    let mut alone = Vec::new();
    for _ in 0..ROUNDS {
        alone.push(world.drop_anew("honest.pdf", &honest::text()).await.time);
    }
    let (mut outcomes, mut behind) = (Vec::new(), Vec::new());
    for bomb in bombs::all() {
        let outcome = world.drop(bomb.name, std::fs::read(folder.join(bomb.name)).unwrap()).await;
        println!("{outcome}");
        outcomes.push(outcome);
        let honest = world.drop_anew("honest.pdf", &honest::text()).await;
        assert_eq!(honest.says, "read", "behind {}", bomb.name);
        behind.push(honest.time);
    }
    print(&outcomes);
    let wrong: Vec<&Outcome> = outcomes.iter().filter(|outcome| !outcome.is_answered()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let largest = outcomes.iter().map(|outcome| outcome.memory).max().unwrap_or(0);
    assert!(largest < MAX_MEMORY, "{largest} MiB");
    let (alone, behind) = (median(alone), median(behind));
    println!("a page of text alone {alone:.1?}, behind a bomb {behind:.1?} (medians)");
    assert!(behind.as_secs_f64() < LOOSE * alone.as_secs_f64() + 0.1, "{alone:?} {behind:?}");
}

/// `FAPIAO_BOMB` names some of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement: make fuzz runs it alone"]
async fn behind_each_bomb_time_and_memory_are_as_before() {
    let folder = folder();
    let wanted = environment::set("FAPIAO_BOMB");
    let world = World::new(Engine::Real);
    let pages = [("honest.pdf", honest::text(), 15), ("honest.jpg", honest::photo(), 3)];
    // A worker that has its models is what is compared with.
    world.drop("honest.jpg", honest::photo()).await;
    let mut before = Vec::new();
    for (name, page, times) in &pages {
        before.push(rounds(&world, name, page, *times).await);
    }
    let (memory, mut slow) = (hostile::memory_now(), Vec::new());
    for bomb in bombs::all().into_iter().filter(|bomb| wanted.as_ref().is_none_or(|name| bomb.name.contains(name))) {
        let bomb_says = world.drop(bomb.name, std::fs::read(folder.join(bomb.name)).unwrap()).await;
        println!("{bomb_says}");
        assert!(bomb_says.is_answered(), "{bomb_says}");
        for ((name, page, times), before) in pages.iter().zip(&mut before) {
            let now = rounds(&world, name, page, *times).await;
            let larger = hostile::memory_now() as f64 / memory as f64;
            let slower = now.as_secs_f64() / before.as_secs_f64();
            println!("  {name}: {slower:.2} times its time, {larger:.2} times its memory");
            if (is_slower(now, *before) && is_slower_than_fresh(&world, name, page).await) || larger > STRICT {
                slow.push(format!("{} {name}: {slower:.2} {larger:.2}", bomb.name));
            }
            // Neighbours in time share the machine's mood.
            *before = now;
        }
    }
    for (name, page, _) in &pages {
        assert!(!is_slower_than_fresh(&world, name, page).await, "{name} behind all");
    }
    assert!(slow.is_empty(), "{slow:#?}");
}

/// A file that was good once, or bytes that were never anything.
fn mutated(files: &[(String, Vec<u8>)], seed: u64) -> (String, Vec<u8>) {
    const BEGINNINGS: [&[u8]; 7] =
        [b"", b"%PDF-1.7\n", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"GIF89a", b"II*\0"];
    let mut dice = Dice::new(seed);
    if dice.once_in(8) {
        let bytes = (0..dice.below(4096)).map(|_| dice.below(256) as u8).collect::<Vec<_>>();
        return ("random".to_owned(), [dice.pick(&BEGINNINGS), bytes.as_slice()].concat());
    }
    let (name, mut bytes) = dice.pick(files).clone();
    mutate(&mut bytes, 8, &mut dice);
    (name, bytes)
}

/// Files of every format, as they lie in the repository.
fn good_files() -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(hostile::root().join("tests/fixtures")).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let is_document = |path: &PathBuf| path.extension().is_some_and(|kind| kind != "json" && kind != "md");
    let named =
        |path: PathBuf| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap());
    paths.into_iter().filter(is_document).map(named).collect()
}

/// So many mutated files, each with its answer.
async fn all_answered(engine: Engine, first: u64, count: u64) {
    let _alone = ALONE.lock().await;
    let (world, files, start) = (World::new(engine), good_files(), Instant::now());
    let (mut wrong, mut read, mut largest, mut slowest) = (Vec::new(), 0, 0, Duration::ZERO);
    for seed in first..first + count {
        let (name, bytes) = mutated(&files, seed);
        let outcome = world.drop(&format!("{seed}-{name}"), bytes).await;
        read += u64::from(outcome.says == "read");
        (largest, slowest) = (largest.max(outcome.memory), slowest.max(outcome.time));
        if !outcome.is_answered() || outcome.says == "internal" {
            wrong.push(outcome);
        }
    }
    let seconds = start.elapsed().as_secs();
    println!("{count} mutated files in {seconds} s: {read} read, slowest {slowest:.1?}, at most {largest} MiB");
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(largest < MAX_MEMORY, "{largest} MiB");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_of_mutated_files_have_their_answers() {
    all_answered(Engine::Blind, 0, 300).await;
}

/// `FAPIAO_FUZZ_FIRST` says where to begin.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs for minutes: make fuzz"]
async fn thousands_of_mutated_files_have_their_answers() {
    let first = environment::set("FAPIAO_FUZZ_FIRST").and_then(|v| v.parse().ok()).unwrap_or(1_000_000);
    all_answered(Engine::Blind, first, 10_000).await;
    all_answered(Engine::Real, first + 10_000, 200).await;
}

fn is_slower(now: Duration, before: Duration) -> bool {
    // What a clock cannot tell from nothing is nothing.
    now.as_secs_f64() > STRICT * before.as_secs_f64() && now.saturating_sub(before) > NOISE
}

/// Whether a page takes longer than in a worker that has seen nothing else, both in turn: a machine is slow at times.
async fn is_slower_than_fresh(world: &World, name: &str, page: &[u8]) -> bool {
    let fresh = World::new(Engine::Real);
    fresh.drop("honest.jpg", honest::photo()).await;
    let (mut here, mut there) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        here.push(world.drop_anew(name, page).await.time);
        there.push(fresh.drop_anew(name, page).await.time);
    }
    let (here, there) = (median(here), median(there));
    println!("  {name}: {here:.1?}, in a fresh worker {there:.1?}");
    is_slower(here, there)
}

/// The median time of a page.
async fn rounds(world: &World, name: &str, page: &[u8], count: usize) -> Duration {
    let mut times = Vec::new();
    for _ in 0..count {
        let outcome = world.drop_anew(name, page).await;
        assert_eq!(outcome.says, "read");
        times.push(outcome.time);
    }
    median(times)
}
