//! How this process reaches AWS: region, credentials, endpoint, TLS. Knows nothing of what is stored there.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(2);
/// Until a call is answered; what carries megabytes says so itself. Whoever has less time than its tries take sees to that
/// where it calls.
const ATTEMPT: Duration = Duration::from_secs(4);
/// Of one call. A reply that was lost costs one time-out and this pause.
const ATTEMPTS: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The settings every AWS client is built from; `AWS_ENDPOINT_URL` points them at an emulator.
pub async fn config() -> SdkConfig {
    let https = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(ATTEMPT).build();
    let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(FIRST_PAUSE);
    let defaults = aws_config::defaults(BehaviorVersion::latest()).http_client(https);
    defaults.timeout_config(timeouts).retry_config(retries).load().await
}

/// An S3 client. Emulators have one host name only, so there the bucket goes into the path.
pub fn s3_client(aws: &SdkConfig) -> aws_sdk_s3::Client {
    let overridden = aws.endpoint_url().is_some() || std::env::var_os("AWS_ENDPOINT_URL_S3").is_some();
    let config = aws_sdk_s3::config::Builder::from(aws).force_path_style(overridden);
    aws_sdk_s3::Client::from_conf(config.build())
}
