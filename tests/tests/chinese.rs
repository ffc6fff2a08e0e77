//! No English sentence reaches a Chinese answer: every sentence of every Report is one of the catalogue, and what it says in
//! Chinese holds no English but what was printed, typed or quoted. Fixtures, recorded pages, files that are refused; and
//! the text files of `FAPIAO_CORPUS` when it names a labelled folder.

#![cfg(test)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use fapiao::check::Rules;
use fapiao::desk::Desk;
use fapiao::document::Limits;
use fapiao::error::{Error, ErrorKind};
use fapiao::ocr::PageText;
use fapiao::pipeline::Pipeline;
use fapiao::provider::{Chain, Embedded};
use fapiao::report::{Report, Source};
use fapiao::sentence::{Lang, Sentence, say_in};
use fapiao::worker::Workers;
use fapiao_tests::environment;
use serde_json::{Value, json};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn files(folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = root().join(folder).read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn pipeline() -> Pipeline {
    Pipeline::new(Workers::here(Desk::new("no/models")), Chain::new(vec![Arc::new(Embedded)]), Limits::default())
}

async fn report(pipeline: &Pipeline, bytes: impl Into<Bytes>) -> Value {
    let deadline = Instant::now() + Duration::from_secs(60);
    let report = match pipeline.read(bytes.into(), Source::default(), None, deadline).await {
        Ok(report) => report,
        Err(failure) => *failure.report,
    };
    serde_json::to_value(report).unwrap()
}

/// English words in a row, as no Chinese sentence has them.
fn is_english(text: &str) -> bool {
    let runs = text.split(|c: char| !c.is_ascii_alphabetic() && c != ' ');
    runs.into_iter().any(|run| run.split(' ').filter(|word| word.len() > 1).count() > 2)
}

/// A sentence's Chinese without what was printed, typed or quoted in it.
fn bare(said: &Value, name: &str) -> String {
    let sentence: Sentence = serde_json::from_value(said.clone()).unwrap_or_default();
    let is_foreign = said.to_string().contains(r#""id":"verbatim""#);
    assert!(!is_foreign && !sentence.id.is_empty(), "{name}: {said} is in no catalogue");
    sentence.map_texts(&|_| String::new()).say(Lang::Zh).unwrap_or_else(|| panic!("{name}: {said} cannot be said"))
}

/// Looks at every sentence, however deep.
#[track_caller]
fn assert_chinese(name: &str, json: &Value, seen: &mut usize) {
    match json {
        Value::Array(list) => list.iter().for_each(|value| assert_chinese(name, value, seen)),
        Value::Object(object) => {
            let ids = [("id", "params", ["message", "detail"]), ("hint_id", "hint_params", ["hint", "hint"])];
            for (id, params, texts) in ids {
                if texts.iter().any(|text| object.get(*text).is_some_and(Value::is_string)) {
                    let said = json!({"id": object.get(id), "params": object.get(params)});
                    let chinese = bare(&said, name);
                    assert!(!is_english(&chinese), "{name}: {chinese}");
                    *seen += 1;
                }
            }
            // Parameters are looked at with their sentence.
            let inner = object.iter().filter(|(key, _)| !["params", "hint_params"].contains(&key.as_str()));
            inner.for_each(|(_, value)| assert_chinese(name, value, seen));
        }
        _ => {}
    }
}

#[tokio::test]
async fn no_english_sentence_is_in_a_report_of_any_file() {
    let (pipeline, mut seen) = (pipeline(), 0);
    for path in files("tests/fixtures").into_iter().chain(files("tests/fixtures/crashers")) {
        if path.is_file() {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            assert_chinese(&name, &report(&pipeline, std::fs::read(&path).unwrap()).await, &mut seen);
        }
    }
    let strange: [&[u8]; 9] = [
        b"",
        b"plain text",
        b"PK\x07\x08PK",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"\0\0\0\x18ftypheic",
        b"<html>",
        b"\x89PNG\r\n\x1a\n",
        b"%PDF-1.7",
        b"<EInvoice>",
    ];
    for bytes in strange {
        assert_chinese(&String::from_utf8_lossy(bytes), &report(&pipeline, bytes.to_vec()).await, &mut seen);
    }
    assert!(seen > 300, "{seen} sentences");
}

#[test]
fn no_english_sentence_is_said_of_a_recorded_page() {
    let mut seen = 0;
    for path in files("shared/tests/recorded") {
        let page: PageText = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let told = match fapiao::reader::read(&page, &|_| Vec::new()) {
            Ok(mut reading) => {
                let findings = Rules::default().run(&mut reading);
                json!({"checks": findings.checks, "reasons": findings.reasons})
            }
            Err(error) => json!(error.info()),
        };
        assert_chinese(&path.to_string_lossy(), &told, &mut seen);
    }
    assert!(seen > 200, "{seen} sentences");
}

#[tokio::test]
async fn no_english_sentence_is_in_a_report_of_the_corpus() {
    let Some(corpus) = environment::corpus() else { return };
    let (pipeline, mut seen) = (pipeline(), 0);
    let mut folders = vec![corpus];
    while let Some(folder) = folders.pop() {
        for path in folder.read_dir().unwrap().map(|entry| entry.unwrap().path()) {
            let kind = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
            if path.is_dir() {
                folders.push(path);
            } else if ["pdf", "ofd", "xml"].contains(&kind.as_str()) {
                let report = report(&pipeline, std::fs::read(&path).unwrap()).await;
                assert_chinese(&path.to_string_lossy(), &report, &mut seen);
            }
        }
    }
    assert!(seen > 0);
}

#[test]
fn every_kind_of_error_has_its_sentence_and_its_next_step() {
    let mut seen = 0;
    for kind in ErrorKind::ALL {
        assert_chinese("error", &json!(Error::new(*kind, "a detail of whoever was asked").info()), &mut seen);
    }
    assert_eq!(seen, 2 * ErrorKind::ALL.len());
}

#[tokio::test]
async fn a_report_is_said_in_chinese_and_back() {
    let english =
        report(&pipeline(), std::fs::read(root().join("tests/fixtures/text-two-invoices.pdf")).unwrap()).await;
    let mut told = english.clone();
    say_in(&mut told, Lang::Zh);
    assert_eq!(told["others"][0]["message"], "没有找到可识别的增值税发票");
    assert_ne!(told, english);
    let mut typed: Report = serde_json::from_value(english.clone()).unwrap();
    typed.say_in(Lang::Zh);
    assert_eq!(serde_json::to_value(typed).unwrap(), told, "a Report and its JSON say the same");
    say_in(&mut told, Lang::En);
    assert_eq!(told, english);
}
