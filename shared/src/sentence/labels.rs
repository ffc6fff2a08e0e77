//! What fields, sources and kinds of invoice are called: in Chinese what stands on the form, in English a field by the words of its
//! name in JSON and a kind by that name itself.

use super::Lang;

type Table = &'static [(&'static str, &'static str)];

/// A field of its path.
pub(super) fn field(path: &str, lang: Lang) -> String {
    match in_table(path) {
        Some((table, row, column)) => cell(table, row, column, lang),
        None if lang == Lang::En => words(path),
        None => of(FIELDS, path),
    }
}

/// Table, row from 1 and column of `items[2].amount`, `items.amount`, `page_subtotals[0].tax`.
fn in_table(path: &str) -> Option<(&str, Option<usize>, &str)> {
    let (table, column) = path.split_once('.')?;
    let Some((table, row)) = table.strip_suffix(']').and_then(|table| table.split_once('[')) else {
        return (table == "items").then_some((table, None, column));
    };
    let row = row.parse::<usize>().ok()?.saturating_add(1);
    matches!(table, "items" | "page_subtotals").then_some((table, Some(row), column))
}

fn cell(table: &str, row: Option<usize>, column: &str, lang: Lang) -> String {
    let is_item = table == "items";
    match (lang, row) {
        (Lang::En, Some(row)) if is_item => format!("{} of line {row}", words(column)),
        (Lang::En, Some(row)) => format!("{} of the subtotal of page {row}", words(column)),
        (Lang::En, None) => format!("{} of the lines", words(column)),
        (Lang::Zh, Some(row)) if is_item => format!("第{row}行{}", of(COLUMNS, column)),
        (Lang::Zh, Some(row)) => format!("第{row}页小计{}", of(SUBTOTALS, column)),
        (Lang::Zh, None) => format!("各行{}", of(COLUMNS, column)),
    }
}

/// A name in JSON as words.
fn words(name: &str) -> String {
    name.replace(['_', '.'], " ")
}

/// Where a value came from.
pub(super) fn source(name: &str, lang: Lang) -> String {
    of(if lang == Lang::En { SOURCES_EN } else { SOURCES }, name)
}

/// A kind of invoice, by its name in JSON.
pub fn invoice_kind(name: &str, lang: Lang) -> String {
    if lang == Lang::En { name.to_owned() } else { of(INVOICE_KINDS, name) }
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
