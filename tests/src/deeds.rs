//! What a document might make a worker do, for the worker of `stand_in_worker` to do it. Knows nothing of processes.
#![allow(clippy::print_stdout, reason = "nonsense on standard output is one of them")]

use std::fs::{self, File};
use std::hint::black_box;
use std::io;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::os::unix::process::parent_id;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use fapiao::document::Limits;
use fapiao::error::{Error, ErrorKind, Result};
use fapiao::ocr::PageText;
use fapiao::worker::{Settings, Workers};
use image::{ImageFormat, RgbImage};

/// The widths of the pages that ask for something.
pub mod width {
    /// Reads nothing.
    pub const HONEST: u32 = 100;
    /// Takes more memory than there may be.
    pub const HOARD: u32 = 101;
    /// Uses the processors for ever.
    pub const SPIN: u32 = 102;
    /// Waits for ever.
    pub const SLEEP: u32 = 103;
    /// Calls itself without an end.
    pub const RECURSE: u32 = 104;
    /// Panics.
    pub const PANIC: u32 = 105;
    /// Ends its process.
    pub const EXIT: u32 = 106;
    /// Says nonsense to the parent.
    pub const BABBLE: u32 = 107;
    /// Takes two seconds, and reads nothing.
    pub const SLOW: u32 = 108;
    /// Keeps 800 MB for good.
    pub const LEAK: u32 = 109;
    /// Looks for a way out, and tells what it found.
    pub const PROBE: u32 = 110;
}

/// How the stand-in is started.
pub fn settings(program: Option<PathBuf>, how: &str) -> Settings {
    let arguments = vec![how.to_owned()];
    Settings { program, arguments, models: "/nonexistent".into(), cpu: Duration::from_secs(2), ..Settings::default() }
}

/// A page of this width.
pub fn page(width: u32) -> bytes::Bytes {
    let mut png = io::Cursor::new(Vec::new());
    // Into memory nothing can fail.
    let _ = RgbImage::new(width, 50).write_to(&mut png, ImageFormat::Png);
    png.into_inner().into()
}

/// What comes of a page of this width; nothing is ever read from one.
pub async fn read(workers: &Workers, width: u32, time: Duration) -> Error {
    let deadline = Instant::now() + time;
    let opened = workers.open(page(width), &Limits::default(), deadline).await;
    let part = opened.and_then(|file| file.parts.into_iter().next().map_or_else(|| Err(nothing()), |(_, part)| part));
    match part {
        Ok(part) => part.read(deadline).await.err().unwrap_or_else(nothing),
        Err(error) => error,
    }
}

fn nothing() -> Error {
    Error::new(ErrorKind::Internal, "there is no part, or it was read")
}

/// Says what came of it.
pub fn tell(error: &Error) {
    println!("{} {}", error.code(), error.message());
}

/// The shortest of so many readings of a file's first part, from its bytes on; none where it cannot be read. The first one,
/// which loads the models, does not count.
pub async fn shortest(workers: &Workers, file: &bytes::Bytes, times: u32) -> Option<Duration> {
    let mut shortest = None;
    for at in 0..=times {
        let start = Instant::now();
        let deadline = start + Duration::from_secs(600);
        let opened = workers.open(file.clone(), &Limits::default(), deadline).await.ok()?;
        opened.parts.first()?.1.as_ref().ok()?.read(deadline).await.ok()?;
        let took = start.elapsed();
        shortest = shortest.filter(|least| at < 2 || *least <= took).or(Some(took));
    }
    shortest
}

/// Says how long it took, and how much memory this process and those that it has started have.
pub fn tell_cost(shortest: Duration) {
    let all = children(std::process::id()).into_iter().chain([std::process::id()]);
    println!("{} {}", shortest.as_micros(), all.map(memory).sum::<u64>());
}

/// A process's share of memory, in kilobytes: what several have in common counts in parts.
fn memory(pid: u32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

/// The processes that a process has started and that live.
pub fn children(parent: u32) -> Vec<u32> {
    let is_child = |pid: &u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let mut fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        // What is dead and not yet buried does not count.
        fields.next() != Some("Z") && fields.next() == Some(&parent.to_string())
    };
    let entries = fs::read_dir("/proc").into_iter().flatten();
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).filter(is_child).collect()
}

/// Does what a page of this width asks for.
///
/// # Errors
/// What the probe found.
#[allow(clippy::panic, reason = "one of the deeds")]
pub fn done(width: u32) -> Result<PageText> {
    match width {
        width::HOARD => drop(black_box(vec![1_u8; 8 << 30])),
        width::SPIN => thread::scope(|scope| (0..2).for_each(|_| drop(scope.spawn(spin)))),
        width::SLEEP => thread::sleep(Duration::from_secs(3600)),
        width::RECURSE => drop(black_box(deeper(1))),
        width::PANIC => panic!("as told"),
        width::EXIT => std::process::exit(3),
        width::BABBLE => println!("{}", "nonsense".repeat(100)),
        width::SLOW => thread::sleep(Duration::from_secs(2)),
        width::LEAK => drop(black_box(vec![1_u8; 800 << 20].leak())),
        width::PROBE => return Err(Error::new(ErrorKind::Internal, probe())),
        _ => {}
    }
    Ok(PageText::default())
}

fn spin() {
    let mut number = 1_u64;
    loop {
        number = black_box(number.wrapping_mul(3));
    }
}

fn deeper(depth: u64) -> u64 {
    let here = black_box([depth; 64]);
    if depth == 0 { 0 } else { deeper(depth + here[1].min(1)) + here[63] }
}

/// Every way out that was tried, and what became of it.
fn probe() -> String {
    let parent = parent_id();
    let environ = || fs::read(format!("/proc/{parent}/environ")).map(|text| text.len());
    let memory = || File::open(format!("/proc/{parent}/mem"));
    let tried = [
        ("file", outcome(File::open("/etc/passwd"))),
        ("folder", outcome(fs::read_dir("/"))),
        ("write", outcome(File::create("/tmp/a-way-out"))),
        ("environ", outcome(environ())),
        ("memory", outcome(memory())),
        ("listen", outcome(TcpListener::bind("127.0.0.1:0"))),
        ("connect", outcome(TcpStream::connect("127.0.0.1:1"))),
        ("datagram", outcome(UdpSocket::bind("127.0.0.1:0"))),
        ("pair", outcome(UnixStream::pair())),
        ("exec", outcome(Command::new("/bin/true").status())),
        ("thread", outcome(thread::Builder::new().spawn(|| ()))),
    ];
    let names: Vec<String> = std::env::vars().map(|(name, _)| name).collect();
    let tried = tried.into_iter().chain(by_system_calls(parent));
    let told: Vec<String> = tried.map(|(what, came)| format!("{what}={came}")).collect();
    format!("{} env={}", told.join(" "), names.join(","))
}

fn outcome<T>(tried: io::Result<T>) -> String {
    tried.map_or_else(|error| format!("{:?}", error.kind()), |_| "done".to_owned())
}

/// What the standard library has no name for.
#[cfg(target_os = "linux")]
fn by_system_calls(parent: u32) -> Vec<(&'static str, String)> {
    use nix::sys::{ptrace, signal, uio};
    use nix::unistd::Pid;

    let of = |tried: nix::Result<()>| outcome(tried.map_err(io::Error::from));
    let pid = Pid::from_raw(i32::try_from(parent).unwrap_or_default());
    let mut byte = [0_u8; 8];
    let remote = uio::RemoteIoVec { base: 0x40_0000, len: 8 };
    let peeked = uio::process_vm_readv(pid, &mut [io::IoSliceMut::new(&mut byte)], &[remote]).map(drop);
    vec![("trace", of(ptrace::attach(pid))), ("peek", of(peeked)), ("signal", of(signal::kill(pid, None)))]
}

#[cfg(not(target_os = "linux"))]
fn by_system_calls(_: u32) -> Vec<(&'static str, String)> {
    Vec::new()
}

/// From now on this process has a kernel without landlock, as on Lambda.
#[cfg(target_os = "linux")]
pub fn take_landlock_away() {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

    let calls = [444, 445, 446].map(|call| (call, Vec::new()));
    let filter = std::env::consts::ARCH.try_into().and_then(|arch| {
        // ENOSYS.
        SeccompFilter::new(calls.into(), SeccompAction::Allow, SeccompAction::Errno(38), arch)
    });
    let program: std::result::Result<BpfProgram, _> = filter.and_then(TryInto::try_into);
    let taken = program.map_err(seccompiler::Error::from).and_then(|program| seccompiler::apply_filter(&program));
    if let Err(error) = taken {
        tell(&Error::new(ErrorKind::Internal, format!("landlock stays: {error}")));
    }
}

/// There is none.
#[cfg(not(target_os = "linux"))]
pub fn take_landlock_away() {}
