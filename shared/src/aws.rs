//! How this process reaches AWS: region, credentials, endpoint, TLS. Nothing of it is made before it is needed: the system's
//! certificates alone take longer to read than a function to start. Knows nothing of what is stored there.

use std::sync::Arc;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use tokio::sync::OnceCell;

/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(2);
/// Until a call is answered; what carries megabytes says so itself. Whoever has less time than its tries take sees to that
/// where it calls.
const ATTEMPT: Duration = Duration::from_secs(4);
/// Of one call. A reply that was lost costs one time-out and this pause.
const ATTEMPTS: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// A client of one of AWS's services, made when it is first asked for. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Lazy<C> {
    client: Arc<OnceCell<C>>,
    make: fn(&SdkConfig) -> C,
}

impl<C> Lazy<C> {
    /// To be made so, from this process's settings.
    pub fn new(make: fn(&SdkConfig) -> C) -> Self {
        Self { client: Arc::default(), make }
    }

    /// Made already, so, from other settings.
    pub fn made(make: fn(&SdkConfig) -> C, aws: &SdkConfig) -> Self {
        Self { client: Arc::new(OnceCell::from(make(aws))), make }
    }

    /// The client.
    pub async fn get(&self) -> &C {
        self.client.get_or_init(|| async { (self.make)(config().await) }).await
    }
}

/// The settings every AWS client is built from, read once; `AWS_ENDPOINT_URL` points them at an emulator. Its clients share
/// their connections.
async fn config() -> &'static SdkConfig {
    static SHARED: OnceCell<SdkConfig> = OnceCell::const_new();
    SHARED.get_or_init(load).await
}

async fn load() -> SdkConfig {
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
