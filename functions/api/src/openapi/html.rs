//! An OpenAPI document as one page of HTML that needs nothing else: no script, nothing from anywhere. Knows nothing of what
//! the document describes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("docs.css");
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// A page, and the Content-Security-Policy that it is to be served with.
pub(crate) struct Page {
    pub(crate) html: String,
    pub(crate) policy: String,
}

/// The document as a page.
pub(crate) fn page(document: &Value) -> Page {
    let info = &document["info"];
    let head = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><title>{title}</title><style>{STYLE}</style></head><body><main>\
         <h1>{title} <span class=\"quiet\">{version}</span></h1>{about}\
         <p><a href=\"openapi.json\">openapi.json</a> <span class=\"quiet\">for programs</span></p>",
        title = escaped(text(&info["title"])),
        version = escaped(text(&info["version"])),
        about = paragraph(&info["description"]),
    );
    let tags: String = list(&document["tags"]).iter().map(|tag| routes_of(document, tag)).collect();
    let schemas = members(&document["components"]["schemas"]).map(|(name, schema)| of_schema(name, schema));
    let schemas: String = schemas.collect();
    let html = format!("{head}{tags}<h2>Bodies</h2>{schemas}</main></body></html>");
    let style = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    Page { html, policy }
}

fn routes_of(document: &Value, tag: &Value) -> String {
    let mut html = format!("<h2>{}</h2>{}", escaped(text(&tag["name"])), paragraph(&tag["description"]));
    for (path, methods) in members(&document["paths"]) {
        for method in METHODS {
            let operation = &methods[method];
            if list(&operation["tags"]).contains(&tag["name"]) {
                html += &of_operation(path, method, operation);
            }
        }
    }
    html
}

fn of_operation(path: &str, method: &str, operation: &Value) -> String {
    let parameters = list(&operation["parameters"]).iter().map(|parameter| {
        let place = format!("{} in {}", code(text(&parameter["name"])), escaped(text(&parameter["in"])));
        [place, kind(&parameter["schema"]), said(&parameter["description"])]
    });
    let bodies = members(&operation["requestBody"]["content"])
        .map(|(media_type, body)| [code(media_type), kind(&body["schema"]), said(&body["schema"]["description"])]);
    let answers = members(&operation["responses"]).map(|(status, answer)| {
        let kinds = members(&answer["content"])
            .map(|(media_type, body)| format!("{} {}", code(media_type), kind(&body["schema"])));
        [escaped(status), said(&answer["description"]), kinds.collect::<Vec<_>>().join("<br>")]
    });
    format!(
        "<section id=\"{id}\"><h3><span class=\"method\">{method}</span> {path} <span class=\"quiet\">{summary}</span></h3>\
         {about}{security}{parameters}{bodies}{answers}</section>",
        id = escaped(text(&operation["operationId"])),
        method = method.to_ascii_uppercase(),
        path = code(path),
        summary = escaped(text(&operation["summary"])),
        about = paragraph(&operation["description"]),
        security = security(&operation["security"]),
        parameters = table("Parameter", parameters),
        bodies = table("Body", bodies),
        answers = table("Answer", answers),
    )
}

fn security(wanted: &Value) -> String {
    let names: Vec<&str> = list(wanted).iter().flat_map(members).map(|(name, _)| name).collect();
    let told = if names.is_empty() { "for anybody".to_owned() } else { format!("with {}", names.join(" and ")) };
    format!("<p class=\"quiet\">{}</p>", escaped(&told))
}

fn of_schema(name: &str, schema: &Value) -> String {
    let properties = members(&schema["properties"])
        .map(|(name, property)| [code(name), kind(property), said(&property["description"])]);
    format!(
        "<details id=\"schema-{id}\"><summary>{id}</summary>{about}{kind}{properties}</details>",
        id = escaped(name),
        about = paragraph(&schema["description"]),
        kind = if schema["properties"].is_object() { String::new() } else { format!("<p>{}</p>", kind(schema)) },
        properties = table("Member", properties),
    )
}

/// What kind of value a schema allows, in a few words.
fn kind(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = escaped(reference.rsplit('/').next().unwrap_or_default());
        return format!("<a href=\"#schema-{name}\">{name}</a>");
    }
    let choices = list(&schema["anyOf"]).iter().chain(list(&schema["oneOf"])).map(kind).collect::<Vec<_>>();
    if !choices.is_empty() {
        return choices.join(" or ");
    }
    if schema["items"].is_object() {
        return format!("list of {}", kind(&schema["items"]));
    }
    let values = list(&schema["enum"]).iter().chain(schema.get("const")).map(|value| match value {
        Value::String(text) => code(text),
        other => code(&other.to_string()),
    });
    let values = values.collect::<Vec<_>>();
    match &schema["type"] {
        _ if !values.is_empty() => values.join(", "),
        Value::String(kind) => escaped(kind),
        Value::Array(kinds) => escaped(&kinds.iter().map(text).collect::<Vec<_>>().join(" or ")),
        _ => "anything".to_owned(),
    }
}

fn table(head: &str, rows: impl Iterator<Item = [String; 3]>) -> String {
    let rows: String = rows.map(|cells| format!("<tr><td>{}</td></tr>", cells.join("</td><td>"))).collect();
    if rows.is_empty() {
        return rows;
    }
    format!("<div class=\"scroll\"><table><tr><th colspan=\"3\">{head}</th></tr>{rows}</table></div>")
}

fn paragraph(value: &Value) -> String {
    if value.is_string() { format!("<p>{}</p>", said(value)) } else { String::new() }
}

/// Text with what stands between backticks as code, and blank lines as breaks.
fn said(value: &Value) -> String {
    let pieces = text(value).split('`').enumerate();
    let pieces =
        pieces.map(|(at, piece)| if at % 2 == 1 { code(piece) } else { escaped(piece).replace("\n\n", "<br>") });
    pieces.collect()
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter).map(|(name, value)| (name.as_str(), value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whatever_a_document_says_stays_text() {
        let evil = "<script>alert('1')</script>\"";
        let schema = json!({"description": evil, "properties": {evil: {"type": "string", "description": evil}}});
        let document = json!({
            "info": {"title": evil, "version": evil, "description": format!("`{evil}`")},
            "tags": [{"name": evil}],
            "paths": {evil: {"get": {"tags": [evil], "operationId": evil, "responses": {evil: {"description": evil}}}}},
            "components": {"schemas": {evil: schema}},
        });
        let html = page(&document).html;
        assert!(!html.contains("<script") && !html.contains("alert('"), "{html}");
        assert_eq!(html.matches("<code>").count(), html.matches("</code>").count());
    }

    #[test]
    fn the_policy_allows_the_pages_own_style_and_nothing_else() {
        let page = page(&json!({}));
        let (_, rest) = page.html.split_once("<style>").unwrap();
        let (style, _) = rest.split_once("</style>").unwrap();
        assert!(page.policy.contains(&STANDARD.encode(Sha256::digest(style))), "{}", page.policy);
        assert!(page.policy.starts_with("default-src 'none'") && !page.policy.contains("unsafe"), "{}", page.policy);
    }
}
