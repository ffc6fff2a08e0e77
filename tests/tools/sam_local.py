"""One event through `sam local invoke`, in a container, against an S3 on this machine. `make sam-local` prepares and runs it.

usage: sam_local.py EVENT.json [ingest|api]
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import events
from invoke import local_s3, tell
from artifacts import ROOT
from local_aws import LocalAwsError, client
from local_stack import end_on_signals
from sam_environment import ENV_FILE, TEMPLATE

FOLDER = ROOT / "target" / "sam-local"


def main(path, function=None):
    end_on_signals()
    try:
        event = events.load(Path(path))
        name = events.FUNCTIONS[function] if function else events.function_of(event)
        with local_s3() as endpoint:
            return invoke(name, event, endpoint)
    except (events.EventError, LocalAwsError) as error:
        sys.exit(f"sam-local: {error}")


def invoke(name, event, endpoint):
    s3 = client("s3", endpoint)
    keys = events.settle(event, s3, tell)
    events.forget(s3, keys)
    command = [sys.executable, "-m", "samcli", "local", "invoke", name, "--template-file", str(TEMPLATE),
               "--event", str(kept("event.json", event)), "--env-vars", str(kept("env.json", variables(endpoint))),
               "--docker-network", "host"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | {"SAM_CLI_TELEMETRY": "0"}, check=False)
    for report in events.reports(s3, keys):
        print(report)
    return done.returncode


def variables(endpoint):
    values = json.loads(ENV_FILE.read_text(encoding="utf-8"))
    values[events.INGEST]["AWS_ENDPOINT_URL_S3"] = endpoint
    return values


def kept(name, value):
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / name
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3 or (sys.argv[2:] and sys.argv[2] not in events.FUNCTIONS):
        sys.exit(__doc__)
    try:
        sys.exit(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
