//! What an invoice has once, and a paper has twice: numbers, dates, totals, people, a third party. Then nobody can say which
//! of them is meant, and where two such things are double, two papers were read as one. Knows nothing of how a value was
//! chosen, and changes none.

use std::collections::BTreeSet;

use crate::invoice::form_words::holds_table_head;
use crate::invoice::{Field, FieldKind, plain, words};
use crate::reader::values::builder::ReadingBuilder;
use crate::reader::values::value_parsers;
use crate::report::{DoubtReason, EvidenceSource, Reading};

use super::frame::Span;
use super::{form, label};

/// What stands behind a label as often as an invoice has it.
struct Once {
    label: &'static str,
    fields: &'static [Field],
    /// A buyer and a seller have one each.
    times: usize,
}

const ONCE: [Once; 10] = [
    Once::single("发票号码", &[Field::InvoiceNumber]),
    Once::single("发票代码", &[Field::InvoiceCode]),
    Once::single("开票日期", &[Field::IssueDate]),
    Once::single("校验码", &[Field::CheckCode]),
    Once::single("(小写)", &[Field::GrandTotal]),
    Once::single("收款人:", &[Field::Payee]),
    Once::single("复核:", &[Field::Reviewer]),
    Once::single("开票人:", &[Field::Drawer]),
    Once { label: "纳税人识别号", fields: &[Field::BuyerTaxId, Field::SellerTaxId], times: 2 },
    Once { label: "名称:", fields: &[Field::BuyerName, Field::SellerName], times: 2 },
];

/// From so many double things on the page holds two papers.
const TWO_PAPERS: usize = 2;
/// How far a value may stand from its label, in units of print height.
const REACH: f32 = 14.0;

impl Once {
    const fn single(label: &'static str, fields: &'static [Field]) -> Self {
        Self { label, fields, times: 1 }
    }
}

/// Notes a doubt for every field of which the paper has several values.
pub(super) fn doubt_doubles(builder: &mut ReadingBuilder<'_>) {
    let spans = outside_remarks(builder);
    let mut double: Vec<(&[Field], Vec<String>)> = Vec::new();
    for once in &ONCE {
        let values = values_behind(&spans, once, REACH * builder.frame.unit);
        if values.len() > once.times {
            double.push((once.fields, values.into_iter().collect()));
        }
    }
    let in_words: BTreeSet<String> = spans.iter().filter_map(amount_in_words).collect();
    if in_words.len() > 1 {
        double.push((&[Field::GrandTotalWords], in_words.into_iter().collect()));
    }
    let holds_two = double.len() >= TWO_PAPERS || has_the_code_of_another(&builder.reading);
    for (fields, values) in double {
        fields.iter().for_each(|field| builder.reading.doubt(*field, DoubtReason::Several(values.clone())));
    }
    if holds_two {
        doubt_all(builder);
    }
}

/// Whether the QR code contradicts the print more than once and never confirms it: it is another paper's.
fn has_the_code_of_another(reading: &Reading) -> bool {
    let contradicted = reading.conflicts.iter().filter(|conflict| conflict.code_and_print().is_some()).count();
    let is_both = |sources: &[EvidenceSource]| sources.len() > 1 && sources.contains(&EvidenceSource::Qr);
    contradicted >= TWO_PAPERS && !reading.fields.values().any(|evidence| is_both(&evidence.sources))
}

/// The spans that may be the form's own. Remarks may say anything, but a table's heads, which are of another paper.
fn outside_remarks(builder: &ReadingBuilder<'_>) -> Vec<Span> {
    let remarks = builder.reading.invoice.remarks.as_deref().filter(|text| !holds_table_head(text));
    let remarks = plain(remarks.unwrap_or_default());
    let upright = builder.frame.spans.iter().filter(|span| !span.vertical && !span.slanted);
    upright.filter(|span| !remarks.contains(&plain(&span.text()))).cloned().collect()
}

/// The different values behind a label that begins its line.
fn values_behind(spans: &[Span], once: &Once, reach: f32) -> BTreeSet<String> {
    let hit = |(index, span): (usize, &Span)| {
        let range = label::find_with(&span.marks, once.label, 0)?;
        let before = &span.marks[..range.start];
        // Both spellings of the id's label are one.
        let is_first = before.iter().all(|mark| mark.folded.is_whitespace()) || once.label == "纳税人识别号";
        let (own, rest) = (span.slice(range.clone()), span.slice(range.end..span.marks.len()));
        is_first.then_some(label::Labelled { span: index, label: own, rest })
    };
    let found = spans.iter().enumerate().filter_map(hit);
    found.filter_map(|hit| meaning(once, &label::value(spans, &hit, reach)?)).collect()
}

/// The value in a print, as far as it is one; of free text what could be somebody's name.
fn meaning(once: &Once, print: &Span) -> Option<String> {
    let field = *once.fields.first()?;
    if field.kind() == FieldKind::Line {
        let text = plain(&print.text());
        return text.chars().any(value_parsers::is_han).then_some(text);
    }
    value_parsers::value(field, &print.text()).map(|value| value.to_string())
}

/// An amount in words; without its 元 it is the end of one that wraps.
fn amount_in_words(span: &Span) -> Option<String> {
    let text = form::words_part(span)?.text();
    words::parse(&text).filter(|_| text.contains(['元', '圆', '圓'])).map(|amount| amount.to_string())
}

/// Every value may be either paper's.
fn doubt_all(builder: &mut ReadingBuilder<'_>) {
    let fields: Vec<Field> = builder.reading.fields.keys().copied().filter(|field| *field != Field::QrCode).collect();
    fields.into_iter().for_each(|field| builder.reading.doubt(field, DoubtReason::TwoPapers));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::testing::{Placed, found};
    use crate::report::{Conflict, Doubt, Evidence};

    fn doubted(lines: &[Placed<'_>], remarks: Option<&str>) -> Vec<Doubt> {
        let doubt = |builder: &mut ReadingBuilder<'_>| {
            builder.reading.invoice.remarks = remarks.map(str::to_owned);
            builder.reading.fields.entry(Field::SellerName).or_default();
            doubt_doubles(builder);
        };
        found(lines, |builder, _| doubt(builder)).doubts
    }

    const NUMBERS: [Placed<'_>; 2] =
        [("发票号码:24312000000012345678", 700.0, 40.0), ("发票号码:24312000000012345679", 700.0, 440.0)];

    #[test]
    fn two_of_what_an_invoice_has_once_are_doubted() {
        let doubts = doubted(&NUMBERS, None);
        let values = ["24312000000012345678", "24312000000012345679"].map(str::to_owned).to_vec();
        assert_eq!(doubts, [Doubt { field: Field::InvoiceNumber, reason: DoubtReason::Several(values) }]);
    }

    #[test]
    fn the_same_twice_and_a_buyer_beside_a_seller_are_none() {
        let parties = [("名称:上海甲乙丙有限公司", 100.0, 150.0), ("名称:杭州丁戊己饭店", 650.0, 150.0)];
        let lines = [&NUMBERS[..1], &[("发票号码:24312000000012345678", 700.0, 440.0)], &parties].concat();
        assert_eq!(doubted(&lines, None), []);
        let third = [&parties[..], &[("名称:深圳庚辛有限公司", 100.0, 550.0)]].concat();
        let fields: Vec<Field> = doubted(&third, None).into_iter().map(|doubt| doubt.field).collect();
        assert_eq!(fields, [Field::BuyerName, Field::SellerName]);
    }

    #[test]
    fn remarks_may_say_anything_but_hold_no_table() {
        let typed = ("发票号码:24312000000012345679", 700.0, 440.0);
        let lines = [NUMBERS[0], typed];
        assert_eq!(doubted(&lines, Some("订单1\n发票号码:24312000000012345679")), []);
        assert_eq!(doubted(&lines, Some("发票号码:24312000000012345679\n金 额\n税 额")).len(), 1);
        let of_another = [NUMBERS[0], ("原发票号码:24312000000012345679", 100.0, 440.0)];
        assert_eq!(doubted(&of_another, None), []);
    }

    #[test]
    fn two_double_things_are_two_papers_and_every_value_is_doubted() {
        let dates = [("开票日期:2024年01月02日", 700.0, 80.0), ("开票日期:2024年01月03日", 700.0, 480.0)];
        let doubts = doubted(&[&NUMBERS[..], &dates].concat(), None);
        assert!(doubts.contains(&Doubt { field: Field::SellerName, reason: DoubtReason::TwoPapers }), "{doubts:?}");
    }

    #[test]
    fn a_code_that_only_contradicts_is_another_papers() {
        let conflict = |field| Conflict {
            field,
            kept: EvidenceSource::Qr,
            value: "1".into(),
            other: EvidenceSource::Print,
            other_value: "2".into(),
        };
        let mut reading = Reading { conflicts: vec![conflict(Field::InvoiceNumber)], ..Reading::default() };
        assert!(!has_the_code_of_another(&reading));
        reading.conflicts.push(conflict(Field::IssueDate));
        assert!(has_the_code_of_another(&reading));
        let both = vec![EvidenceSource::Print, EvidenceSource::Qr];
        reading.note(Field::InvoiceCode, Evidence { sources: both, ..Evidence::default() });
        assert!(!has_the_code_of_another(&reading));
    }

    #[test]
    fn two_amounts_in_words_are_two_totals() {
        let lines = [("壹佰圆整", 400.0, 300.0), ("(大写)伍佰圆整", 400.0, 700.0)];
        let fields: Vec<Field> = doubted(&lines, None).into_iter().map(|doubt| doubt.field).collect();
        assert_eq!(fields, [Field::GrandTotalWords]);
    }
}
