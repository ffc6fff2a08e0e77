//! A ZIP of invoices, as mails and downloads bring them: its files, one document each.
//! Knows nothing of what is in them.

use bytes::Bytes;

use super::Limits;
use super::archive::{Archive, ArchiveMember};
use crate::error::{Error, ErrorKind, Result};
use crate::sentence::fault;

/// A ZIP of files, not yet unpacked.
#[derive(Debug)]
pub struct Bundle(pub(super) Archive);

/// One file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleFile {
    /// Its path in the bundle.
    pub name: String,
    /// Its content.
    pub bytes: Bytes,
}

impl Bundle {
    /// The files in the bundle's own order, without folders and what systems put beside files. They may be of any kind:
    /// whether one is a document shows when it is opened. Another ZIP among them stays closed and is refused there.
    ///
    /// # Errors
    /// `empty` for a bundle without files, `too_large` beyond the limits (each file one page at least), `encrypted`,
    /// `undecodable`.
    pub fn files(self, limits: &Limits) -> Result<Vec<BundleFile>> {
        let Self(mut archive) = self;
        let wanted = |m: &&ArchiveMember| !m.is_folder && !is_hidden(&m.name);
        let files: Vec<ArchiveMember> = archive.members().iter().filter(wanted).cloned().collect();
        if files.is_empty() {
            return Err(Error::new(ErrorKind::Empty, fault::empty_archive()));
        }
        if files.len() > limits.max_pages as usize {
            let message = fault::too_many_members(files.len(), limits.max_pages);
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        let read = |member: ArchiveMember| {
            archive.read(&member).map(|content| BundleFile { name: member.name, bytes: content.into() })
        };
        files.into_iter().map(read).collect()
    }
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
    use crate::document::archive::tests::zipped;
    use crate::document::{Document, Format, Opened, open};

    fn files(bytes: &Bytes, limits: &Limits) -> Result<Vec<BundleFile>> {
        match open(bytes.clone(), Format::Zip, limits)? {
            Opened::Bundle(bundle) => bundle.files(limits),
            Opened::Document(document) => panic!("{document:?} is no bundle"),
        }
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
        let files = files(&bundle, &Limits::default()).unwrap();
        assert_eq!(files.iter().map(|file| &*file.name).collect::<Vec<_>>(), ["八月/2.pdf", "1.jpg"]);
    }

    #[test]
    fn a_bundle_inside_a_bundle_stays_closed_and_is_refused_by_name() {
        let inner = zipped(&[("1.pdf", b"%PDF-1.7")]);
        let outer = zipped(&[("inner.zip", &inner)]);
        let file = files(&outer, &Limits::default()).unwrap().remove(0);
        let error = Document::open(file.bytes, &Limits::default()).unwrap_err();
        assert_eq!(error.code(), "unsupported_format");
        assert!(error.message().contains("inside"), "{error}");
    }

    #[test]
    fn bundles_without_files_and_with_too_many_are_refused() {
        let empty = zipped(&[("__MACOSX/x", b"x")]);
        assert_eq!(files(&empty, &Limits::default()).unwrap_err().code(), "empty");
        let limits = Limits { max_pages: 1, ..Limits::default() };
        let two = zipped(&[("1", b"1"), ("2", b"2")]);
        assert_eq!(files(&two, &limits).unwrap_err().code(), "too_large");
        let limits = Limits { max_bytes: two.len() as u64 - 1, ..Limits::default() };
        assert_eq!(files(&two, &limits).unwrap_err().code(), "too_large");
    }
}
