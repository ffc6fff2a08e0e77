//! Tax ids and the seller's seal.
//! Source: GB 32100-2015, GB 11714-1997, GB 11643-1999 for the check digits.

use crate::invoice::{Field, TaxId, plain};
use crate::sentence::check as says;

use super::case::Case;
use super::outcome::Outcome;

/// The buyer's id.
pub fn buyer_id(case: &Case<'_>) -> Outcome {
    check_digit(case, Field::BuyerTaxId)
}

/// The seller's id.
pub fn seller_id(case: &Case<'_>) -> Outcome {
    check_digit(case, Field::SellerTaxId)
}

/// Check digits prove the characters of an id; the layout says whose it is. A credit code has two, of which both must
/// hold to prove it: one alone passes one in 31 random misreadings. Specimens and tills print ids that fail, so failing
/// only lowers trust.
fn check_digit(case: &Case<'_>, field: Field) -> Outcome {
    let fields = [field];
    let Some(text) = case.invoice().text(field) else {
        return Outcome::skip(&fields, says::no_tax_id());
    };
    let Some(id) = TaxId::parse(text) else {
        return Outcome::fail(&fields, says::no_such_tax_id(text));
    };
    if id.is_tax_offices() {
        return Outcome::skip(&fields, says::tax_office());
    }
    match (id.check_digit_holds(), id.organisation_code_holds()) {
        (Some(true), Some(true)) => Outcome::pass(&fields, says::credit_code_holds()).proving(&fields),
        (Some(true), _) => Outcome::warn(&fields, says::organisation_code_fails()),
        (Some(false), _) if id.is_persons_id() => Outcome::pass(&fields, says::persons_id_holds()).proving(&fields),
        (Some(false), _) => Outcome::warn(&fields, says::check_digit_fails()),
        // It says nothing of the first six characters, so it proves nothing.
        (None, Some(true)) => Outcome::pass(&fields, says::old_id_holds()),
        (None, Some(false)) => Outcome::warn(&fields, says::old_id_fails()),
        // Ids of 17 and 20 were built upon a person's and are rare: a character too few or too many is likelier, and
        // nothing shows that none is, however sure each of them is.
        (None, None) => Outcome::fail(&fields, says::tax_id_length(text, text.len())),
    }
}

/// The seller's seal repeats its id and name. It is read along a circle, so what differs is doubtful; only another id
/// that is valid itself contradicts.
pub fn seal(case: &Case<'_>) -> Outcome {
    let (seals, seller) = (&case.invoice().seals, &case.invoice().seller);
    let id = seals.seller_tax_id.as_deref().zip(seller.tax_id.as_deref());
    let name = seals.seller_name.as_deref().zip(seller.name.as_deref());
    let mut fields = Vec::new();
    fields.extend(id.map(|_| Field::SellerTaxId));
    fields.extend(name.map(|_| Field::SellerName));
    if fields.is_empty() {
        return Outcome::skip(&fields, says::no_seal());
    }
    if let Some((sealed, printed)) = id.filter(|(sealed, printed)| sealed != printed) {
        let detail = says::seal_id_differs(sealed, printed);
        if TaxId::is_valid(sealed) && TaxId::is_valid(printed) {
            return Outcome::fail(&[Field::SellerTaxId, Field::SealedSellerTaxId], detail);
        }
        return Outcome::warn(&[Field::SellerTaxId], detail);
    }
    if let Some((sealed, printed)) = name.filter(|(sealed, printed)| plain(sealed) != plain(printed)) {
        let detail = says::seal_name_differs(sealed, printed);
        return Outcome::warn(&[Field::SellerName], detail);
    }
    Outcome::pass(&fields, says::seal_is_sellers())
}
