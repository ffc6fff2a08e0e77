//! The catalogue as a whole: every sentence in both languages, with the same parameters.

use std::collections::BTreeSet;

use super::catalogue::{Row, rows};
use super::param::Form;
use super::*;

fn gaps(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).map(|part| part.split_once('}').unwrap_or_else(|| panic!("{text}")).0).collect()
}

#[test]
fn every_sentence_has_both_languages_with_the_same_parameters() {
    for Row { id, params, en, zh } in rows() {
        let names: BTreeSet<&str> = params.iter().map(|(name, _)| *name).collect();
        let kept = params.iter().filter(|(_, kind)| *kind != Form::Code).map(|(name, _)| *name).collect();
        assert_eq!((gaps(en), names.len()), (names, params.len()), "{id}");
        assert_eq!(gaps(zh), kept, "{id}");
        assert!(!en.is_empty() && !zh.is_empty(), "{id}");
    }
}

#[test]
fn an_id_is_one_sentences() {
    let mut seen = BTreeSet::new();
    for row in rows() {
        assert!(seen.insert(row.id), "{} is there twice", row.id);
    }
    assert!(seen.len() > 200);
}

/// English words in a row, as no Chinese sentence has them.
fn is_english(text: &str) -> bool {
    let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphabetic() && c != ' ').collect();
    words.iter().any(|words| words.split(' ').filter(|word| word.len() > 1).count() > 2)
}

#[test]
fn no_chinese_sentence_is_english() {
    for row in rows() {
        assert!(!is_english(row.zh), "{}: {}", row.id, row.zh);
        let is_gaps_only = row.zh.split(['{', '}']).step_by(2).all(|text| !text.contains(char::is_alphanumeric));
        assert!(is_gaps_only || row.zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{}", row.id);
    }
}

#[test]
fn a_sentence_says_its_parameters_in_the_words_of_the_language() {
    let differs = check::sources_differ("xml", "1", "items[1].amount", "print", "2");
    let reason = report::of_invoice(2_u32, report::check_failed("sources_agree", check::findings(vec![differs])));
    let said = Lang::ALL.map(|lang| reason.say(lang).unwrap());
    assert_eq!(said[0], "invoice 2: the file's XML says 1 for amount of line 2, the print 2 (sources_agree)");
    assert_eq!(said[1], "第2张发票：第2行金额不一致：文件内XML数据为1，票面为2");
}

#[test]
fn a_sentence_comes_back_from_json_as_it_went() {
    let doubt = check::several_values("buyer.name", "甲, 乙");
    let sentence = report::check_failed("roles_are_clear", check::roles_confirmed(vec![doubt]));
    let json = serde_json::to_string(&sentence).unwrap();
    assert_eq!(serde_json::from_str::<Sentence>(&json).unwrap(), sentence);
    assert!(json.starts_with(r#"{"id":"check_failed","params":{"detail":{"id":"roles_confirmed","#), "{json}");
}

#[test]
fn what_is_not_in_the_catalogue_says_nothing_and_nothing_breaks() {
    let known = check::words_agree("1.00");
    let with = |params: &str| serde_json::from_str::<Sentence>(&format!(r#"{{"id":"words_agree","params":{params}}}"#));
    assert_eq!(with(r#"{"digits":"1.00"}"#).unwrap().known(), Some(known));
    for params in [r#"{"digits":1}"#, "{}", r#"{"digits":[]}"#, r#"{"digits":"1.00","more":1}"#] {
        assert_eq!(with(params).unwrap().known(), None, "{params}");
    }
    let newer: Sentence = serde_json::from_str(r#"{"id":"of_tomorrow","params":{"a":[1,{"id":"b"}]}}"#).unwrap();
    assert_eq!((newer.say(Lang::En), newer.known()), (None, None));
}

#[test]
fn braces_in_a_parameter_are_no_gaps() {
    assert_eq!(Sentence::verbatim("{id}").say(Lang::Zh).as_deref(), Some("{id}"));
}

#[test]
fn texts_are_changed_however_deep_they_lie() {
    let sentence = fault::after_calls(fault::vendor_says("textin", "the key hunter2"), 3);
    let sentence = sentence.map_texts(&|text| text.replace("hunter2", "***"));
    assert_eq!(sentence.say(Lang::En).as_deref(), Some("textin: the key *** (after 3 calls)"));
}
