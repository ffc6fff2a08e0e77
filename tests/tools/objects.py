"""The objects of a stack and what stands in the output bucket for each of them. Changes nothing.

What an object's Report is, and which one is current, is said here once, as the function has it.
"""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from botocore.exceptions import ClientError

# What the store keeps beside the Reports.
OURS = ".fapiao/"
REFUSED = OURS + "refused/"
SUFFIX = ".json"
MAX_KEY_BYTES = 1024
AT_ONCE = 16
# So many are looked at ahead of who asks for them.
AHEAD = 200

CURRENT, MISSING, STALE, FAILED, OLDER = "current", "no Report", "an older version's Report", "failed", "an older engine's Report"


@dataclass(frozen=True)
class Object:
    """A document in the input bucket."""

    key: str
    etag: str
    size: int


def report_key(key):
    """Where its Report stands; one whose own place is not to be had is refused elsewhere."""
    if key.startswith(OURS) or len(key.encode()) + len(SUFFIX) > MAX_KEY_BYTES:
        return REFUSED + hashlib.sha256(key.encode()).hexdigest() + SUFFIX
    return key + SUFFIX


def state(found, report, engine=None):
    """What an object's Report is worth. A withdrawn one is of a version that was deleted, even where the content is the same."""
    if report is None:
        return MISSING
    if report.get("source", {}).get("etag") != found.etag or report.get("status") == "withdrawn":
        return STALE
    if report.get("status") == "failed":
        return FAILED
    # What did its arithmetic is of no account: `0.1.0 model on rten`.
    return OLDER if engine and (report.get("engine") or "").split(" on ")[0] != engine else CURRENT


class Buckets:
    """Both buckets of a stack."""

    def __init__(self, stack):
        self.s3 = stack.client("s3")
        self.input, self.output = stack["InputBucket"], stack["OutputBucket"]

    def objects(self, prefix=""):
        """Every document, in the order of the keys. Folders have no Report, and are none."""
        for entry in self.listed(self.input, prefix):
            if not entry["Key"].endswith("/"):
                yield Object(entry["Key"], entry["ETag"].strip('"'), entry["Size"])

    def with_reports(self, prefix=""):
        """(object, Report or None) of every document."""
        yield from ahead(self.objects(prefix), lambda found: (found, self.report(report_key(found.key))))

    def report_keys(self, prefix=""):
        """Of every Report; of refused keys too, where everything is asked for."""
        for entry in self.listed(self.output, prefix):
            key = entry["Key"]
            if key.endswith(SUFFIX) and (not key.startswith(OURS) or key.startswith(REFUSED)):
                yield key

    def report(self, key):
        """The JSON that stands at this key of the output bucket, if it is a Report."""
        try:
            body = self.s3.get_object(Bucket=self.output, Key=key)["Body"].read()
        except self.s3.exceptions.NoSuchKey:
            return None
        return as_report(body)

    def exists(self, key):
        """Whether there is such a document."""
        try:
            return bool(key and self.s3.head_object(Bucket=self.input, Key=key))
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return False
            raise

    def listed(self, bucket, prefix):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return (entry for page in pages for entry in page.get("Contents", ()))


def as_report(body):
    try:
        report = json.loads(body)
        return report if str(report["schema"]).startswith("fapiao/") else None
    except (ValueError, KeyError, TypeError):
        return None


def ahead(values, work):
    """The results in order, several being worked on at once, and never all of them in memory."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = []
        for value in values:
            running.append(pool.submit(work, value))
            if len(running) >= AHEAD:
                yield running.pop(0).result()
        for one in running:
            yield one.result()
