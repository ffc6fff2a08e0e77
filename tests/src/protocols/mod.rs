//! Calls of both vendors' clients, good ones and one for every row of their error tables, to be sent to our API in process
//! or deployed. Knows nothing of how they are sent.

pub mod textin;
pub mod volcengine;

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fapiao::error::ErrorKind;
use image::{ImageFormat, RgbImage};
use serde_json::{Value, json};

/// One HTTP request.
#[derive(Clone, Debug)]
pub struct Call {
    /// In upper case.
    pub method: &'static str,
    /// Path and query.
    pub target: String,
    /// In the order in which they are sent; without the host.
    pub headers: Vec<(&'static str, String)>,
    /// As it is sent.
    pub body: Vec<u8>,
}

/// A row of an error table, and a call that is answered so.
#[derive(Clone, Debug)]
pub struct Row {
    /// The code in the answer.
    pub code: i64,
    /// Its words.
    pub message: &'static str,
    /// The HTTP status that the table pairs with it.
    pub status: u16,
    /// What makes it happen, in words.
    pub cause: &'static str,
    /// What makes it happen.
    pub call: Call,
    /// Which API it happens to.
    pub world: World,
}

/// An API as it is when a row's call comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum World {
    /// Whole, and reading with `embedded` alone.
    Healthy,
    /// Whose provider fails so.
    Failing(ErrorKind),
    /// Whose limit is [`SMALL_LIMIT`]: gateways stop bodies of the vendors' own limits before us.
    Small,
}

/// Bytes of a file.
pub const SMALL_LIMIT: u64 = 2000;

/// A client with everything in two values.
pub const NEW: &str = "hunter2-new";
/// Its old secrets.
pub const OLD: &str = "hunter2-old";

/// The API's secret: the key that it had, and clients of both vendors.
pub fn secret(own_key: &str) -> String {
    let client = |name: &str| {
        json!({
            "name": name,
            "api_key": [format!("{NEW}-{name}"), format!("{OLD}-{name}")],
            "textin": {"app_id": format!("app-{name}"), "secret_code": [NEW, OLD]},
            "volcengine": {"access_key": format!("AK-{name}"), "secret_key": [NEW, OLD]},
        })
    };
    let mut clients = ["accounting", "elsewhere", "unserved", "temporary", "textin", "volcengine"].map(client);
    clients[0]["textin_quads"] = json!("rows");
    clients[1]["addresses"] = json!(["203.0.113.7", "2001:db8::/32"]);
    clients[2]["provider"] = json!("nobody");
    clients[3]["volcengine"]["session_token"] = json!("hunter2-token");
    clients[4]["provider"] = json!("textin");
    clients[5]["provider"] = json!("volcengine");
    json!({"api_key": own_key, "clients": clients}).to_string()
}

impl Call {
    /// The same with one header more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    /// The same without a header.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self
    }

    /// The event that an HTTP API makes of it.
    pub fn event(&self, host: &str) -> Value {
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let mut headers: Value = self.headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        headers["host"] = json!(host);
        json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query, "headers": headers,
            "requestContext": {
                "accountId": "123456789012", "apiId": "abc", "domainName": host, "requestId": "AbCdEf=",
                "http": {"method": self.method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1",
                         "userAgent": "test"},
                "routeKey": "$default", "stage": "$default", "time": "01/Nov/2026:10:00:00 +0000",
                "timeEpoch": 1_793_527_200_000_u64,
            },
            "body": STANDARD.encode(&self.body), "isBase64Encoded": true,
        })
    }
}

/// A picture of one colour.
pub fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut png = Cursor::new(Vec::new());
    // Writing into memory does not fail.
    let _ = RgbImage::from_pixel(width, height, image::Rgb([250, 250, 250])).write_to(&mut png, ImageFormat::Png);
    png.into_inner()
}
