//! Small tables, read as a whole.

use super::columns::TableHead;
use super::read;
use crate::invoice::Item;
use crate::reader::testing::{Placed, found};

/// The head of a digital invoice; a character is 20 wide, a Latin one 10.
const HEAD: [Placed<'static>; 8] = [
    ("项目名称", 100.0, 100.0),
    ("规格型号", 360.0, 100.0),
    ("单位", 500.0, 100.0),
    ("数量", 600.0, 100.0),
    ("单价", 700.0, 100.0),
    ("金额", 820.0, 100.0),
    ("税率/征收率", 900.0, 100.0),
    ("税额", 1060.0, 100.0),
];

fn items(cells: &[Placed<'_>]) -> Vec<Item> {
    let lines: Vec<Placed<'_>> = HEAD.into_iter().chain(cells.iter().copied()).collect();
    let reading = found(&lines, |builder, spans| {
        let head = TableHead::find(spans, builder.frame.unit).unwrap();
        let below: Vec<_> = spans.iter().filter(|s| s.y > 110.0).cloned().collect();
        read(builder, &head, &below);
    });
    reading.invoice.items
}

#[test]
fn a_specification_that_touches_the_name_begins_where_it_does_in_the_other_rows() {
    let read = items(&[
        ("*酒*啤酒", 40.0, 140.0),
        ("6949350000134", 260.0, 140.0),
        ("10.00", 830.0, 140.0),
        ("*饮料*北湾清爽一百330m6949350000135", 40.0, 170.0),
        ("20.00", 830.0, 170.0),
        ("l*24听", 40.0, 200.0),
    ]);
    assert_eq!(read[1].name.as_deref(), Some("*饮料*北湾清爽一百330ml*24听"));
    assert_eq!(read[1].specification.as_deref(), Some("6949350000135"));
}

#[test]
fn a_number_with_a_space_behind_its_point_is_one_number() {
    let read = items(&[("*餐饮服务*餐费", 40.0, 140.0), ("2475. 25", 790.0, 140.0), ("24. 75", 1050.0, 140.0)]);
    assert_eq!(read[0].amount.map(|m| m.to_string()).as_deref(), Some("2475.25"));
    assert_eq!(read[0].tax_amount.map(|m| m.to_string()).as_deref(), Some("24.75"));
}

#[test]
fn printed_spaces_stay_in_names_and_wrapped_lines_go_on_without() {
    let read = items(&[
        ("*手机*ZENO 11", 40.0, 140.0),
        ("手机", 182.0, 140.0),
        ("A2223", 232.0, 140.0),
        ("5.00", 830.0, 140.0),
        ("标准版", 40.0, 165.0),
    ]);
    assert_eq!(read[0].name.as_deref(), Some("*手机*ZENO 11 手机 A2223标准版"));
}

#[test]
fn a_stamp_below_the_lines_and_text_beside_the_form_are_no_part_of_a_cell() {
    let read = items(&[
        ("*技术服务*维护", 40.0, 140.0),
        ("次", 510.0, 140.0),
        ("5.00", 830.0, 140.0),
        ("0.30", 1060.0, 140.0),
        ("费用 2", 1180.0, 140.0),
        ("记账", 500.0, 260.0),
    ]);
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].unit.as_deref(), Some("次"));
    assert_eq!(read[0].tax_amount.map(|m| m.to_string()).as_deref(), Some("0.30"));
}

#[test]
fn two_numbers_side_by_side_are_not_one() {
    let read = items(&[
        ("*电动机*电机", 40.0, 140.0),
        ("5", 660.0, 140.0),
        ("21.50", 690.0, 140.0),
        ("30", 770.0, 140.0),
        ("9.00", 830.0, 140.0),
    ]);
    assert!(read[0].unit_price.is_none_or(|p| p.to_string() != "21.5030"), "{:?}", read[0].unit_price);
}
