//! Golden Reports: what a user gets for a page of every kind and for every sort of file that carries its own text,
//! compared word for word with what stands in `snapshots/`. No engine and no models: pictures are replayed from
//! `recorded/`, the lines that the engine saw once together with its answers to the second look.
//!
//! A change that is wanted: `INSTA_UPDATE=always cargo test -p fapiao --test golden`, then read the difference.
//! A page recorded anew, or another one: `cargo run -p fapiao --example lines -- shared/tests/recorded PICTURE...`.

#![cfg(test)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use fapiao::desk::{Desk, PageReader};
use fapiao::document::Limits;
use fapiao::error::Result;
use fapiao::geometry::Quad;
use fapiao::ocr::{PageText, Region, TextLine};
use fapiao::pipeline::Pipeline;
use fapiao::provider::{Chain, Embedded};
use fapiao::report::Source;
use fapiao::worker::Workers;
use image::RgbImage;
use insta::assert_snapshot;
use serde::Deserialize;
use serde_json::Value;

/// A page as the engine read it, and what it answered when single places were read again.
#[derive(Deserialize)]
struct Recording {
    #[serde(flatten)]
    page: PageText,
    looks: Vec<Look>,
}

/// One place read again.
#[derive(Deserialize)]
struct Look {
    quad: Quad,
    only: Option<String>,
    text: String,
    confidence: f32,
}

/// Reads like the engine on the day of the recording, whatever the picture.
impl PageReader for Recording {
    fn read(&self, _: &RgbImage) -> Result<PageText> {
        Ok(self.page.clone())
    }

    fn reread(&self, _: &RgbImage, regions: &[Region]) -> Vec<TextLine> {
        regions.iter().map(|region| self.looked_at(region)).collect()
    }
}

impl Recording {
    fn load(name: &str) -> Recording {
        let path = root().join("tests/recorded").join(format!("{name}.json"));
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    }

    /// Nothing legible where nobody looked on the day of the recording.
    fn looked_at(&self, region: &Region) -> TextLine {
        let near = |quad: &Quad| quad.iter().zip(region.quad).all(|(a, b)| (a - b).abs() < 1.0);
        let look = self.looks.iter().find(|look| look.only.as_deref() == region.only && near(&look.quad));
        let line =
            |look: &Look| TextLine { text: look.text.clone(), confidence: look.confidence, ..TextLine::default() };
        TextLine { quad: region.quad, ..look.map(line).unwrap_or_default() }
    }
}

/// One invoice as a user gets it: what it says and why we believe it, and what we make of it.
struct Golden {
    content: String,
    judgement: String,
}

/// What a user gets for a file, one for each of its invoices. The only place here that knows the Report's outer form.
fn golden(file: Bytes, desk: Desk) -> Vec<Golden> {
    let pipeline = Pipeline::new(Workers::here(desk), Chain::new(vec![Arc::new(Embedded)]), Limits::default());
    let deadline = Instant::now() + Duration::from_secs(60);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let report = runtime.block_on(pipeline.read(file, Source::default(), None, deadline)).unwrap();
    let mut report: Value = serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
    keep_sentences_alone(&mut report);
    report["invoices"].as_array().unwrap().iter().map(|invoice| of_invoice(&report, invoice)).collect()
}

fn of_invoice(report: &Value, invoice: &Value) -> Golden {
    let part = |value: &Value, names: &[&'static str]| -> String {
        names.iter().map(|name| legible(name, &value[name])).collect()
    };
    Golden {
        content: part(invoice, &["page", "invoice", "fields"]),
        judgement: part(report, &["status", "error"]) + &part(invoice, &["verdict", "reasons", "checks"]),
    }
}

/// What a person reads: ids and parameters say the same again.
fn keep_sentences_alone(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(keep_sentences_alone),
        Value::Object(object) if object.contains_key("id") && object.contains_key("params") => {
            object.remove("id");
            object.remove("params");
            if let (1, Some(message)) = (object.len(), object.remove("message")) {
                *value = message;
            }
        }
        Value::Object(object) => object.values_mut().for_each(keep_sentences_alone),
        _ => {}
    }
}

/// JSON with a line for each value, item, field and rule, so that a difference shows whose it is.
fn legible(name: &str, value: &Value) -> String {
    let lines: Vec<String> = match value {
        Value::Object(map) => map.iter().flat_map(|(key, value)| entry(key, value)).collect(),
        Value::Array(list) => list.iter().map(|value| format!("  - {value}")).collect(),
        value => return format!("{name}: {value}\n"),
    };
    format!("{name}:\n{}\n", lines.join("\n"))
}

fn entry(key: &str, value: &Value) -> Vec<String> {
    match value.as_array().filter(|list| list.iter().any(Value::is_object)) {
        Some(list) => {
            let lines = list.iter().map(|value| format!("    - {value}"));
            std::iter::once(format!("  {key}:")).chain(lines).collect()
        }
        None => vec![format!("  {key}: {value}")],
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A picture with nothing on it: the recording says what is.
fn blank_picture() -> Bytes {
    let mut png = std::io::Cursor::new(Vec::new());
    RgbImage::new(64, 64).write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner().into()
}

#[track_caller]
fn assert_golden(name: &str, goldens: &[Golden]) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (golden, number) in goldens.iter().zip(1..) {
            let name = if number > 1 { format!("{name}-{number}") } else { name.to_owned() };
            assert_snapshot!(format!("{name}.invoice"), golden.content);
            assert_snapshot!(format!("{name}.checks"), golden.judgement);
        }
    });
}

/// A recorded picture.
#[track_caller]
fn assert_recorded(name: &str) {
    let desk = Desk::with_engine(Arc::new(Recording::load(name)));
    assert_golden(Path::new(name).file_stem().unwrap().to_str().unwrap(), &golden(blank_picture(), desk));
}

/// A file of tests/fixtures that says in characters what it shows. Without models: whoever looks at pixels fails.
#[track_caller]
fn assert_file(name: &str, invoices: usize) {
    let file = std::fs::read(root().join("../tests/fixtures").join(name)).unwrap();
    let goldens = golden(file.into(), Desk::new("no/models"));
    assert_eq!(goldens.len(), invoices);
    assert_golden(&name.replace('.', "-"), &goldens);
}

/// A test for each file, so that one difference does not hide the next.
macro_rules! golden {
    ($($test:ident: $check:ident($($argument:expr),+);)+) => {$(
        #[test]
        fn $test() {
            $check($($argument),+);
        }
    )+};
}

golden! {
    a_special_invoice_photographed: assert_recorded("form-photo.jpg");
    a_common_invoice_scanned: assert_recorded("common-scan.jpg");
    a_common_invoice_in_red_on_a_hard_page: assert_recorded("common-red-hard.jpg");
    a_common_invoice_on_a_page_too_hard_for_some_fields: assert_recorded("common-hard.jpg");
    an_electronic_common_invoice_in_red: assert_recorded("electronic-common-red.png");
    an_electronic_special_invoice_on_a_turned_page: assert_recorded("electronic-special-rotated.jpg");
    a_toll_invoice: assert_recorded("toll-scan.jpg");
    a_blockchain_invoice: assert_recorded("blockchain-scan.jpg");
    a_digital_common_invoice: assert_recorded("digital.png");
    a_digital_special_invoice_in_red_photographed: assert_recorded("digital-special-red-photo.jpg");
    a_roll: assert_recorded("roll.jpg");
    a_roll_in_red_on_a_hard_page: assert_recorded("roll-red-hard.jpg");
    a_pdf_of_two_pages_with_subtotals: assert_file("text-two-pages.pdf", 1);
    a_pdf_of_two_invoices_and_a_page_that_is_none: assert_file("text-two-invoices.pdf", 2);
    a_pdf_with_wrapped_cells: assert_file("text-wrapped.pdf", 1);
    a_pdf_of_a_journey: assert_file("text-travel.pdf", 1);
    a_pdf_with_a_list_of_goods: assert_file("text-list.pdf", 1);
    an_ofd_with_every_source: assert_file("all-sources.ofd", 1);
    data_in_red_without_a_page: assert_file("red-letter.xml", 1);
}

/// Whether all of it is in the other one, but for what was left out.
fn is_part_of(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => {
            part.iter().all(|(key, value)| whole.get(key).is_some_and(|whole| is_part_of(value, whole)))
        }
        (Value::Array(part), Value::Array(whole)) => {
            part.len() == whole.len() && part.iter().zip(whole).all(|(part, whole)| is_part_of(part, whole))
        }
        _ => part == whole,
    }
}

#[test]
fn the_guides_example_is_what_the_program_says() {
    let snapshot = std::fs::read_to_string(root().join("tests/snapshots/roll.invoice.snap")).unwrap();
    let told: serde_json::Map<String, Value> = snapshot
        .lines()
        .take_while(|line| *line != "fields:")
        .filter_map(|line| line.strip_prefix("  ")?.split_once(": "))
        .filter_map(|(key, value)| Some((key.to_owned(), serde_json::from_str(value).ok()?)))
        .collect();
    let item = snapshot.lines().find_map(|line| line.strip_prefix("    - ")).unwrap();
    for guide in ["README.md", "README.zh-CN.md"] {
        let text = std::fs::read_to_string(root().join("..").join(guide)).unwrap();
        let example = text.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let example: Value = serde_json::from_str(example).unwrap();
        let mut shown = example["invoices"][0]["invoice"].as_object().unwrap().clone();
        let items = shown.remove("items").unwrap();
        assert!(is_part_of(&items[0], &serde_json::from_str(item).unwrap()), "{guide}: {items}");
        for (key, value) in shown {
            assert!(told.get(&key).is_some_and(|told| is_part_of(&value, told)), "{guide}: {key} is {value}");
        }
    }
}
