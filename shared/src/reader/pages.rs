//! Several pages: which of a file's pages make one invoice, and one Reading from all of them.
//! Knows nothing of how a single page is read.

use std::ops::Range;

use crate::invoice::{Field, Item};
use crate::ocr::PageText;
use crate::report::Reading;

use super::frame::Frame;
use super::list;

/// A page's part in its file.
#[derive(Clone, Debug)]
enum Role {
    /// It reads as an invoice, or as one page of it.
    Invoice(Box<Reading>),
    /// Goods of the invoice before it.
    List,
    /// Text that is no invoice.
    Other,
    /// Nothing that its characters tell: pixels have to be looked at.
    Unknown,
}

/// The pages of each invoice in a file; `None` stands for a page whose characters cannot be trusted. Pages that are
/// surely none are left out when another one is; when no page is, the first is given for a second look.
pub fn split(pages: &[Option<PageText>]) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    let mut open: Option<(Option<String>, Option<String>)> = None;
    for (index, page) in pages.iter().enumerate() {
        match role(page.as_ref()) {
            Role::Invoice(reading) => {
                let identity = (reading.invoice.invoice_code, reading.invoice.invoice_number);
                let continues = open.as_ref().is_some_and(|before| *before == identity || identity.1.is_none());
                match groups.last_mut().filter(|_| continues) {
                    Some(group) => group.end = index + 1,
                    None => {
                        groups.push(index..index + 1);
                        open = Some(identity);
                    }
                }
            }
            Role::List => {
                if let Some(group) = groups.last_mut().filter(|_| open.is_some()) {
                    group.end = index + 1;
                }
            }
            Role::Other => {}
            Role::Unknown => {
                groups.push(index..index + 1);
                open = None;
            }
        }
    }
    if groups.is_empty() && !pages.is_empty() {
        groups.push(0..1);
    }
    groups
}

fn role(page: Option<&PageText>) -> Role {
    let Some(page) = page else { return Role::Unknown };
    if list::is_list(&Frame::new(page)) {
        return Role::List;
    }
    match super::read_text(page) {
        Ok(reading) => Role::Invoice(Box::new(reading)),
        Err(_) => Role::Other,
    }
}

/// One Reading from the pages of one invoice; none when the first page is not its beginning.
pub fn read(pages: &[Option<PageText>]) -> Option<Reading> {
    let mut whole: Option<Reading> = None;
    for (index, page) in pages.iter().enumerate() {
        let Some(page) = page else { continue };
        let number = u32::try_from(index).unwrap_or(u32::MAX - 1) + 1;
        match &mut whole {
            None => whole = super::read_text(page).ok().map(|reading| on_page(reading, number)),
            Some(whole) => {
                let frame = Frame::new(page);
                if let Some(reading) = list::is_list(&frame).then(|| list::read(&frame)).flatten() {
                    add_list(whole, on_page(reading, number));
                } else if let Ok(reading) = super::read_text(page) {
                    go_on(whole, on_page(reading, number));
                }
            }
        }
    }
    whole
}

fn on_page(mut reading: Reading, number: u32) -> Reading {
    for evidence in reading.fields.values_mut() {
        evidence.page = number;
    }
    reading
}

/// The goods of a list stand in for the line that refers to it.
fn add_list(whole: &mut Reading, list: Reading) {
    let refers = |item: &Item| item.name.as_deref().is_some_and(|name| name.contains("清单"));
    if whole.invoice.items.iter().all(refers) {
        whole.invoice.items.clear();
        whole.fields.retain(|field, _| !matches!(field, Field::Cell(..)));
    }
    append(whole, list);
}

/// What may stand on the last of several pages alone.
const ON_LATER_PAGES: [Field; 8] = [
    Field::TotalAmount,
    Field::TotalTax,
    Field::GrandTotal,
    Field::GrandTotalWords,
    Field::Remarks,
    Field::Payee,
    Field::Reviewer,
    Field::Drawer,
];

/// The next page of the same invoice: more lines, and whatever the pages before lack, as the totals of the last one.
fn go_on(whole: &mut Reading, next: Reading) {
    let copy = !next.invoice.items.is_empty()
        && next.invoice.items == whole.invoice.items
        && next.invoice.grand_total == whole.invoice.grand_total;
    if copy {
        return;
    }
    for field in ON_LATER_PAGES {
        if whole.invoice.get(field).is_some() || next.invoice.get(field).is_none() {
            continue;
        }
        whole.invoice.set(field, next.invoice.get(field));
        if let Some(evidence) = next.fields.get(&field) {
            whole.fields.insert(field, evidence.clone());
        }
    }
    append(whole, next);
}

/// Lines and subtotals behind those that are there, their evidence under the new numbers.
fn append(whole: &mut Reading, next: Reading) {
    let (rows, pages) = (whole.invoice.items.len(), whole.invoice.page_subtotals.len());
    whole.conflicts.extend(next.conflicts);
    for (field, evidence) in next.fields {
        match field {
            Field::Cell(row, column) => whole.fields.insert(Field::Cell(rows + row, column), evidence),
            Field::Subtotal(page, own) => whole.fields.insert(Field::Subtotal(pages + page, own), evidence),
            _ => None,
        };
    }
    whole.invoice.items.extend(next.invoice.items);
    whole.invoice.page_subtotals.extend(next.invoice.page_subtotals);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoice::Column;

    fn reading(number: &str, items: &[&str], total: Option<&str>) -> Reading {
        let mut reading = Reading::default();
        reading.invoice.invoice_number = Some(number.into());
        reading.invoice.grand_total = total.and_then(|t| t.parse().ok());
        for (i, name) in items.iter().enumerate() {
            reading.invoice.items.push(Item { name: Some((*name).into()), ..Item::default() });
            reading.fields.insert(Field::Cell(i, Column::Name), Default::default());
        }
        if total.is_some() {
            reading.fields.insert(Field::GrandTotal, Default::default());
        }
        reading
    }

    fn names(reading: &Reading) -> Vec<&str> {
        reading.invoice.items.iter().filter_map(|i| i.name.as_deref()).collect()
    }

    #[test]
    fn lines_go_on_and_totals_come_from_the_last_page() {
        let mut whole = reading("1", &["a", "b"], None);
        go_on(&mut whole, on_page(reading("1", &["c"], Some("5.00")), 2));
        assert_eq!(names(&whole), ["a", "b", "c"]);
        assert_eq!(whole.fields[&Field::Cell(2, Column::Name)].page, 2);
        assert_eq!(whole.fields[&Field::GrandTotal].page, 2);
        assert_eq!(whole.invoice.grand_total, "5.00".parse().ok());
    }

    #[test]
    fn a_list_stands_in_for_the_line_that_refers_to_it() {
        let mut whole = reading("1", &["(详见销货清单)"], Some("5.00"));
        add_list(&mut whole, on_page(reading("1", &["c", "d"], None), 2));
        assert_eq!(names(&whole), ["c", "d"]);
        assert_eq!(whole.fields.keys().filter(|field| matches!(field, Field::Cell(..))).count(), 2);
    }

    #[test]
    fn a_second_copy_adds_nothing() {
        let mut whole = reading("1", &["a"], Some("5.00"));
        go_on(&mut whole, reading("1", &["a"], Some("5.00")));
        assert_eq!(names(&whole), ["a"]);
    }

    #[test]
    fn pages_without_trusted_text_are_looked_at_one_by_one() {
        let starts = |pages: &[Option<PageText>]| split(pages).iter().map(|r| (r.start, r.end)).collect::<Vec<_>>();
        assert_eq!(starts(&[None, None]), [(0, 1), (1, 2)]);
        assert_eq!(starts(&[Some(PageText::default()), None]), [(1, 2)]);
        assert_eq!(starts(&[Some(PageText::default())]), [(0, 1)]);
    }
}
