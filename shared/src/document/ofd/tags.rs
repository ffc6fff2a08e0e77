//! Custom tags: a tree of labels over the text objects of the pages, turned into the same tree over their text.
//! Knows nothing of what the labels mean.

use std::collections::HashMap;

use super::page::Page;
use super::{DocRoot, Package};
use crate::document::markup::Element;

/// Tag files that are looked at.
const MAX_FILES: usize = 10;
/// References that are followed, however often they point to the same object.
const MAX_REFERENCES: usize = 20_000;

/// The tag files with text in place of references; one that cannot be read is passed over.
pub(super) fn read(package: &mut Package, document: &DocRoot, pages: &[Page]) -> Vec<Element> {
    let Some((list, folder)) = document.listed(package, "CustomTags") else { return Vec::new() };
    let paths: Vec<&str> = list.all("CustomTag").filter_map(|t| t.child_text("FileLoc")).take(MAX_FILES).collect();
    let texts = texts(pages);
    let mut left = MAX_REFERENCES;
    let file = |path: &&str| package.xml_if_good(&[&folder, &document.folder, ""], path);
    let trees: Vec<Element> = paths.iter().filter_map(file).collect();
    trees.into_iter().map(|tree| resolved(tree, &texts, &mut left)).collect()
}

/// Each visible object's text by page and id, its rows joined.
fn texts(pages: &[Page]) -> HashMap<(&str, &str), String> {
    let mut texts: HashMap<(&str, &str), String> = HashMap::new();
    for page in pages {
        for (run, id) in page.text.runs.iter().zip(&page.ids) {
            if let Some(id) = id {
                texts.entry((page.id.as_deref().unwrap_or_default(), id)).or_default().push_str(&run.text());
            }
        }
    }
    texts
}

fn resolved(mut tag: Element, texts: &HashMap<(&str, &str), String>, left: &mut usize) -> Element {
    let mut pieces = Vec::new();
    let (references, children): (Vec<_>, Vec<_>) =
        std::mem::take(&mut tag.children).into_iter().partition(|child| child.is("ObjectRef"));
    for reference in references {
        let page = reference.attribute("PageRef").unwrap_or_default();
        let Some(next) = left.checked_sub(1) else { break };
        *left = next;
        pieces.extend(reference.text().and_then(|id| texts.get(&(page, id))).cloned());
    }
    if !pieces.is_empty() {
        // Remarks have rows of their own; everything else is one value in pieces.
        tag.text = pieces.join(if tag.is("Note") { "\n" } else { "" });
    }
    tag.children = children.into_iter().map(|child| resolved(child, texts, left)).collect();
    tag
}
