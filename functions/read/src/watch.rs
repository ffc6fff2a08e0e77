//! A folder that is looked at again and again: what comes or changes is read, what goes is forgotten.
//! Knows nothing of how a file is read.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::time::{Duration, SystemTime};

use crate::fate::Tally;
use crate::folder::{self, Found};
use crate::job::Job;
use crate::progress::Progress;

/// Between two looks. A file is read when it was the same at two looks: before that somebody may still be writing it.
const PAUSE: Duration = Duration::from_secs(1);

/// What tells one content of a file from the next.
type Signature = (u64, Option<SystemTime>);

/// What was seen of the folder's files, and which of them are dealt with.
#[derive(Default)]
pub struct Watch {
    seen: BTreeMap<Found, Signature>,
    settled: BTreeMap<Found, Signature>,
}

/// What one look at the folder finds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct News {
    /// Came or changed, and is at rest.
    pub ready: Vec<Found>,
    /// Was dealt with and is no longer there.
    pub gone: Vec<Found>,
}

impl Watch {
    /// Nothing is watched yet but these files, which are dealt with as they are now.
    pub fn settled(files: &[Found]) -> Self {
        let settled: BTreeMap<Found, Signature> =
            files.iter().filter_map(|file| Some((file.clone(), signature(file)?))).collect();
        Self { seen: settled.clone(), settled }
    }

    /// One look at the files that are there; what it gives counts as dealt with.
    pub fn look(&mut self, files: &[Found]) -> News {
        let now: BTreeMap<Found, Signature> =
            files.iter().filter_map(|file| Some((file.clone(), signature(file)?))).collect();
        let at_rest = |(file, signature): &(&Found, &Signature)| {
            self.settled.get(*file) != Some(*signature) && self.seen.get(*file) == Some(*signature)
        };
        let ready: Vec<Found> = now.iter().filter(at_rest).map(|(file, _)| file.clone()).collect();
        let gone: Vec<Found> = self.settled.keys().filter(|file| !now.contains_key(*file)).cloned().collect();
        self.settled.retain(|file, _| now.contains_key(file));
        for file in &ready {
            self.settled.extend(now.get(file).map(|signature| (file.clone(), *signature)));
        }
        self.seen = now;
        News { ready, gone }
    }
}

fn signature(file: &Found) -> Option<Signature> {
    let metadata: Metadata = std::fs::metadata(&file.path).ok()?;
    Some((metadata.len(), metadata.modified().ok()))
}

/// Looks at the job's folder until it is dropped, reads what came and keeps the list; `say` is told how all files fared
/// whenever that has changed.
pub async fn forever(job: &Job, mut watch: Watch, say: impl Fn(&Tally)) {
    loop {
        tokio::time::sleep(PAUSE).await;
        let folders = job.folders();
        // A folder that cannot be listed, as a share that is away for a moment, has lost nothing.
        let Ok(content) = folder::content(&folders.input, folders.depth) else { continue };
        let news = watch.look(&content.files);
        if news == News::default() {
            continue;
        }
        news.gone.iter().for_each(|file| job.forget(file));
        let progress = Progress::new(news.ready.len(), folders.lang);
        say(&job.read(news.ready, &progress).await);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::folder::Depth;

    fn files(folder: &Path) -> Vec<Found> {
        folder::content(folder, Depth::Flat).unwrap().files
    }

    fn names(found: &[Found]) -> Vec<&str> {
        found.iter().map(|file| file.name.as_str()).collect()
    }

    #[test]
    fn a_file_is_ready_once_it_is_at_rest_and_again_when_it_changed() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, content: &str| std::fs::write(dir.path().join(name), content).unwrap();
        write("old.jpg", "1");
        let mut watch = Watch::settled(&files(dir.path()));
        let mut look = || watch.look(&files(dir.path()));
        assert_eq!(look(), News::default());
        write("new.jpg", "1");
        assert_eq!(look(), News::default(), "it may still be written");
        write("new.jpg", "12");
        assert_eq!(look(), News::default());
        assert_eq!(names(&look().ready), ["new.jpg"]);
        assert_eq!(look(), News::default());
        write("old.jpg", "123");
        look();
        assert_eq!(names(&look().ready), ["old.jpg"]);
        std::fs::remove_file(dir.path().join("new.jpg")).unwrap();
        let news = look();
        assert_eq!((names(&news.gone), news.ready.len()), (vec!["new.jpg"], 0));
        assert_eq!(look(), News::default());
    }
}
