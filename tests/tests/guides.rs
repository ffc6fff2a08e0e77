//! What the guides show, done: events through the programs in the environment that the SAM CLI makes, and every command
//! that needs neither an account nor a container. `make test` builds what they need.

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::process::{Command, Stdio};

    use serde_json::{Value, json};

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
    }

    /// Runs one of the tools; gives its standard output. What else it says goes to the screen.
    fn python(arguments: &[&str]) -> String {
        let python = root().join(".venv/bin/python");
        assert!(python.exists(), "the tools are not installed: run `make test`, or `make tools build` once");
        let done = Command::new(python).args(arguments).current_dir(root()).stderr(Stdio::inherit()).output().unwrap();
        let output = String::from_utf8_lossy(&done.stdout).into_owned();
        assert!(done.status.success(), "{arguments:?} ended with {}:\n{output}", done.status);
        output
    }

    /// An event through the program that was built, in the environment that the SAM CLI makes of the template and
    /// tests/events/env.json: the answer, and the Reports.
    fn invoke(event: &str) -> (Value, Vec<Value>) {
        let output = python(&["tests/tools/invoke.py", "--alone", &format!("tests/events/{event}")]);
        let mut values = serde_json::Deserializer::from_str(&output).into_iter::<Value>().map(Result::unwrap);
        (values.next().unwrap(), values.collect())
    }

    #[test]
    fn events_of_s3_are_read_in_the_environment_that_sam_makes() {
        for (event, answer) in [
            ("s3-put.json", json!({"objects": [{"key": "报告 1+1%/roll.jpg", "outcome": "written"}]})),
            ("sqs-s3-put.json", json!({"batchItemFailures": []})),
        ] {
            let (answered, reports) = invoke(event);
            assert_eq!(answered, answer, "{event}");
            assert_eq!(reports.len(), 1, "{event}");
            assert_eq!(reports[0]["invoices"][0]["invoice"]["invoice_number"], "03574125", "{event}");
        }
        assert_eq!(invoke("sqs-s3-test-event.json"), (json!({"batchItemFailures": []}), vec![]));
    }

    #[test]
    fn requests_are_answered_in_the_environment_that_sam_makes() {
        for event in ["api-http.json", "api-rest.json", "api-function-url.json"] {
            let (answer, reports) = invoke(event);
            assert_eq!(answer["statusCode"], 200, "{event}: {reports:?}");
            assert_eq!(reports[0]["status"], "read", "{event}");
        }
    }

    #[test]
    fn every_command_of_the_guides_does_what_the_text_says_or_is_excused() {
        python(&["tests/tools/guide_commands.py", "quick"]);
    }
}
