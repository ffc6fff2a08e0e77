"""What a page costs: ours beside RapidOCR at its defaults, on the same drawn pages, one thread each; behind `make bench`.

Each is one process run, ours and theirs in turn, after a first run of each that is thrown away; processor seconds and not
time, so that a busy machine spoils little. The medians go into bench/README.md, with the machine.

usage: bench.py --ours PROGRAM --models FOLDER --python PYTHON [--rounds 10] [--write bench/README.md]
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "tests" / "fixtures" / "bench").glob("*.*"))
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"
# In the order of the work.
STAGES = ("decode", "light", "detect", "orient", "recognise", "second pass", "seals", "codes", "ruled lines",
          "layout, checks and the rest")


def main():
    options = parsed()
    pages = [str(path) for path in PAGES]
    ours = [options.ours, options.models, *pages]
    theirs = [options.python, str(Path(__file__).with_name("bench_rapidocr.py")), *pages]
    runs = {"ours": [], "theirs": []}
    for round_number in range(1 + options.rounds):
        for who, command in (("ours", ours), ("theirs", theirs)):
            measured = run(command)
            if round_number > 0:
                runs[who].append(measured)
            print(f"round {round_number} {who}: {mean_page(measured):.3f} s a page, load {measured['load']:.3f} s, "
                  f"{measured['peak_mb']} MB", flush=True)
    told = text(runs, options.rounds)
    print(told)
    if options.write:
        write(Path(options.write), told)


def parsed():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ours", required=True)
    parser.add_argument("--models", required=True)
    parser.add_argument("--python", required=True)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--write")
    return parser.parse_args()


def run(command):
    """One process on one processor; what it printed, and the most memory that it had."""
    processor = max(os.sched_getaffinity(0))
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               preexec_fn=lambda: os.sched_setaffinity(0, {processor}))
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"bench: {' '.join(command[:2])} ended with {process.returncode}; run it by itself to see why")
    return json.loads(printed) | {"peak_mb": usage.ru_maxrss // 1024}


def mean_page(measured):
    return statistics.mean(measured["pages"].values())


def text(runs, rounds):
    ours, theirs = runs["ours"], runs["theirs"]

    def median(of, runs):
        return statistics.median(map(of, runs))

    def row(what, of, unit, digits):
        a, b = median(of, ours), median(of, theirs)
        return f"| {what} | {a:.{digits}f}{unit} | {b:.{digits}f}{unit} | {a / b:.2f} |"

    lines = [
        f"{len(PAGES)} drawn pages, {rounds} rounds, medians. {machine()}.", "",
        f"| | ours, on {ours[0]['engine']} | RapidOCR 3.10.0 | ratio |", "| --- | ---: | ---: | ---: |",
        row("a page", mean_page, " s", 3), row("load", lambda run: run["load"], " s", 3),
        row("most memory", lambda run: run["peak_mb"], " MB", 0), "",
        "| stage of ours | seconds a page | share |", "| --- | ---: | ---: |",
    ]
    page = median(mean_page, ours)
    for stage in STAGES:
        seconds = median(lambda run, stage=stage: run["stages"].get(stage, 0.0) / len(run["pages"]), ours)
        lines.append(f"| {stage} | {seconds:.3f} | {100 * seconds / page:.0f} % |")
    lines += ["", "| page | ours | RapidOCR |", "| --- | ---: | ---: |"]
    for name in sorted(ours[0]["pages"]):
        a, b = (median(lambda run, name=name: run["pages"][name], runs) for runs in (ours, theirs))
        lines.append(f"| `{name}` | {a:.2f} | {b:.2f} |")
    return "\n".join(lines)


def machine():
    """Processor, how many of it, what wide instructions it has, and how busy it was."""
    facts = {}
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        facts.setdefault(key.strip(), value.strip())
    flags = facts.get("flags", facts.get("Features", "")).split()
    wide = ", ".join(name for name in ("avx2", "avx512f", "avx512_vnni", "asimddp") if name in flags)
    return (f"{facts.get('model name', 'unknown processor')}, {os.cpu_count()} processors, {platform.machine()}, {wide}, "
            f"load {os.getloadavg()[1]:.1f}")


def write(path, told):
    """Between the marks of the file."""
    head, _, rest = path.read_text().partition(BEGIN)
    _, found, tail = rest.partition(END)
    if not found:
        sys.exit(f"bench: {path} has no place between {BEGIN} and {END}")
    path.write_text(f"{head}{BEGIN}\n{told}\n{END}{tail}")


if __name__ == "__main__":
    main()
