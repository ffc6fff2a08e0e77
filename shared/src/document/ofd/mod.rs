//! OFD: what its package says, before anybody asks what it means. Text with places, pictures, attached files, labelled
//! objects, the values in its root. Knows nothing of invoices.
//!
//! Real files bend the standard (GB/T 33190): folders that are not where they should be, pages without a size, objects
//! without an id or below the page. What can be understood is taken; what cannot is passed over, unless it is the page.

mod delta;
mod object;
mod page;
pub mod picture;
mod resources;
mod tags;

use super::archive::{Archive, ArchiveMember};
use super::markup::Element;
use super::text::{Attachment, Picture, TextLayer};
use super::{Format, Limits};
use crate::error::{Error, ErrorKind, Result};
use crate::sentence::{Sentence, broken, fault};

use delta::numbers as numbers_of;
use page::Page;

/// The file that makes a ZIP an OFD.
const ROOT: &str = "OFD.xml";
/// Bytes of XML in one package; a page of invoice lines has some 20 kB.
const MAX_XML: usize = 24 << 20;
/// Pictures that are looked at for a QR code.
const MAX_CODES: usize = 4;
/// Attached files that are looked at.
const MAX_ATTACHMENTS: usize = 20;

/// What the package says without being drawn: all pages of all its documents. `folder` is where its root file
/// lies ([`root_folder`]). Attached data, tags and
/// values are taken only where there is one document, because they do not say whose they are.
///
/// # Errors
/// `undecodable`, `too_large`, `encrypted`.
pub fn read(archive: Archive, folder: String, limits: &Limits) -> Result<TextLayer> {
    let mut package = Package { archive, folder, xml_left: MAX_XML };
    let bodies = package.bodies()?;
    let mut layer = TextLayer::default();
    for body in &bodies {
        let part = part(&mut package, body, limits)?;
        layer.pages.extend(part.pages);
        if bodies.len() == 1 {
            (layer.values, layer.attachments, layer.tags) = (part.values, part.attachments, part.tags);
        }
        limits.check_pages(u32::try_from(layer.pages.len()).unwrap_or(u32::MAX))?;
    }
    Ok(layer)
}

fn part(package: &mut Package, body: &Element, limits: &Limits) -> Result<TextLayer> {
    let document = package.document(body)?;
    limits.check_pages(u32::try_from(page::listed(&document.root).count()).unwrap_or(u32::MAX))?;
    let resources = resources::read(package, &document);
    let mut pages = page::read_all(package, &document, &resources)?;
    let tags = tags::read(package, &document, &pages);
    let mut codes_left = MAX_CODES;
    for page in &mut pages {
        page.text.pictures = codes(package, page, &mut codes_left);
    }
    let pages = pages.into_iter().map(|page| page.text).collect();
    Ok(TextLayer { pages, values: values(body), attachments: attachments(package, &document), tags })
}

/// The pictures of a page that may be QR codes, decoded.
fn codes(package: &mut Package, page: &Page, left: &mut usize) -> Vec<Picture> {
    let mut codes = Vec::new();
    for (place, path) in page.pictures.iter().filter(|(place, _)| picture::may_be_code(*place)) {
        let Some(next) = left.checked_sub(1) else { break };
        *left = next;
        let pixels = package.bytes(&[""], path).and_then(|bytes| picture::decode(&bytes));
        codes.extend(pixels.map(|pixels| Picture { pixels, place: *place }));
    }
    codes
}

fn values(body: &Element) -> Vec<(String, String)> {
    let datas = body.find("CustomDatas").map(Element::children).unwrap_or_default();
    let pair = |d: &Element| Some((d.attribute("Name")?.trim().to_owned(), d.text()?.to_owned()));
    datas.iter().filter_map(pair).collect()
}

/// The attached files that are XML; one that cannot be read is passed over.
fn attachments(package: &mut Package, document: &DocRoot) -> Vec<Attachment> {
    let Some((list, folder)) = document.listed(package, "Attachments") else { return Vec::new() };
    let paths = list.all("Attachment").filter_map(|a| a.child_text("FileLoc")).take(MAX_ATTACHMENTS);
    let file = |path: &str| {
        let bytes = package.bytes(&[&folder, &document.folder, ""], path)?;
        let is_xml = Format::recognise(&bytes) == Some(Format::Xml);
        is_xml.then(|| Attachment { name: path.to_owned(), bytes })
    };
    paths.filter_map(file).collect()
}

/// The archive, and how much of it may still be parsed.
struct Package {
    archive: Archive,
    /// Where the root file lies; somebody may have zipped the folder around it.
    folder: String,
    xml_left: usize,
}

/// A document's root file, and the folder that its paths start from.
struct DocRoot {
    root: Element,
    folder: String,
}

impl Package {
    /// The documents that the root file lists.
    fn bodies(&mut self) -> Result<Vec<Element>> {
        let folder = self.folder.clone();
        let root = self.xml(&[&folder], ROOT)?.ok_or_else(|| damaged(broken::no_ofd_root()))?;
        if root.find("Encryptions").is_some() {
            return Err(Error::new(ErrorKind::Encrypted, fault::ofd_locked()));
        }
        let bodies: Vec<Element> = root.all("DocBody").cloned().collect();
        if bodies.is_empty() {
            return Err(damaged(broken::root_lists_nothing()));
        }
        Ok(bodies)
    }

    fn document(&mut self, body: &Element) -> Result<DocRoot> {
        let path = body.child_text("DocRoot").ok_or_else(|| damaged(broken::document_without_root()))?;
        let folder = self.folder.clone();
        let root = self.xml(&[&folder], path)?.ok_or_else(|| damaged(broken::file_is_missing(path)))?;
        Ok(DocRoot { root, folder: join(&folder, folder_of(path)) })
    }

    /// The first of some folders' files of a path, parsed; none when it is nowhere.
    fn xml(&mut self, folders: &[&str], path: &str) -> Result<Option<Element>> {
        let Some(member) = self.find(folders, path) else { return Ok(None) };
        let bytes = self.archive.read(&member)?;
        self.xml_left = self.xml_left.checked_sub(bytes.len()).ok_or_else(|| {
            Error::new(ErrorKind::TooLarge, fault::ofd_too_large(broken::xml_bytes_more_than(MAX_XML)))
        })?;
        Element::parse(&bytes).map(Some)
    }

    /// As [`Package::xml`], where a broken file is as good as none.
    fn xml_if_good(&mut self, folders: &[&str], path: &str) -> Option<Element> {
        self.xml(folders, path).ok().flatten()
    }

    fn bytes(&mut self, folders: &[&str], path: &str) -> Option<Vec<u8>> {
        let member = self.find(folders, path)?;
        self.archive.read(&member).ok()
    }

    fn find(&self, folders: &[&str], path: &str) -> Option<ArchiveMember> {
        let absolute = path.starts_with('/').then(|| join(&self.folder, path.trim_start_matches('/')));
        let relative = folders.iter().map(|folder| join(folder, path));
        absolute.into_iter().chain(relative).find_map(|path| self.archive.find(&path)).cloned()
    }
}

impl DocRoot {
    /// The file that an element of the root names, and its folder: `Attachments`, `CustomTags`.
    fn listed(&self, package: &mut Package, name: &str) -> Option<(Element, String)> {
        let path = self.root.child_text(name)?;
        let element = package.xml_if_good(&[&self.folder, ""], path)?;
        Some((element, join(&self.folder, folder_of(path))))
    }
}

/// The folder of `OFD.xml`: the archive's root, or the one folder that everything lies in; none in a ZIP that is no OFD.
pub fn root_folder(archive: &Archive) -> Option<String> {
    if archive.find(ROOT).is_some() {
        return Some(String::new());
    }
    let first = archive.members().iter().find(|m| !m.is_folder)?;
    let (folder, _) = first.name.split_once('/')?;
    archive.find(&format!("{folder}/{ROOT}")).map(|_| folder.to_owned())
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A path in a folder, its `.` and `..` resolved; it never leaves the archive, which has no outside.
fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let base = if path.starts_with('/') { "" } else { folder };
    for part in base.split('/').chain(path.split(['/', '\\'])) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn damaged(what: Sentence) -> Error {
    Error::new(ErrorKind::Undecodable, fault::ofd_broken(what))
}
