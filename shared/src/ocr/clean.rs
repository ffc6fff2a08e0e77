//! A page as the recogniser wants it: in even light, without its seals. The second pass asks for the same page as the first,
//! so the last one is kept. Knows nothing of lines.

use std::sync::{Arc, Mutex, PoisonError};

use image::RgbImage;
use sha2::{Digest, Sha256};
use tracing::debug_span;

use super::{ink, light};

/// Larger pages are not kept: they would take more memory than they save time.
const MAX_PIXELS: usize = 12_000_000;

/// The page that was made clean last.
#[derive(Default)]
pub(super) struct Cleaned {
    last: Mutex<Option<(Name, Arc<RgbImage>)>>,
}

/// What tells one page from every other: its width, and a digest of its pixels.
type Name = (u32, [u8; 32]);

impl Cleaned {
    /// A page that nobody asked for before; it is kept.
    pub fn first(&self, page: &RgbImage) -> Arc<RgbImage> {
        let _span = debug_span!("light").entered();
        let clean = Arc::new(clean(page));
        let kept = (page.len() <= 3 * MAX_PIXELS).then(|| (name(page), Arc::clone(&clean)));
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = kept;
        clean
    }

    /// A page that was perhaps the last one.
    pub fn again(&self, page: &RgbImage) -> Arc<RgbImage> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match last {
            Some((kept, clean)) if kept == name(page) => clean,
            _ => self.first(page),
        }
    }
}

fn name(page: &RgbImage) -> Name {
    (page.width(), Sha256::digest(page.as_raw()).into())
}

fn clean(page: &RgbImage) -> RgbImage {
    ink::without_seals(&light::evened(page))
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    fn page(grey: u8) -> RgbImage {
        RgbImage::from_fn(64, 32, |x, _| Rgb([if x % 9 < 2 { 20 } else { grey }; 3]))
    }

    #[test]
    fn the_last_page_is_made_clean_once_and_no_other_is_taken_for_it() {
        let cleaned = Cleaned::default();
        let first = cleaned.first(&page(200));
        assert!(Arc::ptr_eq(&cleaned.again(&page(200)), &first));
        let other = cleaned.again(&page(150));
        assert!(!Arc::ptr_eq(&other, &first) && *other == clean(&page(150)));
        assert!(!Arc::ptr_eq(&cleaned.again(&page(200)), &first));
        let turned = RgbImage::from_raw(32, 64, page(200).into_raw()).unwrap();
        assert_eq!(cleaned.again(&turned).dimensions(), (32, 64));
    }
}
