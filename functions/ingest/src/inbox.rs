//! The queue that the function reads, from its other end: an event whose file is too long for one invocation is sent anew, so
//! that receives count failures only. Knows nothing of what the event says.

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::MessageAttributeValue;
use fapiao::aws::Lazy;
use fapiao::error::{Error, ErrorKind, Result};

/// The attribute of a message that says how often its event was sent anew.
pub const ROUND: &str = "fapiao-round";

/// Where events come from.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// Sends a message's body again; `round` says for which time.
    ///
    /// # Errors
    /// `storage`: it is not known to have been sent.
    async fn send(&self, body: &str, round: u32) -> Result<()>;
}

/// A queue of SQS.
#[derive(Debug)]
pub struct SqsInbox {
    client: Lazy<Client>,
    url: String,
}

impl SqsInbox {
    /// The queue with that address.
    pub fn new(url: impl Into<String>) -> Self {
        Self { client: Lazy::new(Client::new), url: url.into() }
    }

    /// The same with settings other than this process's.
    pub fn at(aws: &SdkConfig, url: impl Into<String>) -> Self {
        Self { client: Lazy::made(Client::new, aws), url: url.into() }
    }
}

#[async_trait]
impl Inbox for SqsInbox {
    async fn send(&self, body: &str, round: u32) -> Result<()> {
        let round = MessageAttributeValue::builder().data_type("Number").string_value(round.to_string()).build();
        let round = round.map_err(|error| unsent(&error.to_string()))?;
        let message = self.client.get().await.send_message().queue_url(&self.url).message_body(body);
        let sent = message.message_attributes(ROUND, round).send().await;
        sent.map(drop).map_err(|error| unsent(error.code().unwrap_or("no answer")))
    }
}

fn unsent(why: &str) -> Error {
    Error::new(ErrorKind::Storage, format!("the event cannot be sent to the queue anew: {why}"))
        .with_hint("Check FAPIAO_INBOX_URL and the function's right to sqs:SendMessage.")
}
