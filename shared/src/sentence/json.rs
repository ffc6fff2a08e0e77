//! Sentences in JSON that stands somewhere already, ours or another release's: said anew wherever they are, the rest left as it
//! is.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Lang, Sentence};

/// The members that hold a sentence, and those beside them that say which of the catalogue it is.
const SAID: [(&str, &str, &str); 3] =
    [("message", "id", "params"), ("detail", "id", "params"), ("hint", "hint_id", "hint_params")];

/// Says every sentence in it in that language, as far as the catalogue has it.
pub fn say_in(json: &mut Value, lang: Lang) {
    match json {
        Value::Array(list) => list.iter_mut().for_each(|value| say_in(value, lang)),
        Value::Object(object) => {
            for (text, id, params) in SAID {
                if let (true, Some(said)) = (object.contains_key(text), said(object, id, params, lang)) {
                    object.insert(text.to_owned(), said.into());
                }
            }
            object.values_mut().for_each(|value| say_in(value, lang));
        }
        _ => {}
    }
}

fn said(object: &Map<String, Value>, id: &str, params: &str, lang: Lang) -> Option<String> {
    let sentence = json!({"id": object.get(id)?, "params": object.get(params)?});
    Sentence::deserialize(sentence).ok()?.say(lang)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_catalogue_has_is_said_anew_and_all_else_stays() {
        let mut json = json!({
            "checks": [{"rule": "a", "id": "no_amount", "params": {}, "detail": "there is no amount", "of_tomorrow": 1}],
            "reasons": ["a text of before", {"id": "of_tomorrow", "params": {}, "message": "news"}],
            "error": {"message": "as told", "hint": "old", "hint_id": "send_alone", "hint_params": {}},
            "id": "no_amount", "params": 3, "message": 4,
        });
        say_in(&mut json, Lang::Zh);
        let expected = json!({
            "checks": [{"rule": "a", "id": "no_amount", "params": {}, "detail": "没有金额", "of_tomorrow": 1}],
            "reasons": ["a text of before", {"id": "of_tomorrow", "params": {}, "message": "news"}],
            "error": {"message": "as told", "hint": "请单独上传此票据。", "hint_id": "send_alone", "hint_params": {}},
            "id": "no_amount", "params": 3, "message": 4,
        });
        assert_eq!(json, expected);
    }
}
