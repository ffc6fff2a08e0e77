//! The invoice in our own words: pure data and the rules of its codes, with no input or output.
//! Knows nothing of pixels, files, providers or clouds.
//!
//! Names follow the field's standard terms. A value that the invoice does not print is `None`, and
//! every key is always present in JSON, so a reader of it never has to tell "absent" from "null".

pub mod arithmetic;
mod category;
mod code;
mod decimal;
mod field;
pub mod form_words;
mod kind;
mod print;
mod qr;
mod tax_id;
mod value;
pub mod words;

pub use category::of as expense_category;
pub use code::{DigitalNumber, InvoiceCode, region_in_title, split_region};
pub use decimal::{Money, ParseDecimalError, Quantity, TaxRate};
pub use field::{Column, Field, Subtotal};
pub use kind::{ExpenseCategory, InvoiceType};
pub use print::{plain, unified};
pub use qr::{ChainLink, QrPayload};
pub use tax_id::TaxId;
pub use value::{FieldKind, FieldValue, date, digits, tax_id as parse_tax_id};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One invoice, as printed and understood.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Invoice {
    /// Which of the nine kinds of paper it is.
    pub r#type: InvoiceType,
    /// The printed heading without the sheet's name, e.g. `上海增值税普通发票`.
    pub title: Option<String>,
    /// Which copy of the set: `发票联`, `抵扣联`, `记账联`.
    pub sheet: Option<String>,
    /// 发票代码: 10 or 12 digits; none on a fully digital invoice.
    pub invoice_code: Option<String>,
    /// 发票号码: 8 digits, or 20 on a fully digital invoice.
    pub invoice_number: Option<String>,
    /// 机打号码: the number the till printed again on a roll.
    pub printed_number: Option<String>,
    /// 开票日期, `YYYY-MM-DD`.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub issue_date: Option<jiff::civil::Date>,
    /// 校验码 without spaces: 20 digits, or five characters on a blockchain invoice.
    pub check_code: Option<String>,
    /// 机器编号, 12 digits.
    pub machine_number: Option<String>,
    /// 密码区: its lines joined by a newline.
    pub cipher_text: Option<String>,
    /// What the QR code says, unaltered.
    pub qr_code: Option<String>,
    /// The mark at the top left: `成品油`, `通行费`, `收购`.
    pub special_mark: Option<String>,
    /// Whether a tax office issued it on the seller's behalf (代开).
    pub agent_issued: Option<bool>,
    /// 电子支付标识, a Shenzhen pilot.
    pub electronic_payment_id: Option<String>,
    /// 购买方.
    pub buyer: Party,
    /// 销售方.
    pub seller: Party,
    /// The lines, in printed order.
    pub items: Vec<Item>,
    /// True on rolls: their prices and amounts carry the tax.
    pub amounts_include_tax: bool,
    /// 合计金额 without tax.
    pub total_amount: Option<Money>,
    /// 合计税额; none where stars stand in its place.
    pub total_tax: Option<Money>,
    /// 价税合计(小写).
    pub grand_total: Option<Money>,
    /// 价税合计(大写) as printed, without the mark before it.
    pub grand_total_words: Option<String>,
    /// A rate that the invoice gives as a whole, where a provider reports one.
    pub tax_rate: Option<String>,
    /// Page subtotals of an invoice over several pages.
    pub page_subtotals: Vec<PageSubtotal>,
    /// 备注, lines joined by a newline.
    pub remarks: Option<String>,
    /// 收款人.
    pub payee: Option<String>,
    /// 复核.
    pub reviewer: Option<String>,
    /// 开票人.
    pub drawer: Option<String>,
    /// What the money was spent on.
    pub expense_category: Option<ExpenseCategory>,
    /// On a red-letter invoice, the number of the one it takes back.
    pub original_invoice_number: Option<String>,
    /// Which seals are there, and what they say.
    pub seals: Seals,
    /// Values printed a second time elsewhere on the page.
    pub reprints: Reprints,
}

/// A buyer or a seller.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// 名称.
    pub name: Option<String>,
    /// 纳税人识别号 or 统一社会信用代码, as printed: a failing check digit rejects nothing.
    pub tax_id: Option<String>,
    /// 地址、电话, one string as printed.
    pub address_phone: Option<String>,
    /// 开户行及账号, one string as printed.
    pub bank_account: Option<String>,
}

/// One line of goods or services.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// 货物或应税劳务、服务名称, a wrapped one joined.
    pub name: Option<String>,
    /// 规格型号.
    pub specification: Option<String>,
    /// 单位.
    pub unit: Option<String>,
    /// 数量.
    pub quantity: Option<Quantity>,
    /// 单价; with tax on rolls.
    pub unit_price: Option<Quantity>,
    /// 金额; with tax on rolls.
    pub amount: Option<Money>,
    /// 税率 or 征收率.
    pub tax_rate: Option<TaxRate>,
    /// 税额; none where stars stand in its place.
    pub tax_amount: Option<Money>,
    /// 税收分类编码: never printed, only in files that carry data.
    pub tax_category_code: Option<String>,
    /// 车牌号, on toll invoices.
    pub plate_number: Option<String>,
    /// 类型, on toll invoices.
    pub vehicle_type: Option<String>,
    /// 通行日期起, `YYYYMMDD` as printed.
    pub passage_start: Option<String>,
    /// 通行日期止, `YYYYMMDD` as printed.
    pub passage_end: Option<String>,
}

/// 小计 of one page of a longer invoice.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageSubtotal {
    /// Without tax.
    pub amount: Option<Money>,
    /// The tax.
    pub tax: Option<Money>,
}

/// The red seals. `None` means nobody looked, `false` that there is none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Seals {
    /// Any seal at all.
    pub any: Option<bool>,
    /// 发票监制章, the tax administration's.
    pub supervision: Option<bool>,
    /// 发票专用章, the seller's.
    pub invoice: Option<bool>,
    /// The seller's name inside its seal.
    pub seller_name: Option<String>,
    /// The seller's tax id inside its seal.
    pub seller_tax_id: Option<String>,
}

/// Values that paper forms print again: beside the code block, large, in remarks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reprints {
    /// 联次 again, in the title band.
    pub sheet: Option<String>,
    /// 打印发票代码.
    pub code: Option<String>,
    /// 右侧打印发票代码.
    pub code_right: Option<String>,
    /// The large `No` number.
    pub number_large: Option<String>,
    /// 右侧打印发票号码.
    pub number_right: Option<String>,
    /// The other number, where two kinds are printed: the 20 digits beside a paper's 8, or the reverse.
    pub other_number: Option<String>,
    /// 右侧打印开票日期, as printed.
    pub date_right: Option<String>,
    /// 打印校验码.
    pub check_code: Option<String>,
    /// 备注校验码, often the last six digits alone.
    pub check_code_in_remarks: Option<String>,
    /// 打印合计, as printed.
    pub total_amount: Option<String>,
}
