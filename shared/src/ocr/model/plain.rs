//! Networks on `rten`: pure Rust, in this program, and several times slower than onnxruntime.

use std::sync::Arc;

use rten::{ModelOptions, OpRegistry, RunOptions, ThreadPool};
use rten_tensor::{Layout, NdTensor};

use super::{Array, Model, failed, filled};
use crate::error::Result;
use crate::ocr::threads::{Share, Stash};

struct Plain {
    model: rten::Model,
    threads: usize,
    pools: Stash<Arc<ThreadPool>>,
}

/// A network from an ONNX file's bytes.
pub(crate) fn load(bytes: Vec<u8>, share: Share) -> std::result::Result<Box<dyn Model>, String> {
    let model = ModelOptions::with_ops(OpRegistry::with_all_ops()).load(bytes).map_err(|e| e.to_string())?;
    Ok(Box::new(Plain { model, threads: share.threads, pools: Stash::new(share.runs) }))
}

impl Model for Plain {
    fn run(&self, shape: [usize; 4], input: Vec<f32>) -> Result<Array> {
        filled(shape, &input)?;
        let make = || Ok(Arc::new(ThreadPool::with_num_threads(self.threads)));
        let output = self.pools.with(make, |pool| {
            let options = RunOptions::default().with_thread_pool(Some(Arc::clone(pool)));
            let input = NdTensor::from_data(shape, input).into();
            self.model.run_one(input, Some(options)).map_err(|e| failed(&e.to_string()))
        })?;
        let output = output.into_tensor::<f32>().ok_or_else(|| failed("its output is not made of floats"))?;
        Ok(Array { shape: output.shape().to_vec(), data: output.into_data() })
    }

    fn metadata(&self, key: &str) -> Option<String> {
        self.model.metadata().get(key).map(str::to_owned)
    }
}
