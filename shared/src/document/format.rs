//! What a file is, told by its first bytes and never by its name. Knows nothing of what it says, nor of what a ZIP holds.

use serde::{Deserialize, Serialize};

use super::{heic, markup};
use crate::error::{Error, ErrorKind, Result};
use crate::sentence::{Sentence, fault};

/// What we open, told by content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Format {
    /// JPEG, baseline or progressive, RGB, grey or CMYK.
    Jpeg,
    /// PNG.
    Png,
    /// Windows bitmap.
    Bmp,
    /// TIFF, first page.
    Tiff,
    /// GIF, first frame.
    Gif,
    /// WebP.
    WebP,
    /// HEIC, as phones take photos.
    Heic,
    /// PDF, first page.
    Pdf,
    /// OFD, the Chinese e-document: a ZIP with XML in it.
    Ofd,
    /// The data of an invoice as XML, without any page.
    Xml,
    /// A ZIP of files, as mails bring them.
    Zip,
}

impl Format {
    /// The registered media type, e.g. `image/jpeg`.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Bmp => "image/bmp",
            Self::Tiff => "image/tiff",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
            Self::Heic => "image/heic",
            Self::Pdf => "application/pdf",
            Self::Ofd => "application/ofd",
            Self::Xml => "application/xml",
            Self::Zip => "application/zip",
        }
    }

    /// Whether it is a picture and nothing else.
    pub fn is_picture(self) -> bool {
        !matches!(self, Self::Pdf | Self::Ofd | Self::Xml | Self::Zip)
    }

    /// Tells the format of a file, for which its first 4 kB are enough. A ZIP of whatever kind is a [`Format::Zip`].
    ///
    /// # Errors
    /// `empty` for no bytes, `unsupported_format` for what we do not open, saying what it seems to be.
    pub fn by_first_bytes(bytes: &[u8]) -> Result<Self> {
        if bytes.is_empty() {
            return Err(Error::new(ErrorKind::Empty, fault::no_bytes()));
        }
        Self::recognise(bytes)
            .ok_or_else(|| Error::new(ErrorKind::UnsupportedFormat, fault::content_is(describe(bytes))))
    }

    /// Tells a picture by the few bytes that each kind begins with; nothing of it is understood for that.
    pub fn of_picture(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Some(Self::Tiff),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            _ if is_bitmap(bytes) => Some(Self::Bmp),
            _ if heic::is_one(bytes) => Some(Self::Heic),
            _ => None,
        }
    }

    pub(super) fn recognise(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Self::Zip),
            _ if Self::of_picture(bytes).is_some() => Self::of_picture(bytes),
            _ if is_pdf(bytes) => Some(Self::Pdf),
            _ if is_data(bytes) => Some(Self::Xml),
            _ => None,
        }
    }
}

/// "BM" alone may begin any text: the size of the header that follows settles it.
fn is_bitmap(bytes: &[u8]) -> bool {
    bytes.starts_with(b"BM") && matches!(bytes.get(14..18), Some([12 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]))
}

/// Readers accept up to a kilobyte before the header.
fn is_pdf(bytes: &[u8]) -> bool {
    contains(&bytes[..bytes.len().min(1024)], b"%PDF-")
}

/// XML that speaks of an invoice at its beginning, and is no page for a screen.
fn is_data(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(4096)];
    let wide = [b"\xff\xfe<\0".as_slice(), b"\xfe\xff\0<"].iter().any(|mark| start.starts_with(mark));
    if !wide && !is_markup(start) {
        return false;
    }
    let letters: Vec<u8> = start.iter().filter(|b| **b != 0).map(u8::to_ascii_lowercase).collect();
    let root = markup::root_name(start).unwrap_or_default().to_lowercase();
    contains(&letters, b"invoice") && !["", "html", "svg"].contains(&root.as_str())
}

fn is_markup(start: &[u8]) -> bool {
    start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start().starts_with(b"<")
}

/// What an unwanted file seems to be, for the person who sent it.
fn describe(bytes: &[u8]) -> Sentence {
    let start = &bytes[..bytes.len().min(4096)];
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    match bytes {
        [b'P', b'K', 7, 8, ..] => fault::part_of_zip(),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => fault::old_office(),
        [b'R', b'a', b'r', b'!', ..] => fault::rar(),
        [b'7', b'z', 0xbc, 0xaf, ..] => fault::seven_zip(),
        [0x1f, 0x8b, ..] => fault::gzip(),
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => describe_brand(brand),
        _ if text.starts_with(b"<svg") => fault::svg(),
        _ if is_markup(text) => fault::web_page(),
        _ if is_text(start) => fault::plain_text(),
        _ => fault::unknown_format(),
    }
}

fn describe_brand(brand: &[u8]) -> Sentence {
    match brand.get(..4) {
        Some(b"hevc" | b"mif1" | b"msf1") => fault::heif(),
        Some(b"avif" | b"avis") => fault::avif(),
        _ => fault::video(),
    }
}

fn is_text(start: &[u8]) -> bool {
    let valid = std::str::from_utf8(start).map_or_else(|e| e.valid_up_to(), str::len);
    // A character may be cut in two at the end of what was looked at.
    valid + 4 > start.len() && !start.contains(&0)
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|w| w == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_content() {
        let cases: [(&[u8], Format); 16] = [
            (b"\xff\xd8\xff\xe0..", Format::Jpeg),
            (b"\x89PNG\r\n\x1a\n....", Format::Png),
            (b"GIF89a..", Format::Gif),
            (b"II*\0....", Format::Tiff),
            (b"MM\0*....", Format::Tiff),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Format::WebP),
            (b"BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0....", Format::Bmp),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Format::Heic),
            (b"%PDF-1.4\n", Format::Pdf),
            (b"\xef\xbb\xbf\r\n%PDF-1.7", Format::Pdf),
            (b"\xef\xbb\xbf<?xml version='1.0'?><EInvoice/>", Format::Xml),
            (b"\xff\xfe<\0I\0n\0v\0o\0i\0c\0e\0/\0>\0", Format::Xml),
            (b"<!-- --> <fp:eInvoice xmlns:fp='x'>", Format::Xml),
            (b"<:eInvoice xmlns:=''>", Format::Xml),
            (b"PK\x03\x04..", Format::Zip),
            (b"PK\x05\x06..", Format::Zip),
        ];
        for (bytes, want) in cases {
            assert_eq!(Format::by_first_bytes(bytes).unwrap(), want);
        }
    }

    #[test]
    fn what_is_not_opened_is_named() {
        let cases: [(&[u8], &str); 9] = [
            (b"PK\x07\x08PK\x03\x04", "a part of a ZIP archive"),
            (b"<?xml version='1.0'?><project/>", "XML that speaks of no invoice"),
            (b"  <html><body>", "a web page"),
            (b"\0\0\0\x18ftypavif\0\0\0\0", "an AVIF picture"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
            ("发票代码：011".as_bytes(), "plain text"),
            (b"BM is how this text begins", "plain text"),
            (b"\x01\x02\x00\xfe\x99\x88", "of no format we know"),
            (b"RIFF\x10\0\0\0WAVEfmt ", "of no format we know"),
        ];
        for (bytes, want) in cases {
            let error = Format::by_first_bytes(bytes).unwrap_err();
            assert_eq!(error.code(), "unsupported_format");
            assert!(error.message().contains(want), "{} lacks {want}", error.message());
        }
    }

    #[test]
    fn no_bytes_are_empty() {
        assert_eq!(Format::by_first_bytes(b"").unwrap_err().code(), "empty");
    }
}
