//! What the form itself prints around values: labels, captions, heads of columns. A value that holds one of them runs into
//! another cell. Knows nothing of where they stand.

use super::plain;

/// Labels and captions that no value holds; those that a value may hold only count with their colon.
const LABELS: [&str; 26] = [
    "纳税人识别号",
    "社会信用代码",
    "地址、电话",
    "开户行及账号",
    "电子支付标识",
    "价税合计",
    "(大写)",
    "(小写)",
    "规格型号",
    "应税劳务",
    "税率/征收率",
    "密码区",
    "购买方",
    "销售方",
    "发票代码",
    "发票号码",
    "开票日期",
    "机器编号",
    "下载次数",
    "校验码:",
    "名称:",
    "备注:",
    "收款人:",
    "复核:",
    "复核人:",
    "开票人:",
];

/// Heads of the table of goods, each as a line of its own.
const HEADS: [&str; 12] = [
    "项目名称",
    "货物或应税劳务、服务名称",
    "规格型号",
    "单位",
    "数量",
    "单价",
    "金额",
    "税率",
    "税率/征收率",
    "税额",
    "合计",
    "价税合计(大写)",
];

/// The form's label that a text holds.
pub fn label_in(text: &str) -> Option<&'static str> {
    let text = plain(text);
    LABELS.into_iter().find(|label| text.contains(label))
}

/// From so many different labels on a paper is one of ours, or looks like one.
const ENOUGH_LABELS: usize = 3;

/// Whether a paper's lines carry as many labels as only an invoice does.
pub fn look_like_an_invoice<'t>(lines: impl IntoIterator<Item = &'t str>) -> bool {
    let lines: Vec<String> = lines.into_iter().map(plain).collect();
    let is_there = |label: &&&str| lines.iter().any(|line| line.contains(**label));
    LABELS.iter().filter(is_there).count() >= ENOUGH_LABELS
}

/// What stands at the beginning of a text when a label was cut off too late.
pub fn begins_with_rest_of_label(text: &str) -> bool {
    plain(text).starts_with(['、', ':', ';', ',', '.', '·', '/'])
}

/// Labels so long that they are read in pieces.
const LONG_LABELS: [&str; 4] =
    ["统一社会信用代码/纳税人识别号:", "货物或应税劳务、服务名称", "开户行及账号:", "电子支付标识:"];
/// So many characters of one are no chance.
const PIECE: usize = 4;

/// Whether a text ends in a piece of a label that was not read whole.
pub fn ends_in_label(text: &str) -> bool {
    let text: Vec<char> = plain(text).chars().collect();
    let end: String = text.iter().skip(text.len().saturating_sub(PIECE)).collect();
    text.len() > PIECE && LONG_LABELS.iter().any(|label| label.contains(&end))
}

/// Whether the lines of a text hold a table's head: one head alone is a word like others.
pub fn holds_table_head(text: &str) -> bool {
    let heads = text.lines().map(plain).filter(|line| HEADS.contains(&line.as_str()));
    heads.collect::<std::collections::BTreeSet<_>>().len() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_own_words_are_told_from_what_is_typed_in() {
        for (text, label) in [
            ("电子支付标识：", Some("电子支付标识")),
            ("平安银行 6322891744979963444收款人： 卢文思", Some("收款人:")),
            ("收款人", None),
            ("上海市丁路1号 电话：021-55550001", None),
            ("名称权服务有限公司", None),
            ("杭州某某酒店 名 称：", Some("名称:")),
        ] {
            assert_eq!(label_in(text), label, "{text}");
        }
        assert!(begins_with_rest_of_label("、 电 话：深圳市") && !begins_with_rest_of_label("（某）公司"));
    }

    #[test]
    fn a_piece_of_a_long_label_behind_a_value_is_told() {
        for text in ["杭州某某商行统一社会信", "杭州某某有限公司用代码/", "杭州某某商行纳税人识别号："]
        {
            assert!(ends_in_label(text), "{text}");
        }
        for text in ["杭州某某社会服务有限公司", "杭州某某银行支行", "信用代码"] {
            assert!(!ends_in_label(text), "{text}");
        }
    }

    #[test]
    fn three_labels_are_an_invoices() {
        assert!(look_like_an_invoice(["发票代码：1", "发 票 号 码：2 开票日期：3"]));
        assert!(!look_like_an_invoice(["发票号码：2 开票日期：3", "姓名：甲", "发票号码：4"]));
    }

    #[test]
    fn two_heads_are_a_table_and_one_is_a_word() {
        assert!(holds_table_head("订单123\n金 额\n税率\n税 额"));
        assert!(!holds_table_head("合计\n订单123") && !holds_table_head("金额 税率 税额 见合同"));
    }
}
