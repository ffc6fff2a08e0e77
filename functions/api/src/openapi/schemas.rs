//! What stands in bodies. What is a type of ours is told by the type itself; a vendor's form is written down here. Knows
//! nothing of routes.

use fapiao::dialect::{VendorCode, textin, volcengine};
use fapiao::report::Report;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::problem::ProblemDocument;
use crate::routes::health::Health;
use crate::routes::list::ListedFile;
use crate::routes::uploads::{Pending, UploadLink, UploadRequest};

/// A reference to one of [`all`].
pub(super) fn of(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// Every schema by its name.
pub(super) fn all() -> Map<String, Value> {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = "/components/schemas".into());
    // What we take may leave out what has a default; what we answer never does.
    let mut taken = settings.clone().into_generator();
    taken.subschema_for::<UploadRequest>();
    taken.subschema_for::<ListedFile>();
    let mut answered = settings.for_serialize().into_generator();
    answered.subschema_for::<Report>();
    answered.subschema_for::<ProblemDocument>();
    answered.subschema_for::<UploadLink>();
    answered.subschema_for::<Pending>();
    answered.subschema_for::<Health>();
    let mut all = taken.take_definitions(true);
    all.extend(answered.take_definitions(true));
    all.insert("Capabilities".to_owned(), capabilities());
    all.insert("GatewayMessage".to_owned(), gateway());
    all.insert("TextinAnswer".to_owned(), textin_answer());
    all.insert("VolcengineAnswer".to_owned(), volcengine_answer());
    all
}

fn object(description: &str, properties: Value) -> Value {
    let required: Vec<&String> = properties.as_object().into_iter().flat_map(Map::keys).collect();
    json!({"type": "object", "description": description, "required": required, "properties": properties})
}

fn list(items: Value) -> Value {
    json!({"type": "array", "items": items})
}

fn text(description: &str) -> Value {
    json!({"type": "string", "description": description})
}

fn capabilities() -> Value {
    let engine = object(
        "Who reads.",
        json!({
            "name": text("Always `fapiao`."), "version": text("Our release."), "models": list(text("A model's file.")),
        }),
    );
    let number = |description: &str| json!({"type": "integer", "minimum": 0, "description": description});
    let limits = object(
        "What is refused beyond.",
        json!({
            "max_bytes": number("Bytes of a file."), "max_side": number("Pixels of a side."),
            "max_pixels": number("Pixels of a picture."), "max_pages": number("Pages of a file."),
        }),
    );
    let dialect = object(
        "A protocol that is spoken here.",
        json!({
            "name": text("Whose."), "method": text("HTTP."), "path": text("With its query."),
        }),
    );
    object(
        "What can be sent, how much of it, who reads, and which protocols are spoken.",
        json!({
            "schema": text("The Report's schema and its version."),
            "engine": engine,
            "formats": list(text("A media type.")),
            "limits": limits,
            "types": list(text("A kind of invoice, as `invoice.type` has it.")),
            "providers": list(text("What `?provider=` may name.")),
            "dialects": list(dialect),
        }),
    )
}

fn gateway() -> Value {
    json!({
        "type": "object", "description": "The gateway's own words; the function was not asked.",
        "properties": {"message": text("In English.")},
    })
}

fn codes(table: &[VendorCode]) -> Value {
    let codes: Vec<i64> = table.iter().map(|code| code.code).collect();
    let rows: Vec<String> = table.iter().map(|code| format!("{}: {}", code.code, code.message)).collect();
    json!({"type": "integer", "enum": codes, "description": rows.join("\n\n")})
}

fn textin_answer() -> Value {
    let position = json!({"type": "array", "items": {"type": "integer"}, "minItems": 8, "maxItems": 8,
        "description": "Four corners on the page, x and y; zeros where it is not known."});
    let entry = object(
        "One field.",
        json!({
            "key": text("The vendor's name of it."), "value": text("As printed; empty when there is none."),
            "description": text("In Chinese."), "position": position,
        }),
    );
    let integer = || json!({"type": "integer"});
    let result = object(
        "What was read.",
        json!({
            "type": text("The kind of invoice, or `other`."), "type_description": text("In Chinese."),
            "image_angle": {"type": "integer", "enum": [0, 90, 180, 270]},
            "rotated_image_width": integer(), "rotated_image_height": integer(),
            "kind": text("What was bought."), "kind_description": text("In Chinese."),
            "item_list": list(entry.clone()), "product_list": list(list(entry)),
        }),
    );
    json!({
        "type": "object", "description": "TextIn's answer: the code tells how it went, the HTTP status is always 200.",
        "required": ["code", "message"],
        "properties": {"code": codes(&textin::CODES), "message": text("The code in words."), "result": result},
    })
}

fn volcengine_answer() -> Value {
    let main = json!({"type": "object", "additionalProperties": {"type": "string"},
        "description": "Fields by their names, `entry_0.quantity` for a line's."});
    let data = object("What was read.", json!({"license_main": main}));
    object(
        "Volcengine's answer.",
        json!({
            "code": codes(&volcengine::CODES),
            "data": {"anyOf": [data, {"type": "null"}]},
            "message": text("The code in words, or what is wrong with the signature."),
            "request_id": text("The gateway's id of the request."),
            "status": {"type": "integer", "description": "As `code`."},
            "time_elapsed": text("E.g. `418.017944ms`."),
        }),
    )
}
