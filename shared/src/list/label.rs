//! The words that stand in the list's cells, in either language. Knows nothing of lines.

use crate::invoice::{ExpenseCategory, InvoiceType};
use crate::report::Verdict;
use crate::sentence::{Lang, Sentence, invoice_kind, screen};

pub(super) fn verdict(verdict: Verdict, lang: Lang) -> String {
    let word = match verdict {
        Verdict::Verified => screen::verified(),
        Verdict::Review => screen::review(),
    };
    word.say(lang).unwrap_or_default()
}

pub(super) fn status(status: &str, lang: Lang) -> String {
    let word = match status {
        "read" => screen::read(),
        "rejected" => screen::rejected(),
        "failed" => screen::failed(),
        "withdrawn" => screen::withdrawn(),
        "skipped" => screen::skipped(),
        other => Sentence::verbatim(other),
    };
    word.say(lang).unwrap_or_default()
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
