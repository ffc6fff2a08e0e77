//! The vendors' interfaces: paths, parameters and codes as their clients know them. Knows nothing of our own routes.

use std::collections::BTreeMap;

use fapiao::dialect::{textin, volcengine};
use serde_json::{Map, Value, json};

use super::content;

/// Adds both to the paths.
pub(super) fn add(paths: &mut Map<String, Value>) {
    for (path, operation) in [(textin::PATH, of_textin()), ("/", of_volcengine())] {
        let methods = paths.entry(path).or_insert_with(|| json!({}));
        methods["post"] = operation;
    }
}

fn of_textin() -> Value {
    json!({
        "operationId": "TextinVatInvoice",
        "tags": ["vendors"],
        "summary": "TextIn's vat_invoice",
        "description": "For clients of TextIn's, which need another address and nothing else. Reads the first page of the \
            file; every kind but rolls. 10 MB at most, sides of 20 to 10,000 pixels.",
        "security": [{"textinAppId": [], "textinSecretCode": []}],
        "requestBody": {"required": true, "content": {textin::CONTENT_TYPE: {"schema": {}}}},
        "responses": {"200": {
            "description": "Whatever happened: the body's code tells.",
            "content": content("application/json", "TextinAnswer"),
        }},
    })
}

fn of_volcengine() -> Value {
    let fixed = |name: &str, value: &str| json!({"name": name, "in": "query", "required": true, "schema": {"type": "string", "const": value}});
    let form = json!({"type": "object", "required": ["image_base64"], "properties": {
        "image_base64": {"type": "string", "contentEncoding": "base64", "description": "The file, without `data:`."},
    }});
    json!({
        "operationId": "VolcengineOcrRollInvoice",
        "tags": ["vendors"],
        "summary": "Volcengine's OcrRollInvoice",
        "description": "For clients of Volcengine's, which need another address and nothing else. Reads the first page of \
            the file; rolls alone. 5 MB at most.",
        "security": [{"volcengineSignature": []}],
        "parameters": [fixed("Action", volcengine::ACTION), fixed("Version", volcengine::VERSION)],
        "requestBody": {"required": true, "content": {volcengine::CONTENT_TYPE: {"schema": form}}},
        "responses": volcengine_responses(),
    })
}

/// One for each HTTP status of the table, with its codes.
fn volcengine_responses() -> Value {
    let mut by_status: BTreeMap<u16, Vec<String>> = BTreeMap::new();
    for code in &volcengine::CODES {
        by_status.entry(code.http_status).or_default().push(code.code.to_string());
    }
    let told = |(status, codes): (u16, Vec<String>)| {
        let description = format!("Code {}.", codes.join(", "));
        let answer = json!({"description": description, "content": content("application/json", "VolcengineAnswer")});
        (status.to_string(), answer)
    };
    Value::Object(by_status.into_iter().map(told).collect())
}
