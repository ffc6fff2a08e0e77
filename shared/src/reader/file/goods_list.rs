//! The list of goods that older invoices print on pages of its own (销售货物或者提供应税劳务、服务清单).
//! Knows nothing of the invoice it belongs to.

use crate::reader::page::frame::{Frame, Span};
use crate::reader::table::{self, columns::TableHead};
use crate::reader::values::builder::ReadingBuilder;
use crate::report::{EvidenceSource, PageInfo, Reading};

/// Whether a page is such a list: its title says so, and it has a table.
pub(super) fn is_list(frame: &Frame) -> bool {
    frame.spans.iter().any(is_title) && TableHead::find(&frame.spans, frame.unit).is_some()
}

fn is_title(span: &Span) -> bool {
    let text = span.folded();
    text.ends_with("清单")
        && (text.starts_with("销售货物") || text.starts_with("销货清单") || text.contains("应税劳务"))
}

/// Its lines.
pub(in crate::reader) fn read(frame: &Frame) -> Option<Reading> {
    let head = TableHead::find(&frame.spans, frame.unit)?;
    let unit = frame.unit;
    let end = frame.spans.iter().filter(|s| s.y > head.y + unit && is_end(s)).map(|s| s.y).reduce(f32::min);
    let end = end.unwrap_or(f32::MAX) - 0.55 * unit;
    let numbering = frame.spans.iter().find(|s| s.folded() == "序号" && (s.y - head.y).abs() < unit);
    let left = numbering.map_or(f32::MIN, |s| s.x1 + 0.3 * unit);
    let inside = frame.spans.iter().filter(|s| s.y > head.y + 0.55 * unit && s.y < end && !s.vertical);
    let cells: Vec<Span> = inside.filter(|s| !is_line_number(s, left)).cloned().collect();
    let mut builder = ReadingBuilder::new(frame, PageInfo::default());
    builder.source = EvidenceSource::Text;
    table::read(&mut builder, &head, &cells);
    (!builder.reading.invoice.items.is_empty()).then_some(builder.reading)
}

fn is_end(span: &Span) -> bool {
    ["小计", "总计", "合计"].iter().any(|word| span.folded().starts_with(word))
}

/// The running number before a line.
fn is_line_number(span: &Span, left: f32) -> bool {
    let text = span.folded();
    span.cx() < left && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit())
}
