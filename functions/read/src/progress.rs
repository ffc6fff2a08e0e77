//! What a waiting person sees: a bar on a terminal, plain lines elsewhere. Knows nothing of documents.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use fapiao::sentence::{Lang, screen};
use indicatif::{ProgressBar, ProgressStyle};

/// Shows how far the work is, on standard error.
pub struct Progress {
    bar: ProgressBar,
    total: usize,
    start: Instant,
    lang: Lang,
    said: Mutex<HashSet<String>>,
}

impl Progress {
    /// Nothing is done yet.
    pub fn new(total: usize, lang: Lang) -> Self {
        let bar = ProgressBar::new(total as u64);
        let still = screen::still().say(lang).unwrap_or_default();
        let template = format!("{{bar:40}} {{pos}}/{{len}} {{msg}} {{elapsed_precise}} ({still} {{eta}})");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        Self { bar, total, start: Instant::now(), lang, said: Mutex::default() }
    }

    /// One more is done.
    pub fn done(&self, name: &str, outcome: &str) {
        self.bar.set_message(name.to_owned());
        self.bar.inc(1);
        if self.bar.is_hidden() {
            let done = self.bar.position();
            let left = left(self.start.elapsed(), usize::try_from(done).unwrap_or(self.total), self.total, self.lang);
            let colon = if self.lang == Lang::Zh { "：" } else { ": " };
            eprintln!("[{done}/{}] {name}{colon}{outcome}{left}", self.total);
        }
    }

    /// One more is done of many that take no time: a bar shows it, and nobody wants a line for each.
    pub fn done_quietly(&self) {
        self.bar.inc(1);
    }

    /// So many there will be in the end.
    pub fn expect(&self, total: usize) {
        self.bar.set_length(total as u64);
    }

    /// Something worth knowing; each text is said once.
    pub fn warn(&self, text: &str) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.insert(text.to_owned()) {
            self.bar.suspend(|| eprintln!("{text}"));
        }
    }

    /// The end.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// How long the rest will take, if it goes on as it went; nothing where that is hardly worth waiting for.
fn left(elapsed: Duration, done: usize, total: usize, lang: Lang) -> String {
    let seconds = elapsed.as_secs_f64() / done.max(1) as f64 * total.saturating_sub(done) as f64;
    let said = match seconds.round() as u64 {
        0..5 => None,
        seconds @ 5..90 => Some(screen::seconds_left(seconds)),
        seconds => Some(screen::minutes_left(seconds.div_ceil(60))),
    };
    said.and_then(|said| said.say(lang)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_told_from_the_time_it_took() {
        let after = |seconds, done, total| left(Duration::from_secs(seconds), done, total, Lang::En);
        assert_eq!(after(10, 5, 10), " (10 s left)");
        assert_eq!(after(60, 1, 4), " (3 min left)");
        assert_eq!(after(10, 10, 10), "");
        assert_eq!(after(1, 9, 10), "");
        assert_eq!(left(Duration::from_secs(10), 5, 10, Lang::Zh), "（还需约10秒）");
    }
}
