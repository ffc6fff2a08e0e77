//! Each line's own arithmetic: quantity, price, rate, tax, discounts and signs.
//! Source: the tax platform's rule sheet.

use crate::invoice::arithmetic::{CENT, HALF_CENT, LINE_TAX_TOLERANCE, TOTAL_TAX_TOLERANCE, gap, tax_gap};
use crate::invoice::{Column, Field, Item, TaxRate};

use super::case::{Case, number, sum};
use super::outcome::Outcome;

/// What is wrong with a line, and the cells that it speaks of.
type Fault = (Vec<Field>, String);

fn judge(rule: &'static str, cells: &[Field], faults: Vec<Fault>, none: &str, good: &str, hard: bool) -> Outcome {
    if !faults.is_empty() {
        let (paths, details): (Vec<Vec<Field>>, Vec<String>) = faults.into_iter().unzip();
        let verdict = if hard { Outcome::fail } else { Outcome::warn };
        return verdict(rule, &paths.concat(), details.join("; "));
    }
    if cells.is_empty() { Outcome::skip(rule, cells, none) } else { Outcome::pass(rule, cells, good) }
}

/// Quantity x unit price = amount. It proves neither: a product is the same when both change places, and a price's
/// last decimals do not show in the amount.
pub fn quantity_times_price(case: &Case<'_>) -> Outcome {
    let (mut cells, mut faults) = (Vec::new(), Vec::new());
    for (i, item) in case.invoice().items.iter().enumerate() {
        let Some(off) = item.product_gap() else { continue };
        let paths = [Column::Quantity, Column::UnitPrice, Column::Amount].map(|c| Field::Cell(i, c)).to_vec();
        if off > CENT {
            faults.push((paths.clone(), format!("line {}: quantity times price is off by {}", i + 1, off.normalize())));
        }
        cells.extend(paths);
    }
    let (none, good) = ("no line has quantity, price and amount", "quantity times price is the amount in every line");
    judge("quantity_times_price", &cells, faults, none, good, true)
}

/// Amount x rate = tax, in each line and over all of them.
pub fn amount_times_rate(case: &Case<'_>) -> Outcome {
    const RULE: &str = "amount_times_rate";
    let invoice = case.invoice();
    if case.taxes_the_difference() {
        return Outcome::skip(RULE, &[], "the tax is due on a difference (差额征税), not on the amounts");
    }
    if invoice.amounts_include_tax {
        return Outcome::skip(RULE, &[], "the lines carry the tax");
    }
    let (mut cells, mut faults) = (Vec::new(), Vec::new());
    for (i, item) in invoice.items.iter().enumerate() {
        let Some(off) = item.tax_gap() else { continue };
        let paths = [Column::Amount, Column::TaxRate, Column::TaxAmount].map(|c| Field::Cell(i, c)).to_vec();
        if off > LINE_TAX_TOLERANCE {
            faults.push((paths.clone(), format!("line {}: amount times rate is off by {}", i + 1, off.normalize())));
        }
        cells.extend(paths);
    }
    faults.extend(total_tax_fault(case));
    let (none, good) = ("no line has amount, rate and tax", "amount times rate is the tax in every line");
    judge(RULE, &cells, faults, none, good, true)
}

fn total_tax_fault(case: &Case<'_>) -> Option<Fault> {
    let total = number(case.invoice().total_tax)?;
    let due =
        case.invoice().items.iter().map(Item::tax_due).collect::<Option<Vec<_>>>().filter(|due| !due.is_empty())?;
    let due = sum(due)?;
    let off = gap(due, total).filter(|off| *off > TOTAL_TAX_TOLERANCE)?;
    let detail =
        format!("the rates make a tax of {}, the total tax is {total}: off by {}", due.round_dp(2), off.normalize());
    Some((vec![Field::TotalTax], detail))
}

/// The rates that the law has known.
pub fn rates_are_known(case: &Case<'_>) -> Outcome {
    let (mut cells, mut faults) = (Vec::new(), Vec::new());
    for (i, item) in case.invoice().items.iter().enumerate() {
        let Some(rate) = item.tax_rate else { continue };
        if !rate.is_legal() {
            faults.push((
                vec![Field::Cell(i, Column::TaxRate)],
                format!("line {}: no law knows a rate of {rate}", i + 1),
            ));
        }
        cells.push(Field::Cell(i, Column::TaxRate));
    }
    judge("rates_are_known", &cells, faults, "no line has a rate", "every rate is one that the law knows", false)
}

/// Quantity and unit price are both there or both absent.
pub fn price_and_quantity(case: &Case<'_>) -> Outcome {
    let (mut cells, mut faults) = (Vec::new(), Vec::new());
    for (i, item) in case.invoice().items.iter().enumerate() {
        let paths = vec![Field::Cell(i, Column::Quantity), Field::Cell(i, Column::UnitPrice)];
        match (item.quantity, item.unit_price) {
            (None, None) => {}
            (Some(_), Some(_)) => cells.extend(paths),
            _ => faults.push((paths, format!("line {} has a quantity without a price or the reverse", i + 1))),
        }
    }
    let (none, good) = ("no line has quantity or price", "every quantity has its price");
    judge("price_and_quantity", &cells, faults, none, good, false)
}

/// On a blue invoice only a discount is negative: right behind its line, of the same rate, without quantity and price,
/// and not more than the line. On a red-letter invoice nothing is positive but a discount taken back.
pub fn negative_lines(case: &Case<'_>) -> Outcome {
    const RULE: &str = "negative_lines";
    let invoice = case.invoice();
    let Some(total) = number(invoice.grand_total).or(number(invoice.total_amount)).filter(|total| !total.is_zero())
    else {
        return Outcome::skip(RULE, &[], "there is no total whose sign the lines should have");
    };
    let against = |item: &Item| {
        let amount = number(item.amount).filter(|amount| !amount.is_zero());
        amount.is_some_and(|amount| amount.is_sign_negative() != total.is_sign_negative())
    };
    let (mut cells, mut faults) = (Vec::new(), Vec::new());
    for (i, item) in invoice.items.iter().enumerate().filter(|(_, item)| against(item)) {
        let before = i.checked_sub(1).and_then(|i| invoice.items.get(i)).filter(|before| !against(before));
        // Points on a roll stand where they like.
        if !invoice.amounts_include_tax && !before.is_some_and(|before| is_discount(item, before)) {
            faults.push((
                vec![Field::Cell(i, Column::Amount)],
                format!("line {} has the other sign and is no discount of line {i}", i + 1),
            ));
        }
        cells.push(Field::Cell(i, Column::Amount));
    }
    judge(RULE, &cells, faults, "every line has the total's sign", "every line of the other sign is a discount", false)
}

fn is_discount(item: &Item, of: &Item) -> bool {
    let within = number(item.amount).zip(number(of.amount)).is_some_and(|(less, full)| less.abs() <= full.abs());
    within && item.tax_rate == of.tax_rate && item.quantity.is_none() && item.unit_price.is_none()
}

/// Whether the row itself holds its tax in place: rate and amount give it to the cent.
pub fn holds_tax(_: &Case<'_>, _: usize, item: &Item) -> bool {
    item.tax_gap().is_some_and(|off| off <= CENT)
}

/// Whether the row itself holds its amount in place: quantity and price give it to the cent, or it gives the tax.
pub fn holds_amount(case: &Case<'_>, line: usize, item: &Item) -> bool {
    let chosen = case.reading.depends_on(Field::Cell(line, Column::Quantity), Field::Cell(line, Column::Amount));
    let taxed = item.tax_amount.is_some_and(|tax| !tax.0.is_zero());
    (!chosen && item.product_gap().is_some_and(|off| off <= HALF_CENT)) || (taxed && holds_tax(case, line, item))
}

/// Whether amount and tax leave no choice among the lawful rates.
pub fn only_rate_that_fits(item: &Item) -> bool {
    let (Some(TaxRate::Fraction(rate)), Some(amount), Some(tax)) = (item.tax_rate, item.amount, item.tax_amount) else {
        return false;
    };
    let fits = |rate, within| tax_gap(amount, TaxRate::Fraction(rate), tax).is_some_and(|off| off <= within);
    let mut others = TaxRate::legal().filter(|other| *other != rate);
    fits(rate, CENT) && !others.any(|other| fits(other, LINE_TAX_TOLERANCE))
}
