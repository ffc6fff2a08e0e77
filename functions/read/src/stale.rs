//! Reports that stand in the output folder and are of no file of the input folder any more.
//! Knows nothing of how Reports are made, and touches nothing that is none.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::folder::{self, Depth};

/// What ends a Report's name, after the file's own.
const END: &str = ".json";

#[derive(Deserialize)]
struct Head {
    schema: String,
}

/// The Reports in a folder that are of other files than these: paths below the folder. What cannot be looked at is
/// passed over.
pub fn reports(output: &Path, depth: Depth, of: &BTreeSet<PathBuf>) -> Vec<PathBuf> {
    let found = folder::content(output, depth).unwrap_or_default().files;
    let others = found.into_iter().filter(|found| file_of(&found.below).is_some_and(|file| !of.contains(&file)));
    others.filter(|found| is_report(&found.path)).map(|found| found.below).collect()
}

/// Removes them.
///
/// # Errors
/// The first that could not be removed.
pub fn remove(output: &Path, reports: &[PathBuf]) -> io::Result<()> {
    reports.iter().try_for_each(|report| std::fs::remove_file(output.join(report)))
}

/// The file that a Report of this name is of.
fn file_of(report: &Path) -> Option<PathBuf> {
    // By bytes, so that a name that is no UTF-8 is its own, too.
    let name = report.file_name()?.as_encoded_bytes().strip_suffix(END.as_bytes())?;
    (!name.is_empty()).then(|| report.with_extension(""))
}

/// Whether it is a Report of ours, of whatever version.
fn is_report(path: &Path) -> bool {
    let head = std::fs::read(path).ok().and_then(|text| serde_json::from_slice::<Head>(&text).ok());
    head.is_some_and(|head| head.schema.starts_with("fapiao/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reports_of_other_files_are_found_and_removed() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("sub")).unwrap();
        for (name, content) in [
            ("here.jpg.json", r#"{"schema": "fapiao/1"}"#),
            ("gone.v2.jpg.json", r#"{"schema": "fapiao/1", "more": []}"#),
            ("sub/gone.jpg.json", r#"{"schema": "fapiao/2"}"#),
            ("label.json", r#"{"invoice_number": "1"}"#),
            ("broken.jpg.json", "{"),
            ("invoices.csv", "file"),
        ] {
            std::fs::write(dir.path().join(name), content).unwrap();
        }
        let here = BTreeSet::from([PathBuf::from("here.jpg")]);
        let flat = reports(dir.path(), Depth::Flat, &here);
        assert_eq!(flat, [PathBuf::from("gone.v2.jpg.json")]);
        let all = reports(dir.path(), Depth::Recursive, &here);
        assert_eq!(all, ["gone.v2.jpg.json", "sub/gone.jpg.json"].map(PathBuf::from));
        remove(dir.path(), &all).unwrap();
        assert!(reports(dir.path(), Depth::Recursive, &here).is_empty());
        assert!(dir.path().join("label.json").exists() && dir.path().join("broken.jpg.json").exists());
    }
}
