//! Ids, codes and numbers: a check digit or a fixed length tells a good reading from a poor one.

use crate::invoice::{Field, TaxId};
use crate::reader::values::builder::ReadingBuilder;
use crate::reader::values::value_parsers;

use super::{Seen, Uncertain, uncertain as uncertain_field};

/// What can stand in a credit code (GB 32100-2015).
const ID: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const DIGITS: &str = "0123456789";

/// A digit string is believed from this confidence on: nothing else speaks for it.
const SURE: f32 = 0.9;

const IDS: [Field; 2] = [Field::BuyerTaxId, Field::SellerTaxId];

/// Fields of digits alone.
const NUMBERS: [Field; 4] = [Field::InvoiceCode, Field::InvoiceNumber, Field::CheckCode, Field::MachineNumber];

/// Ids whose check digit does not hold or that could not be read; numbers that were not read where they stand.
pub(super) fn uncertain(builder: &ReadingBuilder<'_>) -> Vec<Uncertain> {
    let ids = IDS.into_iter().filter(|field| !holds(builder, *field)).map(|field| (field, ID));
    let missing = NUMBERS.into_iter().filter(|field| builder.reading.invoice.text(*field).is_none());
    let places = ids.chain(missing.map(|field| (field, DIGITS)));
    places.filter_map(|(field, only)| uncertain_field(builder, field, only)).collect()
}

fn holds(builder: &ReadingBuilder<'_>, field: Field) -> bool {
    builder.reading.invoice.text(field).is_some_and(TaxId::is_valid)
}

pub(super) fn fill(builder: &mut ReadingBuilder<'_>, seen: &Seen) {
    for (field, readings) in seen {
        if IDS.contains(field) && !holds(builder, *field) {
            let valid = |text: &str| value_parsers::tax_id(text).filter(|id| TaxId::is_valid(id));
            if let Some(found) = readings.iter().find(|found| valid(&found.text).is_some()) {
                builder.put(*field, Some(found.clone()));
            }
        }
        if NUMBERS.contains(field) && builder.reading.invoice.text(*field).is_none() {
            let whole = |text: &str| value_parsers::digits_of(text, lengths(*field));
            let sure = readings.iter().filter(|found| found.confidence > SURE);
            if let Some(found) = sure.into_iter().find(|found| whole(&found.text).is_some()) {
                builder.put_as(*field, Some(found.clone()), whole);
            }
        }
    }
}

/// Five characters of the chain are too few to tell a good reading from a poor one.
fn lengths(field: Field) -> &'static [usize] {
    if field == Field::CheckCode { &[20] } else { field.lengths() }
}
