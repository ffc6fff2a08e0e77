//! What `make build` leaves for the local AWS: each function's folder holds its binary, the models, the library that runs
//! them and the font for drawing, and nothing else. That such a folder reads an image on its own is shown end to end: the local AWS unpacks the zip
//! elsewhere and runs it from there. What is shipped is proven by `make prove-package`.

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    #[test]
    fn each_artifact_holds_its_binary_the_models_and_the_font() {
        for function in ["ingest", "api"] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../artifacts/local").join(function);
            assert!(folder.exists(), "artifacts/local/{function} is missing: run `make build`");
            assert_eq!(names(&folder), ["bootstrap", "models"].map(str::to_owned).into());
            let library =
                if cfg!(target_arch = "aarch64") { "libonnxruntime-arm64.so" } else { "libonnxruntime-x86_64.so" };
            let models = [
                "NotoSansCJKtc-Regular.otf",
                "PP-OCRv6_det_small.onnx",
                "PP-OCRv6_rec_small.onnx",
                "PP-OCRv6_rec_tiny.onnx",
                "PP-OCRv6_rec_tiny.txt",
                library,
            ];
            assert_eq!(names(&folder.join("models")), models.map(str::to_owned).into());
            let mode = folder.join("bootstrap").metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o111, 0o111, "who runs it may be another user");
        }
    }

    fn names(folder: &Path) -> BTreeSet<String> {
        folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}
