//! The store against a stub that gives S3's rarer answers, which no emulator gives.

#![cfg(test)]

use std::convert::Infallible;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use axum::body::Body;
use axum::http::{Method, Request, Response};
use bytes::Bytes;
use fapiao::error::ErrorKind;
use fapiao::store::{ACCESS_DENIED, S3Store, Store};

/// A stub that answers by the key's name.
async fn stub() -> S3Store {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = axum::Router::new().fallback(|request: Request<Body>| async move { answer(&request) });
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let aws = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(format!("http://{address}"))
        .region(Region::new("cn-north-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("id", "key", None, None, "test")))
        .retry_config(RetryConfig::disabled());
    S3Store::new(&aws.build())
}

fn answer(request: &Request<Body>) -> Response<Body> {
    let key = request.uri().path().trim_start_matches("/bucket/");
    match (request.method(), key) {
        (&Method::GET, "missing") => refusal(404, "NoSuchKey"),
        (_, "forbidden") => refusal(403, "AccessDenied"),
        (&Method::PUT, "being-written") => refusal(409, "ConditionalRequestConflict"),
        (&Method::PUT, "taken") => refusal(412, "PreconditionFailed"),
        (&Method::PUT, "deleted") => refusal(404, "NoSuchKey"),
        (&Method::PUT, "no-bucket") => refusal(404, "NoSuchBucket"),
        (&Method::GET, "endless") => {
            let body = Body::from_stream(futures::stream::pending::<Result<Bytes, Infallible>>());
            let head = Response::builder().header("content-length", "1000001").header("etag", "\"e\"");
            head.body(body).unwrap()
        }
        (&Method::GET, "versioned") => {
            let head = Response::builder().header("etag", "\"e1\"").header("x-amz-version-id", "v1");
            head.body(Body::from("content")).unwrap()
        }
        _ => refusal(500, "InternalError"),
    }
}

fn refusal(status: u16, code: &str) -> Response<Body> {
    let body = format!("<Error><Code>{code}</Code><Message>as told</Message></Error>");
    Response::builder().status(status).body(Body::from(body)).unwrap()
}

async fn put(store: &S3Store, key: &str) -> Result<bool, fapiao::error::Error> {
    Ok(store.put("bucket", key, Bytes::from_static(b"x"), "text/plain", None).await?.is_some())
}

#[tokio::test]
async fn whoever_was_not_first_has_lost() {
    let store = stub().await;
    for key in ["being-written", "taken", "deleted"] {
        assert!(!put(&store, key).await.unwrap(), "{key}");
    }
}

#[tokio::test]
async fn what_is_broken_is_a_storage_error_that_names_the_object() {
    let store = stub().await;
    for key in ["no-bucket", "forbidden", "broken"] {
        let error = put(&store, key).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Storage, "{key}");
        assert!(error.message().contains(key), "{error}");
    }
}

#[tokio::test]
async fn missing_and_forbidden_are_told_apart() {
    let store = stub().await;
    assert_eq!(store.get("bucket", "missing", 10).await.unwrap(), None);
    let error = store.get("bucket", "forbidden", 10).await.unwrap_err();
    assert_eq!((error.kind(), error.vendor_code()), (ErrorKind::Storage, Some(ACCESS_DENIED)));
}

#[tokio::test]
async fn a_body_over_the_limit_is_not_waited_for() {
    let store = stub().await;
    let get = store.get("bucket", "endless", 1_000_000);
    let error = tokio::time::timeout(Duration::from_secs(5), get).await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
}

#[tokio::test]
async fn etag_and_version_come_with_the_object() {
    let object = stub().await.get("bucket", "versioned", 100).await.unwrap().unwrap();
    assert_eq!((object.etag.as_str(), object.version_id.as_deref()), ("e1", Some("v1")));
    assert_eq!(object.body, Bytes::from_static(b"content"));
}
