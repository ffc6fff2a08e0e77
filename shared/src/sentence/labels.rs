//! What fields, sources, kinds of invoice and rules are called. In English a field, a kind and a rule go by their names in
//! JSON, so that one finds them there; in Chinese by what stands on the form.

use super::Lang;

type Table = &'static [(&'static str, &'static str)];

/// A field of its path.
pub(super) fn field(path: &str, lang: Lang) -> String {
    if lang == Lang::En {
        return path.to_owned();
    }
    in_table(path).unwrap_or_else(|| of(FIELDS, path))
}

/// `items[2].amount`, `items.amount`, `page_subtotals[0].tax`.
fn in_table(path: &str) -> Option<String> {
    let (table, column) = path.split_once('.')?;
    if table == "items" {
        return Some(format!("各行{}", of(COLUMNS, column)));
    }
    let (table, row) = table.strip_suffix(']')?.split_once('[')?;
    let row = row.parse::<usize>().ok()?.saturating_add(1);
    match table {
        "items" => Some(format!("第{row}行{}", of(COLUMNS, column))),
        "page_subtotals" => Some(format!("第{row}页小计{}", of(SUBTOTALS, column))),
        _ => None,
    }
}

/// Where a value came from.
pub(super) fn source(name: &str, lang: Lang) -> String {
    of(if lang == Lang::En { SOURCES_EN } else { SOURCES }, name)
}

/// A kind of invoice, by its name in JSON.
pub fn invoice_kind(name: &str, lang: Lang) -> String {
    if lang == Lang::En { name.to_owned() } else { of(INVOICE_KINDS, name) }
}

/// A rule.
pub(super) fn rule(name: &str, lang: Lang) -> String {
    if lang == Lang::En { name.to_owned() } else { of(RULES, name) }
}

fn of(table: Table, name: &str) -> String {
    table.iter().find(|(own, _)| *own == name).map_or(name, |(_, label)| *label).to_owned()
}

const FIELDS: Table = &[
    ("type", "发票类型"),
    ("title", "发票名称"),
    ("sheet", "联次"),
    ("invoice_code", "发票代码"),
    ("invoice_number", "发票号码"),
    ("printed_number", "机打号码"),
    ("issue_date", "开票日期"),
    ("check_code", "校验码"),
    ("machine_number", "机器编号"),
    ("cipher_text", "密码区"),
    ("qr_code", "二维码"),
    ("special_mark", "左上角标志"),
    ("agent_issued", "代开标志"),
    ("electronic_payment_id", "电子支付标识"),
    ("buyer.name", "购买方名称"),
    ("buyer.tax_id", "购买方税号"),
    ("buyer.address_phone", "购买方地址、电话"),
    ("buyer.bank_account", "购买方开户行及账号"),
    ("seller.name", "销售方名称"),
    ("seller.tax_id", "销售方税号"),
    ("seller.address_phone", "销售方地址、电话"),
    ("seller.bank_account", "销售方开户行及账号"),
    ("items", "货物明细"),
    ("total_amount", "合计金额"),
    ("total_tax", "合计税额"),
    ("grand_total", "价税合计（小写）"),
    ("grand_total_words", "价税合计（大写）"),
    ("tax_rate", "税率"),
    ("remarks", "备注"),
    ("payee", "收款人"),
    ("reviewer", "复核人"),
    ("drawer", "开票人"),
    ("original_invoice_number", "原发票号码"),
    ("seals.any", "印章"),
    ("seals.supervision", "发票监制章"),
    ("seals.invoice", "发票专用章"),
    ("seals.seller_name", "印章上的销售方名称"),
    ("seals.seller_tax_id", "印章上的销售方税号"),
    ("reprints.sheet", "另处所印联次"),
    ("reprints.code", "打印发票代码"),
    ("reprints.code_right", "右侧发票代码"),
    ("reprints.number_large", "大号发票号码"),
    ("reprints.number_right", "右侧发票号码"),
    ("reprints.other_number", "另一处发票号码"),
    ("reprints.date_right", "右侧开票日期"),
    ("reprints.check_code", "打印校验码"),
    ("reprints.check_code_in_remarks", "备注中的校验码"),
    ("reprints.total_amount", "打印合计金额"),
];

const COLUMNS: Table = &[
    ("name", "货物名称"),
    ("specification", "规格型号"),
    ("plate_number", "车牌号"),
    ("vehicle_type", "车辆类型"),
    ("passage_start", "通行日期起"),
    ("passage_end", "通行日期止"),
    ("unit", "单位"),
    ("quantity", "数量"),
    ("unit_price", "单价"),
    ("amount", "金额"),
    ("tax_rate", "税率"),
    ("tax_amount", "税额"),
    ("tax_category_code", "税收分类编码"),
];

const SUBTOTALS: Table = &[("amount", "金额"), ("tax", "税额")];

const SOURCES_EN: Table = &[
    ("print", "the print"),
    ("qr", "the QR code"),
    ("text", "the file's text"),
    ("xml", "the file's XML"),
    ("code", "the invoice code"),
    ("seal", "the seal"),
    ("vendor", "the vendor"),
];

const SOURCES: Table = &[
    ("print", "票面"),
    ("qr", "二维码"),
    ("text", "文件文字"),
    ("xml", "文件内XML数据"),
    ("code", "发票代码"),
    ("seal", "印章"),
    ("vendor", "识别服务商"),
];

const INVOICE_KINDS: Table = &[
    ("special", "增值税专用发票"),
    ("common", "增值税普通发票"),
    ("electronic_common", "增值税电子普通发票"),
    ("electronic_special", "增值税电子专用发票"),
    ("electronic_toll", "增值税电子普通发票（通行费）"),
    ("blockchain", "区块链电子普通发票"),
    ("digital_common", "数电票（普通发票）"),
    ("digital_special", "数电票（增值税专用发票）"),
    ("roll", "增值税普通发票（卷票）"),
];

const RULES: Table = &[
    ("sources_agree", "多来源一致"),
    ("qr_matches_print", "二维码与票面一致"),
    ("qr_kind_matches_type", "二维码票种与票面一致"),
    ("number_shapes", "代码号码格式"),
    ("code_fits_type", "发票代码与票种相符"),
    ("code_fits_title", "发票代码与地区相符"),
    ("code_fits_date", "发票代码与开票日期相符"),
    ("digital_number_fits_date", "数电票号码与开票日期相符"),
    ("printed_again", "重复打印内容一致"),
    ("date_is_possible", "开票日期合理"),
    ("buyer_tax_id_check_digit", "购买方税号校验位"),
    ("seller_tax_id_check_digit", "销售方税号校验位"),
    ("seal_matches_seller", "印章与销售方一致"),
    ("buyer_is_ours", "抬头是否本单位"),
    ("roles_are_clear", "各栏内容归属"),
    ("text_is_whole", "文件文字完整"),
    ("words_match_digits", "大小写金额一致"),
    ("signs_agree", "合计正负一致"),
    ("rates_are_known", "税率合法"),
    ("price_and_quantity", "数量单价成对"),
    ("quantity_times_price", "数量×单价＝金额"),
    ("amount_times_rate", "金额×税率＝税额"),
    ("negative_lines", "负数行（折扣）"),
    ("total_plus_tax", "金额＋税额＝价税合计"),
    ("lines_add_up", "各行金额合计"),
    ("line_taxes_add_up", "各行税额合计"),
    ("not_seen_before", "查重"),
    ("copies_agree", "同票多联一致"),
];
