//! A font for text whose own font is not in its file, as in many e-invoices: without one such a page is drawn blank.
//! Knows nothing of pages.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_interpret::font::{FontData, FontQuery};

/// What `make models` puts beside the models.
const FILE: &str = "NotoSansCJKtc-Regular.otf";
/// Where systems that have one keep theirs.
const SYSTEM: [&str; 4] = [
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
];

static FOLDER: OnceLock<PathBuf> = OnceLock::new();
static FONT: OnceLock<Option<FontData>> = OnceLock::new();

/// Says where the font is, before the first page is drawn; the first who says so counts. Without it, and without one of
/// the system's own, pages are drawn without such text.
pub fn look_in(folder: &Path) {
    // The same folder every time but in tests.
    let _ = FOLDER.set(folder.to_owned());
}

/// Every place that may be looked into for models and fonts.
pub fn places(models: &Path) -> impl Iterator<Item = PathBuf> {
    std::iter::once(models.to_owned()).chain(SYSTEM.map(PathBuf::from))
}

/// Settings for drawing: Chinese text without a font gets ours.
pub(super) fn drawing() -> InterpreterSettings {
    let plain = InterpreterSettings::default();
    let standard = Arc::clone(&plain.font_resolver);
    let resolver = move |query: &FontQuery| {
        if is_chinese(query)
            && let Some(font) = font()
        {
            return Some((font, 0));
        }
        standard(query)
    };
    InterpreterSettings { font_resolver: Arc::new(resolver), ..plain }
}

/// Whether a font is wanted for other than Western text.
fn is_chinese(query: &FontQuery) -> bool {
    let FontQuery::Fallback(wanted) = query else { return false };
    let name = wanted.post_script_name.as_deref().unwrap_or_default().to_lowercase();
    let named = ["song", "sim", "hei", "kai", "fang", "msung", "mingliu", "cjk", "sun-ext"]
        .iter()
        .any(|part| name.contains(part));
    wanted.character_collection.is_some() || named || !name.is_ascii()
}

fn font() -> Option<FontData> {
    let load = || {
        let ours = FOLDER.get().map(|folder| folder.join(FILE));
        let places = ours.into_iter().chain(SYSTEM.iter().map(PathBuf::from));
        let bytes = places.into_iter().find_map(|path| std::fs::read(path).ok())?;
        Some(Arc::new(bytes) as FontData)
    };
    FONT.get_or_init(load).clone()
}
