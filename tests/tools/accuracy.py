#!/usr/bin/env python3
"""Reads labelled invoices with the embedded provider and says how well (behind `make accuracy`).

usage: accuracy.py --bin DIRECTORY --out DIRECTORY [--write README.md] FOLDER

FOLDER holds a label beside each invoice, or folders that do. For each of them OUT gets the Reports, `<folder>.txt` (the
judge's table and every miss) and `<folder>-misses.html`: every miss with what was wanted, what was read, the crop of the
page where it was read, and the whole page with the lines, cells and papers that were found drawn on it. --draw all draws every
file, not only those with a miss. Figures that differ from README's table are
told; --write puts that table anew. Exit status 1 when something verified is wrong.
"""
import argparse
import html
import json
import pathlib
import subprocess
import sys

import score
from accuracy_table import file_of, judged

HERE = pathlib.Path(__file__).resolve().parent
README = HERE.parents[1] / "README.md"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--write", type=pathlib.Path)
    parser.add_argument("--draw", choices=["misses", "all"], default="misses")
    arguments = parser.parse_args()
    folders = [f for f in [arguments.folder, *sorted(arguments.folder.iterdir())] if f.is_dir() and is_labelled(f)]
    if not folders:
        sys.exit(f"{arguments.folder} holds no labelled invoices: put a.json beside a.jpg, as in tests/fixtures")
    places = []
    for folder in folders:
        name = folder.resolve().name
        reports = arguments.out / name
        subprocess.run([arguments.bin / "fapiao-read", folder, reports], check=True)
        judge = [sys.executable, HERE / "score.py", folder, reports, "--errors"]
        told = subprocess.run(judge, check=True, capture_output=True, text=True).stdout
        (arguments.out / f"{name}.txt").write_text(told, encoding="utf-8")
        print(f"== {name}\n{told}")
        show(folder, reports, arguments.out / f"{name}-misses.html", arguments)
        places.append(f"{name}={folder}:{reports}")
    table = [sys.executable, HERE / "accuracy_table.py", *places, "--recorded", README]
    if arguments.write:
        table += ["--write", arguments.write]
    print(f"Every miss with its crop and its page, what was found drawn on it: {arguments.out.resolve()}/*-misses.html")
    return subprocess.run(table).returncode


def is_labelled(folder):
    return any("invoice_type" in (score.load(path) or {}) for path in folder.glob("*.json"))


def show(folder, reports, page, arguments):
    """Lists a folder's misses with their crops and their pages."""
    judgements = list(judged(folder, reports))
    misses = [miss for label, invoice in judgements for miss in misses_of(label, invoice)]
    crops = page.with_suffix("")
    wanted = [{"file": str(folder / file_of(m)), "quad": m["quad"], "crop": str(crops / m["crop"])} for m in misses if m["quad"]]
    crops.mkdir(parents=True, exist_ok=True)
    subprocess.run([arguments.bin / "crops"], input=json.dumps(wanted), text=True, check=True)
    drawn = [label for label, _ in judgements] if arguments.draw == "all" else misses
    files = sorted({folder / file_of(of) for of in drawn})
    subprocess.run([arguments.bin / "draw", crops, *files], check=True)
    rows = "\n".join(row(m, crops) for m in misses)
    page.write_text(f"<!doctype html><meta charset=utf-8><table border=1>\n{rows}\n</table>\n", encoding="utf-8")


def misses_of(label, report):
    fields = report.get("fields") if isinstance(report.get("fields"), dict) else {}
    for _, field, outcome, want, got, path in score.score_one(label, report):
        if outcome != "right":
            quad = (fields.get(path) or {}).get("quad")
            crop = f"{label['file']}.{path.replace('[', '.').replace(']', '')}.png"
            yield {"file": label["file"], "field": field, "outcome": outcome, "want": want, "got": got, "quad": quad, "crop": crop}


def row(miss, crops):
    picture = crops / miss["crop"]
    source = html.escape(f"{crops.name}/{picture.name}")
    shown = f'<img src="{source}">' if picture.exists() else ""
    texts = (miss["file"], miss["field"], miss["outcome"], miss["want"], miss["got"])
    page = html.escape(f"{crops.name}/{file_of(miss)}.1.png")
    cells = "".join(f"<td>{html.escape(str(text))}</td>" for text in texts)
    return f'<tr>{cells}<td><a href="{page}">page</a></td><td>{shown}</td></tr>'


if __name__ == "__main__":
    sys.exit(main())
