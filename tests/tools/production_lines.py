"""How many lines of shared/src are for production: those of tests, and blank ones, are not counted.

usage: production_lines.py [COMMIT ...]     each commit named, and the files as they are now
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = "shared/src"
# A module of tests stands last in its file.
UNIT_TESTS = re.compile(r"^#\[cfg\(test\)\]\n(?:#\[[^\n]*\]\n)*(?:pub(?:\([a-z]+\))? )?mod \w+ \{", re.MULTILINE)
FUNCTION = re.compile(r"^(\s*)(?:pub(?:\([a-z]+\))? )?(?:const )?(?:async )?fn \w+[^;{]*\{\s*$", re.MULTILINE)


def main(commits):
    print(f"{'':12} {'lines':>7} {'of them code':>13} {'functions over 40 lines':>24}")
    for commit in commits:
        tell(commit[:12], texts_of(commit))
    tell("now", texts_now())


def tell(name, texts):
    production = [UNIT_TESTS.split(text)[0] for text in texts]
    lines = [line.strip() for text in production for line in text.splitlines() if line.strip()]
    code = sum(not line.startswith("//") for line in lines)
    long = sum(length > 40 for text in production for length in function_lengths(text))
    print(f"{name:12} {len(lines):7} {code:13} {long:24}")


def function_lengths(text):
    for found in FUNCTION.finditer(text):
        end = text.find(f"\n{found[1].strip(chr(10))}}}", found.end())
        yield text.count("\n", found.start(), end) + 1


def texts_now():
    return [path.read_text(encoding="utf-8") for path in sorted((ROOT / SOURCES).rglob("*.rs")) if is_production(path)]


def texts_of(commit):
    paths = git("ls-tree", "-r", "--name-only", commit, "--", SOURCES).splitlines()
    return [git("show", f"{commit}:{path}") for path in paths if path.endswith(".rs") and is_production(Path(path))]


def is_production(path):
    return "tests" not in path.parts and not path.name.endswith(("tests.rs", "testing.rs"))


def git(*arguments):
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main(sys.argv[1:])
