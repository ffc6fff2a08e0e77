//! Everything at once: documents as fast as they can be dropped, vendors and an S3 that misbehave, copies, overwritten
//! files, doubled events, and a function that is killed again and again. Afterwards every document has its Report, no
//! Report is of an older version, and no picture was paid for twice.
//!
//! The short form runs with the tests; `make soak` is the long one.

mod load;
mod memory;
mod outcome;
mod processes;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use fapiao_tests::environment::set;
use fapiao_tests::faults::{Fault, FaultPlan, Faults};
use fapiao_tests::fuzz::Dice;
use fapiao_tests::label;
use fapiao_tests::stub::{self, Behaviour, Plan, Stub, StubVendor};

use super::local::{Stack, deploy, fixture};
use load::Load;
pub use load::picture;
use outcome::Outcome;

/// As `Timeout` of the function: short, because whoever follows a killed one has to wait for its end.
const FUNCTION_SECONDS: u32 = 10;
const CONCURRENCY: usize = 12;
/// Per mille.
const VENDOR_FAULTS: usize = 100;
const S3_FAULTS: usize = 50;
const LOST_REPLIES: usize = 333;

/// How much of everything.
pub struct Size {
    pub objects: usize,
    pub kills: usize,
    pub seed: u64,
    /// How often an event is tried, with how many seconds between. All of it must be longer than a killed function's claim on a
    /// picture, which is its life and a minute.
    pub receives: u32,
    pub retry_seconds: u32,
}

pub struct Trial {
    pub stack: Stack,
    pub textin: Stub,
    pub faults: Faults,
    pub size: Size,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_stale_or_paid_twice_in_a_short_soak() {
    soak(Size { objects: 60, kills: 4, seed: 1, receives: 4, retry_seconds: 25 }).await;
}

/// `make soak`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes ten minutes"]
async fn nothing_is_lost_stale_or_paid_twice_in_a_long_soak() {
    let number = |name: &str, usual: usize| set(name).map_or(usual, |text| text.parse().unwrap());
    let (objects, kills) = (number("FAPIAO_SOAK_OBJECTS", 1000), number("FAPIAO_SOAK_KILLS", 50));
    soak(Size { objects, kills, seed: 2, receives: 5, retry_seconds: 40 }).await;
}

async fn soak(size: Size) {
    let start = Instant::now();
    let trial = Trial::new(size).await;
    let load = Load::new(&trial.size);
    let (killed, etags) = tokio::join!(kill_at_random(&trial), load.drop_all(&trial.stack));
    settle(&trial, &load).await;
    let outcome = Outcome::of(&trial, &load, &etags, &killed).await;
    println!("{}", outcome.table(&trial, start.elapsed()));
    outcome.check();
}

impl Trial {
    async fn new(size: Size) -> Self {
        let label = serde_json::from_slice(&fixture("form-photo.json")).unwrap();
        let textin = Stub::start(StubVendor::TextIn, label::reading(&label)).unwrap();
        textin.tell_pictures_apart();
        let faults = Faults::start().unwrap();
        let stack = deploy(&[
            "Providers=textin".to_owned(),
            format!("Concurrency={CONCURRENCY}"),
            format!("MaxReceives={}", size.receives),
            format!("TextinEndpoint={}", textin.endpoint()),
            format!("S3Endpoint={}", faults.endpoint()),
            format!("ProviderSecret={}", stub::keys(stub::SECRET, stub::SECRET)),
        ]);
        faults.forward_to(stack.output("Endpoint"));
        stack.limit_function(FUNCTION_SECONDS).await;
        stack.retry_after(size.retry_seconds).await;
        textin.plan(Plan::new(size.seed, VENDOR_FAULTS, vendor_faults()));
        faults.plan(Some(FaultPlan::new(size.seed, S3_FAULTS, LOST_REPLIES, s3_faults())));
        Self { stack, textin, faults, size }
    }
}

fn vendor_faults() -> Vec<Behaviour> {
    vec![
        Behaviour::Throttle(Some(1)),
        Behaviour::Throttle(None),
        Behaviour::Status(500),
        Behaviour::Status(500),
        Behaviour::Hang(Duration::from_secs(30)),
        Behaviour::Drip(5, Duration::from_millis(200)),
        Behaviour::Break,
        Behaviour::ResetUnread,
        Behaviour::ResetRead,
        Behaviour::NoJson,
        Behaviour::NoResult,
        Behaviour::Code(99_999),
    ]
}

fn s3_faults() -> Vec<Fault> {
    use Fault::{Conflict, Hang, InternalError, Precondition, RequestTimeout, ResetBefore, SlowDown};
    vec![
        SlowDown,
        SlowDown,
        SlowDown,
        InternalError,
        RequestTimeout,
        ResetBefore,
        ResetBefore,
        Hang,
        Conflict,
        Precondition,
    ]
}

/// Kills the function's processes, one after another. Gives, for each picture, how many calls' ends only the killed knew.
async fn kill_at_random(trial: &Trial) -> BTreeMap<String, usize> {
    let mut dice = Dice::new(trial.size.seed);
    let mut allowed = BTreeMap::new();
    let mut killed = 0;
    let deadline = Instant::now() + Duration::from_secs(300);
    while killed < trial.size.kills && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(200 + dice.below(1000) as u64)).await;
        let running = processes::of_function(trial.stack.folder(), trial.stack.output("IngestFunction"));
        if running.is_empty() {
            continue;
        }
        if let Some(picture) = kill(trial, *dice.pick(&running)) {
            *allowed.entry(picture).or_default() += 1;
        }
        killed += 1;
    }
    assert_eq!(killed, trial.size.kills, "the function did not run for long enough to be killed so often");
    allowed
}

/// Kills it, and gives the picture of the last paid call whose answer it may have had to itself.
fn kill(trial: &Trial, id: u32) -> Option<String> {
    // What it has asked for is looked at while it stands still.
    processes::signal(id, "STOP");
    let ports = processes::ports(id);
    let calls = trial.textin.calls();
    let last = calls.iter().rev().find(|call| ports.contains(&call.peer.port())).filter(|call| call.is_paid());
    processes::signal(id, "KILL");
    last.and_then(stub::StubCall::picture)
}

/// Waits until every event has ended, in a Report or in the dead letters.
async fn settle(trial: &Trial, load: &Load) {
    let tries = Duration::from_secs(u64::from((trial.size.receives + 1) * trial.size.retry_seconds));
    let patience = tries + Duration::from_millis(500) * load.events();
    trial.stack.wait_until_inbox_is_empty(patience).await;
}
