//! Every `item_list` key, its description and what it holds. A table; knows nothing of JSON.

/// One key of the vendor's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The vendor's name, with its own spelling.
    pub key: &'static str,
    /// The vendor's description.
    pub description: &'static str,
    /// What it fills, or is made of.
    pub holds: Holds,
}

/// What a key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// The value at a path.
    Path(&'static str),
    /// One column of the goods table, its lines joined by newlines.
    Column(&'static str),
    /// Something that several values decide.
    Derived(Derived),
}

/// Values that are not one path's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Derived {
    /// The kind of invoice.
    Type,
    /// 电子发票 or 非电子发票.
    Medium,
    /// 专票 or 普票.
    SpecialOrCommon,
    /// Whether fully digital.
    Digital,
    /// Whether a tax office issued it; empty when not.
    AgentIssued,
    /// The number, which a fully digital invoice carries under another key.
    Number,
    /// The number of 20 digits.
    DigitalNumber,
}

const fn field(key: &'static str, description: &'static str, holds: Holds) -> Field {
    Field { key, description, holds }
}

/// All keys of the interface page in its order, and the special mark of newer answers.
pub const FIELDS: [Field; 53] = [
    field("type", "类型", Holds::Derived(Derived::Type)),
    field("exist_manufacture_supervising_seal", "监制章存在性判断", Holds::Path("seals.supervision")),
    field("exist_invoice_seal", "发票专用章存在性判断", Holds::Path("seals.invoice")),
    field("digital_elec_invoice_number", "数电票号码", Holds::Derived(Derived::DigitalNumber)),
    field("vat_invoice_cipher_field", "密码区", Holds::Path("cipher_text")),
    field("vat_invoice_correct_code", "校验码", Holds::Path("check_code")),
    field("vat_invoice_corrent_code_print", "打印校验码", Holds::Path("reprints.check_code")),
    field("vat_invoice_dai_kai_flag", "代开(非代开条目为空)", Holds::Derived(Derived::AgentIssued)),
    field("vat_invoice_daima", "发票代码", Holds::Path("invoice_code")),
    field("vat_invoice_daima_print", "打印发票代码", Holds::Path("reprints.code")),
    field("vat_invoice_daima_right_side", "右侧打印发票代码", Holds::Path("reprints.code_right")),
    field("vat_invoice_drawer", "开票人", Holds::Path("drawer")),
    field("vat_invoice_elec_payment_id", "电子支付标识", Holds::Path("electronic_payment_id")),
    field("vat_invoice_electrans_quantity", "数量明细", Holds::Column("quantity")),
    field("vat_invoice_electrans_unit", "单位明细", Holds::Column("unit")),
    field("vat_invoice_electrans_unit_price", "单价明细", Holds::Column("unit_price")),
    field("vat_invoice_goods_list", "货物或服务名称", Holds::Column("name")),
    field("vat_invoice_haoma", "发票号码", Holds::Derived(Derived::Number)),
    field("vat_invoice_haoma_large_size", "增值税发票No号码", Holds::Path("reprints.number_large")),
    field("vat_invoice_haoma_right_side", "右侧打印发票号码", Holds::Path("reprints.number_right")),
    field("vat_invoice_headline_page_number", "标题发票联", Holds::Path("reprints.sheet")),
    field("vat_invoice_issue_date", "开票日期", Holds::Path("issue_date")),
    field("vat_invoice_issue_date_print", "右侧打印开票日期", Holds::Path("reprints.date_right")),
    field("vat_invoice_machine_no", "机器编号", Holds::Path("machine_number")),
    field("vat_invoice_note_correct_code", "备注校验码", Holds::Path("reprints.check_code_in_remarks")),
    field("vat_invoice_page_number", "抵扣联/发票联", Holds::Path("sheet")),
    field("vat_invoice_payee", "收款人", Holds::Path("payee")),
    field("vat_invoice_payer_addr_tell", "购买方地址、电话", Holds::Path("buyer.address_phone")),
    field("vat_invoice_payer_bank_account", "购买方开户行及账号", Holds::Path("buyer.bank_account")),
    field("vat_invoice_payer_name", "购买方名称", Holds::Path("buyer.name")),
    field("vat_invoice_plate_specific", "规格型号", Holds::Column("specification")),
    field("vat_invoice_price_list", "金额明细", Holds::Column("amount")),
    field("vat_invoice_qr_code", "qr码", Holds::Path("qr_code")),
    field("vat_invoice_rate_payer_id", "购买方纳税人识别号", Holds::Path("buyer.tax_id")),
    field("vat_invoice_review", "复核", Holds::Path("reviewer")),
    field("vat_invoice_seller_addr_tell", "销售方地址、电话", Holds::Path("seller.address_phone")),
    field("vat_invoice_seller_bank_account", "销售方开户行及账号", Holds::Path("seller.bank_account")),
    field("vat_invoice_seller_id", "销售方纳税人识别号", Holds::Path("seller.tax_id")),
    field("vat_invoice_seller_name", "销售方名称", Holds::Path("seller.name")),
    field("vat_invoice_tax_list", "税额明细", Holds::Column("tax_amount")),
    field("vat_invoice_tax_rate", "税率", Holds::Path("tax_rate")),
    field("vat_invoice_tax_rate_list", "税率明细", Holds::Column("tax_rate")),
    field("vat_invoice_tax_total", "税额合计", Holds::Path("total_tax")),
    field("vat_invoice_total", "合计", Holds::Path("total_amount")),
    field("vat_invoice_total_cover_tax", "价税合计大写", Holds::Path("grand_total_words")),
    field("vat_invoice_total_cover_tax_digits", "价税合计小写", Holds::Path("grand_total")),
    field("vat_invoice_total_note", "备注", Holds::Path("remarks")),
    field("vat_invoice_total_print", "打印合计", Holds::Path("reprints.total_amount")),
    field("vat_invoice_type", "发票类型", Holds::Derived(Derived::Medium)),
    field("vat_invoice_zhuan_yong_flag", "专票/普票", Holds::Derived(Derived::SpecialOrCommon)),
    field("exist_stample", "盖章存在性判断", Holds::Path("seals.any")),
    field("vat_invoice_quandianfapiao_flag", "判断是否全电票", Holds::Derived(Derived::Digital)),
    field("vat_invoice_service_type", "特殊票种标识", Holds::Path("special_mark")),
];
