//! Which of the nine kinds a page is, and what its title says.
//! Knows nothing of where other fields stand.

use crate::invoice::{Field, InvoiceCode, InvoiceType, QrPayload, plain, split_region};
use crate::reader::values::builder::{Match, ReadingBuilder};
use crate::report::{DoubtReason, Evidence, EvidenceSource, Reading};

use super::foreign;
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
pub(super) fn layout(spans: &[Span], qr: Option<&QrPayload>, on_chain: bool) -> Option<Layout> {
    if foreign::titled(spans).is_some() && !on_chain {
        return None;
    }
    let text = spans.iter().map(Span::folded).collect::<Vec<_>>().join("\n");
    let count = |words: &[&str]| words.iter().filter(|w| text.contains(**w)).count();
    let named = qr.and_then(QrPayload::invoice_type);
    let roll = count(&["卷票", "机打号码", "销售方名称", "购买方名称", "收款员", "合计金额"]);
    if named == Some(InvoiceType::Roll) || roll >= 3 {
        return Some(Layout::Roll);
    }
    let table = count(&["规格型号", "单位", "数量", "单价", "税率", "税额", "金额"]) + toll_heads(spans);
    let frame =
        count(&["价税合计", "(小写)", "(大写)", "纳税人识别号", "开户行及账号", "密码", "校验码", "开票人", "收款人"]);
    let ours = named.is_some() || on_chain || count(&["增值税", "电子发票", "普通发票", "专用发票"]) > 0;
    let titled = on_chain || foreign::is_titled_as_ours(spans);
    if !titled && named.is_none() && foreign::labelled(spans).is_some() {
        return None;
    }
    // A title and many labels make up for heads that are too faint to be read.
    let (heads, labels) = if titled && frame >= 3 { (1, 4) } else { (2, 5) };
    if table + frame < labels || table < heads || !(ours || table + frame >= 9) {
        return None;
    }
    let older = on_chain
        || named.is_some_and(|t| !t.is_digital())
        || count(&["票代码", "发代码", "校验码", "密码", "机器编号"]) > 0;
    let long_number = || text.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() == 20);
    let digital = named.is_some_and(InvoiceType::is_digital) || (!older && long_number());
    Some(if digital { Layout::Digital } else { Layout::Form })
}

/// How many of the toll form's own column heads are there.
pub(super) fn toll_heads(spans: &[Span]) -> usize {
    let starts = |head: &&&str| spans.iter().any(|s| !s.vertical && s.folded().starts_with(**head));
    ["车牌号", "通行日期起", "通行日期止"].iter().filter(starts).count()
}

/// Decides the type from all that speaks of it: what the paper calls itself, the invoice code's digits, the QR code; on
/// an electronic invoice the marks and columns of tolls too.
pub(super) fn decide_type(
    builder: &mut ReadingBuilder<'_>,
    layout: Layout,
    qr: Option<&QrPayload>,
    printed_title: &str,
) {
    let invoice = &builder.reading.invoice;
    let by_code = invoice.invoice_code.as_deref().and_then(InvoiceCode::parse).and_then(|c| c.invoice_type());
    let by_qr = qr.and_then(QrPayload::invoice_type);
    let by_title = kind_of_title(printed_title);
    let kind = match layout {
        Layout::Roll => InvoiceType::Roll,
        Layout::Digital => {
            let digital = |kind: &InvoiceType| kind.is_digital();
            by_title.filter(digital).or(by_qr.filter(digital)).unwrap_or_else(|| digital_by_title(printed_title))
        }
        Layout::Form if is_blockchain(builder, printed_title) => InvoiceType::Blockchain,
        Layout::Form => {
            let on_form = |kind: &InvoiceType| !kind.is_digital() && *kind != InvoiceType::Roll;
            let [code, qr] = [by_code, by_qr].map(|kind| kind.filter(on_form));
            let title = by_title.filter(on_form).filter(|_| !is_overruled(builder.source, by_title, code, qr));
            title.or(code).or(qr).unwrap_or_else(|| form_by_title(printed_title))
        }
    };
    let toll = untold(kind) == InvoiceType::ElectronicCommon && is_toll(builder, by_code, by_qr);
    let kind = if toll { InvoiceType::ElectronicToll } else { kind };
    builder.reading.invoice.r#type = kind;
    doubt_kind(builder, kind, by_code.filter(|_| layout == Layout::Form));
}

/// Whether a title that was read off pixels is a misreading: a seal lies over it, and code and QR code agree on another.
fn is_overruled(
    source: EvidenceSource,
    title: Option<InvoiceType>,
    code: Option<InvoiceType>,
    qr: Option<InvoiceType>,
) -> bool {
    let [title, code, qr] = [title, code, qr].map(|kind| kind.map(untold));
    source == EvidenceSource::Print && code.is_some() && code == qr && title != code
}

/// A kind as its title tells it: tolls are not in it.
fn untold(kind: InvoiceType) -> InvoiceType {
    if kind == InvoiceType::ElectronicToll { InvoiceType::ElectronicCommon } else { kind }
}

/// Whether an electronic invoice is one for tolls: by its mark, its columns, its code or its QR code.
fn is_toll(builder: &ReadingBuilder<'_>, code: Option<InvoiceType>, qr: Option<InvoiceType>) -> bool {
    let invoice = &builder.reading.invoice;
    invoice.special_mark.as_deref() == Some(TOLL)
        || toll_heads(&builder.frame.spans) >= 2
        || [code, qr].contains(&Some(InvoiceType::ElectronicToll))
}

/// The mark of tolls.
pub(super) const TOLL: &str = "通行费";

/// Notes that the digits of the code speak of another kind than the paper does.
fn doubt_kind(builder: &mut ReadingBuilder<'_>, kind: InvoiceType, by_code: Option<InvoiceType>) {
    let differs = |code: &InvoiceType| untold(*code) != untold(kind) && kind != InvoiceType::Blockchain;
    if let Some(code) = by_code.filter(differs) {
        let both = vec![kind.to_string(), code.to_string()];
        builder.reading.doubt(Field::Title, DoubtReason::Several(both));
    }
}

fn is_blockchain(builder: &ReadingBuilder<'_>, title: &str) -> bool {
    let invoice = &builder.reading.invoice;
    let link = invoice.qr_code.as_deref().is_some_and(|q| q.contains("bcfp.") && q.contains("bill_num"));
    let short_check = invoice.check_code.as_deref().is_some_and(|c| c.len() == 5);
    link || short_check || (title.contains("深圳电子普通") && !title.contains("增值税"))
}

/// The kind whose title this is, to the letter.
fn kind_of_title(title: &str) -> Option<InvoiceType> {
    let (region, rest) = split_region(title);
    let kinds = [
        InvoiceType::Special,
        InvoiceType::Common,
        InvoiceType::ElectronicCommon,
        InvoiceType::ElectronicSpecial,
        InvoiceType::DigitalCommon,
        InvoiceType::DigitalSpecial,
        InvoiceType::Roll,
    ];
    let chain = region == "深圳" && rest == plain(&standard_title(InvoiceType::Blockchain, ""));
    let found = kinds.into_iter().find(|kind| plain(&standard_title(*kind, "")) == rest);
    found.or(chain.then_some(InvoiceType::Blockchain))
}

fn digital_by_title(title: &str) -> InvoiceType {
    let special = title.contains('专') || title.contains("用发");
    if special { InvoiceType::DigitalSpecial } else { InvoiceType::DigitalCommon }
}

fn form_by_title(title: &str) -> InvoiceType {
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

/// Decides the title: as read when it is one that this kind has, else derived from code and type, as the supervision
/// seal covers its middle on most invoices. What a file's own text calls the paper stands, whatever the code says.
pub(super) fn decide_title(builder: &mut ReadingBuilder<'_>, title: Option<Match>) {
    let kind = builder.reading.invoice.r#type;
    let region = builder.reading.invoice.invoice_code.as_deref().and_then(InvoiceCode::parse).and_then(|c| c.region());
    let wanted = plain(&standard_title(kind, ""));
    let read = title.as_ref().map(|t| plain(&t.text)).unwrap_or_default();
    let rest = split_region(&read).1;
    // The mark of a roll is printed small beside the title and often left out.
    let complete = rest == wanted || rest == wanted.trim_end_matches("(卷票)");
    let certain = builder.source == EvidenceSource::Text && read.contains("发票");
    if complete || certain || region.is_none() && !kind.is_digital() {
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
#[path = "kind_tests.rs"]
mod tests;
