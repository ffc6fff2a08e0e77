//! The store on S3. Knows nothing of what the objects are.

use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{Builder, Config, RequestChecksumCalculation};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use bytes::{Bytes, BytesMut};

use super::{ACCESS_DENIED, EXPIRING_JSON, Head, Object, Store, Upload, too_large};
use crate::aws::{Lazy, s3_client};
use crate::error::{Error, ErrorKind, Result};

/// The tag by which the template's lifecycle rule knows what expires.
const WITHDRAWN: &str = "fapiao=withdrawn";
const LEAST_PATIENCE_MS: u64 = 1200;
/// A slow connection's: 2 MB a second.
const BYTES_A_MS: u64 = 2000;

/// S3, or anything that speaks its protocol.
#[derive(Clone, Debug)]
pub struct S3Store {
    client: Lazy<Client>,
}

impl S3Store {
    /// With settings other than this process's.
    pub fn new(aws: &SdkConfig) -> Self {
        Self { client: Lazy::made(s3_client, aws) }
    }

    /// Length and type are signed with it, so that S3 refuses anything else; a checksum is not, as nobody has seen the
    /// bytes yet.
    pub(super) async fn sign_put(&self, upload: &Upload<'_>) -> Result<String> {
        let unsigned = |what: &str| {
            let message = format!("cannot sign an upload to s3://{}/{}: {what}", upload.bucket, upload.key);
            Error::new(ErrorKind::Storage, message)
        };
        let valid = PresigningConfig::expires_in(upload.valid).map_err(|error| unsigned(&error.to_string()))?;
        let length = i64::try_from(upload.bytes).map_err(|_| unsigned("no object is so large"))?;
        let put = self.client.get().await.put_object().bucket(upload.bucket).key(upload.key);
        let put = put.content_type(upload.content_type).content_length(length).customize();
        let no_checksum = Config::builder().request_checksum_calculation(RequestChecksumCalculation::WhenRequired);
        let signed = put.config_override(no_checksum).presigned(valid).await;
        Ok(signed.map_err(|_| unsigned("there are no credentials to sign with"))?.uri().to_owned())
    }
}

impl Default for S3Store {
    fn default() -> Self {
        Self { client: Lazy::new(s3_client) }
    }
}

#[async_trait]
impl Store for S3Store {
    async fn get(&self, bucket: &str, key: &str, max_bytes: u64) -> Result<Option<Object>> {
        let request = self.client.get().await.get_object().bucket(bucket).key(key);
        match request.customize().config_override(patience(0)).send().await {
            Ok(output) => collect(output, max_bytes).await.map(Some),
            Err(error) if error.code() == Some("NoSuchKey") => Ok(None),
            Err(error) => Err(failed(&error, "read", bucket, key)),
        }
    }

    async fn head(&self, bucket: &str, key: &str) -> Result<Option<Head>> {
        let request = self.client.get().await.head_object().bucket(bucket).key(key);
        match request.customize().config_override(patience(0)).send().await {
            Ok(output) => Ok(Some(Head {
                etag: bare_etag(output.e_tag()),
                version_id: bare_version(output.version_id()),
                bytes: output.content_length().and_then(|n| u64::try_from(n).ok()).unwrap_or(0),
            })),
            // The answer has no body that would name the error.
            Err(error) if status(&error) == Some(404) => Ok(None),
            Err(error) => Err(failed(&error, "look at", bucket, key)),
        }
    }

    async fn put(
        &self,
        bucket: &str,
        key: &str,
        body: Bytes,
        content_type: &str,
        seen: Option<&str>,
    ) -> Result<Option<String>> {
        let bytes = body.len();
        let request = self.client.get().await.put_object().bucket(bucket).key(key);
        let request = request.content_type(content_type).body(ByteStream::from(body));
        let request = request.set_tagging((content_type == EXPIRING_JSON).then(|| WITHDRAWN.to_owned()));
        let request = match seen {
            None => request.if_none_match("*"),
            Some(etag) => request.if_match(format!("\"{etag}\"")),
        };
        match request.customize().config_override(patience(bytes)).send().await {
            Ok(output) => Ok(Some(bare_etag(output.e_tag()))),
            Err(error) if is_lost(&error) => Ok(None),
            Err(error) => Err(failed(&error, "write", bucket, key)),
        }
    }

    async fn delete(&self, bucket: &str, key: &str) -> Result<()> {
        let request = self.client.get().await.delete_object().bucket(bucket).key(key);
        let answer = request.customize().config_override(patience(0)).send().await;
        answer.map(drop).map_err(|error| failed(&error, "delete", bucket, key))
    }
}

/// How long one try may take: S3 answers within milliseconds, and what is as small as most objects goes again sooner than
/// it is worth to wait. A body that is fetched is not part of it.
fn patience(bytes_sent: usize) -> Builder {
    let millis = LEAST_PATIENCE_MS + bytes_sent as u64 / BYTES_A_MS;
    Config::builder()
        .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(Duration::from_millis(millis)).build())
}

async fn collect(output: GetObjectOutput, max_bytes: u64) -> Result<Object> {
    let size = output.content_length().and_then(|n| u64::try_from(n).ok());
    if let Some(size) = size.filter(|size| *size > max_bytes) {
        return Err(too_large(size, max_bytes));
    }
    let (etag, version_id) = (bare_etag(output.e_tag()), bare_version(output.version_id()));
    let body = bounded(output.body, size.unwrap_or(0), max_bytes).await?;
    Ok(Object { etag, version_id, body })
}

fn bare_etag(etag: Option<&str>) -> String {
    etag.unwrap_or_default().trim_matches('"').to_owned()
}

fn bare_version(id: Option<&str>) -> Option<String> {
    id.filter(|id| *id != "null").map(str::to_owned)
}

/// The body, never more of it than allowed, whatever the head said.
async fn bounded(mut stream: ByteStream, expected: u64, max_bytes: u64) -> Result<Bytes> {
    let mut body = BytesMut::with_capacity(usize::try_from(expected).unwrap_or(0));
    loop {
        match stream.try_next().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body.freeze()),
            Err(error) => {
                return Err(Error::new(ErrorKind::Storage, format!("the object's body broke off: {error}")));
            }
        }
        if body.len() as u64 > max_bytes {
            return Err(too_large(body.len() as u64, max_bytes));
        }
    }
}

/// 412: someone was first. 409: someone is writing now. 404: what should have stayed unchanged is gone.
fn is_lost<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    match status(error) {
        Some(409 | 412) => true,
        Some(404) => error.code() != Some("NoSuchBucket"),
        _ => false,
    }
}

fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

fn failed<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>, verb: &str, bucket: &str, key: &str) -> Error {
    let code = error.code().unwrap_or("no answer");
    let failure = Error::new(ErrorKind::Storage, format!("cannot {verb} s3://{bucket}/{key}: {code}"));
    if status(error) == Some(403) {
        return failure.with_vendor_code(ACCESS_DENIED).with_hint(format!(
            "Give the function its rights on {bucket}; without s3:ListBucket a missing key looks like this too."
        ));
    }
    match error.code() {
        Some(code) => failure.with_vendor_code(code),
        None => failure,
    }
}
