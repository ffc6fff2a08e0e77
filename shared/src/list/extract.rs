//! What a bookkeeper wants to know of an invoice beside its key values, in a line each. Knows nothing of lists.

use rust_decimal::Decimal;

use crate::invoice::{Field, Invoice, TaxRate};
use crate::sentence::{Sentence, list as says};

/// Goods that are named; of the others it is said how many there are.
const NAMED: usize = 3;
/// The sheet that a buyer books from.
const BUYERS_SHEET: &str = "发票联";
/// Part of the price is not taxed, so the tax is not what the rate makes of the amount.
const ON_DIFFERENCE: &str = "差额征税";
/// What stands before the code and number of the invoice that a red-letter one takes back.
const TAKEN_BACK: [&str; 2] = ["被红冲蓝字", "对应正数发票"];

/// What makes it no ordinary invoice: issued by a tax office, taking another one back, for certain goods, another sheet.
pub(super) fn marks(invoice: &Invoice) -> Sentence {
    let total = invoice.grand_total.or(invoice.total_amount);
    let original = original(invoice);
    let is_red = total.is_some_and(|total| total.0 < Decimal::ZERO) || original.is_some();
    let red = original.map_or_else(says::mark_red, says::mark_red_of);
    let special = invoice.special_mark.as_deref();
    let remarks = invoice.remarks.as_deref().unwrap_or_default();
    let on_difference = special != Some(ON_DIFFERENCE) && remarks.contains(ON_DIFFERENCE);
    let sheet = invoice.sheet.as_deref().filter(|sheet| *sheet != BUYERS_SHEET);
    let marks = [
        is_red.then_some(red),
        (invoice.agent_issued == Some(true)).then(says::mark_agent),
        on_difference.then(|| Sentence::verbatim(ON_DIFFERENCE)),
        special.map(Sentence::verbatim),
        sheet.map(says::mark_sheet),
    ];
    says::several(marks.into_iter().flatten().collect::<Vec<_>>())
}

/// The number of the invoice that it takes back, where it or its remarks name one.
fn original(invoice: &Invoice) -> Option<&str> {
    let named = invoice.original_invoice_number.as_deref();
    named.or_else(|| number_behind(invoice.remarks.as_deref()?))
}

/// Of paper the code stands before the number.
fn number_behind(remarks: &str) -> Option<&str> {
    let (_, rest) = TAKEN_BACK.iter().find_map(|words| remarks.split_once(words))?;
    let mut runs = rest.split(|letter: char| !letter.is_ascii_digit());
    runs.find(|run| Field::InvoiceNumber.has_length_of(run))
}

/// Each rate of the lines once, as printed; what the invoice gives as a whole where no line has any.
pub(super) fn tax_rates(invoice: &Invoice) -> Sentence {
    let mut rates: Vec<Sentence> = Vec::new();
    for rate in invoice.items.iter().filter_map(|item| item.tax_rate).map(rate) {
        if !rates.contains(&rate) {
            rates.push(rate);
        }
    }
    if rates.is_empty() {
        rates.extend(
            invoice.tax_rate.as_deref().map(|text| text.parse().map_or_else(|_| Sentence::verbatim(text), rate)),
        );
    }
    says::several(rates)
}

fn rate(rate: TaxRate) -> Sentence {
    match rate {
        TaxRate::Fraction(fraction) => match fraction.checked_mul(Decimal::ONE_HUNDRED) {
            Some(percent) => Sentence::verbatim(format!("{}%", percent.normalize())),
            None => Sentence::verbatim(fraction.to_string()),
        },
        TaxRate::Exempt => says::rate_exempt(),
        TaxRate::NotTaxable => says::rate_not_taxable(),
    }
}

/// The first lines' names, and how many lines there are where some are left out.
pub(super) fn goods(invoice: &Invoice) -> Sentence {
    let names: Vec<&str> = invoice.items.iter().filter_map(|item| item.name.as_deref()).collect();
    let named = says::several(names.iter().take(NAMED).map(|name| Sentence::verbatim(*name)).collect::<Vec<_>>());
    if names.len() > NAMED { says::goods_of(named, names.len()) } else { named }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoice::Item;
    use crate::sentence::Lang;

    fn both(said: &Sentence) -> [String; 2] {
        Lang::ALL.map(|lang| said.say(lang).unwrap())
    }

    #[test]
    fn an_ordinary_invoice_has_no_marks_and_all_others_are_told() {
        let plain = Invoice { grand_total: "5.00".parse().ok(), sheet: Some("发票联".into()), ..Invoice::default() };
        assert_eq!(both(&marks(&plain)), ["", ""]);
        let red = Invoice { grand_total: "-5.00".parse().ok(), ..Invoice::default() };
        assert_eq!(both(&marks(&red)), ["red letter", "红字"]);
        for (remarks, told) in [
            (
                "被红冲蓝字数电发票号码：25372000000518204473 红字发票信息确认单编号：11010825091002615708",
                "25372000000518204473",
            ),
            ("对应正数发票代码:031001900111号码:12345678", "12345678"),
        ] {
            let named = Invoice { remarks: Some(remarks.into()), ..red.clone() };
            assert_eq!(both(&marks(&named))[1], format!("红字（冲销{told}）"));
        }
        let all = Invoice {
            original_invoice_number: Some("12345678".into()),
            agent_issued: Some(true),
            remarks: Some("差额征税：100.00".into()),
            special_mark: Some("成品油".into()),
            sheet: Some("抵扣联".into()),
            ..red
        };
        let [en, zh] = both(&marks(&all));
        assert_eq!(zh, "红字（冲销12345678）；代开；差额征税；成品油；抵扣联");
        assert!(
            en.starts_with("red letter for 12345678; issued by a tax office; ") && en.ends_with("the sheet 抵扣联"),
            "{en}"
        );
        let by_head = Invoice { special_mark: Some(ON_DIFFERENCE.into()), ..all };
        assert_eq!(both(&marks(&by_head))[1].matches("差额征税").count(), 1);
    }

    #[test]
    fn rates_are_told_once_and_goods_counted() {
        let item =
            |name: &str, rate: &str| Item { name: Some(name.into()), tax_rate: rate.parse().ok(), ..Item::default() };
        let items = vec![item("甲", "13%"), item("乙", "13%"), item("丙", "免税"), item("丁", "1.5%")];
        let invoice = Invoice { items, tax_rate: Some("9%".into()), ..Invoice::default() };
        assert_eq!(both(&tax_rates(&invoice)), ["13%; exempt; 1.5%", "13%；免税；1.5%"]);
        assert_eq!(both(&goods(&invoice)), ["甲; 乙; 丙 and others, 4 lines", "甲；乙；丙等4行"]);
        let whole = Invoice { items: Vec::new(), ..invoice };
        assert_eq!((both(&tax_rates(&whole))[1].as_str(), both(&goods(&whole))[1].as_str()), ("9%", ""));
    }
}
