//! The two that do the arithmetic read the same; and where the fast one's library does not load, pages are read all the same.

#![cfg(test)]

use std::path::{Path, PathBuf};

use fapiao::ocr::{Engine, MODEL_FILES, PageText};
use fapiao_tests::environment;
use image::RgbImage;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn models() -> PathBuf {
    environment::set("FAPIAO_MODELS").map_or_else(|| Path::new(ROOT).join("models"), Into::into)
}

fn page() -> RgbImage {
    image::open(Path::new(ROOT).join("tests/fixtures/bench/small_3_05.jpg")).unwrap().to_rgb8()
}

/// What the lines say, and how far their corners may lie from another reading's.
fn assert_same(left: &PageText, right: &PageText) {
    assert!(left.lines.len() > 20 && left.lines.len() == right.lines.len());
    for (left, right) in left.lines.iter().zip(&right.lines) {
        assert_eq!(left.text, right.text);
        assert!(left.quad.iter().zip(&right.quad).all(|(a, b)| (a - b).abs() < 1.0), "{}", left.text);
        assert!((left.confidence - right.confidence).abs() < 0.01, "{}", left.text);
    }
}

#[test]
fn both_engines_read_the_same_lines() {
    let (fast, plain) = (Engine::load(&models()).unwrap(), Engine::load_plain(&models()).unwrap());
    assert_eq!((fast.name(), plain.name()), ("onnxruntime", "rten"));
    assert_same(&fast.read(&page()).unwrap(), &plain.read(&page()).unwrap());
}

#[test]
fn without_a_library_that_loads_the_other_engine_reads() {
    let folder = tempfile::tempdir().unwrap();
    for name in MODEL_FILES {
        std::os::unix::fs::symlink(models().canonicalize().unwrap().join(name), folder.path().join(name)).unwrap();
    }
    assert_eq!(Engine::load(folder.path()).unwrap().name(), "rten");
}

#[test]
fn many_threads_share_one_engine() {
    let (engine, page) = (Engine::load(&models()).unwrap(), page());
    let texts: Vec<PageText> = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..4).map(|_| scope.spawn(|| engine.read(&page).unwrap())).collect();
        readers.into_iter().map(|reader| reader.join().unwrap()).collect()
    });
    texts.iter().for_each(|text| assert_same(text, &texts[0]));
}
