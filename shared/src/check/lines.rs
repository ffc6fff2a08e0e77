//! Each line's own arithmetic: quantity, price, rate, tax, discounts and signs.
//! Source: the tax platform's rule sheet.

use rust_decimal::Decimal;

use crate::invoice::arithmetic::{CENT, HALF_CENT, LINE_TAX_TOLERANCE, TOTAL_TAX_TOLERANCE, gap, tax_gap};
use crate::invoice::{Column, Field, Item, TaxRate};
use crate::report::CheckStatus;
use crate::sentence::{Sentence, check as says};

use super::case::{Case, number, sum};
use super::outcome::Outcome;

/// The cells of a line that a rule speaks of, and what is wrong with them.
type Finding = (Vec<Field>, Option<Sentence>);

/// What is said when nothing is wrong.
struct Good {
    /// No line has what the rule asks for.
    none: Sentence,
    /// All have, or those that do not are none of its business.
    all: Sentence,
    /// So many of so many have.
    some: fn(usize, usize) -> Sentence,
}

fn judge(case: &Case<'_>, findings: impl Iterator<Item = Finding>, good: Good, hard: bool) -> Outcome {
    let (faulty, sound): (Vec<Finding>, Vec<Finding>) = findings.partition(|(_, fault)| fault.is_some());
    let cells = |of: &[Finding]| of.iter().flat_map(|(cells, _)| cells.clone()).collect::<Vec<_>>();
    if faulty.is_empty() {
        let (looked_at, all) = (sound.len(), case.invoice().items.len());
        return match looked_at {
            0 => Outcome::skip(&[], good.none),
            _ if looked_at < all => Outcome::pass(&cells(&sound), (good.some)(looked_at, all)),
            _ => Outcome::pass(&cells(&sound), good.all),
        };
    }
    let verdict = if hard { Outcome::fail } else { Outcome::warn };
    let cells = cells(&faulty);
    verdict(&cells, says::findings(faulty.into_iter().filter_map(|(_, fault)| fault).collect::<Vec<_>>()))
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
    let good = || Good { none: says::no_product(), all: says::products_hold(), some: says::products_hold_in };
    let beyond = |limit: fn(&Item) -> Option<Decimal>| {
        lines(case).filter_map(move |(i, item)| {
            let off = item.product_gap()?;
            let fault = || says::product_off(i + 1, off.normalize());
            let cells = cells(i, [Column::Quantity, Column::UnitPrice, Column::Amount]);
            Some((cells, (off > limit(item).unwrap_or(CENT).max(CENT)).then(fault)))
        })
    };
    let hard = judge(case, beyond(Item::product_rounding), good(), true);
    if hard.status == CheckStatus::Fail { hard } else { judge(case, beyond(|_| Some(CENT)), good(), false) }
}

/// Amount x rate = tax, in each line and over all of them.
pub fn amount_times_rate(case: &Case<'_>) -> Outcome {
    if case.taxes_the_difference() {
        return Outcome::skip(&[], says::tax_on_difference());
    }
    if case.invoice().amounts_include_tax {
        return Outcome::skip(&[], says::lines_carry_tax());
    }
    let look = |(i, item): (usize, &Item)| {
        let off = item.tax_gap()?;
        let fault = || says::tax_off(i + 1, off.normalize());
        let cells = cells(i, [Column::Amount, Column::TaxRate, Column::TaxAmount]);
        Some((cells, (off > LINE_TAX_TOLERANCE).then(fault)))
    };
    let good = Good { none: says::no_taxed_line(), all: says::taxes_hold(), some: says::taxes_hold_in };
    judge(case, lines(case).filter_map(look).chain(total_tax_fault(case)), good, true)
}

fn total_tax_fault(case: &Case<'_>) -> Option<Finding> {
    let total = number(case.invoice().total_tax)?;
    let due =
        case.invoice().items.iter().map(Item::tax_due).collect::<Option<Vec<_>>>().filter(|due| !due.is_empty())?;
    let due = sum(due)?;
    let off = gap(due, total).filter(|off| *off > TOTAL_TAX_TOLERANCE)?;
    Some((vec![Field::TotalTax], Some(says::total_tax_off(due.round_dp(2), total, off.normalize()))))
}

/// The rates that the law has known.
pub fn rates_are_known(case: &Case<'_>) -> Outcome {
    let look = |(i, item): (usize, &Item)| {
        let rate = item.tax_rate?;
        let fault = (!rate.is_legal()).then(|| says::no_such_rate(i + 1, rate));
        Some((cells(i, [Column::TaxRate]), fault))
    };
    let good = Good { none: says::no_rate(), all: says::rates_known(), some: |_, _| says::rates_known() };
    judge(case, lines(case).filter_map(look), good, false)
}

/// Quantity and unit price are both there or both absent.
pub fn price_and_quantity(case: &Case<'_>) -> Outcome {
    let look = |(i, item): (usize, &Item)| {
        let fault = || says::quantity_or_price_alone(i + 1);
        let (quantity, price) = (item.quantity.is_some(), item.unit_price.is_some());
        let cells = cells(i, [Column::Quantity, Column::UnitPrice]);
        (quantity || price).then(|| (cells, (quantity != price).then(fault)))
    };
    let good = Good {
        none: says::no_quantity_nor_price(),
        all: says::quantities_have_prices(),
        some: |_, _| says::quantities_have_prices(),
    };
    judge(case, lines(case).filter_map(look), good, false)
}

/// On a blue invoice only a discount is negative: right behind its line, of the same rate, without quantity and price,
/// and not more than the line. On a red-letter invoice nothing is positive but a discount taken back.
pub fn negative_lines(case: &Case<'_>) -> Outcome {
    let invoice = case.invoice();
    let Some(total) = number(invoice.grand_total).or(number(invoice.total_amount)).filter(|total| !total.is_zero())
    else {
        return Outcome::skip(&[], says::no_sign());
    };
    let against = |item: &Item| {
        let amount = number(item.amount).filter(|amount| !amount.is_zero());
        amount.is_some_and(|amount| amount.is_sign_negative() != total.is_sign_negative())
    };
    let look = |(i, item): (usize, &Item)| {
        let before = i.checked_sub(1).and_then(|i| invoice.items.get(i)).filter(|before| !against(before));
        // Points on a roll stand where they like.
        let lawful = invoice.amounts_include_tax || before.is_some_and(|before| is_discount(item, before));
        let fault = || says::no_discount(i + 1, i);
        (cells(i, [Column::Amount]), (!lawful).then(fault))
    };
    let others = lines(case).filter(|(_, item)| against(item)).map(look);
    let (signed, all) = (invoice.items.iter().filter(|item| item.amount.is_some()).count(), invoice.items.len());
    let none = if signed < all { says::lines_have_sign_in(signed, all) } else { says::lines_have_sign() };
    let good = Good { none, all: says::all_discounts(), some: |_, _| says::all_discounts() };
    judge(case, others, good, false)
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
