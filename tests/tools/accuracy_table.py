#!/usr/bin/env python3
"""README's table of how well invoices are read, made from Reports and labels by the judge (score.py beside this file).

usage: accuracy_table.py NAME=LABELS:REPORTS [NAME=LABELS:REPORTS ..] [--recorded README.md] [--write README.md]

A folder whose labels have a scene or a level in their note (scene=nup, level=clean ..) gets a row for each. Without --write the
table goes to standard output; with it, it replaces what stands between `<!-- accuracy -->` and `<!-- /accuracy -->`. With --recorded
every figure that differs from the one that stands there is told.
"Verified and wrong" counts fields that say verified and are not what is printed, plus documents whose verdict is verified
although a key field is wrong. Exit status 1 when that is not 0.
"""
import argparse
import pathlib
import re
import sys
from collections import defaultdict

import score

HEAD = ("pages", "documents", "key fields right", "all fields right", "kind told right", "key fields verified",
        "documents verified", "of those with a QR code read", "verified and wrong")
BEGIN, END = "<!-- accuracy -->", "<!-- /accuracy -->"
LEVELS = ("clean", "scan", "photo", "rotated", "hard")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", metavar="NAME=LABELS:REPORTS")
    parser.add_argument("--recorded", type=pathlib.Path)
    parser.add_argument("--write", type=pathlib.Path)
    arguments = parser.parse_args()
    rows = [row for folder in arguments.folders for row in tallies(folder)]
    table = "\n".join([line(HEAD), line(["---"] + ["---:"] * (len(HEAD) - 1)), *(line(cells(*row)) for row in rows)])
    if arguments.recorded:
        print("\n".join(differences(arguments.recorded.read_text(encoding="utf-8"), table)))
    if arguments.write:
        write(arguments.write, table)
    else:
        print(table)
    return 1 if any(tally["wrong"] for _, tally in rows) else 0


def tallies(folder):
    """The rows of one folder, each a name and its counts."""
    name, _, places = folder.partition("=")
    labels, _, reports = places.partition(":")
    found = defaultdict(lambda: defaultdict(int))
    for label, invoice in judged(pathlib.Path(labels), pathlib.Path(reports)):
        note = label.get("note") or ""
        level = re.search(r"scene=([\w-]+)", note) or re.search(r"level=([\w-]+)", note)
        count(found[level[1] if level else ""], label, invoice)
    order = sorted(found, key=lambda level: (LEVELS.index(level) if level in LEVELS else len(LEVELS), level))
    return [(f"{name}, {level}" if level else name, found[level]) for level in order]


def judged(labels, reports):
    """Every label of a folder with its own part of its file's Report."""
    known = [label for label in map(score.load, sorted(labels.glob("*.json"))) if label and "invoice_type" in label]
    files = defaultdict(list)
    for label in sorted(known, key=lambda label: (len(label["file"]), label["file"])):
        files[file_of(label)].append(label)
    for label in known:
        yield label, score.part(label, files[file_of(label)], reports)[0] or {}


def file_of(label):
    """The file's name: a second invoice in it has the label `a.pdf#2`."""
    return re.sub(r"#\d+$", "", label["file"])


def count(tally, label, report):
    fields = report.get("fields") if isinstance(report.get("fields"), dict) else {}
    keys_right = True
    for group, _, outcome, _, _, path in score.score_one(label, report):
        if group == "extra":
            continue
        right, verified = outcome == "right", bool((fields.get(path) or {}).get("verified"))
        tally["wrong"] += verified and not right
        tally["all"] += 1
        tally["all right"] += right
        keys_right = keys_right and (right or group not in ("key", "type"))
        if group in ("key", "type"):
            tally[group] += 1
            tally[f"{group} right"] += right
            tally[f"{group} verified"] += verified
    whole = report.get("verdict") == "verified" and label["invoice_type"] != "other"
    coded = isinstance(report.get("invoice"), dict) and bool(report["invoice"].get("qr_code"))
    tally["documents"] += 1
    tally["documents verified"] += whole
    tally["coded"] += coded
    tally["coded verified"] += coded and whole
    tally["wrong"] += whole and not keys_right


def cells(name, tally):
    share = lambda part, whole: f"{100 * tally[part] / tally[whole]:.1f} %" if tally[whole] else "-"
    return (name, tally["documents"], share("key right", "key"), share("all right", "all"), share("type right", "type"),
            share("key verified", "key"), share("documents verified", "documents"),
            f"{share('coded verified', 'coded')} of {tally['coded']}", tally["wrong"])


def differences(recorded, table):
    """A line for every figure of the table that is not the recorded one, of rows that both have."""
    before, now = figures(recorded), figures(table)
    told = [f"{name}: {head} {before[name][head]} -> {cell}"
            for name in now if name in before for head, cell in now[name].items() if before[name].get(head) != cell]
    return told or ["no figure differs from the recorded ones"]


def figures(text):
    """{row: {head: cell}} of a table as this program writes it, whatever stands around it."""
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in text.splitlines() if row.startswith("|")]
    start = next((at for at, row in enumerate(rows) if row == list(HEAD)), len(rows))
    return {row[0]: dict(zip(HEAD[1:], row[1:])) for row in rows[start + 2:] if len(row) == len(HEAD)}


def line(values):
    return "| " + " | ".join(str(value) for value in values) + " |"


def write(readme, table):
    text = readme.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit(f"{readme} has no {BEGIN} .. {END} to put the table between")
    readme.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
