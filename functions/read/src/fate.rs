//! How files fared, in words. Knows nothing of how they are read.

use std::fmt;
use std::time::Duration;

use fapiao::list::Summary;
use fapiao::report::{Report, Status, Verdict};

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

    fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
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
    pub detail: String,
}

impl Fate {
    /// Of a file that has this Report.
    pub fn of(report: &Report) -> Self {
        let review = report.invoices.iter().filter(|invoice| invoice.verdict != Verdict::Verified).count();
        // A part of it that could not be read is to be looked at, too.
        let review = review.max(usize::from(report.verdict == Some(Verdict::Review)));
        let detail = match (&report.error, report.invoices.len(), review) {
            (Some(error), ..) => error.message.clone(),
            (None, 1, 0) => String::new(),
            (None, 1, _) => "to review".to_owned(),
            (None, all, 0) => format!("{all} invoices"),
            (None, all, review) => format!("{all} invoices, at least {review} to review"),
        };
        Self { outcome: FileOutcome::of(report), detail }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.detail.is_empty() { "" } else { ": " };
        write!(f, "{}{mark}{}", self.outcome.name(), self.detail)
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
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { read, rejected, failed, skipped, stale, .. } = self;
        let seconds = self.elapsed.as_secs_f64();
        write!(f, "{read} read, {rejected} rejected, {failed} failed, {skipped} skipped in {seconds:.1} s")?;
        if let Some(Summary { verified, review, .. }) = &self.list {
            write!(f, "; invoices: {verified} verified, {review} to review")?;
        }
        match stale {
            0 => Ok(()),
            1 => f.write_str("; 1 Report is of a file that is gone"),
            stale => write!(f, "; {stale} Reports are of files that are gone"),
        }
    }
}
