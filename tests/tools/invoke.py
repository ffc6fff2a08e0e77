"""Runs one event through a function's own program, as Lambda would, without Docker. `make invoke` prepares and runs it.

usage: invoke.py [--function ingest|api] [--alone] EVENT.json [EVENT.json ..]

The function has the variables that `sam local invoke` would give it. S3 is the one of a running `make up`, else (and with
--alone) one that lives as long as this command. The answer, then the Reports, go to standard output as JSON; what else is
to be said goes to standard error. It ends with 1 when the function failed.
"""

import argparse
import base64
import contextlib
import json
import sys
from pathlib import Path

import events
import sam_environment
from local_aws import LocalAws, LocalAwsError, client
from local_stack import end_on_signals, running, stop
from runtime_api import FunctionError, RuntimeApi, RuntimeApiError


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--function", choices=sorted(events.FUNCTIONS))
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("events", nargs="+", type=Path, metavar="EVENT.json")
    options = parser.parse_args(arguments)
    end_on_signals()
    try:
        loaded = [events.load(path) for path in options.events]
        names = [events.function_for(event, options.function) for event in loaded]
        with local_s3(options.alone) if events.INGEST in names else contextlib.nullcontext() as endpoint:
            outcomes = [invoke(name, event, endpoint) for name, event in zip(names, loaded)]
    except (events.EventError, LocalAwsError, RuntimeApiError) as error:
        sys.exit(f"invoke: {error}")
    return 0 if all(outcomes) else 1


@contextlib.contextmanager
def local_s3(alone=False):
    """The address of a local AWS that has what events need."""
    stack = None if alone else running()
    if stack:
        tell(f"the local AWS of `make up`, {stack['Endpoint']}")
        yield stack["Endpoint"]
        return
    tell("no `make up` runs here: a local AWS for this command alone")
    aws = LocalAws()
    try:
        aws.start()
        events.prepare(aws.client("s3"))
        yield aws.endpoint
    finally:
        stop(aws)


def invoke(name, event, endpoint):
    """Whether the function succeeded, its answer and Reports printed."""
    s3 = client("s3", endpoint) if endpoint else None
    keys = events.settle(event, s3, tell)
    events.forget(s3, keys)
    answer = run(sam_environment.function(name), event, endpoint)
    if answer is None:
        return False
    body = take_body(answer)
    for shown in (answer, *body, *map(json.loads, events.reports(s3, keys))):
        print(json.dumps(shown, ensure_ascii=False, indent=2), flush=True)
    return not answer.get("batchItemFailures") and answer.get("statusCode", 200) < 500


def run(function, event, endpoint):
    tell(f"{function.name}: {function.folder / 'bootstrap'}")
    environment = dict(function.environment)
    if endpoint and environment.get("AWS_ENDPOINT_URL_S3"):
        environment["AWS_ENDPOINT_URL_S3"] = endpoint
    with RuntimeApi() as runtime:
        runtime.start(function.folder / "bootstrap", environment, name=function.name, memory_mb=function.memory_mb)
        tell(f"{function.name}: ready after {runtime.cold_start_seconds:.2f} s")
        try:
            answer = runtime.invoke(event, deadline_seconds=function.timeout_seconds)
        except FunctionError as error:
            tell(f"{function.name} failed: {error}")
            return None
        tell(runtime.log_tail())
        return answer


def take_body(answer):
    """A gateway's answer holds the Report as text within JSON; it is shown by itself."""
    if not answer.get("body"):
        return []
    body = answer["body"]
    content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    try:
        parsed = json.loads(content)
    except ValueError:
        return []
    answer["body"] = f"({len(content)} bytes, below)"
    return [parsed]


def tell(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
