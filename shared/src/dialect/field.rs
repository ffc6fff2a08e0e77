//! Printed values into the model and out again by the table of fields, with the tolerance that vendors' answers need
//! around its strict parsers. Knows nothing of either vendor's keys.

use crate::geometry::Quad;
use crate::invoice::{Field, FieldKind, FieldValue, Invoice, TaxId, plain};
use crate::report::{Evidence, EvidenceSource, Reading};

/// Keeps what a vendor printed for a field: its meaning, where it has one, and the print itself. A blank print is no
/// print.
pub(super) fn take(reading: &mut Reading, field: Field, print: &str, quad: Option<Quad>) {
    if print.trim().is_empty() {
        return;
    }
    let text = Some(print.to_owned());
    let evidence = Evidence { text, quad, page: 1, sources: vec![EvidenceSource::Vendor], ..Evidence::default() };
    reading.invoice.set(field, meaning(field.kind(), print));
    reading.note(field, evidence);
}

/// What stands printed in a field. A vendor's print counts as it is; what we read off a page counts where it says what the
/// value means and nothing else, since a neighbour's characters or a misread one are no print of this field.
pub(super) fn printed(reading: &Reading, field: Field) -> Option<&str> {
    let evidence = reading.evidence(field)?;
    let text = evidence.text.as_deref().filter(|text| !text.trim().is_empty())?;
    let Some(value) = reading.invoice.get(field).filter(|_| !is_vendors(evidence)) else {
        return Some(text);
    };
    let alone = match field.kind() {
        FieldKind::Digits | FieldKind::Compact | FieldKind::TaxId => {
            text.trim_matches(|c: char| !c.is_ascii_alphanumeric())
        }
        _ => text,
    };
    [text, alone].into_iter().find(|print| field.kind().parse(print).as_ref() == Some(&value))
}

/// Whether a vendor printed it so.
pub(super) fn is_vendors(evidence: &Evidence) -> bool {
    evidence.sources.contains(&EvidenceSource::Vendor)
}

/// Where it stands.
pub(super) fn quad(reading: &Reading, field: Field) -> Option<Quad> {
    reading.evidence(field)?.quad
}

/// A field's print, or what its meaning is usually printed as.
pub(super) fn text(reading: &Reading, field: Field) -> Option<String> {
    printed(reading, field).map(str::to_owned).or_else(|| usual(&reading.invoice, field))
}

/// What a field's meaning is usually printed as.
pub(super) fn usual(invoice: &Invoice, field: Field) -> Option<String> {
    Some(match invoice.get(field)? {
        FieldValue::Flag(yes) => if yes { "True" } else { "False" }.to_owned(),
        value => value.print(),
    })
}

/// What a vendor's print means.
pub(super) fn meaning(kind: FieldKind, print: &str) -> Option<FieldValue<'static>> {
    match kind {
        // Vendors sometimes return the label in place of an empty value.
        FieldKind::Line | FieldKind::Words if print.trim_end().ends_with([':', '：']) => None,
        FieldKind::Digits => kind.parse(without_mark(&plain(print))),
        FieldKind::TaxId => tax_id(print).map(FieldValue::from),
        // A time of day may stand behind it.
        FieldKind::Date => kind.parse(print).or_else(|| kind.parse(print.split([' ', 'T', '日']).next()?)),
        _ => kind.parse(print),
    }
}

/// A number without `No` before it.
fn without_mark(print: &str) -> &str {
    ["No.", "No", "NO.", "NO", "№"].iter().find_map(|mark| print.strip_prefix(mark)).unwrap_or(print)
}

/// The longest run of letters and digits; junk that melted into its front is cut when the check digit then holds.
fn tax_id(print: &str) -> Option<String> {
    let folded = plain(print).to_uppercase();
    let run =
        folded.split(|c: char| !c.is_ascii_alphanumeric()).max_by_key(|run| run.len()).filter(|run| run.len() >= 6)?;
    let tail = &run[run.len().saturating_sub(18)..];
    let is_cut = run.len() > 18 && TaxId::parse(tail).is_some_and(|id| id.check_digit_holds() == Some(true));
    Some(if is_cut { tail } else { run }.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(field: Field, print: &str) -> Reading {
        let mut reading = Reading::default();
        take(&mut reading, field, print, None);
        reading
    }

    #[test]
    fn the_print_is_kept_beside_the_meaning() {
        let reading = taken(Field::CheckCode, "70497 71434 15541 89588");
        assert_eq!(reading.invoice.check_code.as_deref(), Some("70497714341554189588"));
        assert_eq!(printed(&reading, Field::CheckCode), Some("70497 71434 15541 89588"));
    }

    #[test]
    fn noise_keeps_its_print_and_gets_no_meaning() {
        for (field, print) in [
            (Field::BuyerName, "纳税人识别号:"),
            (Field::NumberOnTheRight, "月16日"),
            (Field::BuyerTaxId, "纳税人识别号:"),
            (Field::TotalTax, "***"),
            (Field::IssueDate, "2024年13月40日"),
        ] {
            let reading = taken(field, print);
            assert_eq!(reading.invoice.get(field), None, "{field}");
            assert_eq!(text(&reading, field).as_deref(), Some(print), "{field}");
        }
    }

    #[test]
    fn what_vendors_leave_around_a_value_is_no_part_of_it() {
        for (field, print, value) in [
            (Field::InvoiceNumber, "No 01234567", "01234567"),
            (Field::IssueDate, "2024-01-02 10:20:30", "2024-01-02"),
            (Field::IssueDate, "2024年1月2日10:20", "2024-01-02"),
            (Field::SellerTaxId, "91310000834486035U", "91310000834486035U"),
            (Field::SellerTaxId, "识别号:91310000834486035U", "91310000834486035U"),
            (Field::SellerTaxId, "JW91310000834486035U", "91310000834486035U"),
            (Field::SellerTaxId, "9131 0000 8344 86035u", "91310000834486035U"),
        ] {
            let found = taken(field, print).invoice.get(field).map(|value| value.to_string());
            assert_eq!(found.as_deref(), Some(value), "{print}");
        }
    }

    #[test]
    fn what_we_read_ourselves_is_printed_without_its_neighbours() {
        for (field, value, print, shown) in [
            (Field::CheckCode, "70497 71434 15541 89588", "发70497 71434 15541 89588", "70497 71434 15541 89588"),
            (Field::InvoiceNumber, "03574125", "O3574125", "03574125"),
            (Field::GrandTotal, "500.00", "¥500.00", "¥500.00"),
            (Field::IssueDate, "2019-01-14", "2019年1月14日", "2019年1月14日"),
            (Field::SupervisionSeal, "True", "全国统一发票监制章", "True"),
            (Field::Sheet, "发票联", "第二联:发票联", "发票联"),
        ] {
            let mut reading = taken(field, value);
            let evidence = reading.fields.get_mut(&field).unwrap();
            (evidence.text, evidence.sources) = (Some(print.to_owned()), vec![EvidenceSource::Print]);
            assert_eq!(text(&reading, field).as_deref(), Some(shown), "{field}");
        }
    }

    #[test]
    fn a_blank_print_leaves_no_trace() {
        assert_eq!(taken(Field::Title, " \n"), Reading::default());
    }
}
