//! Printed strings into the model and out again, by field path: what both dialects share.
//! Knows nothing of either vendor's keys.

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;

use crate::invoice::{Invoice, Item, Money, Quantity, TaxId, TaxRate, plain};
use crate::report::{Evidence, EvidenceSource, Quad, Reading};

/// How a print becomes a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One line; a wrapped one is joined. A bare label is no value.
    Line,
    /// Several lines, kept apart.
    Block,
    /// Exactly as printed.
    Verbatim,
    /// Spaces do not count.
    Compact,
    /// Digits alone, with or without `No` before them.
    Digits,
    /// The tax id somewhere in the print.
    TaxId,
    /// An amount in words, without the mark before it.
    Words,
    /// Yuan.
    Money,
    /// A quantity or a unit price.
    Quantity,
    /// A rate, or the word in its place.
    Rate,
    /// A day.
    Date,
    /// Yes or no.
    Flag,
}

/// A value of the model that prints can be read into.
pub(super) trait Leaf {
    /// Takes the meaning of a print; one that has none leaves the value empty.
    fn understand(&mut self, kind: Kind, print: &str);
    /// How the meaning is usually printed.
    fn print(&self) -> Option<String>;
}

impl Leaf for Option<String> {
    fn understand(&mut self, kind: Kind, print: &str) {
        *self = match kind {
            Kind::Line => line(print),
            Kind::Block => Some(print.replace("\r\n", "\n").trim().to_owned()).filter(|t| !t.is_empty()),
            Kind::Compact => Some(plain(print)).filter(|t| !t.is_empty()),
            Kind::Digits => digits(print),
            Kind::TaxId => tax_id(print),
            Kind::Words => line(print)
                .map(|t| t.trim_start_matches(['⊗', 'ⓧ', 'Ⓧ', '×', 'x', 'X', ' ']).to_owned())
                .filter(|t| !t.is_empty()),
            _ => Some(print.to_owned()),
        };
    }

    fn print(&self) -> Option<String> {
        self.clone()
    }
}

macro_rules! decimal_leaf {
    ($($name:ident),+) => {$(
        impl Leaf for Option<$name> {
            fn understand(&mut self, _: Kind, print: &str) {
                *self = print.parse().ok();
            }

            fn print(&self) -> Option<String> {
                self.as_ref().map(ToString::to_string)
            }
        }
    )+};
}
decimal_leaf!(Money, Quantity);

impl Leaf for Option<TaxRate> {
    fn understand(&mut self, _: Kind, print: &str) {
        *self = print.parse().ok();
    }

    fn print(&self) -> Option<String> {
        self.map(|rate| match rate {
            TaxRate::Exempt => "免税".to_owned(),
            TaxRate::NotTaxable => "不征税".to_owned(),
            TaxRate::Fraction(f) => format!("{}%", (f * rust_decimal::Decimal::ONE_HUNDRED).normalize()),
        })
    }
}

impl Leaf for Option<Date> {
    fn understand(&mut self, _: Kind, print: &str) {
        *self = date(print);
    }

    fn print(&self) -> Option<String> {
        self.map(|d| format!("{}年{:02}月{:02}日", d.year(), d.month(), d.day()))
    }
}

impl Leaf for Option<bool> {
    fn understand(&mut self, _: Kind, print: &str) {
        *self = match plain(print).to_lowercase().as_str() {
            "true" | "1" | "是" | "有" | "代开" => Some(true),
            "false" | "0" | "否" | "无" => Some(false),
            _ => None,
        };
    }

    fn print(&self) -> Option<String> {
        self.map(|yes| if yes { "True" } else { "False" }.to_owned())
    }
}

macro_rules! leaves {
    ($owner:ty, $get:ident, $get_mut:ident; $($path:literal $kind:ident $($part:ident).+;)+) => {
        fn $get<'a>(owner: &'a $owner, path: &str) -> Option<&'a dyn Leaf> {
            Some(match path {
                $($path => &owner.$($part).+,)+
                _ => return None,
            })
        }

        fn $get_mut<'a>(owner: &'a mut $owner, path: &str) -> Option<(Kind, &'a mut dyn Leaf)> {
            Some(match path {
                $($path => (Kind::$kind, &mut owner.$($part).+),)+
                _ => return None,
            })
        }
    };
}

leaves! { Invoice, head, head_mut;
    "title" Line title;
    "sheet" Line sheet;
    "invoice_code" Digits invoice_code;
    "invoice_number" Digits invoice_number;
    "printed_number" Digits printed_number;
    "issue_date" Date issue_date;
    "check_code" Compact check_code;
    "machine_number" Digits machine_number;
    "cipher_text" Block cipher_text;
    "qr_code" Verbatim qr_code;
    "special_mark" Line special_mark;
    "agent_issued" Flag agent_issued;
    "electronic_payment_id" Compact electronic_payment_id;
    "buyer.name" Line buyer.name;
    "buyer.tax_id" TaxId buyer.tax_id;
    "buyer.address_phone" Line buyer.address_phone;
    "buyer.bank_account" Line buyer.bank_account;
    "seller.name" Line seller.name;
    "seller.tax_id" TaxId seller.tax_id;
    "seller.address_phone" Line seller.address_phone;
    "seller.bank_account" Line seller.bank_account;
    "total_amount" Money total_amount;
    "total_tax" Money total_tax;
    "grand_total" Money grand_total;
    "grand_total_words" Words grand_total_words;
    "tax_rate" Verbatim tax_rate;
    "remarks" Block remarks;
    "payee" Line payee;
    "reviewer" Line reviewer;
    "drawer" Line drawer;
    "seals.any" Flag seals.any;
    "seals.supervision" Flag seals.supervision;
    "seals.invoice" Flag seals.invoice;
    "seals.seller_name" Line seals.seller_name;
    "seals.seller_tax_id" TaxId seals.seller_tax_id;
    "reprints.sheet" Line reprints.sheet;
    "reprints.code" Digits reprints.code;
    "reprints.code_right" Digits reprints.code_right;
    "reprints.number_large" Digits reprints.number_large;
    "reprints.number_right" Digits reprints.number_right;
    "reprints.other_number" Digits reprints.other_number;
    "reprints.date_right" Verbatim reprints.date_right;
    "reprints.check_code" Compact reprints.check_code;
    "reprints.check_code_in_remarks" Compact reprints.check_code_in_remarks;
    "reprints.total_amount" Verbatim reprints.total_amount;
}

leaves! { Item, cell, cell_mut;
    "name" Line name;
    "specification" Line specification;
    "unit" Line unit;
    "quantity" Quantity quantity;
    "unit_price" Quantity unit_price;
    "amount" Money amount;
    "tax_rate" Rate tax_rate;
    "tax_amount" Money tax_amount;
}

/// The path of one cell of the goods table.
pub(super) fn cell_path(row: usize, column: &str) -> String {
    format!("items[{row}].{column}")
}

/// Keeps what a vendor printed for a path outside the goods table: its meaning and the print itself.
/// A blank print is no print.
pub(super) fn take(reading: &mut Reading, path: &str, print: &str, quad: Option<Quad>) {
    if print.trim().is_empty() {
        return;
    }
    if let Some((kind, leaf)) = head_mut(&mut reading.invoice, path) {
        leaf.understand(kind, print);
        keep(reading, path, evidence(print, quad));
    }
}

/// The same for one cell. The row must exist.
pub(super) fn take_cell(reading: &mut Reading, row: usize, column: &str, print: &str, quad: Option<Quad>) {
    if print.trim().is_empty() {
        return;
    }
    let Some(item) = reading.invoice.items.get_mut(row) else {
        return;
    };
    if let Some((kind, leaf)) = cell_mut(item, column) {
        leaf.understand(kind, print);
        keep(reading, &cell_path(row, column), evidence(print, quad));
    }
}

/// Evidence of a vendor's word.
pub(super) fn evidence(print: &str, quad: Option<Quad>) -> Evidence {
    Evidence {
        text: Some(print.to_owned()),
        quad,
        page: 1,
        sources: vec![EvidenceSource::Vendor],
        ..Evidence::default()
    }
}

/// The evidence at a path.
pub(super) fn at<'a>(reading: &'a Reading, path: &str) -> Option<&'a Evidence> {
    reading.evidence(path.parse().ok()?)
}

/// Keeps the evidence of a path.
pub(super) fn keep(reading: &mut Reading, path: &str, evidence: Evidence) {
    if let Ok(field) = path.parse() {
        reading.note(field, evidence);
    }
}

/// What stands printed at a path.
pub(super) fn printed<'a>(reading: &'a Reading, path: &str) -> Option<&'a str> {
    let text = at(reading, path)?.text.as_deref()?;
    (!text.trim().is_empty()).then_some(text)
}

/// The print of a path, or what its meaning is usually printed as.
pub(super) fn text(reading: &Reading, path: &str) -> Option<String> {
    match printed(reading, path) {
        Some(print) => Some(print.to_owned()),
        None => meaning(&reading.invoice, path),
    }
}

/// The same for one cell.
pub(super) fn cell_text(reading: &Reading, row: usize, column: &str) -> Option<String> {
    match printed(reading, &cell_path(row, column)) {
        Some(print) => Some(print.to_owned()),
        None => cell(reading.invoice.items.get(row)?, column)?.print(),
    }
}

/// What a path's meaning is usually printed as.
pub(super) fn meaning(invoice: &Invoice, path: &str) -> Option<String> {
    head(invoice, path)?.print()
}

/// A day in any of the forms that are printed: `2019年1月14日`, `2024-01-02`, `20240102`.
pub(super) fn date(print: &str) -> Option<Date> {
    let folded: String = print.nfkc().collect();
    let parts: Vec<&str> = folded.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let (year, month, day) = match parts.as_slice() {
        [year, month, day, ..] if year.len() == 4 => (*year, *month, *day),
        [whole] if whole.len() == 8 => (&whole[..4], &whole[4..6], &whole[6..]),
        _ => return None,
    };
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn line(print: &str) -> Option<String> {
    let joined: String = print.lines().map(str::trim).collect();
    // Vendors sometimes return the label in place of an empty value.
    (!joined.is_empty() && !joined.ends_with([':', '：'])).then_some(joined)
}

fn digits(print: &str) -> Option<String> {
    let bare = plain(print);
    let bare = ["No.", "No", "NO.", "NO", "№"].iter().find_map(|mark| bare.strip_prefix(mark)).unwrap_or(&bare);
    (!bare.is_empty() && bare.bytes().all(|b| b.is_ascii_digit())).then(|| bare.to_owned())
}

/// The longest run of letters and digits; junk that melted into its front is cut when the check digit then holds.
fn tax_id(print: &str) -> Option<String> {
    let folded = plain(print).to_uppercase();
    let run =
        folded.split(|c: char| !c.is_ascii_alphanumeric()).max_by_key(|run| run.len()).filter(|run| run.len() >= 6)?;
    if run.len() > 18 {
        let tail = &run[run.len() - 18..];
        if TaxId::parse(tail).is_some_and(|id| id.check_digit_holds() == Some(true)) {
            return Some(tail.to_owned());
        }
    }
    Some(run.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(path: &str, print: &str) -> Reading {
        let mut reading = Reading::default();
        take(&mut reading, path, print, None);
        reading
    }

    #[test]
    fn the_print_is_kept_beside_the_meaning() {
        let reading = taken("check_code", "70497 71434 15541 89588");
        assert_eq!(reading.invoice.check_code.as_deref(), Some("70497714341554189588"));
        assert_eq!(printed(&reading, "check_code"), Some("70497 71434 15541 89588"));
    }

    #[test]
    fn noise_keeps_its_print_and_gets_no_meaning() {
        for (path, print) in [
            ("buyer.name", "纳税人识别号:"),
            ("reprints.number_right", "月16日"),
            ("buyer.tax_id", "纳税人识别号:"),
            ("total_tax", "***"),
            ("issue_date", "2024年13月40日"),
        ] {
            let reading = taken(path, print);
            assert_eq!(meaning(&reading.invoice, path), None, "{path}");
            assert_eq!(text(&reading, path).as_deref(), Some(print), "{path}");
        }
    }

    #[test]
    fn a_tax_id_is_found_behind_junk() {
        for print in
            ["91310000834486035U", "识别号:91310000834486035U", "JW91310000834486035U", "9131 0000 8344 86035u"]
        {
            assert_eq!(
                taken("seller.tax_id", print).invoice.seller.tax_id.as_deref(),
                Some("91310000834486035U"),
                "{print}"
            );
        }
    }

    #[test]
    fn days_are_read_in_every_printed_form() {
        for print in ["2024年01月02日", "2024年1月2日", "2024-01-02", "20240102", "2024/1/2", "２０２４年１月２日"]
        {
            assert_eq!(date(print).map(|d| d.to_string()).as_deref(), Some("2024-01-02"), "{print}");
        }
        assert_eq!(date("1年2月"), None);
    }

    #[test]
    fn a_blank_print_leaves_no_trace() {
        assert_eq!(taken("title", " \n"), Reading::default());
    }
}
