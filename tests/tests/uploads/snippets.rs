//! docs/snippets: each reads a small file at once and a large one by a link, in every language that this machine has.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::super::local::{Stack, fixture, root};

struct Snippet {
    file: &'static str,
    /// Tried in this order, by the name of a program or by where a variable says it is.
    commands: &'static [(&'static str, &'static [&'static str])],
}

const SNIPPETS: [Snippet; 5] = [
    Snippet { file: "read.sh", commands: &[("sh", &[])] },
    Snippet { file: "read.py", commands: &[(".venv/bin/python", &[]), ("python3", &[])] },
    Snippet { file: "read.mjs", commands: &[("node", &[])] },
    Snippet { file: "Read.java", commands: &[("java", &[])] },
    Snippet { file: "read.go", commands: &[("go", &["run"])] },
];
/// Above what the snippets send at once.
const LARGE: usize = 4_500_000;

pub(super) fn every_snippet_reads_a_small_and_a_large_file(stack: &Stack, key: &str) {
    let folder = tempfile::tempdir().unwrap();
    let small = root().join("tests/fixtures/red-letter.xml");
    let large = folder.path().join("large.xml");
    let mut file = std::fs::File::create(&large).unwrap();
    file.write_all(&fixture("red-letter.xml")).unwrap();
    file.write_all(&vec![b'\n'; LARGE]).unwrap();
    drop(file);
    for snippet in &SNIPPETS {
        for invoice in [small.as_path(), large.as_path()] {
            match run(snippet, stack.output("ApiUrl"), key, invoice, folder.path()) {
                None => eprintln!("skipped: nothing here runs docs/snippets/{}", snippet.file),
                Some(said) => assert!(said.contains(NUMBER), "{} {}: {said}", snippet.file, invoice.display()),
            }
        }
    }
}

/// What stands on the invoice.
const NUMBER: &str = "25372000000009187701";

/// All that it prints; none where nothing runs it.
fn run(snippet: &Snippet, api: &str, key: &str, invoice: &Path, home: &Path) -> Option<String> {
    snippet.commands.iter().find_map(|(program, arguments)| {
        let own = root().join(program);
        let program = if own.exists() { own } else { PathBuf::from(program) };
        let mut command = Command::new(program);
        command.args(*arguments).arg(root().join("docs/snippets").join(snippet.file)).arg(invoice);
        command.env("API", api).env("KEY", key).env("HOME", home);
        for proxy in ["no_proxy", "NO_PROXY"] {
            command.env(proxy, "127.0.0.1,localhost");
        }
        let done = command.output().ok()?;
        assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
        Some(String::from_utf8_lossy(&done.stdout).into_owned())
    })
}
