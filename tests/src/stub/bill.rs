//! What a stand-in would charge for, picture by picture. Knows nothing of why it was asked.

use std::collections::BTreeMap;

use super::StubCall;

/// What one picture has cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Charge {
    /// How often the vendor has read it.
    pub paid: usize,
    /// How many of these ended so that the caller cannot know: cut off, or left by the caller before the answer was there.
    pub unknown: usize,
    /// How many calls ended so that the caller cannot know, paid or not.
    pub lost: usize,
}

impl Charge {
    /// How often it was paid for although an answer was there: 0 unless somebody forgot one.
    pub fn twice(&self) -> usize {
        self.paid.saturating_sub(self.unknown).saturating_sub(1)
    }
}

/// The bill of these calls, by the digest of the picture.
pub fn bill(calls: &[StubCall]) -> BTreeMap<String, Charge> {
    let mut bill = BTreeMap::<String, Charge>::new();
    for call in calls {
        let Some(picture) = call.picture() else { continue };
        let charge = bill.entry(picture).or_default();
        charge.paid += usize::from(call.is_paid());
        charge.unknown += usize::from(call.is_paid() && call.is_unknown());
        charge.lost += usize::from(call.is_unknown());
    }
    bill
}
