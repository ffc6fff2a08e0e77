//! Reports that stand somewhere, in a folder or in a bucket, brought into one list. Knows nothing of how they came there.

use std::path::{Path, PathBuf};

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata};
use fapiao::error::{Error, ErrorKind};
use fapiao::list::List;
use fapiao::report::Report;
use fapiao::sentence::list as says;
use fapiao::store::Store;
use futures::StreamExt;
use futures::stream;
use serde::Deserialize;

use crate::folder::{self, Depth};
use crate::progress::Progress;

/// Reports that are fetched at once: S3 answers within milliseconds, and ten thousand are to take a minute.
const AT_ONCE: usize = 32;
/// A Report has some tens of kilobytes, that of a file of fifty invoices some megabytes.
const MAX_BYTES: u64 = 64 << 20;
/// What we keep for ourselves in the output bucket.
const OURS: &str = ".fapiao/";
/// What ends a Report's name, after the file's own.
const END: &str = ".json";

/// Where Reports stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In a folder and its subfolders.
    Folder(PathBuf),
    /// In a bucket, under keys that begin like this.
    Bucket {
        /// The bucket's name.
        bucket: String,
        /// May be empty.
        prefix: String,
    },
}

/// How many there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gathered {
    /// Reports that stand in the list.
    pub reports: usize,
    /// What ends in `.json` and is no Report, as labels and other programs' files.
    pub others: usize,
    /// Reports that could not be read; the list says why.
    pub unreadable: usize,
}

/// What stands at one name, looked at.
enum Looked {
    Report(Box<Report>),
    Other,
    Unreadable(Error),
}

/// The little that every release's Report has.
#[derive(Deserialize)]
struct Head {
    schema: String,
}

impl Origin {
    /// `s3://bucket/prefix`, or a folder.
    ///
    /// # Errors
    /// `internal` where no bucket is named.
    pub fn parse(from: &str) -> Result<Self, Error> {
        let Some(rest) = from.strip_prefix("s3://") else { return Ok(Self::Folder(from.into())) };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(Error::new(ErrorKind::Internal, says::names_no_bucket(from)).with_hint(says::name_bucket()));
        }
        Ok(Self::Bucket { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
    }
}

/// Every Report of a folder. A file is called as its Report says, else as the Report's own name does.
///
/// # Errors
/// `internal` when the folder cannot be listed.
pub async fn from_folder(folder: &Path, list: &mut List, progress: &Progress) -> Result<Gathered, Error> {
    let found = folder::content(folder, Depth::Recursive)?.files;
    let found: Vec<_> = found.into_iter().filter(|found| found.name.ends_with(END)).collect();
    progress.expect(found.len());
    let mut gathered = Gathered::default();
    for file in found {
        let looked = match tokio::fs::read(&file.path).await {
            Ok(text) => look(&text),
            Err(error) => Looked::Unreadable(Error::new(ErrorKind::Storage, says::report_unreadable(error))),
        };
        gathered.add(list, &file.name, looked);
        progress.done_quietly();
    }
    Ok(gathered)
}

/// Every Report under a bucket's prefix.
///
/// # Errors
/// `storage` when the bucket cannot be listed, or a Report not fetched.
pub async fn from_bucket(
    (client, store): (&Client, &impl Store),
    (bucket, prefix): (&str, &str),
    list: &mut List,
    progress: &Progress,
) -> Result<Gathered, Error> {
    let keys = keys(client, bucket, prefix).await?;
    progress.expect(keys.len());
    let fetched = keys.into_iter().map(|key| async move { (store.get(bucket, &key, MAX_BYTES).await, key) });
    let mut fetched = stream::iter(fetched).buffer_unordered(AT_ONCE);
    let mut gathered = Gathered::default();
    while let Some((object, key)) = fetched.next().await {
        // One that was deleted since it was listed is no longer to be booked.
        if let Some(object) = object? {
            gathered.add(list, &key, look(&object.body));
        }
        progress.done_quietly();
    }
    Ok(gathered)
}

async fn keys(client: &Client, bucket: &str, prefix: &str) -> Result<Vec<String>, Error> {
    let mut pages = client.list_objects_v2().bucket(bucket).prefix(prefix).into_paginator().send();
    let mut keys = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| {
            let code = error.code().map_or_else(|| DisplayErrorContext(&error).to_string(), str::to_owned);
            Error::new(ErrorKind::Storage, says::cannot_list_bucket(format!("s3://{bucket}/{prefix}"), code))
                .with_hint(says::check_bucket())
        })?;
        let named = page.contents().iter().filter_map(|object| object.key());
        keys.extend(named.filter(|key| key.ends_with(END) && !key.starts_with(OURS)).map(str::to_owned));
    }
    Ok(keys)
}

impl Gathered {
    fn add(&mut self, list: &mut List, name: &str, looked: Looked) {
        let own_name = name.strip_suffix(END).unwrap_or(name);
        match looked {
            Looked::Report(report) => {
                self.reports += 1;
                list.set(report.source.key.as_deref().unwrap_or(own_name), name, &report);
            }
            Looked::Other => self.others += 1,
            Looked::Unreadable(why) => {
                self.unreadable += 1;
                list.set_without_report(own_name, "failed", &why.info());
            }
        }
    }
}

fn look(text: &[u8]) -> Looked {
    match serde_json::from_slice::<Head>(text) {
        Ok(head) if head.schema.starts_with("fapiao/") => match serde_json::from_slice(text) {
            Ok(report) => Looked::Report(Box::new(report)),
            Err(error) => Looked::Unreadable(Error::new(ErrorKind::Internal, says::report_of_another_release(error))),
        },
        _ => Looked::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fapiao::sentence::Lang;

    #[test]
    fn a_bucket_is_told_from_a_folder() {
        let bucket = |bucket: &str, prefix: &str| Origin::Bucket { bucket: bucket.into(), prefix: prefix.into() };
        assert_eq!(Origin::parse("s3://b/2026/").unwrap(), bucket("b", "2026/"));
        assert_eq!(Origin::parse("s3://b").unwrap(), bucket("b", ""));
        assert_eq!(Origin::parse("out box/s3").unwrap(), Origin::Folder("out box/s3".into()));
        assert!(Origin::parse("s3:///a").is_err());
    }

    #[tokio::test]
    async fn a_folder_s_reports_are_listed_and_other_files_counted() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("sub")).unwrap();
        for (name, content) in [
            ("label.json", "{}"),
            ("sub/old.pdf.json", r#"{"schema": "fapiao/0"}"#),
            ("sub/deep.jpg.json", &rejected(None)),
            ("b.jpg.json", &rejected(Some("a/b.jpg"))),
        ] {
            std::fs::write(dir.path().join(name), content).unwrap();
        }
        let mut list = List::default();
        let gathered = from_folder(dir.path(), &mut list, &Progress::new(0, Lang::En)).await.unwrap();
        assert_eq!(gathered, Gathered { reports: 2, others: 1, unreadable: 1 });
        let lines: Vec<_> =
            list.table(Lang::En).lines.into_iter().map(|line| (line.source, line.report, line.status)).collect();
        let line = |source: &str, report: &str, status| (source.to_owned(), report.to_owned(), status);
        assert_eq!(
            lines,
            [
                line("a/b.jpg", "b.jpg.json", "rejected"),
                line("sub/deep.jpg", "sub/deep.jpg.json", "rejected"),
                line("sub/old.pdf", "", "failed"),
            ]
        );
    }

    fn rejected(key: Option<&str>) -> String {
        let report = Report {
            schema: fapiao::report::SCHEMA.to_owned(),
            engine: String::new(),
            status: fapiao::report::Status::Rejected,
            source: fapiao::report::Source { key: key.map(str::to_owned), ..fapiao::report::Source::default() },
            error: Some(Error::new(ErrorKind::NoInvoice, "a ticket").info()),
            verdict: None,
            reasons: Vec::new(),
            invoices: Vec::new(),
            others: Vec::new(),
        };
        serde_json::to_string(&report).unwrap()
    }
}
