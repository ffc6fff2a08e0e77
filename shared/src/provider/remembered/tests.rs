use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use image::{ImageFormat, RgbImage};

use super::*;
use crate::desk::Desk;
use crate::document::Limits;
use crate::report::Reading;
use crate::store::{MemoryStore, Object};
use crate::worker::Workers;

/// A provider that counts its calls and goes by a script.
#[derive(Default)]
struct Fake {
    is_paid: bool,
    takes: Duration,
    calls: AtomicUsize,
    script: Mutex<VecDeque<Error>>,
}

#[async_trait]
impl Provider for Fake {
    fn name(&self) -> &'static str {
        "fake"
    }

    fn is_paid(&self) -> bool {
        self.is_paid
    }

    fn version(&self) -> &str {
        "v1.0 / new"
    }

    async fn read(&self, _: &Part, _: Instant) -> Result<Answer> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(self.takes).await;
        let scripted = self.script.lock().unwrap().pop_front();
        scripted.map_or_else(|| Ok(Answer::of(Reading { unread: 7, ..Reading::default() })), Err)
    }
}

fn vendor(script: impl IntoIterator<Item = Error>) -> Fake {
    Fake { is_paid: true, script: Mutex::new(script.into_iter().collect()), ..Fake::default() }
}

impl Fake {
    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    async fn asked(&self, memory: &Memory, part: &Part) -> Asked {
        let deadline = Instant::now() + Duration::from_secs(10);
        memory.ask(self, part, deadline, deadline).await
    }

    async fn read_with(&self, memory: &Memory) -> Result<Answer> {
        self.asked(memory, &part(1).await).await.answer
    }
}

async fn part(grey: u8) -> Part {
    let mut bytes = std::io::Cursor::new(Vec::new());
    RgbImage::from_pixel(30, 20, image::Rgb([grey; 3])).write_to(&mut bytes, ImageFormat::Png).unwrap();
    let (workers, deadline) = (Workers::here(Desk::new("no/models")), Instant::now() + Duration::from_secs(10));
    let file = workers.open(bytes.into_inner().into(), &Limits::default(), deadline).await.unwrap();
    file.parts.into_iter().next().unwrap().1.unwrap()
}

fn memory(store: impl Store + 'static) -> Memory {
    Memory::new(Arc::new(store), "out")
}

fn error(kind: ErrorKind) -> Error {
    Error::new(kind, "as told")
}

#[tokio::test]
async fn a_page_is_paid_for_once_whoever_asks() {
    let (store, vendor) = (MemoryStore::new(), vendor([]));
    for _ in 0..3 {
        let answer = vendor.read_with(&memory(store.clone())).await.unwrap();
        assert_eq!(answer.papers[0].reading.as_ref().unwrap().unread, 7);
    }
    assert_eq!(vendor.calls(), 1);
    let asked = vendor.asked(&memory(store.clone()), &part(2).await).await;
    assert_eq!((vendor.calls(), store.keys("out").len()), (2, 2));
    let key = asked.kept_at.unwrap();
    assert!(key.starts_with(".fapiao/answers/") && key.ends_with("-fake-v1.0---new"), "{key}");
    assert!(store.keys("out").contains(&key));
}

#[tokio::test]
async fn what_is_wrong_with_a_page_is_remembered_too() {
    let (store, vendor) = (MemoryStore::new(), vendor([error(ErrorKind::NoInvoice)]));
    for _ in 0..3 {
        let answer = vendor.read_with(&memory(store.clone())).await;
        assert_eq!(answer.unwrap_err().kind(), ErrorKind::NoInvoice);
    }
    assert_eq!(vendor.calls(), 1);
}

#[tokio::test]
async fn what_heals_by_itself_is_asked_for_again() {
    let (store, vendor) = (MemoryStore::new(), vendor([error(ErrorKind::ProviderThrottled)]));
    assert!(vendor.read_with(&memory(store.clone())).await.is_err());
    assert!(vendor.read_with(&memory(store)).await.is_ok());
    assert_eq!(vendor.calls(), 2);
}

#[tokio::test]
async fn a_call_whose_end_is_not_known_is_the_last_one() {
    let lost = error(ErrorKind::ProviderUnavailable).with_end_unknown();
    let (store, vendor) = (MemoryStore::new(), vendor([lost]));
    for message in [Some("m"), Some("n"), None] {
        let failed = vendor.read_with(&memory(store.clone()).for_message(message)).await.unwrap_err();
        assert!(failed.is_retryable(), "{failed}");
    }
    assert_eq!(vendor.calls(), 1);
}

#[tokio::test]
async fn a_refusal_is_met_once_a_message() {
    let refused = || error(ErrorKind::ProviderAuth).with_vendor_code("40102");
    let (store, vendor) = (MemoryStore::new(), vendor([refused(), refused()]));
    for message in ["m", "m", "n", "n", "o"] {
        let answer = vendor.read_with(&memory(store.clone()).for_message(Some(message))).await;
        assert_eq!(answer.is_ok(), message == "o");
    }
    assert_eq!(vendor.calls(), 3);
}

#[tokio::test]
async fn our_own_reading_is_kept_where_a_file_is_long_and_reading_takes_time() {
    for (parts, takes, is_kept) in
        [(SURELY_READ, 400, false), (SURELY_READ + 1, 0, false), (SURELY_READ + 1, 400, true)]
    {
        let fake = Fake { takes: Duration::from_millis(takes), ..Fake::default() };
        let (store, memory) = (MemoryStore::new(), memory(MemoryStore::new()));
        let memory = Memory { store: Arc::new(store.clone()), ..memory }.for_parts(parts);
        for _ in 0..2 {
            fake.read_with(&memory).await.unwrap();
        }
        let expected = if is_kept { (1, 1, 1) } else { (2, 0, 0) };
        assert_eq!((fake.calls(), store.keys("out").len(), memory.written()), expected, "{parts} {takes}");
    }
}

#[tokio::test]
async fn of_twenty_at_once_one_asks_and_all_have_the_answer() {
    let store = MemoryStore::new();
    let vendor = Arc::new(Fake { takes: Duration::from_millis(50), ..vendor([]) });
    let racers = (0..20).map(|_| {
        let (vendor, memory) = (vendor.clone(), memory(store.clone()));
        tokio::spawn(async move { vendor.read_with(&memory).await.is_ok() })
    });
    for racer in futures::future::join_all(racers).await {
        assert!(racer.unwrap());
    }
    assert_eq!(vendor.calls(), 1);
}

#[tokio::test]
async fn who_waits_for_somebody_elses_call_gives_up_after_half_of_its_time() {
    let store = MemoryStore::new();
    let slow = Arc::new(Fake { takes: Duration::from_secs(60), ..vendor([]) });
    let (dying, remembering) = (slow.clone(), memory(store.clone()));
    let holder = tokio::spawn(async move { dying.read_with(&remembering).await });
    while slow.calls() == 0 {
        tokio::task::yield_now().await;
    }
    holder.abort();
    let start = Instant::now();
    let deadline = start + Duration::from_millis(400);
    let asked = memory(store).ask(&*slow, &part(1).await, deadline, deadline).await;
    assert!(asked.is_final && start.elapsed() < Duration::from_millis(350));
    assert_eq!((asked.answer.unwrap_err().kind(), slow.calls()), (ErrorKind::Deadline, 1));
}

/// What happens to a write.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    /// It is not written.
    Before,
    /// It is written, and the reply is lost; who writes again is told that somebody was first.
    ReplyLost,
    /// It is written, and the reply is an error.
    After,
}

/// A store on which the first writes go wrong.
#[derive(Clone)]
struct Faulty {
    store: MemoryStore,
    faults: Arc<Mutex<VecDeque<Fault>>>,
}

#[async_trait]
impl Store for Faulty {
    async fn get(&self, bucket: &str, key: &str, max_bytes: u64) -> Result<Option<Object>> {
        self.store.get(bucket, key, max_bytes).await
    }

    async fn put(
        &self,
        bucket: &str,
        key: &str,
        body: Bytes,
        content: &str,
        seen: Option<&str>,
    ) -> Result<Option<String>> {
        let fault = self.faults.lock().unwrap().pop_front();
        if fault == Some(Fault::Before) {
            return Err(error(ErrorKind::Storage));
        }
        let written = self.store.put(bucket, key, body, content, seen).await?;
        match fault {
            Some(Fault::After) => Err(error(ErrorKind::Storage)),
            Some(Fault::ReplyLost) => Ok(None),
            _ => Ok(written),
        }
    }

    async fn delete(&self, bucket: &str, key: &str) -> Result<()> {
        self.store.delete(bucket, key).await
    }
}

#[tokio::test]
async fn a_holder_knows_its_own_claim_again_when_the_reply_was_lost() {
    for faults in [
        vec![Fault::ReplyLost],
        vec![Fault::After],
        vec![Fault::Before, Fault::ReplyLost],
        vec![Fault::ReplyLost, Fault::ReplyLost],
        vec![Fault::After, Fault::After],
        vec![Fault::After, Fault::Before, Fault::Before],
    ] {
        let faulty = Faulty { store: MemoryStore::new(), faults: Arc::new(Mutex::new(faults.into())) };
        let vendor = vendor([]);
        let start = Instant::now();
        for _ in 0..2 {
            vendor.read_with(&memory(faulty.clone())).await.unwrap();
        }
        assert_eq!(vendor.calls(), 1);
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    }
}

#[tokio::test]
async fn a_paid_answer_that_cannot_be_kept_is_used_and_not_paid_for_again() {
    let faults = [Fault::ReplyLost].into_iter().chain([Fault::Before; 20]);
    let faulty = Faulty { store: MemoryStore::new(), faults: Arc::new(Mutex::new(faults.collect())) };
    let vendor = vendor([]);
    vendor.read_with(&memory(faulty.clone())).await.unwrap();
    let deadline = Instant::now() + Duration::from_millis(200);
    assert!(memory(faulty).ask(&vendor, &part(1).await, deadline, deadline).await.answer.is_err());
    assert_eq!(vendor.calls(), 1);
}

/// A store that shows nothing.
struct Forbidding;

#[async_trait]
impl Store for Forbidding {
    async fn get(&self, _: &str, _: &str, _: u64) -> Result<Option<Object>> {
        Err(error(ErrorKind::Storage).with_vendor_code(crate::store::ACCESS_DENIED))
    }

    async fn put(&self, _: &str, _: &str, _: Bytes, _: &str, _: Option<&str>) -> Result<Option<String>> {
        Ok(Some("e".to_owned()))
    }

    async fn delete(&self, _: &str, _: &str) -> Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn where_nobody_can_look_nobody_is_paid_and_our_own_reader_reads_all_the_same() {
    let vendor = vendor([]);
    let asked = vendor.asked(&memory(Forbidding), &part(1).await).await;
    assert!(asked.is_final);
    assert_eq!((asked.answer.unwrap_err().kind(), vendor.calls()), (ErrorKind::Storage, 0));
    let own = Fake::default();
    assert!(own.read_with(&memory(Forbidding).for_parts(50)).await.is_ok());
}

#[tokio::test]
async fn a_call_that_has_no_time_left_is_not_begun() {
    let (store, vendor) = (MemoryStore::new(), vendor([]));
    let deadline = Instant::now() + Duration::from_millis(500);
    let asked = memory(store.clone()).ask(&vendor, &part(1).await, deadline, deadline).await;
    assert_eq!((asked.answer.unwrap_err().kind(), vendor.calls()), (ErrorKind::Deadline, 0));
    assert!(store.keys("out").is_empty());
}
