//! Values that a file carries as data: XML of its own or attached, labelled objects, named values. Each becomes an
//! [`Account`] that [`super::sources`] brings together with the page's text. Knows nothing of pages.
//!
//! Two vocabularies: the tax control system's ([`older`], also used by an OFD's custom tags) and the fully digital
//! invoice's ([`digital`]). Case and prefixes vary between producers, so names are compared without both.

mod digital;
mod older;
mod parse;
mod values;

use crate::document::markup::Element;
use crate::document::text::TextLayer;
use crate::invoice::expense_category;
use crate::report::{EvidenceSource, PageInfo, Reading};

use super::kind;
use super::sources::{self, Account};
use parse::Values;

/// The accounts in a file beside its pages, most trusted first: attached XML, labelled objects, named values. What
/// cannot be read or says nothing of an invoice is left out.
pub fn accounts(layer: &TextLayer) -> Vec<Account> {
    let attached = layer.attachments.iter().filter_map(|a| Element::parse(&a.bytes).ok());
    let attached = attached.filter_map(|root| account(&root));
    let tagged = layer.tags.iter().filter_map(|root| older::read_labels(root).into_account());
    let named = values::read(&layer.values).into_account();
    attached.chain(tagged).chain(named).collect()
}

/// The invoice that accounts tell without any page; none where they do not say which one it is and what it costs.
pub fn read_alone(accounts: Vec<Account>) -> Option<Reading> {
    let mut reading = sources::merge(accounts, PageInfo::default())?;
    let invoice = &mut reading.invoice;
    if invoice.invoice_number.is_none() || invoice.grand_total.is_none() {
        return None;
    }
    invoice.expense_category = expense_category(&invoice.items);
    kind::derive_title(&mut reading);
    Some(reading)
}

fn account(root: &Element) -> Option<Account> {
    let values = if digital::is(root) { digital::read(root) } else { older::read(root) };
    values.into_account()
}

impl Values {
    /// None without anything that tells one invoice from another or says what it costs.
    fn into_account(self) -> Option<Account> {
        let invoice = &self.invoice;
        let says = invoice.invoice_number.is_some() || invoice.grand_total.is_some() || invoice.total_amount.is_some();
        says.then_some(Account { source: EvidenceSource::Xml, invoice: self.invoice, fields: self.fields })
    }
}
