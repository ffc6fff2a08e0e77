"""The demo: real invoices through the real functions on a local AWS, and out as JSON. `make demo` prepares and runs it."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unicodedata
import urllib.error
import urllib.request
from pathlib import Path

from events import fetch
from local_aws import LocalAws, direct
from local_stack import deployed, end_on_signals
from progress import Step, StepError

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
FILES = ("form-photo.jpg", "roll.jpg", "digital.png", "downloaded.pdf", "landscape.jpg")
SHOWN = "roll.jpg"
PATIENCE_SECONDS = 180
COLUMNS = ("file", "status", "type", "number", "date", "total", "verdict")


def main():
    end_on_signals()
    aws = LocalAws()
    with deployed(aws) as stack:
        demonstrate(aws, stack)
    print("\nEverything that was started has been stopped. Your own invoices: make read IN=folder OUT=other-folder")


def demonstrate(aws, stack):
    with Step(f"drop {len(FILES)} files into the bucket and wait for their Reports") as step:
        reports = drop_and_wait(aws, stack, step)
    print_table(reports)
    print(f"\nThe Report of {SHOWN}, as it stands in the output bucket ({SHOWN}.json):\n")
    print(compact_json(reports[SHOWN]))
    with Step("ask the API, without a key and with one"):
        asked = ask_api(aws, stack)
    print("\n" + asked)


def drop_and_wait(aws, stack, step):
    s3 = aws.client("s3")
    for name in FILES:
        s3.put_object(Bucket=stack["InputBucket"], Key=name, Body=(FIXTURES / name).read_bytes())
    reports = {}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(reports) < len(FILES):
        if time.monotonic() > deadline:
            missing = ", ".join(sorted(set(FILES) - set(reports)))
            raise StepError(f"no Report for {missing} after {PATIENCE_SECONDS} s.\n{aws.recent_logs()}")
        for name in set(FILES) - set(reports):
            report = fetch(s3, stack["OutputBucket"], name + ".json")
            if report is not None:
                reports[name] = json.loads(report)
                step.note = f"{len(reports)} of {len(FILES)}, {name}"
        time.sleep(0.1)
    return reports


def print_table(reports):
    rows = [COLUMNS] + [row for name in FILES for row in rows_of(name, reports[name])]
    widths = [max(display_width(line[column]) for line in rows) for column in range(len(COLUMNS))]
    rows.insert(1, tuple("-" * width for width in widths))
    print()
    for line in rows:
        print("  ".join(cell + " " * (width - display_width(cell)) for cell, width in zip(line, widths)).rstrip())


def rows_of(name, report):
    """A row for every invoice; one that says why where there is none."""
    for found in report["invoices"]:
        values = (found["invoice"].get(key) or "-" for key in ("type", "invoice_number", "issue_date", "grand_total"))
        yield name, report["status"], *values, found["verdict"]
    if not report["invoices"]:
        yield name, report["status"], "-", "-", "-", "-", report["error"]["code"]


def display_width(text):
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def compact_json(value):
    """Indented, but with a list of numbers (a place on the page) on one line."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return re.sub(r"\[[\s\d.,eE+-]+\]", lambda found: re.sub(r"\s+", " ", found[0]).replace("[ ", "[").replace(" ]", "]"), text)


def ask_api(aws, stack):
    secret = aws.client("secretsmanager").get_secret_value(SecretId=stack["ApiKeyArn"])["SecretString"]
    key = json.loads(secret)["api_key"]
    url = stack["ApiUrl"] + "/v1/invoices"
    refused, problem = post(url, FIXTURES / SHOWN, None)
    if refused != 401:
        raise StepError(f"without a key the API answered {refused} instead of 401: {problem[:300]}\n{aws.recent_logs()}")
    status, answer = post(url, FIXTURES / SHOWN, key)
    if status != 200:
        raise StepError(f"with the key the API answered {status}: {answer[:300]}\n{aws.recent_logs()}")
    report = json.loads(answer)
    return "\n".join((
        f"$ curl --data-binary @{SHOWN} {url}",
        f"HTTP {refused}  {problem.strip()}",
        f"$ curl --data-binary @{SHOWN} -H \"Authorization: Bearer $KEY\" {url}",
        f"HTTP {status}  " + "  ".join(next(rows_of(SHOWN, report))[1:]),
    ))


def post(url, path, key):
    """Status and body. By curl where there is one, since that is what a newcomer would type."""
    headers = {"Content-Type": "image/jpeg"} | ({"Authorization": f"Bearer {key}"} if key else {})
    if shutil.which("curl"):
        return post_by_curl(url, path, headers)
    request = urllib.request.Request(url, data=path.read_bytes(), headers=headers)
    try:
        with direct().open(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode()


def post_by_curl(url, path, headers):
    # The headers go through a file: the key does not show in the list of processes.
    with tempfile.NamedTemporaryFile("w") as header_file:
        header_file.write("".join(f"{name}: {value}\n" for name, value in headers.items()))
        header_file.flush()
        done = subprocess.run(["curl", "--silent", "--show-error", "--max-time", "60", "--noproxy", "*", "--header",
                               f"@{header_file.name}", "--data-binary", f"@{path}", "--write-out", "\n%{http_code}", url],
                              capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StepError("curl: " + done.stderr.strip())
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
