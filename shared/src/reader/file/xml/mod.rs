//! Values that a file carries as data: XML of its own or attached, labelled objects, named values. Each becomes
//! [`SourceValues`] that [`sources`] brings together with the page's text. Knows nothing of pages.
//!
//! Three vocabularies: the tax control system's ([`older`], also used by an OFD's custom tags), the fully digital
//! invoice's ([`digital`]) and the accounting standard's ([`xbrl`]). Case and prefixes vary between producers, so names are compared without both.

mod digital;
mod older;
mod parse;
mod values;
mod xbrl;

use crate::document::markup::Element;
use crate::document::text::TextLayer;
use crate::invoice::expense_category;
use crate::reader::page::kind;
use crate::reader::sources::{self, SourceValues};
use crate::report::{EvidenceSource, PageInfo, Reading};

/// What a file says beside its pages, most trusted first: attached XML, labelled objects, named values. What
/// cannot be read or says nothing of an invoice is left out.
pub fn source_values(layer: &TextLayer) -> Vec<SourceValues> {
    let attached = layer.attachments.iter().filter_map(|a| Element::parse(&a.bytes).ok());
    let attached = attached.filter_map(|root| of_xml(&root));
    let tagged = layer.tags.iter().filter_map(|root| older::read_labels(root).of_an_invoice());
    let named = values::read(&layer.values).of_an_invoice();
    attached.chain(tagged).chain(named).collect()
}

/// The invoice that accounts tell without any page; none where they do not say which one it is and what it costs.
pub(crate) fn read_alone(accounts: Vec<SourceValues>) -> Option<Reading> {
    let mut reading = sources::merge(accounts, PageInfo::default())?;
    let invoice = &mut reading.invoice;
    if invoice.invoice_number.is_none() || invoice.grand_total.is_none() {
        return None;
    }
    invoice.expense_category = expense_category(&invoice.items);
    kind::derive_title(&mut reading);
    Some(reading)
}

fn of_xml(root: &Element) -> Option<SourceValues> {
    let values = match root {
        root if digital::is(root) => digital::read(root),
        root if xbrl::is(root) => xbrl::read(root),
        root => older::read(root),
    };
    values.of_an_invoice()
}

impl SourceValues {
    /// None without anything that tells one invoice from another or says what it costs.
    fn of_an_invoice(self) -> Option<SourceValues> {
        let invoice = &self.invoice;
        let says = invoice.invoice_number.is_some() || invoice.grand_total.is_some() || invoice.total_amount.is_some();
        says.then_some(SourceValues { source: EvidenceSource::Xml, ..self })
    }
}
