//! Lines read by two recognisers: a quick one sees every line, and a thorough one again those that the quick one may have
//! got wrong. Knows nothing of how either works; [`doubt`] says which lines those are.

use std::sync::{Arc, Mutex, PoisonError};

use image::RgbImage;

use super::doubt;
use super::recognise::{ReadLine, Recogniser};
use crate::error::Result;
use crate::geometry::Corners;

/// Makes the thorough recogniser.
type Loader = Box<dyn Fn() -> Result<Recogniser> + Send + Sync>;

/// Both recognisers, of which the thorough one is loaded when the first line asks for it.
pub(crate) struct Cascade {
    quick: Recogniser,
    thorough: Mutex<Option<Arc<Recogniser>>>,
    load: Loader,
}

impl Cascade {
    /// `load` is called once, or again after it failed.
    pub fn new(quick: Recogniser, load: impl Fn() -> Result<Recogniser> + Send + Sync + 'static) -> Self {
        Self { quick, thorough: Mutex::default(), load: Box::new(load) }
    }

    /// Reads lines of a page as well as can be; the answers stand in the order of the lines.
    pub fn read(&self, page: &RgbImage, lines: &[Corners]) -> Result<Vec<ReadLine>> {
        let mut read = self.quick.read(page, lines)?;
        let doubtful: Vec<usize> = (0..lines.len()).filter(|&i| doubt::is_doubtful(&read[i])).collect();
        if !doubtful.is_empty() {
            let mut again = self.thorough()?.read_among(page, lines, &doubtful)?;
            doubtful.iter().for_each(|&i| read[i] = std::mem::take(&mut again[i]));
        }
        Ok(read)
    }

    /// How sure lines read is all that is wanted: the quick one's answers.
    pub fn read_quickly(&self, page: &RgbImage, lines: &[Corners]) -> Result<Vec<ReadLine>> {
        self.quick.read(page, lines)
    }

    /// The thorough one's answers, where a line has no characters but those listed for it, if any are.
    pub fn read_thoroughly(&self, page: &RgbImage, lines: &[Corners], only: &[Option<&str>]) -> Result<Vec<ReadLine>> {
        if lines.is_empty() {
            return Ok(Vec::new());
        }
        self.thorough()?.read_only(page, lines, only)
    }

    fn thorough(&self) -> Result<Arc<Recogniser>> {
        let mut loaded = self.thorough.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ready) = loaded.as_ref() {
            return Ok(Arc::clone(ready));
        }
        Ok(Arc::clone(loaded.insert(Arc::new((self.load)()?))))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::super::model::{Array, Model};
    use super::*;
    use crate::error::{Error, ErrorKind};
    use crate::geometry::Point;

    /// Reads one character in every line, this surely, and counts the lines.
    struct Sure(f32, Arc<AtomicUsize>);

    impl Model for Sure {
        fn run(&self, [lines, ..]: [usize; 4], _: Vec<f32>) -> Result<Array> {
            self.1.fetch_add(lines, Ordering::Relaxed);
            Ok(Array { shape: vec![lines, 1, 3], data: [0.0, self.0, 0.0].repeat(lines) })
        }
    }

    fn recogniser(sure: f32, character: &str) -> (Recogniser, Arc<AtomicUsize>) {
        let count = Arc::new(AtomicUsize::new(0));
        (Recogniser::new(Box::new(Sure(sure, Arc::clone(&count))), character, 1), count)
    }

    fn places() -> [Corners; 2] {
        let boxed =
            |y: f32| Corners([(0.0, y), (90.0, y), (90.0, y + 20.0), (0.0, y + 20.0)].map(|(x, y)| Point::new(x, y)));
        [boxed(0.0), boxed(30.0)]
    }

    fn texts(lines: &[ReadLine]) -> Vec<&str> {
        lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn what_the_quick_one_is_sure_of_never_loads_the_thorough_one() {
        let (quick, seen) = recogniser(0.999, "7");
        let cascade = Cascade::new(quick, || panic!("nobody needs it"));
        assert_eq!(texts(&cascade.read(&RgbImage::new(100, 60), &places()).unwrap()), ["7", "7"]);
        assert_eq!(seen.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn what_it_doubts_is_read_again_by_one_that_is_loaded_once() {
        let loads = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&loads);
        let cascade = Cascade::new(recogniser(0.8, "7").0, move || {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok(recogniser(0.6, "1").0)
        });
        let page = RgbImage::new(100, 60);
        for _ in 0..2 {
            assert_eq!(texts(&cascade.read(&page, &places()).unwrap()), ["1", "1"]);
        }
        assert_eq!(texts(&cascade.read_quickly(&page, &places()).unwrap()), ["7", "7"]);
        assert_eq!(loads.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_failure_to_load_is_told_and_tried_again() {
        let attempts = AtomicUsize::new(0);
        let cascade = Cascade::new(recogniser(0.8, "7").0, move || match attempts.fetch_add(1, Ordering::Relaxed) {
            0 => Err(Error::new(ErrorKind::Internal, "it is not there")),
            _ => Ok(recogniser(0.6, "1").0),
        });
        let read = || cascade.read(&RgbImage::new(100, 60), &places());
        assert_eq!([read().is_ok(), read().is_ok()], [false, true]);
    }
}
