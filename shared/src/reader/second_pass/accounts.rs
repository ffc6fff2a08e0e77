//! What a page says of its totals, and from how many places: digits, words, amount and tax, the lines, the QR code. The
//! value that most of them support is the one that is meant, whichever was read best; nothing is changed against what closes.
//! Knows nothing of where a field stands.

use std::cmp::Reverse;

use rust_decimal::Decimal;

use crate::invoice::{Column, Field, Item, Money, QrPayload, plain, words};
use crate::reader::values::builder::{Match, ReadingBuilder};
use crate::reader::values::value_parsers;
use crate::report::EvidenceSource;

use super::Seen;

/// One reading of a value.
#[derive(Clone, Debug)]
pub(super) struct Look<T> {
    pub(super) value: T,
    pub(super) how: How,
}

/// How a reading came about, the surest first.
#[derive(Clone, Debug)]
pub(super) enum How {
    /// By the first pass, whose evidence is there.
    First,
    /// By a second look.
    Again(Match),
    /// By the first pass, which took the currency sign for a digit: it does so with small print.
    WithoutSign,
}

impl How {
    fn rank(&self) -> u8 {
        match self {
            How::First => 0,
            How::Again(_) => 1,
            How::WithoutSign => 2,
        }
    }

    fn is_mended(&self) -> bool {
        matches!(self, How::WithoutSign)
    }
}

/// Everything that speaks of the totals.
pub(super) struct Accounts {
    digits: Vec<Look<Money>>,
    /// Each with its text.
    words: Vec<Look<(String, Money)>>,
    amounts: Vec<Look<Money>>,
    taxes: Vec<Look<Money>>,
    line_amounts: Option<Decimal>,
    line_taxes: Option<Decimal>,
    /// The amount in the QR code, with or without the tax.
    code: Option<Decimal>,
}

/// The amount and the tax that make a total; no tax where stars stand in its place.
pub(super) type Parts<'a> = (&'a Look<Money>, Option<&'a Look<Money>>);

impl Accounts {
    pub(super) fn of(builder: &ReadingBuilder<'_>, seen: &Seen) -> Self {
        let invoice = &builder.reading.invoice;
        let parsed = |text: &str| words::parse(text).map(|value| (text.to_owned(), value));
        let in_words = invoice.grand_total_words.as_deref().and_then(parsed);
        let code = invoice.qr_code.as_deref().and_then(QrPayload::parse).and_then(|code| code.amount);
        Self {
            digits: looks_at_money(builder, seen, Field::GrandTotal),
            words: looks(seen, Field::GrandTotalWords, in_words, |text| parsed(&plain(text))),
            amounts: looks_at_money(builder, seen, Field::TotalAmount),
            taxes: looks_at_money(builder, seen, Field::TotalTax),
            line_amounts: added(&invoice.items, Column::Amount),
            line_taxes: added(&invoice.items, Column::TaxAmount),
            code: code.map(|amount| amount.0),
        }
    }

    /// The reading of the total's digits that most accounts support; one that is not the first needs at least one.
    pub(super) fn total(&self) -> Option<&Look<Money>> {
        let support = |look: &&Look<Money>| (Reverse(self.support(look.value)), look.how.rank());
        let best = self.digits.iter().min_by_key(support)?;
        (best.how.rank() == 0 || self.support(best.value) > 0).then_some(best)
    }

    /// How many accounts other than its digits have this total.
    pub(super) fn support(&self, total: Money) -> usize {
        usize::from(self.words_of(total).is_some()) + self.support_of_sums(total)
    }

    fn support_of_sums(&self, total: Money) -> usize {
        let sums = [self.is_sum(total), self.lines_make(total), self.code_has(total)];
        sums.into_iter().filter(|holds| *holds).count()
    }

    /// The words that say the total; where its digits could not be read, those that a sum supports.
    pub(super) fn words(&self, total: Option<Money>) -> Option<&Look<(String, Money)>> {
        match total {
            Some(total) => self.words_of(total),
            None => self.words.iter().find(|look| self.support_of_sums(look.value.1) > 0),
        }
    }

    /// The words that say this total.
    fn words_of(&self, total: Money) -> Option<&Look<(String, Money)>> {
        self.words.iter().find(|look| look.value.1 == total)
    }

    /// Whether some words were understood.
    pub(super) fn has_words(&self) -> bool {
        !self.words.is_empty()
    }

    fn is_sum(&self, total: Money) -> bool {
        let read = |looks: &'_ [Look<Money>]| -> Vec<Decimal> {
            looks.iter().filter(|look| !look.how.is_mended()).map(|look| look.value.0).collect()
        };
        let (amounts, taxes) = (read(&self.amounts), read(&self.taxes));
        amounts.iter().any(|amount| taxes.iter().any(|tax| makes(*amount, *tax, total)))
    }

    fn lines_make(&self, total: Money) -> bool {
        let Some(amounts) = self.line_amounts else { return false };
        amounts == total.0 || self.line_taxes.is_some_and(|taxes| makes(amounts, taxes, total))
    }

    fn code_has(&self, total: Money) -> bool {
        let Some(code) = self.code else { return false };
        let mut taxes = self.taxes.iter().map(|look| look.value.0).chain(self.line_taxes);
        code == total.0 || taxes.any(|tax| makes(code, tax, total))
    }

    /// The readings of amount and tax that make the total; of several those that lines and QR code support. A mended one
    /// needs their support.
    pub(super) fn parts(&self, total: Money) -> Option<Parts<'_>> {
        let untaxed = self.amounts.iter().filter(|look| look.value == total && self.taxes.is_empty());
        let untaxed = untaxed.map(|amount| (amount, None));
        let pairs = self.amounts.iter().flat_map(|amount| self.taxes.iter().map(move |tax| (amount, Some(tax))));
        let pairs = pairs.filter(|(amount, tax)| {
            tax.is_some_and(|tax| !tax.value.0.is_zero() && makes(amount.value.0, tax.value.0, total))
        });
        let is_mended = |(amount, tax): &Parts<'_>| amount.how.is_mended() || tax.is_some_and(|t| t.how.is_mended());
        let rank = |(amount, tax): &Parts<'_>| amount.how.rank() + tax.map_or(0, |tax| tax.how.rank());
        let closing = pairs.chain(untaxed).filter(|parts| !is_mended(parts) || self.parts_support(parts) > 0);
        closing.min_by_key(|parts| (Reverse(self.parts_support(parts)), rank(parts)))
    }

    fn parts_support(&self, (amount, tax): &Parts<'_>) -> usize {
        let amount = [self.line_amounts, self.code].into_iter().filter(|other| *other == Some(amount.value.0)).count();
        let tax = tax.is_some_and(|tax| self.line_taxes == Some(tax.value.0));
        amount + usize::from(tax)
    }
}

fn makes(amount: Decimal, tax: Decimal, total: Money) -> bool {
    amount.checked_add(tax) == Some(total.0)
}

/// The readings of a field with their values: the first pass's, then the second's.
fn looks<T>(seen: &Seen, field: Field, first: Option<T>, value: impl Fn(&str) -> Option<T>) -> Vec<Look<T>> {
    let again = seen.get(&field).into_iter().flatten();
    let again = again.filter_map(|found| Some(Look { value: value(&found.text)?, how: How::Again(found.clone()) }));
    first.map(|value| Look { value, how: How::First }).into_iter().chain(again).collect()
}

fn looks_at_money(builder: &ReadingBuilder<'_>, seen: &Seen, field: Field) -> Vec<Look<Money>> {
    let first = builder.reading.invoice.get(field).and_then(|value| value.number()).map(Money);
    let mut looks = looks(seen, field, first, value_parsers::money);
    let mended = first.filter(|_| may_have_its_sign_misread(builder, field)).and_then(without_first_digit);
    looks.extend(mended.map(|value| Look { value, how: How::WithoutSign }));
    looks
}

/// Whether a print off pixels shows no currency sign, so that its first digit may be one.
fn may_have_its_sign_misread(builder: &ReadingBuilder<'_>, field: Field) -> bool {
    let print = builder.reading.evidence(field).and_then(|evidence| evidence.text.as_deref()).map(plain);
    let starts_with_digit = |text: String| text.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit());
    builder.source == EvidenceSource::Print && print.is_some_and(starts_with_digit)
}

fn without_first_digit(value: Money) -> Option<Money> {
    let text = value.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let rest = digits.get(1..).filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))?;
    format!("{sign}{rest}").parse().ok()
}

/// A column's sum; none when a cell of it is missing. An untaxed line has a tax of nothing.
fn added(items: &[Item], column: Column) -> Option<Decimal> {
    let cell = |item: &Item| match column {
        Column::Amount => item.amount.map(|amount| amount.0),
        _ => {
            let untaxed = item.tax_rate.is_some_and(|rate| rate.fraction().is_none_or(|rate| rate.is_zero()));
            item.tax_amount.map(|tax| tax.0).or(untaxed.then_some(Decimal::ZERO))
        }
    };
    let mut cells = items.iter().map(cell);
    let first = cells.next()??;
    cells.try_fold(first, |sum, cell| sum.checked_add(cell?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoice::{Invoice, TaxRate};
    use crate::reader::page::frame::Frame;
    use crate::report::{Evidence, PageInfo};

    fn money(text: &str) -> Option<Money> {
        text.parse().ok()
    }

    /// What was printed of digits, words, amount, tax, and the lines' amounts and taxes.
    struct Page<'t> {
        digits: &'t str,
        words: &'t str,
        amount: &'t str,
        tax: &'t str,
        lines: &'t [(&'t str, &'t str)],
        code: Option<&'t str>,
    }

    impl Page<'_> {
        fn invoice(&self) -> Invoice {
            let line = |(amount, tax): &(&str, &str)| Item {
                amount: money(amount),
                tax_amount: money(tax),
                tax_rate: if tax.is_empty() { Some(TaxRate::Exempt) } else { None },
                ..Item::default()
            };
            Invoice {
                grand_total: value_parsers::money(self.digits),
                grand_total_words: Some(self.words.to_owned()),
                total_amount: value_parsers::money(self.amount),
                total_tax: value_parsers::money(self.tax),
                items: self.lines.iter().map(line).collect(),
                qr_code: self.code.map(|amount| format!("01,10,031001900111,12345678,{amount},20190114,,8F2A,")),
                ..Invoice::default()
            }
        }

        /// Total, amount and tax as they are after all accounts were heard.
        fn settled(&self) -> [Option<String>; 3] {
            let frame = Frame::default();
            let mut builder = ReadingBuilder::new(&frame, PageInfo::default());
            builder.reading.invoice = self.invoice();
            for (field, text) in
                [(Field::GrandTotal, self.digits), (Field::TotalAmount, self.amount), (Field::TotalTax, self.tax)]
            {
                let evidence = Evidence { text: Some(text.to_owned()), ..Evidence::default() };
                builder.reading.fields.insert(field, evidence);
            }
            super::super::totals::fill(&mut builder, &Seen::new());
            let invoice = builder.reading.invoice;
            [invoice.grand_total, invoice.total_amount, invoice.total_tax].map(|m| m.map(|m| m.to_string()))
        }
    }

    #[track_caller]
    fn assert_settled(page: &Page<'_>, expected: [&str; 3]) {
        let expected = expected.map(|text| (!text.is_empty()).then(|| text.to_owned()));
        assert_eq!(page.settled(), expected, "{} {} {} {}", page.digits, page.words, page.amount, page.tax);
    }

    const LINES: &[(&str, &str)] = &[("20000.00", "2600.00"), ("2349.22", "305.40")];

    #[test]
    fn a_word_that_was_struck_through_changes_no_total_that_closes() {
        for words in ["伍仟贰佰伍拾肆圆陆角贰分", "万伍仟贰佰伍拾肆圆陆角贰分", ""] {
            let page = Page { digits: "25254.62", words, amount: "22349.22", tax: "2905.40", lines: LINES, code: None };
            assert_settled(&page, ["25254.62", "22349.22", "2905.40"]);
        }
    }

    #[test]
    fn a_sign_read_as_a_digit_goes_where_the_others_agree_and_no_sign_was_read() {
        let words = "伍仟贰佰伍拾肆圆陆角贰分";
        let page = |digits| Page { digits, words, amount: "", tax: "", lines: &[], code: None };
        assert_settled(&page("25254.62"), ["5254.62", "", ""]);
        assert_settled(&page("¥25254.62"), ["25254.62", "", ""]);
        let sum = Page { amount: "¥4650.11", tax: "¥604.51", ..page("25254.62") };
        assert_settled(&sum, ["5254.62", "4650.11", "604.51"]);
    }

    #[test]
    fn an_amount_whose_sign_was_read_as_a_digit_needs_lines_or_code() {
        let page = Page {
            digits: "¥268.35",
            words: "贰佰陆拾捌圆叁角伍分",
            amount: "4268.35",
            tax: "",
            lines: &[("124.70", ""), ("143.65", "")],
            code: None,
        };
        assert_settled(&page, ["268.35", "268.35", ""]);
        assert_settled(&Page { lines: &[], code: Some("268.35"), ..page }, ["268.35", "268.35", ""]);
        assert_settled(&Page { lines: &[], code: None, ..page }, ["268.35", "4268.35", ""]);
    }

    #[test]
    fn a_negative_total_keeps_its_sign() {
        let page =
            Page { digits: "-500.00", words: "伍佰圆整", amount: "-500.00", tax: "", lines: &[], code: None };
        assert_settled(&page, ["-500.00", "-500.00", ""]);
    }
}
