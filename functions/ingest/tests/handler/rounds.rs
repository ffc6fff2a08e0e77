//! Files that are too long for one invocation.

use std::io::Write;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use fapiao::document::Limits;
use fapiao::error::Result;
use fapiao::report::{Report, Status};
use fapiao::store::Store;
use fapiao_ingest::inbox::Inbox;
use serde_json::{Value, json};

use super::world::{Fake, World, failed_ids, picture, record, s3};

/// A queue that remembers what was sent to it.
#[derive(Default)]
struct FakeInbox(Mutex<Vec<(String, u32)>>);

#[async_trait]
impl Inbox for FakeInbox {
    async fn send(&self, body: &str, round: u32) -> Result<()> {
        self.0.lock().unwrap().push((body.to_owned(), round));
        Ok(())
    }
}

/// So many pictures, each another one.
fn zip_of(members: u8) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for member in 0..members {
        zip.start_file(format!("{member:02}.png"), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&picture(member)).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn message_of_round(id: &str, body: &str, round: u32) -> Value {
    let attributes = json!({"fapiao-round": {"stringValue": round.to_string(), "dataType": "Number"}});
    json!({"Records": [{
        "messageId": id, "eventSource": "aws:sqs", "body": body, "messageAttributes": attributes,
    }]})
}

#[tokio::test]
async fn a_file_that_is_too_long_for_one_invocation_goes_on_in_the_next_and_no_receive_is_lost() {
    const MEMBERS: usize = 12;
    let takes = Duration::from_millis(350);
    let world = World::with_first(Fake { name: "first", takes, ..Fake::default() }, Limits::default());
    let inbox = Arc::new(FakeInbox::default());
    let World { store, first, handler, .. } = world;
    let handler = handler.with_inbox(inbox.clone());
    let etag = store.upload("in", "first/a.zip", zip_of(MEMBERS as u8));
    let mut next = Some((s3(&[&record("first/a.zip", 1, &etag, "0A")]).to_string(), 0));
    let mut rounds = 0;
    while let Some((body, round)) = next {
        rounds += 1;
        let deadline = Instant::now() + Duration::from_secs(2);
        let event = message_of_round(&format!("m{round}"), &body, round);
        let answer = handler.handle(event, deadline).await.unwrap();
        assert!(failed_ids(&answer).is_empty(), "a receive was lost in round {rounds}");
        assert!(Instant::now() < deadline + takes);
        next = inbox.0.lock().unwrap().pop();
        assert!(next.as_ref().is_none_or(|(sent, next)| *sent == body && *next == round + 1));
    }
    let object = store.get("out", "first/a.zip.json", 1_000_000).await.unwrap().unwrap();
    let report: Report = serde_json::from_slice(&object.body).unwrap();
    assert_eq!((report.status, report.invoices.len()), (Status::Read, MEMBERS));
    assert!((3..=6).contains(&rounds), "{rounds} rounds");
    // One that the deadline cut off is read again.
    let calls = first.calls.load(Ordering::SeqCst);
    assert!((MEMBERS..MEMBERS + rounds).contains(&calls), "{calls} calls in {rounds} rounds");
}

#[tokio::test]
async fn there_is_an_end_to_sending_anew() {
    let takes = Duration::from_millis(350);
    for (round, has_inbox, is_sent) in [(7, true, true), (8, true, false), (0, false, false)] {
        let world = World::with_first(Fake { name: "first", takes, ..Fake::default() }, Limits::default());
        let inbox = Arc::new(FakeInbox::default());
        let handler = if has_inbox { world.handler.with_inbox(inbox.clone()) } else { world.handler };
        let etag = world.store.upload("in", "first/a.zip", zip_of(12));
        let body = s3(&[&record("first/a.zip", 1, &etag, "0A")]).to_string();
        let deadline = Instant::now() + Duration::from_millis(900);
        let answer = handler.handle(message_of_round("m", &body, round), deadline).await.unwrap();
        assert_eq!((failed_ids(&answer).is_empty(), inbox.0.lock().unwrap().len()), (is_sent, usize::from(is_sent)));
    }
}

#[tokio::test]
async fn what_makes_no_progress_is_not_sent_anew() {
    let takes = Duration::from_millis(900);
    let world = World::with_first(Fake { name: "first", takes, ..Fake::default() }, Limits::default());
    let inbox = Arc::new(FakeInbox::default());
    let handler = world.handler.with_inbox(inbox.clone());
    let etag = world.store.upload("in", "first/a.zip", zip_of(12));
    let body = s3(&[&record("first/a.zip", 1, &etag, "0A")]).to_string();
    let deadline = Instant::now() + Duration::from_millis(200);
    let answer = handler.handle(message_of_round("m", &body, 0), deadline).await.unwrap();
    assert_eq!((failed_ids(&answer), inbox.0.lock().unwrap().len()), (vec!["m"], 0));
}
