//! What every route takes and answers, as OpenAPI 3.1: made of the table of routes, of the types that answer and of the
//! vendors' tables of codes. Knows nothing of requests.
//!
//! - here: the document
//! - [`own`]: our own routes
//! - [`vendors`]: the vendors' interfaces, which their clients know already
//! - [`schemas`]: what stands in bodies
//! - [`html`]: the document as a page

pub(crate) mod html;
mod own;
mod schemas;
mod vendors;

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use crate::routes::ROUTES;

static DOCUMENT: LazyLock<Value> = LazyLock::new(made);

const ABOUT: &str = "A Chinese VAT invoice in, checked JSON out. Our own routes want a bearer key; clients of TextIn's \
    `vat_invoice` and of Volcengine's `OcrRollInvoice` are served at those services' own paths, with their own credentials. \
    Whatever goes wrong with our own routes is told as a problem document (RFC 9457) that says what to do next. The gateway \
    before the function may answer 429 and 503 by itself, with `{\"message\": \"..\"}`.";

/// The whole contract.
pub fn document() -> &'static Value {
    &DOCUMENT
}

fn made() -> Value {
    let mut paths = Map::new();
    for route in &ROUTES {
        let methods = paths.entry(route.path).or_insert_with(|| json!({}));
        let mut operation = own::operation(route.action);
        operation["operationId"] = json!(format!("{:?}", route.action));
        methods[route.method.as_str().to_ascii_lowercase()] = operation;
    }
    vendors::add(&mut paths);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Fapiao", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        // Wherever this document was fetched from.
        "servers": [{"url": "./"}],
        "tags": [
            {"name": "invoices", "description": "Files in, Reports out."},
            {"name": "about", "description": "What this API is; no key needed but for the capabilities."},
            {"name": "vendors", "description": "The interfaces of two vendors, for their clients."},
        ],
        "paths": paths,
        "components": {"schemas": schemas::all(), "securitySchemes": security()},
    })
}

fn security() -> Value {
    json!({
        "key": {"type": "http", "scheme": "bearer", "description": "A client's key from the API's secret."},
        "textinAppId": {"type": "apiKey", "in": "header", "name": "x-ti-app-id"},
        "textinSecretCode": {"type": "apiKey", "in": "header", "name": "x-ti-secret-code"},
        "volcengineSignature": {
            "type": "apiKey", "in": "header", "name": "Authorization",
            "description": "`HMAC-SHA256 Credential=.., SignedHeaders=.., Signature=..`, as Volcengine's SDKs sign it.",
        },
    })
}

/// An answer's body of one kind.
fn content(media_type: &str, schema: &str) -> Value {
    json!({media_type: {"schema": schemas::of(schema)}})
}
