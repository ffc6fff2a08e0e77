//! What a PDF carries beside its pages: the information dictionary and attached files.
//! Knows nothing of what they mean.

use encoding_rs::UTF_8;
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::{Array, Dict, Object, ObjectIdentifier, Stream, String as PdfString};

use crate::document::text::Attachment;

/// Files inside a file that are looked at.
const MAX_ATTACHMENTS: usize = 8;
/// Packed bytes of one; invoices' data has a few kilobytes.
const MAX_PACKED: usize = 500_000;
/// Entries of the dictionary that are kept, and bytes of each.
const MAX_VALUES: usize = 100;
const MAX_VALUE: usize = 10_000;
/// How deep a tree of names may be.
const MAX_DEPTH: usize = 8;

/// The information dictionary's texts, own entries of a producer included.
pub(super) fn values(pdf: &Pdf) -> Vec<(String, String)> {
    let Some(info) = info(pdf) else { return Vec::new() };
    let entry = |key: &[u8]| {
        let value = info.get::<PdfString<'_>>(key)?;
        let bytes = value.as_bytes();
        (bytes.len() <= MAX_VALUE).then(|| (String::from_utf8_lossy(key).into_owned(), text(bytes)))
    };
    info.keys().take(MAX_VALUES).filter_map(|key| entry(key.as_ref())).collect()
}

/// The dictionary that the last trailer names; the trailer itself is not open to us but as bytes.
fn info(pdf: &Pdf) -> Option<Dict<'_>> {
    let data: &[u8] = pdf.data().as_ref();
    let at = data.windows(6).rposition(|w| w.starts_with(b"/Info") && w[5].is_ascii_whitespace())?;
    let rest = data.get(at + 6..(at + 40).min(data.len()))?;
    let rest = String::from_utf8_lossy(rest);
    let mut words = rest.split_ascii_whitespace();
    let (number, generation) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    words.next()?.starts_with('R').then_some(())?;
    pdf.xref().get::<Dict<'_>>(ObjectIdentifier::new(number, generation))
}

/// A text string: UTF-16 or UTF-8 where it says so. Else the producers at home here write UTF-8 or plain ASCII.
fn text(bytes: &[u8]) -> String {
    UTF_8.decode(bytes).0.into_owned()
}

/// Files attached to the document, as far as they may be an invoice's data: XML or its like, and small.
pub(super) fn attachments(pdf: &Pdf) -> Vec<Attachment> {
    let Some(catalog) = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id()) else { return Vec::new() };
    let mut found = Vec::new();
    if let Some(tree) = catalog.get::<Dict<'_>>(b"Names").and_then(|names| names.get::<Dict<'_>>(b"EmbeddedFiles")) {
        walk(&tree, 0, &mut found);
    }
    if let Some(files) = catalog.get::<Array<'_>>(b"AF") {
        found.extend(files.iter::<Dict<'_>>().take(MAX_ATTACHMENTS));
    }
    let mut attachments: Vec<Attachment> = Vec::new();
    for attachment in found.iter().filter_map(attachment) {
        if !attachments.contains(&attachment) {
            attachments.push(attachment);
        }
    }
    attachments
}

fn walk<'a>(node: &Dict<'a>, depth: usize, found: &mut Vec<Dict<'a>>) {
    if depth > MAX_DEPTH || found.len() >= MAX_ATTACHMENTS {
        return;
    }
    if let Some(names) = node.get::<Array<'a>>(b"Names") {
        let files = names.iter::<Object<'a>>().take(2 * MAX_ATTACHMENTS).filter_map(Object::into_dict);
        found.extend(files);
    }
    if let Some(kids) = node.get::<Array<'a>>(b"Kids") {
        for kid in kids.iter::<Dict<'a>>().take(MAX_ATTACHMENTS) {
            walk(&kid, depth + 1, found);
        }
    }
}

fn attachment(file: &Dict<'_>) -> Option<Attachment> {
    let name = file.get::<PdfString<'_>>(b"UF").or_else(|| file.get::<PdfString<'_>>(b"F"))?;
    let streams = file.get::<Dict<'_>>(b"EF")?;
    let stream = streams.get::<Stream<'_>>(b"F").or_else(|| streams.get::<Stream<'_>>(b"UF"))?;
    if stream.raw_data().len() > MAX_PACKED {
        return None;
    }
    let bytes = stream.decoded_data().ok()?.into_owned();
    Some(Attachment { name: text(name.as_bytes()), bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_in_three_encodings() {
        assert_eq!(text(b"\xfe\xff\x53\xd1\x79\x68"), "发票");
        assert_eq!(text("发票".as_bytes()), "发票");
        assert_eq!(text(b"0.8"), "0.8");
    }
}
