//! What is read from a form whose lines are placed by hand, with its ruled lines and without.

use super::*;
use crate::geometry::Segment;
use crate::invoice::Invoice;
use crate::reader::testing::{Placed, found, found_on, frame};

const BUYER: [Placed<'_>; 4] = [
    ("名称:上海甲乙丙有限公司", 100.0, 150.0),
    ("纳税人识别号:91310000834486035U", 100.0, 185.0),
    ("地址、电话:上海市丁路1号", 100.0, 220.0),
    ("开户行及账号:戊银行上海支行", 100.0, 255.0),
];
const HEADS: [Placed<'_>; 8] = [
    ("货物或应税劳务、服务名称", 80.0, 300.0),
    ("规格型号", 360.0, 300.0),
    ("单位", 480.0, 300.0),
    ("数量", 580.0, 300.0),
    ("单价", 700.0, 300.0),
    ("金额", 840.0, 300.0),
    ("税率", 960.0, 300.0),
    ("税额", 1080.0, 300.0),
];
const GOODS: [Placed<'_>; 7] = [
    ("*餐饮服务*餐费", 70.0, 330.0),
    ("次", 490.0, 330.0),
    ("2", 590.0, 330.0),
    ("100.5", 690.0, 330.0),
    ("201.00", 830.0, 330.0),
    ("6%", 965.0, 330.0),
    ("12.06", 1070.0, 330.0),
];
const TOTALS: [Placed<'_>; 7] = [
    ("合", 120.0, 450.0),
    ("计", 220.0, 450.0),
    ("¥201.00", 820.0, 450.0),
    ("¥12.06", 1060.0, 450.0),
    ("价税合计(大写)", 80.0, 490.0),
    ("贰佰壹拾叁圆零陆分", 400.0, 490.0),
    ("(小写)¥213.06", 860.0, 490.0),
];
const SELLER: [Placed<'_>; 4] = [
    ("名称:杭州丁戊己饭店", 100.0, 540.0),
    ("纳税人识别号:91310104MA1FR7C72G", 100.0, 575.0),
    ("地址、电话:杭州市庚路1号", 100.0, 610.0),
    ("开户行及账号:辛银行杭州支行", 100.0, 645.0),
];
const REMARKS: [Placed<'_>; 3] = [("备", 680.0, 560.0), ("注", 680.0, 620.0), ("订单123", 730.0, 560.0)];
const FOOT: [Placed<'_>; 4] = [
    ("收款人:王一", 80.0, 700.0),
    ("复核:李二", 380.0, 700.0),
    ("开票人:张三", 680.0, 700.0),
    ("销售方:(章)", 950.0, 700.0),
];

fn whole() -> Vec<Placed<'static>> {
    [&BUYER[..], &HEADS, &GOODS, &TOTALS, &SELLER, &REMARKS, &FOOT].concat()
}

fn read_form(lines: &[Placed<'_>]) -> Invoice {
    found(lines, |builder, _| assert!(read(builder, false))).invoice
}

fn text(value: Option<&impl ToString>) -> Option<String> {
    value.map(ToString::to_string)
}

#[test]
fn every_part_of_a_form_is_read_from_its_place() {
    let read = read_form(&whole());
    assert_eq!(read.buyer.name.as_deref(), Some("上海甲乙丙有限公司"));
    assert_eq!(read.buyer.bank_account.as_deref(), Some("戊银行上海支行"));
    assert_eq!(read.seller.name.as_deref(), Some("杭州丁戊己饭店"));
    assert_eq!(read.seller.tax_id.as_deref(), Some("91310104MA1FR7C72G"));
    let [item] = read.items.as_slice() else { panic!("{:?}", read.items) };
    assert_eq!((item.name.as_deref(), item.unit.as_deref()), (Some("*餐饮服务*餐费"), Some("次")));
    assert_eq!(text(item.unit_price.as_ref()).as_deref(), Some("100.5"));
    assert_eq!(text(read.total_amount.as_ref()).as_deref(), Some("201.00"));
    assert_eq!(text(read.total_tax.as_ref()).as_deref(), Some("12.06"));
    assert_eq!(text(read.grand_total.as_ref()).as_deref(), Some("213.06"));
    assert_eq!(read.grand_total_words.as_deref(), Some("贰佰壹拾叁圆零陆分"));
    assert_eq!(read.remarks.as_deref(), Some("订单123"));
    let people = [read.payee, read.reviewer, read.drawer];
    assert_eq!(people.each_ref().map(Option::as_deref), [Some("王一"), Some("李二"), Some("张三")]);
}

#[test]
fn a_page_without_a_table_or_without_an_end_of_it_is_no_form() {
    for lines in [BUYER.to_vec(), [&BUYER[..], &HEADS, &GOODS].concat()] {
        assert!(found(&lines, |builder, _| assert!(!read(builder, false))).invoice.items.is_empty());
    }
}

#[test]
fn the_first_of_several_pages_has_a_subtotal_and_no_total() {
    let subtotal = [("小计", 120.0, 450.0), ("¥201.00", 820.0, 450.0), ("¥12.06", 1060.0, 450.0)];
    let read = read_form(&[&BUYER[..], &HEADS, &GOODS, &subtotal].concat());
    assert_eq!((read.total_amount, read.grand_total), (None, None));
    let [sums] = read.page_subtotals.as_slice() else { panic!("{:?}", read.page_subtotals) };
    assert_eq!(text(sums.amount.as_ref()).as_deref(), Some("201.00"));
    assert_eq!(text(sums.tax.as_ref()).as_deref(), Some("12.06"));
    assert_eq!(read.items.len(), 1);
}

#[test]
fn a_second_table_below_the_goods_is_no_goods() {
    let travellers = [("出行人", 80.0, 370.0), ("有效身份证件号", 400.0, 370.0), ("赵六", 80.0, 400.0)];
    let read = read_form(&[&whole()[..], &travellers].concat());
    assert_eq!(read.items.len(), 1);
    assert_eq!(read.items[0].name.as_deref(), Some("*餐饮服务*餐费"));
}

#[test]
fn the_cipher_is_no_part_of_the_buyer() {
    let cipher = "03*<>8-1/6+95*7<2>40-3/8";
    let lines = [("密", 650.0, 150.0), ("码", 650.0, 185.0), ("区", 650.0, 220.0), (cipher, 700.0, 150.0)];
    let read = read_form(&[&whole()[..], &lines].concat());
    assert_eq!(read.cipher_text.as_deref(), Some(cipher));
    assert_eq!(read.buyer.name.as_deref(), Some("上海甲乙丙有限公司"));
}

#[test]
fn what_a_line_has_right_of_the_remarks_edge_is_not_the_sellers() {
    let mut lines = whole();
    let address = lines.iter_mut().find(|(text, ..)| text.starts_with("地址、电话:杭州")).unwrap();
    address.0 = "地址、电话:杭州市庚路1号                                       红冲专用";
    assert_eq!(read_form(&lines).seller.address_phone.as_deref(), Some("杭州市庚路1号"));
}

#[test]
fn seals_are_no_remarks() {
    let stamped = [("发票专用章", 800.0, 590.0), ("91310104MA1FR7C72G", 780.0, 620.0), ("(1)", 840.0, 645.0)];
    let read = read_form(&[&whole()[..], &stamped].concat());
    assert_eq!(read.remarks.as_deref(), Some("订单123"));
}

#[test]
fn remarks_keep_their_rows() {
    let more = [("合同", 730.0, 590.0), ("HT-7", 800.0, 588.0)];
    let read = read_form(&[&whole()[..], &more].concat());
    assert_eq!(read.remarks.as_deref(), Some("订单123\n合同\nHT-7"));
}

#[test]
fn a_total_without_its_label_is_known_by_its_sign() {
    let unlabelled = |line: &Placed<'static>| match line.0 {
        "(小写)¥213.06" => ("¥213.06", line.1, line.2),
        "价税合计(大写)" => ("价税合计", line.1, line.2),
        _ => *line,
    };
    let lines: Vec<_> = whole().iter().map(unlabelled).collect();
    assert_eq!(text(read_form(&lines).grand_total.as_ref()).as_deref(), Some("213.06"));
}

#[test]
fn the_label_of_the_words_is_not_taken_for_that_of_the_digits() {
    let unlabelled = |line: &Placed<'static>| match line.0 {
        "(小写)¥213.06" => ("¥213.06", line.1, line.2),
        "价税合计(大写)" => ("价税合计 (大写)", line.1, line.2),
        _ => *line,
    };
    let lines: Vec<_> = whole().iter().map(unlabelled).collect();
    assert_eq!(text(read_form(&lines).grand_total.as_ref()).as_deref(), Some("213.06"));
}

#[test]
fn side_by_side_the_left_one_is_the_buyer() {
    let parties = [
        ("名称:上海甲乙丙有限公司", 100.0, 150.0),
        ("名称:杭州丁戊己饭店", 650.0, 150.0),
        ("统一社会信用代码/纳税人识别号:91310000834486035U", 100.0, 200.0),
        ("统一社会信用代码/纳税人识别号:91310104MA1FR7C72G", 650.0, 200.0),
    ];
    let lines = [&parties[..], &HEADS, &GOODS, &TOTALS].concat();
    let read = found(&lines, |builder, _| assert!(read(builder, true))).invoice;
    assert_eq!(read.buyer.name.as_deref(), Some("上海甲乙丙有限公司"));
    assert_eq!(read.buyer.tax_id.as_deref(), Some("91310000834486035U"));
    assert_eq!(read.seller.name.as_deref(), Some("杭州丁戊己饭店"));
    assert_eq!(read.seller.tax_id.as_deref(), Some("91310104MA1FR7C72G"));
}

#[test]
fn words_are_cut_out_of_their_line() {
    for (line, words) in [
        ("价税合计(大写)壹佰圆整", Some("壹佰圆整")),
        ("⊗壹佰圆整", Some("壹佰圆整")),
        ("(大写)(负数)叁仟贰佰壹拾圆整", Some("(负数)叁仟贰佰壹拾圆整")),
        ("负壹佰圆整(小写)", Some("负壹佰圆整")),
        ("(大写)(负数)伍拾圆整", Some("(负数)伍拾圆整")),
        ("圆整", None),
        ("万达广场零售柒号店", None),
    ] {
        let span = &frame(&[(line, 100.0, 100.0)]).spans[0];
        assert_eq!(words_part(span).map(|part| part.text()).as_deref(), words, "{line}");
    }
}

/// The lines of the form above: its frame, the rows of the head and of the totals, the columns of captions.
const RULES: [Segment; 15] = [
    [50.0, 130.0, 1150.0, 130.0],
    [50.0, 280.0, 1150.0, 280.0],
    [50.0, 470.0, 1150.0, 470.0],
    [50.0, 510.0, 1150.0, 510.0],
    [50.0, 670.0, 1150.0, 670.0],
    [50.0, 130.0, 50.0, 670.0],
    [1150.0, 130.0, 1150.0, 670.0],
    [85.0, 130.0, 85.0, 280.0],
    [640.0, 130.0, 640.0, 280.0],
    [690.0, 130.0, 690.0, 280.0],
    [350.0, 280.0, 350.0, 510.0],
    [800.0, 280.0, 800.0, 470.0],
    [85.0, 510.0, 85.0, 670.0],
    [670.0, 510.0, 670.0, 670.0],
    [720.0, 510.0, 720.0, 670.0],
];

fn read_ruled(lines: &[Placed<'_>], digital: bool) -> Invoice {
    found_on(lines, &RULES, |builder, _| assert!(read(builder, digital))).invoice
}

fn without(lines: &[Placed<'static>], texts: &[&str]) -> Vec<Placed<'static>> {
    lines.iter().filter(|line| !texts.contains(&line.0)).copied().collect()
}

#[test]
fn without_captions_the_ruled_lines_part_the_cells() {
    let lines = without(&whole(), &["备", "注"]);
    let notice = [("说明", 650.0, 150.0), ("本票仅供报销使用，不作他用", 700.0, 150.0)];
    let read = read_ruled(&[&lines[..], &notice].concat(), false);
    assert_eq!(read.buyer.name.as_deref(), Some("上海甲乙丙有限公司"));
    assert_eq!(read.seller.name.as_deref(), Some("杭州丁戊己饭店"));
    assert_eq!(read.remarks.as_deref(), Some("订单123"));
}

#[test]
fn what_stands_beside_the_frame_is_not_the_invoices() {
    let others = [("大纲", 0.0, 150.0), ("附件", 5.0, 220.0), ("原件已交", 1160.0, 620.0), ("0.01", 1165.0, 330.0)];
    let read = read_ruled(&[&whole()[..], &others].concat(), false);
    assert_eq!(read.buyer.name.as_deref(), Some("上海甲乙丙有限公司"));
    assert_eq!(read.buyer.address_phone.as_deref(), Some("上海市丁路1号"));
    assert_eq!(read.remarks.as_deref(), Some("订单123"));
    assert_eq!(text(read.items[0].tax_amount.as_ref()).as_deref(), Some("12.06"));
}

#[test]
fn people_are_those_below_the_frame_not_those_in_the_remarks() {
    let named = [("收款人:赵七;复核人:钱八", 730.0, 600.0)];
    let read = read_ruled(&[&without(&whole(), &["收款人:王一"])[..], &named].concat(), false);
    assert_eq!(read.payee, None);
    assert_eq!(read.reviewer.as_deref(), Some("李二"));
    assert_eq!(read.remarks.as_deref(), Some("订单123\n收款人:赵七;复核人:钱八"));
}

#[test]
fn below_the_frame_half_a_label_tells_who_signed() {
    let worn = [("复材:李二", 380.0, 700.0), ("开卖人:张三", 680.0, 700.0)];
    let lines = [&without(&whole(), &["复核:李二", "开票人:张三"])[..], &worn].concat();
    let read = read_ruled(&lines, false);
    assert_eq!((read.reviewer.as_deref(), read.drawer.as_deref()), (Some("李二"), Some("张三")));
    assert_eq!(read_form(&lines).drawer, None);
}

#[test]
fn a_label_in_the_remarks_does_not_make_them_the_sellers() {
    let project = [("项目名称:庚花园", 730.0, 530.0)];
    let read = read_ruled(&[&whole()[..], &project].concat(), false);
    assert_eq!(read.seller.name.as_deref(), Some("杭州丁戊己饭店"));
    assert_eq!(read.remarks.as_deref(), Some("项目名称:庚花园\n订单123"));
}

#[test]
fn heads_that_a_stain_hides_stand_in_their_cells() {
    let columns = [350.0, 450.0, 560.0, 660.0, 800.0, 940.0, 1050.0].map(|x| [x, 280.0, x, 470.0]);
    let form: Vec<Segment> = RULES.into_iter().filter(|r| r[1] != 280.0 || r[0] != r[2]).chain(columns).collect();
    let lines = without(&whole(), &["单价", "税率", "税额"]);
    let read = found_on(&lines, &form, |builder, _| assert!(read(builder, false))).invoice;
    let [item] = read.items.as_slice() else { panic!("{:?}", read.items) };
    assert_eq!(text(item.unit_price.as_ref()).as_deref(), Some("100.5"));
    assert_eq!(text(item.tax_amount.as_ref()).as_deref(), Some("12.06"));
    assert_eq!(text(read.total_tax.as_ref()).as_deref(), Some("12.06"));
}
