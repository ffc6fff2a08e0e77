//! Which of the nine kinds a page is, and what its title says.
//! Knows nothing of where other fields stand.

use crate::invoice::{Field, InvoiceCode, InvoiceType, QrPayload, plain};
use crate::report::{Evidence, EvidenceSource, Reading};

use super::builder::{Match, ReadingBuilder};
use super::frame::Span;

/// How the page is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// The wide form on paper or as an older e-invoice.
    Form,
    /// The fully digital invoice.
    Digital,
    /// The till's narrow roll.
    Roll,
}

/// Tells the layout by what is printed; none when the page is no invoice of ours.
pub fn layout(spans: &[Span], qr: Option<&QrPayload>) -> Option<Layout> {
    let text = spans.iter().map(Span::folded).collect::<Vec<_>>().join("\n");
    let count = |words: &[&str]| words.iter().filter(|w| text.contains(**w)).count();
    if is_foreign(&text) {
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
    let ours = named.is_some()
        || text.contains("增值税")
        || text.contains("电子发票")
        || text.contains("普通发票")
        || text.contains("专用发票");
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
    let digital = named.is_some_and(InvoiceType::is_digital) || (!older && has_long_number(&text));
    Some(if digital { Layout::Digital } else { Layout::Form })
}

/// Papers that look alike and are none of the nine.
fn is_foreign(text: &str) -> bool {
    [
        "机动车销售统一",
        "二手车销售统一",
        "铁路电子客票",
        "航空运输电子客票",
        "非税收入",
        "通用机打发票",
        "定额发票",
        "医疗收费票据",
    ]
    .iter()
    .any(|word| text.contains(word))
}

fn has_long_number(text: &str) -> bool {
    text.lines().any(|line| {
        let runs = line.split(|c: char| !c.is_ascii_digit());
        runs.into_iter().any(|run| run.len() == 20)
    })
}

/// Decides the type from all that speaks of it: QR code, invoice code, title, marks.
pub fn decide_type(builder: &mut ReadingBuilder<'_>, layout: Layout, qr: Option<&QrPayload>, printed_title: &str) {
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
pub fn decide_title(builder: &mut ReadingBuilder<'_>, title: Option<Match>) {
    let kind = builder.reading.invoice.r#type;
    let region = builder.reading.invoice.invoice_code.as_deref().and_then(InvoiceCode::parse).and_then(|c| c.region());
    let standard = standard_title(kind, region.unwrap_or(""));
    let bare = standard_title(kind, "");
    let read = title.as_ref().map(|t| plain(&t.text)).unwrap_or_default();
    let wanted = plain(&standard);
    // The mark of a roll is printed small beside the title and often left out.
    let complete = read == wanted || read == wanted.trim_end_matches("(卷票)") || read == plain(&bare);
    if complete || region.is_none() && !kind.is_digital() {
        builder.put(Field::Title, title);
    } else {
        put_derived_title(&mut builder.reading, standard);
    }
}

/// Gives an invoice without a page the title that its kind prints. Derived, so it is never verified.
pub fn derive_title(reading: &mut Reading) {
    let invoice = &reading.invoice;
    let region = invoice.invoice_code.as_deref().and_then(InvoiceCode::parse).and_then(|c| c.region());
    if region.is_none() && !invoice.r#type.is_digital() {
        return;
    }
    let title = standard_title(invoice.r#type, region.unwrap_or(""));
    put_derived_title(reading, title);
}

/// What is printed nobody could read, so the evidence has no text.
fn put_derived_title(reading: &mut Reading, title: String) {
    let evidence = Evidence { page: 1, sources: vec![EvidenceSource::Code], ..Evidence::default() };
    reading.invoice.title = Some(title);
    reading.fields.insert(Field::Title, evidence);
}
