//! Ids, codes and numbers: a check digit or a fixed length tells a good reading from a poor one.

use crate::invoice::TaxId;
use crate::reader::draft::Draft;
use crate::reader::shape;

use super::{Doubt, Seen, doubt, prove};

/// What can stand in a credit code (GB 32100-2015).
const ID: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const DIGITS: &str = "0123456789";

/// A digit string is believed from this confidence on: nothing else speaks for it.
const SURE: f32 = 0.9;

/// Fields of digits alone, with the lengths that they can have.
const NUMBERS: [(&str, &[usize]); 4] =
    [("invoice_code", &[10, 12]), ("invoice_number", &[8, 20]), ("check_code", &[20]), ("machine_number", &[12])];

/// Ids whose check digit does not hold or that could not be read; numbers that were not read where they stand.
pub(super) fn doubts(draft: &Draft<'_>) -> Vec<Doubt> {
    let ids = ["buyer.tax_id", "seller.tax_id"].into_iter().filter(|path| !holds(current(draft, path)));
    let missing = NUMBERS.iter().map(|(path, _)| *path).filter(|path| current(draft, path).is_none());
    let ids = ids.filter_map(|path| doubt(draft, path, ID));
    ids.chain(missing.filter_map(|path| doubt(draft, path, DIGITS))).collect()
}

fn holds(id: Option<&str>) -> bool {
    id.and_then(TaxId::parse).is_some_and(|id| id.check_digit_holds() == Some(true))
}

fn current<'d>(draft: &'d Draft<'_>, path: &str) -> Option<&'d str> {
    let invoice = &draft.reading.invoice;
    match path {
        "buyer.tax_id" => invoice.buyer.tax_id.as_deref(),
        "seller.tax_id" => invoice.seller.tax_id.as_deref(),
        "invoice_code" => invoice.invoice_code.as_deref(),
        "invoice_number" => invoice.invoice_number.as_deref(),
        "check_code" => invoice.check_code.as_deref(),
        _ => invoice.machine_number.as_deref(),
    }
}

fn put(draft: &mut Draft<'_>, path: &str, value: String) {
    let invoice = &mut draft.reading.invoice;
    let slot = match path {
        "buyer.tax_id" => &mut invoice.buyer.tax_id,
        "seller.tax_id" => &mut invoice.seller.tax_id,
        "invoice_code" => &mut invoice.invoice_code,
        "invoice_number" => &mut invoice.invoice_number,
        "check_code" => &mut invoice.check_code,
        _ => &mut invoice.machine_number,
    };
    *slot = Some(value);
}

pub(super) fn settle(draft: &mut Draft<'_>, seen: &Seen) {
    for path in ["buyer.tax_id", "seller.tax_id"] {
        if holds(current(draft, path)) {
            continue;
        }
        let readings = seen.get(path).into_iter().flatten();
        let good = readings.filter_map(|found| Some((shape::tax_id(&found.text)?, found.clone())));
        if let Some((id, found)) = good.into_iter().find(|(id, _)| holds(Some(id))) {
            prove(draft, path, Some(&found));
            put(draft, path, id);
        }
    }
    for (path, lengths) in NUMBERS {
        if current(draft, path).is_some() {
            continue;
        }
        let readings = seen.get(path).into_iter().flatten().filter(|found| found.confidence > SURE);
        let whole = |text: &str| Some(shape::digits(text)).filter(|digits| lengths.contains(&digits.len()));
        if let Some((digits, found)) = readings.filter_map(|f| Some((whole(&f.text)?, f.clone()))).next() {
            prove(draft, path, Some(&found));
            put(draft, path, digits);
        }
    }
}
