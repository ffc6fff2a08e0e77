//! The event files that people feed to `sam local invoke`, fed to the real handlers.

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use fapiao::config::Config;
    use fapiao::desk::Desk;
    use fapiao::pipeline::{ObjectPipeline, Pipeline};
    use fapiao::secret::Secret;
    use fapiao::store::{MemoryStore, Store};
    use fapiao::worker::Workers;
    use fapiao_api::Api;
    use fapiao_api::clients::Clients;
    use fapiao_ingest::Handler;
    use lambda_http::request::LambdaRequest;
    use serde_json::Value;

    fn event(name: &str) -> String {
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("events").join(name)).unwrap()
    }

    fn pipeline() -> Pipeline {
        let models = concat!(env!("CARGO_MANIFEST_DIR"), "/../models");
        let config = Config::from_lookup(&|name| (name == "FAPIAO_MODELS").then(|| models.to_owned())).unwrap();
        Pipeline::new(Workers::here(Desk::new(&config.models)), config.chain().unwrap(), config.limits)
    }

    /// The answer, and the Report that then stands in the output bucket.
    async fn ingest(name: &str) -> (Value, Option<Value>) {
        let store = MemoryStore::new();
        store.upload("fapiao-input", "报告 1+1%/roll.jpg", "no picture here");
        let handler = Handler::new(ObjectPipeline::new(store.clone(), pipeline(), "fapiao-output"), 1, 5);
        let event = serde_json::from_str(&event(name)).unwrap();
        let answer = handler.handle(event, Instant::now() + Duration::from_secs(10)).await.unwrap();
        let report = store.get("fapiao-output", "报告 1+1%/roll.jpg.json", 1_000_000).await.unwrap();
        (answer, report.map(|object| serde_json::from_slice(&object.body).unwrap()))
    }

    #[tokio::test]
    async fn s3_put_gets_a_report_bare_and_through_the_queue() {
        for name in ["s3-put.json", "sqs-s3-put.json"] {
            let report = ingest(name).await.1.unwrap();
            assert_eq!(report["error"]["code"], "unsupported_format", "{name}");
        }
    }

    #[tokio::test]
    async fn s3_test_event_is_dropped() {
        let (answer, report) = ingest("sqs-s3-test-event.json").await;
        assert_eq!(answer["batchItemFailures"].as_array().map(Vec::len), Some(0));
        assert_eq!(report, None);
    }

    #[tokio::test]
    async fn every_api_event_is_refused_without_the_key_and_answered_with_it() {
        for name in ["api-rest.json", "api-http.json", "api-function-url.json"] {
            for (key, status) in [("another", 401), ("YOUR-API-KEY", 200)] {
                let request: LambdaRequest = serde_json::from_str(&event(name)).unwrap();
                let api = Api::new(pipeline(), Clients::new(Arc::new(Secret::new(key))));
                let response = api.handle(request.into()).await;
                assert_eq!(response.status().as_u16(), status, "{name}");
            }
        }
    }

    #[test]
    fn env_json_names_functions_of_the_template() {
        let environment: Value = serde_json::from_str(&event("env.json")).unwrap();
        let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
        let template = std::fs::read_to_string(template).unwrap();
        for (function, variables) in environment.as_object().unwrap() {
            assert!(
                template.contains(&format!("\n  {function}:\n    Type: AWS::Serverless::Function\n")),
                "{function}"
            );
            for name in variables.as_object().unwrap().keys() {
                // SAM CLI passes on only those variables that the template names too.
                assert!(template.contains(&format!("{name}:")), "{name} is not in the template");
            }
        }
    }
}
