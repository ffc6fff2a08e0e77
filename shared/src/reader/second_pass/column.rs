//! The one cell of a column of money that was not read: what a second look reads there counts when the column then makes
//! its total to the cent. An amount counts as well when both looks are sure of it; then nothing confirms it.
//! Knows nothing of the rows' other cells.

use rust_decimal::Decimal;

use crate::invoice::{Column, Field, Money, plain};
use crate::reader::values::builder::ReadingBuilder;
use crate::reader::values::value_parsers;
use crate::report::Dependency;

use super::{Seen, candidates, put};

/// How sure two looks must be that nothing confirms.
const SURE: f32 = 0.95;

pub(super) fn fill(builder: &mut ReadingBuilder<'_>, seen: &Seen) {
    let invoice = &builder.reading.invoice;
    let (amounts, total) = if invoice.amounts_include_tax {
        (Field::GrandTotal, invoice.grand_total)
    } else {
        (Field::TotalAmount, invoice.total_amount)
    };
    let total_tax = invoice.total_tax;
    fill_column(builder, seen, Column::Amount, (amounts, total));
    fill_column(builder, seen, Column::TaxAmount, (Field::TotalTax, total_tax));
    fill_sure_amounts(builder, seen);
}

fn fill_sure_amounts(builder: &mut ReadingBuilder<'_>, seen: &Seen) {
    for line in 0..builder.reading.invoice.items.len() {
        let field = Field::Cell(line, Column::Amount);
        let blank = builder.reading.invoice.items.get(line).is_some_and(|item| item.amount.is_none());
        let looks = seen.get(&field).map(Vec::as_slice).unwrap_or_default();
        if let (true, [first, second]) = (blank, looks) {
            let has_cents = plain(&first.text).rsplit_once('.').is_some_and(|(_, cents)| cents.len() == 2);
            if has_cents && first.text == second.text && first.confidence.min(second.confidence) >= SURE {
                builder.put(field, Some(first.clone()));
            }
        }
    }
}

fn fill_column(
    builder: &mut ReadingBuilder<'_>,
    seen: &Seen,
    column: Column,
    (on, total): (Field, Option<Money>),
) -> Option<()> {
    let items = &builder.reading.invoice.items;
    let cell =
        |line: usize| items.get(line).and_then(|i| if column == Column::Amount { i.amount } else { i.tax_amount });
    let mut blank = (0..items.len()).filter(|&line| cell(line).is_none());
    let (line, None) = (blank.next()?, blank.next()) else { return None };
    let rest: Decimal = (0..items.len()).filter_map(cell).map(|money| money.0).sum();
    let field = Field::Cell(line, column);
    let looks = candidates(seen, field, None, value_parsers::money);
    let found = looks.into_iter().find(|(money, _)| Some(rest + money.0) == total.map(|t| t.0))?;
    put(builder, field, found);
    // What the total chose does not confirm it.
    builder.reading.dependencies.push(Dependency { field, on });
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoice::Item;
    use crate::reader::testing::found;
    use crate::reader::values::builder::Match;

    #[test]
    fn the_one_amount_that_was_not_read_counts_when_the_column_makes_its_total() {
        let money = |text: &str| value_parsers::money(text);
        let filled = |look: &str| {
            let reading = found(&[], |builder, _| {
                builder.reading.invoice.total_amount = money("-31174.93");
                let items = ["-14635.75", "-16184.00", ""].map(|text| Item { amount: money(text), ..Item::default() });
                builder.reading.invoice.items = items.into();
                let look = Match { text: look.to_owned(), quads: vec![[0.0; 8]], confidence: 1.0 };
                fill(builder, &Seen::from([(Field::Cell(2, Column::Amount), vec![look])]));
            });
            reading.invoice.items.get(2).and_then(|item| item.amount).map(|m| m.to_string())
        };
        assert_eq!(filled("-355.18").as_deref(), Some("-355.18"));
        assert_eq!(filled("355.18"), None);
    }
}
