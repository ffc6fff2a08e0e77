"""Puts each function's binary (as `bootstrap`) and the models where they are run from: artifacts/<kind>/<function>/.

`local` is for this machine (the local AWS runs it), `lambda` is what template.yaml ships. They are two folders, because
a binary of `cargo build` needs this machine's C library, which may be newer than Lambda's.

usage: artifacts.py local                   the binaries of `cargo build`
       artifacts.py lambda x86_64|arm64     the binaries of `cargo lambda build --release`
"""

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

from fetch_models import LIBRARIES, expected

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = ("ingest", "api")
LOCAL, PACKAGE = ROOT / "artifacts" / "local", ROOT / "artifacts" / "lambda"
PROOF = "proof.json"
SHIPPED = re.compile(r"\bCodeUri: artifacts/lambda/(\w+)/")


def main(kind, arch):
    target = target_directory()
    for function in FUNCTIONS:
        binary = target / "debug" / f"fapiao-{function}"
        if kind == "lambda":
            binary = target / "lambda" / f"fapiao-{function}" / "bootstrap"
            # Nobody runs from there, and all that lies in it is sent.
            shutil.rmtree(ROOT / "artifacts" / kind / function, ignore_errors=True)
        fill(ROOT / "artifacts" / kind / function, binary, arch)


def this_machine():
    return {"aarch64": "arm64"}.get(platform.machine(), platform.machine())


def target_directory():
    metadata = subprocess.run(["cargo", "metadata", "--format-version", "1", "--no-deps", "--offline"],
                              cwd=ROOT, check=True, capture_output=True)
    return Path(json.loads(metadata.stdout)["target_directory"])


def fill(folder, binary, arch):
    """Hard links where the file system has them: models, library and font are 87 MB, and nobody writes into an artifact.

    The folders stay, and what is in them already: a program that runs from there goes on finding its models."""
    (folder / "models").mkdir(parents=True, exist_ok=True)
    names = list(expected(arch))
    place(binary, folder / "bootstrap", 0o755)
    for name in names:
        place(ROOT / "models" / name, folder / "models" / name, 0o644)
    for stray in [*folder.iterdir(), *(folder / "models").iterdir()]:
        # What begins with a dot is about to be renamed by somebody who fills the folder too.
        if stray.name not in ("bootstrap", "models", *names) and not stray.name.startswith("."):
            shutil.rmtree(stray) if stray.is_dir() else stray.unlink(missing_ok=True)
    for made in (folder, folder / "models"):
        made.chmod(0o755)


def place(source, destination, mode):
    """Readable by everybody, whatever the umask: Lambda runs a package as another user."""
    source = source.resolve()
    if not (destination.exists() and source.samefile(destination)):
        # A link of its own name that is then renamed: nobody finds a moment without the file.
        aside = destination.with_name(f".{destination.name}.{os.getpid()}")
        aside.unlink(missing_ok=True)
        try:
            os.link(source, aside)
        except OSError:
            shutil.copy2(source, aside)
        aside.replace(destination)
    destination.chmod(mode)


def local_template():
    """template.yaml, with this machine's binaries in the place of Lambda's; with ARTIFACTS=lambda the package itself, whose
    programs run here, too."""
    folder = ROOT / "artifacts" / os.environ.get("ARTIFACTS", LOCAL.name)

    def ours(found):
        return "CodeUri: " + json.dumps(str(folder / found[1]))

    text, count = SHIPPED.subn(ours, (ROOT / "template.yaml").read_text())
    if count != len(FUNCTIONS):
        raise ValueError(f"template.yaml should name a folder in artifacts/lambda/ for each of {', '.join(FUNCTIONS)}")
    return text


def digest(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digests(package):
    """Of every file that is shipped, by its path."""
    paths = sorted(path for function in FUNCTIONS for path in (package / function).rglob("*") if path.is_file())
    return {str(path.relative_to(package)): digest(path) for path in paths}


def proof(package=PACKAGE):
    """What `make prove-package` last found right, if it is the package that is there now: {architecture, sha256}."""
    path = package / PROOF
    if not path.exists():
        return None
    proven = json.loads(path.read_text())
    return proven if proven["sha256"] == digests(package) else None


if __name__ == "__main__":
    if sys.argv[1:] == ["local"]:
        main("local", this_machine())
    elif sys.argv[1:2] == ["lambda"] and len(sys.argv) == 3 and sys.argv[2] in LIBRARIES:
        main("lambda", sys.argv[2])
    else:
        sys.exit(__doc__)
