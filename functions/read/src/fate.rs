//! How files fared, in words. Knows nothing of how they are read.

use std::path::Path;
use std::time::Duration;

use fapiao::list::Summary;
use fapiao::report::{Report, Status, Verdict};
use fapiao::sentence::{Lang, Sentence, list, screen};

/// How one file ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileOutcome {
    /// An invoice was read.
    Read,
    /// The file's own fault.
    Rejected,
    /// No answer, or it could not be written.
    Failed,
    /// Of no format we open.
    Skipped,
}

impl FileOutcome {
    fn of(report: &Report) -> Self {
        let code = report.error.as_ref().map(|error| error.code.as_str());
        match (report.status, code) {
            (_, Some("unsupported_format" | "empty")) => Self::Skipped,
            (Status::Read, _) => Self::Read,
            // Only what comes from a bucket can be withdrawn.
            (Status::Rejected | Status::Withdrawn, _) => Self::Rejected,
            (Status::Failed, _) => Self::Failed,
        }
    }

    fn sentence(self) -> Sentence {
        match self {
            Self::Read => screen::read(),
            Self::Rejected => screen::rejected(),
            Self::Failed => screen::failed(),
            Self::Skipped => screen::skipped(),
        }
    }
}

/// How one file fared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate {
    /// How it ended.
    pub outcome: FileOutcome,
    /// What is to be reviewed whatever the other files hold; else what went wrong. Nothing is called verified before the
    /// list has seen the whole folder.
    pub details: Vec<Sentence>,
}

impl Fate {
    /// Of a file that has this Report.
    pub fn of(report: &Report) -> Self {
        let review = report.invoices.iter().filter(|invoice| invoice.verdict != Verdict::Verified).count();
        let unread = report.others.iter().filter(|other| !other.needs_no_review()).count();
        let invoices = match (report.invoices.len(), review) {
            (1, 0) => None,
            (1, _) => Some(screen::to_review()),
            (all, 0) => Some(screen::invoices(all)),
            (all, review) => Some(screen::invoices_to_review(all, review)),
        };
        let unread = (unread > 0).then(|| screen::parts_unread(unread));
        let details = match &report.error {
            Some(error) => vec![error.said.clone()],
            None => invoices.into_iter().chain(unread).collect(),
        };
        Self { outcome: FileOutcome::of(report), details }
    }

    /// In the words of a language.
    pub fn say(&self, lang: Lang) -> String {
        let [colon, semicolon] = if lang == Lang::Zh { ["：", "；"] } else { [": ", "; "] };
        let details: Vec<String> = self.details.iter().filter_map(|detail| detail.say(lang)).collect();
        let said = self.outcome.sentence().say(lang).into_iter().chain(Some(details.join(semicolon)));
        said.filter(|said| !said.is_empty()).collect::<Vec<_>>().join(colon)
    }
}

/// How all files fared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// An invoice was read.
    pub read: usize,
    /// The file's own fault.
    pub rejected: usize,
    /// No answer, or it could not be written.
    pub failed: usize,
    /// Of no format we open.
    pub skipped: usize,
    /// What the list says of the invoices; none when it could not be written.
    pub list: Option<Summary>,
    /// Reports that stand in the output folder and are of no file that is there.
    pub stale: usize,
    /// From the first file to the last.
    pub elapsed: Duration,
}

impl Tally {
    /// Counts how files ended.
    pub fn of(outcomes: impl IntoIterator<Item = FileOutcome>, elapsed: Duration) -> Self {
        let mut tally = Self { elapsed, ..Self::default() };
        for outcome in outcomes {
            *match outcome {
                FileOutcome::Read => &mut tally.read,
                FileOutcome::Rejected => &mut tally.rejected,
                FileOutcome::Failed => &mut tally.failed,
                FileOutcome::Skipped => &mut tally.skipped,
            } += 1;
        }
        tally
    }

    /// Whether every file was dealt with and stands in the list.
    pub fn is_complete(&self) -> bool {
        self.failed == 0 && self.list.is_some()
    }

    /// What people have to know besides, once: that nothing was there, that buyers were not compared.
    pub fn notes(&self, input: &Path, has_buyers: bool) -> Vec<Sentence> {
        let invoices = self.list.as_ref().map_or(0, |list| list.verified + list.review);
        let is_nothing_there = self.read + self.rejected + self.failed == 0;
        let nothing = is_nothing_there.then(|| screen::nothing_to_read(input.display().to_string()));
        nothing.into_iter().chain((invoices > 0 && !has_buyers).then(screen::buyers_not_set)).collect()
    }

    /// In the words of a language.
    pub fn say(&self, lang: Lang) -> String {
        let seconds = format!("{:.1}", self.elapsed.as_secs_f64());
        let mut said = screen::tally(self.read, self.rejected, self.failed, self.skipped, seconds);
        if let Some(Summary { verified, review, .. }) = &self.list {
            said = screen::tally_of_invoices(said, *verified, *review);
        }
        if self.stale > 0 {
            said = list::tally_of_stale(said, self.stale);
        }
        said.say(lang).unwrap_or_default()
    }
}
