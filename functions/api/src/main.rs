//! Wires the function behind the API: log, configuration, clients, run.

use std::convert::Infallible;
use std::sync::Arc;

use fapiao::config::{Config, Remember};
use fapiao::pipeline::Pipeline;
use fapiao::provider::Memory;
use fapiao::secret::{SecretSource, SecretsManager};
use fapiao::store::S3Store;
use fapiao::{logging, worker};
use fapiao_api::Api;
use fapiao_api::clients::Clients;
use fapiao_api::uploads::Uploads;
use lambda_http::{Error, Request, service_fn};

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
    let store = Arc::new(S3Store::default());
    let mut pipeline = Pipeline::new(workers, config.chain()?, config.limits).with_rules(config.rules());
    if let (Remember::Paid, Some(bucket)) = (config.remember, &config.output_bucket) {
        pipeline = pipeline.with_memory(Memory::new(store.clone(), bucket).of_paid());
    }
    let clients = Clients::configured(&config, |arn| Arc::new(SecretsManager::new(arn)) as Arc<dyn SecretSource>)?;
    let mut api = Api::new(pipeline, clients).with_quads(config.textin_quads).in_language(config.lang);
    if let (Some(input), Some(output)) = (config.input_bucket, config.output_bucket) {
        api = api.with_uploads(Uploads::new(store, input, output));
    }
    let api = &api;
    lambda_http::run(service_fn(move |request: Request| async move { Ok::<_, Infallible>(api.handle(request).await) }))
        .await
}
