//! Which of the nine kinds a page is, and what its title says.
//! Knows nothing of where other fields stand.

use crate::invoice::{Field, InvoiceCode, InvoiceType, QrPayload, plain};
use crate::reader::values::builder::{Match, ReadingBuilder};
use crate::report::{Evidence, EvidenceSource, Reading};

use super::frame::Span;

/// How the page is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// The wide form on paper or as an older e-invoice.
    Form,
    /// The fully digital invoice.
    Digital,
    /// The till's narrow roll.
    Roll,
}

/// Tells the layout by what is printed; none when the page is no invoice of ours.
pub(super) fn layout(spans: &[Span], qr: Option<&QrPayload>) -> Option<Layout> {
    let text = spans.iter().map(Span::folded).collect::<Vec<_>>().join("\n");
    let count = |words: &[&str]| words.iter().filter(|w| text.contains(**w)).count();
    if count(&FOREIGN) > 0 {
        return None;
    }
    let named = qr.and_then(QrPayload::invoice_type);
    let roll = count(&["卷票", "机打号码", "销售方名称", "购买方名称", "收款员", "合计金额"]);
    if named == Some(InvoiceType::Roll) || roll >= 3 {
        return Some(Layout::Roll);
    }
    let table = count(&["规格型号", "单位", "数量", "单价", "税率", "税额", "金额", "车牌号", "通行日期"]);
    let frame =
        count(&["价税合计", "(小写)", "(大写)", "纳税人识别号", "开户行及账号", "密码", "校验码", "开票人", "收款人"]);
    let ours = named.is_some() || count(&["增值税", "电子发票", "普通发票", "专用发票"]) > 0;
    // A title and many labels make up for heads that are too faint to be read.
    use InvoiceType::{Common, ElectronicCommon, ElectronicSpecial, Special};
    let titles = [Common, Special, ElectronicCommon, ElectronicSpecial].map(|kind| standard_title(kind, ""));
    let titled = titles.iter().any(|title| text.contains(title)) && frame >= 3;
    let (heads, labels) = if titled { (1, 4) } else { (2, 5) };
    if table + frame < labels || table < heads || !(ours || table + frame >= 9) {
        return None;
    }
    let older =
        named.is_some_and(|t| !t.is_digital()) || count(&["票代码", "发代码", "校验码", "密码", "机器编号"]) > 0;
    let long_number = || text.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() == 20);
    let digital = named.is_some_and(InvoiceType::is_digital) || (!older && long_number());
    Some(if digital { Layout::Digital } else { Layout::Form })
}

/// Papers that look alike and are none of the nine.
const FOREIGN: [&str; 8] = [
    "机动车销售统一",
    "二手车销售统一",
    "铁路电子客票",
    "航空运输电子客票",
    "非税收入",
    "通用机打发票",
    "定额发票",
    "医疗收费票据",
];

/// Decides the type from all that speaks of it: QR code, invoice code, title, marks.
pub(super) fn decide_type(
    builder: &mut ReadingBuilder<'_>,
    layout: Layout,
    qr: Option<&QrPayload>,
    printed_title: &str,
) {
    let invoice = &builder.reading.invoice;
    let by_code = invoice.invoice_code.as_deref().and_then(InvoiceCode::parse).and_then(|c| c.invoice_type());
    let by_qr = qr.and_then(QrPayload::invoice_type);
    let special = printed_title.contains('专') || printed_title.contains("用发");
    let kind = match layout {
        Layout::Roll => InvoiceType::Roll,
        Layout::Digital => by_qr.filter(|t| t.is_digital()).unwrap_or(if special {
            InvoiceType::DigitalSpecial
        } else {
            InvoiceType::DigitalCommon
        }),
        Layout::Form if is_blockchain(builder, printed_title) => InvoiceType::Blockchain,
        Layout::Form => by_qr
            .or(by_code)
            .filter(|t| !t.is_digital() && *t != InvoiceType::Roll)
            .unwrap_or_else(|| by_title(printed_title)),
    };
    let toll = kind == InvoiceType::ElectronicCommon && invoice.special_mark.as_deref() == Some("通行费");
    builder.reading.invoice.r#type = if toll { InvoiceType::ElectronicToll } else { kind };
}

fn is_blockchain(builder: &ReadingBuilder<'_>, title: &str) -> bool {
    let invoice = &builder.reading.invoice;
    let link = invoice.qr_code.as_deref().is_some_and(|q| q.contains("bcfp.") && q.contains("bill_num"));
    let short_check = invoice.check_code.as_deref().is_some_and(|c| c.len() == 5);
    link || short_check || (title.contains("深圳电子普通") && !title.contains("增值税"))
}

fn by_title(title: &str) -> InvoiceType {
    match (title.contains("电子"), title.contains("专用")) {
        (true, true) => InvoiceType::ElectronicSpecial,
        (true, false) => InvoiceType::ElectronicCommon,
        (false, true) => InvoiceType::Special,
        (false, false) => InvoiceType::Common,
    }
}

/// The title as this kind of invoice prints it, for a region.
fn standard_title(kind: InvoiceType, region: &str) -> String {
    match kind {
        InvoiceType::Special => format!("{region}增值税专用发票"),
        InvoiceType::Common => format!("{region}增值税普通发票"),
        InvoiceType::ElectronicCommon | InvoiceType::ElectronicToll => format!("{region}增值税电子普通发票"),
        InvoiceType::ElectronicSpecial => format!("{region}增值税电子专用发票"),
        InvoiceType::Blockchain => format!("{region}电子普通发票"),
        InvoiceType::DigitalCommon => "电子发票（普通发票）".to_owned(),
        InvoiceType::DigitalSpecial => "电子发票（增值税专用发票）".to_owned(),
        InvoiceType::Roll => format!("{region}增值税普通发票(卷票)"),
    }
}

/// Decides the title: as read when it is one that this kind has, else derived from code and type, as the
/// supervision seal covers its middle on most invoices.
pub(super) fn decide_title(builder: &mut ReadingBuilder<'_>, title: Option<Match>) {
    let kind = builder.reading.invoice.r#type;
    let region = builder.reading.invoice.invoice_code.as_deref().and_then(InvoiceCode::parse).and_then(|c| c.region());
    let [wanted, bare] = [region.unwrap_or(""), ""].map(|region| plain(&standard_title(kind, region)));
    let read = title.as_ref().map(|t| plain(&t.text)).unwrap_or_default();
    // The mark of a roll is printed small beside the title and often left out.
    let complete = read == wanted || read == wanted.trim_end_matches("(卷票)") || read == bare;
    if complete || region.is_none() && !kind.is_digital() {
        builder.put(Field::Title, title);
    } else {
        derive_title(&mut builder.reading);
    }
}

/// Gives an invoice the title that its kind prints. Derived, so it is never verified; what is printed nobody could
/// read, so the evidence has no text.
pub(in crate::reader) fn derive_title(reading: &mut Reading) {
    let invoice = &reading.invoice;
    let region = invoice.invoice_code.as_deref().and_then(InvoiceCode::parse).and_then(|c| c.region());
    if region.is_none() && !invoice.r#type.is_digital() {
        return;
    }
    let evidence = Evidence { page: 1, sources: vec![EvidenceSource::Code], ..Evidence::default() };
    reading.invoice.title = Some(standard_title(invoice.r#type, region.unwrap_or("")));
    reading.fields.insert(Field::Title, evidence);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoice::Invoice;
    use crate::reader::testing::{found, frame};

    const DIGITAL: &str = "01,32,,24312000000012345678,500.00,20240102,,";
    const ELECTRONIC: &str = "01,10,031001900211,12345678,201.00,20200723,12345678901234567890,8F2A,";

    fn layout_of(texts: &[&str], qr: Option<&str>) -> Option<Layout> {
        let lines: Vec<_> = texts.iter().zip(1_u8..).map(|(text, row)| (*text, 100.0, 30.0 * f32::from(row))).collect();
        layout(&frame(&lines).spans, qr.and_then(QrPayload::parse).as_ref())
    }

    /// Heads and labels that the form and the digital invoice share.
    const TABLE: [&str; 6] = ["规格型号", "单位", "数量", "价税合计", "(小写)", "开票人:"];

    #[test]
    fn the_layout_is_told_by_what_is_printed() {
        let with = |more: &[&'static str]| [&TABLE, more].concat();
        let cases: [(&str, Vec<&str>, Option<Layout>); 8] = [
            ("a form", with(&["上海增值税专用发票", "密码区"]), Some(Layout::Form)),
            ("a code of 20 digits alone", with(&["电子发票(普通发票)", "24312000000012345678"]), Some(Layout::Digital)),
            ("20 digits beside older labels", with(&["增值税", "校验码:12345678901234567890"]), Some(Layout::Form)),
            ("three labels of a roll", vec!["机打号码:1", "销售方名称:甲", "收款员:乙"], Some(Layout::Roll)),
            ("two labels of a roll", vec!["机打号码:1", "收款员:乙"], None),
            ("a table that calls itself nothing", TABLE.to_vec(), None),
            ("a paper of another kind", with(&["机动车销售统一发票", "增值税"]), None),
            ("a letter about invoices", vec!["增值税专用发票", "随函寄上"], None),
        ];
        for (what, texts, want) in cases {
            assert_eq!(layout_of(&texts, None), want, "{what}");
        }
    }

    #[test]
    fn a_title_makes_up_for_heads_that_are_too_faint() {
        let faint = ["单价", "价税合计", "(小写)", "开票人:"];
        assert_eq!(layout_of(&[&faint[..], &["上海增值税电子普通发票"]].concat(), None), Some(Layout::Form));
        assert_eq!(layout_of(&[&faint[..], &["增值税"]].concat(), None), None);
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
    fn the_type_of_a_form_is_that_of_its_qr_code_else_its_invoice_code_else_its_title() {
        let coded = |code: &str| Invoice { invoice_code: Some(code.into()), ..Invoice::default() };
        let title = "上海增值税专用发票";
        let form = |qr, read| type_of(Layout::Form, qr, title, read);
        assert_eq!(form(Some(ELECTRONIC), coded("031001900104")), InvoiceType::ElectronicCommon);
        assert_eq!(form(None, coded("031001900104")), InvoiceType::Common);
        assert_eq!(form(None, Invoice::default()), InvoiceType::Special);
        for (title, kind) in [
            ("上海增值税电子专用发票", InvoiceType::ElectronicSpecial),
            ("上海增值税电子普通发票", InvoiceType::ElectronicCommon),
            ("上海增值税普通发票", InvoiceType::Common),
            ("", InvoiceType::Common),
        ] {
            assert_eq!(type_of(Layout::Form, None, title, Invoice::default()), kind, "{title}");
        }
    }

    #[test]
    fn a_digital_invoice_and_a_roll_are_what_their_layout_says() {
        let digital = |qr, title| type_of(Layout::Digital, qr, title, Invoice::default());
        assert_eq!(digital(None, "电子发票(增值税专用发票)"), InvoiceType::DigitalSpecial);
        assert_eq!(digital(None, "电子发票(普通发票)"), InvoiceType::DigitalCommon);
        assert_eq!(digital(Some(DIGITAL), "电子发票(增值税专用发票)"), InvoiceType::DigitalCommon);
        assert_eq!(type_of(Layout::Roll, Some(ELECTRONIC), "", Invoice::default()), InvoiceType::Roll);
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
}
