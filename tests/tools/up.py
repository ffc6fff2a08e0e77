"""The local AWS to stay: the deployed template, the API at a bare address, and two folders as a way in and out.

usage: up.py [--port N] [--aws-port N] [--inbox FOLDER] [--outbox FOLDER]

`make up` prepares and runs it; Ctrl-C ends all of it. FAPIAO_LANG and FAPIAO_BUYERS count as for `make read`.
"""

import argparse
import json
import os
import shlex
import shutil
import socket
import sys
import time
from pathlib import Path

import events
from folders import Inbox, Outbox
from artifacts import ROOT
from local_aws import LocalAws, tail
from local_stack import Note, deployed, end_on_signals, running
from progress import StepError
from up_words import words

LOOK_SECONDS = 0.5
SAMPLE = ROOT / "tests" / "fixtures" / "roll.jpg"
# What the store keeps beside the Reports.
OWN_PREFIX = ".fapiao/"


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=7070, help="the API's")
    parser.add_argument("--aws-port", type=int, default=4566, help="everything else's; tests/events/env.json names 4566")
    parser.add_argument("--inbox", type=Path, default=ROOT / "inbox", help="what lies there goes into the bucket")
    parser.add_argument("--outbox", type=Path, default=ROOT / "outbox", help="where Reports come to")
    options = parser.parse_args(arguments)
    inbox, outbox = options.inbox.resolve(), options.outbox.resolve()
    if inbox == outbox or inbox in outbox.parents or outbox in inbox.parents:
        sys.exit("INBOX and OUTBOX must be two folders, none in the other: every Report would be read as a document.")
    end_on_signals()
    note = Note()
    if not note.take():
        sys.exit(already(running()))
    for variable, port in (("PORT", options.port), ("AWS_PORT", options.aws_port)):
        refusal = refused(port)
        if refusal:
            sys.exit(f"Port {port} cannot be had: {refusal}. Choose another one: make up {variable}={port % 50000 + 10001}")
    try:
        run(LocalAws(parameters(), port=options.aws_port, api_port=options.port), note, inbox, outbox)
    finally:
        note.give_back()


def run(aws, note, inbox, outbox):
    with deployed(aws) as stack:
        s3 = aws.client("s3")
        events.prepare(s3)
        note.write(stack)
        print(introduction(stack, inbox, outbox), flush=True)
        try:
            keep_folders(aws, stack, s3, inbox, outbox)
        except KeyboardInterrupt:
            print("\n" + words()["stopping"], flush=True)
    print(words()["stopped"], flush=True)


def already(stack):
    if not stack:
        return "A local AWS is being started here already: look for the other `make up`."
    return (f"A local AWS runs here already (process {stack['Pid']}): the API at {stack['ApiUrl']}, AWS at {stack['Endpoint']}.\n"
            "Use that one, or end it first: Ctrl-C where it was started.")


def refused(port):
    """Why nobody may listen there, or None."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return os.strerror(error.errno)
        except OverflowError:
            return "there is no such port"
    return None


def keep_folders(aws, stack, s3, inbox, outbox):
    """Files go in and Reports come out until somebody ends it."""
    def send(key, file):
        s3.put_object(Bucket=stack["InputBucket"], Key=key, Body=file)

    def contents():
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=stack["OutputBucket"])
        found = [entry for page in pages for entry in page.get("Contents", ())]
        return {entry["Key"]: (entry["ETag"], entry["LastModified"]) for entry in found
                if not entry["Key"].startswith(OWN_PREFIX)}

    def fetch(key):
        return events.fetch(s3, stack["OutputBucket"], key)

    inbox, outbox = Inbox(inbox, send, say), Outbox(outbox, contents, fetch, say)
    parent = os.getppid()
    # When make is killed and cannot tell us, we have another parent.
    while aws.process.poll() is None and os.getppid() == parent:
        inbox.look()
        if aws.process.poll() is None:
            outbox.look()
        time.sleep(LOOK_SECONDS)
    if aws.process.poll() is not None:
        raise StepError("the local AWS ended by itself:\n" + tail(Path(stack["Log"])))


def say(file, event, detail=""):
    told = words()[event].format(detail) + (verdict(detail) if event == "came" else "")
    print(f"{time.strftime('%H:%M:%S')} {file}: {told}", flush=True)


def verdict(report):
    """What a Report says, in two words; an error by its code."""
    try:
        report = json.loads(report)
        outcome = words()[report["verdict"]] if report["status"] == "read" else report["error"]["code"]
        return f", {words()[report['status']]}, {outcome}"
    except (ValueError, KeyError, TypeError):
        return ""


def introduction(stack, inbox, outbox):
    sample, posted = shlex.quote(str(SAMPLE)), shlex.quote(f"@{SAMPLE}")
    bucket = f"s3://{stack['InputBucket']}/"
    # With a proxy configured, these two would ask it for 127.0.0.1.
    proxied = any(name.lower() in ("http_proxy", "all_proxy") and value for name, value in os.environ.items())
    aws_direct, curl_direct = ("NO_PROXY=127.0.0.1 ", "--noproxy 127.0.0.1 ") if proxied else ("", "")
    own = words()
    return (own["up"] + own["details"]).format(
        api=stack["ApiUrl"], aws=stack["Endpoint"], region=stack["Region"], input=stack["InputBucket"],
        output=stack["OutputBucket"], log=stack["Log"], root=shlex.quote(str(ROOT)), sample=sample,
        inbox=shlex.quote(str(inbox)), outbox=outbox, missing="" if shutil.which("aws") else own["no_aws"],
        curl=f"curl {curl_direct}--data-binary {posted} -H \"Authorization: Bearer $KEY\" {stack['ApiUrl']}/v1/invoices",
        aws_line=f"{aws_direct}AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test aws --endpoint-url {stack['Endpoint']} "
                 f"--region {stack['Region']} s3 cp {sample} {bucket}",
        upload=f"curl {curl_direct}--upload-file {sample} {stack['Endpoint']}/{stack['InputBucket']}/")


def parameters():
    """What is set for `make read` counts here, too."""
    given = {"Lang": os.environ.get("FAPIAO_LANG"), "Buyers": os.environ.get("FAPIAO_BUYERS")}
    return {name: value for name, value in given.items() if value}


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except StepError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
