//! Pages of several papers, each made of the labels that forms have.

use super::*;
use crate::invoice::{Column, Item};
use crate::ocr::TextLine;
use crate::reader::testing::{line, page};
use crate::report::Evidence;

/// An invoice's labels, its upper left corner at x and y: 400 wide, 200 high.
fn form(x: f32, y: f32) -> Vec<TextLine> {
    let placed = [
        ("电子发票(普通发票)", 100.0, 0.0),
        ("发票号码:24312000000012345678", 150.0, 25.0),
        ("名称:甲公司", 0.0, 50.0),
        ("项目名称", 0.0, 80.0),
        ("单价", 120.0, 80.0),
        ("金额", 200.0, 80.0),
        ("税额", 300.0, 80.0),
        ("*餐饮服务*餐费", 0.0, 105.0),
        ("价税合计(大写)", 0.0, 150.0),
        ("(小写)¥5.00", 250.0, 150.0),
        ("开票人:乙", 40.0, 190.0),
    ];
    placed.into_iter().map(|(text, left, middle)| line((text, x + left, y + middle))).collect()
}

/// A paper that is no invoice: a title, and lines below it.
fn trip_sheet(x: f32, y: f32) -> Vec<TextLine> {
    let texts = ["示例出行行程单", "申请时间", "行程起止", "序号 车型 城市", "1 快车 杭州", "2 快车 杭州"];
    (0_u8..).zip(texts).map(|(row, text)| line((text, x, y + 30.0 * f32::from(row)))).collect()
}

/// How many lines each paper has, in reading order.
fn parted(papers: &[Vec<TextLine>]) -> Vec<usize> {
    part(&page(papers.concat())).iter().map(|paper| paper.text.lines.len()).collect()
}

#[test]
fn forms_are_told_apart_in_rows_and_columns() {
    assert_eq!(parted(&[form(50.0, 50.0), form(50.0, 300.0)]), [11, 11]);
    assert_eq!(parted(&[form(50.0, 50.0), form(650.0, 50.0)]), [11, 11]);
    let four = [form(50.0, 50.0), form(650.0, 60.0), form(50.0, 400.0), form(650.0, 400.0)];
    let found = part(&page(four.concat()));
    let corners: Vec<(f32, f32)> = found.iter().map(|paper| (paper.quad[0], paper.quad[1])).collect();
    assert_eq!(corners, [(10.0, 0.0), (610.0, 10.0), (10.0, 350.0), (610.0, 350.0)]);
}

#[test]
fn a_form_whose_heads_were_not_seen_is_a_form() {
    let is_head = |line: &TextLine| ["项目名称", "单价", "金额", "税额"].contains(&line.text.as_str());
    let worn = |x, y| form(x, y).into_iter().filter(|line| !is_head(line)).collect::<Vec<_>>();
    assert_eq!(parted(&[form(50.0, 50.0), worn(50.0, 300.0), worn(50.0, 550.0)]), [11, 7, 7]);
    assert_eq!(parted(&[worn(50.0, 50.0), form(650.0, 50.0), form(50.0, 400.0), worn(650.0, 400.0)]), [7, 11, 11, 7]);
    assert!(parted(&[worn(50.0, 50.0)]).is_empty());
}

#[test]
fn a_page_of_one_paper_is_not_cut() {
    assert!(parted(&[form(50.0, 50.0)]).is_empty());
    assert!(parted(&[form(50.0, 50.0), vec![line(("第1页 共1页", 500.0, 700.0))]]).is_empty());
    assert!(part(&PageText::default()).is_empty());
}

#[test]
fn a_paper_that_names_itself_is_cut_off() {
    assert_eq!(parted(&[form(50.0, 50.0), trip_sheet(50.0, 350.0)]), [11, 6]);
    assert_eq!(parted(&[trip_sheet(50.0, 50.0), form(50.0, 350.0)]), [6, 11]);
}

#[test]
fn receipts_beside_each_other_are_papers_each_with_its_name() {
    let roll = |x: f32| {
        let texts = ["上海增值税普通发票", "发票联", "机打号码:1", "销售方名称:甲", "购买方名称:乙", "合计金额:5.00"];
        (0_u8..).zip(texts).map(|(row, text)| line((text, x, 50.0 + 30.0 * f32::from(row)))).collect::<Vec<_>>()
    };
    assert_eq!(parted(&[roll(50.0), roll(400.0)]), [6, 6]);
    assert!(parted(&[roll(50.0)]).is_empty());
    // A word of thanks at its foot is no other paper's name.
    let thanks: Vec<_> = (0_u8..6).map(|row| line(("谢谢", 50.0, 270.0 + 30.0 * f32::from(row)))).collect();
    assert!(parted(&[roll(50.0), thanks, vec![line(("请保留小票", 50.0, 450.0))]]).is_empty());
}

#[test]
fn a_cut_leaves_a_forms_people_and_head_with_it() {
    // The widest gap stands above the people of the upper one, and none below them.
    let mut people_low = form(50.0, 50.0);
    people_low.pop();
    people_low.push(line(("开票人:乙", 90.0, 290.0)));
    let papers = part(&page([people_low, form(50.0, 325.0)].concat()));
    let last: Vec<&str> = papers.iter().filter_map(|p| p.text.lines.last()).map(|l| l.text.as_str()).collect();
    assert_eq!((papers.len(), last), (2, vec!["开票人:乙", "开票人:乙"]));
}

#[test]
fn no_cut_crosses_a_frame() {
    let mut framed = page([form(50.0, 50.0), trip_sheet(50.0, 350.0)].concat());
    assert_eq!(part(&framed).len(), 2);
    framed.rules = vec![[40.0, 110.0, 460.0, 110.0], [40.0, 110.0, 40.0, 600.0], [40.0, 600.0, 460.0, 600.0]];
    assert!(part(&framed).is_empty());
    // A cutting line, or an underline, holds nothing together.
    framed.rules = vec![[40.0, 110.0, 40.0, 600.0]];
    assert_eq!(part(&framed).len(), 2);
}

#[test]
fn what_a_page_took_from_another_paper_is_no_loss() {
    let place =
        |x: f32| Evidence { quad: Some([x, 0.0, x + 10.0, 0.0, x + 10.0, 10.0, x, 10.0]), ..Evidence::default() };
    let mut page = Reading::default();
    page.invoice.invoice_number = Some("1".into());
    page.invoice.invoice_code = Some("2".into());
    page.invoice.items = vec![Item::default(), Item::default()];
    page.note(Field::InvoiceNumber, place(0.0));
    page.note(Field::InvoiceCode, place(500.0));
    page.note(Field::Cell(1, Column::Amount), place(500.0));
    let mut paper = page.clone();
    paper.invoice.invoice_code = None;
    paper.invoice.items.pop();
    let left_half = Some([0.0, 0.0, 300.0, 0.0, 300.0, 300.0, 0.0, 300.0]);
    assert!(!says_less(&paper, &page, left_half));
    assert!(says_less(&paper, &page, None));
    paper.invoice.invoice_number = None;
    assert!(says_less(&paper, &page, left_half));
}

#[test]
fn places_on_a_paper_are_places_on_the_page() {
    let whole = page([form(50.0, 50.0), form(50.0, 300.0)].concat());
    let papers = part(&whole);
    let of_page: Vec<_> = whole.lines.iter().map(|line| line.quad).collect();
    let back = papers.iter().flat_map(|paper| paper.text.lines.iter().map(|line| paper.on_page(&line.quad)));
    assert_eq!(back.collect::<Vec<_>>(), of_page);
}
