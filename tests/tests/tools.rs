//! The tests of the Python tools: what the proof of a package finds, and what a deployment is told beforehand. They stand
//! beside the tools, as `tests/tools/test_*.py`.

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    #[test]
    fn the_tools_do_what_they_promise() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut python = Command::new(root.join(".venv/bin/python"));
        python.args(["-m", "unittest", "discover", "-s", "tests/tools", "-p", "test_*.py"]).current_dir(root);
        let output = python.output().expect("the tools are not installed: run `make tools`");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}");
        assert!(text.contains("Ran ") && !text.contains("Ran 0 tests"), "no test was found: {text}");
    }
}
