//! Wires the S3-fed function: log, configuration, clients, run.

use std::sync::Arc;

use fapiao::config::Config;
use fapiao::pipeline::{ObjectPipeline, Pipeline};
use fapiao::store::S3Store;
use fapiao::{logging, worker};
use fapiao_ingest::inbox::SqsInbox;
use fapiao_ingest::{Handler, deadline};
use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use serde_json::Value;

fn main() -> Result<(), Error> {
    worker::begin();
    run()
}

#[tokio::main]
async fn run() -> Result<(), Error> {
    logging::init_json();
    let config = Config::from_env()?;
    let workers = config.workers(1);
    // It begins while the function does.
    workers.warm();
    let pipeline = Pipeline::new(workers, config.chain()?, config.limits).with_rules(config.rules());
    let concurrency = pipeline.chain().concurrency();
    let output_bucket = config.require_output_bucket()?;
    let objects = ObjectPipeline::new(S3Store::default(), pipeline, output_bucket).in_language(config.lang);
    let mut handler = Handler::new(objects, concurrency, config.max_receives);
    if let Some(url) = &config.inbox_url {
        handler = handler.with_inbox(Arc::new(SqsInbox::new(url)));
    }
    let handler = &handler;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        handler.handle(event.payload, deadline(event.context.deadline())).await.map_err(|error| Diagnostic {
            error_type: error.code().to_owned(),
            error_message: format!("{} {}", error.message(), error.hint()),
        })
    }))
    .await
}
