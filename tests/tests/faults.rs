//! The layer of faults itself: what S3 has done, and what the caller is told.

#![cfg(test)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::HeaderMap;
use fapiao_tests::faults::{Aim, Fault, FaultPlan, Faults};
use fapiao_tests::plain::ask;
use fapiao_tests::wire::{self, Server};

/// A store that counts what it was asked, behind the layer.
struct World {
    faults: Faults,
    done: Arc<AtomicUsize>,
    _store: Server,
}

impl World {
    fn new() -> Self {
        let done = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&done);
        let store = Router::new().fallback(move |body: String| async move {
            counted.fetch_add(1, Ordering::SeqCst);
            ([("etag", "\"e\"")], body)
        });
        let store = wire::serve("store", store).unwrap();
        let faults = Faults::start().unwrap();
        faults.forward_to(&format!("http://{}", store.address));
        Self { faults, done, _store: store }
    }

    /// Status and body; none where the connection broke or nobody answered.
    async fn ask(&self, method: &str, target: &str, headers: &[(&'static str, &str)]) -> Option<(u16, String)> {
        let host = self.faults.endpoint();
        let headers: HeaderMap =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let asked = ask(host.trim_start_matches("http://"), method, target, &headers, b"content");
        let answer = tokio::time::timeout(Duration::from_millis(500), asked).await.ok()?.ok()?;
        Some((answer.status.as_u16(), String::from_utf8(answer.body.to_vec()).unwrap()))
    }

    fn done(&self) -> usize {
        self.done.swap(0, Ordering::SeqCst)
    }
}

#[tokio::test]
async fn a_fault_does_to_a_write_what_it_says_and_the_next_one_passes() {
    let world = World::new();
    for (fault, answer, done) in [
        (Fault::SlowDown, Some(503), 0),
        (Fault::InternalError, Some(500), 0),
        (Fault::RequestTimeout, Some(400), 0),
        (Fault::Conflict, Some(409), 0),
        (Fault::Precondition, Some(412), 0),
        (Fault::Hang, None, 0),
        (Fault::ResetBefore, None, 0),
        (Fault::ResetAfter, None, 1),
        (Fault::HangAfter, None, 1),
    ] {
        world.faults.aim(Aim { method: "PUT", path: "a%20b".to_owned(), fault });
        let others = world.ask("PUT", "/bucket/other", &[]).await;
        assert_eq!((others, world.done()), (Some((200, "content".to_owned())), 1), "{fault:?}");
        let aimed = world.ask("PUT", "/bucket/a%20b?x=1", &[("if-none-match", "*")]).await;
        assert_eq!((aimed.map(|(status, _)| status), world.done()), (answer, done), "{fault:?}");
        let next = world.ask("PUT", "/bucket/a%20b?x=1", &[]).await;
        assert_eq!((next, world.done()), (Some((200, "content".to_owned())), 1), "{fault:?}");
    }
    assert_eq!(world.faults.counts().1.len(), 9);
}

#[tokio::test]
async fn a_plan_keeps_its_rate_and_a_third_of_its_faults_are_lost_replies() {
    let world = World::new();
    world.faults.plan(Some(FaultPlan::new(3, 100, 333, [Fault::SlowDown, Fault::Precondition])));
    for round in 0..1000 {
        world.ask(if round % 2 == 0 { "GET" } else { "PUT" }, "/bucket/key", &[]).await;
    }
    let (requests, met) = world.faults.counts();
    let (faults, lost) = (met.values().sum::<usize>(), met[&Fault::ResetAfter]);
    assert_eq!(requests, 1000);
    assert!((70..130).contains(&faults) && (faults / 4..=faults / 2).contains(&lost), "{met:?}");
    assert!(!met.contains_key(&Fault::Precondition), "on a write without a condition");
    assert_eq!(world.done(), 1000 - faults + lost);
}
