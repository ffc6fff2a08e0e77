//! What the guides show, done: events through the programs in the environment that the SAM CLI makes, and every command
//! that needs neither an account nor a container. `make test` builds what they need.

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
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

    /// A guide's sections: each heading's level, and the commands and settings that stand below it.
    fn sections(guide: &str) -> Vec<(usize, BTreeSet<String>)> {
        let (mut sections, mut block) = (Vec::new(), None);
        for line in guide.lines() {
            match (line.strip_prefix("```"), &block) {
                (Some(language), None) => block = Some(language.to_owned()),
                (Some(_), Some(_)) => block = None,
                (None, None) if line.starts_with('#') => {
                    sections.push((line.chars().take_while(|c| *c == '#').count(), BTreeSet::new()));
                }
                (None, None) => {
                    let inline = line.split('`').skip(1).step_by(2).filter(|code| is_alike(code)).map(str::to_owned);
                    if let Some((_, found)) = sections.last_mut() {
                        found.extend(inline);
                    }
                }
                (None, Some(language)) if language == "sh" => {
                    let command = line.split(" # ").next().unwrap_or_default().trim_end();
                    if let Some((_, found)) = sections.last_mut() {
                        found.insert(command.to_owned());
                    }
                }
                (None, Some(_)) => {}
            }
        }
        sections
    }

    /// What stands in code and is no example's text.
    fn is_alike(code: &str) -> bool {
        let starts = ["make ", "FAPIAO_", "--", "tests/", "docs/", "POST ", "GET ", "?", "--"];
        starts.iter().any(|start| code.starts_with(start))
            || (code.contains('_') && code.is_ascii() && !code.contains(' '))
    }

    #[test]
    fn the_chinese_readme_has_the_sections_and_commands_of_the_english_one() {
        let of = |name: &str| sections(&std::fs::read_to_string(root().join(name)).unwrap());
        let (english, chinese) = (of("README.md"), of("README.zh-CN.md"));
        let levels = |sections: &[(usize, _)]| sections.iter().map(|(level, _)| *level).collect::<Vec<_>>();
        assert_eq!(levels(&chinese), levels(&english));
        for (nth, ((_, english), (_, chinese))) in english.iter().zip(&chinese).enumerate() {
            let (missing, more): (Vec<_>, Vec<_>) =
                (english.difference(chinese).collect(), chinese.difference(english).collect());
            assert!(missing.is_empty() && more.is_empty(), "section {nth}: missing {missing:?}, more {more:?}");
        }
    }
}
