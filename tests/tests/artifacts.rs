//! What is shipped: each function's folder holds its binary, the models and the font for drawing, and nothing else. That such a folder reads
//! an image on its own is shown end to end: the local AWS unpacks the zip elsewhere and runs it from there.

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    /// Bytes that Lambda allows for a function unpacked.
    const LAMBDA_LIMIT: u64 = 250 * 1024 * 1024;

    #[test]
    fn each_artifact_holds_its_binary_the_models_and_the_font() {
        for function in ["ingest", "api"] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../artifacts").join(function);
            assert!(folder.exists(), "artifacts/{function} is missing: run `make build`");
            assert_eq!(names(&folder), ["bootstrap", "models"].map(str::to_owned).into());
            let models = ["NotoSansCJKtc-Regular.otf", "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"];
            assert_eq!(names(&folder.join("models")), models.map(str::to_owned).into());
            let mode = folder.join("bootstrap").metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o111, 0o111, "Lambda runs as another user");
            assert!(size(&folder) + size(&folder.join("models")) < LAMBDA_LIMIT);
        }
    }

    fn names(folder: &Path) -> BTreeSet<String> {
        folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    fn size(folder: &Path) -> u64 {
        let entries = folder.read_dir().unwrap().map(|entry| entry.unwrap().metadata().unwrap());
        entries.filter(|entry| entry.is_file()).map(|entry| entry.len()).sum()
    }
}
