//! What a waiting person sees: a bar on a terminal, plain lines elsewhere. Knows nothing of documents.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};

/// Shows how far the work is, on standard error.
pub struct Progress {
    bar: ProgressBar,
    total: usize,
    said: Mutex<HashSet<String>>,
}

impl Progress {
    /// Nothing is done yet.
    pub fn new(total: usize) -> Self {
        let bar = ProgressBar::new(total as u64);
        let template = "{bar:40} {pos}/{len} {msg} {elapsed_precise} (eta {eta})";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar, total, said: Mutex::default() }
    }

    /// One more file is done.
    pub fn done(&self, name: &str, outcome: &str) {
        self.bar.set_message(name.to_owned());
        self.bar.inc(1);
        if self.bar.is_hidden() {
            eprintln!("[{}/{}] {name}: {outcome}", self.bar.position(), self.total);
        }
    }

    /// Something worth knowing; each text is said once.
    pub fn warn(&self, text: &str) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.insert(text.to_owned()) {
            self.bar.suspend(|| eprintln!("{text}"));
        }
    }

    /// The end.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
