//! A ZIP of invoices, as mails and downloads bring them: its files, one document each.
//! Knows nothing of what is in them.

use bytes::Bytes;

use super::archive::Archive;
use super::{Format, Limits};
use crate::error::{Error, ErrorKind, Result};

/// One file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its path in the bundle.
    pub name: String,
    /// Its content.
    pub bytes: Bytes,
}

/// The files of a bundle in its own order, without folders and what systems put beside files; none when these bytes
/// are no bundle. The files may be of any kind: whether one is a document shows when it is opened. Another ZIP among
/// them stays closed and is refused there.
///
/// # Errors
/// `empty` for a bundle without files, `too_large` beyond the limits (each file one page at least), `encrypted`,
/// `undecodable`.
pub fn members(bytes: &Bytes, limits: &Limits) -> Result<Option<Vec<Member>>> {
    limits.check_bytes(bytes.len() as u64)?;
    if Format::of(bytes).ok() != Some(Format::Zip) {
        return Ok(None);
    }
    let mut archive = Archive::open(bytes, limits)?;
    let files: Vec<_> = archive.members().iter().filter(|m| !m.is_folder && !is_hidden(&m.name)).cloned().collect();
    if files.is_empty() {
        return Err(Error::new(ErrorKind::Empty, "the archive holds no files"));
    }
    if files.len() > limits.max_pages as usize {
        let message = format!("the archive holds {} files; at most {} are allowed", files.len(), limits.max_pages);
        return Err(Error::new(ErrorKind::TooLarge, message));
    }
    let read = |member: super::archive::Member| {
        archive.read(&member).map(|content| Member { name: member.name, bytes: content.into() })
    };
    files.into_iter().map(read).collect::<Result<Vec<_>>>().map(Some)
}

/// What systems leave beside files: `__MACOSX`, `.DS_Store`, `Thumbs.db`.
fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| {
        part.starts_with('.') || part == "__MACOSX" || ["thumbs.db", "desktop.ini"].contains(&&*part.to_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::document::archive::tests::zipped;

    fn names(bytes: &Bytes) -> Vec<String> {
        members(bytes, &Limits::default()).unwrap().unwrap().into_iter().map(|m| m.name).collect()
    }

    #[test]
    fn the_files_of_a_bundle_come_in_order_without_what_systems_add() {
        let bundle = zipped(&[
            ("八月/", b""),
            ("八月/2.pdf", b"%PDF-1.7"),
            ("__MACOSX/八月/._2.pdf", b"x"),
            ("八月/.DS_Store", b"x"),
            ("Thumbs.db", b"x"),
            ("1.jpg", b"\xff\xd8\xff"),
        ]);
        assert_eq!(names(&bundle), ["八月/2.pdf", "1.jpg"]);
    }

    #[test]
    fn other_files_are_no_bundle() {
        let ofd = zipped(&[("OFD.xml", b"<OFD/>")]);
        for bytes in [ofd, Bytes::from_static(b"%PDF-1.7"), Bytes::from_static(b"plain"), Bytes::new()] {
            assert_eq!(members(&bytes, &Limits::default()).unwrap(), None);
        }
    }

    #[test]
    fn a_bundle_inside_a_bundle_stays_closed_and_is_refused_by_name() {
        let inner = zipped(&[("1.pdf", b"%PDF-1.7")]);
        let outer = zipped(&[("inner.zip", &inner)]);
        let member = members(&outer, &Limits::default()).unwrap().unwrap().remove(0);
        let error = Document::open(member.bytes, &Limits::default()).unwrap_err();
        assert_eq!(error.code(), "unsupported_format");
        assert!(error.message().contains("inside"), "{error}");
    }

    #[test]
    fn bundles_without_files_and_with_too_many_are_refused() {
        let empty = zipped(&[("__MACOSX/x", b"x")]);
        assert_eq!(members(&empty, &Limits::default()).unwrap_err().code(), "empty");
        let limits = Limits { max_pages: 1, ..Limits::default() };
        let two = zipped(&[("1", b"1"), ("2", b"2")]);
        assert_eq!(members(&two, &limits).unwrap_err().code(), "too_large");
        let limits = Limits { max_bytes: two.len() as u64 - 1, ..Limits::default() };
        assert_eq!(members(&two, &limits).unwrap_err().code(), "too_large");
    }
}
