//! Who is asked, in which order, and what is kept of every answer.
//! Knows nothing of any vendor's protocol.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind, Result};
use crate::provider::remembered::{Asked, Memory};
use crate::provider::{Answer, Paper, Provider};
use crate::report::Attempt;
use crate::worker::Part;

/// The configured providers, first choice first.
#[derive(Clone)]
pub struct Chain {
    providers: Vec<Arc<dyn Provider>>,
    on_request: Vec<Arc<dyn Provider>>,
    memory: Option<Memory>,
}

/// How a document fared along the chain.
#[derive(Debug)]
pub struct ChainOutcome {
    /// The answer, or the error that says most about what to do next.
    pub answer: Result<Answer>,
    /// Everyone who was asked, in order; never empty unless nobody could be.
    pub attempts: Vec<Attempt>,
}

/// From this many times as long as wide, a page is more likely a roll than a form: A4 has 1.4, forms up to 1.8.
const ROLL_SHAPE: f64 = 1.9;

impl Chain {
    /// A chain of at least one provider.
    pub fn new(providers: Vec<Arc<dyn Provider>>) -> Self {
        Self { providers, on_request: Vec::new(), memory: None }
    }

    /// Adds providers that are asked only when they are selected by name.
    #[must_use]
    pub fn with_on_request(mut self, providers: Vec<Arc<dyn Provider>>) -> Self {
        self.on_request = providers;
        self
    }

    /// The same with answers that are remembered: none is paid for twice.
    #[must_use]
    pub fn with_memory(mut self, memory: Memory) -> Self {
        self.memory = Some(memory);
        self
    }

    /// The same for a file of so many pages and members: in a long one our own readings are remembered too.
    #[must_use]
    pub fn for_parts(&self, parts: usize) -> Self {
        Self { memory: self.memory.as_ref().map(|memory| memory.for_parts(parts)), ..self.clone() }
    }

    /// What is remembered, if anything is.
    pub fn memory(&self) -> Option<&Memory> {
        self.memory.as_ref()
    }

    /// Whether a provider of that name can be selected.
    pub fn has(&self, name: &str) -> bool {
        self.named(name).is_some()
    }

    fn named(&self, name: &str) -> Option<&Arc<dyn Provider>> {
        self.providers.iter().chain(&self.on_request).find(|p| p.name() == name)
    }

    /// Whether somebody who may be asked costs money.
    pub fn is_paid(&self, selected: Option<&str>) -> bool {
        match selected {
            Some(name) => self.named(name).is_some_and(|provider| provider.is_paid()),
            None => self.providers.iter().any(|provider| provider.is_paid()),
        }
    }

    /// Every name that can be selected, the configured ones first.
    pub fn selectable(&self) -> Vec<&'static str> {
        self.providers.iter().chain(&self.on_request).map(|p| p.name()).collect()
    }

    /// How many documents are worth reading at once: one where this machine's own cores do the work.
    pub fn concurrency(&self) -> usize {
        if self.has(super::embedded::NAME) { 1 } else { 10 }
    }

    /// Asks one provider after the other until one reads it. `selected` asks that one alone.
    ///
    /// Each gets an equal share of the time that is left, so that a slow one leaves some to the next. When nobody
    /// reads it, an error that may heal comes before "not mine": the one who could have read it was not well.
    pub async fn read(&self, part: &Part, selected: Option<&str>, deadline: Instant) -> ChainOutcome {
        let providers = match selected {
            Some(name) => self.named(name).into_iter().collect(),
            None => ordered(&self.providers, part.dimensions),
        };
        let mut attempts = Vec::new();
        let mut errors: Vec<(u8, Error)> = Vec::new();
        for (asked, provider) in providers.iter().enumerate() {
            let start = Instant::now();
            let share = share(start, deadline, providers.len() - asked);
            let Asked { answer, kept_at, is_final } = self.ask(provider.as_ref(), part, share, deadline).await;
            let outcome = attempt(provider.name(), start, answer.as_ref().err());
            attempts.push(Attempt { answer: kept_at, ..outcome });
            match answer {
                Err(error) if !is_final => errors.push((rank(&error, provider.paper()), error)),
                answer => return ChainOutcome { answer, attempts },
            }
            if Instant::now() >= deadline {
                break;
            }
        }
        // Of equal ones the first.
        let worst = errors.into_iter().rev().max_by_key(|(rank, _)| *rank).map(|(_, error)| error);
        let error = worst.unwrap_or_else(|| Error::new(ErrorKind::Internal, "no provider is configured"));
        ChainOutcome { answer: Err(error), attempts }
    }
}

impl Chain {
    async fn ask(&self, provider: &dyn Provider, part: &Part, share: Instant, deadline: Instant) -> Asked {
        match &self.memory {
            Some(memory) => memory.ask(provider, part, share, deadline).await,
            None => Asked { answer: provider.read(part, share).await, kept_at: None, is_final: false },
        }
    }
}

/// The configured order, but of two vendors that each read one half of all paper, the shape's own goes first.
fn ordered(providers: &[Arc<dyn Provider>], (width, height): (u32, u32)) -> Vec<&Arc<dyn Provider>> {
    let mut order: Vec<&Arc<dyn Provider>> = providers.iter().collect();
    let place = |paper: Paper| providers.iter().position(|p| p.paper() == paper);
    if let (Some(forms), Some(rolls)) = (place(Paper::Forms), place(Paper::Rolls)) {
        let (long, short) = (width.max(height), width.min(height).max(1));
        let roll_shaped = f64::from(long) / f64::from(short) >= ROLL_SHAPE;
        if roll_shaped != (rolls < forms) {
            order.swap(forms, rolls);
        }
    }
    order
}

fn share(now: Instant, deadline: Instant, providers_left: usize) -> Instant {
    let left = deadline.saturating_duration_since(now);
    let parts = u32::try_from(providers_left.max(1)).unwrap_or(u32::MAX);
    now + left.checked_div(parts).unwrap_or(Duration::ZERO)
}

/// Which error says most: one that may heal, then the "not mine" of someone who reads everything, then trouble with
/// an account or a protocol, then "not mine" of a specialist, then a fault that only that provider finds.
fn rank(error: &Error, paper: Paper) -> u8 {
    match (error.is_retryable(), error.kind(), paper) {
        (true, ..) => 5,
        (_, ErrorKind::NoInvoice | ErrorKind::UnreadInvoice, Paper::All) => 4,
        (_, ErrorKind::NoInvoice, _) => 2,
        _ if error.is_caller_fault() => 1,
        _ => 3,
    }
}

fn attempt(name: &str, start: Instant, error: Option<&Error>) -> Attempt {
    Attempt {
        name: name.to_owned(),
        code: error.map_or("ok", Error::code).to_owned(),
        vendor_code: error.and_then(Error::vendor_code).map(str::to_owned),
        said: error.map(Error::sentence).unwrap_or_default(),
        message: error.map(|e| e.message().to_owned()),
        elapsed_ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        answer: None,
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use image::{ImageFormat, RgbImage};

    use super::*;
    use crate::desk::Desk;
    use crate::document::Limits;
    use crate::worker::Workers;

    struct Fake {
        name: &'static str,
        paper: Paper,
        outcome: Option<ErrorKind>,
        /// Waits until its own deadline before it answers.
        slow: bool,
    }

    #[async_trait]
    impl Provider for Fake {
        fn name(&self) -> &'static str {
            self.name
        }

        fn paper(&self) -> Paper {
            self.paper
        }

        async fn read(&self, _: &Part, deadline: Instant) -> Result<Answer> {
            if self.slow {
                tokio::time::sleep_until(deadline.into()).await;
            }
            match self.outcome {
                None => Ok(Answer::default()),
                Some(kind) => Err(Error::new(kind, self.name)),
            }
        }
    }

    fn fake(name: &'static str, outcome: Option<ErrorKind>) -> Fake {
        let paper = match name {
            "textin" => Paper::Forms,
            "volcengine" => Paper::Rolls,
            _ => Paper::All,
        };
        Fake { name, paper, outcome, slow: false }
    }

    fn chain(providers: Vec<Fake>) -> Chain {
        Chain::new(providers.into_iter().map(|p| Arc::new(p) as Arc<dyn Provider>).collect())
    }

    async fn part(width: u32, height: u32) -> Part {
        let mut bytes = std::io::Cursor::new(Vec::new());
        RgbImage::new(width, height).write_to(&mut bytes, ImageFormat::Png).unwrap();
        let workers = Workers::here(Desk::new("no/models"));
        let file = workers.open(bytes.into_inner().into(), &Limits::default(), in_seconds(5)).await.unwrap();
        file.parts.into_iter().next().unwrap().1.unwrap()
    }

    fn in_seconds(seconds: u64) -> Instant {
        Instant::now() + Duration::from_secs(seconds)
    }

    fn names(outcome: &ChainOutcome) -> Vec<&str> {
        outcome.attempts.iter().map(|a| a.name.as_str()).collect()
    }

    #[tokio::test]
    async fn the_pages_shape_decides_which_specialist_is_asked_first() {
        for (order, size, expected) in [
            (["textin", "volcengine", "embedded"], (300, 900), "volcengine"),
            (["textin", "volcengine", "embedded"], (900, 300), "volcengine"),
            (["volcengine", "textin", "embedded"], (900, 560), "textin"),
            (["volcengine", "textin", "embedded"], (300, 900), "volcengine"),
            (["embedded", "textin", "volcengine"], (300, 900), "embedded"),
        ] {
            let chain = chain(order.into_iter().map(|name| fake(name, None)).collect());
            let outcome = chain.read(&part(size.0, size.1).await, None, in_seconds(5)).await;
            assert_eq!(names(&outcome), [expected], "{order:?} {size:?}");
        }
    }

    #[tokio::test]
    async fn not_mine_and_trouble_move_on_to_the_next() {
        for &kind in ErrorKind::ALL {
            let chain = chain(vec![fake("textin", Some(kind)), fake("embedded", None)]);
            let outcome = chain.read(&part(90, 60).await, None, in_seconds(5)).await;
            assert!(outcome.answer.is_ok(), "{kind:?}");
            assert_eq!(names(&outcome), ["textin", "embedded"]);
            assert_eq!(outcome.attempts[1].code, "ok");
        }
    }

    #[tokio::test]
    async fn the_error_that_says_most_is_the_answer() {
        use ErrorKind::*;
        for (first, second, third, expected) in [
            (NoInvoice, NoInvoice, NoInvoice, NoInvoice),
            (ProviderThrottled, NoInvoice, NoInvoice, ProviderThrottled),
            (ProviderAuth, NoInvoice, NoInvoice, NoInvoice),
            (BadDimensions, TooLarge, NoInvoice, NoInvoice),
            (BadDimensions, NoInvoice, Internal, Internal),
        ] {
            let chain = chain(vec![
                fake("textin", Some(first)),
                fake("volcengine", Some(second)),
                fake("embedded", Some(third)),
            ]);
            let outcome = chain.read(&part(90, 60).await, None, in_seconds(5)).await;
            assert_eq!(outcome.answer.unwrap_err().kind(), expected);
            assert_eq!(outcome.attempts.len(), 3);
        }
    }

    #[tokio::test]
    async fn a_slow_provider_leaves_time_for_the_next() {
        let slow = Fake { slow: true, ..fake("textin", Some(ErrorKind::ProviderTimeout)) };
        let chain = chain(vec![slow, fake("embedded", None)]);
        let deadline = Instant::now() + Duration::from_millis(400);
        let outcome = chain.read(&part(90, 60).await, None, deadline).await;
        assert!(outcome.answer.is_ok() && Instant::now() < deadline);
    }

    #[tokio::test]
    async fn nobody_is_asked_after_the_deadline() {
        let slow = Fake { slow: true, ..fake("embedded", Some(ErrorKind::Deadline)) };
        let chain = chain(vec![slow, fake("textin", None)]);
        let outcome = chain.read(&part(90, 60).await, None, Instant::now()).await;
        assert_eq!(names(&outcome), ["embedded"]);
        assert_eq!(outcome.answer.unwrap_err().kind(), ErrorKind::Deadline);
    }

    #[tokio::test]
    async fn a_selected_provider_is_asked_alone_even_outside_the_chain() {
        let chain = chain(vec![fake("embedded", None)])
            .with_on_request(vec![Arc::new(fake("textin", Some(ErrorKind::NoInvoice)))]);
        assert!(chain.has("textin") && !chain.has("volcengine"));
        let outcome = chain.read(&part(90, 60).await, Some("textin"), in_seconds(5)).await;
        assert_eq!(names(&outcome), ["textin"]);
        let outcome = chain.read(&part(90, 60).await, None, in_seconds(5)).await;
        assert_eq!(names(&outcome), ["embedded"]);
    }
}
