//! The lines' columns against the totals under them.
//! Source: the tax platform's rule sheet (sum of amounts = total, one cent; sum of amount x rate = tax, 1.27).

use rust_decimal::Decimal;

use crate::invoice::arithmetic::{CENT, TOTAL_TAX_TOLERANCE, gap};
use crate::invoice::{Column, Field, Item};
use crate::sentence::check as says;

use super::case::{Case, number, sum, tax_is_starred};
use super::lines;
use super::outcome::Outcome;

/// The lines' amounts add up to 合计金额, on a roll to the total. A column that closes exactly against a proven total
/// proves its cells: one wrong cell breaks it. It does not break when two cells change places, so where there are
/// several lines each must be held in its own row by quantity times price or by rate and tax.
pub fn amounts(case: &Case<'_>) -> Outcome {
    let invoice = case.invoice();
    let with_tax = invoice.amounts_include_tax;
    let (field, whole) =
        if with_tax { (Field::GrandTotal, invoice.grand_total) } else { (Field::TotalAmount, invoice.total_amount) };
    let column: Option<Vec<Decimal>> = invoice.items.iter().map(|item| number(item.amount)).collect();
    let (Some(whole), Some(column)) = (number(whole), column.filter(|column| !column.is_empty())) else {
        return Outcome::skip(&[field], says::line_without_amount());
    };
    let Some(added) = sum(column) else {
        return Outcome::fail(&[field], says::lines_no_money());
    };
    let detail = says::lines_sum(added, whole);
    match gap(added, whole) {
        Some(off) if off.is_zero() => {
            // On a roll the lines and the words are two sources of the total.
            let in_words = with_tax && case.total_confirmed_in_words() == Some(whole) && !case.proof.is_refuted(field);
            let outcome = Outcome::pass(&[field], detail);
            if !in_words && !case.proof.holds(field) {
                return outcome;
            }
            let mut proves = held_cells(case, Column::Amount, lines::holds_amount);
            proves.extend(in_words.then_some(field));
            outcome.proving(&proves)
        }
        // Points and discounts may stand apart from a roll's lines.
        Some(off) if off <= CENT || with_tax => Outcome::warn(&[field], detail),
        _ => Outcome::fail(&[field], detail),
    }
}

/// The lines' taxes add up to 合计税额, and the rates of lines that are proven on both sides are proven with them.
pub fn taxes(case: &Case<'_>) -> Outcome {
    const FIELDS: [Field; 1] = [Field::TotalTax];
    let invoice = case.invoice();
    let tax_of = |item: &Item| {
        let untaxed = item.tax_rate.is_some_and(|rate| rate.fraction().is_none_or(|f| f.is_zero()));
        number(item.tax_amount).or(untaxed.then_some(Decimal::ZERO))
    };
    let column: Option<Vec<Decimal>> = invoice.items.iter().map(tax_of).collect();
    let column = column.filter(|column| !column.is_empty() && !tax_is_starred(invoice));
    let (Some(whole), Some(column)) = (number(invoice.total_tax), column) else {
        return Outcome::skip(&FIELDS, says::line_without_tax());
    };
    let Some(added) = sum(column) else {
        return Outcome::fail(&FIELDS, says::line_taxes_no_money());
    };
    let detail = says::line_taxes_sum(added, whole);
    match gap(added, whole) {
        Some(off) if off.is_zero() => {
            let outcome = Outcome::pass(&FIELDS, detail);
            if !case.proof.holds(Field::TotalTax) {
                return outcome;
            }
            let taxes = held_cells(case, Column::TaxAmount, lines::holds_tax);
            let rates = proven_rates(case, &taxes);
            outcome.proving(&[taxes, rates].concat())
        }
        Some(off) if off <= TOTAL_TAX_TOLERANCE => Outcome::warn(&FIELDS, detail),
        _ => Outcome::fail(&FIELDS, detail),
    }
}

/// The cells of a column that closes: all when there is one line, else those that their own row holds in place.
fn held_cells(case: &Case<'_>, column: Column, holds: fn(&Case<'_>, usize, &Item) -> bool) -> Vec<Field> {
    let items = &case.invoice().items;
    let held = items.iter().enumerate().filter(|(i, item)| items.len() == 1 || holds(case, *i, item));
    held.map(|(i, _)| Field::Cell(i, column)).collect()
}

/// A rate is proven when amount and tax of its line are, and no other lawful rate fits them.
fn proven_rates(case: &Case<'_>, taxes: &[Field]) -> Vec<Field> {
    let proven = |i: usize| {
        case.proof.holds(Field::Cell(i, Column::Amount)) && taxes.contains(&Field::Cell(i, Column::TaxAmount))
    };
    let lines = case.invoice().items.iter().enumerate();
    let lines = lines.filter(|(i, item)| proven(*i) && lines::only_rate_that_fits(item));
    lines.map(|(i, _)| Field::Cell(i, Column::TaxRate)).collect()
}
