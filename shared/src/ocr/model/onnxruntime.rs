//! Networks on onnxruntime, whose library stands beside the models. A process loads one such library, once.

use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ort::environment::Environment;
use ort::logging::LogLevel;
use ort::session::Session;
use ort::session::builder::PrepackedWeights;
use ort::value::Tensor;

use super::{Array, Look, Model, failed, filled};
use crate::error::Result;
use crate::ocr::threads::{Share, Stash};

/// The library's file, of this machine's kind.
#[cfg(target_arch = "aarch64")]
const LIBRARY: &str = "libonnxruntime-arm64.so";
/// The library's file, of this machine's kind.
#[cfg(not(target_arch = "aarch64"))]
const LIBRARY: &str = "libonnxruntime-x86_64.so";

/// The loaded library. A failure is not kept: it is tried again with the next engine.
static LOADED: OnceLock<Environment> = OnceLock::new();
/// Whoever holds this may load it.
static LOADING: Mutex<()> = Mutex::new(());

/// Whether the library works. The first call loads it; a failure is told in the log.
pub(crate) fn is_there(models: &Path) -> bool {
    let _alone = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
    // Absolute, because a relative path would be looked for beside the program first.
    let library = models.join(LIBRARY).canonicalize().map_err(|e| format!("{LIBRARY}: {e}"));
    let ready = library.and_then(|library| LOADED.get().map_or_else(|| loaded(&library).map(keep), |_| Ok(())));
    if let Err(why) = &ready {
        tracing::warn!(why, "onnxruntime does not load: pages are read by rten, which takes three times as long");
    }
    ready.is_ok()
}

fn keep(environment: Environment) {
    LOADED.get_or_init(|| environment);
}

fn loaded(library: &Path) -> std::result::Result<Environment, String> {
    let environment = ort::init_from(library).map_err(|e| e.to_string())?;
    environment.with_name("fapiao").with_telemetry(false).with_logger(Arc::new(log)).build().map_err(|e| e.to_string())
}

/// What the library tells about itself goes into our log, and not to the standard error.
fn log(level: LogLevel, _category: &str, _id: &str, place: &str, message: &str) {
    match level {
        LogLevel::Error | LogLevel::Fatal => tracing::warn!(place, message, "onnxruntime"),
        _ => tracing::trace!(place, message, "onnxruntime"),
    }
}

struct Fast {
    bytes: Vec<u8>,
    threads: usize,
    /// A session serves one caller at a time.
    sessions: Stash<Session>,
    /// What the sessions have in common.
    weights: PrepackedWeights,
}

/// A network from an ONNX file's bytes.
pub(crate) fn load(bytes: Vec<u8>, share: Share) -> std::result::Result<Box<dyn Model>, String> {
    let model =
        Fast { bytes, threads: share.threads, sessions: Stash::new(share.runs), weights: PrepackedWeights::new() };
    // The first session is made now, so that a file that is no model is told at once.
    model.sessions.with(|| model.session(), |_| Ok(())).map_err(|e| e.message().to_owned())?;
    Ok(Box::new(model))
}

impl Fast {
    fn session(&self) -> Result<Session> {
        let environment = LOADED.get().ok_or_else(|| failed("onnxruntime is not loaded"))?;
        let made = || -> ort::Result<Session> {
            Session::builder(environment)?
                .with_intra_threads(self.threads)?
                .with_intra_op_spinning(false)?
                // Hardly two runs have the same shape.
                .with_memory_pattern(false)?
                .with_prepacked_weights(&self.weights)?
                .commit_from_memory(&self.bytes)
        };
        made().map_err(|e| failed(&e.to_string()))
    }
}

impl Model for Fast {
    fn run(&self, shape: [usize; 4], input: Vec<f32>) -> Result<Array> {
        let mut kept = Array { shape: Vec::new(), data: Vec::new() };
        self.show(shape, input, &mut |shape, data| {
            kept = Array { shape: shape.to_vec(), data: data.to_vec() };
            Ok(())
        })?;
        Ok(kept)
    }

    fn show(&self, shape: [usize; 4], input: Vec<f32>, look: &mut Look<'_>) -> Result<()> {
        filled(shape, &input)?;
        let told = |e: ort::Error| failed(&e.to_string());
        self.sessions.with(|| self.session(), |session| run(session, shape, input, look).map_err(told)?)
    }

    fn metadata(&self, key: &str) -> Option<String> {
        let look = |session: &mut Session| Ok(session.metadata().ok().and_then(|data| data.custom(key)));
        self.sessions.with(|| self.session(), look).ok().flatten()
    }
}

fn run(session: &mut Session, shape: [usize; 4], input: Vec<f32>, look: &mut Look<'_>) -> ort::Result<Result<()>> {
    let outputs = session.run(ort::inputs![Tensor::from_array((shape, input))?])?;
    let first = outputs.values().next().ok_or_else(|| ort::Error::new("it has no output"))?;
    let (shape, data) = first.try_extract_tensor::<f32>()?;
    let shape: Vec<usize> = shape.iter().map(|&side| usize::try_from(side).unwrap_or(0)).collect();
    Ok(look(&shape, data))
}
