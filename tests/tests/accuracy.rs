//! How well the embedded reader reads labelled invoices, judged by `tests/tools/score.py`.
//!
//! Runs when `FAPIAO_CORPUS` names a folder with `synthetic/`, `real/`, `cases/` and `scenes/` (a label beside each file); says so
//! when it is skipped. A sample keeps it within minutes; `make accuracy` scores whole folders.

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::process::Command;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use fapiao::desk::Desk;
    use fapiao::document::Limits;
    use fapiao::pipeline::Pipeline;
    use fapiao::provider::{Chain, Embedded};
    use fapiao::report::Source;
    use fapiao::worker::Workers;
    use fapiao_tests::environment;
    use serde_json::Value;

    const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

    /// What a folder must reach. Verified and wrong is never allowed.
    struct Floor {
        folder: &'static str,
        name_has: &'static [&'static str],
        /// What the label's note says.
        note_has: &'static str,
        /// Every n-th file of those.
        every: usize,
        key: f64,
        kind: f64,
        invoices: f64,
    }

    /// The defaults stand for a whole folder of which nothing is lost.
    const WHOLE: Floor =
        Floor { folder: "", name_has: &["."], note_has: "", every: 1, key: 1.0, kind: 1.0, invoices: 1.0 };

    const FLOORS: [Floor; 7] = [
        Floor { folder: "synthetic", name_has: &["_clean.", "_scan."], every: 6, key: 0.98, ..WHOLE },
        Floor { folder: "real", name_has: &[".jpg", ".png"], every: 3, key: 0.95, ..WHOLE },
        // One difficulty each. What a file says in characters costs little, so all of it is read.
        Floor { folder: "cases", name_has: &[".pdf", ".ofd", ".xml"], ..WHOLE },
        Floor { folder: "cases", name_has: &[".jpg", ".png", ".tiff"], note_has: "level=keep", ..WHOLE },
        Floor { folder: "scenes", note_has: "scene=nup", ..WHOLE },
        Floor { folder: "scenes", note_has: "scene=general", every: 2, ..WHOLE },
        Floor { folder: "scenes", note_has: "scene=sheet", every: 4, key: 0.95, ..WHOLE },
    ];

    #[test]
    fn labelled_invoices_are_read_as_well_as_promised() {
        let Some(corpus) = environment::corpus() else {
            return;
        };
        for floor in FLOORS {
            let reports = tempfile::tempdir().unwrap();
            let files = sample(&corpus.join(floor.folder), &floor);
            read_all(&files, reports.path());
            let score = score(&corpus.join(floor.folder), reports.path(), &files);
            let row = |name: &str| score["rows"][name]["accuracy"].as_f64().unwrap_or(1.0);
            assert!(score["documents"].as_u64() >= u64::try_from(files.len()).ok(), "{}: not all judged", floor.folder);
            assert!(row("group key") >= floor.key, "{}: key fields {}", floor.folder, row("group key"));
            assert!(row("group type") >= floor.kind, "{}: types {}", floor.folder, row("group type"));
            assert!(row("group invoices") >= floor.invoices, "{}: invoices {}", floor.folder, row("group invoices"));
            for wrong in ["verified_wrong", "documents_verified_wrong"] {
                assert_eq!(score[wrong], 0, "{}: {wrong}", floor.folder);
            }
        }
    }

    fn sample(folder: &Path, floor: &Floor) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
        let wanted = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            !name.ends_with(".json")
                && floor.name_has.iter().any(|part| name.contains(part))
                && note(&path.with_extension("json")).contains(floor.note_has)
        };
        files.retain(wanted);
        files.sort();
        files.into_iter().step_by(floor.every).collect()
    }

    /// Nothing where there is no label.
    fn note(label: &Path) -> String {
        let label: Value = std::fs::read(label).map_or(Value::Null, |label| serde_json::from_slice(&label).unwrap());
        label["note"].as_str().unwrap_or_default().to_owned()
    }

    fn read_all(files: &[PathBuf], reports: &Path) {
        let workers = Workers::here(Desk::new(Path::new(ROOT).join("models")));
        let pipeline = Pipeline::new(workers, Chain::new(vec![Arc::new(Embedded)]), Limits::default());
        let runtime = tokio::runtime::Runtime::new().unwrap();
        for file in files {
            let bytes = std::fs::read(file).unwrap().into();
            let deadline = Instant::now() + Duration::from_secs(300);
            let report = runtime.block_on(pipeline.read(bytes, Source::default(), None, deadline)).unwrap();
            let name = format!("{}.json", file.file_name().unwrap().to_string_lossy());
            std::fs::write(reports.join(name), serde_json::to_vec(&report).unwrap()).unwrap();
        }
    }

    /// The judge's table goes to the test's output, its figures come back.
    fn score(labels: &Path, reports: &Path, files: &[PathBuf]) -> Value {
        let names: Vec<String> =
            files.iter().map(|f| f.file_name().unwrap().to_string_lossy().replace('.', "[.]")).collect();
        let figures = reports.join("figures.out");
        let judge = Command::new("python3")
            .arg(Path::new(ROOT).join("tests/tools/score.py"))
            .args([labels, reports])
            .args(["--errors", "--match", &format!("^({})(#[0-9]+)?$", names.join("|")), "--json"])
            .arg(&figures)
            .output()
            .unwrap();
        println!("{}", String::from_utf8_lossy(&judge.stdout));
        serde_json::from_slice(&std::fs::read(figures).unwrap()).unwrap()
    }
}
