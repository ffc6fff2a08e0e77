//! Names for characters of embedded fonts that carry none of their own, through the predefined maps of the
//! character collection that the font is made for (Adobe-GB1 and its like). Knows nothing of pages.

use std::collections::HashMap;

use hayro::hayro_interpret::font::{Glyph, PositionedGlyph};
use hayro::hayro_interpret::hayro_cmap::{BfString, CMap, CMapName, CidFamily, load_embedded};
use hayro::hayro_syntax::object::{Array, Dict, Name, String as PdfString};
use hayro::hayro_syntax::page::Page;

/// Fonts looked at on a page.
const MAX_FONTS: usize = 200;

/// The page's composite fonts without names, by their PostScript names.
#[derive(Default)]
pub(super) struct Names<'a> {
    fonts: HashMap<String, Dict<'a>>,
    /// From a code to a character of the collection, and from there to Unicode.
    maps: HashMap<String, Option<(CMap, CMap)>>,
}

impl<'a> Names<'a> {
    pub(super) fn new(page: &Page<'a>) -> Names<'a> {
        let all = &page.resources().fonts;
        let fonts = all.keys().take(MAX_FONTS).filter_map(|key| {
            let font: Dict<'a> = all.get(key.as_ref())?;
            let composite = font.get::<Name<'_>>(b"Subtype")?.as_str() == "Type0";
            let name = font.get::<Name<'_>>(b"BaseFont")?.as_str().to_owned();
            (composite && !font.contains_key(b"ToUnicode")).then(|| (bare(&name), font))
        });
        Names { fonts: fonts.collect(), maps: HashMap::new() }
    }

    /// What a glyph of such a font stands for.
    pub(super) fn of(&mut self, glyph: &PositionedGlyph<'_>) -> Option<BfString> {
        if self.fonts.is_empty() {
            return None;
        }
        let Glyph::Outline(outline) = &**glyph else { return None };
        let name = outline.font_data()?.postscript_name?;
        let font = self.fonts.get(&name)?;
        let maps = self.maps.entry(name).or_insert_with(|| maps(font));
        let (codes, characters) = maps.as_ref()?;
        let code = outline.char_code();
        let cid = (1..=4).find_map(|bytes| codes.lookup_cid_code(code, bytes))?;
        characters.lookup_bf_string(cid)
    }
}

fn maps(font: &Dict<'_>) -> Option<(CMap, CMap)> {
    let encoding = font.get::<Name<'_>>(b"Encoding")?;
    let codes = match encoding.as_str() {
        "Identity-H" => CMap::identity_h(),
        "Identity-V" => CMap::identity_v(),
        _ => CMap::parse(load_embedded(CMapName::from_bytes(encoding.as_ref()))?, load_embedded)?,
    };
    let own = codes.metadata().character_collection.as_ref().map(|c| c.family.clone());
    let family = own.filter(|f| *f != CidFamily::AdobeIdentity).or_else(|| family(font))?;
    Some((codes, CMap::parse(load_embedded(family.ucs2_cmap()?)?, load_embedded)?))
}

fn family(font: &Dict<'_>) -> Option<CidFamily> {
    let descendant = font.get::<Array<'_>>(b"DescendantFonts")?.iter::<Dict<'_>>().next()?;
    let info = descendant.get::<Dict<'_>>(b"CIDSystemInfo")?;
    let (registry, ordering) = (info.get::<PdfString<'_>>(b"Registry")?, info.get::<PdfString<'_>>(b"Ordering")?);
    Some(CidFamily::from_registry_ordering(registry.as_bytes(), ordering.as_bytes()))
}

/// Without the six letters that mark a subset.
fn bare(name: &str) -> String {
    match name.split_once('+') {
        Some((mark, rest)) if mark.len() == 6 => rest.to_owned(),
        _ => name.to_owned(),
    }
}
