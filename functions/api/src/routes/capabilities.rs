//! `GET /v1/capabilities`: what can be sent, how much of it, who reads, and which protocols are spoken.

use fapiao::dialect::{textin, volcengine};
use fapiao::document::Format;
use fapiao::invoice::InvoiceType;
use fapiao::ocr;
use fapiao::pipeline::Pipeline;
use fapiao::report::SCHEMA;
use http::{Response, StatusCode};
use lambda_http::Body;
use serde_json::{Value, json};

use crate::json_response;

/// Everything that `POST /v1/invoices` opens.
pub(crate) const FORMATS: [Format; 11] = [
    Format::Jpeg,
    Format::Png,
    Format::Bmp,
    Format::Tiff,
    Format::Gif,
    Format::WebP,
    Format::Heic,
    Format::Pdf,
    Format::Ofd,
    Format::Xml,
    Format::Zip,
];

/// Answers what this function was configured to do.
pub(crate) fn tell(pipeline: &Pipeline) -> Response<Body> {
    let limits = pipeline.limits();
    let body = json!({
        "schema": SCHEMA,
        "engine": {"name": "fapiao", "version": env!("CARGO_PKG_VERSION"), "models": ocr::MODEL_FILES},
        "formats": FORMATS.map(Format::media_type),
        "limits": {
            "max_bytes": limits.max_bytes,
            "max_side": limits.max_side,
            "max_pixels": limits.max_pixels,
            "max_pages": limits.max_pages,
        },
        "types": InvoiceType::ALL,
        "providers": pipeline.chain().selectable(),
        "dialects": dialects(),
    });
    json_response(StatusCode::OK, body.to_string())
}

fn dialects() -> Value {
    let query = format!("/?Action={}&Version={}", volcengine::ACTION, volcengine::VERSION);
    json!([
        {"name": "fapiao", "method": "POST", "path": "/v1/invoices"},
        {"name": "textin", "method": "POST", "path": textin::PATH},
        {"name": "volcengine", "method": "POST", "path": query},
    ])
}
