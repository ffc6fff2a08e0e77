//! What the objects of a page refer to by id: picture files and drawing colours. Knows nothing of the objects.

use std::collections::HashMap;

use super::object;
use super::{DocRoot, Package, folder_of, join};
use crate::document::markup::Element;

/// How far a drawing parameter may refer to another one.
const MAX_RELATIVES: usize = 8;

/// By id; a page's own come on top of the document's.
#[derive(Clone, Debug, Default)]
pub struct Resources {
    /// Paths in the archive.
    pictures: HashMap<String, String>,
    params: HashMap<String, Param>,
}

/// A drawing parameter: its colour, or another one to ask.
#[derive(Clone, Debug, Default)]
struct Param {
    colour: Option<[u8; 3]>,
    relative: Option<String>,
}

/// The document's resources; a file that cannot be read is passed over.
pub(super) fn read(package: &mut Package, document: &DocRoot) -> Resources {
    let mut resources = Resources::default();
    let Some(common) = document.root.child("CommonData") else { return resources };
    let files = common.all("PublicRes").chain(common.all("DocumentRes")).filter_map(Element::text);
    for path in files.take(8) {
        resources.add(package, &[&document.folder, ""], path);
    }
    resources
}

impl Resources {
    /// These and a page's own, where it has any.
    pub(super) fn with_page(
        &self,
        package: &mut Package,
        document: &DocRoot,
        content: &Element,
        folder: &str,
    ) -> Option<Self> {
        let path = content.child_text("PageRes")?;
        let mut own = self.clone();
        own.add(package, &[folder, &document.folder], path);
        Some(own)
    }

    /// The colour that a drawing parameter fills with.
    pub fn colour(&self, id: &str) -> Option<[u8; 3]> {
        let mut param = self.params.get(id)?;
        for _ in 0..MAX_RELATIVES {
            if param.colour.is_some() {
                return param.colour;
            }
            param = self.params.get(param.relative.as_deref()?)?;
        }
        None
    }

    /// Where a picture's file is in the archive.
    pub fn picture(&self, id: &str) -> Option<&str> {
        self.pictures.get(id).map(String::as_str)
    }

    fn add(&mut self, package: &mut Package, folders: &[&str], path: &str) {
        let Some(file) = package.xml_if_good(folders, path) else { return };
        for media in file.child("MultiMedias").into_iter().flat_map(|m| m.all("MultiMedia")) {
            let (Some(id), Some(name)) = (media.attribute("ID"), media.child_text("MediaFile")) else { continue };
            let own = join(folders.first().copied().unwrap_or_default(), folder_of(path));
            let base = join(&own, file.attribute("BaseLoc").unwrap_or_default());
            let guess = join(&own, "Res");
            if let Some(member) = package.find(&[&base, &own, &guess, ""], name) {
                self.pictures.insert(id.to_owned(), member.name);
            }
        }
        for param in file.child("DrawParams").into_iter().flat_map(|p| p.all("DrawParam")) {
            let Some(id) = param.attribute("ID") else { continue };
            let colour = param.child("FillColor").and_then(object::colour);
            let relative = param.attribute("Relative").map(str::to_owned);
            self.params.insert(id.to_owned(), Param { colour, relative });
        }
    }
}
