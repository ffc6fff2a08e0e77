//! The function that S3 feeds: events in, Reports out. Knows nothing of how a document is read.

pub mod events;

use std::time::{Duration, Instant, SystemTime};

use aws_lambda_events::event::sqs::SqsBatchResponse;
use fapiao::deadline::{LONGEST_LIFE, time_left};
use fapiao::error::{Error, ErrorKind, Result};
use fapiao::pipeline::{Attempt, ObjectEvent, ObjectPipeline, Pipeline, ReadFiles, Settled};
use fapiao::store::Store;
use futures::stream::{self, StreamExt};
use serde_json::{Value, json};

use events::{Event, Message};

/// Kept back from the function's time for writing the Report and answering the queue.
const MARGIN: Duration = Duration::from_secs(2);

/// Handles events, whoever delivers them.
pub struct Handler<S, F = Pipeline> {
    objects: ObjectPipeline<S, F>,
    concurrency: usize,
    max_receives: u32,
}

impl<S: Store, F: ReadFiles> Handler<S, F> {
    /// At most `concurrency` messages or objects are worked on at once. A message that was handed out `max_receives` times
    /// is not handed out again.
    pub fn new(objects: ObjectPipeline<S, F>, concurrency: usize, max_receives: u32) -> Self {
        Self { objects, concurrency: concurrency.max(1), max_receives }
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

    /// One failed object fails the message; the others cost nothing when it comes again.
    async fn message(&self, message: Message, deadline: Instant) -> Result<()> {
        let attempt = Attempt { deadline, is_last: message.receives >= self.max_receives };
        let mut result = Ok(());
        for object in message.objects? {
            let settled = self.object(&object, attempt).await.map(drop);
            result = result.and(settled);
        }
        result
    }

    /// How often S3's own event will be tried nobody tells.
    async fn all(&self, objects: Vec<ObjectEvent>, deadline: Instant) -> Result<Value> {
        let attempt = Attempt { deadline, is_last: false };
        let work = objects.into_iter().map(|object| async move {
            let settled = self.object(&object, attempt).await?;
            Ok(json!({"key": object.key, "outcome": name(&settled)}))
        });
        let done: Vec<Result<Value>> = stream::iter(work).buffered(self.concurrency).collect().await;
        let done = done.into_iter().collect::<Result<Vec<_>>>()?;
        Ok(json!({ "objects": done }))
    }

    async fn object(&self, object: &ObjectEvent, attempt: Attempt) -> Result<Settled> {
        let start = Instant::now();
        let settled = self.objects.process(object, attempt).await;
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
