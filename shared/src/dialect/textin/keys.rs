//! Every `item_list` key, its description and what it holds. A table; knows nothing of JSON.

use crate::invoice::{Column, Field};

/// One key of the vendor's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// The vendor's name, with its own spelling.
    pub key: &'static str,
    /// The vendor's description.
    pub description: &'static str,
    /// Whose value it holds; of a column of the goods table, its lines joined by newlines. None for what several values
    /// decide.
    pub holds: Option<Field>,
}

const fn value(key: &'static str, description: &'static str, field: Field) -> Key {
    Key { key, description, holds: Some(field) }
}

const fn derived(key: &'static str, description: &'static str) -> Key {
    Key { key, description, holds: None }
}

/// The number, which a fully digital invoice carries under another key.
pub(super) const NUMBER: &str = "vat_invoice_haoma";
/// The number of 20 digits.
pub(super) const DIGITAL_NUMBER: &str = "digital_elec_invoice_number";
/// Whether a tax office issued it; empty when not.
pub(super) const AGENT_ISSUED: &str = "vat_invoice_dai_kai_flag";

/// Keys that name a place, and whose first print stands there where the form has no second one. So the vendor's engine
/// answers: of the tax office's specimen, on which date and total stand once, both keys of each have the same value at the
/// same place, and the code at the top left is the printed one.
pub(super) const FIRST_PRINTS: [(Field, Field); 4] = [
    (Field::ReprintedCode, Field::InvoiceCode),
    (Field::DateOnTheRight, Field::IssueDate),
    (Field::ReprintedCheckCode, Field::CheckCode),
    (Field::ReprintedTotalAmount, Field::TotalAmount),
];
/// On a digital invoice the number is printed at the right alone.
pub(super) const ON_DIGITAL: (Field, Field) = (Field::NumberOnTheRight, Field::InvoiceNumber);

/// All keys of the interface page in its order, and the special mark of newer answers.
pub(super) const KEYS: [Key; 53] = [
    derived("type", "类型"),
    value("exist_manufacture_supervising_seal", "监制章存在性判断", Field::SupervisionSeal),
    value("exist_invoice_seal", "发票专用章存在性判断", Field::InvoiceSeal),
    derived(DIGITAL_NUMBER, "数电票号码"),
    value("vat_invoice_cipher_field", "密码区", Field::CipherText),
    value("vat_invoice_correct_code", "校验码", Field::CheckCode),
    value("vat_invoice_corrent_code_print", "打印校验码", Field::ReprintedCheckCode),
    derived(AGENT_ISSUED, "代开(非代开条目为空)"),
    value("vat_invoice_daima", "发票代码", Field::InvoiceCode),
    value("vat_invoice_daima_print", "打印发票代码", Field::ReprintedCode),
    value("vat_invoice_daima_right_side", "右侧打印发票代码", Field::CodeOnTheRight),
    value("vat_invoice_drawer", "开票人", Field::Drawer),
    value("vat_invoice_elec_payment_id", "电子支付标识", Field::ElectronicPaymentId),
    value("vat_invoice_electrans_quantity", "数量明细", Field::Column(Column::Quantity)),
    value("vat_invoice_electrans_unit", "单位明细", Field::Column(Column::Unit)),
    value("vat_invoice_electrans_unit_price", "单价明细", Field::Column(Column::UnitPrice)),
    value("vat_invoice_goods_list", "货物或服务名称", Field::Column(Column::Name)),
    derived(NUMBER, "发票号码"),
    value("vat_invoice_haoma_large_size", "增值税发票No号码", Field::LargeNumber),
    value("vat_invoice_haoma_right_side", "右侧打印发票号码", Field::NumberOnTheRight),
    value("vat_invoice_headline_page_number", "标题发票联", Field::ReprintedSheet),
    value("vat_invoice_issue_date", "开票日期", Field::IssueDate),
    value("vat_invoice_issue_date_print", "右侧打印开票日期", Field::DateOnTheRight),
    value("vat_invoice_machine_no", "机器编号", Field::MachineNumber),
    value("vat_invoice_note_correct_code", "备注校验码", Field::CheckCodeInRemarks),
    value("vat_invoice_page_number", "抵扣联/发票联", Field::Sheet),
    value("vat_invoice_payee", "收款人", Field::Payee),
    value("vat_invoice_payer_addr_tell", "购买方地址、电话", Field::BuyerAddressPhone),
    value("vat_invoice_payer_bank_account", "购买方开户行及账号", Field::BuyerBankAccount),
    value("vat_invoice_payer_name", "购买方名称", Field::BuyerName),
    value("vat_invoice_plate_specific", "规格型号", Field::Column(Column::Specification)),
    value("vat_invoice_price_list", "金额明细", Field::Column(Column::Amount)),
    value("vat_invoice_qr_code", "qr码", Field::QrCode),
    value("vat_invoice_rate_payer_id", "购买方纳税人识别号", Field::BuyerTaxId),
    value("vat_invoice_review", "复核", Field::Reviewer),
    value("vat_invoice_seller_addr_tell", "销售方地址、电话", Field::SellerAddressPhone),
    value("vat_invoice_seller_bank_account", "销售方开户行及账号", Field::SellerBankAccount),
    value("vat_invoice_seller_id", "销售方纳税人识别号", Field::SellerTaxId),
    value("vat_invoice_seller_name", "销售方名称", Field::SellerName),
    value("vat_invoice_tax_list", "税额明细", Field::Column(Column::TaxAmount)),
    value("vat_invoice_tax_rate", "税率", Field::TaxRate),
    value("vat_invoice_tax_rate_list", "税率明细", Field::Column(Column::TaxRate)),
    value("vat_invoice_tax_total", "税额合计", Field::TotalTax),
    value("vat_invoice_total", "合计", Field::TotalAmount),
    value("vat_invoice_total_cover_tax", "价税合计大写", Field::GrandTotalWords),
    value("vat_invoice_total_cover_tax_digits", "价税合计小写", Field::GrandTotal),
    value("vat_invoice_total_note", "备注", Field::Remarks),
    value("vat_invoice_total_print", "打印合计", Field::ReprintedTotalAmount),
    derived("vat_invoice_type", "发票类型"),
    derived("vat_invoice_zhuan_yong_flag", "专票/普票"),
    value("exist_stample", "盖章存在性判断", Field::AnySeal),
    derived("vat_invoice_quandianfapiao_flag", "判断是否全电票"),
    value("vat_invoice_service_type", "特殊票种标识", Field::SpecialMark),
];
