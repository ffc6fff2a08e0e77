//! What the money was spent on, told by the goods' category: the word between the two stars.
//! Two pairs are confirmed by the vendor (住宿服务, 餐饮服务); the rest of the table is ours.

use super::{ExpenseCategory, Item};

use ExpenseCategory as E;

/// Category words and the kind of spending. The first row that a name contains decides, so narrower words
/// stand before wider ones.
const TABLE: [(E, &[&str]); 15] = [
    (E::Lodging, &["住宿服务"]),
    (E::Repast, &["餐饮服务"]),
    (E::Traffic, &["运输服务", "客运服务", "通行费"]),
    (E::Post, &["邮政服务", "快递服务", "收派服务"]),
    (E::Communication, &["电信服务"]),
    (E::RentDecoration, &["经营租赁", "物业管理服务", "建筑服务", "装饰服务"]),
    (E::Vehicle, &["汽油", "柴油", "成品油", "机动车", "汽车零", "车辆修理", "停车", "洗车"]),
    (E::Education, &["教育服务", "印刷品", "文化服务"]),
    (E::Office, &["办公用品", "文具", "纸制品", "计算机配套产品"]),
    (E::DigitalAppliance, &["计算机", "移动通信设备", "家用电器", "电子元件", "视频设备", "照相器材"]),
    (E::Daily, &["日用杂品", "洗涤剂", "化妆品", "日用品"]),
    (E::MedicalTreatment, &["医疗", "化学药品制剂", "中成药"]),
    (E::Foodstuff, &["谷物", "肉及肉制品", "乳制品", "水果", "蔬菜", "酒", "软饮料", "方便食品", "焙烤食品"]),
    (E::Raiment, &["服装", "鞋", "帽"]),
    (E::Service, &["信息技术服务", "现代服务", "生活服务", "鉴证咨询服务", "会展服务", "预付卡销售", "服务"]),
];

/// The kind of spending of an invoice's lines: that of the first line whose name carries a category.
/// `None` where no line does.
pub fn of(items: &[Item]) -> Option<ExpenseCategory> {
    let names = items.iter().filter_map(|item| item.name.as_deref());
    let word = names.filter_map(between_stars).next()?;
    let row = TABLE.iter().find(|(_, words)| words.iter().any(|w| word.contains(w)));
    Some(row.map_or(E::Other, |(category, _)| *category))
}

/// `*住宿服务*房费` -> `住宿服务`.
fn between_stars(name: &str) -> Option<&str> {
    let rest = name.trim_start().strip_prefix(['*', '＊'])?;
    rest.split_once(['*', '＊']).map(|(word, _)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_between_the_stars_decides() {
        let item = |name: &str| vec![Item { name: Some(name.to_owned()), ..Item::default() }];
        assert_eq!(of(&item("*住宿服务*房费")), Some(E::Lodging));
        assert_eq!(of(&item("*餐饮服务*工作餐")), Some(E::Repast));
        assert_eq!(of(&item("*计算机配套产品*硒鼓")), Some(E::Office));
        assert_eq!(of(&item("*电子计算机*笔记本电脑")), Some(E::DigitalAppliance));
        assert_eq!(of(&item("*陶瓷制品*抛光砖")), Some(E::Other));
        assert_eq!(of(&item("房费")), None);
    }
}
