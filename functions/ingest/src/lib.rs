//! The function that S3 feeds: events in, Reports out. Knows nothing of how a document is read.

pub mod events;
pub mod inbox;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use aws_lambda_events::event::sqs::SqsBatchResponse;
use fapiao::deadline::{LONGEST_LIFE, time_left};
use fapiao::error::{Error, ErrorKind, Result};
use fapiao::pipeline::{Attempt, ObjectEvent, ObjectPipeline, Settled};
use fapiao::store::Store;
use futures::stream::{self, StreamExt};
use serde_json::{Value, json};

use events::{Event, Message};
use inbox::Inbox;

/// Kept back from the function's time for writing the Report and answering the queue.
const MARGIN: Duration = Duration::from_secs(2);

/// Of that a moment, for sending an event anew.
const TO_SEND: Duration = Duration::from_millis(1500);
/// How often an event is sent anew: Lambda stops a function that has called itself through a queue for 16 times.
const MAX_ROUNDS: u32 = 8;

/// Handles events, whoever delivers them.
pub struct Handler<S> {
    objects: ObjectPipeline<S>,
    concurrency: usize,
    max_receives: u32,
    inbox: Option<Arc<dyn Inbox>>,
}

impl<S: Store + Clone + 'static> Handler<S> {
    /// At most `concurrency` messages or objects are worked on at once. A message that was handed out `max_receives` times
    /// is not handed out again.
    pub fn new(objects: ObjectPipeline<S>, concurrency: usize, max_receives: u32) -> Self {
        Self { objects, concurrency: concurrency.max(1), max_receives, inbox: None }
    }

    /// The same with the queue that messages come from: what is too long for one invocation goes on in another.
    #[must_use]
    pub fn with_inbox(self, inbox: Arc<dyn Inbox>) -> Self {
        Self { inbox: Some(inbox), ..self }
    }

    /// Handles one invocation. A queue gets the partial batch response, S3 a summary.
    ///
    /// # Errors
    /// An event that cannot be read; or, for S3's own event, the first object's failure after all were tried.
    pub async fn handle(&self, event: Value, deadline: Instant) -> Result<Value> {
        match events::parse(event)? {
            Event::Sqs(messages) => self.batch(messages, deadline).await,
            Event::S3(objects) => self.all(objects, deadline).await,
        }
    }

    /// The messages that failed come back; the others are done.
    async fn batch(&self, messages: Vec<Message>, deadline: Instant) -> Result<Value> {
        let work = messages.into_iter().map(|message| async move {
            let id = message.id.clone();
            let failure = self.message(message, deadline).await.err()?;
            log_failure(&failure, &id);
            Some(id)
        });
        let failed = stream::iter(work).buffered(self.concurrency).filter_map(|failure| async { failure });
        let mut response = SqsBatchResponse::default();
        response.set_failures(failed.collect::<Vec<_>>().await);
        serde_json::to_value(response)
            .map_err(|error| Error::new(ErrorKind::Internal, format!("the queue cannot be answered: {error}")))
    }

    /// One failed object fails the message; the others cost nothing when it comes again. Where all that is missing is time,
    /// the event is sent anew instead: that costs no receive, and nobody waits until the message is seen again.
    async fn message(&self, message: Message, deadline: Instant) -> Result<()> {
        let attempt = Attempt { deadline, is_last: message.receives >= self.max_receives };
        let mut result = Ok(());
        let mut is_unfinished = false;
        for object in message.objects? {
            let settled = self.object(&object, attempt, Some(&message.id)).await;
            is_unfinished |= matches!(settled, Ok(Settled::Unfinished));
            result = result.and(settled.map(drop));
        }
        match result {
            Ok(()) if is_unfinished => self.send_anew(&message.body, message.round, deadline).await,
            result => result,
        }
    }

    async fn send_anew(&self, body: &str, rounds: u32, deadline: Instant) -> Result<()> {
        let Some(inbox) = self.inbox.as_deref().filter(|_| rounds < MAX_ROUNDS) else {
            return Err(unfinished());
        };
        let sent = tokio::time::timeout_at((deadline + TO_SEND).into(), inbox.send(body, rounds + 1));
        sent.await.unwrap_or_else(|_| Err(unfinished()))?;
        tracing::info!(round = rounds + 1, "the event was sent anew, because its file needs more time");
        Ok(())
    }

    /// How often S3's own event will be tried nobody tells.
    async fn all(&self, objects: Vec<ObjectEvent>, deadline: Instant) -> Result<Value> {
        let attempt = Attempt { deadline, is_last: false };
        let work = objects.into_iter().map(|object| async move {
            let settled = self.object(&object, attempt, None).await?;
            if settled == Settled::Unfinished {
                return Err(unfinished());
            }
            Ok(json!({"key": object.key, "outcome": name(&settled)}))
        });
        let done: Vec<Result<Value>> = stream::iter(work).buffered(self.concurrency).collect().await;
        let done = done.into_iter().collect::<Result<Vec<_>>>()?;
        Ok(json!({ "objects": done }))
    }

    async fn object(&self, object: &ObjectEvent, attempt: Attempt, message: Option<&str>) -> Result<Settled> {
        let start = Instant::now();
        let settled = self.objects.settle(object, attempt, message).await;
        let elapsed_ms = start.elapsed().as_millis();
        match &settled {
            Ok(settled) => {
                let (status, code) = report_of(settled);
                tracing::info!(key = object.key, outcome = name(settled), status, code, elapsed_ms, "settled");
            }
            Err(error) => {
                let (code, hint) = (error.code(), error.hint());
                tracing::error!(key = object.key, code, message = error.message(), hint, elapsed_ms, "not settled");
            }
        }
        settled
    }
}

fn unfinished() -> Error {
    Error::new(ErrorKind::Deadline, "the file needs more time than one invocation has; the next goes on from there")
        .with_hint("Send the file through the queue, with FAPIAO_INBOX_URL set, or split it.")
}

/// When an answer must be there: the runtime's deadline less a margin. Where there is none, as long as functions live.
pub fn deadline(invocation: SystemTime) -> Instant {
    let left = time_left(invocation, SystemTime::now()).unwrap_or(LONGEST_LIFE);
    Instant::now() + left.saturating_sub(MARGIN)
}

fn name(settled: &Settled) -> &'static str {
    match settled {
        Settled::Written(..) => "written",
        Settled::AlreadyAnswered => "already_answered",
        Settled::Superseded => "superseded",
        Settled::Gone => "gone",
        Settled::Unfinished => "unfinished",
    }
}

fn report_of(settled: &Settled) -> (Option<&str>, Option<&str>) {
    match settled {
        Settled::Written(status, code) => (Some(status), code.as_deref()),
        _ => (None, None),
    }
}

fn log_failure(error: &Error, message_id: &str) {
    tracing::error!(message_id, code = error.code(), message = error.message(), "the message goes back");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invocation_without_a_real_deadline_has_time_to_read() {
        let soon = Instant::now() + Duration::from_secs(60);
        assert!(deadline(SystemTime::UNIX_EPOCH) > soon);
        assert!(deadline(SystemTime::now() + Duration::from_secs(120)) > soon);
        assert!(deadline(SystemTime::now() + Duration::from_secs(30)) < soon);
        assert!(deadline(SystemTime::now() - Duration::from_secs(30)) < soon);
    }
}
