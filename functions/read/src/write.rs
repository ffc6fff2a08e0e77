//! The list as files: text for every program, a workbook for people. Knows nothing of what stands in them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use fapiao::error::{Error, ErrorKind};
use fapiao::list::{Column, Line, Table, csv};
use fapiao::sentence::screen;

use crate::sheet;

/// The list's name in an output folder, as text.
pub const CSV: &str = "invoices.csv";
/// The same as a workbook.
pub const XLSX: &str = "invoices.xlsx";

/// Where what a line speaks of is found from where the list is.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// The folder of the files; none where they are no files.
    pub files: Option<PathBuf>,
    /// The folder of the Reports; none where they are no files.
    pub reports: Option<PathBuf>,
}

impl Links {
    /// Folders, as seen from the folder of the list.
    pub fn between(list: &Path, files: Option<&Path>, reports: Option<&Path>) -> Self {
        let seen = |folder: Option<&Path>| folder.map(|folder| relative(list, folder));
        Self { files: seen(files), reports: seen(reports) }
    }

    /// The path from the list to what a cell names.
    pub fn of(&self, line: &Line, column: Column) -> Option<PathBuf> {
        match column {
            Column::File => self.files.as_ref().map(|folder| folder.join(&line.source)),
            Column::Report if !line.report.is_empty() => self.reports.as_ref().map(|folder| folder.join(&line.report)),
            _ => None,
        }
    }
}

/// The way from one folder to another, both absolute, so that both may move together and links still hold.
fn relative(from: &Path, to: &Path) -> PathBuf {
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| "..");
    up.map(PathBuf::from).chain(to.components().skip(shared).map(|part| PathBuf::from(part.as_os_str()))).collect()
}

/// Writes both forms into a folder.
///
/// # Errors
/// `storage`.
pub fn both(table: &Table, output: &Path, links: &Links) -> Result<(), Error> {
    as_csv(table, &output.join(CSV))?;
    as_xlsx(table, &output.join(XLSX), links)
}

/// Writes the list as text.
///
/// # Errors
/// `storage`.
pub fn as_csv(table: &Table, target: &Path) -> Result<(), Error> {
    let mut text = Vec::new();
    csv::write(table, &mut text).map_err(|error| failed(target, &error))?;
    replace(target, &text)
}

/// Writes the list as a workbook.
///
/// # Errors
/// `storage`; `internal` where it has more lines than a sheet.
pub fn as_xlsx(table: &Table, target: &Path, links: &Links) -> Result<(), Error> {
    replace(target, &sheet::workbook(table, links)?)
}

/// Written aside and renamed, so that nobody ever sees half a list.
fn replace(target: &Path, content: &[u8]) -> Result<(), Error> {
    let mut aside = OsString::from(target);
    aside.push(".part");
    let written = std::fs::write(&aside, content).and_then(|()| std::fs::rename(&aside, target));
    written.map_err(|error| failed(target, &error))
}

fn failed(target: &Path, error: &std::io::Error) -> Error {
    let what = screen::cannot_write(target.display().to_string(), error.to_string());
    Error::new(ErrorKind::Storage, what).with_hint(screen::close_it())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_leads_up_and_down() {
        for (from, to, way) in [
            ("/a/out", "/a/in", "../in"),
            ("/a", "/a/in/b", "in/b"),
            ("/a/b", "/a", ".."),
            ("/a", "/a", ""),
            ("/a/b", "/c", "../../c"),
        ] {
            assert_eq!(relative(Path::new(from), Path::new(to)), Path::new(way), "{from} {to}");
        }
    }
}
