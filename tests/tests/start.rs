//! How long a function takes from its start until it asks for its first event, beside one that does nothing.

#![cfg(test)]

use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const HELLO: &str = env!("CARGO_BIN_EXE_hello_function");
const OURS: [&str; 2] = ["fapiao-ingest", "fapiao-api"];
/// So many times as long as one that does nothing, and this.
const FACTOR: f64 = 1.5;
const SLACK: Duration = Duration::from_millis(2);
/// What the everyday profile adds: in it the linker leaves twice as many addresses to set right before `main`.
const EVERYDAY: Duration = Duration::from_millis(3);
/// The system's certificates alone would take longer.
const BESIDE_OTHERS: Duration = Duration::from_millis(40);

/// From its start to its first word to the Runtime API, with every setting that could make it set something up. All AWS has
/// for it are addresses at which nobody listens.
fn start(program: &str, models: &Path) -> Duration {
    let runtime = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = runtime.local_addr().unwrap().to_string();
    let mut command = Command::new(Path::new(HELLO).with_file_name(program));
    command.env_clear().env("AWS_LAMBDA_RUNTIME_API", address).env("FAPIAO_MODELS", models);
    for (name, value) in [
        ("AWS_LAMBDA_FUNCTION_NAME", "start"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "3008"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "start"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "start"),
        ("AWS_REGION", "cn-north-1"),
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "key"),
        ("FAPIAO_PROVIDERS", "embedded,textin,volcengine"),
        ("FAPIAO_OUTPUT_BUCKET", "out"),
        ("FAPIAO_INBOX_URL", "http://127.0.0.1:9/inbox"),
        ("FAPIAO_PROVIDER_SECRET_ARN", "arn:vendors"),
        ("FAPIAO_API_SECRET_ARN", "arn:clients"),
    ] {
        command.env(name, value);
    }
    let begun = Instant::now();
    let mut function = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut asked = [0; 48];
    runtime.accept().unwrap().0.read_exact(&mut asked).unwrap();
    let time = begun.elapsed();
    function.kill().unwrap();
    function.wait().unwrap();
    assert!(String::from_utf8_lossy(&asked).contains("/invocation/next"), "{program} asked for something else");
    time
}

/// The shortest and the median time of each program; they take turns, so that whatever else the machine does falls on all.
fn times(programs: &[&str], rounds: usize) -> Vec<(Duration, Duration)> {
    let models = tempfile::tempdir().unwrap();
    for name in fapiao::ocr::MODEL_FILES {
        std::fs::write(models.path().join(name), "").unwrap();
    }
    let mut times = vec![Vec::new(); programs.len()];
    for _ in 0..rounds {
        for (program, times) in programs.iter().zip(&mut times) {
            times.push(start(program, models.path()));
        }
    }
    let of = |mut times: Vec<Duration>| {
        times.sort();
        (times[0], times[times.len() / 2])
    };
    times.into_iter().map(of).collect()
}

#[test]
fn nothing_is_loaded_before_a_function_asks_for_its_first_event() {
    for (program, (shortest, _)) in OURS.iter().zip(times(&OURS, 10)) {
        assert!(shortest < BESIDE_OTHERS, "{program} takes {shortest:.1?}");
    }
}

#[test]
#[ignore = "a measurement: run it with `make bench`"]
fn a_function_starts_as_fast_as_one_that_does_nothing() {
    let programs = ["hello_function", OURS[0], OURS[1]];
    let times = times(&programs, 60);
    for (program, (shortest, median)) in programs.iter().zip(&times) {
        println!("{program}: asks for its first event after {shortest:.1?} at best, {median:.1?} in the middle");
    }
    let most = times[0].0.mul_f64(FACTOR) + SLACK + EVERYDAY;
    for (program, (shortest, _)) in programs.iter().zip(&times) {
        assert!(*shortest <= most, "{program} takes {shortest:.1?}, more than {most:.1?}");
    }
}
