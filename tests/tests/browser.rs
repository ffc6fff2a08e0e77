//! The page in a real browser, on the template deployed to a local AWS: tests/browser has the tests. Where no browser is found they
//! are skipped, and say so; `make browser` gets one.

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    #[test]
    fn the_page_does_what_people_expect() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut python = Command::new(root.join(".venv/bin/python"));
        python.args(["-m", "unittest", "discover", "-s", "tests/browser"]).current_dir(root);
        let output = python.output().expect("the tools are not installed: run `make tools`");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}");
        assert!(text.contains("Ran ") && !text.contains("Ran 0 tests"), "no test was found: {text}");
        if text.contains("skipped=") {
            println!("the page was not tested: there is no browser; `make browser` gets one into .browser/");
        }
    }
}
