//! The two folders: what is in one, and where the other may be. Knows nothing of invoices.

use std::io;
use std::path::{Component, Path, PathBuf};

use fapiao::error::{Error, ErrorKind};

/// The files directly in a folder, by name; links are followed.
///
/// # Errors
/// `internal` when the folder cannot be listed.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let listed = list(folder).map_err(|error| failed("cannot list", folder, &error));
    let mut files: Vec<PathBuf> = listed?.into_iter().filter(|path| path.is_file()).collect();
    files.sort();
    Ok(files)
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
    let resolved = resolve(output).map_err(|error| failed("cannot resolve", output, &error))?;
    if resolved.starts_with(&resolved_input) {
        let message =
            format!("{} is inside {}: Reports would be taken for documents", output.display(), input.display());
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
        .with_hint("Check that the folder exists and that you may use it.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_directly_inside_are_listed() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("sub")).unwrap();
        for name in ["b.jpg", "a.jpg", "sub/c.jpg"] {
            std::fs::write(dir.path().join(name), "x").unwrap();
        }
        let names: Vec<_> = files(dir.path()).unwrap();
        assert_eq!(names, [dir.path().join("a.jpg"), dir.path().join("b.jpg")]);
    }

    #[test]
    fn an_output_folder_inside_the_input_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let input = dir.path().join("in");
        std::fs::create_dir_all(input.join("sub")).unwrap();
        std::os::unix::fs::symlink(&input, dir.path().join("link")).unwrap();
        for output in ["in", "in/out", "in/sub/../out", "link", "link/deep/out", "other/../in/out", "in/."] {
            let refused = prepare_output(&input, &dir.path().join(output));
            assert!(refused.unwrap_err().message().contains("inside"), "{output}");
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
