//! A vendor's JSON read with tolerance: numbers that come as text, text as numbers, what is empty in any form. Answers
//! are therefore taken apart as plain values: a struct would need a deserializer of its own for nearly every member.
//! Knows nothing of any vendor's keys.

use std::borrow::Cow;

use serde_json::Value;

/// A whole number, which some answers write as a string.
pub(super) fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_i64(),
    }
}

/// What should be a string, but is a number or a boolean in some answers.
pub(super) fn print(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(yes) => Some(Cow::Borrowed(if *yes { "True" } else { "False" })),
        _ => None,
    }
}

/// A list's elements; none where something else stands, which some programs write for an empty list.
pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_and_text_stand_for_each_other() {
        for (value, number, text) in [
            (json!(200), Some(200), Some("200")),
            (json!(" 200 "), Some(200), Some(" 200 ")),
            (json!(-2.5), None, Some("-2.5")),
            (json!(true), None, Some("True")),
            (json!(null), None, None),
            (json!([1]), None, None),
        ] {
            assert_eq!((integer(&value), print(&value).as_deref()), (number, text), "{value}");
        }
    }

    #[test]
    fn what_is_no_list_has_no_elements() {
        for value in [json!(null), json!(""), json!({}), json!(0), json!([])] {
            assert!(list(&value).is_empty());
        }
    }
}
