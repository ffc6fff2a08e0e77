"""Events for single invocations: which function they are for, and the objects they speak of, which have to be there.

They have two buckets of their own that no queue listens to, so that the function that somebody invokes is the only one
that reads. The last part of an event's key may name a file of tests/fixtures.
"""

import hashlib
import json
import urllib.parse

from artifacts import ROOT

INPUT, OUTPUT = "fapiao-input", "fapiao-output"
EVENTS, FIXTURES = ROOT / "tests" / "events", ROOT / "tests" / "fixtures"
INGEST, API = "IngestFunction", "ApiFunction"
FUNCTIONS = {"ingest": INGEST, "api": API}


class EventError(Exception):
    """An event that cannot be used; the text says what to do."""


def load(path):
    try:
        event = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise EventError(f"there is no file {path}; tests/events/ holds events to start from") from None
    except (ValueError, OSError) as error:
        raise EventError(f"{path} is no event: {error}") from None
    if not isinstance(event, dict):
        raise EventError(f"{path} is no event: not a JSON object")
    return event


def function_of(event):
    """S3 and queues bring records, gateways a request."""
    if isinstance(event.get("Records"), list):
        return INGEST
    if "requestContext" in event or "httpMethod" in event:
        return API
    raise EventError("this is neither an event of S3 or SQS nor a request: name the function with FUNCTION=ingest or FUNCTION=api")


def function_for(event, wanted):
    """The function that was asked for, if the event is one for it; by itself the event tells."""
    try:
        told = function_of(event)
    except EventError:
        if wanted is None:
            raise
        return FUNCTIONS[wanted]
    if wanted is not None and FUNCTIONS[wanted] != told:
        raise EventError(f"this event is one for {told}, not for {FUNCTIONS[wanted]}: leave FUNCTION out")
    return told


def prepare(s3):
    """The buckets, and every object that the events of tests/events speak of."""
    for bucket in (INPUT, OUTPUT):
        s3.create_bucket(Bucket=bucket)
    for path in sorted(EVENTS.glob("*.json")):
        settle(json.loads(path.read_text(encoding="utf-8")), s3, lambda _: None)


def settle(event, s3, say):
    """Sees to it that the objects are there, and the event says of them what S3 would. Returns their keys."""
    keys = []
    for holder, record in records(event):
        keys.append(settle_object(record["s3"], s3, say))
        holder.write()
    return keys


class Holder:
    """Where records stand: in the event itself, or as text in a queue's message, which has to be written anew."""

    def __init__(self, message, inner):
        self.message, self.inner = message, inner

    def write(self):
        if self.message is not None:
            self.message["body"] = json.dumps(self.inner, ensure_ascii=False)
            self.message["md5OfBody"] = hashlib.md5(self.message["body"].encode()).hexdigest()


def records(event):
    """Those that speak of an object; what is malformed is left to the function, which has to say so."""
    for record in records_in(event):
        if speaks_of_object(record):
            yield Holder(None, event), record
        elif isinstance(record.get("body"), str):
            yield from records_of_message(record)


def records_of_message(message):
    try:
        inner = json.loads(message["body"])
    except ValueError:
        return
    for record in records_in(inner):
        if speaks_of_object(record):
            yield Holder(message, inner), record


def records_in(event):
    records = event.get("Records") if isinstance(event, dict) else None
    return [record for record in records if isinstance(record, dict)] if isinstance(records, list) else []


def speaks_of_object(record):
    try:
        return isinstance(record["s3"]["bucket"]["name"], str) and isinstance(record["s3"]["object"]["key"], str)
    except (KeyError, TypeError):
        return False


def settle_object(spoken, s3, say):
    key = urllib.parse.unquote_plus(spoken["object"]["key"])
    content = content_of(spoken["bucket"]["name"], key, s3, say)
    s3.put_object(Bucket=INPUT, Key=key, Body=content)
    spoken["bucket"] |= {"name": INPUT, "arn": f"arn:aws:s3:::{INPUT}"}
    spoken["object"] |= {"size": len(content), "eTag": hashlib.md5(content).hexdigest()}
    spoken["object"].pop("versionId", None)
    return key


def content_of(bucket, key, s3, say):
    """What the event's own bucket holds, else the fixture that the key names, else what was put there before."""
    fixture = FIXTURES / key.rpartition("/")[2]
    if bucket != INPUT and (content := fetch(s3, bucket, key)) is not None:
        say(f"copied from s3://{bucket}/ to s3://{INPUT}/: {key}")
        return content
    if fixture.is_file():
        say(f"put {fixture.relative_to(ROOT)} to s3://{INPUT}/{key}")
        return fixture.read_bytes()
    if (content := fetch(s3, INPUT, key)) is not None:
        return content
    raise EventError(f"the event speaks of {key} in {bucket}, and it is not there. Put it into the input bucket of a running "
                     "`make up` and name that bucket, or let the last part of the key name a file of tests/fixtures.")


def fetch(s3, bucket, key):
    """An object's bytes, or None."""
    try:
        return s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket):
        return None


def reports(s3, keys):
    """The Reports of these documents, as text; where there is none, none."""
    found = [fetch(s3, OUTPUT, key + ".json") for key in keys]
    return [report.decode() for report in found if report is not None]


def forget(s3, keys):
    """Takes the Reports away: otherwise a function would find its answer there and be done."""
    for key in keys:
        s3.delete_object(Bucket=OUTPUT, Key=key + ".json")
