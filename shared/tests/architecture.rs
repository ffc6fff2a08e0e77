//! The house is built as DESIGN.md draws it: which module of the crate may use which. A new edge fails here until the
//! table there allows it, and an edge that nobody uses any more fails until the table forgets it.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

type Edges = BTreeMap<String, BTreeSet<String>>;

#[test]
fn modules_use_only_what_the_table_in_design_allows() {
    let (allowed, used) = (table(&read(&root().join("../DESIGN.md"))), edges(&root().join("src")));
    let modules: BTreeSet<&String> = used.keys().collect();
    assert_eq!(allowed.keys().collect::<BTreeSet<_>>(), modules, "the table's rows are the modules of shared/src");
    for (module, uses) in &used {
        let new: Vec<_> = uses.difference(&allowed[module]).collect();
        assert!(new.is_empty(), "{module} uses {new:?}, which DESIGN.md does not allow");
        let gone: Vec<_> = allowed[module].difference(uses).collect();
        assert!(gone.is_empty(), "{module} no longer uses {gone:?}: take it out of DESIGN.md");
    }
}

#[test]
fn the_table_runs_downwards_only() {
    let order = rows(&read(&root().join("../DESIGN.md")));
    let mut below = BTreeSet::new();
    for (module, uses) in order.into_iter().rev() {
        let above: Vec<_> = uses.difference(&below).collect();
        assert!(above.is_empty(), "{module} uses {above:?}, which stands above it");
        below.insert(module);
    }
}

#[test]
fn an_edge_is_found_however_it_is_written() {
    let modules = ["error", "ocr", "report", "store"].map(str::to_owned).into();
    for (code, expected) in [
        ("use crate::error::Error;", vec!["error"]),
        ("use crate::{error::{Error, Result}, report};", vec!["error", "report"]),
        ("fn f() -> crate::ocr::PageText { crate::store::get() }", vec!["ocr", "store"]),
        ("//! See [`crate::ocr`].\n/// As [`crate::store`].\nuse super::ocr;", vec![]),
        ("use crate::error::Error;\n#[cfg(test)]\nmod tests {\n    use crate::ocr::PageText;\n}\n", vec!["error"]),
    ] {
        let found: Vec<String> = uses(code, &modules).into_iter().collect();
        assert_eq!(found, expected, "{code}");
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn table(design: &str) -> Edges {
    rows(design).into_iter().collect()
}

/// The lines between the marks, top to bottom: a module, and the modules that it may use.
fn rows(design: &str) -> Vec<(String, BTreeSet<String>)> {
    let (_, rest) = design.split_once("<!-- architecture -->").expect("DESIGN.md holds the table");
    let (table, _) = rest.split_once("<!-- /architecture -->").expect("the table has an end");
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    rows.map(|line| {
        let mut cells = line.split('|').skip(1).map(|cell| names(cell).collect::<Vec<_>>());
        let module = cells.next().and_then(|cell| cell.first().cloned()).expect("a row begins with its module");
        (module, cells.next().unwrap_or_default().into_iter().collect())
    })
    .collect()
}

/// What stands between backticks.
fn names(cell: &str) -> impl Iterator<Item = String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned)
}

/// Every module of the crate and what its files use, tests left out.
fn edges(src: &Path) -> Edges {
    let files: Vec<(String, PathBuf)> =
        files(src).into_iter().filter_map(|file| Some((owner(src, &file)?, file))).collect();
    let modules: BTreeSet<String> = files.iter().map(|(module, _)| module.clone()).collect();
    let mut edges: Edges = modules.iter().map(|module| (module.clone(), BTreeSet::new())).collect();
    for (module, file) in files {
        let mut found = uses(&read(&file), &modules);
        found.remove(&module);
        edges.entry(module).or_default().extend(found);
    }
    edges
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let found = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    found.filter(|path| path.extension().is_some_and(|end| end == "rs") && !holds_only_tests(path)).collect()
}

fn holds_only_tests(path: &Path) -> bool {
    let is_test = |name: &str| name == "tests" || name == "tests.rs" || name.ends_with("_tests.rs");
    path.components().any(|part| part.as_os_str().to_str().is_some_and(is_test))
}

/// The top-level module that a file belongs to; none for lib.rs.
fn owner(src: &Path, file: &Path) -> Option<String> {
    let first = file.strip_prefix(src).ok()?.components().next()?;
    let name = first.as_os_str().to_str()?.trim_end_matches(".rs");
    (name != "lib").then(|| name.to_owned())
}

fn uses(code: &str, modules: &BTreeSet<String>) -> BTreeSet<String> {
    let code = code.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let code: String = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let paths = code.split("crate::").skip(1).flat_map(heads);
    paths.filter(|head| modules.contains(head)).collect()
}

/// The first names of what follows `crate::`: one, or all of a group's.
fn heads(after: &str) -> Vec<String> {
    let Some(group) = after.strip_prefix('{') else {
        return vec![word(after)];
    };
    let (mut depth, mut starts) = (0, vec![0]);
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => starts.push(at + 1),
            _ => {}
        }
    }
    starts.into_iter().map(|at| word(&group[at..])).collect()
}

fn word(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}
