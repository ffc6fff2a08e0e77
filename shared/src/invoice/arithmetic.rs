//! What the numbers of a line and of a whole invoice owe each other, and how far rounding may set them apart.
//! Knows nothing of what follows from a difference.
//! Source: the tax platform's rule sheet (quantity x price within a cent of the amount, amount x rate within six cents
//! of the tax, the sum of amount x rate within 1.27 of the total tax).

use rust_decimal::Decimal;

use super::{Item, Money, Quantity, TaxRate};

/// One cent: what sums and products may be off by.
pub const CENT: Decimal = Decimal::from_parts(1, 0, 0, false, 2);
/// Half a cent: what rounding to the cent takes away or adds.
pub const HALF_CENT: Decimal = Decimal::from_parts(5, 0, 0, false, 3);
/// How far a line's tax may be from its amount times its rate.
pub const LINE_TAX_TOLERANCE: Decimal = Decimal::from_parts(6, 0, 0, false, 2);
/// What the lines' rounding may add up to on a long invoice.
pub const TOTAL_TAX_TOLERANCE: Decimal = Decimal::from_parts(127, 0, 0, false, 2);

/// How far apart two amounts are; none when that cannot be said.
pub fn gap(a: Decimal, b: Decimal) -> Option<Decimal> {
    a.checked_sub(b).map(|difference| difference.abs())
}

/// How far quantity times price is from the amount.
pub fn product_gap(quantity: Quantity, price: Quantity, amount: Money) -> Option<Decimal> {
    gap(quantity.0.checked_mul(price.0)?, amount.0)
}

/// Whether a price goes into the amount a whole number of times, at least once.
pub fn divides(amount: Money, price: Quantity) -> bool {
    let times = amount.0.checked_div(price.0);
    times.is_some_and(|times| (times - times.round()).abs() < Decimal::new(1, 3) && times.round() != Decimal::ZERO)
}

/// The tax that a rate makes of an amount.
pub fn tax_due(amount: Money, rate: TaxRate) -> Option<Decimal> {
    match rate {
        TaxRate::Fraction(rate) => amount.0.checked_mul(rate),
        TaxRate::Exempt | TaxRate::NotTaxable => Some(Decimal::ZERO),
    }
}

/// How far the tax is from the one that the rate makes.
pub fn tax_gap(amount: Money, rate: TaxRate, tax: Money) -> Option<Decimal> {
    gap(tax_due(amount, rate)?, tax.0)
}

/// Each none where one of the numbers is missing.
impl Item {
    /// [`product_gap`] of the line.
    pub fn product_gap(&self) -> Option<Decimal> {
        product_gap(self.quantity?, self.unit_price?, self.amount?)
    }

    /// How far rounding may set [`Self::product_gap`] apart: the price was rounded at its last printed place, or at the
    /// cent where zeros behind it were dropped, and every piece carries that; the amount was rounded to the cent.
    pub fn product_rounding(&self) -> Option<Decimal> {
        let half_place = Decimal::new(5, self.unit_price?.0.scale().max(2).checked_add(1)?);
        half_place.checked_mul(self.quantity?.0.abs())?.checked_add(HALF_CENT)
    }

    /// [`tax_due`] on the line.
    pub fn tax_due(&self) -> Option<Decimal> {
        tax_due(self.amount?, self.tax_rate?)
    }

    /// [`tax_gap`] of the line.
    pub fn tax_gap(&self) -> Option<Decimal> {
        tax_gap(self.amount?, self.tax_rate?, self.tax_amount?)
    }
}
