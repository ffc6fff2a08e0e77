//! One event in one invocation: all that is asked of the network ends with it, and what providers answer is remembered.
//! Knows nothing of what is done with Reports.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::event::{Attempt, ObjectEvent, Settled};
use super::files::ReadFiles;
use super::object::ObjectPipeline;
use crate::error::{ErrorKind, Result};
use crate::provider::Memory;
use crate::store::{Store, Within};

/// Left of an event's time for writing what was read: a tenth, and no more than this.
const TO_WRITE: Duration = Duration::from_secs(3);
/// Left of it for the answer, when the store says nothing: a twentieth, and no more than this.
const TO_ANSWER: Duration = Duration::from_millis(200);

impl<S: Store + Clone + 'static, F: ReadFiles> ObjectPipeline<S, F> {
    /// [`Self::process`], answering before the deadline whatever the network does, and paying for no page twice. `message`
    /// is the id of the message that told of the event: the same when it is received again.
    ///
    /// # Errors
    /// As [`Self::process`]; `deadline` when the time was up and nothing new is remembered.
    pub async fn settle(&self, event: &ObjectEvent, attempt: Attempt, message: Option<&str>) -> Result<Settled> {
        // It starts while the object is on its way.
        self.files.warm();
        let memory = Memory::new(Arc::new(self.store.clone()), &self.output_bucket).for_message(message);
        let left = attempt.deadline.saturating_duration_since(Instant::now());
        let before_end = |time: Duration| attempt.deadline.checked_sub(time).unwrap_or(attempt.deadline);
        let store = Within::new(self.store.clone(), before_end(TO_ANSWER.min(left / 20)));
        let reading = Attempt { deadline: before_end(TO_WRITE.min(left / 10)), ..attempt };
        let files = self.files.with_memory(memory.clone());
        let settled = ObjectPipeline::new(store, files, &self.output_bucket).process(event, reading).await;
        match settled {
            Err(error) if error.kind() == ErrorKind::Deadline && memory.written() > 0 => Ok(Settled::Unfinished),
            settled => settled,
        }
    }
}
