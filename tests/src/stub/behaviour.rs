//! What a stand-in does with a request: as told one by one, by a plan with a seed, or always the same. Knows nothing of
//! either vendor.

use std::collections::VecDeque;
use std::time::Duration;

use crate::fuzz::Dice;

/// What the stub does with a request that it has found in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Answers with its reading.
    Answer,
    /// Asks to slow down; with a `Retry-After` of so many seconds.
    Throttle(Option<u64>),
    /// Its gateway answers 502 with a page of HTML.
    Unavailable,
    /// Answers with this status and a page of HTML.
    Status(u16),
    /// Says nothing for so long, then answers.
    Hang(Duration),
    /// Answers in this many pieces, with a pause before each.
    Drip(usize, Duration),
    /// Ends the connection in the middle of the answer.
    Break,
    /// Resets the connection when it has seen the request's head, and reads nothing of it.
    ResetUnread,
    /// Reads the page and resets the connection instead of answering: nobody but the vendor's bill knows.
    ResetRead,
    /// Reads the page, but finds no paper of its own.
    NotMine,
    /// Answers 200 with text that is no JSON.
    NoJson,
    /// Answers 200 with JSON that is none of its forms: an answer without a result.
    NoResult,
    /// Answers with a code, known to its error table or not, in the way that its page pairs with a status.
    Code(i64),
    /// Answers 200 with an error's code inside.
    Inside(i64),
}

impl Behaviour {
    /// Whether the vendor has done its work, so that it is on the bill.
    pub fn is_paid(&self) -> bool {
        use Behaviour::{Answer, Break, Drip, Hang, NoJson, NoResult, NotMine, ResetRead};
        matches!(self, Answer | Hang(_) | Drip(..) | Break | ResetRead | NotMine | NoJson | NoResult)
    }

    /// Whether the caller cannot know that.
    pub fn hides_its_end(&self) -> bool {
        matches!(self, Self::Break | Self::ResetRead)
    }
}

/// Misbehaviour at a rate: the same seed gives the same behaviours in the same order.
#[derive(Clone, Debug)]
pub struct Plan {
    dice: Dice,
    per_mille: usize,
    behaviours: Vec<Behaviour>,
}

impl Plan {
    /// So many of a thousand requests meet one of these; one that stands there twice comes twice as often.
    pub fn new(seed: u64, per_mille: usize, behaviours: impl Into<Vec<Behaviour>>) -> Self {
        Self { dice: Dice::new(seed), per_mille, behaviours: behaviours.into() }
    }

    fn next(&mut self) -> Option<Behaviour> {
        let happens = self.dice.below(1000) < self.per_mille;
        (happens && !self.behaviours.is_empty()).then(|| self.dice.pick(&self.behaviours).clone())
    }
}

/// Everything that a stub was told to do.
#[derive(Debug)]
pub(super) struct Orders {
    pub(super) script: VecDeque<Behaviour>,
    pub(super) plan: Option<Plan>,
    pub(super) afterwards: Behaviour,
}

impl Orders {
    pub(super) fn new() -> Self {
        Self { script: VecDeque::new(), plan: None, afterwards: Behaviour::Answer }
    }

    pub(super) fn next(&mut self) -> Behaviour {
        let planned = |plan: &mut Option<Plan>| plan.as_mut().and_then(Plan::next);
        self.script.pop_front().or_else(|| planned(&mut self.plan)).unwrap_or_else(|| self.afterwards.clone())
    }
}
