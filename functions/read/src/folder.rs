//! The two folders: what is in one, and where the other may be. Knows nothing of invoices.

use std::io;
use std::path::{Component, Path, PathBuf};

use fapiao::error::{Error, ErrorKind};
use fapiao::sentence::{Sentence, screen};

/// What is in a folder, each by name; links to files are followed. What begins with a dot is nobody's invoice: editors,
/// synchronisers and file managers name their own files so.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// To be read.
    pub files: Vec<Found>,
    /// Folders, links that lead nowhere and what else is no file: left alone.
    pub others: Vec<PathBuf>,
}

/// A file of a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// What people call it: its path below the folder, with `/` between.
    pub name: String,
    /// Its path below the folder.
    pub below: PathBuf,
    /// Its path.
    pub path: PathBuf,
}

/// Whether subfolders belong to a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// What is directly in it.
    Flat,
    /// What is in its subfolders, too. Links to folders are left alone: they may lead in a circle.
    Recursive,
}

/// Looks into a folder.
///
/// # Errors
/// `internal` when the folder cannot be listed.
pub fn content(folder: &Path, depth: Depth) -> Result<Content, Error> {
    let mut content = Content::default();
    let mut waiting = vec![PathBuf::new()];
    while let Some(below) = waiting.pop() {
        let here = folder.join(&below);
        let listed = match list(&here) {
            Ok(listed) => listed,
            Err(error) if below.as_os_str().is_empty() => return Err(failed(screen::cannot_list, folder, &error)),
            Err(_) => {
                content.others.push(here);
                continue;
            }
        };
        for path in listed.into_iter().filter(|path| !is_hidden(path)) {
            let below = below.join(path.file_name().unwrap_or_default());
            if path.is_file() {
                content.files.push(Found { name: name_of(&below), below, path });
            } else if depth == Depth::Recursive && path.is_dir() && !path.is_symlink() {
                waiting.push(below);
            } else {
                content.others.push(path);
            }
        }
    }
    content.files.sort();
    content.others.sort();
    Ok(content)
}

fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect()
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

fn name_of(below: &Path) -> String {
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// Makes the output folder, unless it is the input folder or inside it, links resolved.
///
/// # Errors
/// `internal` with the reason.
pub fn prepare_output(input: &Path, output: &Path) -> Result<PathBuf, Error> {
    let resolved_input = input.canonicalize().map_err(|error| failed(screen::cannot_open, input, &error))?;
    list(input).map_err(|error| failed(screen::cannot_list, input, &error))?;
    let resolved = resolve(output).map_err(|error| failed(screen::cannot_open, output, &error))?;
    if resolved.starts_with(&resolved_input) {
        let [output, input] = [output, input].map(|path| path.display().to_string());
        let is_same = resolved == resolved_input;
        let said =
            if is_same { screen::is_same_folder(output, input) } else { screen::is_inside_folder(output, input) };
        return Err(Error::new(ErrorKind::Internal, said).with_hint(screen::choose_own_folder()));
    }
    std::fs::create_dir_all(&resolved).map_err(|error| failed(screen::cannot_make, output, &error))?;
    Ok(resolved)
}

/// The real path of the folder that is read.
///
/// # Errors
/// `internal` with the reason.
pub fn resolve_input(input: &Path) -> Result<PathBuf, Error> {
    resolve(input).map_err(|error| failed(screen::cannot_open, input, &error))
}

/// The real path of what need not exist yet: links are followed as far as there are any.
///
/// # Errors
/// Those of the file system.
pub fn resolve(path: &Path) -> io::Result<PathBuf> {
    let mut resolved = PathBuf::new();
    for component in std::path::absolute(path)?.components() {
        match component {
            Component::ParentDir => drop(resolved.pop()),
            other => resolved.push(other),
        }
        if resolved.exists() {
            resolved = resolved.canonicalize()?;
        }
    }
    Ok(resolved)
}

fn failed(what: fn(String, Sentence) -> Sentence, path: &Path, error: &io::Error) -> Error {
    let why = match error.kind() {
        io::ErrorKind::NotFound => screen::not_there(),
        io::ErrorKind::NotADirectory => screen::is_no_folder(),
        io::ErrorKind::PermissionDenied => screen::no_rights(),
        _ => Sentence::verbatim(error.to_string()),
    };
    Error::new(ErrorKind::Internal, what(path.display().to_string(), why)).with_hint(screen::check_folder())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(content: &Content) -> Vec<&str> {
        content.files.iter().map(|found| found.name.as_str()).collect()
    }

    fn folder_with(names: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for name in names {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        dir
    }

    #[test]
    fn files_directly_inside_are_told_from_the_rest() {
        let dir = folder_with(&["b.jpg", "a.jpg", "sub/c.jpg", ".DS_Store"]);
        let content = content(dir.path(), Depth::Flat).unwrap();
        assert_eq!(names(&content), ["a.jpg", "b.jpg"]);
        assert_eq!(content.others, [dir.path().join("sub")]);
    }

    #[test]
    fn subfolders_are_read_when_they_are_asked_for_and_links_to_folders_are_not() {
        let dir = folder_with(&["b.jpg", "sub/c.jpg", "sub/deep/b.jpg", ".git/x.jpg", "sub/.hidden"]);
        std::os::unix::fs::symlink(dir.path(), dir.path().join("sub/circle")).unwrap();
        std::os::unix::fs::symlink(dir.path().join("b.jpg"), dir.path().join("sub/link.jpg")).unwrap();
        let content = content(dir.path(), Depth::Recursive).unwrap();
        assert_eq!(names(&content), ["b.jpg", "sub/c.jpg", "sub/deep/b.jpg", "sub/link.jpg"]);
        assert_eq!(content.others, [dir.path().join("sub/circle")]);
    }

    #[test]
    fn an_output_folder_inside_the_input_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let input = dir.path().join("in");
        std::fs::create_dir_all(input.join("sub")).unwrap();
        std::os::unix::fs::symlink(&input, dir.path().join("link")).unwrap();
        for output in ["in", "in/out", "in/sub/../out", "link", "link/deep/out", "other/../in/out", "in/."] {
            let refused = prepare_output(&input, &dir.path().join(output));
            let message = refused.unwrap_err().message().to_owned();
            assert!(message.contains("is inside") || message.contains("is the same folder"), "{output}: {message}");
        }
        assert!(!input.join("out").exists());
    }

    #[test]
    fn a_folder_that_cannot_be_used_is_told_in_either_language() {
        use fapiao::sentence::Lang;
        let dir = folder_with(&["a.jpg"]);
        for (input, en, zh) in [("gone", "it is not there", "不存在"), ("a.jpg", "it is no folder", "不是文件夹")]
        {
            let error = prepare_output(&dir.path().join(input), &dir.path().join("out")).unwrap_err();
            let [said, chinese] = Lang::ALL.map(|lang| error.sentence().say(lang).unwrap());
            assert!(said.ends_with(en) && chinese.ends_with(zh), "{said} {chinese}");
            assert!(
                !chinese.contains("internal") && error.hint_sentence().say(Lang::Zh).unwrap().starts_with("请确认")
            );
        }
    }

    #[test]
    fn an_output_folder_beside_or_around_the_input_is_made() {
        let dir = tempfile::tempdir().unwrap();
        let input = dir.path().join("in");
        std::fs::create_dir(&input).unwrap();
        for output in ["in2", "in/../out/deep", "."] {
            let made = prepare_output(&input, &dir.path().join(output)).unwrap();
            assert!(made.is_dir(), "{output}");
        }
    }
}
