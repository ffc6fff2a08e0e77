//! What the list's columns are, and what stands in them. Knows nothing of lines and how they are judged.

use rust_decimal::Decimal;

use super::label;
use crate::invoice::{ExpenseCategory, Field, FieldKind, FieldValue, Invoice, InvoiceType};
use crate::report::CheckedInvoice;
use crate::sentence::Lang;

/// A column of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The file, and what is inside it where it is an archive.
    File,
    /// Which of the file's invoices, from 1.
    Index,
    /// The name of the Report.
    Report,
    /// How the file ended.
    Status,
    /// Whether the invoice can be booked without a human look.
    Verdict,
    /// Why not, a sentence each.
    Reasons,
    /// Where the same invoice stood first.
    DuplicateOf,
    /// A value of the invoice.
    Value(Field),
    /// What the money was spent on.
    ExpenseCategory,
    /// The date as the tax bureau's verification page asks for it.
    VerifyDate,
    /// The amount that the same page asks for.
    VerifyAmount,
    /// The last six characters of the check code, for the same page.
    VerifyCheckCode,
    /// Whether a value is confirmed.
    Verified(Field),
}

/// What stands in one column of one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// The content.
    pub value: Value,
    /// Whether a second source confirms it; none where there is nothing to confirm.
    pub verified: Option<bool>,
}

/// The content of a cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    #[default]
    Empty,
    /// Anybody's text.
    Text(String),
    /// Sentences of ours, which may quote anybody's text.
    Sentences(Vec<String>),
    /// The name of a file.
    Name(String),
    /// A code that is no number, though it may look like one.
    Code(String),
    /// An amount in yuan.
    Amount(Decimal),
    /// A count.
    Count(u32),
    /// A day.
    Day(jiff::civil::Date),
}

/// A cell before it is said in a language.
#[derive(Clone, Debug)]
pub(super) enum Draft {
    /// The same in every language.
    Cell(Cell),
    Kind(InvoiceType),
    Category(ExpenseCategory),
    Verified(bool),
}

impl Draft {
    pub(super) fn say(&self, lang: Lang) -> Cell {
        let (text, verified) = match self {
            Self::Cell(cell) => return cell.clone(),
            Self::Kind(kind) => (label::kind(*kind, lang), None),
            Self::Category(category) => (label::category(*category, lang), None),
            Self::Verified(verified) => (label::flag(*verified, lang), Some(*verified)),
        };
        Cell { value: Value::Text(text), verified }
    }
}

impl Column {
    /// All of them, in the order of the list.
    pub const ALL: [Self; 30] = [
        Self::File,
        Self::Index,
        Self::Report,
        Self::Status,
        Self::Verdict,
        Self::Reasons,
        Self::DuplicateOf,
        Self::Value(Field::Type),
        Self::Value(Field::InvoiceCode),
        Self::Value(Field::InvoiceNumber),
        Self::Value(Field::IssueDate),
        Self::Value(Field::BuyerName),
        Self::Value(Field::BuyerTaxId),
        Self::Value(Field::SellerName),
        Self::Value(Field::SellerTaxId),
        Self::Value(Field::TotalAmount),
        Self::Value(Field::TotalTax),
        Self::Value(Field::GrandTotal),
        Self::ExpenseCategory,
        Self::VerifyDate,
        Self::VerifyAmount,
        Self::VerifyCheckCode,
        Self::Verified(Field::InvoiceCode),
        Self::Verified(Field::InvoiceNumber),
        Self::Verified(Field::IssueDate),
        Self::Verified(Field::BuyerTaxId),
        Self::Verified(Field::SellerTaxId),
        Self::Verified(Field::TotalAmount),
        Self::Verified(Field::TotalTax),
        Self::Verified(Field::GrandTotal),
    ];

    /// What stands above it: as the invoice has it, and, unless it is for readers of Chinese alone, as the Report has it.
    pub fn head(self, lang: Lang) -> String {
        match lang {
            Lang::En => format!("{} {}", self.chinese(), self.name()),
            Lang::Zh => self.chinese(),
        }
    }

    /// Its name for programs, e.g. `seller.name`.
    pub fn name(self) -> String {
        match self {
            Self::File => "file".to_owned(),
            Self::Index => "index".to_owned(),
            Self::Report => "report".to_owned(),
            Self::Status => "status".to_owned(),
            Self::Verdict => "verdict".to_owned(),
            Self::Reasons => "reasons".to_owned(),
            Self::DuplicateOf => "duplicate_of".to_owned(),
            Self::Value(field) => field.to_string(),
            Self::ExpenseCategory => "expense_category".to_owned(),
            Self::VerifyDate => "verify_date".to_owned(),
            Self::VerifyAmount => "verify_amount".to_owned(),
            Self::VerifyCheckCode => "verify_check_code".to_owned(),
            Self::Verified(field) => format!("{field}.verified"),
        }
    }

    /// Its name for people who keep books in Chinese.
    pub fn chinese(self) -> String {
        match self {
            Self::File => "文件".to_owned(),
            Self::Index => "第几张".to_owned(),
            Self::Report => "识别结果".to_owned(),
            Self::Status => "状态".to_owned(),
            Self::Verdict => "结论".to_owned(),
            Self::Reasons => "原因".to_owned(),
            Self::DuplicateOf => "重复于".to_owned(),
            Self::Value(field) => called(field).to_owned(),
            Self::ExpenseCategory => "消费类型".to_owned(),
            Self::VerifyDate => "查验日期".to_owned(),
            Self::VerifyAmount => "查验金额".to_owned(),
            Self::VerifyCheckCode => "校验码后六位".to_owned(),
            Self::Verified(field) => format!("{}已核实", called(field)),
        }
    }

    /// What an invoice has in this column; nothing in those that are its file's.
    pub(super) fn of(self, checked: &CheckedInvoice) -> Draft {
        let invoice = &checked.invoice;
        let value = match self {
            Self::Value(Field::Type) => return Draft::Kind(invoice.r#type),
            Self::Value(field) => {
                return Draft::Cell(Cell { value: value(invoice, field), verified: verified(checked, field) });
            }
            Self::Verified(field) => match verified(checked, field) {
                Some(verified) => return Draft::Verified(verified),
                None => Value::Empty,
            },
            Self::ExpenseCategory => match invoice.expense_category {
                Some(category) => return Draft::Category(category),
                None => Value::Empty,
            },
            Self::VerifyDate => code(invoice.issue_date.map(|date| date.strftime("%Y%m%d").to_string())),
            Self::VerifyAmount => value(invoice, asked_amount(invoice)),
            Self::VerifyCheckCode => code(invoice.check_code.as_deref().map(last_six)),
            _ => Value::Empty,
        };
        Draft::Cell(Cell { value, verified: None })
    }
}

/// How an invoice calls a field that the list has.
fn called(field: Field) -> &'static str {
    match field {
        Field::Type => "发票类型",
        Field::InvoiceCode => "发票代码",
        Field::InvoiceNumber => "发票号码",
        Field::IssueDate => "开票日期",
        Field::BuyerName => "购买方名称",
        Field::BuyerTaxId => "购买方税号",
        Field::SellerName => "销售方名称",
        Field::SellerTaxId => "销售方税号",
        Field::TotalAmount => "合计金额",
        Field::TotalTax => "合计税额",
        Field::GrandTotal => "价税合计",
        _ => "",
    }
}

/// Whether a value is confirmed; none where the invoice has none.
fn verified(checked: &CheckedInvoice, field: Field) -> Option<bool> {
    checked.invoice.get(field)?;
    Some(checked.fields.get(&field.to_string()).is_some_and(|evidence| evidence.verified))
}

/// Of a digital invoice the tax bureau's page asks for the total with tax, of all others for the amount without.
fn asked_amount(invoice: &Invoice) -> Field {
    if invoice.r#type.is_digital() { Field::GrandTotal } else { Field::TotalAmount }
}

fn value(invoice: &Invoice, field: Field) -> Value {
    let is_code = matches!(field.kind(), FieldKind::Digits | FieldKind::TaxId);
    match invoice.get(field) {
        None => Value::Empty,
        Some(FieldValue::Money(money)) => Value::Amount(money.0),
        Some(FieldValue::Date(day)) => Value::Day(day),
        Some(value) if is_code => code(Some(value.to_string())),
        Some(value) => text(Some(value.to_string())),
    }
}

fn text(text: Option<String>) -> Value {
    text.filter(|text| !text.is_empty()).map_or(Value::Empty, Value::Text)
}

/// What has other characters than codes have stays anybody's text.
fn code(code: Option<String>) -> Value {
    match code {
        Some(code) if !code.is_empty() && code.bytes().all(|b| b.is_ascii_alphanumeric()) => Value::Code(code),
        other => text(other),
    }
}

fn last_six(code: &str) -> String {
    let from = code.char_indices().rev().nth(5).map_or(0, |(at, _)| at);
    code.get(from..).unwrap_or_default().to_owned()
}
