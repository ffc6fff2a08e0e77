//! Who is asked, in which order, and what is kept of every answer.
//! Knows nothing of any vendor's protocol.

use std::sync::Arc;
use std::time::Instant;

use crate::document::Document;
use crate::error::{Error, ErrorKind, Result};
use crate::provider::{Answer, Provider};
use crate::report::Attempt;

/// The configured providers, first choice first.
#[derive(Clone)]
pub struct Chain {
    providers: Vec<Arc<dyn Provider>>,
}

/// How a document fared along the chain.
#[derive(Debug)]
pub struct Outcome {
    /// The answer, or the error of the last one asked.
    pub answer: Result<Answer>,
    /// Everyone who was asked, in order; never empty unless nobody could be.
    pub attempts: Vec<Attempt>,
}

impl Chain {
    /// A chain of at least one provider.
    pub fn new(providers: Vec<Arc<dyn Provider>>) -> Self {
        Self { providers }
    }

    /// Whether a provider of that name is configured.
    pub fn has(&self, name: &str) -> bool {
        self.providers.iter().any(|p| p.name() == name)
    }

    /// The configured names, first choice first.
    pub fn names(&self) -> Vec<&'static str> {
        self.providers.iter().map(|p| p.name()).collect()
    }

    /// How many documents are worth reading at once: one where this machine's own cores do the work.
    pub fn concurrency(&self) -> usize {
        if self.has(super::embedded::NAME) { 1 } else { 10 }
    }

    /// Asks one provider after the other until one reads it. `selected` asks that one alone.
    pub async fn read(&self, document: &Document, selected: Option<&str>, deadline: Instant) -> Outcome {
        let mut attempts = Vec::new();
        let mut last = Error::new(ErrorKind::Internal, "no provider is configured");
        for provider in self.providers.iter().filter(|p| selected.is_none_or(|name| p.name() == name)) {
            let start = Instant::now();
            let answer = provider.read(document, deadline).await;
            attempts.push(attempt(provider.name(), start, answer.as_ref().err()));
            match answer {
                Ok(answer) => {
                    return Outcome { answer: Ok(answer), attempts };
                }
                Err(error) => last = error,
            }
        }
        Outcome { answer: Err(last), attempts }
    }
}

fn attempt(name: &str, start: Instant, error: Option<&Error>) -> Attempt {
    Attempt {
        name: name.to_owned(),
        code: error.map_or("ok", Error::code).to_owned(),
        vendor_code: error.and_then(Error::vendor_code).map(str::to_owned),
        message: error.map(|e| e.message().to_owned()),
        elapsed_ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
    }
}
