//! Tables of glyph widths that name more glyphs than a font can have: the interpreter writes them out one by one.
//! Knows nothing of pages.

use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::{Array, Dict, Object};

use super::damaged;
use crate::error::Result;
use crate::sentence::broken;

/// Codes have two bytes.
const MAX_CODE: i64 = 0xffff;

/// Refuses a file with such a table.
pub(super) fn check(pdf: &Pdf) -> Result<()> {
    let is_trap = |object: Object<'_>| match object {
        Object::Dict(dict) => is_trap(&dict) || inline_fonts(&dict).iter().any(is_trap),
        _ => false,
    };
    if pdf.objects().into_iter().any(is_trap) {
        return Err(damaged(broken::too_many_glyphs()));
    }
    Ok(())
}

fn is_trap(font: &Dict<'_>) -> bool {
    [&b"W"[..], b"W2"].into_iter().any(|key| names_too_many(font, key))
}

/// Descendant fonts that are written inside their parent.
fn inline_fonts<'a>(font: &Dict<'a>) -> Vec<Dict<'a>> {
    let fonts = font.get::<Array<'_>>(&b"DescendantFonts"[..]);
    fonts.map(|fonts| fonts.iter::<Dict<'_>>().collect()).unwrap_or_default()
}

/// Ranges stand as `first last width`, so the codes are among the numbers.
fn names_too_many(dict: &Dict<'_>, key: &[u8]) -> bool {
    let Some(table) = dict.get::<Array<'_>>(key) else { return false };
    let beyond = |entry| match entry {
        Object::Number(number) => !(-MAX_CODE..=MAX_CODE).contains(&number.as_i64()),
        _ => false,
    };
    table.iter::<Object<'_>>().any(beyond)
}
