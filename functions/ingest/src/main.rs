//! Wires the S3-fed function: log, configuration, clients, run.

use fapiao::config::Config;
use fapiao::pipeline::{ObjectPipeline, Pipeline};
use fapiao::store::S3Store;
use fapiao::{aws, logging};
use fapiao_ingest::{Handler, deadline};
use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Error> {
    logging::init_json();
    let config = Config::from_env()?;
    let pipeline = Pipeline::new(config.chain()?, config.limits).with_rules(config.rules());
    let concurrency = pipeline.chain().concurrency();
    let output_bucket = config.require_output_bucket()?;
    let store = S3Store::new(aws::s3_client(&aws::config().await));
    let objects = ObjectPipeline::new(store, pipeline, output_bucket);
    let handler = &Handler::new(objects, concurrency, config.max_receives);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        handler.handle(event.payload, deadline(event.context.deadline())).await.map_err(|error| Diagnostic {
            error_type: error.code().to_owned(),
            error_message: format!("{} {}", error.message(), error.hint()),
        })
    }))
    .await
}
