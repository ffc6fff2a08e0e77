//! The pages of a document: their size, their text and pictures, those of their templates first.
//! Knows nothing of what the text says.

use super::object::{self, Place, TextRun};
use super::picture::Picture;
use super::resources::Resources;
use super::{Document, Package, damaged, folder_of, join, numbers_of};
use crate::document::markup::Element;
use crate::error::{Error, ErrorKind, Result};

/// Millimetres of a page that does not say its size: A4.
const A4: [f32; 4] = [0.0, 0.0, 210.0, 297.0];
/// Millimetres a side that a page may claim.
const MAX_SIDE: f32 = 2000.0;
/// Characters of a document; a page of invoice lines has some two thousand.
const MAX_CHARACTERS: usize = 400_000;
/// Pictures of a document that are looked at.
const MAX_PICTURES: usize = 40;
/// How deep blocks may stand inside each other.
const MAX_BLOCKS: usize = 12;

/// One page.
#[derive(Debug, Default)]
pub struct Page {
    /// The page's id, which custom tags refer to.
    pub id: Option<String>,
    /// Millimetres.
    pub width: f32,
    /// Millimetres.
    pub height: f32,
    /// What is written on it, in drawing order; nothing that lies outside.
    pub runs: Vec<TextRun>,
    /// Its pictures, not decoded.
    pub pictures: Vec<Picture>,
}

impl Page {
    /// Whether a quad's centre lies on the page: producers park copies below it.
    fn shows(&self, quad: &[f32; 8]) -> bool {
        let (x, y) = ((quad[0] + quad[4]) / 2.0, (quad[1] + quad[5]) / 2.0);
        (0.0..=self.width).contains(&x) && (0.0..=self.height).contains(&y)
    }
}

fn listed(root: &Element) -> impl Iterator<Item = &Element> {
    root.child("Pages").into_iter().flat_map(|pages| pages.all("Page"))
}

/// How many pages a document lists.
pub(super) fn count(root: &Element) -> usize {
    listed(root).count()
}

/// The first page's width and height in millimetres; none without pages.
pub(super) fn first_size(package: &mut Package, document: &Document) -> Result<Option<(f32, f32)>> {
    let Some(first) = listed(&document.root).next() else { return Ok(None) };
    let (content, _) = content(package, document, first)?;
    let [_, _, width, height] = area(&content, document);
    Ok(Some((width, height)))
}

/// All pages with their templates.
pub(super) fn read_all(package: &mut Package, document: &Document, resources: &Resources) -> Result<Vec<Page>> {
    let mut budget = Budget { characters: MAX_CHARACTERS, pictures: MAX_PICTURES };
    let mut templates: Vec<(String, Option<Element>)> = Vec::new();
    let mut pages = Vec::new();
    for entry in listed(&document.root) {
        let (content, folder) = content(package, document, entry)?;
        let [x, y, width, height] = area(&content, document);
        let mut page = Page { id: entry.attribute("ID").map(str::to_owned), width, height, ..Page::default() };
        let own = resources.with_page(package, document, &content, &folder);
        let resources = own.as_ref().unwrap_or(resources);
        for id in content.all("Template").filter_map(|t| t.attribute("TemplateID")) {
            if let Some(template) = template(package, document, &mut templates, id) {
                take(&mut page, template, (x, y), resources, &mut budget)?;
            }
        }
        take(&mut page, &content, (x, y), resources, &mut budget)?;
        pages.push(page);
    }
    Ok(pages)
}

/// A template, parsed once however many pages use it.
fn template<'a>(
    package: &mut Package,
    document: &Document,
    known: &'a mut Vec<(String, Option<Element>)>,
    id: &str,
) -> Option<&'a Element> {
    let at = known.iter().position(|(name, _)| name == id).unwrap_or_else(|| {
        let common = document.root.child("CommonData");
        let entry = common.and_then(|c| c.all("TemplatePage").find(|t| t.attribute("ID") == Some(id)));
        let path = entry.and_then(|t| t.attribute("BaseLoc"));
        let element = path.and_then(|path| package.xml_if_good(&[&document.folder, ""], path));
        known.push((id.to_owned(), element));
        known.len() - 1
    });
    known.get(at).and_then(|(_, element)| element.as_ref())
}

/// A page's file and its folder.
fn content(package: &mut Package, document: &Document, entry: &Element) -> Result<(Element, String)> {
    let path = entry.attribute("BaseLoc").ok_or_else(|| damaged("a page has no file"))?;
    let content = package.xml(&[&document.folder, ""], path)?;
    let content = content.ok_or_else(|| damaged(&format!("the page `{path}` is missing")))?;
    Ok((content, join(&document.folder, folder_of(path))))
}

/// Left, top, width and height of a page: its own, else the document's.
fn area(content: &Element, document: &Document) -> [f32; 4] {
    let own = content.child("Area");
    let common = document.root.child("CommonData").and_then(|c| c.child("PageArea"));
    let valid = |[x, y, w, h]: [f32; 4]| {
        let sane = (1.0..=MAX_SIDE).contains(&w) && (1.0..=MAX_SIDE).contains(&h);
        sane.then_some([x, y, w, h])
    };
    let size = |area: &Element| area.child_text("PhysicalBox").and_then(numbers_of).and_then(valid);
    own.and_then(size).or_else(|| common.and_then(size)).unwrap_or(A4)
}

/// What a document may still ask of us.
struct Budget {
    characters: usize,
    pictures: usize,
}

/// Takes over what the layers of a content hold.
fn take(
    page: &mut Page,
    content: &Element,
    origin: (f32, f32),
    resources: &Resources,
    budget: &mut Budget,
) -> Result<()> {
    let layers = content.child("Content").into_iter().flat_map(|c| c.all("Layer"));
    for layer in layers {
        let colour = layer.attribute("DrawParam").and_then(|id| resources.colour(id)).unwrap_or_default();
        block(page, layer, origin, resources, colour, budget, MAX_BLOCKS)?;
    }
    Ok(())
}

fn block(
    page: &mut Page,
    block_element: &Element,
    origin: (f32, f32),
    resources: &Resources,
    colour: [u8; 3],
    budget: &mut Budget,
    depth: usize,
) -> Result<()> {
    for object in block_element.children() {
        if object.is("TextObject") {
            let colour = object.attribute("DrawParam").and_then(|id| resources.colour(id)).unwrap_or(colour);
            for run in object::runs(object, origin, colour) {
                budget.characters = budget.characters.checked_sub(run.at.len()).ok_or_else(too_much)?;
                if page.shows(&run.quad) {
                    page.runs.push(run);
                }
            }
        } else if object.is("ImageObject") && budget.pictures > 0 {
            budget.pictures -= 1;
            let place = Place::of(object).map(|place| place.moved(origin).quad([0.0, 0.0, 1.0, 1.0]));
            let path = object.attribute("ResourceID").and_then(|id| resources.picture(id));
            if let (Some(quad), Some(path)) = (place, path) {
                page.pictures.push(Picture { quad, path: path.to_owned(), ..Picture::default() });
            }
        } else if object.is("PageBlock") && depth > 0 {
            block(page, object, origin, resources, colour, budget, depth - 1)?;
        }
    }
    Ok(())
}

fn too_much() -> Error {
    Error::new(ErrorKind::TooLarge, format!("the OFD has more than {MAX_CHARACTERS} characters"))
}
