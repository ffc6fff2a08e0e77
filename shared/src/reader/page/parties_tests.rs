//! What is read from a party's block whose lines are placed by hand.

use super::*;
use crate::reader::testing::{Placed, found};

const ID: &str = "91310000834486035U";
const WHOLE: [Option<&str>; 4] =
    [Some("上海甲乙丙有限公司"), Some(ID), Some("上海市丁路1号 021-55550001"), Some("戊银行上海支行 6217993300118475")];

struct Case<'t> {
    what: &'t str,
    lines: &'t [Placed<'t>],
    want: [Option<&'t str>; 4],
}

#[track_caller]
fn assert_read(case: &Case<'_>) {
    let party = found(case.lines, |builder, spans| read(builder, BUYER, spans)).invoice.buyer;
    let read = [party.name, party.tax_id, party.address_phone, party.bank_account];
    assert_eq!(read.each_ref().map(Option::as_deref), case.want, "{}", case.what);
}

#[test]
fn four_labels_have_their_values_wherever_those_were_read() {
    let cases = [
        Case {
            what: "label and value in one line",
            lines: &[
                ("名称:上海甲乙丙有限公司", 100.0, 100.0),
                ("纳税人识别号:91310000834486035U", 100.0, 140.0),
                ("地址、电话:上海市丁路1号 021-55550001", 100.0, 180.0),
                ("开户行及账号:戊银行上海支行 6217993300118475", 100.0, 220.0),
            ],
            want: WHOLE,
        },
        Case {
            what: "labels apart from values, a phone apart from its address",
            lines: &[
                ("名称:", 100.0, 100.0),
                ("上海甲乙丙有限公司", 300.0, 100.0),
                ("纳税人识别号:", 100.0, 140.0),
                (ID, 300.0, 140.0),
                ("地址、电话:", 100.0, 180.0),
                ("021-55550001", 600.0, 181.0),
                ("上海市丁路1号", 300.0, 180.0),
                ("开户行及账号:", 100.0, 220.0),
                ("戊银行上海支行 6217993300118475", 300.0, 220.0),
            ],
            want: WHOLE,
        },
        Case {
            what: "values that slipped up by half a row",
            lines: &[
                ("名称:", 100.0, 100.0),
                ("上海甲乙丙有限公司", 300.0, 78.0),
                ("纳税人识别号:", 100.0, 140.0),
                (ID, 300.0, 118.0),
                ("地址、电话:", 100.0, 180.0),
                ("上海市丁路1号 021-55550001", 300.0, 158.0),
                ("开户行及账号:", 100.0, 220.0),
                ("戊银行上海支行 6217993300118475", 300.0, 198.0),
            ],
            want: WHOLE,
        },
    ];
    cases.iter().for_each(|case| assert_read(case));
}

#[test]
fn a_wrapped_name_is_joined_without_a_space() {
    assert_read(&Case {
        what: "two rows",
        lines: &[
            ("名称:", 100.0, 100.0),
            ("上海甲乙丙丁戊己庚", 300.0, 89.0),
            ("辛有限公司", 300.0, 111.0),
            ("纳税人识别号:", 100.0, 160.0),
            (ID, 300.0, 160.0),
        ],
        want: [Some("上海甲乙丙丁戊己庚辛有限公司"), Some(ID), None, None],
    });
}

#[test]
fn labels_that_were_lost_are_made_up_for_by_row_and_shape() {
    let cases = [
        Case {
            what: "no label of the id",
            lines: &[
                ("名称:上海甲乙丙有限公司", 100.0, 100.0),
                (ID, 300.0, 140.0),
                ("地址、电话:上海市丁路1号", 100.0, 180.0),
                ("开户行及账号:戊银行", 100.0, 220.0),
            ],
            want: [Some("上海甲乙丙有限公司"), Some(ID), Some("上海市丁路1号"), Some("戊银行")],
        },
        Case {
            what: "two ends of 名称 apart, the first lost",
            lines: &[("称:上海甲乙丙有限公司", 160.0, 100.0), ("纳税人识别号:91310000834486035U", 100.0, 140.0)],
            want: [Some("上海甲乙丙有限公司"), Some(ID), None, None],
        },
        Case {
            what: "one character of a label misread",
            lines: &[("名称:上海甲乙丙有限公司", 100.0, 100.0), ("纳税人识刖号:91310000834486035U", 100.0, 140.0)],
            want: [Some("上海甲乙丙有限公司"), Some(ID), None, None],
        },
        Case {
            what: "a single label tells all rows",
            lines: &[
                ("名称:", 100.0, 100.0),
                ("上海甲乙丙有限公司", 300.0, 100.0),
                (ID, 300.0, 130.0),
                ("上海市丁路1号 021-55550001", 300.0, 160.0),
                ("戊银行上海支行 6217993300118475", 300.0, 190.0),
            ],
            want: WHOLE,
        },
    ];
    cases.iter().for_each(|case| assert_read(case));
}

#[test]
fn labels_that_are_worn_or_parted_are_no_values() {
    let cases = [
        Case {
            what: "two letters of a label too faint",
            lines: &[
                ("名称:上海甲乙丙有限公司", 100.0, 100.0),
                ("统一会信用代码/税人识别号:91310000834486035U", 100.0, 140.0),
            ],
            want: [Some("上海甲乙丙有限公司"), Some(ID), None, None],
        },
        Case {
            what: "称 without its colon",
            lines: &[
                ("名", 100.0, 100.0),
                ("称上海甲乙丙有限公司", 200.0, 100.0),
                ("纳税人识别号:91310000834486035U", 100.0, 140.0),
            ],
            want: [Some("上海甲乙丙有限公司"), Some(ID), None, None],
        },
        Case {
            what: "the form of the chain",
            lines: &[
                ("名称:上海甲乙丙有限公司", 100.0, 100.0),
                ("纳税人识别号:91310000834486035U", 100.0, 140.0),
                ("地 址", 100.0, 180.0),
                ("、 电 话:上海市丁路1号", 160.0, 180.0),
                ("电子支付标识:", 100.0, 220.0),
            ],
            want: [Some("上海甲乙丙有限公司"), Some(ID), Some("上海市丁路1号"), None],
        },
    ];
    cases.iter().for_each(|case| assert_read(case));
}

#[test]
fn on_shenzhens_form_a_payments_id_is_no_account() {
    let read = |label: &'static str, value: &'static str| {
        let lines = [("名称:上海甲乙丙有限公司", 100.0, 100.0), (label, 100.0, 220.0), (value, 300.0, 220.0)];
        let invoice = found(&lines, |builder, spans| read(builder, BUYER, spans)).invoice;
        (invoice.electronic_payment_id, invoice.buyer.bank_account)
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(read("电子支付标识:", "8a3c 0f5d 17e2"), (some("8a3c0f5d17e2"), None));
    assert_eq!(read("电子支付标识:", "戊银行6217993300118475"), (None, some("戊银行6217993300118475")));
    assert_eq!(read("开户行及账号:", "6217993300118475"), (None, some("6217993300118475")));
}

#[test]
fn a_tax_offices_marks_are_no_part_of_its_values() {
    assert_read(&Case {
        what: "issued for another",
        lines: &[
            ("名称:上海甲乙丙有限公司(代开机关)", 100.0, 100.0),
            ("纳税人识别号:91310000834486035U", 100.0, 140.0),
            ("(代开机关)", 500.0, 140.0),
            ("地址、电话:上海市丁路1号", 100.0, 180.0),
            ("开户行及账号:6217993300118475 (完税凭证号)", 100.0, 220.0),
        ],
        want: [Some("上海甲乙丙有限公司"), Some(ID), Some("上海市丁路1号"), Some("6217993300118475")],
    });
}

#[test]
fn captions_and_dirt_are_no_part_of_a_party() {
    assert_read(&Case {
        what: "captions in single characters, a stroke far below",
        lines: &[
            ("购", 60.0, 100.0),
            ("买", 60.0, 130.0),
            ("方", 60.0, 160.0),
            ("名称:", 100.0, 100.0),
            ("上海甲乙丙有限公司", 300.0, 100.0),
            ("纳税人识别号:", 100.0, 140.0),
            ("甲乙", 300.0, 600.0),
        ],
        want: [Some("上海甲乙丙有限公司"), None, None, None],
    });
}

#[test]
fn the_name_of_a_project_is_not_the_partys() {
    assert_read(&Case {
        what: "a remark beside the block",
        lines: &[
            ("名称:上海甲乙丙有限公司", 100.0, 100.0),
            ("纳税人识别号:91310000834486035U", 100.0, 140.0),
            ("项目名称:丁园", 900.0, 600.0),
        ],
        want: [Some("上海甲乙丙有限公司"), Some(ID), None, None],
    });
}

#[test]
fn what_slid_down_from_the_head_is_no_part_of_a_party() {
    for head in ["机器编号:661676183130", "校验码 55313 31985 18412 57210上海甲乙丙有限公司"] {
        let is_glued = head.ends_with("公司");
        let name = if is_glued { "名称:" } else { "名称:上海甲乙丙有限公司" };
        assert_read(&Case {
            what: head,
            lines: &[(name, 100.0, 100.0), (head, 240.0, 96.0), ("纳税人识别号:91310000834486035U", 100.0, 140.0)],
            want: [Some("上海甲乙丙有限公司"), Some(ID), None, None],
        });
    }
}

#[test]
fn what_is_read_goes_to_the_party_that_was_asked_for() {
    let lines = [("名称:上海甲乙丙有限公司", 100.0, 100.0)];
    let reading = found(&lines, |builder, spans| read(builder, SELLER, spans));
    assert_eq!(reading.invoice.seller.name.as_deref(), Some("上海甲乙丙有限公司"));
    assert_eq!(reading.invoice.buyer, Default::default());
    assert_eq!(reading.fields.keys().collect::<Vec<_>>(), [&Field::SellerName]);
}
