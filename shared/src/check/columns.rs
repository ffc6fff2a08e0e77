//! The lines' columns against the totals under them.
//! Source: the tax platform's rule sheet (sum of amounts = total, one cent; sum of amount x rate = tax, 1.27).

use rust_decimal::Decimal;

use crate::invoice::Item;
use crate::invoice::arithmetic::{CENT, TOTAL_TAX_TOLERANCE, gap};

use super::case::{Case, cell, number, sum, tax_is_starred};
use super::lines;
use super::outcome::Outcome;

/// The lines' amounts add up to 合计金额, on a roll to the total. A column that closes exactly against a proven total
/// proves its cells: one wrong cell breaks it. It does not break when two cells change places, so where there are
/// several lines each must be held in its own row by quantity times price or by rate and tax.
pub fn amounts(case: &Case<'_>) -> Outcome {
    const RULE: &str = "lines_add_up";
    let invoice = case.invoice();
    let with_tax = invoice.amounts_include_tax;
    let (path, whole) =
        if with_tax { ("grand_total", invoice.grand_total) } else { ("total_amount", invoice.total_amount) };
    let column: Option<Vec<Decimal>> = invoice.items.iter().map(|item| number(item.amount)).collect();
    let (Some(whole), Some(column)) = (number(whole), column.filter(|column| !column.is_empty())) else {
        return Outcome::skip(RULE, &[path], "a line without an amount, or no total");
    };
    let Some(added) = sum(column) else {
        return Outcome::fail(RULE, &[path], "the lines' amounts are no amounts of money");
    };
    let detail = format!("the lines add up to {added}, the total is {whole}");
    match gap(added, whole) {
        Some(off) if off.is_zero() => {
            // On a roll the lines and the words are two sources of the total.
            let spoken = with_tax && case.spoken() == Some(whole) && !case.proof.is_refuted(path);
            let outcome = Outcome::pass(RULE, &[path], detail);
            if !spoken && !case.proof.holds(path) {
                return outcome;
            }
            let mut proves = held_cells(case, "amount", lines::holds_amount);
            proves.extend(spoken.then(|| path.to_owned()));
            outcome.proving(&proves)
        }
        // Points and discounts may stand apart from a roll's lines.
        Some(off) if off <= CENT || with_tax => Outcome::warn(RULE, &[path], detail),
        _ => Outcome::fail(RULE, &[path], detail),
    }
}

/// The lines' taxes add up to 合计税额, and the rates of lines that are proven on both sides are proven with them.
pub fn taxes(case: &Case<'_>) -> Outcome {
    const RULE: &str = "line_taxes_add_up";
    const FIELDS: [&str; 1] = ["total_tax"];
    let invoice = case.invoice();
    let tax_of = |item: &Item| {
        let untaxed = item.tax_rate.is_some_and(|rate| rate.fraction().is_none_or(|f| f.is_zero()));
        number(item.tax_amount).or(untaxed.then_some(Decimal::ZERO))
    };
    let column: Option<Vec<Decimal>> = invoice.items.iter().map(tax_of).collect();
    let column = column.filter(|column| !column.is_empty() && !tax_is_starred(invoice));
    let (Some(whole), Some(column)) = (number(invoice.total_tax), column) else {
        return Outcome::skip(RULE, &FIELDS, "a line without its tax, or no total tax");
    };
    let Some(added) = sum(column) else {
        return Outcome::fail(RULE, &FIELDS, "the lines' taxes are no amounts of money");
    };
    let detail = format!("the lines' taxes add up to {added}, the total tax is {whole}");
    match gap(added, whole) {
        Some(off) if off.is_zero() => {
            let outcome = Outcome::pass(RULE, &FIELDS, detail);
            if !case.proof.holds("total_tax") {
                return outcome;
            }
            let taxes = held_cells(case, "tax_amount", lines::holds_tax);
            let rates = proven_rates(case, &taxes);
            outcome.proving(&[taxes, rates].concat())
        }
        Some(off) if off <= TOTAL_TAX_TOLERANCE => Outcome::warn(RULE, &FIELDS, detail),
        _ => Outcome::fail(RULE, &FIELDS, detail),
    }
}

/// The cells of a column that closes: all when there is one line, else those that their own row holds in place.
fn held_cells(case: &Case<'_>, leaf: &str, holds: fn(&Case<'_>, usize, &Item) -> bool) -> Vec<String> {
    let items = &case.invoice().items;
    let held = items.iter().enumerate().filter(|(i, item)| items.len() == 1 || holds(case, *i, item));
    held.map(|(i, _)| cell(i, leaf)).collect()
}

/// A rate is proven when amount and tax of its line are, and no other lawful rate fits them.
fn proven_rates(case: &Case<'_>, taxes: &[String]) -> Vec<String> {
    let proven = |i: usize| case.proof.holds(&cell(i, "amount")) && taxes.contains(&cell(i, "tax_amount"));
    let lines = case.invoice().items.iter().enumerate();
    lines.filter(|(i, item)| proven(*i) && lines::only_rate_that_fits(item)).map(|(i, _)| cell(i, "tax_rate")).collect()
}
