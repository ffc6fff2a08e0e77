//! What is done to the objects, and which events speak of it. All of it follows from the seed.

use std::collections::BTreeMap;

use fapiao::pipeline::{Change, ObjectEvent};

use super::reader::{Content, Line};
use super::steps::Fault;

pub const KEYS: [&str; 2] = ["a.jpg", "b.jpg"];

/// Numbers that follow from a seed (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }

    pub fn index(&mut self, end: usize) -> usize {
        usize::try_from(self.below(end as u64)).unwrap()
    }

    pub fn one_in(&mut self, of: u64) -> bool {
        self.below(of) == 0
    }
}

/// One thing that is done to an object.
#[derive(Clone, Debug)]
pub enum Deed {
    Put(&'static str, Content),
    Delete(&'static str),
    /// Somebody sends an event by hand.
    Replay(&'static str),
}

/// Everything that a seed decides beforehand.
pub struct Script {
    pub deeds: Vec<Deed>,
    /// Which of the events have a sequencer: all, none, or one in two.
    sequenced: u64,
    pub faults: BTreeMap<u64, Fault>,
    /// How often a message is handed out.
    pub max_receives: u32,
    /// One message dies each time it is handed out: which, and after how many calls.
    pub cursed: Option<(usize, u64)>,
    /// One message, the first time that it is handed out, waits after so many calls until nobody else has anything to do.
    pub stalled: Option<(usize, u64)>,
    /// One in so many steps is somebody else's: then some are nearly done while others have hardly begun.
    pub patience: u64,
    next: u64,
}

impl Script {
    pub fn of(dice: &mut Dice) -> Self {
        // Of few, so that contents come back and both files have the same.
        let contents: Vec<Content> = (0..2 + dice.below(2)).map(|_| content(dice)).collect();
        let keys = &KEYS[..1 + dice.index(2)];
        let deeds = (0..2 + dice.below(3)).map(|_| deed(dice, keys, &contents)).collect();
        let kinds = [Fault::Before, Fault::LostReply, Fault::Conflict, Fault::KillBefore, Fault::KillAfter];
        let faults = (0..dice.below(5)).map(|_| (dice.below(70), kinds[dice.index(kinds.len())])).collect();
        let cursed = dice.one_in(4).then(|| (dice.index(4), 1 + dice.below(16)));
        let max_receives = 1 + u32::try_from(dice.below(3)).unwrap();
        let patience = [1, 2, 8][dice.index(3)];
        let stalled = dice.one_in(2).then(|| (dice.index(4), 1 + dice.below(14)));
        Self { deeds, sequenced: dice.below(3), faults, max_receives, cursed, stalled, patience, next: 0xE }
    }

    /// The events that speak of a deed: at least one, and often another one like it.
    pub fn events(&mut self, dice: &mut Dice, deed: &Deed) -> Vec<ObjectEvent> {
        let (key, change) = match deed {
            Deed::Put(key, _) => (*key, Change::Created),
            Deed::Delete(key) => (*key, Change::Removed),
            Deed::Replay(key) => (*key, Change::Created),
        };
        self.next += 1;
        let is_sequenced = match self.sequenced {
            0 => true,
            1 => false,
            _ => dice.one_in(2),
        };
        let sequencer = (is_sequenced && !matches!(deed, Deed::Replay(_))).then(|| format!("{:X}", self.next));
        let event =
            ObjectEvent { change, bucket: "in".into(), key: key.to_owned(), sequencer, ..ObjectEvent::default() };
        vec![event; if dice.one_in(4) { 2 } else { 1 }]
    }
}

fn deed(dice: &mut Dice, keys: &[&'static str], contents: &[Content]) -> Deed {
    let key = keys[dice.index(keys.len())];
    match dice.below(8) {
        0 | 1 => Deed::Delete(key),
        2 => Deed::Replay(key),
        _ => Deed::Put(key, contents[dice.index(contents.len())].clone()),
    }
}

fn content(dice: &mut Dice) -> Content {
    let lines = if dice.one_in(10) { 0 } else { 1 + dice.below(3) };
    let line = |dice: &mut Dice| Line { number: dice.below(3), total: 100 * (1 + dice.below(2)) };
    Content { lines: (0..lines).map(|_| line(dice)).collect(), is_flaky: dice.one_in(8) }
}
