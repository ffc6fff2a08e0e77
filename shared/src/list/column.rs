//! What the list's columns are, and what stands in them. Knows nothing of lines and how they are judged.

use super::cell::{Cell, Draft, Trust, Value};
use super::extract;
use crate::invoice::{Field, FieldKind, FieldValue, Invoice};
use crate::report::{CheckStatus, CheckedInvoice, Verdict};
use crate::sentence::{Lang, report::field_not_found};

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
    /// What a person does next.
    NextStep,
    /// Where the same invoice stands again; of the first one only.
    AlsoIn,
    /// What makes it no ordinary invoice.
    Marks,
    /// The lines' rates, each once.
    TaxRates,
    /// The first lines' names.
    Goods,
    /// What is printed in the remarks.
    Remarks,
}

impl Column {
    /// All of them, in the order of the list.
    pub const ALL: [Self; 36] = [
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
        Self::NextStep,
        Self::AlsoIn,
        Self::Marks,
        Self::TaxRates,
        Self::Goods,
        Self::Remarks,
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
            Self::NextStep => "next_step".to_owned(),
            Self::AlsoIn => "also_in".to_owned(),
            Self::Marks => "marks".to_owned(),
            Self::TaxRates => "tax_rates".to_owned(),
            Self::Goods => "goods".to_owned(),
            Self::Remarks => "remarks".to_owned(),
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
            Self::NextStep => "下一步".to_owned(),
            Self::AlsoIn => "另见".to_owned(),
            Self::Marks => "标记".to_owned(),
            Self::TaxRates => "税率".to_owned(),
            Self::Goods => "货物或服务名称".to_owned(),
            Self::Remarks => "备注".to_owned(),
        }
    }

    /// What an invoice has in this column; nothing in those that are its file's.
    pub(super) fn of(self, checked: &CheckedInvoice) -> Draft {
        let invoice = &checked.invoice;
        match self {
            Self::Value(Field::Type) => Draft::Kind(invoice.r#type),
            Self::Value(field) => Draft::Cell(Cell { value: value(invoice, field), trust: trust(checked, field) }),
            Self::Verified(field) => match trust(checked, field).filter(|_| invoice.get(field).is_some()) {
                Some(trust) => Draft::Verified(trust == Trust::Confirmed, trust),
                None => Value::Empty.into(),
            },
            Self::ExpenseCategory => invoice.expense_category.map_or(Value::Empty.into(), Draft::Category),
            Self::VerifyDate => code(invoice.issue_date.map(|date| date.strftime("%Y%m%d").to_string())).into(),
            Self::VerifyAmount => value(invoice, asked_amount(invoice)).into(),
            Self::VerifyCheckCode => code(invoice.check_code.as_deref().map(last_six)).into(),
            Self::Marks => Draft::Said(extract::marks(invoice)),
            Self::TaxRates => Draft::Said(extract::tax_rates(invoice)),
            Self::Goods => Draft::Said(extract::goods(invoice)),
            Self::Remarks => text(invoice.remarks.clone()).into(),
            _ => Value::Empty.into(),
        }
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

/// How a value is to be taken, or one that is missing and should not be; none where there is nothing to confirm.
fn trust(checked: &CheckedInvoice, field: Field) -> Option<Trust> {
    let path = field.to_string();
    if checked.invoice.get(field).is_none() {
        let is_missed = checked.reasons.iter().any(|reason| reason.said == field_not_found(field));
        return is_missed.then_some(Trust::ToCheck);
    }
    if checked.fields.get(&path).is_some_and(|evidence| evidence.verified) {
        return Some(Trust::Confirmed);
    }
    let failed = checked.checks.iter().filter(|check| check.status == CheckStatus::Fail);
    let is_asked = Field::KEYS.contains(&field) || failed.into_iter().any(|check| check.fields.contains(&path));
    Some(if is_asked && checked.verdict == Verdict::Review { Trust::ToCheck } else { Trust::NotAsked })
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
