"""Erases a document for good: the file, its Report, what was answered about it, its places in the index of invoices, and
every older version of all that.

usage: erase.py KEY [--yes] [--stack NAME]      `make erase KEY=2026/a.pdf`, `make erase KEY=.. STACK=fapiao YES=1`

First the file is deleted, so that its Report is withdrawn and its invoices are free for other files' Reports, which are
corrected. What these say stays, the file's name in older versions of them too. Logs and messages hold the name alone, and
end by themselves.
"""

import argparse
import json
import sys
import time

from botocore.exceptions import BotoCoreError, ClientError

import account
import stacks
from folders import shown
from objects import OURS, Buckets, as_report, report_key

ANSWERS, INDEX = OURS + "answers/", OURS + "identities/"
PATIENCE_SECONDS = 60
# A function that is at work may write once more after we have looked.
QUIET_SECONDS = 3
ROUNDS = 20
DELETED_AT_ONCE = 1000


class Versions:
    """Everything that ever stood in both buckets for one document, by the keys under which it stands."""

    def __init__(self, buckets, key):
        self.buckets, self.s3, self.key = buckets, buckets.s3, key
        self.answers, self.entries = set(), set()

    def learn(self):
        """What all versions of the Report name: answers, and invoices by which it may stand in the index."""
        for version in self.of(self.buckets.output, report_key(self.key)):
            report = version["marker"] or as_report(self.body(self.buckets.output, report_key(self.key), version["id"]))
            if isinstance(report, dict):
                self.answers |= answers_in(report)
                self.entries |= entries_in(report)

    def of(self, bucket, key):
        """{id, marker} of every version at exactly this key, delete markers too."""
        found = []
        for page in self.s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key):
            for kind in ("Versions", "DeleteMarkers"):
                found += [{"id": version["VersionId"], "marker": kind == "DeleteMarkers"}
                          for version in page.get(kind, ()) if version["Key"] == key]
        return found

    def body(self, bucket, key, version):
        return self.s3.get_object(Bucket=bucket, Key=key, VersionId=version)["Body"].read()

    def places(self):
        """(bucket, key) of what is wholly this document's own."""
        yield self.buckets.input, self.key
        yield self.buckets.output, report_key(self.key)
        for answer in sorted(self.answers):
            yield self.buckets.output, answer

    def count(self):
        return sum(len(self.of(*place)) for place in self.places())

    def erase(self):
        """How many versions were erased."""
        erased = sum(self.erase_versions(bucket, key, self.of(bucket, key)) for bucket, key in self.places())
        return erased + sum(map(self.leave_index, sorted(self.entries)))

    def erase_versions(self, bucket, key, versions):
        for start in range(0, len(versions), DELETED_AT_ONCE):
            some = [{"Key": key, "VersionId": version["id"]} for version in versions[start:start + DELETED_AT_ONCE]]
            failed = self.s3.delete_objects(Bucket=bucket, Delete={"Objects": some, "Quiet": True}).get("Errors")
            if failed:
                raise stacks.NoStack(f"{failed[0].get('Code')}: {shown(key)} cannot be erased")
        return len(versions)

    def leave_index(self, entry):
        """Takes the document out of one invoice's entry, then erases every version of it that names the document."""
        self.rewrite(entry)
        bucket = self.buckets.output
        naming = [version for version in self.of(bucket, entry)
                  if version["marker"] or names(self.body(bucket, entry, version["id"]), self.key)]
        others = len(naming) < len(self.of(bucket, entry))
        return self.erase_versions(bucket, entry, [one for one in naming if not (others and one["marker"])])

    def rewrite(self, entry):
        for _ in range(ROUNDS):
            try:
                stood = self.s3.get_object(Bucket=self.buckets.output, Key=entry)
            except self.s3.exceptions.NoSuchKey:
                return
            kept = without(stood["Body"].read(), self.key)
            if kept is None:
                return
            try:
                self.s3.put_object(Bucket=self.buckets.output, Key=entry, Body=kept, IfMatch=stood["ETag"],
                                   ContentType="application/json")
                return
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (404, 409, 412):
                    raise
        raise stacks.NoStack(f"{entry} is being written all the time: try again")


def answers_in(report):
    """The keys of the answers that a Report names."""
    parts = [*report.get("invoices", ()), *report.get("others", ())]
    asked = [(part.get("provider") or {}).get("attempts") or () for part in parts if isinstance(part, dict)]
    keys = [attempt.get("answer") for attempts in asked for attempt in attempts]
    return {key for key in keys if isinstance(key, str) and key.startswith(ANSWERS)}


def entries_in(report):
    """The entries of the index in which its invoices may stand, verified or not: an entry that is not there costs a look."""
    found = set((report.get("source") or {}).get("earlier_invoices") or ())
    for part in report.get("invoices", ()):
        invoice = part.get("invoice") or {}
        number, code = invoice.get("invoice_number"), invoice.get("invoice_code")
        found |= {number, f"{code}-{number}"} if number else set()
    return {INDEX + name for name in found}


def claims(body):
    try:
        content = json.loads(body)
        return content, [claim for claim in content.get("claims", ()) if isinstance(claim, dict)]
    except (ValueError, AttributeError, TypeError):
        return {}, []


def names(body, key):
    content, listed = claims(body)
    return content.get("key") == key or any(claim.get("key") == key for claim in listed)


def without(body, key):
    """The entry without the document; None where it does not stand in it."""
    if not names(body, key):
        return None
    content, listed = claims(body)
    content.pop("key", None)
    return json.dumps(content | {"claims": [claim for claim in listed if claim.get("key") != key]}).encode()


def main(options, stack):
    buckets = Buckets(stack)
    versions = Versions(buckets, options.key)
    versions.learn()
    count = versions.count()
    if count == 0:
        print(f"There is nothing of {shown(options.key)} in {stack.name}.")
        return 0
    print(f"{shown(options.key)} in {stack.name}: {count} versions of the file, its Report and {len(versions.answers)} answers, "
          "which nobody can bring back.")
    if not options.yes and input("Its key again, to erase it: ").strip() != options.key:
        print("nothing was erased")
        return 1
    withdraw(buckets, options.key)
    print(f"erased: {erase_until_quiet(versions)} versions, the index's among them")
    return 0


def withdraw(buckets, key):
    """Deletes the file and waits until its Report says so."""
    buckets.s3.delete_object(Bucket=buckets.input, Key=key)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (report := buckets.report(report_key(key))) and report.get("status") != "withdrawn":
        if time.monotonic() > deadline:
            print("Its Report was not withdrawn, so other files' Reports may still name it; it is erased all the same.")
            return
        time.sleep(0.5)


def erase_until_quiet(versions):
    """A function that was at work, or our own deletions' events, may have written something once more."""
    total = 0
    for _ in range(ROUNDS):
        versions.learn()
        erased = versions.erase()
        total += erased
        if erased == 0:
            return total
        time.sleep(QUIET_SECONDS)
    raise stacks.NoStack("something goes on writing it: is the document still being uploaded?")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("key")
    parser.add_argument("--yes", action="store_true")
    parser.add_argument("--stack")
    options = parser.parse_args()
    try:
        sys.exit(main(options, stacks.find(options.stack)))
    except (stacks.NoStack, account.AccountError, BotoCoreError, ClientError) as error:
        sys.exit(f"not everything was erased: {error}")
    except (EOFError, KeyboardInterrupt):
        sys.exit("\nstopped; the same command erases the rest")
