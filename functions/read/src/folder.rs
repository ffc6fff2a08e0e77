//! The two folders: what is in one, and where the other may be. Knows nothing of invoices.

use std::io;
use std::path::{Component, Path, PathBuf};

use fapiao::error::{Error, ErrorKind};

/// What is directly in a folder, each by name; links are followed.
#[derive(Debug, PartialEq, Eq)]
pub struct Content {
    /// To be read.
    pub files: Vec<PathBuf>,
    /// Folders, links that lead nowhere and what else is no file: left alone.
    pub others: Vec<PathBuf>,
}

/// Looks into a folder.
///
/// # Errors
/// `internal` when the folder cannot be listed.
pub fn content(folder: &Path) -> Result<Content, Error> {
    let mut listed = list(folder).map_err(|error| failed("cannot list", folder, &error))?;
    listed.sort();
    let (files, others) = listed.into_iter().partition(|path| path.is_file());
    Ok(Content { files, others })
}

fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect()
}

/// Makes the output folder, unless it is the input folder or inside it, links resolved.
///
/// # Errors
/// `internal` with the reason.
pub fn prepare_output(input: &Path, output: &Path) -> Result<PathBuf, Error> {
    let resolved_input = input.canonicalize().map_err(|error| failed("cannot open", input, &error))?;
    list(input).map_err(|error| failed("cannot list", input, &error))?;
    let resolved = resolve(output).map_err(|error| failed("cannot resolve", output, &error))?;
    if resolved.starts_with(&resolved_input) {
        let place = if resolved == resolved_input { "is the same folder as" } else { "is inside" };
        let message = format!("{} {place} {}: Reports would be taken for documents", output.display(), input.display());
        return Err(Error::new(ErrorKind::Internal, message).with_hint("Choose an output folder of its own."));
    }
    std::fs::create_dir_all(&resolved).map_err(|error| failed("cannot make", output, &error))?;
    Ok(resolved)
}

/// The real path of what need not exist yet: links are followed as far as there are any.
fn resolve(path: &Path) -> io::Result<PathBuf> {
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

fn failed(what: &str, path: &Path, error: &io::Error) -> Error {
    Error::new(ErrorKind::Internal, format!("{what} {}: {error}", path.display()))
        .with_hint("Check that it is a folder, that it exists and that you may use it.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_directly_inside_are_told_from_the_rest() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("sub")).unwrap();
        for name in ["b.jpg", "a.jpg", "sub/c.jpg"] {
            std::fs::write(dir.path().join(name), "x").unwrap();
        }
        let path = |name: &str| dir.path().join(name);
        let content = content(dir.path()).unwrap();
        assert_eq!(content, Content { files: vec![path("a.jpg"), path("b.jpg")], others: vec![path("sub")] });
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
