//! ZIP files made safe: members by name, inflated within bounds, never near a file system.
//! Knows nothing of what the members are.

use std::borrow::Cow;
use std::io::{Cursor, Read};

use bytes::Bytes;
use encoding_rs::GBK;
use zip::ZipArchive;
use zip::result::ZipError;

use super::Limits;
use crate::error::{Error, ErrorKind, Result};
use crate::sentence::{Sentence, broken, fault, next};

/// Members of one archive. An OFD of fifty pages has some two hundred.
const MAX_MEMBERS: usize = 2000;
/// A member of more than [`RATIO_FROM`] bytes that is inflated more than this many times is a bomb, not a document.
const MAX_RATIO: u64 = 250;
/// Small members may be blank pictures, which deflate very well.
const RATIO_FROM: u64 = 4 << 20;
/// The head of a member's entry in the central directory.
const ENTRY: &[u8; 4] = b"PK\x01\x02";
/// What ends the directory, and with it the archive.
const DIRECTORY_END: &[u8; 4] = b"PK\x05\x06";

/// An open archive. What is inflated counts towards one budget for all of it.
#[derive(Debug)]
pub struct Archive {
    zip: ZipArchive<Cursor<Bytes>>,
    members: Vec<ArchiveMember>,
    /// Bytes that one member may have.
    max_member: u64,
    /// Bytes that may still be inflated.
    left: u64,
}

/// One entry of the archive's directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveMember {
    /// The path, with `/` between its parts.
    pub name: String,
    /// A folder, which has no content.
    pub is_folder: bool,
    index: usize,
}

impl Archive {
    /// Reads the directory; nothing is inflated yet.
    ///
    /// # Errors
    /// `undecodable` when it is damaged, `too_large` for too many members.
    pub fn open(bytes: &Bytes, limits: &Limits) -> Result<Self> {
        // Counted before the directory is read, because that makes an object of every entry.
        let entries = bytes.windows(ENTRY.len()).filter(|w| w == ENTRY).take(MAX_MEMBERS * 5 + 1).count();
        if entries > MAX_MEMBERS * 5 {
            return Err(too_many());
        }
        // Its directory stands at its end, so half of it has none.
        if !bytes.windows(DIRECTORY_END.len()).rev().any(|w| w == DIRECTORY_END) {
            return Err(damaged(broken::end_missing()).with_hint(next::send_whole()));
        }
        let zip = ZipArchive::new(Cursor::new(bytes.clone())).map_err(|e| zip_error(&e))?;
        if zip.len() > MAX_MEMBERS {
            return Err(too_many());
        }
        let member = |index| {
            let entry = zip.by_index_data(index).ok()?;
            Some(ArchiveMember { name: name(entry.name_raw()), is_folder: entry.is_dir(), index })
        };
        let members = (0..zip.len()).filter_map(member).collect();
        Ok(Self { zip, members, max_member: limits.max_bytes, left: limits.max_bytes.saturating_mul(2) })
    }

    /// The directory, in the archive's order.
    pub fn members(&self) -> &[ArchiveMember] {
        &self.members
    }

    /// The member of a path; case counts only where there are two.
    pub fn find(&self, path: &str) -> Option<&ArchiveMember> {
        let path = path.trim_start_matches('/');
        let files = || self.members.iter().filter(|m| !m.is_folder);
        files().find(|m| m.name == path).or_else(|| files().find(|m| m.name.eq_ignore_ascii_case(path)))
    }

    /// A member's content.
    ///
    /// # Errors
    /// `encrypted`, `undecodable`, `too_large` when it or all of them together inflate beyond the bounds, and `too_complex`
    /// when it was packed to do so.
    pub fn read(&mut self, member: &ArchiveMember) -> Result<Vec<u8>> {
        let allowed = self.max_member.min(self.left);
        let mut content = Vec::new();
        let file = self.zip.by_index(member.index).map_err(|e| zip_error(&e))?;
        let packed = file.compressed_size();
        // What the directory says about the size is not believed.
        file.take(allowed + 1).read_to_end(&mut content).map_err(|e| damaged(broken::as_told(e)))?;
        let size = content.len() as u64;
        self.left = self.left.saturating_sub(size);
        if size > allowed {
            return Err(too_large(broken::member_inflates(&member.name, allowed)));
        }
        if size > RATIO_FROM && size > packed.saturating_mul(MAX_RATIO) {
            let message = fault::archive_inflates(&member.name, MAX_RATIO);
            return Err(Error::new(ErrorKind::TooComplex, message));
        }
        Ok(content)
    }
}

/// A member's path. Archives from Chinese systems often hold GBK without saying so.
fn name(raw: &[u8]) -> String {
    let text = match std::str::from_utf8(raw) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => GBK.decode_without_bom_handling(raw).0,
    };
    text.replace('\\', "/").trim_start_matches('/').to_owned()
}

fn zip_error(error: &ZipError) -> Error {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => {
            Error::new(ErrorKind::Encrypted, fault::archive_locked())
        }
        other => damaged(broken::as_told(other)),
    }
}

fn too_many() -> Error {
    too_large(broken::members_more_than(MAX_MEMBERS))
}

fn too_large(what: Sentence) -> Error {
    Error::new(ErrorKind::TooLarge, fault::archive_too_large(what))
}

fn damaged(what: Sentence) -> Error {
    Error::new(ErrorKind::Undecodable, fault::archive_broken(what))
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    /// An archive of these members.
    pub fn zipped(members: &[(&str, &[u8])]) -> Bytes {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in members {
            if name.ends_with('/') {
                writer.add_directory(*name, SimpleFileOptions::default()).unwrap();
            } else {
                writer.start_file(*name, SimpleFileOptions::default()).unwrap();
                writer.write_all(content).unwrap();
            }
        }
        writer.finish().unwrap().into_inner().into()
    }

    fn open(bytes: &Bytes) -> Result<Archive> {
        Archive::open(bytes, &Limits::default())
    }

    fn read(archive: &mut Archive, path: &str) -> Result<Vec<u8>> {
        let member = archive.find(path).unwrap().clone();
        archive.read(&member)
    }

    #[test]
    fn members_are_found_by_path_whatever_slashes_and_case() {
        let mut archive = open(&zipped(&[("a/", b""), ("a\\B.xml", b"1"), ("c.xml", b"2")])).unwrap();
        assert_eq!(read(&mut archive, "/a/b.XML").unwrap(), b"1");
        assert_eq!(read(&mut archive, "c.xml").unwrap(), b"2");
        assert!(archive.find("a/").is_none() && archive.find("../c.xml").is_none());
        assert!(archive.members()[0].is_folder);
    }

    #[test]
    fn an_archive_that_was_cut_off_is_to_be_sent_again() {
        let whole = zipped(&[("a.xml", &[7; 500])]);
        for length in [whole.len() - 22, whole.len() / 2] {
            let error = open(&whole.slice(..length)).err().unwrap();
            assert_eq!((error.code(), error.hint_sentence()), ("undecodable", next::send_whole()));
            assert!(error.message().ends_with("its end is missing"), "{}", error.message());
        }
    }

    #[test]
    fn names_in_gbk_are_read() {
        assert_eq!(name(&GBK.encode("发票/一.pdf").0), "发票/一.pdf");
        assert_eq!(name("发票.pdf".as_bytes()), "发票.pdf");
    }

    #[test]
    fn what_inflates_without_end_is_refused() {
        let blank = vec![0; 6 << 20];
        let bomb = zipped(&[("a", &blank)]);
        assert_eq!(read(&mut open(&bomb).unwrap(), "a").unwrap_err().code(), "too_complex");
        let limits = Limits { max_bytes: 1 << 20, ..Limits::default() };
        let page = vec![b'x'; 900 << 10];
        let many = zipped(&[("a", &page), ("b", &page), ("c", &page), ("d", &blank)]);
        let mut archive = Archive::open(&many, &limits).unwrap();
        assert_eq!(read(&mut archive, "d").unwrap_err().code(), "too_large");
        assert_eq!(read(&mut archive, "a").unwrap().len(), page.len());
        assert_eq!(read(&mut archive, "b").unwrap_err().code(), "too_large", "all members share one budget");
    }

    #[test]
    fn too_many_members_are_refused_before_they_are_listed() {
        let names: Vec<String> = (0..=MAX_MEMBERS).map(|i| i.to_string()).collect();
        let members: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), b"".as_slice())).collect();
        assert_eq!(open(&zipped(&members)).unwrap_err().code(), "too_large");
        let entries = ENTRY.repeat(MAX_MEMBERS * 5 + 1);
        assert_eq!(open(&entries.into()).unwrap_err().code(), "too_large");
    }

    #[test]
    fn a_damaged_archive_is_told() {
        let good = zipped(&[("a", b"some text that is long enough to be deflated, deflated, deflated")]);
        assert_eq!(open(&good.slice(..good.len() - 30)).unwrap_err().code(), "undecodable");
        let mut bad = good.to_vec();
        bad[40] ^= 0xff;
        let outcome = open(&bad.into()).and_then(|mut archive| read(&mut archive, "a"));
        assert_eq!(outcome.unwrap_err().code(), "undecodable");
    }
}
