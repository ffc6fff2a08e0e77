//! What stands on a form twice, put there by hand.

use super::*;
use crate::invoice::Reprints;
use crate::reader::testing::{Placed, found};

fn reprints(lines: &[Placed<'_>], qr: Option<&str>) -> Reprints {
    let reading = found(lines, |builder, spans| {
        builder.reading.invoice.qr_code = qr.map(str::to_owned);
        head::read(builder, spans);
    });
    reading.invoice.reprints
}

#[test]
fn the_large_number_is_known_by_no_or_by_the_small_one_beside_it() {
    let (small, large) = (("84932920", 1000.0, 70.0), ("84932920", 800.0, 40.0));
    for (lines, number) in [
        (&[("No 84932920", 760.0, 40.0)][..], Some("84932920")),
        (&[("No", 760.0, 40.0), large], Some("84932920")),
        (&[("№84932920", 760.0, 40.0)], Some("84932920")),
        (&[large, small], Some("84932920")),
        (&[large], None),
        (&[("发票号码:84932920", 800.0, 40.0)], None),
        (&[("No 24312000000012345678", 760.0, 40.0)], None),
    ] {
        assert_eq!(reprints(lines, None).number_large.as_deref(), number, "{lines:?}");
    }
}

#[test]
fn a_large_number_that_the_qr_code_does_not_know_is_badly_read_unless_it_stands_there_twice() {
    let (large, small) = (("No 84932928", 760.0, 40.0), ("84932928", 1000.0, 70.0));
    let qr = Some("01,01,3100171130,84932920,500.00,20170805,,8F2A,");
    assert_eq!(reprints(&[large], qr).number_large, None);
    assert_eq!(reprints(&[large, small], qr).number_large.as_deref(), Some("84932928"));
}

#[test]
fn the_remarks_may_hold_the_check_code_or_its_end() {
    let in_remarks = |lines: &[Placed<'_>]| {
        let reading = found(lines, check_code_in_remarks);
        reading.invoice.reprints.check_code_in_remarks
    };
    for (lines, code) in [
        (&[("校验码:70497 71434 15541 89588", 700.0, 600.0)][..], Some("70497714341554189588")),
        (&[("校 验 码", 700.0, 600.0), ("589588", 800.0, 600.0)], Some("589588")),
        (&[("校验码后六位:589588 经办人:龙玲", 700.0, 600.0)], Some("589588")),
        (&[("校验码:70497 71434", 700.0, 600.0)], None),
        (&[("订单号:589588", 700.0, 600.0)], None),
    ] {
        assert_eq!(in_remarks(lines).as_deref(), code, "{lines:?}");
    }
}
