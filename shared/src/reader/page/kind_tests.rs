//! Titles, marks, codes and layouts against the kind that they make an invoice. Knows nothing of other fields.

use super::*;
use crate::invoice::Invoice;
use crate::reader::page::frame::Frame;
use crate::reader::testing::{Placed, found, frame, line, page, tall};

const DIGITAL: &str = "01,32,,24312000000012345678,500.00,20240102,,";
const ELECTRONIC: &str = "01,10,031001900211,12345678,201.00,20200723,12345678901234567890,8F2A,";

fn layout_of(texts: &[&str], qr: Option<&str>) -> Option<Layout> {
    let lines: Vec<_> = texts.iter().zip(1_u8..).map(|(text, row)| (*text, 100.0, 30.0 * f32::from(row))).collect();
    layout(&frame(&lines).spans, qr.and_then(QrPayload::parse).as_ref(), false)
}

/// The same, with a title in large print above.
fn titled(texts: &[&str], title: &str, qr: Option<&str>) -> Option<Layout> {
    let lines = texts.iter().zip(2_u8..).map(|(text, row)| line((*text, 100.0, 40.0 * f32::from(row))));
    let lines = lines.chain([tall((title, 400.0, 40.0), 32.0)]).collect();
    layout(&Frame::new(&page(lines)).spans, qr.and_then(QrPayload::parse).as_ref(), false)
}

/// Heads and labels that the form and the digital invoice share.
const TABLE: [&str; 6] = ["规格型号", "单位", "数量", "价税合计", "(小写)", "开票人:"];

#[test]
fn the_layout_is_told_by_what_is_printed() {
    let with = |more: &[&'static str]| [&TABLE, more].concat();
    let cases: [(&str, Vec<&str>, Option<Layout>); 7] = [
        ("a form", with(&["上海增值税专用发票", "密码区"]), Some(Layout::Form)),
        ("a code of 20 digits alone", with(&["电子发票(普通发票)", "24312000000012345678"]), Some(Layout::Digital)),
        ("20 digits beside older labels", with(&["增值税", "校验码:12345678901234567890"]), Some(Layout::Form)),
        ("three labels of a roll", vec!["机打号码:1", "销售方名称:甲", "收款员:乙"], Some(Layout::Roll)),
        ("two labels of a roll", vec!["机打号码:1", "收款员:乙"], None),
        ("a table that calls itself nothing", TABLE.to_vec(), None),
        ("a letter about invoices", vec!["增值税专用发票", "随函寄上"], None),
    ];
    for (what, texts, want) in cases {
        assert_eq!(layout_of(&texts, None), want, "{what}");
    }
}

#[test]
fn a_title_makes_up_for_heads_that_are_too_faint() {
    let faint = ["单价", "价税合计", "(小写)", "开票人:"];
    assert_eq!(titled(&faint, "上海增值税电子普通发票", None), Some(Layout::Form));
    assert_eq!(titled(&faint, "上海增值税电普通发票", None), Some(Layout::Form), "a character is under a seal");
    assert_eq!(layout_of(&[&faint[..], &["增值税"]].concat(), None), None);
}

#[test]
fn a_paper_of_another_kind_is_none_of_ours_whatever_its_labels() {
    let labels = [&TABLE[..], &["密码区", "校验码", "纳税人识别号", "收款人"]].concat();
    assert_eq!(titled(&labels, "机动车销售统一发票", None), None);
    assert_eq!(titled(&labels, "陕西省通用电子发票", Some(ELECTRONIC)), None, "the title goes before the QR code");
    assert_eq!(titled(&labels, "上海增值税电子普通发票", None), Some(Layout::Form));
    let mentioned = [&labels[..], &["机动车销售统一发票"]].concat();
    assert_eq!(titled(&mentioned, "上海增值税电子普通发票", None), Some(Layout::Form), "it is only mentioned");
}

#[test]
fn a_code_that_names_the_kind_goes_before_the_print() {
    assert_eq!(layout_of(&TABLE, Some(DIGITAL)), Some(Layout::Digital));
    assert_eq!(layout_of(&TABLE, Some(ELECTRONIC)), Some(Layout::Form));
    let roll = "01,11,031001750107,03574125,442.48,20190114,70497714341554189588,8F2A,";
    assert_eq!(layout_of(&["发票"], Some(roll)), Some(Layout::Roll));
}

/// The type, from the layout, the QR code, the title, and what was read.
fn type_of(layout: Layout, qr: Option<&str>, title: &str, read: Invoice) -> InvoiceType {
    let qr = qr.and_then(QrPayload::parse);
    let reading = found(&[], |builder, _| {
        builder.reading.invoice = read;
        decide_type(builder, layout, qr.as_ref(), title);
    });
    reading.invoice.r#type
}

#[test]
fn the_type_of_a_form_is_that_of_its_title_else_its_code_else_its_qr_code() {
    let coded = |code: &str| Invoice { invoice_code: Some(code.into()), ..Invoice::default() };
    let form = |qr, title, read| type_of(Layout::Form, qr, title, read);
    let common = || coded("031001900104");
    assert_eq!(form(Some(ELECTRONIC), "上海增值税专用发票", common()), InvoiceType::Special);
    assert_eq!(form(Some(ELECTRONIC), "上海", common()), InvoiceType::Common);
    assert_eq!(form(Some(ELECTRONIC), "上海", Invoice::default()), InvoiceType::ElectronicCommon);
    for (title, kind) in [
        ("上海增值税电子专用发票", InvoiceType::ElectronicSpecial),
        ("上海增值税电子普通发票", InvoiceType::ElectronicCommon),
        ("上海增值税普通发票", InvoiceType::Common),
        ("上海增专用发票", InvoiceType::Special),
        ("", InvoiceType::Common),
    ] {
        assert_eq!(form(None, title, Invoice::default()), kind, "{title}");
    }
}

#[test]
fn a_title_whose_middle_is_covered_is_overruled_by_code_and_qr_code_together() {
    let read = || Invoice { invoice_code: Some("031001900211".into()), ..Invoice::default() };
    let covered = "上海增值税普通发票";
    assert_eq!(type_of(Layout::Form, Some(ELECTRONIC), covered, read()), InvoiceType::ElectronicCommon);
    assert_eq!(type_of(Layout::Form, None, covered, read()), InvoiceType::Common);
}

#[test]
fn a_code_that_speaks_of_another_kind_makes_the_title_doubtful() {
    let doubts = |title: &str, code: &str| {
        let reading = found(&[], |builder, _| {
            builder.reading.invoice.invoice_code = Some(code.into());
            decide_type(builder, Layout::Form, None, title);
        });
        reading.doubts.iter().any(|doubt| doubt.field == Field::Title)
    };
    assert!(doubts("河南增值税普通发票", "4100084110"));
    assert!(!doubts("河南增值税普通发票", "4100084330"));
    assert!(!doubts("宁波增值税电子普通发票", "033021800312"), "tolls have the same title");
}

#[test]
fn a_digital_invoice_and_a_roll_are_what_their_layout_says() {
    let digital = |qr, title| type_of(Layout::Digital, qr, title, Invoice::default());
    assert_eq!(digital(None, "电子发票(增值税专用发票)"), InvoiceType::DigitalSpecial);
    assert_eq!(digital(None, "电子发票(普通发票)"), InvoiceType::DigitalCommon);
    assert_eq!(digital(Some(DIGITAL), "电子发票(增值税专用发票)"), InvoiceType::DigitalSpecial);
    assert_eq!(digital(Some(DIGITAL), "电子发票(增用发票)"), InvoiceType::DigitalCommon);
    assert_eq!(type_of(Layout::Roll, Some(ELECTRONIC), "", Invoice::default()), InvoiceType::Roll);
}

#[test]
fn the_columns_of_tolls_make_an_electronic_invoice_one_for_tolls() {
    let lines = [("车牌号", 300.0, 300.0), ("通行日期起", 500.0, 300.0), ("通行日期止", 700.0, 300.0)];
    let kind = |lines: &[Placed<'_>]| {
        let qr = QrPayload::parse(ELECTRONIC);
        found(lines, |builder, _| decide_type(builder, Layout::Form, qr.as_ref(), "")).invoice.r#type
    };
    assert_eq!(kind(&lines), InvoiceType::ElectronicToll);
    assert_eq!(kind(&lines[..1]), InvoiceType::ElectronicCommon);
}

#[test]
fn the_mark_makes_an_electronic_invoice_a_toll_invoice() {
    let marked = || Invoice { special_mark: Some("通行费".into()), ..Invoice::default() };
    assert_eq!(type_of(Layout::Form, Some(ELECTRONIC), "", marked()), InvoiceType::ElectronicToll);
    assert_eq!(type_of(Layout::Form, None, "增值税专用发票", marked()), InvoiceType::Special);
}

#[test]
fn a_blockchain_invoice_is_told_by_link_check_code_or_title() {
    let link = "https://bcfp.shenzhen.chinatax.gov.cn/verify/scan?bill_num=57708963&total_amount=136657";
    let linked = Invoice { qr_code: Some(link.into()), ..Invoice::default() };
    let short = Invoice { check_code: Some("4f2a9".into()), ..Invoice::default() };
    let cases = [(linked, ""), (short, ""), (Invoice::default(), "深圳电子普通发票")];
    for (read, title) in cases {
        assert_eq!(type_of(Layout::Form, None, title, read), InvoiceType::Blockchain, "{title}");
    }
    let older = type_of(Layout::Form, None, "深圳增值税电子普通发票", Invoice::default());
    assert_eq!(older, InvoiceType::ElectronicCommon);
}

#[test]
fn a_title_that_this_kind_cannot_have_is_derived_from_the_code() {
    let titled = |code: Option<&str>, read: &str| {
        let reading = found(&[(read, 100.0, 40.0)], |builder, spans| {
            builder.reading.invoice.invoice_code = code.map(Into::into);
            builder.reading.invoice.r#type = InvoiceType::Special;
            decide_title(builder, spans.first().map(Match::of));
        });
        (reading.invoice.title.unwrap(), reading.fields[&Field::Title].sources.clone())
    };
    let printed = vec![EvidenceSource::Print];
    let derived = vec![EvidenceSource::Code];
    let whole = "上海增值税专用发票".to_owned();
    assert_eq!(titled(Some("3100171130"), "上海增值税专用发票"), (whole.clone(), printed.clone()));
    assert_eq!(titled(Some("3100171130"), "上海增专用发票"), (whole, derived));
    assert_eq!(titled(None, "上海增专用发票"), ("上海增专用发票".to_owned(), printed));
}

#[test]
fn what_the_text_of_a_file_calls_the_paper_stands() {
    let title = |source: EvidenceSource, read: &str| {
        let reading = found(&[(read, 100.0, 40.0)], |builder, spans| {
            builder.source = source;
            builder.reading.invoice.invoice_code = Some("3100171130".into());
            builder.reading.invoice.r#type = InvoiceType::Special;
            decide_title(builder, spans.first().map(Match::of));
        });
        reading.invoice.title.unwrap()
    };
    assert_eq!(title(EvidenceSource::Text, "上海增值税发票"), "上海增值税发票");
    assert_eq!(title(EvidenceSource::Print, "上海增值税发票"), "上海增值税专用发票");
    assert_eq!(title(EvidenceSource::Print, "广东增值税专用发票"), "广东增值税专用发票", "another region is printed");
}
