//! Papers that are no VAT invoice, told by what they call themselves: the words of their title, and, where nobody could
//! read it, the labels that only they have. Knows nothing of how an invoice is laid out.

use crate::invoice::InvoiceCode;
use crate::sentence::{Sentence, fault, next};

use super::frame::{Span, median};
use super::label;

/// What a paper is, and what is to be done with it.
type Told = (Sentence, Sentence);

/// A paper that is none of ours.
struct Paper {
    /// What the Report calls it.
    name: fn() -> Sentence,
    /// What is to be done with it.
    advice: fn() -> Sentence,
    /// Words that its title has; the spaces between their parts are gaps that other words may fill.
    titles: &'static [&'static str],
    /// Labels that no invoice has; three of them make up for a title that could not be read.
    labels: &'static [&'static str],
}

/// Narrower papers before wider ones.
const PAPERS: [Paper; 22] = [
    Paper {
        name: fault::paper_tolls,
        advice: next::send_tolls_themselves,
        titles: &["票据汇总单", "通行费 汇总单"],
        labels: &["汇总单号", "行程信息", "票据信息", "出入口信息", "拆分金额", "行程数量", "票据数量"],
    },
    Paper {
        name: fault::paper_used_vehicle,
        advice: next::book_vehicle_invoice,
        titles: &["二手车", "手车销售统"],
        labels: &[
            "买方单位/个人",
            "卖方单位/个人",
            "车牌照号",
            "登记证号",
            "转入地车辆管理所",
            "经营、拍卖单位",
            "二手车市场",
        ],
    },
    Paper {
        name: fault::paper_motor_vehicle,
        advice: next::book_vehicle_invoice,
        titles: &["机动车销售", "动车销售统"],
        labels: &[
            "商检单号",
            "进口证明书号",
            "合格证号",
            "厂牌型号",
            "发动机号码",
            "车辆识别代号/车架号码",
            "限乘人数",
        ],
    },
    Paper {
        name: fault::paper_train,
        advice: next::book_deductible_ticket,
        titles: &["铁路电子客票", "铁路客票"],
        labels: &["买票请到12306", "发货请到95306", "中国铁路祝您旅途愉快", "限乘当日当次车", "电子客票号"],
    },
    Paper {
        name: fault::paper_flight,
        advice: next::book_deductible_ticket,
        titles: &["航空运输", "电子客票行程单", "客票行程单"],
        labels: &[
            "航班号",
            "承运人",
            "民航发展基金",
            "燃油附加费",
            "客票生效日期",
            "客票级别",
            "免费行李",
            "填开单位",
            "电子客票号码",
        ],
    },
    Paper {
        name: fault::paper_medical,
        advice: next::book_without_tax,
        titles: &["医疗 票据", "医疗收费", "门诊收费", "住院收费", "医疗 专用收据"],
        labels: &[
            "门诊号",
            "住院号",
            "病历号",
            "病例号",
            "医保类型",
            "医疗机构类型",
            "医保统筹基金支付",
            "个人账户支付",
            "个人现金支付",
            "个人自付",
            "个人自费",
        ],
    },
    Paper {
        name: fault::paper_fiscal,
        advice: next::book_without_tax,
        titles: &[
            "非税收入",
            "财政票据",
            "财政 票据",
            "统一票据",
            "往来 结算票据",
            "捐赠 票据",
            "会费 票据",
            "行政事业性收费",
        ],
        labels: &[
            "票据代码",
            "票据号码",
            "交款人",
            "交款人统一社会信用代码",
            "收款单位(章)",
            "缴款书",
            "项目编码",
            "执收单位",
        ],
    },
    Paper {
        name: fault::paper_tax_paid,
        advice: next::book_by_hand,
        titles: &["完税证明", "海关 缴款书"],
        labels: &[],
    },
    Paper {
        name: fault::paper_taxi,
        advice: next::book_without_tax,
        titles: &["出租车", "出租汽车", "TAXI"],
        labels: &[
            "上车", "下车", "车号", "证号", "等候", "里程", "TaxiNo.", "Date", "Tel", "Mileage", "Geton", "Getoff",
        ],
    },
    Paper {
        name: fault::paper_ticket,
        advice: next::book_by_hand,
        titles: &["汽车客票", "客运发票", "客运 车票", "过路费", "过桥费", "门票"],
        labels: &[],
    },
    Paper {
        name: fault::paper_fixed_amount,
        advice: next::book_without_tax,
        titles: &["定额发票", "定额 票"],
        labels: &[],
    },
    Paper {
        name: fault::paper_general,
        advice: next::book_without_tax,
        titles: &["通用 发票", "通用机打", "通用手工", "通用电子", "通用(电子"],
        labels: &[
            "行业分类",
            "付款方名称",
            "付款方识别号",
            "收款方名称",
            "收款方识别号",
            "开票项目",
            "手开无效",
            "合计人民币(大写)",
        ],
    },
    Paper {
        name: fault::paper_trip, advice: next::keep_with_invoice, titles: &["行程单", "行程报销单"], labels: &[]
    },
    Paper {
        name: fault::paper_goods,
        advice: next::send_with_its_invoice,
        titles: &["销货清单", "应税劳务 清单", "销售货物 清单", "货物 劳务 清单", "货物清单"],
        labels: &[
            "所属增值税专用发票代码",
            "所属增值税普通发票代码",
            "所属增值税电子普通发票代码",
            "所属发票代码",
            "销售方(章)",
            "填开日期",
        ],
    },
    Paper {
        name: fault::paper_offer,
        advice: next::ask_for_invoice,
        titles: &[
            "报价单",
            "报价表",
            "形式发票",
            "PROFORMA",
            "QUOTATION",
            "COMMERCIALINVOICE",
            "商业发票",
            "估价单",
            "询价单",
        ],
        labels: &["供方(盖章)", "需方(盖章)", "有效期", "交货期", "付款方式", "报价人", "币种"],
    },
    Paper {
        name: fault::paper_trade,
        advice: next::ask_for_invoice,
        titles: &[
            "采购订单",
            "销售订单",
            "订货单",
            "送货单",
            "出库单",
            "入库单",
            "对账单",
            "结算单",
            "合同",
            "销售单",
            "派工单",
            "预结算",
        ],
        labels: &[],
    },
    Paper {
        name: fault::paper_bank,
        advice: next::keep_with_invoice,
        titles: &[
            "业务回单",
            "电子回单",
            "转账回单",
            "客户回单",
            "收款回单",
            "付款回单",
            "银行 回单",
            "进账单",
            "汇款 凭证",
        ],
        labels: &[
            "付款人名称",
            "付款人账号",
            "付款人开户行",
            "收款人名称",
            "收款人账号",
            "收款人开户行",
            "回单编号",
            "交易流水号",
            "转账用途",
        ],
    },
    Paper {
        name: fault::paper_payment,
        advice: next::keep_with_invoice,
        titles: &["支付成功", "账单详情", "交易成功"],
        labels: &[],
    },
    Paper {
        name: fault::paper_till,
        advice: next::ask_for_invoice,
        titles: &["购物小票", "收银小票", "结账单", "小票", "欢迎光临", "预结单", "消费清单"],
        labels: &["收银员", "应收", "实收", "找零", "桌号", "谢谢惠顾", "欢迎光临", "会员卡号", "单号"],
    },
    Paper {
        name: fault::paper_expense,
        advice: next::send_pasted_invoices,
        titles: &["报销单", "粘贴单", "报销单据"],
        labels: &[],
    },
    Paper {
        name: fault::paper_receipt,
        advice: next::ask_for_invoice,
        titles: &["收款收据", "收据", "收条", "RECEIPT"],
        labels: &["今收到", "收款事由", "交款单位", "系付", "收款方式"],
    },
    Paper {
        name: fault::paper_draft,
        advice: next::keep_with_invoice,
        titles: &["承兑汇票", "信用证", "银行汇票"],
        labels: &[],
    },
];

/// Words of the titles of our own nine, in this order, whatever a seal takes out of them.
const OURS: [&str; 5] = ["增值税 发票", "电子 普通发票", "普通发票", "专用发票", "卷票"];

/// Heads of the table of goods: a title stands above them.
const HEADS: [&str; 10] =
    ["规格型号", "单位", "数量", "单价", "金额", "税率", "税额", "项目名称", "车牌号", "货物或应税劳务、服务名称"];

/// How much larger than the other print a title is.
const TITLE: f32 = 1.2;
/// Labels that make up for a title which nobody could read.
const LABELS: usize = 3;
/// How long a title's word must be for one of its characters to be forgiven.
const NEARLY: usize = 4;
/// What may stand behind the last word of a title, besides brackets.
const BEHIND: usize = 8;

/// What a paper is that says of itself that it is no VAT invoice; none for an invoice, and for a paper that says nothing.
pub(in crate::reader) fn paper(spans: &[Span]) -> Option<Told> {
    titled(spans).or_else(|| if is_titled_as_ours(spans) { None } else { labelled(spans) })
}

/// What the title says. Only a title's place and size count: remarks and goods may mention whatever they like.
pub(super) fn titled(spans: &[Span]) -> Option<Told> {
    if is_titled_as_ours(spans) {
        return None;
    }
    let is_head = |s: &&Span| !s.vertical && HEADS.contains(&s.folded().as_str());
    let top = spans.iter().filter(is_head).map(|s| s.y).reduce(f32::min).unwrap_or(f32::MAX);
    let titles: Vec<String> = titles(spans).filter(|s| s.y < top).map(Span::folded).collect();
    let by = |is_titled: fn(&Paper, &str) -> bool| {
        PAPERS.iter().find(|paper| titles.iter().any(|title| is_titled(paper, title))).map(Paper::told)
    };
    by(Paper::is_titled).or_else(|| by(Paper::is_nearly_titled))
}

/// What its labels say, where nobody could read a title.
pub(super) fn labelled(spans: &[Span]) -> Option<Told> {
    let told = PAPERS.iter().find(|paper| paper.has_labels(spans)).map(Paper::told);
    told.or_else(|| is_general(spans).then(|| (fault::paper_general(), next::book_without_tax())))
}

/// Whether it has the code of an invoice without tax, which begins with a 1, and says nothing of a tax.
fn is_general(spans: &[Span]) -> bool {
    let is_taxed = |s: &Span| ["税率", "税额", "征收率"].iter().any(|word| s.folded().contains(word));
    let code = label::all(spans, &["发票代码"]).into_iter().find_map(|hit| label::value(spans, &hit, f32::MAX));
    let digits = code.map(|code| label::until(&code, &["发票号码"]).folded()).unwrap_or_default();
    // The chain, and four old electronic ones, have codes that begin with a 1 too.
    let is_ours =
        digits.starts_with("14403") || InvoiceCode::parse(&digits).is_some_and(|c| c.invoice_type().is_some());
    let is_general = digits.len() == 12 && digits.starts_with('1') && !is_ours;
    is_general && !spans.iter().any(is_taxed)
}

/// Whether a title is that of one of the nine, wherever it stands.
pub(super) fn is_titled_as_ours(spans: &[Span]) -> bool {
    titles(spans).map(Span::folded).any(|title| {
        OURS.iter().any(|words| in_order(&title, words)) && !PAPERS.iter().any(|paper| paper.is_titled(&title))
    })
}

/// The lines in larger print, none of them a label with its value.
fn titles(spans: &[Span]) -> impl Iterator<Item = &Span> {
    let upright = || spans.iter().filter(|s| !s.vertical && !s.slanted);
    let unit = median(upright().map(|s| s.height).collect()).unwrap_or(f32::MAX);
    upright().filter(move |s| s.height >= TITLE * unit && !s.folded().contains([':', '*', '¥']))
}

impl Paper {
    fn told(&self) -> Told {
        ((self.name)(), (self.advice)())
    }

    fn is_titled(&self, title: &str) -> bool {
        self.titles.iter().any(|words| in_order(title, words))
    }

    /// As [`Self::is_titled`], with one character of a longer word misread.
    fn is_nearly_titled(&self, title: &str) -> bool {
        let title: Vec<char> = title.chars().collect();
        let nearly = |words: &&str| {
            let words: Vec<char> = words.chars().collect();
            let differing = |part: &[char]| part.iter().zip(&words).filter(|(a, b)| a != b).count();
            words.len() >= NEARLY && title.windows(words.len()).any(|part| differing(part) == 1)
        };
        self.titles.iter().filter(|words| !words.contains(' ')).any(nearly)
    }

    /// Whether enough of its labels are there, each at the beginning of a line or of a cell.
    fn has_labels(&self, spans: &[Span]) -> bool {
        let is_there = |label: &&&str| spans.iter().any(|s| s.folded().starts_with(**label));
        self.labels.iter().filter(is_there).count() >= LABELS
    }
}

/// Whether a text has all words, one behind the other, and the last of them ends it but for a bracket.
fn in_order(text: &str, words: &str) -> bool {
    let behind = words.split(' ').try_fold(text, |rest, word| rest.split_once(word).map(|(_, behind)| behind));
    let behind = behind.map(|rest| rest.split(['(', '[']).next().unwrap_or_default());
    behind.is_some_and(|rest| rest.chars().count() <= BEHIND)
}

#[cfg(test)]
#[path = "foreign_tests.rs"]
mod tests;
