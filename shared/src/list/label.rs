//! The words that stand in the list's cells, in either language. Knows nothing of lines.

use crate::invoice::{ExpenseCategory, InvoiceType};
use crate::report::Verdict;
use crate::sentence::{Lang, invoice_kind};

pub(super) fn verdict(verdict: Verdict, lang: Lang) -> String {
    let [en, zh] = match verdict {
        Verdict::Verified => ["verified", "核对无误"],
        Verdict::Review => ["review", "需人工复核"],
    };
    pick(en, zh, lang)
}

pub(super) fn status(status: &str, lang: Lang) -> String {
    let zh = match status {
        "read" => "已识别",
        "rejected" => "无法识别",
        "failed" => "识别失败",
        "withdrawn" => "文件已删除",
        "skipped" => "已跳过",
        other => other,
    };
    pick(status, zh, lang)
}

pub(super) fn kind(kind: InvoiceType, lang: Lang) -> String {
    invoice_kind(&kind.to_string(), lang)
}

pub(super) fn category(category: ExpenseCategory, lang: Lang) -> String {
    let zh = match category {
        ExpenseCategory::Vehicle => "用车",
        ExpenseCategory::Education => "教育",
        ExpenseCategory::Traffic => "交通",
        ExpenseCategory::Office => "办公",
        ExpenseCategory::Daily => "日用",
        ExpenseCategory::DigitalAppliance => "数码电器",
        ExpenseCategory::RentDecoration => "房租装饰",
        ExpenseCategory::Communication => "通讯",
        ExpenseCategory::Lodging => "住宿",
        ExpenseCategory::Post => "邮寄",
        ExpenseCategory::MedicalTreatment => "医疗",
        ExpenseCategory::Repast => "餐饮",
        ExpenseCategory::Foodstuff => "食品",
        ExpenseCategory::Raiment => "服饰",
        ExpenseCategory::Service => "服务",
        ExpenseCategory::Other => "其他",
    };
    pick(&category.to_string(), zh, lang)
}

pub(super) fn flag(flag: bool, lang: Lang) -> String {
    let [en, zh] = if flag { ["yes", "是"] } else { ["no", "否"] };
    pick(en, zh, lang)
}

fn pick(en: &str, zh: &str, lang: Lang) -> String {
    match lang {
        Lang::En => en,
        Lang::Zh => zh,
    }
    .to_owned()
}
