//! The local AWS that tests share: started on first use, gone when the process ends, however it ends.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_s3::primitives::ByteStream;
use fapiao::store::S3Store;
use fapiao_tests::protocols::Call;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The deployed stack's outputs. The child takes everything down when our end of its standard input closes.
pub struct Stack {
    outputs: BTreeMap<String, String>,
    _aws: Child,
}

/// The stack, deployed on first use.
pub fn stack() -> &'static Stack {
    static STACK: OnceLock<Stack> = OnceLock::new();
    STACK.get_or_init(|| deploy(&[]))
}

/// A file of tests/fixtures.
pub fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(root().join("tests/fixtures").join(name)).unwrap()
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A stack of one's own, with parameters other than the usual.
pub fn deploy(parameters: &[String]) -> Stack {
    let (python, script) = (root().join(".venv/bin/python"), root().join("tests/tools/local_aws.py"));
    assert!(python.exists(), "the local AWS is not installed: run `make test`, or `make tools build` once");
    let mut command = Command::new(python);
    command.arg(script).arg("serve").args(parameters).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut aws = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(aws.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let outputs = serde_json::from_str(&line).expect("the local AWS could not be deployed to; it says why above");
    Stack { outputs, _aws: aws }
}

impl Stack {
    /// One of the template's outputs.
    pub fn output(&self, name: &str) -> &str {
        &self.outputs[name]
    }

    /// Our own store on the local S3.
    pub fn store(&self) -> S3Store {
        S3Store::new(&self.aws())
    }

    /// Our own client of the local S3.
    pub fn s3(&self) -> Client {
        fapiao::aws::s3_client(&self.aws())
    }

    fn aws(&self) -> SdkConfig {
        let credentials = Credentials::new("test", "test", None, None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .region(Region::new(self.output("Region").to_owned()))
            .endpoint_url(self.output("Endpoint"))
            .build()
    }

    /// Puts a file into the input bucket; gives its etag without quotes.
    pub async fn drop_file(&self, key: &str, content: &[u8]) -> String {
        let body = ByteStream::from(content.to_vec());
        let put = self.s3().put_object().bucket(self.output("InputBucket")).key(key).body(body).send().await.unwrap();
        put.e_tag().unwrap().trim_matches('"').to_owned()
    }

    /// The Report at a key of the output bucket, as soon as it is there.
    pub async fn report(&self, key: &str, patience: Duration) -> Value {
        let (s3, deadline) = (self.s3(), Instant::now() + patience);
        loop {
            if let Ok(object) = s3.get_object().bucket(self.output("OutputBucket")).key(key).send().await {
                return serde_json::from_slice(&object.body.collect().await.unwrap().into_bytes()).unwrap();
            }
            pause(deadline, key).await;
        }
    }

    /// The Report at a key of the output bucket, if it is there.
    pub async fn report_now(&self, key: &str) -> Option<Value> {
        let object = self.s3().get_object().bucket(self.output("OutputBucket")).key(key).send().await.ok()?;
        serde_json::from_slice(&object.body.collect().await.ok()?.into_bytes()).ok()
    }

    /// Puts JSON where a Report stands, whatever stands there.
    pub async fn put_report(&self, key: &str, report: &Value) {
        let body = ByteStream::from(report.to_string().into_bytes());
        self.s3().put_object().bucket(self.output("OutputBucket")).key(key).body(body).send().await.unwrap();
    }

    /// Takes a Report away; its older versions stay.
    pub async fn delete_report(&self, key: &str) {
        self.s3().delete_object().bucket(self.output("OutputBucket")).key(key).send().await.unwrap();
    }

    /// The tags of what stands at a key of the output bucket, as `name=value`.
    pub async fn tags(&self, key: &str) -> Vec<String> {
        let tags = self.s3().get_object_tagging().bucket(self.output("OutputBucket")).key(key).send().await.unwrap();
        tags.tag_set().iter().map(|tag| format!("{}={}", tag.key(), tag.value())).collect()
    }

    /// Deletes a file from the input bucket; its older versions stay.
    pub async fn delete_file(&self, key: &str) {
        self.s3().delete_object().bucket(self.output("InputBucket")).key(key).send().await.unwrap();
    }

    /// Key and content of every version of everything in both buckets; a delete marker's content is empty.
    pub async fn all_versions(&self) -> Vec<(String, Vec<u8>)> {
        let s3 = self.s3();
        let mut all = Vec::new();
        for bucket in [self.output("InputBucket"), self.output("OutputBucket")] {
            let listed = s3.list_object_versions().bucket(bucket).send().await.unwrap();
            assert_ne!(listed.is_truncated(), Some(true));
            all.extend(listed.delete_markers().iter().map(|marker| (marker.key().unwrap().to_owned(), Vec::new())));
            for version in listed.versions() {
                let get = s3.get_object().bucket(bucket).key(version.key().unwrap());
                let object = get.version_id(version.version_id().unwrap()).send().await.unwrap();
                let body = object.body.collect().await.unwrap().into_bytes().to_vec();
                all.push((version.key().unwrap().to_owned(), body));
            }
        }
        all
    }

    /// Tells one writing of a Report from the next.
    pub async fn report_etag(&self, key: &str) -> String {
        let head = self.s3().head_object().bucket(self.output("OutputBucket")).key(key).send().await.unwrap();
        format!("{:?} {:?}", head.e_tag(), head.version_id())
    }

    /// Every key of the output bucket that begins so.
    pub async fn keys(&self, prefix: &str) -> Vec<String> {
        let list = self.s3().list_objects_v2().bucket(self.output("OutputBucket")).prefix(prefix).send().await.unwrap();
        list.contents().iter().filter_map(|object| object.key().map(str::to_owned)).collect()
    }

    /// Puts a file into the output bucket, where it wakes nobody.
    pub async fn put_aside(&self, key: &str, content: &[u8]) {
        let body = ByteStream::from(content.to_vec());
        self.s3().put_object().bucket(self.output("OutputBucket")).key(key).body(body).send().await.unwrap();
    }

    /// Every key of the output bucket but those of the store's own test, which may run beside.
    pub async fn reports(&self) -> BTreeSet<String> {
        let list = self.s3().list_objects_v2().bucket(self.output("OutputBucket")).send().await.unwrap();
        let keys = list.contents().iter().filter_map(|object| object.key().map(str::to_owned));
        keys.filter(|key| !key.starts_with("contract/") && !key.starts_with(".fapiao/")).collect()
    }

    /// Puts a message into the queue between the bucket and the function.
    pub async fn send_message(&self, body: &str) {
        self.sqs("SendMessage", json!({"QueueUrl": self.output("InboxUrl"), "MessageBody": body})).await;
    }

    /// A failed message comes again after a second, not after the function's six time-outs.
    pub async fn retry_at_once(&self) {
        let attributes = json!({"VisibilityTimeout": "1"});
        self.sqs("SetQueueAttributes", json!({"QueueUrl": self.output("InboxUrl"), "Attributes": attributes})).await;
    }

    /// A failed message comes again after so many seconds.
    pub async fn retry_after(&self, seconds: u32) {
        let attributes = json!({"VisibilityTimeout": seconds.to_string()});
        self.sqs("SetQueueAttributes", json!({"QueueUrl": self.output("InboxUrl"), "Attributes": attributes})).await;
    }

    /// The ingest function may run for so many seconds.
    pub async fn limit_function(&self, seconds: u32) {
        let url =
            format!("{}/2015-03-31/functions/{}/configuration", self.output("Endpoint"), self.output("IngestFunction"));
        let body = json!({"Timeout": seconds}).to_string();
        let (status, answer) = request("PUT", &url, "Content-Type: application/json\r\n", body.as_bytes()).await;
        assert_eq!((status, &answer["Timeout"]), (200, &json!(seconds)), "{answer}");
    }

    /// The bodies of all messages that were given up. They stay hidden for a while after that.
    pub async fn take_dead_letters(&self) -> Vec<String> {
        let mut bodies = Vec::new();
        loop {
            let request =
                json!({"QueueUrl": self.output("DeadLettersUrl"), "MaxNumberOfMessages": 10, "VisibilityTimeout": 600});
            let answer = self.sqs("ReceiveMessage", request).await;
            let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
            if messages.is_empty() {
                return bodies;
            }
            bodies.extend(messages.iter().map(|message| message["Body"].as_str().unwrap_or_default().to_owned()));
        }
    }

    /// The folder in which everything of this stack runs.
    pub fn folder(&self) -> &Path {
        Path::new(self.output("Log")).parent().unwrap()
    }

    /// All outputs, as the tools' note of a running stack has them.
    pub fn note(&self) -> Value {
        json!(self.outputs)
    }

    /// Waits until nothing is queued or being worked on.
    pub async fn wait_until_inbox_is_empty(&self, patience: Duration) {
        let deadline = Instant::now() + patience;
        while self.messages("InboxUrl").await > 0 {
            pause(deadline, "an empty queue").await;
        }
    }

    /// How many messages were given up, as soon as there are any.
    pub async fn dead_letters(&self, patience: Duration) -> u64 {
        let deadline = Instant::now() + patience;
        loop {
            match self.messages("DeadLettersUrl").await {
                0 => pause(deadline, "a dead letter").await,
                count => return count,
            }
        }
    }

    /// How many messages wait or are being worked on.
    pub async fn messages(&self, queue: &str) -> u64 {
        let request = json!({"QueueUrl": self.output(queue), "AttributeNames": ["All"]});
        let attributes = self.sqs("GetQueueAttributes", request).await;
        let count = |name: &str| attributes["Attributes"][name].as_str().unwrap().parse::<u64>().unwrap();
        count("ApproximateNumberOfMessages") + count("ApproximateNumberOfMessagesNotVisible")
    }

    async fn sqs(&self, action: &str, request: Value) -> Value {
        self.json_call("AmazonSQS", "application/x-amz-json-1.0", action, request).await
    }

    /// A call of EventBridge's.
    pub async fn events(&self, action: &str, request: Value) -> Value {
        self.json_call("AWSEvents", "application/x-amz-json-1.1", action, request).await
    }

    /// A queue of a test's own: its address and its ARN.
    pub async fn new_queue(&self, name: &str) -> (String, String) {
        let made = self.sqs("CreateQueue", json!({"QueueName": name})).await;
        let queue = made["QueueUrl"].as_str().unwrap().to_owned();
        let attributes =
            self.sqs("GetQueueAttributes", json!({"QueueUrl": queue, "AttributeNames": ["QueueArn"]})).await;
        (queue, attributes["Attributes"]["QueueArn"].as_str().unwrap().to_owned())
    }

    /// What came to such a queue, as JSON, as soon as anything did.
    pub async fn received(&self, queue: &str, patience: Duration) -> Vec<Value> {
        let deadline = Instant::now() + patience;
        loop {
            let request = json!({"QueueUrl": queue, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1});
            let answer = self.sqs("ReceiveMessage", request).await;
            let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
            if !messages.is_empty() {
                let bodies = messages.iter().filter_map(|message| message["Body"].as_str());
                return bodies.filter_map(|body| serde_json::from_str(body).ok()).collect();
            }
            pause(deadline, "an event").await;
        }
    }

    /// The API's key, from Secrets Manager.
    pub async fn api_key(&self) -> String {
        let request = json!({"SecretId": self.output("ApiKeyArn")});
        let secret = self.json_call("secretsmanager", "application/x-amz-json-1.1", "GetSecretValue", request).await;
        let secret: Value = serde_json::from_str(secret["SecretString"].as_str().unwrap()).unwrap();
        secret["api_key"].as_str().unwrap().to_owned()
    }

    /// Replaces the vendors' credentials in Secrets Manager.
    pub async fn rotate_provider_secret(&self, value: &str) {
        let request = json!({"SecretId": self.output("ProviderSecretArn"), "SecretString": value,
                             "ClientRequestToken": "00000000-0000-4000-8000-000000000002"});
        self.json_call("secretsmanager", "application/x-amz-json-1.1", "PutSecretValue", request).await;
    }

    /// Replaces the API's secret.
    pub async fn put_api_secret(&self, value: &str, token: &str) {
        let request = json!({"SecretId": self.output("ApiKeyArn"), "SecretString": value, "ClientRequestToken": token});
        self.json_call("secretsmanager", "application/x-amz-json-1.1", "PutSecretValue", request).await;
    }

    /// Host and port of the API.
    pub fn api_host(&self) -> &str {
        self.output("ApiUrl").trim_start_matches("http://")
    }

    /// Status and body of what the API answers to a client's call.
    pub async fn call(&self, call: &Call) -> (u16, Value) {
        let headers: String = call.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        request(call.method, &format!("{}{}", self.output("ApiUrl"), call.target), &headers, &call.body).await
    }

    async fn json_call(&self, service: &str, content_type: &str, action: &str, request: Value) -> Value {
        let headers = format!("Content-Type: {content_type}\r\nX-Amz-Target: {service}.{action}\r\n");
        let (status, answer) = post(self.output("Endpoint"), &headers, request.to_string().as_bytes()).await;
        assert_eq!(status, 200, "{action}: {answer}");
        answer
    }

    /// Status and body of `POST /v1/invoices`.
    pub async fn post_invoice(&self, document: &[u8], key: Option<&str>) -> (u16, Value) {
        self.post_invoice_as("image/jpeg", document, key).await
    }

    /// The same under another media type.
    pub async fn post_invoice_as(&self, media_type: &str, document: &[u8], key: Option<&str>) -> (u16, Value) {
        let key = key.map_or(String::new(), |key| format!("Authorization: Bearer {key}\r\n"));
        let url = format!("{}/v1/invoices", self.output("ApiUrl"));
        post(&url, &format!("Content-Type: {media_type}\r\n{key}"), document).await
    }
}

async fn pause(deadline: Instant, what: &str) {
    assert!(Instant::now() < deadline, "waited in vain for {what}");
    tokio::time::sleep(Duration::from_millis(100)).await;
}

async fn post(url: &str, headers: &str, body: &[u8]) -> (u16, Value) {
    request("POST", url, headers, body).await
}

/// One request on one connection, in HTTP/1.0: nothing to decode, nothing to configure.
async fn request(method: &str, url: &str, headers: &str, body: &[u8]) -> (u16, Value) {
    let (host, path) =
        url.trim_start_matches("http://").split_once('/').unwrap_or((url.trim_start_matches("http://"), ""));
    let mut stream = TcpStream::connect(host).await.unwrap();
    let head = format!("{method} /{path} HTTP/1.0\r\nHost: {host}\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}
