//! Our own routes: what each takes and answers. Knows nothing of the vendors' interfaces.

use fapiao::desk::SHOWN;
use serde_json::{Map, Value, json};

use super::content;
use super::schemas::of;
use crate::routes::Action;
use crate::routes::capabilities::FORMATS;

/// What a route takes and answers.
pub(super) fn operation(action: Action) -> Value {
    let mut operation = plain(action);
    if !action.is_open() {
        let mut parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        parameters.push(lang());
        operation["parameters"] = Value::Array(parameters);
    }
    operation
}

/// Every answer with sentences in it can be had in either language.
fn lang() -> Value {
    json!({"name": "lang", "in": "query", "required": false, "schema": {"enum": ["en", "zh"]},
        "description": "The language of sentences; otherwise what `Accept-Language` asks for, or the setting."})
}

fn plain(action: Action) -> Value {
    match action {
        Action::ReadInvoice => read_invoice(),
        Action::BeginUpload => begin_upload(),
        Action::TellUpload => tell_upload(),
        Action::TellCapabilities => json!({
            "tags": ["about"], "summary": "What can be sent, and who reads", "security": [{"key": []}],
            "responses": with_refusals(json!({"200": answer("What this API was configured to do.", "Capabilities")}), &[]),
        }),
        Action::ShowPreview => show_preview(),
        Action::SayReport => say_report(),
        Action::TellList => tell_list(),
        Action::ShowPage => json!({
            "tags": ["about"], "summary": "The page for people", "security": [],
            "description": "Drop invoices on it; it asks this API and sends to its input bucket, and nobody else.",
            "responses": {"200": {"description": "HTML.", "content": {"text/html": {"schema": {"type": "string"}}}}},
        }),
        Action::TellHealth => json!({
            "tags": ["about"], "summary": "Whether the API answers", "security": [],
            "description": "Asks nobody: neither storage nor vendors.",
            "responses": {"200": answer("It does.", "Health")},
        }),
        Action::TellContract => json!({
            "tags": ["about"], "summary": "This document", "security": [],
            "responses": {"200": {"description": "OpenAPI 3.1.",
                "content": {"application/json": {"schema": {"type": "object", "required": ["openapi", "paths"]}}}}},
        }),
        Action::ShowDocs => json!({
            "tags": ["about"], "summary": "This document as a page", "security": [],
            "responses": {"200": {"description": "HTML, without any script.",
                "content": {"text/html": {"schema": {"type": "string"}}}}},
        }),
    }
}

fn read_invoice() -> Value {
    let formats: Vec<&str> = FORMATS.iter().map(|format| format.media_type()).collect();
    let description = format!(
        "The file's bytes as the body, in a form, or as base64 in JSON; whichever media type it comes under, the format is \
         told from the bytes: {}. A gateway takes six megabytes of event at most, which is a file of about 4.5: larger ones \
         go by `POST /v1/uploads`. `200` is a Report with at least one invoice; `422` one without, or a problem.",
        formats.join(", ")
    );
    let mut unprocessable = problem("What was sent holds no invoice that can be read.");
    unprocessable["content"]["application/json"] = json!({"schema": of("Report")});
    let own = json!({
        "200": answer("The Report.", "Report"),
        "422": unprocessable,
    });
    json!({
        "tags": ["invoices"], "summary": "Read a file at once", "description": description, "security": [{"key": []}],
        "parameters": [{"name": "provider", "in": "query", "required": false, "schema": {"type": "string"},
            "description": "Who is to read it, alone; `GET /v1/capabilities` names them."}],
        "requestBody": file_body(),
        "responses": with_refusals(own, &[400, 413, 415, 500, 502, 503, 504]),
    })
}

/// A file, in any of three ways.
fn file_body() -> Value {
    let form = json!({"type": "object", "required": ["file"], "properties": {
        "file": {"type": "string", "format": "binary", "description": "The file, the only one of the form."},
    }});
    let base64 = json!({"type": "object", "required": ["image_base64"], "properties": {
        "image_base64": {"type": "string", "contentEncoding": "base64",
            "description": "The file in base64, with `data:image/jpeg;base64,` before it or without."},
    }});
    json!({"required": true, "content": {
        "application/octet-stream": {"schema": {}},
        "multipart/form-data": {"schema": form},
        "application/json": {"schema": base64},
    }})
}

fn show_preview() -> Value {
    let pictures: Map<String, Value> =
        SHOWN.iter().map(|format| (format.media_type().to_owned(), json!({"schema": {}}))).collect();
    let count = json!({"type": "integer", "minimum": 1});
    let mut headers = header("x-page-width", "Width of the frame in which the Report's corners count.", &count);
    for (name, description) in
        [("x-page-height", "Its height; the picture itself may be smaller."), ("x-page-count", "Pages of the file.")]
    {
        headers[name] = header(name, description, &count)[name].take();
    }
    let own = json!({"200": {"description": "The page.", "headers": headers, "content": pictures}});
    json!({
        "tags": ["invoices"], "summary": "The picture of a page", "security": [{"key": []}],
        "description": "The page as the Report's corners count on it. An OFD and an XML have none (`404`, `no_picture`).",
        "parameters": [
            {"name": "page", "in": "query", "required": false, "schema": {"type": "integer", "minimum": 1, "default": 1}},
            {"name": "member", "in": "query", "required": false, "schema": {"type": "string"},
                "description": "A file's name inside an archive."},
            {"name": "upload", "in": "query", "required": false, "schema": {"type": "string"},
                "description": "The id of an upload of this client's, in place of a file in the body."},
        ],
        "requestBody": optional(file_body()),
        "responses": with_refusals(own, &[400, 404, 413, 415, 422, 500, 503, 504]),
    })
}

fn optional(mut body: Value) -> Value {
    body["required"] = json!(false);
    body
}

fn say_report() -> Value {
    json!({
        "tags": ["invoices"], "summary": "A Report in another language", "security": [{"key": []}],
        "description": "Everything that is said in it is said anew, by the ids of its sentences; nothing is read again.",
        "requestBody": {"required": true, "content": content("application/json", "Report")},
        "responses": with_refusals(json!({"200": answer("The same Report.", "Report")}), &[400, 500]),
    })
}

fn tell_list() -> Value {
    let files = json!({"type": "array", "items": of("ListedFile")});
    json!({
        "tags": ["invoices"], "summary": "Many Reports as a list", "security": [{"key": []}],
        "description": "One line an invoice, judged in sight of all the others, as `make read` writes it: CSV that spreadsheets \
            open, in UTF-8 with a mark.",
        "requestBody": {"required": true, "content": {"application/json": {"schema": files}}},
        "responses": with_refusals(json!({"200": {"description": "The list.",
            "content": {"text/csv": {"schema": {"type": "string"}}}}}), &[400, 500]),
    })
}

fn begin_upload() -> Value {
    let mut created = answer("Where to send the file to, and where to ask for its Report.", "UploadLink");
    created["headers"] = header("Location", "Where the Report will be.", &json!({"type": "string"}));
    created["links"] = json!({"Report": {
        "operationId": format!("{:?}", Action::TellUpload), "parameters": {"id": "$response.body#/id"},
        "description": "What has become of the file.",
    }});
    json!({
        "tags": ["invoices"], "summary": "A link for a large file", "security": [{"key": []}],
        "description": "PUT exactly the bytes that were announced to `url`, under the announced media type, before \
            `expires_at`; then ask `location` for the Report.",
        "requestBody": {"required": true, "content": content("application/json", "UploadRequest")},
        "responses": with_refusals(json!({"201": created}), &[400, 404, 413, 503]),
    })
}

fn tell_upload() -> Value {
    let mut pending = answer("There is no Report yet: the file is under way, waits, or is being read.", "Pending");
    pending["headers"] = header("Retry-After", "Seconds until it is worth asking again.", &json!({"type": "integer"}));
    let own = json!({
        "200": answer("The Report, whatever it says: `read`, `rejected`, `failed` or `withdrawn`.", "Report"),
        "202": pending,
    });
    json!({
        "tags": ["invoices"], "summary": "The Report of an upload", "security": [{"key": []}],
        "description": "`404` for an id that this client was not given, and (code `upload_expired`) where nothing was \
            uploaded while the link was good.",
        "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"},
            "description": "From the answer to `POST /v1/uploads`."}],
        "responses": with_refusals(own, &[404, 413, 503, 504]),
    })
}

fn header(name: &str, description: &str, schema: &Value) -> Value {
    json!({name: {"description": description, "required": true, "schema": schema}})
}

fn answer(description: &str, schema: &str) -> Value {
    json!({"description": description, "content": content("application/json", schema)})
}

fn problem(description: &str) -> Value {
    json!({"description": description, "content": content("application/problem+json", "ProblemDocument")})
}

/// Those of every route that wants a key, and these.
fn with_refusals(own: Value, others: &[u16]) -> Value {
    let mut responses: Map<String, Value> = own.as_object().cloned().unwrap_or_default();
    for status in [401, 403, 503].iter().chain(others) {
        let told = problem(refusal(*status));
        responses.entry(status.to_string()).or_insert(told);
    }
    let busy = json!({"description": "Too many requests at once: the gateway's answer.",
        "content": content("application/json", "GatewayMessage")});
    responses.insert("429".to_owned(), busy);
    responses.sort_keys();
    Value::Object(responses)
}

fn refusal(status: u16) -> &'static str {
    match status {
        400 => "What was sent cannot be understood.",
        401 => "No key, or a wrong one.",
        403 => "The key is right, but not from there, or not for that provider.",
        404 => "There is no such thing for this client.",
        413 => "Too large, as it came or as the answer.",
        422 => "What was sent cannot be opened.",
        415 => "A body that is no file, or was damaged by its media type.",
        500 => "A fault of ours.",
        502 => "A provider is out of order.",
        503 => "It will be well again, or the API's owner has to act; `Retry-After` where it is known.",
        504 => "It took too long.",
        _ => "A problem.",
    }
}
