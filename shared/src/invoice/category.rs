//! What the money was spent on, told by both halves of the goods' name: `*经营租赁*通行费` is a short name of the tax
//! classification and what the seller calls it. Two pairs are confirmed by the vendor (住宿服务, 餐饮服务); the rest is ours.

use rust_decimal::Decimal;

use super::{ExpenseCategory, Item};

use ExpenseCategory as E;

/// What the seller calls it, where the short name is a wide one: a service, a lease, a sale of cards. The first row that
/// the text contains decides.
const CALLED: [(E, &[&str]); 11] = [
    (E::Traffic, &["通行费", "过路", "过桥", "机票", "车票", "船票", "客运", "打车", "网约车", "代驾", "签证"]),
    (E::Vehicle, &["停车", "洗车", "加油", "充电", "车辆", "汽车", "车险", "租车"]),
    (E::Lodging, &["住宿", "房费", "客房", "酒店"]),
    (E::Repast, &["餐费", "工作餐", "早餐", "午餐", "晚餐", "餐饮", "盒饭"]),
    (E::Post, &["快递", "收派", "邮寄", "邮费", "寄件"]),
    (E::Communication, &["通信费", "通信服务", "话费", "宽带", "短信", "流量"]),
    (E::RentDecoration, &["物业", "房租", "租金", "水费", "电费", "燃气", "装修", "保洁", "办公室"]),
    (E::Education, &["培训", "学费", "课程", "考试", "教育"]),
    (E::MedicalTreatment, &["体检", "诊疗", "医疗", "挂号"]),
    (E::Raiment, &["洗衣", "干洗", "工作服"]),
    (E::Office, &["复印", "打印机", "办公用品"]),
];

/// Goods whose kind their short name hides: paper that is for the washroom, masks among the toiletries.
const GOODS: [(E, &[&str]); 3] = [
    (E::Daily, &["面纸", "纸巾", "卫生纸", "卷纸"]),
    (E::MedicalTreatment, &["医用", "口罩", "消毒"]),
    (E::Vehicle, &["轮胎", "车用", "机油"]),
];

/// Endings of short names that say little: then what the seller calls it goes first.
const WIDE: [&str; 5] = ["服务", "租赁", "预付卡销售", "劳务", "代理"];
/// Short names that end so and say enough all the same.
const TOLD: [&str; 6] = ["住宿服务", "餐饮服务", "运输服务", "教育服务", "医疗服务", "电信服务"];

/// Short names and the kind of spending. The first row that a name contains decides, so narrower words stand before
/// wider ones.
const SHORT: [(E, &[&str]); 29] = [
    (E::Lodging, &["住宿服务"]),
    (E::Repast, &["餐饮服务"]),
    (
        E::Office,
        &["文化办公用设备", "办公用品", "文具", "纸制品", "计算机配套产品", "办公设备", "家具", "教学专用仪器"],
    ),
    (
        E::Vehicle,
        &[
            "汽油",
            "柴油",
            "成品油",
            "润滑油",
            "机动车",
            "汽车",
            "摩托车",
            "自行车",
            "车辆",
            "停车",
            "洗车",
            "轮胎",
            "橡胶制品",
        ],
    ),
    (E::MedicalTreatment, &["医疗", "药品", "中成药", "中药", "医药", "疫苗", "卫生材料", "医用"]),
    (
        E::Foodstuff,
        &["食品", "饮料", "谷物", "薯类", "油料", "豆类", "豆制品", "蔬菜", "水果", "果类", "坚果", "食用菌"],
    ),
    (
        E::Foodstuff,
        &["肉及肉制品", "肉制品", "肉类", "畜禽", "禽类", "蛋类", "蛋制品", "乳制品", "水产", "海水产品", "淡水产品"],
    ),
    (
        E::Foodstuff,
        &["植物油", "食用油", "调味品", "罐头", "食糖", "淀粉", "糕点", "茶", "酒", "粮食", "米面制品", "饮用水"],
    ),
    (E::Communication, &["电信服务", "通信服务", "基础电信"]),
    (E::Post, &["邮政服务", "邮政", "快递", "收派服务"]),
    (E::Traffic, &["运输服务", "客运", "货运", "通行费", "旅客运输", "航空服务"]),
    (E::Education, &["教育服务", "印刷品", "文化服务", "图书", "出版物", "乐器", "电子出版物", "音像制品"]),
    (E::RentDecoration, &["经营租赁", "不动产", "物业管理", "建筑", "装饰", "修缮", "安装服务", "工程服务", "房屋"]),
    (E::RentDecoration, &["供电", "电力", "热力", "供热", "燃气", "天然气", "水冰雪", "自来水", "供水"]),
    (
        E::RentDecoration,
        &[
            "水泥",
            "砖瓦",
            "石材",
            "石灰",
            "陶瓷",
            "涂料",
            "防水",
            "保温",
            "玻璃纤维",
            "平板玻璃",
            "建材",
            "砂石",
            "非金属矿",
        ],
    ),
    (
        E::RentDecoration,
        &[
            "金属冶炼压延品",
            "金属制品",
            "木制品",
            "人造板",
            "木材",
            "门窗",
            "塑料制品",
            "管材",
            "阀门",
            "卫生洁具",
            "五金",
        ],
    ),
    (
        E::DigitalAppliance,
        &[
            "计算机",
            "通信",
            "手机",
            "移动通信设备",
            "电子",
            "集成电路",
            "半导体",
            "音频视频",
            "视频设备",
            "广播电视",
            "雷达",
        ],
    ),
    (
        E::DigitalAppliance,
        &["照相", "摄影", "光学", "家电", "电器", "制冷", "空调", "照明", "灯具", "电池", "电线电缆", "转接板", "智能"],
    ),
    (E::DigitalAppliance, &["仪器", "仪表", "衡器", "配电", "变压器", "输配电", "电动机", "发电机", "电机", "电气"]),
    (E::DigitalAppliance, &["通用设备", "专用设备", "机床", "泵", "风机", "压缩机", "机械", "工具", "机器人"]),
    (E::Raiment, &["服装", "服饰", "鞋", "帽", "皮革", "毛皮", "羽绒", "手套", "袜"]),
    (
        E::Daily,
        &["日用", "洗涤剂", "化妆品", "护肤", "卫生用品", "清洁", "家庭用品", "厨房用具", "餐具", "玻璃制品", "箱包"],
    ),
    (
        E::Daily,
        &[
            "纺织",
            "针织",
            "床上用品",
            "体育用品",
            "玩具",
            "工艺",
            "首饰",
            "珠宝",
            "钟表",
            "眼镜",
            "卷烟",
            "烟草",
            "花卉",
        ],
    ),
    (
        E::Service,
        &["信息技术服务", "软件", "信息系统", "研发", "技术服务", "鉴证咨询", "设计", "广告", "会议", "会展", "展览"],
    ),
    (
        E::Service,
        &[
            "人力资源",
            "企业管理",
            "安全保护",
            "经纪代理",
            "商务辅助",
            "物流辅助",
            "仓储",
            "装卸",
            "金融",
            "保险",
            "贷款",
        ],
    ),
    (
        E::Service,
        &["旅游", "娱乐", "体育", "居民日常", "广播影视", "文化创意", "知识产权", "合同能源", "环境治理", "垃圾处理"],
    ),
    (E::Service, &["修理修配", "加工劳务", "维修", "预付卡销售", "现代服务", "生活服务", "劳务"]),
    (E::Service, &["服务"]),
    (E::RentDecoration, &["租赁"]),
];

/// The kind of spending of an invoice's lines: that of the line with the most money among those whose name carries a
/// category. `None` where no line does.
pub fn of(items: &[Item]) -> Option<ExpenseCategory> {
    let told = items.iter().filter_map(|item| Some((item, of_name(item.name.as_deref()?)?)));
    let money = |item: &Item| item.amount.map_or(Decimal::ZERO, |amount| amount.0.abs());
    // Of lines with as much money the first one.
    told.collect::<Vec<_>>().into_iter().rev().max_by_key(|(item, _)| money(item)).map(|(_, category)| category)
}

/// The kind of spending that a goods name tells.
fn of_name(name: &str) -> Option<ExpenseCategory> {
    let (short, called) = halves(name)?;
    let among = |table: &[(E, &[&str])], text: &str| {
        table.iter().find(|(_, words)| words.iter().any(|word| text.contains(word))).map(|(category, _)| *category)
    };
    let is_wide = WIDE.iter().any(|end| short.ends_with(end)) && !TOLD.iter().any(|told| short.ends_with(told));
    let by_called = if is_wide { among(&CALLED, called) } else { among(&GOODS, called) };
    Some(by_called.or_else(|| among(&SHORT, short)).unwrap_or(E::Other))
}

/// `*住宿服务*房费` -> `住宿服务`, `房费`.
fn halves(name: &str) -> Option<(&str, &str)> {
    let rest = name.trim_start().strip_prefix(['*', '＊'])?;
    rest.split_once(['*', '＊'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, amount: &str) -> Item {
        Item { name: Some(name.to_owned()), amount: amount.parse().ok(), ..Item::default() }
    }

    #[test]
    fn both_halves_of_a_name_tell_what_the_money_was_spent_on() {
        for (category, names) in [
            (E::Lodging, "*住宿服务*房费 *旅游服务*住宿费 *生活服务*转售住宿服务"),
            (E::Repast, "*餐饮服务*工作餐 *会议服务*早餐费 *餐饮服务*餐饮服务"),
            (E::Traffic, "*经营租赁*通行费 *运输服务*客运服务费 *经纪代理服务*代订机票款 *运输服务*货物运输费"),
            (E::Vehicle, "*汽油*95号车用汽油 *经营租赁*停车费 *生活服务*洗车费 *预付卡销售*加油充值款 *机动车*小轿车"),
            (E::Post, "*物流辅助服务*快递费 *物流辅助服务*收派服务费 *邮政服务*邮费"),
            (E::Communication, "*电信服务*通信服务费 *增值电信服务*短信费"),
            (E::RentDecoration, "*经营租赁*房租 *企业管理服务*物业管理费 *供电*电费 *水冰雪*水费 *水泥*普通硅酸盐水泥"),
            (E::RentDecoration, "*涂料*内墙乳胶漆 *陶瓷制品*抛光砖 *建筑服务*工程服务 *不动产经营租赁*租金"),
            (E::Education, "*非学历教育服务*培训费 *印刷品*图书 *文化服务*服务费"),
            (E::Office, "*计算机配套产品*硒鼓 *文化办公用设备*投影仪 *文具*中性笔 *纸制品*A4复印纸 *家具*办公椅"),
            (
                E::DigitalAppliance,
                "*电子计算机*笔记本电脑 *通信传输设备*交换机 *日用家电*空调 *手机*手机 *计算机外部设备*鼠标",
            ),
            (E::Daily, "*日用杂品*雨伞 *洗涤剂*洗衣液 *纸制品*抽取式面纸 *玻璃制品*水杯 *纺织产品*毛巾"),
            (E::MedicalTreatment, "*中成药*感冒灵颗粒 *医疗仪器器械*血压计 *卫生用品*医用外科口罩 *化学药品制剂*胶囊"),
            (E::Foodstuff, "*其他食品*礼盒 *熟肉制品*牛肉干 *焙烤食品*面包 *软饮料*纯净水 *酒*白酒 *果类加工品*开心果"),
            (E::Raiment, "*鞋*劳保鞋 *帽子*运动帽 *服装*工作服"),
            (E::Service, "*信息技术服务*技术服务费 *鉴证咨询服务*审计费 *预付卡销售*购物卡充值 *会议服务*会议场地费"),
            (E::Other, "*轴承*深沟球轴承 *苗木*绿化苗木"),
        ] {
            for name in names.split(' ') {
                assert_eq!(of(&[named(name, "1.00")]), Some(category), "{name}");
            }
        }
        assert_eq!(of(&[named("房费", "1.00")]), None);
    }

    /// Short names of the tax classification as invoices carry them.
    const USUAL: &str = "餐饮服务 预付卡销售 汽油 住宿服务 信息技术服务 经营租赁 医疗仪器器械 文具 物流辅助服务 \
        计算机外部设备 通用设备 运输服务 中成药 会议服务 柴油 糖果类食品 鉴证咨询服务 焙烤食品 饮料 研发和技术服务 \
        软件 金属制品 印刷品 电线电缆 植物油 信息系统增值服务 化学药品制剂 轴承 涂料 酒 谷物加工品 家具 广告服务 \
        音频视频设备 液压元件 乳制品 纸制品 日用家电 设计服务 阀门 生物化学药品 洗涤剂 通信设备 水泥 \
        黑色金属冶炼压延品 日用杂品 人力资源服务 移动通信设备 泵 企业管理服务 软饮料 卫生用品 方便食品 陶瓷制品 \
        电子元件 计算机配套产品 塑料制品 非学历教育服务 计算机网络设备 电子计算机 果类加工品 办公用品 机床 电动机 \
        供电 建筑服务 照明装置 纺织产品 生活服务 蔬菜 熟肉制品 帽子 电信服务 手机 转接板 文化服务 现代服务 水冰雪 \
        家用厨房电器具 肉类 水果 鞋 玻璃制品 修理修配劳务 苗木 经纪代理服务 禽类产品 旅游服务 其他食品 通信传输设备 \
        文化办公用设备";

    #[test]
    fn few_short_names_tell_nothing() {
        let names: Vec<&str> = USUAL.split_whitespace().collect();
        let other = |name: &&&str| of_name(&format!("*{name}*")) == Some(E::Other);
        let untold: Vec<&&str> = names.iter().filter(other).collect();
        assert!(untold.len() * 20 <= names.len(), "{untold:?}");
    }

    #[test]
    fn the_line_with_the_most_money_decides() {
        let dinner = || named("*餐饮服务*餐费", "120.00");
        let room = || named("*住宿服务*房费", "600.00");
        assert_eq!(of(&[dinner(), room()]), Some(E::Lodging));
        assert_eq!(of(&[named("*餐饮服务*餐费", "-120.00"), named("*住宿服务*房费", "-600.00")]), Some(E::Lodging));
        assert_eq!(of(&[named("(详见销货清单)", "900.00"), dinner()]), Some(E::Repast));
        assert_eq!(of(&[named("*餐饮服务*餐费", "1.00"), named("*住宿服务*房费", "1.00")]), Some(E::Repast));
        assert_eq!(of(&[named("*餐饮服务*餐费", "none")]), Some(E::Repast), "an amount that was not read");
    }
}
