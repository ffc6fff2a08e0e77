//! What stands above the table: code, number, date, check code, machine number, marks, title.
//! Shared by the form and the digital invoice; knows nothing of parties and goods.

use crate::invoice::Field;
use crate::reader::values::builder::{Match, ReadingBuilder};
use crate::reader::values::value_parsers;

use super::frame::Span;
use super::{label, marks};

/// Labels that end a value which runs into them.
const NEXT: [&str; 6] = ["发票代码", "发票号码", "开票日期", "校验码", "机器编号", "下载次数"];

/// How far a value may stand from its label, in units of print height.
const REACH: f32 = 14.0;

/// Reads the head from the spans above the parties' block.
pub(super) fn read(builder: &mut ReadingBuilder<'_>, spans: &[Span]) {
    code(builder, spans);
    number(builder, spans);
    date(builder, spans);
    let check_code = labelled(builder, spans, &["校验码"]).map(|s| Match::of(&s));
    builder.put(Field::CheckCode, check_code);
    machine_number(builder, spans);
    marks::read(builder, spans);
    sheet(builder, spans);
}

/// The value behind a label, cut off where the next label begins.
pub(super) fn labelled(builder: &ReadingBuilder<'_>, spans: &[Span], spellings: &[&str]) -> Option<Span> {
    let hits = label::all(spans, spellings);
    let reach = REACH * builder.frame.unit;
    hits.iter().find_map(|hit| label::value(spans, hit, reach)).map(|value| label::until(&value, &NEXT))
}

/// Spans that are nothing but a run of digits of a given length, biggest print first.
fn numbers(spans: &[Span], lengths: &[usize]) -> Vec<Span> {
    let mut found: Vec<Span> = spans.iter().filter_map(|s| bare_number(s, lengths)).collect();
    found.sort_by(|a, b| b.height.total_cmp(&a.height));
    found
}

/// A span's digits when it holds nothing else but `No` before them.
fn bare_number(span: &Span, lengths: &[usize]) -> Option<Span> {
    if span.vertical || span.slanted {
        return None;
    }
    let start = span.marks.iter().position(|m| m.folded.is_ascii_digit())?;
    let before: String = span.marks[..start].iter().map(|m| m.folded).filter(|c| !c.is_whitespace()).collect();
    let rest = span.slice(start..span.marks.len());
    let text = rest.folded();
    let only_digits = text.bytes().all(|b| b.is_ascii_digit());
    let lead_is_no = before.chars().count() <= 3 && !before.chars().any(value_parsers::is_han);
    (only_digits && lead_is_no && lengths.contains(&text.len())).then_some(rest)
}

/// A number of a given length behind a label that was misread, but for a character that only this label has.
fn behind_misread(spans: &[Span], hint: char, lengths: &[usize]) -> Option<Span> {
    spans.iter().filter(|s| !s.vertical && !s.slanted).find_map(|span| {
        let colon = span.marks.iter().position(|m| m.folded == ':')?;
        let label = span.slice(0..colon).folded();
        let value = span.slice(colon + 1..span.marks.len());
        let is_label = (2..=4).contains(&label.chars().count())
            && label.chars().all(value_parsers::is_han)
            && label.contains(hint);
        let digits = value.folded();
        let is_value = digits.bytes().all(|b| b.is_ascii_digit()) && lengths.contains(&digits.len());
        (is_label && is_value).then_some(value)
    })
}

fn code(builder: &mut ReadingBuilder<'_>, spans: &[Span]) {
    const LENGTHS: &[usize] = Field::InvoiceCode.lengths();
    let value = labelled(builder, spans, &["发票代码"]).or_else(|| behind_misread(spans, '代', LENGTHS));
    if builder.put(Field::InvoiceCode, value.map(|s| Match::of(&s))) {
        return;
    }
    let printed = numbers(spans, LENGTHS);
    let printed: Vec<&Span> = printed.iter().filter(|s| !follows(spans, s, &["机器编号", "校验码"])).collect();
    builder.put(Field::InvoiceCode, printed.first().map(|s| Match::of(s)));
    let code = builder.reading.invoice.invoice_code.as_deref();
    let again = printed.iter().skip(1).find(|s| Some(&*s.folded()) == code && s.x0 > printed[0].x1);
    builder.put(Field::CodeOnTheRight, again.map(|s| Match::of(s)));
}

fn number(builder: &mut ReadingBuilder<'_>, spans: &[Span]) {
    let value = labelled(builder, spans, &["发票号码"]).or_else(|| behind_misread(spans, '码', &[8]));
    if builder.put(Field::InvoiceNumber, value.map(|s| Match::of(&s))) {
        return;
    }
    let printed = numbers(spans, Field::InvoiceNumber.lengths());
    builder.put(Field::InvoiceNumber, printed.first().map(Match::of));
    let number = builder.reading.invoice.invoice_number.as_deref();
    let again = printed.iter().skip(1).find(|s| Some(&*s.folded()) == number);
    builder.put(Field::NumberOnTheRight, again.map(Match::of));
}

/// Whether a number stands behind one of these labels, on its row.
fn follows(spans: &[Span], number: &Span, spellings: &[&str]) -> bool {
    label::all(spans, spellings).iter().any(|l| l.label.same_row(number, 0.7) && l.label.x0 < number.x0)
}

fn date(builder: &mut ReadingBuilder<'_>, spans: &[Span]) {
    let labelled = labelled(builder, spans, &["开票日期"]).map(|s| Match::of(&s));
    if !builder.put(Field::IssueDate, labelled) {
        let is_day = |s: &&Span| value_parsers::date(&s.folded()).is_some() && s.folded().len() < 24;
        let any = spans.iter().filter(|s| !s.vertical).find(is_day);
        builder.put(Field::IssueDate, any.map(Match::of));
    }
}

fn machine_number(builder: &mut ReadingBuilder<'_>, spans: &[Span]) {
    let value = labelled(builder, spans, &["机器编号"]).map(|s| Match::of(&s));
    if !builder.put(Field::MachineNumber, value) {
        let below = number_below(builder, spans, &["机器编号"], Field::MachineNumber.lengths());
        builder.put(Field::MachineNumber, below.map(|s| Match::of(&s)));
    }
}

/// A number of a given length just below a label, where the print slipped down.
fn number_below(builder: &ReadingBuilder<'_>, spans: &[Span], spellings: &[&str], lengths: &[usize]) -> Option<Span> {
    let labels = label::all(spans, spellings);
    let label = &labels.first()?.label;
    let near = |s: &Span| (s.y - label.y).abs() < 2.5 * builder.frame.unit && s.x1 > label.x0;
    let taken = builder.reading.invoice.invoice_code.clone();
    numbers(spans, lengths).into_iter().find(|s| near(s) && Some(s.folded()) != taken)
}

/// The copies of a set, as printed under the title or down the right edge.
const SHEETS: [&str; 6] = ["发票联", "抵扣联", "记账联", "存根联", "报销联", "记帐联"];

fn sheet(builder: &mut ReadingBuilder<'_>, spans: &[Span]) {
    let found = spans.iter().find_map(sheet_under_title).or_else(|| builder.frame.spans.iter().find_map(edge_sheet));
    builder.put(Field::Sheet, found);
}

/// A copy's name on a line of its own; the supervision seal often covers one of its three characters or
/// puts its own between them.
pub(super) fn sheet_under_title(span: &Span) -> Option<Match> {
    let text = span.folded();
    let short = !span.vertical && text.chars().count() <= 8 && text.ends_with('联');
    let read = |sheet: &&&str| sheet.chars().filter(|c| text.contains(*c)).count();
    let best = SHEETS.iter().max_by_key(|sheet| read(sheet))?;
    (short && read(&best) >= 2).then(|| Match::of(span).with_text(*best))
}

/// `第二联：抵扣联` down the right edge.
fn edge_sheet(span: &Span) -> Option<Match> {
    let text = span.folded();
    let sheet = SHEETS.iter().find(|sheet| text.contains(**sheet) && text.contains('第'))?;
    Some(Match::of(span).with_text(*sheet))
}

/// The printed title: the largest line that speaks of an invoice, with a piece that the seal split off.
pub(super) fn title(spans: &[Span]) -> Option<Match> {
    let speaks = |s: &&Span| {
        let text = s.folded();
        let titled = ["发票", "增值税", "電子發票"].iter().any(|w| text.contains(w));
        titled && !text.contains(':') && !text.contains("发票联") && !s.vertical && text.chars().count() >= 4
    };
    let main =
        spans.iter().filter(speaks).max_by(|a, b| (a.height * (a.x1 - a.x0)).total_cmp(&(b.height * (b.x1 - b.x0))))?;
    let mut row: Vec<Span> = spans
        .iter()
        .filter(|s| !s.vertical && s.same_row(main, 0.6) && s.height > 0.45 * main.height && !s.folded().contains(':'))
        .filter(|s| s.x0 < main.x1 + 4.0 * main.height && s.x1 > main.x0 - 4.0 * main.height)
        .filter(|s| s.folded().chars().any(value_parsers::is_han) && !marks::is_mark(s))
        .cloned()
        .collect();
    row.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    // The mark of a roll is printed small behind the title.
    let mark = spans.iter().find(|s| s.folded().contains("卷票") && !row.iter().any(|r| r.quad == s.quad));
    let pieces: Vec<Span> = row.into_iter().chain(mark.cloned()).collect();
    Match::join(&pieces, "")
}

#[cfg(test)]
mod tests {
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
        assert_eq!(
            (read.invoice_code.as_deref(), read.invoice_number.as_deref()),
            (Some("3100171130"), Some("84932920"))
        );
        assert_eq!(read.reprints.code_right.as_deref(), Some("3100171130"));
        assert_eq!(read.reprints.number_right.as_deref(), Some("84932920"));
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
    fn the_copy_is_known_by_two_of_its_characters_or_by_the_edge() {
        for (text, sheet) in [
            ("发票联", Some("发票联")),
            ("抵扌联", Some("抵扣联")),
            ("发国票联", Some("发票联")),
            ("第二联:抵扣联购买方扣税凭证", Some("抵扣联")),
            ("中国联", None),
            ("物联网", None),
        ] {
            assert_eq!(read_head(&[(text, 500.0, 40.0)]).sheet.as_deref(), sheet, "{text}");
        }
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
}
