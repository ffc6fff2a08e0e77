//! Whatever a document makes its worker do, the process that holds the keys lives on and has an answer; and what a worker
//! has got into its power reaches neither keys nor network. A stand-in for the engine does the deeds.

#![cfg(test)]
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use fapiao::document::Limits;
use fapiao::error::{Error, ErrorKind};
use fapiao::worker::Workers;
use fapiao_tests::deeds::{children, page, read, settings, width};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_stand_in_worker");
const LONG: Duration = Duration::from_secs(60);
const NOBODY: u32 = 65534;

fn workers() -> Workers {
    Workers::spawned(settings(Some(PROGRAM.into()), "confined"), 1)
}

async fn after(workers: &Workers, deed: u32, time: Duration) -> Error {
    let error = read(workers, deed, time).await;
    let honest = read(workers, width::HONEST, LONG).await;
    assert_eq!(honest.kind(), ErrorKind::NoInvoice, "the next document after {deed}: {honest}");
    error
}

#[tokio::test]
async fn whatever_kills_a_worker_is_an_answer_and_the_next_document_is_read() {
    let workers = workers();
    for (deed, kind, says) in [
        (width::HOARD, ErrorKind::TooComplex, "2300 MB of memory"),
        (width::SPIN, ErrorKind::TooComplex, "2 s of processor time"),
        (width::RECURSE, ErrorKind::TooComplex, "levels inside each other"),
        (width::PANIC, ErrorKind::Internal, "broke off"),
        (width::EXIT, ErrorKind::Internal, "two workers died"),
        (width::BABBLE, ErrorKind::Internal, "two workers died"),
    ] {
        let error = after(&workers, deed, LONG).await;
        assert!(error.kind() == kind && error.message().contains(says), "{deed}: {error}");
    }
}

#[tokio::test]
async fn what_is_not_done_at_the_deadline_is_ended_and_may_be_tried_again() {
    let start = Instant::now();
    let error = after(&workers(), width::SLEEP, Duration::from_secs(1)).await;
    assert!(error.kind() == ErrorKind::Deadline && error.is_retryable(), "{error}");
    assert!(start.elapsed() < Duration::from_secs(30));
}

#[tokio::test]
async fn a_neighbour_notices_nothing_of_a_death() {
    let (workers, limits, deadline) = (workers(), Limits::default(), Instant::now() + LONG);
    let mut neighbours = Vec::new();
    for _ in 0..3 {
        neighbours.push(workers.open(page(width::HONEST), &limits, deadline).await.unwrap());
    }
    assert_eq!(read(&workers, width::HOARD, LONG).await.kind(), ErrorKind::TooComplex);
    for file in &neighbours {
        let error = file.parts[0].1.as_ref().unwrap().read(deadline).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoInvoice);
    }
}

#[tokio::test]
async fn more_files_than_lie_open_at_once_are_all_read() {
    let (workers, limits, deadline) = (workers(), Limits::default(), Instant::now() + LONG);
    let mut files = Vec::new();
    for _ in 0..40 {
        files.push(workers.open(page(width::HONEST), &limits, deadline).await.unwrap());
    }
    for file in files {
        let error = file.parts[0].1.as_ref().unwrap().read(deadline).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoInvoice);
    }
}

#[tokio::test]
async fn a_caller_who_goes_away_in_the_middle_leaves_no_answer_to_the_next() {
    let workers = workers();
    let gone = tokio::time::timeout(Duration::from_millis(300), read(&workers, width::SLEEP, LONG)).await;
    assert!(gone.is_err());
    assert_eq!(read(&workers, width::HONEST, LONG).await.kind(), ErrorKind::NoInvoice);
}

#[tokio::test]
async fn a_worker_that_has_grown_large_makes_room_for_a_small_one() {
    let (workers, deadline) = (workers(), Instant::now() + LONG);
    let file = workers.open(page(width::LEAK), &Limits::default(), deadline).await.unwrap();
    let error = file.parts[0].1.as_ref().unwrap().read(deadline).await.unwrap_err();
    assert!(error.kind() == ErrorKind::NoInvoice && large_children() == 1, "{error}");
    drop(file);
    while large_children() > 0 {
        assert!(Instant::now() < deadline, "the memory does not come back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(read(&workers, width::HONEST, LONG).await.kind(), ErrorKind::NoInvoice);
}

/// How many of our workers hold more memory than any honest document needs; only one deed makes them.
fn large_children() -> usize {
    let pages = |pid: &u32| {
        let statm = fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
        statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or_default()
    };
    children(std::process::id()).iter().filter(|pid| pages(pid) * 4096 > 700 << 20).count()
}

/// The stand-in's parent, run by a user of its own choice, with a credential in its environment.
struct Run {
    _folder: TempDir,
    program: PathBuf,
}

impl Run {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let program = folder.path().join("stand_in_worker");
        fs::copy(PROGRAM, &program).unwrap();
        Self { _folder: folder, program }
    }

    fn start(&self, how: &str, deed: u32, user: Option<u32>) -> Child {
        let mut command = Command::new(&self.program);
        command.args(["parent", how, &deed.to_string(), "60"]);
        command.env("FAPIAO_TEXTIN_SECRET_CODE", "hunter2").env_remove("RUST_LOG");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(user) = user {
            command.uid(user).gid(user);
        }
        command.spawn().unwrap()
    }
}

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_worker_that_is_killed_in_the_middle_of_a_document_costs_nothing_but_a_line_in_the_log() {
    let run = Run::new();
    let parent = run.start("confined", width::SLOW, None);
    let until = Instant::now() + LONG;
    let worker = loop {
        match children(parent.id()).first() {
            Some(pid) => break *pid,
            None => assert!(Instant::now() < until, "no worker begins"),
        }
        thread::sleep(Duration::from_millis(20));
    };
    // It has begun and is at work by then.
    thread::sleep(Duration::from_secs(1));
    assert!(Command::new("kill").args(["-9", &worker.to_string()]).status().unwrap().success());
    let (answer, log) = said(&parent.wait_with_output().unwrap());
    assert!(answer.starts_with("no_invoice "), "{answer} {log}");
    let told = log.lines().find(|line| line.contains("its document is given to another"));
    assert!(told.is_some_and(|line| line.contains("signal: 9") && line.contains(&worker.to_string())), "{log}");
}

/// What the probe found, told as `what=came`.
fn probe(how: &str, user: Option<u32>) -> (String, String) {
    let run = Run::new();
    let (found, log) = said(&run.start(how, width::PROBE, user).wait_with_output().unwrap());
    assert!(found.starts_with("internal ") && found.contains("env="), "{found} {log}");
    assert!(!found.contains("hunter2") && !log.contains("hunter2"));
    (found, log)
}

#[track_caller]
fn assert_shut(found: &str, ways: &[&str]) {
    for way in ways {
        let came = found.split_whitespace().find_map(|told| told.strip_prefix(&format!("{way}=")));
        assert_eq!(came, Some("PermissionDenied"), "{way}: {found}");
    }
}

/// With landlock or without.
const SHUT: [&str; 11] =
    ["write", "environ", "memory", "listen", "connect", "datagram", "pair", "exec", "trace", "peek", "signal"];

/// How its allocator behaves, and nothing else.
const ENVIRONMENT: &str = " env=MALLOC_ARENA_MAX,MALLOC_MMAP_THRESHOLD_,MALLOC_TRIM_THRESHOLD_";

/// Root's worker must be able to do no more than anybody's.
fn users() -> Vec<Option<u32>> {
    if nix::unistd::geteuid().is_root() { vec![None, Some(NOBODY)] } else { vec![None] }
}

#[test]
fn a_worker_finds_no_way_out() {
    for user in users() {
        let (found, log) = probe("confined", user);
        assert_shut(&found, &SHUT);
        assert!(found.contains(" thread=done") && found.trim().ends_with(ENVIRONMENT), "{found}");
        if log.contains("landlock") {
            eprintln!("this kernel has no landlock: files were not tried");
        } else {
            assert_shut(&found, &["file", "folder"]);
        }
    }
}

#[test]
fn without_landlock_neither_network_nor_parent_can_be_reached() {
    for user in users() {
        let (found, log) = probe("without-landlock", user);
        assert!(found.contains("file=done"), "landlock is there all the same: {found}");
        assert_shut(&found, &SHUT);
        assert_eq!(log.lines().filter(|line| line.contains("landlock")).count(), 1, "{log}");
    }
}

/// The shortest time in milliseconds, and memory in megabytes.
fn cost(way: &str, file: &str, times: u32) -> (f64, f64) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let (models, file) = (root.join("models"), root.join("tests/fixtures").join(file));
    let output =
        Command::new(PROGRAM).args(["cost", way]).args([models, file]).arg(times.to_string()).output().unwrap();
    let (told, log) = said(&output);
    let mut numbers = told.split_whitespace().map(|number| number.parse::<f64>().unwrap());
    let (Some(micros), Some(kilobytes)) = (numbers.next(), numbers.next()) else { panic!("{told} {log}") };
    (micros / 1000.0, kilobytes / 1024.0)
}

/// A page of pixels takes seconds, and two runs of the same differ by more than the worker costs.
const SPREAD: f64 = 1.05;
/// What a second process takes before it does anything, in megabytes: on a page of text that is more than a tenth.
const A_PROCESS: f64 = 5.0;

#[test]
#[ignore = "measures: run by `make bench` on an idle machine"]
fn a_worker_costs_five_milliseconds_and_a_tenth_of_the_memory_at_most() {
    for (file, times) in [("text-digital.pdf", 30), ("form-photo.jpg", 3)] {
        let ((alone, small), (apart, large)) = (cost("here", file, times), cost("elsewhere", file, times));
        println!(
            "{file}: {alone:.1} ms and {small:.0} MB in one process, {apart:.1} ms and {large:.0} MB with a worker"
        );
        assert!(
            apart <= alone * if times > 10 { 1.0 } else { SPREAD } + 5.0,
            "{file} takes {apart:.1} ms, not {alone:.1}"
        );
        assert!(large <= (small * 1.1).max(small + A_PROCESS), "{file} takes {large:.0} MB, not {small:.0}");
    }
}
