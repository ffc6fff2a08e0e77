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

use crate::geometry::{Quad, bounds};
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

/// Whether a paper by itself says less than the whole page did of the same place: then it was no paper of its own. What the
/// page took from elsewhere is no loss.
pub(crate) fn says_less(paper: &Reading, page: &Reading, place: Option<Quad>) -> bool {
    let edges = place.and_then(|quad| bounds([&quad]));
    let is_on_paper = |field: Field| {
        let quad = page.evidence(field).and_then(|evidence| evidence.quad);
        edges.zip(quad).is_none_or(|(edges, quad)| holds_middle(edges, &quad))
    };
    let lost = |field: Field| page.invoice.get(field).is_some() && paper.invoice.get(field).is_none();
    let is_row_on_paper = |row: &usize| {
        let cells = page.fields.keys().filter(|field| matches!(field, Field::Cell(of, _) if of == row));
        cells.copied().all(is_on_paper)
    };
    // Rows are not counted: lines of another paper part them.
    let has_goods = !paper.invoice.items.is_empty() || !(0..page.invoice.items.len()).any(|row| is_row_on_paper(&row));
    MAIN.iter().any(|&field| lost(field) && is_on_paper(field)) || !has_goods
}

fn holds_middle([left, top, right, bottom]: [f32; 4], quad: &Quad) -> bool {
    let Some([x0, y0, x1, y1]) = bounds([quad]) else { return false };
    (left..=right).contains(&f32::midpoint(x0, x1)) && (top..=bottom).contains(&f32::midpoint(y0, y1))
}
