//! The list as files: text for every program, a workbook for people. Knows nothing of what stands in them.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

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
    pub files: Option<Folder>,
    /// The folder of the Reports; none where nobody is to open them.
    pub reports: Option<PathBuf>,
}

/// A folder whose files may be linked to.
#[derive(Clone, Debug)]
pub struct Folder {
    /// As seen from the list.
    pub seen: PathBuf,
    /// Its own path.
    pub real: PathBuf,
}

impl Links {
    /// Folders, as seen from the folder of the list.
    pub fn between(list: &Path, files: Option<&Path>, reports: Option<&Path>) -> Self {
        let seen = |folder: &Path| relative(list, folder);
        let files = files.map(|folder| Folder { seen: seen(folder), real: folder.to_owned() });
        Self { files, reports: reports.map(seen) }
    }

    /// The path from the list to what a cell names.
    pub fn of(&self, line: &Line, column: Column) -> Option<PathBuf> {
        match column {
            Column::File => self.files.as_ref().and_then(|folder| folder.link(&line.source)),
            Column::Report if !line.report.is_empty() => self.reports.as_ref().map(|folder| folder.join(&line.report)),
            _ => None,
        }
    }
}

impl Folder {
    /// To a file that is there; a name that leads out of the folder is nobody's file.
    fn link(&self, name: &str) -> Option<PathBuf> {
        let is_below = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        (is_below && self.real.join(name).is_file()).then(|| self.seen.join(name))
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
    fn only_a_file_that_is_there_is_linked_to() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("inbox");
        std::fs::create_dir_all(folder.join("sub")).unwrap();
        for name in ["inbox/sub/a.jpg", "outside.jpg"] {
            std::fs::write(dir.path().join(name), "x").unwrap();
        }
        let links = Links::between(dir.path(), Some(&folder), None);
        let linked = |name: &str| {
            let line = Line { source: name.into(), report: "r".into(), status: "read", verdict: None, cells: vec![] };
            (links.of(&line, Column::File), links.of(&line, Column::Report))
        };
        assert_eq!(linked("sub/a.jpg"), (Some("inbox/sub/a.jpg".into()), None));
        for name in ["gone.jpg", "../outside.jpg", "sub", ""] {
            assert_eq!(linked(name), (None, None), "{name}");
        }
    }

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
