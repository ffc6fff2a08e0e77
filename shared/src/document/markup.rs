//! XML as a small tree: tolerant of what real producers write, bounded against what hostile ones do.
//! Knows nothing of invoices or packages.
//!
//! Names lose their prefix, because producers bind prefixes wrongly or to nothing (`<:eInvoice xmlns:="">`).
//! Entities are never expanded beyond the five that XML itself defines and single characters.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8};
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::error::{Error, ErrorKind, Result};
use crate::sentence::{Sentence, broken, fault};

/// Bytes of one file; a page of a thousand lines has less than one million.
const MAX_BYTES: usize = 8 << 20;
/// Elements and attributes of one file.
const MAX_NODES: usize = 400_000;
/// How deep elements may stand inside each other; real files need ten.
const MAX_DEPTH: usize = 64;

/// One element with everything in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Without its prefix.
    name: String,
    /// Names without prefix, values with entities resolved.
    attributes: Vec<(String, String)>,
    /// Its own text, that of its children left out.
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    /// Reads a file in whatever encoding it declares.
    ///
    /// # Errors
    /// `undecodable` when it is no XML or ends early, `too_large` beyond the bounds.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_BYTES {
            return Err(too_large(broken::bytes_more_than(bytes.len(), MAX_BYTES)));
        }
        Tree::default().read(&decoded(bytes))
    }

    /// The name without its prefix.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it has this name, in either case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// An attribute's value.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The elements directly inside.
    pub fn children(&self) -> &[Element] {
        &self.children
    }

    /// The first child of a name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|c| c.is(name))
    }

    /// All children of a name, in order.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &Element> {
        self.children.iter().filter(move |c| c.is(name))
    }

    /// The first element of a name, itself included, outermost and earliest first.
    pub fn find(&self, name: &str) -> Option<&Element> {
        if self.is(name) {
            return Some(self);
        }
        self.child(name).or_else(|| self.children.iter().find_map(|c| c.find(name)))
    }

    /// Its own text as it stands.
    pub fn raw_text(&self) -> &str {
        &self.text
    }

    /// Its own text, trimmed; none when nothing is left.
    pub fn text(&self) -> Option<&str> {
        Some(self.text.trim()).filter(|t| !t.is_empty())
    }

    /// The trimmed text of the first child of a name.
    pub fn child_text(&self, name: &str) -> Option<&str> {
        self.children.iter().filter(|c| c.is(name)).find_map(Element::text)
    }
}

/// The name of the outermost element, without its prefix; from the first bytes alone, for telling what a file is.
pub fn root_name(start: &[u8]) -> Option<String> {
    let text = decoded(start);
    let mut reader = Reader::from_str(&text);
    loop {
        match reader.read_event() {
            Ok(Event::Start(start) | Event::Empty(start)) => return Some(local(start.name().as_ref()).to_owned()),
            Ok(Event::Eof) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

/// The tree while it grows.
#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
    nodes: usize,
}

impl Tree {
    fn read(mut self, text: &str) -> Result<Element> {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        while self.root.is_none() {
            match reader.read_event().map_err(|e| damaged(broken::as_told(e)))? {
                Event::Start(start) => self.start(&start)?,
                Event::Empty(start) => {
                    self.start(&start)?;
                    self.close();
                }
                Event::End(end) => self.end(local(end.name().as_ref())),
                Event::Text(text) => self.text(&text.into_inner()),
                Event::CData(data) => self.text(&data.into_inner()),
                Event::GeneralRef(reference) => self.reference(&reference),
                Event::Eof => return Err(damaged(broken::ends_inside_root())),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
        self.root.ok_or_else(|| damaged(broken::no_element()))
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<()> {
        let mut element = Element { name: local(start.name().as_ref()).to_owned(), ..Element::default() };
        // A broken attribute ends the list, not the file.
        for attribute in start.attributes().with_checks(false).map_while(std::result::Result::ok) {
            self.count()?;
            let raw = attribute.value;
            let value = quick_xml::escape::unescape(&raw).map_or_else(|_| raw.to_string(), Cow::into_owned);
            element.attributes.push((local(attribute.key.as_ref()).to_owned(), value));
        }
        self.count()?;
        if self.open.len() >= MAX_DEPTH {
            return Err(damaged(broken::nested_too_deeply()));
        }
        self.open.push(element);
        Ok(())
    }

    fn count(&mut self) -> Result<()> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(too_large(broken::nodes_more_than(MAX_NODES)));
        }
        Ok(())
    }

    /// Closes the element of that name and what was left open in it; an end without a start is passed over.
    fn end(&mut self, name: &str) {
        if let Some(at) = self.open.iter().rposition(|e| e.is(name)) {
            while self.open.len() > at {
                self.close();
            }
        }
    }

    fn close(&mut self) {
        let Some(element) = self.open.pop() else { return };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(element) = self.open.last_mut() {
            element.text.push_str(text);
        }
    }

    fn reference(&mut self, reference: &BytesRef<'_>) {
        if let Ok(Some(c)) = reference.resolve_char_ref() {
            self.text(c.encode_utf8(&mut [0; 4]));
        } else if let Some(text) = quick_xml::escape::resolve_predefined_entity(reference) {
            self.text(text);
        }
    }
}

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// The text of a file: by its byte order mark, as UTF-8 where it is that, else by the encoding it declares, else GBK.
/// What is declared is not believed first, because some say GBK and write UTF-8, and others the reverse.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let declared = declared_encoding(bytes).filter(|encoding| *encoding != UTF_8).unwrap_or(GB18030);
    match declared.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => text,
        None => UTF_8.decode_without_bom_handling(bytes).0,
    }
}

fn declared_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = &bytes[..bytes.len().min(200)];
    let end = start.windows(2).position(|w| w == b"?>")?;
    let declaration = std::str::from_utf8(&start[..end]).ok()?;
    let (_, rest) = declaration.split_once("encoding")?;
    let label = rest.split(['"', '\'']).nth(1)?;
    Encoding::for_label(label.as_bytes())
}

fn damaged(what: Sentence) -> Error {
    Error::new(ErrorKind::Undecodable, fault::xml_broken(what))
}

fn too_large(what: Sentence) -> Error {
    Error::new(ErrorKind::TooLarge, fault::xml_too_large(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Element {
        Element::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn prefixes_that_are_bound_to_nothing_are_dropped() {
        let root = parse(
            r#"<?xml version="1.0"?><:eInvoice xmlns:=""><InvoiceNo><ofd:Ref PageRef="1">64</ofd:Ref></InvoiceNo></:eInvoice>"#,
        );
        assert!(root.is("EINVOICE"));
        let reference = root.find("Ref").unwrap();
        assert_eq!((reference.text(), reference.attribute("pageref")), (Some("64"), Some("1")));
    }

    #[test]
    fn text_cdata_and_characters_are_joined_and_nothing_else_is_expanded() {
        let root =
            parse("<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/hosts'>]><a>1 &lt; <![CDATA[<2>]]>&#x33;&b;&amp;</a>");
        assert_eq!(root.text(), Some("1 < <2>3&"));
    }

    #[test]
    fn white_space_alone_is_no_text() {
        assert_eq!(parse("<a><b> \n </b><b>1</b></a>").child_text("b"), Some("1"));
        assert_eq!(parse("<a> </a>").text(), None);
    }

    #[test]
    fn every_encoding_that_is_declared_or_meant_is_read() {
        let text = "<?xml version=\"1.0\" encoding=\"GBK\"?><a>发票</a>";
        let gbk = GB18030.encode(text).0.into_owned();
        let claims_utf8 = GB18030.encode("<a>发票</a>").0.into_owned();
        let utf16: Vec<u8> =
            [0xff, 0xfe].into_iter().chain("<a>发票</a>".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let marked = [b"\xef\xbb\xbf".as_slice(), "<a>发票</a>".as_bytes()].concat();
        for bytes in [gbk, claims_utf8, utf16, marked] {
            assert_eq!(Element::parse(&bytes).unwrap().text(), Some("发票"));
            assert_eq!(root_name(&bytes).as_deref(), Some("a"));
        }
    }

    #[test]
    fn an_end_without_its_start_does_no_harm() {
        let root = parse("<a><b>1</c></b><d>2</a>");
        assert_eq!((root.child_text("b"), root.child_text("d")), (Some("1"), Some("2")));
    }

    #[test]
    fn what_is_cut_off_or_without_bounds_is_refused() {
        let deep = "<a>".repeat(10_000);
        let wide = format!("<a>{}</a>", "<b/>".repeat(MAX_NODES + 1));
        let long = format!("<a>{}</a>", " ".repeat(MAX_BYTES));
        for (text, code) in [
            ("", "undecodable"),
            ("plain", "undecodable"),
            ("<a><b>1</b>", "undecodable"),
            (deep.as_str(), "undecodable"),
            (wide.as_str(), "too_large"),
            (long.as_str(), "too_large"),
        ] {
            let error = Element::parse(text.as_bytes()).unwrap_err();
            assert_eq!(error.code(), code, "{}", error.message());
        }
    }
}
