//! The papers on one page, told apart: two invoices on one sheet, an invoice above a trip sheet, receipts on a scanner.
//! Knows geometry and the labels that an invoice has once; nothing of values, nor of pixels.
//!
//! - [`piece`]: what lies on the page, set upright, and what it tells of a form
//! - [`forms`]: the head and the sum of every form on it
//! - [`cut`]: where a cut leaves every form whole
//! - [`sheet`]: a paper as a page of its own, and the way back

mod cut;
mod forms;
mod piece;
mod sheet;
#[cfg(test)]
mod tests;

use crate::invoice::Field;
use crate::ocr::PageText;
use crate::report::Reading;

use cut::Side;
use forms::Forms;
use piece::Lay;

pub(crate) use sheet::Paper;

/// No page holds more papers.
const MAX_PAPERS: usize = 40;

/// The papers on a page in reading order; none where the page is one paper, or nobody can tell.
pub(crate) fn part(page: &PageText) -> Vec<Paper> {
    let lay = Lay::of(page);
    let forms = Forms::of(&lay);
    let mut done: Vec<Side> = Vec::new();
    let mut open = vec![Side::whole(&lay)];
    while let Some(side) = open.pop() {
        match cut::best(&lay, &forms, &side).filter(|_| done.len() + open.len() < MAX_PAPERS) {
            Some((first, second)) => open.extend([second, first]),
            None => done.push(side),
        }
    }
    let mut papers: Vec<Paper> = done.iter().filter_map(|side| Paper::of(page, &lay, side)).collect();
    // The words of a screen around one paper do not make two of it.
    let is_some = |(paper, side): &(&Paper, &Side)| paper.is_turned || paper.has_name || forms.is_on(side);
    if papers.iter().zip(&done).filter(is_some).count() < 2 {
        return Vec::new();
    }
    sheet::sort(&mut papers, &lay);
    papers
}

/// What an invoice is known and booked by.
const MAIN: [Field; 8] = [
    Field::InvoiceCode,
    Field::InvoiceNumber,
    Field::IssueDate,
    Field::GrandTotal,
    Field::TotalAmount,
    Field::BuyerTaxId,
    Field::SellerName,
    Field::SellerTaxId,
];

/// Whether a paper by itself says less than the whole page did: then it was no paper of its own.
pub(crate) fn says_less(paper: &Reading, page: &Reading) -> bool {
    let lost = |field: &&Field| page.invoice.get(**field).is_some() && paper.invoice.get(**field).is_none();
    MAIN.iter().any(|field| lost(&field)) || paper.invoice.items.len() < page.invoice.items.len()
}
