//! The pages of a document: their size, their text and pictures, those of their templates first.
//! Knows nothing of what the text says.

use hayro::kurbo::Rect;

use super::object::{self, POINTS};
use super::resources::Resources;
use super::{DocRoot, Package, damaged, folder_of, join, numbers_of};
use crate::document::markup::Element;
use crate::document::text::{TextPage, TextRun};
use crate::error::{Error, ErrorKind, Result};
use crate::sentence::{broken, fault};

/// Millimetres of a page that does not say its size: A4.
const A4: [f32; 4] = [0.0, 0.0, 210.0, 297.0];
/// Millimetres a side that a page may claim.
const MAX_SIDE: f32 = 2000.0;
/// Characters of a document; a page of invoice lines has some two thousand.
const MAX_CHARACTERS: usize = 400_000;
/// Pictures of a document that are looked at.
const MAX_PICTURES: usize = 40;
/// Ruled lines of a document that are looked at.
const MAX_RULES: usize = 20_000;
/// How deep blocks may stand inside each other.
const MAX_BLOCKS: usize = 12;

/// One page: what it shows, and the ids of the objects that its runs come from.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// The page's id, which custom tags refer to.
    pub id: Option<String>,
    /// What it shows.
    pub text: TextPage,
    /// Each run's object, where the producer names it.
    pub ids: Vec<Option<String>>,
    /// Pictures, left in the package: their places, and where their files are.
    pub pictures: Vec<([f32; 4], String)>,
}

impl Page {
    /// Whether a run begins on the page: producers park copies below it.
    fn shows(&self, run: &TextRun) -> bool {
        run.glyphs.first().is_some_and(|g| {
            (-1.0..=self.text.width).contains(&g.x) && (0.0..=self.text.height + 0.5 * run.size).contains(&g.y)
        })
    }
}

/// The pages that a document lists.
pub(super) fn listed(root: &Element) -> impl Iterator<Item = &Element> {
    root.child("Pages").into_iter().flat_map(|pages| pages.all("Page"))
}

/// All pages with their templates.
pub(super) fn read_all(package: &mut Package, document: &DocRoot, resources: &Resources) -> Result<Vec<Page>> {
    let mut budget = Budget { characters: MAX_CHARACTERS, pictures: MAX_PICTURES, rules: MAX_RULES };
    let mut templates: Vec<(String, Option<Element>)> = Vec::new();
    let mut pages = Vec::new();
    for entry in listed(&document.root) {
        let (content, folder) = content(package, document, entry)?;
        let [x, y, width, height] = area(&content, document);
        let text = TextPage { width: width * POINTS, height: height * POINTS, ..TextPage::default() };
        let mut page = Page { id: entry.attribute("ID").map(str::to_owned), text, ..Page::default() };
        let own = resources.with_page(package, document, &content, &folder);
        let pen = Pen { origin: (x, y), resources: own.as_ref().unwrap_or(resources), colour: [0; 3] };
        for id in content.all("Template").filter_map(|t| t.attribute("TemplateID")) {
            if let Some(template) = template(package, document, &mut templates, id) {
                take(&mut page, template, pen, &mut budget)?;
            }
        }
        take(&mut page, &content, pen, &mut budget)?;
        pages.push(page);
    }
    Ok(pages)
}

/// A template, parsed once however many pages use it.
fn template<'a>(
    package: &mut Package,
    document: &DocRoot,
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
fn content(package: &mut Package, document: &DocRoot, entry: &Element) -> Result<(Element, String)> {
    let path = entry.attribute("BaseLoc").ok_or_else(|| damaged(broken::page_without_file()))?;
    let content = package.xml(&[&document.folder, ""], path)?;
    let content = content.ok_or_else(|| damaged(broken::page_is_missing(path)))?;
    Ok((content, join(&document.folder, folder_of(path))))
}

/// Left, top, width and height of a page: its own, else the document's.
fn area(content: &Element, document: &DocRoot) -> [f32; 4] {
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
    rules: usize,
}

/// What drawing on a page needs to know.
#[derive(Clone, Copy)]
struct Pen<'a> {
    /// The page's corner in millimetres.
    origin: (f32, f32),
    resources: &'a Resources,
    colour: [u8; 3],
}

impl Pen<'_> {
    /// The pen as a layer or object wants it.
    fn for_element(self, element: &Element) -> Self {
        let own = element.attribute("DrawParam").and_then(|id| self.resources.colour(id));
        Self { colour: own.unwrap_or(self.colour), ..self }
    }
}

/// Takes over what the layers of a content hold.
fn take(page: &mut Page, content: &Element, pen: Pen<'_>, budget: &mut Budget) -> Result<()> {
    let mut layers = content.child("Content").into_iter().flat_map(|c| c.all("Layer"));
    layers.try_for_each(|layer| block(page, layer, pen.for_element(layer), budget, MAX_BLOCKS))
}

fn block(page: &mut Page, block: &Element, pen: Pen<'_>, budget: &mut Budget, depth: usize) -> Result<()> {
    for object in block.children() {
        match object.name().to_ascii_lowercase().as_str() {
            "textobject" => text(page, object, pen.for_element(object), budget)?,
            "imageobject" => picture(page, object, pen, budget),
            "pathobject" if budget.rules > 0 => {
                let rules = object::rules(object, pen.origin);
                budget.rules = budget.rules.saturating_sub(rules.len());
                page.text.rules.extend(rules);
            }
            "pageblock" if depth > 0 => self::block(page, object, pen, budget, depth - 1)?,
            _ => {}
        }
    }
    Ok(())
}

fn text(page: &mut Page, object: &Element, pen: Pen<'_>, budget: &mut Budget) -> Result<()> {
    let id = object.attribute("ID").map(str::to_owned);
    page.text.unnamed += object::unnamed(object);
    for run in object::runs(object, pen.origin, pen.colour) {
        budget.characters = budget.characters.checked_sub(run.glyphs.len()).ok_or_else(too_much)?;
        if page.shows(&run) {
            page.text.runs.push(run);
            page.ids.push(id.clone());
        }
    }
    Ok(())
}

fn picture(page: &mut Page, object: &Element, pen: Pen<'_>, budget: &mut Budget) {
    let unit = Rect::new(0.0, 0.0, 1.0, 1.0);
    let place = object::place(object, pen.origin).map(|place| place.transform_rect_bbox(unit));
    let place = place.map(|r| [r.x0, r.y0, r.x1, r.y1].map(|side| side as f32));
    let path = object.attribute("ResourceID").and_then(|id| pen.resources.picture(id));
    if let (Some(place), Some(path), Some(left)) = (place, path, budget.pictures.checked_sub(1)) {
        budget.pictures = left;
        let share = (place[2] - place[0]) * (place[3] - place[1]) / (page.text.width * page.text.height);
        page.text.picture_share = page.text.picture_share.max(share.clamp(0.0, 1.0));
        page.pictures.push((place, path.to_owned()));
    }
}

fn too_much() -> Error {
    Error::new(ErrorKind::TooLarge, fault::ofd_too_large(broken::characters_more_than(MAX_CHARACTERS)))
}
