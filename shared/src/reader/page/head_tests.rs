//! What stands above the table, put there by hand. Knows nothing of parties and goods.

use super::*;
use crate::invoice::Invoice;
use crate::reader::page::frame::Frame;
use crate::reader::testing::{Placed, found, frame, line, page, tall};

fn read_head(lines: &[Placed<'_>]) -> Invoice {
    found(lines, read).invoice
}

/// What stands above the table, and which code, number, date and check code it is.
struct Case<'t> {
    lines: &'t [Placed<'t>],
    code: Option<&'t str>,
    number: Option<&'t str>,
    date: Option<&'t str>,
    check_code: Option<&'t str>,
}

const CHECK: &str = "12345678901234567890";

#[test]
fn code_number_date_and_check_code_are_read() {
    let cases = [
        // In one line with their labels.
        Case {
            lines: &[
                ("发票代码:031001900211", 800.0, 40.0),
                ("发票号码:12345678", 800.0, 70.0),
                ("开票日期:2020年07月23日", 800.0, 100.0),
                ("校 验 码:12345 67890 12345 67890", 800.0, 130.0),
            ],
            code: Some("031001900211"),
            number: Some("12345678"),
            date: Some("2020-07-23"),
            check_code: Some(CHECK),
        },
        // Right of their labels.
        Case {
            lines: &[
                ("发票代码:", 800.0, 40.0),
                ("031001900211", 920.0, 42.0),
                ("发票号码:", 800.0, 70.0),
                ("12345678", 920.0, 70.0),
            ],
            code: Some("031001900211"),
            number: Some("12345678"),
            date: None,
            check_code: None,
        },
        // One label runs into the next.
        Case {
            lines: &[("发票代码:031001900211发票号码:12345678开票日期:2020年07月23日", 300.0, 40.0)],
            code: Some("031001900211"),
            number: Some("12345678"),
            date: Some("2020-07-23"),
            check_code: None,
        },
        // Two characters of a label misread.
        Case {
            lines: &[("岁祟代码:031001900211", 800.0, 40.0), ("岁祟号码:12345678", 800.0, 70.0)],
            code: Some("031001900211"),
            number: Some("12345678"),
            date: None,
            check_code: None,
        },
        // On paper, without labels; a date anywhere.
        Case {
            lines: &[("3100171130", 100.0, 40.0), ("No 84932920", 900.0, 40.0), ("2017-08-05", 900.0, 100.0)],
            code: Some("3100171130"),
            number: Some("84932920"),
            date: Some("2017-08-05"),
            check_code: None,
        },
        // Of another length than any code, number or check code has.
        Case {
            lines: &[("发票代码:03100", 800.0, 40.0), ("发票号码:123", 800.0, 70.0), ("校验码:1234", 800.0, 100.0)],
            code: None,
            number: None,
            date: None,
            check_code: None,
        },
    ];
    for case in cases {
        let read = read_head(case.lines);
        assert_eq!(read.invoice_code.as_deref(), case.code, "{:?}", case.lines);
        assert_eq!(read.invoice_number.as_deref(), case.number, "{:?}", case.lines);
        assert_eq!(read.issue_date.map(|d| d.to_string()).as_deref(), case.date, "{:?}", case.lines);
        assert_eq!(read.check_code.as_deref(), case.check_code, "{:?}", case.lines);
    }
}

#[test]
fn code_and_number_printed_again_at_the_right_are_reprints() {
    let lines = [
        ("3100171130", 100.0, 40.0),
        ("84932920", 800.0, 40.0),
        ("3100171130", 1000.0, 40.0),
        ("84932920", 1000.0, 70.0),
    ];
    let read = read_head(&lines);
    assert_eq!((read.invoice_code.as_deref(), read.invoice_number.as_deref()), (Some("3100171130"), Some("84932920")));
    assert_eq!(read.reprints.code_right.as_deref(), Some("3100171130"));
    assert_eq!(read.reprints.number_right.as_deref(), Some("84932920"));
}

#[test]
fn what_the_tax_printer_put_is_taken_for_its_place_whatever_it_says() {
    let head = |small: [&str; 2], qr: Option<&str>| {
        let large = [("3100171130", 100.0, 40.0), ("No 84932920", 800.0, 40.0)].map(|l| tall(l, 30.0));
        let small = [(small[0], 1000.0, 60.0), (small[1], 1020.0, 90.0)].map(line);
        let date = line(("2017-08-05", 900.0, 120.0));
        let frame = Frame::new(&page(large.into_iter().chain(small).chain([date]).collect()));
        let mut builder = ReadingBuilder::new(&frame, crate::report::PageInfo::default());
        builder.reading.invoice.qr_code = qr.map(str::to_owned);
        read(&mut builder, &frame.spans);
        let invoice = builder.reading.invoice;
        assert_eq!(invoice.invoice_code.as_deref(), Some("3100171130"));
        assert_eq!(invoice.invoice_number.as_deref(), Some("84932920"));
        (invoice.reprints.code_right, invoice.reprints.number_right)
    };
    let some = |code: &str, number: &str| (Some(code.to_owned()), Some(number.to_owned()));
    assert_eq!(head(["3100171130", "84932920"], None), some("3100171130", "84932920"));
    assert_eq!(head(["3100171180", "84932928"], None), some("3100171180", "84932928"), "they differ");
    let qr = "01,01,3100171130,84932920,500.00,20170805,,8F2A,";
    assert_eq!(head(["3100171180", "84932928"], Some(qr)), (None, None), "the QR code knows better");
    assert_eq!(head(["甲", "84932928"], None), (None, None), "not below a code");
}

#[test]
fn a_machine_number_may_have_slipped_below_its_label_and_is_no_code() {
    let code = ("发票代码:031001900211", 800.0, 40.0);
    let below = read_head(&[("机器编号:", 60.0, 40.0), ("661559759665", 180.0, 75.0), code]);
    assert_eq!(below.machine_number.as_deref(), Some("661559759665"));
    let beside = read_head(&[("机器编号:", 60.0, 40.0), ("661559759665", 180.0, 40.0)]);
    assert_eq!((beside.machine_number.as_deref(), beside.invoice_code), (Some("661559759665"), None));
}

#[test]
fn the_title_is_the_largest_line_with_the_pieces_beside_it() {
    let titled = |lines| title(&Frame::new(&page(lines)).spans).map(|found| found.text);
    let small = || line(("国家税务总局监制发票专用", 100.0, 100.0));
    let whole = vec![small(), tall(("上海增值税专用发票", 400.0, 40.0), 36.0)];
    assert_eq!(titled(whole).as_deref(), Some("上海增值税专用发票"));
    let split = vec![small(), tall(("上海增值税", 400.0, 40.0), 36.0), tall(("专用发票", 620.0, 42.0), 36.0)];
    assert_eq!(titled(split).as_deref(), Some("上海增值税专用发票"));
    let labels = vec![line(("发票代码:031001900211", 800.0, 40.0)), line(("发票联", 500.0, 70.0))];
    assert_eq!(titled(labels), None);
}

#[test]
fn the_small_mark_of_a_roll_belongs_to_its_title() {
    let spans = frame(&[("上海增值税普通发票", 100.0, 40.0), ("(卷票)", 100.0, 80.0)]).spans;
    assert_eq!(title(&spans).unwrap().text, "上海增值税普通发票(卷票)");
}
