"""One file to its Report, with Python's own library: API=https://... KEY=... python3 read.py invoice.pdf"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

API, KEY = os.environ["API"], os.environ["KEY"]


def ask(method, url, body=None, headers=None):
    """Status, headers and body; what went wrong is a body too, and says what to do next."""
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def of_api(method, path, body=None, media_type="application/json"):
    status, headers, answer = ask(method, API + path, body, {"Authorization": f"Bearer {KEY}", "Content-Type": media_type})
    answer = json.loads(answer)
    if "hint" in answer:
        sys.exit(f"{status} {answer['code']}: {answer['detail']}. {answer['hint']}")
    return status, headers, answer


def read(file):
    content = file.read_bytes()
    if len(content) <= 4_000_000:
        return of_api("POST", "/v1/invoices", content, "application/octet-stream")[2]
    wanted = json.dumps({"name": file.name, "size": len(content)}).encode()
    link = of_api("POST", "/v1/uploads", wanted)[2]
    status, _, answer = ask(link["method"], link["url"], content, link["headers"])
    if status != 200:
        sys.exit(f"the upload was refused: {status} {answer.decode()}")
    while True:
        status, headers, report = of_api("GET", link["location"])
        if status != 202:
            return report
        time.sleep(int(headers["Retry-After"]))


report = read(Path(sys.argv[1]))
print(report["status"], report["verdict"])
for each in report["invoices"]:
    invoice = each["invoice"]
    print(invoice["invoice_number"], invoice["seller"]["name"], invoice["grand_total"])
