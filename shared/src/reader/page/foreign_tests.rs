//! Titles and labels of papers that are none of ours. Knows nothing of what an invoice holds.

use super::*;
use crate::ocr::TextLine;
use crate::reader::page::frame::Frame;
use crate::reader::testing::{Placed, line, page, tall};
use crate::sentence::Lang;

/// A table of goods below a title, with remarks.
const BODY: [Placed<'_>; 8] = [
    ("项目名称", 100.0, 200.0),
    ("数量", 400.0, 200.0),
    ("单价", 600.0, 200.0),
    ("金额", 800.0, 200.0),
    ("*餐饮服务*餐费", 100.0, 240.0),
    ("1", 400.0, 240.0),
    ("500.00", 600.0, 240.0),
    ("500.00", 800.0, 240.0),
];

fn with(lines: Vec<TextLine>) -> Option<String> {
    let body = BODY.map(line);
    let told = paper(&Frame::new(&page(lines.into_iter().chain(body).collect())).spans);
    told.and_then(|(name, _)| name.say(Lang::En))
}

#[test]
fn a_paper_is_what_its_title_says() {
    for (title, says) in [
        ("收费公路通行费电子票据汇总单", "汇总单"),
        ("二手车销售统一发票", "二手车"),
        ("电子发票(机动车销售统一发票)", "机动车"),
        ("电子发票(铁路电子客票)", "铁路"),
        ("电子发票(航空运输电子客票行程单)", "航空"),
        ("湖北省医疗门诊收费票据(电子)", "医疗"),
        ("陕西省非税收入统一票据(电子)", "财政"),
        ("中央财政往来结算票据", "财政"),
        ("税收完税证明", "完税"),
        ("成都市客运出租车发票", "出租车"),
        ("湖北省国家税务局通用定额发票", "定额"),
        ("广东通用机打发票", "通用"),
        ("上海车辆通行费通用(电子)发票", "通用"),
        ("滴滴出行-行程单", "行程单"),
        ("销售货物或者提供应税劳务、服务清单", "清单"),
        ("形式发票", "形式"),
        ("PROFORMA INVOICE", "形式"),
        ("报价单", "报价"),
        ("送货单", "送货"),
        ("客户业务回单", "回单"),
        ("费用报销单", "报销"),
        ("收款收据", "收据"),
    ] {
        let told = with(vec![tall((title, 400.0, 60.0), 32.0)]);
        assert!(told.as_ref().is_some_and(|told| told.contains(says)), "{title}: {told:?}");
    }
}

#[test]
fn an_invoice_is_none_of_them_whatever_it_mentions() {
    for title in [
        "上海增值税电子普通发票",
        "上海增值税专用发票",
        "上海增专用发票",
        "深圳电子普通发票",
        "电子发票(普通发票)",
        "电子发票(增值税专用发票)",
        "货物运输业增值税专用发票",
    ] {
        let mentions = || vec![line(("财政票据", 600.0, 500.0)), tall(("收据", 100.0, 560.0), 30.0)];
        let titled = mentions().into_iter().chain([tall((title, 400.0, 60.0), 32.0)]);
        assert_eq!(with(titled.collect()), None, "{title}");
        assert_eq!(with(mentions()), None, "only a title's place counts");
    }
    let small = line(("通用机打发票", 400.0, 60.0));
    assert_eq!(with(vec![small]), None, "only a title's size counts");
    let label = tall(("备注:收据", 400.0, 60.0), 32.0);
    assert_eq!(with(vec![label]), None, "a label with its value is no title");
}

#[test]
fn one_character_of_a_title_may_be_misread() {
    for (title, says) in [
        ("广东逼用机打发票", "通用"),
        ("机动牢销售统一发票", "机动车"),
        ("电子发票(铁路电于客票)", "铁路"),
        ("客户业务回羊", "回单"),
    ] {
        let told = with(vec![tall((title, 400.0, 60.0), 32.0)]);
        assert!(told.as_ref().is_some_and(|told| told.contains(says)), "{title}: {told:?}");
    }
    for title in
        ["上海增值税定用发票", "上海增值税普通发果", "电子发票", "发票联", "国家税务总局", "全国统一发票监制章"]
    {
        assert_eq!(with(vec![tall((title, 400.0, 60.0), 32.0)]), None, "{title}");
    }
}

#[test]
fn labels_tell_where_the_title_could_not_be_read() {
    let ticket = ["买票请到12306 发货请到95306", "中国铁路祝您旅途愉快", "电子客票号:954205616672368077703"];
    let lines = |count: usize| {
        let rows = ticket.iter().take(count).zip(1_u8..);
        rows.map(|(text, row)| line((text, 100.0, 500.0 + 40.0 * f32::from(row)))).collect()
    };
    assert!(with(lines(3)).is_some_and(|told| told.contains("铁路")));
    assert_eq!(with(lines(1)), None);
}

#[test]
fn a_code_of_general_invoices_tells_one_that_has_no_tax() {
    let code = |code: &str| line((code, 800.0, 60.0));
    assert!(with(vec![code("发票代码:161005499117")]).is_some_and(|told| told.contains("通用")));
    assert_eq!(with(vec![code("发票代码:161005499117"), line(("税率", 900.0, 200.0))]), None);
    assert_eq!(with(vec![code("发票代码:144032009110")]), None, "the chain's");
    assert_eq!(with(vec![code("发票代码:131001570151")]), None, "an old electronic one");
    assert_eq!(with(vec![code("发票代码:031001900211")]), None);
}
