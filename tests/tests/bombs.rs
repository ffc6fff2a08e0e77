//! Hostile files through the real ingest handler and a real worker process: each has its answer, nobody grows beyond bounds,
//! and honest pages read behind them notice nothing. The engine is a stand-in, but in what `make fuzz` runs.

#![cfg(all(test, target_os = "linux"))]

mod hostile;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use fapiao_tests::bombs;
use hostile::{Engine, Outcome, World, honest};

/// MiB of both processes together.
const MAX_MEMORY: u64 = 2048;
/// What the usual time may grow to on a machine that does other things beside.
const LOOSE: f64 = 3.0;
const STRICT: f64 = 1.1;
const ROUNDS: usize = 9;

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
    let folder = folder();
    let world = World::new(Engine::Blind);
    let mut alone = Vec::new();
    for _ in 0..ROUNDS {
        alone.push(world.drop("honest.pdf", honest::text()).await.time);
    }
    let (mut outcomes, mut behind) = (Vec::new(), Vec::new());
    for bomb in bombs::all() {
        let outcome = world.drop(bomb.name, std::fs::read(folder.join(bomb.name)).unwrap()).await;
        println!("{outcome}");
        outcomes.push(outcome);
        let honest = world.drop("honest.pdf", honest::text()).await;
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
    let wanted = fapiao_tests::environment::set("FAPIAO_BOMB");
    let world = World::new(Engine::Real);
    let pages = [("honest.pdf", honest::text()), ("honest.jpg", honest::photo())];
    let mut usual = Vec::new();
    for (name, page) in &pages {
        usual.push(rounds(&world, name, page).await);
    }
    let mut slow = Vec::new();
    for bomb in bombs::all().into_iter().filter(|bomb| wanted.as_ref().is_none_or(|name| bomb.name.contains(name))) {
        let bomb_says = world.drop(bomb.name, std::fs::read(folder.join(bomb.name)).unwrap()).await;
        println!("{bomb_says}");
        assert!(bomb_says.is_answered(), "{bomb_says}");
        for ((name, page), (time, memory)) in pages.iter().zip(&usual) {
            let (now, grown) = rounds(&world, name, page).await;
            let (slower, larger) = (now.as_secs_f64() / time.as_secs_f64(), grown as f64 / *memory as f64);
            println!("  {name}: {slower:.2} times its time, {larger:.2} times its memory");
            if slower > STRICT || larger > STRICT {
                slow.push(format!("{} {name}: {slower:.2} {larger:.2}", bomb.name));
            }
        }
    }
    assert!(slow.is_empty(), "{slow:#?}");
}

/// The median time of a page, and the MiB that both processes keep behind it.
async fn rounds(world: &World, name: &str, page: &[u8]) -> (Duration, u64) {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        assert_eq!(world.drop(name, page.to_vec()).await.says, "read");
        times.push(start.elapsed());
    }
    (median(times), hostile::memory_now())
}
