//! The narrow view of a neural network that the engine stands on. Knows nothing of what the numbers mean.
//!
//! Two do the arithmetic: [`onnxruntime`], which is fast, from a library beside the models; and [`plain`], pure Rust, the
//! way out where that library does not load. Their answers agree to the fourth decimal.

mod onnxruntime;
mod plain;

use std::path::Path;

use sha2::{Digest, Sha256};

use super::threads::Share;
use crate::error::{Error, ErrorKind, Result};
use crate::sentence::next;

/// Numbers with a shape, outermost dimension first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Array {
    pub shape: Vec<usize>,
    pub data: Vec<f32>,
}

/// Looks at an answer: its shape and its numbers.
pub(crate) type Look<'a> = dyn FnMut(&[usize], &[f32]) -> Result<()> + 'a;

/// A network with one input (NCHW) and one output.
pub(crate) trait Model: Send + Sync {
    /// Runs it. Many callers may do so at once; some of them wait when there are more than it has a share of the processors
    /// for.
    fn run(&self, shape: [usize; 4], input: Vec<f32>) -> Result<Array>;

    /// As [`Self::run`], for whoever looks at the answer (its shape, its numbers) once and keeps none of it: the recogniser's
    /// are millions, and are not copied.
    fn show(&self, shape: [usize; 4], input: Vec<f32>, look: &mut Look<'_>) -> Result<()> {
        let answer = self.run(shape, input)?;
        look(&answer.shape, &answer.data)
    }

    /// A value that the file carries beside its weights.
    fn metadata(&self, _key: &str) -> Option<String> {
        None
    }
}

/// Who does the arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runtime {
    Onnxruntime,
    /// Pure Rust, in this program.
    Rten,
}

impl Runtime {
    /// The fast one where its library loads; why it does not is told once.
    pub fn available(models: &Path) -> Self {
        if onnxruntime::is_there(models) { Self::Onnxruntime } else { Self::Rten }
    }

    /// As it is known outside.
    pub fn name(self) -> &'static str {
        match self {
            Self::Onnxruntime => "onnxruntime",
            Self::Rten => "rten",
        }
    }

    /// Loads a file after checking that it is the very one that was measured.
    ///
    /// # Errors
    /// `internal`, naming the file and the command that fetches it.
    pub fn load(self, directory: &Path, file: &ModelFile, share: Share) -> Result<Box<dyn Model>> {
        let bytes = checked(directory, file)?;
        let loaded: std::result::Result<Box<dyn Model>, String> = match self {
            Self::Onnxruntime => onnxruntime::load(bytes, share),
            Self::Rten => plain::load(bytes, share),
        };
        loaded.map_err(|e| {
            unusable(&format!("the model file {} cannot be loaded: {e}", directory.join(file.name).display()))
        })
    }
}

/// A file that `make models` fetches.
pub(crate) struct ModelFile {
    pub name: &'static str,
    pub sha256: &'static str,
}

/// Finds where text stands on a page.
pub(crate) const DETECTOR: ModelFile = ModelFile {
    name: "PP-OCRv6_det_small.onnx",
    sha256: "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
};

/// Reads one line of text in a fifth of the time, and less well.
pub(crate) const QUICK_RECOGNISER: ModelFile = ModelFile {
    name: "PP-OCRv6_rec_tiny.onnx",
    sha256: "9ef676d6ed3c88256a2d92c640c44f25b0c40947e111b14b8be8f594091563e6",
};

/// The quick recogniser's characters, one a line.
pub(crate) const ALPHABET: ModelFile = ModelFile {
    name: "PP-OCRv6_rec_tiny.txt",
    sha256: "2af150bab777d86fa1ce821f6a37eabea90f1bb99ab9c41f031262e892a747bc",
};

/// Reads one line of text.
pub(crate) const RECOGNISER: ModelFile = ModelFile {
    name: "PP-OCRv6_rec_small.onnx",
    sha256: "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
};

/// What `make models` puts into the models' folder for the engine.
pub const MODEL_FILES: [&str; 4] = [DETECTOR.name, QUICK_RECOGNISER.name, ALPHABET.name, RECOGNISER.name];

/// A file that holds text.
///
/// # Errors
/// As [`Runtime::load`].
pub(crate) fn text(directory: &Path, file: &ModelFile) -> Result<String> {
    String::from_utf8(checked(directory, file)?).map_err(|_| unusable(&format!("the file {} is no text", file.name)))
}

/// Whether the models are there at all; whether they are the right ones is told when they are loaded.
///
/// # Errors
/// `internal`, naming what is missing and the command that fetches it.
pub fn require(directory: &Path) -> Result<()> {
    if !directory.is_dir() {
        return Err(unusable(&format!("there is no folder {} with the recogniser's models", directory.display())));
    }
    match MODEL_FILES.iter().map(|name| directory.join(name)).find(|path| !path.is_file()) {
        Some(path) => Err(unusable(&format!("the model file {} is not there", path.display()))),
        None => Ok(()),
    }
}

/// A file's bytes, if they are the expected ones.
fn checked(directory: &Path, file: &ModelFile) -> Result<Vec<u8>> {
    let path = directory.join(file.name);
    let unusable = |what: String| unusable(&format!("the model file {} {what}", path.display()));
    let bytes = std::fs::read(&path).map_err(|e| unusable(format!("cannot be read: {e}")))?;
    let digest = hex::encode(Sha256::digest(&bytes));
    if digest != file.sha256 {
        return Err(unusable(format!("is not the expected one: its sha256 is {digest}, not {}", file.sha256)));
    }
    Ok(bytes)
}

fn unusable(message: &str) -> Error {
    Error::new(ErrorKind::Internal, message).with_hint(next::fetch_models())
}

/// A run that did not work out.
fn failed(what: &str) -> Error {
    Error::new(ErrorKind::Internal, format!("the model failed: {what}"))
}

/// Whether there are as many values as the shape says.
fn filled(shape: [usize; 4], input: &[f32]) -> Result<()> {
    if shape.iter().product::<usize>() == input.len() {
        return Ok(());
    }
    Err(failed(&format!("{} values do not fill {shape:?}", input.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_unusable(directory: &Path, what: &str) {
        let error = Runtime::Rten.load(directory, &DETECTOR, Share::whole()).err().unwrap();
        assert_eq!(error.code(), "internal");
        assert!(error.message().contains(DETECTOR.name) && error.message().contains(what), "{error}");
        assert!(error.hint().contains("make models"));
    }

    #[test]
    fn what_is_not_there_is_told_before_anything_is_loaded() {
        let directory = tempfile::tempdir().unwrap();
        let missing = directory.path().join("nowhere");
        for (folder, what) in [(missing.as_path(), "nowhere"), (directory.path(), DETECTOR.name)] {
            let error = require(folder).unwrap_err();
            assert!(error.message().contains(what) && error.hint().contains("make models"), "{error}");
        }
        for name in MODEL_FILES {
            std::fs::write(directory.path().join(name), "").unwrap();
        }
        require(directory.path()).unwrap();
    }

    #[test]
    fn a_missing_model_names_the_file_and_the_command() {
        assert_unusable(tempfile::tempdir().unwrap().path(), "cannot be read");
    }

    #[test]
    fn another_model_names_the_file_and_the_command() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(DETECTOR.name), "cut off").unwrap();
        assert_unusable(directory.path(), "not the expected one");
    }

    #[test]
    fn a_file_that_is_no_model_names_the_file_and_the_command() {
        let directory = tempfile::tempdir().unwrap();
        let sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let file = ModelFile { name: "nothing.onnx", sha256 };
        std::fs::write(directory.path().join(file.name), "").unwrap();
        let error = Runtime::Rten.load(directory.path(), &file, Share::whole()).err().unwrap();
        assert!(error.message().contains("nothing.onnx cannot be loaded"), "{error}");
        assert!(error.hint().contains("make models"));
    }
}
