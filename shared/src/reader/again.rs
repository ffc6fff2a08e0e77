//! What a second look settles: a quantity that the line detector passed over, as it does with lone digits
//! beside a rule. The cell is read again, and what is read counts only when the line's arithmetic agrees.
//! Knows nothing of layouts.

use rust_decimal::Decimal;

use crate::invoice::{Item, Quantity};
use crate::ocr::TextLine;
use crate::report::Quad;

use super::draft::{Draft, Found};
use super::shape;

/// Reads single places of the page again; one answer per place, or none at all.
pub type Look<'a> = &'a dyn Fn(&[Quad]) -> Vec<TextLine>;

/// A quantity's cell that seems blank although the line has a price.
#[derive(Clone, Copy, Debug)]
pub struct BlankQuantity {
    /// Which line.
    pub item: usize,
    /// Where the cell is.
    pub place: Quad,
}

/// Looks at the blank cells and fills in what their line's arithmetic confirms.
pub fn settle(draft: &mut Draft<'_>, blanks: &[BlankQuantity], look: Look<'_>) {
    if blanks.is_empty() {
        return;
    }
    let places: Vec<Quad> = blanks.iter().map(|b| b.place).collect();
    for (blank, line) in blanks.iter().zip(look(&places)) {
        let Some(item) = draft.reading.invoice.items.get(blank.item) else { continue };
        let Some((quantity, text)) = confirmed(item, &line.text) else { continue };
        draft.reading.invoice.items[blank.item].quantity = Some(quantity);
        let found = Found { text, confidence: line.confidence, quads: vec![blank.place] };
        draft.prove(format!("items[{}].quantity", blank.item), &found);
        draft.reading.lean(format!("items[{}].quantity", blank.item), format!("items[{}].amount", blank.item));
    }
}

/// The quantity in a text, when price and amount agree with it. The rule beside the cell may read as one more stroke.
fn confirmed(item: &Item, text: &str) -> Option<(Quantity, String)> {
    let (price, amount) = (item.unit_price?, item.amount?);
    let plain = shape::plain(text);
    let shorter = plain.char_indices().last().map(|(at, _)| plain[..at].to_owned());
    [Some(plain), shorter].into_iter().flatten().find_map(|candidate| {
        let quantity = shape::quantity(&candidate)?;
        let product = quantity.0.checked_mul(price.0)?;
        ((product - amount.0).abs() <= Decimal::new(1, 2)).then_some((quantity, candidate))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(price: &str, amount: &str) -> Item {
        Item { unit_price: price.parse().ok(), amount: amount.parse().ok(), ..Item::default() }
    }

    #[test]
    fn what_is_read_counts_only_when_the_arithmetic_agrees() {
        let item = item("470.69", "941.38");
        for (text, quantity) in
            [("2", Some("2")), ("2|", Some("2")), ("21", Some("2")), ("3", None), ("", None), ("台", None)]
        {
            let read = confirmed(&item, text).map(|(quantity, _)| quantity.to_string());
            assert_eq!(read.as_deref(), quantity, "{text}");
        }
    }
}
