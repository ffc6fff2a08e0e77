//! Each line's own arithmetic: quantity, price, rate, tax, discounts and signs.
//! Source: the tax platform's rule sheet.

use rust_decimal::Decimal;

use crate::invoice::arithmetic::{CENT, HALF_CENT, LINE_TAX_TOLERANCE, TOTAL_TAX_TOLERANCE, gap, tax_gap};
use crate::invoice::{Column, Field, Item, TaxRate};
use crate::report::CheckStatus;

use super::case::{Case, number, sum};
use super::outcome::Outcome;

/// The cells of a line that a rule speaks of, and what is wrong with them.
type Finding = (Vec<Field>, Option<String>);

fn judge(findings: impl Iterator<Item = Finding>, none: &str, good: &str, hard: bool) -> Outcome {
    let (faulty, sound): (Vec<Finding>, Vec<Finding>) = findings.partition(|(_, fault)| fault.is_some());
    let cells = |of: &[Finding]| of.iter().flat_map(|(cells, _)| cells.clone()).collect::<Vec<_>>();
    if faulty.is_empty() {
        let cells = cells(&sound);
        return if cells.is_empty() { Outcome::skip(&cells, none) } else { Outcome::pass(&cells, good) };
    }
    let verdict = if hard { Outcome::fail } else { Outcome::warn };
    let cells = cells(&faulty);
    verdict(&cells, faulty.into_iter().filter_map(|(_, fault)| fault).collect::<Vec<_>>().join("; "))
}

fn lines<'a>(case: &Case<'a>) -> impl Iterator<Item = (usize, &'a Item)> {
    case.invoice().items.iter().enumerate()
}

fn cells<const N: usize>(line: usize, columns: [Column; N]) -> Vec<Field> {
    columns.map(|column| Field::Cell(line, column)).to_vec()
}

/// Quantity x unit price = amount. It proves neither: a product is the same when both change places, and a price's
/// last decimals do not show in the amount. A price that was rounded before it was printed gives another product, which
/// is lawful as far as its last place can make it.
pub fn quantity_times_price(case: &Case<'_>) -> Outcome {
    let (none, good) = ("no line has quantity, price and amount", "quantity times price is the amount in every line");
    let beyond = |limit: fn(&Item) -> Option<Decimal>| {
        lines(case).filter_map(move |(i, item)| {
            let off = item.product_gap()?;
            let fault = || format!("line {}: quantity times price is off by {}", i + 1, off.normalize());
            let cells = cells(i, [Column::Quantity, Column::UnitPrice, Column::Amount]);
            Some((cells, (off > limit(item).unwrap_or(CENT).max(CENT)).then(fault)))
        })
    };
    let hard = judge(beyond(Item::product_rounding), none, good, true);
    if hard.status == CheckStatus::Fail { hard } else { judge(beyond(|_| Some(CENT)), none, good, false) }
}

/// Amount x rate = tax, in each line and over all of them.
pub fn amount_times_rate(case: &Case<'_>) -> Outcome {
    if case.taxes_the_difference() {
        return Outcome::skip(&[], "the tax is due on a difference (差额征税), not on the amounts");
    }
    if case.invoice().amounts_include_tax {
        return Outcome::skip(&[], "the lines carry the tax");
    }
    let look = |(i, item): (usize, &Item)| {
        let off = item.tax_gap()?;
        let fault = || format!("line {}: amount times rate is off by {}", i + 1, off.normalize());
        let cells = cells(i, [Column::Amount, Column::TaxRate, Column::TaxAmount]);
        Some((cells, (off > LINE_TAX_TOLERANCE).then(fault)))
    };
    let (none, good) = ("no line has amount, rate and tax", "amount times rate is the tax in every line");
    judge(lines(case).filter_map(look).chain(total_tax_fault(case)), none, good, true)
}

fn total_tax_fault(case: &Case<'_>) -> Option<Finding> {
    let total = number(case.invoice().total_tax)?;
    let due =
        case.invoice().items.iter().map(Item::tax_due).collect::<Option<Vec<_>>>().filter(|due| !due.is_empty())?;
    let due = sum(due)?;
    let off = gap(due, total).filter(|off| *off > TOTAL_TAX_TOLERANCE)?;
    let detail =
        format!("the rates make a tax of {}, the total tax is {total}: off by {}", due.round_dp(2), off.normalize());
    Some((vec![Field::TotalTax], Some(detail)))
}

/// The rates that the law has known.
pub fn rates_are_known(case: &Case<'_>) -> Outcome {
    let look = |(i, item): (usize, &Item)| {
        let rate = item.tax_rate?;
        let fault = (!rate.is_legal()).then(|| format!("line {}: no law knows a rate of {rate}", i + 1));
        Some((cells(i, [Column::TaxRate]), fault))
    };
    judge(lines(case).filter_map(look), "no line has a rate", "every rate is one that the law knows", false)
}

/// Quantity and unit price are both there or both absent.
pub fn price_and_quantity(case: &Case<'_>) -> Outcome {
    let look = |(i, item): (usize, &Item)| {
        let fault = || format!("line {} has a quantity without a price or the reverse", i + 1);
        let (quantity, price) = (item.quantity.is_some(), item.unit_price.is_some());
        let cells = cells(i, [Column::Quantity, Column::UnitPrice]);
        (quantity || price).then(|| (cells, (quantity != price).then(fault)))
    };
    let (none, good) = ("no line has quantity or price", "every quantity has its price");
    judge(lines(case).filter_map(look), none, good, false)
}

/// On a blue invoice only a discount is negative: right behind its line, of the same rate, without quantity and price,
/// and not more than the line. On a red-letter invoice nothing is positive but a discount taken back.
pub fn negative_lines(case: &Case<'_>) -> Outcome {
    let invoice = case.invoice();
    let Some(total) = number(invoice.grand_total).or(number(invoice.total_amount)).filter(|total| !total.is_zero())
    else {
        return Outcome::skip(&[], "there is no total whose sign the lines should have");
    };
    let against = |item: &Item| {
        let amount = number(item.amount).filter(|amount| !amount.is_zero());
        amount.is_some_and(|amount| amount.is_sign_negative() != total.is_sign_negative())
    };
    let look = |(i, item): (usize, &Item)| {
        let before = i.checked_sub(1).and_then(|i| invoice.items.get(i)).filter(|before| !against(before));
        // Points on a roll stand where they like.
        let lawful = invoice.amounts_include_tax || before.is_some_and(|before| is_discount(item, before));
        let fault = || format!("line {} has the other sign and is no discount of line {i}", i + 1);
        (cells(i, [Column::Amount]), (!lawful).then(fault))
    };
    let others = lines(case).filter(|(_, item)| against(item)).map(look);
    judge(others, "every line has the total's sign", "every line of the other sign is a discount", false)
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
