"""Puts each function's binary (as `bootstrap`) and the models into artifacts/<function>/, which template.yaml ships.

usage: artifacts.py local            the binaries of `cargo build`
       artifacts.py lambda ARCH      the binaries of `cargo lambda build --release`
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = ("ingest", "api")


def main(kind):
    target = target_directory()
    for function in FUNCTIONS:
        binary = target / "debug" / f"fapiao-{function}"
        if kind == "lambda":
            binary = target / "lambda" / f"fapiao-{function}" / "bootstrap"
        fill(ROOT / "artifacts" / function, binary)


def target_directory():
    metadata = subprocess.run(["cargo", "metadata", "--format-version", "1", "--no-deps", "--offline"],
                              cwd=ROOT, check=True, capture_output=True)
    return Path(json.loads(metadata.stdout)["target_directory"])


def fill(folder, binary):
    """Hard links where the file system has them: models and font are 47 MB, and nobody writes into an artifact."""
    if folder.exists():
        shutil.rmtree(folder)
    (folder / "models").mkdir(parents=True)
    place(binary, folder / "bootstrap")
    for model in sorted((ROOT / "models").iterdir()):
        if model.suffix in (".onnx", ".otf"):
            place(model, folder / "models" / model.name)


def place(source, destination):
    try:
        os.link(source.resolve(), destination)
    except OSError:
        shutil.copy2(source, destination)


if __name__ == "__main__":
    main(sys.argv[1])
