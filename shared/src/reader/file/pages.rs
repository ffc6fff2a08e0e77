//! Several pages: which of a file's pages make one invoice, and one Reading from all of them.
//! Knows nothing of how a single page is read.

use std::ops::Range;

use crate::error::Error;
use crate::invoice::{Field, Item};
use crate::ocr::PageText;
use crate::reader::page::frame::Frame;
use crate::reader::page::read_text;
use crate::reader::papers::Paper;
use crate::report::Reading;

use super::goods_list;

/// What the own text of one page, or of one paper on it, says.
#[derive(Clone, Debug, Default)]
pub(crate) struct PageReading {
    /// Its characters say what it shows; where they do not, its pixels have to be looked at.
    pub(crate) is_trusted: bool,
    /// It reads as an invoice, or as one page of it.
    invoice: Option<Reading>,
    /// Why it does not.
    pub(crate) error: Option<Error>,
    is_list: bool,
    /// Lines for the invoice before it.
    goods: Option<Reading>,
}

impl PageReading {
    /// What it says as an invoice.
    pub(crate) fn invoice(&self) -> Option<&Reading> {
        self.invoice.as_ref()
    }

    /// The same, with its places where the paper lies on its page.
    pub(crate) fn of_paper(paper: &Paper, page: &PageText) -> PageReading {
        let read = PageReading::of(Some(&paper.text));
        let on_page = |reading: Option<Reading>| reading.map(|reading| paper.reading_on_page(reading, page));
        PageReading { invoice: on_page(read.invoice), goods: on_page(read.goods), ..read }
    }

    /// Reads a page; `None` stands for one whose characters cannot be trusted.
    pub(crate) fn of(page: Option<&PageText>) -> PageReading {
        let Some(page) = page else { return PageReading::default() };
        let frame = Frame::new(page);
        let is_list = goods_list::is_list(&frame);
        let goods = if is_list { goods_list::read(&frame) } else { None };
        let (invoice, error) = match read_text(page) {
            Ok(reading) => (Some(reading), None),
            Err(error) => (None, Some(error)),
        };
        PageReading { is_trusted: true, invoice, error, is_list, goods }
    }
}

/// The pages of each invoice in a file. Pages that are surely none are left out when another one is; when no page is, the
/// first is given for a second look.
pub(crate) fn split(pages: &[&PageReading]) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    let mut open: Option<(Option<&str>, Option<&str>)> = None;
    for (index, page) in pages.iter().enumerate() {
        let identity = page.invoice.as_ref().map(identity);
        let goes_on = match identity {
            _ if page.is_list => open.is_some(),
            Some(own) => open.is_some_and(|before| before == own || own.1.is_none()),
            None => false,
        };
        match groups.last_mut().filter(|_| goes_on) {
            Some(group) => group.end = index + 1,
            None if page.is_list || page.is_trusted && identity.is_none() => {}
            None => {
                groups.push(index..index + 1);
                open = identity;
            }
        }
    }
    if groups.is_empty() && !pages.is_empty() {
        groups.push(0..1);
    }
    groups
}

/// What tells one invoice from another.
fn identity(reading: &Reading) -> (Option<&str>, Option<&str>) {
    (reading.invoice.invoice_code.as_deref(), reading.invoice.invoice_number.as_deref())
}

/// One Reading from the pages of one invoice, each with its number; none when none of them begins one.
pub(crate) fn join<'p>(pages: impl IntoIterator<Item = (u32, &'p PageReading)>) -> Option<Reading> {
    let mut pages = pages.into_iter().skip_while(|(_, page)| page.invoice.is_none());
    let (number, first) = pages.next()?;
    let mut whole = on_page(first.invoice.clone()?, number);
    for (number, page) in pages {
        match (&page.goods, &page.invoice) {
            (Some(goods), _) => add_list(&mut whole, on_page(goods.clone(), number)),
            (None, Some(invoice)) => go_on(&mut whole, on_page(invoice.clone(), number)),
            (None, None) => {}
        }
    }
    Some(whole)
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
        whole.fields.extend(next.fields.get(&field).map(|evidence| (field, evidence.clone())));
        whole.doubts.extend(next.doubts.iter().filter(|doubt| doubt.field == field).cloned());
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

    fn page(reading: Reading) -> PageReading {
        PageReading { is_trusted: true, invoice: Some(reading), ..PageReading::default() }
    }

    #[test]
    fn a_page_goes_on_with_its_own_number_or_none_and_is_counted_in_its_invoice() {
        let list = PageReading {
            is_trusted: true,
            is_list: true,
            goods: Some(reading("", &["c"], None)),
            ..page(Reading::default())
        };
        let pages =
            [page(reading("1", &["a"], None)), page(Reading::default()), list, page(reading("2", &["b"], None))];
        assert_eq!(split(&pages.iter().collect::<Vec<_>>()), [0..3, 3..4]);
        let whole = join((1..).zip(&pages[..3])).unwrap();
        assert_eq!(names(&whole), ["a", "c"]);
        assert_eq!(whole.fields[&Field::Cell(1, Column::Name)].page, 3);
        assert!(join([(1, &PageReading::default())]).is_none());
    }

    #[test]
    fn pages_without_trusted_text_are_looked_at_one_by_one() {
        let starts = |pages: &[Option<PageText>]| {
            let pages: Vec<PageReading> = pages.iter().map(|page| PageReading::of(page.as_ref())).collect();
            split(&pages.iter().collect::<Vec<_>>()).iter().map(|r| (r.start, r.end)).collect::<Vec<_>>()
        };
        assert_eq!(starts(&[None, None]), [(0, 1), (1, 2)]);
        assert_eq!(starts(&[Some(PageText::default()), None]), [(1, 2)]);
        assert_eq!(starts(&[Some(PageText::default())]), [(0, 1)]);
    }
}
